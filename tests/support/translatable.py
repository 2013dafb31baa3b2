"""Every sentence that is shipped in English and reaches a reader.

Run as a script it lists those without a Dutch text, and the Dutch texts of none:
``PYTHONPATH=tests python -m support.translatable``.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from sim.hindcast import calibration as calibrate
from sim.hindcast import scenario as origin
from sim.report.i18n import dutch
from sim.results.budget import LINES
from sim.scenario import Scenario, shipped, source_keys
from sim.scenario.introspect import Shape, below
from sim.scenario.layers import BY_COMMAND
from sim.studies import ind_cut as ind_coa
from sim.studies import levers
from sim.studies import optimal_places as stock

ROOT = Path(__file__).parents[2]
HINDCAST = ROOT / "sim" / "data" / "hindcast.yaml"
QUESTIONS = ROOT / "scenarios" / "questions"
CARD = ("title", "number", "licence", "through")
DUTCH_ALREADY = {
    "19 637, nr. 3320", "2025Z00616", "36 600 XX, letter E", "36 600 XX, nr. 2", "85400NED",
    "BMH 14", "CC BY 4.0", "CC0", "Focus 2023", "MPP 2024-II", "migr_asyappctzm",
    "jaarverslag 2015", "jaarverslag 2017", "jaarverslag 2023", "stand van de uitvoering 2025",
    "COA", "IND", "Nidos", "80059ned",
    "CBS, Laagste aantal asielverzoeken sinds 1988",
    "CBS, Nu veel minder asielzoekers dan in de jaren negentig",
    "Algemene Rekenkamer, Focus op opvangcapaciteit voor asielzoekers",
    "Brede maatschappelijke heroverweging 14, Naar een wendbare migratieketen",
    "Eerste Kamer, Nota naar aanleiding van het verslag, begroting Asiel en Migratie 2025",
    "Eerste suppletoire begroting 2021, hoofdstuk VI, artikel 37",
    "Eerste suppletoire begroting 2022, hoofdstuk VI, artikel 37",
    "Eerste suppletoire begroting 2024 (Voorjaarsnota), hoofdstuk VI, artikel 37, tabel 8",
    "Ontwerpbegroting 2025, hoofdstuk XX, Memorie van toelichting, artikel 37",
}  # fmt: skip
"""What is the same in both languages: titles, numbers and terms as they were published."""


def plain(text: Any) -> str:
    """A text on one line."""
    return " ".join(str(text).split())


def meanings() -> set[str]:
    """What the grammar says of each key, of every model in it."""
    seen: set[type[BaseModel]] = set()
    found: set[str] = set()
    waiting: list[type[BaseModel]] = [Scenario]
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        for name, field in model.model_fields.items():
            shape = below(Shape(model), name)
            assert shape is not None
            found.add(shape.meaning)
            waiting += _models(field.annotation)
    return found - {""}


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for inner in typing.get_args(kind):
        yield from _models(inner)


def under(files: typing.Iterable[Path], key: str) -> set[str]:
    """What stands under a key, wherever it is, in files."""
    return {plain(text) for file in files for text in _under(yaml.safe_load(file.read_text()), key)}


def _under(node: Any, key: str) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get(key), str):
            yield node[key]
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _under(item, key)


def scenario_files() -> list[Path]:
    """The scenarios that are shipped, and the structure of hindcasts."""
    return [*shipped().values(), HINDCAST]


def own() -> set[str]:
    """What the program itself writes as an assumption where it sets a number."""
    modules = (levers, stock, ind_coa, origin, calibrate)
    return {BY_COMMAND, *(module.BECAUSE for module in modules)}


def cards() -> set[str]:
    """Titles, numbers, licences and quoters of the sources that are shipped."""
    return {plain(card[part]) for card in source_keys().values() for part in CARD if part in card}


def line_names() -> set[str]:
    """What the budget lines are called."""
    return {line.label for line in LINES}


def sentences() -> set[str]:
    """All that is English."""
    files = scenario_files()
    found = meanings() | under(files, "assumption") | under(files, "where")
    found |= own() | cards() | line_names()
    return found - DUTCH_ALREADY


def main() -> None:
    known, there = set(dutch()), sentences()
    for text in sorted(there - known):
        print(f"without a Dutch text: {text}")
    for text in sorted(known - there):
        print(f"the Dutch of nothing: {text}")


if __name__ == "__main__":
    main()

"""The charts of a study, drawn again from what its folder holds, in any language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from matplotlib.figure import Figure

from ..address import parse
from ..decide.changes import Factor
from ..decide.compare import Comparison
from ..decide.explain import Explanation
from ..decide.ind_coa import IndCoa
from ..decide.levers import lever
from ..decide.target import target_of
from ..errors import Problem, ScenarioError
from ..scenario import Scenario, load, shipped
from ..trial import Settings
from . import comparison, explanation, ind_coa, sensitivity, solution, stock
from .canvas import save_said
from .labels import Language


@dataclass(frozen=True)
class Told:
    """A study as its folder tells it: its record, and how to get at its tables and scenarios."""

    record: Mapping[str, Any]
    table: Callable[[str], pd.DataFrame]
    scenario: Callable[[str], Scenario]

    @property
    def asked(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.record["asked"]
        return found

    @property
    def id(self) -> str:
        return str(self.record["id"])

    @property
    def settings(self) -> Settings:
        """What it was run with."""
        options = self.record["options"]
        until = options["until"]
        return Settings(
            options["replications"],
            options["seed"],
            options["step"],
            None if until is None else date.fromisoformat(until),
            tuple(options["vary"]),
        )

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """Its scenarios by name, in their order."""
        return {name: self.scenario(name) for name in self.record["scenarios"]}

    @property
    def first(self) -> Scenario:
        """Its only scenario, or the first."""
        return next(iter(self.scenarios.values()))


DPI = {"page": 166, "slide": 210}
"""Dots per inch with which the picture is 16 cm wide in print, or fills a slide."""


def write(
    told: Told,
    folder: Path,
    lang: Language,
    width: Literal["page", "slide"],
    formats: Iterable[str],
    suffix: str,
) -> None:
    """Draw the charts of a study into a folder: NAME and ``suffix``, with what each says (.txt).

    The words are the title and the small print of the chart.
    """
    for name, figure in drawn(told, lang).items():
        title, *notes = [text.get_text().replace("\n", " ") for text in figure.texts]
        words = ". ".join(part.strip().rstrip(".") for part in (title, *notes) if part.strip())
        for ending in formats:
            file = folder / f"{name}{suffix}.{ending}"
            save_said(figure, file, DPI[width], title, words)
        (folder / f"{name}{suffix}.txt").write_text(f"{words}.\n", "utf-8")


def drawn(told: Told, lang: Language) -> dict[str, Figure]:
    """The charts of a study by name; raises ``ScenarioError`` for a kind that has none here."""
    kind = str(told.record["kind"])
    if kind not in KINDS:
        what = f"a folder of '{kind}' has no charts to draw again"
        raise ScenarioError([Problem(kind, what, f"give a run, or one of {', '.join(KINDS)}")])
    name, draw = KINDS[kind]
    return {name: draw(told, lang)}


def comparison_of(told: Told) -> Comparison:
    """A comparison as its tables tell it."""
    monthly = told.table("monthly").astype({"date": "datetime64[ns]"})
    return Comparison(
        told.asked["base"], tuple(told.asked["others"]), told.table("differences"), monthly
    )


def _comparison(told: Told, lang: Language) -> Figure:
    found = comparison_of(told)
    return comparison.chart(found, told.scenarios, told.id, told.settings.replications, lang)


def explanation_of(told: Told) -> Explanation:
    """An explanation as its tables tell it; how many runs it took they do not."""
    cells, effects = told.table("cells"), told.table("effects")
    first, second = list(told.scenarios)
    values = dict(zip(cells["of"], cells["value"], strict=True))
    known = shipped()
    factors = tuple(
        Factor(name, tuple(keys), only_money=False,
               title=load(name).title.model_dump() if name in known else {})
        for name, keys in told.asked["factors"].items()
    )  # fmt: skip
    return Explanation(
        first,
        second,
        parse(told.asked["cell"]),
        values[first],
        values[second],
        values["residual"],
        effects,
        factors,
        runs=0,
        priced=0,
    )


def _explanation(told: Told, lang: Language) -> Figure:
    found = explanation_of(told)
    return explanation.chart(found, told.scenarios, told.id, told.settings.replications, lang)


def _ind_coa(told: Told, lang: Language) -> Figure:
    table = told.table("ind_coa").astype({"year": str})
    found = IndCoa(told.asked["from"], table)
    return ind_coa.chart(found, told.first, told.settings, told.id, lang)


def _stock(told: Told, lang: Language) -> Figure:
    tables = told.table("stock"), told.table("best")
    return stock.drawn(*tables, told.first, told.settings, told.id, lang)


def _solution(told: Told, lang: Language) -> Figure:
    target = target_of(told.asked["target"], told.asked["certainty"])
    tables = told.table("points"), told.table("answer")
    return solution.drawn(*tables, target, told.first, told.settings, told.id, lang)


def _frontier(told: Told, lang: Language) -> Figure:
    target = target_of(told.asked["target"], told.asked["certainty"])
    first, second = (lever(text, "levers") for text in told.asked["levers"])
    return solution.frontier_drawn(
        told.table("grid"), (first, second), target, told.first, told.settings, told.id, lang
    )


def _sensitivity(told: Told, lang: Language) -> Figure:
    tables = told.table("indices"), told.table("tornado"), told.table("whole")
    address = parse(told.asked["cell"])
    points = int(told.asked["points"])
    return sensitivity.drawn(*tables, address, told.first, told.id, points, lang)


KINDS: dict[str, tuple[str, Callable[[Told, Language], Figure]]] = {
    "comparison": ("differences", _comparison),
    "explanation": ("waterfall", _explanation),
    "solution": ("solution", _solution),
    "frontier": ("frontier", _frontier),
    "stock": ("stock", _stock),
    "ind_coa": ("ind-coa", _ind_coa),
    "sensitivity": ("sensitivity", _sensitivity),
}
"""Kinds of study by the name of their chart, and what draws it."""

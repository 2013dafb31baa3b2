"""Discover: in which part of a sweep does something happen?

Boxes in the levers of a sweep in which a condition holds more often than elsewhere; see ``prim``.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.table import Table

from ..report.i18n import Language, number, translate
from ..report.study_data import StudyData
from ..runs.manifest import MANIFEST, digest
from ..runs.study_folder import StudyContent
from . import discover_chart as chart
from .base import Implementation, Inputs, StudyChart
from .discover_text import (
    Units,
    banded,
    chance_text,
    claim,
    limit_text,
    limits_text,
    percent,
    tried_text,
)
from .levers import lever, lever_name
from .options import DiscoverOptions
from .prim import RESAMPLES, Discovery, discovery_of, parse_condition
from .prim import discover as search
from .sweep_store import read_sweep


def check(options: DiscoverOptions) -> None:
    """Refuse a condition that can't be read."""
    parse_condition(options.where)


def run(options: DiscoverOptions, inputs: Inputs) -> StudyContent:
    """Search the boxes of a sweep and return the tables; raises ``ScenarioError``."""
    assert inputs.folder is not None
    condition, sweep = parse_condition(options.where), read_sweep(inputs.folder)
    found = search(condition, sweep.table, (*sweep.numbers, *sweep.words), sweep.words)
    asked: dict[str, Any] = {
        "sweep": sweep.id,
        "where": options.where,
        "title": dict(sweep.title),
        "units": dict(sweep.units),
    }
    if len(sweep.table) < sweep.runs:
        asked["lacking"] = sweep.runs - len(sweep.table)
    return StudyContent(
        "discovery",
        f"{inputs.folder.name}: {options.where}",
        asked,
        {},
        sweep.settings,
        {"boxes": box_rows(found), "runs": run_rows(found)},
        {MANIFEST: digest(inputs.folder / MANIFEST)},
        f"discover-{inputs.folder.resolve().name.removeprefix('sweep-')}",
    )


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return a heading, a table for each box, and the sentences."""
    found, units = discovery_of(data), data.asked["units"]
    told: list[Any] = [heading(found, data.asked["title"][lang], lang)]
    told += [box_table(found, position, units, lang) for position in range(len(found.boxes))]
    told += sentences(found, units, lang)
    if "lacking" in data.asked:
        told.append(translate("discover_lacking", lang, n=data.asked["lacking"]))
    return told


def sentences(found: Discovery, units: Units, lang: Language) -> list[str]:
    """The first box in one sentence, one for each further box, and what the numbers mean."""
    if not found.boxes:
        share = percent(found.share, lang)
        return [translate("discover_nothing", lang, claim=claim(found, lang), share=share)]
    told = []
    for position, box in enumerate(found.boxes):
        said = {
            "density": banded(box.density, box.density_band, lang),
            "limits": limits_text(box, units, lang),
            "coverage": banded(box.coverage, box.coverage_band, lang),
        }
        if position == 0:
            said["claim"] = claim(found, lang)
        told.append(
            translate("discover_further" if position else "discover_sentence", lang, **said)
        )
    return [*told, translate("discover_method", lang, n=RESAMPLES)]


def heading(found: Discovery, sweep: str, lang: Language) -> str:
    """What was looked for, where, and how often it is there."""
    return translate(
        "discover_title",
        lang,
        where=found.where.text,
        sweep=sweep,
        share=percent(found.share, lang),
        runs=number(len(found.table), lang),
    )


def box_table(found: Discovery, position: int, units: Units, lang: Language) -> Table:
    """One box: a row a limit."""
    box = found.boxes[position]
    title = translate(
        "discover_box",
        lang,
        n=position + 1,
        coverage=banded(box.coverage, box.coverage_band, lang),
        density=banded(box.density, box.density_band, lang),
        runs=number(box.runs, lang),
    )
    table = Table(title=title, title_justify="left")
    for key in ("lever", "limit", "tried"):
        table.add_column(translate(f"discover_{key}", lang), overflow="fold")
    table.add_column(translate("discover_chance", lang), justify="right", no_wrap=True)
    for one in box.limits:
        table.add_row(
            lever_name(lever(one.lever, one.lever), lang),
            limit_text(one, units, lang),
            tried_text(found, one.lever, lang),
            chance_text(one.chance, lang),
        )
    return table


def box_rows(found: Discovery) -> pd.DataFrame:
    """The boxes as a table: a row a limit."""
    told = [
        {
            "box": position,
            "lever": one.lever,
            "low": one.low,
            "high": one.high,
            "choices": " ".join(one.choices),
            "chance": one.chance,
            "runs": box.runs,
            "interest": box.interest,
            "coverage": box.coverage,
            "coverage_p10": box.coverage_band[0],
            "coverage_p90": box.coverage_band[1],
            "density": box.density,
            "density_p10": box.density_band[0],
            "density_p90": box.density_band[1],
        }
        for position, box in enumerate(found.boxes, start=1)
        for one in box.limits
    ]
    columns = ["box", "lever", "low", "high", "choices", "chance", "runs", "interest", "coverage",
               "coverage_p10", "coverage_p90", "density", "density_p10", "density_p90"]  # fmt: skip
    return pd.DataFrame(told, columns=columns)


def run_rows(found: Discovery) -> pd.DataFrame:
    """The runs by their levers, and whether the condition holds in each."""
    return found.table[["run", *found.levers]].assign(holds=found.interest)


IMPLEMENTATION = Implementation(
    run,
    tell,
    {"discovery": StudyChart("box", chart.draw, chart.words, chart.shown)},
    check=check,
)

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
from .asked import lever
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
from .levers import lever_name
from .options import DiscoverOptions
from .prim import RESAMPLES, Discovery, discovery_of, parse_condition
from .prim import discover as search
from .sweep_store import read_sweep


def run(options: DiscoverOptions, inputs: Inputs) -> StudyContent:
    """Search the boxes of a sweep and return the tables; raises ``ScenarioError``."""
    assert inputs.folder is not None
    condition, sweep = parse_condition(options.where), read_sweep(inputs.folder)
    result = search(condition, sweep.table, (*sweep.numbers, *sweep.words), sweep.words)
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
        {"boxes": box_rows(result), "runs": run_rows(result)},
        {MANIFEST: digest(inputs.folder / MANIFEST)},
        f"discover-{inputs.folder.resolve().name.removeprefix('sweep-')}",
    )


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return a heading, a table for each box, and the sentences."""
    discovery, units = discovery_of(data), data.asked["units"]
    parts: list[Any] = [heading(discovery, data.asked["title"][lang], lang)]
    parts += [
        box_table(discovery, position, units, lang) for position in range(len(discovery.boxes))
    ]
    parts += sentences(discovery, units, lang)
    if "lacking" in data.asked:
        parts.append(translate("discover_lacking", lang, n=data.asked["lacking"]))
    return parts


def sentences(discovery: Discovery, units: Units, lang: Language) -> list[str]:
    """The first box in one sentence, one for each further box, and what the numbers mean."""
    if not discovery.boxes:
        share = percent(discovery.share, lang)
        return [translate("discover_nothing", lang, claim=claim(discovery, lang), share=share)]
    parts = []
    for position, box in enumerate(discovery.boxes):
        words = {
            "density": banded(box.density, box.density_band, lang),
            "limits": limits_text(box, units, lang),
            "coverage": banded(box.coverage, box.coverage_band, lang),
        }
        if position == 0:
            words["claim"] = claim(discovery, lang)
        parts.append(
            translate("discover_further" if position else "discover_sentence", lang, **words)
        )
    return [*parts, translate("discover_method", lang, n=RESAMPLES)]


def heading(discovery: Discovery, sweep: str, lang: Language) -> str:
    """What was looked for, where, and how often it is there."""
    return translate(
        "discover_title",
        lang,
        where=discovery.where.text,
        sweep=sweep,
        share=percent(discovery.share, lang),
        runs=number(len(discovery.table), lang),
    )


def box_table(discovery: Discovery, position: int, units: Units, lang: Language) -> Table:
    """One box: a row a limit."""
    box = discovery.boxes[position]
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
    for limit in box.limits:
        table.add_row(
            lever_name(lever(limit.lever, limit.lever), lang),
            limit_text(limit, units, lang),
            tried_text(discovery, limit.lever, lang),
            chance_text(limit.chance, lang),
        )
    return table


def box_rows(discovery: Discovery) -> pd.DataFrame:
    """The boxes as a table: a row a limit."""
    rows = [
        {
            "box": position,
            "lever": limit.lever,
            "low": limit.low,
            "high": limit.high,
            "choices": " ".join(limit.choices),
            "chance": limit.chance,
            "runs": box.runs,
            "interest": box.interest,
            "coverage": box.coverage,
            "coverage_p10": box.coverage_band[0],
            "coverage_p90": box.coverage_band[1],
            "density": box.density,
            "density_p10": box.density_band[0],
            "density_p90": box.density_band[1],
        }
        for position, box in enumerate(discovery.boxes, start=1)
        for limit in box.limits
    ]
    columns = ["box", "lever", "low", "high", "choices", "chance", "runs", "interest", "coverage",
               "coverage_p10", "coverage_p90", "density", "density_p10", "density_p90"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def run_rows(discovery: Discovery) -> pd.DataFrame:
    """The runs by their levers, and whether the condition holds in each."""
    return discovery.table[["run", *discovery.levers]].assign(holds=discovery.interest)


IMPLEMENTATION = Implementation(
    run,
    tell,
    {"discovery": StudyChart("box", chart.draw, chart.words, chart.shown)},
)

"""Sensitivity: which uncertain inputs move the gap of a year?

Sobol indices with their intervals, and a tornado of one input at a time; see ``sobol``.
"""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from ..report.display_names import line_label
from ..report.i18n import Language, million, number, translate
from ..report.run_tables import prices_label
from ..report.study_data import StudyData
from ..results.cell import parse
from ..runs.study_folder import StudyContent
from ..scenario import Scenario
from . import sensitivity_chart as chart
from .arguments import check_budget_line
from .base import Implementation, Inputs, StudyChart, content_of, settings_of
from .options import SensitivityOptions
from .sensitivity_chart import CHANCE
from .sobol import TORNADO_REPLICATIONS, Row, Sensitivity, sensitivity_of, shown_and_others
from .sobol import sensitivity as compute

WIDEST_NAME = 30
"""Letters of a name in the printed table before it goes on the next line."""
SMALL = 0.02
"""Per cent below which an index is printed with three decimals."""


def run(options: SensitivityOptions, inputs: Inputs) -> StudyContent:
    """Compute indices and tornado of the mean gap of a year; raises ``ScenarioError``."""
    settings = settings_of(options, replications=2 * options.points)
    cell = parse(options.cell)
    with inputs.watch("sensitivity", 1) as progress:
        found = compute(inputs.scenario, cell, options.points, settings, inputs.workers, progress)
    tables = {
        "indices": found.indices,
        "tornado": found.tornado,
        "inputs": inputs_table(found),
        "whole": whole_table(found),
    }
    return content_of("sensitivity", options, inputs, settings, tables, ending=[options.year])


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return the printed table and the sentences."""
    found = sensitivity_of(data)
    told = [index_table(found, data.first, lang), *sentences(found, lang)]
    return [*told, translate("sensitivity_week", lang)] if data.settings.step == "week" else told


def input_name(name: str, lang: Language) -> str:
    """What a reader calls an input: a key by its name, chance in words."""
    return translate(CHANCE[name], lang) if name in CHANCE else name


def _title(found: Sensitivity, scenario: Scenario, lang: Language, key: str) -> str:
    return translate(
        key,
        lang,
        line=line_label(found.address.line, lang),
        year=found.address.year,
        prices=prices_label(scenario, lang),
    )


def index_table(found: Sensitivity, scenario: Scenario, lang: Language) -> Table:
    """A row an input: its indices with intervals, and the gap at both its ends."""
    title = _title(found, scenario, lang, "sensitivity_title")
    table = Table(title=title, title_justify="left")
    table.add_column(translate("sensitivity_input", lang), no_wrap=True)
    for key in ("sensitivity_first", "sensitivity_total", "sensitivity_low", "sensitivity_high"):
        table.add_column(translate(key, lang), justify="right", no_wrap=True)
    named, others = shown_and_others(found)
    for row in named:
        table.add_row(*(Text(cell, style="" if row["told"] else "dim")
                        for cell in _cells(row, lang)))  # fmt: skip
    if others:
        table.add_section()
        table.add_row(*_cells_of_others(others, lang))
    return table


def _cells(row: Row, lang: Language) -> list[str]:
    name = _wrapped(row, WIDEST_NAME, lang)
    return [
        name if row["told"] else f"({name})",
        *(_index(row, which, lang) for which in ("first", "total")),
        million(row["low"], lang),
        million(row["high"], lang),
    ]


def _index(row: Row, which: str, lang: Language) -> str:
    """An index and its interval in per cent, a small one with a decimal more."""
    value, low, high = (100 * row[f"{which}{part}"] for part in ("", "_low", "_high"))
    decimals = 2 if max(abs(low), abs(high)) >= SMALL else 3
    interval = translate(
        "from_to", lang, low=number(low, lang, decimals), high=number(high, lang, decimals)
    )
    return f"{number(value, lang, decimals)} {interval}"


def _cells_of_others(others: list[Row], lang: Language) -> list[str]:
    first = number(100 * sum(row["first"] for row in others), lang, 2)
    total = number(100 * max(row["total"] for row in others), lang, 2)
    return [
        translate("sensitivity_others", lang, n=len(others)),
        translate("sensitivity_sum", lang, sum=first),
        translate("sensitivity_most", lang, most=total),
        "",
        f"±{million(max(abs(row[side]) for row in others for side in ('low', 'high')), lang)}",
    ]


def sentences(found: Sensitivity, lang: Language) -> list[str]:
    """How sure the gap is, what brackets mean, and where the noise ends."""
    told = int(found.indices["told"].sum())
    return [
        translate(
            "sensitivity_gap",
            lang,
            year=found.address.year,
            mean=million(found.mean, lang),
            sd=million(found.sd, lang),
        ),
        translate(
            "sensitivity_floor",
            lang,
            floor=number(100 * found.floor, lang, 3),
            told=told,
            n=len(found.indices) - 1,
        ),
        translate(
            "sensitivity_method", lang, runs=number(found.runs, lang), n=TORNADO_REPLICATIONS
        ),
    ]


def inputs_table(found: Sensitivity) -> pd.DataFrame:
    """The columns of each input: which keys move together."""
    return pd.DataFrame(
        [(one.name, key) for one in found.inputs for key in one.columns], columns=["input", "key"]
    )


def whole_table(found: Sensitivity) -> pd.DataFrame:
    """The gap over all replications, the noise floor and the number of runs: one row."""
    row = {"mean": found.mean, "sd": found.sd, "floor": found.floor, "runs": found.runs}
    return pd.DataFrame([row])


def _wrapped(row: Row, longest: int, lang: Language) -> str:
    """A name, broken after a dot where it is long."""
    name = input_name(str(row["input"]), lang)
    if "." not in name:
        return textwrap.fill(name, longest)
    lines = [""]
    for part in name.replace(".", ". ").split(" "):
        if len(lines[-1]) + len(part) > longest:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


IMPLEMENTATION = Implementation(
    run,
    tell,
    {"sensitivity": StudyChart("sensitivity", chart.draw, chart.words)},
    check=lambda options: check_budget_line(options.line),
)

"""Sensitivity: which uncertain inputs move the gap of a year?

Sobol indices with their intervals, and a tornado of one input at a time; see ``sobol``.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table
from rich.text import Text

from ..report.charts.bar_rows import Rows, new_rows
from ..report.charts.elements import (
    BILLION,
    key_words,
    listed,
    source_line,
    write_right,
)
from ..report.charts.layout import FigureLayout, LegendEntry, Swatch, finish
from ..report.charts.names import scenario_label
from ..report.charts.scales import number_scale, set_scale, zero_line
from ..report.display_names import line_label
from ..report.i18n import Language, million, number, translate
from ..report.run_tables import prices_label
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, ORANGE, ChartSize
from ..results.cell import parse
from ..runs.study_folder import StudyContent
from ..scenario import Scenario
from .base import Implementation, Inputs, StudyChart, content_of, settings_of
from .options import SensitivityOptions
from .sobol import (
    LUCK,
    PATH,
    TORNADO_REPLICATIONS,
    Row,
    Sensitivity,
    sensitivity_of,
    shown_and_others,
)
from .sobol import sensitivity as compute

TOTAL = Swatch(BLUE, line=True, marker="o", bare=True)
FIRST = Swatch(ORANGE, line=True, marker="D", inside="white", bare=True)
FLOOR = Swatch(DARK, dashes=(2, 2), line=True)
LOW, HIGH = Swatch("#cfcfcf", "////"), Swatch(BLUE)
CHANCE = {PATH: "input_path", LUCK: "input_luck"}
"""Labels of the inputs that are not a key."""
PALE = "#e4e4e4"
PALE_DOT = "#9a9a9a"
MOST = 400
"""End of the scale of indices [%]."""
TOLD_OF = 6
"""Inputs that the words name: the first by total index."""
WIDEST_NAME = 30
"""Letters of a name in the printed table before it goes on the next line."""
SMALL = 0.02
"""Per cent below which an index is printed with three decimals."""


def run(options: SensitivityOptions, inputs: Inputs) -> StudyContent:
    """Compute indices and tornado of the mean gap of a year; raises ``ScenarioError``."""
    settings = settings_of(options, replications=2 * options.points)
    cell = parse(options.cell)
    with inputs.watch("sensitivity", 1) as progress:
        result = compute(inputs.scenario, cell, options.points, settings, inputs.workers, progress)
    tables = {
        "indices": result.indices,
        "tornado": result.tornado,
        "inputs": inputs_table(result),
        "whole": whole_table(result),
    }
    return content_of("sensitivity", options, inputs, settings, tables, ending=[options.year])


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return the printed table and the sentences."""
    result = sensitivity_of(data)
    parts = [index_table(result, data.first, lang), *sentences(result, lang)]
    return [*parts, translate("sensitivity_week", lang)] if data.settings.step == "week" else parts


def input_name(name: str, lang: Language) -> str:
    """What a reader calls an input: a key by its name, chance in words."""
    return translate(CHANCE[name], lang) if name in CHANCE else name


def _title(result: Sensitivity, scenario: Scenario, lang: Language, key: str) -> str:
    return translate(
        key,
        lang,
        line=line_label(result.address.line, lang),
        year=result.address.year,
        prices=prices_label(scenario, lang),
    )


def index_table(result: Sensitivity, scenario: Scenario, lang: Language) -> Table:
    """A row an input: its indices with intervals, and the gap at both its ends."""
    title = _title(result, scenario, lang, "sensitivity_title")
    table = Table(title=title, title_justify="left")
    table.add_column(translate("sensitivity_input", lang), no_wrap=True)
    for key in ("sensitivity_first", "sensitivity_total", "sensitivity_low", "sensitivity_high"):
        table.add_column(translate(key, lang), justify="right", no_wrap=True)
    named, others = shown_and_others(result)
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


def sentences(result: Sensitivity, lang: Language) -> list[str]:
    """How sure the gap is, what brackets mean, and where the noise ends."""
    significant = int(result.indices["told"].sum())
    return [
        translate(
            "sensitivity_gap",
            lang,
            year=result.address.year,
            mean=million(result.mean, lang),
            sd=million(result.sd, lang),
        ),
        translate(
            "sensitivity_floor",
            lang,
            floor=number(100 * result.floor, lang, 3),
            told=significant,
            n=len(result.indices) - 1,
        ),
        translate(
            "sensitivity_method", lang, runs=number(result.runs, lang), n=TORNADO_REPLICATIONS
        ),
    ]


def inputs_table(result: Sensitivity) -> pd.DataFrame:
    """The columns of each input: which keys move together."""
    return pd.DataFrame(
        [(item.name, key) for item in result.inputs for key in item.columns],
        columns=["input", "key"],
    )


def whole_table(result: Sensitivity) -> pd.DataFrame:
    """The gap over all replications, the noise floor and the number of runs: one row."""
    row = {"mean": result.mean, "sd": result.sd, "floor": result.floor, "runs": result.runs}
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


def _name(row: Row, scenario: Scenario, lang: Language) -> str:
    """An input in words."""
    name = str(row["input"])
    return translate(CHANCE[name], lang) if name in CHANCE else key_words(name, scenario, lang)


def names_of(rows: Sequence[Row], scenario: Scenario, lang: Language) -> list[str]:
    """Inputs in words; where two would read alike, by their keys."""
    names = [_name(row, scenario, lang) for row in rows]
    return [str(row["input"]) if names.count(name) > 1 else name
            for row, name in zip(rows, names, strict=True)]  # fmt: skip


def message(result: Sensitivity, scenario: Scenario, lang: Language) -> str:
    """Return which input counts most and for how much of the variance of the gap."""
    (row, *_), _ = shown_and_others(result)
    name = names_of([row], scenario, lang)[0]
    share = number(100 * row["total"], lang)
    return translate("sensitivity_message", lang, name=name[0].upper() + name[1:], share=share,
                     year=result.address.year)  # fmt: skip


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Both panels over the same rows, an input each."""
    result, scenario = sensitivity_of(data), data.first
    named, others = shown_and_others(result)

    def choose(count: int) -> list[int]:
        first = list(range(count))
        luck = next(place for place, row in enumerate(named) if row["input"] == LUCK)
        return first if luck < count else [*first[:-1], luck]

    def notes(shown: int) -> list[str]:
        left = len(others) + len(named) - shown
        note = translate("study_sensitivity_note", lang, others=left)
        return [note, source_line(scenario_label(scenario, lang), lang)]

    rows = new_rows(
        size,
        message(result, scenario, lang),
        [translate("sensitivity_index_axis", lang), translate("sensitivity_tornado_axis", lang)],
        names_of(named, scenario, lang),
        notes,
        subtitle=translate(
            "sensitivity_subtitle",
            lang,
            year=result.address.year,
            line=line_label(result.address.line, lang),
        ),
        lines=1.25,
        entries=[
            [
                LegendEntry(TOTAL, translate("dot_total", lang)),
                LegendEntry(FIRST, translate("dot_first", lang)),
                LegendEntry(FLOOR, translate("line_floor", lang)),
            ],
            [
                LegendEntry(LOW, translate("bar_low", lang)),
                LegendEntry(HIGH, translate("bar_high", lang)),
            ],
        ],
        share=0.3,
        faint=[not row["told"] for row in named],
        gap=0.35,
        choose=choose,
    )  # fmt: skip
    shown = [named[place] for place in rows.shown]
    _indices(rows.layout, result, shown, rows.at, rows.tall, lang)
    _tornado(rows, shown, 0.7 * rows.tall, lang)
    return finish(rows.layout)


def _indices(
    layout: FigureLayout,
    result: Sensitivity,
    rows: Sequence[Row],
    at: Sequence[float],
    tall: float,
    lang: Language,
) -> None:
    """Dots with intervals on a logarithmic scale: the inputs lie orders of magnitude apart.

    In per cent. A first index within its own noise has no place there.
    """
    size, axes = layout.size, layout.panels[0]
    seen = [value for row in rows for value in (row["total"], row["total_low"]) if value > 0]
    least = 50 * min([*seen, *([result.floor] if result.floor else []), 1.0])
    axes.set_xscale("log")
    axes.set_xlim(least, MOST)
    for place, row in zip(at, rows, strict=True):
        significant = bool(row["told"])
        _dot(axes, place - 0.18 * tall, row, "total", TOTAL, least, size, significant)
        if significant and row["first"] > row["first_noise"]:
            _dot(axes, place + 0.22 * tall, row, "first", FIRST, least, size, significant)
    if result.floor:
        axes.axvline(100 * result.floor, color=DARK, linewidth=0.6 * size.line,
                     linestyle=(0, FLOOR.dashes))  # fmt: skip
    set_scale(axes.xaxis, _powers, lambda ticks: [percent(tick, lang) for tick in ticks])


def _powers(least: float, _: float) -> Iterable[list[float]]:
    """Return powers of ten to be named on the scale [%]: each, every second, and so on."""
    powers = range(math.ceil(math.log10(least)), 3)
    for every in range(1, 20):
        yield [10.0**power for power in powers if (2 - power) % every == 0]


def _dot(
    axes: Axes,
    place: float,
    row: Row,
    which: str,
    mark: Swatch,
    least: float,
    size: ChartSize,
    significant: bool,
) -> None:
    value, low, high = (100 * row[f"{which}{part}"] for part in ("", "_low", "_high"))
    colour = mark.colour if significant else PALE_DOT
    if value > 0:
        axes.hlines(place, max(low, least), high, color=colour, linewidth=0.6 * size.line)
        axes.plot([value], [place], mark.marker, color=colour,
                  markerfacecolor=mark.inside or colour, markersize=0.42 * size.text)  # fmt: skip


def percent(value: float, lang: Language) -> str:
    """A share in per cent with the decimals it needs."""
    decimals = max(0, -math.floor(math.log10(value) + 1e-9))
    return f"{number(value, lang, decimals)}%"


def _tornado(drawn: Rows, rows: Sequence[Row], tall: float, lang: Language) -> None:
    size, axes = drawn.layout.size, drawn.layout.panels[1]
    written = []
    for place, row in zip(drawn.at, rows, strict=True):
        for side, mark in (("low", LOW), ("high", HIGH)):
            significant = bool(row["told"])
            axes.barh(place, row[side] / BILLION, tall, color=mark.colour if significant else PALE,
                      edgecolor=DARK, linewidth=0.2 * size.line,
                      hatch=mark.hatch if significant else "")  # fmt: skip
        end = max(row["low"], row["high"], 0.0) / BILLION
        written.append((end, place, number(row["swing"] / BILLION, lang, 2)))
    zero_line(axes.xaxis)
    number_scale(axes.xaxis, lang, 7)
    for end, place, text in written:
        write_right(axes, end, place, text, drawn.points)


def alt_text(data: StudyData, lang: Language) -> str:
    """The chart in a sentence or two, with the numbers of the inputs that matter most."""
    result, scenario = sensitivity_of(data), data.first
    named, _ = shown_and_others(result)
    first = named[:TOLD_OF]
    parts = [
        translate(
            "alt_sensitivity_input",
            lang,
            name=name,
            total=number(100 * row["total"], lang, 1),
            low=number(row["low"] / BILLION, lang, 2),
            high=number(row["high"] / BILLION, lang, 2),
        )
        for row, name in zip(first, names_of(first, scenario, lang), strict=True)
    ]
    title = message(result, scenario, lang)
    return translate("alt_sensitivity", lang, title=title, told=listed(parts))


IMPLEMENTATION = Implementation(
    run,
    tell,
    {"sensitivity": StudyChart("sensitivity", draw, alt_text)},
)

"""What moves the gap: indices with their intervals at the left, the tornado at the right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..report.charts.bar_rows import Rows, new_rows
from ..report.charts.elements import (
    BILLION,
    key_words,
    listed,
    source,
    title_of_scenario,
    write_right,
)
from ..report.charts.layout import FigureLayout, LegendEntry, Swatch, finish
from ..report.charts.scales import number_scale, set_scale, zero_line
from ..report.display_names import line_label
from ..report.i18n import Language, number, translate
from ..report.run_tables import prices_label
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, ORANGE, ChartSize
from ..scenario import Scenario
from .sobol import (
    LUCK,
    PATH,
    TORNADO_REPLICATIONS,
    Row,
    Sensitivity,
    sensitivity_of,
    shown_and_others,
)

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


def _name(row: Row, scenario: Scenario, lang: Language) -> str:
    """An input in words."""
    name = str(row["input"])
    return translate(CHANCE[name], lang) if name in CHANCE else key_words(name, scenario, lang)


def names_of(rows: Sequence[Row], scenario: Scenario, lang: Language) -> list[str]:
    """Inputs in words; where two would read alike, by their keys."""
    names = [_name(row, scenario, lang) for row in rows]
    return [str(row["input"]) if names.count(name) > 1 else name
            for row, name in zip(rows, names, strict=True)]  # fmt: skip


def draw(told: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Both panels over the same rows, an input each."""
    found, scenario = sensitivity_of(told), told.first
    named, others = shown_and_others(found)

    def choose(count: int) -> list[int]:
        first = list(range(count))
        luck = next(place for place, row in enumerate(named) if row["input"] == LUCK)
        return first if luck < count else [*first[:-1], luck]

    def notes(shown: int) -> list[str]:
        note = translate(
            "study_sensitivity_note",
            lang,
            others=len(others) + len(named) - shown,
            runs=number(found.runs, lang),
            n=TORNADO_REPLICATIONS,
        )
        return [note, source(told, title_of_scenario(scenario, lang), lang)]

    rows = new_rows(
        size,
        _title(found, scenario, lang),
        [translate("sensitivity_index_axis", lang), translate("sensitivity_tornado_axis", lang)],
        names_of(named, scenario, lang),
        notes,
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
    _indices(rows.layout, found, shown, rows.at, rows.tall, lang)
    _tornado(rows, shown, 0.7 * rows.tall, lang)
    return finish(rows.layout)


def _title(found: Sensitivity, scenario: Scenario, lang: Language) -> str:
    return translate(
        "sensitivity_chart",
        lang,
        line=line_label(found.address.line, lang),
        year=found.address.year,
        prices=prices_label(scenario, lang),
    )


def _indices(
    layout: FigureLayout,
    found: Sensitivity,
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
    least = 50 * min([*seen, *([found.floor] if found.floor else []), 1.0])
    axes.set_xscale("log")
    axes.set_xlim(least, MOST)
    for place, row in zip(at, rows, strict=True):
        told = bool(row["told"])
        _dot(axes, place - 0.18 * tall, row, "total", TOTAL, least, size, told)
        if told and row["first"] > row["first_noise"]:
            _dot(axes, place + 0.22 * tall, row, "first", FIRST, least, size, told)
    if found.floor:
        axes.axvline(100 * found.floor, color=DARK, linewidth=0.6 * size.line,
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
    told: bool,
) -> None:
    value, low, high = (100 * row[f"{which}{part}"] for part in ("", "_low", "_high"))
    colour = mark.colour if told else PALE_DOT
    if value > 0:
        axes.hlines(place, max(low, least), high, color=colour, linewidth=0.6 * size.line)
        axes.plot([value], [place], mark.marker, color=colour,
                  markerfacecolor=mark.inside or colour, markersize=0.42 * size.text)  # fmt: skip


def percent(value: float, lang: Language) -> str:
    """A share in per cent with the decimals it needs."""
    decimals = max(0, -math.floor(math.log10(value) + 1e-9))
    return f"{number(value, lang, decimals)} %"


def _tornado(drawn: Rows, rows: Sequence[Row], tall: float, lang: Language) -> None:
    size, axes = drawn.layout.size, drawn.layout.panels[1]
    written = []
    for place, row in zip(drawn.at, rows, strict=True):
        for side, mark in (("low", LOW), ("high", HIGH)):
            told = bool(row["told"])
            axes.barh(place, row[side] / BILLION, tall, color=mark.colour if told else PALE,
                      edgecolor=DARK, linewidth=0.2 * size.line,
                      hatch=mark.hatch if told else "")  # fmt: skip
        end = max(row["low"], row["high"], 0.0) / BILLION
        written.append((end, place, number(row["swing"] / BILLION, lang, 2)))
    zero_line(axes.xaxis)
    number_scale(axes.xaxis, lang, 7)
    for end, place, text in written:
        write_right(axes, end, place, text, drawn.points)


def words(told: StudyData, lang: Language) -> str:
    """The chart in a sentence or two, with the numbers of the inputs that matter most."""
    found, scenario = sensitivity_of(told), told.first
    named, _ = shown_and_others(found)
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
    title = _title(found, scenario, lang)
    return translate("alt_sensitivity", lang, title=title, told=listed(parts))

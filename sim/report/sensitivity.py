"""What moves the gap, as a table and a chart: indices with their intervals, and a tornado."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Hashable
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator
from rich.table import Table
from rich.text import Text

from ..address import Address
from ..decide.sensitivity import LUCK, PATH, TORNADO_REPLICATIONS, Sensitivity
from ..scenario import Scenario
from .canvas import BLUE, DARK, GREY, ORANGE, STYLE, head_and_foot, page
from .labels import Language, label, million, number
from .text import prices_label

SHOWN = 15
"""Inputs that a table and a chart show by name; luck comes on top."""
LONGEST = 38
"""Letters of a name beside a bar before it goes on the next line."""
WIDEST_NAME = 30
"""Letters of a name in the printed table before it goes on the next line."""
SMALL = 0.02
"""Per cent below which an index is printed with three decimals."""
LEFT, RIGHT = 0.31, 0.66
"""Where the two panels begin, as parts of the width."""
CHANCE = {PATH: "input_path", LUCK: "input_luck"}
FLOOR = (0, (2, 2))
MARKS: dict[str, Any] = {
    "total": {"marker": "o", "markersize": 4.5},
    "first": {"marker": "D", "markersize": 3.8, "markerfacecolor": "white"},
}
Row = dict[Hashable, Any]


def input_name(name: str, lang: Language) -> str:
    """What a reader calls an input: a key by its name, chance in words."""
    return label(CHANCE[name], lang) if name in CHANCE else name


def shown_and_others(found: Sensitivity) -> tuple[list[Row], list[Row]]:
    """Inputs shown by name, the largest total index first, luck always among them; the others."""
    both = found.indices.merge(found.tornado, on="input", validate="one_to_one")
    rows = both.to_dict("records")
    named = [row for place, row in enumerate(rows) if place < SHOWN or row["input"] == LUCK]
    return named, [row for row in rows if row not in named]


def _title(found: Sensitivity, scenario: Scenario, lang: Language, key: str) -> str:
    return label(
        key,
        lang,
        line=label(f"line_{found.address.line}", lang),
        year=found.address.year,
        prices=prices_label(scenario, lang),
    )


def index_table(found: Sensitivity, scenario: Scenario, lang: Language) -> Table:
    """A row an input: its indices with intervals, and the gap at both its ends."""
    title = _title(found, scenario, lang, "sensitivity_title")
    table = Table(title=title.replace("[", r"\["), title_justify="left")
    table.add_column(label("sensitivity_input", lang), no_wrap=True)
    for key in ("sensitivity_first", "sensitivity_total", "sensitivity_low", "sensitivity_high"):
        table.add_column(label(key, lang), justify="right", no_wrap=True)
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
    interval = label(
        "from_to", lang, low=number(low, lang, decimals), high=number(high, lang, decimals)
    )
    return f"{number(value, lang, decimals)} {interval}"


def _cells_of_others(others: list[Row], lang: Language) -> list[str]:
    first = number(100 * sum(row["first"] for row in others), lang, 2)
    total = number(100 * max(row["total"] for row in others), lang, 2)
    return [
        label("sensitivity_others", lang, n=len(others)),
        label("sensitivity_sum", lang, sum=first),
        label("sensitivity_most", lang, most=total),
        "",
        f"±{million(max(abs(row[side]) for row in others for side in ('low', 'high')), lang)}",
    ]


def sentences(found: Sensitivity, lang: Language) -> list[str]:
    """How sure the gap is, what brackets mean, and where the noise ends."""
    told = int(found.indices["told"].sum())
    return [
        label(
            "sensitivity_gap",
            lang,
            year=found.address.year,
            mean=million(found.mean, lang),
            sd=million(found.sd, lang),
        ),
        label(
            "sensitivity_floor",
            lang,
            floor=number(100 * found.floor, lang, 3),
            told=told,
            n=len(found.inputs) - 1,
        ),
        label("sensitivity_method", lang, runs=number(found.runs, lang), n=TORNADO_REPLICATIONS),
    ]


def by_the_week(lang: Language) -> str:
    """That the runs went by the week."""
    return label("sensitivity_week", lang)


def inputs_table(found: Sensitivity) -> pd.DataFrame:
    """The columns of each input: which keys move together."""
    return pd.DataFrame(
        [(one.name, key) for one in found.inputs for key in one.columns], columns=["input", "key"]
    )


# -- the chart --------------------------------------------------------------------------------


def chart(
    found: Sensitivity, scenario: Scenario, study_id: str, points: int, lang: Language
) -> Figure:
    """Left the indices with their intervals and the floor, right the tornado, row by row."""
    named, others = shown_and_others(found)
    with mpl.rc_context(STYLE):
        figure = page(2.2 + 0.3 * len(named))
        height = float(figure.get_size_inches()[1])
        left, right = (figure.add_axes((x, 1.25 / height, 0.325, 1 - 1.95 / height))
                       for x in (LEFT, RIGHT))  # fmt: skip
        _index_panel(left, found, named, lang)
        _tornado_panel(right, named, lang)
        right.axvline(0, color=DARK, linewidth=0.9)
        names = [_wrapped(row, LONGEST, lang) for row in named]
        left.set_yticks(range(len(named)), names, fontsize=7)
        for text, row in zip(left.get_yticklabels(), named, strict=True):
            text.set_color(DARK if row["told"] else GREY)
        right.set_yticks([])
        for axes in (left, right):
            axes.set_ylim(len(named) - 0.4, -0.6)
            axes.grid(visible=True, axis="x")
            axes.grid(visible=False, axis="y")
            axes.tick_params(axis="y", length=0)
            axes.tick_params(axis="x", labelsize=7)
        _legend(figure, height, lang)
        note = label(
            "sensitivity_note",
            lang,
            others=len(others),
            title=getattr(scenario.title, lang),
            points=number(points, lang),
            runs=number(found.runs, lang),
            n=TORNADO_REPLICATIONS,
            id=study_id,
        )
        head_and_foot(figure, _title(found, scenario, lang, "sensitivity_chart"), note)
        return figure


def whole_table(found: Sensitivity) -> pd.DataFrame:
    """The gap over all replications, the noise floor and the number of runs: one row."""
    row = {"mean": found.mean, "sd": found.sd, "floor": found.floor, "runs": found.runs}
    return pd.DataFrame([row])


def drawn(
    indices: pd.DataFrame,
    tornado: pd.DataFrame,
    whole: pd.DataFrame,
    address: Address,
    scenario: Scenario,
    study_id: str,
    points: int,
    lang: Language,
) -> Figure:
    """The chart from the tables of a study."""
    (row,) = whole.to_dict("records")
    numbers = float(row["floor"]), float(row["mean"]), float(row["sd"]), int(row["runs"])
    found = Sensitivity(address, (), indices, tornado, *numbers)
    return chart(found, scenario, study_id, points, lang)


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


def _index_panel(axes: Axes, found: Sensitivity, named: list[Row], lang: Language) -> None:
    """Dots with intervals on a logarithmic scale: the inputs lie orders of magnitude apart.

    A first index within its own noise has no place there.
    """
    seen = [value for row in named for value in (row["total"], row["total_low"]) if value > 0]
    least = min([*seen, *([found.floor] if found.floor else []), 1.0]) / 2
    axes.set_xscale("log")
    axes.set_xlim(least, 2.0)
    for place, row in enumerate(named):
        told = bool(row["told"])
        _dot(axes, place - 0.13, row, "total", BLUE if told else GREY, least)
        if told and row["first"] > row["first_noise"]:
            _dot(axes, place + 0.2, row, "first", ORANGE, least)
    if found.floor:
        axes.axvline(found.floor, color=DARK, linewidth=1.0, linestyle=FLOOR)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: _percent(100 * v, lang)))
    axes.set_title(label("sensitivity_index_axis", lang), fontsize=8)


def _dot(axes: Axes, place: float, row: Row, which: str, colour: str, least: float) -> None:
    value, low, high = (row[f"{which}{part}"] for part in ("", "_low", "_high"))
    if value > 0:
        axes.hlines(place, max(low, least), high, color=colour, linewidth=1.2)
        axes.plot([value], [place], color=colour, linestyle="", **MARKS[which])


def _percent(percent: float, lang: Language) -> str:
    decimals = max(0, -math.floor(math.log10(percent)))
    return f"{number(percent, lang, decimals)} %"


def _tornado_panel(axes: Axes, named: list[Row], lang: Language) -> None:
    for place, row in enumerate(named):
        for side, colour in (("low", GREY), ("high", BLUE)):
            axes.barh(place, row[side] / 1e9, 0.6, color=colour if row["told"] else "#dddddd",
                      edgecolor=DARK, linewidth=0.3,
                      hatch="////" if side == "low" and row["told"] else "")  # fmt: skip
        _write(axes, place, max(row["low"], row["high"], 0.0) / 1e9, row["swing"] / 1e9, lang)
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + 0.16 * (high - low))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    decimals = 0 if np.ptp(axes.get_xlim()) > 4 else 1
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang, decimals)))
    axes.set_title(label("sensitivity_tornado_axis", lang), fontsize=8)


def _write(axes: Axes, place: int, right: float, swing: float, lang: Language) -> None:
    axes.annotate(number(swing, lang, 2), (right, place), (3, 0), textcoords="offset points",
                  va="center", fontsize=7)  # fmt: skip


def _legend(figure: Figure, height: float, lang: Language) -> None:
    """What dots and bars are, below each panel."""
    dots = [Line2D([], [], color=colour, linewidth=1.2, **MARKS[which])
            for which, colour in (("total", BLUE), ("first", ORANGE))]  # fmt: skip
    line = Line2D([], [], color=DARK, linewidth=1.0, linestyle=FLOOR)
    bars = [Patch(facecolor=GREY, edgecolor=DARK, hatch="////"),
            Patch(facecolor=BLUE, edgecolor=DARK)]  # fmt: skip
    for x, handles, keys in (
        (LEFT, [*dots, line], ("dot_total", "dot_first", "line_floor")),
        (RIGHT, bars, ("bar_low", "bar_high")),
    ):
        figure.legend(handles, [label(key, lang) for key in keys], fontsize=7,
                      loc="lower left", bbox_to_anchor=(x - 0.012, 0.72 / height), ncols=3,
                      frameon=False, handlelength=1.8, columnspacing=1.2)  # fmt: skip

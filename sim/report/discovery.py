"""A discovery as a table, a chart and the sentences that sum it up."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator
from rich.table import Table

from ..decide.design import NONE
from ..decide.discover import RESAMPLES, Box, Discovery, Limit, inside
from ..decide.levers import lever
from .canvas import BLUE, DARK, GREY, ORANGE, STYLE, head_and_foot, page
from .explanation import statistic_name
from .labels import Language, billion, label, number, unit_name
from .levers import lever_name

MOST_MARKS = 2_000
"""Runs drawn at most: more would only hide one another."""
LONGEST = 34
GOLDEN = 0.6180339887
Units = Mapping[str, str]


def percent(share: float, lang: Language) -> str:
    """A share as a whole percentage."""
    return number(100 * share, lang) + " %"


def _banded(share: float, band: tuple[float, float], lang: Language) -> str:
    low, high = (number(100 * end, lang) for end in band)
    return label("discover_with_band", lang, share=percent(share, lang), low=low, high=high)


def plainly(value: float, lang: Language) -> str:
    """A limit to three digits: a box is no sharper than that."""
    if value == 0:
        return "0"
    digits = 2 - int(np.floor(np.log10(abs(value))))
    return number(round(value, digits), lang, max(digits, 0))


def choice_text(choice: str, lang: Language) -> str:
    """A choice of patches by its name; none in words."""
    return label("discover_none", lang) if choice == NONE else choice


def unit_of(name: str, units: Units, lang: Language) -> str:
    """The unit of a lever in words; nothing for patches."""
    return unit_name(units[name], lang) if name in units else ""


def limit_text(limit: Limit, units: Units, lang: Language) -> str:
    """What a limit leaves of a lever: above, below, between, or these choices."""
    if limit.choices:
        return label("discover_or", lang).join(choice_text(one, lang) for one in limit.choices)
    low, high = (None if end is None else plainly(end, lang) for end in (limit.low, limit.high))
    if low is not None and high is not None:
        text = label("discover_between", lang, low=low, high=high)
    elif low is not None:
        text = label("discover_above", lang, low=low)
    else:
        text = label("discover_below", lang, high=high)
    plain = units.get(limit.lever) in ("factor", "share")
    return text if plain else f"{text} {unit_of(limit.lever, units, lang)}".rstrip()


def _limits(box: Box, units: Units, lang: Language) -> str:
    parts = [
        f"{lever_name(lever(one.lever, one.lever), lang)}{' =' if one.choices else ''} "
        f"{limit_text(one, units, lang)}"
        for one in box.limits
    ]
    return label("discover_and", lang).join([", ".join(parts[:-1]), parts[-1]][-len(parts) :])


def claim(found: Discovery, lang: Language) -> str:
    """What the condition says, in words where it is about the gap."""
    where = found.where
    cell = where.cell
    if cell is None or cell.table != "gap" or cell.statistic == "p_positive":
        return label("discover_condition", lang, where=where.text)
    what = statistic_name(cell.statistic, lang)
    if cell.line != "total":
        what = f"{label(f'line_{cell.line}', lang)}, {what}"
    key = "discover_cell_above" if where.above else "discover_cell_below"
    return label(key, lang, year=cell.year, what=what, amount=billion(where.number, lang))


def sentences(found: Discovery, units: Units, lang: Language) -> list[str]:
    """The first box in one sentence, one for each further box, and what the numbers mean."""
    if not found.boxes:
        share = percent(found.share, lang)
        return [label("discover_nothing", lang, claim=claim(found, lang), share=share)]
    told = []
    for position, box in enumerate(found.boxes):
        said = {
            "density": _banded(box.density, box.density_band, lang),
            "limits": _limits(box, units, lang),
            "coverage": _banded(box.coverage, box.coverage_band, lang),
        }
        if position == 0:
            said["claim"] = claim(found, lang)
        told.append(label("discover_further" if position else "discover_sentence", lang, **said))
    return [*told, label("discover_method", lang, n=RESAMPLES)]


def heading(found: Discovery, sweep: str, lang: Language) -> str:
    """What was looked for, where, and how often it is there."""
    return label(
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
    title = label(
        "discover_box",
        lang,
        n=position + 1,
        coverage=_banded(box.coverage, box.coverage_band, lang),
        density=_banded(box.density, box.density_band, lang),
        runs=number(box.runs, lang),
    )
    table = Table(title=title.replace("[", r"\["), title_justify="left")
    for key in ("lever", "limit", "tried"):
        table.add_column(label(f"discover_{key}", lang), overflow="fold")
    table.add_column(label("discover_chance", lang), justify="right", no_wrap=True)
    for one in box.limits:
        table.add_row(
            lever_name(lever(one.lever, one.lever), lang),
            limit_text(one, units, lang),
            _tried(found, one.lever, lang),
            chance_text(one.chance, lang),
        )
    return table


def chance_text(chance: float, lang: Language) -> str:
    """A small chance, never as nought."""
    return f"< {number(0.001, lang, 3)}" if chance < 0.001 else number(chance, lang, 3)


def _tried(found: Discovery, name: str, lang: Language) -> str:
    values = found.table[name]
    if values.dtype.kind != "f":
        return ", ".join(choice_text(one, lang) for one in sorted(set(map(str, values))))
    low, high = plainly(float(values.min()), lang), plainly(float(values.max()), lang)
    return label("range", lang, low=low, high=high)


def rows(found: Discovery) -> pd.DataFrame:
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


def chart(
    found: Discovery, sweep: str, units: Units, study_id: str, replications: int, lang: Language
) -> Figure:
    """The first box: its limits as bars, and the runs over the two levers that restrict most."""
    box = found.boxes[0]
    with mpl.rc_context(STYLE):
        bars = 0.42 * len(box.limits)
        figure = page(bars + 5.3)
        height = float(figure.get_size_inches()[1])
        above = figure.add_axes((0.34, 1 - (0.8 + bars) / height, 0.6, bars / height))
        _bars(above, found, box, units, lang)
        below = figure.add_axes((0.13, 0.98 / height, 0.81, 3.05 / height))
        _scatter(below, found, box, units, lang)
        note = label(
            "discover_note",
            lang,
            where=found.where.text,
            sweep=sweep,
            runs=number(len(found.table), lang),
            n=number(replications, lang),
            id=study_id,
            density=_banded(box.density, box.density_band, lang),
            coverage=_banded(box.coverage, box.coverage_band, lang),
        )
        title = label(
            "discover_chart",
            lang,
            density=percent(box.density, lang),
            coverage=percent(box.coverage, lang),
        )
        head_and_foot(figure, title, note)
        return figure


def _bars(axes: Axes, found: Discovery, box: Box, units: Units, lang: Language) -> None:
    names = []
    for position, one in enumerate(box.limits):
        axes.barh(position, 1, 0.5, color="white", edgecolor=GREY, linewidth=0.8)
        values = found.table[one.lever]
        if one.choices:
            every = sorted(set(map(str, values)))
            for number_, choice in enumerate(every):
                text = choice_text(choice, lang)
                _choice(axes, position, number_, len(every), text, choice in one.choices)
        else:
            _stretch(axes, position, one, float(values.min()), float(values.max()), lang)
        unit = unit_of(one.lever, units, lang)
        name = textwrap.fill(lever_name(lever(one.lever, one.lever), lang), LONGEST)
        names.append(f"{name}\n[{unit}]" if unit else name)
    axes.set_yticks(range(len(names)), names, fontsize=7.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(-0.002, 1.002)
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.tick_params(axis="y", length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_title(label("discover_bars", lang), fontsize=9)


def _stretch(
    axes: Axes, position: int, one: Limit, least: float, most: float, lang: Language
) -> None:
    low = least if one.low is None else one.low
    high = most if one.high is None else one.high
    left, right = (low - least) / (most - least), (high - least) / (most - least)
    axes.barh(position, right - left, 0.5, left=left, color=BLUE, edgecolor=DARK, linewidth=0.8)
    for value, x, side in ((least, 0.0, "left"), (most, 1.0, "right")):
        inside_ = left <= x <= right
        axes.text(x + (0.008 if side == "left" else -0.008), position, plainly(value, lang),
                  ha=side, va="center", fontsize=7, color="white" if inside_ else DARK)  # fmt: skip
    for end, x in ((one.low, left), (one.high, right)):
        if end is not None:
            axes.annotate(plainly(end, lang), (x, position - 0.25), (0, 1.5), va="bottom",
                          textcoords="offset points", ha="center", fontsize=7, weight="bold",
                          annotation_clip=False)  # fmt: skip


def _choice(axes: Axes, position: int, place: int, count: int, text: str, kept: bool) -> None:
    colour = BLUE if kept else "white"
    axes.barh(position, 1 / count, 0.5, left=place / count, color=colour, edgecolor=DARK,
              linewidth=0.8)  # fmt: skip
    shown = textwrap.shorten(text, max(6, 66 // count), placeholder="...")
    axes.text((place + 0.5) / count, position, shown, ha="center", va="center", fontsize=7,
              color="white" if kept else DARK)  # fmt: skip


def _axes_of(found: Discovery, box: Box) -> list[str]:
    """The two levers that restrict most; with one limit, another lever of the sweep beside it.

    Patches go along the page, where there is room for their names.
    """
    names = [one.lever for one in box.limits]
    chosen = [*names, *(name for name in found.levers if name not in names)][:2]
    return sorted(chosen, key=lambda name: found.table[name].dtype.kind == "f")


def _scatter(axes: Axes, found: Discovery, box: Box, units: Units, lang: Language) -> None:
    names = _axes_of(found, box)
    table = found.table
    step = -(-len(table) // MOST_MARKS)
    shown = np.arange(len(table)) % step == 0
    x = _along(table, names[0])
    y = _along(table, names[1]) if len(names) > 1 else np.arange(len(table)) * GOLDEN % 1.0
    others = inside([one for one in box.limits if one.lever not in names], table)
    for holds, marker, colour, key in ((False, "o", GREY, "discover_holds_not"),
                                       (True, "^", ORANGE, "discover_holds")):  # fmt: skip
        for near in (False, True):
            chosen = shown & (found.interest == holds) & (others == near)
            axes.scatter(x[chosen], y[chosen], s=17 if holds else 11, marker=marker,
                         facecolors=colour if holds else "none", edgecolors=DARK if holds else GREY,
                         linewidths=0.5 if holds else 0.8, alpha=1.0 if near else 0.25,
                         label=label(key, lang) if near else None)  # fmt: skip
    _frame(axes, box, names, found)
    for number_, name in enumerate(names):
        _axis(axes, "xy"[number_], table, name, units, lang)
    if len(names) < 2:
        axes.set_yticks([])
    axes.grid(visible=False)
    axes.set_title(label("discover_scatter", lang), fontsize=9, pad=20)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, fontsize=7.5, frameon=False,
                borderaxespad=0.2, handletextpad=0.1)  # fmt: skip
    if not others.all():
        axes.text(0.0, 1.02, label("discover_pale", lang), transform=axes.transAxes, fontsize=7.5)


def _along(table: pd.DataFrame, name: str) -> Any:
    """Where runs lie along a lever; choices side by side, each a band as wide as its runs need."""
    values = table[name]
    if values.dtype.kind == "f":
        return values.to_numpy()
    places = {choice: place for place, choice in enumerate(sorted(set(map(str, values))))}
    scattered = np.arange(len(table)) * GOLDEN % 1.0 - 0.5
    return np.array([places[str(value)] for value in values]) + 0.7 * scattered


def _ends(one: Limit, table: pd.DataFrame) -> list[tuple[float, float]]:
    """The stretches of an axis that a limit leaves."""
    if one.choices:
        every = sorted(set(map(str, table[one.lever])))
        return [(every.index(c) - 0.42, every.index(c) + 0.42) for c in one.choices]
    values = table[one.lever]
    low = float(values.min()) if one.low is None else one.low
    return [(low, float(values.max()) if one.high is None else one.high)]


def _frame(axes: Axes, box: Box, names: Sequence[str], found: Discovery) -> None:
    """The box drawn over the runs; a lever that does not restrict is crossed from end to end."""
    limits = {one.lever: one for one in box.limits}
    low, high = axes.get_ylim()
    axes.set_ylim(low - 0.02 * (high - low), high + 0.02 * (high - low))
    stretches = [_ends(limits[name], found.table) if name in limits else None for name in names]
    stretches += [None] * (2 - len(stretches))
    for left, right in stretches[0] or []:
        for bottom, top in stretches[1] or [(low, high)]:
            axes.add_patch(Rectangle((left, bottom), right - left, top - bottom, fill=False,
                                     edgecolor=BLUE, linewidth=2.0))  # fmt: skip


def _axis(
    axes: Axes, which: str, table: pd.DataFrame, name: str, units: Units, lang: Language
) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    unit = unit_of(name, units, lang)
    text = lever_name(lever(name, name), lang)
    axis.set_label_text(f"{text} [{unit}]" if unit else text, fontsize=8)
    values = table[name]
    if values.dtype.kind == "f":
        axis.set_major_locator(MaxNLocator(6))
        size = float(np.ptp(values.to_numpy()))
        decimals = 0 if size == 0 else max(0, 1 - int(np.floor(np.log10(size))))
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value, lang, decimals)))
    else:
        every = sorted(set(map(str, values)))
        axis.set_ticks(
            range(len(every)), [textwrap.fill(choice_text(one, lang), 14) for one in every]
        )
    axes.tick_params(labelsize=7.5)

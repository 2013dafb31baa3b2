"""The frontier of two levers as a heat map: the number in each square, the line where it is met."""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..model.sampling import Floats
from ..report.charts.elements import listed, source_line
from ..report.charts.layout import (
    LEADING,
    POINTS,
    FigureLayout,
    LegendEntry,
    Swatch,
    finish,
    inches_of,
    new_figure,
    text_width,
    wrapped,
)
from ..report.charts.names import scenario_label
from ..report.charts.scales import number_scale
from ..report.i18n import Language, number, translate
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, ORANGE, ChartSize
from ..report.style_sheet import tint
from .asked import Lever, lever
from .levers import quantity_of
from .target import (
    Bools,
    Target,
    amount,
    asked_target,
    basis,
    cell_and_unit,
    how,
    lever_and_unit,
    lever_unit,
    target_words,
    unit_of,
    value_words,
)

MOST_SHADE = 0.55
"""Opacity of the colours of the squares furthest from the target: numbers stay readable."""
LINE = Swatch(DARK, line=True)
PLOT = {"column": 2.3, "page": 3.6}


@dataclass(frozen=True)
class Grid:
    """The values tried of both levers, what the cell is there, and where it is met: (x, y)."""

    tried: tuple[Floats, Floats]
    held: Floats
    met: Bools


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """The heat map; across the first lever, upward the second."""
    target, scenario = asked_target(data), data.first
    first, second = _levers(data)
    units = [quantity_of(scenario, each, "--lever").unit for each in (first, second)]
    upward = lever_and_unit(second, units[1], scenario, lang)
    cell = cell_and_unit(target, scenario, lang)
    words_ = {"cell": cell[0].upper() + cell[1:], "how": basis(target, lang)}
    layout = new_figure(
        size,
        message(data, lang),
        [upward],
        [source_line(scenario_label(scenario, lang), lang)],
        subtitle=translate("frontier_subtitle", lang, **words_),
        plots=[PLOT["column" if size.brief else "page"]],
        entries=[
            [
                LegendEntry(Swatch(tint(BLUE, MOST_SHADE)), translate("study_frontier_met", lang)),
                LegendEntry(Swatch(tint(ORANGE, MOST_SHADE)), translate("frontier_missed", lang)),
                LegendEntry(LINE, translate("frontier_limit", lang)),
            ]
        ],
        under=[lever_and_unit(first, units[0], scenario, lang)],
    )
    layout.panels[0].set_ylabel(
        wrapped(upward, size.text, PLOT["column" if size.brief else "page"])
    )
    grid = _grid(data, [lever_unit(unit) for unit in units], unit_of(target))
    _heat(layout, grid, target, lang)
    return finish(layout)


def message(data: StudyData, lang: Language) -> str:
    """Return the target and in how many of the combinations tried it is met."""
    met = data.table("grid")["met"].astype(bool)
    target = target_words(asked_target(data), data.first, lang)
    words_ = {"target": target[0].upper() + target[1:], "n": number(met.size, lang)}
    return translate("frontier_message", lang, met=number(int(met.sum()), lang), **words_)


def _levers(data: StudyData) -> tuple[Lever, Lever]:
    first, second = (lever(text, "levers") for text in data.asked["levers"])
    return first, second


def _grid(data: StudyData, across: list[float], unit: float) -> Grid:
    table = data.table("grid")
    names = [str(lever) for lever in _levers(data)]
    x, y = (np.unique(table[name].to_numpy(float)) for name in names)
    wide = pd.DataFrame({"x": table[names[0]], "y": table[names[1]], "held": table["held"],
                         "met": table["met"].astype(bool)}).sort_values(["x", "y"])  # fmt: skip
    shape = (len(x), len(y))
    held = wide["held"].to_numpy(float).reshape(shape) / unit
    return Grid((x / across[0], y / across[1]), held, wide["met"].to_numpy().reshape(shape))


def _edges(values: Floats) -> Floats:
    if len(values) < 2:
        return np.array([values[0] - 0.5, values[0] + 0.5])
    half = np.diff(values) / 2
    return np.concatenate([values[:1] - half[:1], values[:-1] + half, values[-1:] + half[-1:]])


def _heat(layout: FigureLayout, grid: Grid, target: Target, lang: Language) -> None:
    """Shades, the further from the target the stronger; the line and bold numbers read in grey."""
    size, (axes,) = layout.size, layout.panels
    x, y = (_edges(values) for values in grid.tried)
    missed = target.missed(grid.held * unit_of(target))
    ends = min(float(np.nanmin(missed)), -1e-9), max(float(np.nanmax(missed)), 1e-9)
    colours = [tint(BLUE, MOST_SHADE), "#ffffff", tint(ORANGE, MOST_SHADE)]
    shades = mpl.colors.LinearSegmentedColormap.from_list("far", colours)
    axes.pcolormesh(x, y, missed.T, cmap=shades,
                    norm=mpl.colors.TwoSlopeNorm(0.0, *ends))  # fmt: skip
    axes.grid(visible=False)
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(y[0], y[-1])
    _border(axes, x, y, grid.met, 1.3 * size.line)
    number_scale(axes.yaxis, lang)
    number_scale(axes.xaxis, lang, 7)
    finish(layout)
    _numbers(layout, axes, grid, lang)


def _border(axes: Axes, x: Floats, y: Floats, met: Bools, width: float) -> None:
    """Draw the line between squares where the target is met and others: across no number."""
    for i, j in zip(*np.nonzero(met[1:] != met[:-1]), strict=True):
        axes.plot([x[i + 1]] * 2, y[j : j + 2], color=LINE.colour, linewidth=width, zorder=3)
    for i, j in zip(*np.nonzero(met[:, 1:] != met[:, :-1]), strict=True):
        axes.plot(x[i : i + 2], [y[j + 1]] * 2, color=LINE.colour, linewidth=width, zorder=3)


def _numbers(layout: FigureLayout, axes: Axes, grid: Grid, lang: Language) -> None:
    """Write the number in each square, bold where the target is met; fewer if space is short."""
    decimals = 1 if float(np.nanmax(np.abs(grid.held))) < 100 else 0
    texts = [[number(float(value), lang, decimals) for value in row] for row in grid.held]
    wide, tall = inches_of(axes)
    slot = wide / len(grid.tried[0]), tall / len(grid.tried[1])
    points, every = _room([text for row in texts for text in row], slot, layout.size)
    for i, a in list(enumerate(grid.tried[0]))[::every]:
        for j, b in list(enumerate(grid.tried[1]))[::every]:
            axes.text(a, b, texts[i][j], ha="center", va="center", fontsize=points, zorder=5,
                      fontweight="bold" if grid.met[i, j] else "normal")  # fmt: skip


def _room(texts: list[str], slot: tuple[float, float], size: ChartSize) -> tuple[float, int]:
    """Return the size of the numbers, and in every how many squares one is written."""
    for every in range(1, 30):
        for points in (size.text, size.small):
            wide = 1.15 * max(text_width(text, points, bold=True) for text in texts)
            if wide < every * slot[0] and LEADING * points / POINTS < every * slot[1]:
                return points, every
    return size.small, 30


def words(data: StudyData, lang: Language) -> str:
    """The chart in some sentences: its corners, and where the target is just met."""
    target, scenario = asked_target(data), data.first
    first, second = _levers(data)
    units = [quantity_of(scenario, each, "--lever").unit for each in (first, second)]
    grid = _grid(data, [1.0, 1.0], 1.0)
    x, y = grid.tried
    corners = [
        translate(
            "alt_frontier_corner",
            lang,
            first=amount(float(x[i]), lang, units[0]),
            second=amount(float(y[j]), lang, units[1]),
            held=value_words(target, float(grid.held[i, j]), lang),
        )
        for i in (0, -1)
        for j in (0, -1)
    ]
    return translate(
        "alt_frontier",
        lang,
        cell=cell_and_unit(target, scenario, lang),
        first=lever_and_unit(first, units[0], scenario, lang),
        second=lever_and_unit(second, units[1], scenario, lang),
        target=target_words(target, scenario, lang),
        how=how(target, lang),
        met=number(int(grid.met.sum()), lang),
        n=number(grid.met.size, lang),
        corners=listed(corners),
        line=_line(data, (first, second), units, lang),
    )


def _line(data: StudyData, levers: tuple[Lever, Lever], units: list[str], lang: Language) -> str:
    """Where the first lever just meets the target, for each value of the second."""
    table = data.table("frontier")
    first, second = (str(lever) for lever in levers)
    parts = [
        translate(
            "alt_frontier_met",
            lang,
            second=amount(row[second], lang, units[1]),
            first=amount(row[first], lang, units[0]),
        )
        for row in table.to_dict("records")
        if not pd.isna(row[first])
    ]
    return translate("alt_frontier_line", lang, told=listed(parts)) if parts else ""

"""The frontier of two levers as a heat map: the number in each square, the line where it is met."""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from ..model.sampling import Floats
from ..report.charts.elements import listed, source, title_of_scenario
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
)
from ..report.charts.scales import number_scale
from ..report.i18n import Language, number, translate
from ..report.study_data import StudyData
from ..report.style import DARK, ChartSize
from .asked import Lever, lever
from .levers import quantity_of
from .target import (
    Bools,
    amount,
    asked_target,
    cell_and_unit,
    how,
    lever_and_unit,
    lever_unit,
    target_words,
    title,
    unit_of,
    value_words,
)

SHADES = ("#3f7fb5", "#ffffff", "#c9731c")
"""Far on the side where it is met, on the line, far on the other side."""
MET = Swatch("#ffffff", "////")
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
    note = translate(
        "study_frontier_note",
        lang,
        cell=cell_and_unit(target, scenario, lang),
        how=how(target, lang),
    )
    layout = new_figure(
        size,
        title(target, scenario, lang),
        [translate("study_upward", lang, what=lever_and_unit(second, units[1], scenario, lang))],
        [note, source(data, title_of_scenario(scenario, lang), lang)],
        plots=[PLOT["column" if size.brief else "page"]],
        entries=[
            [
                LegendEntry(MET, translate("study_frontier_met", lang)),
                LegendEntry(LINE, translate("study_frontier_line", lang)),
            ]
        ],
        under=[
            translate("study_across", lang, what=lever_and_unit(first, units[0], scenario, lang))
        ],
    )
    grid = _grid(data, [lever_unit(unit) for unit in units], unit_of(target))
    _heat(layout, grid, target.number / unit_of(target), lang)
    return finish(layout)


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


def _heat(layout: FigureLayout, grid: Grid, line: float, lang: Language) -> None:
    """Shades that read in grey: the further from the line, the darker; hatched where it is met."""
    size, (axes,) = layout.size, layout.panels
    x, y = (_edges(values) for values in grid.tried)
    least = 1e-9
    low, high = float(np.nanmin(grid.held)), float(np.nanmax(grid.held))
    norm = mpl.colors.TwoSlopeNorm(line, min(low, line - least), max(high, line + least))
    shades = mpl.colors.LinearSegmentedColormap.from_list("far", list(SHADES))
    axes.pcolormesh(x, y, grid.held.T, cmap=shades, norm=norm)
    axes.grid(visible=False)
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(y[0], y[-1])
    for i, j in zip(*np.nonzero(grid.met), strict=True):
        axes.add_patch(
            Rectangle((x[i], y[j]), x[i + 1] - x[i], y[j + 1] - y[j], fill=False, hatch=MET.hatch,
                      edgecolor="#ffffff", linewidth=0, alpha=0.75)
        )  # fmt: skip
    if low < line < high and min(grid.held.shape) > 1:
        axes.contour(*grid.tried, grid.held.T, levels=[line], colors=[DARK],
                     linewidths=size.line, zorder=3)  # fmt: skip
    number_scale(axes.yaxis, lang)
    number_scale(axes.xaxis, lang, 7)
    finish(layout)
    _numbers(layout, axes, grid, lang)


def _numbers(layout: FigureLayout, axes: Axes, grid: Grid, lang: Language) -> None:
    """Write the number in each square, or in every second or third if space is short."""
    decimals = 1 if float(np.nanmax(np.abs(grid.held))) < 100 else 0
    texts = [[number(float(value), lang, decimals) for value in row] for row in grid.held]
    wide, tall = inches_of(axes)
    slot = wide / len(grid.tried[0]), tall / len(grid.tried[1])
    points, every = _room([text for row in texts for text in row], slot, layout.size)
    halo = [withStroke(linewidth=0.4 * points, foreground="white")]
    for i, a in list(enumerate(grid.tried[0]))[::every]:
        for j, b in list(enumerate(grid.tried[1]))[::every]:
            axes.text(a, b, texts[i][j], ha="center", va="center", fontsize=points, zorder=5,
                      path_effects=halo)  # fmt: skip


def _room(texts: list[str], slot: tuple[float, float], size: ChartSize) -> tuple[float, int]:
    """Return the size of the numbers, and in every how many squares one is written."""
    for every in range(1, 30):
        for points in (size.text, size.small):
            wide = 1.15 * max(text_width(text, points) for text in texts)
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

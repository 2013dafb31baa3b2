"""The runs of a sweep over two levers: a mark each, or a circle for all at the same place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from ..model.sampling import Floats
from ..report.charts.layout import (
    POINTS,
    FigureLayout,
    LegendEntry,
    Swatch,
    finish,
    inches_of,
    shortened,
    text_width,
    wrapped,
)
from ..report.charts.scales import number_scale, text_scale
from ..report.i18n import Language, number, translate
from ..report.style import BLUE, DARK, ORANGE, ChartSize
from .discover_text import choice_text
from .prim import Bools, Box, Discovery, Limit, in_box

MOST_MARKS = 2_000
"""Runs drawn at most: more would only hide one another."""
CROWDED = 2
"""Runs at each place, on average, from which a place has one circle."""
GOLDEN = 0.6180339887
HOLDS = Swatch(ORANGE, line=True, marker="^", bare=True)
HOLDS_NOT = Swatch("#6f6f6f", line=True, marker="o", inside="white", bare=True)
FRAME = Swatch(BLUE, line=True)
SHADES = LinearSegmentedColormap.from_list("share", ["#ffffff", "#f2c99b", "#8a4a10"])
STEPS = (0.0, 0.5, 1.0)
DARK_FROM = 0.7
"""Share from which a shade is dark, so that the number on it is white."""
NAMES_SHARE = 0.22


def axes_of(discovery: Discovery, box: Box) -> list[str]:
    """The two levers that restrict most; with one limit, another lever of the sweep beside it.

    Patches go along the page, where there is room for their names.
    """
    names = [limit.lever for limit in box.limits]
    chosen = [*names, *(name for name in discovery.levers if name not in names)][:2]
    return sorted(chosen, key=lambda name: discovery.table[name].dtype.kind == "f")


def crowded(discovery: Discovery, box: Box) -> bool:
    """Whether runs lie at the same few places, so that they would hide one another."""
    places = discovery.table[axes_of(discovery, box)].drop_duplicates()
    return len(discovery.table) >= CROWDED * len(places)


def keys_of(discovery: Discovery, lang: Language) -> list[LegendEntry]:
    """What marks, shades and the frame mean."""
    frame = LegendEntry(FRAME, translate("study_discover_frame", lang))
    if crowded(discovery, discovery.boxes[0]):
        shades = [
            LegendEntry(Swatch(_hex(share)), f"{number(100 * share, lang)}%") for share in STEPS
        ]
        return [*shades, frame]
    return [
        LegendEntry(HOLDS, translate("discover_holds", lang)),
        LegendEntry(HOLDS_NOT, translate("discover_holds_not", lang)),
        frame,
    ]


def note_of(discovery: Discovery, lang: Language) -> str:
    """What is to be known of the marks."""
    if crowded(discovery, discovery.boxes[0]):
        return translate("study_discover_crowded_brief", lang)
    others = _others(discovery, discovery.boxes[0])
    return "" if others.all() else translate("discover_pale", lang).capitalize() + "."


def _hex(share: float) -> str:
    red, green, blue, _ = SHADES(share)
    return "#" + "".join(f"{round(255 * part):02x}" for part in (red, green, blue))


def _others(discovery: Discovery, box: Box) -> Bools:
    """Which runs lie inside the box in all levers that are not drawn."""
    names = axes_of(discovery, box)
    return in_box([limit for limit in box.limits if limit.lever not in names], discovery.table)


def draw_runs(
    layout: FigureLayout, panel: int, discovery: Discovery, box: Box, lang: Language
) -> None:
    """The runs in a panel, with the box around those in it."""
    axes, names = layout.panels[panel], axes_of(discovery, box)
    many = crowded(discovery, box)
    x = along(discovery.table, names[0], scattered=not many)
    y: Floats = np.asarray(np.arange(len(x)) * GOLDEN % 1.0)
    if len(names) > 1:
        y = along(discovery.table, names[1], scattered=not many)
    _limits(layout, panel, discovery, names, (x, y))
    _scales(layout, panel, discovery, names, lang)
    finish(layout)
    if many and len(names) > 1:
        _circles(layout, panel, discovery, box, (x, y), lang)
    else:
        _marks(layout, panel, discovery, box, (x, y))
    _frame(layout, panel, box, names, discovery)
    axes.grid(visible=False)


def along(table: pd.DataFrame, name: str, scattered: bool) -> Floats:
    """Where runs lie along a lever; choices side by side, each a band as wide as its runs need."""
    values = table[name]
    if values.dtype.kind == "f":
        return values.to_numpy(float)
    places = {choice: place for place, choice in enumerate(sorted(set(map(str, values))))}
    at = np.array([float(places[str(value)]) for value in values])
    aside = np.arange(len(table)) * GOLDEN % 1.0 - 0.5
    return at + 0.7 * aside if scattered else at


def _limits(
    layout: FigureLayout,
    panel: int,
    discovery: Discovery,
    names: Sequence[str],
    at: tuple[Floats, Floats],
) -> None:
    axes = layout.panels[panel]
    for which, values in zip("xy", at, strict=True):
        name = names["xy".index(which)] if len(names) > "xy".index(which) else ""
        low, high = float(values.min()), float(values.max())
        room = 0.05 * (high - low)
        if name and discovery.table[name].dtype.kind != "f":
            low, high, room = round(low), round(high), 0.6
        elif name and crowded(discovery, discovery.boxes[0]):
            room = max(room, 0.6 * (high - low) / max(discovery.table[name].nunique() - 1, 1))
        getattr(axes, f"set_{which}lim")(low - room, high + room)


def _scales(
    layout: FigureLayout, panel: int, discovery: Discovery, names: Sequence[str], lang: Language
) -> None:
    axes, size = layout.panels[panel], layout.size
    if len(names) < 2:
        axes.set_yticks([])
    elif discovery.table[names[1]].dtype.kind == "f":
        number_scale(axes.yaxis, lang)
    else:
        most = NAMES_SHARE * size.width_inches
        every = [choice_text(item, lang) for item in _choices(discovery, names[1])]
        text_scale(axes.yaxis, [wrapped(text, size.text, most) for text in every])
    if discovery.table[names[0]].dtype.kind == "f":
        number_scale(axes.xaxis, lang, 7)
    else:
        choices_below(axes, [choice_text(item, lang) for item in _choices(discovery, names[0])],
                      size, 0.8 * size.width_inches / (2 if size.height_inches else 1))  # fmt: skip


def choices_below(axes: Axes, names: Sequence[str], size: ChartSize, room: float) -> None:
    """Write the names of choices below a panel, in lines as wide as each has room [inches]."""
    slot = 0.92 * room / len(names)
    lines = [wrapped(name, size.text, slot) for name in names]
    axes.set_xticks(range(len(names)), ["\n".join(shortened(line, size.text, slot)
                    for line in text.split("\n")) for text in lines])  # fmt: skip


def _choices(discovery: Discovery, name: str) -> list[str]:
    return sorted(set(map(str, discovery.table[name])))


def _marks(
    layout: FigureLayout, panel: int, discovery: Discovery, box: Box, at: tuple[Floats, Floats]
) -> None:
    size, axes = layout.size, layout.panels[panel]
    step = -(-len(discovery.table) // MOST_MARKS)
    chosen = np.arange(len(discovery.table)) % step == 0
    others = _others(discovery, box)
    for holds, mark in ((False, HOLDS_NOT), (True, HOLDS)):
        for near in (False, True):
            here = chosen & (discovery.interest == holds) & (others == near)
            axes.scatter(
                at[0][here], at[1][here], s=(0.5 * size.text) ** 2, marker=mark.marker,
                facecolors=mark.inside or mark.colour, edgecolors=DARK if holds else mark.colour,
                linewidths=0.35 * size.line, alpha=1.0 if near else 0.25,
            )  # fmt: skip


def _circles(
    layout: FigureLayout,
    panel: int,
    discovery: Discovery,
    box: Box,
    at: tuple[Floats, Floats],
    lang: Language,
) -> None:
    """A circle a place: its size how many runs, its shade and number in which part it holds."""
    size, axes = layout.size, layout.panels[panel]
    counted = _others(discovery, box)
    table = pd.DataFrame({"x": at[0], "y": at[1], "holds": discovery.interest})[counted]
    places = table.groupby(["x", "y"])["holds"].agg(["size", "mean"]).reset_index()
    apart = 0.9 * POINTS * min(_slots(layout, panel, at))
    on_grid = 2 * len(places) >= places["x"].nunique() * places["y"].nunique()
    widest = min(apart, 4.2 * size.text) if on_grid else 0.9 * size.text
    most = float(places["size"].max())
    for x, y, runs, share in places.itertuples(index=False):
        across = widest * np.sqrt(runs / most)
        axes.scatter([x], [y], s=across**2, color=[SHADES(share)], edgecolors=DARK,
                     linewidths=0.35 * size.line, zorder=3)  # fmt: skip
        text = number(100 * share, lang)
        if on_grid and max(text_width(text, size.text) * POINTS, size.text) < 0.75 * across:
            axes.text(x, y, text, ha="center", va="center", fontsize=size.text, zorder=4,
                      color="white" if share > DARK_FROM else DARK)  # fmt: skip


def _slots(layout: FigureLayout, panel: int, at: tuple[Floats, Floats]) -> tuple[float, float]:
    """How far places lie apart along both axes [inches]."""
    axes = layout.panels[panel]
    wide, tall = inches_of(axes)
    result = []
    for values, limits, inches in (
        (at[0], axes.get_xlim(), wide),
        (at[1], axes.get_ylim(), tall),
    ):
        steps = np.diff(np.unique(values))
        least = float(steps.min()) if len(steps) else limits[1] - limits[0]
        result.append(inches * least / (limits[1] - limits[0]))
    return result[0], result[1]


def _stretches(
    limit: Limit, discovery: Discovery, whole: tuple[float, float]
) -> list[tuple[float, float]]:
    """The stretches of an axis that a limit leaves."""
    if limit.choices:
        every = _choices(discovery, limit.lever)
        return [(every.index(c) - 0.45, every.index(c) + 0.45) for c in limit.choices]
    inset = 0.01 * (whole[1] - whole[0])
    low = whole[0] + inset if limit.low is None else limit.low
    return [(low, whole[1] - inset if limit.high is None else limit.high)]


def _frame(
    layout: FigureLayout, panel: int, box: Box, names: Sequence[str], discovery: Discovery
) -> None:
    """The box drawn over the runs; a lever that does not restrict is crossed from end to end."""
    axes = layout.panels[panel]
    limits: dict[str, Any] = {one.lever: one for one in box.limits}
    ends = (axes.get_xlim(), axes.get_ylim())
    stretches = []
    for place, whole in enumerate(ends):
        one = limits.get(names[place]) if place < len(names) else None
        inset = 0.01 * (whole[1] - whole[0])
        stretches.append(_stretches(one, discovery, whole) if one
                         else [(whole[0] + inset, whole[1] - inset)])  # fmt: skip
    for left, right in stretches[0]:
        for bottom, top in stretches[1]:
            axes.add_patch(Rectangle((left, bottom), right - left, top - bottom, fill=False,
                                     edgecolor=BLUE, linewidth=0.9 * layout.size.line,
                                     zorder=5))  # fmt: skip

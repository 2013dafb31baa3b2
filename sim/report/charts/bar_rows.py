"""Charts of horizontal bars, with names at the left or above each bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..style import DARK, ChartSize
from .layout import (
    LEADING,
    POINTS,
    FigureLayout,
    LegendEntry,
    finish,
    inches_of,
    new_figure,
    text_height,
    wrapped,
)

NAMES_SHARE = 0.36
"""Share of the width that names at the left may take."""
FAINT = "#6f6f6f"
TALLEST = 9.7
"""Height of what can be printed on A4 [inches]; texts are small where it would be passed."""


@dataclass(frozen=True)
class Rows:
    """A figure of rows: ``at`` is the middle of each row's bars, ``tall`` their largest height.

    Both in the units of the vertical axes, which run downward [inches]; ``shown`` are the numbers
    of the rows that have room; ``points`` is the size of their texts.
    """

    layout: FigureLayout
    at: tuple[float, ...]
    tall: float
    shown: tuple[int, ...]
    points: float


def new_rows(
    size: ChartSize,
    title: str,
    heads: Sequence[str],
    names: Sequence[str],
    notes: Callable[[int], Sequence[str]],
    *,
    subtitle: str = "",
    legend: Sequence[LegendEntry] = (),
    lines: float = 1.3,
    entries: Sequence[Sequence[LegendEntry]] = (),
    above: bool | None = None,
    share: float = NAMES_SHARE,
    faint: Sequence[bool] = (),
    gap: float = 0.55,
    most: int | None = None,
    choose: Callable[[int], Sequence[int]] = range,
) -> Rows:
    """Make a figure of panels beside one another over the same rows.

    ``lines`` is how many lines of text the bars of a row take; ``notes`` gives the notes for a
    number of rows shown: on a slide some may have no room, and ``choose`` tells which are shown of
    so many. ``above`` puts names above the bars instead of left of them (by default in a brief
    chart); ``gap`` is the air between rows, in sizes of their texts; ``most`` is how many may be
    shown.
    """
    over = size.brief if above is None else above
    wide = (1.0 if over else share) * (size.width_inches - 2 * size.margin)
    room = float("inf")
    for count, points in _choices(min(most or len(names), len(names)), size):
        shown = tuple(choose(count))
        texts = [wrapped(names[place], points, wide) for place in shown]
        bars = lines * LEADING * points / POINTS
        each = [row_height(text, points, bars, over) + gap * points / POINTS for text in texts]
        if sum(each) > room:
            continue
        layout = new_figure(
            size, title, heads, notes(count), subtitle=subtitle, legend=legend,
            columns=len(heads), plots=[sum(each)], entries=entries, indent=not over,
        )  # fmt: skip
        place_rows(layout, range(len(heads)), texts, points, each, bars, over)
        if size.height_inches is None and sum(each) < 0.6 * TALLEST:
            room = sum(each)
            break
        finish(layout)
        # The notes hardly change with the number of rows, so that this is about the room.
        room = inches_of(layout.panels[0])[1] + 0.01
        if sum(each) <= room and layout.figure.get_figheight() <= TALLEST:
            break
    for axes in layout.panels:
        for text in list(axes.texts):
            text.remove()
    each = spread(each, room)
    pale = [place < len(faint) and faint[place] for place in shown]
    at = place_rows(layout, range(len(heads)), texts, points, each, bars, over, pale)
    return Rows(layout, at, bars, shown, points)


def spread(each: Sequence[float], room: float) -> list[float]:
    """Return the heights of rows, each with its share of what is left of the room."""
    more = (room - sum(each)) / len(each)
    return [one + more for one in each]


def _choices(rows: int, size: ChartSize) -> list[tuple[int, float]]:
    """Return how many rows may be shown in which text size: the most, in the largest size first."""
    if size.height_inches is None:
        return [(rows, size.text), (rows, size.small)]
    return [(n, points) for n in range(rows, 0, -1) for points in (size.text, size.small)]


def row_height(text: str, points: float, bars: float, over: bool) -> float:
    """Return what a row takes: its name above the bars or beside them [inches]."""
    names = text_height(text, points)
    return names + bars if over else max(names, bars)


def place_rows(
    layout: FigureLayout,
    panels: Sequence[int],
    texts: Sequence[str],
    points: float,
    each: Sequence[float],
    bars: float,
    over: bool,
    faint: Sequence[bool] = (),
) -> tuple[float, ...]:
    """Write the names of rows, and let the panels' vertical axes run down over them in inches."""
    first, at, top = layout.panels[panels[0]], [], 0.0
    colours = [FAINT if pale else DARK for pale in faint] or [DARK] * len(texts)
    for text, tall, colour in zip(texts, each, colours, strict=True):
        name = text_height(text, points)
        free = tall - name - bars if over else 0.0
        at.append(top + free / 2 + name + bars / 2 if over else top + tall / 2)
        if over:
            first.text(
                0, top + free / 2 + name / 2, text, transform=first.get_yaxis_transform(),
                fontsize=points, va="center", color=colour, zorder=3, in_layout=False,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0},
            )  # fmt: skip
        top += tall
    first.set_zorder(1)
    for panel in panels:
        axes = layout.panels[panel]
        axes.set_ylim(top, 0.0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.patch.set_visible(False)
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
    if not over:
        first.set_yticks(at, texts, fontsize=points)
        first.tick_params(axis="y", length=0)
        for tick, colour in zip(first.get_yticklabels(), colours, strict=True):
            tick.set_color(colour)
    return tuple(at)

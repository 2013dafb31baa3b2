"""Charts that are rows of bars: names at the left, or above each bar where there is no room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from ..style import DARK
from .layout import EDGE, LEADING, POINTS, Key, Sheet, new_sheet, text_height, text_width, wrapped
from .size import ChartSize

NAMES_SHARE = 0.36
"""Part of the width that names at the left may take."""
FAINT = "#6f6f6f"
TALLEST = 9.7
"""Height of what can be printed on A4 [inches]; letters are small where it would be passed."""


@dataclass(frozen=True)
class Rows:
    """A sheet of rows: ``at`` is the height of each row's bars, ``tall`` how tall they may be.

    Both in the units of the panels' vertical axes, which run downward [inches]; ``shown`` are
    the rows that there is room for, by their numbers; ``size`` is that of their letters.
    """

    sheet: Sheet
    at: tuple[float, ...]
    tall: float
    shown: tuple[int, ...]
    size: float


def row_sheet(
    look: ChartSize,
    title: str,
    heads: Sequence[str],
    names: Sequence[str],
    notes: Callable[[int], Sequence[str]],
    *,
    lines: float = 1.3,
    keys: Sequence[Sequence[Key]] = (),
    above: bool | None = None,
    share: float = NAMES_SHARE,
    faint: Sequence[bool] = (),
    gap: float = 0.55,
    choose: Callable[[int], Sequence[int]] = range,
) -> Rows:
    """Panels beside one another over the same rows.

    ``lines`` is how many lines of text the bars of a row take; ``notes`` gives the small print for
    a number of rows shown: on a slide some may find no room, and ``choose`` tells which are shown
    of so many. ``above`` puts names above the bars instead of left of them (by default where the
    look is brief); ``gap`` is the air between rows, in sizes of their letters.
    """
    over = look.brief if above is None else above
    wide = look.width_inches - 2 * max(EDGE, 0.012 * look.width_inches)
    most = wide if over else share * wide
    room = float("inf")
    for count, size in _choices(len(names), look):
        shown = tuple(choose(count))
        texts = [wrapped(names[place], size, most) for place in shown]
        left = 0.0 if over else max(_widest(text, size) for text in texts) + 0.7 * size / POINTS
        bars = lines * LEADING * size / POINTS
        each = [row_height(text, size, bars, over) + gap * size / POINTS for text in texts]
        if sum(each) > room + 1e-6:
            continue
        sheet = new_sheet(
            look, title, heads, notes(count), columns=len(heads), plots=[sum(each)], left=left,
            keys=keys,
        )  # fmt: skip
        if look.height_inches is None:
            if float(sheet.figure.get_size_inches()[1]) <= TALLEST:
                break
            continue
        # The small print hardly changes with the number of rows, so that this is about the room.
        room = sheet.boxes[0].height
        if sum(each) <= room + 1e-6:
            break
    room = sheet.boxes[0].height
    each = spread(each, room)
    pale = [place < len(faint) and faint[place] for place in shown]
    at = place_rows(sheet, range(len(heads)), texts, size, each, bars, over, pale)
    return Rows(sheet, at, bars, shown, size)


def spread(each: Sequence[float], room: float) -> list[float]:
    """Heights of rows, each with its share of what is left of the room."""
    more = (room - sum(each)) / len(each)
    return [one + more for one in each]


def _choices(rows: int, look: ChartSize) -> list[tuple[int, float]]:
    """How many rows are shown, and how large their letters are: the most, at the largest size."""
    if look.height_inches is None:
        return [(rows, look.text), (rows, look.small)]
    return [(n, size) for n in range(rows, 0, -1) for size in (look.text, look.small)]


def row_height(text: str, size: float, bars: float, over: bool) -> float:
    """What a row takes: its name above the bars or beside them [inches]."""
    names = text_height(text, size)
    return names + bars if over else max(names, bars)


def _widest(text: str, size: float) -> float:
    return max(text_width(line, size) for line in text.split("\n"))


def place_rows(
    sheet: Sheet,
    panels: Sequence[int],
    texts: Sequence[str],
    size: float,
    each: Sequence[float],
    bars: float,
    over: bool,
    faint: Sequence[bool] = (),
) -> tuple[float, ...]:
    """Write the names of rows, and give the panels over them the heights of their bars."""
    figure, box = sheet.figure, sheet.boxes[panels[0]]
    width, height = (float(value) for value in figure.get_size_inches())
    at, top = [], 0.0
    for place, (text, tall) in enumerate(zip(texts, each, strict=True)):
        named = text_height(text, size)
        free = tall - (named + bars if over else 0.0)
        middle = top + (free / 2 + named + bars / 2 if over else tall / 2)
        name_at = top + free / 2 + named / 2 if over else middle
        left = box.x0 if over else box.x0 - 0.7 * size / POINTS
        figure.text(
            left / width, (box.y1 - name_at) / height, text, fontsize=size, va="center",
            ha="left" if over else "right", linespacing=LEADING - 0.1, gid=f"row {place}",
            color=FAINT if place < len(faint) and faint[place] else DARK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.1 * size} if over else None,
        )  # fmt: skip
        at.append(middle)
        top += tall
    for panel in panels:
        _plain(sheet.panels[panel], top)
    return tuple(at)


def _plain(axes: Axes, bottom: float) -> None:
    """A panel without a scale of its own at the left, its vertical axis running down in inches."""
    axes.set_ylim(bottom, 0.0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")

"""Where things stand in a figure: measured texts, panels, and labels that never overlap.

A figure is laid out in inches. Texts are measured with the letters they are drawn in, so that what
is wrapped fits and what would overlap is moved apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Bbox

from ..style import DARK
from .size import ChartSize

Points = npt.NDArray[np.float64]
POINTS = 72.0
NO_BREAK = "\N{NO-BREAK SPACE}"
LEADING = 1.28
"""Height of a line of text, in sizes of its letters."""
SLACK = 1.03
"""Letters are a little wider in some formats than where they are measured."""
SMALL_GREY = "#444444"
LABEL_SHARE = {False: 0.24, True: 0.34}
"""Part of a panel that its labels may take, where it is wide and where it is narrow."""
EDGE = 0.05
"""Free margin around a figure [inches]."""
OFFSETS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
"""Where the name of a point may stand: right, left, above, below, then the corners."""


@dataclass(frozen=True)
class Sheet:
    """A figure with its empty panels; ``boxes`` is what each has for plot and labels [inches]."""

    figure: Figure
    look: ChartSize
    panels: tuple[Axes, ...]
    boxes: tuple[Bbox, ...]


@dataclass(frozen=True)
class Mark:
    """The look of what a label names: a fill with its hatch, or a line with its dashes."""

    colour: str
    hatch: str = ""
    dashes: tuple[float, ...] = ()
    line: bool = False
    marker: str = ""
    inside: str = ""
    """Colour inside a marker, if it is not that of its edge."""
    bare: bool = False
    """A marker without a line."""


@dataclass(frozen=True)
class Key:
    """A sample and its name, above a panel."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class EndLabel:
    """A name for what ends at height ``y`` on the right of a panel."""

    text: str
    y: float
    mark: Mark | None = None


@lru_cache(maxsize=20_000)
def text_width(text: str, points: float, bold: bool = False) -> float:
    """Width of one line of text [inches]."""
    font = FontProperties(family="DejaVu Sans", size=points, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return SLACK * float(width) / POINTS


def wrapped(text: str, points: float, inches: float, bold: bool = False) -> str:
    """A text in lines that are no wider than ``inches``, except for a word that is.

    A number stays with its %.
    """
    lines: list[str] = []
    for paragraph in text.replace(" %", f"{NO_BREAK}%").split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}".strip()
            if line and text_width(longer, points, bold) > inches:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return "\n".join(lines)


def text_height(text: str, points: float) -> float:
    """Height of a text of one or more lines [inches]."""
    return (text.count("\n") + 1) * points * LEADING / POINTS


def new_sheet(
    look: ChartSize,
    title: str,
    heads: Sequence[str],
    notes: Sequence[str],
    *,
    columns: int | None = None,
    plots: Sequence[float] = (),
    left: float = 0.0,
    keys: Sequence[Sequence[Key]] = (),
    under: Sequence[str] = (),
) -> Sheet:
    """A figure with its title, a panel under each head, and the small print below.

    A head says what a panel shows and in which unit; ``keys`` are samples with their names below
    it, ``under`` names the scale below a panel. Panels stand side by side where the look has room,
    else one above the other, or in ``columns``. ``plots`` are the heights of the rows of panels
    [inches], on a slide their shares of what there is; ``left`` is kept free for names of rows.
    """
    width = look.width_inches
    figure = Figure(figsize=(width, 1.0))
    FigureCanvasAgg(figure)
    margin = max(EDGE, 0.012 * width)
    inside = width - 2 * margin
    title = wrapped(title, look.title, inside, bold=True)
    columns = columns or (len(heads) if look.side_by_side else 1)
    gutter = 0.02 * width if columns > 1 else 0.0
    column = (inside - left - gutter * (columns - 1)) / columns
    names = [wrapped(head, look.text, column) for head in heads]
    below = [wrapped(text, look.text, column) for text in under]
    lines = [key_lines(key, look, column) for key in keys] or [[] for _ in heads]
    small = "\n".join(wrapped(note, look.small, inside) for note in notes if note)
    top = margin + text_height(title, look.title) + 0.35 * look.title / POINTS
    bottom = margin + text_height(small, look.small) + 0.6 * look.text / POINTS
    text_tall = LEADING * look.text / POINTS
    rows = -(-len(heads) // columns)
    rest = 0.7 * look.text / POINTS
    head = _by_row(
        columns,
        [
            text_height(name, look.text) + text_tall * len(key) + rest
            for name, key in zip(names, lines, strict=True)
        ],
    )
    scale = (2.0 if rows == 1 else 2.8) * look.text / POINTS
    ticks = _by_row(
        columns,
        [
            scale + (text_height(text, look.text) + rest if text else 0.0)
            for text in below or [""] * len(heads)
        ],
    )
    plot = look.plot_inches if columns == 1 and rows == 1 else 0.86 * look.plot_inches
    tall = list(plots) or [plot] * rows
    if look.height_inches is not None:
        free = look.height_inches - top - bottom - sum(head) - sum(ticks)
        tall = [free * one / sum(tall) if sum(tall) else free / rows for one in tall]
    height = top + bottom + sum(head) + sum(ticks) + sum(tall)
    figure.set_size_inches(width, height)
    _write(figure, title, (margin, height - margin), look.title, DARK, bold=True)
    _write(figure, small, (margin, margin), look.small, SMALL_GREY, below=True)
    panels, boxes = [], []
    for number, name in enumerate(names):
        row = number // columns
        start = margin + left + (number % columns) * (column + gutter)
        ceiling = height - top - sum(head[:row]) - sum(ticks[:row]) - sum(tall[:row])
        _write(figure, name, (start, ceiling), look.text, DARK)
        at = ceiling - text_height(name, look.text) - text_tall / 2
        for line in lines[number]:
            _write_keys(figure, line, (start, at), look)
            at -= text_tall
        floor = ceiling - head[row] - tall[row]
        if below:
            _write(figure, below[number], (start, floor - 2.2 * look.text / POINTS), look.text,
                   DARK)  # fmt: skip
        box = Bbox.from_bounds(start, floor, column, tall[row])
        boxes.append(box)
        panels.append(_axes(figure, box, look))
    return Sheet(figure, look, tuple(panels), tuple(boxes))


def _by_row(columns: int, tall: Sequence[float]) -> list[float]:
    """What each row of panels needs: the most of its panels."""
    return [max(tall[at : at + columns]) for at in range(0, len(tall), columns)]


def key_lines(keys: Sequence[Key], look: ChartSize, inches: float) -> list[list[Key]]:
    """Samples with their names in lines no wider than ``inches``, except for one that is."""
    lines: list[list[Key]] = []
    used = 0.0
    for key in keys:
        wide = _key_width(key, look)
        if not lines or used + wide > inches:
            lines.append([])
            used = 0.0
        lines[-1].append(key)
        used += wide
    return lines


def _key_width(key: Key, look: ChartSize) -> float:
    return text_width(key.text, look.text) + 2.6 * look.text / POINTS


def _write_keys(
    figure: Figure, line: Sequence[Key], at: tuple[float, float], look: ChartSize
) -> None:
    """Samples with their names in one line from a point on [inches]."""
    width, height = (float(size) for size in figure.get_size_inches())
    x, y = at
    em = look.text / POINTS
    for key in line:
        _swatch(figure, key.mark, x / width, y / height, em, look)
        figure.text(
            (x + 1.5 * em) / width, y / height, key.text, fontsize=look.text, color=DARK,
            va="center",
        )  # fmt: skip
        x += _key_width(key, look)


def _write(
    figure: Figure,
    text: str,
    at: tuple[float, float],
    points: float,
    colour: str,
    bold: bool = False,
    below: bool = False,
) -> None:
    width, height = (float(size) for size in figure.get_size_inches())
    figure.text(
        at[0] / width,
        at[1] / height,
        text,
        fontsize=points,
        color=colour,
        weight="bold" if bold else "normal",
        va="bottom" if below else "top",
        linespacing=LEADING - 0.1,
    )


def _axes(figure: Figure, box: Bbox, look: ChartSize) -> Axes:
    width, height = (float(size) for size in figure.get_size_inches())
    axes = figure.add_axes(
        (box.x0 / width, box.y0 / height, box.width / width, box.height / height)
    )
    axes.tick_params(labelsize=look.text, length=0.3 * look.text, pad=0.35 * look.text)
    axes.tick_params(axis="x", pad=0.5 * look.text)
    return axes


def fit(sheet: Sheet, number: int, labels: Sequence[EndLabel]) -> None:
    """Give a panel its width between its scale and its labels, and write the labels.

    To be called when all is drawn and the limits are set. Labels stand right of the panel at the
    height of what they name; where they would overlap they are moved apart, and a thin line leads
    to what they name.
    """
    figure, look, axes, box = sheet.figure, sheet.look, sheet.panels[number], sheet.boxes[number]
    width, height = (float(size) for size in figure.get_size_inches())
    scale = _scale_width(sheet, axes)
    em = look.text / POINTS
    most = LABEL_SHARE[box.width < 0.6 * width or look.brief] * box.width
    texts = [wrapped(one.text, look.text, most) for one in labels]
    widest = max(
        (text_width(line, look.text) for text in texts for line in text.split("\n")),
        default=0.0,
    )
    swatch = 1.5 * em if any(one.mark for one in labels) else 0.0
    lead = 0.9 * em
    right = (lead + swatch + widest + 0.1 * em) if labels else 0.9 * em
    left = box.x0 + scale
    plot = box.width - scale - right
    axes.set_position((left / width, box.y0 / height, plot / width, box.height / height))
    bottom, top = axes.get_ylim()
    ends = [
        box.y0 + box.height * (min(max(one.y, bottom), top) - bottom) / (top - bottom)
        for one in labels
    ]
    tall = [text_height(text, look.text) for text in texts]
    middles = spread_out(ends, tall, box.y0 - 0.5 * em, box.y1 + 0.5 * em)
    for one, text, end, middle in zip(labels, texts, ends, middles, strict=True):
        edge = (left + plot) / width
        start = (left + plot + lead) / width
        if abs(end - middle) > 0.25 * em:
            figure.add_artist(
                Line2D(
                    [edge, start - 0.25 * em / width],
                    [end / height, middle / height],
                    color="#777777",
                    linewidth=0.35 * look.line,
                )
            )
        if one.mark is not None:
            _swatch(figure, one.mark, start, middle / height, em, look)
        figure.text(
            start + swatch / width,
            middle / height,
            text,
            fontsize=look.text,
            color=DARK,
            va="center",
            linespacing=LEADING - 0.1,
        )


def _scale_width(sheet: Sheet, axes: Axes) -> float:
    """What the numbers beside the vertical axis take [inches]."""
    low, high = sorted(axes.get_ylim())
    ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
    texts = axes.yaxis.get_major_formatter().format_ticks(ticks)
    look = sheet.look
    lines = [line for text in texts for line in text.split("\n")]
    widest = max((text_width(line, look.text) for line in lines), default=0.0)
    return widest + 0.9 * look.text / POINTS


def _swatch(figure: Figure, mark: Mark, x: float, y: float, em: float, look: ChartSize) -> None:
    """A sample of a fill or a line before its name."""
    width, height = (float(size) for size in figure.get_size_inches())
    if mark.line:
        figure.add_artist(
            Line2D(
                [x + 0.6 * em / width] if mark.bare else [x, x + 1.2 * em / width],
                [y] if mark.bare else [y, y],
                color=mark.colour,
                linewidth=look.line,
                linestyle=(0, mark.dashes),
                marker=mark.marker,
                markersize=0.6 * look.text,
                markevery=(0, 2),
                markerfacecolor=mark.inside or mark.colour,
                markeredgecolor=mark.colour,
            )
        )
        return
    figure.add_artist(
        Rectangle(
            (x, y - 0.45 * em / height),
            1.1 * em / width,
            0.9 * em / height,
            facecolor=mark.colour,
            edgecolor=DARK,
            hatch=mark.hatch,
            linewidth=0.3 * look.line,
            transform=figure.transFigure,
        )
    )


def spread_out(
    wanted: Sequence[float], tall: Sequence[float], low: float, high: float
) -> list[float]:
    """Middles of labels near where they are wanted, none overlapping, between two heights.

    From the lowest upward each is pushed up as far as needed; what then stands out above is pushed
    back from the top. If they don't all fit, the lowest stand below ``low``.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    found = [0.0] * len(wanted)
    floor = low
    for i in order:
        found[i] = max(wanted[i], floor + tall[i] / 2)
        floor = found[i] + tall[i] / 2
    ceiling = high
    for i in reversed(order):
        found[i] = min(found[i], ceiling - tall[i] / 2)
        ceiling = found[i] - tall[i] / 2
    return found


def name_point(sheet: Sheet, axes: Axes, text: str, points: Sequence[tuple[float, float]]) -> None:
    """Write a name beside one of some points, inside the panel and clear of all other texts.

    The first place that crosses no line is taken, else the one that crosses least. Left out if
    there is none: a name that can't be read helps nobody.
    """
    look = sheet.look
    away = 0.75 * look.text
    frame = axes.get_window_extent().padded(1.0)
    taken = [other.get_window_extent() for other in axes.texts]
    ink = _ink(axes)
    best: tuple[int, Annotation] | None = None
    for x, y in points:
        for dx, dy in OFFSETS:
            one = axes.annotate(
                text,
                (x, y),
                (dx * away, dy * away),
                textcoords="offset points",
                fontsize=look.text,
                ha={1: "left", 0: "center", -1: "right"}[dx],
                va={1: "bottom", 0: "center", -1: "top"}[dy],
                color=DARK,
                path_effects=[withStroke(linewidth=0.3 * look.text, foreground="white")],
                annotation_clip=False,
                zorder=8,
            )
            box = one.get_window_extent().padded(2.0)
            crossed = int(box.count_contains(ink))
            if not _fits(box, frame, taken) or (best is not None and crossed >= best[0]):
                one.remove()
                continue
            if best is not None:
                best[1].remove()
            best = (crossed, one)
            if crossed == 0:
                return


def _ink(axes: Axes) -> Points:
    """Points along the lines and marks of a panel [pixels]."""
    found = [np.zeros((0, 2))]
    for line in axes.lines:
        data = np.column_stack([np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata())])
        corners = axes.transData.transform(data)
        joined = line.get_linestyle() != "None" and len(corners) > 1
        if joined:
            steps = np.linspace(0, len(corners) - 1, 40 * len(corners))
            corners = np.column_stack(
                [np.interp(steps, range(len(corners)), corners[:, axis]) for axis in (0, 1)]
            )
        found.append(corners)
    return np.concatenate(found)


def _fits(box: Bbox, frame: Bbox, taken: Sequence[Bbox]) -> bool:
    inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
    return inside and not any(box.overlaps(other) for other in taken)

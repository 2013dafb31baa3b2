"""Figures on matplotlib's constrained layout: titles, legends, and labels that do not overlap.

matplotlib places panels, scales, titles and legends. Own code here wraps texts to a width, sets
the height of a figure so that its panels have the height asked for, spreads the labels at the right
edge of a panel, and finds free places for the names of points: matplotlib does none of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation, Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Bbox

from ..i18n import unbroken
from ..style import DARK, HEAD_GAP, ChartFigure, ChartSize, fix_colours
from .given_axes import panels_of

POINTS = 72.0
"""Points in an inch."""
NO_BREAK = "\N{NO-BREAK SPACE}"
LEADING = 1.28
"""Height of a line of text, in font sizes."""
SMALL_GREY = "#444444"
SUBTITLE_GAP = 0.35
"""Gap between title and subtitle [sizes of its text]."""
LABEL_SHARE = {False: 0.26, True: 0.3}
"""Share of a panel's width that end labels may take: in a wide panel, and in a narrow one."""
OFFSETS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
"""Where the name of a point may be: right, left, above, below, then the corners."""


@dataclass(frozen=True)
class Swatch:
    """The look of what a legend names: a fill with its hatch, or a line with its dashes."""

    colour: str
    hatch: str = ""
    dashes: tuple[float, ...] = ()
    line: bool = False
    marker: str = ""
    inside: str = ""
    """Colour inside a marker, if it is not that of its edge."""
    bare: bool = False
    """A marker without a line."""

    def handle(self, size: ChartSize) -> Artist:
        """Return the sample that a legend shows."""
        if not self.line:
            return Patch(facecolor=self.colour, edgecolor=DARK, hatch=self.hatch,
                         linewidth=0.3 * size.line)  # fmt: skip
        return Line2D(
            [],
            [],
            color=self.colour,
            linestyle="none" if self.bare else (0, self.dashes),
            linewidth=size.line,
            marker=self.marker,
            markersize=0.6 * size.text,
            markerfacecolor=self.inside or self.colour,
        )


@dataclass(frozen=True)
class LegendEntry:
    """A sample and its name, above a panel."""

    swatch: Swatch
    text: str


@dataclass(frozen=True)
class EndLabel:
    """A name at the right edge of a panel for what ends there at height ``y``.

    ``sample`` is its look in a legend, if it needs none at the edge.
    """

    text: str
    y: float
    swatch: Swatch | None = None
    sample: Swatch | None = None


@dataclass(frozen=True)
class FigureLayout:
    """A figure, its panels, and the texts that ``finish`` places.

    ``plots`` are the heights of the rows of panels [inches], or on a slide their shares.
    """

    figure: Figure
    size: ChartSize
    panels: tuple[Axes, ...]
    heads: Sequence[str]
    entries: Sequence[Sequence[LegendEntry]]
    plots: Sequence[float]
    indent: bool
    title: str = ""
    titles: tuple[Text, ...] = ()
    """Title and subtitle of a figure of our own."""
    legend: Legend | None = None
    """Legend of all panels, below the subtitle."""
    labels: dict[Axes, list[tuple[EndLabel, Legend]]] = field(default_factory=dict)
    named: dict[Axes, Sequence[EndLabel]] = field(default_factory=dict)
    """Labels of panels in a figure of the user, which become a legend."""


def text_width(text: str, points: float, bold: bool = False) -> float:
    """Return the width of one line of text in the font of the style in force [inches]."""
    return _measured(text, points, bold, tuple(mpl.rcParams["font.family"]))


@lru_cache(maxsize=20_000)
def _measured(text: str, points: float, bold: bool, family: tuple[str, ...]) -> float:
    weight = "bold" if bold else "normal"
    font = FontProperties(family=list(family), size=points, weight=weight)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width) / POINTS


def widest(text: str, points: float, bold: bool = False) -> float:
    """Return the width of the widest line of a text [inches]."""
    return max(text_width(line, points, bold) for line in text.split("\n"))


def text_height(text: str, points: float) -> float:
    """Return the height of a text of one or more lines [inches]."""
    return (text.count("\n") + 1) * points * LEADING / POINTS


def wrapped(text: str, points: float, inches: float, bold: bool = False) -> str:
    """Break a text into lines no wider than ``inches``; a longer word stays whole."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
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


def shortened(text: str, points: float, inches: float) -> str:
    """Cut a text with an ellipsis where it is wider than ``inches``."""
    if text_width(text, points) <= inches:
        return text
    while text and text_width(text + "…", points) > inches:
        text = text[:-1]
    return text + "…"


def new_figure(
    size: ChartSize,
    title: str,
    heads: Sequence[str],
    notes: Sequence[str],
    *,
    subtitle: str = "",
    legend: Sequence[LegendEntry] = (),
    columns: int | None = None,
    plots: Sequence[float] = (),
    entries: Sequence[Sequence[LegendEntry]] = (),
    under: Sequence[str] = (),
    indent: bool = False,
) -> FigureLayout:
    """Make a figure with its title, an empty panel for each head, and notes at its foot.

    The title is the message, with its number; ``subtitle`` says what is shown, in which unit and
    with which interval. A single panel with a subtitle needs no head in a figure of its own; in one
    of the user the head is the name of its scale. Notes: at most one, and the ``source_line``.

    A head says what a panel shows and in which unit; ``entries`` are the legend below it, ``under``
    names the horizontal scale. Panels are side by side where the size has room, else one above the
    other, or in ``columns``. ``plots`` are the heights of the rows of panels [inches], on a slide
    their shares. Heads begin at the left of the scale, with ``indent`` at that of the plot.
    """
    columns = columns or (len(heads) if size.side_by_side else 1)
    rows = -(-len(heads) // columns)
    if size.given is not None:
        panels = panels_of(size.given, len(heads), rows, columns)
        root = panels[0].get_figure(root=True)
        assert root is not None
        for axes, text in zip(panels, under, strict=False):
            axes.set_xlabel(text)
        return FigureLayout(root, size, panels, heads, entries, plots, indent, title)
    plot = size.plot_inches if columns == rows == 1 else 0.86 * size.plot_inches
    plots = list(plots) or [plot or 1.0] * rows
    height = size.height_inches or sum(plots) + 3.0
    figure = ChartFigure(figsize=(size.width_inches, height), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(rows, columns, height_ratios=plots)
    panels = tuple(figure.add_subplot(grid[place]) for place in range(len(heads)))
    most = (0.85 if columns == 1 else 0.7) * size.width_inches / columns
    for axes, text in zip(panels, under, strict=False):
        axes.set_xlabel(wrapped(text, size.text, most), loc="left")
    left, inside = size.margin / size.width_inches, size.width_inches - 2 * size.margin
    title, subtitle = unbroken(title), unbroken(subtitle)
    titles = [figure.suptitle(wrapped(title, size.title, inside, bold=True), x=left, ha="left")]
    if subtitle:
        heads = heads if len(heads) > 1 else [""]
        told = wrapped(subtitle, size.text, inside)
        titles.append(figure.text(left, 1.0, told, va="top", fontsize=size.text, color=SMALL_GREY))
    shared = _shared_legend(figure, legend, size, inside) if legend else None
    small = "\n".join(wrapped(note, size.small, inside) for note in notes if note)
    figure.supxlabel(small, x=left, ha="left", fontsize=size.small, color=SMALL_GREY)
    return FigureLayout(figure, size, panels, heads, entries, plots, indent,
                        titles=tuple(titles), legend=shared)  # fmt: skip


def _shared_legend(
    figure: Figure, entries: Sequence[LegendEntry], size: ChartSize, room: float
) -> Legend:
    """Return a legend of all panels in as many columns as the width has room for [inches]."""
    inside = room - 3 * size.text / POINTS
    for columns in range(len(entries), 0, -1):
        legend = figure.legend(
            [entry.swatch.handle(size) for entry in entries],
            [wrapped(entry.text, size.text, inside) for entry in entries],
            ncols=columns, loc="upper left", alignment="left", borderaxespad=0.0, borderpad=0.0,
            fontsize=size.text,
        )  # fmt: skip
        if columns == 1 or legend.get_window_extent().width <= room * figure.dpi:
            return legend
        legend.remove()
    raise AssertionError("a legend without entries")


def inches_of(axes: Axes) -> tuple[float, float]:
    """Return the width and height of a panel's plot, after ``finish`` [inches]."""
    box, figure = axes.get_window_extent(), axes.get_figure(root=True)
    assert figure is not None
    return float(box.width) / figure.dpi, float(box.height) / figure.dpi


def label_ends(layout: FigureLayout, number: int, labels: Sequence[EndLabel]) -> None:
    """Add labels at the right edge of a panel, each at the height of what it names."""
    axes, size = layout.panels[number], layout.size
    if size.given is not None:
        layout.named[axes] = labels
        return
    column = size.width_inches / columns_of(axes)
    most = LABEL_SHARE[column < 0.6 * size.width_inches or size.brief] * column
    made = layout.labels.setdefault(axes, [])
    for one in labels:
        legend = Legend(
            axes,
            [one.swatch.handle(size) if one.swatch else Line2D([], [], linestyle="none")],
            [wrapped(one.text, size.text, most)],
            loc="center left",
            bbox_to_anchor=(1.0, 0.5),
            borderaxespad=0.7,
            handlelength=1.2 if one.swatch else 0.0,
            handletextpad=0.4 if one.swatch else 0.0,
        )
        axes.add_artist(legend).set_clip_on(False)
        made.append((one, legend))


def finish(layout: FigureLayout) -> Figure:
    """Lay out a figure when all is drawn and the limits are set, and fix the places of its panels.

    Heads and legends take the width that a panel has together with its scale and labels; the height
    of the figure follows from the heights of the plots, except on a slide. A figure of the user
    keeps its layout.
    """
    figure, size = layout.figure, layout.size
    if size.given is not None:
        for place, axes in enumerate(layout.panels):
            _describe_given(layout, place)
            fix_colours(axes)
        return figure
    _lay_out(layout)
    columns = columns_of(layout.panels[0])
    tops = [_write_head(layout, place, axes) for place, axes in enumerate(layout.panels)]
    if size.height_inches is None:
        plots = sum(inches_of(axes)[1] for axes in layout.panels[::columns])
        heads = sum(max(tops[at : at + columns]) for at in range(0, len(tops), columns))
        figure.set_figheight(figure.get_figheight() + sum(layout.plots) - plots + heads)
    _lay_out(layout)
    figure.set_layout_engine("none")
    place_labels(layout)
    fix_colours(figure)
    return figure


def _describe_given(layout: FigureLayout, place: int) -> None:
    """Write title, quantity and legend of a panel in a figure of the user, as axes have them."""
    axes, size = layout.panels[place], layout.size
    single, head = len(layout.panels) == 1, layout.heads[place]
    title = layout.title if single else f"{head[0].upper()}{head[1:]}"
    axes.set_title(wrapped(title, size.title, 1.1 * inches_of(axes)[0]))
    if single and axes.yaxis_inverted():
        axes.set_xlabel(head)
    elif single:
        axes.set_ylabel(head)
    entries = layout.entries[place] if layout.entries else ()
    swatches = [(entry.swatch, entry.text) for entry in entries]
    swatches += [
        (swatch, label.text) for label in layout.named.get(axes, ())
        if (swatch := label.swatch or label.sample) is not None
    ]  # fmt: skip
    if swatches:
        handles = [swatch.handle(size) for swatch, _ in swatches]
        axes.legend(handles, [text for _, text in swatches], fontsize=size.small)


def columns_of(axes: Axes) -> int:
    """Return the number of columns of panels in the figure of a panel."""
    place = axes.get_subplotspec()
    assert place is not None
    return int(place.get_gridspec().ncols)


def _lay_out(layout: FigureLayout) -> None:
    """Run matplotlib's constrained layout once, with room below the title for what is there."""
    figure, size = layout.figure, layout.size
    figure.set_layout_engine("constrained")
    engine = figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)
    height = figure.get_figheight()
    room = [text_height(one.get_text(), size.text) for one in layout.titles[1:]]
    gap = SUBTITLE_GAP * size.text / POINTS
    if layout.legend is not None:
        room.append(layout.legend.get_window_extent().height / figure.dpi + 2 * gap)
    engine.set(rect=(0, 0, 1, 1 - sum(room) / height))
    engine.execute(figure)
    for subtitle in layout.titles[1:]:
        below = layout.titles[0].get_window_extent().y0 / figure.dpi
        subtitle.set_y((below - gap) / height)
    if layout.legend is not None:
        below = layout.titles[-1].get_window_extent().y0 / figure.dpi
        at = size.margin / size.width_inches, (below - 1.5 * gap) / height
        layout.legend.set_bbox_to_anchor(at, figure.transFigure)


def _write_head(layout: FigureLayout, place: int, axes: Axes) -> float:
    """Write the head of a panel and its legend; return the height they add [inches].

    The head of a panel with a legend is the title of that legend.
    """
    size, dpi, plot = layout.size, layout.figure.dpi, axes.get_window_extent()
    old = axes.get_legend()
    again = old is not None or axes.get_title() != ""
    if old is not None:
        old.remove()
    axes.set_title("")
    box = axes.get_tightbbox(for_layout_only=True)
    assert box is not None
    left = plot.x0 if layout.indent else box.x0
    room = 0.99 * (box.x1 - left)
    head = wrapped(layout.heads[place], size.text, room / dpi)
    x = (left - plot.x0) / plot.width
    entries = layout.entries[place] if layout.entries else ()
    gap = HEAD_GAP * size.text / POINTS * dpi
    if not entries and not head:
        return 0.0
    if not entries:
        axes.set_title(head, x=x)
        return 0.0 if again else text_height(head, size.text) + gap / dpi
    legend = None
    for columns in range(len(entries), 0, -1):
        legend = axes.legend(
            [entry.swatch.handle(size) for entry in entries],
            [entry.text for entry in entries],
            title=head or None,
            alignment="left",
            ncols=columns,
            loc="lower left",
            bbox_to_anchor=(x - gap / plot.width, 1.0),
            borderaxespad=HEAD_GAP,
        )
        if legend.get_window_extent().width <= room:
            break
    assert legend is not None
    return 0.0 if again else float(legend.get_window_extent().height + gap) / dpi


def place_labels(layout: FigureLayout) -> None:
    """Move the labels at the right edges to the heights of what they name, none overlapping.

    A thin line leads from a label that had to be moved to what it names.
    """
    size = layout.size
    for axes, labels in layout.labels.items():
        width, height = inches_of(axes)
        em = size.text / POINTS
        low, high = axes.get_ylim()
        ends = [height * (min(max(one.y, low), high) - low) / (high - low) for one, _ in labels]
        tall = [text_height(legend.get_texts()[0].get_text(), size.text) for _, legend in labels]
        middles = spread_out(ends, tall, -0.5 * em, height + 0.2 * em)
        for (_, legend), end, middle in zip(labels, ends, middles, strict=True):
            legend.set_bbox_to_anchor((1.0, middle / height))
            if abs(end - middle) > 0.25 * em:
                axes.add_artist(
                    Line2D(
                        [1.0, 1.0 + 0.6 * em / width],
                        [end / height, middle / height],
                        color="#777777",
                        linewidth=0.35 * size.line,
                        transform=axes.transAxes,
                        clip_on=False,
                    )
                )


def spread_out(
    wanted: Sequence[float], tall: Sequence[float], low: float, high: float
) -> list[float]:
    """Return middles of labels near where they are wanted, none overlapping, between two heights.

    From the lowest upward each is pushed up as far as needed; what then is too high is pushed
    back from the top. If they do not all fit, the lowest lie below ``low``.
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


def name_point(
    layout: FigureLayout, axes: Axes, text: str, points: Sequence[tuple[float, float]]
) -> None:
    """Write a name beside one of some points, inside the panel and clear of all other texts.

    To be called after ``finish``. The first place that crosses no line is taken, else the one that
    crosses fewest. Left out if there is none: a name that cannot be read helps nobody.
    """
    size = layout.size
    frame = axes.get_window_extent().padded(1.0)
    taken = [other.get_window_extent() for other in axes.texts]
    best: tuple[int, Annotation] | None = None
    for point, (dx, dy) in product(points, OFFSETS):
        name = axes.annotate(
            text,
            point,
            (0.75 * size.text * dx, 0.75 * size.text * dy),
            textcoords="offset points",
            ha={1: "left", 0: "center", -1: "right"}[dx],
            va={1: "bottom", 0: "center", -1: "top"}[dy],
            path_effects=[withStroke(linewidth=0.3 * size.text, foreground="white")],
            zorder=8,
        )
        box = name.get_window_extent().padded(2.0)
        crossed = _crossed(axes, box)
        inside = frame.containsx(box.x0) and frame.containsx(box.x1)
        inside = inside and frame.containsy(box.y0) and frame.containsy(box.y1)
        if not inside or box.count_overlaps(taken) or (best is not None and crossed >= best[0]):
            name.remove()
            continue
        if best is not None:
            best[1].remove()
        best = crossed, name
        if crossed == 0:
            return


def _crossed(axes: Axes, box: Bbox) -> int:
    """Count the lines of a panel that cross a box and the markers in it."""
    found = 0
    for line in axes.lines:
        path = line.get_path().transformed(line.get_transform())
        found += int(box.count_contains(path.vertices))
        found += line.get_linestyle() != "None" and path.intersects_bbox(box, filled=False)
    return found

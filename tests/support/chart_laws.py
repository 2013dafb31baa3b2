"""Laws that hold for every chart: what its texts are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from sim.report.style import ChartSize, chart_style

SMALLEST = {True: 14, False: 6}
"""Smallest font size [points] on a slide and in print."""
TALLEST = 10.6
"""Height of what can be printed on A4 [inches]."""


def texts_of(figure: Figure) -> list[Text]:
    """Return the visible texts of a figure: written ones, legends, names on scales."""
    return [text for text in _texts(figure) if text.get_text().strip() and text.get_visible()]


def _texts(artist: Artist) -> Iterator[Text]:
    """Walk through an artist's parts; of an axis only ticks within its limits."""
    if isinstance(artist, Text):
        yield artist
    elif isinstance(artist, Axis):
        low, high = sorted(artist.get_view_interval())
        yield artist.label
        ticks = artist.get_major_ticks() if artist.get_visible() else []
        yield from (tick.label1 for tick in ticks if low <= tick.get_loc() <= high)
    else:
        for part in artist.get_children():
            yield from _texts(part)


def faults_of(figure: Figure, size: ChartSize | None = None) -> list[str]:
    """Return what is wrong: texts that meet, leave the figure, are covered or too small; sizes."""
    with chart_style():
        figure.draw_without_rendering()
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts_of(figure)]
    wrong = [f"'{a}' meets '{b}'" for (a, one), (b, two) in combinations(boxes, 2)
             if _meet(one, two)]  # fmt: skip
    width, height = (float(inches) * figure.dpi for inches in figure.get_size_inches())
    wrong += [
        f"'{text}' leaves the figure"
        for text, box in boxes
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]
    samples = [sample.get_window_extent() for legend in figure.findobj(Legend)
               for sample in legend.legend_handles if sample is not None]  # fmt: skip
    wrong += [f"'{text}' is covered" for text, box in boxes
              if any(_meet(box, sample) for sample in samples)]  # fmt: skip
    return wrong + (_wrong_sizes(figure, size) if size else [])


def _wrong_sizes(figure: Figure, size: ChartSize) -> list[str]:
    """Return which sizes of a figure and its texts are not those of a chart size."""
    wrong = []
    width, height = (float(inches) for inches in figure.get_size_inches())
    least = min(float(text.get_fontsize()) for text in texts_of(figure))
    if least < SMALLEST[size.height_inches is not None]:
        wrong.append(f"texts of {least} points")
    if abs(width - size.width_inches) > 0.02:
        wrong.append(f"{width} inches wide")
    if size.height_inches is not None and abs(height - size.height_inches) > 0.001:
        wrong.append(f"a slide {height} inches high")
    if height > TALLEST:
        wrong.append("higher than A4")
    if any(axes.get_window_extent().height < 0.5 * figure.dpi for axes in figure.axes):
        wrong.append("a panel is lower than half an inch")
    return wrong


def _meet(one: Bbox, two: Bbox) -> bool:
    """Return whether two boxes overlap by more than half a pixel both ways."""
    across = float(min(one.x1, two.x1) - max(one.x0, two.x0))
    upright = float(min(one.y1, two.y1) - max(one.y0, two.y0))
    return across > 0.5 and upright > 0.5


def written_in(figure: Figure) -> str:
    """Return all texts of a figure on one line, with plain spaces."""
    return " ".join(" ".join(text.get_text() for text in texts_of(figure)).split())

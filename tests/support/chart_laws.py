"""What holds for every chart: what its texts are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def texts_of(figure: Figure) -> Iterator[Text]:
    """Texts that are seen: written ones, and the names on the scales within their limits."""
    for axes in figure.axes:
        yield from axes.texts
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            for tick in axis.get_major_ticks():
                if min(low, high) <= tick.get_loc() <= max(low, high):
                    yield tick.label1
    yield from figure.texts


def overlaps_of(figure: Figure) -> list[str]:
    """What is wrong with the texts of a figure: two that overlap, or one that leaves it."""
    figure.draw_without_rendering()
    boxes = [
        (text.get_text(), text.get_window_extent()) for text in texts_of(figure) if text.get_text()
    ]
    wrong = [
        f"'{one}' meets '{two}'"
        for (one, a), (two, b) in combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5
    ]
    width, height = (float(size) * figure.dpi for size in figure.get_size_inches())
    wrong += [
        f"'{text}' leaves the figure"
        for text, box in boxes
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]
    return wrong


def covered_of(figure: Figure) -> list[str]:
    """Texts that a sample in a key stands on."""
    figure.draw_without_rendering()
    samples = [one.get_window_extent() for one in figure.artists]
    return [
        text.get_text()
        for text in figure.texts
        if text.get_text() and any(_meet(text.get_window_extent(), one) for one in samples)
    ]


def _meet(one: Bbox, two: Bbox) -> bool:
    across = float(min(one.x1, two.x1) - max(one.x0, two.x0))
    upright = float(min(one.y1, two.y1) - max(one.y0, two.y0))
    return across > 0.5 and upright > 0.5

"""For which width a chart is drawn, and what that asks: sizes, letters, how many words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Width = Literal["column", "page", "slide"]
WIDTHS: tuple[Width, ...] = get_args(Width)


@dataclass(frozen=True)
class ChartSize:
    """Sizes of a figure [inches] and of its letters and lines [points].

    ``plot_inches`` is the height of a row of panels; where ``height_inches`` is set the rows share
    what the texts leave of it. ``brief`` leaves out what there is no room for.
    """

    width_inches: float
    plot_inches: float
    height_inches: float | None
    title: float
    text: float
    small: float
    line: float
    side_by_side: bool
    brief: bool
    dpi: int


CHART_SIZES: dict[Width, ChartSize] = {
    "column": ChartSize(3.15, 1.95, None, 8.5, 7, 6, 1.4, side_by_side=False, brief=True, dpi=300),
    "page": ChartSize(6.3, 2.9, None, 11, 8.5, 7, 1.8, side_by_side=True, brief=False, dpi=200),
    "slide": ChartSize(13.333, 0, 7.5, 26, 17, 14, 3.2, side_by_side=True, brief=False, dpi=120),
}
"""A column of an A4 page (8 cm), its whole width (16 cm), and a slide of 16:9."""

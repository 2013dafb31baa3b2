"""Sizes, colours and style sheet of all charts, and how a figure is written to a file.

Charts are readable in grey and for the colour-blind: shades and line styles repeat what colours
say. The same figure gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal, get_args

import matplotlib as mpl
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backend_bases import get_registered_canvas_class
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from .style_sheet import colour, font_folder, style_settings, style_sheet

__all__ = [
    "BLUE", "CHART_SIZES", "DARK", "FORMATS", "GREY", "ORANGE", "SAND", "WIDTHS", "ChartFigure",
    "ChartSize", "Width", "bytes_of", "chart_style", "colour", "fix_colours", "font_folder",
    "save_formats", "style_sheet", "title_of",
]  # fmt: skip

BLUE, ORANGE, GREY, DARK, SAND = "C0", "C1", "C2", "C3", "C4"
"""Colours by their place in the style sheet, whose shipped ones they are called after."""
FORMATS = ("png", "svg", "pdf")
IDENTITY = {".png": "Source", ".svg": "Source", ".pdf": "Keywords"}
"""Property of a file in each format that names what the chart was made from."""
HEAD_GAP = 0.6
"""Gap between a panel and its head [sizes of its text]."""
Width = Literal["column", "page", "slide"]
WIDTHS: tuple[Width, ...] = get_args(Width)


@dataclass(frozen=True)
class ChartSize:
    """Sizes of a figure [inches] and of its letters and lines [points].

    ``plot_inches`` is the height of a row of panels; where ``height_inches`` is set the rows share
    what the texts leave of it. A ``brief`` chart leaves out what it has no room for.
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
    given: tuple[Axes, ...] | SubFigure | None = None
    """Axes of a user's figure to draw into, or a part of it for new ones; None: its own figure."""

    @property
    def margin(self) -> float:
        """Free margin around the figure [inches]."""
        return max(0.06, 0.012 * self.width_inches)


class ChartFigure(Figure):
    """A figure that tells Jupyter in words what it shows, however it is rendered there."""

    alt_text = ""
    identity = ""
    """What it was made from, for the properties of its file: run, replications, seed."""

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        if not self.alt_text:
            return {}, {}
        return {"text/plain": self.alt_text}, {"image/png": {"alt": self.alt_text}}


CHART_SIZES: dict[Width, ChartSize] = {
    "column": ChartSize(3.15, 1.95, None, 8.5, 7, 6, 1.4, side_by_side=False, brief=True, dpi=300),
    "page": ChartSize(6.3, 2.9, None, 11, 8.5, 7, 1.8, side_by_side=True, brief=False, dpi=200),
    "slide": ChartSize(13.333, 0, 7.5, 26, 17, 14, 3.2, side_by_side=True, brief=False, dpi=120),
}
"""A column of an A4 page (8 cm), its whole width (16 cm), and a slide of 16:9."""


def chart_style(size: ChartSize | None = None) -> AbstractContextManager[None]:
    """Apply the style sheet, with the text and line sizes of a chart size, in a ``with`` block."""
    settings = dict(style_settings())
    if size is None:
        return mpl.style.context(settings)
    own: dict[Any, Any] = {
        "font.size": size.text,
        "figure.titlesize": size.title,
        "lines.linewidth": size.line,
        "lines.markersize": 0.45 * size.text,
        "axes.titlepad": HEAD_GAP * size.text,
        "figure.constrained_layout.h_pad": size.margin,
        "figure.constrained_layout.w_pad": size.margin,
    }
    for axis in ("xtick", "ytick"):
        own |= {f"{axis}.major.size": 0.3 * size.text, f"{axis}.major.pad": 0.45 * size.text}
    return mpl.style.context([settings, own])


def fix_colours(figure: Figure | SubFigure | Axes) -> None:
    """Give lines and texts the colours that they have in the style sheet in force.

    matplotlib looks C0, C1 and so on up whenever it draws them: elsewhere in another sheet.
    """
    for line in figure.findobj(Line2D):
        assert isinstance(line, Line2D)
        line.set_color(_fixed(line.get_color()))
        line.set_markeredgecolor(_fixed(line.get_markeredgecolor()))
        line.set_markerfacecolor(_fixed(line.get_markerfacecolor()))
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        text.set_color(_fixed(text.get_color()))


def _fixed(name: Any) -> Any:
    return colour(name) if isinstance(name, str) and name[:1] == "C" else name


def title_of(figure: Figure) -> str:
    """Return the title of a figure on one line."""
    return " ".join(figure.get_suptitle().split())


def save_formats(
    figure: Figure, stem: Path, dpi: int, alt_text: str, formats: Iterable[str], text_file: bool
) -> None:
    """Write a figure in some formats with its alt text; ``text_file`` also writes it (``.txt``)."""
    title = title_of(figure)
    for ending in formats:
        data = bytes_of(figure, f".{ending}", dpi, title, alt_text)
        stem.with_name(f"{stem.name}.{ending}").write_bytes(data)
    if text_file:
        stem.with_name(f"{stem.name}.txt").write_text(alt_text + "\n", "utf-8", newline="\n")


def bytes_of(figure: Figure, suffix: str, dpi: int, title: str, alt_text: str) -> bytes:
    """Return a figure as the bytes of a PNG, SVG or PDF file that holds its title and alt text.

    In SVG the alt text is the ``<desc>``, which screen readers read; in PNG and PDF it is in the
    properties. No file holds a date: the same figure and texts give the same bytes.
    """
    metadata: dict[str, dict[str, str | None]] = {
        ".png": {"Software": None, "Title": title, "Description": alt_text},
        ".svg": {"Date": None, "Creator": None, "Title": title},
        ".pdf": {"CreationDate": None, "Creator": None, "Producer": None, "Title": title,
                 "Subject": alt_text},
    }  # fmt: skip
    if identity := getattr(figure, "identity", ""):
        metadata[suffix][IDENTITY[suffix]] = identity
    data = _printed(figure, suffix[1:], dpi, metadata[suffix])
    return _described(data, alt_text) if suffix == ".svg" else data


def _printed(figure: Figure, format_: str, dpi: int, metadata: dict[str, str | None]) -> bytes:
    """Return the bytes of ``figure.savefig`` for a figure whose layout is complete.

    ``savefig`` draws twice, first for the layout alone: a third of its time.
    """
    stream, canvas, own_dpi = io.BytesIO(), figure.canvas, figure.dpi
    try:
        figure.dpi = dpi
        with chart_style():
            other = get_registered_canvas_class(format_)(figure)
            getattr(other, f"print_{format_}")(stream, metadata=metadata)
    finally:
        figure.dpi = own_dpi
        figure.set_canvas(canvas)
    return stream.getvalue()


def _described(svg: bytes, alt_text: str) -> bytes:
    """Mark the root of an SVG as an image with a name and a description."""
    desc = f"</title>\n <desc>{escape(alt_text, quote=False)}</desc>".encode()
    return svg.replace(b"<svg ", b'<svg role="img" ', 1).replace(b"</title>", desc, 1)

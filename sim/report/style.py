"""What all charts share: colours, style, and how a figure becomes a file.

Readable in grey and for the colour-blind: shades and line styles carry what colours do. The same
figure gives the same bytes.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

BLUE, ORANGE, GREY, DARK = "#2b6ca3", "#d9822b", "#8c8c8c", "#222222"
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "svg.fonttype": "path",
    "text.parse_math": False,
    "pdf.fonttype": 42,
    "svg.hashsalt": "opvangsim",
}
PAGE_INCHES = 7.6
SMALL_PRINT: Any = {"fontsize": 7, "color": "#444444"}
FORMATS = (".png", ".svg")


def page(height_inches: float) -> Figure:
    """An empty figure as wide as a page."""
    figure = Figure(figsize=(PAGE_INCHES, height_inches))
    FigureCanvasAgg(figure)
    return figure


def head_and_foot(figure: Figure, title: str, note: str) -> None:
    """The title above, the small print below, wrapped to the width of the page."""
    height = float(figure.get_size_inches()[1])
    figure.text(0.012, 1 - 0.22 / height, title, fontsize=11, weight="bold", va="center")
    figure.text(0.012, 0.06 / height, textwrap.fill(note, 138), va="bottom", **SMALL_PRINT)


def save(figure: Figure, stem: Path) -> None:
    """Write a figure as PNG and SVG."""
    for ending in FORMATS:
        save_as(figure, stem.with_suffix(ending))


def save_as(figure: Figure, file: Path) -> None:
    """Write a figure in the format that the file's name ends with."""
    with mpl.rc_context(STYLE):
        if file.suffix == ".svg":
            figure.savefig(file, metadata={"Date": None, "Creator": None})
        else:
            figure.savefig(file, dpi=160, metadata={"Software": None})


def save_said(figure: Figure, file: Path, dpi: int, title: str, words: str) -> None:
    """Write a figure as PNG, SVG or PDF that holds what it says in words, for who can't see it.

    In SVG the words are its ``<desc>``, which screen readers read; in PNG and PDF they are in the
    properties. Fonts are embedded (PDF) or letters are paths (SVG); no file holds a date.
    """
    file.write_bytes(bytes_of(figure, file.suffix, dpi, title, words))


def save_forms(
    figure: Figure, stem: Path, dpi: int, words: str, formats: Iterable[str], beside: bool
) -> None:
    """Write a figure in some formats with what it says in words; ``beside`` also as ``.txt``.

    The first text of the figure is its title.
    """
    title = title_of(figure)
    for ending in formats:
        save_said(figure, stem.with_name(f"{stem.name}.{ending}"), dpi, title, words)
    if beside:
        stem.with_name(f"{stem.name}.txt").write_text(words + "\n", "utf-8")


def title_of(figure: Figure) -> str:
    """The title of a figure: its first text."""
    return " ".join(figure.texts[0].get_text().split())


def bytes_of(figure: Figure, suffix: str, dpi: int, title: str, words: str) -> bytes:
    """The file of ``save_said``: the same figure and words give the same bytes."""
    about: dict[str, dict[str, str | None]] = {
        ".png": {"Software": None, "Title": title, "Description": words},
        ".svg": {"Date": None, "Creator": None, "Title": title},
        ".pdf": {"CreationDate": None, "Creator": None, "Producer": None, "Title": title,
                 "Subject": words},
    }  # fmt: skip
    stream = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure.savefig(stream, format=suffix[1:], dpi=dpi, metadata=about[suffix])
    data = stream.getvalue()
    return _described(data, words) if suffix == ".svg" else data


def _described(svg: bytes, words: str) -> bytes:
    """An SVG whose root is an image with a name and a description."""
    desc = f"</title>\n <desc>{escape(words, quote=False)}</desc>".encode()
    return svg.replace(b"<svg ", b'<svg role="img" ', 1).replace(b"</title>", desc, 1)

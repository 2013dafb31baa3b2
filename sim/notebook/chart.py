"""A chart that shows itself in Jupyter, tells in words what it shows, and can be saved."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from ..export.safe_write import write_file
from ..report.charts import CHART_SIZES, Width
from ..report.style import bytes_of
from ..runs.provenance import Provenance, marked

SCREEN_DPI = 140
CSS_PIXELS_AN_INCH = 96
MOST_ON_SCREEN = 920
"""A slide is shown smaller than it is [CSS pixels]."""
ENLARGED: dict[Width, float] = {"column": 1.5, "page": 1.0, "slide": 1.0}
"""How much larger than in print: a column would be small on a desk, and then fits a telephone."""


@dataclass(frozen=True)
class Chart:
    """A chart to publish: ``figure`` is matplotlib's, ``words`` its alternative text."""

    figure: Figure
    title: str
    words: str
    width: Width
    stamp: Provenance

    @property
    def axes(self) -> list[Axes]:
        """Axes of its panels, for what else is to be drawn or named."""
        return self.figure.axes

    def save(self, file: str | Path) -> Path:
        """Write it as PNG, SVG or PDF, with its words and where it comes from inside.

        Raises ``ScenarioError`` if the ending is none of these, or if something that is not ours
        stands there already.
        """
        from ..errors import usage_error

        target = Path(file)
        if target.suffix not in (".png", ".svg", ".pdf"):
            usage_error(
                str(target), "no output format given", "give a name that ends in .png, .svg or .pdf"
            )
        dpi = CHART_SIZES[self.width].dpi
        data = bytes_of(self.figure, target.suffix, dpi, self.title, self.words)
        write_file(target, marked(data, target.suffix, self.stamp))
        return target

    def __repr__(self) -> str:
        return f"Chart({self.title!r}: {self.words})"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        """What Jupyter shows: the picture, and its words for who can't see it."""
        inches = float(self.figure.get_size_inches()[0])
        pixels = min(MOST_ON_SCREEN, round(inches * CSS_PIXELS_AN_INCH * ENLARGED[self.width]))
        data = base64.b64encode(self._on_screen()).decode("ascii")
        shown = {"width": pixels, "alt": self.words}
        return {"image/png": data, "text/plain": self.words}, {"image/png": shown}

    def _on_screen(self) -> bytes:
        """A small PNG: 64 colours are what a chart has, and a notebook keeps each picture."""
        dpi = round(SCREEN_DPI * ENLARGED[self.width])
        png = bytes_of(self.figure, ".png", dpi, self.title, self.words)
        stream = io.BytesIO()
        flat = Image.open(io.BytesIO(png)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
        flat.save(stream, format="PNG", optimize=True)
        return stream.getvalue()

"""The charts of a run: how each is drawn, what it says in words, and how it becomes a file.

Drawn from tables only. Readable in grey and for the colour-blind: shades and line styles carry
what colours do, and series are labelled where they are. The same run gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from ..i18n import Language
from ..style import STYLE, save_forms
from . import gap, housing, ind, inflow, need, occupancy
from . import multi_run as together
from .data import UNREDUCED, RunData
from .size import CHART_SIZES, WIDTHS, ChartSize, Width

__all__ = [
    "CHARTS",
    "CHART_SIZES",
    "FORMATS",
    "OF_EVERY_RUN",
    "UNREDUCED",
    "WIDTHS",
    "Chart",
    "ChartSize",
    "RunData",
    "Width",
    "draw",
    "draw_together",
    "together",
    "write",
    "write_together",
]
FORMATS = ("png", "svg", "pdf")


@dataclass(frozen=True)
class Chart:
    """A kind of chart: how it is drawn, what it says, and whether a run has what it shows."""

    draw: Callable[[RunData, ChartSize, Language], Figure]
    words: Callable[[RunData, Language], str]
    shown: Callable[[RunData], bool]


CHARTS: dict[str, Chart] = {
    "need": Chart(need.draw, need.words, need.shown),
    "gap": Chart(gap.draw, gap.words, gap.shown),
    "inflow": Chart(inflow.draw, inflow.words, inflow.shown),
    "occupancy": Chart(occupancy.draw, occupancy.words, occupancy.shown),
    "ind": Chart(ind.draw, ind.words, ind.shown),
    "housing": Chart(housing.draw, housing.words, housing.shown),
}
OF_EVERY_RUN = ("need", "gap")
"""Charts that lie in every run's folder."""


def draw(name: str, subject: RunData, look: ChartSize, lang: Language) -> Figure:
    """A chart by its name."""
    with mpl.rc_context(STYLE):
        return CHARTS[name].draw(subject, look, lang)


def write(
    subject: RunData,
    names: Sequence[str],
    folder: Path,
    lang: Language,
    width: Width = "page",
    formats: Sequence[str] = ("png", "svg"),
    told: bool = False,
    suffix: str = "",
) -> None:
    """Draw charts of a run into a folder that is there: ``NAME.png`` and so on.

    ``told`` puts what each says in words beside it (``NAME.txt``); ``suffix`` follows the name.
    """
    for name in names:
        figure = draw(name, subject, CHART_SIZES[width], lang)
        words = CHARTS[name].words(subject, lang)
        stem = folder / f"{name}{suffix}"
        save_forms(figure, stem, CHART_SIZES[width].dpi, words, formats, told)


def draw_together(runs: Mapping[str, RunData], look: ChartSize, lang: Language) -> Figure:
    """Several runs, by the name of each, side by side."""
    with mpl.rc_context(STYLE):
        return together.draw(runs, look, lang)


def write_together(
    runs: Mapping[str, RunData],
    folder: Path,
    lang: Language,
    width: Width,
    formats: Sequence[str],
    suffix: str,
) -> None:
    """Draw several runs side by side into a folder that is there, with its words beside it."""
    words = together.words(runs, lang)
    stem = folder / f"together{suffix}"
    figure = draw_together(runs, CHART_SIZES[width], lang)
    save_forms(figure, stem, CHART_SIZES[width].dpi, words, formats, beside=True)

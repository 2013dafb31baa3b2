"""Published figures drawn over the fans of a chart."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from ..i18n import Language, translate
from ..observed_figures import ComparedFigure, count_text
from ..style import DARK, ChartSize
from .data import RunData
from .layout import FigureLayout, name_point
from .scales import on_axis

Points = list[tuple[float, float]]


def figures_of(run: RunData, names: Sequence[str]) -> tuple[ComparedFigure, ...]:
    """Return the published figures of some series that a run is shown with."""
    return () if run.observed is None else run.observed.of(*names)


def draw_figures(
    axes: Axes, run: RunData, names: Sequence[str], size: ChartSize, *, yearly: bool = False
) -> Points:
    """Draw published figures as squares, by day or by year; return where they are."""
    points = [
        (
            float(one.figure.period.year) if yearly else on_axis(one.figure.period.last),
            one.figure.value,
        )
        for one in figures_of(run, names)
    ]
    if points:
        axes.plot(
            [x for x, _ in points], [y for _, y in points], "s", color=DARK,
            markeredgecolor="white", markeredgewidth=0.4 * size.line,
            markersize=0.55 * size.text, zorder=7,
        )  # fmt: skip
    return points


def name_figures(layout: FigureLayout, axes: Axes, points: Points, lang: Language) -> None:
    """Write beside the squares what they are; to be called after ``finish``."""
    if points:
        name_point(layout, axes, translate("observed_label", lang), points[::-1])


def figures_note(run: RunData, names: Sequence[str], lang: Language) -> str:
    """Say what the squares are and how many lie inside the band; empty where there are none."""
    found = figures_of(run, names)
    if not found:
        return ""
    return " " + count_text(found, lang, "observed_note")

"""Charts on matplotlib axes: those of the user's figure, or of a new one that pyplot shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias, get_args

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from ..errors import Message, usage_error
from ..report.charts.layout import inches_of
from ..report.i18n import Language
from ..report.style import ChartFigure, ChartSize, Width
from .chart import Chart

Given: TypeAlias = "Axes | Sequence[Axes] | npt.NDArray[np.object_] | SubFigure"
"""Where a user has a chart drawn: axes, one for each panel, or a part of a figure."""
Drawn: TypeAlias = "Axes | npt.NDArray[np.object_]"
"""The axes of a chart: one, or an array of several."""
BRIEF = 4.0
"""Width below which a chart leaves out what it has no room for [inches]."""


def show(chart: Chart) -> Drawn:
    """Hand a chart to pyplot, which shows it in Jupyter or a window; return its axes.

    Jupyter gets its alternative text too. Before matplotlib 3.11 pyplot can't take a figure over;
    it can then be saved, and drawn into axes of pyplot.
    """
    figure = chart.figure
    if isinstance(figure, ChartFigure):
        figure.alt_text = chart.words
    with suppress(ValueError):
        plt.figure(figure)
    return _returned(figure.axes)


def draw_into(given: Given, draw: Callable[[ChartSize], Figure]) -> Drawn:
    """Draw a chart into given axes with the text and line sizes of the user; return them.

    Raises ``ScenarioError`` for another number of axes than the chart has panels.
    """
    if isinstance(given, SubFigure):
        width = given.bbox.width / given.get_figure(root=True).dpi
        draw(_size(width, given))
        return _returned(given.axes)
    several = given if isinstance(given, Sequence | np.ndarray) else [given]
    axes = tuple(np.asarray(several, dtype=object).flatten())
    for one in axes:
        if not isinstance(one, Axes):
            what = Message("this is no axes of matplotlib: {given}", given=repr(one))
            usage_error("ax", what, "give axes, as from plt.subplots(), or a SubFigure")
    draw(_size(min((inches_of(one)[0] for one in axes), default=BRIEF), axes))
    return _returned(axes)


def _size(width: float, given: tuple[Axes, ...] | SubFigure) -> ChartSize:
    """Return the sizes of a chart in a figure of the user, which has its own text and lines."""
    text, line = float(mpl.rcParams["font.size"]), float(mpl.rcParams["lines.linewidth"])
    return ChartSize(
        width_inches=width,
        plot_inches=0.5 * width,
        height_inches=None,
        title=1.2 * text,
        text=text,
        small=0.83 * text,
        line=line,
        side_by_side=True,
        # Several axes are for the panels that a brief chart leaves out.
        brief=width < BRIEF and not (isinstance(given, tuple) and len(given) > 1),
        dpi=int(mpl.rcParams["figure.dpi"]),
        given=given,
    )


def _returned(axes: Sequence[Axes]) -> Drawn:
    return axes[0] if len(axes) == 1 else np.array(axes, dtype=object)


def check_language(lang: str) -> None:
    """Refuse a language that there is not, before anything is computed."""
    if lang not in get_args(Language):
        usage_error("lang", Message("there is no language '{lang}'", lang=lang), "'en' or 'nl'")


def check_width(width: str) -> None:
    """Refuse a width that there is not."""
    if width not in get_args(Width):
        what = Message("there is no width '{width}'", width=width)
        usage_error("width", what, "'column', 'page' or 'slide'")

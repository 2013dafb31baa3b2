"""Axes of a user's own figure, for the panels of a chart."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from ...errors import Message, usage_error


def panels_of(
    given: tuple[Axes, ...] | SubFigure, needed: int, rows: int, columns: int
) -> tuple[Axes, ...]:
    """Return the axes that a user gave for the panels, or new ones in the part of a figure."""
    if isinstance(given, SubFigure):
        made = given.subplots(rows, columns, squeeze=False).flatten().tolist()
        for axes in made[needed:]:
            axes.remove()
        return tuple(made[:needed])
    if len(given) != needed:
        what = Message("the chart has {n} panels, and {given} axes were given", n=needed,
                       given=len(given))  # fmt: skip
        usage_error("ax", what, "give one for each panel, or a SubFigure")
    return given

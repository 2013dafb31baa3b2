"""Scales of charts: numbers, dates and years, as many as have room, written in the language.

matplotlib's locators assume texts of one width; these measure the texts, so that none touch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axis import Axis, XAxis
from matplotlib.dates import date2num
from matplotlib.ticker import FixedLocator, Formatter, Locator, MaxNLocator, NullLocator

from ..i18n import Language, number, translate
from ..style import DARK
from .layout import LEADING, POINTS, inches_of, shortened, text_width

Places = npt.NDArray[np.float64]
STEPS = (1, 2, 5, 10)
MONTHS_BY_NAME = 26
"""Months up to which a scale names months, not only years."""
YEAR_STEPS = (1, 2, 3, 5, 10, 100)
"""Every how many years a year may be named."""
AIR = {True: 1.25, False: 1.0}
"""Distance between the middles of ticks, in sizes of their texts: side by side, and stacked."""


class FittingLocator(Locator):
    """Place the first of several sets of ticks whose texts do not touch at the axis's present size.

    ``choices`` gives the sets for limits of the axis, the densest first.
    """

    def __init__(
        self,
        choices: Callable[[float, float], Iterable[Sequence[float]]],
        texts: Callable[[Sequence[float]], list[str]],
        points: float,
    ) -> None:
        self.choices, self.texts, self.points = choices, texts, points

    def __call__(self) -> Any:
        """Return the ticks for the present limits."""
        return self.tick_values(*self._axis().get_view_interval())

    def tick_values(self, vmin: float, vmax: float) -> Any:
        """Return the ticks for some limits."""
        ticks: Sequence[float] = []
        for ticks in self.choices(min(vmin, vmax), max(vmin, vmax)):
            if self._fit(ticks):
                return ticks
        return ticks[-1:]

    def _fit(self, ticks: Sequence[float]) -> bool:
        """Return whether there is air between all texts."""
        axis = self._axis()
        across = isinstance(axis, XAxis)
        length = inches_of(axis.axes)[0 if across else 1]
        scale = axis.get_transform().transform
        low, high = sorted(scale(np.array(axis.get_view_interval())))
        at = length * (scale(np.array(ticks)) - low) / (high - low)
        line = LEADING * self.points / POINTS
        sizes = [text_width(text, self.points) if across else line for text in self.texts(ticks)]
        pairs = pairwise(zip(at, sizes, strict=True))
        return all(b - a > AIR[across] * (one + two) / 2 for (a, one), (b, two) in pairs)

    def _axis(self) -> Axis:
        assert isinstance(self.axis, Axis)
        return self.axis


class TickTexts(Formatter):
    """Write all ticks of an axis together, so that they have the same decimals."""

    def __init__(self, texts: Callable[[Sequence[float]], list[str]]) -> None:
        self.texts = texts

    def __call__(self, x: float, _pos: int | None = None) -> str:
        """Return the text of one tick."""
        return self.texts([x])[0]

    def format_ticks(self, values: Any) -> list[str]:
        """Return the texts of all ticks."""
        return self.texts(values)


def set_scale(
    axis: Axis,
    choices: Callable[[float, float], Iterable[Sequence[float]]],
    texts: Callable[[Sequence[float]], list[str]],
) -> None:
    """Let an axis have the first of several sets of ticks that has room."""
    axis.set_major_locator(FittingLocator(choices, texts, font_size(axis)))
    axis.set_major_formatter(TickTexts(texts))
    axis.set_minor_locator(NullLocator())


def number_scale(axis: Axis, lang: Language, most: int = 5) -> None:
    """Write at most so many numbers, with just the decimals that their step has."""

    def choices(low: float, high: float) -> Iterable[list[float]]:
        slack = 1e-9 * (high - low)
        for count in range(most, 0, -1):
            ticks = MaxNLocator(count, steps=list(STEPS)).tick_values(low, high)
            yield [float(tick) for tick in ticks if low - slack <= tick <= high + slack]

    def texts(ticks: Sequence[float]) -> list[str]:
        decimals = decimals_of(float(np.diff(ticks).min())) if len(ticks) > 1 else 0
        return [number(tick, lang, decimals) for tick in ticks]

    set_scale(axis, choices, texts)


def decimals_of(step: float) -> int:
    """Return how many decimals the numbers of a scale with this step need."""
    return max(0, -int(np.floor(np.log10(step) + 1e-9)))


def year_scale(axis: Axis, years: Sequence[int]) -> None:
    """Write years, each at its own number and always the last."""

    def choices(_low: float, _high: float) -> Iterable[list[float]]:
        for step in YEAR_STEPS:
            yield [float(year) for year in years if (years[-1] - year) % step == 0]

    set_scale(axis, choices, lambda ticks: [f"{tick:.0f}" for tick in ticks])


def date_scale(axis: Axis, lang: Language) -> None:
    """Write years at their first day, or months where a run is short."""

    def months_between(low: float, high: float) -> int:
        first, last = date_at(low), date_at(high)
        return 12 * (last.year - first.year) + last.month - first.month

    def choices(low: float, high: float) -> Iterable[list[float]]:
        first, last = date_at(low), date_at(high)
        by_name = months_between(low, high) <= MONTHS_BY_NAME
        for step in (1, 3, 6, 12) if by_name else (12, 24, 60, 120):
            months = range(12 * first.year, 12 * (last.year + 1))
            days = [on_axis(date(month // 12, month % 12 + 1, 1)) for month in months
                    if month % step == 0]  # fmt: skip
            yield [day for day in days if low <= day <= high]

    def texts(ticks: Sequence[float]) -> list[str]:
        days = [date_at(tick) for tick in ticks]
        if months_between(*axis.get_view_interval()) > MONTHS_BY_NAME:
            return [str(day.year) for day in days]
        return [translate("month_and_year", lang, month=translate(f"month_short_{day.month}", lang),
                      year=day.year) for day in days]  # fmt: skip

    set_scale(axis, choices, texts)


def text_scale(axis: Axis, names: Sequence[str]) -> None:
    """Write a name at each whole number from nought; below a panel cut to the room there is."""

    def texts(ticks: Sequence[float]) -> list[str]:
        low, high = sorted(axis.get_view_interval())
        slot = 0.95 * inches_of(axis.axes)[0] / (high - low)
        whole = [names[round(tick)] for tick in ticks]
        return [shortened(name, points, slot) for name in whole] if across else whole

    across, points = isinstance(axis, XAxis), font_size(axis)
    axis.set_major_locator(FixedLocator(range(len(names))))
    axis.set_major_formatter(TickTexts(texts))


def font_size(axis: Axis) -> float:
    """Return the size of the texts of an axis [points]."""
    return float(axis.get_major_ticks(1)[0].label1.get_fontsize())


def zero_line(axis: Axis) -> None:
    """Draw the line of nought of a scale across its panel."""
    draw = axis.axes.axvline if isinstance(axis, XAxis) else axis.axes.axhline
    draw(0, color=DARK, linewidth=0.4 * mpl.rcParams["lines.linewidth"])


def on_axis(day: date) -> float:
    """Return the place of a date on an axis."""
    return float(date2num(day))  # type: ignore[no-untyped-call]


def date_at(place: float) -> date:
    """Return the date at a place on an axis."""
    return date(1970, 1, 1) + timedelta(days=int(place))


def positions(index: pd.Index[Any]) -> Places:
    """Return the places of the dates of a monthly table."""
    return np.array([on_axis(moment.date()) for moment in index])

"""The year in execution: what has been spent so far, and the projected rest of the year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import numpy as np

from ..clock import months_of
from ..model.sampling import Floats

SERIES = "spending"
"""Series of observed figures that say what was spent on a line."""


class Span(Protocol):
    """First and last day of a period."""

    @property
    def first(self) -> date: ...
    @property
    def last(self) -> date: ...


class Observed(Protocol):
    """An observed figure: what a line cost in a period (``line:coa``), or was paid for it
    (``line:coa_cash``) [EUR]."""

    @property
    def series(self) -> str: ...
    @property
    def breakdown(self) -> str: ...
    @property
    def period(self) -> Span: ...
    @property
    def value(self) -> float: ...


@dataclass(frozen=True)
class CumulatedYear:
    """What a year costs from 1 January up to a day [EUR]."""

    realised: dict[date, float]
    """What had been spent by the end of each day on which that is known, in order."""
    cumulated: Floats
    """By the end of each month: (12, replication). NaN within what was realised, where the figures
    do not say how much of it there had been by then."""

    @property
    def realised_until(self) -> date | None:
        """Last day up to which it is known what was spent."""
        return max(self.realised, default=None)

    @property
    def projected_rest(self) -> Floats:
        """What is to be spent yet, in each replication."""
        until = self.realised_until
        spent = 0.0 if until is None else self.realised[until]
        rest: Floats = self.cumulated[-1] - spent
        return rest


def realised_and_rest(
    observed: Iterable[Observed], breakdown: str, year: int, monthly: Floats
) -> CumulatedYear:
    """Add up what was spent in a year, and the projection of the rest of that year.

    Figures of ``breakdown`` count as far as they join up from 1 January, by months, quarters or
    otherwise; what follows a gap does not, and where two reach the same day the one of the longer
    period does.
    ``monthly`` is the projection by month (12, replication), in the same terms as the figures; of
    a month that was realised in part the rest counts by its days. The projection stays what it is,
    whatever was realised.
    """
    realised = _realised(observed, breakdown, year)
    until = max(realised, default=date(year - 1, 12, 31))
    spent = realised.get(until, 0.0)
    months = months_of([year])
    left = [min(max((month.last - until).days, 0), month.days) / month.days for month in months]
    cumulated = spent + np.cumsum(monthly * np.array(left)[:, None], axis=0)
    for row, month in enumerate(months):
        if month.last <= until:
            cumulated[row] = realised.get(month.last, np.nan)
    return CumulatedYear(realised, cumulated)


def _realised(observed: Iterable[Observed], breakdown: str, year: int) -> dict[date, float]:
    """What had been spent by the end of each day on which that is known, in order."""
    figures = [
        figure
        for figure in observed
        if (figure.series, figure.breakdown) == (SERIES, breakdown)
        and figure.period.first.year == figure.period.last.year == year
    ]
    known = {date(year - 1, 12, 31): 0.0}
    for figure in sorted(figures, key=lambda one: (one.period.last, one.period.first)):
        day_before = figure.period.first - timedelta(days=1)
        if day_before in known:
            known.setdefault(figure.period.last, known[day_before] + figure.value)
    known.pop(date(year - 1, 12, 31))
    return known

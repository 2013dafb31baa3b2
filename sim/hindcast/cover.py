"""Observed figures that cover a time without a gap: the flows of its months, quarters or years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from ..clock import first_of_month, month_number
from ..scenario import Scenario
from .observations import Observation
from .periods import Period

FIRST_APPLICATIONS = "inflow|kind:first"
DAYS_A_YEAR = 365.25


def flows_between(
    observations: Iterable[Observation], name: str, start: date, end: date
) -> tuple[Observation, ...]:
    """Return figures of a flow that follow each other from one day to another, the shortest first.

    The first of them may begin before ``start``; the last ends on ``end``. Empty if they leave a
    day out.
    """
    flows = [one for one in observations if one.name == name and one.statistic == "sum"]
    return _chain(sorted(flows, key=_length), start, end, True)


def _length(one: Observation) -> timedelta:
    return one.period.last - one.period.first


def _chain(
    flows: Sequence[Observation], day: date, end: date, is_first: bool
) -> tuple[Observation, ...]:
    for one in flows:
        period = one.period
        begins = period.first == day or (is_first and period.first <= day <= period.last)
        if not begins or period.last > end:
            continue
        if period.last == end:
            return (one,)
        later = _chain(flows, period.last + timedelta(days=1), end, False)
        if later:
            return (one, *later)
    return ()


def stocks_until(
    observations: Iterable[Observation], name: str, start: date, end: date
) -> tuple[Observation, ...]:
    """Return the figures of a stock on days after ``start``, in order; empty if none is of ``end``.

    One on ``start`` itself comes first, if it is there.
    """
    ends = {
        one.period.last: one
        for one in observations
        if one.name == name and one.statistic == "end" and start <= one.period.last <= end
    }
    return tuple(ends[day] for day in sorted(ends)) if end in ends and end > start else ()


def whole_months_until(day: date) -> date:
    """Return the last month's end up to a day."""
    after = day + timedelta(days=1)
    return after - timedelta(days=after.day)


def cut_at(start: date, flow: Observation, scenario: Scenario) -> Observation:
    """Return the part of a flow from ``start`` on, as if it had come evenly.

    First applications follow the season of the scenario within the period.
    """
    period = flow.period
    if start <= period.first:
        return flow
    weigh = flow.name == FIRST_APPLICATIONS
    whole, kept = (_weight(first, period.last, scenario, weigh) for first in (period.first, start))
    return replace(flow, period=Period(start, period.last), value=flow.value * kept / whole)


def years_of(flow: Observation, scenario: Scenario) -> float:
    """Return the length of a flow's period in years; for first applications months count by season.

    A flow over this is its level a year.
    """
    by_season = flow.name == FIRST_APPLICATIONS
    return _weight(flow.period.first, flow.period.last, scenario, by_season) / DAYS_A_YEAR


def _weight(first: date, last: date, scenario: Scenario, by_season: bool) -> float:
    """Return the days from ``first`` to ``last``, each with the season of its month if asked."""
    total = 0.0
    for month in range(month_number(first), month_number(last) + 1):
        begins, ends = first_of_month(month), first_of_month(month + 1) - timedelta(days=1)
        days = (min(ends, last) - max(begins, first)).days + 1
        total += days * (scenario.inflow.season[begins.month].single if by_season else 1.0)
    return total

"""Costs of a run by month, as cost and as cash, which add up to those of ``budget`` by year.

The same lines are priced over the months of whole years. What is proportional to person-days,
place-days or events lies in the month of these; prices of a year count by the part of the year's
days. Some is settled by year and laid over its months:

- penalties, where spending follows the budget: the year's payment, by the penalties due in a month;
- ODA: at the mean cost of a resident in the year, by the first-year person-days of a month;
- other income of a net budget, and what is left to pay for the year before: evenly over the days.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..clock import Clock, Period, days_in_year, months_of
from ..model.prices import Prices
from ..model.sampling import Floats, Samples
from ..scenario import Scenario
from .budget import LINES, Costing, costing_by_year
from .tables import BEFORE_START

MONTHS = 12


def costs_by_month(
    scenario: Scenario,
    monthly: Mapping[str, Floats],
    yearly: Mapping[str, Floats],
    samples: Samples,
    clock: Clock,
) -> dict[str, Floats]:
    """Compute the cost of each line by month: (month, replication) [EUR, base price level, gross].

    Months are those of the calendar years of the run, at the scenario's own cost level. ``monthly``
    are ``tables.monthly_volumes`` and ``yearly`` ``tables.volumes``. The days before the start are
    at day-0 stocks, spread evenly.
    """
    prices, level = Prices.of(scenario, samples), scenario.prices.level
    months = months_of(clock.years)
    before = np.array([float(_days_before(month, clock)) for month in months])
    early, whole = {}, {}
    for name, values in monthly.items():
        days = before.reshape(-1, *(1 for _ in values.shape[1:]))
        early[name] = yearly[f"{BEFORE_START}{name}"] * (days / max(before.sum(), 1.0))
        whole[name] = early[name].copy()
        first = clock.start.month - 1
        whole[name][first : first + clock.months] += values
    of_years = costing_by_year(prices, level, yearly, clock)
    costing = Costing(prices, level, months, whole, early, of_years)
    return {line.name: costing.line(line.name) for line in LINES}


def _days_before(month: Period, clock: Clock) -> int:
    """Days of a month of the first year before the start."""
    return min(max((clock.start - month.first).days, 0), month.days)


def parts_of_year(years: tuple[int, ...]) -> Floats:
    """Part of its year that each month of some years is, by days: (month, 1)."""
    months = months_of(years)
    return np.array([[month.days / days_in_year(month.year)] for month in months])


def months_as_cash(
    prices: Prices, monthly: Floats, cost: Floats, cash: Floats, years: tuple[int, ...]
) -> Floats:
    """Lay the cash of some years over their months, which add up to it: (month, replication).

    Advances follow the cost of each month (``monthly``); what is settled of the year before is laid
    evenly over the days, since no document says in which months it is paid. ``cost`` and ``cash``
    are (year, replication) [EUR].
    """
    advance = prices.number(prices.scenario.prices.advance_share)
    settled = np.repeat(cash - advance * cost, MONTHS, axis=0)
    found: Floats = advance * monthly + settled * parts_of_year(years)
    return found

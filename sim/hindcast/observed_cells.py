"""What a run says of an observed figure, in each replication.

Stocks of a run are those of its month ends: on a day between two of them a stock lies on the
straight line through both. A mean of a period is that of this broken line at the period's start and
its month ends. A flow is the sum of whole months. Spending is the cost of a whole year at the
prices of that year, net or gross as the budget of the headline is.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from ..errors import Message, Problem, ScenarioError
from ..model.prices import Prices
from ..model.sampling import Floats
from ..results import budget
from ..results.experiment import Experiment
from .observations import Observation
from .periods import Period

SPENDING = "spending"


def simulated(experiment: Experiment, observation: Observation) -> Floats:
    """Return what a run makes of an observed figure: (replication,).

    Raises ``ScenarioError`` if the run has no such series, or does not hold the whole period.
    """
    if observation.series == SPENDING:
        return _spending(experiment, observation)
    values = experiment.monthly.get((observation.series, observation.breakdown))
    if values is None:
        raise _missing(observation, "a run has no such series", "see monthly.csv of a run")
    dates, period = experiment.tables.dates, observation.period
    if observation.statistic == "sum":
        months = months_within(dates, period)
        if months is None:
            raise _outside(observation, dates)
        return _total(values[months])
    if not within(dates, period, observation.statistic):
        raise _outside(observation, dates)
    if observation.statistic == "end":
        return stock_on(dates, values, period.last)
    return stock_mean(dates, values, period)


def stock_mean(dates: tuple[date, ...], values: Floats, period: Period) -> Floats:
    """Return the mean of a stock over a period: at its start and the month ends within it.

    ``values`` are by date and replication.
    """
    days = [period.first, *(day for day in dates if period.first < day <= period.last)]
    if days[-1] != period.last:
        days.append(period.last)
    mean: Floats = _total(np.stack([stock_on(dates, values, day) for day in days])) / len(days)
    return mean


def within(dates: tuple[date, ...], period: Period, statistic: str) -> bool:
    """Return whether the stocks of a run, from its first day to its last, cover a figure."""
    first = period.last if statistic == "end" else period.first
    return dates[0] <= first and period.last <= dates[-1]


def months_within(dates: tuple[date, ...], period: Period) -> list[int] | None:
    """Return the rows of a period's months, or none if the run does not hold all of it.

    Row 0 of a run is its first day, each other a month's end. A period that begins or ends within
    a month of the run is not a sum of its months.
    """
    rows = [row for row, day in enumerate(dates) if row and period.first <= day <= period.last]
    if not rows or dates[rows[-1]] != period.last:
        return None
    before = dates[rows[0] - 1]
    begins = before if rows[0] == 1 else before + timedelta(days=1)
    return rows if begins == period.first else None


def stock_on(dates: tuple[date, ...], values: Floats, day: date) -> Floats:
    """Return a stock on a day: on the straight line between the dates around it.

    ``values`` are by date and replication.
    """
    after = next(row for row, there in enumerate(dates) if day <= there)
    if dates[after] == day:
        there: Floats = values[after]
        return there
    share = (day - dates[after - 1]).days / (dates[after] - dates[after - 1]).days
    between: Floats = values[after - 1] + share * (values[after] - values[after - 1])
    return between


def _total(values: Floats) -> Floats:
    # In order, so that the sum is the same however replications are divided.
    total: Floats = np.cumsum(values, axis=0)[-1]
    return total


def _spending(experiment: Experiment, observation: Observation) -> Floats:
    line = observation.breakdown.removeprefix("line:")
    if line.removesuffix("_cash") in budget.BY_NAME and line.endswith("_cash"):
        what = "a run is compared with what a line cost, not with what was paid for it"
        raise _missing(observation, what, "see budget_monthly.csv of a run")
    if line not in budget.BY_NAME or line == observation.breakdown:
        raise _missing(observation, "a run has no such budget line", "see budget.csv of a run")
    period = observation.period
    if period.kind != "year" or period.year not in budget.whole_years(experiment.clock):
        raise _missing(
            observation,
            Message("the run has no cost of {period}", period=period),
            "a cost is that of a whole year",
        )
    scenario, row = experiment.scenario, experiment.clock.years.index(period.year)
    (cost,) = budget.in_vintage_terms(
        Prices.of(scenario, experiment.samples),
        scenario.budget.vintages[scenario.budget.headline],
        line,
        experiment.costs[scenario.prices.level, line][row : row + 1],
        (period.year,),
        "nominal",
    )
    return np.broadcast_to(cost, experiment.replications)


def _missing(observation: Observation, what: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem(observation.name, what, advice)])


def _outside(observation: Observation, dates: tuple[date, ...]) -> ScenarioError:
    what = Message(
        "the run has no whole {period}: it goes from {first} to {last}",
        period=observation.period,
        first=dates[0],
        last=dates[-1],
    )
    return _missing(observation, what, "take a run that begins before it and ends after it")

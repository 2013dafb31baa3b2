"""The random processes of inflow: the path of first applications, and who applies.

The default, ``mean_reverting``, is an autoregression of whole years around a level that is itself
uncertain; ``random_walk`` has no level to go back to. Both are carried out by the month, so that
the means of whole years follow the process that hindcasts scored (``opvangsim hindcast
--process``). The composition moves the shares of nationalities within that total.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

import numpy as np

from ..clock import Clock
from ..scenario import Quantity, Scenario, path_of
from .inflow_columns import composition_column, composition_knots, path_months
from .sampling import Floats, Samples, apply_draw

MAX_FACTOR = 10.0
"""First applications are never more than so many times their centre, nor less than one such part.

From 1985 to 2024 they lay between 4,100 and 43,000 a year, a quarter of and 2.7 times their mean on
the log. The bound cuts what no year has come near, the far tail of the error of the start and of a
level that hardly returns: some month in one replication of a hundred of the baseline.
"""
SCORED_YEARS = 6
"""Years ahead over which the process was scored, and over which its width is matched."""
MONTHS = 12


def deviation_path(scenario: Scenario, clock: Clock, samples: Samples, n: int) -> Floats:
    """Return the factor on ``inflow.first`` for each day: (days, replications).

    The process of ``inflow_deviation``, straight lines on the log between its months; 1 up to the
    end of what is known.
    """
    dates, levels = inflow_deviation(scenario, samples, n, clock.until)
    log_factor = _between(clock, dates, levels)
    log_factor[np.arange(clock.days) <= clock.day_of(dates[0])] = 0.0
    factor: Floats = np.exp(log_factor)
    return factor


def _between(clock: Clock, dates: list[date], levels: Floats) -> Floats:
    """Straight lines between values (date, replication) on dates; flat before and after them."""
    days = np.array([clock.day_of(moment) for moment in dates], dtype=np.float64)
    at = np.arange(clock.days, dtype=np.float64)
    right = np.clip(np.searchsorted(days, at, side="right"), 1, len(days) - 1)
    weight = np.clip((at - days[right - 1]) / (days[right] - days[right - 1]), 0.0, 1.0)[:, None]
    line: Floats = levels[right - 1] * (1 - weight) + levels[right] * weight
    return line


def inflow_deviation(
    scenario: Scenario, samples: Samples, replications: int, until: date
) -> tuple[list[date], Floats]:
    """Log of the factor on ``inflow.first``: the dates, and the values (date, replication).

    The sum of a centre and a deviation. Where no value of ``inflow.first`` is dated after what is
    known, the last one is the level from which inflow starts, and the centre of month m lies at
    ``keep`` to the power m of the way from ``inflow.path.level`` to it, on the log. Where one is,
    the values are a path that is written down, and the centre. The deviation begins with the error
    of the start; from month to month the part ``keep`` of it remains and a new disturbance comes
    on top. It is cut at a factor of ten.
    """
    months = path_months(scenario, until)
    nothing = np.zeros(replications)
    first = samples.get(months[0][0], nothing)
    start = _random_walk if scenario.inflow.path.process == "random_walk" else _mean_reverting
    steps = start(scenario, samples, first)
    deviation = steps.deviation + nothing
    gap = steps.from_level + nothing
    deviations, centres = [deviation], [nothing]
    for month, (name, _) in enumerate(months[1:], start=1):
        deviation = steps.keep * deviation + steps.step_sd * samples.get(name, nothing)
        deviations.append(deviation)
        centres.append(gap * (steps.keep**month - 1))
    furthest = np.log(MAX_FACTOR)
    bounded = np.clip(np.stack(deviations), -furthest, furthest)
    return [month for _, month in months], np.stack(centres) + bounded


class _Steps(NamedTuple):
    """A process by the month, each (replications,) or (1,)."""

    deviation: Floats
    """On the log, at the end of what is known."""
    keep: Floats
    """Part of a deviation that remains after a month."""
    step_sd: Floats
    """Standard deviation of a month's disturbance."""
    from_level: Floats
    """Log of the start over the level to which it returns; 0 where it does not."""


def _random_walk(scenario: Scenario, samples: Samples, first: Floats) -> _Steps:
    """A level that wanders: the log of a year's mean n years ahead has sd ``yearly_sd`` x sqrt(n).

    That is the random walk of whole years that hindcasts scored. Over the first year the mean of
    a walk by the month has a third of a year's variance, so two thirds are there from the start:
    the pace of a half-year is no sure measure of the level.
    """
    sd = _drawn(scenario, samples, scenario.inflow.path.yearly_sd)
    return _Steps(sd * np.sqrt(2 / 3) * first, np.ones(1), sd / np.sqrt(12), np.zeros(1))


def _mean_reverting(scenario: Scenario, samples: Samples, _first: Floats) -> _Steps:
    """A level to which inflow returns at a constant rate, and which is disturbed every month.

    The rate is that at which the means of successive years have the autocorrelation
    ``autoregression``. The disturbances are so large that the means of whole years vary as those
    of the autoregression by the year, whose new deviation has ``residual_sd``: the same variance in
    years 1 to 6 together, the error of the start included.
    """
    path = scenario.inflow.path
    phi = _drawn(scenario, samples, path.autoregression)
    residual = _drawn(scenario, samples, path.residual_sd)
    error = _drawn(scenario, samples, path.start_error)
    keep = np.exp(-_yearly_pull(phi) / MONTHS)
    spread = path.start_error.spread
    start_variance = 0.0 if spread is None else spread.variance(path.start_error.single)
    by_year = residual**2 * sum(
        (SCORED_YEARS - year) * phi ** (2 * year) for year in range(SCORED_YEARS)
    )
    of_steps, of_start = _year_variances(keep)
    step = np.maximum(by_year - start_variance * of_start, 0.0) / of_steps
    return _Steps(error, keep, np.sqrt(step), _log_over_level(scenario, samples))


def _log_over_level(scenario: Scenario, samples: Samples) -> Floats:
    """Log of the starting level over the level of the path; 0 where a path is written down.

    A start of nobody (less than one person a year) stays one: on the log it lies infinitely far
    below any level.
    """
    first, path = scenario.inflow.first, scenario.inflow.path
    last_date, last = first.pairs()[-1]
    if last_date > path.known_until or last < 1:
        return np.zeros(1)
    start = apply_draw(first, last, samples.get(path_of(scenario, first)))
    level = _drawn(scenario, samples, path.level)
    ratio: Floats = np.log(start) - np.log(level)
    return ratio


def _drawn(scenario: Scenario, samples: Samples, quantity: Quantity) -> Floats:
    return apply_draw(quantity, quantity.single, samples.get(path_of(scenario, quantity)))


def _yearly_pull(phi: Floats) -> Floats:
    """Yearly pull of a process whose year means have autocorrelation ``phi``.

    For a process with pull θ the means of successive years have autocorrelation
    (1 - e)² / (2 (θ - 1 + e)) with e = exp(-θ), which is inverted on a grid.
    """
    grid = np.linspace(0.02, 8.0, 4_000)
    decay = np.exp(-grid)
    pull: Floats = np.interp(-phi, -((1 - decay) ** 2) / (2 * (grid - 1 + decay)), grid)
    return pull


def _year_variances(keep: Floats) -> tuple[Floats, Floats]:
    """Variance of year means 1 to 6 together by unit disturbances, and by a unit start."""
    grid, of_steps, of_start = _variances_by_keep()
    return np.interp(keep, grid, of_steps), np.interp(keep, grid, of_start)


@cache
def _variances_by_keep() -> tuple[Floats, Floats, Floats]:
    """The sums of ``_year_variances`` on a grid of ``keep``."""
    months = SCORED_YEARS * MONTHS
    weights = np.zeros((SCORED_YEARS, months + 1))
    for year in range(SCORED_YEARS):
        weights[year, year * MONTHS : (year + 1) * MONTHS + 1] = 1 / MONTHS
        weights[year, [year * MONTHS, (year + 1) * MONTHS]] /= 2
    lag = np.arange(months + 1)[:, None] - np.arange(months + 1)
    grid = np.linspace(0.5, 1.0, 501)
    sums = []
    for keep in grid:
        remains = np.where(lag >= 0, keep ** np.maximum(lag, 0), 0.0)
        squares = ((weights @ remains) ** 2).sum(axis=0)
        sums.append((squares[1:].sum(), squares[0]))
    of_steps, of_start = np.array(sums).T
    return grid, of_steps, of_start


class Composition(NamedTuple):
    """Weights of groups on the log at knots, for compiled steps."""

    days: Floats
    """(knot,): days of the run; the first is the end of what is known."""
    logs: Floats
    """(knot, replication, group)"""
    varies: Floats
    """(group,): 1 for a group whose weight moves, 0 for one with a fixed share."""


def composition(scenario: Scenario, clock: Clock, samples: Samples, n: int) -> Composition:
    """Log factors on the weights of groups within first applications.

    From year to year the part ``persistence`` of a group's factor remains and a new disturbance
    with its own standard deviation comes on top; 0 at the end of what is known. Groups without a
    standard deviation keep their share.
    """
    groups = list(scenario.groups)
    moving = scenario.inflow.composition
    knots = composition_knots(scenario, clock.until)
    days = [clock.day_of(day) for day in (scenario.inflow.path.known_until, *knots)]
    logs = np.zeros((len(days), n, len(groups)))
    varies = np.zeros(len(groups))
    nothing = np.zeros(n)
    for name, sd in moving.sd.items() if moving is not None else ():
        assert moving is not None
        group = groups.index(name)
        varies[group] = 1.0
        for number, knot in enumerate(knots, start=1):
            new = sd.single * samples.get(composition_column(name, knot), nothing)
            logs[number, :, group] = moving.persistence.single * logs[number - 1, :, group] + new
    return Composition(np.array(days, dtype=np.float64), logs, varies)


__all__ = ["Composition", "composition", "deviation_path", "inflow_deviation"]

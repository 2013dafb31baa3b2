"""Inflow: asylum applications, resettlement, and other intake that is not published."""

from __future__ import annotations

import math

import numpy as np

from ..clock import Clock
from ..scenario import Scenario
from .accounts import Account, Tally
from .books import Books, First, move, move_row, moved_today, stock_of, tally
from .compiled import compiled, entry_of, inlined
from .draws import Stream, draw, poisson
from .numbers import GroupNumber, Number, Numbers
from .sampling import Counts, Floats, Samples, inflow_deviation
from .state import DAYS_A_YEAR, Actor, Now, SimState


def deviation_path(scenario: Scenario, clock: Clock, samples: Samples, n: int) -> Floats:
    """Return the factor on first applications for each day: (days, replications).

    The process of ``sampling.inflow_deviation``, straight lines on the log between its months; 1 up
    to the end of what is known.
    """
    dates, levels = inflow_deviation(scenario, samples, n, clock.until)
    days = np.array([clock.day_of(moment) for moment in dates], dtype=np.float64)
    at = np.arange(clock.days, dtype=np.float64)
    right = np.clip(np.searchsorted(days, at, side="right"), 1, len(days) - 1)
    weight = np.clip((at - days[right - 1]) / (days[right] - days[right - 1]), 0.0, 1.0)[:, None]
    log_factor = levels[right - 1] * (1 - weight) + levels[right] * weight
    log_factor[at <= days[0]] = 0.0
    factor: Floats = np.exp(log_factor)
    return factor


def intake(world: SimState) -> Actor:
    """Book the step's first and repeat applications, resettled people, and other intake.

    First applications: yearly level x month's season x the replication's path, a Poisson draw per
    group and day. Other intake is a share of the day's total inflow (family arrivals included,
    they came in earlier the same day), split over the asylum and the status-holder phase.
    """
    scenario, ledger = world.scenario, world.ledger
    path = deviation_path(scenario, world.clock, ledger.samples, world.replications)
    applied = world.rows(1)[0]
    act = entry_of(book_intake, world.now, path[0], 1.0, applied)
    for step, moment in world.steps(hour=3):
        yield world.until(moment)
        season = scenario.inflow.season[step.date.month].single
        act(world.now, path[step.day], season, applied)


@compiled
def book_intake(
    now: Now,
    path: Floats,
    season: float,
    applied: Counts,
) -> None:
    """Book the intake of a step, in each replication."""
    books, numbers, draws, today = now.books, now.numbers, now.draws, now.today
    groups: int = numbers.group.shape[2]
    for r in range(numbers.single.shape[0]):
        draw(draws, Stream.INTAKE, today.day, r)
        u, single = draws.uniforms, numbers.single[r]
        first = first_applications(books, numbers, r, path[r]) * season
        total = 0
        for group in range(groups):
            is_first = numbers.group[r, GroupNumber.IS_FIRST, group] > 0
            a_year = first if is_first else single[Number.REPEAT]
            mean = a_year * numbers.group[r, GroupNumber.INTAKE_SHARE, group] * today.year
            applied[group] = poisson(u[group], mean)
            total += applied[group]
        move_row(books, today, r, Account.OUTSIDE, Account.PENDING, applied, First.OLDEST)

        resettled = poisson(u[groups], single[Number.RESETTLED] * today.year)
        move(books, today, r, Account.OUTSIDE, Account.STATUS_HOLDERS, resettled)
        tally(books, today, r, Tally.RESETTLED, resettled)

        total += resettled
        total += moved_today(books, r, Account.FAMILY_TRAVELLING, Account.STATUS_HOLDERS)
        total += moved_today(books, r, Account.FAMILY_TRAVELLING, Account.SETTLED)
        other = single[Number.OTHER_SHARE] * total
        status_share = single[Number.OTHER_STATUS_SHARE]
        with_asylum_seekers = poisson(u[groups + 1], other * (1 - status_share))
        with_status_holders = poisson(u[groups + 2], other * status_share)
        move(books, today, r, Account.OUTSIDE, Account.ACCOMPANYING, with_asylum_seekers)
        move(books, today, r, Account.OUTSIDE, Account.STATUS_HOLDERS, with_status_holders)
        tally(books, today, r, Tally.OTHER_INTAKE, with_asylum_seekers + with_status_holders)


@inlined
def first_applications(books: Books, numbers: Numbers, r: int, factor: float) -> float:
    """Yearly first applications, with the ``factor`` of their path, within ``inflow.total`` if set.

    From the first date of ``inflow.total`` on, first applications are the total less repeat
    applications, resettled people and the family that is on its way at its yearly pace; never
    below zero. Before that date, or without a total, they follow their path.
    """
    single = numbers.single[r]
    if math.isnan(single[Number.TOTAL]):
        return single[Number.FIRST] * factor
    coming = stock_of(books, r, Account.FAMILY_TRAVELLING, 0) * DAYS_A_YEAR
    family = coming / single[Number.TRAVEL_DAYS]
    others = single[Number.REPEAT] + single[Number.RESETTLED]
    return max(single[Number.TOTAL] - others - family, 0.0)

"""Inflow: asylum applications, resettlement, and other intake that is not published."""

from __future__ import annotations

import math

import numpy as np

from .accounts import Account, Tally
from .books import Books, First, move, move_row, moved_today, stock_of, tally
from .chances import log_of_failure
from .compiled import compiled, entry_of, inlined
from .draws import Stream, binomial, draw, poisson
from .inflow_process import Composition, composition, deviation_path
from .numbers import GroupNumber, Number, Numbers
from .sampling import Counts, Floats
from .state import DAYS_A_YEAR, Actor, Now, SimState


def intake(world: SimState) -> Actor:
    """Book the step's first and repeat applications, resettled people, and other intake.

    First applications: yearly level x month's season x the replication's path, a Poisson draw of
    their total, which is split over the groups by their shares of that day. Other intake is a share
    of the day's total inflow (family arrivals included, they came in earlier the same day), split
    over the asylum and the status-holder phase.
    """
    scenario, ledger = world.scenario, world.ledger
    path = deviation_path(scenario, world.clock, ledger.samples, world.replications)
    mix = composition(scenario, world.clock, ledger.samples, world.replications)
    room = world.rows(1)[0], np.zeros(len(world.groups))
    act = entry_of(book_intake, world.now, path[0], mix, 1.0, *room)
    for step, moment in world.steps(hour=3):
        yield world.until(moment)
        season = scenario.inflow.season[step.date.month].single
        act(world.now, path[step.day], mix, season, *room)


@compiled
def book_intake(
    now: Now,
    path: Floats,
    mix: Composition,
    season: float,
    applied: Counts,
    shares: Floats,
) -> None:
    """Book the intake of a step, in each replication."""
    books, numbers, draws, today = now.books, now.numbers, now.draws, now.today
    groups: int = numbers.group.shape[2]
    for r in range(numbers.single.shape[0]):
        draw(draws, Stream.INTAKE, today.day, r)
        u, single = draws.uniforms, numbers.single[r]
        first = first_applications(books, numbers, r, path[r]) * season
        total = poisson(u[groups + 3], first * today.year)
        shares_today(numbers, mix, today.day, r, shares)
        split(numbers, mix, r, u, shares, total, applied)
        for group in range(groups):
            if numbers.group[r, GroupNumber.IS_FIRST, group] == 0:
                mean = single[Number.REPEAT] * shares[group] * today.year
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

    A policy that makes fewer people apply is ``inflow.first_factor`` on that path.

    From the first date of ``inflow.total`` on, first applications are the total less repeat
    applications, resettled people and the family that is on its way at its yearly pace; never
    below zero. Before that date, or without a total, they follow their path.
    """
    single = numbers.single[r]
    if math.isnan(single[Number.TOTAL]):
        return single[Number.FIRST] * single[Number.FIRST_FACTOR] * factor
    coming = stock_of(books, r, Account.FAMILY_TRAVELLING, 0) * DAYS_A_YEAR
    family = coming / single[Number.TRAVEL_DAYS]
    others = single[Number.REPEAT] + single[Number.RESETTLED]
    return max(single[Number.TOTAL] - others - family, 0.0)


@inlined
def shares_today(numbers: Numbers, mix: Composition, day: int, r: int, shares: Floats) -> None:
    """Shares of the groups on a day, into ``shares``.

    A group whose weight moves has its share x the exponential of its log factor, on a straight
    line between two knots; these groups together keep the share that they had. The others keep
    their own, as does every group of repeat applications.
    """
    right = 1
    while right < mix.days.size - 1 and mix.days[right] <= day:
        right += 1
    length = mix.days[right] - mix.days[right - 1]
    at = min(max((day - mix.days[right - 1]) / length, 0.0), 1.0)
    before, after = 0.0, 0.0
    for group in range(shares.size):
        share = numbers.group[r, GroupNumber.INTAKE_SHARE, group]
        shares[group] = share
        if mix.varies[group] > 0:
            left = mix.logs[right - 1, r, group]
            shares[group] *= math.exp(left + (mix.logs[right, r, group] - left) * at)
            before += share
            after += shares[group]
    for group in range(shares.size):
        if mix.varies[group] > 0 and after > 0:
            shares[group] *= before / after


@inlined
def split(
    numbers: Numbers,
    mix: Composition,
    r: int,
    u: Floats,
    shares: Floats,
    total: int,
    applied: Counts,
) -> None:
    """Split first applications over their groups by their shares, into ``applied``.

    Group by group a binomial of those who are left, with the group's part of the shares that are
    left; the last group gets the rest. Groups with a fixed share come first, so that they do not
    depend on how the others move.
    """
    left, share_left = total, 1.0
    last = -1
    for moving in range(2):
        for group in range(shares.size):
            if numbers.group[r, GroupNumber.IS_FIRST, group] > 0 and mix.varies[group] == moving:
                chance = shares[group] / share_left
                count = binomial(u[group], left, chance, log_of_failure(chance))
                applied[group] = count
                left -= count
                share_left = max(share_left - shares[group], 1e-12)
                last = group
    applied[last] += left

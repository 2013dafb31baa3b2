"""Housing of status holders by municipalities: supply of homes, targets, transit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .accounts import Account, Tally
from .books import (
    Books,
    Layout,
    Today,
    cohort_of,
    month_now,
    move,
    moved_today,
    stock_of,
    tally,
)
from .chances import Chance, draw_single
from .compiled import compiled, entry_of, inlined
from .draws import Stream, draw, whole
from .numbers import Added, Number, Numbers
from .sampling import Counts, Floats
from .state import DAYS_A_YEAR, Actor, Now, SimState, answer

HOMES, TARGET = range(2)
"""Whose fractions are carried over: of homes, and of the target."""


class HousingState(NamedTuple):
    """What municipalities remember from step to step."""

    fractions: Floats
    """(replication, 2)"""
    need: Floats
    """(replication,): people who began to need a home in this half-year so far."""
    target: Floats
    """(replication,): target of this half-year [persons]."""
    waiting_then: Counts
    """(replication,): people who waited for a home on day 0, in reception and in transit."""
    month_starts: Floats
    """Day on which the month of each cohort begins, and the one after the last [days]."""


def municipalities(world: SimState) -> Actor:
    """House status holders, limited by homes and by people past their minimum stay.

    Those in transit locations whose stay ends are housed first, then those longest in reception.
    Free transit places are filled from reception. Beside it runs the book-keeping of the target:
    official targets accrue evenly over their half-year; later ones are last half-year's new need
    times a factor.
    """
    opening, n = world.ledger.snapshots, world.replications
    waiting = (opening["status_holders"][0] + opening["transit"][0])[:, 0].astype(np.int64)
    starts = world.ledger.cohort_starts
    supply = HousingState(world.fractions(2), np.zeros(n), np.zeros(n), waiting, starts)
    act = entry_of(book_homes, world.now, supply)
    this_half, days = "", 1
    for step, moment in world.steps(hour=8):
        yield world.until(moment)
        name = half_year(step.date.year, step.date.month)
        if name != this_half:
            supply.target[:] = target_of(world, name, supply.need, days)
            supply.need[:] = 0.0
            this_half, days = name, 0
        days += step.days
        act(world.now, supply)


def half_year(year: int, month: int) -> str:
    """Name of a half-year as municipalities' targets use it: 2025-H1."""
    return f"{year}-H{1 if month <= 6 else 2}"


def target_of(world: SimState, name: str, last_need: Floats, last_days: int) -> Floats:
    """Target of a half-year [persons]: the official one, else last half-year's need x factor."""
    day = world.today.day
    if name in world.scenario.housing.targets:
        return world.values.at(f"housing.targets.{name}", day)
    half_year_days = DAYS_A_YEAR / 2
    factor = world.values.at("housing.target_factor", day)
    per_half_year: Floats = last_need * half_year_days / max(last_days, 1) * factor
    return per_half_year


@compiled
def book_homes(
    now: Now,
    supply: HousingState,
) -> None:
    """Book who finds a home in a step and who moves to transit, in each replication."""
    books, numbers, chances = now.books, now.numbers, now.chances
    draws, today = now.draws, now.today
    for r in range(numbers.single.shape[0]):
        single = numbers.single[r]
        need = new_need(books, r)
        supply.need[r] += need
        waiting = waiting_for_home(books, r) - need
        yearly = homes_a_year(numbers, r, waiting, supply.waiting_then[r])
        homes = whole(supply.fractions, r, HOMES, yearly * today.year)

        draw(draws, Stream.MUNICIPALITIES, today.day, r)
        there = stock_of(books, r, Account.TRANSIT, 0)
        leaving = draw_single(chances, r, Chance.TRANSIT_LEFT, draws.uniforms[0], there)
        from_transit = min(leaving, homes)
        move(books, today, r, Account.TRANSIT, Account.SETTLED, from_transit)
        housed = min(homes - from_transit, ready(books, numbers, today, supply, r))
        move(books, today, r, Account.STATUS_HOLDERS, Account.SETTLED, housed)
        free = int(np.floor(single[Number.TRANSIT_PLACES])) - stock_of(books, r, Account.TRANSIT, 0)
        into = min(max(free, 0), ready(books, numbers, today, supply, r))
        move(books, today, r, Account.STATUS_HOLDERS, Account.TRANSIT, into)

        target = whole(supply.fractions, r, TARGET, supply.target[r] * today.year * 2)
        tally(books, today, r, Tally.TARGET, target)


@inlined
def homes_a_year(numbers: Numbers, r: int, waiting: int, waiting_then: int) -> float:
    """Yearly supply of homes [persons].

    The supply of the scenario, answering to those who wait (at the beginning of the step): targets
    follow their number, and so do homes. In transit locations one waits as well. What rules of a
    plan add comes on top.
    """
    single = numbers.single[r]
    response = single[Number.HOUSING_RESPONSE]
    supply = single[Number.HOMES] * answer(float(max(waiting, 0)), float(waiting_then), response)
    return supply + numbers.added[r, Added.HOMES]


@inlined
def waiting_for_home(books: Books, r: int) -> int:
    """Status holders in reception and in transit."""
    return stock_of(books, r, Account.STATUS_HOLDERS, 0) + stock_of(books, r, Account.TRANSIT, 0)


@inlined
def new_need(books: Books, r: int) -> int:
    """People who began to need a home in this step: new status holders and family."""
    came = moved_today(books, r, Account.DECIDED, Account.STATUS_HOLDERS)
    came += moved_today(books, r, Account.IN_APPEAL, Account.STATUS_HOLDERS)
    came += moved_today(books, r, Account.ACCOMPANYING, Account.STATUS_HOLDERS)
    came += moved_today(books, r, Account.FAMILY_TRAVELLING, Account.STATUS_HOLDERS)
    came += moved_today(books, r, Account.OUTSIDE, Account.STATUS_HOLDERS)
    return came


@inlined
def ready(books: Books, numbers: Numbers, today: Today, supply: HousingState, r: int) -> int:
    """Status holders past the minimum stay, who can be housed.

    People of one month came evenly over it, so that of all who came in a month the part that is
    ready grows in a straight line; those who have left already were the first of them.
    """
    aged = books.layout[Account.STATUS_HOLDERS, Layout.AGED]
    since = today.day - numbers.single[r, Number.MINIMUM_STAY]
    people = 0
    for month in range(books.ages.front[r, aged], month_now(books.ages, today) + 1):
        begins, ends = supply.month_starts[month], supply.month_starts[month + 1]
        share = min(max((since - begins) / (ends - begins), 0.0), 1.0)
        entered = books.ages.entered[r, aged, month]
        left = entered - cohort_of(books, r, Account.STATUS_HOLDERS, 0, month)
        people += max(int(np.floor(entered * share)) - left, 0)
    return people

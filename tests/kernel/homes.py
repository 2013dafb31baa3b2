"""Actors around the home: family, municipalities with transit, guardianship."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from . import book as b
from . import day as d
from . import numbers as n
from .luck import binomial, compiled, whole


class Desk(NamedTuple):
    """What the family desk and the municipalities remember."""

    rest: np.ndarray
    """fractions: applied, decided, homes, target"""
    half: np.ndarray
    """number of the half-year, days of it so far"""
    need: np.ndarray
    """need of the half-year so far, and its target"""
    then: np.ndarray
    """status holders waiting at the opening"""


def new_desk() -> Desk:
    return Desk(np.zeros(4), np.array([-1, 1]), np.zeros(2), np.zeros(1))


@compiled
def family_arrivals(book: b.Book, today: d.Today, day: int, now: int) -> None:
    """Those with a visa arrive at a constant rate, in reception or straight into a home."""
    arrived = binomial(book.stock[b.FAMILY_TRAVELLING, 0], today.rate[d.TRAVEL])
    home = binomial(arrived, today.single[n.STRAIGHT_HOME])
    b.move(book, b.FAMILY_HOME, 0, home)
    b.into_status(book, b.FAMILY_IN, 0, arrived - home, now, day)


@compiled
def family_desk(
    desk: Desk, book: b.Book, given: n.Numbers, today: d.Today, day: int, r: int
) -> None:
    """Grants bring applications for family; a desk of its own decides them."""
    single, year = today.single, given.year_part[day]
    grants = 0.0
    for g in range(today.group.shape[1]):
        people = book.today[b.GRANT_IN, g] + book.today[b.GRANT_HOME, g]
        people += book.today[b.WIN_IN, g] + book.today[b.WIN_HOME, g]
        grants += people * given.family_factor[g]
    b.move(book, b.FAMILY_APPLY, 0, whole(desk.rest, 0, grants * single[n.PER_GRANT]))
    staff = single[n.FAMILY_STAFF_FTE] * given.ind_factor[day, r]
    work = whole(desk.rest, 1, staff * single[n.FAMILY_PRODUCTIVITY] * year)
    decided = min(work, book.stock[b.FAMILY_PENDING, 0])
    coming = binomial(decided, today.rate[d.COMING])
    b.move(book, b.FAMILY_GRANT, 0, coming)
    b.move(book, b.FAMILY_REFUSE, 0, decided - coming)
    book.tally[b.FAMILY_STAFF] += staff * year


@compiled
def ready(book: b.Book, given: n.Numbers, day: int, now: int) -> int:
    """Status holders who have been one for the minimum stay."""
    ages, people = book.status, 0.0
    for cohort in range(ages.oldest[0], now + 1):
        start = given.cohort_starts[cohort]
        waited = day - given.minimum_stay - start
        if waited <= 0.0:
            break
        share = min(waited / (given.cohort_starts[cohort + 1] - start), 1.0)
        entered = ages.entered[0, cohort]
        ripe = math.floor(entered * share) - (entered - ages.counts[0, cohort])
        people += max(ripe, 0.0)
    return int(people)


@compiled
def set_target(desk: Desk, given: n.Numbers, today: d.Today, day: int, r: int) -> None:
    """At the turn of a half-year: the official target, else last half-year's need x factor."""
    half = given.half[day]
    if half == desk.half[0]:
        return
    if np.isnan(given.targets[half, r]):
        per_half_year = desk.need[0] * (365.25 / 2) / max(desk.half[1], 1)
        desk.need[1] = per_half_year * today.single[n.TARGET_FACTOR]
    else:
        desk.need[1] = given.targets[half, r]
    desk.half[0], desk.half[1], desk.need[0] = half, 0, 0.0


@compiled
def municipalities(
    desk: Desk, book: b.Book, given: n.Numbers, today: d.Today, day: int, now: int, r: int
) -> None:
    """Municipalities house status holders: as many as there are homes, and people ready."""
    set_target(desk, given, today, day, r)
    need = book.today[b.BESIDE_STATUS, 0] + book.today[b.FAMILY_IN, 0]
    need += book.today[b.STATUS_IN, 0]
    for g in range(today.group.shape[1]):
        need += book.today[b.GRANT_IN, g] + book.today[b.WIN_IN, g]
    desk.need[0] += need
    desk.half[1] += 1

    single, year = today.single, given.year_part[day]
    supply = single[n.HOMES]
    if desk.then[0] > 0.0:
        waiting = book.stock[b.STATUS_HOLDERS, 0] + book.stock[b.TRANSIT, 0] - need
        supply *= (max(waiting, 0) / desk.then[0]) ** single[n.HOMES_RESPONSE]
    homes = whole(desk.rest, 2, supply * year)
    leaving = binomial(book.stock[b.TRANSIT, 0], today.rate[d.STAY_TRANSIT])
    from_transit = min(leaving, homes)
    b.move(book, b.TRANSIT_HOME, 0, from_transit)
    housed = min(homes - from_transit, ready(book, given, day, now))
    b.move(book, b.HOUSE, 0, housed)
    b.take(book.status, 0, housed, now, day, False, book.nobody)
    free = math.floor(single[n.TRANSIT_PLACES]) - book.stock[b.TRANSIT, 0]
    into = min(max(free, 0), ready(book, given, day, now))
    b.move(book, b.TO_TRANSIT, 0, into)
    b.take(book.status, 0, into, now, day, False, book.nobody)
    book.tally[b.TARGET] += whole(desk.rest, 3, desk.need[1] * year * 2.0)


@compiled
def guardianship(book: b.Book, today: d.Today) -> None:
    """Unaccompanied minors come under guardianship with their application, and leave at 18."""
    left = binomial(book.stock[b.WARDS, 0], today.rate[d.STAY_WARD])
    for g in range(today.group.shape[1]):
        came = binomial(book.today[b.APPLY, g], today.chance[d.WARD_SHARE, g])
        b.move(book, b.WARD_IN, g, came)
    b.move(book, b.WARD_OUT, 0, left)

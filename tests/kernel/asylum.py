"""Actors of the asylum procedure: intake, the IND, the courts, departures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.model.state import DAYS_A_YEAR

from . import book as b
from . import day as d
from . import numbers as n
from .luck import binomial, compiled, poisson, whole


class Office(NamedTuple):
    """What the IND remembers: its capacity, fractions of cases, and room to reckon in."""

    capacity: np.ndarray
    """now, and at the start"""
    rest: np.ndarray
    """by group, then other cases that come and that are decided"""
    work: np.ndarray
    """(waiting work or share, group)"""
    applied: np.ndarray
    """applications by month"""
    then: np.ndarray
    """cases pending at the opening, and applications a year by the scenario on day 0"""


def new_office(groups: int, months: int) -> Office:
    return Office(
        np.zeros(2), np.zeros(groups + 2), np.zeros((2, groups)), np.zeros(months), np.zeros(2)
    )


@compiled
def intake(book: b.Book, given: n.Numbers, today: d.Today, day: int, now: int, r: int) -> None:
    """Applications of the day, resettled people, and other intake."""
    single, groups = today.single, today.group.shape[1]
    first = single[n.FIRST] * given.path[day, r]
    if day >= given.total_from:
        family = book.stock[b.FAMILY_TRAVELLING, 0] * DAYS_A_YEAR / single[n.TRAVEL_DAYS]
        others = single[n.REPEAT] + single[n.RESETTLED_YEAR]
        first = max(single[n.TOTAL] - others - family, 0.0)
    first *= given.season[day]
    year = given.year_part[day]
    total = book.today[b.FAMILY_IN, 0] + book.today[b.FAMILY_HOME, 0]
    for g in range(groups):
        level = first if given.first[g] else single[n.REPEAT]
        applied = poisson(level * today.group[n.INTAKE_SHARE, g] * year)
        b.move(book, b.APPLY, g, applied)
        b.enter(book.pending, g, applied, now, day)
        total += applied
    resettled = poisson(single[n.RESETTLED_YEAR] * year)
    b.into_status(book, b.STATUS_IN, 0, resettled, now, day)
    other = single[n.OTHER_SHARE] * (total + resettled)
    beside = poisson(other * (1.0 - single[n.OTHER_STATUS]))
    status = poisson(other * single[n.OTHER_STATUS])
    b.move(book, b.BESIDE_IN, 0, beside)
    b.into_status(book, b.STATUS_IN, 0, status, now, day)
    book.tally[b.RESETTLED] += resettled
    book.tally[b.OTHER_INTAKE] += beside + status


@compiled
def planned_capacity(given: n.Numbers, today: d.Today) -> float:
    """Work the IND has means for in a year, before its money is looked at."""
    single = today.single
    work: float = single[n.STAFF] * single[n.PRODUCTIVITY] if given.staffed else single[n.PLANNED]
    return work


@compiled
def answer(office: Office, book: b.Book, given: n.Numbers, today: d.Today, day: int) -> float:
    """How planned capacity follows the work at hand: cases pending and a year's applications."""
    month, new = given.month[day], 0
    for g in range(today.group.shape[1]):
        new += book.today[b.APPLY, g]
    office.applied[month] += new
    if day == 0:
        office.then[1] = today.single[n.FIRST] + today.single[n.REPEAT]
    before = office.then.sum()
    if not given.answers or before <= 0.0:
        return 1.0
    work = office.then[1] * max(1.0 - day / DAYS_A_YEAR, 0.0) - 2.0 * new
    for earlier in range(max(month - 11, 0), month + 1):
        work += office.applied[earlier]
    if month >= 12:
        work += given.month_left[day] * office.applied[month - 12]
    for g in range(today.group.shape[1]):
        work += book.stock[b.PENDING, g]
    power: float = (work / before) ** today.single[n.OUTPUT_RESPONSE]
    return power


@compiled
def by_weight(office: Office, today: d.Today, work: float) -> None:
    """Share out work: groups claim by waiting work x queue weight, what is left goes round."""
    waiting, share = office.work[0], office.work[1]
    groups = waiting.shape[0]
    for turn in range(groups + 1):
        left = work - share.sum()
        if left <= 1e-9:
            break
        claims = 0.0
        for g in range(groups):
            weight = today.group[n.QUEUE_WEIGHT, g] if turn < groups else 1.0
            claims += (waiting[g] - share[g]) * weight
        claims = max(claims, 1e-12)
        for g in range(groups):
            weight = today.group[n.QUEUE_WEIGHT, g] if turn < groups else 1.0
            claim = (waiting[g] - share[g]) * weight
            share[g] = min(waiting[g], share[g] + left * claim / claims)


@compiled
def by_age(
    office: Office, book: b.Book, given: n.Numbers, today: d.Today, work: float, day: int, now: int
) -> None:
    """Share out work: the oldest (or newest) first over all groups, the last month in part."""
    share, counts = office.work[1], book.pending.counts
    newest = given.order == 2
    left = work
    for number in range(now + 1):
        cohort = now - number if newest else number
        total = 0.0
        for g in range(share.shape[0]):
            if given.open_[day, g]:
                total += counts[g, cohort] * today.group[n.WORK, g]
        part = min(max(left / max(total, 1e-12), 0.0), 1.0)
        for g in range(share.shape[0]):
            if given.open_[day, g]:
                share[g] += part * counts[g, cohort] * today.group[n.WORK, g]
        left -= total
        if left <= 0.0:
            break


@compiled
def ind(
    office: Office, book: b.Book, given: n.Numbers, today: d.Today, day: int, now: int, r: int
) -> None:
    """The IND decides: capacity goes to open cases, groups on hold excepted."""
    single, groups, year = today.single, today.group.shape[1], given.year_part[day]
    factor = given.ind_factor[day, r]
    planned = planned_capacity(given, today) * factor
    if day == 0:
        office.capacity[:] = planned
    planned *= answer(office, book, given, today, day)
    room = planned / max(single[n.RAMP_DAYS], 1e-9)
    office.capacity[0] = min(planned, office.capacity[0] + room)
    capacity = office.capacity[0]
    for g in range(groups):
        stock = book.stock[b.PENDING, g] if given.open_[day, g] else 0
        office.work[0, g] = stock * today.group[n.WORK, g]
        office.work[1, g] = 0.0
    work = capacity * single[n.REALISED] * year
    if given.order == 0:
        by_weight(office, today, work)
    else:
        by_age(office, book, given, today, work, day, now)
    for g in range(groups):
        chosen = whole(office.rest, g, office.work[1, g] / today.group[n.WORK, g])
        decided = min(chosen, book.stock[b.PENDING, g] if given.open_[day, g] else 0)
        b.move(book, b.DECIDE, g, decided)
        b.take(book.pending, g, decided, now, day, given.order == 2, book.waits)
        outcomes(book, today, g, decided, day, now)
    book.tally[b.IND_PLANNED] += capacity * year
    book.tally[b.IND_OTHER_DAYS] += factor
    came = whole(office.rest, groups, single[n.OTHER_CASES_IN] * year)
    b.move(book, b.OTHER_COME, 0, came)
    output = single[n.OTHER_CASES_OUT] * year * capacity / max(office.capacity[1], 1e-9)
    done = whole(office.rest, groups + 1, output)
    b.move(book, b.OTHER_DONE, 0, min(done, book.stock[b.OTHER_CASES, 0]))
    if given.ends_month[day]:
        ages(book, given, today, day)


@compiled
def outcomes(book: b.Book, today: d.Today, g: int, decided: int, day: int, now: int) -> None:
    """Split a group's decisions over outcomes, and each outcome over where people go."""
    granted = binomial(decided, today.chance[d.GRANT, g])
    closed = binomial(decided - granted, today.chance[d.CLOSE, g])
    inside = binomial(granted, today.chance[d.ONCE_DECIDED, g])
    refused = decided - granted - closed
    appealed = binomial(refused, today.group[n.APPEAL_SHARE, g])
    gone = binomial(closed, today.single[n.CLOSED_LEFT])
    b.into_status(book, b.GRANT_IN, g, inside, now, day)
    b.move(book, b.GRANT_HOME, g, granted - inside)
    b.move(book, b.APPEAL, g, appealed)
    b.move(book, b.REFUSE, g, refused - appealed + closed - gone)
    b.move(book, b.GONE, g, gone)
    book.tally[b.GRANTED] += granted
    book.tally[b.REFUSED] += refused
    book.tally[b.CLOSED] += closed


@compiled
def ages(book: b.Book, given: n.Numbers, today: d.Today, day: int) -> None:
    """Case-days beyond the legal time and person-days in the first year, at a month's end."""
    end = day + 1
    days = end - given.month_starts[given.month[day]]
    counts = book.pending.counts
    late, young = 0, 0.0
    for cohort in range(given.cohorts_before + given.month[day] + 1):
        age = end - given.cohort_middles[cohort]
        for g in range(counts.shape[0]):
            if age > given.overdue_days and given.open_[day, g]:
                late += counts[g, cohort]
            if age < given.first_year:
                young += counts[g, cohort] * today.chance[d.IN_RECEPTION, g]
    book.tally[b.OVERDUE_DAYS] += float(late * days)
    book.tally[b.FIRST_YEAR_DAYS] += young * days


@compiled
def courts(book: b.Book, today: d.Today, day: int, now: int) -> None:
    """Rulings come at a constant rate; a success goes back to the IND or is granted at once."""
    for g in range(today.group.shape[1]):
        ruled = binomial(book.stock[b.IN_APPEAL, g], today.rate[d.RULE])
        won = binomial(ruled, today.single[n.SUCCESS])
        remitted = binomial(won, today.single[n.REMITTAL])
        inside = binomial(won - remitted, today.chance[d.ONCE_DECIDED, g])
        b.move(book, b.LOSE, g, ruled - won)
        b.move(book, b.REMIT, g, remitted)
        b.enter(book.pending, g, remitted, now, day)
        b.into_status(book, b.WIN_IN, g, inside, now, day)
        b.move(book, b.WIN_HOME, g, won - remitted - inside)


@compiled
def departures(book: b.Book, today: d.Today, day: int, now: int) -> None:
    """Who leaves: those finally refused, those who give up waiting, and accompanying people."""
    for g in range(today.group.shape[1]):
        left = binomial(book.stock[b.REJECTED, g], today.chance[d.DEPART, g])
        b.move(book, b.LEAVE, g, left)
        supervised = binomial(left, today.single[n.SUPERVISED_SHARE])
        book.tally[b.SUPERVISED] += supervised
        gave_up = binomial(book.stock[b.PENDING, g], today.chance[d.GIVE_UP_RATE, g])
        b.move(book, b.GIVE_UP, g, gave_up)
        b.take(book.pending, g, gave_up, now, day, True, book.nobody)
    moved = binomial(book.stock[b.ACCOMPANYING, 0], today.rate[d.STAY_OTHER])
    to_status = binomial(moved, today.single[n.OTHER_TO_STATUS])
    b.into_status(book, b.BESIDE_STATUS, 0, to_status, now, day)
    b.move(book, b.BESIDE_LEAVE, 0, moved - to_status)

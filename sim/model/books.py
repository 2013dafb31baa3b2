"""The arrays of the ledger and its rules, compiled: how people, places and beds move.

``move`` and ``move_row`` are the only ways to change a stock: what leaves one account enters
another. A rule that is broken is written down with the account, the day and the replication; the
ledger raises it as an error before the step ends.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled, inlined
from .sampling import Counts, Floats

OLDEST_AGE = 120
"""Waits are kept by age up to so many months; who waited longer counts as having waited so long."""


class Today(NamedTuple):
    """The step that the actors are in."""

    day: int
    """Days since the start."""
    days: int
    """Length of the step [days]."""
    month: int
    """Number of the month in the run."""
    year: float
    """Part of its calendar year that the step covers, so that yearly numbers add up exactly."""


class Layout(IntEnum):
    """What ``Books.layout`` says of an account."""

    OFFSET = 0
    """Where its cells begin among those of all accounts; internal accounts come first."""
    WIDTH = 1
    EXTERNAL = 2
    AGED = 3
    """Where its cells begin among those of the aged accounts, or -1."""
    WAITS_TO = 4
    """The account to which waits are kept, or -1."""
    BOOK = 5


class First(IntEnum):
    """Who leaves an aged account first."""

    OLDEST = 0
    NEWEST = 1


class Track(IntEnum):
    """Procedures of the IND whose waits are kept apart."""

    OTHER = 0
    """Tracks 1 and 2: Dublin and safe countries."""
    GENERAL = 1
    """Track 4."""


class Rule(IntEnum):
    """The rules of the ledger, by what is wrong if they are broken."""

    KEPT = 0
    NEGATIVE_MOVE = 1
    NEGATIVE_STOCK = 2
    BOOK_OUT_OF_BALANCE = 3
    AGES_OUT_OF_BALANCE = 4
    UNKNOWN_MOVE = 5
    """A move that is not one of ``accounts.MOVES``: it has no cells among the flows."""


class Ages(NamedTuple):
    """What a ledger keeps of the aged accounts while a simulation runs."""

    cohorts: NDArray[np.int32]
    """(replication, aged cell, month of entry): people there now."""
    entered: NDArray[np.int32]
    """(replication, aged cell, month of entry): people who came."""
    entry_days: Floats
    """(replication, aged cell, month of entry): sum of the days on which those there came."""
    front: Counts
    """(replication, aged cell): no month of entry before it has anybody left."""
    track: Counts
    """(aged cell,): its ``Track``."""
    waits: NDArray[np.int32]
    """(month, replication, track, age [months]): people who left for the account ``WAITS_TO``."""
    still_waiting: NDArray[np.int32]
    """(snapshot, replication, track, age [months]): people there, in accounts with ``WAITS_TO``."""
    wait_days: Floats
    """(month, replication, aged cell): days that those who left had waited."""


class Books(NamedTuple):
    """All that a ledger keeps while a simulation runs."""

    layout: Counts
    """(account, ``Layout``)"""
    flow_at: Counts
    """(source, target): where the cells of the flow begin, or -1."""
    broken: Counts
    """The first rule that was broken: rule, account (or book), other account, replication."""
    one: Counts
    """(widest account,): room for a count that moves; only the first is used."""
    stock: Counts
    """(replication, cell)"""
    flows_today: Counts
    """(replication, cell of a flow): moves of this step."""
    flows: NDArray[np.int32]
    """(month, replication, cell of a flow)"""
    tallies: Floats
    """(month, replication, tally)"""
    ages: Ages


class StockRecord(NamedTuple):
    """What a ledger keeps of its stocks when a step is closed."""

    opened: Counts
    """(replication, book): what each book held at the opening."""
    days: Floats
    """(month, replication, internal cell): person-days."""
    snapshots: NDArray[np.int32]
    """(month end, replication, internal cell), the opening first."""


@inlined
def stock_of(books: Books, r: int, account: int, cell: int) -> int:
    """Stock of an account in a replication, in one of its cells."""
    return books.stock[r, books.layout[account, Layout.OFFSET] + cell]


@inlined
def cohort_of(books: Books, r: int, account: int, cell: int, month: int) -> int:
    """People of an aged account who are there now and came in a month of entry."""
    return books.ages.cohorts[r, books.layout[account, Layout.AGED] + cell, month]


@inlined
def moved_today(books: Books, r: int, source: int, target: int) -> int:
    """Moves between two accounts in this step so far, over all cells."""
    flow = books.flow_at[source, target]
    cells = max(books.layout[source, Layout.WIDTH], books.layout[target, Layout.WIDTH])
    count = 0
    if flow >= 0:
        for cell in range(cells):
            count += books.flows_today[r, flow + cell]
    return count


@inlined
def move(books: Books, today: Today, r: int, source: int, target: int, count: int) -> None:
    """Move people between two accounts of one cell; out of an aged account the oldest first."""
    books.one[0] = count
    move_row(books, today, r, source, target, books.one, First.OLDEST)


@inlined
def move_row(
    books: Books,
    today: Today,
    r: int,
    source: int,
    target: int,
    counts: Counts,
    first: int,
) -> None:
    """Move ``counts[cell]`` people from each cell of an account to the same cell of another.

    An account of one cell takes or gives the sum. Out of an aged account the ``first`` to leave
    are the oldest or the newest.
    """
    # Members of an enumeration become plain numbers, for which all below is compiled once.
    source, target, first = source + 0, target + 0, first + 0
    sources, targets = books.layout[source, Layout.WIDTH], books.layout[target, Layout.WIDTH]
    cells, total = max(sources, targets), 0
    for cell in range(cells):
        if counts[cell] != 0:
            total += counts[cell]
            _record(books, today, r, source, target, cell, counts[cell])
    for cell in range(sources):
        count = counts[cell] if sources == cells else total
        if count != 0:
            _take(books, today, r, source, target, cell, count, first)
    for cell in range(targets):
        count = counts[cell] if targets == cells else total
        if count != 0:
            _give(books, today, r, target, cell, count)


@compiled
def move_all(
    books: Books, today: Today, source: int, target: int, counts: Counts, first: int
) -> None:
    """Move ``counts`` (replication, cell) in all replications."""
    for r in range(books.stock.shape[0]):
        move_row(books, today, r, source, target, counts[r], first)


@inlined
def tally(books: Books, today: Today, r: int, name: int, amount: float) -> None:
    """Add to the month's sum of something that is not a stock."""
    books.tallies[today.month, r, name] += amount


@inlined
def month_now(ages: Ages, today: Today) -> int:
    """Number of this month among the months of entry."""
    return ages.cohorts.shape[2] - ages.waits.shape[0] + today.month


@inlined
def _record(
    books: Books, today: Today, r: int, source: int, target: int, cell: int, count: int
) -> None:
    if count < 0:
        _break(books, Rule.NEGATIVE_MOVE, source, target, r)
    if books.flow_at[source, target] < 0:
        _break(books, Rule.UNKNOWN_MOVE, source, target, r)
        return
    flow = books.flow_at[source, target] + cell
    books.flows_today[r, flow] += count
    books.flows[today.month, r, flow] += count


@inlined
def _break(books: Books, rule: int, account: int, other: int, r: int) -> None:
    if books.broken[0] == Rule.KEPT:
        books.broken[0], books.broken[1] = rule, account
        books.broken[2], books.broken[3] = other, r


@inlined
def _take(
    books: Books,
    today: Today,
    r: int,
    source: int,
    target: int,
    cell: int,
    count: int,
    first: int,
) -> None:
    at = books.layout[source, Layout.OFFSET] + cell
    books.stock[r, at] -= count
    if books.stock[r, at] < 0 and not books.layout[source, Layout.EXTERNAL]:
        _break(books, Rule.NEGATIVE_STOCK, source, target, r)
    elif books.layout[source, Layout.AGED] >= 0:
        aged = books.layout[source, Layout.AGED] + cell
        counted = books.layout[source, Layout.WAITS_TO] == target
        _take_by_age(books.ages, today, r, aged, count, counted, first)


@compiled
def _take_by_age(
    ages: Ages, today: Today, r: int, aged: int, count: int, counted: bool, first: int
) -> None:
    """Take people from an aged cell, oldest (or newest) month of entry first."""
    this_month, newest = month_now(ages, today), first == First.NEWEST
    cohort = this_month if newest else ages.front[r, aged]
    left, entry_days = count, 0.0
    while left > 0 and 0 <= cohort <= this_month:
        there = ages.cohorts[r, aged, cohort]
        taken = min(there, left)
        if taken > 0:
            entered = ages.entry_days[r, aged, cohort] * (taken / there)
            ages.cohorts[r, aged, cohort] = there - taken
            ages.entry_days[r, aged, cohort] -= entered
            entry_days += entered
            if counted:
                age = min(this_month - cohort, OLDEST_AGE)
                ages.waits[today.month, r, ages.track[aged], age] += taken
            left -= taken
        if not newest:
            ages.front[r, aged] = cohort
        cohort += -1 if newest else 1
    ages.wait_days[today.month, r, aged] += count * float(today.day) - entry_days


@inlined
def _give(books: Books, today: Today, r: int, target: int, cell: int, count: int) -> None:
    books.stock[r, books.layout[target, Layout.OFFSET] + cell] += count
    aged = books.layout[target, Layout.AGED]
    if aged >= 0:
        this_month = month_now(books.ages, today)
        books.ages.cohorts[r, aged + cell, this_month] += count
        books.ages.entered[r, aged + cell, this_month] += count
        books.ages.entry_days[r, aged + cell, this_month] += count * float(today.day)


@compiled
def close_step(
    books: Books, record: StockRecord, today: Today, ends_month: bool, with_ages: bool
) -> None:
    """Book the person-days of a step, and check that each book balances.

    At a month end take a snapshot, and check that the ages of each aged account add up to it;
    not ``with_ages`` where ages are those of another simulation.
    """
    for r in range(books.stock.shape[0]):
        _check_books(books, record, r)
        for cell in range(record.days.shape[2]):
            record.days[today.month, r, cell] += books.stock[r, cell] * today.days
        if ends_month:
            if with_ages:
                _check_ages(books, r)
                keep_waiting(books, today.month + 1, month_now(books.ages, today), r)
            for cell in range(record.days.shape[2]):
                record.snapshots[today.month + 1, r, cell] = books.stock[r, cell]


@compiled
def keep_waiting(books: Books, snapshot: int, this_month: int, r: int) -> None:
    """Keep how many months ago those came who still wait at a snapshot."""
    ages = books.ages
    for account in range(books.layout.shape[0]):
        if books.layout[account, Layout.WAITS_TO] >= 0:
            for cell in range(books.layout[account, Layout.WIDTH]):
                aged = books.layout[account, Layout.AGED] + cell
                for cohort in range(this_month + 1):
                    age = min(this_month - cohort, OLDEST_AGE)
                    there = ages.cohorts[r, aged, cohort]
                    ages.still_waiting[snapshot, r, ages.track[aged], age] += there


@compiled
def keep_opening_waits(books: Books, today: Today) -> None:
    """Keep how many months ago those came who wait at the opening, in all replications."""
    for r in range(books.stock.shape[0]):
        keep_waiting(books, 0, month_now(books.ages, today), r)


@compiled
def check_all(books: Books, record: StockRecord) -> None:
    """Check that every book balances and all ages add up, in all replications."""
    for r in range(books.stock.shape[0]):
        _check_books(books, record, r)
        _check_ages(books, r)


@compiled
def _check_books(books: Books, record: StockRecord, r: int) -> None:
    """Conservation: every book holds what it held at the opening."""
    for book in range(record.opened.shape[1]):
        held = -record.opened[r, book]
        for account in range(books.layout.shape[0]):
            if books.layout[account, Layout.BOOK] == book:
                for cell in range(books.layout[account, Layout.WIDTH]):
                    held += stock_of(books, r, account, cell)
        if held != 0:
            _break(books, Rule.BOOK_OUT_OF_BALANCE, book, book, r)


@compiled
def _check_ages(books: Books, r: int) -> None:
    for account in range(books.layout.shape[0]):
        aged = books.layout[account, Layout.AGED]
        if aged >= 0:
            for cell in range(books.layout[account, Layout.WIDTH]):
                held = stock_of(books, r, account, cell)
                for cohort in range(books.ages.cohorts.shape[2]):
                    there = books.ages.cohorts[r, aged + cell, cohort]
                    held -= there
                    if there < 0:
                        _break(books, Rule.AGES_OUT_OF_BALANCE, account, account, r)
                if held != 0:
                    _break(books, Rule.AGES_OUT_OF_BALANCE, account, account, r)

"""The book of one replication: stocks, the moves of a day, the sums of a month, and ages."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.model.engine import accounts

from .luck import compiled

ACCOUNTS = tuple(account.name for account in accounts(2, 2) if not account.external)
(
    PENDING, DECIDED, IN_APPEAL, REJECTED, ACCOMPANYING, STATUS_HOLDERS, TRANSIT, FAMILY_PENDING,
    FAMILY_TRAVELLING, OTHER_CASES, WARDS, PLACES_ORDERED, PLACES_OPEN, PLACES_NOTICE, BEDS,
    BEYOND_PLACES,
) = range(len(ACCOUNTS))  # fmt: skip
MOVES = {
    "FAMILY_HOME": ("family_travelling", "settled"),
    "FAMILY_IN": ("family_travelling", "status_holders"),
    "APPLY": ("outside", "pending"),
    "STATUS_IN": ("outside", "status_holders"),
    "BESIDE_IN": ("outside", "accompanying"),
    "DECIDE": ("pending", "decided"),
    "GRANT_IN": ("decided", "status_holders"),
    "GRANT_HOME": ("decided", "settled"),
    "APPEAL": ("decided", "in_appeal"),
    "REFUSE": ("decided", "rejected"),
    "GONE": ("decided", "departed"),
    "OTHER_COME": ("case_source", "other_cases"),
    "OTHER_DONE": ("other_cases", "case_source"),
    "LOSE": ("in_appeal", "rejected"),
    "REMIT": ("in_appeal", "pending"),
    "WIN_IN": ("in_appeal", "status_holders"),
    "WIN_HOME": ("in_appeal", "settled"),
    "LEAVE": ("rejected", "departed"),
    "GIVE_UP": ("pending", "departed"),
    "BESIDE_STATUS": ("accompanying", "status_holders"),
    "BESIDE_LEAVE": ("accompanying", "departed"),
    "FAMILY_APPLY": ("outside", "family_pending"),
    "FAMILY_GRANT": ("family_pending", "family_travelling"),
    "FAMILY_REFUSE": ("family_pending", "outside"),
    "TRANSIT_HOME": ("transit", "settled"),
    "HOUSE": ("status_holders", "settled"),
    "TO_TRANSIT": ("status_holders", "transit"),
    "WARD_IN": ("ward_source", "wards"),
    "WARD_OUT": ("wards", "ward_source"),
    "OPEN": ("place_market", "places_open"),
    "END": ("places_open", "place_market"),
    "ORDER_OPENS": ("places_ordered", "places_open"),
    "NOTICE_ENDS": ("places_notice", "place_market"),
    "ORDER": ("place_market", "places_ordered"),
    "NOTICE": ("places_open", "places_notice"),
    "BED_TAKEN": ("no_bed", "beds"),
    "BED_LEFT": ("beds", "no_bed"),
    "BEYOND_MORE": ("no_bed", "beyond_places"),
    "BEYOND_LESS": ("beyond_places", "no_bed"),
}
"""Every move of the chain: its name here, where from and where to."""
(
    FAMILY_HOME, FAMILY_IN, APPLY, STATUS_IN, BESIDE_IN, DECIDE, GRANT_IN, GRANT_HOME, APPEAL,
    REFUSE, GONE, OTHER_COME, OTHER_DONE, LOSE, REMIT, WIN_IN, WIN_HOME, LEAVE, GIVE_UP,
    BESIDE_STATUS, BESIDE_LEAVE, FAMILY_APPLY, FAMILY_GRANT, FAMILY_REFUSE, TRANSIT_HOME, HOUSE,
    TO_TRANSIT, WARD_IN, WARD_OUT, OPEN, END, ORDER_OPENS, NOTICE_ENDS, ORDER, NOTICE, BED_TAKEN,
    BED_LEFT, BEYOND_MORE, BEYOND_LESS,
) = range(len(MOVES))  # fmt: skip
TALLIES = (
    "resettled", "other_intake", "ind_planned", "ind_other_days", "granted", "rejected", "closed",
    "overdue_days", "first_year_days", "supervised", "family_staff", "target", "days",
)  # fmt: skip
(
    RESETTLED, OTHER_INTAKE, IND_PLANNED, IND_OTHER_DAYS, GRANTED, REFUSED, CLOSED, OVERDUE_DAYS,
    FIRST_YEAR_DAYS, SUPERVISED, FAMILY_STAFF, TARGET, DAYS,
) = range(len(TALLIES))  # fmt: skip


def _index(name: str) -> int:
    return ACCOUNTS.index(name) if name in ACCOUNTS else -1


SOURCE = np.array([_index(source) for source, _ in MOVES.values()])
GOAL = np.array([_index(goal) for _, goal in MOVES.values()])
WIDE = np.array([account.width > 1 for account in accounts(2, 2) if not account.external])


class Ages(NamedTuple):
    """People of an aged account by cell and month of entry, and what the month's leavers waited."""

    counts: np.ndarray
    entered: np.ndarray
    entries: np.ndarray
    """Sum of the days on which those who are there came."""
    oldest: np.ndarray
    """By cell a month of entry before which nobody is left."""
    waited: np.ndarray


class Book(NamedTuple):
    """Stocks by account and cell, moves of the day and of the month, tallies and person-days."""

    stock: np.ndarray
    today: np.ndarray
    moved: np.ndarray
    tally: np.ndarray
    days: np.ndarray
    pending: Ages
    status: Ages
    waits: np.ndarray
    """Those decided in the month by month of entry."""
    nobody: np.ndarray
    """The same for other moves; no one reads it."""


@compiled
def move(book: Book, flow: int, cell: int, count: int) -> None:
    """Move people (or places, or cases) along one of the moves; a narrow account has one cell."""
    source, goal = SOURCE[flow], GOAL[flow]
    if source >= 0:
        book.stock[source, cell if WIDE[source] else 0] -= count
    if goal >= 0:
        book.stock[goal, cell if WIDE[goal] else 0] += count
    book.today[flow, cell] += count


@compiled
def enter(ages: Ages, cell: int, count: int, now: int, day: int) -> None:
    """People come into an aged account on a day of the month of entry ``now``."""
    ages.counts[cell, now] += count
    ages.entered[cell, now] += count
    ages.entries[cell, now] += count * float(day)


@compiled
def take(
    ages: Ages, cell: int, count: int, now: int, day: int, newest: bool, waits: np.ndarray
) -> None:
    """The oldest (or newest) of a cell leave; ``waits`` counts them by month of entry."""
    if count <= 0:
        return
    while ages.oldest[cell] < now and ages.counts[cell, ages.oldest[cell]] == 0:
        ages.oldest[cell] += 1
    cohort = now if newest else ages.oldest[cell]
    left, came = count, 0.0
    while left > 0 and 0 <= cohort <= now:
        there = ages.counts[cell, cohort]
        taken = min(left, there)
        if taken > 0:
            part = ages.entries[cell, cohort] * (taken / there)
            ages.counts[cell, cohort] -= taken
            ages.entries[cell, cohort] -= part
            came += part
            waits[cohort] += taken
            left -= taken
        cohort += -1 if newest else 1
    ages.waited[cell] += count * float(day) - came


@compiled
def into_status(book: Book, flow: int, cell: int, count: int, now: int, day: int) -> None:
    """Somebody becomes a status holder in reception."""
    move(book, flow, cell, count)
    enter(book.status, 0, count, now, day)


@compiled
def close_day(book: Book) -> None:
    """Add the day's moves to the month's, and book a person-day under each stock."""
    for flow in range(book.today.shape[0]):
        for cell in range(book.today.shape[1]):
            book.moved[flow, cell] += book.today[flow, cell]
            book.today[flow, cell] = 0
    for account in range(book.stock.shape[0]):
        for cell in range(book.stock.shape[1]):
            book.days[account, cell] += book.stock[account, cell]
    book.tally[DAYS] += 1.0

"""Reception: who should be in it, and who sleeps where.

A book beside that of people: beds slept in. Nothing here changes who is in the procedure; it
decides where people sleep and what that costs.
"""

from __future__ import annotations

import numpy as np

from .accounts import Account
from .books import Books, First, move, move_row, stock_of
from .chances import Chances, GroupChance
from .compiled import compiled, inlined
from .draws import total
from .numbers import Number
from .sampling import Counts, Floats
from .spending_limit import fill_order
from .state import Actor, Now, SimState


def opening_places(world: SimState) -> Counts:
    """Places on day 0: (replications, types); stated, or people / the opening fill."""
    columns = []
    for place in world.scenario.reception.places.values():
        if place.opening_places is not None:
            known = np.full(world.replications, round(place.opening_places.single))
        else:
            fill = world.values.at("reception.desk.opening_fill", 0)
            people = place.opening_people.single
            known = np.broadcast_to(np.rint(people / fill), (world.replications,))
        columns.append(known.astype(np.int64))
    return np.stack(columns, axis=1)


def people_entitled(world: SimState) -> Counts:
    """People who should be in reception now: (replications,)."""
    people = np.zeros(world.replications, dtype=np.int64)
    _count_entitled(world.books, world.chances, people, np.zeros(len(world.groups)))
    return people


@compiled
def _count_entitled(books: Books, chances: Chances, people: Counts, row: Floats) -> None:
    for r in range(people.shape[0]):
        people[r] = entitled(books, chances, r, row)


@inlined
def entitled(books: Books, chances: Chances, r: int, row: Floats) -> int:
    """People who should be in reception; ``row`` (groups,) is room to work in.

    Of each group's pending its share in reception, of those in appeal and refused the share that
    keeps this number at a decision; all accompanying people; all status holders not in transit.
    """
    for group in range(row.shape[0]):
        pending = stock_of(books, r, Account.PENDING, group)
        row[group] = pending * chances.group[r, GroupChance.IN_RECEPTION, group]
    people = total(row)
    for group in range(row.shape[0]):
        decided = stock_of(books, r, Account.IN_APPEAL, group)
        decided += stock_of(books, r, Account.REJECTED, group)
        row[group] = decided * chances.group[r, GroupChance.IN_RECEPTION_DECIDED, group]
    people += total(row)
    asylum = int(np.rint(people)) + stock_of(books, r, Account.ACCOMPANYING, 0)
    return asylum + stock_of(books, r, Account.STATUS_HOLDERS, 0)


def placement(world: SimState) -> Actor:
    """Place everyone entitled to reception; people without a place are counted."""
    ranks = np.array(fill_order(world.scenario), dtype=np.int64)
    row = np.zeros(len(world.groups))
    return world.each_step(book_placement, ranks, world.rows(3), row, hour=12)


@compiled
def book_placement(
    now: Now,
    ranks: Counts,
    rows: Counts,
    row: Floats,
) -> None:
    """Book who sleeps where, in each replication."""
    books, numbers, chances, today = now.books, now.numbers, now.chances, now.today
    slept, more, less = rows[0], rows[1], rows[2]
    for r in range(numbers.single.shape[0]):
        people = entitled(books, chances, r, row)
        fill = numbers.single[r, Number.PLANNED_FILL]
        beyond = allocate_beds(books, r, people, ranks, fill, slept)
        for index in range(ranks.shape[0]):
            change = slept[index] - stock_of(books, r, Account.BEDS, index)
            more[index], less[index] = max(change, 0), max(-change, 0)
        move_row(books, today, r, Account.NO_BED, Account.BEDS, more, First.OLDEST)
        move_row(books, today, r, Account.BEDS, Account.NO_BED, less, First.OLDEST)
        change = beyond - stock_of(books, r, Account.BEYOND_PLACES, 0)
        move(books, today, r, Account.NO_BED, Account.BEYOND_PLACES, max(change, 0))
        move(books, today, r, Account.BEYOND_PLACES, Account.NO_BED, max(-change, 0))


@inlined
def allocate_beds(
    books: Books, r: int, people: int, ranks: Counts, fill: float, slept: Counts
) -> int:
    """Allocate people to places, into ``slept`` by type; returns how many are left without one.

    Place types are filled in the order ``ranks``, each first to the planned ``fill``, then, if
    people are left, to the last bed.
    """
    slept[:] = 0
    left = people
    for turn in range(2):
        for index in ranks:
            places = stock_of(books, r, Account.PLACES_OPEN, index)
            places += stock_of(books, r, Account.PLACES_NOTICE, index)
            usable = min(int(np.rint(places * fill)), places) if turn == 0 else places
            more = min(left, usable - slept[index])
            slept[index] += more
            left -= more
    return left

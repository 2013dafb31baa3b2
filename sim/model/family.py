"""Family reunification (nareis): applications, decisions, and arrivals."""

from __future__ import annotations

from .accounts import Account, Tally
from .books import Books, move, stock_of, tally
from .chances import Chance, draw_single
from .compiled import compiled, entry_of, inlined
from .draws import Stream, draw, total, whole
from .ind_capacity import Means, ind_factor, ind_means
from .numbers import GroupNumber, Number
from .sampling import Floats
from .state import Actor, Now, SimState

APPLYING, DECIDING = range(2)
"""Whose fractions are carried over: of applications, and of decisions."""


def family_arrivals(world: SimState) -> Actor:
    """Let family members with a visa arrive at a constant rate, in reception or in a home."""
    return world.each_step(book_arrivals, hour=2)


@compiled
def book_arrivals(now: Now) -> None:
    """Book the family members who arrive in a step, in each replication."""
    books, chances, draws, today = now.books, now.chances, now.draws, now.today
    u = draws.uniforms
    for r in range(chances.single.shape[0]):
        draw(draws, Stream.FAMILY_ARRIVALS, today.day, r)
        travelling = stock_of(books, r, Account.FAMILY_TRAVELLING, 0)
        arrived = draw_single(chances, r, Chance.FAMILY_ARRIVES, u[0], travelling)
        home = draw_single(chances, r, Chance.FAMILY_TO_HOME, u[1], arrived)
        move(books, today, r, Account.FAMILY_TRAVELLING, Account.SETTLED, home)
        inside = arrived - home
        move(books, today, r, Account.FAMILY_TRAVELLING, Account.STATUS_HOLDERS, inside)


def family_desk(world: SimState) -> Actor:
    """Book family applications that follow from grants, and decide them by a separate desk.

    Applications are booked on the day of the grant (the legal term is three months): the day's
    grants x applications per grant x the group's factor. The desk decides staff x productivity a
    year (the order makes no difference here); of those granted a share travels.
    """
    means, fractions = ind_means(world), world.fractions(2)
    weighted = world.fractions(len(world.groups))[0]
    act = entry_of(decide_family, world.now, means.arrays, fractions, weighted)
    for step, moment in world.steps(hour=7):
        yield world.until(moment)
        means.refresh(world, step)
        act(world.now, means.arrays, fractions, weighted)


@compiled
def decide_family(
    now: Now,
    means: Means,
    fractions: Floats,
    weighted: Floats,
) -> None:
    """Book family applications and decisions of a step; ``weighted`` is room by group."""
    books, numbers, chances = now.books, now.numbers, now.chances
    draws, today = now.draws, now.today
    for r in range(numbers.single.shape[0]):
        single = numbers.single[r]
        for group in range(weighted.shape[0]):
            factor = numbers.group[r, GroupNumber.FAMILY_FACTOR, group]
            weighted[group] = granted_today(books, r, group) * factor
        amount = total(weighted) * single[Number.FAMILY_PER_GRANT]
        applied = whole(fractions, r, APPLYING, amount)
        move(books, today, r, Account.OUTSIDE, Account.FAMILY_PENDING, applied)

        staff = single[Number.FAMILY_STAFF] * ind_factor(books, numbers, today, means, r)
        work = staff * single[Number.FAMILY_PRODUCTIVITY] * today.year
        pending = stock_of(books, r, Account.FAMILY_PENDING, 0)
        decided = min(whole(fractions, r, DECIDING, work), pending)
        draw(draws, Stream.FAMILY_DESK, today.day, r)
        coming = draw_single(chances, r, Chance.FAMILY_COMES, draws.uniforms[0], decided)
        move(books, today, r, Account.FAMILY_PENDING, Account.FAMILY_TRAVELLING, coming)
        move(books, today, r, Account.FAMILY_PENDING, Account.OUTSIDE, decided - coming)
        tally(books, today, r, Tally.FAMILY_STAFF, staff * today.year)


@inlined
def granted_today(books: Books, r: int, group: int) -> int:
    """People of a group who were granted asylum in this step, by the IND or after an appeal."""
    flow_at, granted = books.flow_at, 0
    for source in (Account.DECIDED, Account.IN_APPEAL):
        for target in (Account.STATUS_HOLDERS, Account.SETTLED):
            granted += books.flows_today[r, flow_at[source, target] + group]
    return granted

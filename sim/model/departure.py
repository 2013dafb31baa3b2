"""Departures: people leave reception and the country, minors leave guardianship."""

from __future__ import annotations

from .accounts import Account, Tally
from .books import First, move, move_row, stock_of, tally
from .chances import Chance, GroupChance, draw_group, draw_single
from .compiled import compiled
from .draws import Stream, draw
from .sampling import Counts
from .state import Actor, Now, SimState


def departures(world: SimState) -> Actor:
    """Let people leave: those finally rejected, those who give up waiting, accompanying people.

    The refused leave at a constant rate by group, supervised or not. Of the pending a yearly share
    leaves by itself (the latest arrivals first). Accompanying people (other intake in the asylum
    phase) leave with those they belong to, as status holders or out of the country.
    """
    return world.each_step(book_departures, world.rows(2), hour=6)


@compiled
def book_departures(now: Now, rows: Counts) -> None:
    """Book the departures of a step, in each replication."""
    books, chances, draws, today = now.books, now.chances, now.draws, now.today
    groups: int = chances.group.shape[2]
    left, gave_up, u = rows[0], rows[1], draws.uniforms
    for r in range(chances.group.shape[0]):
        draw(draws, Stream.DEPARTURES, today.day, r)
        supervised = 0
        for group in range(groups):
            rejected = stock_of(books, r, Account.REJECTED, group)
            left[group] = draw_group(chances, r, GroupChance.DEPARTED, group, u[group], rejected)
            pending = stock_of(books, r, Account.PENDING, group)
            gave_up[group] = draw_group(
                chances, r, GroupChance.GIVEN_UP, group, u[groups + group], pending
            )
            supervised += draw_single(
                chances, r, Chance.SUPERVISED, u[2 * groups + group], left[group]
            )
        move_row(books, today, r, Account.REJECTED, Account.DEPARTED, left, First.OLDEST)
        tally(books, today, r, Tally.SUPERVISED, supervised)
        move_row(books, today, r, Account.PENDING, Account.DEPARTED, gave_up, First.NEWEST)

        accompanying = stock_of(books, r, Account.ACCOMPANYING, 0)
        moved = draw_single(chances, r, Chance.ACCOMPANYING_LEAVE, u[3 * groups], accompanying)
        to_status = draw_single(chances, r, Chance.ACCOMPANYING_TO_STATUS, u[3 * groups + 1], moved)
        move(books, today, r, Account.ACCOMPANYING, Account.STATUS_HOLDERS, to_status)
        move(books, today, r, Account.ACCOMPANYING, Account.DEPARTED, moved - to_status)


def guardianship(world: SimState) -> Actor:
    """Unaccompanied minors come under guardianship with their application.

    They leave at a constant rate, after a mean stay that brings them to 18.
    They are counted in a book of their own: the same minors are also in the book of people.
    """
    return world.each_step(book_guardianship, hour=9)


@compiled
def book_guardianship(now: Now) -> None:
    """Book who comes under guardianship and who leaves it in a step, in each replication."""
    books, chances, draws, today = now.books, now.chances, now.draws, now.today
    groups: int = chances.group.shape[2]
    applied, u = books.flow_at[Account.OUTSIDE, Account.PENDING], draws.uniforms
    for r in range(chances.group.shape[0]):
        draw(draws, Stream.GUARDIANSHIP, today.day, r)
        came = 0
        for group in range(groups):
            came += draw_group(
                chances,
                r,
                GroupChance.UNACCOMPANIED,
                group,
                u[group],
                books.flows_today[r, applied + group],
            )
        wards = stock_of(books, r, Account.WARDS, 0)
        left = draw_single(chances, r, Chance.GUARDIANSHIP_LEFT, u[groups], wards)
        move(books, today, r, Account.WARD_SOURCE, Account.WARDS, came)
        move(books, today, r, Account.WARDS, Account.WARD_SOURCE, left)

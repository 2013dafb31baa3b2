"""Actors of reception: planned places, the capacity desk, and who sleeps where."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from . import book as b
from . import day as d
from . import numbers as n
from .luck import compiled


class Coa(NamedTuple):
    """What COA remembers: plans come true so far, weeks of orders, notices and people, a room."""

    opened: np.ndarray
    ended: np.ndarray
    given_up: np.ndarray
    orders: np.ndarray
    """(week of the lead time, type)"""
    notices: np.ndarray
    past: np.ndarray
    room: np.ndarray
    """(0 opened or usable, 1 ended or slept; type)"""


def new_coa(types: int, lead: int, notice: int, trend: int) -> Coa:
    return Coa(
        np.zeros(types),
        np.zeros(types),
        np.zeros(types, np.int64),
        np.zeros((lead, types), np.int64),
        np.zeros((notice, types), np.int64),
        np.zeros(trend + 1),
        np.zeros((2, types)),
    )


@compiled
def entitled(book: b.Book, today: d.Today) -> int:
    """People who should be in reception, asylum phase and status holders together."""
    people = 0.0
    for g in range(today.group.shape[1]):
        decided = book.stock[b.IN_APPEAL, g] + book.stock[b.REJECTED, g]
        people += book.stock[b.PENDING, g] * today.chance[d.IN_RECEPTION, g]
        people += decided * today.chance[d.ONCE_DECIDED, g]
    asylum = int(np.rint(people)) + book.stock[b.ACCOMPANYING, 0]
    everybody: int = asylum + book.stock[b.STATUS_HOLDERS, 0]
    return everybody


@compiled
def planned_places(coa: Coa, given: n.Numbers, today: d.Today, day: int, r: int) -> None:
    """Places that should have opened and ended by a day, into ``coa.room``."""
    coa.room[:] = 0.0
    realised, delay = today.single[n.OPENINGS_REALISED], today.single[n.OPENINGS_DELAY]
    for index in range(given.plan_type.shape[0]):
        begins, ends = given.plan_begins[index], given.plan_ends[index]
        opens = given.plan_opens[index]
        late = delay if opens else 0.0
        part = min(max((day - late - begins) / (ends - begins), 0.0), 1.0)
        before = min(max(-begins / (ends - begins), 0.0), 1.0)
        places = given.plan_places.base[day, index] * given.plan_places.draw[r, index]
        came = places * max(part - before, 0.0) * (realised if opens else 1.0)
        coa.room[0 if opens else 1, given.plan_type[index]] += came


@compiled
def capacity_plan(
    coa: Coa, book: b.Book, given: n.Numbers, today: d.Today, day: int, r: int
) -> None:
    """Places open and end as planned: fixed stocks on their path, others by their plans."""
    planned_places(coa, given, today, day, r)
    fixed = 0
    for index in range(coa.opened.shape[0]):
        opened = math.floor(coa.room[0, index])
        ended = math.floor(coa.room[1, index])
        ended = max(ended - coa.given_up[index], coa.ended[index])
        up, down = opened - coa.opened[index], ended - coa.ended[index]
        coa.opened[index], coa.ended[index] = opened, ended
        if given.fixed[index]:
            change = np.rint(today.level[fixed]) - book.stock[b.PLACES_OPEN, index]
            up, down = max(change, 0.0), max(-change, 0.0)
            fixed += 1
        b.move(book, b.OPEN, index, int(up))
        b.move(book, b.END, index, min(int(down), book.stock[b.PLACES_OPEN, index]))


@compiled
def wanted_places(coa: Coa, given: n.Numbers, today: d.Today, day: int, people: float) -> float:
    """Places wanted a lead time ahead, for the people the desk then expects."""
    week, room = day // 7, given.trend + 1
    coa.past[week % room] = people
    seen = min(week, given.trend)
    trend = 0.0
    if seen + 1 > given.trend // 2:
        trend = (people - coa.past[(week - seen) % room]) / max(seen, 1)
    own = people + trend * given.lead
    weight = today.single[n.OFFICIAL_WEIGHT]
    expected = (1.0 - weight) * own + weight * given.official[day]
    wanted: float = expected / today.single[n.PLANNED_FILL]
    return wanted


@compiled
def expected_places(book: b.Book, given: n.Numbers, day: int) -> float:
    """Places a lead time ahead as the desk knows them: open, on order, and planned changes."""
    total: float = given.level_ahead[day]
    for index in range(given.ahead.shape[1]):
        there = book.stock[b.PLACES_OPEN, index] + book.stock[b.PLACES_ORDERED, index]
        total += max(there + given.ahead[day, index], 0.0)
    return total


@compiled
def capacity_desk(coa: Coa, book: b.Book, given: n.Numbers, today: d.Today, day: int) -> None:
    """The capacity desk, once a week: looks ahead a lead time, orders or gives notice."""
    if day % 7:
        return
    types = coa.opened.shape[0]
    orders, notices = coa.orders[(day // 7) % given.lead], coa.notices[(day // 7) % given.notice]
    total = 0
    for index in range(types):
        b.move(book, b.ORDER_OPENS, index, orders[index])
        b.move(book, b.NOTICE_ENDS, index, notices[index])
        orders[index] = notices[index] = 0
        total += book.stock[b.PLACES_OPEN, index]
    people = float(entitled(book, today))
    surplus = expected_places(book, given, day) - wanted_places(coa, given, today, day, people)
    short = max(-surplus, 0.0)
    spare = max(surplus - today.single[n.SLACK] * total, 0.0)
    for rank in range(given.order_rank.shape[0]):
        order = min(math.ceil(short), math.floor(today.order_limit[rank]))
        orders[given.order_rank[rank]] = int(order)
        short = max(short - order, 0.0)
    for index in given.notice_rank:
        notice = min(math.floor(spare), book.stock[b.PLACES_OPEN, index])
        notices[index] = int(notice)
        spare = max(spare - notice, 0.0)
    for index in range(types):
        b.move(book, b.ORDER, index, orders[index])
        b.move(book, b.NOTICE, index, notices[index])
        coa.given_up[index] += notices[index]


@compiled
def placement(coa: Coa, book: b.Book, given: n.Numbers, today: d.Today) -> None:
    """COA places everyone who should be in reception; the rest is counted, never dropped."""
    left = entitled(book, today)
    fill = today.single[n.PLANNED_FILL]
    slept = coa.room[1]
    slept[:] = 0.0
    for turn in range(2):
        for index in given.fill_rank:
            places = book.stock[b.PLACES_OPEN, index] + book.stock[b.PLACES_NOTICE, index]
            usable = places if turn else min(int(np.rint(places * fill)), places)
            more = min(left, usable - int(slept[index]))
            slept[index] += more
            left -= more
    for index in range(slept.shape[0]):
        change = int(slept[index]) - book.stock[b.BEDS, index]
        b.move(book, b.BED_TAKEN, index, max(change, 0))
        b.move(book, b.BED_LEFT, index, max(-change, 0))
    change = left - book.stock[b.BEYOND_PLACES, 0]
    b.move(book, b.BEYOND_MORE, 0, max(change, 0))
    b.move(book, b.BEYOND_LESS, 0, max(-change, 0))

"""Capacity: places that open and end by plan, and the capacity desk of COA, which orders more.

A book beside that of people: places on order, open and under notice.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np

from ..clock import DAYS_A_WEEK
from ..scenario import Quantity, Scenario
from .accounts import Account
from .books import Books, First, Today, move_row, stock_of
from .chances import Chances
from .compiled import compiled, entry_of, inlined
from .numbers import Number, Numbers, PlaceNumber
from .reception import entitled
from .sampling import Counts, Floats
from .spending_limit import PendingClosures, affordable_orders, unaffordable_places
from .state import Actor, Now, SimState


def weeks(quantity: Quantity) -> int:
    """Round a number of weeks."""
    return round(quantity.single)


def flexible(scenario: Scenario) -> list[str]:
    """Types that the desk may order, cheapest first (by the order in which they are filled)."""
    places = scenario.reception.places
    orderable = [name for name, place in places.items() if place.order_limit is not None]
    return sorted(orderable, key=lambda name: places[name].fill_rank)


class Plans(NamedTuple):
    """Openings and endings of places by plan; types with a fixed level have none."""

    place_type: Counts
    """(plan,)"""
    opens: Counts
    """(plan,): 1 for an opening, 0 for an ending."""
    begins: Counts
    """(plan,): first day [days]"""
    ends: Counts
    places: Floats
    """(replication, plan): places that open or end over the whole plan."""


def plans_of(world: SimState) -> tuple[Plans, list[str]]:
    """Lay out the plans of a scenario, with the path of the places of each."""
    rows, paths = [], []
    for index, (name, place) in enumerate(world.scenario.reception.places.items()):
        for kind, plans in (("openings", place.openings), ("endings", place.endings)):
            for number, plan in enumerate(plans if place.level is None else ()):
                days = world.clock.day_of(plan.begins), world.clock.day_of(plan.ends)
                rows.append((index, int(kind == "openings"), *days))
                paths.append(f"reception.places.{name}.{kind}.{number}.places")
    table = np.array(rows, dtype=np.int64).reshape(-1, 4).T.copy()
    places = np.zeros((world.replications, len(paths)))
    return Plans(table[0], table[1], table[2], table[3], places), paths


@inlined
def part_of_plan(begins: int, ends: int, day: float) -> float:
    """Part of a plan that comes true between the start and a day; plans proceed evenly."""
    before = min(max((0 - begins) / (ends - begins), 0.0), 1.0)
    part = min(max((day - begins) / (ends - begins), 0.0), 1.0)
    return max(part - before, 0.0)


class PlanState(NamedTuple):
    """What the plan of places remembers from step to step."""

    opened: Floats
    """(replication, type): places that should have opened by plan so far."""
    ended: Floats
    given_up: Counts
    """(replication, type): places given up by notice before this month."""
    opening: Counts
    """(replication, type): places that open in this step."""
    ending: Counts
    rows: Floats
    """(2, type): room to work in."""


def capacity_plan(world: SimState) -> Actor:
    """Places open and end as planned: fixed stocks on their path, others by openings and endings.

    Ending places are those with a contract that is not renewed; a place type can't fall below
    zero. A place that was given up by notice is one whose contract does not have to end any more.
    Where spending follows the budget, openings that no money is left for do not happen and are not
    made up for.
    """
    ledger, scenario = world.ledger, world.scenario
    plans, paths = plans_of(world)
    shape = world.replications, len(scenario.reception.places)
    planned = PlanState(
        opened=np.zeros(shape),
        ended=np.zeros(shape),
        given_up=np.zeros(shape, np.int64),
        opening=np.zeros(shape, np.int64),
        ending=np.zeros(shape, np.int64),
        rows=np.zeros((2, shape[1])),
    )
    at_once = scenario.closing != "constrained"
    act = entry_of(change_by_plan, world.now, plans, planned, at_once)
    month, next_read = 0, [0] * len(paths)
    for step, moment in world.steps(hour=10):
        yield world.until(moment)
        for index, path in enumerate(paths):
            if next_read[index] <= step.day:
                plans.places[:, index] = world.values.at(path, step.day)
                next_read[index] = world.values.next_change(path, step.day)
        if step.month != month:
            month = step.month
            notices = ledger.flows["places_open", "places_notice"][:month]
            planned.given_up[:] = notices.sum(axis=0, dtype=np.int64)
        act(world.now, plans, planned, at_once)
        if not at_once:
            planned.opening[:] = affordable_orders(world, step.day, planned.opening)
            book_plan(world.books, world.today, planned)


@compiled
def change_by_plan(
    now: Now,
    plans: Plans,
    planned: PlanState,
    at_once: bool,
) -> None:
    """Work out which places open and end in a step, in each replication; book it if ``at_once``.

    Openings come true in part and late, each replication in its own measure; endings likewise in
    their own measure.
    """
    books, numbers, today = now.books, now.numbers, now.today
    notice = books.flow_at[Account.PLACES_OPEN, Account.PLACES_NOTICE]
    for r in range(numbers.single.shape[0]):
        realised = numbers.single[r, Number.OPENINGS_REALISED]
        delay = numbers.single[r, Number.OPENINGS_DELAY]
        planned_places(plans, r, realised, delay, today.day, planned.rows)
        for index in range(planned.rows.shape[1]):
            given_up = planned.given_up[r, index] + books.flows[today.month, r, notice + index]
            opened = np.floor(planned.rows[0, index])
            ended = max(np.floor(planned.rows[1, index]) - given_up, planned.ended[r, index])
            up, down = opened - planned.opened[r, index], ended - planned.ended[r, index]
            planned.opened[r, index], planned.ended[r, index] = opened, ended
            level = numbers.place[r, PlaceNumber.LEVEL, index]
            if not np.isnan(level):
                change = np.rint(level) - stock_of(books, r, Account.PLACES_OPEN, index)
                up, down = max(change, 0.0), max(-change, 0.0)
            planned.opening[r, index], planned.ending[r, index] = int(up), int(down)
        if at_once:
            move_places(books, today, planned, r)


@inlined
def planned_places(
    plans: Plans, r: int, realised: float, delay: float, day: int, rows: Floats
) -> None:
    """Places that should have opened and ended by a day by type, into ``rows`` (2, types).

    Of openings a part is ``realised``, and with a ``delay`` [days].
    """
    rows[:] = 0.0
    for plan in range(plans.begins.shape[0]):
        opens, index = plans.opens[plan], plans.place_type[plan]
        late = delay if opens else 0.0
        part = part_of_plan(plans.begins[plan], plans.ends[plan], day - late)
        came = plans.places[r, plan] * part
        rows[1 - opens, index] += came * realised if opens else came


@compiled
def book_plan(books: Books, today: Today, planned: PlanState) -> None:
    """Book the places that open and end in a step, in each replication."""
    for r in range(planned.opening.shape[0]):
        move_places(books, today, planned, r)


@inlined
def move_places(books: Books, today: Today, planned: PlanState, r: int) -> None:
    """Open the places that open in a step, then end those that end, as far as open."""
    move_row(
        books, today, r, Account.PLACE_MARKET, Account.PLACES_OPEN, planned.opening[r], First.OLDEST
    )
    for index in range(planned.ending.shape[1]):
        stock = stock_of(books, r, Account.PLACES_OPEN, index)
        planned.ending[r, index] = min(planned.ending[r, index], stock)
    move_row(
        books, today, r, Account.PLACES_OPEN, Account.PLACE_MARKET, planned.ending[r], First.OLDEST
    )


class DeskState(NamedTuple):
    """What the capacity desk of COA knows and remembers."""

    lead_weeks: int
    trend_weeks: int
    order_rank: Counts
    """Types (as numbers) in the order in which they are ordered."""
    notice_rank: Counts
    """Types (as numbers) in the order in which notice is given."""
    past: Floats
    """(replication, trend_weeks + 1): people in past weeks, the latest last."""
    official: Floats
    """(day,): people in reception a lead time ahead by the official path."""
    plans: Plans
    """As they are stated, without the draws, which the desk can't know; so are the next two."""
    realised: float
    delay: float
    change: Floats
    """(2, type): change by plan, and of fixed levels, over a lead time."""
    rows: Floats
    """(2, 2, type): room to work in."""
    row: Floats
    """(groups,): room to work in."""


def capacity_desk(world: SimState) -> Actor:
    """The capacity desk of COA, once a week: looks ahead a lead time, orders or gives notice.

    It knows its own replication's past (people now, and the trend over the past weeks) and the
    official path, never the future. It wants places for the people it expects at the planned
    fill; orders go to the cheapest flexible type first, each within its weekly limit; with more
    slack than it keeps, notice goes to the dearest first. Places are paid until notice ends.
    Where spending follows the budget, it orders no more than the money pays for, and gives notice
    on what the money can't pay for once the notice has ended, regular places last.
    """
    scenario, ledger = world.scenario, world.ledger
    rules, shape = scenario.reception.desk, (world.replications, len(scenario.reception.places))
    desk = _desk_of(world)
    on_order = deque(np.zeros(shape, np.int64) for _ in range(weeks(rules.lead_weeks)))
    on_notice = deque(np.zeros(shape, np.int64) for _ in range(weeks(rules.notice_weeks)))
    round_number = next_day = 0
    for step, moment in world.steps(hour=11):
        yield world.until(moment)
        if step.day < next_day:
            continue
        due, next_day = next_day, next_day + DAYS_A_WEEK
        ledger.move(on_order.popleft(), "places_ordered", "places_open")
        ledger.move(on_notice.popleft(), "places_notice", "place_market")

        orders, notices = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        desk.change[1] = change_of_levels(world, step.day, desk.lead_weeks)
        decide_places(world.now, desk, round_number, orders, notices)
        round_number += 1
        if scenario.closing == "constrained":
            known = PendingClosures(due, tuple(on_notice))
            notices = np.maximum(notices, unaffordable_places(world, step.day, known))
            orders = affordable_orders(world, step.day, orders, known)
        ledger.move(orders, "place_market", "places_ordered")
        ledger.move(notices, "places_open", "places_notice")
        on_order.append(orders)
        on_notice.append(notices)


def _desk_of(world: SimState) -> DeskState:
    scenario, n = world.scenario, world.replications
    rules, types = scenario.reception.desk, list(scenario.reception.places)
    plans, paths = plans_of(world)
    stated = [world.values.quantity(path).single for path in paths]
    lead, trend = weeks(rules.lead_weeks), weeks(rules.trend_weeks)
    return DeskState(
        lead,
        trend,
        np.array([types.index(name) for name in flexible(scenario)], dtype=np.int64),
        np.array(_dearest_first(scenario), dtype=np.int64),
        np.zeros((n, trend + 1)),
        official_people(world, lead),
        plans._replace(places=np.array([stated])),
        rules.openings_realised.single,
        rules.openings_delay.single,
        np.zeros((2, len(types))),
        np.zeros((2, 2, len(types))),
        np.zeros(len(world.groups)),
    )


def _dearest_first(scenario: Scenario) -> list[int]:
    places = scenario.reception.places
    order = sorted(places, key=lambda name: -places[name].fill_rank)
    return [list(places).index(name) for name in order if places[name].notice]


def official_people(world: SimState, lead_weeks: int) -> Floats:
    """People in reception a lead time ahead of each day, by the official path: (days,).

    Its points are joined by straight lines.
    """
    path = world.scenario.reception.desk.official_path
    points = [world.clock.day_of(moment) for moment, _ in path.pairs()]
    ahead = np.arange(world.clock.days) + lead_weeks * DAYS_A_WEEK
    people: Floats = np.interp(ahead, points, path.numbers())
    return people * world.scenario.reception.need_fill.single


def change_of_levels(world: SimState, day: int, lead_weeks: int) -> list[float]:
    """Change in the fixed levels over a lead time, by type, without the draws: (types,)."""
    now, then = (world.clock.date_of(day + week * DAYS_A_WEEK) for week in (0, lead_weeks))
    places = world.scenario.reception.places.values()
    levels = [place.level for place in places]
    return [0.0 if level is None else level.on(then) - level.on(now) for level in levels]


@compiled
def decide_places(
    now: Now,
    desk: DeskState,
    round_number: int,
    orders: Counts,
    notices: Counts,
) -> None:
    """Decide how many places to order and to give up, in each replication, by type."""
    books, numbers, chances, today = now.books, now.numbers, now.chances, now.today
    types, official = orders.shape[1], desk.official[today.day]
    expect_change(desk, today.day)
    for r in range(numbers.single.shape[0]):
        wanted = wanted_places(books, numbers, chances, desk, r, round_number, official)
        surplus = expected_places(books, desk.change, r) - wanted
        short, places = max(-surplus, 0.0), 0
        for index in desk.order_rank:
            limit = np.floor(numbers.place[r, PlaceNumber.ORDER_LIMIT, index])
            order = min(np.ceil(short), limit)
            orders[r, index] = int(order)
            short = max(short - order, 0.0)
        for index in range(types):
            places += stock_of(books, r, Account.PLACES_OPEN, index)
        spare = max(surplus - numbers.single[r, Number.SLACK] * places, 0.0)
        for index in desk.notice_rank:
            open_places = stock_of(books, r, Account.PLACES_OPEN, index)
            notice = min(np.floor(spare), float(open_places))
            notices[r, index] = int(notice)
            spare = max(spare - notice, 0.0)


@inlined
def expect_change(desk: DeskState, day: int) -> None:
    """Work out the change by plan over a lead time, as the desk expects it."""
    ahead = day + desk.lead_weeks * DAYS_A_WEEK
    now, then = desk.rows[0], desk.rows[1]
    planned_places(desk.plans, 0, desk.realised, desk.delay, day, now)
    planned_places(desk.plans, 0, desk.realised, desk.delay, ahead, then)
    for index in range(desk.change.shape[1]):
        opened, ended = then[0, index] - now[0, index], then[1, index] - now[1, index]
        desk.change[0, index] = opened - ended


@inlined
def wanted_places(
    books: Books,
    numbers: Numbers,
    chances: Chances,
    desk: DeskState,
    r: int,
    round_number: int,
    official: float,
) -> float:
    """Places wanted a lead time ahead, for the people the desk then expects."""
    past, last = desk.past[r], desk.trend_weeks
    for week in range(last):
        past[week] = past[week + 1]
    past[last] = float(entitled(books, chances, r, desk.row))
    known = min(round_number, last)
    trend = 0.0
    if known + 1 > last // 2:
        trend = (past[last] - past[last - known]) / max(known, 1)
    own = past[last] + trend * desk.lead_weeks
    weight = numbers.single[r, Number.OFFICIAL_WEIGHT]
    expected = (1 - weight) * own + weight * official
    return expected / numbers.single[r, Number.PLANNED_FILL]


@inlined
def expected_places(books: Books, change: Floats, r: int) -> float:
    """Places a lead time ahead as the desk knows them: open, on order, and planned changes."""
    places = 0.0
    for index in range(change.shape[1]):
        standing = stock_of(books, r, Account.PLACES_OPEN, index)
        standing += stock_of(books, r, Account.PLACES_ORDERED, index)
        places += max(standing + change[0, index], 0.0)
    for index in range(change.shape[1]):
        places += change[1, index]
    return places

"""Capacity: places that open and end as planned beforehand, whatever is seen.

A book beside that of people: places on order, open, under notice and on standby. What is ordered
and given up on what is seen follows rules (``plan_rules``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .accounts import Account
from .books import Books, First, Today, move_row, stock_of
from .compiled import compiled, entry_of, inlined
from .numbers import Number, PlaceNumber
from .sampling import Counts, Floats
from .spending_limit import affordable_orders
from .state import Actor, Now, SimState


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

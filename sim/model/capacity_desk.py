"""What the capacity desk of COA expects: places wanted, and places there, a lead time ahead.

It knows its own replication's past (people now, and the trend over the past weeks) and the official
path, never the future. It wants places for the people it expects at the planned fill. What it does
about it are two rules of a plan (``plan_rules``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..clock import DAYS_A_WEEK
from ..scenario import Quantity, Scenario
from .accounts import Account
from .books import Books, stock_of
from .capacity import Plans, planned_places, plans_of
from .chances import Chances
from .compiled import inlined
from .numbers import Number, Numbers
from .reception import entitled
from .sampling import Counts, Floats
from .state import SimState


def weeks(quantity: Quantity) -> int:
    """Round a number of weeks."""
    return round(quantity.single)


def cheapest_first(scenario: Scenario) -> list[int]:
    """Types (as numbers) that may be ordered, those that are filled first first."""
    places = scenario.reception.places
    orderable = [name for name, place in places.items() if place.order_limit is not None]
    order = sorted(orderable, key=lambda name: places[name].fill_rank)
    return [list(places).index(name) for name in order]


class DeskState(NamedTuple):
    """What the capacity desk of COA knows and remembers."""

    lead_weeks: int
    trend_weeks: int
    past: Floats
    """(replication, trend_weeks + 1): people in past weeks, the latest last."""
    coming: Counts
    """(replication, type): places on order that open within a lead time."""
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


def desk_of(world: SimState) -> DeskState:
    """Lay out what the desk knows on day 0."""
    scenario, n = world.scenario, world.replications
    rules, types = scenario.reception.desk, list(scenario.reception.places)
    plans, paths = plans_of(world)
    stated = [world.values.quantity(path).single for path in paths]
    lead, trend = weeks(rules.lead_weeks), weeks(rules.trend_weeks)
    return DeskState(
        lead,
        trend,
        np.zeros((n, trend + 1)),
        np.zeros((n, len(types)), np.int64),
        official_people(world, lead),
        plans._replace(places=np.array([stated])),
        rules.openings_realised.single,
        rules.openings_delay.single,
        np.zeros((2, len(types))),
        np.zeros((2, 2, len(types))),
        np.zeros(len(world.groups)),
    )


def dearest_first(scenario: Scenario) -> list[int]:
    """Types (as numbers) on which notice may be given, those that are filled last first."""
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
def expected_places(books: Books, desk: DeskState, r: int) -> float:
    """Places a lead time ahead as the desk knows them: open, coming, and planned changes."""
    change, places = desk.change, 0.0
    for index in range(change.shape[1]):
        standing = stock_of(books, r, Account.PLACES_OPEN, index) + desk.coming[r, index]
        places += max(standing + change[0, index], 0.0)
    for index in range(change.shape[1]):
        places += change[1, index]
    return places

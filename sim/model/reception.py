"""Reception: places by type, and the placement of people.

Two books beside the book of people: places (on order, open, under notice) and beds slept in.
Nothing here changes who is in the procedure; it decides where people sleep and what that costs.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from ..clock import DAYS_A_WEEK
from ..scenario import Quantity, Scenario
from .procedure import in_reception_once_decided, in_reception_shares
from .sampling import Counts, Floats
from .spending_limit import PendingClosures, affordable_orders, unaffordable_places
from .state import Actor, SimState


def weeks(quantity: Quantity) -> int:
    """Round a number of weeks."""
    return round(quantity.single)


def flexible(scenario: Scenario) -> list[str]:
    """Types that the desk may order, cheapest first (by the order in which they are filled)."""
    places = scenario.reception.places
    orderable = [name for name, place in places.items() if place.order_limit is not None]
    return sorted(orderable, key=lambda name: places[name].fill_rank)


def opening_places(world: SimState) -> Counts:
    """Places on day 0: (replications, types); stated, or people / the opening fill."""
    scenario = world.scenario
    columns = []
    for place in scenario.reception.places.values():
        if place.opening_places is not None:
            known = np.full(world.replications, round(place.opening_places.single))
        else:
            fill = world.values.at("reception.desk.opening_fill", 0)
            people = place.opening_people.single
            known = np.broadcast_to(np.rint(people / fill), (world.replications,))
        columns.append(known.astype(np.int64))
    return np.stack(columns, axis=1)


def entitled(world: SimState, day: int) -> Counts:
    """People who should be in reception: (replications, 2), asylum phase and status holders.

    Of each group's pending its share in reception, of those in appeal and refused the share that
    keeps this number at a decision; all accompanying people; all status holders not in transit.
    """
    stocks = world.ledger.stocks
    decided = stocks["in_appeal"] + stocks["rejected"]
    people = (stocks["pending"] * in_reception_shares(world, day)).sum(axis=1)
    people = people + (decided * in_reception_once_decided(world, day)).sum(axis=1)
    asylum = np.rint(people).astype(np.int64)
    asylum += stocks["accompanying"][:, 0]
    return np.stack([asylum, stocks["status_holders"][:, 0]], axis=1)


def planned_places(world: SimState, day: int, *, as_planned: bool = False) -> tuple[Floats, Floats]:
    """Places that should have opened and ended by ``day``: two (replications, types).

    Openings come true in part and late, each replication in its own measure; endings likewise in
    their own measure. ``as_planned`` gives what is expected of them, without the draws: all that
    the desk can know ahead. Types with a fixed level have neither.
    """
    n, desk = world.replications, world.scenario.reception.desk

    def number(path: str, quantity: Quantity) -> Floats:
        return np.full(1, quantity.single) if as_planned else world.values.at(path, day)

    realised = number("reception.desk.openings_realised", desk.openings_realised)
    delay = number("reception.desk.openings_delay", desk.openings_delay)
    opened, ended = [], []
    for name, place in world.scenario.reception.places.items():
        gross, gone = np.zeros(n), np.zeros(n)
        for kind, plans, late in (
            ("openings", place.openings, delay),
            ("endings", place.endings, 0),
        ):
            for index, plan in enumerate(plans if place.level is None else ()):
                places = number(f"reception.places.{name}.{kind}.{index}.places", plan.places)
                begins, ends = world.clock.day_of(plan.begins), world.clock.day_of(plan.ends)
                before = min(max((0 - begins) / (ends - begins), 0.0), 1.0)
                part = np.minimum(np.maximum((day - late - begins) / (ends - begins), 0.0), 1.0)
                came = places * np.maximum(part - before, 0.0)
                if kind == "openings":
                    gross += came * realised
                else:
                    gone += came
        opened.append(gross)
        ended.append(gone)
    return np.stack(opened, axis=1), np.stack(ended, axis=1)


@dataclass
class _Planned:
    """Places opened and ended by plan so far: (replications, types)."""

    opened: Floats
    ended: Floats


def capacity_plan(world: SimState) -> Actor:
    """Places open and end as planned: fixed stocks on their path, others by openings and endings.

    Ending places are those with a contract that is not renewed; a place type can't fall below
    zero. A place that was given up by notice is one whose contract does not have to end any more.
    Where spending follows the
    budget, openings that no money is left for do not happen and are not made up for.
    """
    ledger, scenario = world.ledger, world.scenario
    types = list(scenario.reception.places)
    nothing = np.zeros((world.replications, len(types)))
    before = world.actor_memory(_Planned, lambda: _Planned(nothing, nothing))
    for step, moment in world.steps(hour=10):
        yield world.until(moment)
        opened, ended = (np.floor(part) for part in planned_places(world, step.day))
        ended = np.maximum(ended - given_up(world), before.ended)
        up, down = opened - before.opened, ended - before.ended
        before.opened, before.ended = opened, ended
        stock = ledger.stocks["places_open"]
        for index, name in enumerate(types):
            if scenario.reception.places[name].level is not None:
                level = world.values.at(f"reception.places.{name}.level", step.day)
                change = np.rint(level) - stock[:, index]
                up[:, index] = np.maximum(change, 0)
                down[:, index] = np.maximum(-change, 0)
        opening = up.astype(np.int64)
        if scenario.closing == "constrained":
            opening = affordable_orders(world, step.day, opening)
        ledger.move(opening, "place_market", "places_open")
        gone = np.minimum(down.astype(np.int64), ledger.stocks["places_open"])
        ledger.move(gone, "places_open", "place_market")


def given_up(world: SimState) -> Counts:
    """Places given up by notice so far: (replications, types)."""
    flows = world.ledger.flows.get(("places_open", "places_notice"))
    if flows is None:
        return np.zeros_like(world.ledger.stocks["places_open"])
    total: Counts = flows.sum(axis=0, dtype=np.int64)
    return total


def official_people(world: SimState, day: int) -> Floats:
    """People in reception by the official path on a day, its points joined by straight lines."""
    path = world.scenario.reception.desk.official_path
    days = [world.clock.day_of(moment) for moment, _ in path.pairs()]
    need = np.interp(day, days, path.numbers())
    return np.full(1, need * world.scenario.reception.need_fill.single)


@dataclass
class _Desk:
    """State of the capacity desk.

    Places ``on_order`` and ``on_notice`` (replications, types) by week of opening or
    end, people of the ``past`` weeks (replications,), and the day of its next round.
    """

    on_order: deque[Counts]
    on_notice: deque[Counts]
    past: deque[Floats]
    next_day: int = 0


def _desk_at_start(world: SimState) -> _Desk:
    desk = world.scenario.reception.desk
    nothing = np.zeros((world.replications, len(world.scenario.reception.places)), np.int64)
    return _Desk(
        deque(nothing for _ in range(weeks(desk.lead_weeks))),
        deque(nothing for _ in range(weeks(desk.notice_weeks))),
        deque(maxlen=weeks(desk.trend_weeks) + 1),
    )


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
    types = list(scenario.reception.places)
    order_rank = [types.index(name) for name in flexible(scenario)]
    notice_rank = _dearest_first(scenario)
    shape = (world.replications, len(types))
    mine = world.actor_memory(_Desk, lambda: _desk_at_start(world))
    for step, moment in world.steps(hour=11):
        yield world.until(moment)
        if step.day < mine.next_day:
            continue
        due, mine.next_day = mine.next_day, mine.next_day + DAYS_A_WEEK
        ledger.move(mine.on_order.popleft(), "places_ordered", "places_open")
        ledger.move(mine.on_notice.popleft(), "places_notice", "place_market")

        people = entitled(world, step.day).sum(axis=1).astype(np.float64)
        mine.past.append(people)
        wanted = _wanted_places(world, step.day, mine.past)
        surplus = _expected_places(world, step.day) - wanted
        orders, notices = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        short = np.maximum(-surplus, 0.0)
        for index in order_rank:
            limit = world.values.at(f"reception.places.{types[index]}.order_limit", step.day)
            orders[:, index] = np.minimum(np.ceil(short), np.floor(limit))
            short = np.maximum(short - orders[:, index], 0.0)
        total = ledger.stocks["places_open"].sum(axis=1)
        spare = np.maximum(surplus - world.values.at("reception.desk.slack", step.day) * total, 0.0)
        for index in notice_rank:
            notices[:, index] = np.minimum(np.floor(spare), ledger.stocks["places_open"][:, index])
            spare = np.maximum(spare - notices[:, index], 0.0)
        if scenario.closing == "constrained":
            known = PendingClosures(due, tuple(mine.on_notice))
            notices = np.maximum(notices, unaffordable_places(world, step.day, known))
            orders = affordable_orders(world, step.day, orders, known)
        ledger.move(orders, "place_market", "places_ordered")
        ledger.move(notices, "places_open", "places_notice")
        mine.on_order.append(orders)
        mine.on_notice.append(notices)


def _wanted_places(world: SimState, day: int, past: deque[Floats]) -> Floats:
    """Places wanted a lead time ahead, for the people the desk then expects."""
    desk = world.scenario.reception.desk
    seen = max(len(past) - 1, 1)
    trend = (past[-1] - past[0]) / seen if len(past) > weeks(desk.trend_weeks) // 2 else 0.0
    own = past[-1] + trend * weeks(desk.lead_weeks)
    weight = world.values.at("reception.desk.official_weight", day)
    official = official_people(world, day + weeks(desk.lead_weeks) * DAYS_A_WEEK)
    expected = (1 - weight) * own + weight * official
    wanted: Floats = expected / world.values.at("reception.desk.planned_fill", day)
    return wanted


def _expected_places(world: SimState, day: int) -> Floats:
    """Places a lead time ahead as the desk knows them: open, on order, and planned changes."""
    stocks = world.ledger.stocks
    ahead = day + weeks(world.scenario.reception.desk.lead_weeks) * DAYS_A_WEEK
    now_up, now_down = planned_places(world, day, as_planned=True)
    then_up, then_down = planned_places(world, ahead, as_planned=True)
    change = (then_up - now_up) - (then_down - now_down)
    expected = stocks["places_open"] + stocks["places_ordered"] + change
    total: Floats = np.maximum(expected, 0.0).sum(axis=1)
    for name, place in world.scenario.reception.places.items():
        if place.level is not None:
            path = f"reception.places.{name}.level"
            step_up = place.level.on(world.clock.date_of(ahead)) - place.level.on(
                world.clock.date_of(day)
            )
            total = total + step_up * np.ones_like(world.values.at(path, day))
    return total


def _dearest_first(scenario: Scenario) -> list[int]:
    places = scenario.reception.places
    order = sorted(places, key=lambda name: -places[name].fill_rank)
    return [list(places).index(name) for name in order if places[name].notice]


def beds(people: Counts, places: Counts, ranks: list[int], fill: Floats) -> tuple[Counts, Counts]:
    """Allocate people to places: (replications, types), and (replications,) without a place.

    Place types are filled in the order ``ranks``, each first to the planned ``fill``, then, if
    people are left, to the last bed; who is left then is beyond all places.
    """
    usable = np.minimum(np.rint(places * fill[:, None]).astype(np.int64), places)
    slept = np.zeros_like(places)
    left = people.copy()
    for limit in (usable, places):
        for index in ranks:
            more = np.minimum(left, limit[:, index] - slept[:, index])
            slept[:, index] += more
            left -= more
    return slept, left


def placement(world: SimState) -> Actor:
    """Place everyone entitled to reception; people without a place are counted."""
    ledger, scenario = world.ledger, world.scenario
    names = list(scenario.reception.places)
    ranks = sorted(range(len(names)), key=lambda i: scenario.reception.places[names[i]].fill_rank)
    for step, moment in world.steps(hour=12):
        yield world.until(moment)
        people = entitled(world, step.day).sum(axis=1)
        places = ledger.stocks["places_open"] + ledger.stocks["places_notice"]
        fill = world.values.at("reception.desk.planned_fill", step.day)
        slept, beyond = beds(people, places, ranks, fill)
        _book(world, slept - ledger.stocks["beds"], "beds")
        _book(world, beyond[:, None] - ledger.stocks["beyond_places"], "beyond_places")


def _book(world: SimState, change: Counts, account: str) -> None:
    world.ledger.move(np.maximum(change, 0), "no_bed", account)
    world.ledger.move(np.maximum(-change, 0), account, "no_bed")

"""Reception capacity: places by plan, COA's capacity desk, and who sleeps where."""

from __future__ import annotations

from collections import deque

import numpy as np

from ..clock import DAYS_A_WEEK
from ..model.spending_limit import PendingClosures, affordable_orders, unaffordable_places
from ..model.state import Actor
from .population import Population


def in_reception(country: Population) -> int:
    """Return people entitled to reception: asylum phase and status holders outside transit."""
    return country.here + int(country.world.ledger.stocks["status_holders"][0, 0])


def beds(country: Population) -> Actor:
    """Give everyone a bed, types in fill order, and count those without one (hour 12)."""
    world, ledger = country.world, country.world.ledger
    types = list(world.scenario.reception.places.values())
    ranks = sorted(range(len(types)), key=lambda index: types[index].fill_rank)
    for _, moment in world.steps(hour=12):
        yield world.until(moment)
        left, fill = in_reception(country), country.number("reception.desk.planned_fill")
        there = (ledger.stocks["places_open"] + ledger.stocks["places_notice"])[0]
        slept = np.zeros(len(types), dtype=np.int64)
        for limit in ([min(round(n * fill), n) for n in there.tolist()], there.tolist()):
            for index in ranks:
                more = min(left, limit[index] - int(slept[index]))
                slept[index] += more
                left -= more
        if country.followed:
            _look_for(country, ledger.stocks["beds"][0], slept)
        _rebook(country, slept - ledger.stocks["beds"][0], "beds")
        _rebook(country, np.array([left]) - ledger.stocks["beyond_places"][0], "beyond_places")


def _look_for(country: Population, before: np.ndarray, now: np.ndarray) -> None:
    """Locate the bed of the traced person among people who are alike in the model.

    A newcomer gets one of the beds taken since yesterday; a person in a type that empties may
    have to move to one that fills.
    """
    if country.followed > len(country.people):
        return
    person = country.people[country.followed - 1]
    types = [*country.world.scenario.reception.places, "beyond all places"]
    if not person.inside:
        person.bed = ""
        return
    filling = np.maximum(now - before, 0).astype(float)
    if person.bed in types[:-1]:
        index = types.index(person.bed)
        fewer = max(int(before[index] - now[index]), 0)
        if not country.happens(fewer / max(int(before[index]), 1)):
            return
    chances = filling if filling.sum() else now.astype(float)
    bed = types[-1]
    if chances.sum():
        bed = types[int(country.chance.choice(len(now), p=chances / chances.sum()))]
    if bed != person.bed:
        person.bed = bed
        person.diary.append((country.env.now, f"bed {bed}"))


def _rebook(country: Population, change: np.ndarray, account: str) -> None:
    ledger = country.world.ledger
    ledger.move(np.maximum(change, 0)[None, :], "no_bed", account)
    ledger.move(np.maximum(-change, 0)[None, :], account, "no_bed")


def planned_places(country: Population) -> Actor:
    """Places open and end as planned; openings come true in part and late (hour 10)."""
    world, ledger = country.world, country.world.ledger
    opened: dict[str, int] = {}
    ended: dict[str, int] = {}
    for step, moment in world.steps(hour=10):
        yield world.until(moment)
        flows = ledger.flows.get(("places_open", "places_notice"))
        gone = [] if flows is None else flows.sum(axis=(0, 1)).tolist()
        given = dict(zip(world.scenario.reception.places, gone, strict=False))
        row = np.zeros((2, len(world.scenario.reception.places)), dtype=np.int64)
        for index, (name, place) in enumerate(world.scenario.reception.places.items()):
            if place.level is not None:
                level = round(country.number(f"reception.places.{name}.level"))
                change = level - int(ledger.stocks["places_open"][0, index])
                row[0, index], row[1, index] = max(change, 0), max(-change, 0)
                continue
            up, down = (int(np.floor(part)) for part in _by_plan(country, name, step.day))
            down = max(down - given.get(name, 0), ended.get(name, 0))
            row[0, index] = up - opened.get(name, 0)
            row[1, index] = down - ended.get(name, 0)
            opened[name], ended[name] = up, down
        opening = row[:1]
        if world.scenario.closing == "constrained":
            opening = affordable_orders(world, step.day, opening)
        ledger.move(opening, "place_market", "places_open")
        ledger.move(
            np.minimum(row[1:], ledger.stocks["places_open"]), "places_open", "place_market"
        )


def _by_plan(
    country: Population, name: str, day: int, *, known: bool = False
) -> tuple[float, float]:
    """Places of a type opened and ended by a day; ``known``: as far as the desk can know ahead."""
    reception = country.world.scenario.reception
    place, rules = reception.places[name], reception.desk
    realised, late = rules.openings_realised.single, rules.openings_delay.single
    if not known:
        realised = country.number("reception.desk.openings_realised")
        late = country.number("reception.desk.openings_delay")

    def done(kind: str, delay: float) -> float:
        total = 0.0
        for index, plan in enumerate(getattr(place, kind)):
            begins, ends = (country.world.clock.day_of(d) for d in (plan.begins, plan.ends))
            path = f"reception.places.{name}.{kind}.{index}.places"
            places = plan.places.single if known else country.number(path)
            part = min(max((day - delay - begins) / (ends - begins), 0.0), 1.0)
            before = min(max(-begins / (ends - begins), 0.0), 1.0)
            total += places * max(part - before, 0.0)
        return total

    if place.level is not None:
        return 0.0, 0.0
    return done("openings", late) * realised, done("endings", 0.0)


def desk(country: Population) -> Actor:
    """Plan ahead once a week: order the cheapest places, end the dearest (hour 11)."""
    world, ledger = country.world, country.world.ledger
    scenario = world.scenario
    rules, places = scenario.reception.desk, scenario.reception.places
    names = list(places)
    lead, notice = round(rules.lead_weeks.single), round(rules.notice_weeks.single)
    past: deque[int] = deque(maxlen=round(rules.trend_weeks.single) + 1)
    ordered = deque([np.zeros((1, len(names)), np.int64) for _ in range(lead)])
    ending = deque([np.zeros((1, len(names)), np.int64) for _ in range(notice)])
    ranked = sorted(range(len(names)), key=lambda index: places[names[index]].fill_rank)
    next_day = 0
    for step, moment in world.steps(hour=11):
        yield world.until(moment)
        if step.day < next_day:
            continue
        next_day += DAYS_A_WEEK
        ledger.move(ordered.popleft(), "places_ordered", "places_open")
        ledger.move(ending.popleft(), "places_notice", "place_market")
        past.append(in_reception(country))
        surplus = _expected(country, step.day, lead) - _wanted(country, step.day, past, lead)
        orders, notices = np.zeros((1, len(names)), np.int64), np.zeros((1, len(names)), np.int64)
        short = max(-surplus, 0.0)
        for index in ranked:
            if places[names[index]].order_limit is not None:
                limit = country.number(f"reception.places.{names[index]}.order_limit")
                orders[0, index] = min(np.ceil(short), np.floor(limit))
                short = max(short - orders[0, index], 0.0)
        stands = ledger.stocks["places_open"][0]
        spare = max(surplus - country.number("reception.desk.slack") * stands.sum(), 0.0)
        for index in reversed(ranked):
            if places[names[index]].notice:
                notices[0, index] = min(np.floor(spare), stands[index])
                spare = max(spare - notices[0, index], 0.0)
        if scenario.closing == "constrained":
            known = PendingClosures(next_day - DAYS_A_WEEK, tuple(ending))
            notices = np.maximum(notices, unaffordable_places(world, step.day, known))
            orders = affordable_orders(world, step.day, orders, known)
        ledger.move(orders, "place_market", "places_ordered")
        ledger.move(notices, "places_open", "places_notice")
        ordered.append(orders)
        ending.append(notices)


def _wanted(country: Population, day: int, past: deque[int], lead: int) -> float:
    """Places for the people expected a lead time ahead, by the trend and the official path."""
    world = country.world
    rules = world.scenario.reception.desk
    trend = 0.0
    if len(past) > round(rules.trend_weeks.single) // 2:
        trend = (past[-1] - past[0]) / max(len(past) - 1, 1)
    own = past[-1] + trend * lead
    pairs = rules.official_path.pairs()
    need = np.interp(
        day + lead * DAYS_A_WEEK,
        [world.clock.day_of(moment) for moment, _ in pairs],
        [number for _, number in pairs],
    )
    weight = country.number("reception.desk.official_weight")
    official = need * world.scenario.reception.need_fill.single
    expected = (1 - weight) * own + weight * official
    return float(expected / country.number("reception.desk.planned_fill"))


def _expected(country: Population, day: int, lead: int) -> float:
    """Places a lead time ahead as the desk knows them: open, on order, and planned changes."""
    world = country.world
    ahead, total = day + lead * DAYS_A_WEEK, 0.0
    stocks = world.ledger.stocks["places_open"] + world.ledger.stocks["places_ordered"]
    for index, (name, place) in enumerate(world.scenario.reception.places.items()):
        now, then = (_by_plan(country, name, when, known=True) for when in (day, ahead))
        change = (then[0] - now[0]) - (then[1] - now[1])
        total += max(float(stocks[0, index]) + change, 0.0)
        if place.level is not None:
            total += place.level.on(world.clock.date_of(ahead)) - place.level.on(
                world.clock.date_of(day)
            )
    return total

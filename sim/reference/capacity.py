"""Reception capacity: places by plan, COA's capacity desk, and who sleeps where."""

from __future__ import annotations

from collections import defaultdict, deque

import numpy as np

from ..clock import DAYS_A_WEEK
from ..model.numbers import Added
from ..model.sampling import Counts
from ..model.spending_limit import PendingClosures, affordable_orders, unaffordable_places
from ..model.state import DAYS_A_YEAR, Actor
from . import plans
from .population import Population

PACE_WEEKS = 4
"""Weeks over which the pace of applications is measured."""


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
    """Look at the rules of the plan once a week, and book what they order and give up (hour 11)."""
    world = country.world
    rules, places = world.scenario.reception.desk, world.scenario.reception.places
    plan = plans.plan_of(world.scenario, country.number)
    lead, notice = round(rules.lead_weeks.single), round(rules.notice_weeks.single)
    past: deque[int] = deque(maxlen=round(rules.trend_weeks.single) + 1)
    opening: dict[int, Counts] = defaultdict(lambda: np.zeros((1, len(places)), np.int64))
    ending: dict[int, Counts] = defaultdict(lambda: np.zeros((1, len(places)), np.int64))
    next_day = week = 0
    for step, moment in world.steps(hour=11):
        yield world.until(moment)
        if step.day < next_day:
            continue
        next_day += DAYS_A_WEEK
        _arrive(country, opening.pop(week, None), ending.pop(week, None))
        past.append(in_reception(country))
        coming: Counts = np.sum([opening[week + later] for later in range(1, lead + 1)], axis=0)
        surplus = _expected(country, step.day, lead, coming)
        surplus -= _wanted(country, step.day, past, lead)
        decided = plans.decide(plan, _morning(country, week, surplus))
        if world.scenario.closing == "constrained":
            longest = max([notice, *(rule.lead for rule in plan.rules)])
            known = [ending[week + later] for later in range(1, longest + 1)]
            due = PendingClosures(next_day - DAYS_A_WEEK, known)
            ending[week + notice] += _pay_for(country, decided, due)
        plans.settle(plan, week, decided)
        _book(country, decided, week, opening, ending)
        for kind in Added:
            world.numbers.added[0, kind] = plans.added(plan, kind.name.lower(), week)
        week += 1


def _morning(country: Population, week: int, surplus: float) -> plans.Morning:
    """What COA sees today; ``surplus`` are places beyond those wanted a lead time ahead."""
    stocks, places = country.world.ledger.stocks, country.world.scenario.reception.places
    return plans.Morning(
        week,
        country.world.clock.date_of(country.day),
        _series(country, week, surplus),
        dict(zip(places, stocks["places_open"][0].tolist(), strict=True)),
        {
            name: int(stocks["places_standby"][0, index])
            for index, name in enumerate(places)
            if places[name].standby
        },
        {
            name: country.number(f"reception.places.{name}.order_limit")
            for name in places
            if places[name].order_limit
        },
    )


def _series(country: Population, week: int, surplus: float) -> dict[str, float]:
    """Figures that rules watch, as they are today."""
    ledger = country.world.ledger
    total = {name: float(stock.sum()) for name, stock in ledger.stocks.items()}
    slack = country.number("reception.desk.slack") * total["places_open"]
    series = {
        "people": float(in_reception(country)),
        "without_place": total["beyond_places"],
        "waiting_for_home": total["status_holders"] + total["transit"],
        "pending": total["pending"] + total["other_cases"],
        "expected_shortage": max(-surplus, 0.0),
        "expected_surplus": max(surplus - slack, 0.0),
    }
    country.applied_by_week.append(int(ledger.flows["outside", "pending"].sum()))
    if week >= PACE_WEEKS:
        came = country.applied_by_week[week] - country.applied_by_week[week - PACE_WEEKS]
        series["applications"] = came / (PACE_WEEKS * DAYS_A_WEEK) * DAYS_A_YEAR
    paid = (ledger.stocks["places_open"] + ledger.stocks["places_notice"])[0]
    if paid.sum():
        series["fill"] = total["beds"] / float(paid.sum())
    for index, name in enumerate(country.world.scenario.reception.places):
        if paid[index]:
            series[f"fill of {name}"] = float(ledger.stocks["beds"][0, index] / paid[index])
    return series


def _arrive(country: Population, opening: Counts | None, ending: Counts | None) -> None:
    """Open what was ordered for this week; what was under notice ends, or is ready again."""
    ledger = country.world.ledger
    if opening is not None:
        ledger.move(opening, "places_ordered", "places_open")
    if ending is not None:
        ready = _is_standby(country)
        ledger.move(np.where(ready, 0, ending), "places_notice", "place_market")
        ledger.move(np.where(ready, ending, 0), "places_notice", "places_standby")


def _is_standby(country: Population) -> list[bool]:
    return [bool(place.standby) for place in country.world.scenario.reception.places.values()]


def _of(country: Population, decided: list[plans.Decision], kind: str) -> Counts:
    """Places that are ordered or given up, by type: (1, types)."""
    names = list(country.world.scenario.reception.places)
    row = np.zeros((1, len(names)), np.int64)
    for one in decided:
        row[0, names.index(one.place)] += one.places if one.kind == kind else 0
    return row


def _pay_for(country: Population, decided: list[plans.Decision], known: PendingClosures) -> Counts:
    """Cut orders to what the money pays for; give notice on what it can't pay for.

    The orders of the first rules are kept first. Returns the notices beyond those of the rules.
    """
    world, day = country.world, country.day
    going = unaffordable_places(world, day, known) - _of(country, decided, "close")
    more: Counts = np.maximum(going, 0)
    paid_for = affordable_orders(world, day, _of(country, decided, "open"), known)
    left = dict(zip(world.scenario.reception.places, paid_for[0].tolist(), strict=True))
    for one in decided:
        if one.kind == "open":
            one.places = min(one.places, left[one.place])
            left[one.place] -= one.places
    world.ledger.move(more, "places_open", "places_notice")
    return more


def _book(
    country: Population,
    decided: list[plans.Decision],
    week: int,
    opening: dict[int, Counts],
    ending: dict[int, Counts],
) -> None:
    """Book what has been decided, and note for each type when it opens and ends."""
    ledger, ready = country.world.ledger, _is_standby(country)
    for one in decided:
        row = _of(country, [one], one.kind)
        if one.kind == "open":
            opening[week + one.rule.lead] += row
            ledger.move(np.where(ready, 0, row), "place_market", "places_ordered")
            ledger.move(np.where(ready, row, 0), "places_standby", "places_ordered")
        else:
            ending[week + one.rule.lead] += row
            ledger.move(row, "places_open", "places_notice")


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


def _expected(country: Population, day: int, lead: int, coming: Counts) -> float:
    """Places a lead time ahead as the desk knows them: open, coming, and planned changes."""
    world = country.world
    ahead, total = day + lead * DAYS_A_WEEK, 0.0
    stocks = world.ledger.stocks["places_open"] + coming
    for index, (name, place) in enumerate(world.scenario.reception.places.items()):
        now, then = (_by_plan(country, name, when, known=True) for when in (day, ahead))
        change = (then[0] - now[0]) - (then[1] - now[1])
        total += max(float(stocks[0, index]) + change, 0.0)
        if place.level is not None:
            total += place.level.on(world.clock.date_of(ahead)) - place.level.on(
                world.clock.date_of(day)
            )
    return total

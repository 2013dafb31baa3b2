"""Plans for the tests, and the second model's rules in the place of the engine's."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from sim.clock import StepLength
from sim.model.engine import ACTORS, calendar, end_of_step, simulate
from sim.model.inflow_process import composition, deviation_path
from sim.model.ledger import Ledger
from sim.model.plan_rules import plan_rules
from sim.model.reception import people_entitled
from sim.model.sampling import Counts
from sim.model.state import Actor, SimState
from sim.model.uncertainty import Uncertainty
from sim.reference import capacity
from sim.reference.population import Population
from sim.scenario import Scenario

from .scenarios import change

UNITS = {
    "fill": "share",
    "people": "persons",
    "without_place": "persons",
    "waiting_for_home": "persons",
    "applications": "persons/year",
    "pending": "cases",
    "expected_shortage": "places",
    "expected_surplus": "places",
}
AMOUNTS = {
    "open": "places",
    "close": "places",
    "decisions": "decision equivalents/year",
    "homes": "persons/year",
}
NEVER = ("people", {"above": 9e6})
"""A condition that never holds."""
ALWAYS = ("people", {"above": 1})
DESK = {
    "orders": {"when": {"series": "expected_shortage"}, "do": {"difference": "open"}},
    "notice": {"when": {"series": "expected_surplus"}, "do": {"difference": "close"}},
}
"""The capacity desk written as a plan."""
Rule = dict[str, Any]


def stated(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "assumption": "set by a test"}


def priced(value: float, unit: str) -> dict[str, Any]:
    return stated(value, unit) | {"price_level": 2023}


def rule(
    when: tuple[str, dict[str, Any]],
    do: dict[str, Any],
    *,
    most: float | None = None,
    until: str | None = None,
    **weeks: float,
) -> Rule:
    """A rule in the words of a scenario: ``rule(("fill", {"above": 0.9}), {"open": 500})``.

    ``weeks`` are lead_weeks, pause_weeks and minimum_stay_weeks; for_weeks and lag_weeks stand in
    ``when``.
    """
    series, line = when
    written: dict[str, Any] = {"series": series}
    for key, value in line.items():
        unit = UNITS[series] if key in ("above", "below") else "weeks"
        written[key] = value if key == "place" else stated(value, unit)
    done = {k: stated(v, AMOUNTS[k]) if k in AMOUNTS else v for k, v in do.items()}
    found: Rule = {"when": written, "do": done}
    found |= {key: stated(value, "weeks") for key, value in weeks.items()}
    found |= {} if most is None else {"most": stated(most, "places")}
    return found | ({} if until is None else {"until": until})


def with_plan(
    scenario: Scenario,
    rules: dict[str, Rule] | None = None,
    *,
    desk: bool = True,
    standby: float | None = None,
    more: dict[str, Any] | None = None,
) -> Scenario:
    """The scenario with a plan; ``standby`` places of a type ``ready`` open within two weeks."""
    changes: dict[str, Any] = {"plan": {"desk": desk, "rules": rules or {}}}
    if standby is not None:
        changes["reception.places.ready"] = ready_places(standby)
    return change(scenario, changes | (more or {}))


def ready_places(places: float) -> dict[str, Any]:
    """A type of place on standby: 6,000 a year, 500 to open, 300 to close; 30,000 when open."""
    return {
        "title": {"en": "Kept ready", "nl": "Op afroep"},
        "fill_rank": 9,
        "opening_people": stated(0, "persons"),
        "opening_status_holders": stated(0, "persons"),
        "opening_places": stated(0, "places"),
        "standby": {
            "places": stated(places, "places"),
            "price": priced(6_000, "EUR/place/year"),
            "lead_weeks": stated(2, "weeks"),
            "opening_cost": priced(500, "EUR/place"),
            "closing_cost": priced(300, "EUR/place"),
        },
        "price": priced(30_000, "EUR/place/year") | {"fill": 0.95},
    }


def by_second_model(world: SimState) -> Actor:
    """The rules of the plan as the second model reads them, on the books of the engine."""
    country = Population(
        world,
        np.random.default_rng(0),
        deviation_path(world.scenario, world.clock, world.ledger.samples, 1),
        composition(world.scenario, world.clock, world.ledger.samples, 1),
        [deque() for _ in world.groups],
    )
    world.env.process(_counted(country))
    yield from capacity.desk(country)


def _counted(country: Population) -> Actor:
    """Say before each round who lives in reception in the asylum phase."""
    world = country.world
    for _, moment in world.steps(hour=10):
        yield world.until(moment + 0.5 / 24)
        status = world.ledger.stocks["status_holders"][0, 0]
        country.here = int(people_entitled(world)[0] - status)


SECOND = tuple(by_second_model if actor is plan_rules else actor for actor in ACTORS)
"""The actors of the engine, but for the rules, which are the second model's."""


class Weeks:
    """What stands in the books after each round of the rules, and what moved in it."""

    def __init__(self) -> None:
        self.days: list[int] = []
        self.stocks: list[dict[str, Counts]] = []
        self.moved: list[dict[tuple[str, str], Counts]] = []
        self.added: list[Any] = []

    def __call__(self, world: SimState) -> Actor:
        """Look at each round: the actor to be given to ``simulate`` beside the others."""
        next_day = 0
        for step, moment in world.steps(hour=11):
            yield world.until(moment + 0.5 / 24)
            if step.day < next_day:
                continue
            next_day += 7
            ledger = world.ledger
            self.days.append(step.day)
            self.stocks.append({name: stock.copy() for name, stock in ledger.stocks.items()})
            pairs = [pair for pair in ledger.flows if pair[0].startswith("place")]
            self.moved.append({pair: ledger.flow_in_step(*pair).copy() for pair in pairs})
            self.added.append(world.numbers.added.copy())

    def stock(self, name: str, index: int | None = None) -> Counts:
        """Stock by week: (week, replication), of a type or of all together."""
        rows = np.array([week[name] for week in self.stocks])
        return rows.sum(axis=2) if index is None else rows[:, :, index]

    def flow(self, source: str, target: str, index: int | None = None) -> Counts:
        """Moves by week: (week, replication), of a type or of all together."""
        rows = np.array([week[source, target] for week in self.moved])
        return rows.sum(axis=2) if index is None else rows[:, :, index]


def watched(
    scenario: Scenario,
    replications: int = 1,
    *,
    step: StepLength = "week",
    vary: tuple[Uncertainty, ...] = (),
    until: date | None = None,
    actors: Sequence[Callable[[SimState], Actor]] = ACTORS,
) -> tuple[Ledger, Weeks]:
    """Simulate with an eye on each round; without chance unless ``vary`` says otherwise."""
    weeks = Weeks()
    every: list[Callable[[SimState], Actor]] = [*actors, weeks]
    return simulate(
        scenario, replications, 1, step=step, vary=vary, until=until, actors=every
    ), weeks


def scripted(values: Sequence[int]) -> Callable[[SimState], Actor]:
    """Actor that lets so many people be without a place in each week, and nothing else."""

    def script(world: SimState) -> Actor:
        for step, moment in world.steps(hour=10):
            yield world.until(moment)
            there = int(world.ledger.stocks["beyond_places"][0, 0])
            change = values[min(step.day // 7, len(values) - 1)] - there
            more, less = np.array([[max(change, 0)]]), np.array([[max(-change, 0)]])
            world.ledger.move(more, "no_bed", "beyond_places")
            world.ledger.move(less, "beyond_places", "no_bed")

    return script


def played(scenario: Scenario, values: Sequence[int]) -> Weeks:
    """Rounds of rules on a country where nothing moves but the people without a place, by week."""
    return played_out(scenario, values)[1]


def played_out(scenario: Scenario, values: Sequence[int]) -> tuple[Ledger, Weeks]:
    """The same rounds, with the ledger that they leave."""
    actors = (calendar, scripted(values), plan_rules, end_of_step)
    until = scenario.start + timedelta(days=7 * len(values) - 1)
    return watched(scenario, step="day", until=until, actors=actors)


def by_week(moves: Counts) -> dict[int, int]:
    """The weeks in which something moved, in the first replication, with how many."""
    return {week: int(count) for week, count in enumerate(moves[:, 0]) if count}


def differences(one: Ledger, other: Ledger, month: int | None = None) -> list[str]:
    """Names of the arrays in which two ledgers are not equal to the bit; up to a month if given."""
    found = []
    for name, mine, theirs in _arrays(one.books, other.books):
        if month is None:
            found += [name] * (not np.array_equal(mine, theirs))
        elif name in BY_MONTH:
            found += [name] * (not np.array_equal(mine[:month], theirs[:month]))
    for name, mine, theirs in _arrays(one.record, other.record):
        upto = None if month is None else month + (name == "snapshots")
        if name != "opened" or month is None:
            found += [name] * (not np.array_equal(mine[:upto], theirs[:upto]))
    return found


BY_MONTH = ("flows", "tallies", "waits", "wait_days")


def _arrays(one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    for name in one._fields:
        mine, theirs = getattr(one, name), getattr(other, name)
        if hasattr(mine, "_fields"):
            yield from _arrays(mine, theirs)
        else:
            yield name, mine, theirs

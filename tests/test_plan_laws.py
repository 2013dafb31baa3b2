"""Laws of plans: what never acts changes nothing, and rules see the past of their own run alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.plans import (
    DESK,
    NEVER,
    SECOND,
    UNITS,
    Rule,
    differences,
    rule,
    stated,
    watched,
    with_plan,
)
from support.scenarios import change

from sim.model.engine import ACTORS, simulate
from sim.model.state import Actor, SimState
from sim.model.uncertainty import UNCERTAINTIES
from sim.results.executor import Workers
from sim.results.experiment import Experiment, Settings
from sim.results.tasks import Task, run_tasks
from sim.scenario import Scenario, load

UNTIL = date(2027, 12, 31)
run = partial(simulate, seed=3, step="week", until=UNTIL)
short_run = partial(run, until=date(2026, 6, 30))

LIVELY: dict[str, Rule] = {
    "locations": rule(
        ("fill", {"above": 0.93, "for_weeks": 3}),
        {"open": 700, "place": "emergency_location"},
        pause_weeks=5,
        most=6_000,
        minimum_stay_weeks=20,
    ),
    "ready": rule(
        ("fill", {"above": 0.965}),
        {"open": 300, "place": "ready"},
        minimum_stay_weeks=8,
    ),
    "back": rule(("fill", {"below": 0.955, "for_weeks": 4}), {"close": 200, "place": "ready"}),
    "shift": rule(
        ("pending", {"above": 50_000}), {"decisions": 5_000}, minimum_stay_weeks=10, lead_weeks=8
    ),
    "build": rule(
        ("waiting_for_home", {"above": 18_500}), {"homes": 5_000}, until="2027-06-30", lead_weeks=4
    ),
    "crowd": rule(("applications", {"above": 40_000}), {"open": 100}),
    "close": rule(("people", {"below": 68_000}), {"close": 150}, pause_weeks=2),
}
"""A rule of each kind, all of which act in the baseline within three years."""


BOTH = ["baseline", pytest.param("constrained", marks=pytest.mark.long)]
"""Spending follows need, or the budget."""


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return load("baseline")


@pytest.fixture(scope="module")
def lively(baseline: Scenario) -> Scenario:
    return with_plan(baseline, LIVELY, standby=2_000)


# -- what never acts, and the desk ---------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", BOTH)
def test_a_plan_whose_rules_never_act_is_the_scenario_without_one(name: str) -> None:
    """Every array of the ledger to the bit: rules that never hold, and no rules at all."""
    scenario = load(name)
    plain = short_run(scenario, 3)
    kinds: tuple[dict[str, Any], ...] = (
        {"open": 100},
        {"open": 100, "place": "tgo"},
        {"close": 100},
        {"decisions": 100},
        {"homes": 100},
    )
    rules = {f"r{n}": rule(NEVER, do, lead_weeks=20) for n, do in enumerate(kinds)}
    never = {
        "expected": {
            "when": {"series": "expected_shortage", "above": stated(1e6, "places")},
            "do": {"difference": "open"},
        }
    }
    for plan in ({}, rules | never):
        assert differences(short_run(with_plan(scenario, plan), 3), plain) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", BOTH)
def test_the_desk_of_coa_is_a_plan_of_two_rules(name: str) -> None:
    """Written out as rules it does the same to the bit; without them it does nothing."""
    scenario = load(name)
    plain = short_run(scenario, 3)
    assert plain.flows["places_ordered", "places_open"].any()
    assert plain.flows["places_open", "places_notice"].any()
    assert differences(short_run(with_plan(scenario, DESK, desk=False), 3), plain) == []
    none = short_run(with_plan(scenario, desk=False), 3)
    assert not none.flows["place_market", "places_ordered"].any()


def test_each_rule_of_the_lively_plan_acts(lively: Scenario) -> None:
    """So that the laws below are about something."""
    _, weeks = watched(lively, until=UNTIL)
    added = np.array(weeks.added)[:, 0]
    assert 0 < (added[:, 0] > 0).sum() < len(added)
    assert 0 < (added[:, 1] > 0).sum() < len(added)
    at = {name: index for index, name in enumerate(lively.reception.places)}
    for name in ("emergency_location", "ready", "emergency_hotel"):
        assert weeks.flow("places_ordered", "places_open", at[name]).any()
        assert weeks.flow("places_open", "places_notice", at[name]).any()


# -- the past alone ------------------------------------------------------------------------------

LATER = date(2026, 7, 1)
FUTURES: dict[str, dict[str, Any]] = {
    "inflow": {"inflow.first": {date(2025, 1, 27): 33_000, LATER: 66_000}},
    "homes": {"housing.homes": {date(2025, 1, 27): 28_000, LATER: 8_000}},
    "IND": {"ind.capacity.planned": {date(2025, 1, 27): 45_000, LATER: 25_000}},
    "order limit": {
        "reception.places.emergency_location.order_limit": {
            date(2025, 1, 27): 250,
            LATER: 20,
        }
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(FUTURES))
def test_rules_see_nothing_of_the_future(name: str, lively: Scenario) -> None:
    """Two futures that part on a day: to the bit the same up to it, and different afterwards."""
    (key, path), month = next(iter(FUTURES[name].items())), 17
    before = {key: {day: path[date(2025, 1, 27)] for day in path}}
    one, other = (run(change(lively, changes), 3) for changes in (before, FUTURES[name]))
    assert differences(one, other, month) == []
    assert "flows" in differences(one, other, month + 12)
    acted = one.flows["places_ordered", "places_open"]
    assert acted[:month].any()
    assert (acted[month:] != other.flows["places_ordered", "places_open"][month:]).any()


@pytest.mark.slow
def test_rules_on_figures_see_no_later_level_of_places(baseline: Scenario) -> None:
    """A level is known to COA, which plans with it, but not to who reads figures alone."""
    levels = {date(2025, 1, 27): 36_000, LATER: 30_000}
    rules = {name: one for name, one in LIVELY.items() if one["when"]["series"] in UNITS}
    ledgers = []
    for later in (36_000, 30_000):
        path = {"value": levels | {LATER: later}} | {"unit": "places", "assumption": "test"}
        fixed: dict[str, Any] = {"reception.places.regular.level": path}
        fixed |= {f"reception.places.regular.{key}": [] for key in ("openings", "endings")}
        ledgers.append(run(with_plan(baseline, rules, desk=False, standby=2_000, more=fixed), 3))
    assert differences(ledgers[0], ledgers[1], 17) == []
    assert "flows" in differences(ledgers[0], ledgers[1], 24)


@pytest.mark.slow
@pytest.mark.parametrize("lag", [0, 1, 5])
def test_a_figure_acts_as_late_as_it_is_known_and_no_earlier(lag: int, baseline: Scenario) -> None:
    """In one of two runs 30,000 people come on a day. What the rules do is the same to the bit
    for so many rounds from the first that could see them, and then it is not."""
    rules = {
        "a": rule(
            ("people", {"above": 90_000, "lag_weeks": lag}),
            {"open": 200, "place": "emergency_location"},
        ),
        "b": rule(("people", {"above": 90_000, "lag_weeks": lag}), {"homes": 3_000}),
        "c": rule(("people", {"above": 60_000, "lag_weeks": lag}), {"open": 10}, pause_weeks=4),
    }
    scenario, day = with_plan(baseline, rules, desk=False), 7 * 30 + 3
    asked = partial(watched, scenario, 2, step="day", vary=UNCERTAINTIES, until=date(2025, 12, 31))
    crowded: list[Callable[[SimState], Actor]] = [*ACTORS, partial(crowd, day)]
    found = [asked()[1], asked(actors=crowded)[1]]
    first = next(n for n, seen in enumerate(found[0].days) if seen >= day) + lag
    orders = [weeks.flow("place_market", "places_ordered") for weeks in found]
    assert orders[0][:first].any()
    assert (orders[0][:first] == orders[1][:first]).all()
    assert (orders[1][first] >= orders[0][first] + 200).all()
    homes = [np.array(weeks.added)[:, :, 1] for weeks in found]
    assert not homes[0].any()
    assert not homes[1][:first].any()
    assert (homes[1][first] == 3_000).all()


def crowd(day: int, world: SimState) -> Actor:
    """Let 30,000 people come into reception on a day."""
    yield world.until(day + 0.1)
    more = np.full((world.replications, 1), 30_000)
    world.ledger.move(more, "outside", "accompanying")


# -- how the work is divided ---------------------------------------------------------------------


@pytest.mark.slow
def test_replications_do_not_know_of_each_other(lively: Scenario) -> None:
    """One at a time, or four together: the same to the bit."""
    together = run(lively, 4)
    for number in range(4):
        alone = run(lively, 1, first=number)
        for name, flow in together.flows.items():
            assert (flow[:, number] == alone.flows[name][:, 0]).all(), name
        assert (together.books.tallies[:, number] == alone.books.tallies[:, 0]).all()


@pytest.mark.slow
def test_neither_workers_nor_the_order_of_actors_make_a_difference(lively: Scenario) -> None:
    asked = Settings(6, 3, "week", date(2026, 6, 30))
    found = [next(run_tasks([Task(lively, yearly)], asked, Workers(n))) for n in (1, 2)]
    assert (found[0]["yearly"] == found[1]["yearly"]).all()
    backwards = run(lively, 2, actors=tuple(reversed(ACTORS)))
    assert differences(backwards, run(lively, 2)) == []


def yearly(experiment: Experiment) -> dict[str, Any]:
    return {"yearly": experiment.tables.yearly}


@pytest.mark.slow
def test_days_and_weeks_agree_roughly(lively: Scenario) -> None:
    """Means over ten replications: people within 2%, what the rules open and add within a tenth."""
    both = [
        watched(lively, 10, step=step, vary=UNCERTAINTIES, until=date(2026, 12, 31))
        for step in ("day", "week")
    ]
    days = [ledger.days["beds"][:24].sum() for ledger, _ in both]
    opened = [ledger.flows["places_ordered", "places_open"].sum() for ledger, _ in both]
    closed = [ledger.flows["places_open", "places_notice"].sum() for ledger, _ in both]
    added = [np.array(weeks.added).sum() for _, weeks in both]
    assert days[1] == pytest.approx(days[0], rel=0.02)
    for day, week in (opened, closed, added):
        assert week == pytest.approx(day, rel=0.1)


# -- the second reading of the rules -------------------------------------------------------------


def second(scenario: Scenario, **asked: Any) -> list[str]:
    """Where the engine differs if its rules are those of the second model."""
    mine, theirs = (run(scenario, 1, actors=actors, **asked) for actors in (ACTORS, SECOND))
    return differences(mine, theirs)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "first"),
    [*(("baseline", n) for n in range(3)), pytest.param("constrained", 0, marks=pytest.mark.long)],
)
def test_the_second_model_reads_the_plan_alike(name: str, first: int) -> None:
    """Its rules, in plain Python, in the place of the engine's: the same ledger to the bit."""
    scenario = with_plan(load(name), LIVELY, standby=2_000)
    assert second(scenario, first=first) == []
    assert second(with_plan(load(name), DESK, desk=False), first=first) == []


WEEKS = st.integers(1, 9)
LINES = {
    "fill": st.floats(0.88, 1.0),
    "people": st.integers(55_000, 90_000),
    "without_place": st.integers(0, 3_000),
    "waiting_for_home": st.integers(8_000, 25_000),
    "applications": st.integers(20_000, 60_000),
    "pending": st.integers(30_000, 90_000),
    "expected_shortage": st.integers(0, 3_000),
    "expected_surplus": st.integers(0, 3_000),
}
TYPES = (None, "regular", "tgo", "emergency_location", "emergency_hotel", "ready")


@st.composite
def written_rules(draw: Callable[..., Any]) -> Rule:
    """Any rule that a scenario may hold."""
    series = draw(st.sampled_from(list(LINES)))
    line = {draw(st.sampled_from(["above", "below"])): draw(LINES[series])}
    line |= {
        key: draw(weeks)
        for key, weeks in (("for_weeks", WEEKS), ("lag_weeks", st.integers(0, 9)))
        if draw(st.booleans())
    }
    if series == "fill" and draw(st.booleans()):
        line["place"] = draw(st.sampled_from(["regular", "emergency_ship", "ready"]))
    kind = draw(st.sampled_from(["open", "open", "close", "close", "decisions", "homes"]))
    do: dict[str, Any] = {kind: draw(st.integers(0, 2_500))}
    limits: dict[str, Any] = {}
    if kind in ("open", "close"):
        place = draw(st.sampled_from(TYPES))
        do |= {"place": place} if place else {}
        if series.startswith("expected") and draw(st.booleans()):
            do = {"difference": kind} | ({"place": place} if place else {})
        limits["most"] = draw(st.none() | st.integers(0, 4_000))
    if draw(st.booleans()):
        limits["until"] = draw(st.dates(date(2025, 2, 1), date(2026, 6, 30))).isoformat()
    stay = ("minimum_stay_weeks",) if kind != "close" else ()
    for key in ("lead_weeks", "pause_weeks", *stay):
        if draw(st.booleans()):
            limits[key] = draw(st.integers(1, 30))
    return rule((series, line), do, **limits)


kept = cache(load)


@pytest.mark.long
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(written_rules(), min_size=1, max_size=5),
    st.booleans(),
    st.integers(0, 3_000),
    st.sampled_from(["baseline", "baseline", "constrained"]),
    st.integers(0, 5),
)
def test_the_second_model_reads_any_plan_alike(
    rules: list[Rule], desk: bool, standby: int, name: str, first: int
) -> None:
    plan = {f"r{number}": one for number, one in enumerate(rules)}
    scenario = with_plan(kept(name), plan, desk=desk, standby=standby)
    assert second(scenario, first=first, until=date(2026, 6, 30)) == []

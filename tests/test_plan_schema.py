"""Plans that can't be meant are refused: what is wrong with them, and what to write instead."""

from __future__ import annotations

from typing import Any

import pytest
from support.plans import ALWAYS, NEVER, ready_places, rule, stated, with_plan
from support.scenarios import change

from sim.errors import ScenarioError
from sim.scenario import Scenario, load

OPEN = {"open": 100, "place": "emergency_location"}


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return load("baseline")


def watching(series: str, **line: Any) -> dict[str, Any]:
    """A plan of one rule that opens places, with a line on a series."""
    one = {"when": {"series": series, **line}, "do": rule(ALWAYS, OPEN)["do"]}
    return {"plan": {"rules": {"a": one}}}


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown type opens": (
        {"plan": {"rules": {"a": rule(ALWAYS, {"open": 1, "place": "tent"})}}},
        "unknown place type 'tent'",
        "types are: regular, tgo",
    ),
    "an unknown type is watched": (
        {"plan": {"rules": {"a": rule(("fill", {"above": 0.9, "place": "tent"}), OPEN)}}},
        "unknown place type 'tent'",
        "types are: regular, tgo",
    ),
    "two actions": (
        {"plan": {"rules": {"a": rule(ALWAYS, {"open": 1, "close": 1})}}},
        "a rule does one thing, found 2",
        "write one of",
    ),
    "no action": (
        {"plan": {"rules": {"a": {"when": rule(ALWAYS, OPEN)["when"], "do": {}}}}},
        "a rule does one thing, found 0",
        "write one of",
    ),
    "no line": (
        {"plan": {"rules": {"a": rule(("fill", {}), OPEN)}}},
        "a condition on fill needs one line",
        "write either above: or below:",
    ),
    "two lines": (
        {"plan": {"rules": {"a": rule(("fill", {"above": 0.9, "below": 0.95}), OPEN)}}},
        "a condition on fill needs one line",
        "write either above: or below:",
    ),
    "people in shares": (
        watching("people", above=stated(0.9, "share")),
        "people is in persons",
        "write unit: persons",
    ),
    "a unit that no series has": (
        watching("fill", above=stated(2, "weeks")),
        "fill is in share",
        "write unit: share",
    ),
    "a price as a line": (
        watching("pending", below=stated(2, "EUR/place")),
        "pending is in cases",
        "write unit: cases",
    ),
    "a number of a rule that is not there": (
        {"plan.rules.open_standby.do.open": 2000},
        "there is no 'open_standby' in plan.rules",
        "this scenario has no rules",
    ),
    "people of a type": (
        {"plan": {"rules": {"a": rule(("people", {"above": 1, "place": "tgo"}), OPEN)}}},
        "people is not by type of place",
        "leave place out, or watch fill",
    ),
    "a difference of people": (
        {"plan": {"rules": {"a": rule(ALWAYS, {"difference": "open"})}}},
        "there is no difference to a line in people",
        "state how many places",
    ),
    "homes of a type": (
        {"plan": {"rules": {"a": rule(ALWAYS, {"homes": 1, "place": "tgo"})}}},
        "homes has no type of place",
        "leave place out",
    ),
    "most homes": (
        {"plan": {"rules": {"a": rule(ALWAYS, {"homes": 1}, most=5)}}},
        "only places have a limit",
        "leave most out",
    ),
    "a stay of what closes": (
        {"plan": {"rules": {"a": rule(ALWAYS, {"close": 1}, minimum_stay_weeks=5)}}},
        "closing opens nothing that could stay",
        "leave minimum_stay_weeks out",
    ),
    "half a week": (
        {"plan": {"rules": {"a": rule(ALWAYS, OPEN, pause_weeks=1.5)}}},
        "expected a whole number",
        "round it",
    ),
    "a series that is none": (
        {"plan": {"rules": {"a": {"when": {"series": "mood"}, "do": {}}}}},
        "mood",
        "fill",
    ),
    "standby within a weekly limit": (
        {"reception.places.ready": ready_places(9) | {"order_limit": stated(5, "places/week")}},
        "places of ready are on standby",
        "take out order_limit",
    ),
    "standby with notice": (
        {"reception.places.ready": ready_places(9) | {"notice": True}},
        "places of ready are on standby",
        "take out order_limit, notice",
    ),
    "standby at a level": (
        {"reception.places.ready": ready_places(9) | {"level": stated(5, "places")}},
        "places of ready are on standby",
        "take out order_limit, notice, level",
    ),
    "a rule on a fixed level": (
        {
            "reception.places.regular.level": stated(41_000, "places"),
            "plan": {"rules": {"a": rule(ALWAYS, {"open": 1, "place": "regular"})}},
        },
        "regular has a fixed level, which no rule changes",
        "take the level out",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(REFUSED))
def test_a_plan_that_can_not_be_meant_is_refused_with_advice(name: str, baseline: Scenario) -> None:
    changes, what, advice = REFUSED[name]
    with pytest.raises(ScenarioError) as caught:
        change(baseline, changes)
    said = str(caught.value)
    assert what in said
    assert advice in said


def test_a_plan_of_rules_that_never_act_is_accepted(baseline: Scenario) -> None:
    scenario = with_plan(baseline, {"a": rule(NEVER, OPEN)}, standby=100)
    assert scenario.plan is not None
    assert scenario.plan.desk

"""Scenarios that differ in places alone share their people: simulated once, to the bit the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.plans import differences, rule, with_plan
from support.scenarios import change

from sim.model.accounts import BOOKS_OF_PLACES
from sim.model.engine import actors_with, simulate
from sim.model.ledger import Ledger
from sim.model.sampling import sample
from sim.model.shared_people import SharedPeople, people_of, same_draws
from sim.results.executor import Workers
from sim.results.experiment import Settings
from sim.results.plan_outcomes import PlanOutcomes
from sim.results.rule_actions import PlanActions
from sim.results.tasks import Task, pieces, run_task, run_tasks, together, with_same_people
from sim.scenario import load, quantities

SCENARIOS = Path(__file__).parent.parent / "scenarios"
UNTIL = date(2027, 3, 31)
SETTINGS = Settings(4, 1, "week", date(2026, 12, 31))
run = partial(simulate, seed=3, step="week", until=UNTIL)


def sharing() -> list[str]:
    """Shipped scenarios that may share the people of the baseline."""
    base = people_of(load("baseline"))
    names = (file.stem for file in sorted(SCENARIOS.glob("*.yaml")))
    return [name for name in names if people_of(load(name)) == base]


@cache
def people() -> SharedPeople:
    """People of the baseline, as they are kept for the others."""
    kept = SharedPeople()
    run(load("baseline"), 3, actors=actors_with(kept))
    return kept


def left(one: Ledger, other: Ledger) -> list[str]:
    """Arrays that differ, but for the moves of the last step, which nobody reads after it."""
    return [name for name in differences(one, other) if name != "flows_today"]


@pytest.mark.slow
def test_scenarios_with_the_same_people_give_the_same_ledger_to_the_bit() -> None:
    """Of each shipped scenario that may share them: whole, and places alone."""
    names = sharing()
    assert {"baseline", "standby-5000", "early-warning", "fixed-stock-41000"} <= set(names)
    for name in names:
        scenario = load(name)
        whole, places = run(scenario, 3), run(scenario, 3, actors=actors_with(people()))
        assert left(places, whole) == [], name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["baseline", "ind-follows-budget", "year-2024"])
def test_no_number_of_places_changes_people(name: str) -> None:
    """All of them changed together: people do the same, simulated whole, and places do not."""
    base = load(name)
    numbers = {
        path: (0.9 if number.unit == "share" else 1.3) * number.single
        for path, number in quantities(base)
        if path.startswith(("reception.places.", "reception.desk."))
        and isinstance(number.value, (int, float))
        and not path.endswith(("opening_people", "opening_status_holders", "trend_weeks"))
        and number.single
    }
    assert len(numbers) > 15
    whole = ("places", "persons", "weeks", "days", "places/week")
    units = {path: number.unit for path, number in quantities(base)}
    changes = {
        path: round(value) if units[path] in whole else round(value, 3)
        for path, value in numbers.items()
    }
    other = change(base, changes)
    assert people_of(other) == people_of(base)
    until = min(UNTIL, base.until)
    ours, theirs = (run(one, 2, vary=("process",), until=until) for one in (base, other))
    cells = ours.people_cells()
    assert np.array_equal(ours.books.stock[:, cells], theirs.books.stock[:, cells])
    for names, moved in ours.flows.items():
        if ours.accounts[names[0]].book not in BOOKS_OF_PLACES:
            assert np.array_equal(moved, theirs.flows[names]), names
    assert not np.array_equal(ours.days["places_open"], theirs.days["places_open"])


@pytest.mark.long
def test_rules_that_look_at_people_see_of_them_what_they_see_without_sharing() -> None:
    """Of each series, by the day: its line lies where the rule acts now and then."""
    lines = {"people": 71_000, "pending": 50_000, "waiting_for_home": 18_500}
    rules = {name: rule((name, {"above": line}), {"open": 50}) for name, line in lines.items()}
    rules |= {
        "fill": rule(("fill", {"above": 0.95}), {"open": 50}),
        "short": rule(("without_place", {"above": 100}), {"open": 50}),
        "applications": rule(("applications", {"above": 30_000}), {"open": 50}),
    }
    rules["applications"]["when"]["lag_weeks"] = {"value": 0, "unit": "weeks", "assumption": "x"}
    scenario = with_plan(load("baseline"), rules)
    daily: dict[str, Any] = {"step": "day", "until": date(2025, 9, 30)}
    kept = SharedPeople()
    run(load("baseline"), 2, **daily, actors=actors_with(kept))
    places = run(scenario, 2, **daily, actors=actors_with(kept))
    assert left(places, run(scenario, 2, **daily)) == []
    assert left(places, run(load("baseline"), 2, **daily)) != []


@pytest.mark.parametrize(
    "changes",
    [
        {"closing": "constrained"},
        {"housing.homes": 30_000},
        {"reception.in_reception_factor": 1.01},
        {"reception.places.regular.opening_people": 30_000},
        {"prices.severance": 2_000},
    ],
)
def test_another_number_of_people_is_not_shared(changes: dict[str, Any]) -> None:
    """Money may decide about people, so it counts as theirs too."""
    base = load("baseline")
    assert people_of(change(base, changes)) != people_of(base)
    if changes == {"closing": "constrained"}:
        assert people_of(change(base, changes)) is None


@pytest.mark.parametrize("does", [{"decisions": 5_000}, {"homes": 5_000}])
def test_a_rule_that_changes_people_is_not_shared(does: dict[str, Any]) -> None:
    of_people = with_plan(load("baseline"), {"one": rule(("people", {"above": 1}), does)})
    assert people_of(of_people) is None


def test_numbers_of_places_may_be_drawn_apart_and_numbers_of_people_may_not() -> None:
    """An uncertain number that becomes certain, or draws in another order, is seen."""
    drawn = sample(load("baseline"), 4, 1, until=UNTIL)
    slack = "reception.desk.slack"
    assert slack in drawn
    assert "housing.homes" in drawn
    assert same_draws(drawn, {name: drawn[name] for name in drawn if name != slack})
    assert same_draws(drawn, drawn | {slack: drawn[slack][::-1]})
    assert not same_draws(drawn, {name: drawn[name] for name in drawn if name != "housing.homes"})
    assert not same_draws(drawn, drawn | {"housing.homes": drawn["housing.homes"][::-1]})


def task(name: str, **more: Any) -> Task[dict[str, Any]]:
    return Task(load(name), PlanActions(PlanOutcomes()), volumes_only=True, **more)


def test_neighbours_with_the_same_people_and_replications_are_one_piece_of_work() -> None:
    """In their order, at most so many; another scenario or other replications between them part."""
    names = ["baseline", "standby-5000", "constrained", "constrained", "fixed-stock-41000"]
    tasks = [*map(task, names), task("baseline"), task("baseline", first=4), task("early-warning")]
    drawn = sample(load("baseline"), 4, 1, until=SETTINGS.until)
    fewer = {name: drawn[name] for name in drawn if name != "housing.homes"}
    tasks.append(task("baseline", samples=fewer))
    groups = list(with_same_people(tasks, SETTINGS, 16))
    assert [len(group) for group in groups] == [2, 1, 1, 2, 1, 1, 1]
    assert [one.scenario for group in groups for one in group] == [one.scenario for one in tasks]
    assert [len(group) for group in with_same_people(tasks, SETTINGS, 1)] == [1] * len(tasks)
    alone = replace(SETTINGS, vary=("process",))
    assert [len(group) for group in with_same_people(tasks[5:7], alone, 16)] == [1, 1]
    ten = [task("baseline")] * 10
    assert [len(group) for group in with_same_people(ten, SETTINGS, 4)] == [4, 4, 2]


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
def test_tasks_give_the_same_together_and_alone(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order, in several chunks, what rules do too, with all replications told."""
    monkeypatch.setattr("sim.results.experiment.LARGEST_CHUNK", 3)
    names = ["standby-5000", "baseline", "ind-rule", "early-warning", "no-emergency"]
    tasks = [*map(task, names), task("baseline", first=2)]
    settings, told = replace(SETTINGS, until=date(2025, 12, 31)), []
    found = list(run_tasks(tasks, settings, Workers(threads), lambda *done: told.append(done)))
    assert told[-1] == (24, 24)
    for one, its in zip(tasks, found, strict=True):
        alone = run_task(one, settings)
        assert its.keys() == alone.keys()
        assert all(np.array_equal(its[name], alone[name], equal_nan=True) for name in alone)


def test_people_are_simulated_once_for_a_piece_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def counted(*given: Any) -> None:
        shared = given[-1]
        seen.append(shared.ledger is not None)
        shared.ledger = shared.ledger or object()

    monkeypatch.setattr("sim.results.tasks.simulate_one", counted)
    names = ["baseline", "standby-5000", "fixed-stock-41000"]
    (group,) = with_same_people([Task(load(n), str) for n in names], SETTINGS, 16)
    cut = [(0, 2), (2, 2)]
    for parts in zip(*(pieces(one, SETTINGS, cut) for one in group), strict=True):
        together(parts, None)
    assert seen == [False, True, True] * 2

"""A start date moves only together with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.scenarios import change

import sim
from sim.errors import ScenarioError, short_date
from sim.hindcast.observations import knowledge
from sim.hindcast.scenario import scenario_at
from sim.scenario import Scenario, load, load_chain, override, quantities, start_keys, start_values
from sim.scenario.introspect import everywhere
from sim.scenario.start import belongs_to_start

LATER = date(2026, 11, 1)
HEAD = {"title": {"en": "Later", "nl": "Later"}, "description": {"en": "Later.", "nl": "Later."}}
Load = Callable[[dict[str, Any]], Scenario]


def as_text(value: Any) -> str:
    """A value as ``--set`` takes it: YAML on one line."""
    data = yaml.safe_dump(value, default_flow_style=True, width=10_000).strip()
    return data.removesuffix("\n...").strip()


def as_set(changes: dict[str, Any]) -> list[str]:
    return [f"{key}={as_text(value)}" for key, value in changes.items()]


@pytest.fixture
def ways(baseline: Scenario, tmp_path: Path) -> dict[str, Load]:
    """All ways in which keys of the baseline are changed."""

    def by_file(changes: dict[str, Any]) -> Scenario:
        file = tmp_path / "later.yaml"
        text = yaml.safe_dump({"schema": 2, "extends": "baseline", **HEAD, **changes})
        file.write_text(text, "utf-8")
        return load(file)

    return {
        "file": by_file,
        "--set": lambda changes: load_chain(["baseline"], as_set(changes)).scenario,
        "Python": lambda changes: sim.load("baseline").override(changes).model,
        "override": lambda changes: override(baseline, changes, "a test"),
    }


def complete(scenario: Scenario) -> dict[str, Any]:
    """A change of the start date with every key that belongs to it."""
    return {"start": LATER, **yaml.safe_load(yaml.safe_dump(plain(start_values(scenario))))}


def plain(item: Any) -> Any:
    if isinstance(item, dict):
        return {key: plain(value) for key, value in item.items()}
    return [plain(value) for value in item] if isinstance(item, list | tuple) else item


@pytest.mark.long
def test_a_key_left_out_is_named_and_a_complete_change_is_accepted(
    ways: dict[str, Load], baseline: Scenario
) -> None:
    """For each key that belongs to the start date, and each way in which keys are changed."""
    whole = complete(baseline)
    for way, loaded in ways.items():
        assert loaded(whole).start == LATER, way
        for key in start_keys(baseline):
            with pytest.raises(ScenarioError) as caught:
                loaded({name: value for name, value in whole.items() if name != key})
            (problem,) = caught.value.problems
            assert problem.what.endswith(f"what was on {short_date(baseline.start)} (1): {key}"), (
                way,
                key,
            )


def test_a_bare_change_of_the_start_says_what_is_missing_and_how_to_get_it(
    ways: dict[str, Load], baseline: Scenario
) -> None:
    """The first ten keys by name, the number of the others, and the command that makes them."""
    keys = start_keys(baseline)
    for way, loaded in ways.items():
        with pytest.raises(ScenarioError) as caught:
            loaded({"start": LATER})
        (problem,) = caught.value.problems
        assert f"{', '.join(keys[:10])} and {len(keys) - 10} more" in problem.what, way
        base = "BASE" if way == "override" else "baseline"
        made = f"opvangsim scenario start {base} --date 2026-11-01 --observed FILE -o NAME.yaml"
        assert problem.advice.endswith(made), way


def test_a_layer_may_bring_the_stocks_and_another_the_date(baseline: Scenario) -> None:
    """What counts is that a key is set above the last layer with another start."""
    whole = complete(baseline)
    stocks = {key: value for key, value in whole.items() if key != "start"}
    assert load_chain(["baseline"], [*as_set(stocks), "start=2026-11-01"]).scenario.start == LATER
    for name in ("baseline", "year-2024"):
        start = load(name).start
        assert load_chain([name], [f"start={start}"]).scenario.start == start, "it moves nothing"


def test_stocks_below_the_former_start_are_those_of_the_former_start() -> None:
    """Back to the baseline's date on top of another one is a change like any other."""
    with pytest.raises(ScenarioError, match="the start moves from 1 Jan 2024 to 27 Jan 2025"):
        load_chain(["year-2024"], ["start=2025-01-27"])


def test_a_part_of_a_list_or_of_the_ages_is_not_the_whole(baseline: Scenario) -> None:
    """Setting the date of one planned opening leaves the others as they were."""
    whole = complete(baseline)
    key = "reception.places.regular.openings"
    del whole[key]
    with pytest.raises(ScenarioError, match=rf"on 27 Jan 2025 \(1\): {key}"):
        change(baseline, whole | {f"{key}.0.ends": date(2027, 12, 31)})


def test_every_key_named_for_the_opening_belongs_to_the_start_date() -> None:
    """By introspection; and four more, which say at what level a flow is on day 0."""
    named = (".".join(path) for path in everywhere() if "opening" in path[-1])
    unmarked = {
        key
        for key in named
        if not any(belongs_to_start(one.replace("<name>", "x")) for one in (key, f"{key}.x"))
    }
    # A price, and two parameters of how plans come true.
    assert unmarked == {
        "prices.opening_cost",
        "reception.places.<name>.standby.opening_cost",
        "reception.desk.openings_realised",
        "reception.desk.openings_delay",
    }
    for key in (
        "inflow.first",
        "inflow.path.known_until",
        "ind.capacity.planned",
        "housing.homes",
    ):
        assert belongs_to_start(key)


@pytest.mark.slow
def test_a_hindcast_starts_without_a_figure_of_the_baselines_day(baseline: Scenario) -> None:
    """Nothing that belongs to the start date is what the baseline has for its own."""
    ours, theirs = (
        dict(quantities(one)) for one in (scenario_at(knowledge(date(2018, 6, 30)), 4), baseline)
    )
    kept = {key for key in ours if belongs_to_start(key) and ours[key] == theirs.get(key)}
    assert not kept

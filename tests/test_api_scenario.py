"""A scenario in Python: its values by key and attribute, overrides, equality, errors."""

from __future__ import annotations

import copy
import pickle
from datetime import date
from inspect import signature
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.errors import ScenarioError
from sim.scenario import Quantity, load_chain
from sim.scenario.listing import parameters
from sim.studies import STUDIES


@pytest.fixture(scope="module")
def base() -> sim.Scenario:
    return sim.load("baseline")


# -- Values ----------------------------------------------------------------------------------------


def test_every_key_gives_the_value_that_the_model_has(base: sim.Scenario) -> None:
    """By whole key and step by step; numbers as floats, dated ones as series with their unit."""
    for key, value in parameters(base.model):
        found = base[key]
        first, *rest = key.split(".")
        part = base[first]
        for step in rest:
            part = part[step]
        if not isinstance(value, Quantity):
            assert found == part
            assert str(found) == str(value)
        elif isinstance(value.value, tuple):
            assert isinstance(found, pd.Series)
            pd.testing.assert_series_equal(found, part)
            assert [day.date() for day in found.index] == [day for day, _ in value.pairs()]
            assert tuple(found) == value.numbers()
            assert found.attrs["unit"] == value.unit
        else:
            assert isinstance(found, float)
            assert found == part == value.single


def test_attributes_are_the_keys(base: sim.Scenario) -> None:
    assert base.housing.homes == base["housing.homes"] == base["housing"].homes == 30_210
    assert base.reception.places.regular.price == base["reception.places.regular.price"]
    assert base.start == date(2025, 1, 27)
    assert base["closing"] == base.model.closing


def test_schema_and_methods_have_no_name_in_common_but_those_known(base: sim.Scenario) -> None:
    """Of a name that is both, the attribute is the method, and the key gives the part."""
    own = {name for name in dir(sim.Scenario) if not name.startswith("_")}
    own |= {study.method for study in STUDIES.values() if study.is_of_scenarios}
    assert own & set(type(base.model).model_fields) == {"title", "sources"}
    assert base["title.en"] == base.title


def test_completion_offers_all_keys_and_attributes(base: sim.Scenario) -> None:
    offered = base._ipython_key_completions_()
    assert {key for key, _ in parameters(base.model)} <= set(offered)
    assert {"housing", "reception.places", "reception.places.regular"} <= set(offered)
    assert all(key in base for key in offered)
    assert list(base) == offered
    assert "homes" in base.housing._ipython_key_completions_()
    assert {"housing", "compare", "run"} <= set(dir(base))
    assert dir(base.housing) == sorted(base.housing)
    assert len(base.housing) == len(dir(base.housing))
    assert "homes" in base.housing
    assert "0.group" in base["ind.holds"]


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("housing.hoems", "did you mean 'homes'"),
        ("woningen", "in English: 'homes', at housing.homes"),
        ("reception.places.reguler.price", "did you mean 'regular'"),
        ("housing.homes.value", "'housing.homes' is a number"),
    ],
)
def test_an_unknown_key_is_refused_with_a_suggestion(
    base: sim.Scenario, key: str, advice: str
) -> None:
    assert key not in base
    with pytest.raises(ScenarioError, match=f"^{key}: there is no such key\n    {advice}"):
        base[key]
    with pytest.raises(KeyError, match=advice):
        base[key]


def test_an_unknown_attribute_is_refused_with_a_suggestion(base: sim.Scenario) -> None:
    with pytest.raises(AttributeError, match="'housing' has no 'hoems': did you mean 'homes'"):
        _ = base.housing.hoems
    with pytest.raises(AttributeError, match="no attribute 'housng': did you mean 'housing'"):
        _ = base.housng
    with pytest.raises(AttributeError, match="no attribute 'overide': did you mean 'override'"):
        _ = base.overide
    assert not hasattr(base, "_repr_png_")


def test_a_scenario_is_changed_by_override_alone(base: sim.Scenario) -> None:
    advice = r"override\(\{'housing.homes': 1\}\)"
    with pytest.raises(ScenarioError, match=advice):
        base["housing.homes"] = 1
    with pytest.raises(ScenarioError, match=advice):
        base.housing["homes"] = 1
    with pytest.raises(ScenarioError, match=advice):
        base.housing.homes = 1
    assert base.housing.homes == 30_210


def test_a_part_shows_its_keys_values_and_units(base: sim.Scenario) -> None:
    told = repr(base.housing)
    assert told.startswith("housing\n")
    assert "30,210  persons/year" in told
    assert "30,210" in base.housing._repr_html_()
    assert "see show('reception')" in repr(base.reception)
    assert len(repr(base.reception)) < 3_000
    assert pickle.loads(pickle.dumps(base.housing)) == base.housing


# -- Equality --------------------------------------------------------------------------------------


def test_scenarios_are_equal_by_name_and_numbers(base: sim.Scenario) -> None:
    """Whatever they were made of: copies, a file by its path, patches in one step or in two."""
    again = sim.load("baseline")
    assert base == again
    assert len({base, again, pickle.loads(pickle.dumps(base)), copy.deepcopy(base)}) == 1
    assert base.patch("faster-housing") == sim.load("baseline", "faster-housing")
    assert base == sim.load(Path(__file__).parent.parent / "scenarios" / "baseline.yaml")
    assert base != base.override({"housing.homes": 31_000})
    assert base != base.patch("faster-housing")


# -- Overrides -------------------------------------------------------------------------------------


def test_overrides_lie_above_patches_and_the_last_of_one_key_counts(base: sim.Scenario) -> None:
    one = base.override({"housing.homes": 40_000}).patch("faster-housing")
    one = one.override({"housing.homes": 20_000})
    assert one.housing.homes == 20_000
    assert one.sets == ("housing.homes=20000",)
    assert base.housing.homes == 30_210
    dated = base.override({"inflow.first": {2026: 20_000}})
    assert dated["inflow.first"].tolist() == [20_000]


def test_what_is_overridden_is_what_the_command_line_sets(base: sim.Scenario) -> None:
    ours = base.override({"ind.capacity.planned": 30_000})
    assert ours.model == load_chain(["baseline"], ["ind.capacity.planned=30000"]).scenario


def test_overrides_are_one_mapping(base: sim.Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"write override\(\{'housing.homes': 1\}\)"):
        base.override(housing__homes=1)
    for nothing in ((), ("housing.homes=1",)):
        with pytest.raises(ScenarioError, match="one mapping, by their keys"):
            base.override(*nothing)


def test_errors_in_overrides_name_the_key_not_a_flag(base: sim.Scenario) -> None:
    with pytest.raises(ScenarioError) as raised:
        base.override({"housing.home": 1, "housing.homes": "many"})
    told = str(raised.value)
    assert told.startswith("override: housing.home: unknown key 'home'\n    did you mean 'homes'?")
    assert "override: housing.homes.value: expected a number, found 'many'" in told
    assert "--set" not in told


# -- Settings of a run -----------------------------------------------------------------------------


def test_run_takes_the_arguments_of_load_and_of_a_scenario_s_run() -> None:
    ours, theirs = signature(sim.run).parameters, signature(sim.Scenario.run).parameters
    own = list(signature(sim.load).parameters)
    assert list(ours) == [*own, *list(theirs)[1:]]
    assert all(ours[name].default == theirs[name].default for name in list(theirs)[1:])
    with pytest.raises(ScenarioError, match="seed"):
        sim.run("baseline", seed=-1)
    with pytest.raises(TypeError, match="replication"):
        sim.run("baseline", replication=3)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"step": "month"}, "^step: Input should be 'day' or 'week'"),
        ({"until": "31/12/2027"}, "^until: "),
        ({"until": "soon"}, "^until: 'soon' is not a date"),
        ({"as_of": "soon", "observed": "x.csv"}, "^as_of: 'soon' is not a date"),
        ({"replications": 0}, "^replications: must be a positive whole number"),
        ({"lang": "de"}, "^lang: there is no language 'de'"),
        ({"precision": 5}, "^precision: "),
    ],
)
def test_an_impossible_setting_is_refused_before_anything_is_simulated(
    base: sim.Scenario, settings: dict[str, object], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("simulated")

    monkeypatch.setattr("sim.api.running.execute", refused)
    with pytest.raises(ScenarioError, match=told):
        base.run(**settings)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_day_may_be_text(base: sim.Scenario) -> None:
    settings = {"replications": 2, "step": "week", "workers": 1}
    runs = [
        base.run(until=day, **settings)  # type: ignore[arg-type]
        for day in ("2025-03-31", "31-3-2025", date(2025, 3, 31))
    ]
    assert len(set(runs)) == 1
    assert runs[0] == runs[1]
    assert runs[0] != base.run(until="2025-04-30", **settings)  # type: ignore[arg-type]


@pytest.mark.slow
def test_mistakes_say_where_and_what_to_do(base: sim.Scenario) -> None:
    with pytest.raises(ScenarioError, match="there is no such key"):
        base.show("housing.hoems")
    with pytest.raises(ScenarioError, match="nothing to compare"):
        base.compare()
    with pytest.raises(ScenarioError, match="no question '83'"):
        sim.answer(83)
    with pytest.raises(ScenarioError, match="put them into a patch file"):
        base.override({"housing.homes": 1}).export("x.xlsx")
    with pytest.raises(ScenarioError, match="is a chain"):
        sim.new_scenario("x.yaml", sim.load("baseline", "faster-housing"))
    with pytest.raises(ScenarioError, match=r"run\.json"):
        sim.open_run("nowhere")

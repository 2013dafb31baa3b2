"""A number that a patch sets keeps the uncertainty it had, in relative width."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model.sampling import sample
from sim.scenario import Quantity, dump, load, load_chain, override, quantities, shipped
from sim.scenario import introspect as shape
from sim.scenario.distribution import Distribution
from sim.scenario.inherit import kept_spread
from sim.scenario.notes import notes_of
from sim.scenario.quantity import UnitRule
from sim.scenario.schema import Scenario
from sim.scenario.version import SCHEMA

Write = Callable[[str], Path]
BASELINE = load("baseline")
NUMBERS = dict(quantities(BASELINE))
UNCERTAIN = [key for key, quantity in NUMBERS.items() if quantity.spread is not None]
SINGLE = [key for key in UNCERTAIN if not isinstance(NUMBERS[key].value, tuple)]


def spread_of(key: str, *sets: str) -> Distribution | None:
    return dict(quantities(load("baseline", sets=sets)))[key].spread


def draws(quantity: Quantity, at: Any) -> Any:
    """Quantiles of a number that is not dated."""
    assert quantity.spread is not None
    drawn = quantity.spread.quantile(at, quantity.central_draw())
    return drawn * quantity.single if quantity.spread.kind == "factor" else drawn


def rule_of(key: str) -> UnitRule | None:
    here = shape.at(Scenario, tuple(key.split(".")))
    return here.unit if here else None


def as_stated(quantity: Quantity) -> dict[str, Any]:
    return quantity.model_dump(by_alias=True, exclude_none=True)


@pytest.mark.parametrize("times", [0.5, 0.97, 1.04, 2.0])
def test_the_band_keeps_its_relative_width_and_stays_within_what_the_unit_allows(
    times: float,
) -> None:
    """P10 and P90 over the value are those of before, except where the unit cuts the spread off."""
    at, compared = np.array([0.1, 0.9]), 0
    for key in SINGLE:
        before, rule = NUMBERS[key], rule_of(key)
        now = before.single * times
        out = rule and ((rule.high is not None and now > rule.high) or now < (rule.low or 0))
        if out or not now:
            continue
        kept = kept_spread(as_stated(before), now, rule)
        assert kept is not None, key
        assert kept.outcome in ("kept", "cut"), key
        changed = Quantity.model_validate(as_stated(before) | {"value": now, "spread": kept.spread})
        if rule is not None:
            rule(changed)
        if kept.outcome == "kept":
            wide = draws(changed, at) / now
            np.testing.assert_allclose(wide, draws(before, at) / before.single, rtol=1e-9)
            compared += 1
    assert compared > len(SINGLE) / 2


SHARES = st.floats(0.01, 1.0)
FORMS: tuple[dict[str, Any], ...] = (
    {"dist": "triangular", "low": 0.3, "high": 0.7},
    {"dist": "uniform", "low": 0.3, "high": 0.7},
    {"dist": "normal", "sd": 0.1, "low": 0.0, "high": 1.0},
    {"dist": "lognormal", "sd": 0.3, "low": 0.01, "high": 1.0},
    {"dist": "student_t", "scale": 0.05, "df": 4, "low": 0.0, "high": 1.0},
    {"dist": "quantiles", "p5": 0.3, "p95": 0.7, "low": 0.0, "high": 1.0},
    {"dist": "triangular", "low": 0.6, "high": 1.4, "as": "factor"},
    {"dist": "normal", "sd": 0.1, "low": 0.2, "high": 1.9, "as": "factor"},
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FORMS), SHARES, SHARES, st.booleans())
def test_shares_stay_within_0_and_1(
    form: dict[str, Any], share: float, later: float, dated: bool
) -> None:
    old = {"value": 0.5, "unit": "share", "assumption": "a test", "spread": form}
    value: Any = {2025: share, 2027: later} if dated else share
    rule = UnitRule("share", 0.0, 1.0)
    kept = kept_spread(old, value, rule)
    assert kept is not None
    rule(Quantity.model_validate(old | {"value": value, "spread": kept.spread}))


def test_a_factor_stays_and_a_spread_in_the_unit_is_scaled_or_becomes_a_factor() -> None:
    old = {"value": 2.0, "spread": {"dist": "normal", "sd": 0.5, "low": 1.0, "high": 4.0}}
    scaled = {"dist": "normal", "sd": 0.75, "low": 1.5, "high": 6.0, "as": "value"}
    factor = {"dist": "normal", "sd": 0.25, "low": 0.5, "high": 2.0, "as": "factor"}
    single, dated = kept_spread(old, 3, None), kept_spread(old, {2025: 2, 2026: 3}, None)
    again = kept_spread({"value": {2025: 2}, "spread": factor}, 7, None)
    assert single is not None
    assert dated is not None
    assert again is not None
    assert (single.spread, dated.spread, again.spread) == (scaled, factor, factor)


def test_a_number_set_to_its_own_value_keeps_every_draw_to_the_bit(scenario_file: Write) -> None:
    """In a file, with the value as the scenario states it."""
    values = {key: as_stated(quantity)["value"] for key, quantity in NUMBERS.items()}
    same = load(scenario_file(yaml.safe_dump(values)))
    for key, quantity in quantities(same):
        numeric = ("value", "unit", "between", "spread", "price_level", "fill")
        assert [getattr(quantity, part) for part in numeric] == [
            getattr(NUMBERS[key], part) for part in numeric
        ], key
    ours, theirs = (sample(one, 50, 1, until=one.until) for one in (BASELINE, same))
    assert set(ours) == set(theirs)
    for key in ours:
        np.testing.assert_array_equal(np.asarray(ours.get(key)), np.asarray(theirs.get(key)))


def test_a_patch_without_keys_changes_nothing(scenario_file: Write) -> None:
    empty = load(scenario_file(""))
    assert empty.model_copy(update={name: getattr(BASELINE, name) for name in HEAD}) == BASELINE


HEAD = ("title", "description")


@pytest.mark.slow
@pytest.mark.parametrize(
    "value",
    [
        "{value: 25000, certain: true}",
        "{certain: true}",
        "{value: {2025: 30210, 2026: 5}, certain: true}",
        "{spread: null}",
    ],
)
def test_certain_removes_the_spread(value: str) -> None:
    loaded = load_chain(["baseline"], [f"housing.homes={value}"])
    assert loaded.scenario.housing.homes.spread is None
    assert notes_of(loaded) == []
    assert "certain" not in yaml.safe_load(dump(loaded.scenario))["housing"]["homes"]


def test_what_has_no_relative_width_becomes_certain_and_says_so() -> None:
    loaded = load_chain(["baseline"], ["housing.homes=0"])
    assert loaded.scenario.housing.homes.spread is None
    (note,) = notes_of(loaded)
    assert "housing.homes: zero has no relative width" in note.what
    zero = {"value": 0, "spread": {"dist": "triangular", "low": 0, "high": 0.1}}
    below = {"value": -1, "spread": {"dist": "triangular", "low": -2, "high": 0}}
    outcomes = [kept_spread(old, 1, None) for old in (zero, below)]
    assert [one and one.outcome for one in outcomes] == ["from_zero", "sign"]


@pytest.mark.slow
def test_a_lever_of_a_study_is_certain() -> None:
    """Decision 49; the same value in a patch or with --set keeps its uncertainty."""
    scenario = override(BASELINE, {"housing.homes": 25_000}, "a test")
    assert scenario.housing.homes.spread is None
    assert spread_of("housing.homes", "housing.homes=25000") == BASELINE.housing.homes.spread


def test_a_file_of_version_0_1_runs_and_names_what_is_uncertain_now(scenario_file: Write) -> None:
    text = "housing.homes: 25000\nfamily.staff: 300\ninflow.first: {certain: true}\n"
    (note,) = notes_of(load_chain(["baseline", str(scenario_file(text))]))
    assert note.what.endswith(": housing.homes")
    assert f"schema: {SCHEMA}" in note.advice
    stated = scenario_file(f"schema: {SCHEMA}\n{text}")
    assert notes_of(load_chain(["baseline", str(stated)])) == []


@pytest.mark.slow
def test_a_whole_scenario_without_a_version_reads_as_it_was_meant(tmp_path: Path) -> None:
    """It states every number in full, so one without a spread is certain, as in version 0.1."""
    certain = override(BASELINE, {"housing.homes": 25_000}, "a test")
    file = tmp_path / "whole.yaml"
    file.write_text(dump(certain).removeprefix(f"schema: {SCHEMA}\n"), "utf-8")
    loaded = load_chain([str(file)])
    assert "schema" not in loaded.tree.layers[0].source.data
    assert notes_of(loaded) == []
    assert loaded.scenario == certain


@pytest.mark.slow
def test_every_shipped_scenario_states_its_version() -> None:
    for name, file in shipped().items():
        assert yaml.safe_load(file.read_text("utf-8"))["schema"] == SCHEMA, name


@pytest.mark.long
def test_no_shipped_scenario_needs_a_note() -> None:
    for name in shipped():
        assert notes_of(load_chain([name])) == [], name

"""Scenario files: what loads, what is refused, and what the refusal says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.scenario import Scenario, dump, load, override, quantities, source_keys
from sim.scenario.schema import SourceCard

Write = Callable[..., Path]


def said(file: Path | str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(file)
    return str(caught.value)


def test_every_number_has_a_unit_and_a_source_or_an_assumption(baseline: Scenario) -> None:
    numbers = dict(quantities(baseline))
    assert len(numbers) > 250
    for path, quantity in numbers.items():
        assert quantity.unit, path
        assert quantity.source in source_keys() or quantity.assumption, path


def test_every_source_says_what_it_is_and_where_it_came_from() -> None:
    parts = {"title", "number", "published", "address", "licence", "kind"}
    for key, source in source_keys().items():
        quoted = {"through"} if source.get("kind") == "quoted" else set()
        assert set(source) == parts | quoted, f"{key}: see the head of sources.yaml"
        SourceCard.model_validate(source)


def test_the_resolved_scenario_is_the_scenario(baseline: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "resolved.yaml"
    file.write_text(dump(baseline), "utf-8")
    assert load(file) == baseline
    assert isinstance(yaml.safe_load(dump(baseline)), dict)


def test_a_patch_changes_its_key_and_inherits_the_unit_but_not_the_source(
    baseline: Scenario, scenario_file: Write
) -> None:
    scenario = load(scenario_file("reception.places.regular.opening_places: 36000\n"))
    number = scenario.reception.places["regular"].opening_places
    assert number is not None
    assert (number.single, number.unit, number.source) == (36_000, "places", None)
    assert number.assumption == "patch small: A test."
    assert scenario.housing == baseline.housing


def test_dated_values_hold_until_the_next(scenario_file: Write) -> None:
    text = "housing.homes: {2026: 20000, 2027-07-01: 25000}\n"
    homes = load(scenario_file(text)).housing.homes
    days = {
        date(2025, 3, 1): 20_000,
        date(2026, 1, 1): 20_000,
        date(2027, 6, 30): 20_000,
        date(2027, 7, 1): 25_000,
        date(2030, 1, 1): 25_000,
    }
    assert {day: homes.on(day) for day in days} == days


def test_a_date_is_read_as_day_month_year_wherever_a_date_is_read(scenario_file: Write) -> None:
    """As a key, as a value, in an override of the command line and in one of Python."""
    file = scenario_file("housing.homes: {2026: 20000, 1-7-2027: 25000}\nuntil: 31-12-2028\n")
    scenario = load(file)
    assert dict(scenario.housing.homes.pairs())[date(2027, 7, 1)] == 25_000
    assert scenario.until == date(2028, 12, 31)
    assert "until: 2028-12-31" in dump(scenario)
    assert load("baseline", sets=["until=31-12-2028"]).until == date(2028, 12, 31)
    path = {2026: 20_000, "1-7-2027": 25_000}
    changed = override(scenario, {"until": "31-12-2027", "housing.homes": path}, "try")
    assert changed.until == date(2027, 12, 31)
    assert changed.housing.homes.value == scenario.housing.homes.value


def test_a_patch_on_a_patch_goes_down_to_the_base(scenario_file: Write) -> None:
    below = scenario_file("housing.homes: 25000\n", "below")
    above = below.with_name("above.yaml")
    above.write_text(
        "extends: below.yaml\ntitle: {en: A, nl: A}\ndescription: {en: Up., nl: Op.}\n"
        "housing.opening_arrears: 9000\n",
        "utf-8",
    )
    scenario = load(above)
    assert scenario.housing.homes.single == 25_000
    assert scenario.housing.opening_arrears.single == 9_000


def test_words_that_yaml_takes_for_truth_stay_words(scenario_file: Write) -> None:
    text = "title: {en: no, nl: yes}\n"
    file = scenario_file("")
    file.write_text(file.read_text("utf-8").replace("title: {en: Small, nl: Klein}\n", text))
    assert load(file).title.en == "no"


def test_a_missing_file_names_what_there_is() -> None:
    assert "give the path of a YAML file, or one of: baseline" in said("nowhere.yaml")


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    assert "this is a folder" in said(tmp_path)


def test_what_is_not_utf8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_bytes(b"\xff\xfe")
    assert str(file) in said(file)


@given(u=st.floats(0.001, 0.999), low=st.floats(-5, 5), rise=st.floats(0, 1))
@settings(deadline=None)
def test_a_triangular_spread_inverts_its_distribution(u: float, low: float, rise: float) -> None:
    from scipy import stats

    from sim.scenario import Distribution

    spread = Distribution(dist="triangular", low=low, mode=low + 2 * rise, high=low + 2)
    drawn = float(spread.quantile(u, 0.0))
    assert stats.triang.cdf(drawn, rise, loc=low, scale=2) == pytest.approx(u, abs=1e-9)


def test_patched_refuses_what_a_file_would_refuse(baseline: Scenario) -> None:
    with pytest.raises(ScenarioError, match="lies below 0"):
        override(baseline, {"housing.homes": -1}, "a test")


def test_two_holds_on_one_group_may_follow_but_not_overlap(baseline: Scenario) -> None:
    after = {"value": 0.5, "unit": "share", "assumption": "a test"}

    def holds(*spans: tuple[date, date]) -> dict[str, object]:
        items = [
            {"group": "syria", "begins": begins, "ends": ends, "granted_after": after}
            for begins, ends in spans
        ]
        return {"ind.holds": items}

    one, two = (date(2025, 1, 1), date(2025, 4, 1)), (date(2025, 6, 1), date(2025, 8, 1))
    assert len(override(baseline, holds(two, one), "a test").ind.holds) == 2
    with pytest.raises(ScenarioError, match="two holds on syria overlap from 2025-03-01"):
        override(baseline, holds(one, (date(2025, 3, 1), date(2025, 5, 1))), "a test")


@pytest.mark.slow
def test_the_later_of_two_holds_sets_the_grant_rate_whatever_their_order(
    baseline: Scenario,
) -> None:
    from sim.model.engine import ACTORS, simulate

    spans = [(date(2025, 1, 1), date(2025, 2, 1), 0.9), (date(2025, 3, 1), date(2025, 4, 1), 0.1)]
    granted = []
    for order in (spans, spans[::-1]):
        items = [
            {
                "group": "syria",
                "begins": begins,
                "ends": ends,
                "granted_after": {"value": share, "unit": "share", "assumption": "a test"},
            }
            for begins, ends, share in order
        ]
        scenario = override(baseline, {"ind.holds": items}, "a test")
        ledger = simulate(scenario, 2, 1, until=date(2025, 7, 31), actors=ACTORS)
        granted.append(ledger.tallies["granted"])
    assert (granted[0] == granted[1]).all()

"""The scenario language: dated values, spreads, links, chains and overrides."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from support.scenarios import change

from sim.errors import ScenarioError
from sim.model.engine import simulate
from sim.model.sampling import BLOCK, sample
from sim.scenario import Distribution, Scenario, load, load_chain, parse_chains, shipped

Write = Callable[..., Path]


# -- values over time -------------------------------------------------------------------------


def test_a_straight_line_joins_the_dates_and_holds_outside_them(scenario_file: Write) -> None:
    text = "housing.homes: {value: {2026: 20000, 2027: 27300}, between: straight}\n"
    homes = load(scenario_file(text)).housing.homes
    assert homes.on(date(2025, 3, 1)) == 20_000
    assert homes.on(date(2026, 1, 1)) == 20_000
    assert homes.on(date(2026, 1, 11)) == pytest.approx(20_200)
    assert homes.on(date(2026, 12, 31)) == pytest.approx(27_280)
    assert homes.on(date(2029, 1, 1)) == 27_300


@pytest.mark.long
def test_the_engine_follows_a_straight_line_day_by_day(baseline: Scenario) -> None:
    """A line from 0 to 36,500 over 2026 houses half of it in that year, a step none."""
    line = {"value": {date(2026, 1, 1): 0, date(2027, 1, 1): 36_500}, "between": "straight"}
    for between, expected in (("straight", 18_250), ("steps", 0)):
        homes = {"housing.homes": line | {"between": between}, "housing.response": 0}
        scenario = change(baseline, homes)
        ledger = simulate(scenario, 2, 1, until=date(2026, 12, 31))
        housed = sum(
            ledger.flows.get((source, "settled"), np.zeros((24, 2, 1)))[12:].sum(axis=(0, 2))
            for source in ("status_holders", "transit")
        )
        assert np.abs(housed - expected).max() < 60


# -- spreads ----------------------------------------------------------------------------------


@given(u=st.floats(0.001, 0.999), mean=st.floats(-5, 5), sd=st.floats(0.1, 3))
def test_a_normal_spread_inverts_its_distribution(u: float, mean: float, sd: float) -> None:
    drawn = float(Distribution(dist="normal", sd=sd).quantile(u, mean))
    assert stats.norm.cdf(drawn, mean, sd) == pytest.approx(u, abs=1e-9)


@given(u=st.floats(0.001, 0.999), sd=st.floats(0.1, 1))
def test_a_cut_off_normal_is_the_truncated_one(u: float, sd: float) -> None:
    drawn = float(Distribution(dist="normal", sd=sd, low=-0.1, high=0.5).quantile(u, 0.2))
    expected = stats.truncnorm.ppf(u, -0.3 / sd, 0.3 / sd, 0.2, sd)
    assert drawn == pytest.approx(float(expected), abs=1e-9)


@given(u=st.floats(0.001, 0.999), sd=st.floats(0.05, 1.5), median=st.floats(0.1, 50))
def test_a_lognormal_spread_has_the_value_as_its_median(u: float, sd: float, median: float) -> None:
    drawn = float(Distribution(dist="lognormal", sd=sd).quantile(u, median))
    assert stats.lognorm.cdf(drawn, sd, scale=median) == pytest.approx(u, abs=1e-9)


@given(low=st.floats(0, 0.4), rise=st.floats(0.01, 0.5), more=st.floats(0.01, 3))
def test_a_quantile_spread_passes_through_its_points(low: float, rise: float, more: float) -> None:
    middle, high = low + rise, low + rise + more
    spread = Distribution(dist="quantiles", p5=low, p50=middle, p95=high)
    for u, point in ((0.05, low), (0.5, middle), (0.95, high)):
        assert float(spread.quantile(u, 0.0)) == pytest.approx(point, abs=1e-9)


def test_every_form_of_spread_reaches_the_draws(scenario_file: Write) -> None:
    text = (
        "housing.homes: {spread: {dist: lognormal, sd: 0.2, as: factor}}\n"
        "courts.success_share: "
        "{value: 0.2, spread: {dist: normal, sd: 0.1, low: 0.05, high: 0.4}}\n"
        "family.granted_share: {value: 0.86, "
        "spread: {dist: quantiles, p5: 0.8, p95: 0.9, low: 0.7, high: 1}}\n"
    )
    scenario = load(scenario_file(text))
    samples = sample(scenario, 4_000, 1)
    assert np.median(samples["housing.homes"]) == pytest.approx(1, abs=0.002)
    assert np.log(samples["housing.homes"]).std() == pytest.approx(0.2, rel=0.01)
    success = samples["courts.success_share"]
    assert 0.05 <= success.min() < success.max() <= 0.4
    assert np.quantile(samples["family.granted_share"], 0.05) == pytest.approx(0.8, abs=0.005)


# -- correlations -----------------------------------------------------------------------------

LINKED = """
correlations:
  - first: inflow.repeat
    second: housing.homes
    rank: {value: -0.6, unit: correlation, assumption: "a test"}
  - first: inflow.repeat
    second: courts.delay_days
    rank: {value: 0.4, unit: correlation, assumption: "a test"}
"""


def test_linked_numbers_have_the_rank_correlation_and_keep_their_values(
    baseline: Scenario, scenario_file: Write
) -> None:
    linked = sample(load(scenario_file(LINKED)), 2_000, 1)
    free = sample(change(baseline, {"correlations": []}), 2_000, 1)
    for pair, rank in (
        (("inflow.repeat", "housing.homes"), -0.6),
        (("inflow.repeat", "courts.delay_days"), 0.4),
    ):
        found = stats.spearmanr(linked[pair[0]], linked[pair[1]])[0]
        assert found == pytest.approx(rank, abs=0.04)
    for key, column in free.items():
        assert np.array_equal(np.sort(column), np.sort(linked[key])), key
        theirs, ours = (np.sort(each.reshape(-1, BLOCK)) for each in (column, linked[key]))
        assert np.array_equal(theirs, ours), f"{key}: a block has lost its strata"
        if key not in ("housing.homes", "courts.delay_days"):
            assert np.array_equal(column, linked[key]), key


# -- chains and overrides ---------------------------------------------------------------------


def test_a_chain_is_its_patches_one_after_the_other() -> None:
    both = load_chain(["baseline", "faster-housing", "inflow-2024"])
    assert both.name == "baseline+faster-housing+inflow-2024"
    assert both.scenario.housing == load("faster-housing").housing
    assert both.scenario.inflow == load("inflow-2024").inflow
    assert both.scenario.title.en.count(" + ") == 1
    assert both.tree.conflicts == {}


@pytest.mark.slow
def test_of_two_patches_on_one_key_the_later_wins_and_it_is_told() -> None:
    one = load_chain(["baseline", "faster-housing", "priority-ban"])
    other = load_chain(["baseline", "priority-ban", "faster-housing"])
    assert one.scenario.housing == load("priority-ban").housing
    assert other.scenario.housing.homes == load("faster-housing").housing.homes
    both = ("housing.homes",)
    assert one.tree.conflicts == dict.fromkeys(both, ("faster-housing", "priority-ban"))
    assert other.tree.conflicts == dict.fromkeys(both, ("priority-ban", "faster-housing"))


def test_a_file_that_changes_what_it_stands_on_contests_nothing() -> None:
    assert load_chain(["year-2024-ex-ante"]).tree.conflicts == {}
    assert load_chain(["mpp-2024-ii"]).tree.conflicts == {}


def test_a_file_with_several_bases_is_the_chain_of_them() -> None:
    names = ["budget-frame", "ind-clears-backlog", "housing-14-weeks", "no-emergency"]
    chain = load_chain([*names, "regular-27100"]).scenario
    full = load("budget-frame-full")
    assert full.model_copy(update={"title": chain.title, "description": chain.description}) == chain


def test_an_override_is_a_layer_with_all_checks_and_shows_in_name_and_title() -> None:
    loaded = load_chain(["baseline"], ["housing.homes=25000", "ind.order=oldest_first"])
    assert loaded.scenario.housing.homes.single == 25_000
    assert loaded.scenario.housing.homes.assumption == "set on the command line"
    assert loaded.scenario.ind.order == "oldest_first"
    assert loaded.name == "baseline+housing.homes=25000+ind.order=oldest_first"
    assert loaded.scenario.title.nl.endswith("[housing.homes = 25000; ind.order = oldest_first]")
    with pytest.raises(ScenarioError, match=r"--set:1:16: housing.homes: -1 persons/year"):
        load("baseline", sets=["housing.homes=-1"])
    with pytest.raises(ScenarioError, match=r"'housing.homes' is no key=value"):
        load("baseline", sets=["housing.homes"])


def test_an_override_by_date_and_of_a_price_keeps_what_defines_the_number() -> None:
    scenario = load("baseline", sets=["reception.places.regular.price={value: 30400}"])
    price = scenario.reception.places["regular"].price
    assert price is not None
    assert (price.single, price.unit, price.price_level, price.fill) == (
        30_400, "EUR/place/year", 2023, 0.95,
    )  # fmt: skip
    assert price.source is None
    dated = load("baseline", sets=["inflow.first={2025: 26500, 2026: 30000}"]).inflow.first
    assert dated.on(date(2026, 5, 1)) == 30_000


def test_a_whole_scenario_can_only_be_the_first_of_a_chain(tmp_path: Path) -> None:
    copy = tmp_path / "baseline.yaml"
    shutil.copy(shipped()["baseline"], copy)
    with pytest.raises(ScenarioError, match="'baseline' is a whole scenario"):
        load("faster-housing", copy)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["a"], [["a"]]),
        (["a", "b"], [["a"], ["b"]]),
        (["a", "+", "b"], [["a", "b"]]),
        (["a+b", "c"], [["a", "b"], ["c"]]),
        (["a", "+b", "+", "c", "d"], [["a", "b", "c"], ["d"]]),
        (["a+", "b"], [["a", "b"]]),
        (["a", "+b"], [["a", "b"]]),
    ],
)
def test_a_plus_binds_what_stands_on_both_sides(words: list[str], found: list[list[str]]) -> None:
    assert parse_chains(words) == found


def test_a_null_takes_an_optional_key_out(scenario_file: Write) -> None:
    scenario = load(scenario_file("reception.places.emergency_ship.order_limit: null\n"))
    assert scenario.reception.places["emergency_ship"].order_limit is None


def test_a_null_for_a_key_that_is_not_there_is_a_misspelling() -> None:
    """It would remove nothing, and the base would run under the title of the patch."""
    for key, advice in {
        "ind.hold": "did you mean 'holds'?",
        "groups.siria": "did you mean 'syria'",
        "housing.hmes": "did you mean 'homes'?",
        "title_": "did you mean 'title'?",
        "reception.places.emergency_ship.order_limt": "did you mean 'order_limit'",
    }.items():
        with pytest.raises(ScenarioError) as caught:
            load("baseline", sets=[f"{key}=null"])
        (problem,) = caught.value.problems
        assert f"{key}: unknown key '{key.split('.')[-1]}'" in problem.what
        assert advice in problem.advice


def test_a_null_removes_an_entry_that_exists_also_when_two_patches_do(scenario_file: Write) -> None:
    vintage = next(v for v in load("baseline").budget.vintages if v != "owb2025")
    removed = scenario_file(f"budget.vintages.{vintage}: null\n")
    assert vintage not in load(removed).budget.vintages
    again = load(removed, sets=[f"budget.vintages.{vintage}=null"])
    assert vintage not in again.budget.vintages


@pytest.mark.slow
def test_an_override_of_another_key_has_another_name() -> None:
    """Overrides that end alike, or differ only after sixty letters, get folders of their own."""
    iraq, eritrea = (
        load_chain(["baseline"], [f"groups.{group}.granted_share=0.3"]).name
        for group in ("iraq", "eritrea")
    )
    assert iraq != eritrea
    long = "reception.places.regular.price={value: 30400, assumption: a long sentence on why"
    one, other = (load_chain(["baseline"], [f"{long} {n}}}"]).name for n in (1, 2))
    assert one != other
    assert "/" not in one


def test_an_override_can_not_change_what_the_scenario_stands_on() -> None:
    with pytest.raises(ScenarioError, match="can't be set here"):
        load("baseline", sets=["extends=faster-housing"])


def test_sources_may_begin_by_a_dotted_key(scenario_file: Write) -> None:
    card = "{title: A, number: '1', published: 2025-01-01, address: x, licence: own}"
    text = f"sources.MINE: {card}\nhousing.homes: {{value: 28000, source: MINE}}\n"
    assert load(scenario_file(text)).sources["MINE"].title == "A"


@pytest.mark.parametrize("words", [[""], ["+"], ["a", "+"], ["+", "a"], ["a", "+", "+", "b"]])
def test_a_name_or_a_plus_that_is_not_there_is_told(words: list[str]) -> None:
    with pytest.raises(ScenarioError):
        parse_chains(words)


def test_patches_that_do_not_meet_on_a_number_contest_nothing(scenario_file: Write) -> None:
    one = scenario_file("housing.homes: 25000\n", "one")
    other = scenario_file("housing:\n  opening_wait_days: 100\n", "other")
    assert load_chain([str(one), str(other)]).tree.conflicts == {}

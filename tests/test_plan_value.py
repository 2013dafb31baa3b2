"""Value of information of plans, numbers of places and budgets: laws of its tables, and words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.chart_cases import plan_value as made_up

import sim
from sim.model.sampling import Floats, sample
from sim.results.executor import Workers
from sim.results.experiment import Settings
from sim.scenario import Loaded, load_chain
from sim.studies import STUDIES
from sim.studies import plan_value as value
from sim.studies import plan_value_inputs as known
from sim.studies import plan_value_text as text
from sim.studies.base import Inputs, StudyResult, Value, run_study
from sim.studies.information import Worth

FEW = 120
"""Replications of small runs: enough for regressions of some columns."""
WORDS = {"replications": FEW, "step": "week"}


@cache
def study(*names: str, **options: Any) -> StudyResult:
    """Run a small study of scenarios once."""
    loaded: tuple[Loaded, ...] = tuple(load_chain(name.split("+")) for name in names)
    entry = STUDIES["plan value"]
    given = entry.options.parse({**WORDS, **options})
    return run_study(entry, given, lambda: Inputs(loaded, workers=Workers(1)))


def normals(*size: int) -> Floats:
    return np.random.default_rng(1).normal(size=size)


def by_input(result: Mapping[str, pd.DataFrame]) -> dict[str, dict[Any, Any]]:
    """Return the rows of the values by input."""
    return {str(row["input"]): row for row in result["values"].to_dict("records")}


def check_bounds(result: Mapping[str, pd.DataFrame]) -> dict[Any, Any]:
    """Check that no value is below 0 or above that of certainty, and return the latter."""
    (whole,) = result["whole"].to_dict("records")
    for row in by_input(result).values():
        assert 0 <= row["value_low"] <= row["value"] <= row["value_high"]
        assert row["value"] <= whole["evpi"]
    return whole


def decision(regrets: Floats, *columns: Floats) -> value.Decision:
    inputs = tuple(known.Known(f"key{n}", (one,)) for n, one in enumerate(columns))
    return value.Decision(tuple(f"plan{n}" for n in range(len(regrets))), regrets, inputs)


# -- tables ---------------------------------------------------------------------------------------


def test_the_most_valuable_input_is_first_and_all_that_counts_is_worth_no_less() -> None:
    one, two, three, error = normals(4, 400)
    apart = one + 0.5 * two + 0.3 * error
    regrets = 1e6 * np.stack([np.maximum(-apart, 0), np.maximum(apart, 0)])
    tables = value.value_tables(decision(regrets, two, three, one))
    found = by_input(tables)
    assert list(found)[:2] == ["key2", "key0"]
    assert not found["key1"]["told"]
    assert found[known.TOGETHER]["value"] >= found["key2"]["value"]
    assert check_bounds(tables)["evpi"] == pytest.approx(regrets.mean(axis=1).min())


def test_together_is_worth_no_less_than_the_first_also_where_its_regression_is_worse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fewer(_regrets: Floats, inputs: Sequence[Floats], *_: object) -> Worth:
        return Worth(1e6 / len(inputs), 1.0, 2e6, 0.0, 2)

    monkeypatch.setattr(value, "worth", fewer)
    found = by_input(value.value_tables(decision(np.abs(normals(2, 40)), *normals(3, 40))))
    assert found[known.TOGETHER]["value"] == 1e6


def test_one_input_that_counts_is_not_told_together_with_itself() -> None:
    one, error = normals(2, 400)
    apart = one + 0.3 * error
    regrets = 1e6 * np.stack([np.maximum(-apart, 0), np.maximum(apart, 0)])
    assert list(by_input(value.value_tables(decision(regrets, one)))) == ["key0"]


def test_of_the_inflow_only_what_counts_most_is_known_together_with_numbers() -> None:
    column = np.arange(5.0)
    names = (
        known.MEAN,
        f"{known.YEAR}2027",
        "housing.homes",
        known.COMPOSITION,
        "inflow.path.level",
    )
    found = value.together_of([known.Known(name, (column * n,)) for n, name in enumerate(names)])
    assert found is not None
    assert [float(one[1]) for one in found.columns] == [0, 2]
    many = [known.Known(f"key{n}", (column,)) for n in range(20)]
    several = value.together_of(many)
    assert several is not None
    assert len(several.columns) == known.MOST_TOGETHER


def test_the_best_budget_is_the_quantile_and_its_loss_the_value_of_certainty() -> None:
    cost = 100 + 10 * normals(400)
    best, present = value.budgets_table(cost, 0.8, 90.0).to_dict("records")
    assert best["amount"] == pytest.approx(np.quantile(cost, 0.8))
    assert best["p_enough"] == pytest.approx(0.8)
    for row in (best, present):
        assert row["loss_mean"] == pytest.approx(row["unspent_mean"] + 4 * row["short_mean"])
        assert row["amount"] - cost.mean() == pytest.approx(row["unspent_mean"] - row["short_mean"])
    assert present["loss_mean"] > best["loss_mean"]
    assert len(value.budgets_table(cost, 0.8, None)) == 1


# -- what may be known ----------------------------------------------------------------------------


def test_inputs_are_the_draws_by_key_with_linked_ones_together_and_the_inflow() -> None:
    scenario, settings = load_chain(["baseline"]).scenario, Settings(FEW, 3, "week")
    draws = known.draws_of([scenario], settings)
    drawn = sample(scenario, FEW, 3)
    years = {known.FIRST: np.abs(normals(3, FEW)), f"{known.SHARE}syria": np.abs(normals(FEW))}
    found = {
        one.name: one for one in known.known_inputs(scenario, draws, years, (2025, 2026, 2027))
    }
    np.testing.assert_array_equal(found["housing.homes"].columns[0], drawn["housing.homes"])
    linked = next(name for name in found if name.startswith("family.opening_travelling"))
    assert len(found[linked].columns) == 4
    assert "family.travel_days" not in found
    np.testing.assert_allclose(found[known.MEAN].columns[0], years[known.FIRST].mean(axis=0))
    np.testing.assert_array_equal(found["inflow_2026"].columns[0], years[known.FIRST][1])
    assert [one.name for one in found.values() if one.is_inflow] == [
        known.MEAN, "inflow_2025", "inflow_2026", "inflow_2027", known.ALL_YEARS, known.COMPOSITION,
    ]  # fmt: skip
    assert not any(key.startswith("inflow.path.20") for key in found)


def test_what_does_not_vary_is_no_input() -> None:
    scenario, settings = load_chain(["baseline"]).scenario, Settings(5, vary=("process",))
    draws = known.draws_of([scenario], settings)
    found = known.known_inputs(scenario, draws, {known.FIRST: np.full((1, 5), 9.0)}, (2025,))
    assert found == []


def test_a_number_that_only_one_plan_has_may_be_known_too() -> None:
    scenario = load_chain(["baseline"]).scenario
    certain = load_chain(["baseline"], ["housing.homes={value: 30000, certain: true}"]).scenario
    settings = Settings(10, 1, "week")
    assert "housing.homes" not in known.draws_of([certain], settings)
    both = known.draws_of([certain, scenario], settings)
    assert "housing.homes" in both
    assert list(both) == sorted(both)


# -- small studies --------------------------------------------------------------------------------


@pytest.mark.long
def test_fixed_places_are_worth_what_their_regret_says_and_bounds_hold() -> None:
    found = study("baseline", places="31000,61000,91000", until="2028-12-31")
    tables = found.content.tables
    plans, values = tables["plans"], by_input(tables)
    evpi = check_bounds(tables)["evpi"]
    assert list(plans["plan"]) == ["31000", "61000", "91000"]
    assert evpi == pytest.approx(plans["regret_mean"].min())
    assert plans["loss_mean"].argmin() == plans["regret_mean"].argmin()
    assert plans["p_best"].sum() == pytest.approx(1)
    assert values[known.ALL_YEARS]["value"] >= values[known.MEAN]["value"]
    # Inflow decides how many places are needed; the price of a stay in transit does not.
    assert values[known.MEAN]["value"] > 0.3 * evpi
    assert not values["prices.transit"]["told"]
    rows = [row for row in tables["choices"].to_dict("records") if row["input"] == known.MEAN]
    chosen = [int(row["plan"]) for row in rows]
    assert chosen == sorted(chosen)
    assert sum(row["share"] for row in rows) == pytest.approx(1)


@pytest.mark.long
def test_certainty_is_worth_what_a_comparison_of_the_same_plans_says() -> None:
    names = ("baseline", "baseline+fixed-stock-41000")
    entry = STUDIES["plan compare"]
    options = entry.options.parse({**WORDS, "until": "2027-12-31"})
    loaded = tuple(load_chain(name.split("+")) for name in names)
    compared = run_study(entry, options, lambda: Inputs(loaded, workers=Workers(1))).content.tables
    found = study(*names, until="2027-12-31").content.tables
    evpi = check_bounds(found)["evpi"]
    assert evpi == pytest.approx(compared["plans"]["regret_mean"].min(), abs=1)
    for column in ("loss_mean", "regret_mean", "regret_p90", "p_best"):
        assert list(found["plans"][column]) == pytest.approx(list(compared["plans"][column]))


@pytest.mark.long
def test_the_budget_is_that_of_enough_and_certainty_is_worth_its_loss() -> None:
    tables = study("baseline", budget=2026, chance="80%").content.tables
    enough = STUDIES["enough"]
    options = enough.options.parse({"year": 2026, "line": "total", **WORDS})
    inputs = Inputs((load_chain(["baseline"]),), workers=Workers(1))
    (amount,) = run_study(enough, options, lambda: inputs).content.tables["amounts"]["amount"]
    best, _ = tables["budgets"].to_dict("records")
    evpi = check_bounds(tables)["evpi"]
    assert best["amount"] == pytest.approx(amount)
    assert evpi == pytest.approx(best["unspent_mean"] + 4 * best["short_mean"], rel=1e-3)
    assert by_input(tables)[known.MEAN]["value"] > 0.2 * evpi
    low, _, high = [row["budget"] for row in tables["choices"].to_dict("records")
                    if row["input"] == known.MEAN]  # fmt: skip
    assert low < high


@pytest.mark.long
def test_the_same_study_has_the_same_tables_with_any_workers_and_from_its_record() -> None:
    one = study("baseline", budget=2026, chance="80%")
    entry = STUDIES["plan value"]
    record = {"options": {**WORDS, "seed": 1, "until": None, "vary": one.content.settings.vary},
              "asked": json.loads(json.dumps(one.content.asked))}  # fmt: skip
    options = entry.options.from_manifest(record)
    inputs = Inputs((load_chain(["baseline"]),), workers=Workers(2))
    again = run_study(entry, options, lambda: inputs)
    for name, table in one.content.tables.items():
        assert table.equals(again.content.tables[name]), name


@pytest.mark.slow
def test_python_has_the_same_options_and_few_replications_are_too_few() -> None:
    few: dict[str, Any] = {"replications": 2, "step": "week", "until": "2027-12-31"}
    report = sim.load("baseline").plan_value(places=(31_000, 41_000), **few)
    assert "places=(31000, 41000)" in report.command
    assert "is not found from fewer than 100 replications" in " ".join(repr(report).split())
    assert not report.tables["values"]["told"].any()
    with pytest.raises(sim.ScenarioError, match="1 plans to choose from"):
        sim.load("baseline").plan_value(**few)


def test_what_answers_quote_is_what_the_tables_say() -> None:
    """The plan whose mean regret is the value of certainty is the best, in the same euros."""
    one, two, three, error = normals(4, 400)
    apart = one + 0.5 * two + 0.3 * error
    regrets = 1e6 * np.stack([np.maximum(-apart, 0), np.maximum(apart, 0), 1e-7 + np.abs(apart)])
    made = decision(regrets, two, three, one)
    tables = {"plans": value.plans_table(made, regrets), **value.value_tables(made)}
    found, rows, (whole,) = (
        value.values(tables),
        by_input(tables),
        tables["whole"].to_dict("records"),
    )
    assert found["evpi"] == Value(whole["evpi"], (whole["evpi_low"], whole["evpi_high"]), True)
    for name, row in rows.items():
        ends = row["value_low"], row["value_high"]
        assert found[name] == Value(row["value"], ends, sampled=True)
        assert found[f"{name}.noise"] == Value(row["noise"])
    assert found["most"] == Value(rows["key2"]["value"])
    assert found["most"].value < found[known.TOGETHER].value
    least = min(found[f"plan{n}.regret_mean"].value for n in range(3))
    assert least == found["evpi"].value


# -- words ----------------------------------------------------------------------------------------


def sentences(lang: str, **options: Any) -> str:
    return " ".join(text.sentences(text.told_of(made_up(**options)), lang))  # type: ignore[arg-type]


def test_certainty_is_said_to_include_all_chance() -> None:
    for budget in (None, 2027):
        assert "includes knowing all chance" in sentences("en", budget=budget)
        assert "zit ook het toeval" in sentences("nl", budget=budget)


def test_a_budget_says_what_a_euro_short_weighs_and_what_would_be_budgeted() -> None:
    told = sentences("en", budget=2027)
    assert "a euro short weighs 4 times" in told
    assert "EUR 2.6 bn where that is low (13,000, 10th percentile)" in told


def test_what_is_chosen_is_told_by_the_best_single_number() -> None:
    told = sentences("en")
    assert "41,000 fixed places up to 14,000 (20% of the futures)" in told
    assert "81,000 fixed places from 24,000 on (30%)" in told
    assert "61,000 fixed places is the end" not in told


def test_numbers_of_an_input_have_the_digits_that_matter() -> None:
    found = [text.level(one, "en") for one in (12_345, 0.98765, 45.678, 0, -0.0123)]
    assert found == ["12,300", "0.988", "45.7", "0", "\N{MINUS SIGN}0.0123"]

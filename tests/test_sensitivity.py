"""What moves the gap: indices that are known beforehand, and what must not have any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr, ndtri
from support.scenarios import change
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import ScenarioError
from sim.model.sampling import Floats, sample
from sim.report.i18n import Language
from sim.report.scenario_listing import sources
from sim.results import experiment as trial
from sim.results.cell import CellRef, parse
from sim.results.executor import Workers
from sim.results.experiment import Settings
from sim.results.tasks import simulate_all
from sim.scenario import Scenario, dump, quantities
from sim.scenario.correlation import correlated_groups
from sim.scenario.listing import Citation, Effect, by_assumption, kept_effects
from sim.studies import sobol as decided
from sim.studies.sensitivity import index_table as printed
from sim.studies.sensitivity import names_of
from sim.studies.sobol import (
    LUCK,
    PATH,
    SHOWN,
    TORNADO_REPLICATIONS,
    Input,
    Sensitivity,
    ends,
    index_table,
    inputs_of,
    medians,
    saltelli,
    sensitivity,
    shown_and_others,
    tornado,
)

TOTAL = parse("gap.total.2025")
IND = parse("gap.ind.2025")
WEEK = Settings(seed=3, step="week")
UNTIL = date(2025, 12, 31)
CELL, SETTINGS = "gap.total.2027:mean", Settings(seed=1, step="week")
"""What the kept sensitivity is about."""
FACTOR = {"dist": "uniform", "low": 0.985, "high": 1.015}
WARDS = {"dist": "uniform", "low": 0.9, "high": 1.1, "as": "factor"}
HOMES = {"dist": "uniform", "low": 0.9, "high": 1.1, "as": "factor"}


@pytest.fixture(scope="module", autouse=True)
def _few_replications() -> Iterator[None]:
    """The laws hold for any number of replications of the tornado."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decided, "TORNADO_REPLICATIONS", 16)
        patch.setattr(decided, "CHANCE_REPLICATIONS", 16)
        yield


def without_spreads(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: without_spreads(item) for key, item in data.items() if key != "spread"}
    return [without_spreads(item) for item in data] if isinstance(data, list | tuple) else data


@pytest.fixture(scope="module")
def certain(baseline: Scenario) -> Scenario:
    """The baseline with every number certain, and a path that does not leave its centre."""
    data = without_spreads(baseline.model_dump(by_alias=True, exclude_none=True))
    data["inflow"].pop("composition")
    still = {
        "inflow.path.process": "random_walk",
        "inflow.path.yearly_sd": 0,
        "prices.estimated_factor": 1,
    }
    return change(Scenario.model_validate(data), still)


def spread_on(scenario: Scenario, spreads: dict[str, dict[str, object]]) -> Scenario:
    return change(scenario, {key: {"spread": spread} for key, spread in spreads.items()})


@pytest.fixture(scope="module")
def linear(certain: Scenario) -> Scenario:
    """The gap is linear in two prices; homes move reception and nothing at the IND."""
    both = {"prices.estimated_factor": FACTOR, "guardianship.paid_2024": WARDS}
    return spread_on(certain, both | {"housing.homes": HOMES})


def of(scenario: Scenario, address: CellRef = TOTAL, points: int = 256) -> Sensitivity:
    return sensitivity(scenario, address, points, WEEK, Workers(1))


def rows_of(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Rows of a table by input."""
    return {str(row["input"]): dict(row) for row in table.to_dict("records")}  # type: ignore[arg-type]


# -- indices that are known -------------------------------------------------------------------


def ishigami(x: Floats) -> Floats:
    """Sobol's classic test; a fourth input does nothing."""
    values: Floats = np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])
    return values


def test_the_indices_of_ishigamis_function_are_found_within_their_intervals() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.uniform(-np.pi, np.pi, size=(2, 4, 4096))
    swapped = np.stack([ishigami(np.where(np.arange(4)[:, None] == i, b, a)) for i in range(4)])
    rows = rows_of(index_table(list("abcd"), ishigami(a), ishigami(b), swapped))
    known = {"a": (0.3139, 0.5576), "b": (0.4424, 0.4424), "c": (0.0, 0.2437), "d": (0.0, 0.0)}
    for name, (first, total) in known.items():
        row = rows[name]
        assert row["first_low"] - 0.02 <= first <= row["first_high"] + 0.02
        assert row["total_low"] - 0.02 <= total <= row["total_high"] + 0.02
        assert row["first"] == pytest.approx(first, abs=0.06)
        assert row["total"] == pytest.approx(total, abs=0.04)
    assert rows["c"]["first"] < rows["c"]["first_noise"]
    assert rows["b"]["first"] > rows["b"]["first_noise"]
    assert set(rows["d"].values()) == {"d", 0.0}


def test_where_nothing_varies_all_indices_are_zero() -> None:
    same = np.full(8, 3.0)
    table = index_table(["a", "b"], same, same, np.stack([same, same]))
    assert (table.drop(columns="input") == 0).to_numpy().all()


@pytest.mark.long
def test_of_a_gap_linear_in_two_prices_each_has_its_part_of_the_variance(linear: Scenario) -> None:
    """Of uniform spreads the variance goes with the square of the swing."""
    scenario = change(linear, {"housing.homes": 30_210})
    # The standard error of such a total index is 0.06 at 256 points and 0.04 at 512.
    found = of(scenario, points=512)
    rows, bars = rows_of(found.indices), rows_of(found.tornado)
    prices = ("prices.estimated_factor", "guardianship.paid_2024")
    whole = sum(bars[key]["swing"] ** 2 for key in prices)
    for key in prices:
        part = bars[key]["swing"] ** 2 / whole
        assert 0.2 < part < 0.8
        assert rows[key]["total"] == pytest.approx(part, abs=0.08)
        assert rows[key]["first_low"] <= part <= rows[key]["first_high"]
        assert rows[key]["told"]
        assert -bars[key]["low"] == pytest.approx(bars[key]["swing"] / 2)
    assert sum(row["first"] for row in rows.values()) <= 1.15
    # A uniform spread is 1 / 0.8 as wide as its swing, with a twelfth of its square as variance.
    assert found.sd == pytest.approx(np.sqrt(whole / 0.64 / 12), rel=0.1)


@pytest.mark.long
def test_what_can_not_matter_has_no_index_and_no_bar_and_lies_below_the_floor(
    linear: Scenario,
) -> None:
    """Neither places nor homes cost the IND anything."""
    found = of(linear, IND, points=16)
    rows, bars = rows_of(found.indices), rows_of(found.tornado)
    for key in ("prices.estimated_factor", "guardianship.paid_2024", "housing.homes"):
        assert set(rows[key].values()) == {key, 0.0}
        assert bars[key]["swing"] == 0
    assert found.floor > 0


# -- how it is sampled ------------------------------------------------------------------------


@pytest.mark.long
def test_both_halves_are_the_replications_of_one_run_however_the_work_is_cut(
    linear: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(WEEK, replications=8, until=UNTIL)
    found = inputs_of(linear, settings)
    alone, shared = (saltelli(linear, TOTAL, found, settings, Workers(count)) for count in (1, 2))
    monkeypatch.setattr(trial, "LARGEST_CHUNK", 3)
    cut = saltelli(linear, TOTAL, found, settings, Workers(1))
    monkeypatch.undo()
    for mine, theirs, pieced in zip(alone, shared, cut, strict=True):
        assert (mine == theirs).all()
        assert (mine == pieced).all()
    (whole,) = simulate_all(linear, replace(settings, replications=16))
    assert (np.concatenate(alone[:2]) == whole.cell(TOTAL)).all()


@pytest.mark.long
def test_pricing_anew_gives_what_a_run_gives(linear: Scenario) -> None:
    settings = replace(WEEK, replications=4, until=UNTIL)
    found = [replace(one, only_money=False) for one in inputs_of(linear, settings)]
    assert any(one.only_money for one in inputs_of(linear, settings))
    by_run = saltelli(linear, TOTAL, found, settings, Workers(1))[2]
    priced = saltelli(linear, TOTAL, inputs_of(linear, settings), settings, Workers(1))[2]
    assert by_run == pytest.approx(priced, rel=1e-12)


def test_inputs_are_every_spread_and_the_two_kinds_of_chance(baseline: Scenario) -> None:
    settings = replace(WEEK, until=UNTIL)
    found = inputs_of(baseline, settings)
    uncertain = [key for key, quantity in quantities(baseline) if quantity.spread is not None]
    assert sorted(key for one in found[:-2] for key in one.name.split(" + ")) == sorted(uncertain)
    assert [one.name for one in found[-2:]] == [PATH, LUCK]
    path = next(one for one in found if one.name == PATH)
    assert len(path.columns) >= 12
    held = change(baseline, {"closing": "constrained"})
    assert not any(one.only_money for one in inputs_of(held, settings))


LINKS = {
    "correlations": [
        {"first": "housing.homes", "second": "prices.estimated_factor",
         "rank": {"value": 0.6, "unit": "correlation", "assumption": "a test"}},
        {"first": "prices.estimated_factor", "second": "guardianship.paid_2024",
         "rank": {"value": -0.5, "unit": "correlation", "assumption": "a test"}},
    ]
}  # fmt: skip


@pytest.mark.slow
def test_linked_numbers_are_one_input_and_move_together(linear: Scenario) -> None:
    scenario = change(linear, LINKS)
    (group,) = correlated_groups(scenario)
    assert set(group) == {"housing.homes", "prices.estimated_factor", "guardianship.paid_2024"}
    found = inputs_of(scenario, replace(WEEK, until=UNTIL))
    assert [one.columns for one in found if not one.is_chance] == [group]
    assert correlated_groups(linear) == []


@pytest.mark.long
def test_a_linked_pair_that_makes_all_the_variance_has_an_index_of_one(linear: Scenario) -> None:
    certain_homes = {"housing.homes": 30_210, "correlations": LINKS["correlations"][1:]}
    found = of(change(linear, certain_homes), points=64)
    top = found.indices.iloc[0]
    assert set(top["input"].split(" + ")) == {"prices.estimated_factor", "guardianship.paid_2024"}
    assert top["total"] == pytest.approx(1, abs=0.3)
    assert (found.indices["total"].iloc[1:] < 0.1).all()


def test_of_linked_numbers_the_others_lie_where_the_first_leaves_them(linear: Scenario) -> None:
    pair = change(linear, {"correlations": LINKS["correlations"][:1]})
    (group,) = correlated_groups(pair)
    one = Input(" + ".join(group), group)
    moved = ends(pair, one, 0.9, 2)
    u = {
        "housing.homes": (moved["housing.homes"][0] - 0.9) / 0.2,
        "prices.estimated_factor": (moved["prices.estimated_factor"][0] - 0.985) / 0.03,
    }
    assert u[group[0]] == pytest.approx(0.9)
    normal = 2 * np.sin(np.pi * 0.6 / 6)
    assert u[group[1]] == pytest.approx(float(ndtr(normal * ndtri(0.9))))


def test_the_middle_is_the_median_of_every_spread(baseline: Scenario) -> None:
    drawn = sample(baseline, 2001, 1, ("parameters",))
    middle = medians(baseline, 1)
    assert set(middle) == set(drawn)
    for key, column in drawn.items():
        width = max(np.ptp(column), 1e-12)
        assert abs(np.median(column) - middle[key][0]) < 0.005 * width


# -- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize("points", [0, 1, 3, 100, -4])
def test_points_that_are_no_power_of_two_are_refused(linear: Scenario, points: int) -> None:
    with pytest.raises(ScenarioError, match="must be a power of two"):
        of(linear, points=points)


def test_a_scenario_in_which_all_is_certain_is_refused(certain: Scenario) -> None:
    with pytest.raises(ScenarioError, match="no number of this scenario is uncertain"):
        of(certain, points=2)


@pytest.mark.parametrize("cell", ["gap.total.2030", "gap.total.2024", "gap.total.1999"])
def test_a_year_without_a_gap_is_refused(linear: Scenario, cell: str) -> None:
    with pytest.raises(ScenarioError, match="there is no gap of this line in this year"):
        of(linear, parse(cell), points=2)


# -- what is kept, and the listing that goes by it --------------------------------------------


def test_the_kept_effects_are_those_of_all_uncertain_numbers(baseline: Scenario) -> None:
    uncertain = [key for key, quantity in quantities(baseline) if quantity.spread is not None]
    assert list(kept_effects()) == uncertain


@pytest.mark.long
def test_kept_effects_are_still_what_a_run_finds(baseline: Scenario) -> None:
    keys = ("ind.capacity.realised", "prices.estimated_factor", "housing.homes")
    settings = replace(SETTINGS, replications=TORNADO_REPLICATIONS, until=date(2027, 12, 31))
    found = [one for one in inputs_of(baseline, settings) if one.name in keys]
    bars = rows_of(tornado(baseline, parse(CELL), found, settings))
    kept = kept_effects()
    for key in keys:
        for side, value in (("low", kept[key].low), ("high", kept[key].high)):
            assert bars[key][side] == pytest.approx(value, abs=0.06e6), (key, side)


def test_assumptions_are_listed_by_what_they_move_and_certain_ones_by_what_rests() -> None:
    assumed = [
        Citation("many", {}, ("a", "b", "c")),
        Citation("one", {}, ("d",)),
        Citation("small", {}, ("e", "f"), ("e",)),
        Citation("large", {}, ("g", "h"), ("g", "h")),
        Citation("unknown", {}, ("i",), ("i",)),
    ]
    effects = {
        "e": Effect(0.1, -1e6, 2e6),
        "g": Effect(0.0, 0, 0),
        "h": Effect(0.2, 9e6, -3e6),
        "a": Effect(0.5, 99e6, 0),
    }
    lines = sources([], assumed, effects, "en")
    named = [line for line in lines if line in {rest.name for rest in assumed}]
    assert named == ["large", "small", "unknown", "many", "one"]
    assert "    changes the gap of 2027 by EUR 12 million (h)" in lines
    assert "    changes the gap of 2027 by EUR 3 million (e)" in lines
    assert not any("99" in line for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "pattern"),
    [("en", r"by EUR ([\d,]+) million"), ("nl", r"met € ([\d.]+) mln")],
)
def test_sources_shows_effects_in_order_and_says_of_what(lang: str, pattern: str) -> None:
    own = CliRunner().invoke(app, ["scenario", "sources", "--lang", lang]).stdout
    other = CliRunner().invoke(app, ["scenario", "sources", "priority-ban", "--lang", lang]).stdout
    shown = [int(re.sub(r"\D", "", text)) for text in re.findall(pattern, own)]
    assert shown == sorted(shown, reverse=True)
    assert shown[0] > 1000
    said = "measured in the baseline, not" if lang == "en" else "gemeten in het basispad, niet"
    assert (said in own, said in other) == (False, True)


def test_every_uncertain_number_with_an_assumption_is_known_to_the_listing(
    baseline: Scenario,
) -> None:
    listed = {key for rest in by_assumption(baseline) for key in rest.uncertain}
    assert listed == {key for key, q in quantities(baseline) if q.spread and q.assumption}


# -- the table, the chart and the verb --------------------------------------------------------


@pytest.fixture(scope="module")
def small(linear: Scenario) -> Sensitivity:
    return of(linear, points=4)


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_table_and_chart_name_every_input_once(
    small: Sensitivity, linear: Scenario, lang: Language
) -> None:
    table = printed(small, linear, lang)
    assert table.row_count == len(small.inputs) <= SHOWN
    names = names_of(shown_and_others(small)[0], linear, lang)
    assert len(set(names)) == len(small.inputs)
    assert ("process noise" if lang == "en" else "procesruis") in names


@pytest.mark.long
def test_luck_is_shown_even_where_it_is_the_least(small: Sensitivity) -> None:
    rows = [small.indices.iloc[[0]].assign(input=f"k{n}", total=1 - n / 100) for n in range(20)]
    luck = small.indices[small.indices["input"] == LUCK].assign(total=0.0)
    indices = pd.concat([*rows, luck], ignore_index=True)
    bars = pd.DataFrame({"input": indices["input"], "low": 0.0, "high": 0.0, "swing": 0.0})
    named, others = shown_and_others(replace(small, indices=indices, tornado=bars))
    assert [row["input"] for row in named] == [*(f"k{n}" for n in range(SHOWN)), LUCK]
    assert [row["input"] for row in others] == [f"k{n}" for n in range(SHOWN, 20)]


@pytest.mark.long
def test_the_verb_writes_its_folder_and_the_same_numbers_again(
    tmp_path: Path, linear: Scenario
) -> None:
    file = tmp_path / "few.yaml"
    file.write_text(dump(linear), "utf-8")
    words = ["sensitivity", str(file), "--year", "2025", "--points", "4", "--workers", "1"]
    first, second = tmp_path / "first", tmp_path / "second"
    done = CliRunner().invoke(app, [*words, "-o", str(first)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "prices.estimated_factor" in done.stdout
    assert "Time step: one week" in done.stdout
    again = CliRunner().invoke(app, [*words, "--quiet", "--lang", "nl", "-o", str(second)])
    assert again.stdout.strip() == str(second)
    for name in ("indices.csv", "tornado.csv", "inputs.csv", "whole.csv"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    assert (first / "charts" / "sensitivity.png").is_file()
    assert (first / "run.json").is_file()


def test_a_line_without_a_budget_is_refused_by_the_verb() -> None:
    done = CliRunner().invoke(app, ["sensitivity", "--line", "coa"])
    assert isinstance(done.exception, ScenarioError)
    assert "there is no budget for 'coa'" in str(done.exception)

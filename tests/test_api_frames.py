"""Tables of a run in Python: index, types, units, and the same numbers everywhere."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import ScenarioError

pytestmark = pytest.mark.slow
FRAMES = ("gap", "budget", "budget_monthly", "monthly", "yearly", "replications")


@pytest.fixture(scope="module")
def result() -> Any:
    # Not typed: the types of pandas do not know tuples as keys of ``loc``.
    return sim.run("baseline", replications=5, step="week", workers=1)


def test_results_are_equal_if_the_same_was_computed(result: Any) -> None:
    assert result == sim.open_run(result.folder)
    assert result != sim.run("baseline", replications=5, seed=2, step="week", workers=1)
    assert result != "baseline"


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_has_a_sorted_index_of_names_and_floats_with_units(result: Any, name: str) -> None:
    table = getattr(result, name)
    assert set(table.dtypes) == {np.dtype(np.float64)}
    assert table.index.is_unique
    assert table.index.is_monotonic_increasing
    assert None not in table.index.names
    assert table.columns.is_unique
    units, title = table.attrs["units"], table.attrs["title"]
    assert title[0].isupper()
    by_column = name in ("gap", "budget", "budget_monthly")
    level = "series" if name == "replications" else None
    described = table.columns if by_column else (
        table.columns.unique(level) if level else table.index.unique("series")
    )  # fmt: skip
    assert set(units) == set(described)
    assert all(units.values())


def test_frames_hold_the_numbers_of_the_files(result: Any) -> None:
    """Every number of budget.csv, monthly.csv, yearly.csv and replications.parquet, by its name."""
    for name, ours in (("budget", result.budget), ("yearly", result.yearly)):
        file = pd.read_csv(result.folder / f"{name}.csv")
        kept = file.set_index(list(ours.index.names)).reindex(ours.index)
        assert len(file) == len(ours)
        np.testing.assert_array_equal(kept[ours.columns].astype(float), ours)
    whole = pd.read_parquet(result.folder / "replications.parquet")
    ours = result.replications
    whole = whole.set_index(["replication", "year"]).sort_index()
    kept = ours.drop(columns="gap")
    names = ["|".join(map(str, column)) for column in kept.columns]
    np.testing.assert_array_equal(kept, whole[names])
    assert set(whole.columns) == set(names)


def test_tables_are_copies(result: Any) -> None:
    for table in (result.budget, result.gap, result.monthly, result.yearly, result.replications):
        table.loc[:, :] = 0
    assert result.budget["cost_p50"].max() > 0
    assert (result.gap["cost"] > 0).all()
    assert result.monthly["mean"].max() > 0 < result.yearly["mean"].max()
    assert result.replications["occupancy", "total", "mean"].min() > 0


def test_the_headline_is_what_the_budget_says(result: Any) -> None:
    scenario = result.scenario
    where = (
        scenario["budget.headline"], "total", scenario["prices.level"], "cost",
        scenario["budget.price_basis"],
    )  # fmt: skip
    rows = result.budget.loc[where]
    assert result.gap["gap"].equals(rows["gap_p50"].rename("gap"))
    assert (result.gap["gap_p10"] <= result.gap["gap_p90"]).loc[:2029].all()


def test_mean_and_end_of_a_year_are_apart(result: Any) -> None:
    """Means of the replications are the means of the table; the end is that of December."""
    whole = result.replications
    assert whole.index.unique("replication").tolist() == [0, 1, 2, 3, 4]
    for measure in ("mean", "end"):
        means = whole["occupancy", "total", measure].groupby("year").mean()
        told = result.yearly.loc["occupancy", "total", measure]["mean"]
        assert means.to_numpy() == pytest.approx(told.to_numpy(), abs=0.01)
    december = result.monthly.loc["occupancy", "total"].loc["2027-12-31"]
    pd.testing.assert_series_equal(
        december, result.yearly.loc["occupancy", "total", "end", 2027], check_names=False
    )


# -- Addresses -------------------------------------------------------------------------------------


def test_an_address_without_statistic_is_the_median_as_a_number_and_in_words(
    result: Any,
) -> None:
    gap: Any = result.gap.loc[2027]
    assert result.value("gap.total.2027") == result.value("gap.total.2027:p50") == gap["gap"]
    assert result.value("gap.total.2027:mean") != gap["gap"]
    assert result.value("need.total.2027:mean") == pytest.approx(
        result.replications["need", "total", "mean"].xs(2027, level="year").mean(), abs=0.01
    )
    low, middle, high = (f"{gap[name] / 1e9:.1f}" for name in ("gap_p10", "gap", "gap_p90"))
    assert (
        result.describe_cell("gap.total.2027")
        == f"EUR\N{NO-BREAK SPACE}{middle} billion ({low} to {high})"
    )
    mean = f"{result.value('gap.total.2027:mean') / 1e9:.1f}"
    assert result.describe_cell("gap.total.2027:mean") == f"EUR\N{NO-BREAK SPACE}{mean} billion"


def test_a_cell_is_described_in_its_unit(result: Any) -> None:
    high = f"{result.gap['gap_p90'][2027] / 1e9:.1f}"
    assert result.describe_cell("gap.total.2027:p90") == f"EUR\N{NO-BREAK SPACE}{high} billion"
    assert result.describe_cell("gap.total.2027:p50", "nl").endswith(" miljard")
    assert result.describe_cell("gap.total.2027:p_positive") == "more than 99%"
    assert result.describe_cell("cost.nidos.2027").split()[-4] == "million"
    assert result.describe_cell("waiting_months.kind:decided_median.2027").split()[1] == "months"
    assert "%" in result.describe_cell("emergency_share.total.2027")
    with pytest.raises(ScenarioError, match="it is now waiting_months"):
        result.describe_cell("waiting_months.kind:median.2027")
    with pytest.raises(ScenarioError, match="no such cell"):
        result.value("gap.total.2031")
    with pytest.raises(ScenarioError, match="no address"):
        result.describe_cell("gap 2027")


def test_gaps_of_replications_have_the_statistics_of_the_gap_table(result: Any) -> None:
    gaps = result.replications["gap"].droplevel("measure", axis="columns")
    found = {p: gaps.groupby("year").quantile(p) for p in (0.1, 0.5, 0.9)}
    scenario = result.scenario.model
    key = (scenario.budget.headline, slice(None), scenario.prices.level, "cost")
    table = result.budget.loc[(*key, scenario.budget.price_basis), :]
    for line in gaps.columns:
        of_line = table.xs(line, level="line").droplevel(["vintage", "cost_level"], axis="index")
        for p, values in found.items():
            expected = of_line[f"gap_p{round(100 * p)}"].droplevel(["timing", "price_basis"])
            got = values[line].reindex(expected.index)
            # Costs of replications are kept in thousands of euros.
            assert (got - expected).abs().max() < 2_000
            assert got.isna().equals(expected.isna())
    data = result.to_xarray()["gap_of_replication"]
    assert data.dims == ("replication", "year", "line")
    assert float(data.sel(line="total", year=2027).median()) == found[0.5]["total"][2027]


# -- xarray ----------------------------------------------------------------------------------------


def test_a_dataset_has_named_dimensions_units_and_the_run(result: Any) -> None:
    data = result.to_xarray()
    assert data.attrs["run"] == result.id
    assert data.attrs["replications"] == data.sizes["replication"] == 5
    for name, variable in data.data_vars.items():
        assert variable.attrs["units"], name
        assert variable.attrs["long_name"], name
    known = {"replication", "year", "time", "statistic", "place", "group"}
    known |= {"line", "cost_level", "vintage"}
    assert {str(name) for name in data.sizes if not str(name).endswith("_kind")} == known


def test_a_dataset_has_the_numbers_of_the_frames(result: Any) -> None:
    data, whole = result.to_xarray(), result.replications
    for key in whole.columns:
        series, breakdown, measure = map(str, key)
        if series == "cost":
            found = data["cost"].sel(line=breakdown, cost_level=measure)
        elif series == "gap":
            found = data["gap_of_replication"].sel(line=breakdown)
        else:
            kind, _, member = breakdown.partition(":")
            name = series + ("_at_end" if measure == "end" else "")
            found = data[f"{name}_by_{kind}"] if member else data[name]
            for dimension in set(found.dims) - {"replication", "year"}:
                found = found.sel({dimension: member})
        assert found.dims == ("replication", "year")
        np.testing.assert_array_equal(found.to_numpy().flatten(), whole[key])
    monthly: Any = result.monthly.loc["occupancy", "place:regular"]
    there = data["occupancy_monthly_by_place"].sel(place="regular")
    np.testing.assert_array_equal(there.to_numpy(), monthly[list(there["statistic"].values)])
    gap = data["gap"].sel(vintage="owb2025", line="total", statistic="p50")
    np.testing.assert_array_equal(gap, result.gap["gap"])
    budget = data["budget"].sel(vintage="owb2025", line="total")
    np.testing.assert_array_equal(budget, result.gap["budget"])
    units = (data["occupancy_by_place"].attrs["units"], data["gap"].attrs["units"])
    assert units == ("persons", "EUR")


def test_without_the_library_the_extra_is_named(
    result: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(ScenarioError, match=r"pip install 'opvangsim\[xarray\]'"):
        result.to_xarray()

"""Observed figures: what a run says of them, what was known when, and files of a user's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.hindcast.observations import Observation, parse_period
from sim.hindcast.observed_cells import simulated
from sim.model.books import Track
from sim.model.engine import simulate
from sim.model.sampling import sample
from sim.results.experiment import Experiment, Settings, simulate_one
from sim.results.tables import tabulate
from sim.scenario import load

FEW = Settings(replications=3, until=date(2026, 3, 31), step="week")


@cache
def short_run() -> Experiment:
    scenario = load("baseline")

    samples = sample(scenario, FEW.replications, FEW.seed, FEW.vary, FEW.until)
    return simulate_one(scenario, samples, FEW)


def of(name: str, period: str, statistic: str) -> Observation:
    series, _, breakdown = name.partition("|")
    return Observation(
        series, breakdown, parse_period(period), statistic, 1.0, "persons",  # type: ignore[arg-type]
        date(2030, 1, 1), "x", 0.01,
    )  # fmt: skip


# -- the cells of published figures ---------------------------------------------------------------


def test_published_kinds_add_up_to_their_total() -> None:
    """Inflow = first + repeat + family + resettled; pending, all = track 4 + other = the total."""
    cells = short_run().monthly
    kinds = [cells["inflow", f"kind:{kind}"] for kind in ("first", "repeat", "family", "resettled")]
    assert all(kind[1:].sum() > 0 for kind in kinds)
    np.testing.assert_array_equal(sum(kinds), cells["inflow", "total"])
    every, track4, other = (cells["pending", f"kind:{kind}"] for kind in ("all", "track4", "other"))
    np.testing.assert_array_equal(every, cells["pending", "total"])
    np.testing.assert_array_equal(every, track4 + other)
    assert track4[0, 0] == 50_910
    assert every[0, 0] == 69_930


def test_cases_in_track_4_are_those_whose_wait_the_ledger_keeps_for_it() -> None:
    scenario = load("baseline")
    ledger = simulate(scenario, 2, 1, step="week", until=date(2025, 6, 30))
    tables = tabulate(ledger, scenario)
    row = [cell.name for cell in tables.monthly_cells].index("pending|kind:track4")
    waiting = ledger.still_waiting[:, :, Track.GENERAL].sum(axis=-1)
    np.testing.assert_array_equal(tables.monthly[row], waiting)


# -- what a run says of a figure ------------------------------------------------------------------


def test_a_flow_is_the_sum_of_the_months_of_its_period() -> None:
    inflow = short_run().monthly["inflow", "total"]  # Rows: the start, then January 2025 on.
    for period, rows in (("2025-03", [3]), ("2025-Q2", [4, 5, 6]), ("2026-Q1", [13, 14, 15])):
        found = simulated(short_run(), of("inflow|total", period, "sum"))
        np.testing.assert_allclose(found, inflow[rows].sum(axis=0))


def test_a_stock_between_month_ends_lies_on_the_straight_line() -> None:
    people = short_run().monthly["occupancy", "total"]
    dates = short_run().tables.dates
    at_end = simulated(short_run(), of("occupancy|total", "2025-04", "end"))
    np.testing.assert_array_equal(at_end, people[dates.index(date(2025, 4, 30))])
    before, after = people[4], people[5]
    inside = simulated(short_run(), of("occupancy|total", "2025-05-10", "end"))
    np.testing.assert_allclose(inside, before + (after - before) * 10 / 31)


def test_a_mean_is_that_of_the_start_and_the_month_ends() -> None:
    people = short_run().monthly["occupancy", "total"]
    found = simulated(short_run(), of("occupancy|total", "2025-Q2", "mean"))
    first = people[3] + (people[4] - people[3]) / 30
    np.testing.assert_allclose(found, (first + people[4] + people[5] + people[6]) / 4)


def test_spending_is_the_cost_of_a_whole_year_at_its_own_prices() -> None:
    run = short_run()
    found = simulated(run, of("spending|line:coa", "2025", "sum"))
    nominal = run.scenario.budget.model_copy(update={"price_basis": "nominal"})
    priced = replace(run, scenario=run.scenario.model_copy(update={"budget": nominal}))
    np.testing.assert_allclose(found, priced.line("cost", "coa")[0])


@pytest.mark.parametrize(
    ("name", "period", "statistic", "says"),
    [
        ("received|total", "2025", "sum", "no such series"),
        ("inflow|total", "2024", "sum", "no whole 2024"),
        ("inflow|total", "2025", "sum", "it goes from 2025-01-27"),
        ("inflow|total", "2026", "sum", "no whole 2026"),
        ("inflow|total", "2025-04-30", "sum", "no whole 2025-04-30"),
        ("occupancy|total", "2026-04-01", "end", "no whole 2026-04-01"),
        ("occupancy|total", "2024-Q4", "mean", "no whole 2024-Q4"),
        ("spending|line:coa_cash", "2025", "sum", "no such budget line"),
        ("spending|line:coa", "2026", "sum", "no cost of 2026"),
    ],
)
def test_a_figure_that_a_run_does_not_hold_is_refused(
    name: str, period: str, statistic: str, says: str
) -> None:
    with pytest.raises(ScenarioError, match=says):
        simulated(short_run(), of(name, period, statistic))

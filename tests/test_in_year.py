"""Costs by month: laws that bind them to the year, and the year of what was spent and the rest."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from support.scenarios import change

from sim.model.engine import simulate
from sim.model.ledger import Ledger
from sim.model.prices import Prices
from sim.results import budget
from sim.results import tables as results
from sim.results.budget import LINES
from sim.results.by_month import MONTHS, costs_by_month, months_as_cash, parts_of_year
from sim.results.cash import as_cash
from sim.scenario import Scenario, load

pytestmark = pytest.mark.slow
NAMES = ("baseline", "constrained")


@pytest.fixture(scope="module", params=NAMES)
def priced(request: pytest.FixtureRequest) -> tuple[Scenario, Ledger]:
    """A scenario and three years of it in a few replications, with all that is uncertain."""
    scenario = load(request.param)
    return scenario, simulate(scenario, 4, 1, step="week", until=date(2027, 12, 31))


def both(scenario: Scenario, ledger: Ledger) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the cost of each line by month and by year."""
    yearly = results.volumes(ledger)
    monthly = results.monthly_volumes(ledger)
    by_month = costs_by_month(scenario, monthly, yearly, ledger.samples, ledger.clock)
    by_year = budget.costs(scenario, yearly, ledger.samples, ledger.clock)
    level = scenario.prices.level
    return by_month, {line.name: by_year[level, line.name] for line in LINES}


def sums(by_month: np.ndarray) -> np.ndarray:
    """Add up the months of each year."""
    added: np.ndarray = by_month.reshape(-1, MONTHS, by_month.shape[-1]).sum(axis=1)
    return added


def test_the_months_of_a_year_add_up_to_it_for_each_line_and_replication(
    priced: tuple[Scenario, Ledger],
) -> None:
    by_month, by_year = both(*priced)
    assert set(by_month) == {line.name for line in LINES}
    for line, cost in by_year.items():
        months = np.broadcast_to(by_month[line], (len(by_month[line]), 4))
        assert np.allclose(sums(months), cost, rtol=1e-12, atol=1e-3), line
    assert (by_month["penalties"] >= 0).all()
    assert (by_year["penalties"][:1] > 0).any()


def test_the_months_of_cash_add_up_to_the_cash_of_the_year(
    priced: tuple[Scenario, Ledger],
) -> None:
    scenario, ledger = priced
    prices, years = Prices.of(scenario, ledger.samples), ledger.clock.years
    by_month, by_year = both(scenario, ledger)
    level = scenario.prices.level
    cash = as_cash(prices, {(level, line): cost for line, cost in by_year.items()}, "cash")
    for line, cost in by_year.items():
        whole = np.broadcast_to(cash[level, line], (3, 4))
        months = months_as_cash(prices, by_month[line], cost, whole, years)
        assert np.allclose(sums(np.broadcast_to(months, (36, 4))), whole, rtol=1e-12), line
    assert np.allclose(sums(parts_of_year(years)), 1, rtol=1e-12)


def test_days_before_the_start_are_in_the_months_before_it_evenly(baseline: Scenario) -> None:
    scenario = change(baseline, {"inflow.seasonality": None}) if False else baseline
    ledger = simulate(scenario, 3, 1, step="week", until=date(2025, 12, 31))
    by_month, _ = both(scenario, ledger)
    early = by_month["before_start"]
    assert (early[1:] == 0).all()
    assert (early[0] > 0).all()
    assert (early[0] < by_month["total"][0]).all()

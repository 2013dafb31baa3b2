"""Table ``budget_monthly``: cost by line and month, cumulated over the year, beside its budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..clock import Clock, months_of
from ..model.prices import Prices
from ..model.sampling import Floats, Samples
from ..results import budget
from ..results import tables as results
from ..results.by_month import MONTHS, months_as_cash, parts_of_year
from ..results.in_year import Observed, realised_and_rest
from ..scenario import Scenario
from .batches import Cells
from .summary_tables import EUROS, round_decimals

MONTHLY_BUDGET_COLUMNS = (
    *("vintage", "year", "date", "line", "cost_level", "timing", "price_basis"),
    *(f"cost_{statistic}" for statistic in results.STATISTICS),
    *(f"cumulated_{statistic}" for statistic in results.STATISTICS),
    *("budget", "p_over_budget", "realised"),
)
"""Columns of ``budget_monthly``: cost of a month, and cumulated from 1 January up to its last day
(``date``); budget of the year, and the probability that the cumulated cost is above it; what was
realised by that day, where it is known."""


def monthly_budget_table(
    scenario: Scenario,
    samples: Samples,
    clock: Clock,
    cells: Cells,
    observed: Sequence[Observed] = (),
) -> pd.DataFrame:
    """Return ``budget_monthly`` [EUR], in the terms of the scenario's headline.

    That is its vintage, price level and price basis; the rows of December are those of ``budget``.
    ``observed`` is what was spent, in the prices of the day and as the vintage states a line (net
    or gross): figures of ``line:coa`` take the place of the projected cost of that line up to their
    last day, and those of ``line:coa_cash`` of its cash.
    """
    years = budget.whole_years(clock)
    if not years:
        return pd.DataFrame(columns=list(MONTHLY_BUDGET_COLUMNS))
    prices = Prices.of(scenario, samples)
    parts = [
        _rows(prices, cells, years, number, timing, observed)
        for number in range(len(budget.LINES))
        for timing in budget.TIMINGS
    ]
    money = scenario.budget
    months = months_of(years)
    shared: dict[str, Any] = {
        "vintage": money.headline,
        "year": np.tile([month.year for month in months], len(parts)),
        "date": np.tile(pd.to_datetime([month.last for month in months]).to_numpy(), len(parts)),
        "line": np.repeat([line.name for line in budget.LINES], len(months) * len(budget.TIMINGS)),
        "cost_level": scenario.prices.level,
        "timing": np.tile(np.repeat(budget.TIMINGS, len(months)), len(budget.LINES)),
        "price_basis": money.price_basis,
    }
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return pd.DataFrame(shared | columns, columns=list(MONTHLY_BUDGET_COLUMNS))


def _rows(
    prices: Prices,
    cells: Cells,
    years: tuple[int, ...],
    number: int,
    timing: budget.Timing,
    observed: Sequence[Observed],
) -> dict[str, Floats]:
    """Return the columns of amounts of a line, by its number: (month of the years,)."""
    scenario, line = prices.scenario, budget.LINES[number].name
    key = cells.index.costs.index((scenario.prices.level, line))
    rows, basis = slice(len(years)), scenario.budget.price_basis
    of_years = cells(timing, key)[rows]
    monthly = cells("month_cost", number)[: len(years) * MONTHS]
    if timing == "cash":
        monthly = months_as_cash(prices, monthly, cells("cost", key)[rows], of_years, years)
    of_months = tuple(np.repeat(years, MONTHS).tolist())
    vintage = scenario.headline
    cost = budget.in_vintage_terms(
        prices, vintage, line, monthly, of_months, basis, parts_of_year(years)
    )
    breakdown = f"line:{line}" + ("_cash" if timing == "cash" else "")
    cumulated, realised = _cumulated(prices, cost, breakdown, years, observed)
    held = budget.compare_with_budget(prices, vintage, line, of_years, years, basis).budget
    held = np.repeat(held, MONTHS, axis=0)
    known = np.isfinite(cumulated).all(axis=-1) & np.isfinite(held).all(axis=-1)
    over = (round_decimals(cumulated - held, EUROS) > 0).mean(axis=-1).round(6)
    amounts = {"budget": held.mean(axis=-1), "realised": realised}
    for name, values in (("cost", cost), ("cumulated", cumulated)):
        amounts |= {f"{name}_{key}": told for key, told in results.summarise(values).items()}
    rounded = {name: round_decimals(values, EUROS) for name, values in amounts.items()}
    return rounded | {"p_over_budget": np.where(known, over, np.nan)}


def _cumulated(
    prices: Prices,
    cost: Floats,
    breakdown: str,
    years: tuple[int, ...],
    observed: Sequence[Observed],
) -> tuple[Floats, Floats]:
    """Return cumulated cost by (month, replication), and what was realised by month.

    What was spent is in the prices of the day, so both are added in these.
    """
    vintage, basis = prices.scenario.headline, prices.scenario.budget.price_basis
    cumulated, realised = [], []
    for number, year in enumerate(years):
        own = cost[number * MONTHS : (number + 1) * MONTHS]
        nominal, seen = (
            budget.nominal_factor(prices, vintage, (year,), each) for each in ("nominal", basis)
        )
        raised = nominal / seen
        found = realised_and_rest(observed, breakdown, year, own * raised)
        cumulated.append(found.cumulated / raised)
        spent = [found.realised.get(month.last, np.nan) for month in months_of([year])]
        realised.append((np.array(spent)[:, None] / raised).mean(axis=-1))
    return np.concatenate(cumulated), np.concatenate(realised)

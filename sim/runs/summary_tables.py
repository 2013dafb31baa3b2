"""Tables of a run: mean and quantiles over replications, rounded alike on every computer.

Random draws pass through ``exp``, ``log`` and ``pow``, whose last bit differs between processors
and libraries: about 1e-16 of the value, up to 1e-6 euro in a cost of billions (measured with all
SIMD of numpy switched off: 0.3% of costs move, by 1e-16; people do not move at all). A rounded
number can still flip where it is at just half a step; the probability of that is the noise over the
step. In whole euros that is 1e-6 a number, so one run in ten with a hundred thousand numbers; in
thousands of euros, as the budget itself counts, it is one in ten thousand. Not covered: a draw so
near a threshold that it adds a whole person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..clock import Clock
from ..model.prices import Prices
from ..model.sampling import Floats, Samples
from ..report.overview import YEAR
from ..report.run_tables import headline_rows
from ..results import budget, precision
from ..results import tables as results
from ..scenario import CostLevel, Scenario
from .batches import Cells, Kind

REPLICATIONS_A_BLOCK = 2_000
BUDGET_COLUMNS = (
    *("vintage", "year", "line", "cost_level", "timing", "price_basis"),
    *(f"cost_{statistic}" for statistic in results.STATISTICS),
    "budget",
    *(f"gap_{statistic}" for statistic in results.STATISTICS),
    "p_gap_positive",
    *(f"cost_{column}" for column in precision.COLUMNS),
    *(f"gap_{column}" for column in precision.COLUMNS),
    *("p_gap_positive_low", "p_gap_positive_high"),
)
"""Columns of ``budget``; those in ``_low`` and ``_high`` are the 95% interval of a statistic."""


View = tuple[str, CostLevel, budget.Timing, budget.Basis, str]
VIEW_COLUMNS = ("vintage", "cost_level", "timing", "price_basis", "line")


def headline_view(scenario: Scenario) -> View:
    """Return the view of the budget whose total is the headline of a scenario."""
    money = scenario.budget
    return money.headline, scenario.prices.level, "cost", money.price_basis, "total"


def monthly_table(cells: Cells) -> pd.DataFrame:
    """Return ``monthly``: the start and each month end, series by series."""
    rows = (
        (
            {"series": cell.series, "breakdown": cell.breakdown, "unit": cell.unit},
            cells("monthly", number),
        )
        for number, cell in enumerate(cells.index.monthly)
    )
    return _table("date", pd.to_datetime(list(cells.index.dates)).to_numpy(), rows)


def yearly_table(cells: Cells) -> pd.DataFrame:
    """Return ``yearly``: flows summed; stocks averaged and at the year's end."""
    rows = (
        (
            {
                "series": cell.series,
                "breakdown": cell.breakdown,
                "measure": measure,
                "unit": cell.unit.replace("/month", "/year"),
            },
            cells("yearly", number),
        )
        for number, (cell, measure) in enumerate(cells.index.yearly)
    )
    return _table("year", np.array(cells.index.years), rows)


def _table(when: str, moments: Any, cells: Iterable[tuple[dict[str, str], Floats]]) -> pd.DataFrame:
    """Return one row for each cell and moment: labels, mean and quantiles, simulation error.

    Each cell is released before the next is read, so that memory stays small.
    """
    words_of: list[dict[str, str]] = []
    described: list[dict[str, Floats]] = []
    for words, values in cells:
        words_of.append(words)
        decimals = decimals_of(words["unit"])
        told = results.summarise(values) | precision.intervals(values)
        described.append({name: round_decimals(found, decimals) for name, found in told.items()})
        del values
    columns = {when: np.tile(moments, len(described))}
    for name in words_of[0]:
        column = np.array([words[name] for words in words_of], dtype=object)
        columns[name] = np.repeat(column, len(moments))
    for name in (*results.STATISTICS, *precision.COLUMNS):
        columns[name] = np.concatenate([found[name] for found in described])
    return pd.DataFrame(columns)


def budget_table(
    scenario: Scenario,
    samples: Samples,
    clock: Clock,
    cells: Cells,
    views: Iterable[View] | None = None,
) -> pd.DataFrame:
    """Return ``budget``: cost, budget and gap by vintage, year and line, with P(gap > 0) [EUR].

    ``views`` selects rows, by default all.
    """
    years = budget.whole_years(clock)
    if not years:
        return pd.DataFrame(columns=list(BUDGET_COLUMNS))
    asked = list(views or budget.views(scenario))
    prices = Prices.of(scenario, samples)
    found: dict[View, dict[str, Floats]] = {}
    for line in dict.fromkeys(view[-1] for view in asked):
        found |= _views_of_line(prices, cells, years, [view for view in asked if view[-1] == line])
    columns: dict[str, Any] = {"year": np.tile(np.array(years), len(asked))}
    for name, labels in zip(VIEW_COLUMNS, zip(*asked, strict=True), strict=True):
        columns[name] = np.repeat(np.array(labels), len(years))
    for name in found[asked[0]]:
        columns[name] = np.concatenate([found[view][name] for view in asked])
    return pd.DataFrame(columns, columns=list(BUDGET_COLUMNS))


def _views_of_line(
    prices: Prices, cells: Cells, years: tuple[int, ...], views: Sequence[View]
) -> dict[View, dict[str, Floats]]:
    """Return the columns of ``budget`` for views of one line, whose costs are read once."""
    line = views[0][-1]
    keys, rows = cells.index.costs, [cells.index.years.index(year) for year in years]
    timed = list(dict.fromkeys((level, timing) for _, level, timing, _, _ in views))
    cost = np.stack([cells(timing, keys.index((level, line)))[rows] for level, timing in timed])
    found: dict[View, dict[str, Floats]] = {}
    for name, basis in dict.fromkeys((name, basis) for name, _, _, basis, _ in views):
        vintage = prices.scenario.budget.vintages[name]
        balance = budget.compare_with_budget(prices, vintage, line, cost, years, basis)
        columns = _budget_columns(balance)
        for number, (level, timing) in enumerate(timed):
            view = (name, level, timing, basis, line)
            found[view] = {column: values[number] for column, values in columns.items()}
    return found


def _budget_columns(balance: budget.Balance) -> dict[str, Floats]:
    """Return cost, budget and gap with their statistics: (view, year)."""
    # Where spending follows the budget, the gap is zero but for the last bit: that is no shortage.
    short = round_decimals(balance.gap, EUROS) > 0
    budgeted = balance.budget.mean(axis=-1)
    held = np.isfinite(budgeted)
    chances = (short.mean(axis=-1), *precision.of_probability(short.astype(np.float64)))
    cells = {"budget": budgeted}
    for table, values in (("cost", balance.cost), ("gap", balance.gap)):
        told = results.summarise(values) | precision.intervals(values)
        cells |= {f"{table}_{name}": found for name, found in told.items()}
    return {name: round_decimals(values, EUROS) for name, values in cells.items()} | {
        f"p_gap_positive{end}": np.where(held, chance.round(6), np.nan)
        for end, chance in zip(("", "_low", "_high"), chances, strict=True)
    }


def headline_row(budget: pd.DataFrame, scenario: Scenario) -> dict[Any, Any] | None:
    """Return the row of 2027, or of the last earlier year with a budget; None without one.

    In the scenario's own headline: its vintage, price level and price basis.
    """
    if budget.empty:
        return None
    rows = headline_rows(budget, scenario)
    held = rows[rows["budget"].notna() & (rows["year"] <= YEAR)]
    return None if held.empty else held.to_dict("records")[-1]


def headline(budget: pd.DataFrame, scenario: Scenario) -> dict[str, Any] | None:
    """Return the gap by which a run is listed: P50, P10, P90 of ``headline_row`` [EUR]."""
    row = headline_row(budget, scenario)
    if row is None:
        return None
    told = {name: float(row[f"gap_{name}"]) for name in ("p10", "p50", "p90")}
    return {"year": int(row["year"]), "vintage": scenario.budget.headline, **told}


def write_replications(cells: Cells, file: Path) -> None:
    """Write ``replications.parquet``: a row for each year and replication, a column for each cell.

    Columns are ``series|breakdown|measure`` and ``cost|line|level`` [EUR, base price level, gross],
    rounded as in the other tables: people to hundredths, money to thousands of euros.
    """
    columns: list[tuple[str, Kind, int, int]] = [
        (f"{cell.name}|{measure}", "yearly", number, decimals_of(cell.unit))
        for number, (cell, measure) in enumerate(cells.index.yearly)
    ]
    columns += [
        (f"cost|{line}|{level}", "cost", number, EUROS)
        for number, (level, line) in enumerate(cells.index.costs)
    ]
    years = np.array(cells.index.years, dtype=np.int16)
    writer: Any = None
    try:
        for first in range(0, cells.replications, REPLICATIONS_A_BLOCK):
            last = min(first + REPLICATIONS_A_BLOCK, cells.replications)
            numbers = np.arange(first, last, dtype=np.int32)
            block: dict[str, Any] = {
                "year": np.repeat(years, last - first),
                "replication": np.tile(numbers, len(years)),
            }
            for name, kind, number, decimals in columns:
                values = cells(kind, number, first, last).reshape(-1)
                block[name] = round_decimals(values, decimals)
            table = pa.table(block)
            writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


EUROS = -3
"""Decimals of an amount of money [EUR]: thousands."""
DECIMALS = {"share": 6, "months": 3}
"""Decimals by unit; people, places, cases and decisions have two."""
PEOPLE = 2
DIGITS = 7
"""Significant digits in tables of studies, whose columns mix units."""
SMALLEST = 9
"""Decimals beyond which a number is the rounding error of a difference of large ones."""


def decimals_of(unit: str) -> int:
    """Return the decimals of a number other than money, by unit."""
    return DECIMALS.get(unit, PEOPLE)


def round_decimals(values: Floats, decimals: int) -> Floats:
    """Round to decimals, without negative zeros."""
    found: Floats = np.round(values, decimals) + 0.0
    return found


def round_significant(values: Any) -> Floats:
    """Round to seven significant digits and at most nine decimals."""
    plain = np.asarray(values, dtype=np.float64)
    known = np.isfinite(plain) & (plain != 0)
    size = np.floor(np.log10(np.abs(plain, where=known, out=np.ones_like(plain))))
    step = (DIGITS - 1 - np.maximum(size, -SMALLEST - 1)).astype(np.int64)
    # Parsed, since raising to a power is an operation whose last bit may differ.
    scale = np.array([float(f"1e{power}") for power in range(309)])[np.abs(step)]
    large = np.round(plain / scale) * scale
    small = np.round(plain * scale) / scale
    # Decimals of a large number are exact.
    small = np.where(size < 0, np.round(small, SMALLEST), small)
    found: Floats = np.where(known, np.where(step < 0, large, small), plain) + 0.0
    return found


def round_table(table: pd.DataFrame) -> pd.DataFrame:
    """Round the float columns of a table with ``round_significant``."""
    floats = [name for name in table.columns if pd.api.types.is_float_dtype(table[name])]
    return table.assign(**{name: round_significant(table[name]) for name in floats})

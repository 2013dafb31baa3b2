"""Tables of a run as tidy data frames: an index of names, float columns, units in ``attrs``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..report.run_tables import headline_rows
from ..scenario import Scenario

EUR, PROBABILITY = "EUR", "probability"
BUDGET_KEYS = ("vintage", "line", "cost_level", "timing", "price_basis", "year")
HEADLINE_COLUMNS = {
    "cost_p50": "cost", "budget": "budget", "gap_p50": "gap", "gap_p10": "gap_p10",
    "gap_p90": "gap_p90", "p_gap_positive": "p_gap_positive",
}  # fmt: skip


def gap_frame(budget: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Return median cost, budget and gap by year, with the 80% interval of the gap."""
    rows = headline_rows(budget, scenario).set_index("year")
    table = rows[list(HEADLINE_COLUMNS)].rename(columns=HEADLINE_COLUMNS).astype(np.float64)
    title = "Median cost, budget and gap by year, with the 80% interval of the gap"
    return _described(table, title, _money_units(table))


def budget_frame(budget: pd.DataFrame) -> pd.DataFrame:
    """Return cost, budget and gap by vintage, line, price level, timing, price basis and year."""
    table = _indexed(budget, BUDGET_KEYS)
    return _described(table, f"Cost, budget and gap by {_listed(BUDGET_KEYS)}", _money_units(table))


def budget_monthly_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Return cost by month, and cumulated from 1 January, beside the budget of the year."""
    keys = (*BUDGET_KEYS[:-1], "date")
    found = _indexed(table.drop(columns="year"), keys)
    return _described(found, f"Cost by month and since 1 January by {_listed(keys)}",
                      _money_units(found))  # fmt: skip


def yearly_frame(yearly: pd.DataFrame) -> pd.DataFrame:
    """Return means over a year, year ends, and sums of a year, by series and breakdown."""
    keys = ("series", "breakdown", "measure", "year")
    return _series_frame(yearly, keys, "Stocks and flows by year")


def monthly_frame(monthly: pd.DataFrame) -> pd.DataFrame:
    """Return stocks at each month's end and flows by month, by series and breakdown."""
    return _series_frame(monthly, ("series", "breakdown", "date"), "Stocks and flows by month")


def replications_frame(
    table: pd.DataFrame, yearly: pd.DataFrame, gaps: pd.DataFrame, vintage: str
) -> pd.DataFrame:
    """Return every replication and year as rows; columns are series, breakdown and measure.

    ``gaps`` are those against the budget of a vintage, a column for each line.
    """
    found = table.astype({"replication": np.int64, "year": np.int64})
    found = found.set_index(["replication", "year"]).sort_index().astype(np.float64)
    parts = [tuple(str(name).split("|")) for name in found.columns]
    parts += [("gap", str(line), vintage) for line in gaps.columns]
    found = pd.concat([found, gaps.reindex(found.index)], axis="columns")
    found.columns = pd.MultiIndex.from_tuples(parts, names=["series", "breakdown", "measure"])
    title = "Stocks, flows, cost and gap of every replication and year"
    units = {**_series_units(yearly), "cost": EUR, "gap": EUR}
    return _described(found.sort_index(axis="columns"), title, units)


def _series_frame(table: pd.DataFrame, keys: Sequence[str], title: str) -> pd.DataFrame:
    found = _indexed(table.drop(columns="unit"), keys)
    found.columns.name = "statistic"
    return _described(found, f"{title}, by {_listed(keys)}", _series_units(table))


def _indexed(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return a table with its keys as a sorted index, and all else as floats."""
    return table.set_index(list(keys)).sort_index().astype(np.float64)


def _described(table: pd.DataFrame, title: str, units: Mapping[str, str]) -> pd.DataFrame:
    table.attrs.update(title=title, units=dict(units))
    return table


def _series_units(table: pd.DataFrame) -> dict[str, str]:
    """Return the unit of each series, which all its breakdowns and measures have."""
    units = table.drop_duplicates("series").set_index("series")["unit"]
    return {str(series): str(unit) for series, unit in units.items()}


def _money_units(table: pd.DataFrame) -> dict[str, str]:
    """Return the unit of each column of a table of amounts."""
    return {str(name): PROBABILITY if str(name).startswith("p_") else EUR for name in table.columns}


def _listed(keys: Sequence[str]) -> str:
    words = [key.replace("_", " ") for key in keys]
    return f"{', '.join(words[:-1])} and {words[-1]}"

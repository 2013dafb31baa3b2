"""Data of the charts of a run: its tables, its scenario and its identity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from ...scenario import Scenario
from ..observed_figures import ComparedFigures

WHOLE_YEAR_DAYS = 300
"""Days of a year that must be simulated before it is shown as a whole year."""

UNREDUCED = (
    "replication",
    "year",
    "occupancy|kind:status_holders|end",
    "occupancy|total|end",
    "shortage|total|end",
    "transit|total|end",
)


@dataclass(frozen=True)
class RunData:
    """A finished run as its charts see it: tables as the run wrote them.

    ``unreduced`` holds the columns ``UNREDUCED`` by replication and year, for what must be
    reckoned in each replication before a mean is taken; charts that need it are not without.
    ``baseline`` is a run shown in grey behind this one: that of the scenario before a change.
    ``observed`` are published figures that are drawn over the fans.
    """

    scenario: Scenario
    run_id: str
    replications: int
    seed: int
    budget: pd.DataFrame
    monthly: pd.DataFrame
    yearly: pd.DataFrame
    unreduced: pd.DataFrame | None = None
    baseline: RunData | None = None
    observed: ComparedFigures | None = None
    budget_monthly: pd.DataFrame | None = None
    """Cost by month; None if it is not known, as of a run of an earlier version."""
    year: int | None = None
    """Year of the chart of one year; by default the first one that has a budget."""


def by_month(run: RunData, series: str, breakdown: str = "total") -> pd.DataFrame:
    """Return a series at the start and at each month end, by date; unknown values are left out."""
    table = run.monthly
    rows = table[(table["series"] == series) & (table["breakdown"] == breakdown)]
    known = rows[rows["mean"].notna()].sort_values("date")
    return known.set_index(pd.DatetimeIndex(known["date"]))


def has_days(run: RunData, series: str, breakdown: str = "total") -> bool:
    """Return whether a series is known on two dates, and the run has more than one day."""
    dates = by_month(run, series, breakdown).index
    return len(dates) > 1 and dates[-1].date() > run.scenario.start


def by_year(run: RunData, series: str, measure: str, breakdown: str = "total") -> pd.DataFrame:
    """Return a series of the yearly table, by year."""
    table = run.yearly
    rows = table[
        (table["series"] == series)
        & (table["breakdown"] == breakdown)
        & (table["measure"] == measure)
    ]
    return rows.sort_values("year").set_index("year")


def days_simulated(run: RunData, year: int) -> int:
    """Return how many days of a year were simulated."""
    dates = by_month(run, "need").index
    first: date = max(run.scenario.start, date(year, 1, 1))
    last: date = min(dates[-1].date(), date(year, 12, 31))
    return (last - first).days + 1


def to_whole_years(run: RunData, table: pd.DataFrame) -> pd.DataFrame:
    """Return yearly sums at the pace of a whole year.

    A year of which some weeks lie outside the run is scaled to its full length; one of which less
    than 300 days were simulated is left out.
    """
    kept = [year for year in table.index if days_simulated(run, year) >= WHOLE_YEAR_DAYS]
    found = table.loc[kept].copy()
    numbers = found.select_dtypes("number").columns
    for year in kept:
        length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
        factor = length / days_simulated(run, year)
        found.loc[year, numbers] = found.loc[year, numbers].astype(float) * factor
    return found


def scaled_years(run: RunData, table: pd.DataFrame) -> list[int]:
    """Return the years of a table that were not simulated from first to last day."""
    return [
        int(year)
        for year in table.index
        if days_simulated(run, year) < (date(year + 1, 1, 1) - date(year, 1, 1)).days
    ]

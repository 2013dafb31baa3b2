"""How many published figures lie inside the 80% interval of a run, from its tables alone.

The tables hold quantiles of months, of month ends and of years, and no replications: a figure of a
quarter, or of a day between month ends, has no interval in them and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

import pandas as pd

from ..hindcast.observations import Observation
from ..hindcast.observed_cells import SPENDING, months_within, within
from ..scenario import Scenario
from .i18n import Language, translate

Reason = Literal["outside", "unknown", "between"]
"""Why a figure is left out: its period, its series, or that there is no interval of its period."""
REASONS: tuple[Reason, ...] = ("outside", "unknown", "between")


class RunTables(Protocol):
    """What is read of a run: its scenario and its tables."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def budget(self) -> pd.DataFrame: ...
    @property
    def monthly(self) -> pd.DataFrame: ...
    @property
    def yearly(self) -> pd.DataFrame: ...


@dataclass(frozen=True)
class ComparedFigure:
    """A published figure with the 80% interval of a run."""

    figure: Observation
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """Return whether the figure lies inside the interval."""
        return self.low <= self.figure.value <= self.high


@dataclass(frozen=True)
class ComparedFigures:
    """Published figures beside a run, and those that can't be compared with it."""

    compared: tuple[ComparedFigure, ...]
    left_out: tuple[tuple[Observation, Reason], ...]

    @property
    def inside(self) -> int:
        """Number of figures inside their interval."""
        return sum(one.inside for one in self.compared)

    def of(self, *names: str) -> tuple[ComparedFigure, ...]:
        """Return the compared figures of some series, in order of time."""
        found = [one for one in self.compared if one.figure.name in names]
        return tuple(sorted(found, key=lambda one: one.figure.period.last))


def compare(run: RunTables, figures: Iterable[Observation]) -> ComparedFigures:
    """Compare published figures with the intervals in the tables of a run."""
    days = pd.DatetimeIndex(sorted(run.monthly["date"].unique()))
    dates = tuple(day.date() for day in days)
    compared: list[ComparedFigure] = []
    left_out: list[tuple[Observation, Reason]] = []
    for figure in figures:
        found = _interval(run, figure, dates)
        if isinstance(found, str):
            left_out.append((figure, found))
        else:
            compared.append(ComparedFigure(figure, *found))
    return ComparedFigures(tuple(compared), tuple(left_out))


def _interval(
    run: RunTables, figure: Observation, dates: tuple[date, ...]
) -> tuple[float, float] | Reason:
    """Return the ends of the interval of a figure, or why there is none."""
    period, statistic = figure.period, figure.statistic
    if figure.series == SPENDING:
        return _of_budget(run, figure)
    months = _rows(run.monthly, figure)
    if months.empty:
        return "unknown"
    if statistic == "sum":
        there = months_within(dates, period)
        if there is None:
            return "outside"
        if len(there) == 1:
            return _ends(months[pd.DatetimeIndex(months["date"]) == pd.Timestamp(period.last)])
    elif not within(dates, period, statistic):
        return "outside"
    elif statistic == "end":
        return _ends(months[pd.DatetimeIndex(months["date"]) == pd.Timestamp(period.last)])
    if period.kind != "year":
        return "between"
    years = _rows(run.yearly, figure)
    return _ends(years[(years["year"] == period.year) & (years["measure"] == statistic)])


def _of_budget(run: RunTables, figure: Observation) -> tuple[float, float] | Reason:
    """Return the interval of what a line cost in a year, or of what was paid for it."""
    table, settings = run.budget, run.scenario
    line = figure.breakdown.removeprefix("line:")
    timing = "cash" if line.endswith("_cash") else "cost"
    line = line.removesuffix("_cash")
    rows = table[
        (table["line"] == line)
        & (table["vintage"] == settings.budget.headline)
        & (table["cost_level"] == settings.prices.level)
        & (table["timing"] == timing)
        & (table["price_basis"] == "nominal")
    ]
    if rows.empty:
        return "unknown"
    rows = rows[rows["year"] == figure.period.year]
    if rows.empty:
        return "outside"
    return _ends(rows, "cost_") if figure.period.kind == "year" else "between"


def _rows(table: pd.DataFrame, figure: Observation) -> pd.DataFrame:
    return table[(table["series"] == figure.series) & (table["breakdown"] == figure.breakdown)]


def _ends(rows: pd.DataFrame, prefix: str = "") -> tuple[float, float] | Reason:
    """Return the 80% interval of a row; none where it is not there or holds no numbers."""
    known = rows[rows[f"{prefix}p10"].notna()]
    if len(known) != 1:
        return "between"
    row = known.iloc[0]
    return float(row[f"{prefix}p10"]), float(row[f"{prefix}p90"])


# -- in words -----------------------------------------------------------------------------------


def count_text(
    compared: Iterable[ComparedFigure], lang: Language, key: str = "observed_inside"
) -> str:
    """Say how many published figures lie inside the 80% interval, in the words of a label."""
    found = list(compared)
    return translate(key, lang, inside=sum(one.inside for one in found), n=len(found))


def sentences(found: ComparedFigures, lang: Language) -> list[str]:
    """Say how many figures lie inside the interval, and which can't be compared with the run."""
    told = [count_text(found.compared, lang)]
    for reason in REASONS:
        left = [figure for figure, why in found.left_out if why == reason]
        if left:
            names = ", ".join(dict.fromkeys(one.name for one in left))
            told.append(translate(f"observed_{reason}", lang, n=len(left), names=names))
    return told


def as_record(found: ComparedFigures) -> dict[str, Any]:
    """Return the counts for JSON; figures that are left out by reason and name."""
    left: dict[str, dict[str, int]] = {}
    for figure, why in found.left_out:
        names = left.setdefault(why, {})
        names[figure.name] = names.get(figure.name, 0) + 1
    return {"compared": len(found.compared), "inside": found.inside, "left_out": left}

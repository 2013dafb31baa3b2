"""Score forecasts of the program, official forecasts and naive ones with observations.

Each forecaster gives, for an origin date and for every year ahead and every series, either a
sample (the program, the banded naives, the pool) or one number. A cell is one forecast with its
outcome: error, CRPS (the absolute error of a sample as a whole; of one number its absolute error),
intervals, and the share of the forecast below the outcome (PIT). ``skill`` sums cells up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from threading import Event
from typing import Any

import numpy as np
import pandas as pd

from ..model.engine import simulate
from ..model.sampling import Floats
from ..results.executor import ALL_CORES, Workers, parallel_list
from ..results.experiment import actors_until
from ..results.tables import tabulate
from .estimates import facts, values
from .given import closes, with_given
from .naives import BANDED, NAIVE, POOL, banded_forecasts, point_forecasts, pooled
from .observations import actual, knowledge
from .official import forecasts
from .scenario import scenario_at
from .spending import SPENDING, spending

OBSERVED_AS = {
    "inflow": "inflow|total",
    "people_in_reception": "occupancy|total",
    "status_holders": "occupancy|kind:status_holders",
    "pending": "pending|kind:all",
    **SPENDING,
}
"""Scored series, by the figure that was observed."""
SERIES = tuple(OBSERVED_AS)
YEARS_AHEAD = 4
FIRST_ORIGIN, LAST_ORIGIN = 2012, 2024
BANDS = (("50", 0.25, 0.75), ("80", 0.10, 0.90))


@dataclass(frozen=True)
class HindcastOptions:
    """Settings of the runs on each origin date."""

    replications: int = 200
    seed: int = 1
    given: tuple[str, ...] = ()
    """Published flows that the runs are given as they were: a diagnostic, no forecast."""


def origins() -> list[date]:
    """Return 1 March of each year."""
    return [date(year, 3, 1) for year in range(FIRST_ORIGIN, LAST_ORIGIN + 1)]


def official_origins() -> list[date]:
    """Return the publication dates of official forecasts, from the first origin on."""
    days = {f.published for f in forecasts() if f.published >= date(FIRST_ORIGIN, 3, 1)}
    return sorted(days)


def projected(
    origin: date, options: HindcastOptions, cancelled: Event | None = None
) -> dict[tuple[str, int], Floats]:
    """Forecast the years after an origin date with the program: (series, year) -> sample.

    Spending follows from the year's mean of people in reception (``spending``).
    Raises ``ModelError`` if the run would use a figure published later.
    """
    known = knowledge(origin)
    scenario = scenario_at(known, YEARS_AHEAD)
    if options.given:
        scenario = with_given(scenario, facts(known), options.given)
    ledger = simulate(
        scenario,
        options.replications,
        options.seed,
        step="week",
        actors=actors_until(cancelled),
    )
    tables = tabulate(ledger, scenario)
    index = {f"{cell.name}|{measure}": i for i, (cell, measure) in enumerate(tables.yearly_cells)}

    def yearly(*names: str) -> Floats:
        total: Floats = sum(tables.yearly[index[name]] for name in names)
        return total

    people = yearly("occupancy|total|mean", "shortage|total|mean")
    found = {
        "inflow": yearly("inflow|total|sum"),
        "people_in_reception": yearly("occupancy|total|end", "shortage|total|end"),
        "status_holders": yearly("occupancy|kind:status_holders|end"),
        "pending": yearly("pending|total|end"),
    }
    found |= spending(known, people, tables.years, options.seed)
    return {
        (series, year): sample[row]
        for series, sample in found.items()
        for row, year in enumerate(tables.years)
    }


def crps(sample: Floats, came: float) -> float:
    """Continuous ranked probability score of a sample; of one number its absolute error.

    Mean distance of the sample from the outcome, less half the mean distance within the sample.
    """
    ordered = np.sort(sample)
    n = ordered.size
    within = float((2 * np.arange(1, n + 1) - n - 1) @ ordered) / n**2
    return float(np.abs(ordered - came).mean()) - within


def share_below(sample: Floats, came: float) -> float:
    """Return the share of a sample below the outcome; what equals it counts half (PIT)."""
    return float((sample < came).mean() + (sample == came).mean() / 2)


def cells_at(
    origin: date, options: HindcastOptions, cancelled: Event | None = None
) -> list[dict[str, object]]:
    """Return all cells of one origin date: program and naive forecasts, with the outcome."""
    known = knowledge(origin)
    start = facts(known).year + 1
    years = range(start, start + YEARS_AHEAD)
    samples = projected(origin, options, cancelled)
    rows: list[dict[str, object]] = []
    for series in SERIES:
        program = {year: samples[series, year] for year in years if (series, year) in samples}
        came = {year: actual(OBSERVED_AS[series], year) for year in years}
        rows += scored_cells(
            origin, series, values(known, OBSERVED_AS[series]), years, program, came
        )
    return rows


def _on(options: HindcastOptions, origin: date, cancelled: Event | None) -> list[dict[str, object]]:
    return cells_at(origin, options, cancelled)


def given_cells(
    names: tuple[str, ...], options: HindcastOptions, workers: Workers = ALL_CORES
) -> pd.DataFrame:
    """Return the cells of hindcasts with these published flows given (``given.FLOWS``).

    Of the origin dates whose opening stock and flows are published.
    """
    days = [day for day in origins() if closes(day.year)]
    return all_cells(days, replace(options, given=names), workers)


def scored_cells(
    origin: date,
    series: str,
    history: Mapping[int, float],
    years: Sequence[int],
    program: Mapping[int, Floats],
    outcomes: Mapping[int, float | None],
) -> list[dict[str, object]]:
    """Return the cells of one origin and series: program, naives and pool, with the outcome.

    ``history`` are the figures known on the origin date by year, ``program`` has a sample a year. A
    year without an outcome has no cell. The pool is there where program and both banded naives are.
    """
    plain, banded = point_forecasts(history, years), banded_forecasts(history, years)
    rows: list[dict[str, object]] = []
    for year in years:
        came = outcomes.get(year)
        if came is None:
            continue
        base = {
            "origin": origin,
            "series": series,
            "target": year,
            "ahead": year - years[0] + 1,
            "came": came,
        }
        said: dict[str, Floats] = {"program": program[year]} if year in program else {}
        for name in NAIVE:
            if (name, year) in plain:
                said[name] = np.array([plain[name, year]])
            elif (name, year) in banded:
                said[name] = banded[name, year]
        if {"program", *BANDED} <= set(said):
            said[POOL] = pooled([said[name] for name in ("program", *BANDED)])
        for name, sample in said.items():
            rows.append(base | {"forecaster": name} | _scored(sample, came))
    return rows


def _scored(sample: Floats, came: float) -> dict[str, object]:
    middle = float(np.median(sample))
    found: dict[str, object] = {
        "forecast": middle,
        "error": middle - came,
        "percentage": abs(middle - came) / came,
        "crps": crps(sample, came),
        "pit": share_below(sample, came) if sample.size > 1 else np.nan,
    }
    for name, low, high in BANDS:
        ends = np.quantile(sample, (low, high))
        found |= {f"low_{name}": ends[0], f"high_{name}": ends[1]}
        inside = float(ends[0] <= came <= ends[1]) if sample.size > 1 else np.nan
        found[f"within_{name}"] = inside
    return found


def all_cells(
    days: Sequence[date], options: HindcastOptions, workers: Workers = ALL_CORES
) -> pd.DataFrame:
    """Cells of several origin dates, one row a forecaster, series and year."""
    found = parallel_list(partial(_on, options), days, workers)
    return pd.DataFrame([row for rows in found for row in rows])


def official_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Pair each official forecast with the program's, made on its day of publication.

    ``cells`` are those of ``official_origins``. Where a forecast counts otherwise than the series
    does, each is compared with the outcome by its own definition.
    """
    rows = []
    said: dict[tuple[date, str, int], dict[str, dict[Any, Any]]] = {}
    for row in cells.to_dict("records"):
        key = (row["origin"], row["series"], row["target"])
        said.setdefault(key, {})[row["forecaster"]] = row
    for one in forecasts():
        there = said.get((one.published, one.series, one.target.year), {})
        if "program" not in there:
            continue
        mine = there["program"]
        came = one.realised or mine["came"]
        rows.append(
            {
                "series": one.series,
                "edition": one.edition,
                "published": one.published,
                "target": one.target.year,
                "ahead": mine["ahead"],
                "came": came,
                "official": one.central,
                "official_percentage": abs(one.central - came) / came,
                "official_error": one.central - came,
                "official_crps": abs(one.central - came),
                "program": mine["forecast"],
                "program_came": mine["came"],
                "program_percentage": mine["percentage"],
                "program_error": mine["error"],
                "program_crps": mine["crps"],
                "pool_crps": there.get(POOL, {}).get("crps", np.nan),
                "low_80": mine["low_80"],
                "high_80": mine["high_80"],
                "within_80": mine["within_80"],
            }
        )
    return pd.DataFrame(rows)

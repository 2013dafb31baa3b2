"""Freeze the forecast of a run: quantiles of its monthly series, their sums, and its spending.

A folder of a run keeps seven quantiles a month and no standard deviation, so that the run is
simulated again by its manifest. What comes must be what the folder says, to the last digit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import Message, Problem, ScenarioError, usage_error
from ..hindcast.monitoring import LEVELS
from ..hindcast.observations import Period
from ..hindcast.observed_cells import months_within, stock_mean, within
from ..hindcast.periods import months_of, year_of
from ..hindcast.series import OBSERVABLE, OF_FLOW, Statistic
from ..model.prices import Prices
from ..model.sampling import Floats, sample
from ..results.budget import in_vintage_terms
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Progress, settings_from_record
from ..results.tables import QUANTILES, finite_quantiles
from ..scenario import Scenario, dump
from .batches import Cells, Options, simulate_cells
from .citation import citation
from .frozen import SCHEMA, file_name, refuse_overwriting, write_forecast
from .load import RunFolder, read_run_folder
from .manifest import command_of
from .summary_tables import decimals_of, round_decimals

SERIES = (
    *("inflow", "family_arrivals", "decisions", "housed", "departed"),
    *("occupancy", "pending", "municipal_arrears"),
)
"""Series that are kept, in total and by kind and place; groups of the model are not published."""
BREAKDOWNS = ("total", "kind:", "place:")
DIGITS = 5
"""Significant digits: a small fraction of what the forecast itself leaves open."""


@dataclass(frozen=True)
class _Series:
    """A series of a statistic: its periods, and their values by replication."""

    name: str
    breakdown: str
    statistic: Statistic
    unit: str
    values: Mapping[Period, Floats]


def freeze(
    folder: Path, to: Path, workers: Workers = ALL_CORES, progress: Progress | None = None
) -> Path:
    """Write the forecast of a run into a folder of frozen forecasts, and return its file.

    The run is simulated again. Raises ``ScenarioError`` if the folder is no run, if this version
    computes other numbers, or if the forecast can't be written or is there already.
    """
    run = read_run_folder(folder)
    record = _record(run)
    refuse_overwriting(to, file_name(record))
    figures = _figures(folder, run, workers, progress)
    if not figures:
        what = "the run has no month's end after the date of its data"
        usage_error(str(folder), what, "run the scenario to a later day")
    return write_forecast(to, {**record, "figures": figures})


def data_as_of(scenario: Scenario) -> date:
    """Return the date up to which a scenario knows the data: that of its nowcast, or its start."""
    return scenario.start if scenario.posterior is None else scenario.posterior.as_of


def _record(run: RunFolder) -> dict[str, Any]:
    """Return what a forecast says of itself."""
    record = run.record
    as_of = data_as_of(run.scenario).isoformat()
    frozen = datetime.now(UTC).isoformat(timespec="seconds")
    cited = {"kind": "forecast", "id": record["id"], "lang": record["lang"]}
    cite = citation({**cited, "title": record["title"]})
    return {
        "kind": "forecast",
        "schema": SCHEMA,
        "run": record["id"],
        "scenario": record["scenario"],
        "resolved": dump(run.scenario),
        "title": record["title"],
        "data_as_of": as_of,
        "frozen": frozen,
        "options": record["options"],
        "versions": record["versions"],
        "command": record["command"],
        "cite": f"{cite} (data as of {as_of}, frozen {frozen[:10]})",
        "levels": list(LEVELS),
    }


def _figures(
    folder: Path, run: RunFolder, workers: Workers, progress: Progress | None
) -> list[dict[str, Any]]:
    """Simulate a run again and return the figures of its forecast."""
    settings = settings_from_record(run.record["options"])
    until = settings.until or run.scenario.until
    options = Options(
        settings.replications, settings.seed, settings.step, until, settings.vary, workers
    )
    samples = sample(run.scenario, options.replications, options.seed, options.vary, until)
    with tempfile.TemporaryDirectory(prefix="opvangsim-") as spool:
        cells = simulate_cells(run.scenario, samples, options, until, Path(spool) / "s", progress)
        _refuse_other_numbers(folder, run, cells)
        prices = Prices.of(run.scenario, samples)
        years = [year for year in cells.index.years if date(year, 12, 31) <= until]
        found = [*_monthly(cells), *_spending(run.scenario, prices, cells, years)]
        as_of = data_as_of(run.scenario)
        return [made for one in found if (made := _reduced(one, as_of))["periods"]]


def _is_kept(series: str, breakdown: str) -> bool:
    return series in SERIES and breakdown.startswith(BREAKDOWNS)


def _refuse_other_numbers(folder: Path, run: RunFolder, cells: Cells) -> None:
    """Refuse a run whose kept series this version computes otherwise than its folder says."""
    names = [f"p{round(100 * level):02d}" for level in QUANTILES]
    kept = {
        (series, breakdown): rows[names].to_numpy().T
        for (series, breakdown), rows in run.monthly.groupby(["series", "breakdown"], sort=False)
    }
    for number, cell in enumerate(cells.index.monthly):
        if not _is_kept(cell.series, cell.breakdown):
            continue
        now = finite_quantiles(cells("monthly", number), *QUANTILES)
        now = round_decimals(now, decimals_of(cell.unit))
        before = kept.get((cell.series, cell.breakdown))
        if before is None or not np.array_equal(now, before, equal_nan=True):
            version = run.record["versions"]["opvangsim"]
            what = Message(
                "this program computes other numbers of {name} than the run, by {version}",
                name=cell.name,
                version=version,
            )
            advice = Message(
                "repeat the run, then freeze it{command}", command=command_of(run.record)
            )
            raise ScenarioError([Problem(str(folder), what, advice)])


def _monthly(cells: Cells) -> Iterator[_Series]:
    """Yield the kept series: stocks at month ends and their yearly mean, flows by whole period."""
    dates = cells.index.dates
    for number, cell in enumerate(cells.index.monthly):
        if not _is_kept(cell.series, cell.breakdown):
            continue
        values = cells("monthly", number)
        of = (cell.series, cell.breakdown)
        unit = OBSERVABLE[cell.series].unit
        if OBSERVABLE[cell.series].statistics == OF_FLOW:
            yield _Series(*of, "sum", unit, _sums(dates, values))
        else:
            ends = {Period(day, day): values[row] for row, day in enumerate(dates) if row}
            yield _Series(*of, "end", unit, ends)
            yield _Series(*of, "mean", unit, _means(dates, values))


def _sums(dates: tuple[date, ...], values: Floats) -> dict[Period, Floats]:
    """Return a flow by whole month, quarter and year; ``values`` are by date and replication."""
    return {
        period: values[rows].sum(axis=0)
        for months in (1, 3, 12)
        for period in _periods(dates, months)
        if (rows := months_within(dates, period)) is not None
    }


def _means(dates: tuple[date, ...], values: Floats) -> dict[Period, Floats]:
    """Return the mean of a stock in each whole year."""
    return {
        period: stock_mean(dates, values, period)
        for period in _periods(dates, 12)
        if within(dates, period, "mean")
    }


def _periods(dates: tuple[date, ...], months: int) -> list[Period]:
    """Return all periods of a number of months in the years of a run."""
    years = range(dates[0].year, dates[-1].year + 1)
    return [months_of(year, first, months) for year in years for first in range(1, 13, months)]


def _spending(
    scenario: Scenario, prices: Prices, cells: Cells, years: Sequence[int]
) -> Iterator[_Series]:
    """Yield the cost of each budget line by whole year [EUR], nominal, at the price level."""
    rows = [cells.index.years.index(year) for year in years]
    vintage = scenario.budget.vintages[scenario.budget.headline]
    for number, (level, line) in enumerate(cells.index.costs):
        if level == scenario.prices.level:
            cost = cells("cost", number)[rows]
            said = in_vintage_terms(prices, vintage, line, cost, tuple(years), "nominal")
            values = dict(zip(map(year_of, years), said, strict=True))
            yield _Series("spending", f"line:{line}", "sum", "EUR", values)


def _reduced(one: _Series, as_of: date) -> dict[str, Any]:
    """Return a series as the file holds it: mean, sd and quantiles of periods after the data."""
    kept = [period for period in one.values if period.last > as_of]
    kept = [period for period in kept if np.isfinite(one.values[period]).all()]
    return {
        "series": one.name,
        "breakdown": one.breakdown,
        "statistic": one.statistic,
        "unit": one.unit,
        "periods": [str(period) for period in kept],
        "mean": [_rounded(one.values[period].mean()) for period in kept],
        "sd": [_rounded(one.values[period].std()) for period in kept],
        "quantiles": [
            [_rounded(value) for value in np.quantile(one.values[period], LEVELS)]
            for period in kept
        ],
    }


def _rounded(value: float) -> float:
    """Round to significant digits; whole numbers as integers, which take less room."""
    found = float(f"{value:.{DIGITS}g}") + 0.0
    return int(found) if found.is_integer() else found

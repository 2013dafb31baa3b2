"""Score forecasts of the program, official forecasts and naive ones against observations.

Each forecaster gives, for an origin date and for every year ahead and every series, either a
sample (the program) or one number. Scores are those of forecasting practice: bias, mean absolute
percentage error, CRPS (the absolute error of a sample as a whole; of one number its absolute
error), and coverage of the 80 % interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from io import StringIO
from threading import Event

import numpy as np
import pandas as pd
from scipy import stats

from ..model.engine import simulate
from ..model.sampling import Floats
from ..results.experiment import actors_until
from ..results.parallel import parallel_list
from ..results.tables import tabulate
from .estimates import facts
from .observations import Knowledge, actual, forecasts, knowledge
from .scenario import scenario_at

SERIES = (
    "inflow",
    "people_in_reception",
    "status_holders",
    "pending",
    "spending_article_37",
    "spending_coa_cost",
    "spending_coa_cash",
)
YEARS_AHEAD = 4
FIRST_ORIGIN, LAST_ORIGIN = 2012, 2024
BANDS = (("50", 0.25, 0.75), ("80", 0.10, 0.90))
NAIVE = ("no_change", "last_growth", "mean_of_history")
SPENDING = ("spending_article_37", "spending_coa_cost", "spending_coa_cash")


@dataclass(frozen=True)
class HindcastOptions:
    """Settings of the runs on each origin date."""

    replications: int = 200
    seed: int = 1


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

    Spending is the year's mean of people in reception x the last known spending per resident-year.
    Raises ``ModelError`` if the run would use a figure published later.
    """
    known = knowledge(origin)
    scenario = scenario_at(known, YEARS_AHEAD)
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
    for series in SPENDING:
        rate = spending_rate(known, series)
        if rate is not None:
            found[series] = people * rate
    return {
        (series, year): sample[row]
        for series, sample in found.items()
        for row, year in enumerate(tables.years)
    }


def spending_rate(known: Knowledge, series: str) -> float | None:
    """Return spending per resident-year in the last year for which both are known [EUR]."""
    people = known.yearly("people_in_reception")
    years = [y for y in known.yearly(series) if y in people and y - 1 in people]
    if not years:
        return None
    last = max(years)
    return known.figure(series, last).value / ((people[last].value + people[last - 1].value) / 2)


def naive(known: Knowledge, series: str, years: Sequence[int]) -> dict[tuple[str, int], float]:
    """Return the naive forecasts of a series: (forecaster, year) -> number.

    No change: the last figure known. Last growth: the growth between the last two known years
    continues. Mean of history: the mean of all figures known.
    """
    history = known.yearly(series)
    if not history:
        return {}
    last = max(history)
    value = history[last].value
    found: dict[tuple[str, int], float] = {}
    for year in years:
        found["no_change", year] = value
        found["mean_of_history", year] = float(np.mean([f.value for f in history.values()]))
        if last - 1 in history:
            growth = value / history[last - 1].value
            found["last_growth", year] = value * growth ** (year - last)
    return found


def crps(sample: Floats, came: float) -> float:
    """Continuous ranked probability score of a sample; of one number its absolute error.

    Mean distance of the sample from the outcome, less half the mean distance within the sample.
    """
    ordered = np.sort(sample)
    n = ordered.size
    within = float((2 * np.arange(1, n + 1) - n - 1) @ ordered) / n**2
    return float(np.abs(ordered - came).mean()) - within


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
        plain = naive(known, series, years)
        for year in years:
            came = actual(series, year)
            if came is None:
                continue
            base = {"origin": origin, "series": series, "target": year, "ahead": year - start + 1,
                    "came": came}  # fmt: skip
            if (series, year) in samples:
                rows.append(base | {"forecaster": "program"} | _scored(samples[series, year], came))
            for name in NAIVE:
                if (name, year) in plain:
                    number = np.array([plain[name, year]])
                    rows.append(base | {"forecaster": name} | _scored(number, came))
    return rows


def _scored(sample: Floats, came: float) -> dict[str, object]:
    middle = float(np.median(sample))
    found: dict[str, object] = {
        "forecast": middle,
        "error": middle - came,
        "percentage": abs(middle - came) / came,
        "crps": crps(sample, came),
    }
    for name, low, high in BANDS:
        ends = np.quantile(sample, (low, high))
        found |= {f"low_{name}": ends[0], f"high_{name}": ends[1]}
        inside = float(ends[0] <= came <= ends[1]) if sample.size > 1 else np.nan
        found[f"within_{name}"] = inside
    return found


def all_cells(days: Sequence[date], options: HindcastOptions, workers: int = 2) -> pd.DataFrame:
    """Cells of several origin dates, one row a forecaster, series and year."""
    found = parallel_list(lambda day, cancelled: cells_at(day, options, cancelled), days, workers)
    return pd.DataFrame([row for rows in found for row in rows])


def as_csv(cells: pd.DataFrame, official: pd.DataFrame) -> str:
    """All cells as one table: those of 1 March, and those of the days of official forecasts."""
    both = pd.concat([cells.assign(put="march"), official.assign(put="official")])
    return both.to_csv(index=False, float_format="%.6g")


def from_csv(text: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The two tables of ``as_csv``."""
    both = pd.read_csv(StringIO(text))
    both["origin"] = [date.fromisoformat(day) for day in both["origin"]]
    march = both[both["put"] == "march"].drop(columns="put")
    return march, both[both["put"] == "official"].drop(columns="put")


def kept() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The cells kept with the package (``sim/data/hindcasts.csv``)."""
    return from_csv((resources.files("sim") / "data" / "hindcasts.csv").read_text("utf-8"))


def official_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Pair each official forecast with the program's, made on its day of publication.

    ``cells`` are those of ``official_origins``. Where a forecast counts otherwise than the series
    does, each is compared with the outcome by its own definition.
    """
    program = {
        (row["origin"], row["series"], row["target"]): row
        for row in cells.to_dict("records")
        if row["forecaster"] == "program"
    }
    rows = []
    for one in forecasts():
        key = (one.published, one.series, one.target.year)
        if key not in program:
            continue
        mine = program[key]
        came = one.realised or mine["came"]
        rows.append(
            {
                "series": one.series,
                "edition": one.edition,
                "published": one.published,
                "target": one.target.year,
                "came": came,
                "official": one.central,
                "official_percentage": abs(one.central - came) / came,
                "official_error": one.central - came,
                "program": mine["forecast"],
                "program_came": mine["came"],
                "program_percentage": mine["percentage"],
                "program_error": mine["error"],
                "low_80": mine["low_80"],
                "high_80": mine["high_80"],
                "within_80": mine["within_80"],
            }
        )
    return pd.DataFrame(rows)


def summary(cells: pd.DataFrame) -> pd.DataFrame:
    """Scores by series, years ahead and forecaster: number of cells, bias, MAPE, CRPS, coverage.

    Bias is the mean error of the median, relative to the mean outcome.
    """
    groups = cells.groupby(["series", "ahead", "forecaster"], sort=False)
    table = groups.agg(
        n=("came", "size"),
        came=("came", "mean"),
        error=("error", "mean"),
        mape=("percentage", "mean"),
        crps=("crps", "mean"),
        within_50=("within_50", "mean"),
        within_80=("within_80", "mean"),
    ).reset_index()
    table["bias"] = table["error"] / table["came"]
    return table


@dataclass(frozen=True)
class Coverage:
    """Coverage of the 80 % interval over all cells, with origins as clusters."""

    cells: int
    origins: int
    share: float
    low: float
    high: float
    p_value: float


def coverage(cells: pd.DataFrame, band: str = "80") -> Coverage:
    """Estimate coverage over all cells, with a 95 % interval clustered by origin.

    Cells of one origin are dependent, so origins are the sampling units: the share is the
    mean over all cells, its error that of a ratio of sums by origin, tested with Student's t.
    """
    mine = cells[cells["forecaster"] == "program"]
    column = f"within_{band}"
    sums = mine.groupby("origin")[column].agg(["sum", "size"])
    share = float(sums["sum"].sum() / sums["size"].sum())
    k = len(sums)
    off = sums["sum"] - share * sums["size"]
    error = float(np.sqrt((off**2).sum() * k / (k - 1)) / sums["size"].sum())
    reach = float(stats.t.ppf(0.975, k - 1)) * error
    t = (share - int(band) / 100) / error if error > 0 else np.inf
    p = float(2 * stats.t.sf(abs(t), k - 1))
    return Coverage(len(mine), k, share, share - reach, share + reach, p)


def decided(found: Coverage, level: float = 0.05) -> bool:
    """Whether coverage differs from its nominal value by more than chance among origins allows."""
    return found.p_value < level


def beaten_by_naive(table: pd.DataFrame) -> Iterator[tuple[str, int, str, float]]:
    """Return where a naive forecast has a smaller CRPS: (series, ahead, who, ratio)."""
    rows = {(r["series"], r["ahead"], r["forecaster"]): r for r in table.to_dict("records")}
    for (series, ahead, name), row in rows.items():
        mine = rows.get((series, ahead, "program"))
        if name in NAIVE and mine is not None and row["n"] == mine["n"]:
            ratio = float(mine["crps"] / row["crps"])
            if ratio > 1:
                yield str(series), int(ahead), str(name), ratio

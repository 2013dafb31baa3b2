"""Skill of forecasts over many origins: ratios of CRPS, bias, coverage, and their intervals.

All intervals are of 90%. The forecasts of one origin depend on each other, and those of
neighbouring origins share years, so the unit that is drawn is the origin, in blocks: a circular
block bootstrap. A ratio pairs the same cells (origin and year) of two forecasters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ..model.sampling import Floats
from .naives import BANDED, POINT

CONFIDENCE = 0.90
RESAMPLES = 2_000
SEED = 1
FEWEST = 4
"""Origins from which an interval is estimated; from fewer it is not a number."""
COLLAPSE = date(2016, 3, 1)
"""Origin that weighs most: inflow had just fallen to a third. Scores are shown without it too."""


@dataclass(frozen=True)
class Estimate:
    """A number estimated over origins, with the ends of its 90% interval.

    The ends are not numbers where there are too few origins.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Coverage:
    """Coverage of the 80% interval over all cells, with the origins as clusters."""

    cells: int
    origins: int
    share: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether the interval contains the nominal 80%."""
        return self.low <= 0.80 <= self.high


@cache
def drawn_origins(count: int, block: int) -> npt.NDArray[np.int64]:
    """Return resampled origins: shape (resamples, origins), in circular blocks of neighbours.

    A block is never longer than half the origins: drawn whole, all resamples would be the same.
    """
    block = max(min(block, count // 2), 1)
    begin = np.random.default_rng(SEED).integers(0, count, (RESAMPLES, -(-count // block)))
    places = (begin[:, :, None] + np.arange(block)) % count
    drawn: npt.NDArray[np.int64] = places.reshape(RESAMPLES, -1)[:, :count]
    return drawn


def _estimate(value: float, resampled: Floats, origins: int) -> Estimate:
    if origins < FEWEST:
        return Estimate(value, np.nan, np.nan)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.nanquantile(resampled, (tail, 1 - tail))
    return Estimate(value, float(low), float(high))


def block_of(cells: pd.DataFrame) -> int:
    """Return the length of a block: as many origins as years are forecast, since those overlap."""
    return int(cells["ahead"].max())


def ratio(cells: pd.DataFrame, mine: str, other: str, block: int) -> Estimate | None:
    """Return the CRPS of one forecaster over that of another, on the cells that both have.

    Sums over all cells; below 1 the first is better. None if they share no cell.
    """
    table = cells[cells["forecaster"].isin((mine, other))].pivot_table(
        index=["origin", "target"], columns="forecaster", values="crps"
    )
    if not {mine, other} <= set(table.columns):
        return None
    return ratio_of(table.dropna(), mine, other, block)


def ratio_of(pairs: pd.DataFrame, mine: str, other: str, block: int) -> Estimate | None:
    """Return the ratio of the sums of two columns; origins are the first level of the index."""
    if pairs.empty:
        return None
    sums = pairs.groupby(level="origin")[[mine, other]].sum()
    drawn = sums.to_numpy()[drawn_origins(len(sums), block)].sum(axis=1)
    value = float(sums[mine].sum() / sums[other].sum())
    return _estimate(value, drawn[:, 0] / drawn[:, 1], len(sums))


def over_origins(
    cells: pd.DataFrame, values: pd.Series[float], statistic: Callable[..., Any], block: int
) -> Estimate:
    """Estimate a statistic of the values of all cells, with its interval over origins."""
    table = (
        values.to_frame("value")
        .assign(origin=cells["origin"], target=cells["target"])
        .pivot_table(index="origin", columns="target", values="value")
        .to_numpy()
    )
    drawn = table[drawn_origins(len(table), block)].reshape(RESAMPLES, -1)
    return _estimate(float(statistic(values)), statistic(drawn, axis=1), len(table))


def bias(cells: pd.DataFrame, block: int, forecaster: str = "program") -> Estimate:
    """Return the median over origins of log(median forecast / outcome)."""
    mine = cells[cells["forecaster"] == forecaster]
    return over_origins(mine, log_error(mine), np.nanmedian, block)


def log_error(cells: pd.DataFrame) -> pd.Series[float]:
    """Return the log of median forecast over outcome, by cell."""
    return pd.Series(np.log(cells["forecast"] / cells["came"]), index=cells.index)


def mean_pit(cells: pd.DataFrame, block: int, forecaster: str = "program") -> Estimate:
    """Return the mean probability that the forecast gave to less than the outcome.

    0.5 if outcomes are as often high as low in the forecast; below, forecasts are too high.
    """
    mine = cells[cells["forecaster"] == forecaster]
    return over_origins(mine, mine["pit"], np.nanmean, block)


def coverage(cells: pd.DataFrame, band: str = "80", forecaster: str = "program") -> Coverage:
    """Estimate coverage over all cells, with a 90% interval clustered by origin.

    Cells of one origin are dependent, so origins are the sampling units: the share is the
    mean over all cells, its error that of a ratio of sums by origin, with Student's t.
    """
    mine = cells[cells["forecaster"] == forecaster]
    sums = mine.groupby("origin")[f"within_{band}"].agg(["sum", "size"])
    share = float(sums["sum"].sum() / sums["size"].sum())
    k = len(sums)
    off = sums["sum"] - share * sums["size"]
    error = float(np.sqrt((off**2).sum() * k / max(k - 1, 1)) / sums["size"].sum())
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, max(k - 1, 1))) * error
    return Coverage(len(mine), k, share, max(share - reach, 0.0), min(share + reach, 1.0))


def benchmark(cells: pd.DataFrame) -> str:
    """Return the banded naive with the lower CRPS over all cells of a series.

    One for a series and never one for each horizon: the best of many would be chosen by luck.
    """
    return _best(cells, BANDED)


def best_point(cells: pd.DataFrame) -> str:
    """Return the naive number with the lowest CRPS over all cells of a series.

    Only those that have all cells of the model.
    """
    have = (cells["forecaster"] == "program").sum()
    whole = [name for name in POINT if (cells["forecaster"] == name).sum() >= have]
    return _best(cells, whole)


def _best(cells: pd.DataFrame, names: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    means = cells.groupby("forecaster")["crps"].mean()
    return min((name for name in names if name in means.index), key=lambda name: float(means[name]))


def summary(cells: pd.DataFrame) -> pd.DataFrame:
    """Scores by series, years ahead and forecaster: number of cells, bias, MAPE, CRPS, coverage.

    Bias is the median over origins of log(median forecast / outcome).
    """
    logs = cells.assign(bias=log_error(cells))
    groups = logs.groupby(["series", "ahead", "forecaster"], sort=False)
    return groups.agg(
        n=("came", "size"),
        mape=("percentage", "mean"),
        crps=("crps", "mean"),
        within_50=("within_50", "mean"),
        within_80=("within_80", "mean"),
        pit=("pit", "mean"),
        bias=("bias", "median"),
    ).reset_index()

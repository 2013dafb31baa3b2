"""Naive forecasts of a series from its past alone: three numbers, two distributions, and a pool.

``history`` holds the figures known on the origin date by year; there may be gaps.

The numbers are the usual ones: no change, last growth, mean of history. The distributions are on
the logarithm: a random walk, and a pull to a level. They say how well the past of a series alone
forecasts it, with an interval, and so are what the model has to beat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtri

from ..model.sampling import Floats

POINT = ("no_change", "last_growth", "mean_of_history")
BANDED = ("walk", "pull")
NAIVE = (*POINT, *BANDED)
POOL = "pool"
PRIOR_SD, PRIOR_YEARS = 0.30, 6
"""Prior of the yearly change on the log: its standard deviation, and its weight in years."""
HALF_LIFE = 8.0
"""Years after which a figure counts half as much in the level that pulls."""
KEPT = 0.8
"""Part of the distance to the level that is left after a year."""
PULL_WIDER = 1.1
"""Factor on the yearly standard deviation of the pull."""
LEVELS = (np.arange(1_000) + 0.5) / 1_000
"""Probabilities at which a distribution is represented, to score it like a sample."""


def point_forecasts(
    history: Mapping[int, float], years: Sequence[int]
) -> dict[tuple[str, int], float]:
    """Return the naive forecasts that are one number: (forecaster, year) -> number.

    No change: the last figure known. Last growth: the growth between the last two known years
    continues. Mean of history: the mean of all figures known.
    """
    if not history:
        return {}
    last = max(history)
    value = history[last]
    found: dict[tuple[str, int], float] = {}
    for year in years:
        found["no_change", year] = value
        found["mean_of_history", year] = float(np.mean(list(history.values())))
        if last - 1 in history:
            growth = value / history[last - 1]
            found["last_growth", year] = value * growth ** (year - last)
    return found


def banded_forecasts(
    history: Mapping[int, float], years: Sequence[int]
) -> dict[tuple[str, int], Floats]:
    """Return the naive forecasts that are distributions: (forecaster, year) -> quantiles.

    Quantiles are those at ``LEVELS``, in the unit of the series. Years are counted from the last
    figure known, so a series published late is forecast further ahead. None where nothing is known.
    """
    if not history:
        return {}
    found: dict[tuple[str, int], Floats] = {}
    last, normal = max(history), ndtri(LEVELS)
    for year in years:
        if year > last:
            for name, (mean, sd) in zip(BANDED, _normals(history, year - last), strict=True):
                found[name, year] = np.exp(mean + sd * normal)
    return found


def _normals(history: Mapping[int, float], ahead: int) -> list[tuple[float, float]]:
    """Return mean and standard deviation of the log for walk and pull, some years ahead.

    Walk: the last figure holds, and its error grows with the root of the years. Pull: a fifth of
    the distance to an exponentially weighted mean of the logs goes each year.
    """
    years = np.array(sorted(history))
    logs = np.log([history[year] for year in years])
    sd = yearly_sd(years, logs)
    weights = 0.5 ** ((years[-1] - years) / HALF_LIFE)
    level, last = float(weights @ logs / weights.sum()), float(logs[-1])
    pulled = level + (last - level) * KEPT**ahead
    grown = float(np.sqrt((KEPT ** (2.0 * np.arange(ahead))).sum()))
    return [(last, sd * float(np.sqrt(ahead))), (pulled, PULL_WIDER * sd * grown)]


def yearly_sd(years: np.ndarray, logs: Floats) -> float:
    """Return the standard deviation of a year's change on the log, combined with its prior.

    The change between two figures is divided by the root of the years between them.
    """
    changes = np.diff(logs) / np.sqrt(np.diff(years))
    total = float((changes**2).sum()) + PRIOR_YEARS * PRIOR_SD**2
    return float(np.sqrt(total / (changes.size + PRIOR_YEARS)))


def pooled(samples: Sequence[Floats]) -> Floats:
    """Return the pool of some forecasts: the mean of their logarithms at the same quantiles.

    Each forecast has the same weight. A forecast of zero counts as one person, case or euro.
    """
    logs = [np.log(np.maximum(np.quantile(sample, LEVELS), 1.0)) for sample in samples]
    quantiles: Floats = np.exp(np.mean(logs, axis=0))
    return quantiles

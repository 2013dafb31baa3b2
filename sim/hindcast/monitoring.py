"""Follow forecasts up: percentile, coverage, CRPS and CUSUM of figures that came.

A forecast is given by its quantiles at increasing ``levels``; nothing here knows where it comes
from. The limit of the CUSUM is derived by simulation in ``tests/cusum_limits.py``, and a test
repeats the derivation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from ..model.sampling import Floats

LEVELS = (0.01, *(step / 20 for step in range(1, 20)), 0.99)
"""Probabilities of the quantiles that a frozen forecast keeps."""
INTERVALS = (("50", 0.25, 0.75), ("80", 0.10, 0.90))
"""Intervals whose coverage is counted: name, lower and upper level."""
REFERENCE = 1.25
"""Reference value k of the CUSUM [predictive standard deviations]."""
LIMIT = 3.7
"""Limit h of the CUSUM [predictive standard deviations]."""
MOST_SCORE = 3.5
"""Largest normal score that the CUSUM counts, in either direction: a forecast known by quantiles
does not know its tails, and those of inflow are heavier than normal. So no single month gives an
alarm."""
FAMILY = 40
"""Number of series for which the limit holds."""


@dataclass(frozen=True)
class Cusum:
    """Two-sided CUSUM after each month, and in which months it gave an alarm."""

    up: Floats
    down: Floats
    alarm: NDArray[np.bool_]


def normal_score(quantiles: Floats, came: float) -> float:
    """Return the standard normal value that has the percentile of a figure in its forecast.

    Standard normal for figures that the forecast itself draws. Linear in the figure between the
    quantiles. Beyond the outermost ones the forecast is taken to be normal on either side of its
    median, with the spread that the outermost quantile has. NaN if all quantiles are equal: such a
    forecast has no distribution.
    """
    if quantiles[0] == quantiles[-1]:
        return float("nan")
    scores = ndtri(LEVELS)
    first = int(np.searchsorted(quantiles, came, "left"))
    last = int(np.searchsorted(quantiles, came, "right"))
    if first < last:
        # A figure that equals several quantiles stands in their middle.
        return float(scores[first] + scores[last - 1]) / 2
    if 0 < first < len(quantiles):
        return float(np.interp(came, quantiles, scores))
    end = 0 if first == 0 else -1
    middle = np.interp(0.5, LEVELS, quantiles)
    spread = (quantiles[end] - middle) / scores[end]
    if spread == 0:
        spread = (quantiles[-1] - quantiles[0]) / (scores[-1] - scores[0])
    return float(scores[end] + (came - quantiles[end]) / spread)


def percentile(quantiles: Floats, came: float) -> float:
    """Return the share of a forecast below a figure (PIT), from the quantiles of the forecast.

    Of a forecast without any spread 0, 0.5 or 1: the figure is above it, equal or below.
    """
    score = normal_score(quantiles, came)
    if np.isnan(score):
        return 0.5 * (1 + float(np.sign(came - quantiles[0])))
    return float(ndtr(score))


def is_within(quantiles: Floats, came: float, low: float, high: float) -> bool:
    """Return whether a figure lies in the interval between two levels, ends included."""
    ends = np.interp((low, high), LEVELS, quantiles)
    return bool(ends[0] <= came <= ends[1])


def crps(quantiles: Floats, came: float, levels: Floats | tuple[float, ...] = LEVELS) -> float:
    """Continuous ranked probability score of a forecast known by quantiles.

    Twice the pinball loss, integrated over all levels: each level stands for those nearer to it
    than to another, the outermost ones for the rest. Exact for a sample of n whose values are given
    at the levels (i - 1/2) / n.
    """
    at = np.asarray(levels)
    edges = np.concatenate([[0.0], (at[1:] + at[:-1]) / 2, [1.0]])
    loss = (came - quantiles) * (at - (came < quantiles))
    return float(2 * np.diff(edges) @ loss)


def with_error(quantiles: Floats, sd: float, error: float) -> Floats:
    """Return the quantiles of a forecast of a figure that is itself measured with an error.

    ``sd`` and ``error`` are the standard deviations of forecast and figure. The quantiles move away
    from the median until the variances add up; a forecast without spread takes a normal error.
    """
    middle = np.interp(0.5, LEVELS, quantiles)
    if sd == 0:
        wider: Floats = middle + error * ndtri(LEVELS)
        return wider
    moved: Floats = middle + (quantiles - middle) * float(np.hypot(sd, error)) / sd
    return moved


def cusum(scores: Floats, reference: float = REFERENCE, limit: float = LIMIT) -> Cusum:
    """Return the two-sided CUSUM of normal scores by month (first axis).

    Scores count up to ``MOST_SCORE``. Each side sums what exceeds the reference value
    and never falls below zero. Above the limit it
    gives an alarm, after which both sides begin at zero again. A month without a score (NaN)
    changes nothing.
    """
    up, down = np.zeros_like(scores), np.zeros_like(scores)
    alarm = np.zeros(scores.shape, dtype=bool)
    above, below = np.zeros(scores.shape[1:]), np.zeros(scores.shape[1:])
    for month, score in enumerate(np.clip(scores, -MOST_SCORE, MOST_SCORE)):
        known = np.isfinite(score)
        above = np.where(known, np.maximum(0.0, above + score - reference), above)
        below = np.where(known, np.maximum(0.0, below - score - reference), below)
        up[month], down[month] = above, below
        alarm[month] = known & (np.maximum(above, below) > limit)
        above, below = (np.where(alarm[month], 0.0, side) for side in (above, below))
    return Cusum(up, down, alarm)

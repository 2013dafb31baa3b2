"""Aims of a search for a plan: statistics of outcomes, their limits, and what is certain of them.

An outcome is an array over replications. An aim is a statistic of one of them; a limit holds for
certain where the 95% upper bound of the aim lies below it:

- chance: Clopper and Pearson;
- mean: Student's t, from the means of blocks as in ``results.precision``;
- quantile: the order statistic that lies above it with 95% certainty, whatever the distribution;
- CVaR: the mean of what it is the mean of (Rockafellar and Uryasev), as a mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import betaincinv, stdtrit
from scipy.stats import binom

from ..model.sampling import Floats
from ..results.precision import MANY_BLOCKS, block_means, blocks
from .plan_search_asked import BAD_PART, AimText, LimitText

SURE = 0.95
"""Certainty with which a limit must hold on the second set."""
BOTH_SIDES = 0.975
"""Certainty of each end of a 95% interval."""
Outcome = Mapping[str, Floats]
"""Arrays (replication,) by name."""


@dataclass(frozen=True)
class Estimate:
    """Value of an aim with its 95% interval: the simulation error."""

    value: float
    low: float
    high: float


def value_of(aim: AimText, outcome: Outcome) -> float:
    """Return the value of an aim."""
    values = outcome[aim.measure]
    if aim.statistic in ("mean", "p"):
        return float(values.mean())
    if aim.statistic == "cvar":
        return float(_in_bad_part(values).mean())
    return float(np.quantile(values, aim.level))


def estimate(aim: AimText, outcome: Outcome) -> Estimate:
    """Return the value of an aim with its simulation error."""
    return Estimate(
        value_of(aim, outcome),
        _end(aim, outcome, -1, BOTH_SIDES, None),
        _end(aim, outcome, 1, BOTH_SIDES, None),
    )


def upper_bound(aim: AimText, outcome: Outcome, replications: int | None = None) -> float:
    """Return the 95% upper bound of an aim, as so many replications of the same spread give it."""
    return _end(aim, outcome, 1, SURE, replications)


def difference(aim: AimText, outcome: Outcome, other: Outcome) -> Estimate | None:
    """Return an aim less that of another plan in the same futures; None where none is known.

    Of means and chances replication by replication; of other statistics the interval is that of
    the difference between blocks of replications.
    """
    if aim.statistic in ("mean", "p"):
        apart = outcome[aim.measure] - other[aim.measure]
        width = _half(apart, BOTH_SIDES, apart.size)
        return Estimate(float(apart.mean()), float(apart.mean()) - width, apart.mean() + width)
    return None


def is_met(limit: LimitText, bound: float) -> bool:
    """Return whether a bound lies within a limit."""
    return bound <= limit.most if limit.or_equal else bound < limit.most


def excess(limit: LimitText, bound: float) -> float:
    """Return by how much a bound lies beyond a limit, as a part of it; 0 where it is met."""
    if is_met(limit, bound):
        return 0.0
    scale = 1.0 if limit.aim.statistic == "p" else max(abs(limit.most), 1.0)
    return max((bound - limit.most) / scale, np.finfo(float).tiny)


def violation(
    limits: Sequence[LimitText], outcome: Outcome, replications: int | None = None
) -> float:
    """Return by how much all bounds together lie beyond their limits; 0 where all are met."""
    return sum(excess(limit, upper_bound(limit.aim, outcome, replications)) for limit in limits)


def _end(aim: AimText, outcome: Outcome, side: int, sure: float, size: int | None) -> float:
    """Return one end of the interval of an aim: below (-1) or above (1)."""
    values = outcome[aim.measure]
    n = size or values.size
    if aim.statistic == "p":
        return _chance_end(float(values.mean()) * n, n, side, sure)
    if aim.statistic in ("mean", "cvar"):
        each = values if aim.statistic == "mean" else _in_bad_part(values)
        return float(each.mean()) + side * _half(each, sure, n)
    return _quantile_end(values, aim.level, n, side, sure)


def _chance_end(count: float, n: int, side: int, sure: float) -> float:
    """Return one end of the interval of a chance by Clopper and Pearson."""
    if side > 0:
        return 1.0 if count >= n else float(betaincinv(count + 1, n - count, sure))
    return 0.0 if count <= 0 else float(betaincinv(count, n - count + 1, 1 - sure))


def _half(values: Floats, sure: float, n: int) -> float:
    """Return how far one end of the interval of a mean of ``n`` such values lies from it."""
    each = block_means(values) if blocks(values.size) >= MANY_BLOCKS else values
    if each.size < 2:
        return float("inf")
    error = float(each.std(ddof=1)) / sqrt(each.size) * sqrt(values.size / n)
    return float(stdtrit(each.size - 1, sure)) * error


def _quantile_end(values: Floats, level: float, n: int, side: int, sure: float) -> float:
    """Return the order statistic that lies beyond a quantile with a certainty.

    The largest (or smallest) value where there is none: it then says less than is asked for.
    """
    ordered = np.sort(values)
    place = binom.ppf(sure, n, level) if side > 0 else binom.ppf(1 - sure, n, level) - 1
    inside = min(max(int(place), 0), n - 1)
    return float(ordered[min(int(inside * values.size / n), values.size - 1)])


def _in_bad_part(values: Floats) -> Floats:
    """Return what the CVaR is the mean of: (replication,)."""
    worst = np.quantile(values, 1 - BAD_PART, method="inverted_cdf")
    result: Floats = worst + np.maximum(values - worst, 0.0) / BAD_PART
    return result

"""Decide under uncertainty: weighed cost, regret, the value of information, and the frontier.

Pure functions on arrays; several plans are (plan, replication), on common random numbers, so that a
column is one future.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from ..model.sampling import Floats
from ..results.precision import CONFIDENCE, half_width

PRICE_OF_NIGHT = 250.0
"""What a night of a person without a place weighs [EUR]: about that of a night in a hotel."""


def loss(cost: Floats, nights_short: Floats, price_of_night: float) -> Floats:
    """Return cost with nights short at a price: what a plan is judged by [EUR]."""
    weighed: Floats = cost + price_of_night * nights_short
    return weighed


def regret(losses: Floats) -> Floats:
    """Return what each plan loses on the best plan of the same future: (plan, replication)."""
    lost: Floats = losses - losses.min(axis=0)
    return lost


def evpi(losses: Floats) -> float:
    """Return the expected value of perfect information: what knowing the future would be worth.

    The least expected loss, less the expectation of the least loss; equal to the least mean regret.
    Never below 0, also where rounding would make it so.
    """
    return max(float(losses.mean(axis=1).min() - losses.min(axis=0).mean()), 0.0)


def cvar(values: Floats, level: float = 0.9) -> float:
    """Return the mean of the worst (highest) ``1 - level`` part of the values, its CVaR.

    A value at the border counts for the part of it that lies within.
    """
    worst = np.sort(values)[::-1]
    size = (1 - level) * worst.size
    weights = np.clip(size - np.arange(worst.size), 0.0, 1.0)
    return float((weights * worst).sum() / weights.sum())


def share_of_worst(values: Floats, part: float) -> float:
    """Return which share of the sum of the values lies in their worst (highest) ``part``.

    ``part`` times the worst mean over the mean; 0 where all values are 0.
    """
    mean = float(values.mean())
    return part * cvar(values, 1 - part) / mean if mean > 0 else 0.0


def mean_error(values: Floats) -> float:
    """Return half the 95% interval of a mean over replications: its simulation error.

    As ``precision`` has it, from the means of blocks: NaN with fewer than 100 replications.
    """
    return float(half_width(values))


def mean_with_error(name: str, values: Floats) -> dict[str, float]:
    """Return a mean with its simulation error: ends of its 95% interval, none of one future."""
    mean, error = float(values.mean()), mean_error(values)
    return {name: mean, f"{name}_low": mean - error, f"{name}_high": mean + error}


def chance_interval(count: int, total: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the two-sided interval of a chance from a count (Clopper and Pearson)."""
    outside = (1 - confidence) / 2
    low = float(beta.ppf(outside, count, total - count + 1)) if count else 0.0
    return low, chance_bound(count, total, 1 - outside)


def chance_bound(count: int, total: int, confidence: float = CONFIDENCE) -> float:
    """Return the upper bound of a chance from a count (Clopper and Pearson)."""
    return float(beta.ppf(confidence, count + 1, total - count)) if count < total else 1.0


def frontier(*aims: Floats) -> NDArray[np.bool_]:
    """Return which plans no other beats: as good in each aim, and better in one (lower is better).

    Of plans that are equal in all aims each is on the frontier.
    """
    points = np.stack(aims, axis=1)
    no_worse = (points[:, None, :] <= points[None, :, :]).all(axis=2)
    better = (points[:, None, :] < points[None, :, :]).any(axis=2)
    return ~np.asarray(np.any(no_worse & better, axis=0), dtype=np.bool_)


@dataclass(frozen=True)
class BestRange:
    """Prices of a night short from ``low`` to ``high`` at which a plan has the least mean loss."""

    plan: int
    low: float
    high: float


def best_ranges(
    cost: Sequence[float] | Floats, nights: Sequence[float] | Floats
) -> list[BestRange]:
    """Return which plan is best at each price of a night short, from 0 on, by mean.

    Expected loss is a straight line in that price, so the best is the lowest line. Of plans that
    are equal the first is named.
    """
    low, found = 0.0, list[BestRange]()
    plan = min(range(len(cost)), key=lambda one: (cost[one], nights[one], one))
    while True:
        crossing = {
            other: (cost[other] - cost[plan]) / (nights[plan] - nights[other])
            for other in range(len(cost))
            if nights[other] < nights[plan]
        }
        if not crossing:
            return [*found, BestRange(plan, low, float("inf"))]
        at = max(min(crossing.values()), low)
        after = min(
            (one for one in crossing if crossing[one] <= at), key=lambda one: (nights[one], one)
        )
        if at > low:
            found.append(BestRange(plan, low, at))
        plan, low = after, at

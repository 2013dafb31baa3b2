"""Simulation error: how far a result may lie from that of infinitely many replications.

Replications come in blocks of ``BLOCK`` that are independent Latin hypercubes (``sampling``), so a
statistic of each block is one of B independent observations, and their spread gives its standard
error. Treating replications as independent would overstate it: a block covers the range of each
number evenly. With fewer than ``MANY_BLOCKS`` the spread of so few observations is itself known too
badly, and replications are taken as independent after all: an interval that is rather too wide.

- mean: the standard deviation of the means of blocks, over the root of B;
- probability: the same of the shares of blocks;
- quantile at p: with q the pooled quantile, the standard error of the share of replications at or
  below q, and then the pooled quantiles at p less and plus t times that;
- difference: that of the differences replication by replication, which are paired per block.

Intervals hold 95% and use Student's t with one degree of freedom less than there are observations.
Replications beyond the last whole block count for the value and not for the error of blocks. With
fewer than two blocks (100 replications) there is no estimate: NaN. All functions work on the last
axis and leave out what is not finite.
"""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from ..model.sampling import BLOCK, Floats
from .tables import finite_quantiles

CONFIDENCE = 0.95
LEAST_BLOCKS, MANY_BLOCKS = 2, 10
"""Blocks below which there is no estimate, and below which replications count as independent."""
MEASURED = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
"""Quantiles whose interval is written into tables, beside that of the mean."""
Interval = tuple[Floats, Floats]


def blocks(replications: int) -> int:
    """Return the number of whole blocks."""
    return replications // BLOCK


def block_means(values: Floats) -> Floats:
    """Return the mean of each whole block: (..., block); NaN for a block without a finite value."""
    count = blocks(values.shape[-1])
    parts = values[..., : count * BLOCK].reshape(*values.shape[:-1], count, BLOCK)
    known = np.isfinite(parts)
    total = np.where(known, parts, 0.0).sum(axis=-1)
    found = known.sum(axis=-1)
    means: Floats = np.where(found > 0, total / np.maximum(found, 1), np.nan)
    return means


def half_width(values: Floats) -> Floats:
    """Return half the width of the 95% interval of the mean; NaN with fewer than two blocks.

    Of an array of zeros and ones that is the interval of a probability.
    """
    count = blocks(values.shape[-1])
    if count < LEAST_BLOCKS:
        return np.full(values.shape[:-1], np.nan)
    return half_width_of_mean(values if count < MANY_BLOCKS else block_means(values))


def half_width_of_mean(observations: Floats) -> Floats:
    """Return half the width of the 95% interval of the mean of independent observations.

    NaN with fewer than two that are finite.
    """
    known = np.isfinite(observations)
    count = known.sum(axis=-1)
    enough = count >= 2
    average = np.where(known, observations, 0.0).sum(axis=-1) / np.maximum(count, 1)
    squares = np.where(known, (observations - average[..., None]) ** 2, 0.0).sum(axis=-1)
    freedom = np.maximum(count - 1, 1)
    error = np.sqrt(squares / freedom / np.maximum(count, 1))
    width: Floats = np.where(enough, stdtrit(freedom, (1 + CONFIDENCE) / 2) * error, np.nan)
    return width


def of_mean(values: Floats) -> Interval:
    """Return the 95% interval of the mean."""
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    width = half_width(values)
    return mean - width, mean + width


def of_probability(met: Floats) -> Interval:
    """Return the 95% interval of a probability, within 0 to 1, from zeros and ones."""
    low, high = of_mean(met)
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def of_quantile(values: Floats, p: float) -> Interval:
    """Return the 95% interval of the quantile at ``p``.

    Where p less or plus the error lies beyond 0 or 1, it ends at the smallest or largest value.
    """
    (middle,) = finite_quantiles(values, p)
    below = np.where(np.isfinite(values), values <= middle[..., None], np.nan)
    width = half_width(below)
    low, high = finite_quantiles(
        values, np.clip(p - np.nan_to_num(width), 0, 1), np.clip(p + np.nan_to_num(width), 0, 1)
    )
    known = np.isfinite(width)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def quantile_with_error(values: Floats, p: float) -> tuple[float, float, float]:
    """Return the quantile at ``p`` of values (replication,), and both ends of its 95% interval.

    Of a cost it is the amount that is enough with that chance.

    >>> quantile_with_error(np.arange(11.0), 0.8)[0]
    8.0
    """
    low, high = of_quantile(values, p)
    return float(np.quantile(values, p)), float(low), float(high)


def of_statistic(values: Floats, statistic: str) -> Interval:
    """Return the 95% interval of one of ``cell.STATISTICS``."""
    if statistic == "mean":
        return of_mean(values)
    if statistic == "p_positive":
        return of_probability(np.where(np.isfinite(values), values > 0, np.nan))
    return of_quantile(values, int(statistic.removeprefix("p")) / 100)


def intervals(values: Floats) -> dict[str, Floats]:
    """Return both ends of the intervals of the mean and of ``MEASURED``, as columns of a table.

    They are called after the statistic: ``p50_low`` and ``p50_high``.
    """
    found = {"mean": of_mean(values)}
    found |= {name: of_quantile(values, p) for name, p in MEASURED.items()}
    return {
        f"{name}_{end}": values
        for name, pair in found.items()
        for end, values in zip(("low", "high"), pair, strict=True)
    }


COLUMNS = tuple(f"{name}_{end}" for name in ("mean", *MEASURED) for end in ("low", "high"))
"""Columns that ``intervals`` gives."""

"""Chance, on its two levels.

*What we do not know*: parameters, drawn once a replication as a Latin hypercube, one column per
name. *What is luck*: one uniform per (process, day, replication, cell) from a counter-based
generator, made a count by inverse transform. Neither depends on how many other draws were made, in
which chunk or worker, or in which order: an added uncertain key or process shifts no other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from .scenario import Quantity, Scenario, quantities

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Kind = Literal["parameters", "inflow", "luck"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Samples = dict[str, Floats]

INFLOW_PATH = "inflow.path.year."
EXACT_BELOW_MEAN = 12.0
"""Up to this mean a count is exact; above it a normal with a correction for skewness."""


_LONGEST_WALK = 80
"""Steps after which the chance that is left (at a mean of 12) is below 1e-30."""


def _key(*words: object) -> int:
    digest = hashlib.blake2b("|".join(map(str, words)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def hypercube_column(name: str, replications: int, seed: int) -> Floats:
    """One column of the Latin hypercube: ``replications`` uniforms, one in each stratum."""
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, _key(name)])))
    column: Floats = qmc.LatinHypercube(1, rng=generator).random(replications)[:, 0]
    return column


def sample(
    scenario: Scenario, replications: int, seed: int, vary: tuple[Kind, ...] = KINDS
) -> Samples:
    """Draw all that is unknown, for all replications up front.

    Returns a column (replications,) for each uncertain number by its path (the number itself, or
    the factor on it), and a standard normal for each year of the inflow path by
    ``inflow.path.year.<year>``. Kinds not in ``vary`` are left out: they stay at their centre.
    """
    samples: Samples = {}
    if "parameters" in vary:
        for path, quantity in quantities(scenario):
            if quantity.spread is not None:
                u = hypercube_column(path, replications, seed)
                samples[path] = quantity.spread.quantile(u, quantity.central_draw())
    if "inflow" in vary:
        for year in range(scenario.inflow.path.known_until.year, scenario.until.year + 2):
            u = hypercube_column(f"{INFLOW_PATH}{year}", replications, seed)
            samples[f"{INFLOW_PATH}{year}"] = ndtri(u)
    return samples


def take(samples: Samples, first: int, count: int) -> Samples:
    """The part of a sample that belongs to ``count`` replications from ``first`` on."""
    return {name: column[first : first + count] for name, column in samples.items()}


def drawn(quantity: Quantity, base: float, sample: Floats | None) -> Floats:
    """The number in each replication: its base value, blurred by the draw if there is one."""
    if sample is None:
        return np.full(1, base)
    if quantity.spread is not None and quantity.spread.kind == "factor":
        return base * sample
    return np.asarray(sample, dtype=np.float64)


@dataclass(frozen=True)
class Luck:
    """Daily luck of ``count`` replications from number ``first`` on.

    With ``varied`` false every replication gets the same evenly spread uniforms (a low-discrepancy
    sequence over the days), so that counts keep their mean and only chance is gone.
    """

    seed: int
    first: int
    count: int
    varied: bool = True

    def uniforms(self, process: str, day: int, cells: int) -> Floats:
        """Uniforms (replications, cells) in (0, 1) for one process on one day."""
        if not self.varied:
            golden = 0.6180339887498949
            start = _key(process) / 2**64
            row = (start + day * golden + np.arange(cells) * 0.7548776662466927) % 1.0
            return np.broadcast_to(np.clip(row, 1e-9, 1 - 1e-9), (self.count, cells))
        blocks = -(-cells // 4)
        bits = np.random.Philox(
            key=np.array([self.seed, _key(process)], dtype=np.uint64),
            counter=np.array([self.first * blocks, day, 0, 0], dtype=np.uint64),
        )
        drawn = np.random.Generator(bits).random((self.count, blocks * 4))
        return np.maximum(drawn[:, :cells], 2.0**-54)


def poisson_count(u: Floats, mean: ArrayLike) -> Counts:
    """Poisson counts by inverse transform; ``mean`` broadcasts against ``u``."""
    means = np.broadcast_to(np.asarray(mean, dtype=np.float64), u.shape)
    count = np.zeros(u.shape, dtype=np.int64)
    small = means <= EXACT_BELOW_MEAN
    if small.any():
        m = means[small]
        count[small] = _search(u[small], np.exp(-m), m, 0.0, _LONGEST_WALK)
    if not small.all():
        large = ~small
        m = means[large]
        count[large] = _normal(u[large], m, np.sqrt(m), 1.0 / np.sqrt(m))
    return count


def binomial_count(u: Floats, trials: Counts, chance: ArrayLike) -> Counts:
    """Binomial counts by inverse transform; ``trials`` and ``chance`` broadcast against ``u``."""
    n = np.broadcast_to(trials, u.shape).astype(np.float64)
    p = np.minimum(np.maximum(np.broadcast_to(np.asarray(chance), u.shape), 0.0), 1.0)
    # Counting failures where they are the rarer keeps both methods in their good range.
    turned = p > 0.5
    some_turned = bool(turned.any())
    if some_turned:
        p, u = np.where(turned, 1.0 - p, p), np.where(turned, 1.0 - u, u)
    mean = n * p
    count = np.zeros(u.shape, dtype=np.int64)
    many = mean > EXACT_BELOW_MEAN
    few = (mean > 0) & ~many
    if few.any():
        trials_few, odds = n[few], p[few] / (1.0 - p[few])
        none = np.exp(trials_few * np.log1p(-p[few]))
        count[few] = _search(u[few], none, odds * (trials_few + 1), -odds, trials_few)
    if many.any():
        trials_many, q = n[many], p[many]
        sd = np.sqrt(mean[many] * (1.0 - q))
        counted = _normal(u[many], mean[many], sd, (1.0 - 2.0 * q) / sd)
        count[many] = np.minimum(counted, trials_many)
    return np.where(turned, n.astype(np.int64) - count, count) if some_turned else count


def binomial_counts(*draws: tuple[Floats, Counts, ArrayLike]) -> list[Counts]:
    """Several binomial draws (uniforms, trials, chance) of one moment, made in one pass."""
    shapes = [u.shape for u, _, _ in draws]
    u = np.concatenate([u for u, _, _ in draws], axis=1)
    n = np.concatenate([np.broadcast_to(n, u.shape) for u, n, _ in draws], axis=1)
    p = np.concatenate([np.broadcast_to(np.asarray(p), u.shape) for u, _, p in draws], axis=1)
    counts = binomial_count(u, n, p)
    return np.split(counts, np.cumsum([shape[1] for shape in shapes])[:-1], axis=1)


def _search(
    u: Floats, none: Floats, over_k: Floats, constant: Floats | float, most: Floats | float
) -> Counts:
    """Walk up the distribution function until it passes ``u``.

    The chance of ``k`` is that of ``k - 1`` times ``over_k / k + constant``, which covers Poisson
    (mean / k) and binomial (odds (n + 1) / k - odds). ``most`` bounds the count. Cells that have
    arrived are dropped from the walk every few steps.
    """
    count = np.zeros(u.shape, dtype=np.int64)
    left = np.flatnonzero(u > none)
    goal, chance, slope = u[left], none[left], over_k[left]
    reached = chance.copy()
    shift = constant[left] if isinstance(constant, np.ndarray) else constant
    walked = np.ones(left.size, dtype=np.int64)
    for k in range(1, _LONGEST_WALK):
        if not left.size:
            break
        chance *= np.maximum(slope / k + shift, 0.0)
        reached += chance
        on = goal > reached
        walked += on
        if k % 3 == 0:
            count[left] = walked
            keep = np.flatnonzero(on)
            left, goal, chance, slope = left[keep], goal[keep], chance[keep], slope[keep]
            reached, walked = reached[keep], walked[keep]
            shift = shift[keep] if isinstance(shift, np.ndarray) else shift
    count[left] = walked
    return np.minimum(count, most).astype(np.int64)


def _normal(u: Floats, mean: Floats, sd: Floats, skewness: Floats) -> Counts:
    """Cornish-Fisher: a normal corrected for skewness, rounded to a count.

    Rounding adds a variance of 1/12, which is taken off beforehand.
    """
    z = ndtri(u)
    narrower = np.sqrt(sd * sd - 1.0 / 12.0)
    value = mean + narrower * (z + skewness * (z * z - 1.0) / 6.0)
    return np.maximum(np.floor(value + 0.5), 0.0).astype(np.int64)


def inflow_deviation(
    scenario: Scenario, samples: Samples, replications: int
) -> list[tuple[date, Floats]]:
    """Deviation of first applications from their centre, on the log, at the middle of each year.

    An AR(1): each year keeps ``autoregression`` of the last deviation and adds a new one. The
    first point lies where the known half-year has its centre, with deviation 0; a shorter first
    interval keeps more and adds less. Between the points the log moves in a straight line.
    """
    path = scenario.inflow.path
    points = [(path.known_until, np.zeros(replications))]
    phi, sd = path.autoregression.single, path.residual_sd.single
    phis = samples.get("inflow.path.autoregression", phi)
    sds = samples.get("inflow.path.residual_sd", sd)
    for year in range(path.known_until.year, scenario.until.year + 2):
        moment = date(year, 7, 1)
        if moment <= path.known_until:
            continue
        last, level = points[-1]
        gap_years = (moment - last).days / 365.25
        fresh = samples.get(f"{INFLOW_PATH}{year}", np.zeros(replications))
        points.append((moment, phis**gap_years * level + sds * gap_years**0.5 * fresh))
    return points


__all__ = [
    "KINDS",
    "Counts",
    "Floats",
    "Kind",
    "Luck",
    "Samples",
    "binomial_count",
    "binomial_counts",
    "drawn",
    "hypercube_column",
    "inflow_deviation",
    "poisson_count",
    "sample",
    "take",
]

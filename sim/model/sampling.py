"""Random sampling: parameter uncertainty and process noise.

*Parameter uncertainty*: parameters, drawn once per replication as a Latin hypercube, one column
per name. *Process noise*: one uniform per (process, day, replication, cell) from a counter-based
generator, turned into a count by inverse transform. Neither depends on the number or order of other
draws, or on batches and workers: an added uncertain key or process changes no other draw.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from ..clock import first_of_month, month_number
from ..scenario import Quantity, Scenario, path_of, quantities
from ..scenario.correlation import matrix_of
from .uncertainty import UNCERTAINTIES, Uncertainty

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Samples = dict[str, Floats]

INFLOW_PATH = "inflow.path."
MAX_FACTOR = 10.0
"""First applications are never more than so many times their centre, nor less than one such part.

From 2003 to 2024 they went from 7,085 to 43,042 a year, a factor of six between any two years.
"""
EXACT_BELOW_MEAN = 12.0
"""Up to this mean a count is exact; above it a normal with a correction for skewness."""


_LONGEST_WALK = 80
"""Steps after which the chance that is left (at a mean of 12) is below 1e-30."""
_WALKED_AT_ONCE = 4096
"""Chances that a walk over counts holds at a time: as measured, for 25 to 1,000 replications."""


def _key(*words: object) -> int:
    digest = hashlib.blake2b("|".join(map(str, words)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def hypercube_column(name: str, replications: int, seed: int) -> Floats:
    """One column of the Latin hypercube: ``replications`` uniforms, one in each stratum.

    The same numbers as ``scipy.stats.qmc.LatinHypercube``, whose import costs half a second.
    """
    # scipy draws from a child of the seed that it is given.
    (child,) = np.random.SeedSequence([seed, _key(name)]).spawn(1)
    generator = np.random.Generator(np.random.Philox(child))
    within = generator.random(replications)
    column: Floats = (1 + generator.permutation(replications) - within) / replications
    return column


def sample(
    scenario: Scenario,
    replications: int,
    seed: int,
    vary: tuple[Uncertainty, ...] = UNCERTAINTIES,
    until: date | None = None,
) -> Samples:
    """Draw all uncertain parameters, for all replications up front.

    Returns a column (replications,) for each uncertain number by its path (the number itself, or
    the factor on it), and a standard normal for each month of the inflow path by
    ``inflow.path.<year>-<month>``, up to ``until``. Kinds not in ``vary`` are left out: they stay
    at their centre.
    """
    samples: Samples = {}
    if "parameters" in vary:
        uncertain = {p: q for p, q in quantities(scenario) if q.spread is not None}
        uniforms = {path: hypercube_column(path, replications, seed) for path in uncertain}
        uniforms |= correlate(scenario, uniforms)
        for path, quantity in uncertain.items():
            assert quantity.spread is not None
            u = uniforms[path]
            samples[path] = quantity.spread.quantile(u, quantity.central_draw())
    if "inflow" in vary:
        for name, _ in path_months(scenario, until or scenario.until):
            samples[name] = ndtri(hypercube_column(name, replications, seed))
    return samples


def correlate(scenario: Scenario, uniforms: Samples) -> Samples:
    """Reorder the columns of correlated numbers: (replications,) by path.

    Each keeps its own values (so its distribution and its strata); their order becomes that of
    correlated normal scores made from the same columns (Iman and Conover).
    """
    keys, matrix = matrix_of(scenario)
    if not keys:
        return {}
    scores = ndtri(np.stack([uniforms[key] for key in keys]))
    wanted = np.linalg.cholesky(matrix) @ scores
    ranks = np.argsort(np.argsort(wanted, axis=1), axis=1)
    return {key: np.sort(uniforms[key])[rank] for key, rank in zip(keys, ranks, strict=True)}


def slice_samples(samples: Samples, first: int, count: int) -> Samples:
    """Return the sample of ``count`` replications from ``first`` on."""
    return {name: column[first : first + count] for name, column in samples.items()}


def apply_draw(quantity: Quantity, base: float, sample: Floats | None) -> Floats:
    """Return a number in each replication: its base value with its draw, if any, applied."""
    if sample is None:
        return np.full(1, base)
    if quantity.spread is not None and quantity.spread.kind == "factor":
        return base * sample
    return np.asarray(sample, dtype=np.float64)


@dataclass(frozen=True)
class RandomStreams:
    """Keyed random streams of ``count`` replications, numbered from ``first`` on.

    With ``varied`` false every replication gets the same numbers (those of the first), so they do
    not differ by process noise; counts keep their mean over the days.
    """

    seed: int
    first: int
    count: int
    varied: bool = True

    def uniforms(self, process: str, day: int, cells: int) -> Floats:
        """Uniforms (replications, cells) in (0, 1) for one process on one day."""
        blocks = -(-cells // 4)
        bits = np.random.Philox(
            key=np.array([self.seed, _key(process)], dtype=np.uint64),
            counter=np.array([self.first * blocks if self.varied else 0, day, 0, 0], np.uint64),
        )
        rows = self.count if self.varied else 1
        drawn = np.random.Generator(bits).random((rows, blocks * 4))
        kept = np.maximum(drawn[:, :cells], 2.0**-54)
        return kept if self.varied else np.broadcast_to(kept, (self.count, cells))


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
    n, p = np.empty(u.shape), np.empty(u.shape)
    n[...], p[...] = trials, chance
    return _binomial(u.ravel(), n.ravel(), p.ravel()).reshape(u.shape)


def binomial_counts(*draws: tuple[Floats, Counts, ArrayLike]) -> list[Counts]:
    """Several binomial draws (uniforms, trials, chance) of one moment, made in one pass."""
    ends = [*accumulate(u.shape[1] for u, _, _ in draws)]
    parts = [slice(end - u.shape[1], end) for end, (u, _, _) in zip(ends, draws, strict=True)]
    u = np.concatenate([u for u, _, _ in draws], axis=1)
    n, p = np.empty(u.shape), np.empty(u.shape)
    for part, (_, trials, chance) in zip(parts, draws, strict=True):
        n[:, part], p[:, part] = trials, chance
    counts = _binomial(u.ravel(), n.ravel(), p.ravel()).reshape(u.shape)
    return [counts[:, part] for part in parts]


def _binomial(u: Floats, n: Floats, p: Floats) -> Counts:
    """Binomial counts (cells,) of uniforms, trials and chances of its own, which it may change."""
    np.maximum(p, 0.0, out=p)
    np.minimum(p, 1.0, out=p)
    # Counting failures where they are the rarer keeps both methods in their good range.
    turned = p > 0.5
    some_turned = bool(turned.any())
    if some_turned:
        p, u = np.where(turned, 1.0 - p, p), np.where(turned, 1.0 - u, u)
    mean = n * p
    count = np.zeros(u.size, dtype=np.int64)
    many = (mean > EXACT_BELOW_MEAN).nonzero()[0]
    few = ((mean > 0) & (mean <= EXACT_BELOW_MEAN)).nonzero()[0]
    if few.size:
        q, trials_few = p[few], n[few]
        odds = q / (1.0 - q)
        none = np.exp(trials_few * np.log1p(-q))
        count[few] = _search(u[few], none, odds * (trials_few + 1), -odds, trials_few)
    if many.size:
        trials_many, q, mean = n[many], p[many], mean[many]
        sd = np.sqrt(mean * (1.0 - q))
        counted = _normal(u[many], mean, sd, (1.0 - 2.0 * q) / sd)
        count[many] = np.minimum(counted, trials_many)
    if some_turned:
        count = np.where(turned, n.astype(np.int64) - count, count)
    return count


def _search(
    u: Floats, none: Floats, over_k: Floats, constant: Floats | float, most: Floats | float
) -> Counts:
    """Walk up the distribution function until it passes ``u``.

    The chance of ``k`` is that of ``k - 1`` times ``over_k / k + constant``, which covers Poisson
    (mean / k) and binomial (odds (n + 1) / k - odds). ``most`` bounds the count. The walk goes by
    several counts at a time, the more the fewer cells are left; cells that have arrived are
    dropped from it.
    """
    count = np.zeros(u.shape, dtype=np.int64)
    left = (u > none).nonzero()[0]
    count[left] = 1
    goal, chance, slope = u[left], none[left], over_k[left]
    reached, k = chance, 1
    shift = constant[left] if isinstance(constant, np.ndarray) else constant
    while left.size and k < _LONGEST_WALK:
        ahead = min(max(_WALKED_AT_ONCE // left.size, 4), 24, _LONGEST_WALK - k)
        walk = slope / np.arange(k, k + ahead, dtype=np.float64)[:, None]
        walk += shift
        np.maximum(walk, 0.0, out=walk)
        walk[0] *= chance
        _onward(np.multiply, walk)
        chance = walk[-1].copy()
        walk[0] += reached
        _onward(np.add, walk)
        on = goal > walk
        count[left] += np.add.reduce(on.view(np.int8), axis=0, dtype=np.int8)
        keep = on[-1].nonzero()[0]
        left, goal, slope = left[keep], goal[keep], slope[keep]
        chance, reached = chance[keep], walk[-1][keep]
        shift = shift[keep] if isinstance(shift, np.ndarray) else shift
        k += ahead
    return np.minimum(count, most).astype(np.int64)


def _onward(apply: np.ufunc, walk: Floats) -> None:
    """Accumulate rows (counts, cells) in place, one after another as a walk by single counts would.

    By rows where they are long, since an accumulation has its cost by the cell.
    """
    if walk.shape[1] < 256:
        apply.accumulate(walk, axis=0, out=walk)
        return
    for row in range(1, walk.shape[0]):
        apply(walk[row], walk[row - 1], out=walk[row])


def _normal(u: Floats, mean: Floats, sd: Floats, skewness: Floats) -> Counts:
    """Cornish-Fisher: a normal corrected for skewness, rounded to a count.

    Rounding adds a variance of 1/12, which is taken off beforehand.
    """
    z = ndtri(u)
    narrower = np.sqrt(sd * sd - 1.0 / 12.0)
    value = mean + narrower * (z + skewness * (z * z - 1.0) / 6.0)
    return np.maximum(np.floor(value + 0.5), 0.0).astype(np.int64)


def path_months(scenario: Scenario, until: date) -> list[tuple[str, date]]:
    """Dates of the inflow path and the names of their draws: the end of what is known, then months.

    The last month is the one after ``until``, so that the path reaches over the whole run.
    """
    known = scenario.inflow.path.known_until
    first = month_number(known)
    last = max(month_number(until), first) + 1
    months = [known, *(first_of_month(number) for number in range(first + 1, last + 1))]
    return [(f"{INFLOW_PATH}{month:%Y-%m}", month) for month in months]


def inflow_deviation(
    scenario: Scenario, samples: Samples, replications: int, until: date
) -> tuple[list[date], Floats]:
    """Deviation of first applications from their centre, on the log: dates and (date, replication).

    At the end of what is known it has the ``start_sd`` of its process; from month to month the
    part ``keep`` of it remains and a new disturbance comes on top (see ``_random_walk`` and
    ``_mean_reverting``). It is cut at a factor of ten.
    """
    walk = scenario.inflow.path.process == "random_walk"
    start_sd, keep, step_sd = (_random_walk if walk else _mean_reverting)(scenario, samples)
    months = path_months(scenario, until)
    nothing = np.zeros(replications)
    level = start_sd * samples.get(months[0][0], nothing)
    levels = [level]
    for name, _ in months[1:]:
        level = keep * level + step_sd * samples.get(name, nothing)
        levels.append(level)
    furthest = np.log(MAX_FACTOR)
    return [month for _, month in months], np.clip(np.stack(levels), -furthest, furthest)


def _random_walk(scenario: Scenario, samples: Samples) -> tuple[Floats, Floats, Floats]:
    """A level that wanders: the log of a year's mean n years ahead has sd ``yearly_sd`` x sqrt(n).

    That is the random walk of whole years that hindcasts scored. Over the first year the mean of
    a walk by the month has a third of a year's variance, so two thirds are there from the start:
    the pace of a half-year is no sure measure of the level.
    """
    path = scenario.inflow.path
    sd = np.asarray(samples.get(path_of(scenario, path.yearly_sd), path.yearly_sd.single))
    return sd * np.sqrt(2 / 3), np.ones(1), sd / np.sqrt(12)


def _mean_reverting(scenario: Scenario, samples: Samples) -> tuple[Floats, Floats, Floats]:
    """A level that is pulled back to the centre at a constant rate, and disturbed every month.

    Set so that the means of whole years follow an AR(1): ``autoregression`` of the last year's
    deviation remains and a new one with ``residual_sd`` comes on top. It starts at 0.
    """
    path = scenario.inflow.path
    phi = np.asarray(
        samples.get(path_of(scenario, path.autoregression), path.autoregression.single)
    )
    residual = np.asarray(samples.get(path_of(scenario, path.residual_sd), path.residual_sd.single))
    pull, shrinkage = _reversion_rate(phi)
    keep = np.exp(-pull / 12)
    step_sd = residual / np.sqrt(1 - phi**2) / shrinkage * np.sqrt(1 - keep**2)
    return np.zeros(1), keep, step_sd


def _reversion_rate(phi: Floats) -> tuple[Floats, Floats]:
    """Yearly pull of a process whose year means have autocorrelation ``phi``.

    Also the standard deviation of a year's mean against that of the process itself. For a process
    with pull θ the means of successive years have autocorrelation (1 - e)² / (2 (θ - 1 + e)) with
    e = exp(-θ), and variance 2 (θ - 1 + e) / θ² of the process's; the first is inverted on a grid.
    """
    grid = np.linspace(0.02, 8.0, 4_000)
    decay = np.exp(-grid)
    spread = 2 * (grid - 1 + decay)
    correlation = (1 - decay) ** 2 / spread
    pull = np.interp(-phi, -correlation, grid)
    return pull, np.sqrt(np.interp(pull, grid, spread / grid**2))


__all__ = [
    "Counts",
    "Floats",
    "RandomStreams",
    "Samples",
    "apply_draw",
    "binomial_count",
    "binomial_counts",
    "hypercube_column",
    "inflow_deviation",
    "path_months",
    "poisson_count",
    "sample",
    "slice_samples",
]

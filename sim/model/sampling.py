"""Random sampling: parameter uncertainty and process noise.

*Parameter uncertainty*: parameters, drawn once per replication, one column per name, in Latin
hypercubes of ``BLOCK`` replications that are independent of each other. *Process noise*: one
uniform per (process, day, replication, cell) from a counter-based generator, which ``draws`` turns
into a count by inverse transform. Neither depends on the number or order of other draws, or on
batches and workers: an added uncertain key or process changes no other draw, and more replications
change none of those before them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ..clock import first_of_month, month_number
from ..scenario import Quantity, Scenario, path_of, quantities
from ..scenario.correlation import matrix_of
from .uncertainty import UNCERTAINTIES, Uncertainty

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Samples = dict[str, Floats]

BLOCK = 50
"""Replications of a Latin hypercube: enough for narrow strata, few enough that a run of 500 has ten
independent hypercubes, from whose differences its simulation error follows."""
INFLOW_PATH = "inflow.path."
MAX_FACTOR = 10.0
"""First applications are never more than so many times their centre, nor less than one such part.

From 2003 to 2024 they went from 7,085 to 43,042 a year, a factor of six between any two years.
"""
SMALLEST_UNIFORM = 2.0**-54
"""Half of the smallest step of a uniform: none is 0, whose normal quantile is infinite."""


def stream_key(*words: object) -> int:
    digest = hashlib.blake2b("|".join(map(str, words)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def hypercube_column(name: str, replications: int, seed: int, first: int = 0) -> Floats:
    """Return one column of Latin hypercubes: ``replications`` uniforms, from number ``first`` on.

    Replications 0 to 49, 50 to 99 and so on are blocks with one uniform in each of 50 equal strata,
    in random order. A block depends on seed, name and its number alone, so blocks are independent
    of each other and a longer column begins with the shorter one. An incomplete block at either end
    is a part of the whole one: it has not every stratum.
    """
    start, stop = first // BLOCK, -(-(first + replications) // BLOCK)
    # Two uniforms for each replication, of which Philox makes four a step.
    steps = start * 2 * BLOCK // 4
    bits = np.random.Philox(
        key=np.array([seed, stream_key("latin", name)], dtype=np.uint64),
        counter=np.array([steps, 0, 0, 0], dtype=np.uint64),
    )
    drawn = np.random.Generator(bits).random((stop - start, 2, BLOCK))
    strata = np.argsort(drawn[:, 0], axis=1, kind="stable")
    column: Floats = ((1 + strata - drawn[:, 1]) / BLOCK).ravel()
    return column[first - start * BLOCK :][:replications]


def sample(
    scenario: Scenario,
    replications: int,
    seed: int,
    vary: tuple[Uncertainty, ...] = UNCERTAINTIES,
    until: date | None = None,
    first: int = 0,
) -> Samples:
    """Draw all uncertain parameters, for all replications up front, from number ``first`` on.

    Returns a column (replications,) for each uncertain number by its path (the number itself, or
    the factor on it), and a standard normal for each month of the inflow path by
    ``inflow.path.<year>-<month>``, up to ``until``. Kinds not in ``vary`` are left out: they stay
    at their centre.
    """
    samples: Samples = {}
    if "parameters" in vary:
        uncertain = {p: q for p, q in quantities(scenario) if q.spread is not None}
        skipped, length = first % BLOCK, -(-(first % BLOCK + replications) // BLOCK) * BLOCK
        uniforms = {
            path: hypercube_column(path, length, seed, first - skipped) for path in uncertain
        }
        uniforms |= correlate(scenario, uniforms)
        uniforms = slice_samples(uniforms, skipped, replications)
        for path, quantity in uncertain.items():
            assert quantity.spread is not None
            u = uniforms[path]
            samples[path] = quantity.spread.quantile(u, quantity.central_draw())
    if "inflow" in vary:
        for name, _ in path_months(scenario, until or scenario.until):
            samples[name] = ndtri(hypercube_column(name, replications, seed, first))
    return samples


def correlate(scenario: Scenario, uniforms: Samples) -> Samples:
    """Reorder the columns of correlated numbers within each block: (replications,) by path.

    The columns are of whole blocks. Each keeps its own values (so its distribution and its strata);
    their order in a block becomes that of correlated normal scores made from the same columns (Iman
    and Conover).
    """
    keys, matrix = matrix_of(scenario)
    if not keys:
        return {}
    columns = np.stack([uniforms[key] for key in keys])
    wanted = np.linalg.cholesky(matrix) @ ndtri(columns)
    blocks = (len(keys), -1, BLOCK)
    ranks = np.argsort(np.argsort(wanted.reshape(blocks), axis=2), axis=2)
    ordered = np.take_along_axis(np.sort(columns.reshape(blocks), axis=2), ranks, axis=2)
    return dict(zip(keys, ordered.reshape(len(keys), -1), strict=True))


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
            key=np.array([self.seed, stream_key(process)], dtype=np.uint64),
            counter=np.array([self.first * blocks if self.varied else 0, day, 0, 0], np.uint64),
        )
        rows = self.count if self.varied else 1
        drawn = np.random.Generator(bits).random((rows, blocks * 4))
        kept = np.maximum(drawn[:, :cells], SMALLEST_UNIFORM)
        return kept if self.varied else np.broadcast_to(kept, (self.count, cells))


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
    "BLOCK",
    "Counts",
    "Floats",
    "RandomStreams",
    "Samples",
    "apply_draw",
    "hypercube_column",
    "inflow_deviation",
    "path_months",
    "sample",
    "slice_samples",
]

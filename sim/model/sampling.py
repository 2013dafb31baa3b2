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

from ..errors import usage_error
from ..scenario import Posterior, Quantity, Scenario, quantities
from ..scenario.correlation import matrix_of
from .inflow_columns import inflow_columns
from .uncertainty import UNCERTAINTIES, Uncertainty

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Samples = dict[str, Floats]

BLOCK = 50
"""Replications of a Latin hypercube: enough for narrow strata, few enough that a run of 500 has ten
independent hypercubes, from whose differences its simulation error follows."""
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
    the factor on it), and a standard normal for each month of the inflow path and each year of its
    composition by their names (see ``inflow_columns``), up to ``until``. Kinds not in ``vary`` are
    left out: they stay at their centre.
    """
    samples: Samples = {}
    if "parameters" in vary:
        uniforms = parameter_uniforms(scenario, replications, seed, first)
        samples |= quantiles_of(scenario, uniforms)
    if "inflow" in vary:
        samples |= inflow_scores(scenario, replications, seed, until or scenario.until, first)
    if scenario.posterior is not None:
        if set(vary) != set(UNCERTAINTIES):
            usage_error(
                "--uncertainty",
                "the draws of this scenario are conditioned on observations, all kinds together",
                "leave it out, or run the scenario without its posterior",
            )
        samples |= posterior_draws(scenario.posterior, samples, replications, seed, first)
    return samples


def posterior_draws(
    posterior: Posterior, samples: Samples, replications: int, seed: int, first: int
) -> Samples:
    """Return the conditioned columns of those in ``samples``: (replications,) by name.

    Raises ``ScenarioError`` if there are no draws for this seed and these replications, or if a
    kind of uncertainty is left out: conditioned draws belong to all of it together.
    """
    posterior.refuse(seed=seed, last=first + replications)
    found = {name: column for name, column in posterior.draws.items() if name in samples}
    return slice_samples(found, first, replications)


def parameter_uniforms(scenario: Scenario, replications: int, seed: int, first: int = 0) -> Samples:
    """Draw a uniform for each uncertain number by its path, correlated: (replications,)."""
    uncertain = [path for path, quantity in quantities(scenario) if quantity.spread is not None]
    skipped, length = first % BLOCK, -(-(first % BLOCK + replications) // BLOCK) * BLOCK
    uniforms = {path: hypercube_column(path, length, seed, first - skipped) for path in uncertain}
    uniforms |= correlate(scenario, uniforms)
    return slice_samples(uniforms, skipped, replications)


def quantiles_of(scenario: Scenario, uniforms: Samples) -> Samples:
    """Return what uncertain numbers draw at their uniforms, by path."""
    samples = {}
    for path, quantity in quantities(scenario):
        if path in uniforms:
            assert quantity.spread is not None
            samples[path] = quantity.spread.quantile(uniforms[path], quantity.central_draw())
    return samples


def inflow_scores(
    scenario: Scenario, replications: int, seed: int, until: date, first: int = 0
) -> Samples:
    """Draw a standard normal for each month and year of inflow by its name: (replications,)."""
    return {
        name: ndtri(hypercube_column(name, replications, seed, first))
        for name in inflow_columns(scenario, until)
    }


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


__all__ = [
    "BLOCK",
    "Counts",
    "Floats",
    "RandomStreams",
    "Samples",
    "apply_draw",
    "hypercube_column",
    "sample",
    "slice_samples",
]

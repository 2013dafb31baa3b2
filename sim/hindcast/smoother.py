"""Ensemble smoother with multiple data assimilation: condition an ensemble on observations.

After Emerick and Reynolds (2013), "Ensemble smoother with multiple data assimilation", Computers &
Geosciences 55. The ensemble is simulated four times; after each, every member's parameters move
towards the observations by the regression of parameters on simulated observations, with the
variance of the observations inflated by a factor of that pass. The inverse factors sum to one, so
that the observations count once. For a linear model with normal errors the result is the exact
posterior in the limit of a large ensemble.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ..model.sampling import Floats, hypercube_column

INFLATION = (28 / 3, 7.0, 4.0, 2.0)
"""Factor on the variance of observations in each pass, as Emerick and Reynolds chose them: small
steps first, where the model is least linear. Their inverses sum to one."""
TAPER_ERRORS = 2.0
"""A correlation of so many standard errors (1 / sqrt(n)) counts for 79%, one of twice as many in
full: chance alone gives two in one of twenty pairs."""
FURTHEST_SCORE = 3.5
"""Largest normal score of a parameter, of either sign: one in four thousand lies beyond."""
SCORE_DECIMALS = 6
"""Decimals that scores keep, so that they are the same on every processor."""
STILL = 0.25
"""Move of a parameter, as the root mean square of its scores, below which it keeps its own draws:
so much chance alone moves a parameter that has nothing to do with the observations."""
LEAST_SPREAD = 0.05
"""Smallest share of a parameter's standard deviation that may be left: with less the ensemble has
collapsed, and its intervals mean nothing."""

Simulate = Callable[[Floats], Floats]
"""Simulated observations (observation, replication) for normal scores (parameter, replication)."""


@dataclass(frozen=True)
class Conditioned:
    """An ensemble before and after it was conditioned."""

    scores: Floats
    """Normal scores of the parameters afterwards: (parameter, replication)."""
    moved: NDArray[np.bool_]
    """Parameters that moved; the others have the scores they had: (parameter,)."""
    before: Floats
    """Simulated observations of the ensemble before: (observation, replication)."""
    after: Floats
    """The same afterwards."""

    def spread_left(self, prior: Floats) -> Floats:
        """Standard deviation of each parameter, as a share of that before: (parameter,)."""
        left: Floats = self.scores.std(axis=1) / prior.std(axis=1)
        return left


def condition(
    prior: Floats,
    simulate: Simulate,
    observed: Floats,
    errors: Floats,
    seed: int,
    names: tuple[str, ...],
) -> Conditioned:
    """Condition an ensemble on observations, and simulate it once more.

    Parameters
    ----------
    prior
        Normal scores of the parameters: (parameter, replication).
    simulate
        Simulates the ensemble from the start. Its process noise belongs to the replication, so that
        a member keeps it from pass to pass; it is never updated.
    observed, errors
        Observations and their standard errors: (observation,).
    seed, names
        Keys of the errors that are added to the observations in each member, one name each.
    """
    scores: Floats = np.clip(prior, -FURTHEST_SCORE, FURTHEST_SCORE)
    before: Floats | None = None
    for number, inflation in enumerate(INFLATION):
        simulated = simulate(scores)
        before = simulated if before is None else before
        noise = np.stack([error_scores(name, number, scores.shape[1], seed) for name in names])
        scores = updated(scores, simulated, observed, errors, inflation, noise)
    assert before is not None
    moved = np.sqrt(((scores - prior) ** 2).mean(axis=1)) >= STILL
    scores = np.where(moved[:, None], scores, prior)
    return Conditioned(scores, moved, before, simulate(scores))


def error_scores(name: str, number: int, replications: int, seed: int) -> Floats:
    """Return standard normal errors of one observation in one pass: (replication,)."""
    column: Floats = ndtri(hypercube_column(f"observation|{number}|{name}", replications, seed))
    return column


def updated(
    scores: Floats,
    simulated: Floats,
    observed: Floats,
    errors: Floats,
    inflation: float,
    noise: Floats,
) -> Floats:
    """Return the scores after one pass: (parameter, replication).

    Each member moves by the gain times what it misses of the observations, to which errors of
    ``inflation`` times their variance were added. The gain is the covariance of parameters and
    simulated observations over the variance of both observations and errors; where the correlation
    may be chance it is tapered.
    """
    n = scores.shape[1]
    away = scores - scores.mean(axis=1, keepdims=True)
    apart = (simulated - simulated.mean(axis=1, keepdims=True)) / errors[:, None]
    shared = away @ apart.T / (n - 1)
    total = apart @ apart.T / (n - 1) + inflation * np.eye(len(errors))
    gain = np.linalg.solve(total, shared.T).T
    spread = np.outer(away.std(axis=1, ddof=1), apart.std(axis=1, ddof=1))
    correlation = np.divide(shared, spread, out=np.zeros_like(shared), where=spread > 0)
    missed = (observed[:, None] - simulated) / errors[:, None] + np.sqrt(inflation) * noise
    moved = scores + (taper(correlation, n) * gain) @ missed
    kept: Floats = np.round(np.clip(moved, -FURTHEST_SCORE, FURTHEST_SCORE), SCORE_DECIMALS)
    return kept


def taper(correlation: Floats, replications: int) -> Floats:
    """Return the weight of a correlation in an ensemble: 0 where it may be chance, to 1.

    One less the function of Gaspari and Cohn (1999) of the correlation in standard errors.
    """
    return 1 - gaspari_cohn(np.abs(correlation) * np.sqrt(replications) / TAPER_ERRORS)


def gaspari_cohn(distance: Floats) -> Floats:
    """Return the correlation function of Gaspari and Cohn (1999, equation 4.10).

    A smooth curve from 1 at distance 0 to 0 at 2 and beyond.
    """
    x = np.minimum(distance, 2.0)
    near = 1 - 5 / 3 * x**2 + 5 / 8 * x**3 + x**4 / 2 - x**5 / 4
    tail = np.maximum(x, 1.0)
    far = 4 - 5 * tail + 5 / 3 * tail**2 + 5 / 8 * tail**3 - tail**4 / 2 + tail**5 / 12
    far = far - 2 / (3 * tail)
    return np.where(x < 1, near, np.maximum(far, 0.0))

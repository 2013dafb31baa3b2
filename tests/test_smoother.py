"""Laws of the ensemble smoother: exact where the posterior is known, and honest where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from sim.hindcast import smoother
from sim.hindcast.smoother import (
    FURTHEST_SCORE,
    INFLATION,
    condition,
    gaspari_cohn,
    taper,
)
from sim.model.sampling import Floats

NAMES = ("a", "b", "c", "d")
WEIGHTS = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.0], [0.8, 0.8, 0.0], [0.3, 0.0, 0.0]])
"""Observations of three parameters, of which the last moves none."""
OBSERVED = np.array([0.9, -0.6, 0.2, 0.5])
ERRORS = np.array([0.5, 0.7, 0.6, 0.4])


def prior(replications: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).standard_normal((3, replications))


def linear(scores: Floats) -> Floats:
    found: Floats = WEIGHTS @ scores
    return found


def known_posterior() -> tuple[Floats, Floats]:
    """Mean and covariance of the posterior of the linear model, in closed form."""
    precise = np.eye(3) + WEIGHTS.T @ np.diag(ERRORS**-2) @ WEIGHTS
    covariance = np.linalg.inv(precise)
    return covariance @ WEIGHTS.T @ (OBSERVED / ERRORS**2), covariance


def test_a_linear_model_has_its_known_posterior() -> None:
    """Mean and covariance agree with the closed form within the error of 20,000 members."""
    found = condition(prior(20_000), linear, OBSERVED, ERRORS, 1, NAMES)
    mean, covariance = known_posterior()
    assert found.scores.mean(axis=1) == pytest.approx(mean, abs=0.02)
    assert np.cov(found.scores) == pytest.approx(covariance, abs=0.02)


def test_observations_count_once() -> None:
    """The inverse factors of the passes sum to one."""
    assert sum(1 / factor for factor in INFLATION) == pytest.approx(1, abs=1e-12)


def test_a_parameter_that_moves_nothing_keeps_its_draws() -> None:
    """What chance correlates is tapered, and what then is left is too little to count."""
    for seed in range(10):
        found = condition(prior(200, seed), linear, OBSERVED, ERRORS, 1, NAMES)
        assert found.moved.tolist() == [True, True, False]
        assert np.array_equal(found.scores[2], prior(200, seed)[2])


def test_the_taper_takes_much_of_what_chance_correlates(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred parameters that move nothing, moved by one pass: by less than two thirds of it."""
    scores = np.random.default_rng(3).standard_normal((103, 200))
    noise = np.random.default_rng(4).standard_normal((4, 200))

    def moved() -> float:
        simulated = linear(scores[:3])
        after = smoother.updated(scores, simulated, OBSERVED, ERRORS, INFLATION[0], noise)
        return float(np.sqrt(((after - scores)[3:] ** 2).mean()))

    tapered = moved()
    monkeypatch.setattr(smoother, "taper", lambda correlation, _: np.ones_like(correlation))
    assert tapered < moved() * 2 / 3


def test_exact_observations_collapse_the_spread() -> None:
    """An observation with hardly an error leaves hardly a spread, which a nowcast refuses."""
    found = condition(prior(500), linear, OBSERVED, ERRORS / 100, 1, NAMES)
    assert found.spread_left(prior(500)).min() < 0.05


def test_scores_stay_within_their_cut() -> None:
    """However far away the observation, no score lies beyond 3.5."""
    found = condition(prior(200), linear, OBSERVED + 40, ERRORS, 1, NAMES)
    assert np.abs(found.scores).max() <= FURTHEST_SCORE


def test_the_taper_is_smooth_from_nought_to_one() -> None:
    """It rises with the correlation, is 0 at none, 0.79 at two standard errors, 1 at four."""
    marks = np.array([0.0, 2.0, 4.0, 8.0]) / 10
    assert taper(marks, 100) == pytest.approx([0, 19 / 24, 1, 1])
    steps = np.diff(gaspari_cohn(np.linspace(0, 2, 400)))
    assert (steps <= 1e-12).all()
    assert np.abs(steps).max() < 0.006


def test_the_same_seed_gives_the_same_draws() -> None:
    first, second = (condition(prior(100), linear, OBSERVED, ERRORS, 7, NAMES) for _ in range(2))
    assert np.array_equal(first.scores, second.scores)

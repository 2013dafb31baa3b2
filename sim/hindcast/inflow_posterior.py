"""What a history says of the autoregression of inflow: level, persistence and residual together.

The log x of a year's first applications follows x' = c + φ (x - c) + s ε. Before the history is
looked at, φ is normal around 0.80 with a standard deviation of 0.15, between 0.3 and 1; c is normal
around the mean of the logs known, with 0.15; s² is inverse chi-squared with the weight of four
years at 0.40. The posterior is worked out on a grid of c and φ; given both, that of s² is again
inverse chi-squared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from ..model.sampling import Floats
from .inflow_history import logs_of

PHI, PHI_SD, PHI_ENDS = 0.80, 0.15, (0.3, 1.0)
LEVEL_SD = 0.15
RESIDUAL, RESIDUAL_YEARS = 0.40, 4
GRID = 81
"""Points of the grid along c and along φ."""
RANKED = 50_000
"""Draws from which rank correlations are taken."""
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Posterior:
    """A posterior on the grid: (φ, c), and the squares and the weight that give s²."""

    phi: Floats
    level: Floats
    """c, on the log."""
    weight: Floats
    squares: Floats
    years: int

    def draw(self, count: int, seed: int) -> tuple[Floats, Floats, Floats]:
        """Draws of c, φ and s together: three times (count,)."""
        chance = np.random.default_rng(seed)
        cell = chance.choice(self.weight.size, count, p=self.weight.ravel())
        row, column = np.unravel_index(cell, self.weight.shape)
        wide = (self.phi[1] - self.phi[0], self.level[1] - self.level[0])
        phi = self.phi[row] + chance.uniform(-0.5, 0.5, count) * wide[0]
        level = self.level[column] + chance.uniform(-0.5, 0.5, count) * wide[1]
        sigma = np.sqrt(self.squares.ravel()[cell] / chance.chisquare(self.years, count))
        return level, np.clip(phi, *PHI_ENDS), sigma

    def quantiles(self) -> dict[str, tuple[float, ...]]:
        """5, 50 and 95% points of the level (in persons), φ and s."""
        points = {
            "level": _points(np.exp(self.level), self.weight.sum(axis=0)),
            "autoregression": _points(self.phi, self.weight.sum(axis=1)),
        }
        tail = stats.chi2(self.years)
        sigmas = np.linspace(0.1, 1.2, 221)
        squares, weight = self.squares.ravel(), self.weight.ravel()
        below = np.array([float(weight @ tail.sf(squares / s**2)) for s in sigmas])
        points["residual_sd"] = tuple(float(q) for q in np.interp(QUANTILES, below, sigmas))
        return points

    def ranks(self) -> Floats:
        """Rank correlations of level, φ and s: (3, 3)."""
        draws = np.stack(self.draw(RANKED, 1), axis=1)
        return np.asarray(stats.spearmanr(draws).statistic, dtype=np.float64)


def _points(values: Floats, weight: Floats) -> tuple[float, ...]:
    """Quantiles of values with weights, on straight lines through the middles of their steps."""
    below = np.cumsum(weight) - weight / 2
    return tuple(float(q) for q in np.interp(QUANTILES, below, values))


def posterior(history: dict[int, float]) -> Posterior:
    """Posterior of the autoregression, given the years of a history (with gaps).

    A missing year is integrated out: over k years the deviation that remains is φ to the power k,
    and the variance of what is new s² (1 + φ² + ... + φ to the power 2 (k - 1)).
    """
    years, logs = logs_of(history)
    centre = float(logs.mean())
    phi = np.linspace(*PHI_ENDS, GRID)
    level = centre + LEVEL_SD * np.linspace(-4, 4, GRID)
    p, c = np.meshgrid(phi, level, indexing="ij")
    squares = np.full(p.shape, RESIDUAL_YEARS * RESIDUAL**2)
    density = np.zeros(p.shape)
    for gap, before, after in zip(np.diff(years).astype(int), logs[:-1], logs[1:], strict=True):
        variance = sum(p ** (2 * step) for step in range(gap))
        squares = squares + (after - c - p**gap * (before - c)) ** 2 / variance
        density = density - np.log(variance) / 2
    weight = RESIDUAL_YEARS + len(logs) - 1
    density = density - weight / 2 * np.log(squares)
    density -= ((p - PHI) / PHI_SD) ** 2 / 2 + ((c - centre) / LEVEL_SD) ** 2 / 2
    likely = np.exp(density - density.max())
    return Posterior(phi, level, likely / likely.sum(), squares, weight)


def as_numbers(found: Posterior) -> dict[str, dict[str, object]]:
    """Values and spreads of a posterior as a scenario has them, by key of ``inflow.path``."""
    numbers: dict[str, dict[str, object]] = {}
    for key, (low, middle, high) in found.quantiles().items():
        spread = {"dist": "quantiles", "p5": low, "p95": high}
        if key == "autoregression":
            spread |= {"low": PHI_ENDS[0], "high": PHI_ENDS[1]}
        numbers[key] = {"value": middle, "spread": spread}
    return numbers


def as_correlations(found: Posterior) -> list[dict[str, object]]:
    """Rank correlations of a posterior as a scenario has them."""
    keys = [f"inflow.path.{key}" for key in ("level", "autoregression", "residual_sd")]
    ranks = found.ranks()
    return [
        {
            "first": keys[i],
            "second": keys[j],
            "rank": {
                "value": round(float(ranks[i, j]), 3),
                "unit": "correlation",
                "assumption": "joint posterior of the process of inflow",
            },
        }
        for i, j in ((0, 1), (0, 2), (1, 2))
    ]

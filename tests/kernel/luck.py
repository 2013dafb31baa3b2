"""Luck of the compiled loop: the distributions of ``sim.model.sampling``, one count at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np

from sim.model.sampling import EXACT_BELOW_MEAN

F = TypeVar("F", bound=Callable[..., object])
LONGEST_WALK = 80


def compiled(function: F) -> F:
    """A function compiled by numba when it is first called; division by zero is numpy's.

    Nothing in it counts references to arrays, so it can make none. Counting them, which is atomic,
    took half of the loop's time.
    """
    return cast(F, numba.njit(error_model="numpy", _nrt=False)(function))


def compiled_to_copy(function: F) -> F:
    """The same for the few functions that copy whole arrays, once a month or less."""
    return cast(F, numba.njit(error_model="numpy")(function))


@compiled
def set_seed(seed: int) -> None:
    """Start numba's own generator (it is not numpy's)."""
    np.random.seed(seed)  # noqa: NPY002


@compiled
def walk(none: float, over_k: float, constant: float) -> int:
    """Walk up a distribution function until it passes a uniform (Poisson and binomial)."""
    u = np.random.random()  # noqa: NPY002
    chance = reached = none
    k = 0
    while u > reached and k < LONGEST_WALK:
        k += 1
        chance *= max(over_k / k + constant, 0.0)
        reached += chance
    return k


@compiled
def bell(mean: float, sd: float, skewness: float) -> int:
    """A count from a normal corrected for skewness, as ``sim.model.sampling`` makes it."""
    z = np.random.standard_normal()  # noqa: NPY002
    narrower = math.sqrt(sd * sd - 1.0 / 12.0)
    value = mean + narrower * (z + skewness * (z * z - 1.0) / 6.0)
    return int(max(math.floor(value + 0.5), 0.0))


@compiled
def poisson(mean: float) -> int:
    """A Poisson count."""
    if mean <= 0.0:
        return 0
    if mean <= EXACT_BELOW_MEAN:
        return walk(math.exp(-mean), mean, 0.0)
    sd = math.sqrt(mean)
    return bell(mean, sd, 1.0 / sd)


@compiled
def binomial(trials: int, chance: float) -> int:
    """A binomial count; a chance outside 0 to 1 counts as 0 or 1."""
    if trials <= 0 or chance <= 0.0:
        return 0
    if chance >= 1.0:
        return trials
    p = 1.0 - chance if chance > 0.5 else chance
    mean = trials * p
    if mean <= EXACT_BELOW_MEAN:
        odds = p / (1.0 - p)
        count = walk(math.exp(trials * math.log1p(-p)), odds * (trials + 1), -odds)
    else:
        sd = math.sqrt(mean * (1.0 - p))
        count = bell(mean, sd, (1.0 - 2.0 * p) / sd)
    count = min(count, trials)
    return trials - count if chance > 0.5 else count


@compiled
def hazard(mean_days: float) -> float:
    """Chance to leave within a day when the mean stay is ``mean_days``."""
    return -math.expm1(-1.0 / mean_days)


@compiled
def whole(rest: np.ndarray, index: int, amount: float) -> int:
    """A flow with fractions as whole people; the rest is carried on in ``rest[index]``."""
    total = amount + rest[index]
    people = math.floor(total + 1e-9)
    rest[index] = total - people
    return int(people)

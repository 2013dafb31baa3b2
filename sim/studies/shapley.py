"""Shapley values: the effects of factors that change a result together.

The effect of a factor depends on which others came before it: with fewer people a cheaper place
saves less. Shapley's value is the mean over all orders, so that no order is privileged and the
effects add up to the whole difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import comb

import numpy as np

from ..model.sampling import Floats

Coalition = frozenset[int]
"""Numbers of the factors that are as in the second scenario."""


def subsets(numbers: Sequence[int]) -> list[Coalition]:
    """All subsets, the empty one first."""
    return [
        frozenset(chosen)
        for size in range(len(numbers) + 1)
        for chosen in combinations(numbers, size)
    ]


def shapley(number: int, used: Sequence[int], values: Mapping[Coalition, Floats]) -> Floats:
    """Shapley's value of one factor: its effect, the mean over all orders of all factors."""
    others = [n for n in used if n != number]
    total = np.zeros_like(values[frozenset()])
    for chosen in subsets(others):
        weight = 1 / (len(used) * comb(len(others), len(chosen)))
        total = total + weight * (values[chosen | {number}] - values[chosen])
    return total

"""Correlations between uncertain numbers of a scenario."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .quantity import quantities
from .schema import Scenario


def matrix_of(scenario: Scenario) -> tuple[list[str], NDArray[np.float64]]:
    """Return the keys of all correlated numbers and the correlation matrix of their normal scores.

    A number that is certain in this scenario has no draws, and so no correlations.

    A rank correlation r (Spearman) between draws of a normal copula needs a correlation of
    2 sin(pi r / 6) between the normal scores.
    """
    uncertain = {key for key, number in quantities(scenario) if number.spread is not None}
    links = [link for link in scenario.correlations if {link.first, link.second} <= uncertain]
    keys = list(dict.fromkeys(key for link in links for key in (link.first, link.second)))
    matrix = np.eye(len(keys))
    for link in links:
        i, j = keys.index(link.first), keys.index(link.second)
        matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * link.rank.single / 6)
    return keys, matrix


def correlated_groups(scenario: Scenario) -> list[tuple[str, ...]]:
    """Return groups of keys that are correlated, directly or through others, in file order."""
    keys, matrix = matrix_of(scenario)
    if not keys:
        return []
    reached = np.linalg.matrix_power((matrix != 0).astype(np.float64), len(keys)) > 0
    order = {key: place for place, (key, _) in enumerate(quantities(scenario))}
    groups = {tuple(row): [key for key, its in zip(keys, row, strict=True) if its]
              for row in reached.tolist()}  # fmt: skip
    return [tuple(sorted(group, key=order.__getitem__)) for group in groups.values()]

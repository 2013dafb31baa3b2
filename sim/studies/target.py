"""Targets: a condition on a table cell, at or below (or above) a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import Problem, ScenarioError
from ..model.sampling import Floats
from ..results.cell import CellRef
from ..results.cell import parse as parse_address
from ..results.conditions import ComparisonOp, parse

Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Target:
    """A cell that must be at or below (or above) a number, with a certainty or in a statistic."""

    text: str
    address: CellRef
    below: bool
    number: float
    certainty: float | None

    def held(self, values: Floats) -> Floats:
        """Return what is compared with the number, along the last axis: a quantile or statistic.

        Over the replications that are known; NaN where none is.
        """
        known: Bools = np.asarray(np.isfinite(values))
        if known.all():
            return self._over(values)
        some: Bools = np.asarray(known.any(axis=-1))
        found = self._over(np.where(known, values, np.where(some[..., None], np.nan, 0.0)))
        return np.where(some, found, np.nan)

    def _over(self, values: Floats) -> Floats:
        if self.certainty is None:
            if self.address.statistic == "mean":
                return np.asarray(np.nanmean(values, axis=-1))
            q = int(self.address.statistic[1:]) / 100
        else:
            q = self.certainty if self.below else 1 - self.certainty
        return np.asarray(np.nanquantile(values, q, axis=-1))

    def excess(self, values: Floats) -> Floats:
        """Return by how much the target is missed, along the last axis; at most zero if met."""
        missed: Floats = self.missed(self.held(values))
        return missed

    def missed(self, held: Any) -> Any:
        """Return how far a value is on the wrong side of the number: an array or one number."""
        return held - self.number if self.below else self.number - held

    def chance(self, values: Floats) -> float:
        """Return the share of known replications in which the target is met."""
        values = values[np.isfinite(values)]
        if not values.size:
            return float("nan")
        met = values <= self.number if self.below else values >= self.number
        return float(met.mean())


def target_of(text: str, certainty: float) -> Target:
    """Read a target such as ``gap.total.2027 <= 0``.

    A cell with a statistic (``gap.total.2027:mean <= 0``) must satisfy it in that statistic; one
    without must satisfy it with the given certainty. Raises ``ScenarioError``.
    """
    condition = parse(text, "--target")
    advice = "as in gap.total.2027 <= 0"
    if not isinstance(condition, ComparisonOp) or condition.sign not in _TURNED:
        raise _fault("a target is one cell below or above a number", advice)
    left, right, sign = condition.left, condition.right, condition.sign
    if left.name is None:
        left, right, sign = right, left, _TURNED[sign]
    if left.name is None or right.number is None:
        raise _fault("one side is a cell, the other a number", advice)
    address = parse_address(left.name)
    own = left.name.endswith(f":{address.statistic}")
    if own and address.statistic == "p_positive":
        raise _fault("a chance can't be a target's cell", "give the cell, and --certainty")
    return Target(text, address, sign in ("<", "<="), right.number, None if own else certainty)


def _fault(what: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem("--target", what, advice)])

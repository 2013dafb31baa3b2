"""Replications until the gap is known with a given precision.

The median and the 90th percentile of the gap of the headline's year (2027, or the last earlier year
with a budget) must have a 95% interval whose half is at most a share of the value, or 50 million
euros if that is more. It is checked at each of ``STAGES``; a longer run begins with the shorter
one, so that nothing is simulated twice and the result is that of a plain run of so many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Message, usage_error

STAGES = (500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000)
"""Numbers of replications after which the precision is checked: doubled, and at last 20,000."""
LEAST_EUR = 50e6
"""Half of an interval that is always narrow enough [EUR]."""
FINEST, COARSEST = 0.001, 0.5
STATISTICS = ("p50", "p90")


@dataclass(frozen=True)
class Precision:
    """Precision that was asked for, as a share, and what was reached: half-widths [EUR]."""

    asked: float
    year: int
    halves: Mapping[str, float]
    reached: bool

    def record(self) -> dict[str, Any]:
        """Return it as the manifest keeps it."""
        halves = {f"{name}_half_eur": round(half) for name, half in self.halves.items()}
        return {"asked": self.asked, "reached": self.reached, "year": self.year, **halves}


def of_row(row: Mapping[Any, Any], asked: float) -> Precision:
    """Return the precision of a year's gap, from its row of the budget table."""
    halves = {name: (row[f"gap_{name}_high"] - row[f"gap_{name}_low"]) / 2 for name in STATISTICS}
    reached = all(
        half <= max(asked * abs(row[f"gap_{name}"]), LEAST_EUR) for name, half in halves.items()
    )
    return Precision(asked, int(row["year"]), halves, reached)


def parse_precision(given: object) -> float | None:
    """Return a precision as a share: "5%" or 0.05; raises ``ScenarioError`` for another."""
    if given is None:
        return None
    text = str(given).strip()
    is_percentage = text.endswith("%")
    try:
        value = float(text.removesuffix("%").strip()) / (100 if is_percentage else 1)
    except ValueError:
        value = float("nan")
    if isinstance(given, bool) or not FINEST <= value <= COARSEST:
        usage_error(
            "--precision",
            Message(
                "must be a percentage from {finest:.1%} to {coarsest:.0%}, got '{given}'",
                finest=FINEST,
                coarsest=COARSEST,
                given=given,
            ),
            "as in 5%",
        )
    return value

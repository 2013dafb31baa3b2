"""Stored sensitivities: the effect of each uncertain number on the gap of 2027."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Effect:
    """Sensitivity of one number: total Sobol index and mean gap of 2027 at its ends [EUR].

    ``low`` and ``high``: with the number at its 10th and 90th percentile, all others at their
    median.
    """

    total: float
    low: float
    high: float

    @property
    def swing(self) -> float:
        """Width of the range of mean gaps [EUR]."""
        return max(self.low, self.high, 0.0) - min(self.low, self.high, 0.0)


def kept_effects() -> dict[str, Effect]:
    """Read the effect of each uncertain number from ``sim/data/sensitivity.csv``."""
    text = (resources.files("sim") / "data" / "sensitivity.csv").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {
        row["key"]: Effect(float(row["total"]), 1e6 * float(row["low"]), 1e6 * float(row["high"]))
        for row in csv.DictReader(lines)
    }

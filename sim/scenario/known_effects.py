"""How far each uncertain number moves the gap of 2027, as measured on the baseline and kept."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Effect:
    """Total index of a number, and by how much the mean gap of 2027 moves with it [EUR].

    ``low`` and ``high``: with the number at its 10th and 90th percentile, all others at their
    median.
    """

    total: float
    low: float
    high: float

    @property
    def swing(self) -> float:
        """How far apart the gaps lie between which the number moves it."""
        return max(self.low, self.high, 0.0) - min(self.low, self.high, 0.0)


def kept_effects() -> dict[str, Effect]:
    """Effects by key (``sim/data/sensitivity.csv``): all uncertain numbers of the baseline."""
    text = (resources.files("sim") / "data" / "sensitivity.csv").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {
        row["key"]: Effect(float(row["total"]), 1e6 * float(row["low"]), 1e6 * float(row["high"]))
        for row in csv.DictReader(lines)
    }

"""The two models laid side by side: the fast one, and one process a person.

Replication r has the same parameters and the same yearly path of inflow in both, only daily luck
differs. What may differ is the Monte Carlo error of that luck, plus what whole people do where
they are few.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.model.sampling import Floats
from sim.results.budget import costs
from sim.results.tables import Tables
from sim.scenario import Scenario

SERIES = (
    "occupancy|total|mean",
    "occupancy|place:regular|mean",
    "occupancy|place:emergency|mean",
    "occupancy|place:tgo|mean",
    "occupancy|kind:status_holders|mean",
    "places|total|mean",
    "shortage|total|mean",
    "standby|total|mean",
    "pending|total|end",
    "in_appeal|total|mean",
    "rejected|total|mean",
    "accompanying|total|mean",
    "family_pending|total|end",
    "family_arrivals|total|sum",
    "other_intake|total|sum",
    "decisions|total|sum",
    "decisions|kind:granted|sum",
    "housed|total|sum",
    "departed|total|sum",
    "departed|kind:supervised|sum",
    "target|total|sum",
    "guardianship|total|mean",
    "waiting_months|kind:decided_median|mean",
    "waiting_months|kind:decided_p90|mean",
)
COSTS = ("coa", "nidos", "ind")
BANDS = (
    "occupancy|total|mean",
    "occupancy|kind:status_holders|mean",
    "occupancy|place:emergency|mean",
    "pending|total|end",
    "waiting_months|kind:decided_median|mean",
)
ENDS = (0.1, 0.9)
ROUNDING = 0.005
"""Part of a mean that rounding to whole people may move at one twentieth of the size."""

Series = dict[str, Floats]


def named(tables: Tables, scenario: Scenario, ledger: Any) -> Series:
    """Series and costs of a run by name: (year, replication)."""
    series = {
        f"{cell.name}|{measure}": tables.yearly[index]
        for index, (cell, measure) in enumerate(tables.yearly_cells)
    }
    series["standby|total|mean"] = tables.volumes["standby_days"].sum(axis=2) / 365
    lines = costs(scenario, tables.volumes, ledger.samples, ledger.clock)
    return series | {f"cost|{line}": lines["document", line] for line in COSTS}


@dataclass(frozen=True)
class Likeness:
    """One series laid side by side, year by year: a mean, or an end of the band."""

    key: str
    measure: str
    fast: Floats
    persons: Floats
    allowed: Floats

    @property
    def apart(self) -> Floats:
        return np.abs(self.persons - self.fast)

    @property
    def holds(self) -> bool:
        return bool((self.apart <= self.allowed).all())


def likenesses(fast: Series, persons: Series, rounding: float) -> Iterator[Likeness]:
    """Means and bands of both models, each with how far they may lie apart.

    The mean difference lies within four standard errors, the ends of the 10-90% bands within
    twice the spread of single differences; on top comes a part ``rounding`` of the mean (twice
    that of an end) or half a person.
    """
    for key in (*SERIES, *(f"cost|{line}" for line in COSTS)):
        spread, error = spreads(fast[key], persons[key])
        means = [one[key].mean(axis=1) for one in (fast, persons)]
        allowed = 4 * error + rounding * np.abs(means[0]) + 0.5
        yield Likeness(key, "mean", means[0], means[1], allowed)
        for q in ENDS if key in BANDS else ():
            ends = [np.quantile(one[key], q, axis=1) for one in (fast, persons)]
            allowed = 2 * spread + 2 * rounding * np.abs(ends[0]) + 0.5
            yield Likeness(key, f"p{q * 100:.0f}", ends[0], ends[1], allowed)


def spreads(fast: Floats, persons: Floats) -> tuple[Floats, Floats]:
    """Standard deviation of the paired differences, and standard error of their mean, by year."""
    apart = persons - fast
    spread: Floats = apart.std(axis=1, ddof=1)
    return spread, spread / np.sqrt(apart.shape[1])


def against_error(fast: Series, persons: Series) -> Floats:
    """Mean differences over their standard errors, of all series and years in which luck acts."""
    found: list[float] = []
    for key in (*SERIES, *(f"cost|{line}" for line in COSTS)):
        mean = (persons[key] - fast[key]).mean(axis=1)
        _, error = spreads(fast[key], persons[key])
        found += list(mean[error > 1e-9] / error[error > 1e-9])
    errors: Floats = np.abs(np.array(found))
    return errors

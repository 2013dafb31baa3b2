"""Need and gap of 2027 of all shipped scenarios, from a table stored with the package.

The table (``sim/data/headlines.csv``) is made from runs with the settings of ``opvangsim run``: 500
replications in daily steps, seed 1; a test keeps it current. Gaps are those of each scenario's
headline: its vintage, price level and basis.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources

import numpy as np

from ..results.experiment import Experiment, Settings
from ..scenario import Scenario, load, shipped

YEAR = 2027
SETTINGS = Settings(until=date(YEAR, 12, 31))
"""Those of ``opvangsim run`` by default, so that a list and a run state the same gap."""
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
ENDS = tuple(QUANTILES.values())


@dataclass(frozen=True)
class ScenarioHeadline:
    """Need [places, mean of the year] and gap [EUR] of 2027: p10, p50 and p90."""

    name: str
    need: tuple[float, float, float]
    gap: tuple[float, float, float]


def headline_of(name: str, trials: Sequence[Experiment]) -> ScenarioHeadline:
    """Compute the headline of a scenario, rounded: need to tens of places, gap to millions.

    ``trials`` are the chunks of one simulation, in order.
    """
    row = trials[0].clock.years.index(YEAR)
    gap = np.concatenate([trial.line("gap", "total")[row] for trial in trials])
    need = np.concatenate([trial.yearly["need", "total", "mean"][row] for trial in trials])
    low, mid, high = (round(float(value), -1) for value in np.quantile(need, ENDS))
    short, middle, long = (round(float(value), -6) for value in np.quantile(gap, ENDS))
    return ScenarioHeadline(name, (low, mid, high), (short, middle, long))


def with_headline() -> dict[str, Scenario]:
    """Load the shipped scenarios that reach the end of 2027, by name."""
    loaded = {name: load(name) for name in shipped()}
    last_day = date(YEAR, 12, 31)
    return {name: scenario for name, scenario in loaded.items() if scenario.until >= last_day}


def headlines() -> dict[str, ScenarioHeadline]:
    """Read the stored table, by name of scenario."""
    text = (resources.files("sim") / "data" / "headlines.csv").read_text("utf-8")
    found = {}
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        numbers = [float(row[f"{kind}_{q}"]) for kind in ("need", "gap") for q in QUANTILES]
        need, gap = tuple(numbers[:3]), tuple(numbers[3:])
        found[row["scenario"]] = ScenarioHeadline(
            row["scenario"], (need[0], need[1], need[2]), (gap[0], gap[1], gap[2])
        )
    return found


def as_csv(all_: list[ScenarioHeadline]) -> str:
    """Format the table as it is stored."""
    head = "scenario," + ",".join(f"{kind}_{q}" for kind in ("need", "gap") for q in QUANTILES)
    lines = [
        "# Need (places, mean of the year) and headline gap (EUR) of 2027 of each shipped",
        "# scenario, from runs of 500 replications in daily steps with seed 1.",
        head,
    ]
    for one in all_:
        numbers = ",".join(f"{value:.0f}" for value in (*one.need, *one.gap))
        lines.append(f"{one.name},{numbers}")
    return "\n".join(lines) + "\n"

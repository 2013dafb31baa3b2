"""Scenarios made from others, and the main series of a run, for the tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.budget import costs
from sim.ledger import Ledger
from sim.results import Tables
from sim.scenario import Scenario, patched

SERIES = (
    "occupancy|total|mean",
    "occupancy|place:regular|mean",
    "occupancy|place:emergency|mean",
    "occupancy|place:tgo|mean",
    "occupancy|kind:status_holders|mean",
    "places|total|mean",
    "shortage|total|mean",
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
    "waiting_months|kind:median|mean",
    "waiting_months|kind:p90|mean",
)


def change(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    """The scenario with some keys changed."""
    return patched(scenario, changes, "set by a test")


def quiet(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes that keep a scenario quiet: no holds and even months, for hand-worked cases."""
    calm: dict[str, Any] = {"ind.holds": []}
    calm |= {f"inflow.season.{month}": 1.0 for month in range(1, 13)}
    return calm | changes


def named(tables: Tables, scenario: Scenario, ledger: Ledger) -> dict[str, np.ndarray]:
    """Series and costs by name: (year, replication)."""
    series = {
        f"{cell.name}|{measure}": tables.yearly[index]
        for index, (cell, measure) in enumerate(tables.yearly_cells)
    }
    lines = costs(scenario, tables.volumes, ledger.samples, ledger.clock)
    return series | {f"cost|{line}": lines["document", line] for line in ("coa", "nidos", "ind")}

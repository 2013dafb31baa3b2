"""Scenarios made from others, for the tests."""

from __future__ import annotations

from typing import Any

from sim.scenario import Scenario, patched


def change(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    """The scenario with some keys changed."""
    return patched(scenario, changes, "set by a test")


def quiet(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes that keep a scenario quiet: no holds and even months, for hand-worked cases."""
    calm: dict[str, Any] = {"ind.holds": []}
    calm |= {f"inflow.season.{month}": 1.0 for month in range(1, 13)}
    return calm | changes

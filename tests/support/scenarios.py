"""Scenarios made from others, for the tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from sim.model.engine import simulate
from sim.model.ind_capacity import Means, ind_means
from sim.model.state import Actor, SimState
from sim.scenario import Scenario, override


def change(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    """The scenario with some keys changed."""
    return override(scenario, changes, "set by a test")


def begun_on(day: date, scenario: Scenario) -> Scenario:
    """The scenario from another day on, with the same stocks: for cases worked by hand."""
    return scenario.model_copy(update={"start": day})


def quiet(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes that keep a scenario quiet: no holds and even months, for hand-worked cases."""
    calm: dict[str, Any] = {"ind.holds": []}
    calm |= {f"inflow.season.{month}": 1.0 for month in range(1, 13)}
    return calm | changes


def world_of(scenario: Scenario, replications: int = 1, number: int = 0) -> SimState:
    """The world of a run at its opening, without any chance, as in step ``number`` of the clock."""
    seen: list[SimState] = []

    def look(world: SimState) -> Actor:
        seen.append(world)
        yield world.until(0.0)

    simulate(scenario, replications, 1, vary=(), actors=(look,))
    world = seen[0]
    world.begin_step(world.laid_out[number])
    return world


def means_of(world: SimState) -> Means:
    """What the IND's capacity is planned from in the step in which a world is."""
    means = ind_means(world)
    means.refresh(world, world.ledger.step)
    return means.arrays

"""opvangsim: Dutch asylum reception, from inflow to the gap in the budget.

The tour in five lines::

    import sim
    scenario = sim.load("baseline")
    ledger = sim.simulate(scenario, replications=100, seed=1)
    tables = sim.tabulate(ledger, scenario)
    costs = sim.costs(scenario, tables.volumes, ledger.samples, ledger.clock)

``python -m sim run baseline`` does all of it and writes tables and charts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .budget import costs
    from .engine import simulate
    from .results import tabulate
    from .scenario import Scenario, load, patched

__all__ = ["Scenario", "costs", "load", "patched", "simulate", "tabulate"]

_WHERE = {
    "Scenario": "scenario",
    "load": "scenario",
    "patched": "scenario",
    "simulate": "engine",
    "tabulate": "results",
    "costs": "budget",
}


def __getattr__(name: str) -> object:
    """Import a part when it is first asked for: the command line must start quickly."""
    if name not in _WHERE:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f".{_WHERE[name]}", "sim"), name)

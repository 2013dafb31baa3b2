"""Repricing: evaluate a cell under other prices and budgets without another simulation.

Scenarios that differ only in money share a simulation: people are the same, amounts differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..errors import Message, Problem, ScenarioError
from ..model.sampling import Floats, sample, slice_samples
from ..results.cell import CellRef
from ..results.experiment import Experiment, Settings
from ..results.tasks import simulate_all
from ..scenario import Scenario


def repriced(trial: Experiment, scenario: Scenario, settings: Settings) -> Experiment:
    """Return an experiment at the prices, budget and draws of another scenario.

    Right only where the two differ in nothing but money (``prices.is_money``).
    """
    until = settings.until or scenario.until
    drawn = sample(scenario, settings.replications, settings.seed, settings.vary, until)
    return trial.priced(scenario, slice_samples(drawn, trial.first, trial.replications))


def ending_with(settings: Settings, scenarios: Sequence[Scenario], address: CellRef) -> Settings:
    """Return settings of runs that end with the year of a cell, or earlier if a scenario does.

    Raises ``ScenarioError`` if the year lies before the start.
    """
    start = min(scenario.start for scenario in scenarios)
    if address.year < start.year:
        advice = Message("the run begins on {start}", start=start)
        raise ScenarioError([Problem(str(address), "there is no such cell in this run", advice)])
    return replace(settings, until=min(common_end(scenarios, settings), date(address.year, 12, 31)))


def common_end(scenarios: Sequence[Scenario], settings: Settings) -> date:
    """Return the day on which the first scenario ends, or the requested day if that is earlier."""
    asked = [settings.until] if settings.until else []
    return min([scenario.until for scenario in scenarios] + asked)


def check_cell_exists(scenario: Scenario, address: CellRef, settings: Settings) -> None:
    """Check, before long runs, that tables have a cell; raises ``ScenarioError``."""
    single = replace(settings, replications=1, step="week")
    for trial in simulate_all(scenario, single):
        trial.cell(address)


@dataclass(frozen=True)
class RepricedCells:
    """Measure: the cell of each scenario by name, all of which differ in money only."""

    address: CellRef
    priced: Mapping[str, Scenario]
    settings: Settings

    def __call__(self, trial: Experiment) -> dict[str, Floats]:
        return {
            name: repriced(trial, scenario, self.settings).cell(self.address)
            for name, scenario in self.priced.items()
        }

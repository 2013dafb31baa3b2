"""Simulate a scenario, tabulate and price it, keeping every replication.

``runs`` stores the result in batches and reduces it to tables; ``studies`` compare the results of
several scenarios. Replications are numbered and random numbers are keyed by that number, so
scenarios have common random numbers, however the work is divided.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import Event
from typing import Any

import numpy as np

from ..clock import Clock, StepLength
from ..errors import Problem, ScenarioError
from ..model.cancel import stop_when
from ..model.engine import ACTORS, actors_with, simulate
from ..model.ledger import Ledger
from ..model.prices import Prices
from ..model.sampling import Floats, Samples
from ..model.shared_people import SharedPeople
from ..model.state import Actor, SimState
from ..model.uncertainty import UNCERTAINTIES, Uncertainty
from ..scenario import Scenario
from . import budget
from . import tables as results
from .budget import Basis, Costs
from .by_month import costs_by_month
from .cell import MONEY, CellRef, KnownCells, advice_on

LARGEST_CHUNK = 100
"""Most replications simulated at once: the model handles them one by one, so more take memory and
save little (the engine took 5.9 µs of CPU per replication-day with 100, 5.7 with 500)."""
LARGEST_CHUNK_YEARS = 600
"""Most replications times years simulated at once, so that longer runs take no more memory: the
ledger and the tables of a replication take about 50 kB a year."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Settings:
    """Settings of a simulation: all of them are part of a run's identity."""

    replications: int = 500
    seed: int = 1
    step: StepLength = "day"
    until: date | None = None
    vary: tuple[Uncertainty, ...] = UNCERTAINTIES


def settings_from_record(options: Mapping[str, Any]) -> Settings:
    """Restore settings from the options in a manifest."""
    until = options["until"]
    return Settings(
        options["replications"],
        options["seed"],
        options["step"],
        None if until is None else date.fromisoformat(until),
        tuple(options["vary"]),
    )


@dataclass(frozen=True)
class Experiment:
    """A scenario with its results, replication by replication."""

    scenario: Scenario
    clock: Clock
    samples: Samples
    tables: results.Tables
    costs: Costs
    first: int = 0
    """Number of its first replication."""
    costs_by_month: Mapping[str, Floats] = field(default_factory=dict)
    """Cost of each line by month, at the scenario's price level; empty unless asked for."""

    @property
    def replications(self) -> int:
        count: int = self.tables.yearly.shape[-1]
        return count

    @cached_property
    def yearly(self) -> dict[tuple[str, str, str], Floats]:
        """Cells by (series, breakdown, measure): (year, replication)."""
        return {
            (cell.series, cell.breakdown, measure): values
            for (cell, measure), values in zip(
                self.tables.yearly_cells, self.tables.yearly, strict=True
            )
        }

    @cached_property
    def monthly(self) -> dict[tuple[str, str], Floats]:
        """Cells by (series, breakdown): (date, replication)."""
        return {
            (cell.series, cell.breakdown): values
            for cell, values in zip(self.tables.monthly_cells, self.tables.monthly, strict=True)
        }

    def priced(self, scenario: Scenario, samples: Samples) -> Experiment:
        """Apply the prices and budgets of another scenario to the same people, without a new run.

        ``samples`` are the draws of that scenario for the same replications. Valid only where the
        two differ in keys that affect costs only (``prices.affects_costs_only``).
        """
        costs = budget.costs(scenario, self.tables.volumes, samples, self.clock)
        return Experiment(scenario, self.clock, samples, self.tables, costs, self.first)

    def line(
        self, table: str, line: str, vintage: str | None = None, basis: Basis | None = None
    ) -> Floats:
        """Cost, budget or gap of a line against the headline: (whole year, replication) [EUR].

        At the scenario's price level, as cost, in its price basis; NaN in a year without a budget.
        ``vintage`` takes another budget than the headline's, ``basis`` another price basis.
        """
        vintage_ = self.scenario.budget.vintages[vintage or self.scenario.budget.headline]
        years = budget.whole_years(self.clock)
        rows = [self.clock.years.index(year) for year in years]
        cost = self.costs[self.scenario.prices.level, line][rows]
        balance = budget.compare_with_budget(
            Prices.of(self.scenario, self.samples),
            vintage_,
            line,
            np.broadcast_to(cost, (len(rows), self.replications)),
            years,
            basis or self.scenario.budget.price_basis,
        )
        return {"cost": balance.cost, "budget": balance.budget}.get(table, balance.gap)

    def cell(self, address: CellRef) -> Floats:
        """Value of a table cell in each replication: (replication,).

        NaN where it is undefined, such as a waiting time in a year without decisions. Raises
        ``ScenarioError`` if there is no such cell.
        """
        values: Floats | None = None
        if address.table in MONEY:
            years = budget.whole_years(self.clock)
            known = address.line in budget.BY_NAME and (
                address.vintage is None or address.vintage in self.scenario.budget.vintages
            )
            if known and address.year in years:
                lines = self.line(address.table, address.line, address.vintage)
                values = lines[years.index(address.year)]
        elif address.year in self.clock.years and address.vintage is None:
            row = self.clock.years.index(address.year)
            for measure in address.measures:
                found = self.yearly.get((address.table, address.line, measure))
                if found is not None:
                    values = found[row]
                    break
        if values is None or (address.table in MONEY and not np.isfinite(values).any()):
            what = "there is no such cell in this run"
            raise ScenarioError(
                [
                    Problem(
                        address.cell, what, advice_on(address, self._known(address.table in MONEY))
                    )
                ]
            )
        return values

    def _known(self, of_money: bool) -> KnownCells:
        """Return the names and years of cells."""
        lines = {name: set(budget.BY_NAME) for name in MONEY}
        for table, line, _ in self.yearly:
            lines.setdefault(table, set()).add(line)
        years = budget.whole_years(self.clock) if of_money else self.clock.years
        return KnownCells(lines, self.scenario.budget.vintages, years)


def summary_value(values: Floats, statistic: str) -> float:
    """Compute one of ``cell.STATISTICS`` over the finite values; NaN if there are none."""
    values = values[np.isfinite(values)]
    if not values.size:
        return float("nan")
    if statistic == "mean":
        return float(values.mean())
    if statistic == "p_positive":
        return float((values > 0).mean())
    return float(np.quantile(values, int(statistic.removeprefix("p")) / 100))


@dataclass(frozen=True)
class CellMeasure:
    """Measure that reads cells of an experiment, named by their reference without statistic."""

    addresses: tuple[CellRef, ...]

    def __call__(self, trial: Experiment) -> dict[str, Floats]:
        return {address.cell: trial.cell(address) for address in self.addresses}


def simulate_one(
    scenario: Scenario,
    samples: Samples,
    settings: Settings,
    first: int = 0,
    count: int | None = None,
    cancelled: Event | None = None,
    by_month: bool = False,
    volumes_only: bool = False,
    people: SharedPeople | None = None,
) -> Experiment:
    """Simulate ``count`` replications from number ``first`` on, which have these ``samples``.

    ``by_month`` asks for their costs by month, as well as by year; ``volumes_only`` leaves out the
    cells that ``tables.tabulate_volumes`` leaves out; ``people`` are those of scenarios that share
    them.
    Raises ``CancelledError`` within a step once ``cancelled`` is set.
    """
    ledger = simulate(
        scenario,
        settings.replications if count is None else count,
        settings.seed,
        parameters=samples,
        vary=settings.vary,
        step=settings.step,
        until=settings.until,
        first=first,
        actors=actors_until(cancelled, ACTORS if people is None else actors_with(people)),
    )
    return to_tables(ledger, scenario, samples, first, by_month, volumes_only)


def actors_until(
    cancelled: Event | None, actors: Sequence[Callable[[SimState], Actor]] = ACTORS
) -> Sequence[Callable[[SimState], Actor]]:
    """Return the actors of a simulation that ends within a step once ``cancelled`` is set."""
    return actors if cancelled is None else (*actors, stop_when(cancelled))


def to_tables(
    ledger: Ledger,
    scenario: Scenario,
    samples: Samples,
    first: int = 0,
    by_month: bool = False,
    volumes_only: bool = False,
) -> Experiment:
    """Tabulate and price a finished simulation, by year and, if asked, by month."""
    tables = (
        results.tabulate_volumes(ledger) if volumes_only else results.tabulate(ledger, scenario)
    )
    costs = budget.costs(scenario, tables.volumes, samples, ledger.clock)
    of_months: dict[str, Floats] = {}
    if by_month:
        volumes = results.monthly_volumes(ledger)
        of_months = costs_by_month(scenario, volumes, tables.volumes, samples, ledger.clock)
    return Experiment(scenario, ledger.clock, samples, tables, costs, first, of_months)


def chunk_size(scenario: Scenario, settings: Settings, threads: int = 1) -> int:
    """Return the largest size of chunks of which each thread gets the same number."""
    years = (settings.until or scenario.until).year - scenario.start.year + 1
    largest = min(LARGEST_CHUNK, max(1, LARGEST_CHUNK_YEARS // years))
    rounds = math.ceil(settings.replications / (largest * threads))
    return math.ceil(settings.replications / (rounds * threads))


def chunks(replications: int, size: int) -> list[tuple[int, int]]:
    """First number and count of each chunk of at most ``size`` replications."""
    return [(first, min(size, replications - first)) for first in range(0, replications, size)]

"""Simulate the scenario of a what-if on threads, price it, and make the data of its charts."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from threading import Event

from ..clock import Clock
from ..model.sampling import Samples, sample, slice_samples
from ..report.charts import RunData
from ..results import budget
from ..results.executor import cores
from ..results.experiment import Experiment, Settings, chunk_size, chunks, simulate_one
from ..results.precision import quantile_with_error
from ..results.tables import Tables, join_tables
from ..runs.batches import Cells, batch_of
from ..runs.summary_tables import budget_table, headline_view, monthly_table
from ..scenario import Scenario

SERIES = ("need", "places", "occupancy", "shortage")
"""Monthly series that the charts show."""


async def simulate(
    scenario: Scenario, settings: Settings, pool: Executor, cancelled: Event, pieces: int = 0
) -> Tables:
    """Simulate a scenario in the threads of a pool and return its tables.

    The replications are cut into ``pieces`` ranges, by default one a core; their number does not
    change the tables. Raises ``CancelledError`` at the first step after ``cancelled`` is set.
    """
    samples = _draw_samples(scenario, settings)
    loop = asyncio.get_running_loop()

    def simulate_piece(first: int, count: int) -> Tables:
        drawn = slice_samples(samples, first, count)
        return simulate_one(scenario, drawn, settings, first, count, cancelled=cancelled).tables

    cut = chunks(settings.replications, chunk_size(scenario, settings, pieces or cores()))
    work = [loop.run_in_executor(pool, simulate_piece, *piece) for piece in cut]
    return join_tables(await asyncio.gather(*work))


def price(tables: Tables, scenario: Scenario, settings: Settings) -> Experiment:
    """Apply the prices and budgets of a scenario to simulated people and places.

    The tables may be those of another scenario if the two differ only in keys that affect costs
    only.
    """
    samples = _draw_samples(scenario, settings)
    clock = Clock(scenario.start, settings.until or scenario.until, settings.step)
    costs = budget.costs(scenario, tables.volumes, samples, clock)
    return Experiment(scenario, clock, samples, tables, costs)


def _draw_samples(scenario: Scenario, settings: Settings) -> Samples:
    until = settings.until or scenario.until
    return sample(scenario, settings.replications, settings.seed, settings.vary, until)


def chart_data(
    experiment: Experiment, settings: Settings, baseline: RunData | None = None
) -> RunData:
    """Return what the charts need: monthly tables and the headline of the budget."""
    scenario = experiment.scenario
    cells = Cells([batch_of(experiment, SERIES)])
    monthly = monthly_table(cells)
    return RunData(
        scenario,
        "what-if",
        settings.replications,
        settings.seed,
        budget_table(
            scenario, experiment.samples, experiment.clock, cells, [headline_view(scenario)]
        ),
        monthly,
        monthly.head(0),
        baseline=baseline,
    )


def extra_budget(experiment: Experiment, certainty: float) -> dict[int, float]:
    """Return by year what must be added to the budget to suffice with a given probability [EUR].

    It is what ``opvangsim enough`` says of the total; below zero where money is left.
    """
    years = budget.whole_years(experiment.clock)
    costs = experiment.line("cost", "total", basis="vintage")
    amounts = {year: experiment.scenario.headline.amount("total", year) for year in years}
    return {
        year: quantile_with_error(cost, certainty)[0] - amount
        for (year, amount), cost in zip(amounts.items(), costs, strict=True)
        if amount is not None
    }

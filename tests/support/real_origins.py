"""Forecasts of real origin dates, conditioned on the figures of the year that followed.

From each origin date the program's hindcast is conditioned on what was published a year later
about that year, and compared with what followed: beside the hindcast as it was, and a fresh one
of the later date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sim.hindcast.conditioning import condition
from sim.hindcast.observations import actual, knowledge, known_on, observed
from sim.hindcast.scenario import scenario_at
from sim.hindcast.scoring import HindcastOptions, crps, projected
from sim.model.sampling import Floats, Samples, sample
from sim.results.experiment import Experiment, Settings
from sim.results.tasks import Arrays, Task, run_tasks
from sim.scenario import Scenario

ORIGINS = range(2019, 2024)
SERIES = {
    "inflow": ("inflow|total", ("inflow|total|sum",)),
    "people_in_reception": ("occupancy|total", ("occupancy|total|end", "shortage|total|end")),
    "status_holders": ("occupancy|kind:status_holders", ("occupancy|kind:status_holders|end",)),
    "pending": ("pending|kind:all", ("pending|total|end",)),
}
"""Scored series: the observed figure, and the cells of a run that add up to it."""
YEARS_SCORED = 3


@dataclass(frozen=True)
class YearlyCells:
    """Measure that reads cells of the yearly table, named ``series|breakdown|measure``."""

    names: tuple[str, ...]

    def __call__(self, trial: Experiment) -> Arrays:
        found = {"|".join(key): values for key, values in trial.yearly.items()}
        return {name: found[name] for name in self.names}


@dataclass(frozen=True)
class Score:
    """CRPS of one series and year: the older forecast, the same conditioned, and a fresh one."""

    origin: int
    series: str
    year: int
    older: float
    conditioned: float
    fresh: float


def scores_of(year: int, replications: int) -> Iterator[Score]:
    """Score the forecast of 1 March of a year, conditioned on what was known a year later."""
    scenario = scenario_at(knowledge(date(year, 3, 1)), 1 + YEARS_SCORED)
    settings = Settings(replications, 1, "week", scenario.until)
    later = date(year + 1, 3, 1)
    known = [one for one in known_on(observed(), later) if one.period.first >= scenario.start]
    found = condition(scenario, known, later, settings)
    prior = sample(scenario, replications, 1)
    older, now = (_yearly(scenario, settings, draws) for draws in (prior, prior | found.draws))
    fresh = projected(later, HindcastOptions(replications=replications))
    for name, (figure, _) in SERIES.items():
        for target in range(year + 1, year + 1 + YEARS_SCORED):
            came = actual(figure, target)
            if came is not None:
                samples = (older[name, target], now[name, target], fresh[name, target])
                yield Score(year, name, target, *(crps(one, came) for one in samples))


def _yearly(
    scenario: Scenario, settings: Settings, draws: Samples
) -> dict[tuple[str, int], Floats]:
    cells = tuple(cell for _, parts in SERIES.values() for cell in parts)
    (found,) = run_tasks([Task(scenario, YearlyCells(cells), draws)], settings)
    years = range(scenario.start.year, scenario.until.year + 1)
    return {
        (name, year): sum(found[cell][row] for cell in parts)
        for name, (_, parts) in SERIES.items()
        for row, year in enumerate(years)
    }

"""Simulate, and price what was simulated: the parts of a what-if that take time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from ...clock import Clock
from ...model.engine import ACTORS, begun, finished, laid_aside, taken_up
from ...model.prices import affects_costs_only
from ...model.sampling import RandomStreams, Samples, sample
from ...model.state import Actor, SimState
from ...report.charts import RunData
from ...results.budget import whole_years
from ...results.experiment import Experiment, Settings, to_tables
from ...runs.batches import Cells, batch_of
from ...runs.summary_tables import View, budget_table, monthly_table
from ...scenario import Quantity, Scenario, quantities
from ...scenario.budget_schema import Text
from .sliders import SINCE

SERIES = ("need", "places", "occupancy", "shortage")
"""What the charts of a what-if show of the months."""
PREVIEW, SETTLED = 25, 100
"""Replications of a first look, and of what stays."""


READ_ON_THE_DAY = ("inflow.first", "ind.capacity.planned", "housing.homes")
"""Numbers of which the engine reads no day but today's; so are the shares that are granted."""


@dataclass(frozen=True)
class Aside:
    """A run of a part that was laid aside at the end of 2025, before anything can be turned."""

    part: Part
    state: bytes

    def fits(self, part: Part) -> bool:
        """Whether the run of a part is the same until then."""
        return self.part.settings == part.settings and goes_on(self.part.scenario, part.scenario)


@dataclass(frozen=True)
class Part:
    """A scenario to be simulated.

    ``aside`` is a run to go on from, if it fits. The work ends as soon as the file ``sign``, if
    there is one, is gone.
    """

    scenario: Scenario
    settings: Settings
    aside: Aside | None = None
    sign: Path | None = None


@dataclass(frozen=True)
class Found:
    """The trial of a part, and the run laid aside on the way, if it began at the beginning."""

    trial: Experiment
    aside: Aside | None


class _GivenUpError(Exception):
    """Nobody wants to know any more."""


def simulated(part: Part) -> Found | None:
    """What comes of a part, or nothing if it was given up; runs in a process of its own."""
    try:
        return _simulated(part)
    except _GivenUpError:
        return None


def _simulated(part: Part) -> Found:
    scenario, samples = part.scenario, _samples(part.scenario, part.settings)
    actors: list[Callable[[SimState], Actor]] = [*ACTORS]
    if part.sign is not None:
        actors.append(_Watch(part.sign))
    if part.aside is not None and part.aside.fits(part):
        world = taken_up(part.aside.state, scenario, samples, actors)
        return Found(to_tables(finished(world), scenario, samples), None)
    settings, aside = part.settings, None
    clock = Clock(scenario.start, settings.until or scenario.until, settings.step)
    luck = RandomStreams(settings.seed, 0, settings.replications, "process" in settings.vary)
    world = begun(scenario, clock, luck, samples, actors)
    if clock.start < SINCE <= clock.until:
        aside = Aside(replace(part, aside=None, sign=None), laid_aside(world, SINCE))
    return Found(to_tables(finished(world), scenario, samples), aside)


@dataclass(frozen=True)
class _Watch:
    """An actor that ends the run once its sign is gone."""

    sign: Path

    def __call__(self, world: SimState) -> Actor:
        for _, moment in world.steps(hour=0):
            yield world.until(moment)
            if not self.sign.exists():
                raise _GivenUpError


def goes_on(one: Scenario, other: Scenario) -> bool:
    """Whether a run of ``one`` up to what can be turned is one of ``other`` too.

    So it is if they differ in nothing but prices, budgets that decide nothing, and numbers read on
    the day itself that are the same until then.
    """
    before, now = dict(quantities(one)), dict(quantities(other))
    if before.keys() != now.keys() or _besides_numbers(one) != _besides_numbers(other):
        return False
    return all(
        before[path] == number
        or affects_costs_only(one, path)
        or (_read_on_the_day(path) and _same_until_then(one.start, before[path], number))
        for path, number in now.items()
    )


def _besides_numbers(item: Any) -> Any:
    """What a scenario says beside its numbers and its texts."""
    if isinstance(item, Quantity | Text):
        return None
    if isinstance(item, BaseModel):
        return {name: _besides_numbers(getattr(item, name)) for name in type(item).model_fields}
    if isinstance(item, Mapping):
        return {key: _besides_numbers(below) for key, below in item.items()}
    if isinstance(item, tuple):
        return [_besides_numbers(below) for below in item]
    return item


def _read_on_the_day(path: str) -> bool:
    return path in READ_ON_THE_DAY or path.endswith((".granted_share", ".granted_after"))


def _same_until_then(start: date, one: Quantity, other: Quantity) -> bool:
    if one.spread != other.spread or one.single != other.single:
        return False
    moment: date | None = start
    while moment is not None and moment < SINCE:
        if one.on(moment) != other.on(moment):
            return False
        changes = [each.changes_after(moment) for each in (one, other)]
        moment = min((change for change in changes if change is not None), default=None)
    return True


def _samples(scenario: Scenario, settings: Settings) -> Samples:
    until = settings.until or scenario.until
    return sample(scenario, settings.replications, settings.seed, settings.vary, until)


def priced(trial: Experiment, scenario: Scenario, settings: Settings) -> Experiment:
    """The same people at the prices and budgets of another scenario, without a run."""
    return trial.priced(scenario, _samples(scenario, settings))


def months_of(trial: Experiment) -> pd.DataFrame:
    """The months that the charts show: people and places, whatever they cost."""
    return monthly_table(Cells([batch_of(trial, SERIES)]))


def subject_of(
    trial: Experiment, months: pd.DataFrame, scenario: Scenario, settings: Settings
) -> RunData:
    """What the charts are drawn from: the months, and the headline of the budget."""
    headline: View = (
        scenario.budget.headline,
        scenario.prices.level,
        "cost",
        scenario.budget.price_basis,
        "total",
    )
    return RunData(
        scenario,
        "what-if",
        settings.replications,
        settings.seed,
        budget_table(
            scenario, trial.samples, trial.clock, Cells([batch_of(trial, ())]), [headline]
        ),
        months,
        months.head(0),
    )


def enough(trial: Experiment, certainty: float) -> dict[int, float]:
    """By year, the money needed on top of the budget so that it is enough with this chance [EUR].

    Below zero where money is left. The quantile of the gap over replications.
    """
    return {
        year: float(np.quantile(row, certainty))
        for year, row in zip(whole_years(trial.clock), trial.line("gap", "total"), strict=True)
        if np.isfinite(row).all()
    }

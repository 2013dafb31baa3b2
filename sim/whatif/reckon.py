"""Simulate, and price what was simulated: the parts of a what-if that take time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ..draws import sample, take
from ..report.charts import Subject
from ..run.held import Held
from ..run.tables import View, budget_table, monthly_table
from ..scenario import Scenario
from ..trial import Settings, Trial, attempt

SERIES = ("need", "places", "occupancy", "shortage")
"""What the charts of a what-if show of the months."""
PREVIEW, SETTLED = 25, 100
"""Replications of a first look, and of what stays."""


@dataclass(frozen=True)
class Part:
    """Some replications of a scenario to be simulated: number of the first, and how many."""

    scenario: Scenario
    settings: Settings
    first: int
    count: int


def simulated(part: Part) -> Trial:
    """The trial of a part; runs in a process of its own."""
    until = part.settings.until or part.scenario.until
    settings = part.settings
    samples = sample(part.scenario, settings.replications, settings.seed, settings.vary, until)
    mine = take(samples, part.first, part.count)
    return attempt(part.scenario, mine, settings, part.first, part.count)


def priced(trials: Sequence[Trial], scenario: Scenario, settings: Settings) -> list[Trial]:
    """The same people at the prices and budgets of another scenario, without a run."""
    until = settings.until or scenario.until
    samples = sample(scenario, settings.replications, settings.seed, settings.vary, until)
    return [one.priced(scenario, take(samples, one.first, one.replications)) for one in trials]


def months_of(trials: Sequence[Trial]) -> pd.DataFrame:
    """The months that the charts show: people and places, whatever they cost."""
    return monthly_table(Held(trials, SERIES))


def subject_of(
    trials: Sequence[Trial], months: pd.DataFrame, scenario: Scenario, settings: Settings
) -> Subject:
    """What the charts are drawn from: the months, and the headline of the budget."""
    first, held = trials[0], Held(trials, ())
    samples = {
        name: np.concatenate([one.samples[name] for one in trials]) for name in first.samples
    }
    headline: View = (
        scenario.budget.headline,
        scenario.prices.level,
        "cost",
        scenario.budget.price_basis,
        "total",
    )
    return Subject(
        scenario,
        "what-if",
        settings.replications,
        settings.seed,
        budget_table(scenario, samples, first.clock, held, [headline]),
        months,
        months.head(0),
    )


def enough(trials: Sequence[Trial], certainty: float) -> dict[int, float]:
    """By year, the money needed on top of the budget so that it is enough with this chance [EUR].

    Below zero where money is left. The quantile of the gap over replications.
    """
    first = trials[0]
    gaps = np.concatenate([one.line("gap", "total") for one in trials], axis=-1)
    years = [year for year in first.clock.years if date(year, 12, 31) <= first.clock.until]
    return {
        year: float(np.quantile(row, certainty))
        for year, row in zip(years, gaps, strict=True)
        if np.isfinite(row).all()
    }

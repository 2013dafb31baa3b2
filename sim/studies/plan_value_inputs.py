"""What may be known before a decision: uncertain numbers, and the course of the inflow to come.

A number of the scenario is known by its draw, numbers that are linked together. The inflow path has
a draw for each month, none of which means much by itself: of it the first applications themselves
are known, in a year, on average, and in every year, and the shares of nationalities in them. That
is what a better forecast of the inflow would tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..model.sampling import Floats, Samples, sample
from ..results.experiment import Experiment, Settings
from ..results.tasks import Arrays
from ..scenario import Scenario, quantities
from ..scenario.correlation import correlated_groups

FIRST, SHARE = "first", "share|"
"""Arrays of the course of inflow: first applications by year, and the share of a nationality."""
MEAN, ALL_YEARS, YEAR, COMPOSITION = "inflow_mean", "inflow_years", "inflow_", "composition"
"""Inputs that are not a number of the scenario: what is known of the inflow to come."""
PERSONS = "persons/year"
"""Unit of first applications in a year."""
TOGETHER = "together"
"""All inputs that count, known together."""
MOST_TOGETHER = 8
"""Most columns that are known together: of more the regression can't be told from noise."""


@dataclass(frozen=True)
class Known:
    """Something that may be known: its name, and its value or values in each replication.

    ``unit`` is that of a single number.
    """

    name: str
    columns: tuple[Floats, ...]
    unit: str = ""

    @property
    def is_inflow(self) -> bool:
        """Whether it is what the future brings, and not a number of the scenario."""
        return is_inflow(self.name)


def is_inflow(name: str) -> bool:
    """Return whether an input is of the course of inflow."""
    year = name.removeprefix(YEAR)
    return name in (MEAN, ALL_YEARS, COMPOSITION) or (year != name and year.isdecimal())


def inflow_of(experiment: Experiment) -> Arrays:
    """Return first applications by year, (year, replication), and the share of each nationality."""
    yearly, composition = experiment.yearly, experiment.scenario.inflow.composition
    first = yearly["inflow", "kind:first", "sum"]
    total = np.maximum(first.sum(axis=0), 1.0)
    groups = () if composition is None else composition.sd
    shares = {f"{SHARE}{group}": yearly["inflow", f"group:{group}", "sum"].sum(axis=0) / total
              for group in groups}  # fmt: skip
    return {FIRST: first, **shares}


def draws_of(scenarios: Sequence[Scenario], settings: Settings) -> Samples:
    """Return the draw of each uncertain number by key; of plans the first that has it."""
    found: Samples = {}
    for scenario in scenarios:
        until = settings.until or scenario.until
        drawn = sample(scenario, settings.replications, settings.seed, settings.vary, until)
        uncertain = {key for key, number in quantities(scenario) if number.spread is not None}
        found |= {key: drawn[key] for key in uncertain & set(drawn) if key not in found}
    return dict(sorted(found.items()))


def units_of_draws(scenarios: Sequence[Scenario]) -> dict[str, str]:
    """Return the unit in which each uncertain number is drawn: its own, or a factor on it."""
    return {
        key: "factor" if number.spread.kind == "factor" else number.unit
        for scenario in scenarios
        for key, number in quantities(scenario)
        if number.spread is not None
    }


def known_inputs(
    scenario: Scenario,
    draws: Samples,
    inflow: Mapping[str, Floats],
    years: Sequence[int],
    units: Mapping[str, str] | None = None,
) -> list[Known]:
    """Return all that may be known: numbers (linked ones together), then the inflow of ``years``.

    ``units`` are those of draws. What does not vary is left out.
    """
    groups = [group for group in correlated_groups(scenario) if set(group) <= set(draws)]
    linked = {key for group in groups for key in group}
    alone = [(key,) for key in draws if key not in linked]
    units = units or {}
    numbers = [
        Known(" + ".join(keys), tuple(draws[key] for key in keys), units.get(keys[0], ""))
        for keys in (*groups, *alone)
    ]
    return [one for one in (*numbers, *_of_inflow(inflow, years)) if _varies(one)]


def _of_inflow(inflow: Mapping[str, Floats], years: Sequence[int]) -> list[Known]:
    first = inflow[FIRST][: len(years)]
    shares = tuple(values for name, values in inflow.items() if name.startswith(SHARE))
    return [
        Known(MEAN, (first.mean(axis=0),), PERSONS),
        *(Known(f"{YEAR}{year}", (row,), PERSONS) for year, row in zip(years, first, strict=True)),
        # Who knows each year knows the mean.
        Known(ALL_YEARS, (first.mean(axis=0), *first)),
        *([Known(COMPOSITION, shares)] if shares else []),
    ]


def _varies(known: Known) -> bool:
    return any(np.ptp(column) > 0 for column in known.columns)

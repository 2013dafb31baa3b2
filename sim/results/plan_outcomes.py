"""What a plan comes to in each future: its cost, the nights that people are short, empty places.

People without a place are counted and not priced here: who weighs a plan states a price for a night
(``studies.decisions.loss``), so the model's own price of them is left out of the cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import Message, usage_error
from ..model.sampling import Floats
from .budget import whole_years
from .experiment import Experiment
from .tables import BEFORE_START

OUTCOMES = {
    "cost": "EUR",
    "beyond_cost": "EUR",
    "nights_short": "person-nights",
    "worst_month": "persons",
    "empty_nights": "place-nights",
    "standby_nights": "place-nights",
    "opened": "places",
    "closed": "places",
}
"""Outcomes by name, with their unit: each is an array (replication,)."""


@dataclass(frozen=True)
class PlanOutcomes:
    """Measure of what a plan comes to over all whole years from ``from_year`` on; None: all.

    The days of the first year before the start count at the stocks of day 0, as they do in cost.

    - ``cost``: of the total at the scenario's price level and basis, without the price of people
      for whom there is no place, which is ``beyond_cost``;
    - ``nights_short``: nights of people without a place; ``worst_month``: the most people without
      a place on the last day of a month;
    - ``empty_nights``: nights of places that are paid and empty, open or under notice;
      ``standby_nights``: nights of places kept ready to be opened;
    - ``opened`` and ``closed``: places, those that went back to standby among the closed.
    """

    from_year: int | None = None

    def __call__(self, experiment: Experiment) -> dict[str, Floats]:
        """Return the outcomes of an experiment by name; raises ``ScenarioError`` without years."""
        years = counted_years(experiment, self.from_year)
        rows = [whole_years(experiment.clock).index(year) for year in years]
        total, beyond = (
            experiment.line("cost", line)[rows].sum(axis=0) for line in ("total", "beyond_places")
        )
        counted = _Counted(experiment, years)
        places, residents = counted.of("place_days"), counted.of("resident_days")
        return {
            "cost": total - beyond,
            "beyond_cost": beyond,
            "nights_short": counted.of("beyond_days"),
            "worst_month": _worst_month(experiment, years),
            "empty_nights": places - residents,
            "standby_nights": counted.of("standby_days"),
            "opened": counted.of("places_opened"),
            "closed": counted.of("places_closed") + counted.of("places_returned"),
        }


def counted_years(experiment: Experiment, from_year: int | None = None) -> tuple[int, ...]:
    """Return the whole years from ``from_year`` on; raises ``ScenarioError`` without any."""
    whole = whole_years(experiment.clock)
    years = tuple(year for year in whole if from_year is None or year >= from_year)
    if not years:
        what = Message("there is no whole year from {year} on", year=from_year)
        usage_error("--from", what, "take an earlier year, or a later --until")
    return years


@dataclass(frozen=True)
class _Counted:
    """Volumes of an experiment over some years."""

    experiment: Experiment
    years: tuple[int, ...]

    def of(self, name: str) -> Floats:
        """Return a volume summed over years and place types: (replication,); 0 if not kept."""
        volumes: Mapping[str, Floats] = self.experiment.tables.volumes
        nothing = np.zeros(self.experiment.replications)
        if name not in volumes:
            return nothing
        first = self.experiment.clock.years[0]
        rows = [self.experiment.clock.years.index(year) for year in self.years]
        early = volumes.get(f"{BEFORE_START}{name}") if first in self.years else None
        found = _over_types(volumes[name][rows].sum(axis=0))
        return found if early is None else found + _over_types(early)


def _over_types(values: Floats) -> Floats:
    """Sum over place types, if there are any: (replication,)."""
    total: Floats = values.sum(axis=1) if values.ndim > 1 else values
    return total


def _worst_month(experiment: Experiment, years: tuple[int, ...]) -> Floats:
    """Most people without a place on the last day of a month: (replication,)."""
    dates = experiment.clock.snapshot_dates()
    # The first date is the opening, on which no plan has any say.
    rows = [row for row, day in enumerate(dates) if row and day.year in years]
    worst: Floats = experiment.monthly["shortage", "total"][rows].max(axis=0)
    return worst

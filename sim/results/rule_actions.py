"""When and how often the rules of a plan act in each future."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..clock import month_number
from ..model.sampling import Floats
from .experiment import Experiment
from .plan_outcomes import PlanOutcomes, counted_years

WEEKS, FIRST = "weeks:", "first:"
"""Start of the name of an array of a rule, which ends with the name of the rule."""


@dataclass(frozen=True)
class PlanActions:
    """Measure of what a plan comes to, and when and how often its own rules act.

    Beside ``outcomes``, for each rule in the years that these count:

    - ``weeks:RULE``: weeks in which it acts, as ``plan_rules.note`` says what acting is;
    - ``first:RULE``: the month in which it acts first, as months since year 0; NaN if never.
    """

    outcomes: PlanOutcomes

    def __call__(self, experiment: Experiment) -> dict[str, Floats]:
        """Return all arrays by name: (replication,); raises ``ScenarioError`` without years."""
        return self.outcomes(experiment) | actions(experiment, self.outcomes.from_year)


def actions(experiment: Experiment, from_year: int | None = None) -> dict[str, Floats]:
    """Return in how many weeks each rule acts, and in which month first: (replication,) each."""
    clock, years = experiment.clock, counted_years(experiment, from_year)
    rows = [row for row, year in enumerate(clock.month_years()) if year in years]
    start, found = month_number(clock.start), dict[str, Floats]()
    for rule, by_month in experiment.tables.acted.items():
        weeks = by_month[rows]
        first = start + rows[0] + np.argmax(weeks > 0, axis=0)
        found[f"{WEEKS}{rule}"] = weeks.sum(axis=0)
        found[f"{FIRST}{rule}"] = np.where((weeks > 0).any(axis=0), first, np.nan)
    return found

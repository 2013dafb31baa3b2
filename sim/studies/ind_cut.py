"""What a euro less for the IND costs at COA.

The IND is cut, all else held: who is not decided on stays in reception. Its answer to the work at
hand is off on both sides, since an office that hires back what was cut is not cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ..clock import Clock
from ..errors import Problem, ScenarioError
from ..model.sampling import Floats
from ..results import budget
from ..results.experiment import Experiment, Progress, Settings, Task, run_tasks
from ..scenario import Quantity, Scenario, override
from .levers import as_written, path_from

BECAUSE = "set to see what a cut of the IND costs"
LINES = ("ind_asylum", "ind_other", "penalties", "coa", "nidos")
MORE = ("coa", "nidos", "penalties")
"""Where less work at the IND comes back as cost."""
TOTAL = "total"


@dataclass(frozen=True)
class IndCut:
    """Shares by which asylum work and family work are cut; None: as the budget has it."""

    name: str
    asylum: float | None
    family: float | None


CUTS = (
    IndCut("all_5", 0.05, 0.05),
    IndCut("all_10", 0.10, 0.10),
    IndCut("all_20", 0.20, 0.20),
    IndCut("all_35", 0.35, 0.35),
    IndCut("asylum_20", 0.20, 0.0),
    IndCut("family_20", 0.0, 0.20),
    IndCut("budget", None, None),
)


@dataclass(frozen=True)
class IndCoa:
    """``table``: a row a cut and year, and one for all years together.

    ``less`` is what the IND costs less, without penalties; ``more_coa``, ``more_nidos`` and
    ``more_penalties`` what these cost more, ``more`` all three, ``net`` that less ``less``; each a
    mean with its 80 % band over replications [EUR]. ``per_euro`` is what COA costs more for each
    euro less: mean over mean, with the 80 % band over replications; NaN where the IND does not
    cost less.
    """

    since: int
    table: pd.DataFrame


def without_cut(scenario: Scenario) -> Scenario:
    """The scenario with an IND that does not answer to the work at hand, its plan certain.

    A cut sets the plan, and what is set is certain: so it is on the side without the cut too.
    Raises ``ScenarioError`` if the IND's capacity is not a plan that could be cut.
    """
    if scenario.ind.capacity.mode != "planned" or scenario.closing == "constrained":
        what = "the IND of this scenario works by something else than a plan"
        advice = "take a scenario with ind.capacity.mode: planned and closing: open"
        raise ScenarioError([Problem("ind.capacity.mode", what, advice)])
    plan, staff = scenario.ind.capacity.planned, scenario.family.staff
    changes = {
        "ind.capacity.response": 0,
        "ind.capacity.planned": as_written(plan, _values(plan)),
        "family.staff": as_written(staff, _values(staff)),
    }
    return override(scenario, changes, BECAUSE)


def _values(quantity: Quantity) -> object:
    return dict(quantity.value) if isinstance(quantity.value, tuple) else quantity.single


def with_cut(scenario: Scenario, cut: IndCut, since: int) -> Scenario:
    """A scenario whose IND has less to work with, from a year on."""
    if cut.asylum is None or cut.family is None:
        return override(scenario, {"ind.capacity.mode": "follows_budget"}, BECAUSE)
    plan, staff = scenario.ind.capacity.planned, scenario.family.staff
    return override(
        scenario,
        {
            "ind.capacity.planned": _cut(scenario, plan, cut.asylum, since),
            "family.staff": _cut(scenario, staff, cut.family, since),
        },
        BECAUSE,
    )


def _cut(scenario: Scenario, quantity: Quantity, share: float, since: int) -> object:
    """The quantity as it was before the year, and less by a share from then on."""
    first = date(since, 1, 1)
    path = path_from(quantity, scenario.start, first, quantity.on(first))
    if not isinstance(path, dict):
        return path * (1 - share)
    cut = {day: value * (1 - share) if day >= first else value for day, value in path.items()}
    return as_written(quantity, cut)


def ind_coa(
    scenario: Scenario,
    settings: Settings,
    cuts: Sequence[IndCut] = CUTS,
    since: int = 2026,
    workers: int = 0,
    tell: Progress | None = None,
) -> IndCoa:
    """Cut the IND from a year on, on common luck, and see what COA, Nidos and penalties do."""
    held = without_cut(scenario)
    scenarios = [held, *(with_cut(held, cut, since) for cut in cuts)]
    ours, *theirs = run_tasks([Task(one, _lines) for one in scenarios], settings, workers, tell)
    until = settings.until or scenario.until
    years = budget.whole_years(Clock(scenario.start, until, settings.step))
    rows = [
        row
        for cut, arrays in zip(cuts, theirs, strict=True)
        for row in _rows(cut, years, {line: arrays[line] - ours[line] for line in LINES})
    ]
    return IndCoa(since, pd.DataFrame(rows))


def _lines(trial: Experiment) -> dict[str, Floats]:
    return {line: trial.line("cost", line) for line in LINES}


def _rows(cut: IndCut, years: Sequence[int], change: dict[str, Floats]) -> list[dict[str, object]]:
    """A row a year and one for all: changes (year, replication) by line."""
    less = -(change["ind_asylum"] + change["ind_other"])
    more = {line: change[line] for line in MORE}
    parts = [(str(year), n) for n, year in enumerate(years)]
    rows = [_row(cut, year, less[n], {k: v[n] for k, v in more.items()}) for year, n in parts]
    whole = {line: values.sum(axis=0) for line, values in more.items()}
    return [*rows, _row(cut, TOTAL, less.sum(axis=0), whole)]


def _row(cut: IndCut, year: str, less: Floats, more: dict[str, Floats]) -> dict[str, object]:
    every = sum(more.values(), start=np.zeros_like(less))
    net = every - less
    columns = {"less": less, **{f"more_{line}": v for line, v in more.items()}, "more": every}
    columns["net"] = net
    row: dict[str, object] = {"cut": cut.name, "year": year}
    for name, values in columns.items():
        low, high = np.quantile(values, (0.1, 0.9))
        row |= {name: float(values.mean()), f"{name}_p10": low, f"{name}_p90": high}
    row["p_net_positive"] = float((net > 0).mean())
    row |= dict.fromkeys(("per_euro", "per_euro_p10", "per_euro_p90"), float("nan"))
    if (less > 0).all():
        low, high = np.quantile(more["coa"] / less, (0.1, 0.9))
        mean = float(more["coa"].mean() / less.mean())
        row |= {"per_euro": mean, "per_euro_p10": low, "per_euro_p90": high}
    return row

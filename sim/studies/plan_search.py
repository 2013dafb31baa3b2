"""Plan search: which thresholds and sizes make the best plan, within limits such as on shortage?

All plans meet the same futures (common random numbers) while the search lasts, so that the best of
them owes a part of its rank to these futures. A plan is therefore accepted, and told the value of,
on other replications.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ..clock import Clock
from ..results.experiment import Progress
from ..runs.study_folder import StudyContent
from ..scenario import Scenario
from . import plan_search_chart as chart
from . import plan_search_text as text
from .base import Implementation, Inputs, StudyChart, Value, content_of, settings_of
from .levers import quantity_of
from .plan_compare import years_of
from .plan_options import PlanSearchOptions
from .plan_search_aims import Outcome, difference, estimate, upper_bound, value_of, violation
from .plan_search_asked import AimText, Span, aim_of, aims_of, limit_of, spans_of
from .plan_search_core import Archive, Problem, Verdict, accept, accept_front, search, undominated
from .plan_search_runs import Plans, axes_of, first_plans, present_value

Row = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """Outcome of a search: the plans tried, those on the second set, and the scenario as it is."""

    problem: Problem
    spans: Sequence[Span]
    present: Sequence[float]
    archive: Archive
    verdicts: Sequence[Verdict]
    as_is: Outcome

    @property
    def aims(self) -> list[AimText]:
        """Return all that is told of a plan: what was asked for first."""
        asked = [*self.problem.aims, *(limit.aim for limit in self.problem.limits)]
        return list(dict.fromkeys([*asked, *(aim_of(one, "") for one in text.TOLD)]))


def run(options: PlanSearchOptions, inputs: Inputs) -> StudyContent:
    """Search for the best plan and return the tables; raises ``ScenarioError``."""
    scenario, settings, spans = inputs.scenario, settings_of(options), spans_of(options.levers)
    years_of(options.since, Clock(scenario.start, settings.until or scenario.until, settings.step))
    present = [present_value(scenario, span) for span in spans]
    first = first_plans(options.start, spans, present)
    limits = tuple(limit_of(one) for one in options.subject_to)
    axes = axes_of(scenario, spans, first)
    problem = Problem(axes, aims_of(options.objective), limits, options.accept)
    # Other replications: those after the ones of the search.
    others, after = replace(settings, replications=options.accept), settings.replications
    total = settings.replications * options.evaluations + 2 * options.accept
    with inputs.watch("plan-search", total) as progress:
        plans = Plans(scenario, spans, options, inputs, counted(progress, total))
        evaluate = plans.evaluator(settings, 0)
        archive = search(problem, evaluate, first, options.evaluations, settings.seed)
        if not archive.known:
            raise plans.refused[0]
        decide = accept if len(problem.aims) == 1 else accept_front
        verdicts = decide(problem, archive, plans.evaluator(others, after), settings.seed)
        as_is = plans.as_is(others, after)
    found = Found(problem, spans, present, archive, verdicts, as_is)
    keys = [span.lever.key for span in spans]
    tables = tables_of(found, scenario)
    return content_of("plan_search", options, inputs, settings, tables, ending=keys)


def counted(progress: Progress | None, total: int) -> Progress | None:
    """Count replications on from one round to the next; the total is the most there may be."""
    if progress is None:
        return None
    before = [0]

    def tell(done: int, of: int) -> None:
        progress(min(before[0] + done, total), total)
        if done == of:
            before[0] += of

    return tell


def tables_of(found: Found, scenario: Scenario) -> dict[str, pd.DataFrame]:
    """Return the tables of a search.

    ``plans`` are those on the second set: the scenario as it is, those refused there, and the best,
    or the front. ``tried`` are all, on the replications of the search.
    """
    plans = pd.DataFrame([_as_is_row(found), *_verdict_rows(found)])
    best = plans[plans["kind"] == "best"]
    levers = []
    for at, span in enumerate(found.spans):
        unit = quantity_of(scenario, span.lever, "--levers").unit
        row: Row = {"lever": span.name, "unit": unit, "low": span.low, "high": span.high}
        row |= {"values": len(found.problem.axes[at]), "present": found.present[at]}
        levers.append({**row, "best": float(best[span.name].iloc[0]) if len(best) else None})
    limits = [
        {"limit": str(limit), "column": limit.aim.column, "most": limit.most,
         "unit": limit.aim.unit or "probability"}
        for limit in found.problem.limits
    ]  # fmt: skip
    tables = {"plans": plans, "levers": pd.DataFrame(levers).astype({"best": float})}
    tables |= {"tried": pd.DataFrame(_tried_rows(found))}
    return tables | ({"limits": pd.DataFrame(limits)} if limits else {})


def _as_is_row(found: Found) -> Row:
    row: Row = {"kind": "as_is", **_levers(found, found.present), **_told(found, found.as_is)}
    beyond = violation(found.problem.limits, found.as_is)
    return row | {"beyond": beyond, "accepted": found.problem.accepts(found.as_is)}


def _verdict_rows(found: Found) -> list[Row]:
    """Return the plans that were tried on the second set, in the order in which they were."""
    aims = found.problem.aims
    on_front = undominated(
        {one.point: found.problem.values(one.outcome) for one in found.verdicts if one.accepted}
    )
    rows = []
    for one in found.verdicts:
        kind = "refused"
        if one.accepted:
            kind = "best" if len(aims) == 1 else "front" if one.point in on_front else "beaten"
        row: Row = {"kind": kind, **_levers(found, one.point), **_told(found, one.outcome)}
        searched = found.archive.known[one.point]
        row |= {f"{aim.column}_search": value_of(aim, searched) for aim in found.aims}
        for aim in aims:
            less = difference(aim, found.as_is, one.outcome)
            if less is not None:
                name = f"{aim.column}_less"
                row |= {name: less.value, f"{name}_low": less.low, f"{name}_high": less.high}
        rows.append(row | {"beyond": one.beyond, "accepted": one.accepted})
    return rows


def _levers(found: Found, values: Sequence[float]) -> Row:
    return {span.name: value for span, value in zip(found.spans, values, strict=True)}


def _told(found: Found, outcome: Outcome) -> Row:
    """Return all that is told of a plan: ends of 95% intervals, and upper bounds for limits."""
    row: Row = {}
    for aim in found.aims:
        told = estimate(aim, outcome)
        row |= {aim.column: told.value, f"{aim.column}_low": told.low}
        row |= {f"{aim.column}_high": told.high}
    for limit in found.problem.limits:
        row[f"{limit.aim.column}_bound"] = upper_bound(limit.aim, outcome)
    return row


def _tried_rows(found: Found) -> list[Row]:
    """Return all plans in the order in which they were tried; what was refused has no outcome."""
    rows = []
    for number, (point, outcome) in enumerate(found.archive.outcomes.items(), start=1):
        row: Row = {"number": number, **_levers(found, point)}
        for aim in found.aims:
            row[aim.column] = None if outcome is None else value_of(aim, outcome)
        within = outcome is not None and found.problem.beyond(outcome) == 0
        rows.append(row | {"within": within})
    return rows


def values(tables: Mapping[str, pd.DataFrame]) -> dict[str, Value]:
    """Return the best plan: its levers by key, and all that is told of it, each by its column.

    ``as_is.`` before a column is that of the scenario as it is.
    """
    plans, levers = tables["plans"], tables["levers"]
    found: dict[str, Value] = {}
    for kind, prefix in (("as_is", "as_is."), ("best", "")):
        rows = plans[plans["kind"] == kind].to_dict("records")
        for row in rows:
            for name in row:
                if f"{name}_low" in row and not pd.isna(row[name]):
                    ends = float(row[f"{name}_low"]), float(row[f"{name}_high"])
                    found[f"{prefix}{name}"] = Value(float(row[name]), ends, sampled=True)
    for row in levers.to_dict("records"):
        if not pd.isna(row["best"]):
            found[str(row["lever"])] = Value(float(row["best"]))
    return found


IMPLEMENTATION = Implementation(
    run,
    text.tell,
    {"plan_search": StudyChart("search", chart.draw, chart.words)},
    values=values,
)

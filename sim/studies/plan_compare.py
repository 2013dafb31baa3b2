"""Plan compare: what does each plan cost, what does it risk, and what is lost by choosing it?

All plans meet the same futures (common random numbers). Cost alone would reward housing nobody, so
that a night of a person without a place is weighed at a stated price: cost with these nights at
that price is the loss of a plan. Its regret in a future is its loss, less the least of the compared
plans there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..clock import Clock
from ..errors import Message, usage_error
from ..model.sampling import Floats
from ..results.budget import whole_years
from ..results.plan_outcomes import PlanOutcomes
from ..results.rule_actions import PlanActions
from ..results.tasks import Task, run_tasks
from ..runs.study_folder import StudyContent
from . import plan_compare_chart as chart
from . import plan_compare_text as text
from .base import Implementation, Inputs, StudyChart, Value, content_of, settings_of
from .compare import check_once, common_until
from .decisions import (
    best_ranges,
    chance_interval,
    cvar,
    frontier,
    loss,
    mean_with_error,
    regret,
    share_of_worst,
)
from .plan_compare_chart import risk_column
from .plan_compare_rules import rule_rows
from .plan_frontier import certain_places, more_often
from .plan_options import PlanCompareOptions

MOST = 8
"""Plans compared at a time: as many as a chart has room to name."""
WORST = 0.01
"""Part of the futures of which it is told how many of the nights short they hold."""
MEANS = ("nights_short", "empty_nights", "standby_nights", "opened", "closed")
"""Outcomes of which the mean over replications is shown."""
FUTURES = ("cost", "nights_short", "worst_month", "empty_nights", "standby_nights")
"""Outcomes that are kept of each replication."""
Outcomes = Mapping[str, Floats]


def run(options: PlanCompareOptions, inputs: Inputs) -> StudyContent:
    """Simulate all plans on the same futures and return the tables; raises ``ScenarioError``."""
    names = [loaded.name for loaded in inputs.scenarios]
    check_once("plan compare", names)
    if len(names) > MOST:
        what = Message("{count} plans at a time", count=len(names))
        usage_error("plan compare", what, Message("at most {most}", most=MOST))
    base, *others = inputs.scenarios
    rest = {one.name: one.scenario for one in others}
    until = common_until((base.name, base.scenario), rest, settings_of(options))
    settings = settings_of(options, until=until)
    years = years_of(options.since, Clock(base.scenario.start, until, settings.step))
    measure = PlanActions(PlanOutcomes(options.since))
    with inputs.watch("plan-compare", settings.replications * len(names)) as progress:
        tasks = [Task(one.scenario, measure, volumes_only=True) for one in inputs.scenarios]
        found = list(run_tasks(tasks, settings, inputs.workers, progress))
    tables = tables_of(names, found, options)
    asked = {**options.asked(), "years": list(years)}
    kept = settings_of(options)
    return content_of("plan_comparison", options, inputs, kept, tables, asked)


def years_of(since: int | None, clock: Clock) -> tuple[int, ...]:
    """Return the years that count: whole ones, from a year on; refuses a year without any."""
    whole = whole_years(clock)
    if not whole:
        advice = "simulate to the end of a year"
        usage_error("--until", "there is no whole year in the run", advice)
    if since is not None and not whole[0] <= since <= whole[-1]:
        what = Message("{year} is not simulated", year=since)
        advice_ = Message("take a year from {first} to {last}", first=whole[0], last=whole[-1])
        usage_error("--from", what, advice_)
    return tuple(year for year in whole if since is None or year >= since)


def tables_of(
    names: Sequence[str], found: Sequence[Outcomes], options: PlanCompareOptions
) -> dict[str, pd.DataFrame]:
    """Return the tables of a comparison of plans from the outcomes of each.

    ``plans`` has a row a plan, as has ``differences`` from the first, ``sweep`` one a plan and
    price of a night short, ``ranges`` the prices at which each plan has the least expected loss,
    ``futures`` what each plan comes to in each replication: from it follows all that is said of
    cost, shortage and regret. Where a plan has rules of its own, ``rules`` has a row a rule.
    """
    cost, nights = (np.stack([one[name] for one in found]) for name in ("cost", "nights_short"))
    weighed = loss(cost, nights, options.price_of_night)
    table = pd.DataFrame(_plan_rows(names, found, weighed, options.shortage))
    risk = table[risk_column(table)].to_numpy(float)
    table["on_frontier"] = frontier(table["cost_mean"].to_numpy(float), risk)
    short = np.stack([one["worst_month"] for one in found]) > options.shortage
    risks = short if risk_column(table) == "p_short" else nights
    table["frontier_certain"] = certain_places(table["on_frontier"].to_numpy(bool), [cost, risks])
    table["best"] = _best(weighed)
    sweep = [
        row
        for price in sorted({*options.SWEPT, options.price_of_night})
        for row in _sweep_rows(names, loss(cost, nights, price), price)
    ]
    spans = [
        {"plan": names[one.plan], "low": one.low, "high": one.high if one.high < np.inf else None}
        for one in best_ranges(cost.mean(axis=1), nights.mean(axis=1))
    ]
    ranges = pd.DataFrame(spans, columns=["plan", "low", "high"]).astype({"high": float})
    against = [_against(found[0], one, options.shortage) for one in found]
    differences = pd.DataFrame(
        [{"plan": name, **row} for name, row in zip(names, against, strict=True)]
    )
    return {
        "plans": table,
        "differences": differences,
        "sweep": pd.DataFrame(sweep),
        "ranges": ranges,
        "futures": pd.concat(
            [_futures(name, one) for name, one in zip(names, found, strict=True)], ignore_index=True
        ),
        **rule_rows(names, found),
    }


def _futures(name: str, outcomes: Outcomes) -> pd.DataFrame:
    """Return what a plan comes to in each future, in whole euros, nights and people."""
    columns = {name: np.rint(outcomes[name]) for name in FUTURES}
    replications = np.arange(next(iter(columns.values())).size)
    return pd.DataFrame({"plan": name, "replication": replications, **columns})


def _plan_rows(
    names: Sequence[str], found: Sequence[Outcomes], weighed: Floats, most: int
) -> list[dict[str, Any]]:
    """Return what each plan comes to; ``_low`` and ``_high`` are simulation error (95%).

    ``above_best_mean`` is the expected loss above that of the best plan, on the same futures;
    ``p_best`` the part of the futures in which the plan is best, shared with plans that are equal,
    and ``p_regret`` that in which another is better. ``nights_worst_share`` is the part of all
    nights short that lies in the worst hundredth of the futures.
    """
    lost, best = regret(weighed), weighed[_best(weighed).index(True)]
    shared = (lost == 0).sum(axis=0)
    rows = []
    for name, outcomes, own_loss, own_regret in zip(names, found, weighed, lost, strict=True):
        cost, short = outcomes["cost"], outcomes["worst_month"] > most
        low, high = chance_interval(int(short.sum()), short.size)
        row: dict[str, Any] = {"plan": name, **mean_with_error("cost_mean", cost)}
        row |= {f"cost_p{q}": float(np.quantile(cost, q / 100)) for q in (10, 50, 90)}
        row |= {"cost_cvar90": cvar(cost)}
        row |= {"p_short": float(short.mean()), "p_short_low": low, "p_short_high": high}
        for measure in MEANS:
            row |= mean_with_error(f"{measure}_mean", outcomes[measure])
        nights = outcomes["nights_short"]
        row |= {"nights_short_p90": float(np.quantile(nights, 0.9))}
        row |= {"nights_worst_share": share_of_worst(nights, WORST)}
        row |= {"beyond_cost_mean": float(outcomes["beyond_cost"].mean())}
        row |= mean_with_error("loss_mean", own_loss)
        row |= mean_with_error("regret_mean", own_regret)
        row |= {"regret_p90": float(np.quantile(own_regret, 0.9))}
        row |= mean_with_error("above_best_mean", own_loss - best)
        row |= {"p_best": float(((own_regret == 0) / shared).mean())}
        rows.append(row | {"p_regret": float((own_regret > 0).mean())})
    return rows


def _against(first: Outcomes, outcomes: Outcomes, most: int) -> dict[str, float]:
    """Return what a plan costs more than the first, and how many nights short it avoids.

    In the same future each; ``more_cost_cvar90`` is the difference of the worst tenths of both.
    ``more_short`` is how much more often it has a shortage; that of the first has no interval.
    """
    more = outcomes["cost"] - first["cost"]
    row = mean_with_error("more_cost_mean", more)
    row |= {f"more_cost_p{q}": float(np.quantile(more, q / 100)) for q in (10, 50, 90)}
    row |= {"more_cost_cvar90": cvar(outcomes["cost"]) - cvar(first["cost"])}
    row |= mean_with_error("fewer_nights_mean", first["nights_short"] - outcomes["nights_short"])
    ours, theirs = (one["worst_month"] > most for one in (outcomes, first))
    often = (0.0, 0.0, 0.0) if outcomes is first else more_often(ours, theirs)
    return row | dict(zip(("more_short", "more_short_low", "more_short_high"), often, strict=True))


def _sweep_rows(names: Sequence[str], weighed: Floats, price: float) -> list[dict[str, Any]]:
    lost, best = regret(weighed).mean(axis=1), _best(weighed)
    return [
        {
            "lambda": price,
            "plan": name,
            "loss_mean": float(weighed[at].mean()),
            "regret_mean": float(lost[at]),
            "best": bool(best[at]),
        }
        for at, name in enumerate(names)
    ]


def _best(weighed: Floats) -> list[bool]:
    """Return which plans have the least expected loss: one, or several that are equal."""
    means = weighed.mean(axis=1)
    return [bool(one) for one in means == means.min()]


def values(tables: Mapping[str, pd.DataFrame]) -> dict[str, Value]:
    """Return the results of each plan, as ``PLAN.COLUMN``, and the value of information.

    What a plan costs more than the first one has the interval of the futures.
    """
    plans = tables["plans"]
    found: dict[str, Value] = {}
    for row in plans.to_dict("records"):
        name = row["plan"]
        for column in ("cost_mean", "loss_mean", "regret_mean", "p_short", "nights_short_mean"):
            ends = float(row[f"{column}_low"]), float(row[f"{column}_high"])
            found[f"{name}.{column}"] = Value(float(row[column]), ends, sampled=True)
        for column in ("cost_p50", "cost_p90", "cost_cvar90", "regret_p90"):
            found[f"{name}.{column}"] = Value(float(row[column]))
    for row in tables["differences"].to_dict("records"):
        for column in ("more_cost_mean", "fewer_nights_mean"):
            ends = float(row[f"{column}_low"]), float(row[f"{column}_high"])
            found[f"{row['plan']}.{column}"] = Value(float(row[column]), ends, sampled=True)
        ends = float(row["more_cost_p10"]), float(row["more_cost_p90"])
        found[f"{row['plan']}.more_cost_p50"] = Value(float(row["more_cost_p50"]), ends)
        found[f"{row['plan']}.more_cost_cvar90"] = Value(float(row["more_cost_cvar90"]))
    least = min(plans.to_dict("records"), key=lambda row: float(row["regret_mean"]))
    ends = float(least["regret_mean_low"]), float(least["regret_mean_high"])
    return found | {"evpi": Value(float(least["regret_mean"]), ends, sampled=True)}


IMPLEMENTATION = Implementation(
    run,
    text.tell,
    {"plan_comparison": StudyChart("plans", chart.draw, chart.words)},
    values=values,
)

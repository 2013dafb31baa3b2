"""Plan value: what is it worth to know an uncertain input before a plan or a budget is chosen?

Without further knowledge the plan of least expected loss is chosen. Who knows the future chooses
the best plan of each: on average that saves the expected value of perfect information, which
includes knowing all chance and is therefore a ceiling. Who knows one input saves a part of it
(``information``). Of a budget the loss is a euro unspent, and a euro short by as much more as the
chance asks for: with 80% four times as much, so that the budget that is enough with 80% loses
least.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ..clock import Clock
from ..errors import Message, usage_error
from ..model.inflow_columns import PATH
from ..model.sampling import Floats
from ..results.budget import whole_years
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Experiment, Progress, Settings
from ..results.plan_outcomes import PlanOutcomes
from ..results.tasks import Arrays, Task, run_tasks
from ..runs.study_folder import StudyContent
from ..scenario import Scenario
from . import plan_value_chart as chart
from . import plan_value_text as text
from .base import Implementation, Inputs, StudyChart, Value, content_of, settings_of
from .compare import check_once, common_until
from .decisions import loss, regret
from .enough import CostOfYear
from .information import (
    Worth,
    budget_levels,
    budget_regrets,
    choices,
    interval,
    noise_of,
    perfect,
    resampled_perfect,
    weights,
    worth,
)
from .optimal_places import with_places
from .plan_compare import years_of
from .plan_options import PlanValueOptions
from .plan_value_inputs import (
    MOST_TOGETHER,
    TOGETHER,
    Known,
    draws_of,
    inflow_of,
    known_inputs,
    units_of_draws,
)

MOST_PLANS = 12
COLUMNS = ("input", "value", "value_low", "value_high", "noise", "told", "columns")
ENDS = (0.1, 0.5, 0.9)
"""Quantiles of an input at which the best budget is told."""


@dataclass(frozen=True)
class Decision:
    """A decision: its options with their regret in each future, and what may be known before it.

    ``regrets`` (option, replication) [EUR].
    """

    names: tuple[str, ...]
    regrets: Floats
    known: tuple[Known, ...]


@dataclass(frozen=True)
class _Measured:
    """Measure: what a plan comes to and, of the first, the course of inflow."""

    measure: PlanOutcomes | CostOfYear
    with_inflow: bool

    def __call__(self, experiment: Experiment) -> dict[str, Floats]:
        seen = inflow_of(experiment) if self.with_inflow else {}
        return dict(self.measure(experiment)) | seen


def run(options: PlanValueOptions, inputs: Inputs) -> StudyContent:
    """Simulate the options of a decision, and value what may be known; raises ``ScenarioError``."""
    if options.budget is not None:
        return _of_budget(options, inputs)
    plans = plans_of(options, inputs)
    base, others = inputs.scenarios[0], inputs.scenarios[1:]
    rest = {one.name: one.scenario for one in others}
    until = common_until((base.name, base.scenario), rest, settings_of(options))
    settings = settings_of(options, until=until)
    years = years_of(options.since, Clock(base.scenario.start, until, settings.step))
    measure = PlanOutcomes(options.since)
    with inputs.watch("plan-value", settings.replications * len(plans)) as progress:
        found = simulated(list(plans.values()), measure, settings, inputs.workers, progress)
    losses = np.stack(
        [loss(one["cost"], one["nights_short"], options.price_of_night) for one in found]
    )
    simulated_years = Clock(base.scenario.start, until, settings.step).years
    known = _known(list(plans.values()), found[0], settings, simulated_years)
    decision = Decision(tuple(plans), regret(losses), known)
    tables = {
        "plans": plans_table(decision, losses),
        **value_tables(decision),
        "choices": choices_table(decision),
    }
    asked = {**options.asked(), "years": list(years)}
    return content_of("plan_value", options, inputs, settings_of(options), tables, asked)


def plans_of(options: PlanValueOptions, inputs: Inputs) -> dict[str, Scenario]:
    """Return the plans to choose from, by name: as named, or a scenario at numbers of places.

    Raises ``ScenarioError`` where that is no choice.
    """
    names = [loaded.name for loaded in inputs.scenarios]
    check_once("plan value", names)
    if options.places:
        _refuse_several(names, "--places")
        scenario = inputs.scenario
        return {str(n): with_places(scenario, n, options.reached) for n in options.places}
    if not 2 <= len(names) <= MOST_PLANS:
        what = Message("{count} plans to choose from", count=len(names))
        advice = Message("name 2 to {most}, or give --places or --budget", most=MOST_PLANS)
        usage_error("plan value", what, advice)
    return {loaded.name: loaded.scenario for loaded in inputs.scenarios}


def _refuse_several(names: Sequence[str], flag: str) -> None:
    if len(names) > 1:
        what = Message("{count} scenarios", count=len(names))
        usage_error(flag, what, "name the one that it is chosen for")


def simulated(
    plans: Sequence[Scenario],
    measure: PlanOutcomes | CostOfYear,
    settings: Settings,
    workers: Workers = ALL_CORES,
    progress: Progress | None = None,
) -> list[Arrays]:
    """Return what each plan comes to on common random numbers; the first with its inflow."""
    tasks = [Task(plan, _Measured(measure, not place)) for place, plan in enumerate(plans)]
    return list(run_tasks(tasks, settings, workers, progress))


def _known(
    plans: Sequence[Scenario], found: Mapping[str, Floats], settings: Settings, years: Sequence[int]
) -> tuple[Known, ...]:
    draws, units = draws_of(plans, settings), units_of_draws(plans)
    return tuple(known_inputs(plans[0], draws, found, years, units))


def _of_budget(options: PlanValueOptions, inputs: Inputs) -> StudyContent:
    """Simulate one scenario up to the year of the budget, and value what may be known."""
    _refuse_several([loaded.name for loaded in inputs.scenarios], "--budget")
    scenario, year = inputs.scenario, options.budget
    assert year is not None
    asked_until = common_until((inputs.scenarios[0].name, scenario), {}, settings_of(options))
    there = whole_years(Clock(scenario.start, asked_until, options.step))
    if year not in there:
        what, advice = Message("{year} is not simulated to its end", year=year), "simulate longer"
        if there:
            sentence = "take a year from {first} to {last}"
            advice = Message(sentence, first=there[0], last=there[-1])
        usage_error("--budget", what, advice)
    settings = settings_of(options, until=date(year, 12, 31))
    measure = CostOfYear(year, (options.line,))
    with inputs.watch("plan-value", settings.replications) as progress:
        (found,) = simulated([scenario], measure, settings, inputs.workers, progress)
    cost = found[f"cost|{options.line}"]
    levels = budget_levels(cost, options.chance)
    years = Clock(scenario.start, date(year, 12, 31), settings.step).years
    known = _known([scenario], found, settings, years)
    names = tuple(str(level) for level in levels)
    decision = Decision(names, budget_regrets(cost, options.chance, levels), known)
    present = scenario.headline.amount(options.line, year)
    tables = {
        "budgets": budgets_table(cost, options.chance, present),
        **value_tables(decision),
        "choices": best_budgets(decision, levels),
    }
    asked = {**options.asked(), "years": [year]}
    kept = settings_of(options)
    return content_of("plan_value", options, inputs, kept, tables, asked, ending=[year])


# -- tables -----------------------------------------------------------------------------------


def value_tables(decision: Decision) -> dict[str, pd.DataFrame]:
    """Return the value of perfect information, and that of each input, the largest first [EUR].

    ``value_low`` and ``value_high`` are the 95% interval by resampling.
    """
    regrets, drawn = decision.regrets, weights(decision.regrets.shape[1])
    sizes = {len(one.columns) for one in decision.known}
    noise = {count: noise_of(regrets, count) for count in sizes}
    found = [
        (one, worth(regrets, one.columns, noise[len(one.columns)], drawn)) for one in decision.known
    ]
    found.sort(key=lambda pair: -pair[1].value)
    rows = [_row(one.name, value) for one, value in found]
    together = together_of([one for one, value in found if value.told])
    if together is not None:
        # What is worth something by itself was chosen; so no value of it is due to noise alone.
        # Who knows several may look at one only: they are worth no less than the first.
        joint = worth(regrets, together.columns, 0.0, drawn)
        rows.append(_row(TOGETHER, max(joint, found[0][1], key=lambda one: one.value)))
    value = perfect(regrets)
    low, high = interval(value, resampled_perfect(regrets, drawn))
    numbers = {"evpi": value, "evpi_low": low, "evpi_high": high, "noise": noise.get(1, 0.0)}
    whole = {name: round(number) for name, number in numbers.items()}
    return {
        "whole": pd.DataFrame([whole]),
        "values": pd.DataFrame(rows, columns=list(COLUMNS)),
    }


def _row(name: str, worth: Worth) -> dict[str, Any]:
    # In whole euros: the last digits of a sum of products are not the same on every machine.
    euros = (round(one) for one in (worth.value, worth.low, worth.high, worth.noise))
    return dict(zip(COLUMNS, (name, *euros, worth.told, worth.columns), strict=True))


def together_of(known: Sequence[Known]) -> Known | None:
    """Return inputs that count as one, the first of them first; None if there are not several.

    Of the inflow the one that counts most is enough: it says what the others say, and what the
    numbers of its path would say.
    """
    columns: list[Floats] = []
    inflow = False
    for one in known:
        said = inflow and (one.is_inflow or one.name.startswith(PATH))
        if said or len(columns) + len(one.columns) > MOST_TOGETHER:
            continue
        columns += one.columns
        inflow = inflow or one.is_inflow
    return Known(TOGETHER, tuple(columns)) if len(columns) > 1 else None


def plans_table(decision: Decision, losses: Floats) -> pd.DataFrame:
    """Return a row a plan: expected loss and regret, and how often it is the best [EUR]."""
    lost = decision.regrets
    return pd.DataFrame(
        {
            "plan": list(decision.names),
            "loss_mean": losses.mean(axis=1),
            "regret_mean": lost.mean(axis=1),
            "regret_p90": np.quantile(lost, 0.9, axis=1),
            "p_best": (lost == 0).mean(axis=1),
        }
    )


def choices_table(decision: Decision) -> pd.DataFrame:
    """Return which plan to choose at each value of an input that is a single number."""
    rows = [
        {"input": one.name, "plan": decision.names[found.plan], "low": found.low,
         "high": found.high, "unit": one.unit, "share": found.share}
        for one in decision.known
        if len(one.columns) == 1
        for found in choices(decision.regrets, one.columns[0])
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["input", "plan", "low", "high", "unit", "share"])


def best_budgets(decision: Decision, levels: Floats) -> pd.DataFrame:
    """Return the best budget where an input that is a single number is low, middling and high."""
    rows = []
    for one in decision.known:
        if len(one.columns) > 1:
            continue
        (values,) = one.columns
        found = choices(decision.regrets, values)
        for q in ENDS:
            at = float(np.quantile(values, q))
            best = next(choice for choice in found if at <= choice.high or choice is found[-1])
            row = {"input": one.name, "quantile": q, "at": at, "unit": one.unit}
            rows.append({**row, "budget": levels[best.plan]})
    return pd.DataFrame(rows, columns=["input", "quantile", "at", "unit", "budget"])


def budgets_table(cost: Floats, chance: float, present: float | None) -> pd.DataFrame:
    """Return the best budget and the present one, with what each loses on average [EUR]."""
    amounts = {"best": float(np.quantile(cost, chance))}
    if present is not None:
        amounts["present"] = present
    rows = []
    for name, amount in amounts.items():
        left = amount - cost
        (lost,) = budget_regrets(cost, chance, np.array([amount]))
        rows.append(
            {
                "budget": name,
                "amount": amount,
                "p_enough": float((left >= 0).mean()),
                "unspent_mean": float(np.maximum(left, 0.0).mean()),
                "short_mean": float(np.maximum(-left, 0.0).mean()),
                "loss_mean": float(lost.mean()),
            }
        )
    return pd.DataFrame(rows)


def values(tables: Mapping[str, pd.DataFrame]) -> dict[str, Value]:
    """Return what answers to questions may quote, by name [EUR; chances are shares].

    ``evpi``; what each input is worth by its name, and its noise with ``.noise``; ``most``, the
    largest worth of an input by itself; of each plan ``.regret_mean``, in whole euros as ``evpi``,
    so that a plan is the best where both are equal; of a budget ``.amount`` and others.
    """
    (whole,) = tables["whole"].to_dict("records")
    rows = tables["values"].to_dict("records")
    found = {"evpi": _with_margin(whole, "evpi")}
    for row in rows:
        name = str(row["input"])
        found[name] = _with_margin(row, "value")
        found[f"{name}.noise"] = Value(float(row["noise"]))
    single = [float(row["value"]) for row in rows if row["input"] != TOGETHER]
    found["most"] = Value(max(single, default=0.0))
    if "plans" in tables:
        found |= {f"{row['plan']}.regret_mean": Value(float(round(row["regret_mean"])))
                  for row in tables["plans"].to_dict("records")}  # fmt: skip
    if "budgets" in tables:
        found |= {f"{row['budget']}.{name}": Value(float(row[name]))
                  for row in tables["budgets"].to_dict("records")
                  for name in ("amount", "loss_mean", "p_enough")}  # fmt: skip
    return found


def _with_margin(row: Mapping[Any, Any], name: str) -> Value:
    """Return a worth of a row with its 95% interval by resampling."""
    ends = float(row[f"{name}_low"]), float(row[f"{name}_high"])
    return Value(float(row[name]), ends, sampled=True)


IMPLEMENTATION = Implementation(
    run,
    text.tell,
    {"plan_value": StudyChart("value", chart.draw, chart.words, chart.shown)},
    values=values,
)

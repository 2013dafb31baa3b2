"""Condition a scenario on observations: its uncertain numbers, and the path of its inflow.

The observations that a run can be compared with are chosen by rule, each with its standard error;
``smoother`` moves the draws of the uncertain numbers; and what was believed before is compared with
what is believed after, number by number and observation by observation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from ..errors import Message, Problem, ScenarioError, usage_error
from ..model.inflow_columns import inflow_columns
from ..model.prices import affects_costs_only
from ..model.sampling import (
    Floats,
    Samples,
    inflow_scores,
    parameter_uniforms,
    quantiles_of,
    sample,
)
from ..model.uncertainty import UNCERTAINTIES
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Experiment, Progress, Settings, simulate_one
from ..results.tasks import Arrays, Task, run_tasks
from ..scenario import Quantity, Scenario, quantities
from . import smoother
from .observations import Observation, known_on
from .observed_cells import SPENDING, simulated
from .scoring import share_below

FEWEST = 100
"""Fewest replications: with 100 a correlation that is none reaches 0.2 in one of twenty pairs."""
TIGHT = float(ndtri(0.975))
"""Normal score of the ends of a prior's 95% interval."""
FAR = 2.0
"""Standard errors from an observation beyond which the posterior misses it."""
SURE = 4.0
"""Correlation in standard errors from which a number is said to move a figure: the largest of a
hundred that are none is seldom above three."""
SCORE = "normal score"
"""Unit of the columns of inflow."""
PARTS = {
    "inflow|total": ("kind:first", "kind:repeat", "kind:resettled", "kind:family"),
    "decisions|total": ("kind:granted", "kind:rejected", "kind:closed"),
    "pending|kind:all": ("kind:track4", "kind:other"),
}
"""Totals, and the parts that add up to them."""
SAME = {"family_arrivals|total": "inflow|kind:family", "pending|total": "pending|kind:all"}
"""Names of the same figure."""


@dataclass(frozen=True)
class Choice:
    """Observations to condition on, and those that are left out, each with the reason."""

    used: tuple[Observation, ...]
    left_out: tuple[tuple[Observation, str], ...]


@dataclass(frozen=True)
class Nowcast:
    """A scenario's uncertain numbers, conditioned on observations.

    ``draws`` are joint draws by key (replications,), ``numbers`` the numbers they are of.
    ``parameters`` and ``figures`` are tables of before and after, ``remarks`` what to look at.
    """

    choice: Choice
    draws: Samples
    numbers: dict[str, Quantity]
    parameters: pd.DataFrame
    figures: pd.DataFrame
    tight: tuple[str, ...]
    """Keys whose posterior mean lies outside the 95% interval of their prior."""
    missed: tuple[tuple[Observation, float, str], ...]
    """Observations that the posterior misses, by how many standard errors, and the key that moves
    them most."""


def choose(observations: Sequence[Observation], as_of: date | None, probe: Experiment) -> Choice:
    """Choose the observations to condition on.

    Published by ``as_of``; such as the run has, for which ``probe`` is a replication of it; and
    none that another one already holds: of overlapping periods the shorter ones, of a mean and a
    day in it the day, of a total and all its parts the parts.
    """
    known = known_on(observations, as_of)
    left_out = [(one, _not_known(one, as_of)) for one in observations if one not in known]
    candidates = []
    for one in known:
        why = _unusable(one, probe)
        if why:
            left_out.append((one, why))
        else:
            candidates.append(one)
    used = []
    for one in candidates:
        others = (other for other in candidates if other is not one)
        holder = next((other for other in others if _repeats(one, other, candidates)), None)
        if holder is None:
            used.append(one)
        else:
            left_out.append((one, f"held by {holder.name} {holder.period}"))
    return Choice(tuple(used), tuple(left_out))


def _not_known(one: Observation, as_of: date | None) -> str:
    later = as_of is not None and one.published > as_of
    return "published later" if later else "revised since"


def _unusable(one: Observation, probe: Experiment) -> str:
    """Return why a run can't be compared with an observation; nothing if it can."""
    if one.statistic == "end" and one.period.last <= probe.scenario.start:
        return "of the start or before it"
    try:
        simulated(probe, one)
    except ScenarioError as error:
        return error.problems[0].what
    return ""


def _repeats(one: Observation, other: Observation, every: Sequence[Observation]) -> bool:
    """Return whether ``other`` already holds what ``one`` says."""
    within = one.period.first <= other.period.first and other.period.last <= one.period.last
    shorter = within and one.period != other.period
    if _same_name(one) == _same_name(other):
        if one.statistic == "end":
            return (
                other.statistic == "end"
                and one.period.last == other.period.last
                and (every.index(other) < every.index(one))
            )
        if one.statistic == "mean" and other.statistic == "end":
            return within
        again = one.period == other.period and every.index(other) < every.index(one)
        return one.statistic == other.statistic and (shorter or again)
    parts = PARTS.get(_same_name(one), ())
    return (
        _same_name(other).partition("|")[2] in parts
        and other.series == one.series
        and all(_has_part(one, part, every) for part in parts)
    )


def _same_name(one: Observation) -> str:
    return SAME.get(one.name, one.name)


def _has_part(whole: Observation, part: str, every: Sequence[Observation]) -> bool:
    name = f"{whole.series}|{part}"
    return any(
        _same_name(one) == name and one.period == whole.period and one.statistic == whole.statistic
        for one in every
    )


def standard_errors(observations: Sequence[Observation]) -> Floats:
    """Return the standard error of each observation: (observation,).

    The root of (error x value)² + value for a count, which varies by chance too, and of the first
    alone for euros; at least 1.
    """
    variance = [
        (one.error * one.value) ** 2 + (0.0 if one.series == SPENDING else abs(one.value))
        for one in observations
    ]
    errors: Floats = np.sqrt(np.maximum(np.array(variance), 1.0))
    return errors


def conditioned_names(
    scenario: Scenario, observations: Sequence[Observation], last: date
) -> tuple[list[str], list[str]]:
    """Return the keys of the numbers that observations may move, and the columns of inflow.

    A number that only prices what happens is moved where spending is observed alone.
    """
    money = any(one.series == SPENDING for one in observations)
    keys = [
        key
        for key, number in quantities(scenario)
        if number.spread is not None and (money or not affects_costs_only(scenario, key))
    ]
    return keys, inflow_columns(scenario, last)


@dataclass(frozen=True)
class FigureMeasure:
    """Measure that reads observations of a run: (observation, replication)."""

    observations: tuple[Observation, ...]

    def __call__(self, trial: Experiment) -> Arrays:
        return {"figures": np.stack([simulated(trial, one) for one in self.observations])}


def condition(
    scenario: Scenario,
    observations: Sequence[Observation],
    as_of: date | None,
    settings: Settings,
    workers: Workers = ALL_CORES,
    tell: Progress | None = None,
) -> Nowcast:
    """Condition a scenario on the observations known on a day.

    Simulates it five times up to the last observation: four passes, and once more for the result of
    them. Raises ``ScenarioError`` if no observation can be used, if it is conditioned already, with
    fewer than 100 replications, or if the ensemble collapses.
    """
    _refuse(scenario, settings)
    choice = choose(observations, as_of, _probe(scenario, settings))
    if choice.used:
        _refuse_few(settings.replications)
    else:
        return Nowcast(choice, {}, {}, pd.DataFrame(), figures_table(choice, None), (), ())
    last = max(one.period.last for one in choice.used)
    keys, columns = conditioned_names(scenario, choice.used, last)
    n, seed = settings.replications, settings.seed
    uniforms = parameter_uniforms(scenario, n, seed)
    inflow = inflow_scores(scenario, n, seed, last)
    prior = np.stack([*(ndtri(uniforms[key]) for key in keys), *(inflow[c] for c in columns)])
    held = {key: column for key, column in uniforms.items() if key not in keys}
    short = replace(settings, until=last)
    done = 0

    def samples_of(scores: Floats) -> Samples:
        moved = {key: ndtr(row) for key, row in zip(keys, scores, strict=False)}
        found = quantiles_of(scenario, held | moved)
        return found | dict(zip(columns, scores[len(keys) :], strict=True))

    def simulate(scores: Floats) -> Floats:
        nonlocal done
        measure = FigureMeasure(choice.used)
        task = Task(scenario, measure, samples_of(scores))
        (found,) = run_tasks([task], short, workers)
        done += n
        if tell is not None:
            tell(done, n * (len(smoother.INFLATION) + 1))
        return found["figures"]

    observed = np.array([one.value for one in choice.used])
    names = tuple(f"{one.name}|{one.period}|{one.statistic}" for one in choice.used)
    result = smoother.condition(
        prior, simulate, observed, standard_errors(choice.used), seed, names
    )
    every = [*keys, *columns]
    _refuse_collapse(every, result, prior)
    conditioned = {name for name, is_moved in zip(every, result.moved, strict=True) if is_moved}
    moved, before = samples_of(result.scores), samples_of(prior)
    numbers = dict(quantities(scenario))
    return Nowcast(
        choice,
        {name: moved[name] for name in conditioned},
        {key: numbers[key] for key in keys if key in conditioned},
        parameters_table(every, numbers, before, moved, prior, result.scores),
        figures_table(choice, result),
        tuple(
            name
            for name, mean in zip(every, result.scores.mean(axis=1), strict=True)
            if abs(mean) > TIGHT
        ),
        _missed(choice.used, every, prior, result),
    )


def _probe(scenario: Scenario, settings: Settings) -> Experiment:
    """Simulate one replication, which has every series and date of a run."""
    one = replace(settings, replications=1)
    return simulate_one(scenario, sample(scenario, 1, one.seed, one.vary, one.until), one)


def _refuse(scenario: Scenario, settings: Settings) -> None:
    if scenario.posterior is not None:
        what = "this scenario is conditioned on observations already"
        advice = "condition the scenario it was made from, on all observations together"
        raise ScenarioError([Problem("posterior", what, advice)])
    if set(settings.vary) != set(UNCERTAINTIES):
        usage_error(
            "--uncertainty",
            "a nowcast conditions all kinds of uncertainty together",
            "leave it out",
        )


def _refuse_few(replications: int) -> None:
    if replications < FEWEST:
        what = Message(
            "{replications} are too few to distinguish a relation from chance",
            replications=replications,
        )
        usage_error("--replications", what, Message("give {least} or more", least=FEWEST))


def _refuse_collapse(names: Sequence[str], result: smoother.Conditioned, prior: Floats) -> None:
    left = result.spread_left(prior)
    least = int(np.argmin(left))
    if left[least] < smoother.LEAST_SPREAD:
        what = Message(
            "{name} keeps {left:.1%} of its spread: the draws have collapsed",
            name=names[least],
            left=left[least],
        )
        at_end = abs(result.scores[least].mean()) > TIGHT
        advice = (
            "the figures push it to the end of its range: widen its spread, or give larger errors"
            if at_end
            else "the figures are stated too exactly: give larger errors, or fewer figures"
        )
        raise ScenarioError([Problem("--observed", what, advice)])


def _missed(
    used: Sequence[Observation], names: Sequence[str], prior: Floats, result: smoother.Conditioned
) -> tuple[tuple[Observation, float, str], ...]:
    """Return observations over two standard errors from the posterior's mean.

    With each the number that moves it most, empty if no correlation is beyond chance.
    """
    off = misfits(used, result.after)
    found = []
    for row in map(int, np.flatnonzero(np.abs(off) > FAR)):
        moves = [abs(_correlation(column, result.before[row])) for column in prior]
        most = int(np.argmax(moves))
        is_chance = moves[most] < SURE / np.sqrt(prior.shape[1])
        found.append((used[row], float(off[row]), "" if is_chance else names[most]))
    return tuple(found)


def _correlation(one: Floats, other: Floats) -> float:
    both = one.std() * other.std()
    return float(((one - one.mean()) * (other - other.mean())).mean() / both) if both > 0 else 0.0


def misfits(used: Sequence[Observation], sample: Floats) -> Floats:
    """Return mean less observation, in standard errors of the observation: (observation,)."""
    observed = np.array([one.value for one in used])
    off: Floats = (sample.mean(axis=1) - observed) / standard_errors(used)
    return off


def parameters_table(
    names: Sequence[str],
    numbers: dict[str, Quantity],
    before: Samples,
    after: Samples,
    prior: Floats,
    posterior: Floats,
) -> pd.DataFrame:
    """Return each number before and after: mean, 2.5, 50 and 97.5%, spread left, mean score.

    Those that the figures say nothing of are as before. Of a spread that is a factor, the factor;
    of inflow, standard normal scores.
    """
    rows = []
    for index, name in enumerate(names):
        row: dict[str, object] = {"key": name, "unit": _unit(numbers.get(name))}
        for when, values in (("prior", before[name]), ("posterior", after[name])):
            row[f"{when}_mean"] = values.mean()
            for point in (0.025, 0.5, 0.975):
                row[f"{when}_p{point * 100:g}"] = np.quantile(values, point)
        row["spread_ratio"] = posterior[index].std() / prior[index].std()
        row["mean_score"] = posterior[index].mean()
        rows.append(row)
    return pd.DataFrame(rows)


def _unit(number: Quantity | None) -> str:
    """Return the unit of what is drawn; a column of inflow belongs to no number."""
    if number is None:
        return SCORE
    return "factor" if number.spread is not None and number.spread.kind == "factor" else number.unit


def figures_table(choice: Choice, result: smoother.Conditioned | None) -> pd.DataFrame:
    """Return each observation, whether it was used, and how the run sees it before and after.

    ``rank`` is the share of replications below the observation, ``spread_ratio`` the standard
    deviation after as a share of that before, ``misfit`` the mean less the observation in its
    standard errors.
    """
    rows = []
    used = choice.used if result is not None else ()
    for index, one in enumerate(used):
        assert result is not None
        row = _described(one) | {"use": "used", "standard_error": standard_errors([one])[0]}
        for when, values in (("prior", result.before[index]), ("posterior", result.after[index])):
            row[f"{when}_mean"] = values.mean()
            for point in (10, 50, 90):
                row[f"{when}_p{point}"] = np.quantile(values, point / 100)
            row[f"{when}_rank"] = share_below(values, one.value)
        spread = result.before[index].std()
        row["spread_ratio"] = result.after[index].std() / spread if spread > 0 else np.nan
        row["misfit"] = misfits([one], result.after[index : index + 1])[0]
        rows.append(row)
    rows += [_described(one) | {"use": why} for one, why in choice.left_out]
    return pd.DataFrame(rows)


def _described(one: Observation) -> dict[str, object]:
    return {
        "series": one.series,
        "breakdown": one.breakdown,
        "period": str(one.period),
        "statistic": one.statistic,
        "value": one.value,
        "unit": one.unit,
        "published": one.published.isoformat(),
        "error": one.error,
    }

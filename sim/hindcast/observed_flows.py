"""Observed flows: changes to a scenario that give its run the flows that were observed.

Each flow has a number of the scenario that sets its level (``LEVERS``). Levels are found on the run
in which all observed flows are given together, period by period, so that this run has the flows
that were observed. The responses of the scenario stay: homes that followed from more status holders
are no cause of their own, nor are decisions that followed from a longer queue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from ..clock import Clock, StepLength
from ..model.sampling import Floats, Samples, sample
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Experiment, Settings
from ..results.tasks import Task, run_tasks
from ..scenario import Group, Quantity, Scenario, override, quantities
from .cover import (
    DAYS_A_YEAR,
    FIRST_APPLICATIONS,
    cut_at,
    flows_between,
    stocks_until,
    whole_months_until,
    years_of,
)
from .observations import Observation
from .observed_cells import simulated

FACTORS = ("inflow", "composition", "decisions", "exits", "homes", "family", "other_intake")
BECAUSE = "as it was observed"
DECISIONS, PENDING = "decisions|total", "pending|kind:all"
ROUNDS, CLOSE = 10, 0.002
"""Most runs in which levels are sought, and the relative difference at which the search ends."""
FEW = 2.0
"""People or cases by which a flow of a period may differ in any case."""
UNREACHED = 0.01
"""Relative difference from which a flow that a run can't have is reported."""


@dataclass(frozen=True)
class Lever:
    """A number that sets the level of a flow, and the names under which that flow is observed."""

    factor: str
    key: str
    flows: tuple[str, ...]
    is_needed: bool = True
    """Whether the factor is not observed without it."""
    most: float = np.inf


LEVERS = (
    Lever("inflow", "inflow.first", (FIRST_APPLICATIONS,)),
    Lever("inflow", "inflow.repeat", ("inflow|kind:repeat",), False),
    Lever("inflow", "inflow.resettled", ("inflow|kind:resettled",), False),
    Lever("decisions", "ind.capacity.planned", (DECISIONS,)),
    Lever("decisions", "ind.granted_factor", ("decisions|kind:granted",), False, 1000.0),
    Lever("homes", "housing.homes", ("housed|total",)),
    Lever(
        "family", "family.productivity", ("inflow|kind:family", "family_arrivals|total"),
        most=10_000.0,
    ),
    Lever(
        "other_intake", "other_intake.share_of_inflow", ("other_intake|total",), most=1.0
    ),
)  # fmt: skip
TRAVEL_DAYS = 1.0
"""Travel time of family whose arrivals are given: the shortest there is."""
LEAVE_RATE, MOST_LEAVE = "ind.leave_rate", 100.0


@dataclass(frozen=True)
class ObservedFlows:
    """Changes by factor, and what could not be given."""

    changes: Mapping[str, Mapping[str, Any]]
    """By factor, keys with values as a patch has them; only factors that were observed."""
    missing: Mapping[str, tuple[str, ...]]
    """By factor, the names of the figures that do not cover the time."""
    unreached: Mapping[str, float]
    """By name of a figure, the largest relative difference of the run in which all is given."""


@dataclass(frozen=True)
class _Flow:
    """A lever with the observed flows of its periods, the first cut at the start of the run."""

    lever: Lever
    tiles: tuple[Observation, ...]

    @property
    def values(self) -> Floats:
        return np.array([one.value for one in self.tiles])


@dataclass(frozen=True)
class _Seen:
    """What was observed of the time of a forecast, up to the end of a month."""

    scenario: Scenario
    end: date
    step: StepLength
    flows: tuple[_Flow, ...]
    pending: tuple[Observation, ...]
    """On the first day, if it is there, and on days after it; empty if exits can't be found."""
    shares: Mapping[str, Any]
    """Changes that give the observed composition."""

    @property
    def steps(self) -> list[date]:
        """Days after the first on which pending cases were counted."""
        return [one.period.last for one in self.pending if one.period.last > self.scenario.start]


def observed_flows(
    scenario: Scenario,
    observations: Sequence[Observation],
    settings: Settings,
    draws: Samples,
    end: date,
    workers: Workers = ALL_CORES,
) -> ObservedFlows:
    """Find the levels at which a run up to ``end`` has the flows that were observed.

    ``draws`` are those of the scenario, which all runs share. Flows are given up to the last whole
    month. Raises ``ScenarioError`` if a change can't be made.
    """
    seen, missing = _seen(scenario, observations, settings.step, whole_months_until(end))
    levels = {flow.lever.key: _guess(flow, scenario) for flow in seen.flows}
    if seen.pending:
        levels[LEAVE_RATE] = np.full(len(seen.steps), scenario.ind.leave_rate.on(scenario.start))
    changes = _changes(seen, levels)
    off: dict[str, float] = {}
    for _ in range(ROUNDS if levels else 0):
        ran = _run_with_all(seen, changes, settings, draws, workers)
        levels, off = _moved(seen, levels, ran)
        if max(off.values()) < CLOSE:
            break
        changes = _changes(seen, levels)
    return ObservedFlows(
        changes, missing, {name: far for name, far in off.items() if far >= UNREACHED}
    )


def _seen(
    scenario: Scenario, observations: Sequence[Observation], step: StepLength, end: date
) -> tuple[_Seen, dict[str, tuple[str, ...]]]:
    """Return what was observed all the time, and by factor the names of what was not."""
    flows, missing = _observed_levers(scenario, observations, end)
    shares = _shares(scenario, observations, end)
    if not shares and len(_first_groups(scenario)) > 1:
        missing["composition"] = ("inflow|group:NAME",)
    pending = stocks_until(observations, PENDING, scenario.start, end)
    # What remains of the balance of pending cases are exits only if what comes in and goes out is
    # as it was.
    lacks = {PENDING} if not pending else set()
    lacks |= {FIRST_APPLICATIONS, DECISIONS} - {flow.tiles[0].name for flow in flows}
    if lacks:
        missing["exits"], pending = tuple(sorted(lacks)), ()
    return _Seen(scenario, end, step, tuple(flows), pending, shares), missing


def _observed_levers(
    scenario: Scenario, observations: Sequence[Observation], end: date
) -> tuple[list[_Flow], dict[str, tuple[str, ...]]]:
    """Return the levers whose flows are observed all the time, and by factor what is missing."""
    found: list[_Flow] = []
    missing: dict[str, tuple[str, ...]] = {}
    for lever in LEVERS:
        tiles = _tiles(scenario, observations, lever.flows, end)
        if tiles:
            found.append(_Flow(lever, tiles))
        else:
            missing[lever.factor] = (*missing.get(lever.factor, ()), lever.flows[0])
    without = {
        lever.factor for lever in LEVERS
        if lever.is_needed and lever.flows[0] in missing.get(lever.factor, ())
    }  # fmt: skip
    return [flow for flow in found if flow.lever.factor not in without], missing


def _tiles(
    scenario: Scenario, observations: Sequence[Observation], names: Sequence[str], end: date
) -> tuple[Observation, ...]:
    for name in names:
        tiles = flows_between(observations, name, scenario.start, end)
        if tiles:
            return tuple(cut_at(scenario.start, one, scenario) for one in tiles)
    return ()


def _shares(scenario: Scenario, observations: Sequence[Observation], end: date) -> dict[str, Any]:
    """Return the shares of groups in first applications, and hold them; empty if none is observed.

    Groups that are not observed share what is left as the scenario has it.
    """
    first = _first_groups(scenario)
    if len(first) < 2:
        return {}
    came = {
        name: sum(one.value for one in tiles)
        for name in first
        if (tiles := _tiles(scenario, observations, [f"inflow|group:{name}"], end))
    }
    total = sum(
        one.value for one in _tiles(scenario, observations, [FIRST_APPLICATIONS], end)
    ) if len(came) < len(first) else sum(came.values())  # fmt: skip
    if not came or total <= 0:
        return {}
    left = max(1 - sum(came.values()) / total, 0.0)
    others = sum(g.intake_share.single for name, g in first.items() if name not in came)
    shares = {
        name: came[name] / total if name in came else left * g.intake_share.single / others
        for name, g in first.items()
    }
    whole = sum(shares.values())
    changes: dict[str, Any] = {
        f"groups.{name}.intake_share": share / whole for name, share in shares.items()
    }
    moving = scenario.inflow.composition
    return changes | {
        f"inflow.composition.sd.{name}": 0.0 for name in (moving.sd if moving else ())
    }


def _first_groups(scenario: Scenario) -> dict[str, Group]:
    return {name: group for name, group in scenario.groups.items() if group.intake == "first"}


def _guess(flow: _Flow, scenario: Scenario) -> Floats:
    """Return the levels from which the search begins: a year's flow, or what the scenario has."""
    key = flow.lever.key
    if key in ("ind.granted_factor", "other_intake.share_of_inflow"):
        return np.full(len(flow.tiles), dict(quantities(scenario))[key].on(scenario.start))
    yearly = np.array([one.value / years_of(one, scenario) for one in flow.tiles])
    if key == "family.productivity":
        yearly /= max(scenario.family.staff.on(scenario.start) * _coming(scenario), 1e-9)
    return yearly


def _changes(seen: _Seen, levels: Mapping[str, Floats]) -> dict[str, dict[str, Any]]:
    """Return the changes of each factor at some levels."""
    scenario = seen.scenario
    found: dict[str, dict[str, Any]] = {"composition": dict(seen.shares)}
    for flow in seen.flows:
        begins = [one.period.first for one in flow.tiles]
        path = dict(zip(begins, levels[flow.lever.key].tolist(), strict=True))
        found.setdefault(flow.lever.factor, {})[flow.lever.key] = path
    if seen.pending:
        begins = [scenario.start, *(day + timedelta(days=1) for day in seen.steps[:-1])]
        path = dict(zip(begins, levels[LEAVE_RATE].tolist(), strict=True))
        found["exits"] = {LEAVE_RATE: path}
    for factor, besides in _BESIDES.items():
        if factor in found:
            found[factor] |= besides(seen)
    return {factor: found[factor] for factor in FACTORS if found.get(factor)}


def _held(quantity: Quantity) -> dict[str, Any]:
    """Return a number as it is, without its uncertainty."""
    value = quantity.value
    return {"value": dict(value) if isinstance(value, tuple) else value, "assumption": BECAUSE}


def _inflow(seen: _Seen) -> dict[str, Any]:
    """Let first applications follow their path alone."""
    return {
        "inflow.path.known_until": seen.end,
        "inflow.total": None,
        "inflow.first_factor": 1.0,
    }


def _ind(seen: _Seen) -> dict[str, Any]:
    """Let the IND decide as its plan says, with the response of the scenario and at once."""
    return {
        "ind.capacity.mode": "planned",
        "ind.capacity.realised": 1.0,
        "ind.capacity.response": _held(seen.scenario.ind.capacity.response),
        "ind.capacity.ramp_days": 0.0,
    }


def _homes(seen: _Seen) -> dict[str, Any]:
    return {"housing.response": _held(seen.scenario.housing.response)}


def _family_desk(seen: _Seen) -> dict[str, Any]:
    """Let the family who came follow from the desk at once; its stock never runs out.

    As many are on their way on the first day as arrive in the first step at the pace of its period.
    """
    family = seen.scenario.family
    (came,) = (flow for flow in seen.flows if flow.lever.factor == "family")
    least = 2 * came.values.sum() / max(_coming(seen.scenario), 1e-9)
    first = came.tiles[0]
    step = next(Clock(seen.scenario.start, seen.end, seen.step).steps()).days
    pace = first.value / ((first.period.last - first.period.first).days + 1)
    return {
        "family.staff": _held(family.staff),
        "family.granted_share": _held(family.granted_share),
        "family.arrival_share": _held(family.arrival_share),
        "family.travel_days": TRAVEL_DAYS,
        "family.opening_travelling": round(pace * step / -np.expm1(-step / TRAVEL_DAYS)),
        "family.opening_pending": float(round(max(family.opening_pending.single, least))),
    }


def _coming(scenario: Scenario) -> float:
    """Return the part of the decisions of the family desk that brings somebody."""
    family = scenario.family
    return family.granted_share.on(scenario.start) * family.arrival_share.on(scenario.start)


_BESIDES: Mapping[str, Callable[[_Seen], dict[str, Any]]] = {
    "inflow": _inflow,
    "decisions": _ind,
    "homes": _homes,
    "family": _family_desk,
}
"""What a factor changes beside its levels, so that these hold in every replication."""


def given(
    scenario: Scenario, changes: Mapping[str, Mapping[str, Any]], factors: Sequence[str]
) -> Scenario:
    """Return a scenario with the observed flows of some factors."""
    keys = {key: value for factor in factors for key, value in changes[factor].items()}
    return override(scenario, keys, BECAUSE) if keys else scenario


def with_draws(scenario: Scenario, settings: Settings, draws: Samples) -> Samples:
    """Return the draws of a scenario, those that ``draws`` have as there.

    What is certain in one scenario alone would else change the order of the draws of numbers that
    it is correlated with in the other.
    """
    until = settings.until or scenario.until
    own = sample(scenario, settings.replications, settings.seed, settings.vary, until)
    return {name: draws.get(name, column) for name, column in own.items()}


@dataclass(frozen=True)
class Figures:
    """Measure: what a run says of observed figures, by their number."""

    figures: tuple[Observation, ...]

    def __call__(self, trial: Experiment) -> dict[str, Floats]:
        return {str(n): simulated(trial, one) for n, one in enumerate(self.figures)}


def _run_with_all(
    seen: _Seen,
    changes: Mapping[str, Mapping[str, Any]],
    settings: Settings,
    draws: Samples,
    workers: Workers,
) -> dict[str, Floats]:
    """Run with all that is given; return the means of the observed figures by their name."""
    every = given(seen.scenario, changes, list(changes))
    rows = [flow.tiles for flow in seen.flows] + ([seen.pending] if seen.pending else [])
    measure = Figures(tuple(one for row in rows for one in row))
    task = Task(every, measure, with_draws(every, settings, draws))
    (arrays,) = run_tasks([task], settings, workers)
    means = iter(float(arrays[str(n)].mean()) for n in range(len(measure.figures)))
    return {row[0].name: np.array([next(means) for _ in row]) for row in rows}


def _moved(
    seen: _Seen, levels: Mapping[str, Floats], ran: Mapping[str, Floats]
) -> tuple[dict[str, Floats], dict[str, float]]:
    """Move levels towards the observed flows; return how far the run was from each of them.

    The distance is the largest of its periods, relative to the figure.
    """
    moved, off = dict(levels), {}
    for flow in seen.flows:
        name, key, were = flow.tiles[0].name, flow.lever.key, flow.values
        off[name] = _distance(ran[name] - were, were)
        ratio = np.where(ran[name] > 0, were / np.maximum(ran[name], 1e-9), 1.0)
        moved[key] = np.minimum(levels[key] * ratio, flow.lever.most)
    if seen.pending:
        were = np.array([one.value for one in seen.pending])
        excess = ran[PENDING] - were
        if seen.pending[0].period.last > seen.scenario.start:
            excess = np.concatenate([[0.0], excess])
        days = [seen.scenario.start, *seen.steps]
        years = np.diff([day.toordinal() for day in days]) / DAYS_A_YEAR
        count = len(years)
        leaving = np.maximum(ran[PENDING][-count:], 1.0) * _leave_factor(seen.scenario) * years
        rate = levels[LEAVE_RATE] + np.diff(excess) / leaving
        moved[LEAVE_RATE] = np.clip(rate, 0.0, MOST_LEAVE)
        off[PENDING] = _distance(np.diff(excess), were[-count:])
    return moved, off


def _distance(differences: Floats, figures: Floats) -> float:
    """Return the largest difference relative to its figure; people are whole, so a few are none."""
    beyond = np.maximum(np.abs(differences) - FEW, 0.0)
    return float(np.max(beyond / np.maximum(figures, 1.0)))


def _leave_factor(scenario: Scenario) -> float:
    """Return the mean leave factor of the cases pending on day 0; other cases leave never."""
    cases = [group.opening_pending.single for group in scenario.groups.values()]
    factors = [
        1.0 if group.leave_factor is None else group.leave_factor.on(scenario.start)
        for group in scenario.groups.values()
    ]
    every = sum(cases) + scenario.ind.other_cases.opening.single
    weighed = sum(case * factor for case, factor in zip(cases, factors, strict=True))
    return max(weighed / max(every, 1.0), 0.05)

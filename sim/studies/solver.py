"""Search for the value of a lever at which a target is met with a chosen certainty.

With common random numbers a quantile of the target moves with the lever and with nothing else, so
that a bracket and a root finder find where it crosses. The interval of the answer is what other
replications of the same number could have given (resampled); what is not known of the future is in
the certainty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from scipy.optimize import bisect, brentq

from ..errors import Message, Problem, ScenarioError
from ..model.prices import affects_costs_only
from ..model.sampling import Floats
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Progress, Settings
from ..results.tasks import Task, run_tasks, simulate_all
from ..scenario import Scenario
from ..scenario.introspect import at
from .asked import Lever
from .levers import quantity_of, with_levers
from .repricing import RepricedCells, check_cell_exists, ending_with, repriced
from .target import Target

NEAR = (0.5, 1.5)
"""Values of two levers that are tried, in parts of the present ones."""
FIRST_POINTS = 5
"""Values tried first, evenly over the range, to see where the target changes sides."""
MOST_DOUBLINGS = 5
NEARER = 0.98
MOST_STEPS = 14
RESAMPLES = 400
STRAIGHT_EUR = 1.0
"""Distance from a straight line that is rounding [EUR]."""
TOLERANCE = 1e-3
"""Part of the range within which the answer is found."""
Side = Literal["at_most", "at_least"]
Bounds = tuple[float, float]


@dataclass(frozen=True)
class Point:
    """One value tried: the cell in each replication (replication,)."""

    value: float
    cell: Floats


@dataclass(frozen=True)
class Solution:
    """What was found for one lever.

    ``answer`` is None where no value tried does it, or where all do (``always``); ``bounds`` are
    the least and greatest value tried. ``side`` says on which side of the answer the target is
    met, ``band`` is the 80% band of the answer, ``crossings`` how often the target changes sides.
    """

    lever: Lever
    target: Target
    unit: str
    present: float
    bounds: Bounds
    answer: float | None
    band: Bounds | None
    side: Side
    always: bool
    crossings: int
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Frontier:
    """Where two levers together just meet a target.

    ``cells`` (value of the first, value of the second, replication). For each value of the second
    lever: ``answers``, the first lever's value at which the target is just met (NaN where none of
    those tried does it or all do), and ``low`` and ``high``, the 80% band of that; ``met`` (first,
    second) says at which pairs it is.
    """

    levers: tuple[Lever, Lever]
    target: Target
    units: tuple[str, str]
    tried: tuple[Floats, Floats]
    cells: Floats
    answers: Floats
    low: Floats
    high: Floats
    met: np.ndarray[tuple[int, int], np.dtype[np.bool_]]


Setting = Mapping[Lever, float]
Tried = Callable[[Sequence[Setting]], list[Floats]]


def grid(
    scenario: Scenario,
    target: Target,
    levers: Sequence[Lever],
    settings: Settings,
    workers: Workers = ALL_CORES,
    progress: Progress | None = None,
) -> Tried:
    """Gives the target's cell in each replication for settings of levers.

    Settings that differ only in money share one simulation; where all levers are money, one
    simulation serves whatever is asked.
    """
    moving = [item for item in levers if not affects_costs_only(scenario, item.key)]
    before: list[int] = []
    if moving:

        def by_run(asked: Sequence[Setting]) -> list[Floats]:
            groups: dict[tuple[float, ...], list[int]] = {}
            for number, setting in enumerate(asked):
                groups.setdefault(tuple(setting[item] for item in moving), []).append(number)
            made = [with_levers(scenario, setting) for setting in asked]
            tasks = [
                Task(
                    made[numbers[0]],
                    RepricedCells(target.address, {str(n): made[n] for n in numbers}, settings),
                )
                for numbers in groups.values()
            ]
            result: dict[str, Floats] = {}
            for arrays in run_tasks(tasks, settings, workers, _after(before, progress)):
                result |= arrays
            before.append(settings.replications * len(tasks))
            return [result[str(number)] for number in range(len(asked))]

        return by_run
    trials = simulate_all(scenario, settings, workers)

    def by_price(asked: Sequence[Setting]) -> list[Floats]:
        made = [with_levers(scenario, setting) for setting in asked]
        return [
            np.concatenate([repriced(t, item, settings).cell(target.address) for t in trials])
            for item in made
        ]

    return by_price


def _after(before: Sequence[int], progress: Progress | None) -> Progress | None:
    """Count on from the runs of earlier rounds."""
    if progress is None:
        return None
    done_before = sum(before)
    return lambda done, total: progress(done_before + done, done_before + total)


def bounds_of(scenario: Scenario, lever: Lever, given: Bounds | None) -> Bounds:
    """Values to try: as given, or from the least that may be written to twice the present one."""
    present = current_value(scenario, lever)
    low, most = allowed(lever)
    if given is not None:
        if given[0] < low or given[1] > most:
            what = Message(
                "{low:g} to {high:g} goes beyond what {key} may be",
                low=given[0],
                high=given[1],
                key=lever.key,
            )
            raise ScenarioError(
                [
                    Problem(
                        "--range",
                        what,
                        Message("stay within {low:g} to {most:g}", low=low, most=most),
                    )
                ]
            )
        return given
    low = 0.0 if low == -np.inf else low
    high = 2 * present if present > low else low + 1.0
    return low, min(high, most)


def bounds_near(scenario: Scenario, lever: Lever, given: Bounds | None) -> Bounds:
    """Values to try of two levers: as given, or from half to one and a half times the present.

    With two levers the corners of a wider range lie beyond anything that could happen.
    """
    present = current_value(scenario, lever)
    low, most = allowed(lever)
    if given is not None or present <= max(low, 0.0):
        return bounds_of(scenario, lever, given)
    return max(low, NEAR[0] * present), min(NEAR[1] * present, most)


def current_value(scenario: Scenario, lever: Lever) -> float:
    """Return the value of a lever on its date; raises ``ScenarioError`` if it is not a number."""
    return quantity_of(scenario, lever, "--lever").on(lever.since or scenario.start)


def allowed(lever: Lever) -> Bounds:
    """Return what a lever may be at least and at most, by its key."""
    here = at(Scenario, tuple(lever.key.split(".")))
    rule = here.unit if here is not None else None
    low = rule.low if rule is not None else None
    high = rule.high if rule is not None else None
    return (-np.inf if low is None else low, np.inf if high is None else high)


def solve(
    scenario: Scenario,
    lever: Lever,
    target: Target,
    settings: Settings,
    given: Bounds | None = None,
    workers: Workers = ALL_CORES,
    progress: Progress | None = None,
) -> Solution:
    """Find the value of a lever at which the target is just met.

    Runs end with the year of the target. Without given bounds they are widened upward, five times
    at most, while that brings the target clearly nearer to changing sides. Of several values the
    lowest is given. Raises ``ScenarioError`` if the lever is not a number.
    """
    low, high = bounds_of(scenario, lever, given)
    settings = ending_with(settings, [scenario], target.address)
    check_cell_exists(scenario, target.address, settings)
    tried = grid(scenario, target, [lever], settings, workers, progress)
    known: dict[float, Floats] = {}

    def missed(value: float) -> float:
        if value not in known:
            (known[value],) = tried([{lever: value}])
        return float(target.excess(known[value]))

    first = [float(value) for value in np.linspace(low, high, FIRST_POINTS)]
    known |= zip(first, tried([{lever: value} for value in first]), strict=True)
    for _ in range(0 if given else MOST_DOUBLINGS):
        if not _worth_widening(known, target) or high >= allowed(lever)[1]:
            break
        high = min(2 * high, allowed(lever)[1])
        missed(high)
    values = _informed(known, target)
    turns = _turns(known, target)
    answer = None
    if turns:
        start, end = values[turns[0]], values[turns[0] + 1]
        answer = _closed_in(missed, start, end, TOLERANCE * (high - low))
    points = tuple(Point(value, known[value]) for value in _informed(known, target))
    if not points:
        raise ScenarioError([Problem(target.address.cell,
                                     "this cell has no value at any of the values evaluated",
                                     "give another --range")])  # fmt: skip
    side: Side = "at_most" if values and missed(values[0]) <= 0 else "at_least"
    return Solution(
        lever,
        target,
        quantity_of(scenario, lever, "--lever").unit,
        current_value(scenario, lever),
        (low, high),
        answer,
        None if answer is None else _band(points, target, answer),
        side,
        not turns and side == "at_most",
        len(turns),
        points,
    )


def amounts_needed(solution: Solution) -> Floats | None:
    """Return the least value with which the target is met in each replication: (replication,).

    Where the cell falls with the lever along a straight line in each replication, as a gap does
    with an amount of the budget; None where it does not.
    """
    first, *between, last = solution.points
    slope = (last.cell - first.cell) / (last.value - first.value)
    if solution.target.certainty is None or not solution.target.below or not (slope < 0).all():
        return None
    for point in between:
        expected = first.cell + slope * (point.value - first.value)
        if not np.allclose(point.cell, expected, rtol=1e-9, atol=STRAIGHT_EUR):
            return None
    needed: Floats = first.value + (solution.target.number - first.cell) / slope
    return needed


def _worth_widening(known: Mapping[float, Floats], target: Target) -> bool:
    """Whether the target has not changed sides, and the last step up brought that clearly nearer.

    Clearly: by a fiftieth at least of what was still missed (or to spare).
    """
    if _turns(known, target):
        return False
    values = _informed(known, target)
    if len(values) < 2:
        return True
    before, last = (float(target.excess(known[value])) for value in values[-2:])
    return last < NEARER * before if last > 0 else last > NEARER * before


def _informed(known: Mapping[float, Floats], target: Target) -> list[float]:
    """Values tried, in order, at which the cell is known: with no decision there is no wait."""
    return [value for value in sorted(known) if np.isfinite(target.excess(known[value]))]


def _closed_in(missed: Callable[[float], float], start: float, end: float, near: float) -> float:
    """Where the target is just met between two values on both sides of it.

    By Brent's method; where it is met exactly on a whole stretch (no place at all) that would give
    any of it, so that there the edge of the stretch is sought by halving.
    """
    if missed(start) == 0 or missed(end) == 0:
        return float(bisect(lambda value: -1.0 if missed(value) <= 0 else 1.0, start, end,
                            xtol=near, maxiter=2 * MOST_STEPS, disp=False))  # fmt: skip
    return float(brentq(missed, start, end, xtol=near, maxiter=MOST_STEPS, disp=False))


def _turns(known: Mapping[float, Floats], target: Target) -> list[int]:
    """Numbers of the values, in order, after which the target changes sides."""
    met = [bool(target.excess(known[value]) <= 0) for value in _informed(known, target)]
    return [n for n in range(len(met) - 1) if met[n] != met[n + 1]]


def _band(points: Sequence[Point], target: Target, answer: float) -> Bounds:
    """80% band of the answer: replications resampled, the same ones at every value."""
    values = np.array([point.value for point in points])
    cells = np.stack([point.cell for point in points])
    result = crossings_resampled(values, cells, target, answer)
    low, high = np.quantile(result, (0.1, 0.9))
    return float(low), float(high)


def crossings_resampled(values: Floats, cells: Floats, target: Target, answer: float) -> Floats:
    """Where the target is just met in each resample: (resample,).

    ``values`` (value,) in order, ``cells`` (value, replication). Between values straight lines;
    of several crossings the one nearest to the answer; without one the nearest end.
    """
    chosen = np.random.default_rng(0).integers(cells.shape[1], size=(RESAMPLES, cells.shape[1]))
    missed = np.stack([target.excess(row[chosen]) for row in cells], axis=1)
    return np.array([root(values, row, answer) for row in missed])


def root(values: Floats, missed: Floats, near: float) -> float:
    """Where a curve through points crosses zero, nearest to a value; else the end nearest to 0."""
    met = missed <= 0
    turns = np.flatnonzero(met[:-1] != met[1:])
    if not turns.size:
        return float(values[np.argmin(np.abs(missed))])
    part = missed[turns] / (missed[turns] - missed[turns + 1])
    result = values[turns] + part * (values[turns + 1] - values[turns])
    return float(result[np.argmin(np.abs(result - near))])


def frontier(
    scenario: Scenario,
    levers: tuple[Lever, Lever],
    target: Target,
    settings: Settings,
    bounds: tuple[Bounds, Bounds],
    points: int = 7,
    workers: Workers = ALL_CORES,
    progress: Progress | None = None,
) -> Frontier:
    """Try a grid of two levers, ``points`` values of each, and find where the target is just met.

    Linear between grid values. Raises ``ScenarioError`` if a lever is not a number.
    """
    settings = ending_with(settings, [scenario], target.address)
    check_cell_exists(scenario, target.address, settings)
    tried = grid(scenario, target, levers, settings, workers, progress)
    first, second = (np.linspace(low, high, points) for low, high in bounds)
    asked = [{levers[0]: float(a), levers[1]: float(b)} for a, b in product(first, second)]
    cells = np.stack(tried(asked)).reshape(points, points, -1)
    missed = target.excess(cells)
    met = missed <= 0
    answers = np.full((3, points), np.nan)
    for column in range(points):
        turns = np.flatnonzero(met[:-1, column] != met[1:, column])
        if turns.size:
            answer = root(first, missed[:, column], first[turns[0]])
            result = crossings_resampled(first, cells[:, column], target, answer)
            answers[:, column] = (answer, *np.quantile(result, (0.1, 0.9)))
    unit, other = (quantity_of(scenario, lever, "--lever").unit for lever in levers)
    best, low, high = answers
    return Frontier(levers, target, (unit, other), (first, second), cells, best, low, high, met)

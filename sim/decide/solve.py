"""The value of a lever at which a target is met with a chosen certainty.

On common luck a target's quantile moves with the lever and with nothing else, so that a bracket
and a root finder find where it crosses. The band of the answer is what other replications of the
same number could have given (resampled); what we do not know of the future is in the certainty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
from scipy.optimize import brentq

from ..address import Address
from ..address import parse as parse_address
from ..draws import Floats, sample, take
from ..errors import Problem, ScenarioError
from ..expression import Comparison, parse
from ..prices import is_money
from ..scenario import Scenario
from ..scenario.shape import at
from ..trial import Progress, Settings, Task, Trial, attempts, measured
from .levers import Lever, quantity_of, with_levers

FIRST_POINTS = 5
"""Values tried first, evenly over the range, to see where the target changes sides."""
MOST_DOUBLINGS = 5
MOST_STEPS = 14
RESAMPLES = 400
TOLERANCE = 1e-3
"""Part of the range within which the answer is found."""
Side = Literal["at_most", "at_least"]


@dataclass(frozen=True)
class Target:
    """A cell that is to lie at or below (or above) a number, with a certainty or in a statistic."""

    text: str
    address: Address
    below: bool
    number: float
    certainty: float | None

    def excess(self, values: Floats) -> Floats:
        """How far the target is missed, along the last axis: met where it is not above zero."""
        if self.certainty is None:
            statistic = self.address.statistic
            found = (values.mean(axis=-1) if statistic == "mean"
                     else np.quantile(values, int(statistic[1:]) / 100, axis=-1))  # fmt: skip
        else:
            q = self.certainty if self.below else 1 - self.certainty
            found = np.quantile(values, q, axis=-1)
        missed: Floats = np.asarray(found - self.number if self.below else self.number - found)
        return missed

    def chance(self, values: Floats) -> float:
        """Share of replications in which the cell lies on the right side."""
        met = values <= self.number if self.below else values >= self.number
        return float(met.mean())


@dataclass(frozen=True)
class Range:
    """Values between which a lever is tried; ``given`` by the user, or to be widened."""

    low: float
    high: float
    given: bool


@dataclass(frozen=True)
class Point:
    """One value tried: the cell in each replication (replication,)."""

    value: float
    cell: Floats


@dataclass(frozen=True)
class Solution:
    """What was found for one lever.

    ``answer`` is None where no value in the range does it (then ``always`` says whether all do);
    ``side`` says on which side of the answer the target is met, ``band`` is the 80 % band of the
    answer, ``crossings`` how often the target changes sides over the values tried first.
    """

    lever: Lever
    target: Target
    unit: str
    range: Range
    answer: float | None
    band: tuple[float, float] | None
    side: Side
    always: bool
    crossings: int
    points: tuple[Point, ...]


def target_of(text: str, certainty: float) -> Target:
    """Read a target such as ``gap.total.2027 <= 0``.

    A cell with a statistic of its own (``gap.total.2027:mean <= 0``) is held to that; one without
    is to be met with the certainty. Raises ``ScenarioError``.
    """
    condition = parse(text, "--target")
    advice = "as in gap.total.2027 <= 0"
    if not isinstance(condition, Comparison) or condition.sign not in ("<=", "<", ">=", ">"):
        raise ScenarioError([Problem("--target", "a target is one cell below or above a number",
                                     advice)])  # fmt: skip
    left, right, sign = condition.left, condition.right, condition.sign
    if left.name is None:
        left, right = right, left
        sign = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[sign]
    if left.name is None or right.number is None:
        raise ScenarioError([Problem("--target", "one side is a cell, the other a number", advice)])
    address = parse_address(left.name)
    own = left.name.endswith(f":{address.statistic}")
    if own and address.statistic == "p_positive":
        raise ScenarioError([Problem("--target", "a chance can't be a target's cell",
                                     "give the cell, and --certainty")])  # fmt: skip
    return Target(text, address, sign in ("<", "<="), right.number, None if own else certainty)


def range_of(scenario: Scenario, lever: Lever, given: tuple[float, float] | None) -> Range:
    """Values to try: as given, or from the least that may be written to twice the present one."""
    quantity = quantity_of(scenario, lever, "--vary")
    if given is not None:
        return Range(*given, given=True)
    here = at(Scenario, tuple(lever.key.split(".")))
    rule = here.unit if here is not None else None
    low = rule.low if rule is not None and rule.low is not None else 0.0
    most = rule.high if rule is not None else None
    present = quantity.on(lever.since or scenario.start)
    high = 2 * present if present > low else low + 1.0
    return Range(low, high if most is None else min(high, most), given=False)


@dataclass(frozen=True)
class _Cell:
    """Measure: one cell."""

    address: Address

    def __call__(self, trial: Trial) -> dict[str, Floats]:
        return {"cell": trial.cell(self.address)}


Tried = Callable[[Sequence[float]], list[Point]]


def _tries(
    scenario: Scenario, lever: Lever, address: Address, settings: Settings, workers: int,
    tell: Progress | None,
) -> Tried:  # fmt: skip
    """Gives points for values: by runs, or by pricing one run where the lever is only money."""
    if is_money(scenario, lever.key):
        trials = attempts(scenario, settings)

        def by_price(values: Sequence[float]) -> list[Point]:
            return [Point(v, _priced_cell(scenario, lever, v, trials, address, settings))
                    for v in values]  # fmt: skip

        return by_price

    def by_run(values: Sequence[float]) -> list[Point]:
        tasks = [Task(with_levers(scenario, {lever: v}), _Cell(address)) for v in values]
        found = measured(tasks, settings, workers, tell)
        return [Point(v, arrays["cell"]) for v, arrays in zip(values, found, strict=True)]

    return by_run


def _priced_cell(scenario: Scenario, lever: Lever, value: float, trials: Sequence[Trial],
                 address: Address, settings: Settings) -> Floats:  # fmt: skip
    other = with_levers(scenario, {lever: value})
    until = settings.until or scenario.until
    drawn = sample(other, settings.replications, settings.seed, settings.vary, until)
    return np.concatenate([
        trial.priced(other, take(drawn, trial.first, trial.replications)).cell(address)
        for trial in trials
    ])  # fmt: skip


def solve(
    scenario: Scenario,
    lever: Lever,
    target: Target,
    settings: Settings,
    given: tuple[float, float] | None = None,
    workers: int = 0,
    tell: Progress | None = None,
) -> Solution:
    """Find the value of a lever at which the target is just met.

    Runs end with the year of the target. Without a given range, it is widened upward until the
    target changes sides, five times at most. Raises ``ScenarioError`` if the lever is no number.
    """
    span = range_of(scenario, lever, given)
    settings = _until_year(settings, scenario, target.address.year)
    tried = _tries(scenario, lever, target.address, settings, workers, tell)
    points = tried([float(v) for v in np.linspace(span.low, span.high, FIRST_POINTS)])
    highest = _highest(lever)
    for _ in range(0 if span.given else MOST_DOUBLINGS):
        if _crossings(points, target) or span.high >= highest:
            break
        span = Range(span.low, min(2 * span.high, highest), given=False)
        points += tried([span.high])
    unit = quantity_of(scenario, lever, "--vary").unit
    crossings = _crossings(points, target)
    met = [bool(target.excess(p.cell) <= 0) for p in points]
    if not crossings:
        return Solution(lever, target, unit, span, None, None, "at_most", all(met), 0,
                        tuple(points))  # fmt: skip
    first = crossings[0]
    answer, more = _root(points[first].value, points[first + 1].value, target, tried,
                         TOLERANCE * (span.high - span.low))  # fmt: skip
    every = sorted([*points, *more], key=lambda point: point.value)
    side: Side = "at_most" if met[first] else "at_least"
    return Solution(lever, target, unit, span, answer, _band(every, target, answer), side, False,
                    len(crossings), tuple(every))  # fmt: skip


def _until_year(settings: Settings, scenario: Scenario, year: int) -> Settings:
    ends = [scenario.until, date(year, 12, 31), *([settings.until] if settings.until else [])]
    return replace(settings, until=min(ends))


def _highest(lever: Lever) -> float:
    here = at(Scenario, tuple(lever.key.split(".")))
    rule = here.unit if here is not None else None
    return np.inf if rule is None or rule.high is None else rule.high


def _crossings(points: Sequence[Point], target: Target) -> list[int]:
    """Numbers of the points after which the target changes sides."""
    met = [bool(target.excess(p.cell) <= 0) for p in points]
    return [n for n in range(len(met) - 1) if met[n] != met[n + 1]]


def _root(low: float, high: float, target: Target, tried: Tried,
          tolerance: float) -> tuple[float, list[Point]]:  # fmt: skip
    """Where the target is just met between two values on both sides of it (Brent's method)."""
    more: list[Point] = []

    def missed(value: float) -> float:
        (point,) = tried([float(value)])
        more.append(point)
        return float(target.excess(point.cell))

    found = brentq(missed, low, high, xtol=tolerance, rtol=1e-6, maxiter=MOST_STEPS, disp=False)
    return float(found), more


def _band(points: Sequence[Point], target: Target, answer: float) -> tuple[float, float]:
    """80 % band of the answer: replications resampled, the same ones at every value."""
    values = np.array([point.value for point in points])
    cells = np.stack([point.cell for point in points])
    found = crossings_resampled(values, cells, target, answer)
    low, high = np.quantile(found, (0.1, 0.9))
    return float(low), float(high)


def crossings_resampled(values: Floats, cells: Floats, target: Target, answer: float) -> Floats:
    """Where the target is just met in each resample: (resample,); NaN-free.

    ``values`` (value,) in order, ``cells`` (value, replication). Between values straight lines;
    of several crossings the one nearest to the answer; without one the nearest end.
    """
    chosen = np.random.default_rng(0).integers(cells.shape[1], size=(RESAMPLES, cells.shape[1]))
    missed = np.stack([target.excess(row[chosen]) for row in cells], axis=1)
    return np.array([crossing(values, row, answer) for row in missed])


def crossing(values: Floats, missed: Floats, near: float) -> float:
    """Where a curve through points crosses zero, nearest to a value; else the end nearest to 0."""
    met = missed <= 0
    turns = np.flatnonzero(met[:-1] != met[1:])
    if not turns.size:
        return float(values[np.argmin(np.abs(missed))])
    part = missed[turns] / (missed[turns] - missed[turns + 1])
    found = values[turns] + part * (values[turns + 1] - values[turns])
    return float(found[np.argmin(np.abs(found - near))])

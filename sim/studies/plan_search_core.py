"""Search for the best of many plans by differential evolution, and accept it on other futures.

Plans are points: a value of each lever, out of a list. ``evaluate`` gives the outcomes of points in
each replication, the same replications for all (common random numbers). The search is deterministic
given its seed: a point that was evaluated before is never evaluated again, so that a search whose
outcomes are kept walks the same path.

A plan that keeps all limits is better than any that does not; of two that do not, the one that is
less beyond them (Deb's rules). Limits have the margin that a plan needs to be accepted later. Where
the best plan is refused on other replications, the search goes on with limits that are tighter by
the luck that it had: under common random numbers plans near it had that too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, differential_evolution
from scipy.stats import qmc

from ..model.sampling import Floats
from .plan_search_aims import Outcome, excess, is_met, upper_bound, value_of, violation
from .plan_search_asked import AimText, LimitText

Point = tuple[float, ...]
"""A value of each lever."""
Axes = Sequence[Sequence[float]]
"""The values that each lever may take, in order."""
Evaluate = Callable[[Sequence[Point]], list[Outcome | None]]
"""Gives outcomes of points; None for a point that the scenario refuses."""
Score = Callable[[Outcome], float]
LEAST_POPULATION, MOST_POPULATION, A_LEVER = 10, 40, 5
"""Size of a generation, and members of it for each lever."""
STALLED = 8
"""Generations without a new plan after which a search ends."""
BEYOND = 1e30
"""Score of a plan beyond a limit, above that of any within."""
WEIGHTS = (1.0, 0.0, 0.5, 0.25, 0.75)
"""Weights of the first of two objectives, in the order in which they are searched."""
SUM_TOO = 1e-3
"""Weight of the sum in a score that takes the worse of two: of equals the better one counts."""
RESERVE = 0.3
"""Part of the evaluations that is kept for searching on after a plan is refused."""
MOST_REFUSED = 10
"""Plans that are tried on the second set before it is said that none is accepted."""
MOST_ON_FRONT = 12
"""Plans of a front that are tried on the second set."""


@dataclass
class Archive:
    """All plans that were evaluated, in their order, and how many more may be."""

    evaluate: Evaluate
    left: int
    outcomes: dict[Point, Outcome | None] = field(default_factory=dict)

    def add(self, points: Sequence[Point]) -> None:
        """Evaluate the points that are new, as many of them as may be, and keep them."""
        new = [one for one in dict.fromkeys(points) if one not in self.outcomes][: self.left]
        if new:
            self.left -= len(new)
            self.outcomes |= zip(new, self.evaluate(new), strict=True)

    @property
    def known(self) -> dict[Point, Outcome]:
        """Plans that could be evaluated."""
        return {one: found for one, found in self.outcomes.items() if found is not None}


@dataclass(frozen=True)
class Problem:
    """What is searched: values of levers, objectives and limits.

    ``accept`` is the number of replications on which limits must hold in the end; ``luck`` is how
    many times higher the bound of each limit turned out to be there.
    """

    axes: Axes
    aims: tuple[AimText, ...]
    limits: tuple[LimitText, ...]
    accept: int
    luck: tuple[float, ...] = ()

    def bounds(self, outcome: Outcome) -> list[float]:
        """Return the bound of each limited aim, as so many replications like these give it."""
        return [upper_bound(limit.aim, outcome, self.accept) for limit in self.limits]

    def beyond(self, outcome: Outcome) -> float:
        """Return by how much an outcome is beyond the limits, with the margin of acceptance."""
        luck = self.luck or (1.0,) * len(self.limits)
        known = zip(self.limits, self.bounds(outcome), luck, strict=True)
        return sum(excess(limit, bound * times) for limit, bound, times in known)

    def accepts(self, outcome: Outcome) -> bool:
        """Return whether all limits hold for certain on the second set."""
        return all(is_met(limit, upper_bound(limit.aim, outcome)) for limit in self.limits)

    def values(self, outcome: Outcome) -> tuple[float, ...]:
        """Return the objectives."""
        return tuple(value_of(aim, outcome) for aim in self.aims)


def search(
    problem: Problem, evaluate: Evaluate, start: Sequence[Point], evaluations: int, seed: int
) -> Archive:
    """Search with at most so many evaluations; ``start`` is in the first generation.

    With two objectives the searches are for the least of each and for the least of weighed worse
    ones (Chebyshev), and share their evaluations.
    """
    archive = Archive(evaluate, evaluations)
    if len(problem.aims) == 1:
        now = round(evaluations * (1 - RESERVE)) if problem.limits else evaluations
        _evolve(problem, archive, _single(problem), now, seed, start)
        return archive
    for number, weight in enumerate(WEIGHTS):
        share = archive.left // (len(WEIGHTS) - number)
        score = _weighed(problem, archive, weight)
        first = _best_first(problem, archive, score) if number else start
        _evolve(problem, archive, score, share, seed + number, first)
    return archive


def _single(problem: Problem) -> Score:
    """Return the score of the only objective, or of the first."""
    aim = problem.aims[0]
    return lambda found: value_of(aim, found)


def _evolve(
    problem: Problem,
    archive: Archive,
    score: Score,
    evaluations: int,
    seed: int,
    first: Sequence[Point],
) -> None:
    """Minimise a score by differential evolution, until so many plans are new or none is."""
    axes, upto = problem.axes, max(archive.left - evaluations, 0)
    size = max(_generation(axes, evaluations), len(dict.fromkeys(first)))
    stalled = 0

    def scores(places: Floats) -> Floats:
        nonlocal stalled
        points = [_point(axes, row) for row in places.T]
        before = len(archive.outcomes)
        archive.add(points)
        stalled = 0 if len(archive.outcomes) > before else stalled + 1
        return np.array([_ranked(problem, archive, score, one) for one in points])

    def ended(*, intermediate_result: OptimizeResult) -> bool:
        people = intermediate_result.population
        return archive.left <= upto or stalled >= STALLED or bool((people == people[0]).all())

    # Its stubs know neither a vectorised function nor the names of a callback.
    evolve: Any = differential_evolution
    evolve(
        scores,
        [(0, len(axis) - 1) for axis in axes],
        init=_first_generation(axes, first, size, seed),
        integrality=np.ones(len(axes), bool),
        rng=np.random.default_rng(seed),
        vectorized=True,
        updating="deferred",
        maxiter=100 * max(evaluations, 1),
        tol=0.0,
        atol=-1.0,
        polish=False,
        callback=ended,
    )


def _generation(axes: Axes, evaluations: int) -> int:
    """Return the size of a generation; of few evaluations a third, so that there are some."""
    usual = min(max(LEAST_POPULATION, A_LEVER * len(axes)), MOST_POPULATION)
    return min(usual, max(5, evaluations // 3))


def _point(axes: Axes, places: Floats) -> Point:
    return tuple(float(axis[round(at)]) for axis, at in zip(axes, places, strict=True))


def _ranked(problem: Problem, archive: Archive, score: Score, point: Point) -> float:
    """Return the score of a plan, or by how much it is beyond limits; infinite if not known."""
    outcome = archive.outcomes.get(point)
    if outcome is None:
        return float("inf")
    beyond = problem.beyond(outcome)
    return BEYOND * (1 + beyond) if beyond > 0 else score(outcome)


def _first_generation(
    axes: Axes, start: Sequence[Point], size: int, seed: int
) -> NDArray[np.float64]:
    """Return places of the first generation: those to start with, others spread evenly."""
    given = [
        [
            int(np.argmin(np.abs(np.array(axis) - value)))
            for axis, value in zip(axes, one, strict=True)
        ]
        for one in dict.fromkeys(start)
    ]
    counts = np.array([len(axis) for axis in axes])
    spread = qmc.LatinHypercube(len(axes), rng=np.random.default_rng([seed, 1])).random(size)
    others = np.floor(spread * counts)
    return np.concatenate([np.array(given, float).reshape(-1, len(axes)), others])[:size]


def _weighed(problem: Problem, archive: Archive, weight: float) -> Score:
    """Return the score of two objectives: the worse of the two, each as a part of its range.

    The range is that of the best plans so far.
    """
    if weight in (0.0, 1.0):
        aim = problem.aims[0 if weight else 1]
        return lambda found: value_of(aim, found)
    best = np.array([problem.values(archive.known[one]) for one in front(problem, archive)])
    least = best.min(axis=0) if best.size else np.zeros(2)
    span = np.ptp(best, axis=0) if best.size else np.ones(2)
    span, weights = np.where(span > 0, span, 1.0), np.array([weight, 1 - weight])

    def score(found: Outcome) -> float:
        parts = (np.array(problem.values(found)) - least) / span
        return float((weights * parts).max() + SUM_TOO * parts.sum())

    return score


def _best_first(problem: Problem, archive: Archive, score: Score) -> list[Point]:
    """Return half a generation: the best plans so far by a score."""
    size = _generation(problem.axes, archive.left) // 2
    order = sorted(archive.known, key=lambda one: _ranked(problem, archive, score, one))
    return order[:size]


def front(problem: Problem, archive: Archive) -> list[Point]:
    """Return the plans within the limits that no other is better than in all objectives."""
    found = {
        one: problem.values(outcome)
        for one, outcome in archive.known.items()
        if problem.beyond(outcome) == 0
    }
    return undominated(found)


def undominated(values: dict[Point, tuple[float, ...]]) -> list[Point]:
    """Return the points that no other beats, by their first objective; of equals the first."""
    kept: list[Point] = []
    for one in sorted(values, key=lambda point: values[point]):
        beaten = any(
            all(a <= b for a, b in zip(values[other], values[one], strict=True)) for other in kept
        )
        kept += [] if beaten else [one]
    return kept


@dataclass(frozen=True)
class Verdict:
    """A plan on the second set: its outcome there, and whether all limits hold for certain."""

    point: Point
    outcome: Outcome
    accepted: bool
    beyond: float


def verdict(problem: Problem, point: Point, outcome: Outcome) -> Verdict:
    """Return whether a plan is accepted on the second set."""
    beyond = violation(problem.limits, outcome)
    return Verdict(point, outcome, problem.accepts(outcome), beyond)


def accept(problem: Problem, archive: Archive, evaluate: Evaluate, seed: int) -> list[Verdict]:
    """Try the best plans on other replications, until one is accepted: the last, if any is.

    After a refusal the search goes on, with half of the evaluations that are left, for a plan that
    would keep the limits with the luck of the one that was refused.
    """
    found: list[Verdict] = []
    while len(found) < MOST_REFUSED:
        point = _best_left(problem, archive, {one.point for one in found})
        if point is None:
            break
        seemed = archive.known[point]
        (outcome,) = evaluate([point])
        assert outcome is not None
        found.append(verdict(problem, point, outcome))
        if found[-1].accepted or problem.beyond(seemed) > 0:
            break
        there = (upper_bound(limit.aim, outcome) for limit in problem.limits)
        pairs = zip(problem.bounds(seemed), there, strict=True)
        luck = (b / a if a > 0 and b > 0 else 1.0 for a, b in pairs)
        problem = replace(problem, luck=tuple(luck))
        if archive.left:
            score, now = _single(problem), -(-archive.left // 2)
            first = _best_first(problem, archive, score)
            _evolve(problem, archive, score, now, seed + len(found), first)
    return found


def _best_left(problem: Problem, archive: Archive, tried: set[Point]) -> Point | None:
    """Return the best plan within the limits that was not tried yet, or else the nearest."""
    left = {one: found for one, found in archive.known.items() if one not in tried}
    score = _single(problem)
    ranks = {one: (problem.beyond(found), score(found)) for one, found in left.items()}
    return min(ranks, key=lambda one: ranks[one]) if ranks else None


def accept_front(
    problem: Problem, archive: Archive, evaluate: Evaluate, seed: int
) -> list[Verdict]:
    """Try the plans of a front on other replications: all, or some that are spread over it."""
    points = front(problem, archive)
    if len(points) > MOST_ON_FRONT:
        places = np.linspace(0, len(points) - 1, MOST_ON_FRONT)
        points = [points[round(place)] for place in places]
    if not points:
        return accept(problem, archive, evaluate, seed)
    outcomes = evaluate(points)
    pairs = zip(points, outcomes, strict=True)
    return [verdict(problem, one, found) for one, found in pairs if found is not None]

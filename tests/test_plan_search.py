"""The search for a plan: known optima are found, limits hold on other futures, none by luck."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from scipy.stats import binom, norm

from sim.model.sampling import Floats
from sim.studies.plan_search_aims import (
    Outcome,
    difference,
    estimate,
    excess,
    is_met,
    upper_bound,
    value_of,
)
from sim.studies.plan_search_asked import AimText, LimitText
from sim.studies.plan_search_core import (
    MOST_REFUSED,
    Archive,
    Evaluate,
    Point,
    Problem,
    accept,
    accept_front,
    front,
    search,
    undominated,
)

COST, NIGHTS = AimText("cost", "mean"), AimText("nights_short", "mean")
CHANCE = AimText("shortage", "p")
FIRST, SECOND = 200, 2_000
"""Replications of the search, and of the second set."""


def best_of(problem: Problem, archive: Archive) -> Point:
    """The best plan of a search on its own replications."""
    known = archive.known
    return min(
        known, key=lambda one: (problem.beyond(known[one]), value_of(problem.aims[0], known[one]))
    )


# The news vendor: places for a demand of one period


UNDER, OVER = 400.0, 100.0
"""What a place too few and a place too many cost."""


def demand(seed: int, size: int) -> Floats:
    return np.random.default_rng(seed).normal(20_000, 4_000, size)


def news_vendor(wanted: Floats) -> Evaluate:
    """Cost and shortage of places for a demand in each replication."""

    def evaluate(points: Sequence[Point]) -> list[Outcome | None]:
        found = []
        for (places,) in points:
            short = np.maximum(wanted - places, 0.0)
            cost = UNDER * short + OVER * np.maximum(places - wanted, 0.0)
            found.append({"cost": cost, "nights_short": short, "shortage": 1.0 * (short > 0)})
        return list(found)

    return evaluate


PLACES = (tuple(float(value) for value in range(0, 50_001, 50)),)


def test_the_news_vendor_optimum_is_found_within_simulation_error() -> None:
    """Enough with a chance of under / (under + over): of a sample of 200, and of 2,000 others."""
    problem = Problem(PLACES, (COST,), (), SECOND)
    wanted, others = demand(1, FIRST), demand(2, SECOND)
    archive = search(problem, news_vendor(wanted), [(20_000.0,)], 300, seed=1)
    (verdict,) = accept(problem, archive, news_vendor(others))
    assert verdict.accepted
    (places,) = verdict.point
    chance = UNDER / (UNDER + OVER)
    # Of the sample it is the best to a step; its quantile has the error of a share of 200.
    assert abs(places - np.quantile(wanted, chance)) <= 100
    error = (chance * (1 - chance) / FIRST) ** 0.5
    assert abs(norm.cdf((places - 20_000) / 4_000) - chance) < 3 * error
    # The cost is that of the optimum in closed form: sigma x (under + over) x density.
    least = 4_000 * (UNDER + OVER) * norm.pdf(norm.ppf(chance))
    told = estimate(COST, verdict.outcome)
    assert told.low < least < told.high
    assert told.value == pytest.approx(least, rel=0.05)


# A reserve that is opened and closed: the best thresholds by dynamic programming


HIGHEST, ROOM, RESERVE = 24, 10, 8
SHORT, OPEN, OPENING, CLOSING = 5.0, 12.0, 30.0, 20.0
"""Cost of a person short and of an open reserve a week, of opening it and of closing it."""
UP = 0.48


def cost_of_week(people: Floats, is_open: Floats) -> Floats:
    room = ROOM + RESERVE * is_open
    weekly: Floats = SHORT * np.maximum(people - room, 0.0) + OPEN * is_open
    return weekly


def walks(seed: int, replications: int, weeks: int) -> Floats:
    """People in reception by week: a walk between 0 and the highest number."""
    ups = np.random.default_rng(seed).random((weeks, replications)) < UP
    people, found = np.full(replications, ROOM), []
    for up in ups:
        people = np.clip(people + np.where(up, 1, -1), 0, HIGHEST)
        found.append(people)
    return np.array(found, float)


def reserve(people: Floats) -> Evaluate:
    """Mean weekly cost where the reserve opens from one number on and closes from another down."""

    def evaluate(points: Sequence[Point]) -> list[Outcome | None]:
        at, down = (np.array(column)[:, None] for column in zip(*points, strict=True))
        is_open = np.zeros((len(points), people.shape[1]))
        total = np.zeros_like(is_open)
        for now in people:
            then = np.where(is_open > 0, now > down, now >= at)
            total += OPENING * (then > is_open) + CLOSING * (then < is_open)
            is_open = then.astype(float)
            total += cost_of_week(now, is_open)
        return [{"cost": row / len(people)} for row in total]

    return evaluate


def best_policy() -> tuple[float, float, float]:
    """Mean weekly cost and both thresholds of the best policy, by relative value iteration."""
    people = np.arange(HIGHEST + 1)
    up, down = np.minimum(people + 1, HIGHEST), np.maximum(people - 1, 0)
    value = np.zeros((2, HIGHEST + 1))
    switch = np.array([[0.0, OPENING], [CLOSING, 0.0]])
    gain = 0.0
    for _ in range(20_000):
        after = UP * value[:, up] + (1 - UP) * value[:, down]
        each = np.array([cost_of_week(people.astype(float), np.full(1, float(s))) for s in (0, 1)])
        # (state before, state after, people)
        costs = switch[:, :, None] + (each + after)[None]
        new = costs.min(axis=1)
        gain, value = new[0, 0] - value[0, 0], new - new[0, 0]
    choice = costs.argmin(axis=1)
    opens, closes = np.flatnonzero(choice[0] == 1), np.flatnonzero(choice[1] == 0)
    # The best policy is one of thresholds: open from a number on, closed up to another.
    assert (opens == np.arange(opens[0], HIGHEST + 1)).all()
    assert (closes == np.arange(closes[-1] + 1)).all()
    return gain, float(opens[0]), float(closes[-1])


@pytest.mark.slow
def test_the_best_thresholds_of_a_reserve_are_those_of_dynamic_programming() -> None:
    gain, opens, closes = best_policy()
    axis = tuple(float(value) for value in range(HIGHEST + 1))
    problem = Problem((axis, axis), (COST,), (), SECOND)
    archive = search(problem, reserve(walks(1, FIRST, 1_000)), [(20.0, 3.0)], 300, seed=1)
    (verdict,) = accept(problem, archive, reserve(walks(2, SECOND, 1_000)))
    (known,) = reserve(walks(2, SECOND, 1_000))([(opens, closes)])
    assert known is not None
    apart = difference(COST, verdict.outcome, known)
    assert apart is not None
    assert apart.low <= 0, "it costs more than the best policy by more than simulation error"
    assert np.abs(np.subtract(verdict.point, (opens, closes))).max() <= 1
    # The first weeks, from a start that is known, are a little cheaper or dearer than the rest.
    assert estimate(COST, verdict.outcome).value == pytest.approx(gain, rel=0.03)

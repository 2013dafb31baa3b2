"""Which plans are on the frontier for certain: laws of the intervals and of the rule."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from support.chart_cases import recorded
from test_plan_compare import made, tables

from sim.model.sampling import Floats
from sim.report.i18n import Language
from sim.report.study_data import StudyData
from sim.results.plan_outcomes import OUTCOMES
from sim.studies.decisions import frontier
from sim.studies.plan_compare import tables_of
from sim.studies.plan_compare_chart import UNITS, bars, uncertain, unsure_places
from sim.studies.plan_frontier import Truths, certain_places, more_often
from sim.studies.plan_options import PlanCompareOptions

Aims = list[Floats | Truths]


def pair(ours: float, theirs: float, futures: int, seed: int) -> tuple[Truths, Truths]:
    """Events that happen to one of two alone with these chances."""
    drawn = np.random.default_rng(seed).random(futures)
    return drawn < ours, (drawn >= ours) & (drawn < ours + theirs)


# -- How much more often ---------------------------------------------------------------------------


def test_how_much_more_often_is_the_difference_of_the_shares() -> None:
    ours, theirs = np.array([1, 1, 1, 0], bool), np.array([1, 0, 0, 1], bool)
    more, low, high = more_often(ours, theirs)
    assert more == 0.25
    assert low < more < high
    less, below, above = more_often(theirs, ours)
    assert (less, below, above) == pytest.approx((-more, -high, -low))


def test_what_happens_to_both_does_not_count() -> None:
    ours, theirs = pair(0.2, 0.1, 200, 1)
    both = np.arange(200) > 150
    alone = more_often(ours & ~both, theirs & ~both)
    assert more_often(ours | both, theirs | both) == alone


@pytest.mark.parametrize("never", [False, True])
def test_no_difference_seen_does_not_mean_that_there_is_none(never: bool) -> None:
    """Of 100 futures without one a chance of 3.6% may well be left."""
    same = np.full(100, never)
    more, low, high = more_often(same, same)
    assert more == 0
    assert -low == high == pytest.approx(1 - 0.025 ** (1 / 100))


@pytest.mark.parametrize(
    ("ours", "theirs"), [(0.45, 0.45), (0.3, 0.01), (0.1, 0.1), (0.02, 0.0), (0.005, 0.003)]
)
@pytest.mark.parametrize("futures", [100, 500])
@pytest.mark.slow
def test_the_interval_holds_the_truth_in_95_of_100_cases(
    ours: float, theirs: float, futures: int
) -> None:
    found = [more_often(*pair(ours, theirs, futures, seed)) for seed in range(400)]
    held = np.mean([low <= ours - theirs <= high for _, low, high in found])
    assert held > 0.93
    width = np.mean([high - low for _, low, high in found])
    plain = 2 * 1.96 * np.sqrt((ours + theirs - (ours - theirs) ** 2) / futures)
    assert width < plain + 6 / futures, "hardly wider than the usual one"


# -- Certain places --------------------------------------------------------------------------------


def plans(costs: list[float], chances: list[float], futures: int, seed: int) -> Aims:
    """Cost and shortages of plans in the same futures."""
    rng = np.random.default_rng(seed)
    shared, luck = rng.normal(scale=10.0, size=futures), rng.random(futures)
    cost = shared + np.array(costs)[:, None] + rng.normal(size=(len(costs), futures))
    own = 0.9 * luck + 0.1 * rng.random((len(costs), futures))
    return [cost, own < np.array(chances)[:, None]]


def places(aims: Aims) -> tuple[list[bool], list[bool]]:
    on = frontier(*(aim.mean(axis=1) for aim in aims))
    return on.tolist(), certain_places(on, aims).tolist()


def test_plans_far_apart_are_told_for_certain() -> None:
    """The shared luck of the futures, ten times the own of a plan, does not matter."""
    aims = plans([0, 2, 3], [0.6, 0.3, 0.6], 400, 1)
    assert places(aims) == ([True, True, False], [True, True, True])


def test_plans_that_are_close_in_both_aims_are_within_simulation_error() -> None:
    aims = plans([0, 0.01, 5], [0.5, 0.5, 0.2], 400, 1)
    on, certain = places(aims)
    assert on.count(True) >= 2
    assert certain == [False, False, True]


def test_a_plan_that_is_better_in_one_aim_for_certain_is_on_the_frontier_for_certain() -> None:
    aims = plans([0, 3], [0.5, 0.5], 400, 2)
    on, certain = places(aims)
    assert on[0]
    assert certain[0]
    assert not certain[1], "its risk may be lower or higher"


def test_a_plan_that_is_the_same_in_every_future_beats_nobody() -> None:
    cost, short = plans([0, 3], [0.5, 0.2], 400, 3)
    aims = [cost[[0, 0, 1]], short[[0, 0, 1]]]
    assert places(aims) == ([True, True, True], [True, True, True])


def test_its_own_like_does_not_make_a_place_certain() -> None:
    cost, short = plans([0, 0.3], [0.5, 0.505], 400, 3)
    twice = [cost[[0, 1, 1]], short[[0, 1, 1]]]
    on, certain = places(twice)
    assert on == [True, False, False]
    assert not certain[1]
    assert not certain[2]


def test_a_plan_that_is_dearer_and_short_in_the_same_futures_is_beaten_for_certain() -> None:
    cost, short = plans([0, 3], [0.5, 0.5], 400, 4)
    assert places([cost, short[[0, 0]]]) == ([True, False], [True, True])


def test_below_100_futures_only_a_chance_tells() -> None:
    assert places(plans([0, 9], [0.6, 0.59], 50, 5))[1] == [False, False]
    assert places(plans([0, 9], [0.9, 0.1], 50, 5)) == ([True, True], [False, True])


def test_the_order_of_plans_does_not_matter_for_what_is_certain() -> None:
    aims = plans([0, 0.05, 0.1, 2], [0.5, 0.49, 0.4, 0.39], 200, 6)
    order = [2, 0, 3, 1]
    certain = np.array(places(aims)[1])
    assert places([aim[order] for aim in aims])[1] == certain[order].tolist()


@pytest.mark.parametrize("costs", [(0, 0.1), (0, 0.0)])
@pytest.mark.slow
def test_what_is_told_for_certain_is_true_in_95_of_100_cases(costs: tuple[float, float]) -> None:
    """The first plan is truly no dearer and no riskier: nothing beats it for certain."""
    wrong = 0
    for seed in range(200):
        on, certain = places(plans(list(costs), [0.5, 0.51], 200, seed))
        wrong += not on[0] and certain[0]
    assert wrong <= 10


# -- Tables and sentences --------------------------------------------------------------------------


def test_how_much_more_often_a_plan_is_short_is_told_against_the_first() -> None:
    found = tables(1, 2, shortage=500)
    first, row = found["differences"].to_dict("records")
    ours, theirs = (made(seed)["worst_month"] > 500 for seed in (2, 1))
    names = ("more_short", "more_short_low", "more_short_high")
    assert tuple(row[name] for name in names) == more_often(ours, theirs)
    shares = found["plans"]["p_short"]
    assert row["more_short"] == pytest.approx(shares[1] - shares[0])
    assert [first[name] for name in names] == [0, 0, 0]


def made_data(found: Mapping[str, pd.DataFrame]) -> StudyData:
    """A comparison of plans that nobody simulated."""
    return recorded("plan_comparison", {"lambda": 250.0, "shortage": 500}, dict(found), 200)


@pytest.mark.parametrize("shortage", [500, 2000])
def test_the_bars_of_a_plan_lie_around_its_point(shortage: int) -> None:
    """Also where all plans are short equally often, and nights are shown."""
    outcomes = [made(seed) for seed in (1, 2, 3)]
    for place, one in enumerate(outcomes):
        one["nights_short"] += 1e7 * place
    asked = PlanCompareOptions.parse({"shortage": shortage})
    found = tables_of(["p1", "p2", "p3"], outcomes, asked)
    risk = "p_short" if shortage == 500 else "nights_short_mean"
    across, upward = bars(made_data(found))
    x, y = found["plans"][risk].to_numpy() / UNITS[risk], found["plans"]["cost_mean"] / 1e9
    for ends, at in ((across, x), (upward, y.to_numpy())):
        assert np.ptp(ends[:, 0]) == 0
        assert ends[:, 0] == pytest.approx(at[0])
        low, high = ends[:, 1:].min(axis=0), ends[:, 1:].max(axis=0)
        assert (low < at[1:]).all()
        assert (at[1:] < high).all()


def test_without_a_simulation_error_there_are_no_bars() -> None:
    one, other = made(1, 50), made(2, 50)
    found = tables_of(["p1", "p2"], [one, other], PlanCompareOptions.parse({}))
    assert all(ends.size == 0 for ends in bars(made_data(found)))


@pytest.mark.parametrize("shortage", [500, 2000])
def test_what_is_certain_is_so_in_the_aims_that_are_shown(shortage: int) -> None:
    """The chance of a shortage, or nights where that is the same for all plans."""
    one, other = made(1), made(2)
    other["cost"] = one["cost"] + 1e9 + np.random.default_rng(1).normal(size=200)
    other["worst_month"] = 0.5 * one["worst_month"]
    other["nights_short"] = one["nights_short"] + np.random.default_rng(2).normal(size=200)
    asked = PlanCompareOptions.parse({"shortage": shortage})
    table = tables_of(["p1", "p2"], [one, other], asked)["plans"]
    assert table["frontier_certain"].tolist() == [True, shortage == 500]


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_a_place_within_simulation_error_is_told_if_the_error_is_known(lang: Language) -> None:
    names = {"p1": "A", "p2": "B"}
    for futures, expected in ((200, [True, True]), (50, [False, False])):
        one = made(1, futures)
        other = {name: one[name].copy() for name in OUTCOMES}
        other["cost"] = one["cost"] + np.random.default_rng(1).normal(size=futures)
        other["worst_month"] = one["worst_month"][::-1]
        table = tables_of(["p1", "p2"], [one, other], PlanCompareOptions.parse({}))["plans"]
        assert uncertain(table).tolist() == expected
        told = unsure_places(table, names, lang)
        assert bool(told) == any(expected)
        if told:
            assert "A" in told
            assert "simula" in told

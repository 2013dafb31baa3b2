"""Laws of decisions under uncertainty, on numbers that are worked by hand or made at random."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.studies.decisions import (
    best_ranges,
    chance_bound,
    chance_interval,
    cvar,
    evpi,
    frontier,
    loss,
    mean_error,
    regret,
)

Floats = NDArray[np.float64]
SEEDS = range(20)


def losses(seed: int, plans: int = 5, futures: int = 60) -> Floats:
    """Losses of some plans in some futures, alike in part."""
    rng = np.random.default_rng(seed)
    shared = rng.lognormal(size=futures)
    return 1e9 * (shared + 0.3 * rng.normal(size=(plans, futures)))


def test_the_loss_is_the_cost_and_the_nights_at_their_price() -> None:
    cost, nights = np.array([100.0, 200.0]), np.array([3.0, 0.0])
    assert loss(cost, nights, 50.0).tolist() == [250.0, 200.0]
    assert loss(cost, nights, 0.0).tolist() == cost.tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_regret_is_never_negative_and_some_plan_has_none_in_each_future(seed: int) -> None:
    lost = regret(losses(seed))
    assert (lost >= 0).all()
    assert (lost.min(axis=0) == 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_value_of_information_is_the_least_mean_regret(seed: int) -> None:
    found = losses(seed)
    assert evpi(found) == pytest.approx(regret(found).mean(axis=1).min(), rel=1e-9)
    assert evpi(found) > 0


def test_knowing_the_future_is_worth_nothing_where_one_plan_is_always_best() -> None:
    found = losses(1)
    assert evpi(np.stack([found[0], found[0] + 1e8, found[0] * 2 + 1e9])) == 0
    assert evpi(found[:1]) == 0


def test_the_value_of_information_by_hand() -> None:
    """Either plan is 1 in the mean, the better of both -1: it is worth 2 to know which."""
    assert evpi(np.array([[4.0, -2.0], [0.0, 2.0]])) == pytest.approx(1.0 - -1.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_plans_does_not_matter(seed: int) -> None:
    found = losses(seed)
    order = np.random.default_rng(seed).permutation(len(found))
    assert (regret(found[order]) == regret(found)[order]).all()
    assert evpi(found[order]) == evpi(found)
    aims = found.mean(axis=1), found.std(axis=1)
    turned = (aims[0][order], aims[1][order])
    assert (frontier(*turned) == frontier(*aims)[order]).all()
    spans = [(one.plan, one.low, one.high) for one in best_ranges(*aims)]
    assert [(order[one.plan], one.low, one.high) for one in best_ranges(*turned)] == spans


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_more_never_makes_the_best_worse(seed: int) -> None:
    found = losses(seed)
    assert found.mean(axis=1).min() <= found[:-1].mean(axis=1).min()
    assert (regret(found)[:-1] >= regret(found[:-1])).all()


def test_cvar_by_hand() -> None:
    """The worst fourth of 1 to 10 is 10, 9 and half of 8."""
    values = np.random.default_rng(1).permutation(np.arange(1.0, 11.0))
    assert cvar(values, 0.75) == pytest.approx((10 + 9 + 8 / 2) / 2.5)
    assert cvar(values, 0.9) == 10
    assert cvar(values, 0.0) == values.mean()


@pytest.mark.parametrize("seed", SEEDS)
def test_cvar_is_at_least_the_quantile_and_the_mean_and_adds_up_to_no_more(seed: int) -> None:
    first, second = losses(seed, plans=2, futures=200)
    assert cvar(first) >= np.quantile(first, 0.9) >= first.mean()
    assert cvar(first + second) <= cvar(first) + cvar(second) + 1e-3
    assert cvar(first + 1e9) == pytest.approx(cvar(first) + 1e9)


def test_the_frontier_by_hand() -> None:
    """Cost and risk: c is as risky as b and dearer, e is beaten in both, d and f are the same."""
    cost = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 4.0])
    risk = np.array([0.9, 0.5, 0.5, 0.1, 0.6, 0.1])
    assert frontier(cost, risk).tolist() == [True, True, False, True, False, True]
    assert frontier(cost[:1], risk[:1]).tolist() == [True]


def test_which_plan_is_best_at_which_price_by_hand() -> None:
    """Cheap 10 + 4 x, middle 16 + 1 x, dear 20 + 0 x; a fourth is never best."""
    spans = best_ranges([20.0, 10.0, 17.0, 16.0], [0.0, 4.0, 2.0, 1.0])
    assert [(one.plan, one.low, one.high) for one in spans] == [
        (1, 0.0, 2.0),
        (3, 2.0, 4.0),
        (0, 4.0, float("inf")),
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_within_its_prices_a_plan_has_the_least_loss(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost, nights = rng.uniform(1, 2, size=6), rng.uniform(0, 1, size=6)
    spans = best_ranges(cost, nights)
    assert spans[0].low == 0
    assert spans[-1].high == float("inf")
    assert [one.high for one in spans[:-1]] == [one.low for one in spans[1:]]
    for one in spans:
        price = one.low + 1 if one.high == float("inf") else (one.low + one.high) / 2
        assert (cost + price * nights).argmin() == one.plan


def test_the_interval_of_a_chance_is_that_of_clopper_and_pearson() -> None:
    """None of n: 1 - 0.025^(1/n); ends are never beyond 0 and 1, and wider for fewer."""
    assert chance_interval(0, 100) == pytest.approx((0.0, 1 - 0.025 ** (1 / 100)))
    assert chance_interval(100, 100) == pytest.approx((0.025 ** (1 / 100), 1.0))
    assert chance_interval(5, 100) == pytest.approx((0.01643, 0.11283), abs=1e-5)
    assert chance_bound(0, 2_000) == pytest.approx(1 - 0.05 ** (1 / 2_000))
    assert chance_bound(7, 7) == 1.0


def test_the_error_of_a_mean_holds_it_in_nineteen_of_twenty_samples() -> None:
    samples = np.random.default_rng(5).normal(3.0, 2.0, size=(2_000, 100))
    held = [abs(one.mean() - 3.0) <= mean_error(one) for one in samples]
    assert 0.92 < np.mean(held) < 0.97
    assert np.isnan(mean_error(samples[0, :99]))

"""Value of information: closed forms, bounds, and inputs that do not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from sim.model.sampling import Floats
from sim.studies import decisions
from sim.studies import information as info

COUNT = 500
FUTURES = 12
"""Sets of replications whose values are averaged, so that the law is tested and not luck."""


def normals(*size: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=size)


def two_plans(
    mean: float, slopes: tuple[float, ...], noise: float, seed: int
) -> tuple[Floats, list[Floats]]:
    """Regrets of two plans whose difference is normal, and the inputs: (input, replication)."""
    drawn = normals(len(slopes) + 1, COUNT, seed=seed)
    inputs, error = drawn[:-1], drawn[-1]
    apart = mean + np.array(slopes) @ inputs + noise * error
    return decisions.regret(np.stack([np.zeros(COUNT), apart])), list(inputs)


def closed_form(mean: float, sd: float) -> float:
    """Value of knowing a part with standard deviation ``sd`` of a normal difference."""
    return float(min(mean, 0) - (mean * norm.cdf(-mean / sd) - sd * norm.pdf(mean / sd)))


@pytest.mark.slow
@pytest.mark.parametrize(("mean", "slope", "noise"), [(0.2, 1, 1), (1, 1, 2), (-0.3, 0.6, 1)])
def test_known_part_of_a_normal_difference_has_its_closed_form(
    mean: float, slope: float, noise: float
) -> None:
    found = []
    for seed in range(FUTURES):
        regrets, inputs = two_plans(mean, (slope,), noise, seed)
        found.append(info.worth(regrets, inputs, noise=0.0))
    true = closed_form(mean, slope)
    values = np.array([one.value for one in found])
    held = [one.low <= true <= one.high for one in found]
    assert values.mean() == pytest.approx(true, abs=3 * values.std() / FUTURES**0.5 + 0.03 * true)
    assert sum(held) >= 0.8 * FUTURES
    # The interval is as wide as the values of other replications lie apart, within a half.
    widths = np.array([one.high - one.low for one in found]) / (2 * norm.ppf(0.975))
    assert 0.5 < widths.mean() / values.std() < 2


def test_all_that_is_random_is_worth_what_perfect_information_is() -> None:
    regrets, inputs = two_plans(0.2, (1.0,), 0.0, 1)
    assert info.worth(regrets, inputs).value == pytest.approx(info.perfect(regrets), rel=1e-6)
    assert info.perfect(regrets) == pytest.approx(closed_form(0.2, 1), rel=0.15)


@settings(max_examples=40, deadline=None)
@given(arrays(float, (3, 60), elements=st.floats(-1e9, 1e9)), st.integers(0, 9))
def test_value_is_never_below_0_nor_above_perfect_information(losses: Floats, seed: int) -> None:
    regrets = decisions.regret(losses)
    found = info.worth(regrets, list(normals(2, 60, seed=seed)), noise=0.0)
    assert 0 <= found.low <= found.value <= found.high
    assert found.columns >= 1
    assert found.value <= info.perfect(regrets)


def test_resampled_values_are_within_their_own_bounds() -> None:
    regrets, inputs = two_plans(0.0, (1.0,), 2.0, 3)
    basis = info.chosen_basis(regrets, list(info.bases(inputs)))
    drawn = info.weights(COUNT)
    found, perfect = info.resampled(regrets, basis, drawn), info.resampled_perfect(regrets, drawn)
    assert (found >= 0).all()
    assert (found <= perfect).all()


def test_resample_is_regressed_as_if_its_replications_were_all_there_are() -> None:
    regrets, inputs = two_plans(0.1, (1.0,), 1.0, 4)
    basis = info.chosen_basis(regrets, list(info.bases(inputs)))
    drawn = info.weights(COUNT)
    rows = np.repeat(np.arange(COUNT), drawn[7].astype(int))
    again, left = regrets[:, rows], basis[rows]
    slopes = np.linalg.lstsq(left, again.T, rcond=None)[0]
    expected = info.gain(again, (left @ slopes).T)
    assert info.resampled(regrets, basis, drawn)[7] == pytest.approx(expected, rel=1e-6)


def test_perfect_information_is_the_least_mean_regret() -> None:
    losses = normals(4, COUNT, seed=5) + np.array([[0.0], [0.1], [0.2], [5]])
    regrets = decisions.regret(losses)
    assert info.perfect(regrets) == pytest.approx(decisions.evpi(losses), rel=1e-12)
    assert info.perfect(regrets) == regrets.mean(axis=1).min()


@pytest.mark.slow
def test_input_that_does_not_matter_is_worth_nothing_within_its_noise() -> None:
    """Plans of the same mean are the worst case."""
    values, told = [], 0
    for seed in range(FUTURES):
        regrets, inputs = two_plans(0.0, (0.0,), 1.0, seed)
        found = info.worth(regrets, inputs)
        values.append(found.value)
        told += found.told
        assert found.high >= found.noise > 0
    assert np.mean(values) < 0.03 * closed_form(0, 1)
    assert told <= 1


def test_plan_that_is_always_best_makes_all_knowledge_worthless() -> None:
    regrets, inputs = two_plans(9.0, (1.0,), 0.5, 6)
    found = info.worth(regrets, inputs)
    assert (found.value, found.noise, found.told) == (0, 0, False)


def test_two_inputs_are_worth_no_less_than_each_and_have_their_closed_form() -> None:
    regrets, inputs = two_plans(0.0, (1.0, 0.5), 1.0, 7)
    both = info.worth(regrets, inputs, noise=0.0)
    each = [info.worth(regrets, [one], noise=0.0).value for one in inputs]
    assert both.value >= max(each)
    assert both.value == pytest.approx(closed_form(0, 1.25**0.5), rel=0.3)


def test_second_input_that_does_not_matter_takes_nothing_away() -> None:
    for seed in range(5):
        regrets, inputs = two_plans(0.3, (0.4, 0.0), 1.0, seed)
        assert info.worth(regrets, inputs, 0.0).value >= info.worth(regrets, inputs[:1], 0.0).value


def test_inputs_that_count_only_together_are_worth_something_only_together() -> None:
    one, other, error = normals(3, COUNT, seed=8)
    regrets = decisions.regret(np.stack([np.zeros(COUNT), one * other + 0.5 * error]))
    assert info.worth(regrets, [one]).value < 0.4 / np.pi
    # Half of E|xy| for independent normals, which is 1/pi.
    assert info.worth(regrets, [one, other]).value == pytest.approx(1 / np.pi, rel=0.15)


def test_bend_is_found_where_a_straight_line_is_not_enough() -> None:
    values, error = normals(2, COUNT, seed=9)
    bend = np.abs(values) - norm.expect(np.abs)
    regrets = decisions.regret(np.stack([np.zeros(COUNT), bend + 0.3 * error]))
    true = -np.minimum(0, bend).mean()
    assert info.worth(regrets, [values]).value == pytest.approx(true, rel=0.15)


def test_value_does_not_depend_on_the_order_of_plans_and_has_the_unit_of_the_loss() -> None:
    regrets, inputs = two_plans(0.1, (1.0,), 1.0, 10)
    plain, turned = info.worth(regrets, inputs), info.worth(1e6 * regrets[::-1], inputs)
    for name in ("value", "low", "high", "noise"):
        assert getattr(turned, name) == pytest.approx(1e6 * getattr(plain, name), rel=1e-6)


def test_spline_spans_straight_lines_and_an_input_that_hardly_varies_has_fewer_columns() -> None:
    values = normals(COUNT, seed=12)
    for columns in info.KNOTS:
        basis = info.orthonormal([info.spline(values, columns)])
        assert basis.shape[1] == columns
        np.testing.assert_allclose(basis @ (basis.T @ values), values, atol=1e-9)
    assert info.spline(np.ones(COUNT), 6).shape[1] == 1
    assert info.spline(np.where(values > 0, 1.0, 0.0), 6).shape[1] == 2


@pytest.mark.long
@pytest.mark.parametrize("chance", [0.5, 0.8, 0.9])
def test_budget_of_a_normal_cost_has_its_closed_form(chance: float) -> None:
    """Best is the quantile; the value of certainty is its density over (1 - chance), times sd."""
    known, spread = 3.0, 4.0
    found, perfect, budgets = [], [], []
    for seed in range(FUTURES):
        one, error = normals(2, COUNT, seed=seed)
        cost = 100 + known * one + spread * error
        levels = info.budget_levels(cost, chance)
        regrets = info.budget_regrets(cost, chance, levels)
        budgets.append(levels[regrets.mean(axis=1).argmin()])
        assert budgets[-1] == pytest.approx(np.quantile(cost, chance), abs=0.2)
        perfect.append(info.perfect(regrets))
        found.append(info.worth(regrets, [one], noise=0.0))
    per_sd, whole = norm.pdf(norm.ppf(chance)) / (1 - chance), (known**2 + spread**2) ** 0.5
    assert np.mean(budgets) == pytest.approx(100 + whole * norm.ppf(chance), abs=0.4)
    assert np.mean(perfect) == pytest.approx(per_sd * whole, rel=0.03)
    true = per_sd * (whole - spread)
    assert np.mean([one.value for one in found]) == pytest.approx(true, rel=0.1)
    assert sum(one.low <= true <= one.high for one in found) >= 0.8 * FUTURES


def test_budget_loses_a_euro_unspent_and_more_of_a_euro_short() -> None:
    regrets = info.budget_regrets(np.array([90.0, 110.0]), 0.8, np.array([100.0]))
    assert regrets.tolist() == [[10.0, pytest.approx(40.0)]]


def test_choices_of_an_input_lie_where_plans_cross() -> None:
    regrets, (values,) = two_plans(0.0, (1.0,), 0.5, 13)
    first, second = info.choices(regrets, values)
    assert (first.plan, second.plan) == (1, 0)
    assert first.high < second.low
    assert second.low == pytest.approx(0, abs=0.15)
    assert first.share + second.share == pytest.approx(1)
    assert (first.low, second.high) == (values.min(), values.max())

"""Simulation error: hand-worked cases, and how often an interval holds a known truth."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import ndtri

from sim.model.sampling import BLOCK, Floats, hypercube_column
from sim.notebook.repr import as_text
from sim.questions.metrics import summarise_metric
from sim.questions.questions import Metric
from sim.questions.text import error_of
from sim.report.error_tables import error_note, error_table, with_columns
from sim.results import precision
from sim.runs.summary_tables import BUDGET_COLUMNS
from sim.scenario import Scenario
from sim.studies.compare import differences

T_9, T_99 = 2.2622, 1.9842
"""Student's t at 97.5% with 9 and with 99 degrees of freedom."""
NINE = (0.0,) * 9


def replications(*blocks: float) -> Floats:
    """Return replications of which each block has one value."""
    return np.repeat(np.array(blocks), BLOCK)


def test_the_error_of_a_mean_is_the_spread_of_the_means_of_blocks() -> None:
    """Ten blocks, one of which is 10 higher: mean 1, sd sqrt(10), over the root of ten is 1."""
    low, high = precision.of_mean(replications(*NINE, 10))
    assert (low, high) == pytest.approx((1 - T_9, 1 + T_9), rel=1e-4)


def test_the_error_of_a_probability_is_that_of_the_shares_of_blocks() -> None:
    """Nine shares of 40% and one of 60: mean 42%, error 2%; an interval ends within 0 and 1."""
    met = np.concatenate([np.arange(BLOCK) < share for share in (*[20] * 9, 30)]).astype(np.float64)
    expected = (0.42 - 0.02 * T_9, 0.42 + 0.02 * T_9)
    assert precision.of_probability(met) == pytest.approx(expected, rel=1e-4)
    low, high = precision.of_probability(replications(*[0.0] * 9, 1.0))
    assert (low, high) == pytest.approx((0, 0.1 + 0.1 * T_9), rel=1e-4)


def test_the_interval_of_a_quantile_is_of_pooled_quantiles() -> None:
    """0 to 499 in ten blocks: one has 30 of 50 at or below 249.5, one 20, the others 25."""
    values = np.arange(500.0)
    low, high = values[:250], values[250:]
    shares = [30, 20, *[25] * 8]
    edges = np.cumsum([0, *shares])
    rest = np.cumsum([0, *(BLOCK - share for share in shares)])
    in_blocks = np.concatenate(
        [
            np.concatenate([low[edges[n] : edges[n + 1]], high[rest[n] : rest[n + 1]]])
            for n in range(10)
        ]
    )
    # The sd of the shares is sqrt(2 * 0.1^2 / 9), over the root of ten.
    error = np.sqrt(0.02 / 90) * T_9
    expected = (499 * (0.5 - error), 499 * (0.5 + error))
    assert precision.of_quantile(in_blocks, 0.5) == pytest.approx(expected, rel=1e-4)
    # Beyond the ends of the distribution it is cut.
    assert precision.of_quantile(np.repeat([0.0, 99.0], 250), 0.9)[1] == 99


def test_with_fewer_than_ten_blocks_replications_count_as_independent() -> None:
    """Of 50 zeros and 50 ones the sd is 0.50252, over the root of 100; the order has no effect."""
    met = np.repeat([0.0, 1.0], BLOCK)
    expected = (0.5 - 0.050252 * T_99, 0.5 + 0.050252 * T_99)
    for values in (met, met[::-1], np.tile([0.0, 1.0], BLOCK)):
        assert precision.of_probability(values) == pytest.approx(expected, rel=1e-4)
    # A quantile: the share of 0 to 99 at or below 49.5 has the same error, of 99 steps.
    ends = (99 * expected[0], 99 * expected[1])
    assert precision.of_quantile(np.arange(100.0), 0.5) == pytest.approx(ends, rel=1e-4)


def test_differences_are_paired_by_block() -> None:
    """Two scenarios that differ by the same in each replication have a difference without error."""
    ours = np.random.default_rng(1).normal(size=500)
    low, high = precision.of_mean((ours + 7) - ours)
    assert (low, high) == pytest.approx((7, 7))
    assert precision.half_width(ours) > 0.05


def test_with_fewer_than_two_blocks_there_is_no_estimate() -> None:
    found = precision.intervals(np.arange(99.0))
    assert list(found) == list(precision.COLUMNS)
    assert np.isnan(list(found.values())).all()
    assert np.isfinite(list(precision.intervals(np.arange(100.0)).values())).all()


def test_an_incomplete_block_counts_for_the_value_alone() -> None:
    values = replications(*NINE, 10, 99)[:520]
    low, high = precision.of_mean(values)
    assert (low + high) / 2 == pytest.approx(values.mean())
    assert high - low == pytest.approx(2 * T_9, rel=1e-4)


def test_what_is_not_finite_is_left_out() -> None:
    values = replications(*NINE, 10, np.nan)
    values[0] = np.nan
    low, high = precision.of_mean(values)
    assert high - low == pytest.approx(2 * T_9, 1e-4)
    few = np.concatenate([np.tile([0.0, 1.0], BLOCK), np.full(BLOCK, np.nan)])
    assert precision.half_width(few) == pytest.approx(0.050252 * T_99, rel=1e-4)
    rows = np.stack([values, np.full(550, np.nan), np.arange(550.0)])
    low, high = precision.of_quantile(rows, 0.5)
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [False, True, False]
    for row, (one, other) in enumerate(zip(low, high, strict=True)):
        if row != 1:
            assert (one, other) == precision.of_quantile(rows[row], 0.5)


@pytest.mark.slow
@pytest.mark.parametrize(("count", "most"), [(100, 1.0), (200, 1.0), (500, 0.99)])
@pytest.mark.parametrize("statistic", ["mean", "p10", "p50", "p90", "p_positive"])
def test_nineteen_of_twenty_intervals_hold_the_truth(
    statistic: str, count: int, most: float
) -> None:
    """Of the exponential of a sum of two stratified columns and noise, by 400 seeds.

    Three standard errors of a share of 400 are 3.3 points. In fewer than ten blocks replications
    count as independent, and the interval may hold the truth more often.
    """
    held, sd = [], np.sqrt(1 + 0.5**2 + 0.5**2)
    truth = {"mean": np.exp(sd**2 / 2), "p_positive": stats.norm.cdf(1 / sd)}.get(statistic)
    if truth is None:
        truth = np.exp(sd * ndtri(int(statistic[1:]) / 100))
    for seed in range(400):
        columns = [ndtri(hypercube_column(name, count, seed)) for name in ("a", "b")]
        noise = np.random.default_rng(seed).normal(size=count)
        log = columns[0] + 0.5 * columns[1] + 0.5 * noise
        values = log + 1 if statistic == "p_positive" else np.exp(log)
        low, high = precision.of_statistic(values, statistic)
        held.append(low <= truth <= high)
    assert 0.90 <= np.mean(held) <= most


@pytest.mark.slow
def test_stratified_blocks_have_less_error_than_independent_replications() -> None:
    """Where one column is all there is, a mean of ten hypercubes is known far better."""
    latin = ndtri(hypercube_column("a", 500, 1))
    plain = np.random.default_rng(1).normal(size=500)
    assert precision.half_width(latin) < precision.half_width(plain) / 5


# -- what tables say --------------------------------------------------------------------------


def printed(part: object) -> str:
    return as_text([part])


def test_the_table_under_the_gap_says_the_error_of_each_number(baseline: Scenario) -> None:
    table = budget_of(baseline, gap=(3_447, 1_633, 7_811, 4_173), chance=0.26)
    said = printed(error_table(table, baseline, "en"))
    assert "3,437 to 3,457" in said
    assert "7,801 to 7,821" in said
    assert "25 to 27%" in said.replace(chr(160), " ")
    note = error_note(table, baseline, 2027, "nl").replace(chr(160), " ")
    assert "mediaan € 3,4 mld tot € 3,5 mld" in note


def test_a_table_of_an_earlier_version_says_that_the_error_is_not_known(
    baseline: Scenario,
) -> None:
    table = budget_of(baseline, gap=(3_447, 1_633, 7_811, 4_173), chance=0.26)
    old = table.drop(columns=[name for name in map(str, table) if name.endswith(("_low", "_high"))])
    read = with_columns(old, BUDGET_COLUMNS)
    assert "not known" in printed(error_table(read, baseline, "en"))
    assert error_note(read, baseline, 2027, "en") == error_table(read, baseline, "en")


def budget_of(
    scenario: Scenario, gap: tuple[float, float, float, float], chance: float
) -> pd.DataFrame:
    """A budget table of one row, with errors of ten million and of one percentage point."""
    row: dict[str, object] = {
        "vintage": scenario.budget.headline,
        "year": 2027,
        "line": "total",
        "cost_level": scenario.prices.level,
        "timing": "cost",
        "price_basis": scenario.budget.price_basis,
    }
    values = dict(zip(("p50", "p10", "p90", "mean"), gap, strict=True))
    for name, value in values.items():
        row[f"gap_{name}"] = value * 1e6
        row[f"gap_{name}_low"], row[f"gap_{name}_high"] = (value - 10) * 1e6, (value + 10) * 1e6
    row["p_gap_positive"] = chance
    row["p_gap_positive_low"], row["p_gap_positive_high"] = chance - 0.01, chance + 0.01
    return pd.DataFrame([row])


def test_a_comparison_has_the_error_of_its_paired_differences() -> None:
    """Twice the noise on both sides: the difference of 3 in each replication has no error."""
    ours = np.random.default_rng(2).normal(size=(1, 500))
    found = differences(ours, ours + 3)
    for name in ("mean", "p10", "p50", "p90"):
        assert found[f"difference_{name}_low"][0] == pytest.approx(3)
        assert found[f"difference_{name}_high"][0] == pytest.approx(3)


def test_a_figure_of_an_answer_has_its_error_and_an_amount_with_a_certainty_has_no_other() -> None:
    cells = {"baseline": {"gap.total.2027": np.random.default_rng(3).normal(100, 10, 500)}}
    figure = Metric(cell="gap.total.2027", shown="count")
    value = summarise_metric(figure, cells["baseline"]["gap.total.2027"])
    low, high = precision.of_quantile(cells["baseline"]["gap.total.2027"], 0.5)
    assert value.error == pytest.approx((float(low), float(high)))
    assert value.band is not None
    assert value.band[0] < low < value.value < high < value.band[1]
    assert error_of(value, figure, "en") == f"{low:.0f} to {high:.0f}"
    few = summarise_metric(figure, cells["baseline"]["gap.total.2027"][:99])
    assert few.error is None
    assert error_of(few, figure, "en") == ""

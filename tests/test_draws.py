"""Chance: exact where it says so, keyed, and the same however it is cut."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from support.scenarios import begun_on

from sim.clock import Clock
from sim.model.chances import log_of_failure
from sim.model.compiled import compiled
from sim.model.draws import (
    EXACT_BELOW_MEAN,
    MULTIPLIERS,
    Stream,
    binomial,
    draw,
    new_draws,
    normal_quantile,
    poisson,
    product,
    total,
    whole,
)
from sim.model.inflow_process import deviation_path
from sim.model.sampling import (
    BLOCK,
    SMALLEST_UNIFORM,
    Counts,
    Floats,
    RandomStreams,
    Samples,
    hypercube_column,
    sample,
)
from sim.scenario import Scenario, load, override

LINKED = """
correlations:
  - first: inflow.repeat
    second: housing.homes
    rank: {value: -0.6, unit: correlation, assumption: "a test"}
"""
EVEN = (np.arange(20_000) + 0.5) / 20_000


def poisson_counts(uniforms: Floats, mean: float) -> Counts:
    return np.array([poisson(u, mean) for u in uniforms.tolist()])


def binomial_counts(uniforms: Floats, trials: int, chance: float) -> Counts:
    log = log_of_failure(chance)
    return np.array([binomial(u, trials, chance, log) for u in uniforms.tolist()])


@pytest.mark.parametrize("mean", [0.0, 0.01, 0.4, 1.0, 3.7, 9.5, EXACT_BELOW_MEAN])
def test_small_poisson_counts_are_the_exact_quantiles(mean: float) -> None:
    expected = stats.poisson.ppf(EVEN, mean) if mean else np.zeros_like(EVEN)
    assert (poisson_counts(EVEN, mean) == expected).all()


@pytest.mark.parametrize("mean", [12.5, 20.0, 100.0, 5000.0])
def test_large_poisson_counts_have_the_right_mean_and_spread(mean: float) -> None:
    counts = poisson_counts(EVEN, mean)
    exact = stats.poisson.ppf(EVEN, mean)
    assert abs(counts.mean() / mean - 1) < 2e-4
    assert abs(counts.std() / np.sqrt(mean) - 1) < 2.5e-3
    assert np.abs(counts - exact).max() <= 1


@pytest.mark.parametrize("trials", [0, 1, 7, 40, 3000])
@pytest.mark.parametrize("chance", [0.0, 0.002, 0.3, 0.5, 0.93, 1.0])
def test_binomial_counts_are_exact_when_the_rarer_outcome_is_rare(
    trials: int, chance: float
) -> None:
    counts = binomial_counts(EVEN, trials, chance)
    exact = stats.binom.ppf(EVEN, trials, chance) if trials else np.zeros_like(EVEN)
    rare = trials * min(chance, 1 - chance)
    assert counts.min() >= 0
    assert counts.max() <= trials
    if rare <= EXACT_BELOW_MEAN:
        # Above one half the failures are counted, from 1 - u: the same law, mirrored.
        mirrored = trials - stats.binom.ppf(1 - EVEN, trials, 1 - chance) if trials else exact
        assert (counts == (exact if chance <= 0.5 else mirrored)).all()
    else:
        assert abs(counts.mean() - trials * chance) < 0.02
        assert np.abs(counts - exact).max() <= 1


@given(first=st.integers(0, 50), size=st.integers(1, 20), cells=st.integers(1, 13))
@settings(deadline=None)
def test_luck_of_a_replication_does_not_depend_on_the_chunk_it_is_in(
    first: int, size: int, cells: int
) -> None:
    whole = RandomStreams(7, 0, 80).uniforms("ind", 12, cells)
    part = RandomStreams(7, first, size).uniforms("ind", 12, cells)
    assert (part == whole[first : first + size]).all()
    assert (part > 0).all()
    assert (part < 1).all()


def test_luck_differs_by_process_day_and_seed() -> None:
    luck = RandomStreams(1, 0, 50)
    base = luck.uniforms("ind", 3, 4)
    others = [
        luck.uniforms("courts", 3, 4),
        luck.uniforms("ind", 4, 4),
        RandomStreams(2, 0, 50).uniforms("ind", 3, 4),
    ]
    assert all((base != other).all() for other in others)


def test_without_luck_all_replications_meet_the_same_and_counts_keep_their_mean() -> None:
    luck = RandomStreams(1, 40, 3, varied=False)
    rows = [luck.uniforms("x", day, 2) for day in range(4000)]
    assert all((row == row[0]).all() for row in rows)
    assert (rows[0] == RandomStreams(1, 0, 3, varied=False).uniforms("x", 0, 2)).all()
    counts = poisson_counts(np.array([row[0, 0] for row in rows]), 0.3)
    assert abs(np.mean(counts) - 0.3) < 4 * np.sqrt(0.3 / 4000)


def test_each_block_of_a_column_has_one_draw_in_each_stratum() -> None:
    column = hypercube_column("some.key", 6 * BLOCK, 3)
    strata = np.sort(np.floor(column * BLOCK).reshape(6, BLOCK), axis=1)
    assert (strata == np.arange(BLOCK)).all()


@given(st.integers(0, 2**40), st.integers(0, 400), st.integers(1, 300), st.integers(0, 300))
@settings(deadline=None)
def test_a_column_is_the_same_wherever_it_begins_and_ends(
    seed: int, first: int, count: int, more: int
) -> None:
    whole = hypercube_column("some.key", first + count + more, seed)
    part = hypercube_column("some.key", count, seed, first)
    assert part.tobytes() == whole[first : first + count].tobytes()


def test_blocks_names_and_seeds_have_columns_of_their_own_that_are_uniform() -> None:
    """The order of strata and the place in a stratum are even: five times their standard error."""
    columns = np.stack(
        [hypercube_column(name, 400 * BLOCK, seed) for name, seed in (("a", 1), ("a", 2), ("b", 1))]
    )
    assert abs(np.corrcoef(columns) - np.eye(3)).max() < 5 / np.sqrt(400 * BLOCK)
    assert stats.kstest(columns[0] * BLOCK % 1, "uniform").pvalue > 1e-4
    blocks = columns[0].reshape(400, BLOCK)
    assert abs(np.corrcoef(blocks[:-1].ravel(), blocks[1:].ravel())[0, 1]) < 5 / np.sqrt(
        400 * BLOCK
    )
    by_place = blocks.mean(axis=0)
    assert abs(by_place - 0.5).max() < 5 * np.sqrt(1 / 12 / 400)


@pytest.mark.parametrize("fewer", [500, 430, 50, 7, 1])
def test_fewer_replications_are_the_first_of_more(
    baseline: Scenario, scenario_file: Callable[[str], Path], fewer: int
) -> None:
    """To the bit, with correlated numbers and without, and from any replication on."""
    for scenario in (baseline, load(scenario_file(LINKED))):
        many = sample(scenario, 1000, 1)
        few, later = sample(scenario, fewer, 1), sample(scenario, fewer, 1, first=377)
        assert set(few) == set(many)
        for name, column in many.items():
            assert few[name].tobytes() == column[:fewer].tobytes(), name
            assert later[name].tobytes() == column[377 : 377 + fewer].tobytes(), name


def test_parameter_columns_are_keyed_by_name(baseline: Scenario) -> None:
    samples = sample(baseline, 40, 5)
    assert (samples["family.productivity"] == sample(baseline, 40, 5)["family.productivity"]).all()
    correlations = np.corrcoef(np.stack(list(samples.values())))
    off = np.asarray(correlations)[~np.eye(len(samples), dtype=bool)]
    assert np.abs(off).max() < 0.75


def test_draws_stay_within_their_spread(baseline: Scenario) -> None:
    samples = sample(baseline, 500, 1)
    spread = baseline.ind.other_cases.inflow.spread
    assert spread is not None
    assert spread.low is not None
    assert spread.high is not None
    column = samples["ind.other_cases.inflow"]
    assert column.min() >= spread.low
    assert column.max() <= spread.high
    mean = (spread.low + baseline.ind.other_cases.inflow.single + spread.high) / 3
    assert abs(column.mean() - mean) < 5


def test_kinds_of_chance_left_out_are_not_drawn(baseline: Scenario) -> None:
    assert sample(baseline, 5, 1, ("process",)) == {}
    only = sample(baseline, 5, 1, ("inflow",))
    assert only
    months = [name for name in only if name.startswith("inflow.path.20")]
    years = [name for name in only if name.startswith("inflow.composition.")]
    assert months
    assert years
    assert len(months) + len(years) == len(only)


def year_means(scenario: Scenario, until: date, first: int) -> np.ndarray:
    """Logs of the path, as means of whole years: (year, replication)."""
    clock = Clock(scenario.start, until)
    samples = sample(scenario, 4000, 1, ("inflow",), until)
    path = np.log(deviation_path(scenario, clock, samples, 4000))
    years = np.array([clock.date_of(day).year for day in range(clock.days)])
    return np.stack([path[years == year].mean(axis=0) for year in range(first, until.year + 1)])


@pytest.mark.slow
def test_year_means_of_a_random_walk_spread_with_the_root_of_the_years(baseline: Scenario) -> None:
    """A year's mean n years ahead has standard deviation yearly_sd x sqrt(n), around its centre."""
    changes = {"inflow.path.process": "random_walk", "inflow.path.yearly_sd": 0.3}
    walk = begun_on(date(2025, 1, 1), override(baseline, changes, "a test"))
    means = year_means(walk, date(2030, 12, 31), 2025)
    for ahead, mean in enumerate(means, start=1):
        # Of the first year it is 4% more: the walk is joined by straight lines between months.
        assert mean.std() == pytest.approx(0.3 * np.sqrt(ahead), rel=0.07)
        assert abs(mean.mean()) < 0.03


def scored_years(samples: Samples, start: float) -> Floats:
    """The process as it was scored, by the year: logs of six years from a known start."""
    level, phi, residual = (
        samples[f"inflow.path.{key}"] for key in ("level", "autoregression", "residual_sd")
    )
    chance, x = np.random.default_rng(1), np.full(level.size, np.log(start))
    years = []
    for _ in range(6):
        new = residual * chance.standard_normal(level.size)
        x = np.log(level) + phi * (x - np.log(level)) + new
        years.append(x)
    return np.stack(years)


def p90_over_p10(logs: Floats) -> Floats:
    """Ratio of the 90% to the 10% point, by year."""
    low, high = np.quantile(logs, [0.1, 0.9], axis=1)
    return np.asarray(np.exp(high - low))


@pytest.mark.long
def test_whole_years_are_as_wide_as_the_process_that_was_scored(baseline: Scenario) -> None:
    """P90/P10 of the simulated years 1 to 6 lies within 5% of the scored model's."""
    scenario = begun_on(date(2025, 1, 1), baseline)
    clock = Clock(scenario.start, date(2030, 12, 31))
    count = 20_000
    samples = sample(scenario, count, 1, until=clock.until)
    path = deviation_path(scenario, clock, samples, count)
    years = np.array([clock.date_of(day).year for day in range(clock.days)])
    first = baseline.inflow.first.single
    means = np.log(first * np.stack([path[years == year].mean(axis=0) for year in clock.years]))
    ratio = p90_over_p10(means) / p90_over_p10(scored_years(samples, first))
    assert np.abs(ratio - 1).max() < 0.05


def test_the_centre_goes_back_to_the_level_at_a_constant_rate(baseline: Scenario) -> None:
    """Without chance, the distance on the log to the level shrinks by one factor a month."""
    clock = Clock(baseline.start, baseline.until)
    path = np.log(26_500 * deviation_path(baseline, clock, {}, 1)[:, 0])
    months = [clock.day_of(date(2026 + n // 12, n % 12 + 1, 1)) for n in range(48)]
    distance = path[months] - np.log(baseline.inflow.path.level.single)
    assert distance[1:] / distance[:-1] == pytest.approx(distance[1] / distance[0], rel=1e-9)
    # θ = 0.492: (1 - exp(-θ))² / (2 (θ - 1 + exp(-θ))) = 0.73.
    assert distance[12] / distance[0] == pytest.approx(np.exp(-0.492), abs=0.002)


def test_a_path_written_by_date_is_the_centre(baseline: Scenario) -> None:
    """A value dated after what is known is a policy: deviations go back to it, not to the level."""
    values = {2025: 26_500, 2027: 43_000}
    scenario = override(baseline, {"inflow.first": {"value": values}}, "a test")
    clock = Clock(scenario.start, date(2028, 12, 31))
    assert (deviation_path(scenario, clock, {}, 1) == 1.0).all()
    drawn = deviation_path(scenario, clock, sample(scenario, 500, 1), 500)
    assert np.median(drawn[-1]) == pytest.approx(1.0, abs=0.12)


def test_a_known_past_by_date_ends_in_the_level_from_which_inflow_starts(
    baseline: Scenario,
) -> None:
    """Values dated up to ``known_until`` are observations: the last one is the start."""
    values = {date(2024, 1, 1): 40_000, date(2024, 7, 1): 26_500}
    scenario = override(baseline, {"inflow.first": {"value": values}}, "a test")
    clock = Clock(baseline.start, baseline.until)
    samples = sample(baseline, 20, 1)
    plain = deviation_path(baseline, clock, samples, 20)
    assert np.array_equal(deviation_path(scenario, clock, samples, 20), plain)


@pytest.mark.parametrize("start", [0.0, 5e-324])
def test_nobody_at_the_start_stays_nobody(baseline: Scenario, start: float) -> None:
    scenario = override(baseline, {"inflow.first": start}, "a test")
    clock = Clock(baseline.start, date(2026, 12, 31))
    assert np.isfinite(deviation_path(scenario, clock, sample(scenario, 20, 1), 20)).all()


@pytest.mark.parametrize("process", ["random_walk", "mean_reverting"])
def test_the_inflow_path_goes_on_beyond_the_scenarios_end_within_a_factor_of_ten(
    baseline: Scenario, process: str
) -> None:
    scenario = override(baseline, {"inflow.path.process": process}, "a test")
    clock = Clock(scenario.start, date(2045, 12, 31))
    samples = sample(scenario, 400, 1, ("inflow",), clock.until)
    path = deviation_path(scenario, clock, samples, 400)
    if process == "mean_reverting":
        path /= deviation_path(scenario, clock, {}, 1)
    assert path.max() <= 10 * (1 + 1e-12)
    assert path.min() >= 0.1 * (1 - 1e-12)
    assert (np.ptp(np.log(path), axis=0) > 0.1).all()


def test_what_is_known_of_inflow_has_no_band(baseline: Scenario) -> None:
    scenario = override(baseline, {"inflow.path.known_until": date(2025, 6, 30)}, "a test")
    clock = Clock(scenario.start, date(2025, 12, 31))
    path = deviation_path(scenario, clock, sample(scenario, 50, 1), 50)
    known = clock.day_of(date(2025, 6, 30))
    assert (path[: known + 1] == 1.0).all()
    assert path[known + 20].std() > 0.2


def test_a_shorter_run_meets_the_beginning_of_the_same_inflow_path(baseline: Scenario) -> None:
    samples = sample(baseline, 20, 1)
    short, long = (
        deviation_path(baseline, Clock(baseline.start, until), samples, 20)
        for until in (date(2026, 5, 31), baseline.until)
    )
    assert np.allclose(short, long[: len(short)])
    assert len(short) < len(long)


def test_no_count_lies_below_zero_however_small_the_uniform() -> None:
    counts = [poisson(SMALLEST_UNIFORM, mean) for mean in (12.5, 30.0, 60.0)]
    assert counts[:2] == [0, 0]
    assert counts[2] > 0
    ends = np.array([SMALLEST_UNIFORM, 1 - 2.0**-53])
    for trials in (60, 100, 1_000):
        for count in binomial_counts(ends, trials, 0.3):
            assert 0 <= count <= trials


@pytest.mark.parametrize(("trials", "chance", "expected"), [(5, -0.1, 0), (5, 1.2, 5), (0, 0.5, 0)])
def test_a_chance_outside_its_bounds_counts_as_0_or_1(
    trials: int, chance: float, expected: int
) -> None:
    assert binomial_counts(np.array([0.5]), trials, chance) == [expected]


# -- the numbers that actors draw ---------------------------------------------------------------


@given(
    process=st.sampled_from(Stream),
    seed=st.integers(0, 2**63),
    day=st.integers(0, 20_000),
    groups=st.integers(1, 12),
    first=st.integers(0, 10**6),
    varied=st.booleans(),
)
@settings(deadline=None)
def test_an_actor_draws_the_uniforms_of_its_stream_to_the_bit(
    process: Stream, seed: int, day: int, groups: int, first: int, varied: bool
) -> None:
    streams = RandomStreams(seed, first, 3, varied)
    draws, cells = new_draws(streams, groups), process.a_group * groups + process.beside
    expected = streams.uniforms(process.name.lower(), day, cells)
    for r in range(3):
        draw(draws, process, day, r)
        assert draws.uniforms[:cells].tobytes() == expected[r].tobytes()


WORDS = (0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1, *(int(word) for word in MULTIPLIERS))


@compiled
def _product(one: np.uint64, other: np.uint64) -> tuple[np.uint64, np.uint64]:
    return product(one, other)


@given(st.sampled_from(WORDS) | st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
@settings(deadline=None)
def test_both_halves_of_a_wide_product_are_exact(one: int, other: int) -> None:
    """In one instruction of the processor, and by halves where nothing is compiled."""
    expected = divmod(one * other, 2**64)
    words = np.uint64(one), np.uint64(other)
    for multiply in (_product, product):
        assert tuple(int(half) for half in multiply(*words)) == expected


@compiled
def _quantile(chance: float) -> float:
    return normal_quantile(chance)


def test_the_normal_quantile_is_that_of_scipy_to_the_bit() -> None:
    for chance in (SMALLEST_UNIFORM, 1e-9, *EVEN[::200].tolist(), 1 - 2.0**-53):
        assert _quantile(chance) == normal_quantile(chance) == special.ndtri(chance)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40))
@settings(deadline=None)
def test_a_sum_is_that_of_numpy_to_the_bit(values: list[float]) -> None:
    assert total(np.array(values)) == np.array(values).sum()


@pytest.mark.parametrize("count", range(1, 41))
def test_a_sum_of_any_length_is_that_of_numpy_to_the_bit(count: int) -> None:
    chance = np.random.default_rng(count)
    for values in chance.normal(size=(50, count)) * 10.0 ** chance.integers(-8, 8, (50, count)):
        assert total(values) == values.sum()


def test_whole_people_carry_their_fraction_to_the_next_step() -> None:
    rests = np.zeros((2, 3))
    assert [whole(rests, 1, 2, 0.4) for _ in range(10)] == [0, 0, 1, 0, 1, 0, 0, 1, 0, 1]
    assert rests[1, 2] == pytest.approx(0, abs=1e-9)
    assert not rests[0].any()

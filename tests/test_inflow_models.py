"""The process of inflow: what its history says, how it was chosen, and that the baseline has it."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.hindcast.inflow_history import (
    ALL_KNOWN,
    SPLICE,
    history_known,
    panel,
    spliced_history,
)
from sim.hindcast.inflow_models import (
    COLLAPSED,
    FIRST,
    PROCESSES,
    choice,
    loss,
    resamples,
    scores,
)
from sim.hindcast.inflow_posterior import as_correlations, as_numbers, posterior
from sim.hindcast.inflow_start import start_table, starting_levels
from sim.hindcast.observations import knowledge
from sim.hindcast.scenario import scenario_at
from sim.scenario import Scenario, quantities

KEPT = Path(__file__).parent.parent / "sim" / "data" / "inflow_model_scores.csv"


def kept() -> list[dict[str, Any]]:
    records = pd.read_csv(KEPT).to_dict("records")
    return [{str(key): value for key, value in record.items()} for record in records]


# -- history ----------------------------------------------------------------------------------


def test_the_history_is_spliced_and_has_its_gaps() -> None:
    history = history_known(ALL_KNOWN)
    assert sorted(set(range(1985, 2025)) - set(history)) == [1986, 1992, 1993]
    assert history[2006] == pytest.approx(14_470 * 7_100 / 9_700)
    assert history[2007] == 7_085
    assert pytest.approx(0.732, abs=0.001) == SPLICE
    assert max(history.values()) == 43_042


def test_a_year_is_not_known_before_it_was_published() -> None:
    """Assumed to be 1 March of the next year before 2012, as the observations say from then on."""
    assert max(history_known(date(2000, 2, 28))) == 1998
    assert max(history_known(date(2000, 3, 1))) == 1999
    assert max(history_known(date(2015, 1, 30))) == 2013
    assert all(day <= date(year + 1, 3, 1) for year, (_, day) in spliced_history().items())


def test_the_panel_is_eleven_countries_without_a_gap() -> None:
    countries = panel()
    assert len(countries) == 11
    assert "NLD" not in countries
    assert all(sorted(history) == list(range(2000, 2025)) for history in countries.values())


# -- the posterior ----------------------------------------------------------------------------


def test_of_much_history_the_posterior_finds_the_process_that_made_it() -> None:
    """2,000 years with φ = 0.6 and s = 0.3 around 20,000."""
    chance, x = np.random.default_rng(7), float(np.log(20_000))
    history: dict[int, float] = {}
    for year in range(2_000):
        x = np.log(20_000) + 0.6 * (x - np.log(20_000)) + 0.3 * chance.standard_normal()
        history[year] = float(np.exp(x))
    found = posterior(history).quantiles()
    assert found["level"][1] == pytest.approx(20_000, rel=0.04)
    assert found["autoregression"][1] == pytest.approx(0.6, abs=0.05)
    assert found["residual_sd"][1] == pytest.approx(0.3, abs=0.015)


def test_of_two_equal_years_the_posterior_is_nearly_the_prior() -> None:
    """φ: a normal around 0.80 cut to 0.3 to 1, whose median is 0.783 (by hand)."""
    found = posterior({2000: 10_000.0, 2001: 10_000.0}).quantiles()
    low, high = float(stats.norm.cdf(-0.5 / 0.15)), float(stats.norm.cdf(0.2 / 0.15))
    middle = 0.8 + 0.15 * stats.norm.ppf((low + high) / 2)
    assert found["autoregression"][1] == pytest.approx(middle, abs=0.005)
    assert found["level"][1] == pytest.approx(10_000, rel=0.01)


def test_a_gap_is_as_if_its_years_were_integrated_out() -> None:
    """Over two years a deviation shrinks to φ² and the variance is s² (1 + φ²)."""
    gap = posterior({2000: 10_000.0, 2002: 20_000.0})
    phi = gap.phi[:, None]
    square = (np.log(20_000) - gap.level - phi**2 * (np.log(10_000) - gap.level)) ** 2
    assert gap.squares == pytest.approx(4 * 0.4**2 + square / (1 + phi**2))


def test_the_baseline_holds_the_posterior_of_the_years_since_1985(baseline: Scenario) -> None:
    found = posterior(history_known(ALL_KNOWN))
    numbers = dict(quantities(baseline))
    for key, (low, middle, high) in found.quantiles().items():
        number = numbers[f"inflow.path.{key}"]
        assert number.spread is not None
        assert number.single == pytest.approx(middle, rel=0.005), key
        drawn = number.spread.quantile(np.array([0.05, 0.95]), number.single)
        assert drawn == pytest.approx([low, high], rel=0.01), key
    links = [link for link in baseline.correlations if link.first.startswith("inflow.path.")]
    for link, made in zip(links, as_correlations(found), strict=True):
        rank: Any = made["rank"]
        assert (link.first, link.second) == (made["first"], made["second"])
        assert link.rank.single == pytest.approx(rank["value"], abs=0.015)


def test_a_hindcast_knows_the_posterior_of_its_day_and_no_more() -> None:
    origin = date(2016, 3, 1)
    path = scenario_at(knowledge(origin), 1).inflow.path
    assert path.process == "mean_reverting"
    found = as_numbers(posterior({y: v for y, v in history_known(ALL_KNOWN).items() if y < 2016}))
    assert path.level.single == pytest.approx(found["level"]["value"])
    assert path.residual_sd.single == pytest.approx(found["residual_sd"]["value"])


# -- the choice -------------------------------------------------------------------------------


def row(name: str, parameters: int, apart: float, coverage: tuple[float, float]) -> dict[str, Any]:
    return {
        "process": name, "parameters": parameters, "loss": 0.8 + apart, "worse_than_best": apart,
        "standard_error": 0.05 if apart else 0.0,
        "within_low": coverage[0], "within_high": coverage[1],
    }  # fmt: skip


def test_the_simplest_within_one_standard_error_is_chosen() -> None:
    usual = (0.7, 0.9)
    rows = [row("best", 6, 0.0, usual), row("near", 2, 0.04, usual), row("far", 1, 0.06, usual)]
    assert choice(rows) == "near"


def test_a_tie_goes_to_the_autoregression_and_bad_coverage_is_out() -> None:
    usual = (0.7, 0.9)
    rows = [row("other", 3, 0.0, usual), row("mean_reverting", 3, 0.04, usual)]
    assert choice(rows) == "mean_reverting"
    assert choice([row("narrow", 1, 0.0, (0.5, 0.7)), *rows]) == "mean_reverting"


def test_the_loss_of_a_process_against_itself_is_one() -> None:
    some = np.random.default_rng(1).uniform(1, 2, (2, 25, 6))
    some[:, 20:, 5] = np.nan
    assert loss(some, some, resamples(25)[:50]) == pytest.approx(1)
    assert loss(2 * some, some, resamples(25)[:50]) == pytest.approx(2)


def test_blocks_of_six_origins_are_drawn_together() -> None:
    times = resamples(25)
    assert (times[0] == 1).all()
    assert (times.sum(axis=1) == 25).all()
    # Of 25 origins in five blocks the last holds one: neighbours are drawn together.
    assert np.corrcoef(times[1:, 3], times[1:, 4])[0, 1] > 0.5
    assert np.corrcoef(times[1:, 3], times[1:, 15])[0, 1] < 0


@pytest.mark.long
def test_the_kept_scores_are_those_of_the_code() -> None:
    home = {"": {year: value for year, (value, _) in spliced_history().items()}}
    table = {row["process"]: row for row in kept() if row["data"] == "netherlands"}
    walk = scores(PROCESSES[0], home, FIRST).crps
    for process in PROCESSES[:4]:
        found = scores(process, home, FIRST)
        for ahead in range(6):
            mean = np.nanmean(found.crps[0, :, ahead])
            assert mean == pytest.approx(table[process.name][f"crps_{ahead + 1}"], rel=1e-4)
        own = loss(found.crps, walk, np.ones((1, walk.shape[1])))[0]
        assert own == pytest.approx(table[process.name]["loss"], rel=1e-4)


def test_the_baseline_has_the_process_that_hindcasts_chose(baseline: Scenario) -> None:
    table = kept()
    chosen = [row["process"] for row in table if row["chosen"]]
    assert chosen == [baseline.inflow.path.process]
    own = [row for row in table if row["data"] == "netherlands"]
    assert choice(own) == baseline.inflow.path.process
    assert COLLAPSED == 2015


@pytest.mark.long
def test_the_rule_with_two_months_is_worse_without_march_2016_and_so_not_taken(
    baseline: Scenario,
) -> None:
    found = {(row["data"], row["rule"]): row["loss"] for row in start_table().to_dict("records")}
    assert found["without_march_2016", "with_two_months"] > 1
    half, _ = starting_levels(2024)
    # By months it is 27,150, by quarters of the years since 2013 it is 26,500.
    assert np.exp(half) == pytest.approx(baseline.inflow.first.single, rel=0.03)

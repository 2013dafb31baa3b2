"""The scorecard: naive forecasts, pool, skill with its intervals, goals, and the JSON of it all."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy import stats
from typer.testing import CliRunner

from sim.cli import app
from sim.hindcast import HindcastOptions, Knowledge, Score, goals, kept, knowledge, observed, scores
from sim.hindcast.estimates import values
from sim.hindcast.naives import BANDED, LEVELS, banded_forecasts, point_forecasts, pooled, yearly_sd
from sim.hindcast.record import ScorecardRecord, as_json
from sim.hindcast.scorecard import PROGRAM_GOALS
from sim.hindcast.scoring import share_below
from sim.hindcast.skill import (
    COLLAPSE,
    RESAMPLES,
    benchmark,
    best_point,
    bias,
    coverage,
    drawn_origins,
    mean_pit,
    ratio,
    ratio_of,
)
from sim.report import scorecard_tables
from sim.report.i18n import translate

GUIDE = Path(__file__).parent.parent / "docs" / "how-to" / "hindcast.md"
ORIGIN = date(2016, 3, 1)


# -- naive forecasts ----------------------------------------------------------------------------


def test_naive_numbers_by_hand() -> None:
    history = values(knowledge(ORIGIN), "occupancy|total")
    found = point_forecasts(history, [2016, 2017])
    assert found["no_change", 2017] == 47_764
    assert found["last_growth", 2017] == pytest.approx(47_764 * (47_764 / 24_929) ** 2)
    assert found["mean_of_history", 2016] == pytest.approx(np.mean(list(history.values())))


def test_walk_and_pull_by_hand() -> None:
    """100, 200 a year later, 800 four years on; three years after the last figure.

    Changes log 2 and log 4 / root 4 = log 2: sd^2 = (2 log(2)^2 + 6 x 0.09) / 8.
    """
    found = banded_forecasts({2009: 100, 2010: 200, 2014: 800}, [2017])
    sd = np.sqrt((2 * np.log(2) ** 2 + 6 * 0.30**2) / 8)
    weights = np.array([0.5 ** (5 / 8), 0.5 ** (4 / 8), 1.0])
    level = float(weights @ np.log([100, 200, 800]) / weights.sum())
    pulled = level + (np.log(800) - level) * 0.8**3
    spread = 1.1 * sd * np.sqrt(1 + 0.64 + 0.64**2)
    for name, mean, width in (("walk", np.log(800), sd * np.sqrt(3)), ("pull", pulled, spread)):
        expected = np.exp(stats.norm.ppf(LEVELS, mean, width))
        assert found[name, 2017] == pytest.approx(expected)


def test_years_count_from_the_last_figure_known_and_not_from_the_origin() -> None:
    late, early = (banded_forecasts({2010: 100, last: 100}, [2016]) for last in (2015, 2013))
    width = {year: np.log(found["walk", 2016][-1] / 100)
             for year, found in ((2015, late), (2013, early))}  # fmt: skip
    assert width[2013] == pytest.approx(np.sqrt(3) * width[2015])
    assert banded_forecasts({2015: 100}, [2015]) == {}
    assert banded_forecasts({}, [2016]) == {}


def test_without_a_change_the_spread_is_the_prior() -> None:
    assert yearly_sd(np.array([2015]), np.log([100.0])) == pytest.approx(0.30)


def test_a_naive_forecast_does_not_know_what_came_out_later() -> None:
    """Every later figure ten times as large: the naive forecasts of the origin are the same."""
    wild = tuple(replace(f, value=f.value * 10) if f.published > ORIGIN else f for f in observed())
    for series in ("inflow|total", "occupancy|total", "pending|kind:all"):
        plain, other = (
            banded_forecasts(values(known, series), [2016, 2019])
            for known in (knowledge(ORIGIN), Knowledge(ORIGIN, wild))
        )
        assert len(plain) == 4
        assert all((plain[key] == other[key]).all() for key in plain)


@given(means=st.lists(st.floats(5, 12), min_size=3, max_size=3),
       sds=st.lists(st.floats(0.05, 1), min_size=3, max_size=3))  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_the_pool_of_lognormals_is_lognormal(means: list[float], sds: list[float]) -> None:
    """Mean of quantiles on the log: its mean and standard deviation are the means of the three."""
    samples = [np.exp(stats.norm.ppf(LEVELS, m, s)) for m, s in zip(means, sds, strict=True)]
    expected = stats.norm.ppf(LEVELS, np.mean(means), np.mean(sds))
    assert np.log(pooled(samples))[50:-50] == pytest.approx(expected[50:-50], abs=0.01)


# -- skill --------------------------------------------------------------------------------------


def cells_of(crps: dict[str, list[list[float]]], **more: float) -> pd.DataFrame:
    """Cells by forecaster: a list an origin, from 2012, with the CRPS of each year ahead."""
    return pd.DataFrame(
        [
            {"forecaster": who, "origin": date(2012 + n, 3, 1), "target": 2012 + n + k,
             "ahead": k + 1, "crps": value} | more
            for who, rows in crps.items()
            for n, row in enumerate(rows)
            for k, value in enumerate(row)
        ]
    )  # fmt: skip


def test_resampled_origins_are_circular_blocks_of_neighbours() -> None:
    drawn = drawn_origins(13, 4)
    assert drawn.shape == (RESAMPLES, 13)
    steps = np.diff(drawn[:, :12].reshape(RESAMPLES, 3, 4), axis=2) % 13
    assert (steps == 1).all()
    assert np.allclose(np.bincount(drawn.ravel()) / drawn.size, 1 / 13, rtol=0.05)
    assert len({tuple(sorted(row)) for row in drawn_origins(4, 4)}) > 1


def test_a_ratio_is_of_sums_over_the_cells_that_both_have() -> None:
    cells = cells_of({"program": [[1, 9], [2], [3], [4], [99]], "walk": [[2], [4], [6], [8]]})
    found = ratio(cells, "program", "walk", 2)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5))
    assert ratio(cells, "program", "pull", 2) is None


def test_the_interval_of_a_ratio_is_that_of_paired_origins() -> None:
    """Errors of neighbours go together: shared ups and downs cancel, one bad origin does not."""
    walk = [[float(10 + 5 * (n % 3))] for n in range(12)]
    alike = ratio(
        cells_of({"program": [[0.9 * v] for (v,) in walk], "walk": walk}), "program", "walk", 4
    )
    bad = [[10 * v if n == 4 else 0.9 * v] for n, (v,) in enumerate(walk)]
    once = ratio(cells_of({"program": bad, "walk": walk}), "program", "walk", 4)
    assert alike is not None
    assert once is not None
    assert alike.high - alike.low < 1e-9
    assert once.low < 1 < once.high


def test_from_few_origins_there_is_no_interval() -> None:
    found = ratio(cells_of({"program": [[1], [2]], "walk": [[2], [3]]}), "program", "walk", 2)
    assert found is not None
    assert found.value == pytest.approx(0.6)
    assert np.isnan([found.low, found.high]).all()


def test_one_benchmark_for_a_series_and_never_one_a_cell() -> None:
    """Walk wins at one year, pull at all together; a naive number without all cells is left out."""
    cells = cells_of({
        "program": [[1, 1]] * 5, "walk": [[1, 9]] * 5, "pull": [[2, 7]] * 5,
        "no_change": [[5, 5]] * 5, "last_growth": [[0]] * 5, "mean_of_history": [[4, 5]] * 5,
    })  # fmt: skip
    assert benchmark(cells) == "pull"
    assert best_point(cells) == "mean_of_history"


def test_bias_is_the_median_of_the_logs() -> None:
    cells = cells_of({"program": [[0], [0], [0], [0], [0]]}, came=100.0)
    cells["forecast"] = [50.0, 100.0, 200.0, 400.0, 800.0]
    found = bias(cells, 1)
    assert found.value == pytest.approx(np.log(2))
    assert found.low < np.log(2) < found.high
    assert found.low >= np.log(0.5)


def test_pit_counts_what_lies_below_and_half_of_what_equals() -> None:
    assert share_below(np.array([1.0, 2.0, 3.0, 4.0]), 3.0) == pytest.approx(0.625)
    cells = cells_of({"program": [[0]] * 5})
    cells["pit"] = [0.1, 0.2, 0.5, 0.8, 0.9]
    assert mean_pit(cells, 1).value == pytest.approx(0.5)


def band(hits: list[list[int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"forecaster": "program", "origin": n, "within_80": float(hit)}
            for n, row in enumerate(hits)
            for hit in row
        ]
    )


def test_coverage_counts_cells_and_doubts_by_origins() -> None:
    """Ten origins of which eight hit always and two never: 80%, and no reason to doubt it."""
    found = coverage(band([[1] * 5] * 8 + [[0] * 5] * 2))
    assert found.share == pytest.approx(0.8)
    assert found.holds
    alone = coverage(band([[1] * 5, [0] * 5] * 5))
    many = coverage(band([[1, 1, 0, 0, 1]] * 5 + [[1, 0, 1, 0, 0]] * 5))
    assert alone.share == pytest.approx(many.share) == pytest.approx(0.5)
    assert alone.high - alone.low > 2 * (many.high - many.low)
    assert not many.holds


@pytest.mark.slow
def test_an_interval_from_many_origins_holds_the_truth_about_nine_times_in_ten() -> None:
    """Two forecasters of equal skill, 40 independent origins; from 13 it holds less often."""
    rng, held = np.random.default_rng(3), {13: 0, 40: 0}
    for n in held:
        for _ in range(200):
            errors = pd.DataFrame(np.exp(rng.normal(0, 0.5, (n, 2))), columns=["one", "other"])
            found = ratio_of(errors.rename_axis("origin"), "one", "other", 4)
            assert found is not None
            held[n] += found.low <= 1 <= found.high
    assert 0.82 <= held[40] / 200 <= 0.96
    assert 0.70 <= held[13] / 200 < held[40] / 200


# -- the scorecard ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scored() -> list[Score]:
    return scores(kept())


def test_scores_are_by_horizon_and_then_of_all_together(scored: list[Score]) -> None:
    march = kept().march
    program = march[(march["series"] == "pending") & (march["forecaster"] == "program")]
    mine = {score.ahead: score for score in scored if score.series == "pending"}
    assert list(mine) == [1, 2, 3, 4, None]
    assert sum(mine[ahead].n for ahead in (1, 2, 3, 4)) == mine[None].n == len(program)
    assert mine[None].crps["program"] == pytest.approx(program["crps"].mean())
    assert len({score.benchmark for score in mine.values()}) == 1
    assert mine[None].benchmark in BANDED


def test_without_march_2016_that_origin_alone_is_left_out(scored: list[Score]) -> None:
    march = kept().march
    left = march[(march["series"] == "people_in_reception") & (march["origin"] != COLLAPSE)]
    mine = next(s for s in scored if s.series == "people_in_reception" and s.ahead is None)
    sums = left.groupby("forecaster")["crps"].sum()
    assert mine.program_ratio_without_2016 is not None
    assert mine.program_ratio_without_2016.value == pytest.approx(
        sums["program"] / sums[mine.benchmark]
    )


def test_goals_are_held_against_the_estimate_over_all_horizons(scored: list[Score]) -> None:
    whole = {score.series: score for score in scored if score.ahead is None}
    found = goals(scored)
    asked = {goal.series for goal in found if goal.measure == "program_ratio"}
    assert asked == set(PROGRAM_GOALS)
    for goal in found:
        if goal.measure.endswith("ratio"):
            assert goal.found == getattr(whole[goal.series], goal.measure)
            assert goal.met == (goal.found.value <= goal.most)
        elif goal.measure == "coverage":
            assert goal.met == (goal.found.low <= 0.80 <= goal.found.high)
        else:
            assert goal.met == (0.40 <= goal.found.value <= 0.60)


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_where_the_model_is_worse_is_said(scored: list[Score], lang: Any) -> None:
    lines = "\n".join(scorecard_tables.verdict(kept(), lang))
    for score in scored:
        if score.ahead is None:
            name = re.escape(translate(f"series_{score.series}", lang))
            said = re.search(rf"naive benchmark.*{name}:|naïeve maatstaf.*{name}:", lines)
            assert (said is not None) == (score.program_ratio.value > 1)
    missed = sum(not goal.met for goal in goals(scored))
    assert str(len(goals(scored)) - missed) in lines


# -- JSON ---------------------------------------------------------------------------------------


def test_the_json_is_of_its_schema() -> None:
    """What is printed is read back as the record, strictly but for what is not a number."""
    printed = json.loads(as_json(kept(), HindcastOptions()))
    assert set(printed) == {field.name for field in fields(ScorecardRecord)}
    whole = [row for row in printed["scores"] if row["ahead"] is None]
    for row in whole:
        for part in ("program_ratio", "pool_ratio", "bias", "pit"):
            assert set(row[part]) == {"value", "low", "high"}
        assert {"program", "pool", "walk", "pull", "no_change"} <= set(row["crps"])
    text = re.sub(r"\bnull\b", "NaN", json.dumps({**printed, "scores": whole}))
    assert "Infinity" not in text
    read = TypeAdapter(ScorecardRecord).validate_python(_without_null(printed))
    assert [score.series for score in read.scores if score.ahead is None] == [
        row["series"] for row in whole
    ]


def _without_null(value: Any) -> Any:
    """Ends of intervals that are null back to no number."""
    if isinstance(value, dict):
        ends = {"low": np.nan, "high": np.nan}
        return {key: ends[key] if one is None and key in ends else _without_null(one)
                for key, one in value.items()}  # fmt: skip
    return [_without_null(one) for one in value] if isinstance(value, list) else value


def test_the_guide_names_every_field_of_the_json() -> None:
    def paths(value: Any, above: str = "") -> set[str]:
        if isinstance(value, dict):
            parts = [{f"{above}{key}"} | paths(one, f"{above}{key}.") for key, one in value.items()]
            return set().union(*parts)
        return (
            set().union(*(paths(one, above) for one in value)) if isinstance(value, list) else set()
        )

    inside = re.compile(
        r"\.(value|low|high|program|pool|walk|pull|no_change|last_growth|mean_of_history)$"
    )
    found = {path for path in paths(json.loads(as_json(kept(), HindcastOptions())))
             if not inside.search(path)}  # fmt: skip
    section = GUIDE.read_text("utf-8").partition("## Read the scores")[2].partition("\n## ")[0]
    named = set(re.findall(r"^\| `([a-z0-9_.]+)` \|", section, re.M))
    assert found <= named
    assert named <= found | {"coverage.low", "official.ratio"}


def test_the_command_prints_json_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import sim.hindcast.stored

    monkeypatch.setattr(sim.hindcast.stored, "make", lambda *_, **__: kept())
    monkeypatch.setattr("sim.hindcast.make", lambda *_, **__: kept(), raising=False)
    done = CliRunner().invoke(app, ["hindcast", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["schema"] == 1

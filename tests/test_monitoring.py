"""Frozen forecasts and their follow-up: the file, the mathematics, the alarms and the report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import cusum_limits
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from support.cli import Command

from sim.errors import ScenarioError
from sim.export.memo.content import Heading, Memo, Table
from sim.export.memo.memo import files_of
from sim.export.monitor_report import monitor_memo
from sim.hindcast import monitoring, scoring
from sim.hindcast.monitoring import LEVELS, LIMIT, REFERENCE, cusum
from sim.hindcast.observations import Observation, parse_period
from sim.hindcast.observed_cells import simulated
from sim.model.sampling import Samples, sample
from sim.report.i18n import Language
from sim.results.executor import Workers
from sim.results.experiment import settings_from_record
from sim.results.tasks import simulate_all
from sim.runs import freezing
from sim.runs.freezing import SERIES, data_as_of, freeze
from sim.runs.frozen import (
    INDEX,
    ForecastSchema,
    FrozenForecast,
    forecast_text,
    read_forecast,
    read_forecasts,
    verify_forecasts,
    write_forecast,
)
from sim.runs.load import read_run_folder
from sim.runs.outcomes import FollowUp, follow_up, revisions_table
from sim.scenario import Posterior, Scenario

NORMAL = np.asarray(stats.norm.ppf(LEVELS))
"""Quantiles of the standard normal distribution."""


# -- Percentile, intervals and CRPS --------------------------------------------------------------


@pytest.mark.parametrize(
    "drawn", [stats.norm(), stats.lognorm(0.4), stats.gamma(3.0)], ids=["normal", "skew", "gamma"]
)
def test_the_percentile_of_what_a_forecast_draws_is_uniform(drawn: Any) -> None:
    """Under its own null: Kolmogorov's distance of 2,000 draws is below its 1% point."""
    came = drawn.rvs(size=2_000, random_state=np.random.default_rng(1))
    quantiles = drawn.ppf(LEVELS)
    found = [monitoring.percentile(quantiles, one) for one in came]
    assert stats.kstest(found, "uniform").pvalue > 0.01


@pytest.mark.slow
@pytest.mark.parametrize("drawn", [stats.norm(), stats.lognorm(0.4)], ids=["normal", "skew"])
def test_the_score_of_what_a_forecast_draws_is_standard_normal(drawn: Any) -> None:
    came = drawn.rvs(size=5_000, random_state=np.random.default_rng(2))
    scores = np.array([monitoring.normal_score(drawn.ppf(LEVELS), one) for one in came])
    assert scores.mean() == pytest.approx(0, abs=0.03)
    assert scores.std() == pytest.approx(1, abs=0.03)


@given(came=st.floats(-40, 40), more=st.floats(0, 40))
def test_the_score_rises_with_the_figure_and_is_exact_for_a_normal_forecast(
    came: float, more: float
) -> None:
    score = monitoring.normal_score(5 + 2 * NORMAL, 5 + 2 * came)
    assert score == pytest.approx(came, abs=0.02)
    assert monitoring.normal_score(NORMAL, came + more) >= monitoring.normal_score(NORMAL, came)


def test_a_figure_that_equals_several_quantiles_stands_in_their_middle() -> None:
    """As for a sample, what equals the outcome counts half."""
    steps = np.repeat([0.0, 10.0, 20.0], 7)
    assert monitoring.percentile(steps, 10.0) == pytest.approx(0.5)
    assert monitoring.percentile(steps, 0.0) < 0.2


@pytest.mark.parametrize(("came", "percentile"), [(9.0, 0.0), (10.0, 0.5), (11.0, 1.0)])
def test_a_forecast_without_spread_is_above_equal_or_below(came: float, percentile: float) -> None:
    quantiles = np.full(len(LEVELS), 10.0)
    assert monitoring.percentile(quantiles, came) == percentile
    assert np.isnan(monitoring.normal_score(quantiles, came))


def test_intervals_hold_their_share_of_what_the_forecast_draws() -> None:
    came = np.random.default_rng(3).standard_normal(10_000)
    for name, low, high in monitoring.INTERVALS:
        inside = [monitoring.is_within(NORMAL, one, low, high) for one in came]
        assert np.mean(inside) == pytest.approx(int(name) / 100, abs=0.015)


@given(sample=st.lists(st.floats(-100, 100), min_size=2, max_size=30), came=st.floats(-150, 150))
def test_crps_from_all_quantiles_is_that_of_the_sample(sample: list[float], came: float) -> None:
    """Exactly, if the ordered sample of n is given at the levels (i - 1/2) / n."""
    levels = (np.arange(len(sample)) + 0.5) / len(sample)
    values = np.sort(np.array(sample))
    found = monitoring.crps(values, came, levels)
    assert found == pytest.approx(scoring.crps(values, came), abs=1e-9)


@pytest.mark.parametrize("came", [-3.0, -1.0, 0.0, 0.5, 2.0, 4.0])
def test_crps_from_quantiles_converges_to_that_of_the_sample(came: float) -> None:
    sample = np.random.default_rng(4).gamma(3.0, size=20_000) - 3
    expected = scoring.crps(sample, came)
    errors = []
    for number in (5, 21, 201):
        levels = (np.arange(number) + 0.5) / number
        found = monitoring.crps(np.quantile(sample, levels), came, levels)
        errors.append(abs(found - expected))
    assert errors[2] < 1e-3
    assert errors[2] < errors[0]
    kept = monitoring.crps(np.quantile(sample, LEVELS), came)
    assert kept == pytest.approx(expected, rel=0.02)


@given(error=st.floats(0, 5), sd=st.floats(0.1, 3))
def test_an_error_of_the_figure_adds_its_variance(error: float, sd: float) -> None:
    wider = monitoring.with_error(7 + sd * NORMAL, sd, error)
    assert wider == pytest.approx(7 + float(np.hypot(sd, error)) * NORMAL, abs=1e-9)
    assert monitoring.with_error(np.full(len(LEVELS), 7.0), 0.0, error) == pytest.approx(
        7 + error * NORMAL, abs=1e-9
    )


# -- CUSUM ---------------------------------------------------------------------------------------


def test_a_cusum_worked_by_hand() -> None:
    """k = 1, h = 2: 2 and 1.5 add 1.5; 2.5 takes it to 3, above 2; then it begins anew."""
    found = cusum(np.array([2.0, 1.5, np.nan, 2.5, -1.5, -3.0]), 1.0, 2.0)
    assert found.up.tolist() == [1.0, 1.5, 1.5, 3.0, 0.0, 0.0]
    assert found.down.tolist() == [0.0, 0.0, 0.0, 0.0, 0.5, 2.5]
    assert found.alarm.tolist() == [False, False, False, True, False, True]


def test_one_month_alone_gives_no_alarm_however_far_off_it_is() -> None:
    """A score counts up to 3.5: 2.25 a month, of which two are above the limit."""
    found = cusum(np.array([99.0, np.nan, -99.0, -99.0]))
    assert found.alarm.tolist() == [False, False, False, True]
    assert found.up.tolist() == [2.25, 2.25, 0.0, 0.0]
    assert found.down[-1] == 4.5


def test_a_month_of_which_nothing_is_known_gives_no_alarm() -> None:
    found = cusum(np.array([np.nan, 3.0, 3.0, 3.0, np.nan]))
    assert found.alarm.tolist() == [False, False, False, True, False]


def test_false_alarms_of_all_series_together_are_within_the_limit() -> None:
    """At most one of ten periods of 24 months has more than one, and a mean far below one.

    The kept limit is also not needlessly high: with one step less the bound is broken.
    """
    count = cusum_limits.false_alarms(REFERENCE, LIMIT, 2_000, seed=13)
    assert (count > 1).mean() < cusum_limits.MOST_SHARE
    assert count.mean() < 0.6
    lower = cusum_limits.false_alarms(REFERENCE, LIMIT - 0.5, 2_000, seed=13)
    assert (lower > 1).mean() > cusum_limits.MOST_SHARE


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize("serial", [0.0, cusum_limits.SERIAL])
def test_a_shift_of_30_percent_is_found_within_four_months(way: int, serial: float) -> None:
    """In nine of ten cases, where the relative standard deviation one month ahead is 0.10."""
    shift = way * cusum_limits.SHIFT
    months = cusum_limits.months_to_alarm(shift, REFERENCE, LIMIT, 20_000, 12, serial)
    assert (months <= cusum_limits.WITHIN).mean() >= cusum_limits.FOUND


@pytest.mark.long
def test_the_limit_is_what_its_rule_gives() -> None:
    """And the next smaller reference value, with its limit of 4.9, finds the shift too late."""
    assert cusum_limits.limit_for(REFERENCE) == LIMIT
    months = cusum_limits.months_to_alarm(cusum_limits.SHIFT, 1.0, 4.9, 20_000, 12)
    assert (months <= cusum_limits.WITHIN).mean() < cusum_limits.FOUND


# -- The file ------------------------------------------------------------------------------------


def record(as_of: str, run: str, figures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a frozen forecast holds, worked by hand."""
    return {
        "kind": "forecast",
        "schema": 1,
        "run": run,
        "scenario": "small",
        "title": {"en": "Small", "nl": "Klein"},
        "data_as_of": as_of,
        "frozen": f"{as_of}T12:00:00+00:00",
        "options": {"replications": 10, "seed": 1, "step": "week", "until": "2024-12-31",
                    "vary": ["process"]},
        "resolved": "title: a scenario",
        "versions": {"opvangsim": "0.2.0"},
        "command": "opvangsim run small",
        "cite": f"opvangsim, forecast {run}",
        "levels": list(LEVELS),
        "figures": list(figures),
    }  # fmt: skip


def series(means: Mapping[str, float], sd: float) -> dict[str, Any]:
    """A normal forecast of people in reception at month ends."""
    return {
        "series": "occupancy",
        "breakdown": "total",
        "statistic": "end",
        "unit": "persons",
        "periods": list(means),
        "mean": list(means.values()),
        "sd": [sd] * len(means),
        "quantiles": [[round(mean + sd * z, 6) for z in NORMAL] for mean in means.values()],
    }


ENDS = {"2024-01-31": 1000.0, "2024-02-29": 1100.0, "2024-03-31": 1200.0, "2024-12-31": 2000.0}


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Three forecasts, a month apart, with a standard deviation of 100; each is 10 higher."""
    folder = tmp_path / "three"
    for number, as_of in enumerate(("2024-01-01", "2024-02-01", "2024-03-01")):
        ends = {day: mean + 10 * number for day, mean in list(ENDS.items())[number:]}
        write_forecast(folder, record(as_of, f"run{number}", [series(ends, 100.0)]))
    return folder


def came(period: str, value: float, published: str, error: float = 0.0) -> Observation:
    return Observation(
        "occupancy", "total", parse_period(period), "end", value, "persons",
        date.fromisoformat(published), "COA", error,
    )  # fmt: skip


FIGURES = (
    came("2023-12-31", 900.0, "2024-01-15"),
    came("2024-01-31", 1050.0, "2024-02-15"),
    came("2024-02", 1310.0, "2024-03-15"),
    came("2024-03-31", 1520.0, "2024-04-15"),
    came("2024-04-30", 1600.0, "2024-05-15"),
)


def test_what_came_of_three_forecasts_worked_by_hand(three: Path) -> None:
    found = follow_up(read_forecasts(three), FIGURES)
    seen = [
        (one.forecast.record.run, str(one.observation.period), one.months_ahead)
        for one in found.outcomes
    ]
    assert seen == [
        ("run0", "2024-01-31", 1), ("run0", "2024-02", 2), ("run0", "2024-03-31", 3),
        ("run1", "2024-02", 1), ("run1", "2024-03-31", 2), ("run2", "2024-03-31", 1),
    ]  # fmt: skip
    first, second = found.outcomes[:2]
    assert first.percentile == pytest.approx(stats.norm.cdf(0.5), abs=0.002)
    assert [(one.within_50, one.within_80) for one in (first, second)] == [
        (True, True),
        (False, False),
    ]
    # 0.5 sd from the mean of a normal forecast: CRPS is 0.3314 sd; "no change" was 150 off.
    assert first.crps == pytest.approx(33.14, rel=0.02)
    assert [one.no_change for one in found.outcomes] == [150, 410, 620, 260, 470, 210]
    assert found.as_of == date(2024, 5, 15)
    assert [str(one.period) for one in found.unmatched] == ["2024-04-30"]


def test_revisions_are_from_each_forecast_to_the_next(three: Path) -> None:
    table = revisions_table(follow_up(read_forecasts(three), FIGURES))
    assert table["change"].tolist() == pytest.approx([10] * 5)
    assert table["change_in_sd"].tolist() == pytest.approx([0.1] * 5)
    assert table["period"].tolist() == [
        *("2024-02-29", "2024-03-31", "2024-12-31"), *("2024-03-31", "2024-12-31"),
    ]  # fmt: skip


def test_only_errors_one_month_ahead_are_watched(three: Path) -> None:
    """Scores 0.5, 2 and 3: with k = 1.25 the sum is 0, 0.75 and 2.5."""
    (watched,) = follow_up(read_forecasts(three), FIGURES).watched
    assert [str(month) for month in watched.months] == ["2024-01", "2024-02", "2024-03"]
    assert watched.scores == pytest.approx([0.5, 2.0, 3.0], abs=0.02)
    assert watched.cusum.up == pytest.approx([0.0, 0.75, 2.5], abs=0.03)
    assert watched.alarms == ()


def test_a_month_without_a_forecast_one_month_ahead_has_no_score(three: Path) -> None:
    forecasts = [one for one in read_forecasts(three) if one.record.run != "run1"]
    (watched,) = follow_up(forecasts, FIGURES).watched
    assert np.isnan(watched.scores).tolist() == [False, True, False]


def test_a_lasting_shift_gives_an_alarm_in_its_direction(three: Path) -> None:
    """Figures 30% lower than forecast, at a relative standard deviation of about 0.1."""
    low = [came(day, 0.7 * mean, "2024-06-01") for day, mean in ENDS.items()][:3]
    (watched,) = follow_up(read_forecasts(three), low).watched
    assert [(str(month), way) for month, way in watched.alarms] == [("2024-02", -1)]


def test_the_error_of_a_figure_widens_only_what_the_alarm_sees(three: Path) -> None:
    exact = follow_up(read_forecasts(three), [came("2024-01-31", 1300.0, "2024-02-15")])
    vague = follow_up(read_forecasts(three), [came("2024-01-31", 1300.0, "2024-02-15", 0.2)])
    assert exact.outcomes[0].score == pytest.approx(3, abs=0.02)
    assert vague.outcomes[0].score == pytest.approx(3 / np.hypot(1, 2.6), abs=0.02)
    assert exact.outcomes[0].percentile == vague.outcomes[0].percentile


def test_a_figure_counts_from_its_publication_and_a_forecast_from_its_data(three: Path) -> None:
    found = follow_up(read_forecasts(three), FIGURES, date(2024, 2, 20))
    assert [one.record.run for one in found.forecasts] == ["run0", "run1"]
    assert [str(one.observation.period) for one in found.outcomes] == ["2024-01-31"]
    with pytest.raises(ScenarioError, match="beyond this day"):
        follow_up(read_forecasts(three), FIGURES, date(2023, 12, 31))


@pytest.mark.slow
def test_any_changed_byte_of_a_forecast_is_found(three: Path) -> None:
    """Each byte of a small forecast, one at a time, in the file alone and in its folder."""
    (file, *_) = sorted(three.glob("2024*.json"))
    whole = file.read_bytes()
    for place in range(0, len(whole), 7):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert not verify_forecasts(file).intact, place
    assert [(one.file, one.what) for one in verify_forecasts(three).findings] == [
        (file.name, "changed")
    ]
    with pytest.raises(ScenarioError, match=file.name):
        read_forecasts(three)
    file.write_bytes(whole)
    assert verify_forecasts(file).intact
    assert verify_forecasts(three).intact


@pytest.mark.slow
def test_any_changed_byte_of_the_index_is_found(three: Path) -> None:
    whole = (three / INDEX).read_bytes()
    for place in range(len(whole)):
        (three / INDEX).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert [one.file for one in verify_forecasts(three).findings] == [INDEX], place


def test_a_missing_or_foreign_file_is_named(three: Path) -> None:
    (first, second, _) = sorted(three.glob("2024*.json"))
    second.unlink()
    shutil.copy(first, three / "copy.json")
    found = {(one.file, one.what) for one in verify_forecasts(three).findings}
    assert found == {(second.name, "missing"), ("copy.json", "extra")}
    (three / INDEX).unlink()
    assert (INDEX, "missing") in {(one.file, one.what) for one in verify_forecasts(three).findings}


def test_a_forecast_is_never_overwritten(three: Path) -> None:
    before = {file.name: file.read_bytes() for file in three.iterdir()}
    with pytest.raises(ScenarioError, match="never overwritten"):
        write_forecast(three, record("2024-01-01", "run0", [series(ENDS, 1.0)]))
    assert {file.name: file.read_bytes() for file in three.iterdir()} == before


def test_a_folder_of_something_else_takes_no_forecast(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(ScenarioError, match="something else"):
        write_forecast(tmp_path, record("2024-01-01", "run0", [series(ENDS, 1.0)]))
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema", 2),
        ("kind", "run"),
        ("data_as_of", "2024-13-01"),
        ("levels", [0.5]),
        ("figures", []),
        ("run", None),
        ("cite", "a sign \x1b that is no text"),
        ("figures", [{**series(ENDS, 1.0), "sd": [1.0]}]),
        ("figures", [{**series(ENDS, 1.0), "periods": ["2024-01-31"] * 4}]),
        ("figures", [{**series(ENDS, 1.0), "quantiles": [[2.0, 1.0]] * 4}]),
    ],
)
def test_a_forecast_of_another_form_is_refused(tmp_path: Path, key: str, value: object) -> None:
    """Reading is strict, even where the checksum is right."""
    whole = record("2024-01-01", "run0", [series(ENDS, 1.0)])
    file = tmp_path / "f.json"
    file.write_text(forecast_text(whole), "utf-8")
    assert read_forecast(file).record.run == "run0"
    file.write_text(forecast_text({**whole, key: value}), "utf-8")
    with pytest.raises(ScenarioError):
        read_forecast(file)


# -- Of a real run -------------------------------------------------------------------------------


@pytest.mark.long
def test_a_frozen_forecast_says_what_the_run_says(bench: Path, tmp_path: Path) -> None:
    """Every quantile is that of the replications, for months, quarters, years and spending."""
    run = read_run_folder(bench / "r")
    forecast = read_forecast(freeze(bench / "r", tmp_path / "kept", Workers(1)))
    (trial,) = simulate_all(run.scenario, settings_from_record(run.record["options"]))
    assert set(SERIES) <= {one.series for one in forecast.figures.values()}
    for figure in forecast.figures.values():
        asked = Observation(
            figure.series, figure.breakdown, figure.period, figure.statistic, 0.0, figure.unit,
            figure.period.last, "", 0.0,
        )  # fmt: skip
        values = simulated(trial, asked)
        assert figure.quantiles == pytest.approx(np.quantile(values, LEVELS), rel=1e-4)
        assert figure.sd == pytest.approx(values.std(), rel=1e-4, abs=1e-3)
        assert figure.period.last > run.scenario.start
    again = freeze(bench / "r", tmp_path / "again", Workers(1))
    kept = json.loads(again.read_text("utf-8"))["figures"]
    assert kept == json.loads((tmp_path / "kept" / again.name).read_text("utf-8"))["figures"]


@pytest.mark.long
def test_a_run_that_this_version_computes_otherwise_is_not_frozen(
    bench: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_another_seed(scenario: Scenario, count: int, seed: int, *others: Any) -> Samples:
        return sample(scenario, count, seed + 1, *others)

    monkeypatch.setattr(freezing, "sample", with_another_seed)
    with pytest.raises(ScenarioError, match="other numbers"):
        freeze(bench / "r", tmp_path / "kept", Workers(1))
    assert not (tmp_path / "kept").exists()


@pytest.mark.long
def test_a_forecast_keeps_nothing_of_the_time_before_its_data(
    bench: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "data_as_of", lambda _: date(2025, 6, 30))
    forecast = read_forecast(freeze(bench / "r", tmp_path / "kept", Workers(1)))
    assert forecast.data_as_of == date(2025, 6, 30)
    ends = {one.period.last for one in forecast.figures.values()}
    assert min(ends) == date(2025, 7, 31)


def test_a_nowcast_knows_the_data_up_to_its_own_date(baseline: Scenario) -> None:
    assert data_as_of(baseline) == baseline.start
    draws = Posterior(
        file=Path("draws"), sha256="0" * 64, seed=1, step="week", replications=2,
        as_of=date(2025, 3, 31),
    )  # fmt: skip
    assert data_as_of(baseline.model_copy(update={"posterior": draws})) == date(2025, 3, 31)


@pytest.mark.parametrize(
    ("as_of", "ahead"),
    [("2023-12-31", 1), ("2024-01-01", 1), ("2024-01-02", 0), ("2024-02-07", -1)],
)
def test_months_ahead_count_from_the_month_that_the_data_reach(as_of: str, ahead: int) -> None:
    whole = ForecastSchema.model_validate(record(as_of, "r", [series(ENDS, 1.0)]))
    forecast = FrozenForecast("f.json", whole, {})
    assert forecast.months_ahead(parse_period("2024-01")) == ahead
    assert forecast.months_ahead(parse_period("2024-01-31")) == ahead


@pytest.mark.long
def test_the_commands_freeze_verify_and_monitor(bench: Path, command: Command) -> None:
    shutil.copytree(bench / "r", "r")
    done = command("forecast", "freeze", "r", "--to", "kept")
    assert done.returncode == 0
    assert "cite as: opvangsim" in done.stdout
    assert command("forecast", "freeze", "r", "--to", "kept").returncode == 2
    assert command("forecast", "verify", "kept").returncode == 0
    Path("figures.csv").write_text(
        "series,breakdown,period,statistic,value,unit,published,source,error\n"
        "occupancy,total,2025-03-31,end,72000,persons,2025-04-15,COA,0.01\n",
        "utf-8",
    )
    words = ("forecast", "monitor", "kept", "--observed", "figures.csv")
    for name in ("report.md", "report.docx"):
        assert command(*words, "-o", name).returncode == 0
        assert Path(name).stat().st_size > 1_000
    shown = command(*words, "-o", "again.md", "--json")
    assert json.loads(shown.stdout)["outcomes"]["rows"][0]["months_ahead"] == 2
    Path("kept/mine.txt").write_text("mine", "utf-8")
    found = command("forecast", "verify", "kept")
    assert found.returncode == 3
    assert "mine.txt" in found.stdout
    assert command("forecast", "monitor", "kept", *words[3:], "-o", "x.md").returncode == 2


# -- The report ----------------------------------------------------------------------------------


def headings(memo: Memo) -> list[str]:
    return [block.text for block in memo.blocks if isinstance(block, Heading)]


@pytest.fixture
def followed(three: Path) -> FollowUp:
    return follow_up(read_forecasts(three), FIGURES)


def test_the_report_has_the_change_first_then_outcomes_then_causes(followed: FollowUp) -> None:
    memo = monitor_memo(followed, "", "en")
    found = headings(memo)
    assert found[1:6] == [
        *("Change since the last forecast", "Outcomes", "Alarms", "Causes", "Caveats"),
    ]
    captions = [block.caption for block in memo.blocks if isinstance(block, Table)]
    assert captions[0].startswith("From forecast 2024-02-01 small to 2024-03-01 small")
    assert captions[1:3] == ["Outcomes by forecast", "Outcomes by series"]


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_the_report_has_the_same_numbers_in_both_forms_and_languages(
    followed: FollowUp, lang: Language
) -> None:
    memo = monitor_memo(followed, "", lang)
    tables = [block for block in memo.blocks if isinstance(block, Table)]
    assert len(tables) == len([one for one in monitor_memo(followed, "", "en").blocks
                               if isinstance(one, Table)])  # fmt: skip
    day = "31 Mar 2024" if lang == "en" else "31 mrt 2024"
    (last,) = [one for one in tables if one.rows[0][1] == day and len(one.heads) == 6]
    bars = "1,210 1,220 10 0.1" if lang == "en" else "1.210 1.220 10 0,1"
    assert " ".join(last.rows[0][2:]) == bars
    for form in ("md", "docx"):
        ((_, data),) = files_of(memo, form, Path(f"r.{form}")).items()
        assert len(data) > 1_000


def test_figures_known_before_the_freezing_are_no_forecasts_that_came_true(three: Path) -> None:
    late = [came("2024-02-29", 1100.0, "2024-01-31")]
    memo = monitor_memo(follow_up(read_forecasts(three), late), "", "en")
    text = " ".join(str(block) for block in memo.blocks)
    assert "Of 2 outcomes 1 had been published" in text

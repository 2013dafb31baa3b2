"""Why a forecast was wrong: parts by cause and a remainder, and what came for each cause."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.came import CENTRE, came_of, figure
from support.cli import Command
from support.figures import FIGURES

from sim.errors import ScenarioError
from sim.hindcast import knowledge, scenario_at
from sim.hindcast.cover import cut_at, flows_between, whole_months_until
from sim.hindcast.observations import Observation
from sim.hindcast.periods import Period, months_of, year_of
from sim.results.executor import Workers
from sim.results.experiment import Settings
from sim.results.tasks import simulate_all
from sim.runs.frozen_scenario import scenario_of
from sim.scenario import Posterior, Scenario, load, override, quantities, write_draws
from sim.studies.miss import Miss, _split, _with_prices, explain_miss, figure_on
from sim.studies.miss_text import rows, sentences

END = date(2024, 12, 31)
DAY = Period(END, END)
PLANTED = {
    "inflow.first": "inflow",
    "ind.capacity.planned": "decisions",
    "ind.granted_factor": "decisions",
    "ind.leave_rate": "exits",
    "housing.homes": "homes",
    "family.productivity": "family",
    "other_intake.share_of_inflow": "other_intake",
}
"""Inputs that may come otherwise, by the factor that they belong to."""


@cache
def forecast() -> Scenario:
    """A scenario of two groups that begins on 1 January 2024."""
    return scenario_at(knowledge(date(2024, 3, 1)), 1)


@cache
def came() -> tuple[Observation, ...]:
    """What comes if every number is the one that is stated."""
    return came_of(forecast(), END)


def miss_of(
    scenario: Scenario, observations: tuple[Observation, ...], series: str = "people",
    period: Period = DAY, settings: Settings = CENTRE,
) -> Miss:  # fmt: skip
    figure_ = figure_on(observations, series, period)
    return explain_miss(scenario, settings, observations, figure_)


def without(observations: tuple[Observation, ...], *names: str) -> tuple[Observation, ...]:
    return tuple(one for one in observations if one.name not in names)


def parts(miss: Miss) -> dict[str, float]:
    return {part.factor: part.value for part in miss.parts}


def a_fifth_more(scenario: Scenario, key: str) -> Scenario:
    value = dict(quantities(scenario))[key].value
    more: Any = {day: 1.2 * one for day, one in value} if isinstance(value, tuple) else 1.2 * value
    return override(scenario, {key: more}, "planted")


def assert_planted(before: Miss, after: Miss, factor: str) -> None:
    """The change of a miss lies in one part: at least 80%, and less than 5% in any other."""
    change = after.miss - before.miss
    shares = {name: (value - parts(before)[name]) / change for name, value in parts(after).items()}
    assert shares.pop(factor) >= 0.8
    assert all(abs(share) < 0.05 for share in shares.values()), shares


@pytest.mark.long
@pytest.mark.parametrize(("key", "factor"), PLANTED.items())
def test_an_input_that_came_a_fifth_higher_is_found_as_the_cause(key: str, factor: str) -> None:
    before = miss_of(forecast(), came())
    after = miss_of(forecast(), came_of(a_fifth_more(forecast(), key), END))
    assert after.unreached == {}
    assert_planted(before, after, factor)


@pytest.mark.long
def test_another_composition_is_found_as_the_cause(baseline: Scenario) -> None:
    """A group that comes a fifth more often, within as many applications."""
    scenario = baseline
    until = date(2025, 12, 31)
    share = scenario.groups["syria"].intake_share.single
    factor = (1 - 1.2 * share) / (1 - share)
    other = override(
        scenario,
        {
            f"groups.{name}.intake_share": group.intake_share.single
            * (1.2 if name == "syria" else factor)
            for name, group in scenario.groups.items()
            if group.intake == "first"
        },
        "planted",
    )
    # A group's share moves few people, so that the noise of one replication would hide it.
    mean = Settings(40, 1, "week", None, ("process",))
    day = Period(until, until)
    before, after = (
        miss_of(scenario, came_of(one, until, mean), period=day, settings=mean)
        for one in (scenario, other)
    )
    assert_planted(before, after, "composition")


@pytest.mark.long
@pytest.mark.parametrize("series", ["people", "status_holders", "pending", "inflow"])
def test_parts_and_remainder_add_up_to_the_miss(series: str) -> None:
    """With the uncertainty of a forecast, and a simulation error of each part."""
    observations = came_of(a_fifth_more(forecast(), "inflow.first"), date(2024, 6, 30))
    observations = without(observations, "decisions|kind:granted", "other_intake|total")
    settings = Settings(100, 1, "week")
    period = months_of(2024, 6, 1) if series == "inflow" else Period(*[date(2024, 6, 30)] * 2)
    miss = miss_of(forecast(), observations, series, period, settings)
    assert sum(parts(miss).values()) + miss.remainder.value == pytest.approx(miss.miss, abs=1e-6)
    assert miss.drift == 0
    assert all(np.isfinite(part.error) for part in (*miss.parts, miss.remainder))
    sizes = [abs(part.value) for part in miss.parts]
    assert sizes == sorted(sizes, reverse=True)
    assert any(part.error > 0 for part in miss.parts)


@pytest.mark.slow
def test_without_observed_flows_all_is_remainder_and_every_cause_is_named() -> None:
    end = figure("occupancy|total", END, END, "end", 50_000.0)
    miss = miss_of(forecast(), (end,))
    assert miss.parts == ()
    assert miss.remainder.value == miss.miss == 50_000 - miss.forecast
    names = {"inflow", "decisions", "exits", "homes", "family", "other_intake"}
    assert set(miss.missing) == names
    told = " ".join(sentences(miss, "en"))
    for words in ("decisions of the IND", "family reunification", "other intake", "housed|total"):
        assert words in told


@pytest.mark.long
def test_a_cause_whose_figures_leave_a_month_out_is_named_as_not_observed() -> None:
    gap = date(2024, 5, 1)
    observations = tuple(
        one for one in came()
        if one.name in ("occupancy|total", "inflow|kind:first", "housed|total")
        and not (one.name == "housed|total" and one.period.first == gap)
    )  # fmt: skip
    miss = miss_of(forecast(), observations)
    assert set(parts(miss)) == {"inflow"}
    assert miss.missing["homes"] == ("housed|total",)
    assert miss.missing["inflow"] == ("inflow|kind:repeat", "inflow|kind:resettled")
    told = " ".join(sentences(miss, "en"))
    gaps = "no figures for the whole forecast period"
    assert f"Only partly observed: inflow ({gaps}: inflow|kind:repeat, inflow|kind:res" in told
    assert "Not observed, and therefore part of the remainder: housing by municipalities" in told


@pytest.mark.slow
def test_applications_that_nobody_decides_are_the_whole_miss_of_the_pending() -> None:
    """By hand: nobody is decided or leaves, so 100 more a month are 300 more cases in a quarter."""
    still = override(
        forecast(),
        {"ind.capacity.planned": 0, "ind.leave_rate": 0, "inflow.path.known_until": END},
        "tiny",
    )
    until = date(2024, 3, 31)
    expected = came_of(still, until)
    seen = tuple(
        replace(one, value=one.value + 100) if one.name == "inflow|kind:first"
        else replace(one, value=one.value + 360) if one.name == "pending|kind:all"
        else one
        for one in expected
        if one.name in ("inflow|kind:first", "pending|kind:all")
    )  # fmt: skip
    miss = miss_of(still, seen, "pending", Period(until, until))
    assert miss.miss == 360
    assert parts(miss)["inflow"] == pytest.approx(300, abs=6)
    assert miss.remainder.value == pytest.approx(60, abs=6)
    assert miss.missing["exits"] == ("decisions|total",)


def test_prices_are_the_cost_per_person_by_hand() -> None:
    """1,000 people at 20 were forecast, 1,100 at 30 came, of whom inflow explains 1,050."""
    spending = replace(figure("spending|line:coa", *_year(2024), "sum", 33_000.0), unit="EUR")
    people = figure("occupancy|total", *_year(2024), "mean", 1_100.0)
    values = {frozenset[int](): np.full(3, 20_000.0), frozenset({0}): np.full(3, 21_000.0)}
    priced = _with_prices(values, 1, spending, [people], [1_050.0])
    miss = _split(spending, None, ["inflow", "prices"], priced, {}, {}, CENTRE)
    assert miss.miss == 13_000
    # 50 more people at 20 or 30, the mean of both orders; 10 more for 1,000 or 1,050 people.
    assert parts(miss) == pytest.approx({"prices": 10_250, "inflow": 1_250})
    assert miss.remainder.value == pytest.approx(50 * 30)
    assert [row[1] for row in rows(miss, "nl")][:3] == ["0", "0", "0"]


def _year(year: int) -> tuple[date, date]:
    return year_of(year).first, year_of(year).last


def flow(first: date, last: date, value: float = 1.0) -> Observation:
    return figure("inflow|kind:first", first, last, "sum", value)


def test_flows_are_taken_by_the_shortest_periods_that_leave_no_day_out() -> None:
    quarters = [flow(p.first, p.last) for p in (months_of(2024, m, 3) for m in (1, 4, 7, 10))]
    months = [flow(p.first, p.last) for p in (months_of(2024, m, 1) for m in (1, 2, 4, 5, 6))]
    year = flow(*_year(2024))
    every = [year, *quarters, *months]

    def chosen(of: list[Observation], start: date, end: date) -> list[str]:
        return [str(one.period) for one in flows_between(of, "inflow|kind:first", start, end)]

    found = chosen(every, date(2024, 1, 1), date(2024, 6, 30))
    assert found == ["2024-Q1", "2024-04", "2024-05", "2024-06"]
    assert chosen(every, date(2024, 1, 1), END)[-1] == "2024-Q4"
    assert chosen([year], date(2024, 1, 27), END) == ["2024"]
    assert chosen(months, date(2024, 1, 1), date(2024, 6, 30)) == []
    assert chosen([year], date(2024, 1, 1), date(2024, 6, 30)) == []


def test_a_flow_that_began_before_the_forecast_counts_by_its_days_and_season() -> None:
    scenario = load("baseline")
    start = date(2025, 1, 27)
    even = cut_at(start, figure("housed|total", *_month(1), "sum", 310.0), scenario)
    assert even.value == pytest.approx(50)
    assert even.period.first == start
    first = cut_at(start, flow(date(2025, 1, 1), date(2025, 3, 31), 900.0), scenario)
    season = {month: scenario.inflow.season[month].single for month in (1, 2, 3)}
    kept = 5 * season[1] + 28 * season[2] + 31 * season[3]
    assert first.value == pytest.approx(900 * kept / (kept + 26 * season[1]))


def _month(month: int) -> tuple[date, date]:
    period = months_of(2025, month, 1)
    return period.first, period.last


def test_flows_are_given_up_to_the_last_whole_month() -> None:
    assert whole_months_until(date(2024, 2, 29)) == date(2024, 2, 29)
    assert whole_months_until(date(2024, 3, 30)) == date(2024, 2, 29)


def test_a_figure_that_was_not_observed_or_is_one_of_several_is_refused() -> None:
    several = (flow(*_year(2024)), flow(date(2024, 12, 1), END))
    assert figure_on(several, "inflow|kind:first", year_of(2024)) == several[0]
    with pytest.raises(ScenarioError, match="several figures that end then: 2024, 2024-12"):
        figure_on(several, "inflow|kind:first", DAY)
    with pytest.raises(ScenarioError, match="no observed figure of 2023"):
        figure_on(several, "inflow|kind:first", year_of(2023))


@pytest.mark.long
def test_a_frozen_forecast_is_explained_from_its_file_alone(bench: Path, command: Command) -> None:
    """The run is gone; the forecast comes again, so that nothing of the remainder is drift."""
    shutil.copytree(bench / "r", "r")
    assert command("forecast", "freeze", "r", "--to", "kept").returncode == 0
    shutil.rmtree("r")
    Path("figures.csv").write_text(FIGURES, "utf-8")
    words = ("forecast", "explain-miss", "kept", "--observed", "figures.csv", "--json")
    done = command(*words, "--series", "people", "--date", "2025-06-30", "-o", "miss.md")
    assert done.returncode == 0, done
    found = json.loads(done.stdout)
    assert found["observed"] == 73_500
    assert found["drift"] == pytest.approx(0, abs=1)
    assert found["remainder"]["value"] == found["miss"] == 73_500 - found["forecast"]
    assert len(found["not_observed"]) == 7
    assert "The remainder is" in Path("miss.md").read_text("utf-8")
    for wrong in ("2025-07-31", "June"):
        assert command(*words, "--series", "people", "--date", wrong).returncode == 2
    only_observed = ("--series", "inflow|kind:first", "--date", "2025-06-30")
    assert command(*words, *only_observed).returncode == 0


@pytest.mark.slow
def test_a_forecast_conditioned_on_observations_keeps_its_draws(tmp_path: Path) -> None:
    """Homes are given, and the draws of all other numbers stay those of the posterior."""
    numbers = dict(quantities(forecast()))
    drawn = np.full(100, 0.5)
    file, digest = write_draws(
        tmp_path, {"ind.leave_rate": drawn}, {"ind.leave_rate": numbers["ind.leave_rate"]}
    )
    posterior = Posterior(
        file=file, sha256=digest, seed=1, step="week", replications=100, as_of=date(2024, 1, 31)
    )
    scenario = forecast().model_copy(update={"posterior": posterior})
    settings = Settings(10, 1, "week", END)
    (trial,) = simulate_all(scenario, settings, Workers(1))
    seen = tuple(one for one in came() if one.name in ("occupancy|total", "housed|total"))
    miss = miss_of(scenario, seen, settings=settings)
    assert miss.forecast == np.median(trial.monthly["occupancy", "total"][-1])
    assert miss.forecast != miss_of(forecast(), seen, settings=settings).forecast
    assert set(parts(miss)) == {"homes"}


def test_the_joint_draws_of_a_frozen_forecast_are_asked_for_by_name(tmp_path: Path) -> None:
    text = "posterior: {file: ../posterior-1.parquet}"
    record = SimpleNamespace(resolved=text, run="abc", versions={"opvangsim": "0"})
    frozen: Any = SimpleNamespace(file="f.json", record=record)
    wanted = "posterior-1.parquet.*--draws: it is in the folder of the run abc"
    with pytest.raises(ScenarioError, match=f"(?s){wanted}"), scenario_of(frozen, tmp_path):
        pass


def test_a_figure_beyond_the_forecast_is_refused() -> None:
    late = figure("occupancy|total", date(2031, 1, 1), date(2031, 1, 1), "end", 1.0)
    with pytest.raises(ScenarioError, match="the forecast goes from 1 Jan 2024 to 31 Dec 2024"):
        explain_miss(forecast(), CENTRE, (late,), late)

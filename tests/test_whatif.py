"""The what-if without its sliders: what a knob changes, what is simulated, what is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from sim.errors import ScenarioError
from sim.model.prices import affects_costs_only
from sim.model.sampling import apply_draw, sample
from sim.notebook.what_if.compute import (
    PREVIEW,
    SETTLED,
    Aside,
    Part,
    enough,
    goes_on,
    months_of,
    priced,
    simulated,
    subject_of,
)
from sim.notebook.what_if.controller import Controller, Shown, enough_in_words, state_of
from sim.notebook.what_if.sliders import (
    apply_sliders,
    changes_of,
    patch_of,
    sliders,
    value_of,
    write_patch,
)
from sim.report.charts import CHART_SIZES, CHARTS, draw
from sim.results.experiment import Experiment, Settings
from sim.runs.batches import Cells, batch_of
from sim.scenario import Scenario, load, override, quantities

SHORT = Settings(4, 1, "week", date(2027, 12, 31))
TURNS = {"inflow": 40_000.0, "grant": 80.0, "ind": 20_000.0, "homes": 3_000.0,
         "regular": 60_000.0, "price": 110.0, "budget": 3_000.0}  # fmt: skip


@dataclass
class Here(Executor):
    """An executor that works at once, and remembers what it was given."""

    given: list[Part] = field(default_factory=list)

    def submit(self, _work: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        part = args[0]
        self.given.append(part)
        done: Future[Any] = Future()
        small = replace(part.settings, until=date(2025, 12, 31))
        done.set_result(simulated(Part(part.scenario, small)))
        return done


def board_of(scenario: Scenario) -> tuple[Controller, Here, list[Shown]]:
    shown: list[Shown] = []
    board, here = Controller(scenario, shown.append), Here()
    board._pool = here
    return board, here, shown


def trial_of(scenario: Scenario, settings: Settings) -> Experiment:
    found = simulated(Part(scenario, settings))
    assert found is not None
    return found.trial


def rested(board: Controller, *turns: tuple[str, float]) -> None:
    async def go() -> None:
        board.go()
        for turn in turns:
            board.turn(*turn)
        await board.at_rest()

    asyncio.run(go())


@pytest.fixture(scope="module")
def trial() -> Experiment:
    return trial_of(load("baseline"), SHORT)


def test_a_knob_left_alone_changes_nothing(baseline: Scenario) -> None:
    stood = {one.name: one.start for one in sliders(baseline)}
    assert apply_sliders(baseline, stood) is baseline
    assert apply_sliders(baseline, {}) is baseline


@pytest.mark.parametrize("name", ["baseline", "inflow-surge", "no-moratorium", "constrained"])
def test_every_knob_reaches_where_its_scenario_stands(name: str) -> None:
    for knob in sliders(load(name)):
        assert knob.low <= knob.start <= knob.high
        assert (knob.start - knob.low) % knob.step == pytest.approx(0, abs=1e-6)
        assert abs(knob.start - knob.here) <= knob.step / 2


@pytest.mark.parametrize(("name", "value"), TURNS.items())
def test_a_knob_changes_its_numbers_and_those_from_2026_on_only(
    baseline: Scenario, name: str, value: float
) -> None:
    now, before = (
        dict(quantities(one)) for one in (apply_sliders(baseline, {name: value}), baseline)
    )
    moved = {key for key in now if key not in before or now[key].value != before[key].value}
    roots = {
        "inflow": ("inflow.first",),
        "grant": ("groups.", "ind.holds.0.granted_after"),
        "ind": ("ind.capacity.planned",),
        "homes": ("housing.homes",),
        "regular": ("reception.places.regular.level",),
        "price": ("prices.factor",),
        "budget": ("budget.vintages.owb2025.lines.coa_nidos",),
    }[name]
    assert moved
    assert all(key.startswith(roots) for key in moved)
    for key in moved & {"inflow.first", "ind.capacity.planned", "housing.homes"}:
        assert now[key].on(date(2026, 1, 1)) == (12 * value if name == "homes" else value)
    for key in moved - {"reception.places.regular.level", "prices.factor"}:
        assert now[key].on(date(2025, 12, 31)) == before[key].on(date(2025, 12, 31)), key


@pytest.mark.parametrize("name", ["inflow", "grant", "ind", "homes", "price"])
def test_a_turned_knob_leaves_its_numbers_as_unsure_as_they_were(
    baseline: Scenario, name: str
) -> None:
    other = apply_sliders(baseline, {name: TURNS[name]})
    now, before = (sample(one, 40, 1, until=date(2025, 12, 31)) for one in (other, baseline))
    assert now.keys() == before.keys()
    numbers = [dict(quantities(one)) for one in (other, baseline)]
    for path in now:
        if path in numbers[0] and path != "prices.factor":
            ours, theirs = (
                apply_draw(one[path], one[path].on(date(2025, 12, 31)), columns[path])
                for one, columns in zip(numbers, (now, before), strict=True)
            )
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_money_knobs_change_only_what_prices_people(baseline: Scenario) -> None:
    for knob in sliders(baseline):
        changed = changes_of(baseline, {knob.name: knob.start + knob.step})
        if knob.money:
            assert all(affects_costs_only(baseline, key) for key in changed)
        else:
            assert not any(affects_costs_only(baseline, key) for key in changed)


def test_where_spending_follows_the_budget_money_moves_people() -> None:
    found = {one.name: one.money for one in sliders(load("constrained"))}
    assert not found["price"]
    assert not found["budget"]


def test_grants_stay_within_what_is_not_closed(baseline: Scenario) -> None:
    most = apply_sliders(baseline, {"grant": 120.0})
    for group in most.groups.values():
        day = date(2026, 1, 1)
        assert group.granted_share.on(day) + group.closed_share.on(day) <= 1 + 1e-6


@pytest.mark.slow
def test_prices_of_now_on_people_of_before_are_those_of_a_run(
    baseline: Scenario, trial: Experiment
) -> None:
    dear = apply_sliders(baseline, {"price": 120.0, "budget": 4_000.0})
    again = priced(trial, dear, SHORT)
    whole = trial_of(dear, SHORT)
    for key, costs in whole.costs.items():
        np.testing.assert_array_equal(again.costs[key], costs)
    np.testing.assert_array_equal(again.line("gap", "total"), whole.line("gap", "total"))


@pytest.mark.slow
def test_tables_held_in_memory_are_those_of_a_folder(baseline: Scenario, trial: Experiment) -> None:
    held = Cells([batch_of(trial, ["need"])])
    (cell,) = held.index.monthly
    assert cell.series == "need"
    np.testing.assert_array_equal(held("monthly", 0), trial.monthly["need", "total"])
    subject = subject_of(trial, months_of(trial), baseline, SHORT)
    gap = trial.line("gap", "total")
    thousands = np.quantile(gap, 0.5, axis=-1).round(-3)
    assert subject.budget["gap_p50"].to_numpy() == pytest.approx(thousands, abs=1)


@pytest.mark.slow
def test_what_is_enough_is_the_quantile_of_the_gap(trial: Experiment) -> None:
    gap = trial.line("gap", "total")
    told = enough(trial, 0.8)
    assert list(told) == [2025, 2026, 2027]
    for row, year in zip(gap, told, strict=True):
        assert told[year] == pytest.approx(np.quantile(row, 0.8))
    sure = enough(trial, 0.95)
    assert all(sure[year] >= told[year] for year in told)


@pytest.mark.long
@pytest.mark.parametrize("name", ["inflow", "grant", "ind", "homes"])
@pytest.mark.parametrize("scenario", ["baseline", "constrained", "ind-follows-budget"])
def test_what_goes_on_from_a_run_laid_aside_is_a_whole_run(scenario: str, name: str) -> None:
    short = Settings(3, 1, "week", date(2026, 9, 30))
    base = apply_sliders(load(scenario), {name: TURNS[name]})
    begun = simulated(Part(base, short))
    assert begun is not None
    assert begun.aside is not None
    money = {"price": 110.0, "budget": 3_000.0} if scenario == "baseline" else {}
    other = apply_sliders(load(scenario), {name: TURNS[name] * 1.1} | money)
    on, whole = (simulated(Part(other, short, aside=one)) for one in (begun.aside, None))
    assert on is not None
    assert whole is not None
    assert on.aside is None
    np.testing.assert_array_equal(on.trial.tables.monthly, whole.trial.tables.monthly)
    np.testing.assert_array_equal(on.trial.tables.yearly, whole.trial.tables.yearly)
    for key, costs in whole.trial.costs.items():
        np.testing.assert_array_equal(on.trial.costs[key], costs)


@pytest.mark.parametrize(("name", "value"), TURNS.items())
def test_a_run_goes_on_only_where_nothing_was_read_that_has_changed(
    baseline: Scenario, name: str, value: float
) -> None:
    """The stock of regular places begins at the start; a share after a hold gets another draw."""
    other = apply_sliders(baseline, {name: value})
    assert goes_on(baseline, other) == (name not in ("regular", "grant"))
    early = override(baseline, {"inflow.first": 26_501.0}, "another number from the start on")
    assert not goes_on(baseline, early)


@pytest.mark.parametrize(
    "name", ["constrained", "ind-follows-budget", "newest-first", "moratorium-extended",
             "inflow-pulled-back", "year-2024", "fixed-stock-41000"]
)  # fmt: skip
def test_a_run_of_another_scenario_is_not_gone_on_with(baseline: Scenario, name: str) -> None:
    assert not goes_on(baseline, load(name))
    assert goes_on(baseline, load("regular-27100"))  # a price


def test_a_run_with_other_settings_is_not_gone_on_with(baseline: Scenario) -> None:
    aside = Aside(Part(baseline, SHORT), b"")
    assert aside.fits(Part(apply_sliders(baseline, {"inflow": 40_000.0}), SHORT))
    assert not aside.fits(Part(baseline, replace(SHORT, seed=2)))
    assert not aside.fits(Part(baseline, replace(SHORT, replications=2)))


def test_work_that_nobody_waits_for_ends(baseline: Scenario, tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    assert simulated(Part(baseline, SHORT, sign=sign)) is None
    sign.touch()
    assert simulated(Part(baseline, replace(SHORT, until=date(2025, 3, 1)), sign=sign)) is not None


@pytest.mark.slow
def test_first_a_look_then_what_stays(baseline: Scenario) -> None:
    board, here, shown = board_of(baseline)
    rested(board)
    assert [part.settings.replications for part in here.given] == [PREVIEW, SETTLED]
    assert here.given[0].settings.until == date(2027, 12, 31)
    assert [one.settled for one in shown] == [False, True]


@pytest.mark.slow
def test_money_moves_the_gap_alone_and_simulates_nothing(baseline: Scenario) -> None:
    board, here, shown = board_of(baseline)
    rested(board)
    count = len(here.given)
    rested(board, ("price", 120.0), ("budget", 2_000.0), ("certainty", 90.0))
    assert len(here.given) == count
    assert all(one.charts == ("gap",) for one in shown[2:])
    assert shown[-1].certainty == 0.9


@pytest.mark.slow
def test_the_last_value_wins_and_what_is_past_is_given_up(baseline: Scenario) -> None:
    board, here, shown = board_of(baseline)
    turns = [("inflow", float(value)) for value in (30_000, 35_000, 40_000)]
    rested(board, *turns)
    settled = [part.scenario for part in here.given if part.settings.replications == SETTLED]
    assert {one.inflow.first.on(date(2026, 1, 1)) for one in settled} == {40_000}
    assert shown[-1].current
    assert shown[-1].settled
    assert shown[-1].subject.scenario.inflow.first.on(date(2026, 1, 1)) == 40_000


@pytest.mark.slow
def test_what_would_stay_is_not_begun_for_a_value_of_a_moment_ago(baseline: Scenario) -> None:
    """A slider that moves during a first look: that look is shown, and nothing more of it asked."""
    board, here, shown = board_of(baseline)

    async def go() -> None:
        board.go()
        await asyncio.sleep(0)
        board.turn("inflow", 40_000.0)
        await board.at_rest()

    asyncio.run(go())
    assert [part.settings.replications for part in here.given] == [PREVIEW, PREVIEW, SETTLED]
    assert [one.current for one in shown] == [False, True, True]


@pytest.mark.slow
def test_work_goes_on_with_new_processes_where_one_was_killed(baseline: Scenario) -> None:
    board, here, shown = board_of(baseline)

    class Broken(Executor):
        def submit(self, _work: Callable[..., Any], /, *_args: Any, **_: Any) -> Future[Any]:
            raise BrokenExecutor

    board._pool = Broken()
    board._processes = lambda: board._pool or here  # type: ignore[method-assign]
    rested(board)
    assert shown[-1].settled


@pytest.mark.long
def test_going_back_simulates_nothing(baseline: Scenario) -> None:
    board, here, shown = board_of(baseline)
    rested(board, ("homes", 3_000.0))
    rested(board, ("homes", 4_000.0))
    count = len(here.given)
    rested(board, ("homes", 3_000.0))
    assert len(here.given) == count
    assert shown[-1].settled
    assert shown[-1].charts == ("gap", "need", "occupancy")


def test_a_value_that_cant_be_turns_nothing(baseline: Scenario) -> None:
    board, _, _ = board_of(baseline)
    with pytest.raises(ScenarioError):
        board.turn("inflow", -1.0)
    assert not board.values


@pytest.mark.slow
def test_every_chart_of_a_what_if_can_be_drawn(baseline: Scenario, trial: Experiment) -> None:
    subject = subject_of(
        trial, months_of(trial), apply_sliders(baseline, {"inflow": 40_000.0}), SHORT
    )
    for name in ("need", "occupancy", "gap"):
        assert CHARTS[name].is_drawable(subject)
        assert draw(name, subject, CHART_SIZES["page"], "nl").texts
    assert "Wat als" in subject.scenario.title.nl


def test_a_written_patch_has_the_numbers_that_were_turned(
    baseline: Scenario, tmp_path: Path
) -> None:
    file = tmp_path / "what-if.yaml"
    write_patch(file, baseline, ["baseline"], {}, TURNS | {"certainty": 90.0})
    read, ours = load(file), apply_sliders(baseline, TURNS)
    numbers = [
        {key: (one.value, one.spread) for key, one in quantities(each)} for each in (read, ours)
    ]
    assert numbers[0] == numbers[1]
    text = yaml.safe_load(file.read_text("utf-8"))
    assert "40,000" in text["description"]["en"]
    assert "40.000" in text["description"]["nl"]
    assert "2,518" in text["description"]["en"]


def test_a_patch_stands_on_all_that_its_scenario_stood_on(tmp_path: Path) -> None:
    scenario = load("baseline", "faster-housing", sets=["ind.capacity.planned=30000"])
    file = tmp_path / "p.yaml"
    sets = {"ind.capacity.planned": 30_000}
    write_patch(file, scenario, ["baseline", "faster-housing"], sets, {"inflow": 40_000.0})
    found = load(file)
    assert found.housing.homes == scenario.housing.homes
    assert found.ind.capacity.planned.single == 30_000
    assert found.inflow.first.on(date(2026, 1, 1)) == 40_000


def test_nobodys_file_is_written_over(baseline: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("mine", "utf-8")
    with pytest.raises(ScenarioError, match="there already"):
        write_patch(file, baseline, ["baseline"], {}, TURNS)
    with pytest.raises(ScenarioError, match=r"this is no \.yaml"):
        write_patch(tmp_path / "x.txt", baseline, ["baseline"], {}, TURNS)
    with pytest.raises(ScenarioError, match="nothing was turned"):
        patch_of(baseline, ["baseline"], {}, {"certainty": 90.0})
    assert file.read_text("utf-8") == "mine"


@pytest.mark.slow
def test_words_say_where_a_knob_stands_and_how_sure_the_picture_is(
    baseline: Scenario, trial: Experiment
) -> None:
    by_name = {one.name: one for one in sliders(baseline)}
    assert value_of(by_name["homes"], by_name["homes"].start, "nl") == "2.518"
    assert value_of(by_name["budget"], 3_000, "en") == "EUR 3,000 million"
    assert value_of(by_name["regular"], 41_000, "en") == "as in the scenario"
    subject = subject_of(trial, months_of(trial), baseline, SHORT)
    one = Shown(("gap",), subject, {2025: -1e9, 2026: -2e9, 2027: 3.44e9}, 0.8, True, True)
    assert "2027 € 3,4 mld bij" in enough_in_words(one, "nl")
    assert "2026 nothing (EUR 2.0 billion is left)" in enough_in_words(one, "en")
    assert "2025" not in enough_in_words(one, "en")
    assert "100" in state_of(one, "en")

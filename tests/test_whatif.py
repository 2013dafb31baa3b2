"""The what-if without its widgets: what a slider changes, what is simulated, what is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import yaml
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from sim.errors import ScenarioError
from sim.model.cancel import CancelledError
from sim.model.prices import affects_costs_only
from sim.model.sampling import apply_draw, sample
from sim.notebook.what_if.controller import Controller, Update
from sim.report.charts import CHART_SIZES, CHARTS, alt_text, draw
from sim.report.charts.data import by_month
from sim.report.charts.gap import BASELINE
from sim.report.i18n import Language
from sim.report.style import GREY, colour
from sim.results.experiment import Experiment, Settings, simulate_one
from sim.results.tables import Tables
from sim.runs.batches import Cells, batch_of
from sim.scenario import Scenario, load, quantities
from sim.what_if.answer import Answer, extra_budget_text
from sim.what_if.compute import chart_data, extra_budget, price, simulate
from sim.what_if.sliders import (
    apply_sliders,
    make_patch,
    patch_changes,
    sliders,
    value_text,
    write_patch,
)

SHORT = Settings(4, 1, "week", date(2027, 12, 31))
FIRST_YEAR = replace(SHORT, until=date(2025, 12, 31))
SIZE = CHART_SIZES["page"]
MOVES = {
    "inflow": 40_000.0,
    "grant": 80.0,
    "ind": 20_000.0,
    "homes": 3_000.0,
    "regular": 60_000.0,
    "price": 110.0,
    "budget": 3_000.0,
}


WAIT = ("", 0.0)
"""Stands for a pause between two moves in which a simulation begins."""


@dataclass
class Session:
    """A controller with small simulations, the scenarios it simulated and what it showed."""

    controller: Controller
    updates: list[Update]
    requests: list[Scenario] = field(default_factory=list)
    cancelled: int = 0

    async def simulate(
        self, scenario: Scenario, settings: Settings, pool: Executor, cancelled: Event
    ) -> Tables:
        self.requests.append(scenario)
        try:
            return await simulate(scenario, settings, pool, cancelled)
        except CancelledError:
            self.cancelled += 1
            raise

    def move(self, *moves: tuple[str, float]) -> None:
        """Show the what-if, move sliders, and wait until no simulation is running."""

        async def go() -> None:
            if not self.requests:
                self.controller.update()
            for move in moves:
                if move != WAIT:
                    self.controller.set_slider(*move)
                    continue
                while not self.requests or self.requests[-1] is not self.controller._changed:
                    await asyncio.sleep(0.001)
            await self.controller.wait()

        asyncio.run(go())

    def start(self, name: str) -> float:
        return next(one.start for one in self.controller.sliders if one.name == name)


@pytest.fixture
def what_if(baseline: Scenario, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    updates: list[Update] = []
    session = Session(Controller(baseline, updates.append), updates)
    session.controller.settings = FIRST_YEAR
    monkeypatch.setattr("sim.notebook.what_if.controller.simulate", session.simulate)
    yield session
    session.controller.close()


@pytest.fixture(scope="module")
def experiment(baseline: Scenario) -> Experiment:
    return price(run_simulate(baseline, SHORT), baseline, SHORT)


def test_a_slider_that_is_not_moved_changes_nothing(baseline: Scenario) -> None:
    unmoved = {one.name: one.start for one in sliders(baseline)}
    assert apply_sliders(baseline, unmoved) is baseline
    assert apply_sliders(baseline, {}) is baseline


@pytest.mark.parametrize("name", ["baseline", "inflow-surge", "no-moratorium", "constrained"])
def test_every_slider_includes_the_value_of_its_scenario(name: str) -> None:
    for slider in sliders(load(name)):
        assert slider.low <= slider.start <= slider.high
        assert (slider.start - slider.low) % slider.step == pytest.approx(0, abs=1e-6)
        assert abs(slider.start - slider.own) <= slider.step / 2


@pytest.mark.parametrize(("name", "value"), MOVES.items())
def test_a_slider_changes_its_own_numbers_and_only_from_2026_on(
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
        "price": ("prices.estimated_factor",),
        "budget": ("budget.vintages.owb2025.lines.coa_nidos",),
    }[name]
    assert moved
    assert all(key.startswith(roots) for key in moved)
    for key in moved & {"inflow.first", "ind.capacity.planned", "housing.homes"}:
        assert now[key].on(date(2026, 1, 1)) == (12 * value if name == "homes" else value)
    for key in moved - {"reception.places.regular.level", "prices.estimated_factor"}:
        assert now[key].on(date(2025, 12, 31)) == before[key].on(date(2025, 12, 31)), key


@pytest.mark.parametrize("name", ["inflow", "grant", "ind", "homes", "price"])
def test_a_moved_number_keeps_its_relative_uncertainty(baseline: Scenario, name: str) -> None:
    other = apply_sliders(baseline, {name: MOVES[name]})
    now, before = (sample(one, 40, 1, until=date(2025, 12, 31)) for one in (other, baseline))
    assert now.keys() == before.keys()
    numbers = [dict(quantities(one)) for one in (other, baseline)]
    for path in now:
        if path in numbers[0] and path != "prices.estimated_factor":
            ours, theirs = (
                apply_draw(one[path], one[path].on(date(2025, 12, 31)), columns[path])
                for one, columns in zip(numbers, (now, before), strict=True)
            )
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_costs_only_sliders_change_only_keys_that_affect_costs(baseline: Scenario) -> None:
    for slider in sliders(baseline):
        changed = patch_changes(baseline, {slider.name: slider.start + slider.step})
        if slider.costs_only:
            assert all(affects_costs_only(baseline, key) for key in changed)
        else:
            assert not any(affects_costs_only(baseline, key) for key in changed)


def test_prices_and_budgets_need_a_simulation_where_spending_follows_the_budget() -> None:
    costs_only = {one.name for one in sliders(load("constrained")) if one.costs_only}
    assert costs_only == {"certainty"}


def test_granted_shares_do_not_exceed_the_cases_that_are_not_closed(baseline: Scenario) -> None:
    most = apply_sliders(baseline, {"grant": 120.0})
    for group in most.groups.values():
        day = date(2026, 1, 1)
        assert group.granted_share.on(day) + group.closed_share.on(day) <= 1 + 1e-6


@pytest.mark.slow
def test_new_prices_on_simulated_people_equal_a_simulation_with_these_prices(
    baseline: Scenario, experiment: Experiment
) -> None:
    dear = apply_sliders(baseline, {"price": 120.0, "budget": 4_000.0})
    repriced = price(experiment.tables, dear, SHORT)
    simulated = price(run_simulate(dear, SHORT), dear, SHORT)
    for key, costs in simulated.costs.items():
        np.testing.assert_array_equal(repriced.costs[key], costs)
    np.testing.assert_array_equal(repriced.line("gap", "total"), simulated.line("gap", "total"))


@pytest.mark.slow
def test_chart_data_are_the_tables_of_the_simulation(experiment: Experiment) -> None:
    cells = Cells([batch_of(experiment, ["need"])])
    (cell,) = cells.index.monthly
    assert cell.series == "need"
    np.testing.assert_array_equal(cells("monthly", 0), experiment.monthly["need", "total"])
    thousands = np.quantile(experiment.line("gap", "total"), 0.5, axis=-1).round(-3)
    data = chart_data(experiment, SHORT)
    assert data.budget["gap_p50"].to_numpy() == pytest.approx(thousands, abs=1)


@pytest.mark.slow
def test_the_extra_budget_is_the_quantile_of_the_gap(experiment: Experiment) -> None:
    gap = experiment.line("gap", "total")
    extra = extra_budget(experiment, 0.8)
    assert list(extra) == [2025, 2026, 2027]
    for row, year in zip(gap, extra, strict=True):
        assert extra[year] == pytest.approx(np.quantile(row, 0.8))
    surer = extra_budget(experiment, 0.95)
    assert all(surer[year] >= extra[year] for year in extra)


def run_simulate(scenario: Scenario, settings: Settings, pieces: int = 0) -> Tables:
    with ThreadPoolExecutor(2) as pool:
        return asyncio.run(simulate(scenario, settings, pool, Event(), pieces))


@pytest.mark.long
@pytest.mark.parametrize("name", ["baseline", "constrained"])
def test_results_do_not_depend_on_the_number_of_pieces(name: str) -> None:
    scenario, settings = load(name), replace(FIRST_YEAR, replications=3)
    samples = sample(scenario, 3, settings.seed, until=settings.until)
    whole = simulate_one(scenario, samples, settings)
    for pieces in (1, 2, 3):
        tables = run_simulate(scenario, settings, pieces)
        np.testing.assert_array_equal(tables.monthly, whole.tables.monthly)
        np.testing.assert_array_equal(tables.yearly, whole.tables.yearly)
        experiment = price(tables, scenario, settings)
        assert experiment.costs.keys() == whole.costs.keys()
        for key, costs in whole.costs.items():
            np.testing.assert_array_equal(experiment.costs[key], costs)


@pytest.mark.slow
def test_a_cancelled_simulation_ends_without_a_result(baseline: Scenario) -> None:
    """Cancelled before its first step and under way; a whole run would end with a result."""
    cancelled = Event()

    async def go(seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, cancelled.set)
        await simulate(baseline, replace(SHORT, step="day"), pool, cancelled)

    with ThreadPoolExecutor(2) as pool:
        for seconds in (0.1, 0.0):
            with pytest.raises(CancelledError):
                asyncio.run(go(seconds))


@pytest.mark.slow
def test_one_request_gives_one_final_result(what_if: Session) -> None:
    what_if.move()
    assert what_if.requests == [what_if.controller.scenario]
    assert [update.charts for update in what_if.updates] == [("gap", "need", "occupancy")]


@pytest.mark.slow
def test_prices_and_budgets_are_applied_without_a_simulation(what_if: Session) -> None:
    what_if.move()
    what_if.move(("price", 120.0), ("budget", 2_000.0), ("certainty", 90.0))
    assert len(what_if.requests) == 1
    assert [update.charts for update in what_if.updates[1:]] == [("gap",)] * 3
    assert what_if.updates[-1].answer.certainty == 0.9


@pytest.mark.slow
def test_a_newer_value_cancels_the_request_for_an_older_one(what_if: Session) -> None:
    what_if.move()
    what_if.move(("inflow", 30_000.0), WAIT, ("inflow", 35_000.0), WAIT, ("inflow", 40_000.0))
    first = [one.inflow.first.on(date(2026, 1, 1)) for one in what_if.requests[1:]]
    assert first == [30_000, 35_000, 40_000]
    assert what_if.cancelled == 2
    assert len(what_if.updates) == 2
    shown = what_if.updates[-1].answer.data.scenario
    assert shown.inflow.first.on(date(2026, 1, 1)) == 40_000


@pytest.mark.slow
def test_values_that_were_passed_by_are_never_simulated(what_if: Session) -> None:
    what_if.move()
    what_if.move(*(("inflow", float(value)) for value in (30_000, 35_000, 40_000)))
    assert len(what_if.requests) == 2


@pytest.mark.slow
def test_the_scenario_itself_is_shown_behind_a_change_and_never_cancelled(
    what_if: Session,
) -> None:
    what_if.move(WAIT, ("inflow", 40_000.0))
    assert len(what_if.requests) == 2
    assert not what_if.cancelled
    (update,) = what_if.updates
    assert update.answer.data.baseline is not None
    assert update.answer.data.baseline.scenario is what_if.controller.scenario
    what_if.move(("inflow", what_if.start("inflow")))
    assert what_if.updates[-1].answer.data.baseline is None


@pytest.mark.slow
def test_going_back_simulates_nothing(what_if: Session) -> None:
    what_if.move(("homes", 3_000.0))
    what_if.move(("homes", 4_000.0))
    count = len(what_if.requests)
    what_if.move(("homes", 3_000.0))
    assert len(what_if.requests) == count
    assert what_if.updates[-1].charts == ("gap", "need", "occupancy")


def test_an_invalid_value_is_refused_and_changes_nothing(what_if: Session) -> None:
    with pytest.raises(ScenarioError):
        what_if.controller.set_slider("inflow", -1.0)
    assert not what_if.controller.values
    assert not what_if.requests


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_chart_shows_the_baseline_in_grey_with_its_name(
    baseline: Scenario, experiment: Experiment, lang: Language
) -> None:
    changed = apply_sliders(baseline, {"price": 150.0, "budget": 1_000.0})
    behind = chart_data(experiment, SHORT)
    data = chart_data(price(experiment.tables, changed, SHORT), SHORT, behind)
    name = {"en": "scenario without changes", "nl": "scenario zonder wijzigingen"}[lang]
    for chart in ("need", "occupancy", "gap"):
        assert CHARTS[chart].is_drawable(data)
        assert name not in texts(draw(chart, replace(data, baseline=None), SIZE, lang))
        assert name in texts(draw(chart, data, SIZE, lang))
        words = alt_text(chart, data, lang)
        assert words.startswith(CHARTS[chart].alt_text(data, lang))
        assert CHARTS[chart].alt_text(behind, lang) in words
    assert "Wat als" in data.scenario.title.nl


@pytest.mark.slow
def test_grey_lines_and_bars_have_the_numbers_of_the_baseline(
    baseline: Scenario, experiment: Experiment
) -> None:
    behind = chart_data(experiment, SHORT)
    tripled = behind.monthly.assign(**{name: 3 * behind.monthly[name] for name in ("p50", "mean")})
    data = replace(behind, monthly=tripled, baseline=behind)
    need = by_month(behind, "need")["p50"]
    people = by_month(behind, "occupancy")["mean"] + by_month(behind, "shortage")["mean"]
    for chart, values in (("need", need), ("occupancy", people)):
        (axes,) = draw(chart, data, SIZE, "en").axes
        grey = [line.get_ydata() for line in axes.lines if line.get_color() == colour(GREY)]
        assert any(np.array_equal(np.asarray(line), np.asarray(values)) for line in grey)
    dear = apply_sliders(baseline, {"price": 150.0})
    data = chart_data(price(experiment.tables, dear, SHORT), SHORT, behind)
    (axes,) = draw("gap", data, SIZE, "en").axes
    bars = [one for one in axes.patches if isinstance(one, Rectangle)]
    pale = [one for one in bars if one.get_facecolor()[:3] == to_rgb(colour(BASELINE.colour))]
    for name in ("cost_p50", "budget"):
        assert set(behind.budget[name] / 1e9) <= {bar.get_height() for bar in pale}
    front = [bar for bar in bars if bar not in pale]
    assert min(bar.get_x() for bar in pale) < min(bar.get_x() for bar in front)


def test_a_written_patch_has_the_values_of_the_sliders(baseline: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "what-if.yaml"
    write_patch(file, baseline, ["baseline"], {}, MOVES | {"certainty": 90.0})
    read, ours = load(file), apply_sliders(baseline, MOVES)
    numbers = [
        {key: (one.value, one.spread) for key, one in quantities(each)} for each in (read, ours)
    ]
    assert numbers[0] == numbers[1]
    text = yaml.safe_load(file.read_text("utf-8"))
    assert "40,000" in text["description"]["en"]
    assert "40.000" in text["description"]["nl"]
    assert "2,518" in text["description"]["en"]


def test_a_patch_extends_all_that_its_scenario_was_made_of(tmp_path: Path) -> None:
    scenario = load("baseline", "faster-housing", sets=["ind.capacity.planned=30000"])
    file = tmp_path / "p.yaml"
    sets = {"ind.capacity.planned": 30_000}
    write_patch(file, scenario, ["baseline", "faster-housing"], sets, {"inflow": 40_000.0})
    found = load(file)
    assert found.housing.homes == scenario.housing.homes
    assert found.ind.capacity.planned.single == 30_000
    assert found.inflow.first.on(date(2026, 1, 1)) == 40_000


def test_an_existing_file_is_not_overwritten(baseline: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("mine", "utf-8")
    with pytest.raises(ScenarioError, match="already exists"):
        write_patch(file, baseline, ["baseline"], {}, MOVES)
    with pytest.raises(ScenarioError, match=r"does not end in \.yaml"):
        write_patch(tmp_path / "x.txt", baseline, ["baseline"], {}, MOVES)
    with pytest.raises(ScenarioError, match="no slider was moved"):
        make_patch(baseline, ["baseline"], {}, {"certainty": 90.0})
    assert file.read_text("utf-8") == "mine"


@pytest.mark.slow
def test_texts_give_values_with_units_and_the_extra_budget_of_later_years(
    baseline: Scenario, experiment: Experiment
) -> None:
    by_name = {one.name: one for one in sliders(baseline)}
    assert value_text(by_name["homes"], by_name["homes"].start, "nl") == "2.518"
    assert value_text(by_name["budget"], 3_000, "en") == "EUR 3,000 million"
    assert value_text(by_name["regular"], 41_000, "en") == "as in the scenario"
    extra = {2025: -1e9, 2026: -2e9, 2027: 3.44e9}
    answer = Answer(chart_data(experiment, SHORT), extra, 0.8)
    assert "2027 met € 3,4 miljard" in extra_budget_text(answer, "nl")
    assert "2026 not at all (surplus of EUR 2.0 billion)" in extra_budget_text(answer, "en")
    assert "2025" not in extra_budget_text(answer, "en")


def texts(figure: Figure) -> str:
    """Return all texts of a figure, without line breaks."""
    found = figure.findobj(Text)
    return " ".join(" ".join(one.get_text().split()) for one in found if isinstance(one, Text))

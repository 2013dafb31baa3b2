"""The shipped scenarios: what they say of themselves, and what comes out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from sim.clock import StepLength
from sim.model.engine import simulate
from sim.model.ledger import Ledger
from sim.model.uncertainty import UNCERTAINTIES, Uncertainty
from sim.questions.metrics import required_cells
from sim.questions.questions import questions
from sim.report.overview import (
    SETTINGS,
    YEAR,
    ScenarioHeadline,
    as_csv,
    headline_of,
    headlines,
    with_headline,
)
from sim.results.budget import costs
from sim.results.executor import Workers
from sim.results.tables import Tables, tabulate
from sim.results.tasks import simulate_all
from sim.runs.batches import Options
from sim.runs.run import execute
from sim.scenario import load, quantities, shipped, shipped_folder
from sim.studies.options import SimulationOptions

PATCHES = [name for name in shipped() if name != "baseline"]
BASELINE = dict(quantities(load("baseline")))


CELLS = required_cells(questions())
CHOSEN = re.compile(
    r"plan\..+|reception\.places\.\w+\.(opening_people|opening_status_holders"
    r"|standby\.(places|lead_weeks))"
)
"""Numbers of a plan and of the places it keeps ready that are choices."""


def computed(name: str) -> ScenarioHeadline:
    return headline_of(name, simulate_all(load(name), SETTINGS))


@pytest.mark.long
@pytest.mark.parametrize("name", list(with_headline()))
def test_the_kept_headline_of_a_scenario_is_what_a_run_gives(name: str) -> None:
    """And the run has every cell that the question book asks of the scenario until then."""
    trials = simulate_all(load(name), SETTINGS)
    assert headlines()[name] == headline_of(name, trials)
    for address in CELLS.get(name, ()):
        if address.year <= YEAR:
            assert any(np.isfinite(trial.cell(address)).any() for trial in trials), address


def test_a_list_states_the_gap_with_the_settings_of_a_run() -> None:
    """The path and the random numbers of a year do not depend on where the run ends."""
    run, asked = Options(), SimulationOptions()
    for settings in (run, SETTINGS):
        assert (settings.replications, settings.seed, settings.step) == (500, 1, "day")
        assert settings.vary == UNCERTAINTIES
    assert (asked.replications, asked.seed, asked.step) == (500, 1, "day")
    assert SETTINGS.until == date(YEAR, 12, 31)


@pytest.mark.long
def test_the_book_asks_only_of_scenarios_that_have_a_headline() -> None:
    assert set(CELLS) <= set(with_headline())


@pytest.mark.long
def test_the_table_holds_every_scenario_and_no_other() -> None:
    assert list(headlines()) == list(with_headline())
    text = (Path(__file__).parent.parent / "sim" / "data" / "headlines.csv").read_text("utf-8")
    assert as_csv(list(headlines().values())) == text


@pytest.mark.slow
@pytest.mark.parametrize("name", PATCHES)
def test_a_patch_asks_something_in_two_sentences_and_both_languages(name: str) -> None:
    scenario = load(name)
    for text in (scenario.description.en, scenario.description.nl):
        assert len([part for part in text.replace("?", ".").split(". ") if part.strip()]) == 2, text
        assert text.endswith("?")
    assert scenario.title.en != scenario.title.nl


@pytest.mark.slow
@pytest.mark.parametrize("name", PATCHES)
def test_a_patched_number_has_a_source_or_passes_for_illustrative(name: str) -> None:
    """A size without a source carries a range, and its scenario says illustrative.

    What a plan decides is a choice, and has none: it is not unknown.
    """
    changed = {
        path: quantity
        for path, quantity in quantities(load(name))
        if BASELINE.get(path) != quantity
    }
    raw = yaml.safe_load((shipped_folder() / f"{name}.yaml").read_text("utf-8"))
    for path, quantity in changed.items():
        assert not (quantity.assumption or "").startswith("patch "), f"{path}: say where from"
        if quantity.source is None:
            assert raw["title"]["en"].startswith("Illustrative"), path
            assert raw["title"]["nl"].startswith("Illustratief"), path
            assert quantity.spread is not None or CHOSEN.fullmatch(path), path


def gap(name: str) -> float:
    return headlines()[name].gap[1]


def need(name: str) -> float:
    return headlines()[name].need[1]


def test_more_people_need_more_places_and_money() -> None:
    for more, less in (
        ("inflow-2024", "baseline"),
        ("inflow-surge", "baseline"),
        ("baseline", "budget-frame"),
        ("budget-frame-first", "budget-frame"),
        ("priority-ban", "baseline"),
        ("baseline", "faster-housing"),
        ("baseline", "family-restricted"),
    ):
        assert need(more) > need(less), (more, less)


@pytest.mark.long
def test_a_smaller_ind_leaves_more_undecided_and_fewer_family_arriving(tmp_path: Path) -> None:
    # Need itself hardly moves: the family desk shrinks as well, so that fewer people arrive.
    yearly = {}
    for name in ("baseline", "ind-follows-budget"):
        options = Options(replications=20, step="week", charts=False, workers=Workers(1))
        yearly[name] = execute(load(name), name, options, tmp_path / name).yearly

    def mean(name: str, series: str, measure: str) -> float:
        rows = yearly[name]
        rows = rows[(rows["series"] == series) & (rows["breakdown"] == "total")]
        return float(rows[(rows["measure"] == measure) & (rows["year"] == 2029)]["mean"].item())

    assert mean("ind-follows-budget", "pending", "end") > 1.4 * mean("baseline", "pending", "end")
    less = mean("ind-follows-budget", "family_arrivals", "sum")
    assert less < 0.6 * mean("baseline", "family_arrivals", "sum")


@pytest.mark.long
def test_the_budget_frame_is_met_in_total(tmp_path: Path) -> None:
    options = Options(replications=20, step="week", charts=False, workers=Workers(1))
    yearly = execute(load("budget-frame"), "x", options, tmp_path / "x").yearly
    total = yearly[(yearly["series"] == "inflow") & (yearly["breakdown"] == "total")]
    for year in (2028, 2029):
        assert total[total["year"] == year]["p50"].item() == pytest.approx(25_000, rel=0.02)


def test_prices_move_the_gap_and_nobody() -> None:
    assert gap("document-prices") < gap("coa-prices") < gap("cash-level")
    assert gap("document-prices") < gap("baseline") < gap("nominal")
    for name in ("document-prices", "coa-prices", "cash-level", "nominal", "fill-91"):
        assert need(name) == need("baseline")


def test_cheaper_places_and_more_room_move_the_gap_as_they_should() -> None:
    assert gap("fixed-stock-41000") < gap("baseline") < gap("fill-91")
    assert need("transit-16000") < need("baseline")


@dataclass(frozen=True)
class Past:
    """A run without the chance of inflow: means at dates."""

    ledger: Ledger
    tables: Tables

    def on(self, moment: date, series: str, breakdown: str = "total") -> float:
        names = [(cell.series, cell.breakdown) for cell in self.tables.monthly_cells]
        column = self.tables.dates.index(moment)
        return float(self.tables.monthly[names.index((series, breakdown)), column].mean())


def past(name: str, step: StepLength = "day", until: date | None = None) -> Past:
    scenario = load(name)
    kinds: tuple[Uncertainty, ...] = ("parameters", "process")
    ledger = simulate(scenario, 40, 1, vary=kinds, step=step, until=until)
    return Past(ledger, tabulate(ledger, scenario))


@pytest.mark.slow
def test_mpp_2024_i_passes_the_need_of_that_forecast() -> None:
    """Need of 96,000 on 1 January and 115,000 on 1 July 2025, and 135,000 on 1 January 2026."""
    run = past("mpp-2024-i", "week", date(2025, 12, 31))
    assert run.on(date(2024, 12, 31), "need") == pytest.approx(96_000, rel=0.05)
    assert run.on(date(2025, 6, 30), "need") == pytest.approx(115_000, rel=0.05)
    assert run.on(date(2025, 12, 31), "need") == pytest.approx(135_000, rel=0.05)


@pytest.mark.slow
def test_mpp_2024_ii_comes_to_115000_places_and_half_status_holders() -> None:
    run = past("mpp-2024-ii", "week", date(2025, 12, 31))
    end = date(2025, 12, 31)
    assert run.on(end, "need") == pytest.approx(115_000, rel=0.05)
    status = run.ledger.snapshots["status_holders"][-1].mean()
    people = run.on(end, "occupancy") + run.on(end, "shortage")
    assert 0.45 < status / people < 0.55


@pytest.mark.long
def test_the_year_2023_ends_where_reception_stood_on_1_january_2024() -> None:
    """Calibration: homes are fitted to the status holders. 64,405 people, 15,368 of them (AIDA);

    14,485 permits (CBS) and 10,125 family arrivals were counted in the year.
    """
    run, end = past("year-2023"), date(2024, 1, 1)
    assert run.on(end, "occupancy") + run.on(end, "shortage") == pytest.approx(64_405, rel=0.03)
    assert run.ledger.snapshots["status_holders"][-1].mean() == pytest.approx(15_368, rel=0.06)
    year = slice(0, 12)
    assert run.ledger.tallies["granted"][year].sum(axis=0).mean() == pytest.approx(14_485, rel=0.03)
    arrived = run.ledger.flows["family_travelling", "status_holders"][year].sum(axis=0).mean()
    arrived += run.ledger.flows["family_travelling", "settled"][year].sum(axis=0).mean()
    assert arrived == pytest.approx(10_125, rel=0.03)


@pytest.mark.long
def test_the_year_2024_from_what_was_known_before_it() -> None:
    """Other intake of 2017-2019 alone hits the total; prices of 2023 miss 3.5 and 3.93 billion."""
    run, end = past("year-2024-ex-ante"), date(2025, 1, 6)
    assert run.on(end, "occupancy") == pytest.approx(72_610, rel=0.03)
    scenario = load("year-2024-ex-ante")
    lines = costs(scenario, run.tables.volumes, run.ledger.samples, run.ledger.clock)
    coa = float(np.median(lines["coa_price", "coa"][0]))
    assert coa == pytest.approx(2.97e9, rel=0.02)
    own = scenario.prices.own_cost_2024.single
    assert 0.13 < 1 - coa / own < 0.17


@pytest.mark.long
def test_the_year_2024_ends_where_reception_stood_on_6_january_2025() -> None:
    """Calibration, not proof: inflow, homes, decisions and arrivals are those of the year.

    Published: 72,610 people in reception of whom 18,651 status holders (AIDA), 69,930 asylum
    cases on 1 January 2025 (the document), 15,965 permits (CBS), 44,280 out of reception.
    """
    run, last = past("year-2024"), date(2025, 1, 6)
    ledger = run.ledger

    def end(series: str, breakdown: str) -> float:
        return run.on(last, series, breakdown)

    assert end("occupancy", "total") == pytest.approx(72_610, rel=0.03)
    assert end("occupancy", "kind:status_holders") == pytest.approx(18_651, rel=0.06)
    assert end("pending", "total") == pytest.approx(69_930, rel=0.03)
    granted = ledger.tallies["granted"][:12].sum(axis=0).mean()
    assert granted == pytest.approx(15_965, rel=0.03)
    assert end("municipal_arrears", "total") == pytest.approx(12_105, abs=150)

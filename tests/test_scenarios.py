"""The shipped scenarios: what they say of themselves, and what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.engine import simulate
from sim.report.overview import (
    SETTINGS,
    Headline,
    as_csv,
    headline_of,
    headlines,
    with_headline,
)
from sim.results import tabulate
from sim.run import execute
from sim.run.chunks import Options
from sim.scenario import load, quantities, shipped, shipped_folder

PATCHES = [name for name in shipped() if name != "baseline"]
BASELINE = dict(quantities(load("baseline")))


def computed(name: str, folder: Path) -> Headline:
    scenario = load(name)
    options: dict[str, Any] = {**SETTINGS, "charts": False, "workers": 1}
    done = execute(scenario, name, Options(**options), folder / name)
    return headline_of(name, scenario, done.budget, done.yearly)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(with_headline()))
def test_the_kept_headline_of_a_scenario_is_what_a_run_gives(name: str, tmp_path: Path) -> None:
    assert headlines()[name] == computed(name, tmp_path)


def test_the_table_holds_every_scenario_and_no_other() -> None:
    assert list(headlines()) == list(with_headline())
    text = (Path(__file__).parent.parent / "sim" / "data" / "headlines.csv").read_text("utf-8")
    assert as_csv(list(headlines().values())) == text


@pytest.mark.parametrize("name", PATCHES)
def test_a_patch_asks_something_in_two_sentences_and_both_languages(name: str) -> None:
    scenario = load(name)
    for text in (scenario.description.en, scenario.description.nl):
        assert len([part for part in text.replace("?", ".").split(". ") if part.strip()]) == 2, text
        assert text.endswith("?")
    assert scenario.title.en != scenario.title.nl


@pytest.mark.parametrize("name", PATCHES)
def test_a_patched_number_has_a_source_or_passes_for_illustrative(name: str) -> None:
    """A size without a source carries a range, and its scenario says illustrative."""
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
            assert quantity.spread is not None, path


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


def test_a_smaller_ind_leaves_more_undecided_and_fewer_family_arriving(tmp_path: Path) -> None:
    # Need itself hardly moves: the family desk shrinks as well, so that fewer people arrive.
    yearly = {}
    for name in ("baseline", "ind-follows-budget"):
        options = Options(replications=20, step="week", charts=False, workers=1)
        yearly[name] = execute(load(name), name, options, tmp_path / name).yearly

    def mean(name: str, series: str, measure: str) -> float:
        rows = yearly[name]
        rows = rows[(rows["series"] == series) & (rows["breakdown"] == "total")]
        return float(rows[(rows["measure"] == measure) & (rows["year"] == 2029)]["mean"].item())

    assert mean("ind-follows-budget", "pending", "end") > 1.4 * mean("baseline", "pending", "end")
    less = mean("ind-follows-budget", "family_arrivals", "sum")
    assert less < 0.6 * mean("baseline", "family_arrivals", "sum")


def test_the_budget_frame_is_met_in_total(tmp_path: Path) -> None:
    options = Options(replications=20, step="week", charts=False, workers=1)
    yearly = execute(load("budget-frame"), "x", options, tmp_path / "x").yearly
    total = yearly[(yearly["series"] == "inflow") & (yearly["breakdown"] == "total")]
    for year in (2028, 2029):
        assert total[total["year"] == year]["p50"].item() == pytest.approx(25_000, rel=0.02)


def test_prices_move_the_gap_and_nobody() -> None:
    assert gap("baseline") < gap("coa-prices") < gap("cash-level")
    assert gap("baseline") < gap("nominal")
    for name in ("coa-prices", "cash-level", "nominal", "fill-91"):
        assert need(name) == need("baseline")


def test_cheaper_places_and_more_room_move_the_gap_as_they_should() -> None:
    assert gap("fixed-stock-41000") < gap("baseline") < gap("fill-91")
    assert need("transit-16000") < need("baseline")


def test_the_year_2024_ends_where_reception_stood_on_6_january_2025() -> None:
    """Calibration, not proof: inflow, homes, decisions and arrivals are those of the year.

    Published: 72,610 people in reception of whom 18,651 status holders (AIDA), 69,930 asylum
    cases on 1 January 2025 (the document), 15,965 permits (CBS), 44,280 out of reception.
    """
    scenario = load("year-2024")
    ledger = simulate(scenario, 40, 1, vary=("parameters", "luck"))
    tables = tabulate(ledger, scenario)

    def end(series: str, breakdown: str) -> float:
        cells = [(cell.series, cell.breakdown) for cell in tables.monthly_cells]
        return float(tables.monthly[cells.index((series, breakdown)), -1].mean())

    assert end("occupancy", "total") == pytest.approx(72_610, rel=0.03)
    assert end("occupancy", "kind:status_holders") == pytest.approx(18_651, rel=0.06)
    assert end("pending", "total") == pytest.approx(69_930, rel=0.03)
    granted = ledger.tallies["granted"][:12].sum(axis=0).mean()
    assert granted == pytest.approx(15_965, rel=0.03)
    assert end("municipal_arrears", "total") == pytest.approx(12_105, abs=150)

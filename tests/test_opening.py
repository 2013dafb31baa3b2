"""Day 0 equals the document."""

import numpy as np
import pytest
from support.scenarios import change, world_of

from sim.errors import ScenarioError
from sim.model.initial_state import spread_ages, status_rounding
from sim.model.ledger import Ledger
from sim.model.reception import people_entitled
from sim.results.tables import stock_cells
from sim.scenario import Scenario


def opening(ledger: Ledger, scenario: Scenario) -> dict[str, np.ndarray]:
    cells = stock_cells(lambda name: ledger.snapshots[name][:1].astype(float), scenario)
    return {cell.name: values[0] for cell, values in cells.items()}


@pytest.mark.slow
def test_stocks_are_those_of_27_january(quarter: Ledger, baseline: Scenario) -> None:
    cells = opening(quarter, baseline)
    expected = {
        "occupancy|place:regular": 34_920,
        "occupancy|place:emergency": 30_490,
        "occupancy|place:tgo": 4_970,
        "occupancy|place:non_coa": 2_270,
        "occupancy|total": 72_650,
        "occupancy|kind:status_holders": 18_840,
        "shortage|total": 0,
        "pending|total": 69_930,
        "pending|group:syria": 16_290,
        "family_pending|total": 66_040,
    }
    for name, value in expected.items():
        assert (cells[name] == value).all(), name
    assert (np.rint(cells["occupancy|kind:minors"] / 10) == 1_612).all()
    assert baseline.housing.opening_arrears.single == 12_105
    assert (np.abs(cells["emergency_share|total"] - 0.4957) < 0.0005).all()
    assert np.allclose(cells["need|total"], 72_650 / 0.91)
    parts = ("total", "group:dublin_safe", "group:other_cases")
    total, track_1_2, other = (cells[f"pending|{part}"] for part in parts)
    assert (total - track_1_2 - other == 50_910).all()


@pytest.mark.slow
def test_the_rounding_of_the_published_table_is_shown_not_hidden(
    quarter: Ledger, baseline: Scenario
) -> None:
    cells = opening(quarter, baseline)
    # The rounded rows of status holders add up to 18,850, the published total is 18,840; asylum
    # seekers are then 53,810 where the document prints 53,800.
    ledger_rows = [p.opening_status_holders.single for p in baseline.reception.places.values()]
    assert sum(ledger_rows) == 18_850
    assert baseline.reception.opening_status_holders.single - sum(ledger_rows) == -10
    assert (cells["occupancy|kind:asylum_seekers"] == 53_810).all()
    assert status_rounding(baseline) == -10


def test_the_opening_closes_on_the_published_people_or_is_refused(baseline: Scenario) -> None:
    """Accompanying people are what is left; where less than nothing is left, it says how much."""
    world = world_of(baseline)
    people = sum(round(place.opening_people.single) for place in baseline.reception.places.values())
    assert people_entitled(world).tolist() == [people]
    rest = int(world.ledger.stocks["accompanying"].sum())
    assert 0 < rest < people
    fewer = {"reception.places.regular.opening_people": 34_920 - rest - 1}
    with pytest.raises(ScenarioError, match="add up to 1 more than"):
        world_of(change(baseline, fewer))


def test_a_group_without_an_opening_stock_has_nobody_there(baseline: Scenario) -> None:
    """And the others have what is stated, rounded."""
    out = {"courts.opening_in_appeal.turkey": None, "departure.opening_rejected.turkey": None}
    scenario = change(baseline, out)
    stocks = world_of(scenario).ledger.stocks
    column = list(baseline.groups).index("turkey")
    for name, stated in (
        ("in_appeal", baseline.courts.opening_in_appeal),
        ("rejected", baseline.departure.opening_rejected),
    ):
        there = [round(stated[group].single) for group in baseline.groups]
        assert there[column] > 0
        there[column] = 0
        assert (stocks[name] == there).all()


def test_people_of_the_opening_came_in_the_middle_of_their_month_or_of_its_part(
    baseline: Scenario,
) -> None:
    """The run starts on 27 January: of that month 26 days have passed, of December all 31."""
    world = world_of(baseline)
    shares = np.zeros(world.ledger.cohorts_before + 1)
    shares[-2:] = 0.25, 0.75
    counts, days = spread_ages(world, np.array([100]), shares)
    assert counts[0, -3:].tolist() == [0, 25, 75]
    assert days[-2:].tolist() == [-26 - 31 / 2, -26 / 2]

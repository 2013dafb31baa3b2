"""Places and beds, worked by hand."""

from __future__ import annotations

from collections import deque
from datetime import date

import numpy as np
import pytest
from support import change, world_of

from sim.engine import calendar, closing, simulate
from sim.procedure import granted_shares
from sim.reception import _wanted_places, beds, capacity_plan, planned_places
from sim.scenario import Scenario


@pytest.mark.parametrize(("seen", "expected"), [(6, 1_050), (7, 1_050 + 10 * 50 / 6)])
def test_the_desk_follows_its_trend_once_it_has_seen_half_its_weeks(
    baseline: Scenario, seen: int, expected: float
) -> None:
    """13 weeks of trend, 10 weeks ahead: with 6 rounds seen it plans for today's people."""
    world = world_of(change(baseline, {"reception.desk.planned_fill": 0.8}))
    past = deque(np.array([[1_000.0, 1_003, 1_049, 1_001, 1_002, 1_007, 1_050][-seen:]]).T)
    past[0] = np.array([1_000.0])
    assert _wanted_places(world, 0, past) == pytest.approx(expected / 0.8)


def test_the_desk_mixes_its_own_view_with_the_official_path_by_weight(baseline: Scenario) -> None:
    day = date(2025, 1, 1)
    changes = {"reception.desk.official_weight": 0.25, "reception.desk.official_path": {day: 2_000}}
    world = world_of(change(baseline, changes | {"reception.desk.planned_fill": 1}))
    wanted = _wanted_places(world, 0, deque([np.array([1_000.0])]))
    need_fill = baseline.reception.need_fill.single
    assert wanted == pytest.approx(0.75 * 1_000 + 0.25 * 2_000 * need_fill)


def test_as_many_places_open_and_end_as_planned_and_no_more(baseline: Scenario) -> None:
    until = date(2026, 3, 31)
    ledger = simulate(baseline, 5, 1, until=until, actors=(calendar, capacity_plan, closing))
    world = world_of(baseline)
    planned = [np.floor(part[0]) for part in planned_places(world, ledger.clock.days - 1)]
    ledger = simulate(
        baseline, 1, 1, vary=(), until=until, actors=(calendar, capacity_plan, closing)
    )
    for key, there in zip(
        (("place_market", "places_open"), ("places_open", "place_market")), planned, strict=True
    ):
        assert there.sum() > 1_000
        assert ledger.flows[key].sum(axis=(0, 1)) == pytest.approx(there)


def test_beds_are_filled_in_order_first_to_the_planned_fill_then_to_the_last() -> None:
    places, fill = np.array([[100, 50]] * 4), np.full(4, 0.9)
    slept, beyond = beds(np.array([80, 100, 140, 160]), places, [1, 0], fill)
    assert slept.tolist() == [[35, 45], [55, 45], [90, 50], [100, 50]]
    assert beyond.tolist() == [0, 0, 0, 10]


def test_the_grant_rate_after_a_hold_counts_from_the_day_it_ends(baseline: Scenario) -> None:
    hold = baseline.ind.holds[0]
    world = world_of(baseline)
    column = list(baseline.groups).index(hold.group)
    day = world.clock.day_of(hold.ends)
    before, since = (granted_shares(world, d)[0, column] for d in (day - 1, day))
    factor = baseline.ind.granted_factor.single
    assert before == pytest.approx(baseline.groups[hold.group].granted_share.single * factor)
    assert since == pytest.approx(hold.granted_after.single * factor)

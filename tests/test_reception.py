"""Places and beds, worked by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from support.scenarios import change, world_of

from sim.clock import Clock
from sim.model.capacity import capacity_plan, planned_places, plans_of
from sim.model.capacity_desk import dearest_first, desk_of, official_people, wanted_places
from sim.model.chances import GroupChance
from sim.model.engine import calendar, end_of_step, simulate
from sim.model.inflow import first_applications
from sim.model.ledger import Ledger, accounts
from sim.model.numbers import Number
from sim.model.reception import allocate_beds, people_entitled
from sim.model.sampling import Floats
from sim.model.state import SimState
from sim.scenario import Scenario


def wanted(world: SimState, past: list[int], official: float = 0.0) -> float:
    """Places wanted by a desk that has seen these people in its weeks so far, this one the last."""
    stocks = world.ledger.stocks
    for name in ("pending", "in_appeal", "rejected", "status_holders"):
        stocks[name][:] = 0
    stocks["accompanying"][:] = past[-1]
    desk = desk_of(world)
    if past[:-1]:
        desk.past[0, -len(past[:-1]) :] = past[:-1]
    now = world.books, world.numbers, world.chances
    return wanted_places(*now, desk, 0, len(past) - 1, official)


@pytest.mark.parametrize(("seen", "expected"), [(6, 1_050), (7, 1_050 + 10 * 50 / 6)])
def test_the_desk_follows_its_trend_once_it_has_seen_half_its_weeks(
    baseline: Scenario, seen: int, expected: float
) -> None:
    """13 weeks of trend, 10 weeks ahead: with 6 rounds seen it plans for today's people."""
    world = world_of(change(baseline, {"reception.desk.planned_fill": 0.8}))
    past = [1_000, 1_003, 1_049, 1_001, 1_002, 1_007, 1_050][-seen:]
    past[0] = 1_000
    assert wanted(world, past) == pytest.approx(expected / 0.8)


def test_the_desk_mixes_its_own_view_with_the_official_path_by_weight(baseline: Scenario) -> None:
    day = date(2025, 1, 1)
    changes = {"reception.desk.official_weight": 0.25, "reception.desk.official_path": {day: 2_000}}
    world = world_of(change(baseline, changes | {"reception.desk.planned_fill": 1}))
    need_fill = baseline.reception.need_fill.single
    assert wanted(world, [1_000], float(official_people(world, 10)[0])) == pytest.approx(
        0.75 * 1_000 + 0.25 * 2_000 * need_fill
    )


def planned_by(world: SimState, day: int) -> Floats:
    """Places that should have opened and ended by a day: (2, types)."""
    plans, paths = plans_of(world)
    for index, path in enumerate(paths):
        plans.places[:, index] = world.values.at(path, day)
    rows = np.ones((2, len(world.scenario.reception.places)))
    realised, delay = (
        float(world.numbers.single[0, number])
        for number in (Number.OPENINGS_REALISED, Number.OPENINGS_DELAY)
    )
    planned_places(plans, 0, realised, delay, day, rows)
    return rows


def test_as_many_places_open_and_end_as_planned_and_no_more(baseline: Scenario) -> None:
    until = date(2026, 3, 31)
    ledger = simulate(baseline, 5, 1, until=until, actors=(calendar, capacity_plan, end_of_step))
    planned = np.floor(planned_by(world_of(baseline), ledger.clock.days - 1))
    ledger = simulate(
        baseline, 1, 1, vary=(), until=until, actors=(calendar, capacity_plan, end_of_step)
    )
    for key, there in zip(
        (("place_market", "places_open"), ("places_open", "place_market")), planned, strict=True
    ):
        assert there.sum() > 1_000
        assert ledger.flows[key].sum(axis=(0, 1)) == pytest.approx(there)


def test_planned_places_count_from_the_start_and_come_evenly(baseline: Scenario) -> None:
    """12,000 regular places end between 2025 and 2031: what went before the start is no news."""
    world = world_of(baseline)
    regular = list(baseline.reception.places).index("regular")
    assert not planned_by(world, 0).any()
    assert planned_by(world, 365)[1, regular] == pytest.approx(12_000 * 365 / 2_191)


def test_a_fixed_level_is_followed_up_and_down(baseline: Scenario) -> None:
    level = {"unit": "places", "assumption": "a test"}
    steps = {date(2025, 1, 1): 41_000, date(2025, 2, 1): 39_000}
    for until, there in ((date(2025, 1, 31), 41_000), (date(2025, 2, 2), 39_000)):
        ledger = simulate(
            change(baseline, {"reception.places.regular.level": {"value": steps} | level}),
            2, 1, until=until, actors=(calendar, capacity_plan, end_of_step),
        )  # fmt: skip
        assert (ledger.stocks["places_open"][:, 0] == there).all()


def test_notice_is_given_on_what_is_filled_last_first(baseline: Scenario) -> None:
    places = baseline.reception.places
    order = [list(places)[index] for index in dearest_first(baseline)]
    assert order[0] == "emergency_hotel"
    assert order == sorted(order, key=lambda name: -places[name].fill_rank)


def test_who_has_gone_by_a_decision_did_not_live_in_reception(baseline: Scenario) -> None:
    """0.6 in reception and 0.2 gone: of those left three quarters are in; never more than all."""
    for inside, expected in ((0.6, 0.75), (0.9, 1.0)):
        changes = {
            "reception.in_reception_factor": 1,
            "departure.closed_left_share": 0.5,
            "groups.repeat.in_reception_share": inside,
            "groups.repeat.closed_share": 0.4,
        }
        world = world_of(change(baseline, changes))
        column = list(baseline.groups).index("repeat")
        found = world.chances.group[0, GroupChance.IN_RECEPTION_DECIDED, column]
        assert found == pytest.approx(expected)


def test_half_of_all_who_wait_and_all_who_accompany_should_be_in_reception(
    baseline: Scenario,
) -> None:
    """Where every share is a half and nobody has gone: of the pending, in appeal and refused."""
    changes: dict[str, Any] = {f"groups.{g}.in_reception_share": 0.5 for g in baseline.groups}
    changes |= {"reception.in_reception_factor": 1, "departure.closed_left_share": 0}
    world = world_of(change(baseline, changes))
    stocks = world.ledger.stocks
    waiting = sum(int(stocks[name].sum()) for name in ("pending", "in_appeal", "rejected"))
    whole = int(stocks["accompanying"][0, 0] + stocks["status_holders"][0, 0])
    assert people_entitled(world) == pytest.approx(waiting / 2 + whole, abs=0.5)
    stocks["status_holders"][:] += 1_000
    stocks["transit"][:] += 7_000
    assert people_entitled(world) == pytest.approx(waiting / 2 + whole + 1_000, abs=0.5)


def test_a_total_of_inflow_leaves_first_applications_the_rest(baseline: Scenario) -> None:
    total = {"value": 25_000, "unit": "persons/year", "assumption": "a test"}
    changes = {"inflow.total": total, "family.travel_days": 60.5, "family.opening_travelling": 100}
    world = world_of(change(baseline, changes))
    others = baseline.inflow.repeat.single + baseline.inflow.resettled.single
    first = first_applications(world.books, world.numbers, 0, 2.0)
    assert first == pytest.approx(25_000 - others - 100 * 365.25 / 60.5)
    free = world_of(baseline)
    assert first_applications(free.books, free.numbers, 0, 2.0) == pytest.approx(53_000)


def test_beds_are_filled_in_order_first_to_the_planned_fill_then_to_the_last() -> None:
    ledger = Ledger(accounts(1, 2), Clock(date(2025, 1, 1), date(2025, 1, 31)), 1, 1, {})
    ledger.set_opening("places_open", np.array([[100, 20]]))
    ledger.set_opening("places_notice", np.array([[0, 30]]))
    slept, ranks = np.ones(2, dtype=np.int64), np.array([1, 0])
    for people, expected, left in (
        (80, [35, 45], 0),
        (100, [55, 45], 0),
        (140, [90, 50], 0),
        (160, [100, 50], 10),
    ):
        assert allocate_beds(ledger.books, 0, people, ranks, 0.9, slept) == left
        assert slept.tolist() == expected


def test_the_grant_rate_after_a_hold_counts_from_the_day_it_ends(baseline: Scenario) -> None:
    hold = baseline.ind.holds[0]
    column = list(baseline.groups).index(hold.group)
    day = (hold.ends - baseline.start).days
    before, since = (
        world_of(baseline, number=number).chances.group[0, GroupChance.GRANTED, column]
        for number in (day - 1, day)
    )
    factor = baseline.ind.granted_factor.single
    assert before == pytest.approx(baseline.groups[hold.group].granted_share.single * factor)
    assert since == pytest.approx(hold.granted_after.single * factor)

"""How output and homes answer to queues, and what must not move with it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from support.scenarios import change, means_of, world_of

from sim.model.accounts import Account
from sim.model.books import moved_today
from sim.model.engine import simulate
from sim.model.housing import HOMES, HousingState, book_homes, ready
from sim.model.ind_capacity import part_to_come, planned_capacity, work_at_hand
from sim.model.numbers import Parameters
from sim.model.sampling import sample
from sim.model.state import SimState, answer
from sim.scenario import Scenario, load

JUMP = {"inflow.first": {2025: 26_500, 2026: 53_000}}


def planned(scenario: Scenario, until: date, step: str = "day") -> np.ndarray:
    """Capacity by month, before any chance [decision equivalents]."""
    ledger = simulate(
        scenario, 1, 1, vary=(), until=until, step="week" if step == "week" else "day"
    )
    return ledger.tallies["ind_planned"][:, 0]


def test_a_queue_twice_as_long_is_answered_by_its_power() -> None:
    for now, then, factor in ((2_000, 1_000, 2), (500, 1_000, 0.5), (7, 0, 1), (0, 1_000, 0)):
        assert answer(float(now), float(then), 0.5) == pytest.approx(np.sqrt(factor))
        assert answer(float(now), float(then), 0.0) == 1
        assert answer(float(now), float(then), 1.0) == pytest.approx(factor)


def test_a_number_by_date_can_be_read_backwards(baseline: Scenario) -> None:
    scenario = change(baseline, JUMP)
    world = world_of(scenario)
    values = Parameters(scenario, world.clock, sample(scenario, 4, 1))
    later = world.clock.day_of(date(2026, 3, 1))
    first, then = values.at("inflow.first", 0), values.at("inflow.first", later)
    assert then == pytest.approx(2 * first)
    assert values.at("inflow.first", 0) == pytest.approx(first)
    assert values.at("inflow.first", later) == pytest.approx(then)


def plan_of(world: SimState) -> float:
    return planned_capacity(world.books, world.numbers, world.today, means_of(world), 0)


def work_of(world: SimState) -> float:
    return work_at_hand(world.books, world.numbers, world.today, means_of(world), 0)


def test_the_plan_is_that_of_the_scenario_at_the_work_of_day_0(baseline: Scenario) -> None:
    world = world_of(baseline)
    assert plan_of(world) == pytest.approx(28_900)
    pending = world.ledger.stocks["pending"].sum()
    assert work_of(world) == pytest.approx(pending + 26_500 + 1_590)


def test_the_plan_follows_the_work_by_its_power(baseline: Scenario) -> None:
    """Cases pending doubled on day 0: 28,900 x (twice the cases + a year) / (cases + a year)."""
    world = world_of(baseline)
    pending, a_year = world.ledger.stocks["pending"].sum(), 26_500 + 1_590
    world.ledger.stocks["pending"][:] *= 2
    more = (2 * pending + a_year) / (pending + a_year)
    power = baseline.ind.capacity.response.single
    assert plan_of(world) == pytest.approx(28_900 * more**power)


def test_the_year_of_applications_is_the_last_twelve_months_and_part_of_the_one_before(
    baseline: Scenario,
) -> None:
    """Month n brought 2^n people in one group: on 16 June 2026 half of June 2025 still counts."""
    world = world_of(baseline, number=(date(2026, 6, 16) - baseline.start).days)
    ledger = world.ledger
    applied = np.zeros((world.clock.months, 1, len(world.groups)), dtype=np.int32)
    applied[:, 0, 0] = [2**n if n < 20 else 0 for n in range(world.clock.months)]
    ledger.flows["outside", "pending"][:] = applied
    june_2026 = 17  # January 2025 is month 0
    year = sum(2**n for n in range(june_2026 - 11, june_2026 + 1)) + 2 ** (june_2026 - 12) / 2
    pending = ledger.stocks["pending"].sum()
    assert work_of(world) == pytest.approx(pending + year)


@pytest.mark.long
def test_a_jump_in_inflow_moves_no_capacity_on_its_day_and_raises_it_after(
    baseline: Scenario,
) -> None:
    """The work of day 0 stays what it was: only cases that come make work."""
    even = change(baseline, {"inflow.first": {2025: 26_500}})
    held, jump = (planned(s, date(2026, 12, 31)) for s in (even, change(baseline, JUMP)))
    january = 12  # the run starts in January 2025
    assert jump[:january] == pytest.approx(held[:january])
    assert jump[january] == pytest.approx(held[january], rel=0.02)
    assert jump[january] >= held[january]
    assert jump[-1] > 1.05 * held[-1]


@pytest.mark.long
def test_the_length_of_a_step_makes_no_difference_to_the_plan(baseline: Scenario) -> None:
    until = date(2026, 12, 31)
    day, week = (planned(baseline, until, step).sum() for step in ("day", "week"))
    assert week == pytest.approx(day, rel=0.002)


@pytest.mark.slow
def test_where_capacity_is_money_or_staff_nothing_answers(baseline: Scenario) -> None:
    for changes in ({"ind.capacity.mode": "follows_budget"}, {"ind.capacity.mode": "staff"}):
        one, other = (
            simulate(change(baseline, changes | {"ind.capacity.response": power}), 2, 1,
                     until=date(2025, 9, 30), step="week")
            for power in (0.0, 1.0)
        )  # fmt: skip
        assert np.array_equal(one.tallies["ind_planned"], other.tallies["ind_planned"])


@pytest.mark.parametrize(
    ("today", "month_began", "expected"),
    [
        (date(2026, 3, 1), 1, 1.0),
        (date(2026, 3, 31), 1, 1 / 31),
        (date(2026, 1, 27), 27, 1.0),
        (date(2026, 1, 10), 27, 1.0),
        (date(2026, 1, 30), 27, 2 / 5),
    ],
)
def test_the_month_a_year_ago_counts_for_what_lies_within_a_year(
    baseline: Scenario, today: date, month_began: int, expected: float
) -> None:
    """The run began on 27 January 2025: of that month five days are known."""
    assert part_to_come(today.day, 31, 32 - month_began) == pytest.approx(expected)
    world = world_of(baseline, number=(today - baseline.start).days)
    assert means_of(world).to_come == pytest.approx(expected)


def test_applications_of_this_step_do_not_count_yet(baseline: Scenario) -> None:
    """They are neither pending nor in the last twelve months: the length of a step would matter."""
    world = world_of(baseline)
    before = work_of(world)
    world.ledger.move(np.full((1, len(world.groups)), 100), "outside", "pending")
    assert work_of(world) == pytest.approx(before)


def supply_of(world: SimState, waiting_then: int) -> HousingState:
    """What municipalities remember at the opening."""
    starts = world.ledger.cohort_starts
    nothing, waiting = (np.zeros(1), np.zeros(1)), np.array([waiting_then])
    return HousingState(world.fractions(2), *nothing, waiting, starts)


def homes_of_the_step(world: SimState, waiting_then: int) -> float:
    """Homes that come in a step, with the fraction that is carried over."""
    supply = supply_of(world, waiting_then)
    book_homes(world.now, supply)
    homes = sum(
        moved_today(world.books, 0, source, Account.SETTLED)
        for source in (Account.STATUS_HOLDERS, Account.TRANSIT)
    )
    return float(homes + supply.fractions[0, HOMES])


def test_homes_answer_to_those_who_waited_when_the_step_began(baseline: Scenario) -> None:
    """And in proportion to their number, at a response of 1."""
    held, more = (world_of(change(baseline, {"housing.response": 1.0})) for _ in range(2))
    stocks = held.ledger.stocks
    waiting = int(stocks["status_holders"].sum() + stocks["transit"].sum())
    more.ledger.move(np.array([[500]]), "outside", "status_holders")
    yearly = homes_of_the_step(held, waiting)
    assert yearly == pytest.approx(baseline.housing.homes.single / 365)
    assert homes_of_the_step(more, waiting) == pytest.approx(yearly)
    fewer = world_of(change(baseline, {"housing.response": 1.0}))
    assert homes_of_the_step(fewer, 2 * waiting) == pytest.approx(yearly / 2)


@pytest.mark.parametrize(("there", "expected"), [(100, 50), (70, 20), (50, 0), (30, 0)])
def test_half_of_those_who_came_in_a_month_are_ready_when_half_of_it_is_past_the_minimum_stay(
    baseline: Scenario, there: int, expected: int
) -> None:
    """100 came in June; who is gone came first. All of May are ready, and none of July."""
    opening = world_of(baseline).ledger
    june = opening.cohorts_before + 5  # January 2025 is month 0
    stay = round(baseline.housing.minimum_stay_days.single)
    world = world_of(baseline, number=int(opening.cohort_starts[june]) + 15 + stay)
    came = world.ledger.cohort_entered["status_holders"][0, 0]
    left = world.ledger.cohort_counts["status_holders"][0, 0]
    came[:], left[:] = 0, 0
    came[june - 1 : june + 2] = 10, 100, 8
    left[june - 1 : june + 2] = 4, there, 8
    found = ready(world.books, world.numbers, world.today, supply_of(world, 0), 0)
    assert found == 4 + expected


def test_transit_is_filled_from_reception_to_its_places_and_no_further(baseline: Scenario) -> None:
    """950 of 1,000 places are taken on day 0, and without homes nobody leaves them."""
    world = world_of(change(baseline, {"housing.homes": 0}))
    supply = supply_of(world, 0)
    for there in (1_000, 1_000):
        book_homes(world.now, supply)
        assert world.ledger.stocks["transit"][0].tolist() == [there]
    assert moved_today(world.books, 0, Account.STATUS_HOLDERS, Account.TRANSIT) == 50


@pytest.mark.long
def test_homes_follow_those_who_wait_between_held_and_keeping_pace(baseline: Scenario) -> None:
    """With twice the grants fewer wait in the end the more homes answer."""
    many = {"inflow.first": 60_000, "ind.capacity.planned": 60_000}
    waiting = [
        simulate(change(baseline, many | {"housing.response": power}), 4, 1,
                 until=date(2027, 12, 31), step="week").stocks["status_holders"].mean()
        for power in (0.0, 0.5, 1.0)
    ]  # fmt: skip
    assert waiting[0] > 1.2 * waiting[1] > 1.2 * waiting[2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("faster-housing", date(2025, 12, 31)),
        ("priority-ban", date(2025, 12, 31)),
        ("ind-35-percent", date(2026, 12, 31)),
    ],
)
def test_a_dated_patch_changes_nothing_before_its_date(
    baseline: Scenario, name: str, before: date
) -> None:
    """But for the last digit of its spreads."""
    one, other = (simulate(s, 6, 1, until=before, step="week") for s in (baseline, load(name)))
    for stock in ("pending", "status_holders", "family_pending", "beds"):
        assert other.stocks[stock].sum(axis=1) == pytest.approx(one.stocks[stock].sum(axis=1),
                                                                rel=0.002)  # fmt: skip

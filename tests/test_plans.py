"""What the money of a year pays for, worked by hand: 1,000 regular places, 500 hotels, 2,000 wards.

The law behind most cases: whoever keeps all that stands spends a year's cost of it in a year,
whenever the look ahead begins, and what is left is the amount less the reserve less that.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from support.plans import rule, with_plan
from support.scenarios import change, means_of, world_of

from sim.model.capacity import capacity_plan
from sim.model.engine import calendar, end_of_step, simulate
from sim.model.ind_capacity import ind_factor
from sim.model.plan_rules import plan_rules
from sim.model.prices import guardianship_price
from sim.model.spending_limit import (
    PendingClosures,
    affordable_orders,
    full_prices,
    next_years_plan,
    this_years_plan,
    track_spending,
    unaffordable_places,
    year_days,
)
from sim.model.state import SimState
from sim.scenario import Scenario, load

REGULAR, HOTEL = 0, 4
PLENTY = 1e12
WARDS = 2_000


def world_with(amounts: dict[int, float], number: int = 0) -> SimState:
    """A world that holds just these places and wards since its opening, and these amounts."""
    lines = {date(year, 1, 1): amount for year, amount in amounts.items()}
    scenario = change(load("constrained"), {"budget.vintages.owb2025.lines.coa_nidos": lines})
    world = world_of(scenario, number=number)
    ledger = world.ledger
    for name in ("places_open", "places_ordered", "places_notice"):
        ledger.set_opening(name, np.zeros_like(ledger.stocks[name]))
    ledger.stocks["places_open"][:, REGULAR] = 1_000
    ledger.stocks["places_open"][:, HOTEL] = 500
    ledger.set_opening("wards", np.full((1, 1), WARDS))
    ledger.begin()
    return world


def amounts(rich: tuple[int, ...], this: float = 5e8) -> dict[int, float]:
    return {2025: this} | {year: PLENTY if year in rich else 0.0 for year in range(2026, 2031)}


def a_year_of_it(world: SimState) -> float:
    prices = full_prices(world)[0]
    places = 1_000 * prices[REGULAR] + 500 * prices[HOTEL]
    return float(places + WARDS * guardianship_price(world.prices)[0])


def severance(world: SimState) -> float:
    return float(world.prices.price("prices.severance")[0])


def factor_of(world: SimState) -> float:
    return ind_factor(world.books, world.numbers, world.today, means_of(world), 0)


def nothing_ends(world: SimState) -> PendingClosures:
    return PendingClosures(0, [np.zeros_like(world.ledger.stocks["places_open"])] * 13)


@pytest.mark.parametrize("ahead", [0, 91, 250])
def test_what_is_kept_all_year_costs_a_year_whenever_the_look_begins(ahead: int) -> None:
    world = world_with(amounts(rich=(2026, 2027)))
    plan = this_years_plan(world, 0, ahead, nothing_ends(world))
    assert plan.kept.sum() == 1_500
    assert plan.left[0] == pytest.approx(0.98 * 5e8 - a_year_of_it(world))
    part = (339 - ahead) / 365
    opening = world.prices.price("prices.opening_cost")[0]
    assert plan.price[0] == pytest.approx(full_prices(world)[0] * part + opening)


@pytest.mark.parametrize("rich", [(), (2027, 2028)])
def test_what_next_year_can_not_pay_for_has_its_severance_set_aside(rich: tuple[int, ...]) -> None:
    world = world_with(amounts(rich))
    plan = this_years_plan(world, 0, 91, nothing_ends(world))
    assert plan.kept.sum() == 1_500
    aside = 1_500 * severance(world)
    assert plan.left[0] == pytest.approx(0.98 * 5e8 - a_year_of_it(world) - aside)


def test_what_next_year_alone_pays_for_in_part_has_its_severance_set_aside_too() -> None:
    """110 million pay for wards and some places in 2026, but 2027 holds nothing for them."""
    world = world_with(amounts(rich=()) | {2026: 110e6})
    plan = this_years_plan(world, 0, 91, nothing_ends(world))
    aside = 1_500 * severance(world)
    assert plan.left[0] == pytest.approx(0.98 * 5e8 - a_year_of_it(world) - aside)


def test_with_money_for_wards_alone_hotels_go_first() -> None:
    """Until the notice has ended all are paid; after it the money keeps what is filled first."""
    world = world_with(amounts(rich=(2026, 2027)))
    prices, ahead = full_prices(world)[0], 91
    until, rest = (26 + ahead) / 365, (339 - ahead) / 365
    places = 1_000 * prices[REGULAR] + 500 * prices[HOTEL]
    wards = a_year_of_it(world) - places
    kept = 600 * prices[REGULAR] * rest
    going = 900 * severance(world)
    world = world_with(amounts((2026, 2027), (places * until + wards + kept + going + 10) / 0.98))
    plan = this_years_plan(world, 0, ahead, nothing_ends(world))
    assert plan.kept[0, [REGULAR, HOTEL]].tolist() == [600, 0]
    assert plan.left[0] == pytest.approx(10, abs=1e-3)
    going_now = unaffordable_places(world, 0, nothing_ends(world))
    assert going_now[0, [REGULAR, HOTEL]].tolist() == [400, 500]


def test_places_too_dear_to_give_up_leave_no_more_money_than_there_is() -> None:
    """Nine days before the year ends severance costs more than the days: all stay, and are paid.

    89 days before it that is so of regular places alone, and of the 500 hotels 100 stay where the
    money for hotels is that of 100.97 of them.
    """
    world = world_with(amounts(rich=(2026, 2027)))
    plan = this_years_plan(world, 0, 330, nothing_ends(world))
    assert plan.kept.sum() == 1_500
    assert plan.left[0] == pytest.approx(0.98 * 5e8 - a_year_of_it(world))
    prices, ahead = full_prices(world)[0], 250
    going = a_year_of_it(world)
    going -= (1_000 * prices[REGULAR] + 500 * prices[HOTEL]) * (339 - ahead) / 365
    hotel = prices[HOTEL] * (339 - ahead) / 365 - severance(world)
    amount = (going + 1_500 * severance(world) + 100.97 * hotel) / 0.98
    world = world_with(amounts((2026, 2027), amount))
    plan = this_years_plan(world, 0, ahead, nothing_ends(world))
    assert plan.kept[0, [REGULAR, HOTEL]].tolist() == [1_000, 100]


@pytest.mark.parametrize("ahead", [300, 439])
def test_next_year_pays_for_what_stands_and_for_wards_that_go_on_growing(ahead: int) -> None:
    # 100 more wards in 50 days: 2 a day, to the middle of 2026, 471.5 days on.
    world = world_with(amounts(rich=(2026, 2027)), number=50)
    world.ledger.stocks["wards"][:] = WARDS + 100
    plan = next_years_plan(world, 2026, ahead, nothing_ends(world))
    more = (100 + 2 * 471.5) * guardianship_price(world.prices)[0]
    assert plan.kept.sum() == 1_500
    # The amount is large: an absolute tolerance of a thousand euros.
    assert plan.left[0] == pytest.approx(0.98 * PLENTY - a_year_of_it(world) - more, abs=1e3)


def test_next_year_keeps_no_more_than_the_year_after_it_can_pay_for() -> None:
    """What only 2026 pays for stays that year with its severance; what none can pay for goes."""
    world = world_with(amounts(rich=(2026,)))
    plan = next_years_plan(world, 2026, 300, nothing_ends(world))
    aside = 1_500 * severance(world)
    assert plan.kept.sum() == 1_500
    assert plan.left[0] == pytest.approx(0.98 * PLENTY - a_year_of_it(world) - aside, abs=1e3)
    poor = world_with(amounts(rich=()))
    assert next_years_plan(poor, 2026, 300, nothing_ends(poor)).kept.sum() == 0


def test_a_notice_that_ends_within_next_year_is_paid_there_until_then_with_severance() -> None:
    """100 days of 2026 for all, after that 600 regular places; severance for the other 900."""
    world = world_with(amounts(rich=(2026, 2027)))
    prices, ahead = full_prices(world)[0], 339 + 100
    places = 1_000 * prices[REGULAR] + 500 * prices[HOTEL]
    wards = a_year_of_it(world) - places
    kept = 600 * prices[REGULAR] * 265 / 365
    needed = wards + places * 100 / 365 + kept + 900 * severance(world) + 10
    world = world_with(amounts((2027,)) | {2026: needed / 0.98})
    plan = next_years_plan(world, 2026, ahead, nothing_ends(world))
    assert plan.kept[0, [REGULAR, HOTEL]].tolist() == [600, 0]
    assert plan.left[0] == pytest.approx(10, abs=1e-3)


def test_what_is_kept_ready_is_paid_first_this_year_and_next() -> None:
    """1,000 places at 6,000 a year: so much less is left, this year for the days to its end."""
    scenarios = [with_plan(load("constrained"), standby=places) for places in (0, 1_000)]
    day = (date(2025, 7, 1) - scenarios[0].start).days
    worlds = [world_of(scenario, number=day) for scenario in scenarios]
    ready = 1_000 * 6_000 * level_of(scenarios[0])
    this = [this_years_plan(world, day, day, nothing_ends(world)).left[0] for world in worlds]
    then = [next_years_plan(world, 2026, 900, nothing_ends(world)).left[0] for world in worlds]
    # This year's 26 days before the start have been paid; what the days since cost is not told.
    assert this[0] - this[1] == pytest.approx(ready * (26 + 184) / 365)
    assert then[0] - then[1] == pytest.approx(ready)


def level_of(scenario: Scenario) -> float:
    """Prices of the headline vintage against those of 2023."""
    levels = scenario.budget.price_levels
    return levels[scenario.headline.price_level].single / levels[2023].single


@pytest.mark.slow
def test_what_is_kept_ready_is_spent_day_by_day() -> None:
    """Of 1,000 places 100 are away for four weeks: ordered, then open or under notice for two."""
    at_once = ("people", {"above": 1, "lag_weeks": 0})
    rules = {
        "a": rule(at_once, {"open": 100, "place": "ready"}, most=100),
        "b": rule(at_once, {"close": 100, "place": "ready"}),
    }
    spent = []
    for places in (0, 1_000):
        scenario = with_plan(load("constrained"), rules, desk=False, standby=places)
        actors = (calendar, plan_rules, track_spending, end_of_step)
        ledger = simulate(scenario, 1, 1, vary=(), until=date(2025, 4, 30), actors=actors)
        spent.append(ledger.tallies["coa_spent"].sum())
    days = 900 * 28 + 1_000 * (ledger.clock.days - 28)
    by_hand = (days / 365 * 6_000 + 100 * 500 + 100 * 300) * level_of(scenario)
    by_hand += 100 * 14 / 365 * full_prices(world_of(scenario))[0, -1]
    assert spent[1] - spent[0] == pytest.approx(by_hand, rel=1e-6)


def test_the_ind_has_means_in_proportion_to_its_money_or_to_what_its_work_costs() -> None:
    """A cut by the budget is against 2025; closing by it, against what the planned work costs."""
    base = load("baseline")
    day = (date(2027, 7, 1) - base.start).days
    follows = world_of(change(base, {"ind.capacity.mode": "follows_budget"}), number=day)
    other = base.ind_cost.other_income.single
    of_year = {year: base.held("ind", year) + other for year in (2025, 2027)}
    assert factor_of(follows) == pytest.approx(of_year[2027] / of_year[2025])
    closing = world_of(change(load("constrained"), {"ind.capacity.response": 0}), number=day)
    cost = base.ind_cost.total_2025.single - base.ind_cost.penalties_included.single
    planned = base.ind.capacity.planned.single / base.ind_cost.reference_work.single
    staff = base.family.staff.single / base.ind_cost.reference_family_staff.single
    asylum, part = base.ind_cost.asylum_share.single, base.ind_cost.family_share.single
    work = cost * (asylum * ((1 - part) * planned + part * staff) + 1 - asylum)
    assert factor_of(closing) == pytest.approx(of_year[2027] * 0.98 / work)


def test_places_under_notice_are_paid_until_they_end_and_severance_on_that_day() -> None:
    world = world_with(amounts(rich=()))
    ending = [np.zeros((1, 6), dtype=np.int64) for _ in range(2)]
    ending[0][0, REGULAR], ending[1][0, REGULAR] = 10, 20
    notices, prices = PendingClosures(0, ending), full_prices(world)
    price, leaving = prices[0, REGULAR], severance(world)
    to_day_10 = (10 * 7 + 20 * 10) * price / 365.25 + 10 * leaving
    after_it = 20 * 4 * price / 365.25 + 20 * leaving
    assert notices.cost(world, prices, 0, 10)[0] == pytest.approx(to_day_10)
    assert notices.cost(world, prices, 10, 100)[0] == pytest.approx(after_it)
    assert notices.cost(world, prices, 14, 15)[0] == pytest.approx(20 * leaving)
    assert notices.cost(world, prices, 15, 100)[0] == 0


@pytest.mark.slow
def test_new_places_come_as_far_as_this_years_money_goes() -> None:
    world = world_with(amounts(rich=(2026, 2027)))
    _, end = year_days(world, 2025)
    opening = world.prices.price("prices.opening_cost")[0]
    new = full_prices(world)[0, REGULAR] * end / 365 + opening
    amount = (a_year_of_it(world) + 3.5 * new) / 0.98
    wanted = np.array([[10, 0, 0, 0, 0, 0]])
    for this, come in ((amount, 3), (PLENTY, 10), (0.0, 0)):
        there = world_with(amounts((2026, 2027), this))
        assert affordable_orders(there, 0, wanted).tolist() == [[come, 0, 0, 0, 0, 0]]


def test_with_plenty_of_money_places_open_and_end_as_they_would_without_a_limit() -> None:
    lines = {date(year, 1, 1): PLENTY for year in range(2025, 2031)}
    rich = change(load("constrained"), {"budget.vintages.owb2025.lines.coa_nidos": lines})
    flows = [
        simulate(
            scenario,
            2,
            1,
            vary=("parameters",),
            step="week",
            until=date(2025, 6, 30),
            actors=(calendar, capacity_plan, end_of_step),
        ).flows
        for scenario in (rich, change(rich, {"closing": "need"}))
    ]
    for pair in (("place_market", "places_open"), ("places_open", "place_market")):
        assert flows[0][pair].any()
        assert (flows[0][pair] == flows[1][pair]).all()

"""Money: the document's arithmetic, and what every price and vintage must obey."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scenarios import change

from sim.clock import Clock
from sim.model.engine import simulate
from sim.model.ledger import Ledger
from sim.model.prices import (
    LEVELS,
    Prices,
    beyond_price,
    document_price,
    ind_money,
    paid_factor,
    reception_cost,
    split_fixed_variable,
)
from sim.results import budget
from sim.results import tables as results
from sim.results.budget import LINES, Costs
from sim.results.cash import as_cash
from sim.results.tables import tabulate
from sim.scenario import ADDENDS, CostLevel, LineName, Scenario, load

Write = Callable[[str], Path]


def saving(scenario: Scenario, places: float) -> float:
    """What a year costs less if filled emergency places are replaced by regular ones [EUR]."""
    names = list(scenario.reception.places)
    fill = scenario.prices.emergency_mean.fill or 1.0

    def cost(name: str) -> float:
        there = np.zeros((1, len(names)))
        there[0, names.index(name)] = places
        prices = Prices.of(scenario, {})
        return float(reception_cost(prices, "document", there, there * fill)[0])

    return cost("emergency_location") - cost("regular")


EMERGENCY_ALL_ALIKE = """
prices.emergency_mean: {value: 55700, price_level: 2024, fill: 0.95, assumption: test}
reception.places.emergency_ship.price: {value: 55700, price_level: 2024, fill: 0.95}
reception.places.emergency_hotel.price: {value: 55700, price_level: 2024, fill: 0.95}
"""


def test_5600_places_from_emergency_to_regular_save_156_million_a_year(
    scenario_file: Write,
) -> None:
    half = "reception.places.regular.price: {value: 27850, price_level: 2024, fill: 0.95}\n"
    scenario = load(scenario_file(EMERGENCY_ALL_ALIKE + half))
    assert round(saving(scenario, 5_600) / 1e6) == 156


def test_at_27100_the_same_places_save_160_million(scenario_file: Write) -> None:
    stated = "reception.places.regular.price: {value: 27100, price_level: 2024, fill: 0.95}\n"
    scenario = load(scenario_file(EMERGENCY_ALL_ALIKE + stated))
    assert round(saving(scenario, 5_600) / 1e6) == 160


def test_the_task_of_municipalities_is_29805(scenario_file: Write) -> None:
    scenario = load(scenario_file(""))
    assert budget.housing_task(scenario, "2025-H1") == 29_805
    less = load(scenario_file("housing.opening_arrears: 105\n"))
    assert budget.housing_task(less, "2025-H1") == 17_805


@given(
    price=st.floats(1, 1e6),
    fill=st.floats(0.5, 1),
    empty=st.floats(1, 100),
    adds=st.floats(1, 100),
)
def test_the_published_price_comes_back_at_the_fill_it_was_measured_at(
    price: float, fill: float, empty: float, adds: float
) -> None:
    one = np.ones(1)
    place = split_fixed_variable(price * one, fill, "place", empty * one, (empty + adds) * one)
    assert place.fixed + place.variable * fill == pytest.approx(price)
    person = split_fixed_variable(price * one, fill, "resident", empty * one, (empty + adds) * one)
    assert person.fixed / fill + person.variable == pytest.approx(price)
    for parts in (place, person):
        assert parts.fixed / (parts.fixed + parts.variable) == pytest.approx(empty / (empty + adds))


def test_beds_that_cost_nothing_leave_all_of_a_price_to_the_place() -> None:
    nothing, price = np.zeros(1), np.full(1, 30_000.0)
    place = split_fixed_variable(price, 0.95, "place", nothing, nothing)
    person = split_fixed_variable(price, 0.95, "resident", nothing, nothing)
    assert place.fixed == price
    assert person.fixed / 0.95 == pytest.approx(price)
    assert place.variable == person.variable == 0


def test_an_emergency_type_with_nobody_in_it_costs_the_mean(baseline: Scenario) -> None:
    keys = ("opening_people", "opening_status_holders")
    nobody = change(baseline, {f"reception.places.emergency_location.{key}": 0 for key in keys})
    prices = Prices.of(nobody, {})
    mean = document_price(prices, "emergency")
    assert document_price(prices, "emergency_location") == mean
    assert document_price(prices, "emergency_hotel") > mean


def test_the_emergency_types_together_cost_the_published_mean(baseline: Scenario) -> None:
    prices = Prices.of(baseline, {})
    types = {n: p for n, p in baseline.reception.places.items() if p.part_of == "emergency"}
    people = {name: place.opening_people.single for name, place in types.items()}
    total = sum(people[name] * document_price(prices, name)[0] for name in types)
    assert total / sum(people.values()) == pytest.approx(55_700 * 1.033)


@pytest.fixture(scope="module")
def priced(baseline: Scenario) -> tuple[Costs, Clock]:
    ledger = simulate(baseline, 5, 1, step="week")
    tables = tabulate(ledger, baseline)
    return budget.costs(baseline, tables.volumes, ledger.samples, ledger.clock), ledger.clock


@pytest.mark.slow
def test_the_total_is_the_sum_of_its_parts(priced: tuple[Costs, Clock]) -> None:
    costs, _ = priced
    for level in LEVELS:
        line = {one.name: costs[level, one.name] for one in LINES}
        assert np.allclose(line["total"], line["coa_nidos"] + line["ind"])
        assert np.allclose(line["coa_nidos"], line["coa"] + line["nidos"])
        assert np.allclose(line["ind"], line["ind_asylum"] + line["ind_other"] + line["penalties"])
        assert (line["coa"] >= line["severance"] + line["beyond_places"]).all()


@pytest.mark.slow
def test_the_days_before_the_start_are_in_2025_and_only_there(
    priced: tuple[Costs, Clock],
) -> None:
    costs, _ = priced
    early = costs["document", "before_start"]
    assert (early[1:] == 0).all()
    share = early[0] / costs["document", "total"][0]
    assert ((share > 0.05) & (share < 26 / 365 * 1.1)).all()


def test_day_0_costs_three_billion_at_the_documents_prices(baseline: Scenario) -> None:
    # The document's prices are quoted as about 3.05 to 3.25 billion for January 2025 (COA alone).
    flat = {"budget.price_levels.2024": 1.0}
    prices = Prices.of(change(baseline, flat), {})
    people = np.array([[p.opening_people.single for p in baseline.reception.places.values()]])
    cost = reception_cost(prices, "document", people / 0.9864, people)[0]
    assert 3.0e9 < cost < 3.25e9


def test_paid_2024_brings_2024_to_what_was_paid(baseline: Scenario) -> None:
    check = budget.check_2024(baseline)
    assert check["paid_2024"] == pytest.approx(3_926_875_000)
    assert check["document"] < check["coa_price"] < check["paid_2024"]
    estimated = check["document"] * baseline.prices.estimated_factor.single
    assert check["estimated"] == pytest.approx(estimated)


@pytest.mark.slow
def test_net_and_gross_are_never_crossed(baseline: Scenario, priced: tuple[Costs, Clock]) -> None:
    costs, clock = priced
    cost = costs["document", "ind"]
    views = {
        name: budget.in_vintage_terms(
            Prices.of(baseline, {}), vintage, "ind", cost, clock.years, "vintage"
        )
        for name, vintage in baseline.budget.vintages.items()
    }
    assert np.allclose(views["document"] - views["owb2025"], 60_000_000)
    coa = costs["document", "coa"]
    for vintage in baseline.budget.vintages.values():
        seen = budget.in_vintage_terms(
            Prices.of(baseline, {}), vintage, "coa", coa, clock.years, "vintage"
        )
        assert np.allclose(seen, coa)


@pytest.mark.slow
def test_ind_work_at_2025_means_costs_its_2025_total(baseline: Scenario) -> None:
    held = change(baseline, {"ind.capacity.response": 0})
    ledger = simulate(held, 2, 1, step="week")
    volumes = tabulate(ledger, held).volumes
    costs = budget.costs(held, volumes, ledger.samples, ledger.clock)
    work = costs["document", "ind_asylum"] + costs["document", "ind_other"]
    assert np.allclose(work, 926e6 - 36.8e6, rtol=1e-6)
    assert baseline.ind_cost.total_2025.single == 926e6


@pytest.mark.slow
def test_the_nominal_view_raises_both_sides_alike(
    baseline: Scenario, priced: tuple[Costs, Clock]
) -> None:
    costs, clock = priced
    vintage = baseline.budget.vintages["owb2025"]
    cost = costs["document", "total"]
    real = budget.in_vintage_terms(
        Prices.of(baseline, {}), vintage, "total", cost, clock.years, "vintage"
    )
    nominal = budget.in_vintage_terms(
        Prices.of(baseline, {}), vintage, "total", cost, clock.years, "nominal"
    )
    factor = budget.nominal_factor(Prices.of(baseline, {}), vintage, clock.years, "nominal")
    assert np.allclose(nominal, real * factor)
    assert factor[:, 0] == pytest.approx([1.025**n for n in range(1, 7)])


def test_the_money_of_the_ind_is_gross_whatever_the_vintage(baseline: Scenario) -> None:
    """A net amount has other income on top, a gross one has it inside."""
    for vintage, on_top in (("owb2025", baseline.ind_cost.other_income.single), ("document", 0)):
        scenario = change(baseline, {"budget.headline": vintage})
        held = scenario.headline.amount("ind", 2026)
        money = ind_money(Prices.of(scenario, {}), 2026)
        assert held is not None
        assert money.shape == (1,)
        assert money == pytest.approx(held + on_top)


@pytest.mark.slow
def test_cash_settles_a_tenth_a_year_later(baseline: Scenario, priced: tuple[Costs, Clock]) -> None:
    costs, _ = priced
    cash = as_cash(Prices.of(baseline, {}), costs, "cash")
    cost, paid = costs["coa_price", "coa"], cash["coa_price", "coa"]
    assert np.allclose(paid[1:], 0.9 * cost[1:] + 0.1 * cost[:-1])
    last = budget.check_2024(baseline)["coa_price"]
    assert np.allclose(paid[0], 0.9 * cost[0] + 0.1 * last)


@pytest.mark.slow
def test_the_cash_of_the_first_year_settles_what_2024_cost(
    baseline: Scenario, priced: tuple[Costs, Clock]
) -> None:
    """Of every line whose 2024 is known: the whole of the IND, so with its other income."""
    costs, _ = priced
    prices = Prices.of(baseline, {})
    cash = as_cash(prices, costs, "cash")
    ind = prices.price("ind_cost.paid_2024") + baseline.ind_cost.other_income.single
    nidos = prices.price("guardianship.paid_2024")
    coa = budget.check_2024(baseline)["document"]
    known: dict[str, Any] = {
        "ind": ind,
        "nidos": nidos,
        "coa": coa,
        "coa_nidos": coa + nidos,
        "total": coa + nidos + ind,
    }
    for line, last in known.items():
        settled = cash["document", line][0] - 0.9 * costs["document", line][0]
        assert np.allclose(settled, 0.1 * last), line
    assert as_cash(prices, costs, "cost") == costs


@pytest.mark.parametrize("level", LEVELS)
def test_a_person_beyond_all_places_costs_a_share_of_a_place_in_use(
    baseline: Scenario, level: CostLevel
) -> None:
    """At the fill at which a price was measured: a place's price over it, or a resident's price."""
    name = baseline.prices.beyond_places_as
    place = baseline.reception.places[name]
    assert place.resident_price is not None
    assert place.price is not None
    fill = (place.resident_price if level == "coa_price" else place.price).fill
    assert fill is not None
    prices = Prices.of(change(baseline, {"reception.desk.planned_fill": fill}), {})
    used = document_price(prices, name)[0] / fill
    if level == "coa_price":
        used = prices.price(f"reception.places.{name}.resident_price")[0]
    if level == "paid_2024":
        used *= paid_factor(prices)[0]
    if level == "estimated":
        used *= baseline.prices.estimated_factor.single
    idle = prices.number("prices.beyond_places_factor")[0]
    opening = prices.price("prices.opening_cost")[0]
    assert beyond_price(prices, level)[0] == pytest.approx(used * idle + opening)


@pytest.mark.slow
def test_a_hundred_people_beyond_all_places_for_a_year_cost_a_hundred_times_one(
    baseline: Scenario, quarter: Ledger
) -> None:
    volumes = results.volumes(quarter)
    volumes["before:beyond_days"] = np.zeros(6)
    for people in (0, 100):
        volumes["beyond_days"] = np.full((1, 6), 365 * people)
        costs = budget.costs(baseline, volumes, {}, quarter.clock)
        one = beyond_price(Prices.of(baseline, {}), "document")
        assert np.allclose(costs["document", "beyond_places"], people * one)


@pytest.mark.parametrize(
    ("vintage", "line", "year", "millions"),
    [
        ("owb2025", "coa_nidos", 2025, 4_502),
        ("owb2025", "coa_nidos", 2027, 1_016),
        ("owb2025", "coa_nidos", 2028, 691),
        ("owb2025", "ind", 2026, 810),
        ("owb2025", "ind", 2029, 317),
        ("owb2025", "total", 2027, 1_016.1 + 453.013),
        ("document", "ind", 2025, 926),
        ("document", "ind", 2027, 513),
        ("document", "ind", 2029, 377),
        ("owb2025_extended", "ind", 2030, 317),
        ("owb2025", "ukraine", 2027, 310),
    ],
)
def test_vintages_hold_the_published_amounts(
    baseline: Scenario, vintage: str, line: str, year: int, millions: float
) -> None:
    amount = baseline.budget.vintages[vintage].amount(line, year)
    assert amount is not None
    assert amount / 1e6 == pytest.approx(millions, abs=0.5)


def test_no_amount_is_carried_into_a_year_that_has_none(baseline: Scenario) -> None:
    vintages = baseline.budget.vintages
    assert vintages["owb2025"].amount("total", 2030) is None
    assert vintages["owb2025"].amount("coa", 2027) is None
    assert vintages["vjn2024"].amount("coa_nidos", 2028) is None


def test_a_year_cut_short_is_not_held_against_a_budget() -> None:
    assert budget.whole_years(Clock(date(2025, 1, 27), date(2027, 6, 30))) == (2025, 2026)


@pytest.mark.long
def test_ukraine_is_places_times_norm_until_the_duty_ends(
    priced: tuple[Costs, Clock],
) -> None:
    costs, _ = priced
    ukraine = costs["document", "ukraine"][:, 0]
    assert ukraine[0] == pytest.approx((120_000 * 181 + 109_000 * 184) * 44)
    assert ukraine[2] == pytest.approx(109_000 * 90 * 44)
    assert (ukraine[3:] == 0).all()


# -- the registry of budget lines -----------------------------------------------------------------


def test_the_names_that_a_scenario_may_budget_are_those_of_the_lines() -> None:
    """The schema stands before the results, so it has the names and the results the rest."""
    assert tuple(line.name for line in LINES) == get_args(LineName)
    assert ("total", *ADDENDS) == budget.MAIN_LINES


def test_every_line_is_part_of_another_line_or_stands_beside_the_total() -> None:
    for line in LINES:
        assert line.part_of is None or line.part_of in budget.BY_NAME
        assert (line.cost is None) == bool(budget.addends(line.name)), line.name
    assert {line.name for line in LINES if line.part_of is None} == {"total", *budget.OUTSIDE}


def test_the_outline_has_every_line_once_below_what_it_is_part_of() -> None:
    outline = [(line.name, depth) for line, depth in budget.outline()]
    assert sorted(name for name, _ in outline) == sorted(line.name for line in LINES)
    assert outline[:3] == [("total", 0), ("coa_nidos", 1), ("coa", 2)]
    assert [name for name, _ in outline[-len(budget.OUTSIDE) :]] == list(budget.OUTSIDE)

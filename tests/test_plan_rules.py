"""Rules of a plan, worked by hand: a country where nothing moves but who is without a place.

The series is written out by week, and so is what the rules have to do about it. Orders of the type
``emergency_location`` are limited to 250 a week; places of the type ``ready`` are on standby.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from support.plans import (
    Rule,
    Weeks,
    by_week,
    played,
    rule,
    watched,
    with_plan,
)
from support.scenarios import begun_on, change

from sim.results.budget import costs
from sim.results.tables import tabulate
from sim.scenario import SERIES, Scenario, load

OPEN = {"open": 100, "place": "emergency_location"}
READY = {"open": 100, "place": "ready"}
SHUT = {"close": 100, "place": "ready"}


def short(above: float = 5, **weeks: float) -> tuple[str, dict[str, Any]]:
    """A condition on people without a place, known at once."""
    return "without_place", {"above": above, "lag_weeks": 0} | weeks


def plenty(below: float = 5, **weeks: float) -> tuple[str, dict[str, Any]]:
    return "without_place", {"below": below, "lag_weeks": 0} | weeks


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return load("baseline")


@pytest.fixture(scope="module")
def place(baseline: Scenario) -> dict[str, int]:
    """Types as numbers, with those on standby last."""
    names = [*baseline.reception.places, "ready"]
    return {name: index for index, name in enumerate(names)}


def orders(weeks: Weeks, name: str = "emergency_location", index: int = 2) -> dict[int, int]:
    source = "places_standby" if name == "ready" else "place_market"
    return by_week(weeks.flow(source, "places_ordered", index))


CASES: dict[str, tuple[list[Rule], list[int], dict[int, int]]] = {
    "above the line, not on it": ([rule(short(), OPEN)], [4, 5, 6, 5], {2: 100}),
    "below the line, not on it": ([rule(plenty(), OPEN)], [6, 5, 4, 5], {2: 100}),
    "three weeks in a row": (
        [rule(short(for_weeks=3), OPEN)],
        [0, 9, 9, 0, 9, 9, 9, 9, 0],
        {6: 100, 7: 100},
    ),
    "two weeks until a figure is known": (
        [rule(short(lag_weeks=2), OPEN)],
        [0, 9, 0, 0, 0],
        {3: 100},
    ),
    "in a row, as far as is known": (
        [rule(short(for_weeks=2, lag_weeks=3), OPEN)],
        [9, 9, 0, 9, 0, 0, 0, 0],
        {4: 100},
    ),
    "a pause of three weeks": (
        [rule(short(), OPEN, pause_weeks=3)],
        [9, 9, 9, 9, 0, 9, 9, 9, 9],
        {0: 100, 3: 100, 6: 100},
    ),
    "no more than 250 in all": (
        [rule(short(), OPEN, most=250)],
        [9, 9, 9, 9, 9],
        {0: 100, 1: 100, 2: 50},
    ),
    "until a day, that day included": (
        [rule(short(), OPEN, until="2025-02-10")],
        [9, 9, 9, 9],
        {0: 100, 1: 100, 2: 100},
    ),
    "until the day before": (
        [rule(short(), OPEN, until="2025-02-09")],
        [9, 9, 9, 9],
        {0: 100, 1: 100},
    ),
    "the limit of a week puts the rest off": (
        [rule(short(), {"open": 600, "place": "emergency_location"})],
        [9, 0, 0, 0],
        {0: 250, 1: 250, 2: 100},
    ),
    "what is put off is decided on once": (
        [rule(short(), {"open": 600, "place": "emergency_location"})],
        [9, 9, 9, 9, 0, 0],
        {0: 250, 1: 250, 2: 100, 3: 250, 4: 250, 5: 100},
    ),
    "nothing is put off beyond the last day": (
        [rule(short(), {"open": 600, "place": "emergency_location"}, until="2025-02-03")],
        [9, 0, 0, 0],
        {0: 250, 1: 250},
    ),
    "the first rule has the limit first": (
        [
            rule(short(), {"open": 200, "place": "emergency_location"}, most=200),
            rule(short(), {"open": 150, "place": "emergency_location"}, most=150),
        ],
        [9, 0, 0],
        {0: 250, 1: 100},
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_what_is_ordered_when(name: str, baseline: Scenario) -> None:
    rules, values, expected = CASES[name]
    scenario = with_plan(baseline, {f"r{n}": one for n, one in enumerate(rules)}, desk=False)
    assert orders(played(scenario, values)) == expected


def test_what_is_ordered_opens_after_the_lead_time(baseline: Scenario) -> None:
    """The desk's, or that of the rule."""
    desk = round(baseline.reception.desk.lead_weeks.single)
    values = [9] + [0] * (desk + 2)
    for one, lead in ((rule(short(), OPEN), desk), (rule(short(), OPEN, lead_weeks=3), 3)):
        found = played(with_plan(baseline, {"a": one}, desk=False), values)
        assert by_week(found.flow("places_ordered", "places_open")) == {lead: 100}


def test_without_a_type_what_is_filled_first_opens_first(
    baseline: Scenario, place: dict[str, int]
) -> None:
    """Each to its limit a week: 50 municipal places, 250 at locations, then ships and hotels."""
    scenario = with_plan(baseline, {"a": rule(short(), {"open": 320})}, desk=False)
    row = played(scenario, [9]).moved[0]["place_market", "places_ordered"][0]
    found = {name: int(row[index]) for name, index in place.items() if name != "ready"}
    limits = {n: p.order_limit for n, p in baseline.reception.places.items() if p.order_limit}
    assert {name: limit.single for name, limit in limits.items()} == {
        "tgo": 50,
        "emergency_location": 250,
        "emergency_ship": 50,
        "emergency_hotel": 100,
    }
    assert found == {
        "regular": 0,
        "tgo": 50,
        "emergency_location": 250,
        "emergency_ship": 20,
        "emergency_hotel": 0,
        "non_coa": 0,
    }


def test_without_a_type_what_is_filled_last_closes_first(
    baseline: Scenario, place: dict[str, int]
) -> None:
    hotels = played(with_plan(baseline, desk=False), [0]).stock("places_open", 4)[0, 0]
    scenario = with_plan(baseline, {"a": rule(short(), {"close": float(hotels + 7)})}, desk=False)
    found = played(scenario, [9, 0])
    row = found.moved[0]["places_open", "places_notice"][0]
    assert row[place["emergency_hotel"]] == hotels
    assert row[place["emergency_ship"]] == 7
    assert row.sum() == hotels + 7


def test_what_is_closed_is_there_until_its_notice_has_ended(baseline: Scenario) -> None:
    notice = round(baseline.reception.desk.notice_weeks.single)
    shut = rule(short(), {"close": 100, "place": "emergency_hotel"})
    found = played(with_plan(baseline, {"a": shut}, desk=False), [9] + [0] * (notice + 1))
    assert by_week(found.flow("places_open", "places_notice")) == {0: 100}
    assert by_week(found.flow("places_notice", "place_market")) == {notice: 100}


def test_places_on_standby_go_out_and_come_back(baseline: Scenario, place: dict[str, int]) -> None:
    """250 are ready: no more can open. Each way takes two weeks; no place is lost or made."""
    rules = {"a": rule(short(), READY), "b": rule(plenty(), SHUT)}
    values = [9, 9, 9, 9, 0, 0, 0, 0, 0, 0, 9]
    found = played(with_plan(baseline, rules, desk=False, standby=250), values)
    at = place["ready"]
    assert orders(found, "ready", at) == {0: 100, 1: 100, 2: 50, 10: 100}
    assert by_week(found.flow("places_ordered", "places_open", at)) == {2: 100, 3: 100, 4: 50}
    assert by_week(found.flow("places_open", "places_notice", at)) == {4: 100, 5: 100, 6: 50}
    back = by_week(found.flow("places_notice", "places_standby", at))
    assert back == {6: 100, 7: 100, 8: 50}
    assert not found.flow("place_market", "places_ordered").any()
    kinds = ("standby", "ordered", "open", "notice")
    total = np.sum([found.stock(f"places_{kind}", at) for kind in kinds], axis=0)
    assert (total == 250).all()


def test_what_is_not_ready_is_not_owed(baseline: Scenario, place: dict[str, int]) -> None:
    """A rule that wants more than there is does not take what comes back later."""
    rules = {"a": rule(short(), {"open": 900, "place": "ready"}), "b": rule(plenty(), SHUT)}
    found = played(with_plan(baseline, rules, desk=False, standby=100), [9] + [0] * 7)
    assert orders(found, "ready", place["ready"]) == {0: 100}


@pytest.mark.parametrize(("stay", "week"), [(None, 2), (4, 6), (1, 3)])
def test_what_a_rule_opened_stays_its_time(
    stay: int | None, week: int, baseline: Scenario, place: dict[str, int]
) -> None:
    """Opened in week 2; closed as soon as it may be."""
    kept = rule(short(), READY) if stay is None else rule(short(), READY, minimum_stay_weeks=stay)
    rules = {"a": kept, "b": rule(plenty(), SHUT)}
    found = played(with_plan(baseline, rules, desk=False, standby=100), [9] + [0] * 9)
    closed = by_week(found.flow("places_open", "places_notice", place["ready"]))
    assert closed == {week: 100}


def test_the_stay_of_one_rule_holds_no_other_places(
    baseline: Scenario, place: dict[str, int]
) -> None:
    """Of 200 open places 100 have to stay: the others close."""
    rules = {
        "a": rule(short(), READY, minimum_stay_weeks=10),
        "b": rule(short(), READY),
        "c": rule(plenty(), {"close": 500, "place": "ready"}),
    }
    found = played(with_plan(baseline, rules, desk=False, standby=200), [9] + [0] * 13)
    closed = by_week(found.flow("places_open", "places_notice", place["ready"]))
    assert closed == {2: 100, 12: 100}


ADDED: dict[str, tuple[dict[str, Any], list[int], list[int]]] = {
    "while it holds": ({}, [0, 9, 9, 0, 0, 9], [0, 1, 1, 0, 0, 1]),
    "at least four weeks": (
        {"minimum_stay_weeks": 4},
        [0, 9, 0, 0, 0, 0, 0],
        [0, 1, 1, 1, 1, 0, 0],
    ),
    "two weeks later": ({"lead_weeks": 2}, [0, 9, 9, 0, 0, 0], [0, 0, 0, 1, 1, 0]),
    "not again for three weeks": ({"pause_weeks": 3}, [9, 0, 9, 9, 9, 9], [1, 0, 0, 0, 1, 1]),
    "until a day": ({"until": "2025-02-10"}, [9, 9, 9, 9, 9], [1, 1, 1, 0, 0]),
}


@pytest.mark.parametrize("kind", ["decisions", "homes"])
@pytest.mark.parametrize("name", list(ADDED))
def test_what_is_added_when(name: str, kind: str, baseline: Scenario) -> None:
    limits, values, expected = ADDED[name]
    rules = {"a": rule(short(), {kind: 5_000}, **limits)}
    found = played(with_plan(baseline, rules, desk=False), values)
    row = np.array(found.added)[:, 0, 0 if kind == "decisions" else 1]
    assert row.tolist() == [5_000 * one for one in expected]
    assert np.array(found.added).sum() == row.sum()


def test_figures_are_known_as_late_as_the_schema_says(baseline: Scenario) -> None:
    """Without a lag of its own a rule knows people without a place a week later."""
    lags = {name: series.lag_weeks for name, series in SERIES.items()}
    assert lags == {
        "fill": 1,
        "people": 1,
        "without_place": 1,
        "waiting_for_home": 1,
        "applications": 2,
        "pending": 6,
        "expected_shortage": 0,
        "expected_surplus": 0,
    }
    scenario = with_plan(baseline, {"a": rule(("without_place", {"above": 5}), OPEN)}, desk=False)
    assert orders(played(scenario, [0, 9, 0, 0])) == {2: 100}


@pytest.mark.slow
def test_what_no_money_is_left_for_is_neither_opened_nor_has_to_stay(
    place: dict[str, int],
) -> None:
    """Nothing is left in 2025 and plenty in 2026: the 250 of the first rule open then, and stay.

    All others may close in the seventh week, those of the second rule too.
    """
    lines = {date(year, 1, 1): 0.0 if year == 2025 else 1e12 for year in range(2025, 2031)}
    more = {"budget.vintages.owb2025.lines.coa_nidos": lines}
    rules = {
        "a": rule(short(), OPEN, most=250, minimum_stay_weeks=50, lead_weeks=1),
        "b": rule(short(), OPEN | {"open": 30}, lead_weeks=1),
        "c": rule(plenty(), {"close": 1e6, "place": "emergency_location"}),
    }
    scenario = with_plan(load("constrained"), rules, desk=False, more=more)
    found = played(begun_on(date(2025, 12, 15), scenario), [9, 9, 9, 9, 9, 9, 0])
    assert orders(found) == {3: 130, 4: 130, 5: 80}
    at = place["emergency_location"]
    assert found.stock("places_open", at)[6, 0] == 250


# -- money and work ----------------------------------------------------------------------------


@pytest.mark.slow
def test_standby_is_priced_by_the_day_and_by_the_place(
    baseline: Scenario, place: dict[str, int]
) -> None:
    """Days on standby x 6,000 a year, 500 for each place that opens and 300 when it is back.

    The same volumes at no price cost just so much less, in the line of COA and in the total.
    """
    rules = {
        "a": rule(("people", {"above": 1}), READY, pause_weeks=3),
        "b": rule(("people", {"above": 1}), SHUT | {"close": 40}, lead_weeks=5),
    }
    scenario = with_plan(baseline, rules, standby=1_000)
    ledger, weeks = watched(scenario, until=date(2026, 12, 31))
    names = ("price", "opening_cost", "closing_cost")
    free = {f"reception.places.ready.standby.{name}": 0 for name in names}
    volumes, at = tabulate(ledger, scenario).volumes, place["ready"]
    both = [
        costs(one, volumes, ledger.samples, ledger.clock)
        for one in (scenario, change(scenario, free))
    ]
    year = np.array([date_of.year for date_of in map(ledger.clock.date_of, weeks.days)])
    opened = weeks.flow("places_ordered", "places_open", at)[year == 2026].sum()
    back = weeks.flow("places_notice", "places_standby", at)[year == 2026].sum()
    days = ledger.days["places_standby"][12:, 0, at].sum()
    assert min(opened, back, days) > 0
    by_hand = days / 365 * 6_000 + opened * 500 + back * 300
    levels = scenario.budget.price_levels
    by_hand *= levels[scenario.headline.price_level].single / levels[2023].single
    for line in ("coa", "total"):
        apart = both[0]["document", line][1, 0] - both[1]["document", line][1, 0]
        assert apart == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.slow
def test_the_desk_never_touches_what_is_on_standby(baseline: Scenario) -> None:
    """Short of thousands of places, or with thousands to spare; and people live as without it."""
    ordered, given_up = ("place_market", "places_ordered"), ("places_open", "places_notice")
    for first, pair in ((90_000, ordered), (5_000, given_up)):
        crowd = change(baseline, {"inflow.first": first})
        plain, before = watched(crowd, until=date(2026, 12, 31))
        ledger, weeks = watched(with_plan(crowd, standby=3_000), until=date(2026, 12, 31))
        assert (weeks.stock("places_standby") == 3_000).all()
        assert weeks.flow(*pair).any()
        for index in range(6):
            assert (weeks.stock("places_open", index) == before.stock("places_open", index)).all()
        assert (ledger.days["beyond_places"] == plain.days["beyond_places"]).all()


@pytest.mark.slow
def test_decisions_that_a_rule_adds_grow_over_the_ramp_and_cost_money(baseline: Scenario) -> None:
    """10,000 a year on top of 40,000, over the ramp of a fifth of a year, for their own price."""
    calm = {
        "ind.capacity.planned": 40_000,
        "ind.capacity.response": 0,
        "ind.capacity.ramp_days": 73,
        "ind.holds": [],
    }
    still = change(baseline, calm)
    more = rule(("pending", {"above": 1, "lag_weeks": 0}), {"decisions": 10_000})
    line = rule(("pending", {"above": 9e6, "lag_weeks": 0}), {"decisions": 10_000})
    found = {}
    for name, one in (("more", more), ("never", line)):
        scenario = with_plan(still, {"a": one})
        ledger, _ = watched(scenario, until=date(2026, 12, 31), step="day")
        volumes = tabulate(ledger, scenario).volumes
        cost = costs(scenario, volumes, ledger.samples, ledger.clock)
        found[name] = ledger.tallies["ind_planned"][:, 0], cost["document", "ind_asylum"][1, 0]
    work = found["more"][0] - found["never"][0]
    starts = [*ledger.clock.month_starts(), ledger.clock.days]
    for month, (begin, end) in enumerate(pairwise(starts)):
        grown = [min(10_000, 50_000 * day / 73) for day in range(begin, end)]
        assert work[month] == pytest.approx(sum(grown) / 365)
    rates = baseline.ind_cost
    total = rates.total_2025.single - rates.penalties_included.single
    of_asylum = total * rates.asylum_share.single * (1 - rates.family_share.single)
    by_hand = of_asylum * 10_000 / rates.reference_work.single
    assert found["more"][1] - found["never"][1] == pytest.approx(by_hand, rel=1e-6)


def test_what_a_rule_adds_comes_on_top_of_the_answer_to_the_backlog(baseline: Scenario) -> None:
    """On the second day both runs have the same backlog, which is not that of day 0."""
    busy = {"ind.capacity.response": 1, "ind.capacity.ramp_days": 0}
    work = []
    for line in (1, 9e6):
        more = rule(("pending", {"above": line, "lag_weeks": 0}), {"decisions": 10_000})
        scenario = with_plan(change(baseline, busy), {"a": more})
        ledger, _ = watched(scenario, step="day", until=date(2025, 1, 28))
        work.append(ledger.tallies["ind_planned"][0, 0])
    assert work[0] - work[1] == pytest.approx(10_000 / 365, rel=1e-9)


@pytest.mark.slow
def test_homes_that_a_rule_adds_house_as_many_people(baseline: Scenario) -> None:
    """4,000 a year on top, as long as enough people wait."""
    calm = {"housing.homes": 10_000, "housing.response": 0}
    housed = []
    for line in (1, 9e6):
        more = rule(("waiting_for_home", {"above": line}), {"homes": 4_000})
        ledger, _ = watched(
            with_plan(change(baseline, calm), {"a": more}), until=date(2026, 12, 31)
        )
        settled = [ledger.flows[a, "settled"][12:, 0].sum() for a in ("status_holders", "transit")]
        housed.append(sum(settled))
    assert housed[0] - housed[1] == pytest.approx(4_000, abs=1)

"""Laws that hold for every scenario, on random scenarios where they can."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.scenarios import change

from sim.model.engine import ACTORS, simulate
from sim.model.ledger import Ledger
from sim.model.prices import LEVELS, Prices, reception_cost
from sim.model.sampling import sample, slice_samples
from sim.results import budget
from sim.results import tables as results
from sim.results.tables import Tables, tabulate
from sim.scenario import Scenario, dump

SHORT = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """Random, also extreme, settings of what drives the chain."""
    begins = date(2025, 1, 1) + timedelta(days=draw(st.integers(0, 120)))
    held = draw(st.sampled_from(["syria", "other", "dublin_safe"]))
    hold = {
        "group": held,
        "begins": begins,
        "ends": begins + timedelta(days=draw(st.integers(0, 200))),
        "granted_after": {"value": 0.05, "unit": "share", "assumption": "a test"},
    }
    return {
        "inflow.first": draw(st.floats(0, 150_000)),
        "ind.capacity.planned": draw(st.floats(0, 200_000)),
        "ind.capacity.mode": draw(st.sampled_from(["planned", "follows_budget", "staff"])),
        "ind.order": draw(st.sampled_from(["weights", "oldest_first", "newest_first"])),
        "ind.holds": [hold],
        "housing.homes": draw(st.floats(0, 300_000)),
        "housing.minimum_stay_days": draw(st.floats(0, 400)),
        "family.staff": draw(st.floats(0, 5_000)),
        "transit.places": draw(st.integers(0, 20_000)),
        "reception.desk.lead_weeks": draw(st.integers(1, 20)),
        "reception.desk.notice_weeks": draw(st.integers(1, 20)),
        "reception.places.regular.level": draw(st.integers(0, 120_000).map(place_level)),
    }


def place_level(places: int) -> dict[str, Any]:
    return {"value": places, "unit": "places", "assumption": "a test"}


@pytest.mark.long
@given(changes=changes(), step=st.sampled_from(["day", "week"]), days=st.integers(1, 150))
@SHORT
def test_nobody_is_lost_no_stock_is_negative_and_littles_law_is_exact(
    baseline: Scenario, changes: dict[str, Any], step: Any, days: int
) -> None:
    scenario = change(baseline, changes)
    until = scenario.start + timedelta(days=days)
    ledger = simulate(scenario, 3, 1, step=step, until=until)
    ledger.check_balance()
    for name, account in ledger.accounts.items():
        assert account.external or (ledger.stocks[name] >= 0).all(), name
    assert_little(scenario, ledger)
    people = ledger.stocks["beds"].sum(axis=1) + ledger.stocks["beyond_places"][:, 0]
    assert (people >= ledger.stocks["status_holders"][:, 0]).all()
    places = ledger.stocks["places_open"] + ledger.stocks["places_notice"]
    assert (ledger.stocks["beds"] <= places).all()


def assert_little(scenario: Scenario, ledger: Ledger) -> None:
    """Area under a queue = waits of those who left + ages now - ages at the start, exactly."""
    opened = simulate(scenario, ledger.replications, 1, actors=())
    for name in ("pending", "status_holders"):
        area = ledger.days[name].sum(axis=0)
        waits = ledger.wait_days[name].sum(axis=0)
        ages_now = ledger.stocks[name] * ledger.clock.days - ledger.entry_sums[name].sum(axis=2)
        ages_then = -opened.entry_sums[name].sum(axis=2)
        assert np.allclose(area, waits + ages_now - ages_then, rtol=1e-9, atol=1e-3), name


def arrays(tables: Tables) -> list[np.ndarray]:
    return [tables.monthly, tables.yearly, *tables.volumes.values()]


def equal(left: Tables, right: Tables) -> bool:
    return all(
        np.array_equal(a, b, equal_nan=True)
        for a, b in zip(arrays(left), arrays(right), strict=True)
    )


def run(scenario: Scenario, replications: int = 4, **options: Any) -> Tables:
    options = {"until": date(2025, 5, 31)} | options
    return tabulate(simulate(scenario, replications, 1, **options), scenario)


@pytest.mark.long
@given(order=st.randoms(use_true_random=False))
@SHORT
def test_the_order_in_which_processes_are_created_changes_nothing(
    baseline: Scenario, order: random.Random
) -> None:
    shuffled = list(ACTORS)
    order.shuffle(shuffled)
    until = date(2025, 3, 10)
    assert equal(run(baseline, until=until), run(baseline, until=until, actors=tuple(shuffled)))


@pytest.mark.long
@given(cut=st.integers(1, 8), changes=changes())
@SHORT
def test_a_run_cut_into_chunks_is_the_same_run(
    baseline: Scenario, cut: int, changes: dict[str, Any]
) -> None:
    scenario, until = change(baseline, changes), date(2025, 3, 31)
    samples = sample(scenario, 9, 1)
    whole = tabulate(simulate(scenario, 9, 1, until=until), scenario)

    def part(first: int, count: int) -> np.ndarray:
        mine = slice_samples(samples, first, count)
        ledger = simulate(scenario, count, 1, until=until, first=first, parameters=mine)
        return tabulate(ledger, scenario).monthly

    joined = np.concatenate([part(0, cut), part(cut, 9 - cut)], axis=-1)
    assert np.array_equal(whole.monthly, joined, equal_nan=True)


@pytest.mark.slow
def test_a_null_change_changes_nothing(baseline: Scenario) -> None:
    same = change(baseline, {"housing.homes": baseline.housing.homes.model_dump(by_alias=True)})
    assert equal(run(baseline), run(same))


@pytest.mark.slow
def test_a_run_does_not_change_its_scenario(baseline: Scenario) -> None:
    before = dump(baseline)
    run(baseline, 2)
    assert dump(baseline) == before


@pytest.mark.slow
def test_places_change_where_people_sleep_and_nothing_else(baseline: Scenario) -> None:
    until = date(2025, 9, 30)
    here = simulate(baseline, 4, 1, until=until)
    changed = {
        "reception.places.regular.level": place_level(60_000),
        "reception.desk.planned_fill": 0.8,
        "reception.places.tgo.order_limit": 900,
        "reception.desk.notice_weeks": 2,
    }
    there = simulate(change(baseline, changed), 4, 1, until=until)
    for name, account in here.accounts.items():
        if account.book not in ("places", "beds"):
            assert np.array_equal(here.stocks[name], there.stocks[name]), name
    for flow, moved in here.flows.items():
        if here.accounts[flow[0]].book not in ("places", "beds"):
            assert np.array_equal(moved, there.flows[flow]), flow
    assert (here.stocks["beds"] != there.stocks["beds"]).any()


@pytest.mark.long
def test_more_inflow_costs_more_and_more_homes_fill_fewer_beds(baseline: Scenario) -> None:
    until = date(2026, 12, 31)
    options: dict[str, Any] = {"until": until, "step": "week"}

    def occupied(changes: dict[str, Any]) -> float:
        tables = run(change(baseline, changes), 30, **options)
        return float(tables.volumes["resident_days"].sum(axis=2)[-1].mean())

    now = occupied({})
    assert occupied({"inflow.first": 29_150}) > now
    assert occupied({"housing.homes": 24_000}) > now


@pytest.mark.long
def test_by_the_week_means_stay_within_one_percent_of_the_day(baseline: Scenario) -> None:
    until = date(2026, 12, 31)
    day = run(baseline, 40, until=until)
    week = run(baseline, 40, until=until, step="week")
    checked = 0
    for cell, by_day, by_week in zip(day.monthly_cells, day.monthly, week.monthly, strict=True):
        mean = np.nanmean(by_day[1:])
        if cell.series in ("occupancy", "places", "pending", "need", "family_pending"):
            # The types at the margin (hotels, ships) may differ by a thousandth of all places.
            assert abs(np.nanmean(by_week[1:]) - mean) < max(0.01 * mean, 75), cell
            checked += 1
    assert checked > 20


@pytest.mark.long
def test_the_kinds_of_chance_are_told_apart(baseline: Scenario) -> None:
    need = results.TableCell("need", "total", "places")

    def spread(vary: tuple[Any, ...]) -> float:
        tables = run(baseline, 60, vary=vary, until=date(2026, 12, 31), step="week")
        return float(tables.monthly[tables.monthly_cells.index(need), -1].std())

    none, luck = spread(()), spread(("process",))
    inflow, parameters = spread(("inflow",)), spread(("parameters",))
    together = spread(("parameters", "inflow", "process"))
    assert none < 1e-6
    assert 0 < luck < parameters / 5
    assert luck < inflow / 5
    assert together > 0.9 * max(inflow, parameters)
    assert together == pytest.approx(np.hypot(inflow, parameters), rel=0.35)


@pytest.mark.slow
def test_costs_scale_with_prices(baseline: Scenario, quarter: Ledger) -> None:
    double: dict[str, Any] = {"prices.emergency_mean": 111_400}
    for name, place in baseline.reception.places.items():
        if place.price is not None:
            double[f"reception.places.{name}.price"] = {
                "value": 2 * place.price.single,
                "fill": place.price.fill,
            }
    volumes = tabulate(quarter, baseline).volumes
    residents, places = volumes["resident_days"][0] / 365, volumes["place_days"][0] / 365
    once, twice = (
        reception_cost(Prices.of(scenario, {}), "document", places, residents)
        for scenario in (baseline, change(baseline, double))
    )
    assert np.allclose(twice, 2 * once)


@pytest.mark.slow
def test_decisions_move_nobody_into_or_out_of_reception(baseline: Scenario) -> None:
    """Nobody comes and nobody leaves: cases are decided, appealed, refused; people stay."""
    changes: dict[str, Any] = {
        "inflow.first": 0,
        "inflow.repeat": 0,
        "inflow.resettled": 0,
        "housing.homes": 0,
        "transit.places": 0,
        "transit.opening_people": 0,
        "family.staff": 0,
        "family.opening_travelling": 0,
        "departure.closed_left_share": 0,
        "ind.holds": [],
        "ind.leave_rate": 0,
        "other_intake.stay_days": 36_000,
    }
    for name, group in baseline.groups.items():
        share = group.granted_share.single
        changes |= {
            f"groups.{name}.departure_days": 36_000,
            f"groups.{name}.in_reception_share": 0.85,
            f"groups.{name}.closed_share": 1 - share if name == "repeat" else 0,
        }
    scenario = change(baseline, changes)
    ledger = simulate(scenario, 4, 1, vary=("process",), until=date(2025, 6, 30))
    people = ledger.snapshots["beds"].sum(axis=2) + ledger.snapshots["beyond_places"][:, :, 0]
    left = sum(
        ledger.flows.get((source, "departed"), np.zeros((6, 4, 1))).sum()
        for source in ("rejected", "accompanying")
    )
    assert ledger.flows["pending", "decided"].sum() > 30_000
    assert np.abs(people - 72_650).max() <= left / 4 + 200


@pytest.mark.long
@pytest.mark.parametrize(
    ("types", "within"),
    [
        (None, 0.0),
        (("tgo",), 0.0),
        (("emergency_location",), 0.001),
        # Without hotels, places that would stand empty under notice are not paid: a little less.
        (("emergency_hotel",), 0.015),
    ],
)
def test_a_limit_on_ordering_never_makes_the_gap_smaller(
    baseline: Scenario, types: tuple[str, ...] | None, within: float
) -> None:
    flexible = ("tgo", "emergency_location", "emergency_ship", "emergency_hotel")
    limits = {f"reception.places.{name}.order_limit": 0 for name in types or flexible}
    busy = {"inflow.first": 40_000}

    def cost(changes: dict[str, Any]) -> np.ndarray:
        scenario = change(baseline, changes)
        ledger = simulate(scenario, 20, 1, until=date(2027, 12, 31), step="week")
        tables = tabulate(ledger, scenario)
        lines = budget.costs(scenario, tables.volumes, ledger.samples, ledger.clock)
        return np.stack([lines[level, "coa"].mean(axis=1) for level in LEVELS])

    assert (cost(busy | limits) >= cost(busy) * (1 - within) * 0.9999).all()


@pytest.mark.slow
def test_the_centre_is_the_same_with_and_without_luck(baseline: Scenario) -> None:
    options: dict[str, Any] = {"until": date(2026, 12, 31), "step": "week"}
    without = run(baseline, 2, vary=(), **options)
    with_luck = run(baseline, 60, vary=("process",), **options)
    for number, (cell, measure) in enumerate(without.yearly_cells):
        here, there = without.yearly[number, 1, 0], with_luck.yearly[number, 1]
        if np.isfinite(there).all():
            # One run of luck lies within five standard deviations of the mean of many.
            assert abs(here - there.mean()) <= 5 * there.std() + 1e-9, (cell, measure)


@pytest.mark.long
def test_nobody_is_housed_before_the_minimum_stay(baseline: Scenario) -> None:
    for days in (30.0, 60.0, 120.0):
        changes = {"housing.homes": 3_000_000, "housing.minimum_stay_days": days}
        changes |= {"transit.places": 0, "transit.opening_people": 0}
        scenario = change(baseline, changes)
        ledger = simulate(scenario, 2, 1, until=date(2026, 6, 30))
        late = slice(12, None)
        waited = ledger.wait_days["status_holders"][late].sum()
        left = ledger.flows["status_holders", "settled"][late].sum()
        assert waited / left == pytest.approx(days, abs=1.5)


@pytest.mark.slow
def test_means_that_follow_the_budget_spend_just_the_budget(baseline: Scenario) -> None:
    scenario = change(baseline, {"ind.capacity.mode": "follows_budget"})
    ledger = simulate(scenario, 3, 1, step="week")
    tables = tabulate(ledger, scenario)
    lines = budget.costs(scenario, tables.volumes, ledger.samples, ledger.clock)
    work = lines["document", "ind_asylum"] + lines["document", "ind_other"]
    included = scenario.ind_cost.penalties_included.single
    for year in (2026, 2027, 2028, 2029):
        held = scenario.headline.amount("ind", year)
        assert held is not None
        factor = (held + 60e6) / (866.372e6 + 60e6)
        assert np.allclose(work[year - 2025], (926e6 - included) * factor, rtol=0.01)

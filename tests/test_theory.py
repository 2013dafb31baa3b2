"""Against theory, where theory knows the answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from support.scenarios import begun_on, change, quiet

from sim.clock import Clock
from sim.model.books import month_now
from sim.model.departure import departures, guardianship
from sim.model.engine import calendar, end_of_step, simulate
from sim.model.inflow import intake
from sim.model.ledger import Ledger, accounts
from sim.model.numbers import GroupNumber, Number, Numbers, PlaceNumber
from sim.model.procedure import by_age, by_weight, courts, grown, ind
from sim.model.state import Actor, SimState
from sim.results.tables import open_wait_cells, wait_cells
from sim.scenario import Scenario

ONE_GROUP = "turkey"


def one_queue(baseline: Scenario, per_day: float, decided_per_day: float) -> Scenario:
    """All applications in one group, an empty queue, each decision one unit of work."""
    changes: dict[str, Any] = {
        "inflow.first": {baseline.start: per_day * 365},
        "inflow.repeat": 0,
        "inflow.resettled": 0,
        "ind.capacity.planned": decided_per_day * 365,
        "ind.capacity.realised": 1,
        "ind.capacity.response": 0,
        f"groups.{ONE_GROUP}.work": 1,
    }
    for name, group in baseline.groups.items():
        changes[f"groups.{name}.opening_pending"] = 0
        if group.intake == "first":
            changes[f"groups.{name}.intake_share"] = 1 if name == ONE_GROUP else 0
        changes[f"courts.opening_in_appeal.{name}"] = 0
    return change(baseline, quiet(changes))


def run_part(
    scenario: Scenario, replications: int, days: int, *actors: Callable[[SimState], Actor]
) -> Ledger:
    """The first days of a run in which these actors alone act, with process noise alone."""
    return simulate(
        scenario,
        replications,
        1,
        vary=("process",),
        until=scenario.start + timedelta(days=days - 1),
        actors=(calendar, *actors, end_of_step),
    )


@pytest.mark.slow
def test_a_stock_with_constant_hazard_is_poisson_with_the_known_mean(baseline: Scenario) -> None:
    # Wards: Poisson arrivals (a thinned Poisson stream), each leaving at a constant rate.
    stay, per_day, share = 40.0, 100.0, 0.1
    mean = per_day * share / (1 - np.exp(-1 / stay))
    scenario = change(
        one_queue(baseline, per_day, 0),
        {
            "guardianship.stay_days": stay,
            "guardianship.opening": round(mean),
            f"groups.{ONE_GROUP}.unaccompanied_share": share / 0.8,
            "guardianship.arrival_factor": 0.8,
        },
    )
    scenario = begun_on(date(2025, 1, 1), scenario)
    wards = run_part(scenario, 1500, 251, intake, guardianship).stocks["wards"][:, 0]
    assert abs(wards.mean() - mean) < 4 * np.sqrt(mean / wards.size)
    assert wards.var() == pytest.approx(mean, rel=0.12)


@pytest.mark.slow
def test_a_saturated_desk_follows_the_fluid_limit(baseline: Scenario) -> None:
    scenario = one_queue(baseline, 100, 60)
    days = 300
    pending = run_part(scenario, 200, days, intake, ind).stocks["pending"]
    queue = pending[:, list(scenario.groups).index(ONE_GROUP)]
    assert queue.mean() == pytest.approx((100 - 60) * days, rel=0.01)
    assert queue.std() == pytest.approx(np.sqrt(100 * days), rel=0.2)


@pytest.mark.slow
def test_first_come_first_served_waits_of_a_deterministic_case(baseline: Scenario) -> None:
    # 100 come and 50 are decided a day, from an empty queue: who is decided on day t came on t/2.
    scenario = begun_on(date(2025, 1, 1), one_queue(baseline, 100, 50))
    ledger = simulate(
        scenario,
        1,
        1,
        vary=(),
        until=date(2026, 6, 30),
        actors=(calendar, intake, ind, end_of_step),
    )
    median = next(v for c, v in wait_cells(ledger).items() if c.breakdown == "kind:decided_median")
    starts = [*ledger.clock.month_starts(), ledger.clock.days]
    for month in range(1, ledger.clock.months):
        middle = (starts[month] + starts[month + 1]) / 2
        assert abs(median[month, 0] - middle / 2 / 30.44) <= 0.5, month
    # Who still waits at the end of day t came after t/2: from nothing to t/2 ago, t/4 on average.
    still = {cell.breakdown: values[:, 0] for cell, values in open_wait_cells(ledger).items()}
    for date_number, day in enumerate(starts[2:], start=2):
        for which, part in (("median", 1 / 4), ("mean", 1 / 4), ("p90", 0.9 / 2)):
            found = still[f"kind:pending_{which}"][date_number]
            assert abs(found - part * day / 30.44) <= 0.5, (which, date_number)
            assert still[f"kind:pending_track4_{which}"][date_number] == found
    waited = ledger.wait_days["pending"].sum() / ledger.flows["pending", "decided"].sum()
    assert waited == pytest.approx(ledger.clock.days / 4, rel=0.02)


def test_rulings_come_at_the_courts_rate_and_a_remitted_case_is_pending_again(
    baseline: Scenario,
) -> None:
    changes = {"delay_days": 200, "success_share": 0.4, "remittal_share": 0.25}
    changes[f"opening_in_appeal.{ONE_GROUP}"] = 10_000
    scenario = change(
        one_queue(baseline, 0, 0), {f"courts.{key}": value for key, value in changes.items()}
    )
    ledger = run_part(scenario, 20, 100, courts)
    left = ledger.stocks["in_appeal"].sum(axis=1)
    assert left.mean() == pytest.approx(10_000 * np.exp(-100 / 200), rel=0.004)
    ruled = 10_000 * (1 - np.exp(-100 / 200))
    for outcome, share in (("rejected", 0.6), ("pending", 0.4 * 0.25)):
        went = ledger.flows["in_appeal", outcome].sum(axis=(0, 2))
        assert went.mean() == pytest.approx(share * ruled, rel=0.05), outcome


def test_the_pending_give_up_at_their_yearly_rate(baseline: Scenario) -> None:
    scenario = change(
        one_queue(baseline, 0, 0),
        {f"groups.{ONE_GROUP}.opening_pending": 10_000, "ind.leave_rate": 1.5},
    )
    left = run_part(scenario, 20, 100, departures).stocks["pending"].sum(axis=1)
    assert left.mean() == pytest.approx(10_000 * np.exp(-1.5 * 100 / 365), rel=0.005)


def test_a_group_leaves_at_its_factor_of_the_common_rate(baseline: Scenario) -> None:
    factor = {"value": 3, "unit": "factor", "assumption": "a test"}
    scenario = change(
        one_queue(baseline, 0, 0),
        {
            f"groups.{ONE_GROUP}.opening_pending": 10_000,
            f"groups.{ONE_GROUP}.leave_factor": factor,
            "ind.leave_rate": 0.5,
        },
    )
    left = run_part(scenario, 20, 100, departures).stocks["pending"].sum(axis=1)
    assert left.mean() == pytest.approx(10_000 * np.exp(-3 * 0.5 * 100 / 365), rel=0.005)


@pytest.mark.parametrize(
    ("order", "actor", "which"),
    [
        ("oldest_first", ind, 0),
        ("newest_first", ind, -1),
        ("weights", departures, -1),
    ],
)
def test_the_ind_decides_in_its_order_and_the_latest_to_come_give_up_first(
    baseline: Scenario, order: str, actor: Callable[[SimState], Actor], which: int
) -> None:
    """In the first days only people of the first or of the last month are gone."""
    ledger = run_part(change(baseline, {"ind.order": order}), 1, 5, actor)
    came = ledger.cohort_entered["pending"][0].sum(axis=0)
    gone = came - ledger.cohort_counts["pending"][0].sum(axis=0)
    assert np.nonzero(gone)[0].tolist() == [np.nonzero(came)[0][which]]


def shared(waiting: list[float], weights: list[float], work: float) -> list[float]:
    """The part of the waiting work of each group that is done, by their claims."""
    rows = np.zeros((3, len(waiting)))
    rows[0] = waiting
    by_weight(rows, np.array(weights), work)
    done: list[float] = rows[1].tolist()
    return done


def test_work_is_shared_by_claim_and_none_is_lost() -> None:
    # Claims 100 and 80: the second group can use only 20 of its 40, the first takes the rest.
    assert shared([100, 20, 0], [1, 4, 1], 90) == [70.0, 20.0, 0.0]


def test_many_groups_share_all_the_work_there_is() -> None:
    done = shared([1000] * 6, [1024, 256, 64, 16, 4, 1], 5900)
    assert sum(done) == pytest.approx(5900)
    assert max(done) <= 1000
    assert shared([10, 90], [1, 0], 50) == [10.0, 40.0]


def shared_by_age(
    by_month: list[list[int]], weights: list[float], closed: int | None = None
) -> Callable[[float, bool], list[float]]:
    """Work done for each group by age, where these cases came in the months up to this one."""
    groups, months = len(by_month), len(by_month[0])
    clock = Clock(date(2025, 1, 1), date(2025, 3, 31))
    ledger = Ledger(accounts(groups, 1), clock, 1, months - 1, {})
    ledger.open_aged("pending", np.array(by_month), np.zeros(months))
    group = np.ones((1, len(GroupNumber), groups))
    group[0, GroupNumber.WORK] = weights
    if closed is not None:
        group[0, GroupNumber.IS_OPEN, closed] = 0
    numbers = Numbers(
        np.ones((1, len(Number))), group, np.ones((1, len(PlaceNumber), 1)), np.zeros((1, 2))
    )

    def done(work: float, newest: bool) -> list[float]:
        share = np.zeros(groups)
        now = month_now(ledger.books.ages, ledger.today)
        by_age(ledger.books, numbers, 0, share, work, now, newest)
        found: list[float] = share.tolist()
        return found

    return done


def test_by_age_the_oldest_cohort_goes_first_over_all_groups() -> None:
    done = shared_by_age([[5, 0, 20], [5, 10, 0]], [1, 1])
    assert done(15, False) == [5.0, 10.0]
    assert done(15, True) == [15.0, 0.0]
    # Two units a case in the second group: 5 and 10 wait in the oldest month, of which 9 are done.
    heavy = shared_by_age([[5, 0, 20], [5, 10, 0]], [1, 2])
    assert heavy(9, False) == pytest.approx([3, 6])
    assert shared_by_age([[5, 0, 20], [5, 10, 0]], [1, 2], closed=0)(15, False) == [0.0, 15.0]


def test_new_capacity_grows_in_and_a_cut_is_felt_at_once() -> None:
    capacity = 50.0
    for _ in range(25):
        capacity = grown(capacity, 100.0, 100.0, 1)
    assert capacity == pytest.approx(75)
    assert grown(capacity, 30.0, 100.0, 1) == 30
    assert grown(99.0, 100.0, 100.0, 7) == 100
    assert grown(50.0, 100.0, 0.0, 1) == 100

"""Against theory, where theory knows the answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from support.scenarios import change, quiet

from sim.model.departure import departures, guardianship
from sim.model.engine import calendar, end_of_step, simulate
from sim.model.inflow import intake
from sim.model.ledger import Ledger
from sim.model.procedure import by_age, by_weight, courts, grown, ind
from sim.model.state import Actor, SimState
from sim.results.tables import wait_cells
from sim.scenario import Scenario

ONE_GROUP = "turkey"


def one_queue(baseline: Scenario, per_day: float, decided_per_day: float) -> Scenario:
    """All applications in one group, an empty queue, each decision one unit of work."""
    changes: dict[str, Any] = {
        "inflow.first": per_day * 365,
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
    scenario = change(scenario, {"start": date(2025, 1, 1)})
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
    scenario = change(one_queue(baseline, 100, 50), {"start": date(2025, 1, 1)})
    ledger = simulate(
        scenario,
        1,
        1,
        vary=(),
        until=date(2026, 6, 30),
        actors=(calendar, intake, ind, end_of_step),
    )
    median = next(v for c, v in wait_cells(ledger).items() if c.breakdown == "kind:median")
    starts = [*ledger.clock.month_starts(), ledger.clock.days]
    for month in range(1, ledger.clock.months):
        middle = (starts[month] + starts[month + 1]) / 2
        assert abs(median[month, 0] - middle / 2 / 30.44) <= 0.5, month
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
        {f"groups.{ONE_GROUP}.opening_pending": 10_000, f"groups.{ONE_GROUP}.leave_rate": 1.5},
    )
    left = run_part(scenario, 20, 100, departures).stocks["pending"].sum(axis=1)
    assert left.mean() == pytest.approx(10_000 * np.exp(-1.5 * 100 / 365), rel=0.005)


def test_work_is_shared_by_claim_and_none_is_lost() -> None:
    stock = np.array([[100, 10, 0]])
    weights = np.array([[1.0, 2.0, 1.0]])
    queue = np.array([[1.0, 4.0, 1.0]])
    decided = by_weight(np.array([[90.0]]), stock, weights, queue)
    # Claims 100 and 80: the second group can use only 20 of its 40, the first takes the rest.
    assert decided.tolist() == [[70.0, 10.0, 0.0]]


def test_many_groups_share_all_the_work_there_is() -> None:
    stock = np.full((1, 6), 1000)
    queue = np.array([[1024.0, 256.0, 64.0, 16.0, 4.0, 1.0]])
    decided = by_weight(np.array([[5900.0]]), stock, np.ones((1, 6)), queue)
    assert decided.sum() == pytest.approx(5900)
    unwanted = by_weight(
        np.array([[50.0]]), np.array([[10, 90]]), np.ones((1, 2)), np.array([[1.0, 0.0]])
    )
    assert unwanted.tolist() == [[10.0, 40.0]]


def test_by_age_the_oldest_cohort_goes_first_over_all_groups() -> None:
    counts = np.array([[[5, 0, 20], [5, 10, 0]]])
    weights = np.ones((1, 2))
    assert by_age(np.array([[15.0]]), counts, weights, "oldest").tolist() == [[5.0, 10.0]]
    assert by_age(np.array([[15.0]]), counts, weights, "newest").tolist() == [[15.0, 0.0]]


def test_new_capacity_grows_in_and_a_cut_is_felt_at_once() -> None:
    ramp = np.array([100.0])
    capacity = np.array([50.0])
    for _ in range(25):
        capacity = grown(capacity, np.array([100.0]), ramp, 1)
    assert capacity[0] == pytest.approx(75)
    assert grown(capacity, np.array([30.0]), ramp, 1)[0] == 30

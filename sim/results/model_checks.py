"""Checks of the model that a user can run on their own machine.

Each check simulates a case for which theory or book-keeping gives the result, and returns what was
expected, the outcome and whether they agree. All together take under two minutes on two cores;
the tests run them too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from threading import Event
from typing import Any

import numpy as np

from ..model.departure import departures, guardianship
from ..model.engine import ACTORS, calendar, end_of_step, simulate
from ..model.inflow import intake
from ..model.ledger import Ledger
from ..model.prices import affects_costs_only
from ..model.procedure import ind
from ..model.reception import placement
from ..model.sampling import Floats, sample, slice_samples
from ..scenario import REGULAR, Scenario, override
from .budget import costs
from .executor import Workers, parallel_list
from .tables import Tables, tabulate

BECAUSE = "set by a check"


@dataclass(frozen=True)
class CheckOutcome:
    """Outcome of a check: the law, the case, the result, and whether the law held."""

    law: str
    tried: str
    result: str
    holds: bool


def change(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    return override(scenario, changes, BECAUSE)


def conservation(base: Scenario) -> CheckOutcome:
    """Check that people are conserved: each ledger has the same total at every month end.

    The cases are extreme: no inflow, very high inflow, no homes, no staff.
    """
    extremes: tuple[dict[str, Any], ...] = (
        {},
        {"inflow.first": 0, "inflow.repeat": 0, "inflow.resettled": 0},
        {"inflow.first": 150_000, "housing.homes": 0},
        {"ind.capacity.planned": 200_000, "family.staff": 5_000, "housing.homes": 300_000},
        {"ind.capacity.planned": 0, "family.staff": 0},
    )
    proofs, negative = 0, 0
    for changes in extremes:
        ledger = simulate(change(base, changes), 3, 1, until=date(2026, 6, 30), step="week")
        ledger.check_balance()
        proofs += ledger.clock.months
        negative += sum(
            int((ledger.stocks[name] < 0).sum())
            for name, account in ledger.accounts.items()
            if not account.external
        )
    tried = f"{len(extremes)} settings, {proofs} month ends, 6 books"
    return CheckOutcome("people, places, beds and wards are conserved; no stock is negative", tried,
                   f"all books balance, {negative} negative stocks", negative == 0)  # fmt: skip


def littles_law(base: Scenario) -> CheckOutcome:
    """Check Little's law exactly: the area under a queue equals the time waited in it."""
    ledger = simulate(base, 5, 1, until=date(2026, 12, 31), step="week")
    opened = simulate(base, 5, 1, actors=())
    worst = 0.0
    for name in ("pending", "status_holders"):
        area = ledger.days[name].sum(axis=0)
        waits = ledger.wait_days[name].sum(axis=0)
        now = ledger.stocks[name] * ledger.clock.days - ledger.entry_sums[name].sum(axis=2)
        then = -opened.entry_sums[name].sum(axis=2)
        apart = np.abs(area - (waits + now - then)) / np.maximum(area, 1)
        worst = max(worst, float(apart.max()))
    return CheckOutcome("Little's law on the queues for the IND and for a home",
                   "two years, 5 replications: person-days against time waited",
                   f"largest relative difference {worst:.1e}", worst < 1e-9)  # fmt: skip


def one_queue(base: Scenario, a_day: float, decided_a_day: float) -> Scenario:
    """Scenario with all applications in one group, an empty queue and unit work a decision."""
    only = "turkey"
    changes: dict[str, Any] = {
        "ind.holds": [],
        "inflow.first": {base.start: a_day * 365},
        "inflow.repeat": 0,
        "inflow.resettled": 0,
        "ind.capacity.planned": decided_a_day * 365,
        "ind.capacity.realised": 1,
        "ind.capacity.response": 0,
        f"groups.{only}.work": 1,
    }
    changes |= {f"inflow.season.{month}": 1.0 for month in range(1, 13)}
    for name, group in base.groups.items():
        changes[f"groups.{name}.opening_pending"] = 0
        changes[f"courts.opening_in_appeal.{name}"] = 0
        if group.intake == "first":
            changes[f"groups.{name}.intake_share"] = 1 if name == only else 0
    return change(base, changes)


def from_new_year(base: Scenario) -> Scenario:
    """Return a scenario from 1 January on; its stocks are not those of that day, nor matter."""
    return base.model_copy(update={"start": date(2025, 1, 1)})


def constant_hazard(base: Scenario) -> CheckOutcome:
    """Check that a stock left at a constant rate is Poisson, with known mean and variance."""
    stay, a_day, share = 40.0, 100.0, 0.1
    mean = a_day * share / (1 - np.exp(-1 / stay))
    scenario = change(one_queue(from_new_year(base), a_day, 0), {
        "guardianship.stay_days": stay,
        "guardianship.opening": round(mean),
        "groups.turkey.unaccompanied_share": share,
    })  # fmt: skip
    wards = simulate(
        scenario, 1_500, 1, vary=("process",), until=date(2025, 9, 8),
        actors=(calendar, intake, guardianship, end_of_step),
    ).stocks["wards"][:, 0]  # fmt: skip
    error = float(np.sqrt(mean / wards.size))
    holds = abs(wards.mean() - mean) < 4 * error and abs(wards.var() / mean - 1) < 0.12
    return CheckOutcome("a stock with constant hazard is Poisson (M/M/infinity)",
                   "10 a day, mean stay 40 days, 1,500 replications",
                   f"mean {wards.mean():.1f}, variance {wards.var():.0f}; theory {mean:.1f}",
                   bool(holds))  # fmt: skip


def saturated_queue(base: Scenario) -> CheckOutcome:
    """Check that an overloaded queue grows at the difference of its rates (fluid limit)."""
    scenario, days = one_queue(base, 100, 60), 300
    ledger = simulate(
        scenario, 200, 1, vary=("process",), until=scenario.start + timedelta(days=days - 1),
        actors=(calendar, intake, ind, end_of_step),
    )  # fmt: skip
    queue = ledger.stocks["pending"].sum(axis=1)
    expected = (100 - 60) * days
    holds = abs(queue.mean() / expected - 1) < 0.01
    return CheckOutcome("a saturated queue follows the fluid limit",
                   "100 come and 60 are decided a day for 300 days, 200 replications",
                   f"queue {queue.mean():,.0f}, theory {expected:,}", bool(holds))  # fmt: skip


def slack_queue(base: Scenario) -> CheckOutcome:
    """Check the mean queue of a desk with spare capacity against Lindley's recursion.

    The chain decides once a day: the queue is that of the day before and the day's arrivals, less
    what is decided, never below zero.
    """
    from scipy.stats import poisson

    scenario = one_queue(base, 100, 112)
    ledger = simulate(
        scenario, 3_000, 1, vary=("process",), until=scenario.start + timedelta(days=59),
        actors=(calendar, intake, ind, end_of_step),
    )  # fmt: skip
    queue = ledger.stocks["pending"].sum(axis=1)
    theory = _lindley(poisson, 100.0, 112)
    error = float(queue.std() / np.sqrt(queue.size))
    holds = abs(queue.mean() - theory) < 4 * error
    return CheckOutcome("a delay system with room to spare (discrete M/D/1: Lindley's recursion)",
                   "Poisson 100 a day, 112 decided a day, 3,000 replications",
                   f"mean left at the end of a day {queue.mean():.2f}, theory {theory:.2f}",
                   bool(holds))  # fmt: skip


def _lindley(poisson: Any, mean: float, decided: int) -> float:
    """Stationary mean of q' = max(q + Poisson(mean) - decided, 0), iterating its distribution."""
    most = 600
    arrivals = poisson.pmf(np.arange(most), mean)
    queue = np.zeros(most)
    queue[0] = 1.0
    for _ in range(60):
        total = np.convolve(queue, arrivals)[: 2 * most]
        queue = np.append(total[: decided + 1].sum(), total[decided + 1 : decided + most])
    return float((queue * np.arange(queue.size)).sum())


def beyond_places(base: Scenario) -> CheckOutcome:
    """Check people without a place against the mean of a Poisson count above the places.

    Erlang's formulas do not fit reception: B counts callers who are turned away, C callers who wait
    until a line is free, and here nobody is turned away and nobody's stay waits for a bed. Who
    leaves does not depend on places, so people are those of M/M/infinity, and those beyond c places
    are what a Poisson number has above c. Places can't be ordered here.
    """
    from scipy.stats import poisson

    stay, a_day = 40.0, 10.0
    leaves = 1 - np.exp(-1 / stay)
    mean = a_day * (1 - leaves) / leaves
    places = round(mean)
    changes: dict[str, Any] = {
        "groups.turkey.opening_pending": places,
        "ind.leave_rate": 365 / stay,
        "groups.turkey.in_reception_share": 1,
        "reception.in_reception_factor": 1,
        "reception.opening_status_holders": 0,
        f"reception.places.{REGULAR}.opening_places": places,
        "other_intake.share_of_inflow": 0,
    }
    changes |= {f"departure.opening_rejected.{name}": 0 for name in base.groups}
    for name in base.reception.places:
        changes[f"reception.places.{name}.opening_people"] = places * (name == REGULAR)
        changes[f"reception.places.{name}.opening_status_holders"] = 0
    ledger = simulate(
        change(one_queue(from_new_year(base), a_day, 0), changes), 3_000, 1, vary=("process",),
        until=date(2025, 7, 19), actors=(calendar, intake, departures, placement, end_of_step),
    )  # fmt: skip
    beyond = ledger.stocks["beyond_places"][:, 0]
    above = np.arange(1, 10 * round(np.sqrt(mean)))
    theory = float((above * poisson.pmf(places + above, mean)).sum())
    error = float(beyond.std() / np.sqrt(beyond.size))
    return CheckOutcome("people beyond all places are the tail of a Poisson (M/M/infinity)",
                   f"10 a day, mean stay 40 days, {places} places, 3,000 replications",
                   f"mean beyond {beyond.mean():.2f}, theory {theory:.2f}",
                   abs(float(beyond.mean()) - theory) < 4 * error)  # fmt: skip


def null_patch(base: Scenario) -> CheckOutcome:
    """Check that setting a number to its own value changes nothing, to the last bit."""
    same = change(base, {"housing.homes": base.housing.homes.model_dump(by_alias=True)})
    until = date(2025, 12, 31)
    one, two = (tabulate(simulate(s, 5, 1, until=until), s) for s in (base, same))
    equal = np.array_equal(one.monthly, two.monthly, equal_nan=True)
    return CheckOutcome(
        "a null patch changes nothing",
        "housing.homes set to its own value, a year",
        "every cell equal" if equal else "cells differ",
        equal,
    )


def actor_order(base: Scenario) -> CheckOutcome:
    """Check that the order of creating actors and the number of chunks change nothing."""
    until = date(2025, 4, 30)
    samples = sample(base, 6, 1)
    whole = tabulate(simulate(base, 6, 1, until=until), base).monthly
    turned = tabulate(simulate(base, 6, 1, until=until, actors=ACTORS[::-1]), base).monthly
    jobs = [(base, slice_samples(samples, first, 3), first, until) for first in (0, 3)]
    parts = parallel_list(_part, jobs, Workers(2))
    joined = np.concatenate(parts, axis=-1)
    equal = np.array_equal(whole, turned, equal_nan=True)
    equal = equal and np.array_equal(whole, joined, equal_nan=True)
    return CheckOutcome("order of actors, chunks and workers change nothing",
                   "actors created backwards; 6 replications as 3 + 3 on two threads",
                   "every cell equal" if equal else "cells differ", bool(equal))  # fmt: skip


def _part(job: tuple[Scenario, Any, int, date], _cancelled: Event | None) -> Floats:
    scenario, samples, first, until = job
    ledger = simulate(scenario, 3, 1, parameters=samples, first=first, until=until)
    return tabulate(ledger, scenario).monthly


def beds_only(base: Scenario) -> CheckOutcome:
    """Check that reception places change where people sleep and the cost, and nothing else."""
    level = {"value": 60_000, "unit": "places", "assumption": BECAUSE}
    changed = change(base, {"reception.places.regular.level": level,
                            "reception.desk.planned_fill": 0.8})  # fmt: skip
    here, there = (
        simulate(s, 4, 1, until=date(2025, 12, 31), step="week") for s in (base, changed)
    )
    moved = [
        flow
        for flow, count in here.flows.items()
        if here.accounts[flow[0]].book not in ("places", "beds")
        and not np.array_equal(count, there.flows[flow])
    ]
    differ = bool((here.stocks["beds"] != there.stocks["beds"]).any())
    return CheckOutcome("reception places change only where people sleep",
                   "60,000 regular places and a fill of 80%, a year",
                   f"{len(moved)} other flows moved", differ and not moved)  # fmt: skip


def monotone(base: Scenario) -> Iterator[CheckOutcome]:
    """Check that means move in the known direction when a number is changed."""
    until = date(2027, 12, 31)

    @cache
    def run(changed: tuple[str, float] | None) -> tuple[Ledger, Tables]:
        scenario = _times(base, *changed) if changed else base
        ledger = simulate(scenario, 60, 1, until=until, step="week")
        return ledger, tabulate(ledger, scenario)

    def last(path: str, factor: float, what: str) -> float:
        scenario = _times(base, path, factor)
        # The base is run once for all, and what only is a price needs no run of its own.
        same = factor == 1 or affects_costs_only(base, path)
        ledger, tables = run(None if same else (path, factor))
        if what == "cost":
            lines = costs(scenario, tables.volumes, ledger.samples, ledger.clock)
            return float(lines["document", "coa"][-1].mean()) / 1e6
        names = [f"{cell.name}|{measure}" for cell, measure in tables.yearly_cells]
        return float(np.nanmean(tables.yearly[names.index(what)][-1]))

    for law, path, factors, what in (
        ("more inflow never lowers the cost of need", "inflow.first", (1, 1.1, 1.3), "cost"),
        ("more homes never raise occupancy", "housing.homes", (1.2, 1, 0.8),
         "occupancy|total|mean"),
        ("a dearer place never lowers cost", "reception.places.regular.price", (0.8, 1, 1.2),
         "cost"),
        ("more capacity at the IND never lengthens the wait", "ind.capacity.planned",
         (1.3, 1, 0.8), "waiting_months|kind:decided_median|mean"),
    ):  # fmt: skip
        found = [last(path, factor, what) for factor in factors]
        tried = f"{path} x {', '.join(f'{factor:g}' for factor in factors)}; 2027, 60 replications"
        result = " <= ".join(f"{value:,.1f}" for value in found)
        yield CheckOutcome(law, tried, f"{what.split('|')[0]}: {result}", found == sorted(found))


def _times(base: Scenario, path: str, factor: float) -> Scenario:
    part: Any = base
    for step in path.split("."):
        part = part[step] if isinstance(part, dict) else getattr(part, step)
    value: Any = {day: number * factor for day, number in part.pairs()}
    if not isinstance(part.value, tuple):
        value = part.single * factor
    return base if factor == 1 else change(base, {path: {"value": value, "assumption": BECAUSE}
                                                  | _kept(part)})  # fmt: skip


def _kept(part: Any) -> dict[str, Any]:
    spread = part.spread
    return {} if spread is None else {"spread": spread.model_dump(by_alias=True, exclude_none=True)}


def within_the_budget(base: Scenario) -> CheckOutcome:
    """Check that neither COA nor the IND exceeds its budget where spending follows it.

    Guardianship of minors is paid first: replications in which it alone takes over 85% of COA's
    budget can't keep to it, and are counted and left out.
    """
    scenario = change(base, {"closing": "constrained"})
    ledger = simulate(scenario, 60, 1, until=date(2027, 12, 31), step="week")
    lines = costs(scenario, tabulate(ledger, scenario).volumes, ledger.samples, ledger.clock)
    income, level = scenario.ind_cost.other_income.single, scenario.prices.level
    parts, beyond = [], 0
    for row, year in ((1, 2026), (2, 2027)):
        amount = scenario.held("coa_nidos", year)
        owed = lines[level, "nidos"][row] > 0.85 * amount
        beyond += int(owed.sum())
        parts.append(float((lines[level, "coa_nidos"][row][~owed] / amount).max()))
        parts.append(
            float((lines[level, "ind"][row] / (scenario.held("ind", year) + income)).max())
        )
    result = f"highest part of an amount spent {max(parts):.3f}; {beyond} left out, guardianship"
    return CheckOutcome("where spending follows the budget nothing ends above its amount",
                   "COA with Nidos, and the IND, 2026 and 2027, 60 replications",
                   result, max(parts) <= 1 + 1e-9 and beyond <= 3)  # fmt: skip


ELSEWHERE = (
    "family.straight_home_share",
    "ind.capacity.ramp_days",
    "inflow.path.yearly_sd",
)
"""Uncertain numbers without effect in the baseline: a share that is zero at its centre, the growth
of a capacity that does not grow, and the other process of inflow. The tests move them in scenarios
where they have one."""


def parameters_matter(base: Scenario) -> CheckOutcome:
    """Check that every uncertain number of the chain changes a table when it is changed."""
    uncertain = sorted(sample(base, 2, 1, ("parameters",)))
    priced = ("prices.", "ind_cost.", "budget.", "guardianship.mean", "reception.desk.reserve")
    paths = [
        path
        for path in uncertain
        if not path.startswith(priced) and not path.endswith("price") and path not in ELSEWHERE
    ]
    dead = paths
    for until in (date(2025, 6, 30), date(2026, 12, 31)):
        jobs = [(base, path, until) for path in ["", *dead]]
        unmoved, *prints = parallel_list(_moved, jobs, Workers(2))
        dead = [path for path, found in zip(dead, prints, strict=True) if found == unmoved]
    tried = f"{len(paths)} numbers moved one by one, to the end of 2026"
    result = f"{len(dead)} move nothing" + "".join(f" {path}" for path in dead)
    return CheckOutcome("each uncertain number of the chain matters", tried, result, not dead)


def _moved(job: tuple[Scenario, str, date], _cancelled: Event | None) -> bytes:
    """Hash of the tables of a run in which one draw was lowered."""
    base, path, until = job
    samples = sample(base, 3, 1, until=until)
    if path:
        samples[path] = samples[path] * 0.7
    ledger = simulate(base, 3, 1, parameters=samples, until=until, step="week")
    return tabulate(ledger, base).monthly.tobytes()


CHECKS: tuple[Callable[[Scenario], CheckOutcome], ...] = (
    conservation,
    littles_law,
    constant_hazard,
    saturated_queue,
    slack_queue,
    beyond_places,
    null_patch,
    actor_order,
    beds_only,
    within_the_budget,
    parameters_matter,
)


def run_checks(base: Scenario) -> Iterator[CheckOutcome]:
    """Run all checks on a scenario, one after the other."""
    for check in CHECKS:
        yield check(base)
    yield from monotone(base)


__all__ = ["CHECKS", "CheckOutcome", "monotone", "run_checks"]

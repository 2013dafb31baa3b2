"""The asylum procedure: the backlog at the IND, its decisions, and the courts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..clock import Step
from .ledger import First
from .sampling import Counts, Floats, binomial_count, binomial_counts
from .spending_limit import ind_factor, overdue_cases, planned_capacity
from .state import Actor, Rounder, SimState, hazard, whole_column, year_fraction


def grown(now: Floats, planned: Floats, ramp_days: Floats, days: int) -> Floats:
    """Capacity after a step: a cut takes effect at once, growth needs time for training.

    Growth closes the distance to the plan at an even pace set by the plan, so that doubling
    capacity takes the whole ramp.
    """
    room = planned * days / np.maximum(ramp_days, 1e-9)
    return np.minimum(planned, now + room)


def granted_shares(world: SimState, day: int) -> Floats:
    """Share granted by group (replications or 1, groups); after a hold the scenario's new one."""
    today = world.clock.date_of(day)
    shares = world.values.by_group("granted_share", day)
    ended = [
        (hold.ends, n) for n, hold in enumerate(world.scenario.ind.holds) if hold.ends <= today
    ]
    for _, index in sorted(ended):
        hold = world.scenario.ind.holds[index]
        after = world.values.at(f"ind.holds.{index}.granted_after", day)
        column = np.array([name == hold.group for name in world.groups])
        shares = np.where(column, after[:, None], shares)
    granted: Floats = shares * world.column("ind.granted_factor", day)
    return np.minimum(granted, 1.0 - world.values.by_group("closed_share", day))


def by_weight(work: Floats, stock: Counts, weights: Floats, queue_weights: Floats) -> Floats:
    """Cases of each group that ``work`` decides, groups sharing by their claim: (r, groups).

    ``work`` (replications, 1) [decision equivalents]; ``stock`` (replications, groups) open cases;
    ``weights`` the work of one decision. A group's claim is its waiting work x its
    ``queue_weights``; what a group can't use goes to the others, in the end by waiting work alone.
    The result has fractions.
    """
    waiting = stock * weights
    share = np.zeros_like(waiting)
    for claim_weights in (*[queue_weights] * stock.shape[1], np.ones(1)):
        left = np.maximum(work - share.sum(axis=1, keepdims=True), 0.0)
        claim = (waiting - share) * claim_weights
        claims = np.maximum(claim.sum(axis=1, keepdims=True), 1e-12)
        share = np.minimum(waiting, share + left * claim / claims)
        if not (left > 1e-9).any():
            break
    decided: Floats = share / weights
    return decided


def by_age(work: Floats, counts: Counts, weights: Floats, first: First) -> Floats:
    """Cases of each group that ``work`` decides, oldest (or newest) first over all groups.

    ``counts`` (replications, groups, cohorts) are the open cases by month of entry; within the
    month that capacity reaches last, groups share by their waiting work.
    """
    waiting = counts * weights[:, :, None]
    ordered = waiting if first == "oldest" else waiting[:, :, ::-1]
    cohort_work = ordered.sum(axis=1)
    before = np.cumsum(cohort_work, axis=1) - cohort_work
    part = np.clip((work - before) / np.maximum(cohort_work, 1e-12), 0.0, 1.0)
    decided: Floats = (ordered * part[:, None, :]).sum(axis=2) / weights
    return decided


@dataclass
class _Ind:
    """State of the IND: capacity now and on day 0, and fractions of cases carried over."""

    capacity: Floats
    at_start: Floats
    whole: Rounder = field(default_factory=Rounder)
    other_whole: tuple[Rounder, Rounder] = field(default_factory=lambda: (Rounder(), Rounder()))


def _ind_at_start(world: SimState) -> _Ind:
    capacity = planned_capacity(world, 0) * ind_factor(world, 0)
    return _Ind(capacity, capacity)


def ind(world: SimState) -> Actor:
    """Decide asylum cases: capacity goes to open cases, except groups on hold.

    Each decision grants, closes or rejects by the group's shares. A grant in reception becomes a
    status holder there; one that lived elsewhere is settled. A rejection is appealed or final; a
    closed case has left already or awaits departure.
    """
    scenario, values, ledger = world.scenario, world.values, world.ledger
    first: First = "newest" if scenario.ind.order == "newest_first" else "oldest"
    mine = world.actor_memory(_Ind, lambda: _ind_at_start(world))
    for step, moment in world.steps(hour=4):
        yield world.until(moment)
        year = year_fraction(step)
        ramp = values.at("ind.capacity.ramp_days", step.day)
        factor = ind_factor(world, step.day)
        planned = planned_capacity(world, step.day) * factor
        mine.capacity = grown(mine.capacity, planned, ramp, step.days)
        output = mine.capacity * values.at("ind.capacity.realised", step.day)
        work = whole_column(output * year, world.replications)
        open_ = np.array([world.hold(group, step.day) is None for group in world.groups])

        stock = ledger.stocks["pending"] * open_
        weights = values.by_group("work", step.day)
        if scenario.ind.order == "weights":
            queue_weights = values.by_group("queue_weight", step.day)
            chosen = by_weight(work, stock, weights, queue_weights)
        else:
            counts = ledger.by_cohort("pending")[0] * open_[:, None]
            chosen = by_age(work, counts, weights, first)
        decided = np.minimum(mine.whole(chosen), stock)
        ledger.move(decided, "pending", "decided", first)
        ledger.tally("ind_planned", mine.capacity * year)
        ledger.tally("ind_other_days", factor * step.days)
        _outcomes(world, step.day, decided)
        pace = mine.capacity / np.maximum(mine.at_start, 1e-9)
        _other_cases(world, step.day, year, pace, mine.other_whole)
        if step.ends_month:
            _tally_ages(world, step)


def _outcomes(world: SimState, day: int, decided: Counts) -> None:
    """Split the day's decisions over outcomes, and each outcome over where people go."""
    values, ledger, width = world.values, world.ledger, len(world.groups)
    u = world.luck.uniforms("ind", day, width * 5).reshape(-1, 5, width)
    grant = granted_shares(world, day)
    close = values.by_group("closed_share", day)
    granted = binomial_count(u[:, 0], decided, grant)
    closed, in_reception = binomial_counts(
        (u[:, 1], decided - granted, close / np.maximum(1.0 - grant, 1e-12)),
        (u[:, 2], granted, in_reception_once_decided(world, day)),
    )
    rejected = decided - granted - closed
    appealed, gone = binomial_counts(
        (u[:, 3], rejected, values.by_group("appeal_share", day)),
        (u[:, 4], closed, world.column("departure.closed_left_share", day)),
    )
    ledger.move(in_reception, "decided", "status_holders")
    ledger.move(granted - in_reception, "decided", "settled")
    ledger.move(appealed, "decided", "in_appeal")
    ledger.move(rejected - appealed + closed - gone, "decided", "rejected")
    ledger.move(gone, "decided", "departed")
    ledger.tally("granted", granted.sum(axis=1))
    ledger.tally("rejected", rejected.sum(axis=1))
    ledger.tally("closed", closed.sum(axis=1))


def in_reception_once_decided(world: SimState, day: int) -> Floats:
    """Share in reception of those decided who have not gone: (replications or 1, groups).

    Who has gone by the time of the decision (part of the closed cases) did not live in reception
    before it; so of the others a larger share does, and a decision moves nobody in or out.
    """
    gone = world.values.by_group("closed_share", day) * world.column(
        "departure.closed_left_share", day
    )
    shares: Floats = in_reception_shares(world, day) / np.maximum(1.0 - gone, 1e-9)
    return np.minimum(shares, 1.0)


def in_reception_shares(world: SimState, day: int) -> Floats:
    """Share of each group's pending people that lives in reception."""
    shares: Floats = world.values.by_group("in_reception_share", day) * world.column(
        "reception.in_reception_factor", day
    )
    return np.minimum(shares, 1.0)


def _other_cases(
    world: SimState, day: int, year: float, factor: Floats, whole: tuple[Rounder, Rounder]
) -> None:
    """Book and decide other asylum cases, which need no place."""
    n, ledger = world.replications, world.ledger
    came = whole[0](whole_column(world.values.at("ind.other_cases.inflow", day) * year, n))
    ledger.move(came, "case_source", "other_cases")
    output = world.values.at("ind.other_cases.output", day) * year * factor
    done = whole[1](whole_column(output, n))
    ledger.move(np.minimum(done, ledger.stocks["other_cases"]), "other_cases", "case_source")


def _tally_ages(world: SimState, step: Step) -> None:
    """Case-days beyond the legal time (groups on hold excepted), and person-days in the first year.

    Ages are looked at once, at the month's end, and stand for the whole month; people count from
    the middle of the month in which they came. These sums price penalties and ODA.
    """
    ledger, scenario = world.ledger, world.scenario
    counts, begin = ledger.by_cohort("pending")
    end = step.day + step.days
    ages = end - world.cohort_middles(begin, counts.shape[2])
    days = end - world.clock.month_starts()[step.month]
    ledger.tally("overdue_days", overdue_cases(world, step.day, end) * days)
    young = counts[:, :, ages < scenario.prices.oda_first_days.single].sum(axis=2)
    first_year = (young * in_reception_shares(world, step.day)).sum(axis=1)
    ledger.tally("first_year_days", first_year * days)


def courts(world: SimState) -> Actor:
    """Rule on appeals at a constant rate; a success goes back to the IND or is granted at once."""
    ledger = world.ledger
    width = len(world.groups)
    for step, moment in world.steps(hour=5):
        yield world.until(moment)
        waiting = ledger.stocks["in_appeal"]
        u = world.luck.uniforms("courts", step.day, width * 4).reshape(-1, 4, width)
        chance = hazard(world.column("courts.delay_days", step.day), step.days)
        ruled = binomial_count(u[:, 0], waiting, chance)
        won = binomial_count(u[:, 1], ruled, world.column("courts.success_share", step.day))
        remitted = binomial_count(u[:, 2], won, world.column("courts.remittal_share", step.day))
        ledger.move(ruled - won, "in_appeal", "rejected")
        ledger.move(remitted, "in_appeal", "pending")
        granted = won - remitted
        here = binomial_count(u[:, 3], granted, in_reception_once_decided(world, step.day))
        ledger.move(here, "in_appeal", "status_holders")
        ledger.move(granted - here, "in_appeal", "settled")

"""Capacity of the IND: the work that it has staff and money for.

A plan answers to the work at hand; where spending follows the budget, money sets the limit.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ..clock import Step
from ..scenario import FIRST_BUDGET_YEAR
from .accounts import Account
from .books import Books, Today, stock_of
from .compiled import inlined
from .ledger import Ledger
from .numbers import Added, Number, Numbers
from .prices import ind_money, ind_work_prices
from .sampling import Floats
from .state import DAYS_A_YEAR, SimState, answer

MONTHS_A_YEAR = 12
BY_PLAN, FOLLOWS_BUDGET, BY_STAFF = range(3)
MODES = {"planned": BY_PLAN, "follows_budget": FOLLOWS_BUDGET, "staff": BY_STAFF}
"""How the IND's capacity is set, by ``ind.capacity.mode`` of a scenario."""


class MoneyNumber(IntEnum):
    """What ``Means.money`` says of this year, in each replication."""

    FOLLOWED = 0
    """Money of the year against 2025, where work follows the budget; else 1."""
    FOR_WORK = 1
    """Money of the IND less the reserve [EUR]."""
    ASYLUM_WORK = 2
    """Cost of all work on asylum that the total of 2025 pays for [EUR]."""
    OTHER_WORK = 3
    FAMILY_SHARE = 4
    """Share of family work in the work on asylum."""


class Means(NamedTuple):
    """What the IND's capacity is planned from, beside the numbers of the scenario."""

    mode: int
    constrained: int
    reference_work: float
    """Work in a year that the total of 2025 pays for [decision equivalents]."""
    reference_staff: float
    """Staff of the family desk that the total of 2025 pays for [fte]."""
    money: Floats
    """(replication, ``MoneyNumber``)"""
    paces: Floats
    """(replication, 2): applications a year at the pace of day 0; with cases pending then."""
    applied: Floats
    """(replication, 2): applications of the eleven months before this one, and of the one before.
    """
    to_come: Floats
    """(1,): part of the month a year ago that lies within a year of today."""


@dataclass
class IndMeans:
    """Keeps ``Means`` up to date: applications when a month begins, money when a year does."""

    arrays: Means
    month: int = -1
    year: int = 0
    length: int = 0
    """Days of this month, and those of the month a year ago that lie in the run."""
    length_then: int = 0

    def refresh(self, world: SimState, step: Step) -> None:
        """Bring the means to a step."""
        if step.date.year != self.year:
            self.year = step.date.year
            _read_money(world, self.year, self.arrays.money)
        if step.month != self.month:
            self.month = step.month
            self.length = monthrange(step.date.year, step.date.month)[1]
            first = step.month == MONTHS_A_YEAR
            # A year after a start on 29 February the month has no such day.
            self.length_then = max(self.length - (world.clock.start.day - 1 if first else 0), 1)
            _count_applications(world.ledger, step.month, self.arrays.applied)
        self.arrays.to_come[0] = part_to_come(step.date.day, self.length, self.length_then)


def ind_means(world: SimState) -> IndMeans:
    """Lay out what the IND's capacity is planned from, as it is at the start."""
    scenario, n = world.scenario, world.replications
    pace = world.values.at("inflow.first", 0) + world.values.at("inflow.repeat", 0)
    pending = world.ledger.snapshots["pending"][0].sum(axis=1)
    paces = np.stack([np.broadcast_to(pace, (n,)), pending + pace], axis=1)
    return IndMeans(
        Means(
            MODES[scenario.ind.capacity.mode],
            int(scenario.closing == "constrained"),
            scenario.ind_cost.reference_work.single,
            scenario.ind_cost.reference_family_staff.single,
            np.ones((n, len(MoneyNumber))),
            paces,
            np.zeros((n, 2)),
            np.ones(1),
        )
    )


def _read_money(world: SimState, year: int, money: Floats) -> None:
    prices, scenario = world.prices, world.scenario
    if scenario.ind.capacity.mode == "follows_budget":
        followed = ind_money(prices, year) / ind_money(prices, FIRST_BUDGET_YEAR)
        money[:, MoneyNumber.FOLLOWED] = followed
    if scenario.closing == "constrained":
        reserve = prices.number("reception.desk.reserve")
        money[:, MoneyNumber.FOR_WORK] = ind_money(prices, year) * (1 - reserve)
        asylum, other, family_share = ind_work_prices(prices)
        money[:, MoneyNumber.ASYLUM_WORK] = asylum
        money[:, MoneyNumber.OTHER_WORK] = other
        money[:, MoneyNumber.FAMILY_SHARE] = family_share


def _count_applications(ledger: Ledger, month: int, applied: Floats) -> None:
    """Applications of the eleven months before a month, and of the one before those."""
    monthly = ledger.flows["outside", "pending"]
    since = month - MONTHS_A_YEAR + 1
    applied[:, 0] = monthly[max(since, 0) : month].sum(axis=(0, 2))
    applied[:, 1] = monthly[since - 1].sum(axis=1) if since > 0 else 0


@inlined
def planned_capacity(books: Books, numbers: Numbers, today: Today, means: Means, r: int) -> float:
    """Work the IND has means for in a year [decision equivalents], by the scenario's mode.

    A plan answers to the work at hand: with more of it staff are hired, with less they go. An IND
    that follows its budget, or a number of staff, has no such answer. What rules of a plan add
    comes on top.
    """
    single, added = numbers.single[r], numbers.added[r, Added.DECISIONS]
    if means.mode == BY_STAFF:
        return single[Number.STAFF] * single[Number.PRODUCTIVITY] + added
    if means.mode == FOLLOWS_BUDGET:
        return single[Number.PLANNED] + added
    now = work_at_hand(books, numbers, today, means, r)
    factor = answer(now, means.paces[r, 1], single[Number.IND_RESPONSE])
    return single[Number.PLANNED] * factor + added


@inlined
def work_at_hand(books: Books, numbers: Numbers, today: Today, means: Means, r: int) -> float:
    """Cases pending and the applications of a year, at the beginning of a step.

    Applications are known by month; of the month a year ago that part counts which this one has
    still to come. Before the start they came at the pace of day 0. Today's do not count yet, so
    that the length of a step makes no difference.
    """
    applied = books.flow_at[Account.OUTSIDE, Account.PENDING]
    pending, came = 0, means.applied[r, 0]
    for group in range(numbers.group.shape[2]):
        pending += stock_of(books, r, Account.PENDING, group)
        came += books.flows[today.month, r, applied + group]
        came -= 2 * books.flows_today[r, applied + group]
    came += means.to_come[0] * means.applied[r, 1]
    before = means.paces[r, 0] * max(1 - today.day / DAYS_A_YEAR, 0.0)
    return pending + came + before


def part_to_come(day_of_month: int, length: int, length_then: int) -> float:
    """Part of the month a year ago that lies within a year of a day.

    ``length`` is the number of days of the month, ``length_then`` that of the days a year ago that
    lie in the run: the first month of a run holds only the days from its start on.
    """
    return min((length - day_of_month + 1) / length_then, 1.0)


@inlined
def ind_factor(books: Books, numbers: Numbers, today: Today, means: Means, r: int) -> float:
    """Part of its planned work that the IND has means for.

    All its work shrinks by the same factor. In mode ``follows_budget`` that is its money of the
    year against 2025; under ``constrained`` the money of the year, less a reserve, over what the
    planned work costs, at most 1. Penalties are paid from what is left (``budget``): the amounts
    of the budget are meant for work.
    """
    money = means.money[r]
    factor = money[MoneyNumber.FOLLOWED]
    if means.constrained:
        planned = planned_capacity(books, numbers, today, means, r)
        decisions = planned / means.reference_work
        staff = numbers.single[r, Number.FAMILY_STAFF] / means.reference_staff
        share = money[MoneyNumber.FAMILY_SHARE]
        asylum = money[MoneyNumber.ASYLUM_WORK] * ((1 - share) * decisions + share * staff)
        work = asylum + money[MoneyNumber.OTHER_WORK]
        factor = min(factor, money[MoneyNumber.FOR_WORK] / work)
    return factor

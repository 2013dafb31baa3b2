"""The compiled loop over replications and days, and the ledger that it fills."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
import simpy

from sim.clock import Clock
from sim.model.engine import accounts
from sim.model.initial_state import COHORTS_BEFORE, initialise
from sim.model.ledger import Ledger
from sim.model.prices import Prices
from sim.model.sampling import RandomStreams, Samples, sample
from sim.model.state import Parameters, SimState
from sim.model.uncertainty import UNCERTAINTIES
from sim.scenario import Scenario

from . import asylum, homes, places
from . import book as b
from . import day as d
from . import numbers as n
from .luck import compiled, compiled_to_copy, set_seed


class Outputs(NamedTuple):
    """What the loop writes, as the ledger has it; account, flow or tally is the first axis."""

    flows: np.ndarray
    """(flow, month, replication, cell)"""
    tallies: np.ndarray
    days: np.ndarray
    snapshots: np.ndarray
    waits: np.ndarray
    """(month, replication, month of entry)"""
    pending_waited: np.ndarray
    status_waited: np.ndarray
    stock: np.ndarray
    """(account, replication, cell): the opening, at last the end"""
    pending: b.Ages
    """Ages with the replication as first axis: the opening, at last the end"""
    status: b.Ages


class Chain(NamedTuple):
    """One replication under way."""

    book: b.Book
    today: d.Today
    office: asylum.Office
    desk: homes.Desk
    coa: places.Coa


@compiled
def step(chain: Chain, given: n.Numbers, day: int, r: int) -> None:
    """One day: every actor in the order of its hour."""
    book, today, now = chain.book, chain.today, given.cohorts_before + given.month[day]
    if given.changes[day]:
        d.read_day(today, given, day, r)
    homes.family_arrivals(book, today, day, now)
    asylum.intake(book, given, today, day, now, r)
    asylum.ind(chain.office, book, given, today, day, now, r)
    asylum.courts(book, today, day, now)
    asylum.departures(book, today, day, now)
    homes.family_desk(chain.desk, book, given, today, day, r)
    homes.municipalities(chain.desk, book, given, today, day, now, r)
    homes.guardianship(book, today)
    places.capacity_plan(chain.coa, book, given, today, day, r)
    places.capacity_desk(chain.coa, book, given, today, day)
    places.placement(chain.coa, book, given, today)
    b.close_day(book)


@compiled_to_copy
def open_ages(ages: b.Ages, out: b.Ages, r: int) -> None:
    """Ages of a replication at the opening."""
    ages.counts[:] = out.counts[r]
    ages.entered[:] = out.entered[r]
    ages.entries[:] = out.entries[r]
    ages.oldest[:] = 0
    ages.waited[:] = 0.0


@compiled_to_copy
def close_ages(ages: b.Ages, out: b.Ages, r: int) -> None:
    """Ages of a replication at the end."""
    out.counts[r] = ages.counts
    out.entered[r] = ages.entered
    out.entries[r] = ages.entries


@compiled_to_copy
def begin(chain: Chain, out: Outputs, r: int) -> None:
    """A fresh replication with the opening stocks."""
    book, desk, coa = chain.book, chain.desk, chain.coa
    book.stock[:] = out.stock[:, r]
    open_ages(book.pending, out.pending, r)
    open_ages(book.status, out.status, r)
    book.today[:], book.moved[:], book.tally[:], book.days[:] = 0, 0, 0.0, 0.0
    book.waits[:] = 0
    chain.office.rest[:], desk.rest[:], desk.need[:] = 0.0, 0.0, 0.0
    desk.half[0], desk.half[1] = -1, 1
    chain.office.applied[:] = 0.0
    chain.office.then[0] = book.stock[b.PENDING].sum()
    desk.then[0] = book.stock[b.STATUS_HOLDERS, 0] + book.stock[b.TRANSIT, 0]
    coa.opened[:], coa.ended[:], coa.given_up[:] = 0.0, 0.0, 0
    coa.orders[:], coa.notices[:] = 0, 0


@compiled_to_copy
def close_month(book: b.Book, out: Outputs, month: int, r: int) -> None:
    """Write down a month's sums and its last stocks, and begin the next at nothing."""
    out.flows[:, month, r] = book.moved
    out.tallies[:, month, r] = book.tally
    out.days[:, month, r] = book.days
    out.snapshots[:, month + 1, r] = book.stock
    out.waits[month, r] = book.waits
    out.pending_waited[month, r] = book.pending.waited
    out.status_waited[month, r] = book.status.waited
    book.moved[:], book.tally[:], book.days[:], book.waits[:] = 0, 0.0, 0.0, 0
    book.pending.waited[:], book.status.waited[:] = 0.0, 0.0


@compiled_to_copy
def run(chain: Chain, given: n.Numbers, out: Outputs) -> None:
    """All replications, one after the other, day by day."""
    for r in range(out.stock.shape[1]):
        begin(chain, out, r)
        for day in range(given.month.shape[0]):
            step(chain, given, day, r)
            if given.ends_month[day]:
                close_month(chain.book, out, given.month[day], r)
        out.stock[:, r] = chain.book.stock
        close_ages(chain.book.pending, out.pending, r)
        close_ages(chain.book.status, out.status, r)


def simulate_compiled(
    scenario: Scenario,
    replications: int,
    seed: int,
    *,
    parameters: Samples | None = None,
    until: date | None = None,
) -> Ledger:
    """Run a scenario in the compiled loop and return its book, as ``engine.simulate`` does."""
    clock = Clock(scenario.start, until or scenario.until)
    if parameters is None:
        parameters = sample(scenario, replications, seed, UNCERTAINTIES, clock.until)
    books = accounts(len(scenario.groups), len(scenario.reception.places))
    ledger = Ledger(books, clock, replications, COHORTS_BEFORE, parameters)
    values, prices = Parameters(scenario, clock, parameters), Prices.of(scenario, parameters)
    luck = RandomStreams(seed, 0, replications)
    world = SimState(
        simpy.Environment(), clock, scenario, values, luck, ledger, prices, tuple(clock.steps())
    )
    initialise(world)
    given = n.numbers(world)
    out, chain = outputs(ledger), new_chain(ledger, given)
    set_seed(seed)
    run(chain, given, out)
    fill_ledger(ledger, out)
    return ledger


def outputs(ledger: Ledger) -> Outputs:
    """Room for what the loop writes, with the opening stocks."""
    r, months, width = ledger.replications, ledger.clock.months, _width(ledger)
    stock = np.zeros((len(b.ACCOUNTS), r, width), dtype=np.int64)
    for index, name in enumerate(b.ACCOUNTS):
        stock[index, :, : ledger.accounts[name].width] = ledger.stocks[name]
    snapshots = np.zeros((len(b.ACCOUNTS), months + 1, r, width), dtype=np.int32)
    snapshots[:, 0] = stock
    groups = ledger.accounts["pending"].width
    return Outputs(
        np.zeros((len(b.MOVES), months, r, width), dtype=np.int32),
        np.zeros((len(b.TALLIES), months, r)),
        np.zeros((len(b.ACCOUNTS), months, r, width)),
        snapshots,
        np.zeros((months, r, ledger.cohorts), dtype=np.int32),
        np.zeros((months, r, groups)),
        np.zeros((months, r, 1)),
        stock,
        _opening_ages(ledger, "pending"),
        _opening_ages(ledger, "status_holders"),
    )


def _width(ledger: Ledger) -> int:
    return max(account.width for account in ledger.accounts.values())


def _opening_ages(ledger: Ledger, name: str) -> b.Ages:
    return b.Ages(
        ledger.cohort_counts[name].astype(np.int64),
        ledger.cohort_entered[name].astype(np.int64),
        ledger.entry_sums[name].copy(),
        np.zeros(0, dtype=np.int64),
        np.zeros(0),
    )


def new_chain(ledger: Ledger, given: n.Numbers) -> Chain:
    """Room for one replication."""
    width, types = _width(ledger), ledger.accounts["beds"].width
    groups = ledger.accounts["pending"].width
    pending, status = (_no_ages(cells, ledger.cohorts) for cells in (groups, 1))
    book = b.Book(
        np.zeros((len(b.ACCOUNTS), width), dtype=np.int64),
        np.zeros((len(b.MOVES), width), dtype=np.int64),
        np.zeros((len(b.MOVES), width), dtype=np.int64),
        np.zeros(len(b.TALLIES)),
        np.zeros((len(b.ACCOUNTS), width)),
        pending,
        status,
        np.zeros(ledger.cohorts, dtype=np.int64),
        np.zeros(ledger.cohorts, dtype=np.int64),
    )
    shapes = [t.base.shape[1] for t in (given.singles, given.order_limits, given.levels)]
    return Chain(
        book,
        d.no_day(groups, *shapes),
        asylum.new_office(groups, ledger.clock.months),
        homes.new_desk(),
        places.new_coa(types, given.lead, given.notice, given.trend),
    )


def _no_ages(cells: int, cohorts: int) -> b.Ages:
    return b.Ages(
        np.zeros((cells, cohorts), dtype=np.int64),
        np.zeros((cells, cohorts), dtype=np.int64),
        np.zeros((cells, cohorts)),
        np.zeros(cells, dtype=np.int64),
        np.zeros(cells),
    )


def fill_ledger(ledger: Ledger, out: Outputs) -> None:
    """Lay what the loop wrote into the ledger, and prove the books of its last day."""
    for index, name in enumerate(b.ACCOUNTS):
        width = ledger.accounts[name].width
        ledger.days[name] = out.days[index, :, :, :width]
        ledger.snapshots[name] = out.snapshots[index, :, :, :width]
        ledger.stocks[name] = out.stock[index, :, :width]
    for index, (source, goal) in enumerate(b.MOVES.values()):
        # New wards are counted by group, though nobody keeps them by group.
        giver = "pending" if source == "ward_source" else source
        width = max(ledger.accounts[giver].width, ledger.accounts[goal].width)
        flow = out.flows[index, :, :, :width]
        ledger.flows[source, goal] = flow
        total = flow.sum(axis=(0, 2), dtype=np.int64)[:, None]
        if ledger.accounts[source].external:
            ledger.stocks[source][:, :1] -= total
        if ledger.accounts[goal].external:
            ledger.stocks[goal][:, :1] += total
    for index, name in enumerate(b.TALLIES):
        ledger.tallies[name] = out.tallies[index]
    ledger.waits["pending"] = out.waits
    ledger.wait_days["pending"] = out.pending_waited
    ledger.wait_days["status_holders"] = out.status_waited
    for name, ages in (("pending", out.pending), ("status_holders", out.status)):
        ledger.cohort_counts[name] = ages.counts
        ledger.cohort_entered[name] = ages.entered
        ledger.entry_sums[name] = ages.entries
    ledger.check_balance()

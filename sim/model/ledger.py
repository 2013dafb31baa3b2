"""The ledger: double-entry book-keeping of people, places and beds.

``move(count, source, target)`` is the only way to change a stock: what leaves one enters another,
so nobody is ever lost, and a stock can't become negative. Accounts marked ``external`` (the
world outside, those departed, homes) close the books and may run below zero. The ledger keeps
monthly sums of each move, each stock at the month ends, person-days under each stock, and waits;
it keeps no single entries; tables are made by ``results``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..clock import Clock, Step, first_of_month, month_number
from ..errors import ModelError
from .sampling import Counts, Floats, Samples

First = Literal["oldest", "newest"]


@dataclass(frozen=True)
class Account:
    """One account: its book (people, places, ...), width, and whether it is external or aged.

    ``width`` is the number of cells of a stock (groups or place types; 1 for a plain stock).
    An ``aged`` account knows the calendar month in which each of its people came; with
    ``waits_to`` it keeps how long those waited who left for that account.
    """

    name: str
    book: str
    width: int = 1
    external: bool = False
    aged: bool = False
    waits_to: str = ""


class Ledger:
    """Stocks of all replications, and the moves between them.

    Plain stocks are (replications, width); aged stocks (replications, width, cohort), a cohort
    being a calendar month of arrival. ``set_opening`` sets opening stocks once; after that only
    ``move`` changes them.
    """

    def __init__(
        self,
        accounts: Iterable[Account],
        clock: Clock,
        replications: int,
        cohorts_before: int,
        samples: Samples,
    ) -> None:
        self.clock = clock
        self.replications = replications
        self.samples = samples
        self.accounts = {account.name: account for account in accounts}
        self.cohorts_before = cohorts_before
        """Number of months before the month of the start for which cohorts are kept."""
        self.cohorts = cohorts_before + clock.months
        self.cohort_starts = _cohort_starts(clock, cohorts_before)
        """Day on which the month of each cohort begins, and the one after the last [days]."""
        self.stocks: dict[str, Counts] = {}
        self.cohort_counts: dict[str, Counts] = {}
        self.cohort_entered: dict[str, Counts] = {}
        self.entry_sums: dict[str, Floats] = {}
        for name, account in self.accounts.items():
            self.stocks[name] = np.zeros((replications, account.width), dtype=np.int64)
            if account.aged:
                shape = (replications, account.width, self.cohorts)
                self.cohort_counts[name] = np.zeros(shape, dtype=np.int32)
                self.entry_sums[name] = np.zeros(shape, dtype=np.float64)
                self.cohort_entered[name] = np.zeros(shape, dtype=np.int32)
        self.flows: dict[tuple[str, str], NDArray[np.int32]] = {}
        self.tallies: dict[str, Floats] = {}
        self.days: dict[str, Floats] = {
            name: np.zeros((clock.months, replications, account.width))
            for name, account in self.accounts.items()
            if not account.external
        }
        self.snapshots: dict[str, NDArray[np.int32]] = {
            name: np.zeros((clock.months + 1, replications, account.width), dtype=np.int32)
            for name, account in self.accounts.items()
            if not account.external
        }
        self.waits: dict[str, NDArray[np.int32]] = {}
        self.wait_days: dict[str, Floats] = {}
        for name, account in self.accounts.items():
            if account.waits_to:
                shape = (clock.months, replications, self.cohorts)
                self.waits[name] = np.zeros(shape, dtype=np.int32)
            if account.aged:
                self.wait_days[name] = np.zeros((clock.months, replications, account.width))
        self._oldest = dict.fromkeys(self.cohort_counts, 0)
        self._front = {
            name: np.zeros(replications * self.accounts[name].width, dtype=np.int64)
            for name in self.cohort_counts
        }
        self._opened: dict[str, Counts] = {}
        self._today: dict[tuple[str, str], Counts] = {}
        self.step = next(clock.steps())

    # -- opening ------------------------------------------------------------------------------

    def set_opening(self, name: str, count: Counts) -> None:
        """Opening stock of a plain account, (replications, width) or broadcastable to it."""
        self.stocks[name][:] = count

    def open_aged(self, name: str, by_cohort: Counts, entry_days: Floats) -> None:
        """Opening stock of an aged account.

        ``by_cohort`` (width, cohorts_before + 1) holds the people who came in each month up to
        that of the start; ``entry_days`` (cohorts_before + 1,) the day on which they came, on
        average [days since the start, negative].
        """
        upto = self.cohorts_before + 1
        self.cohort_counts[name][:, :, :upto] = by_cohort
        self.cohort_entered[name][:, :, :upto] = by_cohort
        self.entry_sums[name][:, :, :upto] = by_cohort * entry_days
        self.stocks[name][:] = by_cohort.sum(axis=-1)

    def begin(self) -> None:
        """Close the opening: store the total of each book and take the first snapshot."""
        self._opened = self._book_totals()
        for name, snapshot in self.snapshots.items():
            snapshot[0] = self.stocks[name]

    # -- the only way to change a stock --------------------------------------------------------

    def move(self, count: Counts, source: str, target: str, first: First = "oldest") -> None:
        """Move ``count`` (replications, width) people from one account to another.

        Out of an aged account the ``first`` to leave are the oldest (or the newest) of each cell.
        An account of width 1 takes or gives the sum over the cells. Raises ``ModelError`` if a
        stock would go negative or the accounts belong to different books.
        """
        giver, taker = self.accounts[source], self.accounts[target]
        if giver.book != taker.book:
            raise ModelError(f"a move from {source} to {target} crosses books")
        if np.minimum.reduce(count, axis=None) < 0:
            raise ModelError(f"a negative number moves from {source} to {target}")
        self._take(giver, count, target, first)
        self._give(taker, count)
        key = (source, target)
        if key not in self.flows:
            shape = (self.clock.months, self.replications, count.shape[1])
            self.flows[key] = np.zeros(shape, dtype=np.int32)
        flow = self.flows[key][self.step.month]
        np.add(flow, count, out=flow, casting="unsafe")
        self._today[key] = self._today[key] + count if key in self._today else count

    def flow_in_step(self, source: str, target: str) -> Counts:
        """Return the moves between two accounts in this step so far: (replications, width)."""
        nothing = np.zeros((self.replications, 1), dtype=np.int64)
        return self._today.get((source, target), nothing)

    def _take(self, account: Account, count: Counts, target: str, first: First) -> None:
        amount = _fit(count, account.width)
        stock = self.stocks[account.name]
        stock -= amount
        if not account.external and np.minimum.reduce(stock, axis=None) < 0:
            raise ModelError(f"{account.name} would go negative on {self.step.date}")
        if account.aged:
            self._take_by_age(account, amount, target, first)

    def _take_by_age(self, account: Account, amount: Counts, target: str, first: First) -> None:
        """Take people from an aged account, oldest (or newest) month of entry first.

        From each cell's oldest month on (where that is, is remembered from step to step), or from
        this month back.
        """
        name, width, cohorts = account.name, account.width, self.cohorts
        counts, sums = self.cohort_counts[name].reshape(-1), self.entry_sums[name].reshape(-1)
        front, entry_days = self._front[name], np.zeros(amount.size)
        cells = np.flatnonzero(amount)
        left = amount.ravel()[cells]
        cohort = front[cells] if first == "oldest" else np.full(cells.size, self._cohort_now())
        while cells.size:
            at = cells * cohorts + cohort
            there, entered = counts[at], sums[at]
            taken = np.minimum(there, left)
            entries = entered * (taken / np.maximum(there, 1))
            counts[at] = there - taken
            sums[at] = entered - entries
            entry_days[cells] += entries
            if account.waits_to == target:
                waits = self.waits[name][self.step.month].reshape(-1)
                np.add.at(waits, cells // width * cohorts + cohort, taken)
            if first == "oldest":
                front[cells] = cohort
            left -= taken
            more = left.nonzero()[0]
            cells, left = cells[more], left[more]
            cohort = cohort[more] + (1 if first == "oldest" else -1)
        waited = amount * float(self.step.day) - entry_days.reshape(amount.shape)
        self.wait_days[name][self.step.month] += waited

    def _give(self, account: Account, count: Counts) -> None:
        amount = _fit(count, account.width)
        self.stocks[account.name] += amount
        if account.aged:
            now, people = self._cohort_now(), amount.astype(np.int32)
            self.cohort_counts[account.name][:, :, now] += people
            self.cohort_entered[account.name][:, :, now] += people
            self.entry_sums[account.name][:, :, now] += amount * float(self.step.day)

    def _cohort_now(self) -> int:
        return self.cohorts_before + self.step.month

    # -- beside the moves ----------------------------------------------------------------------

    def tally(self, name: str, amount: Floats | Counts | float) -> None:
        """Add to the month's sum of a quantity that is not a stock: (replications,) or scalar."""
        if name not in self.tallies:
            self.tallies[name] = np.zeros((self.clock.months, self.replications))
        self.tallies[name][self.step.month] += amount

    def by_cohort(self, name: str) -> tuple[Counts, int]:
        """Counts (replications, width, cohorts) of an aged account, and the first's number."""
        begin, end = self._oldest[name], self._cohort_now() + 1
        return self.cohort_counts[name][:, :, begin:end], begin

    def close_step(self) -> None:
        """Book the person-days of a step; at a month end take a snapshot and check the balance."""
        month = self.step.month
        for name, days in self.days.items():
            days[month] += self.stocks[name] * self.step.days
        if self.step.ends_month:
            for name, snapshot in self.snapshots.items():
                snapshot[month + 1] = self.stocks[name]
            for name, counts in self.cohort_counts.items():
                filled = counts.any(axis=(0, 1))
                self._oldest[name] = int(np.argmax(filled)) if filled.any() else self._cohort_now()
            self.check_balance()

    def _book_totals(self) -> dict[str, Counts]:
        totals: dict[str, Counts] = {}
        for name, account in self.accounts.items():
            total = self.stocks[name].sum(axis=1)
            totals[account.book] = totals.get(account.book, 0) + total
        return totals

    def check_balance(self) -> None:
        """Conservation: every book holds what it held at the opening. Raises ``ModelError``."""
        for book, total in self._book_totals().items():
            if (total != self._opened[book]).any():
                raise ModelError(f"the book of {book} does not balance on {self.step.date}")
        for name, counts in self.cohort_counts.items():
            if (counts.sum(axis=2) != self.stocks[name]).any() or (counts < 0).any():
                raise ModelError(f"the ages of {name} do not add up on {self.step.date}")

    def at(self, step: Step) -> None:
        """Set the step to which moves are booked (called once a step by the calendar)."""
        self.step = step
        self._today = {}


def _cohort_starts(clock: Clock, cohorts_before: int) -> Floats:
    first = month_number(clock.start) - cohorts_before
    months = range(first, first + cohorts_before + clock.months + 1)
    return np.array([clock.day_of(first_of_month(month)) for month in months], dtype=np.float64)


def _fit(count: Counts, width: int) -> Counts:
    if count.shape[1] == width:
        return count
    if width == 1:
        total: Counts = count.sum(axis=1, keepdims=True)
        return total
    raise ModelError(f"{count.shape[1]} cells do not fit an account of {width}")

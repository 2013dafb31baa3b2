"""The ledger: double-entry book-keeping of people, places and beds.

What leaves one account enters another, so nobody is ever lost, and a stock can't become negative;
the rules stand in ``books``, compiled. The ledger keeps monthly sums of each move, each stock at
the month ends, person-days under each stock, and waits; it keeps no single entries. Its arrays have
names here; tables are made by ``results``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..clock import Clock, Step, days_in_year, first_of_month, month_number
from ..errors import ModelError
from .accounts import BOOKS_OF_PLACES, MOVES, Account, Tally
from .books import (
    OLDEST_AGE,
    Ages,
    Books,
    First,
    Layout,
    Rule,
    StockRecord,
    Today,
    Track,
    check_all,
    close_step,
    keep_opening_waits,
)
from .books import move_all as move_in_all
from .compiled import entry_of
from .sampling import Counts, Floats, Samples

HALF_A_MONTH = 15.2
Order = Literal["oldest", "newest"]


@dataclass(frozen=True)
class AccountSpec:
    """One account: its book (people, places, ...), width, and whether it is external or aged.

    ``width`` is the number of cells of a stock (groups or place types; 1 for a plain stock).
    """

    name: str
    book: str
    width: int = 1
    external: bool = False
    aged: bool = False
    waits_to: str = ""


def accounts(groups: int, place_types: int) -> list[AccountSpec]:
    """Return all accounts of the model, for so many groups and types of places."""
    cells = {"one": 1, "groups": groups, "place_types": place_types}
    return [
        AccountSpec(
            account.name.lower(),
            account.book,
            cells[account.width],
            account.external,
            account.aged,
            account.waits_to,
        )
        for account in Account
    ]


class Ledger:
    """Stocks of all replications, and the moves between them.

    Stocks are (replications, width); aged stocks have people by month of arrival besides
    (replications, width, cohort). ``set_opening`` sets opening stocks once; after that only
    ``move`` changes them, and the compiled steps of the actors, which work on ``books``.
    """

    def __init__(
        self,
        accounts: Iterable[AccountSpec],
        clock: Clock,
        replications: int,
        cohorts_before: int,
        samples: Samples,
        first: int = 0,
    ) -> None:
        self.clock = clock
        self.replications = replications
        self.first = first
        """Number of the first replication."""
        self.samples = samples
        self.accounts = {account.name: account for account in accounts}
        self.number = {name: number for number, name in enumerate(self.accounts)}
        self.cohorts_before = cohorts_before
        """Number of months before the month of the start for which cohorts are kept."""
        self.cohorts = cohorts_before + clock.months
        self.cohort_starts = _cohort_starts(clock, cohorts_before)
        """Day on which the month of each cohort begins, and the one after the last [days]."""
        specs = list(self.accounts.values())
        self.books = _new_books(specs, clock, replications, self.cohorts)
        self.record = _new_record(specs, clock, replications)
        self._other_tallies: dict[str, Floats] = {}
        self._moves: list[tuple[str, str]] = []
        for source, target in MOVES:
            names = source.name.lower(), target.name.lower()
            if set(names) <= set(self.accounts):
                self._moves.append(names)
        self._lay_out_flows()
        self.at(next(clock.steps()))
        self._close = entry_of(close_step, self.books, self.record, self.today, True, True)

    # -- names of the arrays ------------------------------------------------------------------

    def _name_arrays(self) -> None:
        """Give the arrays of ``books`` and ``record`` the names of accounts and tallies."""
        books, record = self.books, self.record
        self.stocks = {name: books.stock[:, self._cells(name)] for name in self.accounts}
        """Stock of each account: (replications, width)."""
        self.days = {name: record.days[:, :, self._cells(name)] for name in self._internal()}
        """Person-days under each internal account: (month, replications, width)."""
        self.snapshots = {
            name: record.snapshots[:, :, self._cells(name)] for name in self._internal()
        }
        """Stocks at the opening and each month end: (date, replications, width)."""
        self.flows = {names: books.flows[:, :, self._flow_cells(*names)] for names in self._moves}
        """Moves of each month between two accounts: (month, replications, width)."""
        self.tallies = {each.name.lower(): books.tallies[:, :, each] for each in Tally}
        """Monthly sums of what is not a stock: (month, replications)."""
        self.tallies |= self._other_tallies
        aged = {name: self._aged_cells(name) for name in self.accounts if self.accounts[name].aged}
        self.cohort_counts = {name: books.ages.cohorts[:, cells] for name, cells in aged.items()}
        """People in each aged account by month of entry: (replications, width, cohort)."""
        self.cohort_entered = {name: books.ages.entered[:, cells] for name, cells in aged.items()}
        """People who came into each aged account by month: (replications, width, cohort)."""
        self.entry_sums = {name: books.ages.entry_days[:, cells] for name, cells in aged.items()}
        """Sum of the days on which those there came: (replications, width, cohort)."""
        self.wait_days = {name: books.ages.wait_days[:, :, c] for name, c in aged.items()}
        """Days waited by those who left each aged account: (month, replications, width)."""
        self.waits = books.ages.waits
        """People who were decided, by months waited: (month, replications, track, age)."""
        self.still_waiting = books.ages.still_waiting
        """People still waiting for a decision, by months waited: as ``waits``, by snapshot."""

    def _internal(self) -> list[str]:
        return [name for name, account in self.accounts.items() if not account.external]

    def _cells(self, name: str) -> slice:
        offset = int(self.books.layout[self.number[name], Layout.OFFSET])
        return slice(offset, offset + self.accounts[name].width)

    def _aged_cells(self, name: str) -> slice:
        offset = int(self.books.layout[self.number[name], Layout.AGED])
        return slice(offset, offset + self.accounts[name].width)

    def _flow_cells(self, source: str, target: str) -> slice:
        offset = int(self.books.flow_at[self.number[source], self.number[target]])
        return slice(offset, offset + self._flow_width(source, target))

    def _flow_width(self, source: str, target: str) -> int:
        return max(self.accounts[source].width, self.accounts[target].width)

    def cohort_middles(self) -> Floats:
        """Middle of the month of each cohort [days]: (cohort,)."""
        return self.cohort_starts[:-1] + HALF_A_MONTH

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

    def set_tracks(self, name: str, tracks: Sequence[Track]) -> None:
        """Say to which track each cell of an aged account belongs; call it before ``begin``."""
        self.books.ages.track[self._aged_cells(name)] = tracks

    def begin(self) -> None:
        """Close the opening: store the total of each book and take the first snapshot."""
        books = _book_names(self.accounts.values())
        self.record.opened[:] = 0
        for name, account in self.accounts.items():
            self.record.opened[:, books.index(account.book)] += self.stocks[name].sum(axis=1)
        self.record.snapshots[0] = self.books.stock[:, : self.record.snapshots.shape[2]]
        keep_opening_waits(self.books, self.today)

    # -- moves by Python ------------------------------------------------------------------------

    def move(self, count: Counts, source: str, target: str, first: Order = "oldest") -> None:
        """Move ``count`` (replications, width) people from one account to another.

        ``count`` may also be (1, width): the same in each replication. Out of an aged account the
        ``first`` to leave are the oldest (or the newest) of each cell. An account of width 1 takes
        or gives the sum over the cells. Raises ``ModelError`` if a stock would go negative or the
        accounts belong to different books.
        """
        if self.books.flow_at[self.number[source], self.number[target]] < 0:
            self._add_move(source, target)
        move_in_all(
            self.books,
            self.today,
            self.number[source],
            self.number[target],
            self._whole_counts(count, source, target),
            int(First.NEWEST if first == "newest" else First.OLDEST),
        )
        self.check_rules()

    def _whole_counts(self, count: Counts, source: str, target: str) -> Counts:
        """Bring counts to the shape and type that compiled code, which checks neither, reads."""
        width = self._flow_width(source, target)
        if width == 1:
            count = count.sum(axis=1, keepdims=True)
        elif count.shape[1] != width:
            raise ModelError(f"{count.shape[1]} cells do not fit {source} to {target}: {width}")
        in_all = np.broadcast_to(count, (self.replications, width))
        return in_all.astype(np.int64, order="C", casting="same_kind")

    def flow_in_step(self, source: str, target: str) -> Counts:
        """Return the moves between two accounts in this step so far: (replications, width)."""
        if (source, target) not in self._moves:
            return np.zeros((self.replications, 1), dtype=np.int64)
        return self.books.flows_today[:, self._flow_cells(source, target)]

    def _add_move(self, source: str, target: str) -> None:
        """Make room for a move that no actor of the model makes."""
        if self.accounts[source].book != self.accounts[target].book:
            raise ModelError(f"a move from {source} to {target} crosses books")
        self._moves.append((source, target))
        self._lay_out_flows()

    def _lay_out_flows(self) -> None:
        """Give each move its cells; flows so far stay, since new ones come after them."""
        upto = 0
        for source, target in self._moves:
            self.books.flow_at[self.number[source], self.number[target]] = upto
            upto += self._flow_width(source, target)
        flows_today, flows = self.books.flows_today, self.books.flows
        more = upto - flows_today.shape[1]
        self.books = self.books._replace(
            flows_today=np.pad(flows_today, ((0, 0), (0, more))),
            flows=np.pad(flows, ((0, 0), (0, 0), (0, more))),
        )
        self._name_arrays()

    # -- people of another simulation ------------------------------------------------------------

    def people_cells(self) -> Counts:
        """Return the cells of stocks of all books but those of places: (cell,)."""
        names = [name for name, one in self.accounts.items() if one.book not in BOOKS_OF_PLACES]
        return np.concatenate([np.arange(self.books.stock.shape[1])[self._cells(n)] for n in names])

    def take_people(self, other: Ledger) -> None:
        """Take over what another ledger keeps of people besides stocks: moves, sums and ages.

        It is of the same replications and has ended. Ages are shared with it, not copied.
        """
        for names, moved in other.flows.items():
            if self.accounts[names[0]].book not in BOOKS_OF_PLACES:
                self.flows[names][:] = moved
        self.books.tallies[:] = other.books.tallies
        self.books = self.books._replace(ages=other.books.ages)
        self._name_arrays()

    # -- beside the moves ----------------------------------------------------------------------

    def tally(self, name: str, amount: Floats | Counts | float) -> None:
        """Add to the month's sum of a quantity that is not a stock: (replications,) or scalar."""
        if name.upper() in Tally.__members__:
            self.books.tallies[self.step.month, :, Tally[name.upper()]] += amount
            return
        if name not in self._other_tallies:
            self._other_tallies[name] = np.zeros((self.clock.months, self.replications))
            self._name_arrays()
        self._other_tallies[name][self.step.month] += amount

    def close_step(self, with_ages: bool = True) -> None:
        """Book the person-days of a step and check the rules; at a month end take a snapshot.

        Raises ``ModelError`` if a rule was broken in this step.
        """
        self._close(self.books, self.record, self.today, self.step.ends_month, with_ages)
        self.check_rules()

    def check_balance(self) -> None:
        """Conservation: every book holds what it held at the opening. Raises ``ModelError``."""
        check_all(self.books, self.record)
        self.check_rules()

    def check_rules(self) -> None:
        """Raise ``ModelError`` if a rule of the ledger has been broken."""
        if not self.books.broken[0]:
            return
        rule, one, other, r = self.books.broken.tolist()
        names = list(self.accounts)
        where = f"on {self.step.date}, in replication {self.first + r}"
        if rule == Rule.NEGATIVE_MOVE:
            what = f"a negative number moves from {names[one]} to {names[other]}"
        elif rule == Rule.NEGATIVE_STOCK:
            what = f"{names[one]} would go negative"
        elif rule == Rule.UNKNOWN_MOVE:
            what = f"nobody moves from {names[one]} to {names[other]} in compiled steps"
        elif rule == Rule.BOOK_OUT_OF_BALANCE:
            what = f"the book of {_book_names(self.accounts.values())[one]} does not balance"
        else:
            what = f"the ages of {names[one]} do not add up"
        raise ModelError(f"{what} {where}")

    def at(self, step: Step) -> None:
        """Set the step to which moves are booked (called once a step by the calendar)."""
        self.step = step
        year = step.days / days_in_year(step.date.year)
        self.today = Today(step.day, step.days, step.month, year)
        self.books.flows_today[:] = 0


def _new_books(specs: list[AccountSpec], clock: Clock, replications: int, cohorts: int) -> Books:
    """Lay out empty books; flows have no cells yet."""
    layout = _layout(specs)
    cells = sum(spec.width for spec in specs)
    aged = sum(spec.width for spec in specs if spec.aged)
    months, n = clock.months, replications
    return Books(
        layout=layout,
        flow_at=np.full((len(specs), len(specs)), -1),
        broken=np.zeros(4, dtype=np.int64),
        one=np.zeros(max(spec.width for spec in specs), dtype=np.int64),
        stock=np.zeros((n, cells), dtype=np.int64),
        flows_today=np.zeros((n, 0), dtype=np.int64),
        flows=np.zeros((months, n, 0), dtype=np.int32),
        tallies=np.zeros((months, n, len(Tally))),
        ages=Ages(
            cohorts=np.zeros((n, aged, cohorts), dtype=np.int32),
            entered=np.zeros((n, aged, cohorts), dtype=np.int32),
            entry_days=np.zeros((n, aged, cohorts)),
            front=np.zeros((n, aged), dtype=np.int64),
            track=np.full(aged, int(Track.GENERAL)),
            waits=np.zeros((months, n, len(Track), OLDEST_AGE + 1), dtype=np.int32),
            still_waiting=np.zeros((months + 1, n, len(Track), OLDEST_AGE + 1), dtype=np.int32),
            wait_days=np.zeros((months, n, aged)),
        ),
    )


def _new_record(specs: list[AccountSpec], clock: Clock, replications: int) -> StockRecord:
    internal = sum(spec.width for spec in specs if not spec.external)
    months, n = clock.months, replications
    return StockRecord(
        opened=np.zeros((n, len(_book_names(specs))), dtype=np.int64),
        days=np.zeros((months, n, internal)),
        snapshots=np.zeros((months + 1, n, internal), dtype=np.int32),
    )


def _layout(specs: list[AccountSpec]) -> Counts:
    """Where the cells of each account stand: (account, ``Layout``)."""
    names, books = [spec.name for spec in specs], _book_names(specs)
    layout = np.zeros((len(specs), len(Layout)), dtype=np.int64)
    offset = aged = 0
    for number in sorted(range(len(specs)), key=lambda index: specs[index].external):
        spec = specs[number]
        waits_to = names.index(spec.waits_to) if spec.waits_to else -1
        at_aged = aged if spec.aged else -1
        layout[number] = (
            offset,
            spec.width,
            spec.external,
            at_aged,
            waits_to,
            books.index(spec.book),
        )
        offset += spec.width
        aged += spec.width if spec.aged else 0
    return layout


def _book_names(specs: Iterable[AccountSpec]) -> list[str]:
    return list(dict.fromkeys(spec.book for spec in specs))


def _cohort_starts(clock: Clock, cohorts_before: int) -> Floats:
    first = month_number(clock.start) - cohorts_before
    months = range(first, first + cohorts_before + clock.months + 1)
    return np.array([clock.day_of(first_of_month(month)) for month in months], dtype=np.float64)

"""Addresses of cells: ``table.line.year[@vintage][:statistic]``.

``gap.total.2027@owb2025:p90`` is the 90th percentile of the gap in total in 2027 against a
vintage. ``gap``, ``cost`` and ``budget`` are read from the budget table; any other table name is a
series of the yearly table with a breakdown as its line (``occupancy.place:regular.2027:mean``),
averaged over the year for stocks of people and places, summed for flows, and at the year's end for
stocks of cases (``AT_END``) and for what has no mean.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

from ..errors import Message, Problem, ScenarioError, any_of
from ..scenario.introspect import dutch

MONEY = ("gap", "cost", "budget")
AT_END = ("pending", "family_pending")
"""Series of cases: an address of them means the year's end, as published stocks do."""
STATISTICS = ("mean", "p05", "p10", "p25", "p50", "p75", "p90", "p95", "p_positive")
FORMER_LINES = {
    "kind:median": "kind:decided_median",
    "kind:p90": "kind:decided_p90",
}
"""Breakdowns of ``waiting_months`` by the names that version 0.1 gave them."""
MOST_NAMED = 30
"""Most names that are listed where none is alike."""
_FORM = re.compile(
    r"(?P<table>[a-z][a-z_]*)\.(?P<line>[a-z][a-z_]*(:[a-z0-9_]+)?)\.(?P<year>\d{4})"
    r"(@(?P<vintage>[a-z0-9_]+))?(:(?P<statistic>[a-z0-9_]+))?$",
    re.ASCII,
)


@dataclass(frozen=True)
class CellRef:
    """One cell of a run's tables."""

    table: str
    line: str
    year: int
    vintage: str | None
    statistic: str

    @property
    def measures(self) -> tuple[str, ...]:
        """Measures of the yearly table that it may mean; the first that there is counts."""
        return ("end",) if self.table in AT_END else ("mean", "sum", "end")

    @property
    def cell(self) -> str:
        """The cell without its statistic, which has a value in each replication."""
        return str(self).rpartition(":")[0]

    def __str__(self) -> str:
        vintage = f"@{self.vintage}" if self.vintage else ""
        return f"{self.table}.{self.line}.{self.year}{vintage}:{self.statistic}"


def parse(text: str, statistic: str = "mean") -> CellRef:
    """Read an address; raises ``ScenarioError`` with the form it should have.

    ``statistic`` is that of an address that names none.
    """
    found = _FORM.match(text)
    if found is None or (found["statistic"] or "mean") not in STATISTICS:
        advice = "write it as table.line.year[@vintage][:statistic], e.g. gap.total.2027:p90"
        raise ScenarioError([Problem(text, "this is no address of a cell", advice)])
    return CellRef(
        found["table"],
        found["line"],
        int(found["year"]),
        found["vintage"],
        found["statistic"] or statistic,
    )


@dataclass(frozen=True)
class KnownCells:
    """What there is where a cell was looked for: lines by table, vintages, and years of a line."""

    lines: Mapping[str, Collection[str]]
    vintages: Collection[str]
    years: Collection[int]


def advice_on(address: CellRef, known: KnownCells) -> str:
    """Return what to write instead of a cell that is not there: the first part that is wrong."""
    if address.table == "waiting_months" and address.line in FORMER_LINES:
        now = f"{address.table}.{FORMER_LINES[address.line]}.{address.year}"
        return Message(
            "of cases decided it is now {now}; of those still pending see kind:pending_median",
            now=now,
        )
    if address.table not in known.lines:
        lacking = Message("there is no table '{table}'", table=address.table)
        return _instead(lacking, address.table, known.lines)
    if address.line not in known.lines[address.table]:
        lacking = Message("{table} has no line '{line}'", table=address.table, line=address.line)
        return _instead(lacking, address.line, known.lines[address.table])
    if address.vintage is not None and address.table not in MONEY:
        return "only gap, cost and budget have a vintage: leave out what follows the @"
    if address.vintage is not None and address.vintage not in known.vintages:
        lacking = Message("there is no vintage '{vintage}'", vintage=address.vintage)
        return _instead(lacking, address.vintage, known.vintages)
    return _on_year(address, known.years)


def _on_year(address: CellRef, years: Collection[int]) -> str:
    """Return what to write instead of a cell of a table and line that there are."""
    name = f"{address.table}.{address.line}"
    if not years:
        return Message("{name} has no whole year", name=name)
    if address.year not in years:
        first, last = min(years), max(years)
        return Message("{name} has the years {first} to {last}", name=name, first=first, last=last)
    if address.table in MONEY:
        there = f"cost.{address.line}.{address.year}"
        return Message("there is no budget in that year: {there} has an amount", there=there)
    return Message("{name} has no {statistic}", name=name, statistic=address.statistic)


def _instead(lacking: str, word: str, names: Collection[str]) -> str:
    """Return what is lacking, and the name meant in Dutch, those alike, or all there are."""
    meant = [name for name in names if name == dutch().get(word)]
    close = meant or get_close_matches(word, sorted(names), 3, 0.6)
    if close:
        told = any_of(f"'{name}'" for name in close)
        return Message("{what}: did you mean {names}?", what=lacking, names=told)
    shown = [*(name for name in MONEY if name in names), *sorted(set(names) - set(MONEY))]
    listed = ", ".join(shown[:MOST_NAMED]) + (", ..." if len(shown) > MOST_NAMED else "")
    return Message("{what}: choose from {names}", what=lacking, names=listed)


def look_up(
    address: CellRef,
    budget: pd.DataFrame,
    yearly: pd.DataFrame,
    vintage: str,
    level: str,
    ending: str = "",
    basis: str = "vintage",
) -> float:
    """Return the value of a cell; ``vintage`` and ``level`` are defaults for parts it leaves open.

    Money is in the prices of the vintage, or in those of each year with ``basis`` "nominal". With
    ``ending`` "_low" or "_high" it is an end of the 95% interval of its simulation error; a budget
    has none. Raises ``ScenarioError`` if there is no such cell.
    """
    if address.table in MONEY:
        rows = budget[
            (budget["vintage"] == (address.vintage or vintage))
            & (budget["cost_level"] == level)
            & (budget["timing"] == "cost")
            & (budget["price_basis"] == basis)
            & (budget["line"] == address.line)
            & (budget["year"] == address.year)
        ]
        column = f"{address.table}_{address.statistic}"
        if address.table == "budget":
            column = "budget"
        elif address.statistic == "p_positive":
            column = "p_gap_positive"
        column += ending
    else:
        rows = yearly[
            (yearly["series"] == address.table)
            & (yearly["breakdown"] == address.line)
            & (yearly["year"] == address.year)
        ]
        there = [name for name in address.measures if (rows["measure"] == name).any()]
        rows = rows[rows["measure"].isin(there[:1])]
        column = address.statistic + ending
    if len(rows) != 1 or column not in rows:
        what = "there is no such cell in these tables"
        known = _known(address, budget, yearly)
        raise ScenarioError([Problem(str(address), what, advice_on(address, known))])
    return float(rows.iloc[0][column])


def _known(address: CellRef, budget: pd.DataFrame, yearly: pd.DataFrame) -> KnownCells:
    """Return the names and years in the tables of a run."""
    pairs = zip(yearly["series"], yearly["breakdown"], strict=True)
    lines: dict[str, set[str]] = {name: set(budget["line"]) for name in MONEY}
    for name, line in pairs:
        lines.setdefault(name, set()).add(line)
    rows = yearly[(yearly["series"] == address.table) & (yearly["breakdown"] == address.line)]
    if address.table in MONEY:
        rows = budget[budget["line"] == address.line]
    return KnownCells(lines, set(budget["vintage"]), set(rows["year"]))

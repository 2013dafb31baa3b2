"""Balances of past years as tables in Markdown, for the page of the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..hindcast.balances import BREAKS, pending_balances, reception_balances
from ..hindcast.estimates import homes_by_year, values
from ..hindcast.observations import Knowledge

OCCUPANCY = 2022
"""Year in which COA changed its definition of occupancy: people in municipal places count."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a table in Markdown, numbers to the right."""
    lines = [head, ["---:"] * (len(head) - 1) + ["---"], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _count(value: float) -> str:
    text = f"{abs(value):,.0f}"
    return f"\N{MINUS SIGN}{text}" if value < 0 and text != "0" else text


def pending_table(known: Knowledge) -> str:
    """Tabulate the balance of pending cases by year; broken years have no hazard and no rate."""
    rows = []
    for year, one in sorted(pending_balances(known).items()):
        whole = year not in BREAKS
        note = BREAKS.get(year, "older definitions" if year < min(BREAKS) else "")
        rows.append([
            str(year),
            *map(_count, (one.start, one.applied, one.granted, one.rejected, one.end, one.exits)),
            _count(one.closed) if one.closed else "",
            _count(one.repeat_decisions) if one.repeat_decisions else "",
            f"{one.hazard:.2f}" if whole else "",
            f"{one.left_rate:.2f}" if year > max(BREAKS) else "",
            f"break: {note}" if not whole else note,
        ])  # fmt: skip
    head = ("year", "start", "applied", "granted", "rejected", "end", "exits", "of which closed",
            "of which repeat", "hazard", "leave rate", "note")  # fmt: skip
    return table(head, rows)


def asylum_table(known: Knowledge) -> str:
    """Tabulate the balance of the people of the asylum phase in reception, from 2015 on."""
    rows = []
    inflow = values(known, "inflow|total")
    for year, one in sorted(reception_balances(known).items()):
        rows.append([
            str(year),
            *map(_count, (one.start, one.applied, one.granted, one.exits, one.refused, one.end)),
            _count(one.residual),
            f"{100 * one.residual / inflow[year]:.0f}%".replace("-", "\N{MINUS SIGN}"),
            _broken(year),
        ])  # fmt: skip
    head = ("year", "start", "applicants", "granted", "exits", "refused", "end", "residual",
            "of inflow", "note")  # fmt: skip
    return table(head, rows)


def holders_table(known: Knowledge) -> str:
    """Tabulate status holders in reception and the homes that close their balance."""
    holders, homes = values(known, "occupancy|kind:status_holders"), homes_by_year(known)
    rows = [
        [
            str(year),
            _count(holders[year - 1]),
            _count(holders[year]),
            _count(homes[year]) if year in homes else "",
            _broken(year) if year in homes else "break: family can't be told apart before 2014",
        ]
        for year in sorted(holders)
        if year - 1 in holders
    ]
    return table(("year", "start", "end", "people housed, by balance", "note"), rows)


def people_table(known: Knowledge) -> str:
    """Tabulate people in reception, published inflow, and what COA took in beyond it."""
    people, inflow = values(known, "occupancy|total"), values(known, "inflow|total")
    received = values(known, "received|total")
    rows = [
        [
            str(year),
            _count(people[year - 1]),
            _count(people[year]),
            _count(people[year] - people[year - 1]),
            _count(inflow[year]) if year in inflow else "",
            _count(received[year] - inflow[year]) if year in received else "",
            _broken(year),
        ]
        for year in sorted(people)
        if year - 1 in people
    ]
    head = ("year", "start", "end", "change", "published inflow", "COA's intake beyond it", "note")
    return table(head, rows)


def _broken(year: int) -> str:
    if year == OCCUPANCY:
        return "break: from here on with people in municipal places"
    return "break: inflow far above applications and COA's intake" if year == 2013 else ""


TABLES = {
    "pending": pending_table,
    "asylum": asylum_table,
    "holders": holders_table,
    "people": people_table,
}

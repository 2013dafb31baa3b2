"""Hindcasts that are given published flows of the years ahead: a diagnostic, not a forecast.

What a hindcast misses is an error of the flows it forecasts, or one of how the program adds flows
to stocks. With every flow as it was only the second is left. A forecast never reads these figures.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from scipy.optimize import brentq

from ..scenario import Scenario, override
from .balances import BREAKS, PendingBalance, judged, pending_balances, reception_balances
from .estimates import COMES, Estimates, family_by_year, homes_by_year, values
from .observations import Knowledge, knowledge
from .scenario import opening_cases

AS_IT_WAS = "as it was, published after the origin date: a diagnostic"
LATER = date(2025, 12, 31)
"""A day by which all figures about periods to the end of 2024 were published."""
STEPS = 52
MOST = 100.0
"""Steps of a year in which its leave rate is sought, and its upper bound [share/year]."""


def closes(origin_year: int) -> bool:
    """Return whether the stock at the start of a year, and every flow after it, is published."""
    return (
        origin_year - 1 in values(knowledge(LATER), "pending|kind:all")
        and origin_year not in BREAKS
    )


def with_given(scenario: Scenario, found: Estimates, names: Collection[str]) -> Scenario:
    """Return a hindcast's scenario with some flows of its years as they were.

    ``found`` are the estimates it was built from. Years after the last one published keep its flow;
    they have no outcome to compare with. With exits it begins with the published stock.
    """
    known = knowledge(LATER)
    last = max(judged(known))
    years = range(scenario.start.year, min(scenario.until.year, last) + 1)
    changes: dict[str, Any] = {}
    for name in names:
        changes |= _CHANGES[name](known, years, scenario)
    stock = values(known, "pending|kind:all").get(found.year)
    if "exits" in names and stock is not None:
        changes |= opening_cases(replace(found, pending=stock))
    return override(scenario, changes, AS_IT_WAS)


def _dated(series: dict[int, float], years: Sequence[int]) -> dict[str, Any]:
    by_date = {date(year, 1, 1): float(series[year]) for year in years if year in series}
    return {"value": by_date, "assumption": AS_IT_WAS}


def _certain(value: float) -> dict[str, Any]:
    return {"value": value, "assumption": AS_IT_WAS}


def _first(known: Knowledge, years: Sequence[int], scenario: Scenario) -> dict[str, Any]:
    """Set first applications by quarter, where quarters are known; they add up to the year."""
    yearly = values(known, "inflow|kind:first")
    path = {}
    for year in years:
        parts = quarter_parts(known, year)
        for quarter, part in enumerate(parts):
            months = range(3 * quarter + 1, 3 * quarter + 4)
            season = sum(scenario.inflow.season[month].single for month in months) / 12
            path[date(year, 3 * quarter + 1, 1)] = yearly[year] * part / season
    return {
        "inflow.first": {"value": path, "assumption": AS_IT_WAS},
        "inflow.path.known_until": min(scenario.until, date(max(years), 12, 31)),
    }


def quarter_parts(known: Knowledge, year: int) -> list[float]:
    """Return the parts of a year's first applications by quarter; quarters where none is known."""
    quarters = known.quarterly("inflow|kind:first")
    counts = [f.value for period, f in sorted(quarters.items()) if period.year == year]
    return [count / sum(counts) for count in counts] if len(counts) == 4 else [0.25] * 4


def _repeat(known: Knowledge, years: Sequence[int], _: Scenario) -> dict[str, Any]:
    return {"inflow.repeat": _dated(values(known, "inflow|kind:repeat"), years)}


def _decisions(known: Knowledge, years: Sequence[int], scenario: Scenario) -> dict[str, Any]:
    decided, granted = judged(known), values(known, "decisions|kind:granted")
    shares = {year: granted[year] / decided[year] for year in years}
    changes = {
        "ind.capacity.planned": _dated(decided, years),
        "ind.capacity.realised": _certain(1),
        "ind.capacity.response": _certain(0),
        "ind.granted_factor": _certain(1),
    }
    return changes | {
        f"groups.{group}.granted_share": _dated(shares, years) for group in scenario.groups
    }


def _homes(known: Knowledge, years: Sequence[int], _: Scenario) -> dict[str, Any]:
    return {
        "housing.homes": _dated(homes_by_year(known), years),
        "housing.response": _certain(0),
    }


def _family(known: Knowledge, years: Sequence[int], scenario: Scenario) -> dict[str, Any]:
    """Set the desk's output so that as many arrive as did; its stock never runs out."""
    came = family_by_year(known)
    staff = scenario.family.staff.single
    desk = {year: came[year] / COMES / staff for year in years}
    return {
        "family.productivity": _dated(desk, years),
        "family.arrival_share": _certain(scenario.family.arrival_share.single),
        "family.straight_home_share": _certain(0),
        "family.opening_pending": _certain(float(round(sum(desk.values()) * staff * len(years)))),
        "family.opening_travelling": _certain(
            float(round(came[years[0]] * scenario.family.travel_days.single / 365.25))
        ),
    }


def _other(known: Knowledge, years: Sequence[int], _: Scenario) -> dict[str, Any]:
    """Set the net residual of reception; one below zero is none, for a flow can't be negative."""
    inflow, found = values(known, "inflow|total"), reception_balances(known)
    net = {year: max(found[year].residual, 0.0) / inflow[year] for year in years if year in found}
    return {"other_intake.share_of_inflow": _dated(net, years)} if net else {}


def _exits(known: Knowledge, years: Sequence[int], _: Scenario) -> dict[str, Any]:
    """Set the rate that closes each year's balance."""
    rates = {
        year: closing_rate(balance, quarter_parts(known, year))
        for year, balance in pending_balances(known).items()
        if year in years and year not in BREAKS
    }
    return {"ind.leave_rate": _dated(rates, years)} if rates else {}


def closing_rate(balance: PendingBalance, parts: Sequence[float]) -> float:
    """Return the yearly rate of leaving at which a year ends with its published stock.

    Applications come as the quarters had them, decisions evenly. Zero where nothing is left over.
    """
    applied = balance.applied * np.repeat(np.array(parts), STEPS // 4) / (STEPS // 4)
    decided = (balance.granted + balance.rejected) / STEPS

    def ends(rate: float) -> float:
        stock, stays = balance.start, float(np.exp(-rate / STEPS))
        for came in applied:
            stock = max(stock + came - decided, 0.0) * stays
        return stock - balance.end

    if ends(0.0) <= 0 or ends(MOST) >= 0:
        return 0.0
    return float(brentq(ends, 0.0, MOST, xtol=1e-9))


_CHANGES: dict[str, Callable[[Knowledge, Sequence[int], Scenario], dict[str, Any]]] = {
    "first": _first,
    "repeat": _repeat,
    "decisions": _decisions,
    "homes": _homes,
    "family": _family,
    "other": _other,
    "exits": _exits,
}

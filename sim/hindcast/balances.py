"""Balances of past years: pending cases, and people of the asylum phase in reception.

A year's exits are what is left of the balance of pending cases: those at its start and the
applications of the year, less those granted or rejected in first instance, less those at its end.
They hold closed cases (Dublin, withdrawn), decisions on repeat cases, and people who left. Exits x
their share in reception leave reception; only what then remains is a residual of reception. Figures
are read only through ``Knowledge``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import ModelError
from .observations import Knowledge

LIVES_HERE, REPEAT_LIVES_HERE = 0.9, 0.5
"""Share of first and of repeat applicants who live in reception, as in ``hindcast.yaml``."""
BREAKS = {
    **dict.fromkeys((2008, 2009), "more decided than was there; closed cases not reported"),
    **dict.fromkeys((2010, 2011), "closed cases not reported"),
    2012: "the published stock is that of 2011; closed cases not reported",
    2013: "no stock published; applications of UNHCR hold family",
    2014: "no stock at its start; closed cases not reported",
}
"""Years whose balance of pending cases is broken, with the reason; no estimate reads them."""
ESTIMATES_FROM = 2015
"""First year whose exits an estimate may hold on to: before, definitions differ or figures lack."""


@dataclass(frozen=True)
class PendingBalance:
    """Balance of the pending cases of one year: stocks and flows in cases.

    ``closed`` and ``repeat_decisions`` are the published parts of the exits, zero where not given.
    """

    year: int
    start: float
    applied: float
    granted: float
    rejected: float
    closed: float
    repeat_decisions: float
    end: float

    @property
    def at_risk(self) -> float:
        """Cases that could leave: pending at the start, and first and repeat applications."""
        return self.start + self.applied

    @property
    def exits(self) -> float:
        """Cases that left without a grant or a rejection in first instance."""
        return self.at_risk - self.granted - self.rejected - self.end

    @property
    def hazard(self) -> float:
        """Exits as a share of the cases at risk."""
        return self.exits / self.at_risk

    @property
    def mean_pending(self) -> float:
        """Mean of the pending at start and end."""
        return (self.start + self.end) / 2

    @property
    def left_rate(self) -> float:
        """Exits that are neither closed nor decided on a repeat case, a year, of the mean pending.

        It is ``ind.leave_rate`` of a scenario whose closed cases and repeat applicants are decided
        by the IND: each exit counts once. Never below zero.
        """
        rest = self.hazard * self.at_risk - self.closed - self.repeat_decisions
        return max(rest, 0.0) / self.mean_pending


@dataclass(frozen=True)
class ReceptionBalance:
    """Balance of the people of the asylum phase in reception of one year [persons].

    Status holders are not in it: their stock is closed by the homes (``homes_by_year``).
    """

    year: int
    start: float
    applied: float
    granted: float
    exits: float
    refused: float
    """Those rejected in the year before: appeal and departure take about a year together."""
    end: float

    @property
    def residual(self) -> float:
        """Net of what no figure shows: births, re-entries and other intake, less other outflow."""
        return self.end - self.start - self.applied + self.granted + self.exits + self.refused


def pending_balances(known: Knowledge) -> dict[int, PendingBalance]:
    """Return the balance of each year whose stocks and flows are known, broken ones included.

    Before 2010 repeat applications are part of the applications or not published.
    """
    pending, first = known.yearly("pending|kind:all"), known.yearly("inflow|kind:first")
    found = {}
    for year, decided in known.yearly("decisions|total").items():
        if year not in pending or year - 1 not in pending or year not in first:
            continue
        granted = known.figure("decisions|kind:granted", year).value
        closed = _or_none_given(known, "decisions|kind:closed", year)
        found[year] = PendingBalance(
            year,
            pending[year - 1].value,
            first[year].value + _or_none_given(known, "inflow|kind:repeat", year),
            granted,
            decided.value - granted - closed,
            closed,
            _or_none_given(known, "decisions|kind:repeat", year),
            pending[year].value,
        )
    return found


def _or_none_given(known: Knowledge, series: str, year: int) -> float:
    """Return a figure, or zero where none is published."""
    figure = known.yearly(series).get(year)
    return 0.0 if figure is None else figure.value


def hazards(known: Knowledge) -> dict[int, float]:
    """Return the hazard of an exit in each year known whose balance is not broken."""
    return {
        year: balance.hazard
        for year, balance in pending_balances(known).items()
        if year not in BREAKS and balance.exits > 0
    }


def exit_level(known: Knowledge) -> float:
    """Return the hazard that is held from the origin date on.

    That of the last year known from ``ESTIMATES_FROM`` on. Where none is known, the median of the
    years before the breaks, whose definitions are older. Raises ``ModelError`` if there is none.
    """
    found = hazards(known)
    recent = [year for year in found if year >= ESTIMATES_FROM]
    if recent:
        return found[max(recent)]
    if not found:
        raise ModelError(f"no balance of pending cases was known on {known.origin}")
    return float(np.median(list(found.values())))


def in_reception(first: float, repeat: float) -> float:
    """Return the share of a year's applicants that lives in reception."""
    return (LIVES_HERE * first + REPEAT_LIVES_HERE * repeat) / (first + repeat)


def reception_balances(known: Knowledge) -> dict[int, ReceptionBalance]:
    """Return the balance of each year whose stocks and flows are known and not broken."""
    people, holders = known.yearly("occupancy|total"), known.yearly("occupancy|kind:status_holders")
    asylum = {year: people[year].value - holders[year].value for year in people if year in holders}
    found = {}
    for year, pending in pending_balances(known).items():
        if year in BREAKS or not {year - 1, year} <= set(asylum):
            continue
        repeat = known.figure("inflow|kind:repeat", year).value
        share = in_reception(pending.applied - repeat, repeat)
        found[year] = ReceptionBalance(
            year,
            asylum[year - 1],
            share * pending.applied,
            share * pending.granted,
            share * pending.exits,
            share * rejected(known, year - 1),
            asylum[year],
        )
    return found


def judged(known: Knowledge) -> dict[int, float]:
    """Return first-instance grants and rejections by year: decisions without closed cases."""
    return {
        year: figure.value - _or_none_given(known, "decisions|kind:closed", year)
        for year, figure in known.yearly("decisions|total").items()
    }


def rejected(known: Knowledge, year: int) -> float:
    """Return first-instance rejections of a year; raises ``ModelError`` if they are not known."""
    closed = _or_none_given(known, "decisions|kind:closed", year)
    decided, granted = (
        known.figure("decisions|total", year),
        known.figure("decisions|kind:granted", year),
    )
    return decided.value - granted.value - closed


def other_share(known: Knowledge) -> float:
    """Return other intake per person of inflow: the net residual of reception, never below zero.

    Mean of the last three years known; zero where no balance is known. COA's gross intake and
    outflow are both published for 2017-2019 and 2024 only, so only the net is estimated.
    """
    found = reception_balances(known)
    last = sorted(found)[-3:]
    shares = [found[year].residual / known.figure("inflow|total", year).value for year in last]
    return max(float(np.mean(shares)), 0.0) if shares else 0.0

"""Estimates of stocks, rates and their uncertainty from figures known on an origin date.

Figures are read only through ``Knowledge``. A rate is held at the last year known; its
uncertainty is the error that holding it would have made in the years known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ..model.sampling import Floats
from .balances import LIVES_HERE, exit_level, hazards, in_reception, judged, other_share
from .observations import Knowledge

COMES = 0.85 * 0.8
"""Part of the decisions of the family desk that brings somebody, as in ``hindcast.yaml``."""
LEAST_YEARS = 3
"""Years that must be known before a season or the error of a rate is estimated from them."""
HALF_WAY, HALF_WAY_SD = 0.5, 0.3
"""Prior of a response: half way between constant (0) and proportional to the queue (1), and its
standard deviation."""
FAMILY_APART = 2014
"""First year in which family arrivals can be told apart: before, most family applied for asylum
itself, and the total of 2013 does not fit its parts."""
UNSEEN_SD, UNSEEN_YEARS = 0.3, 3
"""Prior of the error of a rate [log points], and its weight in years."""
FURTHEST_AHEAD = 4
"""Years ahead over which the error of holding a rate is measured."""


@dataclass(frozen=True)
class Response:
    """Response of supply to a queue: a power, its standard error, and the residual."""

    power: float
    sd: float
    residual_sd: float


@dataclass(frozen=True)
class Estimates:
    """Estimates from figures known on the origin date; rates per year, spreads on the log."""

    year: int
    """Last year whose end is known: the run starts on 1 January after it."""
    first: float
    repeat: float
    yearly_sd: float
    family: float
    family_sd: float
    per_grant: float
    people: float
    status_holders: float
    pending: float
    decided: float
    """First decisions of the last year known, closed cases left out."""
    output: float
    """The same, brought forward to the work of day 0."""
    output_response: Response
    granted_share: float
    granted_sd: float
    leave_rate: float
    """All exits other than a grant or a rejection, a year, of the pending."""
    leave_sd: float
    homes: float
    """People housed in the last year known, brought forward to those waiting on day 0."""
    homes_response: Response
    other_share: float


def facts(known: Knowledge) -> Estimates:
    """Collect the estimates of an origin date; raises ``ModelError`` if too little is known."""
    year = known.last("occupancy|total").period.year
    first = known.figure("inflow|kind:first", year).value
    repeat = known.figure("inflow|kind:repeat", year).value
    pending = pending_at(known, year)
    holders = known.figure("occupancy|kind:status_holders", year).value
    decisions = judged(known)
    granted = values(known, "decisions|kind:granted")
    decided = max(decisions)
    shares = {y: granted[y] / decisions[y] for y in decisions}
    family, housed = family_by_year(known), homes_by_year(known)
    work = work_by_year(known)
    path, _ = inflow_path(known, first, date(year + 1, 1, 1))
    work_now = pending + path[min(path)] + repeat
    output_response = response(work, decisions)
    homes_response = response(values(known, "occupancy|kind:status_holders"), housed)
    output = decisions[decided] * since(work, decided, work_now) ** output_response.power
    return Estimates(
        year=year,
        first=first,
        repeat=repeat,
        yearly_sd=yearly_sd(known),
        family=family[max(family)],
        family_sd=held_error(family),
        per_grant=per_grant(family, granted),
        people=known.figure("occupancy|total", year).value,
        status_holders=holders,
        pending=pending,
        decided=decisions[decided],
        output=output,
        output_response=output_response,
        granted_share=shares[decided],
        granted_sd=held_error(shares),
        leave_rate=leave_rate(exit_level(known), work_now, pending, output, first / 4),
        leave_sd=held_error(hazards(known)),
        homes=housed[max(housed)]
        * since(values(known, "occupancy|kind:status_holders"), max(housed), holders)
        ** homes_response.power,
        homes_response=homes_response,
        other_share=other_share(known),
    )


def leave_rate(hazard: float, at_risk: float, pending: float, output: float, least: float) -> float:
    """Return the rate at which the pending leave, from the hazard of the cases at risk.

    Exits of the first year over the mean of the pending at its start and end, as the end follows
    from them; it is at least ``least``.
    """
    exits = hazard * at_risk
    end = max(at_risk - exits - output, least)
    return exits / ((pending + end) / 2)


def work_by_year(known: Knowledge) -> dict[int, float]:
    """Return the IND's work at the end of a year: pending cases plus applications of that year."""
    first, repeat = values(known, "inflow|kind:first"), values(known, "inflow|kind:repeat")
    usual = float(np.mean(list(repeat.values())))
    return {
        year: stock + first[year] + repeat.get(year, usual)
        for year, stock in values(known, "pending|kind:all").items()
        if year in first
    }


def values(known: Knowledge, series: str) -> dict[int, float]:
    """Figures known, by year."""
    return {year: figure.value for year, figure in known.yearly(series).items()}


def yearly_sd(known: Knowledge) -> float:
    """Root mean square of the log changes of first applications from year to year."""
    series = values(known, "inflow|kind:first")
    logs = np.log([series[year] for year in sorted(series)])
    return float(np.sqrt(np.mean(np.diff(logs) ** 2)))


def held_error(series: dict[int, float]) -> float:
    """Return the error of holding a rate constant in the years known: root mean square on the log.

    Over one to four years ahead alike, since its draw applies to a whole run; combined with the
    prior.
    """
    logs = {year: np.log(max(value, 1e-9)) for year, value in series.items() if value > 0}
    missed = [
        logs[year] - logs[year - ahead]
        for year in logs
        for ahead in range(1, FURTHEST_AHEAD + 1)
        if year - ahead in logs
    ]
    seen = float(np.mean(np.square(missed))) if missed else 0.0
    return blended(seen, len(logs) - 1)


def blended(seen: float, years: int) -> float:
    """Combine the variance observed in some years with the prior: standard deviation, at most 1."""
    variance = (UNSEEN_YEARS * UNSEEN_SD**2 + years * seen) / (UNSEEN_YEARS + years)
    return float(min(np.sqrt(variance), 1.0))


def response(queue: dict[int, float], served: dict[int, float]) -> Response:
    """Regress the people served in a year on the queue at its start, over the years known.

    A straight line on the logs. Its slope and its residual are combined with their priors by
    precision.
    """
    pairs = [(queue[y - 1], served[y]) for y in sorted(served) if y - 1 in queue and served[y] > 0]
    if len(pairs) < LEAST_YEARS:
        return Response(HALF_WAY, HALF_WAY_SD, UNSEEN_SD)
    x, y = np.log(np.array(pairs)).T
    slope, level = np.polyfit(x, y, 1)
    years = len(pairs) - 2
    residual = blended(float(((y - level - slope * x) ** 2).sum()) / years, years)
    error = residual / float(np.sqrt(((x - x.mean()) ** 2).sum()))
    firm, seen = HALF_WAY_SD**-2, error**-2
    power = (firm * HALF_WAY + seen * slope) / (firm + seen)
    return Response(float(min(max(power, 0.0), 1.0)), float((firm + seen) ** -0.5), residual)


def since(queue: dict[int, float], year: int, now: float) -> float:
    """Return the ratio of a queue now to that at the start or end of a year."""
    then = queue.get(year - 1, queue.get(year, now))
    return now / then


def family_by_year(known: Knowledge) -> dict[int, float]:
    """Family arrivals, with those resettled or relocated: inflow less applications.

    Years before ``FAMILY_APART`` count only as long as there is no other.
    """
    found = _beyond_applications(known)
    since_then = {year: count for year, count in found.items() if year >= FAMILY_APART}
    return since_then or found


def _beyond_applications(known: Knowledge) -> dict[int, float]:
    return {
        year: max(
            inflow
            - known.figure("inflow|kind:first", year).value
            - known.figure("inflow|kind:repeat", year).value,
            0.0,
        )
        for year, inflow in values(known, "inflow|total").items()
    }


def per_grant(family: dict[int, float], granted: dict[int, float]) -> float:
    """Family applications per grant over the last three years known, between 0.1 and 5."""
    years = [year for year in sorted(family) if year in granted][-3:]
    if not years:
        return 1.0
    applied = sum(family[year] for year in years) / COMES
    return float(min(max(applied / sum(granted[year] for year in years), 0.1), 5.0))


def pending_at(known: Knowledge, year: int) -> float:
    """Return pending cases at the end of a year: the last known stock, brought forward.

    Applications of the years after it come on top; exits go off, at the hazard held, and decisions,
    at the last number known where their year is not out yet. No more than nine tenths of what the
    asylum phase in reception can hold, no less than a quarter of a year's applications.
    """
    last = known.last("pending|kind:all")
    stock = last.value
    decisions, hazard = judged(known), exit_level(known)
    for later in range(last.period.year + 1, year + 1):
        applied = known.figure("inflow|kind:first", later).value
        applied += known.figure("inflow|kind:repeat", later).value
        stock = (stock + applied) * (1 - hazard) - decisions.get(later, decisions[max(decisions)])
    people = known.figure("occupancy|total", year).value
    room = (people - known.figure("occupancy|kind:status_holders", year).value) / LIVES_HERE
    return float(min(max(stock, known.figure("inflow|kind:first", year).value / 4), 0.9 * room))


def homes_by_year(known: Knowledge) -> dict[int, float]:
    """Status holders housed, for each year for which the balance can be made.

    Those there at its beginning, grants in reception and family, less those there at its end; never
    fewer than half of those who came. Net of other intake of status holders, which is not known.
    Years before ``FAMILY_APART`` count only as long as there is no other; the earliest year has no
    beginning: as many as came.
    """
    holders, inflow = values(known, "occupancy|kind:status_holders"), values(known, "inflow|total")
    family = _beyond_applications(known)
    housed = {}
    for year, grants in values(known, "decisions|kind:granted").items():
        if year not in inflow:
            continue
        first = known.figure("inflow|kind:first", year).value
        repeat = known.figure("inflow|kind:repeat", year).value
        came = grants * in_reception(first, repeat) + family[year]
        grew = holders[year] - holders[year - 1] if year - 1 in holders else 0.0
        housed[year] = max(came - grew, came / 2)
    return {year: count for year, count in housed.items() if year >= FAMILY_APART} or housed


def quarter_shares(known: Knowledge) -> Floats | None:
    """Median share of each quarter in its year, over the whole years known; none if too few."""
    quarters = known.quarterly("inflow|kind:first")
    whole = [p.year for p in quarters if p.month == 12]
    if len(whole) < LEAST_YEARS:
        return None
    table = np.array(
        [[f.value for p, f in sorted(quarters.items()) if p.year == year] for year in whole]
    )
    shares = np.median(table / table.sum(axis=1, keepdims=True), axis=0)
    normal: Floats = shares / shares.sum()
    return normal


def inflow_path(known: Knowledge, first: float, start: date) -> tuple[dict[date, float], date]:
    """First applications a year by date, and the last day known.

    Quarters that are out by the origin date are as they were. After them the pace of the last
    half-year known holds, seasonally adjusted; the last whole year where no season is known.
    """
    shares = quarter_shares(known)
    quarters = known.quarterly("inflow|kind:first")
    path: dict[date, float] = {}
    until = start - timedelta(days=1)
    weights = np.full(4, 0.25) if shares is None else shares

    def share_of(period: date) -> float:
        return float(weights[(period.month - 1) // 3])

    for period in sorted(p for p in quarters if p >= start):
        path[until + timedelta(days=1)] = quarters[period].value / share_of(period)
        until = period
    pace = first
    recent = sorted(p for p in quarters if p <= until)[-2:]
    if shares is not None and len(recent) == 2:
        came = sum(quarters[period].value for period in recent)
        pace = came / sum(share_of(period) for period in recent)
    path[until + timedelta(days=1)] = pace
    return path, until

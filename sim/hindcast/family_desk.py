"""The family desk at the end of 2024: its pace, arrivals per decision granted, people travelling.

The rule was written down before the monthly series was opened. Unknown, on the log, are the
arrivals per decision granted (a) and the decisions of one fte a year (p). With a share g granted
and F fte the arrivals a year are L = a p g F. Four observations, weighted by 1/error^2:

1. the last month's pace of arrivals, twelve times December 2024, for log L;
2. the year's pace of arrivals, the twelve months to December 2024, for log L. The errors of 1 and 2
   and their correlation are those that both had, at the ends of the months from December 2021 to
   September 2024, about the arrivals of the next three months: who travels then comes within three
   months on average. In those years the pending stock grew, so that the desk and not demand set
   the pace; the halt of the winter of 2022-2023 is among them;
3. the last month's decisions per fte, for log p, with an error of 0.2 on the log: the IND's first
   asylum decisions of April and December 2024 against the mean month of that year;
4. arrivals of April to June 2023 per decision granted in March 2023, the one earlier month of which
   decisions are published, for log a: the same error, and 0.15 for when people travel.

There is no prior but a <= 1, a cut that is stated in the scenario. The people travelling are
L x travel time / 365.25 (Little's law); they were decided in three months, so that their number has
an error of 0.2 / sqrt(3) beside those of L and of the travel time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..model.sampling import Floats
from ..scenario import Quantity, Scenario
from .observations import observed, parse_period

DECISION_ERROR = 0.2
"""Error of one month's decisions as a measure of the pace [log points]."""
TRAVEL_ERROR = 0.15
"""Error from when people travel: those held back in the winter of 2022-2023 came in spring."""
FIRST_END, LAST_END = (2021, 12), (2024, 9)
"""Month ends at which the errors of the paces are measured."""
AHEAD = 3
"""Months after a month end whose arrivals are compared with its paces."""
KEYS = (
    "family.arrival_share",
    "family.productivity",
    "family.travel_days",
    "family.opening_travelling",
)
"""Numbers of the scenario that are estimated together, with the time of travel they rest on."""


@dataclass(frozen=True)
class FamilyDesk:
    """Estimate of the family desk at the end of 2024; standard deviations on the log."""

    paces: tuple[float, float]
    """Arrivals a year at the pace of the last month, and of the year."""
    pace_errors: Floats
    """(2, 2): mean products of the errors of the two paces [log points squared]."""
    weights: tuple[float, float]
    """Weights of the two paces among themselves."""
    arrivals: float
    """Arrivals a year at the estimated pace."""
    arrivals_sd: float
    values: dict[str, float]
    """By key of ``KEYS``."""
    sds: dict[str, float]
    ranks: dict[tuple[str, str], float]
    """Rank correlations of the pairs of ``KEYS`` that are not independent."""


def estimate(scenario: Scenario) -> FamilyDesk:
    """Estimate the family desk from months and years to December 2024.

    Of the scenario it takes the staff, the share granted and the distribution of the travel time.
    """
    arrivals, family = monthly_arrivals(), scenario.family
    granted, staff = family.granted_share.single, family.staff.single
    paces = np.array([12 * arrivals[-1], arrivals[-12:].sum()])
    errors = pace_errors(arrivals, FIRST_END, LAST_END)
    a_year = 12 * _of("family_decisions|total", "2024-12") / staff
    spring = arrivals[_index(2023, 4) : _index(2023, 6) + 1].sum()
    per_granted = spring / (3 * granted * _of("family_decisions|total", "2023-03"))

    seen = np.log([*paces / (granted * staff), a_year, per_granted])
    design = np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    covariance = np.zeros((4, 4))
    covariance[:2, :2] = errors
    covariance[2, 2] = DECISION_ERROR**2
    covariance[3, 3] = DECISION_ERROR**2 + TRAVEL_ERROR**2
    found, spread = least_squares(design, seen, covariance)

    pull = np.linalg.inv(errors).sum(axis=0)
    travel, travel_sd = log_moments(family.travel_days)
    pace = float(np.exp(found.sum()) * granted * staff)
    a, p, days = np.exp([*found, travel])
    joint = joint_covariance(spread, travel_sd)
    sds = np.sqrt(np.diag(joint))
    return FamilyDesk(
        paces=(float(paces[0]), float(paces[1])),
        pace_errors=errors,
        weights=(float(pull[0] / pull.sum()), float(pull[1] / pull.sum())),
        arrivals=pace,
        arrivals_sd=float(np.sqrt(spread.sum())),
        values=dict(zip(KEYS, map(float, (a, p, days, pace * days / 365.25)), strict=True)),
        sds=dict(zip(KEYS, sds.tolist(), strict=True)),
        ranks={
            (KEYS[i], KEYS[j]): rank_of(joint[i, j] / (sds[i] * sds[j]))
            for i in range(len(KEYS))
            for j in range(i + 1, len(KEYS))
            if joint[i, j] != 0
        },
    )


def monthly_arrivals() -> Floats:
    """Family members who arrived in each month from January 2015 to December 2024.

    Seven nationalities are published by month: their months times the year's total over their sum.
    """
    months = {f.period: f.value for f in observed("family.csv") if f.name == BY_MONTH}
    years = sorted({period.year for period in months})
    by_year = np.array([[months[p] for p in sorted(months) if p.year == y] for y in years])
    totals = np.array([_of("family_arrivals|total", str(year)) for year in years])
    whole: Floats = (by_year * (totals / by_year.sum(axis=1))[:, None]).ravel()
    return whole


def pace_errors(arrivals: Floats, first: tuple[int, int], last: tuple[int, int]) -> Floats:
    """Return the mean products of the log errors of the month's and the year's pace: (2, 2).

    Errors are against the pace of the next three months, at each month end from ``first`` to
    ``last`` (year, month).
    """
    ends = range(_index(*first), _index(*last) + 1)
    after = np.array([arrivals[end + 1 : end + 1 + AHEAD].mean() * 12 for end in ends])
    month = np.array([arrivals[end] * 12 for end in ends])
    year = np.array([arrivals[end - 11 : end + 1].sum() for end in ends])
    errors = np.log(np.stack([month, year]) / after)
    products: Floats = errors @ errors.T / len(after)
    return products


def least_squares(design: Floats, seen: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """Return the generalised least squares estimate and its covariance."""
    weights = np.linalg.inv(covariance)
    spread: Floats = np.linalg.inv(design.T @ weights @ design).astype(np.float64)
    found: Floats = spread @ (design.T @ weights @ seen)
    return found, spread


def joint_covariance(spread: Floats, travel_sd: float) -> Floats:
    """Covariance of the logs of ``KEYS``: (4, 4), from that of a and p and of the travel time.

    People travelling: log S = log a + log p + log travel time + their own error.
    """
    joint = np.zeros((4, 4))
    joint[:2, :2] = spread
    joint[2, 2] = travel_sd**2
    adds = np.array([1.0, 1.0, 1.0])
    joint[3, :3] = joint[:3, 3] = joint[:3, :3] @ adds
    joint[3, 3] = adds @ joint[:3, :3] @ adds + DECISION_ERROR**2 / AHEAD
    return joint


def log_moments(quantity: Quantity, points: int = 2_000) -> tuple[float, float]:
    """Mean and standard deviation of the log of an uncertain number."""
    assert quantity.spread is not None
    u = (np.arange(points) + 0.5) / points
    logs = np.log(quantity.spread.quantile(u, quantity.central_draw()))
    return float(logs.mean()), float(logs.std())


def rank_of(correlation: float) -> float:
    """Rank correlation of two normal variables with this correlation."""
    return float(6 / np.pi * np.arcsin(correlation / 2))


BY_MONTH = "family_arrivals|kind:seven_nationalities"


def _index(year: int, month: int) -> int:
    """Number of a month in ``monthly_arrivals``."""
    return (year - 2015) * 12 + month - 1


def _of(name: str, period: str) -> float:
    when = parse_period(period)
    (value,) = (f.value for f in observed("family.csv") if (f.name, f.period) == (name, when))
    return value

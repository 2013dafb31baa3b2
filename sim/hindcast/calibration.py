"""Calibration: fit unpublished parameters to observations up to the end of 2024.

The years 2023 and 2024 are simulated from their known stocks and flows; parameters are fitted so
that they end at the observed stocks of reception, the IND and the family desk. Each parameter has a
prior from outside those two years, which remains where the data do not identify it. The response
of supply to a queue is fitted separately, on all years known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from threading import Event
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from ..model.engine import simulate
from ..model.sampling import Floats
from ..results.executor import ALL_CORES, Workers, parallel_list
from ..results.experiment import actors_until
from ..results.tables import tabulate
from ..scenario import Scenario, load, override
from .estimates import Response, homes_by_year, response, values, work_by_year
from .observations import knowledge

BECAUSE = "moved by the fit"
KNOWN_TO = date(2025, 12, 31)
"""A day by which all figures about periods to the end of 2024 were published."""
LEAST_TOLD = 0.2
"""Share of the prior variance that the data must remove for a parameter to count as identified."""
LEAST_LINK = 0.5
"""Correlations of at least this size go into the patch."""
STEP = 0.04
"""Step of the numerical derivative, as a part of the distance between the bounds."""


@dataclass(frozen=True)
class Fitted:
    """A parameter to fit: mean and standard deviation of its prior, and its bounds."""

    path: str
    prior: float
    sd: float
    low: float
    high: float
    why: str
    years: tuple[str, ...] = ("year-2023", "year-2024")
    """The scenarios it is moved in."""


@dataclass(frozen=True)
class CalibrationTarget:
    """An observed value at the end of a year, with its standard error."""

    scenario: str
    cells: tuple[tuple[str, float], ...]
    """Yearly cells (series|breakdown|measure) and the factors with which they add up to it."""
    year: int
    value: float
    sd: float
    source: str


NUMBERS = (
    Fitted("departure.days_factor", 1.0, 0.25, 0.4, 2.5, "times to departure as the groups have"),
    Fitted("departure.closed_left_share", 0.35, 0.1, 0.0, 0.8, "a third of closed cases withdrawn"),
    Fitted("courts.delay_days", 330, 60, 90, 720, "district court and appeal together"),
    Fitted("other_intake.share_of_inflow", 0.143, 0.02, 0.05, 0.25, "balances of 2017-2019"),
    Fitted("other_intake.status_share", 0.55, 0.2, 0.05, 0.95, "between two readings of 2024"),
    Fitted("reception.in_reception_factor", 1.0, 0.03, 0.85, 1.03, "shares as the groups have"),
    Fitted("family.applications_per_grant", 2.95, 0.25, 1.0, 5.0, "2.6 to 3.3 by two counts"),
    Fitted("housing.homes", 29_000, 3_000, 15_000, 45_000,
           "homes of 2023, of which no total is published", ("year-2023",)),
)  # fmt: skip
PEOPLE = (("occupancy|total|end", 1.0), ("shortage|total|end", 1.0))
HOLDERS = (("occupancy|kind:status_holders|end", 1.0),)
CASES = (("pending|total|end", 1.0), ("pending|group:other_cases|end", -1.0))
FAMILY = (("family_pending|total|end", 1.0),)
TARGETS = (
    CalibrationTarget(
        "year-2023", PEOPLE, 2023, 64_405, 500, "people in reception, 1 January 2024"
    ),
    CalibrationTarget("year-2023", HOLDERS, 2023, 15_368, 500, "status holders, 1 January 2024"),
    CalibrationTarget(
        "year-2023", CASES, 2023, 50_000, 1_500, "almost 50,000 cases at the end of 2023"
    ),
    CalibrationTarget("year-2023", FAMILY, 2023, 27_000, 9_000, "family stock, about 27,000"),
    CalibrationTarget(
        "year-2024", PEOPLE, 2024, 72_610, 500, "people in reception, 6 January 2025"
    ),
    CalibrationTarget(
        "year-2024", HOLDERS, 2024, 18_200, 500, "status holders: 17,460 to 18,840 by source"
    ),
    CalibrationTarget(
        "year-2024", CASES, 2024, 53_910, 1_500, "69,930 cases less 16,020 of other kinds"
    ),
    CalibrationTarget(
        "year-2024", FAMILY, 2024, 66_040, 9_000, "family stock, end of December 2024"
    ),
    CalibrationTarget(
        "year-2024",
        (("departed|total|sum", 1.0),),
        2024,
        12_900,
        1_200,
        "11,730 departures (DT&V), 14,060 left reception (COA)",
    ),
)


@dataclass(frozen=True)
class Fit:
    """Result of a calibration: estimates, standard errors, and fit at year ends."""

    numbers: tuple[Fitted, ...]
    estimates: Floats
    sds: Floats
    correlations: Floats
    told: Floats
    """Of each number: the part of the first thought's variance that the data took away."""
    ends: tuple[tuple[CalibrationTarget, float], ...]
    output: Response
    homes: Response


def year_ends(
    name: str,
    values_: Floats,
    replications: int,
    numbers: Sequence[Fitted] = NUMBERS,
    cancelled: Event | None = None,
) -> list[float]:
    """Simulate a scenario with these values and return its value for each target.

    Mean over process noise and over all parameters that are not fitted, as in a normal run.
    """
    changes: dict[str, Any] = {
        number.path: {"value": float(value), "assumption": BECAUSE}
        for number, value in zip(numbers, values_, strict=True)
        if name in number.years
    }
    scenario: Scenario = override(load(name), changes, BECAUSE)
    ledger = simulate(
        scenario,
        replications,
        1,
        vary=("parameters", "process"),
        step="week",
        actors=actors_until(cancelled),
    )
    tables = tabulate(ledger, scenario)
    index = {f"{cell.name}|{measure}": i for i, (cell, measure) in enumerate(tables.yearly_cells)}
    return [
        sum(
            factor * float(tables.yearly[index[cell]][tables.years.index(target.year)].mean())
            for cell, factor in target.cells
        )
        for target in TARGETS
        if target.scenario == name
    ]


def _all_ends(replications: int, values_: Floats, cancelled: Event | None = None) -> Floats:
    names = dict.fromkeys(target.scenario for target in TARGETS)
    ends = (year_ends(name, values_, replications, cancelled=cancelled) for name in names)
    return np.array([end for of_year in ends for end in of_year])


def fit(replications: int = 40, workers: Workers = ALL_CORES, start: Floats | None = None) -> Fit:
    """Fit all parameters at once: least squares over observations and priors.

    It begins at the priors, or at ``start``.

    All runs use common random numbers. Standard errors and correlations follow from the curvature
    at the optimum.
    """
    prior = np.array([number.prior for number in NUMBERS])
    sd = np.array([number.sd for number in NUMBERS])
    low = np.array([number.low for number in NUMBERS])
    high = np.array([number.high for number in NUMBERS])
    wanted = np.array([target.value for target in TARGETS])
    error = np.array([target.sd for target in TARGETS])

    def residuals(x: Floats) -> Floats:
        return np.concatenate([(_all_ends(replications, x) - wanted) / error, (x - prior) / sd])

    def slopes(x: Floats) -> Floats:
        steps = STEP * (high - low)
        steps = np.where(x + steps > high, -steps, steps)
        moved = [x, *(x + np.diag(steps))]
        ends = parallel_list(partial(_all_ends, replications), moved, workers)
        by_number = [(end - ends[0]) / step for end, step in zip(ends[1:], steps, strict=True)]
        return np.concatenate([np.stack(by_number, axis=1) / error[:, None], np.diag(1 / sd)])

    found = least_squares(
        residuals,
        prior if start is None else start,
        jac=slopes,
        bounds=(low, high),
        x_scale=sd,
        max_nfev=12,
        xtol=1e-3,
    )
    jacobian = slopes(found.x)
    covariance = np.linalg.inv(jacobian.T @ jacobian)
    sds = np.sqrt(np.diag(covariance))
    known = knowledge(KNOWN_TO)
    return Fit(
        NUMBERS,
        found.x,
        sds,
        covariance / np.outer(sds, sds),
        1 - (sds / sd) ** 2,
        tuple(zip(TARGETS, _all_ends(replications, found.x).tolist(), strict=True)),
        response(work_by_year(known), values(known, "decisions|total")),
        response(values(known, "occupancy|kind:status_holders"), homes_by_year(known)),
    )


def unidentifiable(found: Fit, least: float = 0.6) -> list[tuple[str, str, float]]:
    """Return pairs of parameters that the data do not identify separately."""
    paths = [number.path for number in found.numbers]
    return [
        (paths[i], paths[j], float(found.correlations[i, j]))
        for i in range(len(paths))
        for j in range(i + 1, len(paths))
        if abs(found.correlations[i, j]) >= least
    ]


def silent(found: Fit, most: float = LEAST_TOLD) -> list[str]:
    """Return parameters that the data do not identify: their prior remains."""
    return [
        number.path for number, told in zip(found.numbers, found.told, strict=True) if told < most
    ]


def patch(found: Fit) -> dict[str, Any]:
    """Return the fit as a patch on the baseline: values, distributions, correlations, assumptions.

    Parameters fitted for a past year only are not part of the baseline and are left out.
    """
    both = [n for n, number in enumerate(found.numbers) if len(number.years) > 1]
    changes: dict[str, Any] = {}
    for n in both:
        number = found.numbers[n]
        told = "" if found.told[n] >= LEAST_TOLD else ", which say next to nothing of it"
        changes[number.path] = {
            "value": _rounded(float(found.estimates[n])),
            "assumption": f"fitted on the ends of 2023 and 2024{told}: {number.why}",
            "spread": {
                "dist": "normal",
                "sd": _rounded(float(found.sds[n])),
                "low": number.low,
                "high": number.high,
            },
        }
    for path, answer in (
        ("ind.capacity.response", found.output),
        ("housing.response", found.homes),
    ):
        changes[path] = {
            "value": _rounded(answer.power),
            "assumption": "fitted on the years to 2024: log of what was served on log of the queue",
            "spread": {"dist": "normal", "sd": _rounded(answer.sd), "low": 0, "high": 1.2},
        }
    changes["correlations"] = [
        {
            "first": found.numbers[i].path,
            "second": found.numbers[j].path,
            "rank": {
                "value": round(float(found.correlations[i, j]), 2),
                "unit": "correlation",
                "assumption": "fitted on the ends of 2023 and 2024",
            },
        }
        for i in both
        for j in both
        if i < j and abs(found.correlations[i, j]) >= LEAST_LINK
    ]
    return changes


def _rounded(value: float) -> float:
    """Round to three significant digits."""
    return float(f"{value:.3g}")

"""Names of the random columns of inflow: the months of its path, and the years of its composition.

Each is one column of the Latin hypercube, drawn as standard normals. A name holds its month or its
year and nothing of the run, so that a longer run meets the same beginning.
"""

from __future__ import annotations

from datetime import date

from ..clock import first_of_month, month_number
from ..scenario import Scenario

PATH = "inflow.path."
COMPOSITION = "inflow.composition."
KNOT = (7, 1)
"""Month and day of a year's knot: the middle of the year, so that a whole year lies around it."""


def path_months(scenario: Scenario, until: date) -> list[tuple[str, date]]:
    """Dates of the inflow path and the names of their draws: the end of what is known, then months.

    The last month is the one after ``until``, so that the path reaches over the whole run.
    """
    known = scenario.inflow.path.known_until
    first = month_number(known)
    last = max(month_number(until), first) + 1
    months = [known, *(first_of_month(number) for number in range(first + 1, last + 1))]
    return [(f"{PATH}{month:%Y-%m}", month) for month in months]


def composition_knots(scenario: Scenario, until: date) -> list[date]:
    """Days between which the weights of nationalities lie on straight lines: 1 July of each year.

    From the first after what is known to the first on or after ``until``.
    """
    known = scenario.inflow.path.known_until
    first = known.year + (date(known.year, *KNOT) <= known)
    last = max(until.year + (date(until.year, *KNOT) < until), first)
    return [date(year, *KNOT) for year in range(first, last + 1)]


def composition_column(group: str, knot: date) -> str:
    """Name of the draw of a group's weight in a year, as ``inflow.composition.syria.2026``."""
    return f"{COMPOSITION}{group}.{knot.year}"


def inflow_columns(scenario: Scenario, until: date) -> list[str]:
    """Names of all random columns of inflow: of its path, and of its composition if that varies."""
    months = [name for name, _ in path_months(scenario, until)]
    composition = scenario.inflow.composition
    groups = () if composition is None else composition.sd
    knots = composition_knots(scenario, until)
    return months + [composition_column(group, knot) for group in groups for knot in knots]

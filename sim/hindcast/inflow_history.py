"""The history of inflow from 1985 on, as it was known on a date, and a panel of other countries."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np

from ..model.sampling import Floats
from .data_files import rows_of
from .observations import knowledge

SPLICE = 7_100 / 9_700
"""First applications per request in 2007, the one year for which both are known (CBS): requests of
years before, in which repeat applications can't be told apart, count times this."""
FIRST_APART = 2007
"""First year in which first applications are told apart from requests."""
ALL_KNOWN = date(2025, 3, 1)
"""Day on which every year up to 2024 was known."""
PUBLISHED = (3, 1)
"""Month and day on which a year counts as published, for the origins of the comparison."""


@cache
def spliced_history() -> dict[int, tuple[float, date]]:
    """First applications by year from 1985 on, each with the day from which it counts as known.

    Requests x ``SPLICE`` before 2007; years without a figure are left out. Before 2012 a year
    counts as published on 1 March of the next, an assumption.
    """
    history = {
        int(row["year"]): (float(row["value"]) * SPLICE, date.fromisoformat(row["known"]))
        for row in rows_of("inflow_history.csv")
        if int(row["year"]) < FIRST_APART
    }
    for year, figure in knowledge(ALL_KNOWN).yearly("inflow|kind:first").items():
        if year >= FIRST_APART:
            assumed = date(year + 1, *PUBLISHED)
            known = assumed if assumed.year <= 2012 else figure.published
            history[year] = figure.value, known
    return dict(sorted(history.items()))


def history_known(origin: date) -> dict[int, float]:
    """First applications by year that were known on a date."""
    return {year: value for year, (value, known) in spliced_history().items() if known <= origin}


@cache
def panel() -> dict[str, dict[int, float]]:
    """First applications of other countries by year, 2000 to 2024."""
    countries: dict[str, dict[int, float]] = {}
    for row in rows_of("inflow_panel.csv"):
        countries.setdefault(row["country"], {})[int(row["year"])] = float(row["value"])
    return countries


def logs_of(history: dict[int, float]) -> tuple[Floats, Floats]:
    """Years and logs of a history, in order."""
    years = sorted(history)
    return np.array(years, dtype=np.float64), np.log([history[year] for year in years])

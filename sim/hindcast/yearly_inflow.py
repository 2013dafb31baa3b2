"""Cells of yearly first applications: the process of inflow alone, from 1999.

The chain can be placed on an origin date from 2012 only, when enough of it was published. First
applications are known for longer, so their process is scored at yearly level from 1999, next to
the same naive forecasts.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from scipy.special import ndtri

from ..model.sampling import Floats
from .estimates import inflow_path, values, yearly_sd
from .naives import LEVELS
from .observations import Knowledge, actual, knowledge
from .scoring import LAST_ORIGIN, scored_cells

FIRST_APPLICATIONS = "first_applications"
FIRST_YEARLY_ORIGIN = 1999
YEARS_AHEAD_YEARLY = 6


def yearly_origins() -> list[date]:
    """Return 1 March of each year from 1999 on from which at least two years are known."""
    days = [date(year, 3, 1) for year in range(FIRST_YEARLY_ORIGIN, LAST_ORIGIN + 1)]
    return [day for day in days if len(knowledge(day).yearly(FIRST_APPLICATIONS)) > 1]


def process_forecast(known: Knowledge, years: range) -> dict[int, Floats]:
    """Forecast first applications by the baseline's process: quantiles at ``LEVELS``, by year.

    A random walk from the pace of the last half-year known, as large as the changes known.
    """
    history = values(known, FIRST_APPLICATIONS)
    last = max(history)
    path, _ = inflow_path(known, history[last], date(last + 1, 1, 1))
    start, sd, normal = np.log(path[max(path)]), yearly_sd(known), ndtri(LEVELS)
    return {year: np.exp(start + sd * np.sqrt(year - last) * normal) for year in years}


def yearly_cells(days: list[date]) -> pd.DataFrame:
    """Return the cells of first applications for some origin dates: process, naives and pool."""
    rows = []
    for day in days:
        known = knowledge(day)
        history = values(known, FIRST_APPLICATIONS)
        start = max(history) + 1
        years = range(start, start + YEARS_AHEAD_YEARLY)
        came = {year: actual(FIRST_APPLICATIONS, year) for year in years}
        program = process_forecast(known, years)
        rows += scored_cells(day, FIRST_APPLICATIONS, history, years, program, came)
    return pd.DataFrame(rows)

"""Cells of yearly first applications: the process of inflow alone, from 1999.

The chain can be placed on an origin date from 2012 only, when enough of it was published. First
applications are known from 1985, spliced in 2007, so their process is scored at yearly level from
1999, next to the same naive forecasts.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from .inflow_history import history_known, spliced_history
from .inflow_models import AHEAD, mean_reverting
from .scoring import LAST_ORIGIN, scored_cells

FIRST_APPLICATIONS = "first_applications"
FIRST_YEARLY_ORIGIN = 1999
NO_PANEL = 0.0
"""The baseline's process uses no panel of other countries."""


def yearly_origins() -> list[date]:
    """Return 1 March of each year from 1999 on."""
    return [date(year, 3, 1) for year in range(FIRST_YEARLY_ORIGIN, LAST_ORIGIN + 1)]


def yearly_cells(days: list[date]) -> pd.DataFrame:
    """Return the cells of first applications for some origin dates: process, naives and pool.

    The process is the baseline's, with the posterior of the years known, from the last of them.
    """
    came: dict[int, float | None] = {year: value for year, (value, _) in spliced_history().items()}
    rows = []
    for day in days:
        history = history_known(day)
        start = max(history) + 1
        years = range(start, start + AHEAD)
        process = np.exp(mean_reverting(history, NO_PANEL))
        program = dict(zip(years, process, strict=True))
        rows += scored_cells(day, FIRST_APPLICATIONS, history, years, program, came)
    return pd.DataFrame(rows)

"""The level from which inflow starts: the pace of a half-year, alone or with its last two months.

The rule that is tried, fixed before it was scored: 0.75 of the log of the half-year's pace and 0.25
of that of the last two months, both seasonally adjusted. It would be adopted if it were not worse
without March 2016.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from ..model.sampling import Floats
from .data_files import rows_of
from .inflow_history import PUBLISHED, history_known, spliced_history
from .inflow_models import AHEAD, COLLAPSED
from .inflow_posterior import posterior
from .scoring import crps

HALF_YEAR = 0.75
"""Weight of the half-year's pace on the log; the rest is that of its last two months."""
FIRST, LAST = 2015, 2023
"""Year ends for which the season of three whole years is known, and something came after."""
SEASON_FROM = 2012
START_SCALE, START_DF = 0.24, 4
DRAWS, SEED = 8_000, 1
RULES = ("half_year", "with_two_months")


@cache
def months() -> dict[tuple[int, int], float]:
    """Estimated first applications by year and month."""
    return {
        (int(row["month"][:4]), int(row["month"][5:])): float(row["value"])
        for row in rows_of("inflow_months.csv")
    }


def season(last: int) -> Floats:
    """Factor of each month against the year's mean: medians over the years to ``last``."""
    table = np.array(
        [[months()[year, m] for m in range(1, 13)] for year in range(SEASON_FROM, last + 1)]
    )
    shares = np.median(table / table.sum(axis=1, keepdims=True), axis=0)
    return np.asarray(12 * shares / shares.sum())


def starting_levels(year: int) -> tuple[float, float]:
    """Logs of the starting level at the end of a year, by both rules."""
    factor = season(year)

    def pace(first: int) -> float:
        count = sum(months()[year, month] for month in range(first, 13))
        return float(np.log(12 * count / factor[first - 1 :].sum()))

    half = pace(7)
    return half, HALF_YEAR * half + (1 - HALF_YEAR) * pace(11)


def start_table() -> pd.DataFrame:
    """Score both rules: loss of the AR(1) against the half-year's, and error of the next quarter.

    Loss is the mean over years ahead of CRPS over that from the half-year's pace; the error is the
    mean absolute one on the log. With all year ends, and without that before March 2016.
    """
    years = np.arange(FIRST, LAST + 1)
    scored = np.full((len(RULES), years.size, AHEAD), np.nan)
    missed = np.zeros((len(RULES), years.size))
    outcomes = {year: value for year, (value, _) in spliced_history().items()}
    usual = season(max(year for year, _ in months()))[:3].mean()
    for row, year in enumerate(years.tolist()):
        level, phi, residual = posterior(history_known(date(year + 1, *PUBLISHED))).draw(
            DRAWS, SEED
        )
        quarter = 4 * sum(months()[year + 1, month] for month in (1, 2, 3)) / usual
        for rule, start in enumerate(starting_levels(year)):
            missed[rule, row] = abs(start - np.log(quarter))
            chance = np.random.default_rng(SEED)
            x = start + START_SCALE * chance.standard_t(START_DF, DRAWS)
            for ahead in range(AHEAD):
                x = level + phi * (x - level) + residual * chance.standard_normal(DRAWS)
                if year + ahead + 1 in outcomes:
                    came = outcomes[year + ahead + 1]
                    scored[rule, row, ahead] = crps(np.exp(x), came)
    rows = []
    for name, kept in (
        ("netherlands", years > 0),
        ("without_march_2016", years != COLLAPSED),
    ):
        mean = np.nanmean(scored[:, kept], axis=1)
        for rule, label in enumerate(RULES):
            rows.append(
                {
                    "data": name,
                    "rule": label,
                    "loss": float((mean[rule] / mean[0]).mean()),
                    "quarter_error": float(missed[rule, kept].mean()),
                    "origins": int(kept.sum()),
                }
            )
    return pd.DataFrame(rows)

"""Scores of spending in hindcasts, with the people of the forecast and with the people that came.

The second leaves the money: what prices, mix and the rest of spending made of people that are
given. Goals are those of decision 103.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .naives import NAIVE
from .observations import actual, knowledge
from .scoring import HindcastOptions, crps
from .spending import ARTICLE, COST, SPENDING, spending

GOALS = {ARTICLE: 1.0, COST: 0.6}
"""Highest ratio of CRPS to that of the best naive forecast, all horizons together."""


def given_people(cells: pd.DataFrame, options: HindcastOptions | None = None) -> pd.DataFrame:
    """Score spending with the people that came: origin, series, target, ahead, crps.

    For the years of the program's ``cells`` of spending.
    """
    asked = options or HindcastOptions()
    mine = cells[cells["series"].isin(SPENDING) & (cells["forecaster"] == "program")]
    rows = []
    for origin in sorted(set(mine["origin"])):
        of_origin = mine[mine["origin"] == origin]
        last = int(of_origin["target"].max())
        first = int((of_origin["target"] - of_origin["ahead"]).min()) + 1
        years = tuple(range(first, last + 1))
        came = np.repeat([[_mean_people(year)] for year in years], asked.replications, axis=1)
        samples = spending(knowledge(origin), came, years, asked.seed)
        for row in of_origin.to_dict("records"):
            sample = samples[row["series"]][years.index(row["target"])]
            kept = {name: row[name] for name in ("origin", "series", "target", "ahead")}
            rows.append(kept | {"crps": crps(sample, row["came"])})
    return pd.DataFrame(rows)


def _mean_people(year: int) -> float:
    before, after = (actual("occupancy|total", one) for one in (year - 1, year))
    assert before is not None
    assert after is not None
    return (before + after) / 2


def best_naive(cells: pd.DataFrame) -> str:
    """Return the naive forecast with the lowest CRPS over all cells of the program, of a series."""
    table = cells.pivot_table(index=["origin", "target"], columns="forecaster", values="crps")
    there = table[table["program"].notna()]
    whole = [name for name in NAIVE if name in there and there[name].notna().all()]
    sums = there[whole].to_numpy().sum(axis=0)
    return whole[int(np.argmin(sums))]


def money_apart(cells: pd.DataFrame, options: HindcastOptions | None = None) -> pd.DataFrame:
    """Tabulate ratios of CRPS to the best naive by series and years ahead, and over all (0).

    Columns: series, ahead, n, naive, ratio (the people of the forecast), given (those that came),
    goal (where there is one).
    """
    apart = given_people(cells, options).set_index(["series", "origin", "target"])["crps"]
    rows = []
    for series in SPENDING:
        mine = cells[cells["series"] == series]
        naive = best_naive(mine)
        table = mine.pivot_table(
            index=["origin", "target", "ahead"], columns="forecaster", values="crps"
        )[["program", naive]].dropna()
        table["given"] = [apart[series, origin, target] for origin, target, _ in table.index]
        ahead = table.index.get_level_values("ahead")
        for years in (*sorted(set(ahead)), 0):
            chosen = table if years == 0 else table[ahead == years]
            program, given, other = (
                float(chosen[name].sum()) for name in ("program", "given", naive)
            )
            rows.append(
                {
                    "series": series,
                    "ahead": int(years),
                    "n": len(chosen),
                    "naive": naive,
                    "ratio": program / other,
                    "given": given / other,
                    "goal": GOALS.get(series) if years == 0 else None,
                }
            )
    return pd.DataFrame(rows)

"""By what a run is known in a list, and what it rests on: a few numbers, and names of sources."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..report.overview import YEAR
from ..report.run_tables import headline_rows
from ..scenario import Scenario
from ..scenario.listing import by_source


def headline(budget: pd.DataFrame, scenario: Scenario) -> dict[str, Any] | None:
    """The gap of 2027, or of the last year before it with a budget: median and 80 % band [EUR].

    In the scenario's own headline: its vintage, price level and price basis. None where no year
    of the run has a budget.
    """
    rows = headline_rows(budget, scenario)
    held = rows[rows["budget"].notna() & (rows["year"] <= YEAR)]
    if held.empty:
        return None
    row = held.iloc[-1]
    told = {name: float(row[f"gap_{name}"]) for name in ("p10", "p50", "p90")}
    return {"year": int(row["year"]), "vintage": scenario.budget.headline, **told}


def sources_of(*scenarios: Scenario) -> dict[str, str]:
    """Titles of the sources that scenarios cite or declare, by their key."""
    found = {one.name: str(one.card.get("title", "")) for s in scenarios for one in by_source(s)}
    return dict(sorted(found.items()))

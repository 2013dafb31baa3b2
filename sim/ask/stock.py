"""How many fixed regular places cost least."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..decide.stock import REFERENCE
from ..decide.stock import stock as sought
from ..report import stock as report
from ..report.labels import Language
from ..run.study import Study
from ..scenario import Loaded
from ..trial import Settings
from .defaults import STOCK_HIGH, STOCK_LOW, STOCK_POINTS, STOCK_REACHED
from .finding import Finding, Watch
from .words import refuse


def stock(
    one: Loaded,
    settings: Settings,
    workers: int,
    watch: Watch,
    low: int = STOCK_LOW,
    high: int = STOCK_HIGH,
    points: int = STOCK_POINTS,
    reached: int = STOCK_REACHED,
) -> Finding:
    """The cost of reception at a number of fixed stocks, and the one that is expected cheapest.

    Raises ``ScenarioError`` if the planned stock lies outside the range.
    """
    if not low < REFERENCE < high:
        refuse("--low, --high", f"{low:,} to {high:,} leaves out the planned {REFERENCE:,}",
               f"take a range around it, as in {STOCK_LOW} and {STOCK_HIGH}")  # fmt: skip
    levels = [float(round(level)) for level in np.linspace(low, high, points)]
    with watch("stock", settings.replications * (points + 2)) as tell:
        found = sought(one.scenario, levels, settings, reached, workers, tell)

    def told(lang: Language) -> list[Any]:
        return [report.table(found, one.scenario, lang), *report.sentences(found, settings, lang)]

    study = Study(
        "stock",
        one.name,
        {"levels": levels, "reached": reached},
        {one.name: one.scenario},
        settings,
        {"stock": report.frame(found), "best": report.best_frame(found)},
    )
    return Finding(study, f"stock-{one.name}"[:120], one.inputs, told)

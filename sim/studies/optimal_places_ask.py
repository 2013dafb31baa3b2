"""How many fixed regular places cost least."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import usage_error
from ..report.i18n import Language
from ..results.experiment import Settings
from ..runs.study_folder import Study
from ..scenario import Loaded
from . import optimal_places_text as report
from .base import StudyResult, Watch
from .defaults import STOCK_HIGH, STOCK_LOW, STOCK_POINTS, STOCK_REACHED
from .optimal_places import REFERENCE
from .optimal_places import stock as sought


def stock(
    one: Loaded,
    settings: Settings,
    workers: int,
    watch: Watch,
    low: int = STOCK_LOW,
    high: int = STOCK_HIGH,
    points: int = STOCK_POINTS,
    reached: int = STOCK_REACHED,
) -> StudyResult:
    """The cost of reception at a number of fixed stocks, and the one that is expected cheapest.

    Raises ``ScenarioError`` if the planned stock lies outside the range.
    """
    if not low < REFERENCE < high:
        usage_error("--low, --high", f"{low:,} to {high:,} leaves out the planned {REFERENCE:,}",
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
    return StudyResult(study, f"stock-{one.name}"[:120], one.inputs, told)

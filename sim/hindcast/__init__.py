"""The program held against the past: what was known when, hindcasts, scores, and the fit.

``figures`` holds what was observed and forecast, and who could know it on a day; ``rates`` what
follows from it; ``origin`` puts the program on a day; ``score`` holds it against what came;
``process`` chooses the process of inflow; ``calibrate`` fits what no source gives.
"""

from .calibration import Fit, fit, patch, silent, unidentifiable
from .inflow_models import table as process_table
from .observations import Forecast, Knowledge, actual, forecasts, knowledge, observed
from .scenario import later_knowledge, scenario_at
from .scoring import (
    NAIVE,
    SERIES,
    Coverage,
    Options,
    all_cells,
    as_csv,
    beaten_by_naive,
    coverage,
    decided,
    kept,
    official_cells,
    official_origins,
    origins,
    summary,
)

__all__ = [
    "NAIVE",
    "SERIES",
    "Coverage",
    "Fit",
    "Forecast",
    "Knowledge",
    "Options",
    "actual",
    "all_cells",
    "as_csv",
    "beaten_by_naive",
    "coverage",
    "decided",
    "fit",
    "forecasts",
    "kept",
    "knowledge",
    "later_knowledge",
    "observed",
    "official_cells",
    "official_origins",
    "origins",
    "patch",
    "process_table",
    "scenario_at",
    "silent",
    "summary",
    "unidentifiable",
]

"""Hindcasts: forecasts from past origin dates, compared with observations; and calibration.

``observations`` holds observed and forecast figures with their date of publication; ``estimates``
derives rates from them; ``scenario`` builds the scenario of an origin date; ``scoring`` compares
forecasts with observations; ``inflow_models`` compares processes of inflow; ``calibration`` fits
parameters that no source gives.
"""

from .calibration import Fit, fit, patch, silent, unidentifiable
from .inflow_models import table as process_table
from .observations import Forecast, Knowledge, actual, forecasts, knowledge, observed
from .scenario import later_knowledge, scenario_at
from .scoring import (
    NAIVE,
    SERIES,
    Coverage,
    HindcastOptions,
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
    "HindcastOptions",
    "Knowledge",
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

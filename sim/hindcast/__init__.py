"""Hindcasts: forecasts from past origin dates, compared with observations; and calibration.

``observations`` holds observed figures with their date of publication, ``official`` official
forecasts; ``observed_cells`` reads from a run what a figure is of; ``estimates`` derives rates from
the figures; ``scenario`` builds the scenario of an origin date; ``scoring`` compares forecasts with
observations; ``inflow_models`` compares processes of inflow on ``inflow_history``,
``inflow_posterior`` fits the chosen one, and ``inflow_start`` compares rules for its start;
``composition`` measures how shares of nationalities move; ``calibration`` fits parameters that no
source gives.
"""

import lazy_loader

# Names and their modules are listed in __init__.pyi; a module is imported on first use, since the
# charts of a run read observations only, and the other modules import scipy.stats and .optimize.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""The sources of uncertainty that a simulation can include or leave out."""

from __future__ import annotations

from typing import Literal, get_args

Uncertainty = Literal["parameters", "inflow", "process"]
UNCERTAINTIES: tuple[Uncertainty, ...] = get_args(Uncertainty)
"""Parameters with a distribution, the path of inflow, and process noise from day to day."""
FORMER_NAMES: dict[str, Uncertainty] = {"luck": "process"}
"""Names in files of version 0.1, which are still read."""

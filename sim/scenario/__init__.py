"""The scenario: its grammar, and how a file becomes one."""

from .grammar import FIRST_BUDGET_YEAR, OLDEST, REGULAR, CostLevel, Group, Hold, Scenario, Vintage
from .load import dump, find, layers, load, patched, shipped, shipped_folder, source_keys
from .quantity import Quantity, Spread, quantities

__all__ = [
    "FIRST_BUDGET_YEAR",
    "OLDEST",
    "REGULAR",
    "CostLevel",
    "Group",
    "Hold",
    "Quantity",
    "Scenario",
    "Spread",
    "Vintage",
    "dump",
    "find",
    "layers",
    "load",
    "patched",
    "quantities",
    "shipped",
    "shipped_folder",
    "source_keys",
]

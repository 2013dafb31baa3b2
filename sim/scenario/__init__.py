"""The scenario: its grammar, and how a file becomes one."""

from .budget_schema import CostLevel, Text, Vintage
from .catalogue import find, named_in_a_file, refuse_odd, shipped, shipped_folder
from .distribution import Spread
from .load import Loaded, dump, inputs_of, load, load_chain, patched, patched_by, source_keys
from .quantity import Quantity, quantities
from .schema import REGULAR, Group, Hold, Scenario
from .validate import FIRST_BUDGET_YEAR, LONGEST_YEARS, OLDEST

__all__ = [
    "FIRST_BUDGET_YEAR",
    "LONGEST_YEARS",
    "OLDEST",
    "REGULAR",
    "CostLevel",
    "Group",
    "Hold",
    "Loaded",
    "Quantity",
    "Scenario",
    "Spread",
    "Text",
    "Vintage",
    "dump",
    "find",
    "inputs_of",
    "load",
    "load_chain",
    "named_in_a_file",
    "patched",
    "patched_by",
    "quantities",
    "refuse_odd",
    "shipped",
    "shipped_folder",
    "source_keys",
]

"""Scenarios: their schema, and how a YAML file becomes a ``Scenario``."""

from .budget_schema import ADDENDS, LINE_NAMES, CostLevel, LineName, Text, Vintage
from .catalogue import (
    check_file_name,
    find,
    named_in_a_file,
    relative_name,
    shipped,
    shipped_folder,
)
from .distribution import Distribution
from .load import (
    Loaded,
    apply_patch,
    dump,
    inputs_of,
    load,
    load_chain,
    override,
    parse_chain,
    parse_chains,
    source_keys,
    write_resolved,
)
from .posterior import Posterior, write_draws
from .quantity import Quantity, path_of, quantities
from .schema import REGULAR, Group, Hold, Scenario
from .start import start_keys, start_values
from .validate import FIRST_BUDGET_YEAR, LONGEST_YEARS, OLDEST

__all__ = [
    "ADDENDS",
    "FIRST_BUDGET_YEAR",
    "LINE_NAMES",
    "LONGEST_YEARS",
    "OLDEST",
    "REGULAR",
    "CostLevel",
    "Distribution",
    "Group",
    "Hold",
    "LineName",
    "Loaded",
    "Posterior",
    "Quantity",
    "Scenario",
    "Text",
    "Vintage",
    "apply_patch",
    "check_file_name",
    "dump",
    "find",
    "inputs_of",
    "load",
    "load_chain",
    "named_in_a_file",
    "override",
    "parse_chain",
    "parse_chains",
    "path_of",
    "quantities",
    "relative_name",
    "shipped",
    "shipped_folder",
    "source_keys",
    "start_keys",
    "start_values",
    "write_draws",
    "write_resolved",
]

"""Units of the columns of the tables of studies.

A column has the same unit in every row, or its rows have a column ``unit``. A lever of a search for
a plan has a column of its own, in the unit of its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..results.plan_outcomes import OUTCOMES

EURO, CHANCE, SHARE, NUMBER = "EUR", "probability", "share", "number"
"""``number`` is that of what is counted or numbered, as replications."""
A_NIGHT = "EUR/person-night"
UNITS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("explanation", "effects"): {
        **dict.fromkeys(("effect", "alone", "last", "mean", "p10", "p90"), EURO),
        "p_positive": CHANCE,
    },
    ("explanation", "cells"): {"value": EURO},
    ("comparison", "differences"): {"p_positive": CHANCE, "variance_ratio": "factor"},
    ("comparison", "monthly"): {"p_positive": CHANCE, "variance_ratio": "factor"},
    ("stock", "stock"): {"regular_places": "places", "p_more": CHANCE},
    ("stock", "best"): {"places": "places", "under_eur": EURO, "over_eur": EURO, "chance": CHANCE},
    ("sensitivity", "whole"): {"mean": EURO, "sd": EURO},
    ("sensitivity", "tornado"): {"low": EURO, "high": EURO},
    ("plan_comparison", "ranges"): {"low": A_NIGHT, "high": A_NIGHT},
    ("plan_comparison", "sweep"): {"lambda": A_NIGHT},
    ("plan_comparison", "futures"): {"replication": NUMBER},
    ("plan_search", "plans"): {"beyond": SHARE},
    ("plan_search", "tried"): {"number": NUMBER},
    ("plan_search", "levers"): {"values": NUMBER},
    ("plan_value", "whole"): {},
    ("plan_value", "values"): {"columns": NUMBER},
    ("plan_value", "choices"): {"quantile": CHANCE, "share": SHARE, "budget": EURO},
    ("plan_value", "budgets"): dict.fromkeys(("amount", "unspent_mean", "short_mean"), EURO),
}
"""Units of columns of the tables of studies: by kind, table and column."""
OF_PLANS: Mapping[str, str] = {
    **OUTCOMES,
    **dict.fromkeys(("loss", "regret", "above_best", "more_cost"), EURO),
    **dict.fromkeys(("evpi", "value", "noise"), EURO),
    **dict.fromkeys(("p_short", "more_short", "shortage", "p_best", "p_regret"), CHANCE),
    **dict.fromkeys(("p_enough", "p_acts"), CHANCE),
    "weeks": "weeks",
    "nights_worst_share": SHARE,
    "fewer_nights": "person-nights",
}
"""Units in all tables of studies of plans: of the column, and of those that begin so, as
``cost_mean_low``; the longest beginning holds."""
KINDS_OF_PLANS = ("plan_comparison", "plan_search", "plan_value")
OWN_UNIT = "unit"
"""Column of a table whose numbers have a unit by row."""


def units_of(
    kind: str, table: str, columns: Iterable[str], levers: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the unit of each column that has one; ``levers`` are units of keys that are columns.

    >>> units_of("plan_comparison", "sweep", ["lambda", "plan", "loss_mean"])
    {'lambda': 'EUR/person-night', 'loss_mean': 'EUR'}
    """
    known = {**UNITS.get((kind, table), {}), **(levers or {})}
    of_plans = OF_PLANS if kind in KINDS_OF_PLANS else {}
    found = {column: known.get(column) or _by_beginning(column, of_plans) for column in columns}
    return {column: unit for column, unit in found.items() if unit}


def _by_beginning(column: str, units: Mapping[str, str]) -> str | None:
    """Return the unit of the longest name with which a column begins; None without one."""
    names = [name for name in units if f"{column}_".startswith(f"{name}_")]
    return units[max(names, key=len)] if names else None

"""Series that can be observed: what each counts, in what unit, and how exact a figure of it is.

The names are those of ``monthly.csv``; ``spending`` has the budget lines. Definitions are on the
page docs/reference/observations.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

from ..results.budget import BY_NAME

Statistic = Literal["sum", "mean", "end"]
STATISTICS: tuple[Statistic, ...] = get_args(Statistic)
OF_FLOW: tuple[Statistic, ...] = ("sum",)
OF_STOCK: tuple[Statistic, ...] = ("mean", "end")

FLOW_ERROR, STOCK_ERROR, SPENDING_ERROR = 0.02, 0.01, 0.02
"""Relative standard errors where no figure gives one: assumptions.

Flows: CBS rounds quarters to 10, and two publications of one year's applications differ by 1 to 3%
in the usual year. Stocks: they are counted on a day, but the day and the counting rule differ
between publications by up to 1%. Spending: accounts are exact, what falls in a year and under a
line is not; COA's own words are rounded to 1 or 2%.
"""


@dataclass(frozen=True)
class Series:
    """A series that can be observed."""

    unit: str
    statistics: tuple[Statistic, ...]
    error: float
    """Relative standard error of a figure that states none."""
    parts: tuple[str, ...] = ()
    """Breakdowns beside the total; one that ends in a colon begins the names of a scenario."""
    least: float = 0.0
    """Lowest value that a figure can have."""


def _flow(*parts: str, unit: str = "persons", error: float = FLOW_ERROR) -> Series:
    return Series(unit, OF_FLOW, error, parts)


def _stock(*parts: str, unit: str = "persons", least: float = 0.0) -> Series:
    return Series(unit, OF_STOCK, STOCK_ERROR, parts, least)


OBSERVABLE: Mapping[str, Series] = {
    "inflow": _flow("group:", "kind:first", "kind:repeat", "kind:family", "kind:resettled"),
    "family_arrivals": _flow("kind:seven_nationalities"),
    "family_decisions": _flow(unit="decisions"),
    "other_intake": _flow(),
    "received": _flow(),
    "decisions": _flow(
        "kind:granted", "kind:rejected", "kind:closed", "kind:repeat", "kind:first",
        unit="decisions",
    ),
    "housed": _flow("kind:from_reception", "kind:from_transit"),
    "departed": _flow("kind:supervised", "kind:during_procedure"),
    "target": _flow(),
    "spending": _flow(
        *(f"line:{name}" for name in BY_NAME), *(f"line:{name}_cash" for name in BY_NAME),
        "line:article_37",
        unit="EUR", error=SPENDING_ERROR,
    ),
    "occupancy": _stock(
        "place:", "kind:asylum_seekers", "kind:status_holders", "kind:minors",
        "kind:unaccompanied_minors",
    ),
    "places": _stock("place:", unit="places"),
    "need": _stock(unit="places"),
    "shortage": _stock(),
    "places_short": _stock(unit="places"),
    "pending": _stock("group:", "kind:all", "kind:track4", "kind:other", unit="cases"),
    "in_appeal": _stock(),
    "rejected": _stock(),
    "accompanying": _stock(),
    "family_pending": _stock(),
    "transit": _stock(),
    "guardianship": _stock(),
    "municipal_arrears": _stock(least=-inf),
}  # fmt: skip

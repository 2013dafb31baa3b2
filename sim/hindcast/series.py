"""Series that can be observed: what each counts, in what unit, and how exact a figure of it is.

The names are those of ``monthly.csv``; ``spending`` has the budget lines. Definitions are on the
page docs/reference/observations.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Statistic = Literal["sum", "mean", "end"]
STATISTICS: tuple[Statistic, ...] = get_args(Statistic)
OF_FLOW: tuple[Statistic, ...] = ("sum",)
OF_STOCK: tuple[Statistic, ...] = ("mean", "end")

FLOW_ERROR, STOCK_ERROR, SPENDING_ERROR = 0.02, 0.01, 0.02
"""Relative standard errors where no figure gives one: assumptions.

Flows: CBS rounds quarters to 10, and two publications of one year's applications differ by 1 to 3 %
in the usual year. Stocks: they are counted on a day, but the day and the counting rule differ
between publications by up to 1 %. Spending: accounts are exact, what falls in a year and under a
line is not; COA's own words are rounded to 1 or 2 %.
"""


@dataclass(frozen=True)
class Series:
    """A series that can be observed."""

    unit: str
    statistics: tuple[Statistic, ...]
    error: float
    """Relative standard error of a figure that states none."""


def _flow(unit: str = "persons", error: float = FLOW_ERROR) -> Series:
    return Series(unit, OF_FLOW, error)


def _stock(unit: str = "persons", error: float = STOCK_ERROR) -> Series:
    return Series(unit, OF_STOCK, error)


OBSERVABLE: Mapping[str, Series] = {
    "inflow": _flow(),
    "family_arrivals": _flow(),
    "family_decisions": _flow("decisions"),
    "other_intake": _flow(),
    "received": _flow(),
    "decisions": _flow("decisions"),
    "housed": _flow(),
    "departed": _flow(),
    "target": _flow(),
    "spending": _flow("EUR", SPENDING_ERROR),
    "occupancy": _stock(),
    "places": _stock("places"),
    "need": _stock("places"),
    "shortage": _stock(),
    "places_short": _stock("places"),
    "pending": _stock("cases"),
    "in_appeal": _stock(),
    "rejected": _stock(),
    "accompanying": _stock(),
    "family_pending": _stock(),
    "transit": _stock(),
    "guardianship": _stock(),
    "municipal_arrears": _stock(),
}

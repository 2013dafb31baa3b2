"""Costs as the cash that is paid: advances follow a year's cost, the rest settles a year later."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np

from ..model.prices import Prices
from ..model.sampling import Floats
from ..scenario import CostLevel
from .budget import BY_NAME, Costs, Timing, addends


def as_cash(prices: Prices, costs_: Costs, timing: Timing) -> Costs:
    """Costs as cost, or as cash: advances follow a year's cost, the rest settles a year later.

    The year before the first is 2024 as known (at each cost level), where the run starts in 2025;
    for lines without a known 2024, and for other starts, the first year stands for it.
    """
    if timing == "cost":
        return costs_
    advance = prices.number(prices.scenario.prices.advance_share)
    cash: Costs = {}
    for (level, line), cost in costs_.items():
        first = np.broadcast_to(_cost_before(prices, costs_, level, line), cost[:1].shape)
        previous = np.concatenate([first, cost[:-1]])
        cash[level, line] = advance * cost + (1 - advance) * previous
    return cash


def _cost_before(prices: Prices, costs_: Costs, level: CostLevel, line: str) -> Floats:
    """Cost of the year before the first: as known, the sum of its parts, or that of the first."""
    known = BY_NAME[line].cost_2024
    if known is not None and prices.scenario.start.year == 2025:
        return known(prices, level)
    parts = addends(line)
    if not parts:
        return costs_[level, line][:1]
    return reduce(add, (_cost_before(prices, costs_, level, part) for part in parts))

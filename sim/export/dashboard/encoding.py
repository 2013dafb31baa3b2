"""Encode numbers for the page: integers of a small unit, as differences, each block once.

The page rounds for display as the reports do. Rounding twice can differ from rounding once:
81,050.4 is 81,100 people in a report, but 81,050 is 81,000. Such a number is changed by one small
unit, so that the page shows what a report shows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Block = npt.NDArray[np.float64]
"""Numbers of a series: a row per statistic, a column per point in time; NaN where missing."""
HUNDREDS_FROM = 1000
HUNDRED = 100


@dataclass(frozen=True)
class Rounding:
    """How numbers of a unit are stored and shown.

    ``per`` stored units make one unit that is shown, with so many ``decimals``. A number of the
    tables times ``times`` and divided by ``over`` is in the unit shown (per cent, million euros).
    From a thousand up, ``hundreds`` shows hundreds only.
    """

    per: int
    decimals: int
    hundreds: bool = False
    times: float = 1.0
    over: float = 1.0

    def seen(self, value: float) -> float:
        """Return a number of the tables in the unit that is shown."""
        return value * self.times / self.over


PEOPLE = Rounding(1, 0, hundreds=True)
MONTHS = Rounding(100, 1)
PERCENT = Rounding(10, 0, times=100.0)
MILLIONS = Rounding(10, 0, over=1e6)


def reported(value: float, rounding: Rounding) -> float:
    """Return the number that a report shows for a value of a table, in the unit shown."""
    value = rounding.seen(value)
    if rounding.hundreds and abs(value) >= HUNDREDS_FROM:
        return float(round(value, -2))
    return float(f"{value:.{rounding.decimals}f}")


def shown(stored: int, rounding: Rounding) -> float:
    """Return the number that the page shows for a stored one; ``numbers.js`` does the same."""
    step = rounding.per // int(10**rounding.decimals)
    if rounding.hundreds and abs(stored) >= HUNDREDS_FROM * rounding.per:
        step = HUNDRED * rounding.per
    whole: int = round(stored / step) * step
    return whole / rounding.per


def encode(value: float, rounding: Rounding) -> int | None:
    """Return a value of a table as the page stores it; None where it is missing."""
    if math.isnan(value):
        return None
    whole = round(rounding.seen(value) * rounding.per)
    wanted = reported(value, rounding)
    if shown(whole, rounding) == wanted:
        return whole
    return whole + (1 if wanted > shown(whole, rounding) else -1)


class Pool:
    """Blocks of numbers, each stored once; a series refers to one by its place in ``blocks``.

    A class, because the blocks added before decide the place of the next.
    """

    def __init__(self) -> None:
        self.blocks: list[list[int | None]] = []
        self._places: dict[tuple[int | None, ...], int] = {}

    def place(self, block: Block, rounding: Rounding) -> int:
        """Return the place of a block, and add the block if it is new."""
        line = differences([encode(float(value), rounding) for value in block.ravel()])
        place = self._places.setdefault(tuple(line), len(self.blocks))
        if place == len(self.blocks):
            self.blocks.append(line)
        return place


def differences(values: Sequence[int | None]) -> list[int | None]:
    """Return each number minus the last known one before it: small numbers are short."""
    last = 0
    numbers: list[int | None] = []
    for value in values:
        numbers.append(None if value is None else value - last)
        last = last if value is None else value
    return numbers


def cumulate(values: Sequence[int | None]) -> list[int | None]:
    """Return the numbers that ``differences`` was given."""
    last = 0
    numbers: list[int | None] = []
    for value in values:
        last = last if value is None else last + value
        numbers.append(None if value is None else last)
    return numbers


def rounding_json(rounding: Rounding) -> dict[str, Any]:
    """Return what the page must know of a rounding."""
    return {"per": rounding.per, "decimals": rounding.decimals, "hundreds": rounding.hundreds}

"""How numbers travel in the page: whole numbers of a small unit, as differences, each block once.

What a reader sees is rounded as the reports round. The page rounds what it was given, and rounding
twice can end elsewhere than rounding once: 81,050.4 is 81,100 people in a report, but 81,050 is
81,000. Such a number is moved by one of the small unit, so that the page shows what a report does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Block = npt.NDArray[np.float64]
"""Numbers of a series: a row a statistic, a column a point in time; NaN where there is none."""
HUNDREDS_FROM = 1000
HUNDRED = 100


@dataclass(frozen=True)
class Rounding:
    """How numbers of a unit are kept and shown.

    ``per`` is how many of the numbers kept make one that is shown, ``decimals`` how many are shown.
    A number of the tables ``times`` so much and ``over`` so much is in the unit shown (per cent,
    million euros). From a thousand up, ``hundreds`` shows hundreds only.
    """

    per: int
    decimals: int
    hundreds: bool = False
    times: float = 1.0
    over: float = 1.0

    def seen(self, value: float) -> float:
        """A number of the tables in the unit that is shown."""
        return value * self.times / self.over


PEOPLE = Rounding(1, 0, hundreds=True)
MONTHS = Rounding(100, 1)
PERCENT = Rounding(10, 0, times=100.0)
MILLIONS = Rounding(10, 0, over=1e6)


def reported(value: float, rounding: Rounding) -> float:
    """The number that a report shows for a value of a table, in the unit shown."""
    value = rounding.seen(value)
    if rounding.hundreds and abs(value) >= HUNDREDS_FROM:
        return float(round(value, -2))
    return float(f"{value:.{rounding.decimals}f}")


def shown(kept: int, rounding: Rounding) -> float:
    """The number that the page shows for one that is kept; ``numbers.js`` does the same."""
    step = rounding.per // int(10**rounding.decimals)
    if rounding.hundreds and abs(kept) >= HUNDREDS_FROM * rounding.per:
        step = HUNDRED * rounding.per
    whole: int = round(kept / step) * step
    return whole / rounding.per


def kept(value: float, rounding: Rounding) -> int | None:
    """A value of a table as the page keeps it; None where there is none."""
    if math.isnan(value):
        return None
    whole = round(rounding.seen(value) * rounding.per)
    wanted = reported(value, rounding)
    if shown(whole, rounding) == wanted:
        return whole
    return whole + (1 if wanted > shown(whole, rounding) else -1)


class Pool:
    """Blocks of numbers, each kept once however often it is said: by place in ``blocks``.

    A class, because what was said before decides the place of a block.
    """

    def __init__(self) -> None:
        self.blocks: list[list[int | None]] = []
        self._places: dict[tuple[int | None, ...], int] = {}

    def place(self, block: Block, rounding: Rounding) -> int:
        """The place of a block, put there if it is new."""
        line = differences([kept(float(value), rounding) for value in block.ravel()])
        found = self._places.setdefault(tuple(line), len(self.blocks))
        if found == len(self.blocks):
            self.blocks.append(line)
        return found


def differences(values: Sequence[int | None]) -> list[int | None]:
    """Each number less the one known before it: small numbers take little room."""
    last = 0
    found: list[int | None] = []
    for value in values:
        found.append(None if value is None else value - last)
        last = last if value is None else value
    return found


def undone(values: Sequence[int | None]) -> list[int | None]:
    """The numbers that ``differences`` was given."""
    last = 0
    found: list[int | None] = []
    for value in values:
        last = last if value is None else last + value
        found.append(None if value is None else last)
    return found


def as_told(rounding: Rounding) -> dict[str, Any]:
    """What the page must know of a rounding."""
    return {"per": rounding.per, "decimals": rounding.decimals, "hundreds": rounding.hundreds}

"""Numbers as they are written: rounded so far that another machine does not move their last digit.

Draws of numbers pass through ``exp``, ``log`` and ``pow``, which differ between processors and
libraries in their last bit: some 1e-16 of the value, up to 1e-6 euro in a cost of billions
(measured with all SIMD of numpy switched off: 0.3 % of costs move, by 1e-16; people do not move at
all). Whatever is rounded can still flip where it lies at just half a step; the chance of that is
the noise over the step. In whole euros that is 1e-6 a number, so one run in ten of a hundred
thousand numbers; in thousands of euros, as the budget itself counts, it is one in ten thousand.
What none of this covers: a draw that lies so near a limit that a whole person more comes of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..model.sampling import Floats

EUROS = -3
"""Decimals of an amount of money [EUR]: thousands."""
DECIMALS = {"share": 6, "months": 3}
"""Decimals by unit; of people, places, cases and decisions two."""
PEOPLE = 2
DIGITS = 7
"""Significant digits of the tables of studies, in which all kinds of numbers stand together."""
SMALLEST = 9
"""Decimals below which such a number is what a difference of large ones left over."""


def decimals_of(unit: str) -> int:
    """Decimals of a number that is no money."""
    return DECIMALS.get(unit, PEOPLE)


def rounded(values: Floats, decimals: int) -> Floats:
    """Rounded to decimals; no number is a negative zero."""
    found: Floats = np.round(values, decimals) + 0.0
    return found


def steady(values: Any) -> Floats:
    """Numbers of any size, to seven digits and at most nine decimals."""
    plain = np.asarray(values, dtype=np.float64)
    known = np.isfinite(plain) & (plain != 0)
    size = np.floor(np.log10(np.abs(plain, where=known, out=np.ones_like(plain))))
    step = (DIGITS - 1 - np.maximum(size, -SMALLEST - 1)).astype(np.int64)
    # Read, not raised to a power: that is one of the operations whose last bit moves.
    scale = np.array([float(f"1e{power}") for power in range(309)])[np.abs(step)]
    large = np.round(plain / scale) * scale
    small = np.round(plain * scale) / scale
    # Of a large number decimals would take away what is exact.
    small = np.where(size < 0, np.round(small, SMALLEST), small)
    found: Floats = np.where(known, np.where(step < 0, large, small), plain) + 0.0
    return found


def round_table(table: pd.DataFrame) -> pd.DataFrame:
    """A table with its numbers that are not whole made steady."""
    floats = [name for name in table.columns if pd.api.types.is_float_dtype(table[name])]
    return table.assign(**{name: steady(table[name]) for name in floats})

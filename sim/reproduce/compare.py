"""Two folders held against each other: file by file, byte by byte, and tables cell by cell."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

State = Literal["equal", "differs", "missing", "extra"]


@dataclass(frozen=True)
class CellDifferences:
    """How two tables of one shape differ: how many cells, the first of them, the largest number.

    ``row`` counts from 1 below the head; ``key`` are the words and whole numbers of that row,
    which tell it from others. ``largest`` and ``largest_in`` (a column) are of numbers.
    """

    count: int
    row: int
    key: str
    column: str
    before: str
    after: str
    largest: float
    largest_in: str


@dataclass(frozen=True)
class Alike:
    """A file in two folders; ``missing`` and ``extra`` are said of the second.

    ``cells`` tells how tables differ, ``shape`` that they have other rows or columns.
    """

    name: str
    state: State
    cells: CellDifferences | None = None
    shape: str = ""


def alike(before: Path, after: Path, names: Iterable[str]) -> list[Alike]:
    """Each file of two folders; what is in neither is left out."""
    found = []
    for name in sorted(set(names)):
        one, two = before / name, after / name
        if one.is_file() and two.is_file():
            found.append(_held(name, one.read_bytes(), two.read_bytes()))
        elif one.is_file() or two.is_file():
            found.append(Alike(name, "missing" if one.is_file() else "extra"))
    return found


def _held(name: str, before: bytes, after: bytes) -> Alike:
    if before == after:
        return Alike(name, "equal")
    one, two = _table(name, before), _table(name, after)
    if one is None or two is None:
        return Alike(name, "differs")
    if list(one.columns) != list(two.columns) or len(one) != len(two):
        sizes = (f"{len(each)} x {len(each.columns)}" for each in (one, two))
        return Alike(name, "differs", shape=" / ".join(sizes))
    return Alike(name, "differs", differing(one, two))


def _table(name: str, content: bytes) -> pd.DataFrame | None:
    """A file as a table, if it is one that can be read."""
    try:
        if name.endswith(".csv"):
            return pd.read_csv(io.BytesIO(content))
        if name.endswith(".parquet"):
            return pd.read_parquet(io.BytesIO(content))
    except (ValueError, OSError, pd.errors.ParserError):
        pass  # Then bytes are all that can be told of.
    return None


def differing(before: pd.DataFrame, after: pd.DataFrame) -> CellDifferences | None:
    """How two tables with the same columns and number of rows differ; None if they do not."""
    unlike = pd.DataFrame(
        {name: _unlike(before[name], after[name]) for name in before.columns}, dtype=bool
    ).to_numpy()
    if not unlike.any():
        return None
    row, column = (int(place) for place in np.argwhere(unlike)[0])
    name = str(before.columns[column])
    largest, largest_in = 0.0, ""
    for number in before.columns:
        if all(pd.api.types.is_numeric_dtype(one[number]) for one in (before, after)):
            apart = (after[number].astype(float) - before[number].astype(float)).abs().max()
            if apart > largest:
                largest, largest_in = float(apart), str(number)
    labels = [
        str(before[one].iloc[row])
        for one in before.columns
        if one != name and not pd.api.types.is_float_dtype(before[one])
    ]
    return CellDifferences(
        int(unlike.sum()),
        row + 1,
        ", ".join(labels),
        name,
        str(before[name].iloc[row]),
        str(after[name].iloc[row]),
        largest,
        largest_in,
    )


def _unlike(before: pd.Series, after: pd.Series) -> list[bool]:
    both_empty = (before.isna() & after.isna()).to_numpy(bool)
    equal = (before.astype(object).to_numpy() == after.astype(object).to_numpy()).astype(bool)
    return list(~(equal | both_empty))

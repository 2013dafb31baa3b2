"""Observed figures as tables: those of the product or of a file, and two files compared."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from ..hindcast.observations import Observation, differences, known_on, observed, read_observations
from .python_names import day_of_python

COLUMNS = [
    *("series", "breakdown", "period", "statistic", "value", "unit"),
    *("published", "source", "error", "note"),
]
FIGURE = ["series", "breakdown", "period", "statistic"]


def observations(file: str | Path | None = None, as_of: date | str | None = None) -> pd.DataFrame:
    """Return observed figures, one row each: those of a file, or those that the program carries.

    With ``as_of`` only what was published by that day counts, of each figure the last vintage by
    then. Raises ``ScenarioError`` with every mistake in the file.

    >>> import sim
    >>> found = sim.observations(as_of="2025-01-31").query("series == 'occupancy'")
    >>> found.query("breakdown == 'total'")["period"].iloc[-1]
    '2024-12-31'
    """
    every = observed() if file is None else read_observations(Path(file))
    day = day_of_python(as_of, "as_of")
    return _table(every if day is None else known_on(every, day))


def compare_observations(old: str | Path, new: str | Path) -> pd.DataFrame:
    """Return the figures that differ between two files, by their last vintages, one row each.

    ``what`` is "revised", "added" or "gone", ``old`` and ``new`` are the values. Raises
    ``ScenarioError`` with every mistake in a file.
    """
    found = differences(read_observations(Path(old)), read_observations(Path(new)))
    rows = [
        *(_row(one) | {"what": "revised", "old": was.value, "new": one.value}
          for was, one in found.revised),
        *(_row(one) | {"what": "added", "new": one.value} for one in found.added),
        *(_row(one) | {"what": "gone", "old": one.value} for one in found.gone),
    ]  # fmt: skip
    columns = ["what", *FIGURE, "old", "new"]
    return pd.DataFrame(rows, columns=columns).astype({"old": float, "new": float})


def _table(figures: Iterable[Observation]) -> pd.DataFrame:
    return pd.DataFrame([_row(one) for one in figures], columns=COLUMNS)


def _row(one: Observation) -> dict[str, Any]:
    """Return a figure by column, as a file has them."""
    return {name: getattr(one, name) for name in COLUMNS} | {"period": str(one.period)}

"""People in reception by type of place in past years (``sim/data/reception_by_type.csv``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd

from ..clock import days_in_year

TYPES = ("regular", "emergency", "other")
"""Regular places, emergency places of COA, and places outside COA."""


@dataclass(frozen=True)
class Split:
    """People in reception by type on a day, and the day from which that was known."""

    day: date
    people: tuple[float, ...]
    """By ``TYPES``."""
    published: date
    places: float | None
    """Contracted places of COA, where stated: those of regular and emergency together."""
    source: str


@cache
def splits() -> tuple[Split, ...]:
    """All splits of people by type, in order of time."""
    with (resources.files("sim") / "data" / "reception_by_type.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, comment="#")
    return tuple(
        Split(
            date.fromisoformat(row["period"]),
            tuple(float(row[name]) for name in TYPES),
            date.fromisoformat(row["published"]),
            None if np.isnan(row["places"]) else float(row["places"]),
            row["source"],
        )
        for row in table.to_dict("records")
    )


def mean_people(year: int, known: tuple[Split, ...] | None = None) -> dict[str, float]:
    """Mean people by type over the days of a year: on straight lines between the dated splits.

    Raises ``ValueError`` if the year does not lie between the first split and the last.
    """
    chosen = splits() if known is None else known
    first, last = date(year - 1, 12, 31), date(year, 12, 31)
    if not chosen or first < chosen[0].day or last > chosen[-1].day:
        raise ValueError(f"people by type are not known over the whole of {year}")
    days = [(first + timedelta(days=n)).toordinal() for n in range(days_in_year(year) + 1)]
    at = [split.day.toordinal() for split in chosen]
    return {
        name: float(np.mean(np.interp(days, at, [split.people[index] for split in chosen])))
        for index, name in enumerate(TYPES)
    }


def fill_2022() -> float:
    """Share of COA's contracted places that were filled in the middle of 2022."""
    stated = next(split for split in splits() if split.places is not None)
    assert stated.places is not None
    return (stated.people[0] + stated.people[1]) / stated.places

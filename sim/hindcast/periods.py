"""Periods of observations: a day, a month, a quarter or a year, as text and as dates."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from ..clock import parse_day

_FORM = re.compile(r"(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>\d\d))?", re.ASCII)
_LENGTHS = {1: "month", 3: "quarter", 12: "year"}


@dataclass(frozen=True, order=True)
class Period:
    """A day, a month, a quarter or a year, by its first and its last day."""

    first: date
    last: date

    @property
    def kind(self) -> str:
        """Return ``day``, ``month``, ``quarter`` or ``year``."""
        if self.first == self.last:
            return "day"
        return _LENGTHS[self.last.month - self.first.month + 1]

    @property
    def year(self) -> int:
        """Return the calendar year that the period is in."""
        return self.last.year

    def __str__(self) -> str:
        return {
            "year": f"{self.first:%Y}",
            "quarter": f"{self.first:%Y}-Q{(self.last.month + 2) // 3}",
            "month": f"{self.first:%Y-%m}",
            "day": f"{self.first}",
        }[self.kind]


def parse_period(text: str) -> Period:
    """Read a period: ``2024``, ``2024-Q3``, ``2024-05``, ``2024-05-31`` or ``31-5-2024``.

    Raises ``ValueError`` if the text is none.
    """
    day = parse_day(text)
    if day is not None:
        return Period(day, day)
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is no period")
    year = int(found["year"])
    if found["month"]:
        return months_of(year, int(found["month"]), 1)
    if found["quarter"]:
        return months_of(year, 3 * int(found["quarter"]) - 2, 3)
    return months_of(year, 1, 12)


def months_of(year: int, month: int, count: int) -> Period:
    """Return the period of some months of a year, from one month on."""
    last = month + count - 1
    return Period(date(year, month, 1), date(year, last, monthrange(year, last)[1]))


def year_of(year: int) -> Period:
    """Return the period of a calendar year."""
    return months_of(year, 1, 12)

"""The calendar of a run: dates outside the model, days since the start inside.

The model counts days from the start of the scenario (day 0). This module is the only place where
the two meet: it lays out the steps of a run, and says to which calendar month and year each
belongs.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from .errors import Message

StepLength = Literal["day", "week"]
DAYS_A_WEEK = 7
DAY_FORMS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII),
    re.compile(r"(?P<day>\d{1,2})-(?P<month>\d{1,2})-(?P<year>\d{4})", re.ASCII),
)
"""Forms in which a date is read: 2025-01-27 and 27-1-2025."""
_OTHER_FORM = re.compile(r"\d{1,4}([/.])\d{1,2}\1\d{1,4}", re.ASCII)
DAY_EXAMPLE = "as in 2026-01-31 or 31-1-2026"


class Period(NamedTuple):
    """A calendar month or year: its first day and its number of days."""

    first: date
    days: int

    @property
    def year(self) -> int:
        return self.first.year

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first + timedelta(days=self.days - 1)


@dataclass(frozen=True)
class Step:
    """One step of the clock.

    ``day`` [days since the start], ``days`` [days] its length, ``month`` the index of its
    calendar month in the run (0 for the month of the start).
    """

    index: int
    day: int
    days: int
    date: date
    month: int
    ends_month: bool


@dataclass(frozen=True)
class Clock:
    """The calendar of one run: from ``start`` to the end of the day ``until``."""

    start: date
    until: date
    step: StepLength = "day"

    @property
    def days(self) -> int:
        """Number of simulated days, both ends included [days]."""
        return (self.until - self.start).days + 1

    @property
    def months(self) -> int:
        """Number of calendar months touched, the first and the last possibly in part."""
        return month_number(self.until) - month_number(self.start) + 1

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(range(self.start.year, self.until.year + 1))

    def day_of(self, moment: date) -> int:
        """Days from the start to ``moment``; negative before it."""
        return (moment - self.start).days

    def date_of(self, day: int) -> date:
        return self.start + timedelta(days=day)

    def month_starts(self) -> list[int]:
        """Day on which each month of the run begins (0 for the first, in which the run starts)."""
        first = month_number(self.start)
        return [max(0, self.day_of(first_of_month(first + m))) for m in range(self.months)]

    def snapshot_dates(self) -> list[date]:
        """The start, then each month end; the last is the last simulated day.

        Where the first of these ends is that of the start itself, the opening is of the day before.
        """
        first = month_number(self.start)
        ends = [first_of_month(first + m + 1) - timedelta(days=1) for m in range(self.months)]
        ends = [min(end, self.until) for end in ends]
        return [min(self.start, ends[0] - timedelta(days=1)), *ends]

    def month_years(self) -> list[int]:
        """Calendar year of each month of the run."""
        first = month_number(self.start)
        return [first_of_month(first + m).year for m in range(self.months)]

    def steps(self) -> Iterator[Step]:
        """Steps in order. A weekly step never crosses a month end, so that months stay exact."""
        length = 1 if self.step == "day" else 7
        day = index = 0
        while day < self.days:
            today = self.date_of(day)
            left_in_month = calendar.monthrange(today.year, today.month)[1] - today.day + 1
            days = min(length, left_in_month, self.days - day)
            yield Step(
                index=index,
                day=day,
                days=days,
                date=today,
                month=month_number(today) - month_number(self.start),
                ends_month=days == left_in_month or day + days == self.days,
            )
            day += days
            index += 1


def parse_day(text: str) -> date | None:
    """Read a date: ``2025-01-27``, or ``27-1-2025`` (day, month, year); None if it is neither.

    Dashes only: 1/2/2025 is the first of February to some and the second of January to others.
    """
    found = next((match for form in DAY_FORMS if (match := form.fullmatch(text.strip()))), None)
    if found is None:
        return None
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def day_advice(text: str) -> str:
    """Return how to write the date that a text is meant to be."""
    if _OTHER_FORM.fullmatch(text.strip()):
        return Message(
            "'{given}' may be two days: write year-month-day or day-month-year with dashes, "
            "as in 2026-01-31 or 31-1-2026",
            given=text.strip(),
        )
    return DAY_EXAMPLE


def month_number(moment: date) -> int:
    """Months since year 0, so that differences count calendar months."""
    return moment.year * 12 + moment.month - 1


def days_in_year(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def years_of(years: Iterable[int]) -> tuple[Period, ...]:
    """Years as periods."""
    return tuple(Period(date(year, 1, 1), days_in_year(year)) for year in years)


def months_of(years: Iterable[int]) -> tuple[Period, ...]:
    """Return the twelve months of each year, in order."""
    return tuple(
        Period(date(year, month, 1), calendar.monthrange(year, month)[1])
        for year in years
        for month in range(1, 13)
    )


def first_of_month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)

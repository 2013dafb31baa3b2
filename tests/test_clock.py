"""Dates and steps."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.clock import DAY_EXAMPLE, Clock, StepLength, day_advice, parse_day


@given(
    start=st.dates(date(2023, 1, 1), date(2026, 1, 1)),
    length=st.integers(0, 500),
    step=st.sampled_from(["day", "week"]),
)
def test_steps_cover_every_day_once_and_never_cross_a_month(
    start: date, length: int, step: StepLength
) -> None:
    clock = Clock(start, start + timedelta(days=length), step)
    days: list[date] = []
    for part in clock.steps():
        covered = [part.date + timedelta(days=d) for d in range(part.days)]
        assert len({(day.year, day.month) for day in covered}) == 1
        assert part.ends_month == ((covered[-1] + timedelta(days=1)).day == 1) or (
            covered[-1] == clock.until
        )
        days += covered
    assert days == [start + timedelta(days=d) for d in range(length + 1)]


def test_snapshots_are_the_start_each_month_end_and_the_last_day() -> None:
    clock = Clock(date(2025, 1, 27), date(2025, 3, 15))
    assert clock.snapshot_dates() == [
        date(2025, 1, 27),
        date(2025, 1, 31),
        date(2025, 2, 28),
        date(2025, 3, 15),
    ]
    assert clock.month_starts() == [0, 5, 33]


@pytest.mark.parametrize("until", [date(2025, 1, 31), date(2025, 3, 1)])
def test_a_start_at_a_months_end_is_dated_the_day_before(until: date) -> None:
    """So that no day has two rows: the opening, and the end of that very day."""
    dates = Clock(date(2025, 1, 31), until).snapshot_dates()
    assert dates[:2] == [date(2025, 1, 30), date(2025, 1, 31)]
    assert dates[-1] == until


@pytest.mark.parametrize(("step", "count"), [("day", 31), ("week", 5)])
def test_a_month_of_31_days_has_31_daily_or_5_weekly_steps(step: StepLength, count: int) -> None:
    assert len(list(Clock(date(2025, 1, 1), date(2025, 1, 31), step).steps())) == count


@given(day=st.dates(date(1000, 1, 1)))
def test_a_date_is_read_in_both_forms_with_and_without_zeros(day: date) -> None:
    """Year-month-day and day-month-year give the same day."""
    year, month, number = day.year, day.month, day.day
    for text in (
        day.isoformat(),
        f"{year}-{month}-{number}",
        f"{number}-{month}-{year}",
        f" {number:02}-{month:02}-{year} ",
    ):
        assert parse_day(text) == day


@pytest.mark.parametrize(
    "text",
    ["1/2/2025", "1.2.2025", "27-1-25", "30-2-2025", "2025-13-01", "2025", "1-2025", "soon", ""],
)
def test_what_may_be_another_day_is_none(text: str) -> None:
    """Only dashes with a year of four digits at one end are a date."""
    assert parse_day(text) is None


def test_advice_on_a_date_with_slashes_says_that_it_may_be_two_days() -> None:
    assert "'1/2/2025' may be two days" in day_advice("1/2/2025")
    assert day_advice("soon") == DAY_EXAMPLE

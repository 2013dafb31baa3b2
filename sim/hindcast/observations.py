"""Observed and forecast figures, and which of them were published by a date.

A hindcast reads figures through ``Knowledge`` only: asking for a figure published after the
origin date is an error.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from ..errors import ModelError


@dataclass(frozen=True)
class Observation:
    """One observed figure: of a year, a quarter or a day (``period``: its last day)."""

    series: str
    period: date
    value: float
    published: date
    source: str
    note: str


@dataclass(frozen=True)
class Forecast:
    """One official forecast of what a series would be at ``target``.

    ``realised`` is the outcome by the forecast's own definition, where that differs from the
    observed series.
    """

    series: str
    edition: str
    published: date
    target: date
    central: float
    low: float | None
    high: float | None
    realised: float | None
    source: str
    note: str


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Rows of a table in ``sim/data``; lines that begin with # are comments."""
    text = (resources.files("sim") / "data" / name).read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    yield from csv.DictReader(lines)


@cache
def observed(table: str = "observed.csv") -> tuple[Observation, ...]:
    """All observed figures of a table in ``sim/data``."""
    return tuple(
        Observation(
            row["series"],
            date.fromisoformat(row["period"]),
            float(row["value"]),
            date.fromisoformat(row["published"]),
            row["source"],
            row["note"],
        )
        for row in rows_of(table)
    )


@cache
def forecasts() -> tuple[Forecast, ...]:
    """All official forecasts of ``sim/data/forecasts.csv``."""

    def number(text: str) -> float | None:
        return float(text) if text else None

    return tuple(
        Forecast(
            row["series"],
            row["edition"],
            date.fromisoformat(row["published"]),
            date.fromisoformat(row["target"]),
            float(row["central"]),
            number(row["low"]),
            number(row["high"]),
            number(row["realised"]),
            row["source"],
            row["note"],
        )
        for row in rows_of("forecasts.csv")
    )


def actual(series: str, year: int) -> float | None:
    """Return the observed value of a series in a year, if there is one."""
    for figure in observed():
        if figure.series == series and figure.period == date(year, 12, 31):
            return figure.value
    return None


@dataclass(frozen=True)
class Knowledge:
    """Figures published by an origin date."""

    origin: date
    figures: tuple[Observation, ...]

    def yearly(self, series: str) -> dict[int, Observation]:
        """Figures of whole years (or year ends) known on the origin date, by year."""
        return {
            figure.period.year: figure
            for figure in self.figures
            if figure.series == series
            and figure.published <= self.origin
            and (figure.period.month, figure.period.day) == (12, 31)
        }

    def quarterly(self, series: str) -> dict[date, Observation]:
        """Figures of quarters known on the origin date, by their last day."""
        return {
            figure.period: figure
            for figure in self.figures
            if figure.series == series and figure.published <= self.origin
        }

    def figure(self, series: str, year: int) -> Observation:
        """Return a figure; raises ``ModelError`` if it is missing or published after the origin."""
        for figure in self.figures:
            if figure.series == series and figure.period == date(year, 12, 31):
                if figure.published > self.origin:
                    raise ModelError(
                        f"{series} of {year} came out on {figure.published}, after the origin date "
                        f"{self.origin}: a hindcast may not know it"
                    )
                return figure
        raise ModelError(f"{series} of {year} was not observed")

    def last(self, series: str) -> Observation:
        """The latest yearly figure known; raises ``ModelError`` if there is none."""
        known = self.yearly(series)
        if not known:
            raise ModelError(f"nothing of {series} was known on {self.origin}")
        return known[max(known)]


def knowledge(origin: date) -> Knowledge:
    """Return the figures known on a day."""
    return Knowledge(origin, observed())

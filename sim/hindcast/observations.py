"""Observed figures, and which of them were published by a date.

A hindcast reads figures through ``Knowledge`` only: asking for a figure published after the
origin date is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import cast

from ..errors import ModelError
from .data_files import text_of
from .observation_file import NOTE, checked_rows, read_text
from .periods import Period as Period
from .periods import parse_period as parse_period
from .periods import year_of
from .series import OBSERVABLE, Statistic


@dataclass(frozen=True)
class Observation:
    """One observed figure of a series, with the day on which it was published."""

    series: str
    """As in ``monthly.csv``: inflow, pending, occupancy."""
    breakdown: str
    """As in ``monthly.csv``: total, kind:first, place:regular."""
    period: Period
    statistic: Statistic
    """Of a flow the sum of the period; of a stock its mean, or the stock at the period's end."""
    value: float
    unit: str
    published: date
    source: str
    error: float
    """Relative standard error."""
    note: str = ""

    @property
    def name(self) -> str:
        """Series and breakdown as one word, as in a table: ``inflow|kind:first``."""
        return f"{self.series}|{self.breakdown}"

    @property
    def figure(self) -> tuple[str, Period | date, Statistic]:
        """What it is a figure of: the same in all its vintages.

        The stock at the end of a year is that of its last day.
        """
        of = self.period.last if self.statistic == "end" else self.period
        return self.name, of, self.statistic


def read_observations(path: Path) -> tuple[Observation, ...]:
    """Read a file of observations, such as a user's own.

    Raises ``ScenarioError`` with all mistakes, by line and column.
    """
    return parse_observations(read_text(path), str(path))


def parse_observations(text: str, name: str) -> tuple[Observation, ...]:
    """Read observations from the text of a file, whose name is used in messages."""
    return tuple(map(_observation, checked_rows(text, name)))


@cache
def observed(table: str = "observed.csv") -> tuple[Observation, ...]:
    """All observed figures of a table in ``sim/data``."""
    return parse_observations(text_of(table), table)


def _observation(row: Mapping[str, str]) -> Observation:
    return Observation(
        row["series"],
        row["breakdown"],
        parse_period(row["period"]),
        cast(Statistic, row["statistic"]),
        float(row["value"]),
        row["unit"],
        parse_period(row["published"]).last,
        row["source"],
        float(row["error"]) if row["error"] else OBSERVABLE[row["series"]].error,
        row.get(NOTE, ""),
    )


def known_on(observations: Iterable[Observation], as_of: date | None) -> tuple[Observation, ...]:
    """Return the figures published on or before a day; of each figure the last vintage by then.

    They keep their order. With no day all count as published.
    """
    last: dict[object, Observation] = {}
    for one in observations:
        if as_of is not None and one.published > as_of:
            continue
        before = last.get(one.figure)
        if before is None or before.published <= one.published:
            last[one.figure] = one
    return tuple(last.values())


@dataclass(frozen=True)
class Differences:
    """What differs between the last vintages of two files of figures."""

    revised: tuple[tuple[Observation, Observation], ...]
    """Figures in both with another value: as it was, as it is."""
    added: tuple[Observation, ...]
    gone: tuple[Observation, ...]


def differences(old: Iterable[Observation], new: Iterable[Observation]) -> Differences:
    """Compare the last vintage of every figure of two files, each in its own order."""
    before = {one.figure: one for one in known_on(old, None)}
    after = {one.figure: one for one in known_on(new, None)}
    return Differences(
        tuple(
            (before[key], one)
            for key, one in after.items()
            if key in before and before[key].value != one.value
        ),
        tuple(one for key, one in after.items() if key not in before),
        tuple(one for key, one in before.items() if key not in after),
    )


def actual(name: str, year: int) -> float | None:
    """Return the observed value of a year, or of its end, if there is one; its last vintage."""
    for figure in known_on(observed(), None):
        if figure.name == name and is_yearly(figure) and figure.period.year == year:
            return figure.value
    return None


def is_yearly(figure: Observation) -> bool:
    """Return whether a figure is of a whole year or of a year's end."""
    if figure.statistic == "end":
        return (figure.period.last.month, figure.period.last.day) == (12, 31)
    return figure.period == year_of(figure.period.year)


@dataclass(frozen=True)
class Knowledge:
    """Figures published by an origin date."""

    origin: date
    figures: tuple[Observation, ...]

    def yearly(self, name: str) -> dict[int, Observation]:
        """Figures of whole years (or year ends) known on the origin date, by year."""
        return {figure.period.year: figure for figure in self._known(name) if is_yearly(figure)}

    def quarterly(self, name: str) -> dict[date, Observation]:
        """Figures of quarters known on the origin date, by their last day."""
        return {
            figure.period.last: figure
            for figure in self._known(name)
            if figure.period.kind == "quarter"
        }

    def figure(self, name: str, year: int) -> Observation:
        """Return a figure; raises ``ModelError`` if it is missing or published after the origin."""
        known = self.yearly(name).get(year)
        if known is not None:
            return known
        for figure in self.figures:
            if figure.name == name and is_yearly(figure) and figure.period.year == year:
                raise ModelError(
                    f"{name} of {year} came out on {figure.published}, after the origin date "
                    f"{self.origin}: a hindcast may not know it"
                )
        raise ModelError(f"{name} of {year} was not observed")

    def last(self, name: str) -> Observation:
        """The latest yearly figure known; raises ``ModelError`` if there is none."""
        known = self.yearly(name)
        if not known:
            raise ModelError(f"nothing of {name} was known on {self.origin}")
        return known[max(known)]

    def _known(self, name: str) -> tuple[Observation, ...]:
        return known_on((one for one in self.figures if one.name == name), self.origin)


def knowledge(origin: date) -> Knowledge:
    """Return the figures known on a day."""
    return Knowledge(origin, observed())

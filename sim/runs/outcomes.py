"""Compare frozen forecasts with outcomes: errors, revisions and alarms by series."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ..clock import first_of_month, month_number
from ..errors import Message, usage_error
from ..hindcast.monitoring import (
    INTERVALS,
    Cusum,
    crps,
    cusum,
    is_within,
    normal_score,
    percentile,
    with_error,
)
from ..hindcast.observations import Observation, Period, known_on
from ..model.sampling import Floats
from .frozen import FrozenFigure, FrozenForecast


@dataclass(frozen=True)
class Outcome:
    """A figure that came, in the forecast of it."""

    forecast: FrozenForecast
    figure: FrozenFigure
    observation: Observation
    months_ahead: int
    percentile: float
    within_50: bool
    within_80: bool
    crps: float
    no_change: float
    """Error of the forecast that the last figure before would not change; NaN without one."""
    score: float
    """Normal score in the forecast of the figure as published, its own error included."""

    @property
    def came(self) -> float:
        return self.observation.value

    @property
    def was_published(self) -> bool:
        """Return whether the figure was known when the forecast was frozen."""
        return self.observation.published <= self.forecast.frozen_on


@dataclass(frozen=True)
class Revision:
    """How the forecast of one figure changed from a forecast to the next."""

    earlier: FrozenForecast
    later: FrozenForecast
    before: FrozenFigure
    after: FrozenFigure

    @property
    def change(self) -> float:
        return self.after.median - self.before.median

    @property
    def in_sd(self) -> float:
        """The change in standard deviations of the earlier forecast; NaN if it has none."""
        return self.change / self.before.sd if self.before.sd > 0 else float("nan")


@dataclass(frozen=True)
class Watched:
    """One-month-ahead errors of a series by month, as normal scores, and their CUSUM."""

    figure: FrozenFigure
    months: tuple[Period, ...]
    scores: Floats
    cusum: Cusum

    @property
    def alarms(self) -> tuple[tuple[Period, int], ...]:
        """Months with an alarm, and its direction: 1 if more came than forecast, -1 if less."""
        return tuple(
            (month, 1 if self.cusum.up[row] > self.cusum.down[row] else -1)
            for row, month in enumerate(self.months)
            if self.cusum.alarm[row]
        )

    @property
    def relative_sd(self) -> float:
        """Standard deviation of the last forecast one month ahead, as a share of its mean."""
        mean = abs(self.figure.mean)
        return self.figure.sd / mean if mean > 0 else float("nan")


@dataclass(frozen=True)
class FollowUp:
    """Forecasts in the order of their data, with all that became known of them."""

    as_of: date
    forecasts: tuple[FrozenForecast, ...]
    outcomes: tuple[Outcome, ...]
    revisions: tuple[Revision, ...]
    watched: tuple[Watched, ...]
    unmatched: tuple[Observation, ...]
    """Figures after the first forecast for which no forecast has a figure."""

    def outcomes_of(self, forecast: FrozenForecast) -> list[Outcome]:
        """Return the outcomes of one forecast."""
        return [one for one in self.outcomes if one.forecast.file == forecast.file]


def follow_up(
    forecasts: Sequence[FrozenForecast],
    observations: Iterable[Observation],
    as_of: date | None = None,
) -> FollowUp:
    """Compare forecasts with the figures published by a day, by default all of them.

    Left out are forecasts whose data go beyond that day. ``forecasts`` are in order, as
    ``read_forecasts`` gives them. Raises ``ScenarioError`` if no forecast is left.
    """
    known = known_on(observations, as_of)
    days = [*(one.published for one in known), *(one.data_as_of for one in forecasts)]
    as_of = as_of or max(days)
    kept = tuple(one for one in forecasts if one.data_as_of <= as_of)
    if not kept:
        what = "the data of every forecast go beyond this day"
        usage_error(
            str(as_of), what, Message("give a day from {day} on", day=forecasts[0].data_as_of)
        )
    outcomes = tuple(found for forecast in kept for found in _in_order(forecast, known))
    matched = {one.observation.figure for one in outcomes}
    first = kept[0].data_as_of
    unmatched = tuple(one for one in known if one.period.last > first and one.figure not in matched)
    return FollowUp(as_of, kept, outcomes, tuple(_revisions(kept)), _watched(outcomes), unmatched)


def _in_order(forecast: FrozenForecast, known: Sequence[Observation]) -> list[Outcome]:
    """Return the outcomes of a forecast, series by series in order of date."""
    series = list(dict.fromkeys(one.name for one in forecast.figures.values()))
    return sorted(
        _outcomes(forecast, known),
        key=lambda one: (series.index(one.figure.name), one.figure.period.last),
    )


def _outcomes(forecast: FrozenForecast, known: Sequence[Observation]) -> Iterator[Outcome]:
    for observation in known:
        figure = forecast.figures.get(observation.figure)
        if figure is None:
            continue
        came, quantiles = observation.value, figure.quantiles
        as_published = with_error(quantiles, figure.sd, observation.error * abs(came))
        within = [is_within(quantiles, came, low, high) for _, low, high in INTERVALS]
        yield Outcome(
            forecast,
            figure,
            observation,
            forecast.months_ahead(figure.period),
            percentile(quantiles, came),
            within[0],
            within[1],
            crps(quantiles, came),
            abs(_last_before(observation, known, forecast.data_as_of) - came),
            normal_score(as_published, came),
        )


def _last_before(of: Observation, known: Sequence[Observation], data_as_of: date) -> float:
    """Return the last figure of the same series and length of period by the date of the data.

    NaN if there is none. Of a stock any day counts; whenever it was published, so that the
    comparison favours "no change".
    """
    earlier = [
        one
        for one in known
        if (one.name, one.statistic) == (of.name, of.statistic)
        and one.period.last <= data_as_of
        and (of.statistic == "end" or one.period.kind == of.period.kind)
    ]
    return max(earlier, key=lambda one: one.period.last).value if earlier else float("nan")


def _revisions(forecasts: Sequence[FrozenForecast]) -> Iterator[Revision]:
    for earlier, later in pairwise(forecasts):
        for key, before in earlier.figures.items():
            if key in later.figures:
                yield Revision(earlier, later, before, later.figures[key])


def _watched(outcomes: Sequence[Outcome]) -> tuple[Watched, ...]:
    """Return the CUSUM of every series that has a figure one month ahead.

    Of several forecasts one month ahead of the same figure the first in order counts: a later one
    may have been chosen after the fact.
    """
    found: dict[tuple[str, str], dict[int, Outcome]] = {}
    for one in outcomes:
        if one.months_ahead == 1 and _is_monthly(one.figure):
            series = found.setdefault((one.figure.name, one.figure.statistic), {})
            series.setdefault(month_number(one.figure.period.last), one)
    return tuple(_of_series(by_month) for by_month in found.values())


def _is_monthly(figure: FrozenFigure) -> bool:
    return figure.period.kind == "month" or figure.statistic == "end"


def _of_series(by_month: dict[int, Outcome]) -> Watched:
    """Return the CUSUM over all months from the first to the last; NaN where there is no score."""
    numbers = range(min(by_month), max(by_month) + 1)
    scores = np.array([by_month[one].score if one in by_month else np.nan for one in numbers])
    months = tuple(_month(number) for number in numbers)
    return Watched(by_month[numbers[-1]].figure, months, scores, cusum(scores))


def _month(number: int) -> Period:
    last = date.fromordinal(first_of_month(number + 1).toordinal() - 1)
    return Period(first_of_month(number), last)


# -- As data frames ----------------------------------------------------------------------------


def outcomes_table(found: FollowUp) -> pd.DataFrame:
    """Return a row for each outcome of each forecast, in order of date."""
    return _table(
        found.outcomes,
        {
            "forecast": lambda one: one.forecast.file,
            "data_as_of": lambda one: one.forecast.data_as_of,
            "series": lambda one: one.figure.series,
            "breakdown": lambda one: one.figure.breakdown,
            "statistic": lambda one: one.figure.statistic,
            "period": lambda one: str(one.figure.period),
            "months_ahead": lambda one: one.months_ahead,
            "came": lambda one: one.came,
            "median": lambda one: one.figure.median,
            "p10": lambda one: one.figure.at(0.1),
            "p90": lambda one: one.figure.at(0.9),
            "percentile": lambda one: one.percentile,
            "within_50": lambda one: one.within_50,
            "within_80": lambda one: one.within_80,
            "crps": lambda one: one.crps,
            "no_change": lambda one: one.no_change,
            "published": lambda one: one.observation.published,
        },
    )


def revisions_table(found: FollowUp) -> pd.DataFrame:
    """Return a row for each figure that two consecutive forecasts have in common."""
    return _table(
        found.revisions,
        {
            "earlier": lambda one: one.earlier.file,
            "later": lambda one: one.later.file,
            "series": lambda one: one.after.series,
            "breakdown": lambda one: one.after.breakdown,
            "statistic": lambda one: one.after.statistic,
            "period": lambda one: str(one.after.period),
            "before": lambda one: one.before.median,
            "after": lambda one: one.after.median,
            "change": lambda one: one.change,
            "change_in_sd": lambda one: one.in_sd,
        },
    )


def alarms_table(found: FollowUp) -> pd.DataFrame:
    """Return a row for each watched series and month: normal score, CUSUM, and whether alarm."""
    months = [
        (one, row, str(month)) for one in found.watched for row, month in enumerate(one.months)
    ]
    return _table(
        months,
        {
            "series": lambda at: at[0].figure.series,
            "breakdown": lambda at: at[0].figure.breakdown,
            "month": lambda at: at[2],
            "score": lambda at: at[0].scores[at[1]],
            "up": lambda at: at[0].cusum.up[at[1]],
            "down": lambda at: at[0].cusum.down[at[1]],
            "alarm": lambda at: bool(at[0].cusum.alarm[at[1]]),
        },
    )


def _table(items: Sequence[Any], columns: Mapping[str, Callable[[Any], Any]]) -> pd.DataFrame:
    """Return a row for each item; without items a table that has its columns all the same."""
    return pd.DataFrame({name: [read(item) for item in items] for name, read in columns.items()})

"""Explain the miss of a forecast that was frozen, from its file and a file of observed figures."""

from __future__ import annotations

from pathlib import Path

from ..errors import Message, Problem, ScenarioError, usage_error
from ..hindcast.observations import read_observations
from ..hindcast.periods import parse_period
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Progress, settings_from_record
from ..runs.frozen import FrozenForecast, read_forecasts
from ..runs.frozen_scenario import scenario_of
from .miss import Miss, explain_miss, figure_on


def explain(
    file: Path,
    observed: Path,
    series: str,
    period: str,
    draws: Path | None = None,
    workers: Workers = ALL_CORES,
    progress: Progress | None = None,
) -> tuple[Miss, FrozenForecast]:
    """Divide the miss of a frozen forecast over its causes; return it with the forecast.

    ``file`` is a frozen forecast, or a folder of one.
    ``series`` and ``period`` are as a user types them. Raises ``ScenarioError`` if the forecast or
    the observed figures have no such figure.
    """
    try:
        when = parse_period(period)
    except ValueError:
        what = Message("'{period}' is no period", period=period)
        usage_error("--date", what, "as in 2025-12-31, 2025-12, 2025-Q4 or 2025")
    forecast, observations = _only_one(file), read_observations(observed)
    figure = figure_on(observations, series, when)
    frozen = forecast.figures.get(figure.figure)
    if frozen is None:
        known = [key for key in forecast.figures if key[0] == figure.name]
        what = Message(
            "the forecast has no {name} of {period}", name=figure.name, period=figure.period
        )
        advice = (
            Message("it has {count} figures of this series", count=len(known))
            if known
            else "take another series"
        )
        raise ScenarioError([Problem(str(file), what, advice)])
    settings = settings_from_record(forecast.record.options.model_dump(mode="json"))
    folder = file if file.is_dir() else file.parent
    with scenario_of(forecast, folder, draws) as scenario:
        found = explain_miss(
            scenario, settings, observations, figure, frozen.median, workers, progress
        )
    return found, forecast


def _only_one(path: Path) -> FrozenForecast:
    forecasts = read_forecasts(path)
    if len(forecasts) != 1:
        names = ", ".join(one.file for one in forecasts)
        raise ScenarioError(
            [Problem(str(path), "several forecasts", Message("give one of {names}", names=names))]
        )
    return forecasts[0]

"""Comparison of stochastic processes of yearly inflow, from which the baseline's was chosen.

Each candidate forecasts first applications one to six years ahead from the years known at an
origin. It starts from the last whole year and is fitted on the years known then, from 1985 on. An
origin is named by that last year: 1999 to 2023, known on 1 March of the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from ..model.sampling import Floats
from .inflow_history import PUBLISHED, history_known, logs_of, panel, spliced_history
from .inflow_posterior import posterior
from .scoring import crps

FIRST, LAST, AHEAD = 1999, 2023, 6
PANEL_FIRST = 2007
"""First origin of the panel: eight of its years are known."""
COLLAPSED = 2015
"""Origin of March 2016, left out in a table of its own: inflow had just collapsed."""
POINTS = 8_000
"""Points that stand for a forecast, so that it is scored like a sample."""
SEED = 1
KEPT, HALF_LIFE = 0.85, 8.0
"""Pull: part of the distance to the level kept in a year, and the years in which the weight of a
year in that level halves."""
PANEL_YEARS, PANEL_SD = 4, 0.40
"""Weight of the panel's residual in the pull's own, in years; and that residual while none is
known."""
BLOCK, RESAMPLES = 6, 20_000
"""Origins in a block of the bootstrap, and how often it is drawn."""
SETS = ("netherlands", "without_march_2016", "panel")
YEARS = np.arange(1, AHEAD + 1)
Forecast = Callable[[dict[int, float], float], Floats]


@dataclass(frozen=True)
class Process:
    """A candidate: how many numbers are fitted; its forecast, (year ahead, point) on the log."""

    name: str
    parameters: int
    forecast: Forecast


def _normal(mean: Floats, sd: Floats) -> Floats:
    quantiles = ndtri((np.arange(POINTS) + 0.5) / POINTS)
    points: Floats = np.asarray(mean)[:, None] + np.asarray(sd)[:, None] * quantiles
    return points


def random_walk(history: dict[int, float], _residual: float) -> Floats:
    """The last level holds, with disturbances as large as the known changes.

    A change over a gap of k years counts as one change of 1/√k its size.
    """
    years, logs = logs_of(history)
    sd = float(np.sqrt(np.mean(np.diff(logs) ** 2 / np.diff(years))))
    return _normal(np.full(AHEAD, logs[-1]), sd * np.sqrt(YEARS))


def mean_reverting(history: dict[int, float], _residual: float) -> Floats:
    """AR(1) around a level, with level, persistence and residual drawn from their posterior."""
    level, phi, residual = posterior(history).draw(POINTS, SEED)
    chance = np.random.default_rng(SEED)
    x = np.full(POINTS, logs_of(history)[1][-1])
    ahead = []
    for _ in range(AHEAD):
        x = level + phi * (x - level) + residual * chance.standard_normal(POINTS)
        ahead.append(x)
    return np.stack(ahead)


def kept_85(history: dict[int, float], residual: float) -> Floats:
    """A pull that keeps 85% of the distance a year to an exponentially weighted level.

    The level weighs the logs of the years known, half as much for each eight years of age. The
    residual is that of its own forecasts a year ahead, together with that of the panel.
    """
    years, logs = logs_of(history)
    own = _pull_misses(years, logs)
    variance = (PANEL_YEARS * residual**2 + (own**2).sum()) / (PANEL_YEARS + own.size)
    level = _weighted_level(years, logs)
    spread = np.sqrt(variance * np.cumsum(KEPT ** (2.0 * (YEARS - 1))))
    return _normal(level + (logs[-1] - level) * KEPT ** YEARS.astype(np.float64), spread)


def _weighted_level(years: Floats, logs: Floats) -> float:
    return float(np.average(logs, weights=0.5 ** ((years[-1] - years) / HALF_LIFE)))


def _pull_misses(years: Floats, logs: Floats) -> Floats:
    """Errors of the pull's forecasts of each year from the one before it, where both are known."""
    misses = []
    for known in range(2, len(years)):
        if years[known] == years[known - 1] + 1:
            level = _weighted_level(years[:known], logs[:known])
            misses.append(logs[known] - level - KEPT * (logs[known - 1] - level))
    return np.array(misses)


def history_mean(history: dict[int, float], _residual: float) -> Floats:
    """The mean of the years known, whatever the level now."""
    _, logs = logs_of(history)
    spread = logs.std(ddof=1) * np.sqrt(1 + 1 / logs.size)
    return _normal(np.full(AHEAD, logs.mean()), np.full(AHEAD, spread))


def _pool(*parts: Forecast) -> Forecast:
    """Equal pool of forecasts: their densities averaged."""
    return lambda history, residual: np.concatenate(
        [part(history, residual) for part in parts], axis=1
    )


PROCESSES = (
    Process("random_walk", 1, random_walk),
    Process("history", 2, history_mean),
    Process("kept_85", 2, kept_85),
    Process("mean_reverting", 3, mean_reverting),
    Process("pool_walk_ar", 4, _pool(random_walk, mean_reverting)),
    Process("pool_three", 6, _pool(random_walk, mean_reverting, history_mean)),
)


@dataclass(frozen=True)
class Scores:
    """Scores of a process: (country, origin, year ahead); not a number where none came out."""

    crps: Floats
    within: Floats
    """1 where the outcome lay in the 80% interval, 0 where not."""
    ratio: Floats
    """Log of P90 / P10."""


def panel_residual(years: int, leave_out: str = "") -> float:
    """Root mean square of the pull's misses in the panel, in its years to ``years``."""
    misses = []
    for country, history in panel().items():
        known = {year: value for year, value in history.items() if year <= years}
        if country != leave_out and len(known) > 2:
            misses.append(_pull_misses(*logs_of(known)))
    return float(np.sqrt(np.mean(np.concatenate(misses) ** 2))) if misses else PANEL_SD


def scores(process: Process, histories: dict[str, dict[int, float]], first: int) -> Scores:
    """Score a process on all origins of some countries; a country named "" is the Netherlands."""
    size = (len(histories), LAST - first + 1, AHEAD)
    found = Scores(np.full(size, np.nan), np.full(size, np.nan), np.full(size, np.nan))
    for place, (country, history) in enumerate(histories.items()):
        for origin in range(first, LAST + 1):
            known = {year: value for year, value in history.items() if year <= origin}
            if not country:
                known = history_known(date(origin + 1, *PUBLISHED))
            forecast = process.forecast(known, panel_residual(origin, country))
            low, high = np.quantile(forecast, [0.1, 0.9], axis=1)
            found.ratio[place, origin - first] = high - low
            for ahead in range(AHEAD):
                came = history.get(origin + ahead + 1)
                if came is not None:
                    at = place, origin - first, ahead
                    found.crps[at] = crps(np.exp(forecast[ahead]), came)
                    found.within[at] = low[ahead] <= np.log(came) <= high[ahead]
    return found


def loss(own: Floats, walk: Floats, times: Floats) -> Floats:
    """Mean over countries and years ahead of CRPS over that of the random walk: (resample,).

    CRPS is a mean over origins, each of which counts as often as a resample holds it (``times``).
    """
    ratio: Floats = (_mean(own, times) / _mean(walk, times)).mean(axis=(1, 2))
    return ratio


def _mean(values: Floats, times: Floats, kept: str = "rch") -> Floats:
    """Mean result over origins, and over each axis that is not ``kept``.

    Axes are resample (r), country (c) and year ahead (h).
    """
    there = np.isfinite(values).astype(np.float64)
    total = np.einsum(f"ro,coh->{kept}", times, np.nan_to_num(values), optimize=True)
    mean: Floats = total / np.einsum(f"ro,coh->{kept}", times, there, optimize=True)
    return mean


def resamples(origins: int) -> Floats:
    """How often each origin counts: (resample, origin), by a circular block bootstrap.

    The first resample is the data themselves. One in which no origin has an outcome six years
    ahead is left out.
    """
    chance = np.random.default_rng(SEED)
    starts = chance.integers(origins, size=(RESAMPLES, -(-origins // BLOCK)))
    drawn = (starts[:, :, None] + np.arange(BLOCK)) % origins
    drawn = drawn.reshape(RESAMPLES, -1)[:, :origins]
    times = np.stack([(drawn == origin).sum(axis=1) for origin in range(origins)], axis=1)
    far = times[:, : origins - AHEAD + 1].sum(axis=1) > 0
    return np.concatenate([np.ones((1, origins)), times[far].astype(np.float64)])


def process_table() -> pd.DataFrame:
    """Score all candidates on the Netherlands, without March 2016, and on the panel.

    Each with its loss, its difference from the best in a set, the standard error of that
    difference, CRPS by year ahead [persons a year], coverage with its 90% interval, and P90/P10.
    Marks the choice on the Netherlands.
    """
    home = {"": {year: value for year, (value, _) in spliced_history().items()}}
    netherlands = {each.name: scores(each, home, FIRST) for each in PROCESSES}
    kept = np.arange(FIRST, LAST + 1) != COLLAPSED
    without = {
        name: Scores(found.crps[:, kept], found.within[:, kept], found.ratio[:, kept])
        for name, found in netherlands.items()
    }
    abroad = {each.name: scores(each, panel(), PANEL_FIRST) for each in PROCESSES}
    rows: list[dict[str, Any]] = []
    for name, found in zip(SETS, (netherlands, without, abroad), strict=True):
        rows += _rows_of(name, found)
    chosen = choice([row for row in rows if row["data"] == SETS[0]])
    for row in rows:
        row["chosen"] = row["data"] == SETS[0] and row["process"] == chosen
    return pd.DataFrame(rows)


def _rows_of(name: str, found: dict[str, Scores]) -> list[dict[str, Any]]:
    walk = found["random_walk"].crps
    times = resamples(walk.shape[1])
    losses = {process: loss(each.crps, walk, times) for process, each in found.items()}
    best = min(losses, key=lambda process: float(losses[process][0]))
    table = []
    for process in PROCESSES:
        each = found[process.name]
        apart = losses[process.name] - losses[best]
        covered = _mean(each.within, times, "r")
        low, high = np.quantile(covered[1:], [0.05, 0.95])
        table.append(
            {
                "data": name,
                "process": process.name,
                "parameters": process.parameters,
                "loss": losses[process.name][0],
                "worse_than_best": apart[0],
                "standard_error": apart[1:].std(ddof=1),
                **dict(
                    zip((f"crps_{k}" for k in YEARS), np.nanmean(each.crps, (0, 1)), strict=True)
                ),
                "within_80": covered[0],
                "within_low": low,
                "within_high": high,
                "ratio_1": np.exp(each.ratio[..., 0].mean()),
                "ratio_6": np.exp(each.ratio[..., -1].mean()),
                "cells": int(np.isfinite(each.crps).sum()),
            }
        )
    return table


def choice(rows: list[dict[str, Any]]) -> str:
    """Choose the simplest process within one standard error of the best; ties go to the AR(1).

    A process whose 90% interval of coverage excludes 80% is out.
    """
    near = [
        row
        for row in rows
        if row["worse_than_best"] <= row["standard_error"]
        and row["within_low"] <= 0.80 <= row["within_high"]
    ]
    if not near:
        near = [min(rows, key=lambda row: float(row["loss"]))]
    chosen = min(near, key=lambda row: (row["parameters"], row["process"] != "mean_reverting"))
    return str(chosen["process"])

"""Comparison of stochastic processes of yearly inflow, from which the baseline's was chosen.

Each candidate forecasts first applications one to four years ahead from the history known on an
origin date, as a normal distribution on the log. Its parameters are fitted on the
years known then. The simplest within one standard error of the best CRPS is the choice.
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
from .estimates import inflow_path, values
from .observations import actual, knowledge
from .scoring import YEARS_AHEAD, crps, origins

Normal = tuple[Floats, Floats]
"""Mean and standard deviation of the log, by years ahead."""
POINTS = ndtri((np.arange(2_000) + 0.5) / 2_000)
"""Quantiles that represent a normal distribution, to score it like a sample."""
AHEAD = np.arange(1, YEARS_AHEAD + 1)
STARTS = ("half-year", "year")


@dataclass(frozen=True)
class Process:
    """A candidate process: its number of parameters and its forecast function."""

    name: str
    parameters: int
    forecast: Callable[[Floats, float], Normal]


def random_walk(logs: Floats, start: float) -> Normal:
    """Random walk: the level holds, with disturbances as large as the known changes."""
    sd = float(np.sqrt(np.mean(np.diff(logs) ** 2)))
    return np.full(AHEAD.size, start), sd * np.sqrt(AHEAD)


def with_drift(logs: Floats, start: float) -> Normal:
    """Random walk with the mean growth of all years known."""
    changes = np.diff(logs)
    sd = changes.std(ddof=1)
    return start + AHEAD * changes.mean(), sd * np.sqrt(AHEAD * (1 + AHEAD / changes.size))


def autoregression(logs: Floats) -> tuple[float, float, float]:
    """AR(1) of the logs by least squares: mean, the part that remains, residual."""
    past = np.stack([np.ones(logs.size - 1), logs[:-1]], axis=1)
    (constant, kept), *_ = np.linalg.lstsq(past, logs[1:], rcond=None)
    residual = logs[1:] - past @ np.array([constant, kept])
    kept = min(float(kept), 0.99)
    return float(constant) / (1 - kept), kept, float(residual.std(ddof=2))


def to_mean(logs: Floats, start: float) -> Normal:
    """AR(1): the level goes back to the mean of history."""
    mean, kept, residual = autoregression(logs)
    spread = residual * np.sqrt(np.cumsum(kept ** (2 * (AHEAD - 1))))
    level: Floats = mean + (start - mean) * kept ** AHEAD.astype(np.float64)
    return level, spread


def pulled_back(logs: Floats, start: float) -> Normal:
    """AR(1) around the current level instead of the mean of history."""
    _, kept, residual = autoregression(logs)
    return np.full(AHEAD.size, start), residual * np.sqrt(np.cumsum(kept ** (2 * (AHEAD - 1))))


def damped_trend(logs: Floats, start: float) -> Normal:
    """Damped trend: the last change continues with a damping factor fitted on history."""
    changes = np.diff(logs)
    parts = np.arange(0, 1, 0.1)
    missed = [float(np.mean((changes[1:] - part * changes[:-1]) ** 2)) for part in parts]
    part = float(parts[int(np.argmin(missed))])
    weights = np.array([(1 - part**k) / (1 - part) for k in AHEAD])
    return start + changes[-1] * part * weights, np.sqrt(min(missed) * np.cumsum(weights**2))


def smoothed(logs: Floats, start: float) -> Normal:
    """Exponential smoothing with the best fitting weight."""

    def run(part: float) -> tuple[float, float]:
        level, missed = float(logs[0]), []
        for value in logs[1:]:
            missed.append(float(value) - level)
            level += part * missed[-1]
        return float(np.mean(np.square(missed))), level

    parts = np.arange(0.1, 1.01, 0.05)
    found = [run(float(part)) for part in parts]
    best = int(np.argmin([variance for variance, _ in found]))
    variance, level = found[best]
    level += parts[best] * (start - float(logs[-1]))
    return np.full(AHEAD.size, level), np.sqrt(variance * (1 + (AHEAD - 1) * parts[best] ** 2))


def history(logs: Floats, _start: float) -> Normal:
    """The mean of history, whatever the level now."""
    spread = logs.std(ddof=1) * np.sqrt(1 + 1 / logs.size)
    return np.full(AHEAD.size, logs.mean()), np.full(AHEAD.size, spread)


PROCESSES = (
    Process("random_walk", 1, random_walk),
    Process("with_drift", 2, with_drift),
    Process("history", 2, history),
    Process("smoothed", 2, smoothed),
    Process("to_mean", 3, to_mean),
    Process("pulled_back", 3, pulled_back),
    Process("damped_trend", 3, damped_trend),
)


def cells(process: Process, start: str) -> pd.DataFrame:
    """Score a process on all origins: one row per origin and year ahead.

    ``start`` is the level it starts from: the last whole year, or the pace of the last half-year
    known, seasonally adjusted (the year where no season is known yet).
    """
    rows = []
    for origin in origins():
        known = knowledge(origin)
        series = values(known, "first_applications")
        last = max(series)
        logs = np.log([series[year] for year in sorted(series)])
        path, _ = inflow_path(known, series[last], date(last + 1, 1, 1))
        level = logs[-1] if start == "year" else np.log(path[max(path)])
        means, sds = process.forecast(logs, float(level))
        for ahead, mean, sd in zip(AHEAD, means, sds, strict=True):
            came = actual("first_applications", last + int(ahead))
            if came is not None:
                rows.append({
                    "origin": origin,
                    "ahead": int(ahead),
                    "crps": crps(np.exp(mean + sd * POINTS), came),
                    "within_80": abs(np.log(came) - mean) <= ndtri(0.9) * sd,
                })  # fmt: skip
    return pd.DataFrame(rows)


def process_table() -> pd.DataFrame:
    """Score all candidates from both starting levels; mark the choice (one-standard-error rule).

    The standard error is that of the best one's mean, over origins; CRPS in persons a year.
    """
    rows: list[dict[str, Any]] = []
    for start in STARTS:
        for process in PROCESSES:
            found = cells(process, start)
            by_origin = found.groupby("origin")["crps"].mean()
            rows.append(
                {
                    "start": start,
                    "process": process.name,
                    "parameters": process.parameters,
                    "crps": found["crps"].mean(),
                    "standard_error": by_origin.std(ddof=1) / np.sqrt(by_origin.size),
                    **{f"crps_{k}": found.loc[found["ahead"] == k, "crps"].mean() for k in AHEAD},
                    "within_80": found["within_80"].mean(),
                    "cells": len(found),
                }
            )
    for row in rows:
        same = [other for other in rows if other["start"] == row["start"]]
        row["chosen"] = row is choice(same)
    return pd.DataFrame(rows)


def choice(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Choose the simplest candidate within one standard error of the best."""
    best = min(rows, key=lambda row: float(row["crps"]))
    near = [row for row in rows if row["crps"] <= best["crps"] + best["standard_error"]]
    return min(near, key=lambda row: (row["parameters"], row["crps"]))

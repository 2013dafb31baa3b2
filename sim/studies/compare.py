"""Scenarios compared on common luck: the difference replication by replication, with its band.

Replication 17 of both scenarios has the same parameters, the same path of inflow and meets the
same daily luck, so that what differs between them is what the scenarios differ in. Two bands side
by side would hide that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..clock import Clock
from ..errors import Problem, ScenarioError
from ..model.sampling import Floats
from ..results import budget
from ..results import tables as results
from ..results.experiment import Experiment, Progress, Settings, Task, run_tasks
from ..scenario import Scenario
from .repricing import common_end

PEOPLE = (
    ("occupancy", "total", "mean", "persons"),
    ("occupancy", "kind:status_holders", "mean", "persons"),
    ("need", "total", "mean", "places"),
    ("places", "total", "mean", "places"),
    ("places", "place:regular", "mean", "places"),
    ("places", "place:emergency", "mean", "places"),
    ("shortage", "total", "mean", "persons"),
    ("pending", "total", "end", "cases"),
    ("waiting_months", "kind:median", "mean", "months"),
    ("waiting_months", "kind:p90", "mean", "months"),
)
"""Series compared by year: series, breakdown, measure, unit."""
BY_MONTH = (
    ("occupancy", "total", "persons"),
    ("pending", "total", "cases"),
    ("waiting_months", "kind:median", "months"),
)
"""Series compared month by month, for the chart."""
MOST = 4
"""Scenarios held against one at a time: as many as a chart can tell apart."""
ROUNDING = 1e-12
"""Variance below this part of the separate ones is rounding."""


@dataclass(frozen=True)
class Comparison:
    """Differences of scenarios from a first one, by year and by month.

    ``yearly``: a row a scenario, series, breakdown and year; ``monthly``: a row a date. A
    difference is that scenario less the first: its mean and quantiles, how likely it is above
    zero, and ``variance_ratio``, how many times as large its variance would be without pairing.
    """

    base: str
    others: tuple[str, ...]
    yearly: pd.DataFrame
    monthly: pd.DataFrame


def compare(
    base: tuple[str, Scenario],
    others: Mapping[str, Scenario],
    settings: Settings,
    workers: int = 0,
    tell: Progress | None = None,
) -> Comparison:
    """Hold scenarios against a first one, on common luck.

    Raises ``ScenarioError`` if they don't begin on the same day: then no two replications match.
    """
    name, first = base
    until = common_end([first, *others.values()], settings)
    for other, scenario in others.items():
        if scenario.start != first.start:
            what = f"begins on {scenario.start}, {name} on {first.start}"
            advice = "compare scenarios that begin on the same day"
            raise ScenarioError([Problem(other, what, advice)])
    tasks = [Task(scenario, everything) for scenario in (first, *others.values())]
    ours, *theirs = run_tasks(tasks, replace(settings, until=until), workers, tell)
    clock = Clock(first.start, until, settings.step)
    yearly, monthly = [], []
    for other, arrays in zip(others, theirs, strict=True):
        yearly += [_by_year(other, key, ours[key], arrays[key], clock) for key in ours
                   if not key.startswith("monthly|")]  # fmt: skip
        monthly += [_by_month(other, key, ours[key], arrays[key], clock) for key in ours
                    if key.startswith("monthly|")]  # fmt: skip
    return Comparison(name, tuple(others), _joined(yearly), _joined(monthly))


def _joined(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    """One table, without the years in which there is nothing to compare (no budget yet)."""
    table = pd.concat(pieces, ignore_index=True)
    return table[table["difference_mean"].notna()].reset_index(drop=True)


def everything(trial: Experiment) -> dict[str, Floats]:
    """What is compared: arrays (year or date, replication) by name."""
    found = {f"gap|{line}": trial.line("gap", line) for line in budget.MAIN_LINES}
    found |= {f"cost|{line.name}": trial.line("cost", line.name) for line in budget.LINES}
    for series, breakdown, measure, _ in PEOPLE:
        if (series, breakdown, measure) in trial.yearly:
            found[f"{series}|{breakdown}"] = trial.yearly[series, breakdown, measure]
    for series, breakdown, _ in BY_MONTH:
        found[f"monthly|{series}|{breakdown}"] = trial.monthly[series, breakdown]
    return found


def _by_year(other: str, key: str, ours: Floats, theirs: Floats, clock: Clock) -> pd.DataFrame:
    series, breakdown = key.split("|")
    money = series in ("gap", "cost")
    units = {(s, b): unit for s, b, _, unit in PEOPLE}
    index = {
        "scenario": other,
        "series": series,
        "breakdown": breakdown,
        "year": budget.whole_years(clock) if money else clock.years,
        "unit": "EUR" if money else units[series, breakdown],
    }
    return pd.DataFrame(index | differences(ours, theirs))


def _by_month(other: str, key: str, ours: Floats, theirs: Floats, clock: Clock) -> pd.DataFrame:
    _, series, breakdown = key.split("|")
    index = {"scenario": other, "series": series, "breakdown": breakdown}
    dates = pd.to_datetime(clock.snapshot_dates())
    return pd.DataFrame({**index, "date": dates, **differences(ours, theirs)})


def differences(ours: Floats, theirs: Floats) -> dict[str, Floats]:
    """Both sides and their difference, reduced over replications: arrays (time,) by column.

    Replications of which a side knows nothing (no one was decided in that time) are left out.
    """
    known = np.isfinite(ours) & np.isfinite(theirs)
    ours, theirs = np.where(known, ours, np.nan), np.where(known, theirs, np.nan)
    change = theirs - ours
    columns = {f"difference_{name}": values for name, values in results.summarise(change).items()}
    count = np.maximum(known.sum(axis=-1), 1)
    chance = np.where(known.any(axis=-1), (change > 0).sum(axis=-1) / count, np.nan)
    apart = _variance(ours) + _variance(theirs)
    paired = _variance(change)
    # Nothing moves, or nothing but a constant (and rounding): no luck is left to compare with.
    ratio = np.full(paired.shape, np.nan)
    np.divide(apart, paired, out=ratio, where=paired > ROUNDING * apart)
    return {
        "base_mean": results.summarise(ours)["mean"],
        "base_p50": results.summarise(ours)["p50"],
        "other_mean": results.summarise(theirs)["mean"],
        "other_p50": results.summarise(theirs)["p50"],
        **columns,
        "p_positive": chance,
        "variance_ratio": ratio,
    }


def _variance(values: Floats) -> Floats:
    """Variance over replications, of those that are known."""
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=-1), 1)
    mean = np.where(known, values, 0.0).sum(axis=-1) / count
    squares: Floats = np.where(known, (values - mean[..., None]) ** 2, 0.0).sum(axis=-1) / count
    return squares

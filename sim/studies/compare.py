"""Compare: how do scenarios differ from a first one?

All scenarios use common random numbers: replication 17 of each has the same parameters, the same
path of inflow and the same daily events, so differences are due to the scenario, not to chance.
Two intervals side by side would hide that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..clock import Clock
from ..errors import Message, usage_error
from ..model.sampling import Floats
from ..results import budget, precision
from ..results import tables as results
from ..results.cell import MONEY
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Experiment, Progress, Settings
from ..results.tasks import Task, run_tasks
from ..runs.kept_cells import as_kept, read_experiment
from ..runs.manifest import read_manifest
from ..runs.study_folder import StudyContent
from ..scenario import Scenario
from . import compare_chart as chart
from . import compare_text as text
from .base import Implementation, Inputs, StudyChart, content_of, settings_of
from .compare_chart import Comparison
from .options import CompareOptions
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
    ("waiting_months", "kind:decided_median", "mean", "months"),
    ("waiting_months", "kind:decided_p90", "mean", "months"),
    ("waiting_months", "kind:pending_median", "end", "months"),
)
"""Series compared by year: series, breakdown, measure, unit."""
BY_MONTH = (
    ("occupancy", "total", "persons"),
    ("pending", "total", "cases"),
    ("waiting_months", "kind:decided_median", "months"),
)
"""Series compared month by month, for the chart."""
MOST = 4
"""Scenarios compared with one at a time: as many as a chart can tell apart."""
ROUNDING = 1e-12
"""Variance below this part of the separate ones is rounding."""


def run(options: CompareOptions, inputs: Inputs) -> StudyContent:
    """Compare scenarios with the first one and return the tables; raises ``ScenarioError``."""
    base, *others = inputs.scenarios
    names = [loaded.name for loaded in inputs.scenarios]
    check_once("compare", names)
    if len(others) > MOST:
        what = Message("{count} scenarios to compare with one", count=len(others))
        usage_error("compare", what, Message("at most {most} at a time", most=MOST))
    settings = settings_of(options)
    _check_year(options, inputs, settings)
    first, rest = (base.name, base.scenario), {one.name: one.scenario for one in others}
    if inputs.runs:
        until = common_until(first, rest, settings)
        cells = [_cells_of(folder) for folder in inputs.runs]
        result = compared(names, cells, Clock(base.scenario.start, until, settings.step))
    else:
        measure = cells_as_kept if options.finished else all_cells
        with inputs.watch("compare", settings.replications * len(names)) as progress:
            result = compare(first, rest, settings, inputs.workers, progress, measure)
    tables = {"differences": result.yearly, "monthly": result.monthly, "levels": result.levels}
    asked = {"base": base.name, "others": names[1:], **options.asked()}
    return content_of("comparison", options, inputs, settings, tables, asked)


def check_once(study: str, names: Sequence[str]) -> None:
    """Refuse a scenario that is given twice."""
    # Their files are in one folder, where upper and lower case are the same on some systems.
    folded = [name.casefold() for name in names]
    if len(set(folded)) < len(names):
        what = Message(
            "{name} is given twice", name=names[folded.index(max(folded, key=folded.count))]
        )
        usage_error(study, what, "name each scenario once")


def _check_year(options: CompareOptions, inputs: Inputs, settings: Settings) -> None:
    """Refuse a year that is not compared."""
    until = common_end([loaded.scenario for loaded in inputs.scenarios], settings)
    years = Clock(inputs.scenario.start, until, settings.step).years
    if options.year is not None and options.year not in years:
        what = Message("{year} is not simulated", year=options.year)
        advice = Message("take a year from {first} to {last}", first=years[0], last=years[-1])
        usage_error("--year", what, advice)


def compare(
    base: tuple[str, Scenario],
    others: Mapping[str, Scenario],
    settings: Settings,
    workers: Workers = ALL_CORES,
    progress: Progress | None = None,
    measure: Callable[[Experiment], dict[str, Floats]] | None = None,
) -> Comparison:
    """Simulate scenarios on common random numbers and compare them with a first one.

    ``measure`` is what is compared, by default ``all_cells``. Raises ``ScenarioError`` if they
    don't begin on the same day: then no two replications match.
    """
    until = common_until(base, others, settings)
    name, first = base
    tasks = [Task(scenario, measure or all_cells) for scenario in (first, *others.values())]
    found = run_tasks(tasks, replace(settings, until=until), workers, progress)
    return compared([name, *others], list(found), Clock(first.start, until, settings.step))


def common_until(
    base: tuple[str, Scenario], others: Mapping[str, Scenario], settings: Settings
) -> date:
    """Return the last day that is compared; refuses scenarios that begin on different days."""
    name, first = base
    for other, scenario in others.items():
        if scenario.start != first.start:
            what = Message(
                "begins on {start}, {name} on {other_start}",
                start=scenario.start,
                name=name,
                other_start=first.start,
            )
            advice = "compare scenarios that begin on the same day"
            usage_error(other, what, advice)
    return common_end([first, *others.values()], settings)


def compared(
    names: Sequence[str], found: Sequence[Mapping[str, Floats]], clock: Clock
) -> Comparison:
    """Compare cells of scenarios by name with those of the first."""
    name, *others = names
    ours, *theirs = found
    yearly, monthly = [], []
    for other, arrays in zip(others, theirs, strict=True):
        yearly += [_by_year(other, key, ours[key], arrays[key], clock) for key in ours
                   if not key.startswith(("monthly|", "budget|"))]  # fmt: skip
        monthly += [_by_month(other, key, ours[key], arrays[key], clock) for key in ours
                    if key.startswith("monthly|")]  # fmt: skip
    levels = [
        _levels(scenario, key, values, clock)
        for scenario, arrays in zip(names, found, strict=True)
        for key, values in arrays.items()
        if not key.startswith("monthly|")
    ]
    table = pd.concat(levels, ignore_index=True)
    known = table[table["p50"].notna()].reset_index(drop=True)
    return Comparison(name, tuple(others), _joined(yearly), _joined(monthly), known)


def cells_as_kept(experiment: Experiment) -> dict[str, Floats]:
    """Measure: what can be compared of a finished run, with the numbers that it keeps."""
    return all_cells(as_kept(experiment))


def _cells_of(folder: Path) -> dict[str, Floats]:
    """Return the cells of a finished run; raises ``ScenarioError``."""
    return all_cells(read_experiment(folder, read_manifest(folder), PEOPLE))


def _joined(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    """One table, without the years in which there is nothing to compare (no budget yet)."""
    if not pieces:
        nothing = np.empty((0, 1))
        columns = ("scenario", "series", "breakdown", "date")
        return pd.DataFrame({name: [] for name in columns} | differences(nothing, nothing))
    table = pd.concat(pieces, ignore_index=True)
    return table[table["difference_mean"].notna()].reset_index(drop=True)


def all_cells(experiment: Experiment) -> dict[str, Floats]:
    """Measure: what is compared, arrays (year or date, replication) by name."""
    result = {f"gap|{line}": experiment.line("gap", line) for line in budget.MAIN_LINES}
    result |= {f"budget|{line}": experiment.line("budget", line) for line in budget.MAIN_LINES}
    result |= {f"cost|{line.name}": experiment.line("cost", line.name) for line in budget.LINES}
    for series, breakdown, measure, _ in PEOPLE:
        if (series, breakdown, measure) in experiment.yearly:
            result[f"{series}|{breakdown}"] = experiment.yearly[series, breakdown, measure]
    for series, breakdown, _ in BY_MONTH if experiment.monthly else ():
        result[f"monthly|{series}|{breakdown}"] = experiment.monthly[series, breakdown]
    return result


def _by_year(other: str, key: str, ours: Floats, theirs: Floats, clock: Clock) -> pd.DataFrame:
    return pd.DataFrame(_index(other, key, clock) | differences(ours, theirs))


def _index(scenario: str, key: str, clock: Clock) -> dict[str, Any]:
    """Return the first columns of a table by year."""
    series, breakdown = key.split("|")
    money = series in MONEY
    units = {(s, b): unit for s, b, _, unit in PEOPLE}
    return {
        "scenario": scenario,
        "series": series,
        "breakdown": breakdown,
        "year": budget.whole_years(clock) if money else clock.years,
        "unit": "EUR" if money else units[series, breakdown],
    }


def _levels(scenario: str, key: str, values: Floats, clock: Clock) -> pd.DataFrame:
    """Return a scenario itself by year: mean and quantiles, and how likely it is above zero."""
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=-1), 1)
    chance = np.where(known.any(axis=-1), (values > 0).sum(axis=-1) / count, np.nan)
    columns = results.summarise(values) | {"p_positive": chance}
    return pd.DataFrame(_index(scenario, key, clock) | columns)


def _by_month(other: str, key: str, ours: Floats, theirs: Floats, clock: Clock) -> pd.DataFrame:
    _, series, breakdown = key.split("|")
    index = {"scenario": other, "series": series, "breakdown": breakdown}
    dates = pd.to_datetime(clock.snapshot_dates())
    return pd.DataFrame({**index, "date": dates, **differences(ours, theirs)})


def differences(ours: Floats, theirs: Floats) -> dict[str, Floats]:
    """Both sides and their difference, reduced over replications: arrays (time,) by column.

    Columns in ``_low`` and ``_high`` are the simulation error of the paired difference (95%).

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
    # Nothing differs, or only by a constant (and rounding): there is no variance to compare.
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
        **{f"difference_{name}": ends for name, ends in precision.intervals(change).items()},
    }


def _variance(values: Floats) -> Floats:
    """Variance over replications, of those that are known."""
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=-1), 1)
    mean = np.where(known, values, 0.0).sum(axis=-1) / count
    squares: Floats = np.where(known, (values - mean[..., None]) ** 2, 0.0).sum(axis=-1) / count
    return squares


IMPLEMENTATION = Implementation(
    run,
    text.tell,
    {"comparison": StudyChart("differences", chart.draw, chart.words, chart.shown)},
    details=text.details,
)

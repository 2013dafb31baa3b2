"""Compare: how do scenarios differ from a first one?

All scenarios use common random numbers: replication 17 of each has the same parameters, the same
path of inflow and the same daily events, so differences are due to the scenario, not to chance.
Two intervals side by side would hide that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table

from ..clock import Clock
from ..errors import Message, usage_error
from ..model.sampling import Floats
from ..report.i18n import Language, number, probability, translate
from ..report.run_tables import prices_notes
from ..report.study_data import StudyData
from ..results import budget, precision
from ..results import tables as results
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Experiment, Progress, Settings, Task, run_tasks
from ..runs.study_folder import StudyContent
from ..scenario import Scenario
from . import compare_chart as chart
from .base import Implementation, Inputs, StudyChart, content_of, settings_of
from .compare_chart import Comparison, comparison_of, moves
from .options import CompareOptions
from .repricing import common_end

SHOWN = (
    ("gap", "total"),
    ("cost", "coa"),
    ("cost", "nidos"),
    ("cost", "ind"),
    ("cost", "transit"),
    ("occupancy", "total"),
    ("places", "place:emergency"),
    ("pending", "total"),
    ("waiting_months", "kind:decided_median"),
)
"""Series of the printed table; all others are in the file."""
LARGEST_RATIO = 9_999
WRAPPED = ("compare_ratio", "compare_mean", "compare_difference")
"""Columns whose head may take two lines."""
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
    # Their files are in one folder, where upper and lower case are the same on some systems.
    folded = [name.casefold() for name in names]
    if len(set(folded)) < len(names):
        what = Message(
            "{name} is given twice", name=names[folded.index(max(folded, key=folded.count))]
        )
        usage_error("compare", what, "name each scenario once")
    if len(others) > MOST:
        what = Message("{count} scenarios to compare with one", count=len(others))
        usage_error("compare", what, Message("at most {most} at a time", most=MOST))
    settings = settings_of(options)
    with inputs.watch("compare", settings.replications * len(names)) as progress:
        result = compare(
            (base.name, base.scenario),
            {loaded.name: loaded.scenario for loaded in others},
            settings,
            inputs.workers,
            progress,
        )
    tables = {"differences": result.yearly, "monthly": result.monthly}
    asked = {"base": base.name, "others": names[1:]}
    return content_of("comparison", options, inputs, settings, tables, asked)


def compare(
    base: tuple[str, Scenario],
    others: Mapping[str, Scenario],
    settings: Settings,
    workers: Workers = ALL_CORES,
    progress: Progress | None = None,
) -> Comparison:
    """Compare scenarios with a first one, on common random numbers.

    Raises ``ScenarioError`` if they don't begin on the same day: then no two replications match.
    """
    name, first = base
    until = common_end([first, *others.values()], settings)
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
    tasks = [Task(scenario, all_cells) for scenario in (first, *others.values())]
    ours, *theirs = run_tasks(tasks, replace(settings, until=until), workers, progress)
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


def all_cells(experiment: Experiment) -> dict[str, Floats]:
    """Measure: what is compared, arrays (year or date, replication) by name."""
    result = {f"gap|{line}": experiment.line("gap", line) for line in budget.MAIN_LINES}
    result |= {f"cost|{line.name}": experiment.line("cost", line.name) for line in budget.LINES}
    for series, breakdown, measure, _ in PEOPLE:
        if (series, breakdown, measure) in experiment.yearly:
            result[f"{series}|{breakdown}"] = experiment.yearly[series, breakdown, measure]
    for series, breakdown, _ in BY_MONTH:
        result[f"monthly|{series}|{breakdown}"] = experiment.monthly[series, breakdown]
    return result


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

    Columns in ``_low`` and ``_high`` are the simulation error of the paired difference (95 %).

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


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return a printed table for each scenario, and the sentences."""
    comparison, shown = comparison_of(data), list[Any]()
    for other in comparison.others:
        table = difference_table(comparison, other, lang)
        shown += [table] if table.row_count else []
        shown += error_lines(comparison, other, lang)
        shown += still_lines(comparison, other, lang)
    return shown + prices_notes(data.scenarios, lang)


def name_of(series: str, breakdown: str, lang: Language) -> str:
    """Return a series in words."""
    return translate(f"diff_{series}_{breakdown.replace(':', '_')}", lang)


def scaled(value: float, series: str, lang: Language) -> str:
    """Return a value in the unit of the table: EUR million, people and cases in full, months."""
    if series in ("gap", "cost"):
        return number(value / 1e6, lang)
    return number(value, lang, 1 if series == "waiting_months" else 0)


def difference_table(comparison: Comparison, other: str, lang: Language) -> Table:
    """Return by series and year: medians of both sides and of the difference, its interval.

    Then the mean difference, P(above zero), and how much pairing achieved.
    """
    rows = comparison.yearly[comparison.yearly["scenario"] == other]
    title = translate("compare_title", lang, other=other, base=comparison.base)
    table = Table(title=title, title_justify="left")
    table.add_column("", no_wrap=False, max_width=20)
    for key in ("year", "compare_base", "compare_other", "compare_difference", "compare_band",
                "compare_mean", "compare_chance", "compare_ratio"):  # fmt: skip
        table.add_column(translate(key, lang), justify="right", no_wrap=key not in WRAPPED)
    for series, breakdown in SHOWN:
        result = rows[(rows["series"] == series) & (rows["breakdown"] == breakdown)]
        if not moves(result):
            continue
        for number_, row in enumerate(result.to_dict("records")):
            first = name_of(series, breakdown, lang) if number_ == 0 else ""
            table.add_row(first, *_cells(row, series, lang))
        table.add_section()
    return table


def _cells(row: Mapping[Any, Any], series: str, lang: Language) -> list[str]:
    band = translate(
        "range",
        lang,
        low=scaled(row["difference_p10"], series, lang),
        high=scaled(row["difference_p90"], series, lang),
    )
    return [
        str(row["year"]),
        scaled(row["base_p50"], series, lang),
        scaled(row["other_p50"], series, lang),
        scaled(row["difference_p50"], series, lang),
        band,
        scaled(row["difference_mean"], series, lang),
        probability(row["p_positive"], lang, brief=True),
        _ratio(row["variance_ratio"], lang),
    ]


def _ratio(ratio: float, lang: Language) -> str:
    """Return how much pairing achieved; nothing where nothing varies."""
    if ratio != ratio:
        return ""
    if ratio > LARGEST_RATIO:
        return f"> {number(LARGEST_RATIO, lang)}"
    return number(ratio, lang, 0 if ratio >= 10 else 1)


def error_lines(comparison: Comparison, other: str, lang: Language) -> list[str]:
    """Return a sentence on the simulation error of the difference in gap, by year; none if 0."""
    rows = comparison.yearly[comparison.yearly["scenario"] == other]
    gaps = rows[(rows["series"] == "gap") & (rows["breakdown"] == "total")]
    if not moves(gaps):
        return []
    known = [row for row in gaps.to_dict("records") if pd.notna(row.get("difference_p50_low"))]
    if not known:
        return [translate("error_unknown", lang)]
    # A year in which hardly anything differs has no error worth telling.
    known = [row for row in known if row["difference_mean_high"] - row["difference_mean_low"] > 1e6]
    each = "; ".join(
        translate(
            "compare_error_year",
            lang,
            year=row["year"],
            **{f"{name}_{end}": scaled(row[f"difference_{name}_{end}"], "gap", lang)
               for name in ("p50", "p10", "p90", "mean") for end in ("low", "high")},
        )
        for row in known
    )  # fmt: skip
    return [translate("compare_error", lang, years=each)]


def still_lines(comparison: Comparison, other: str, lang: Language) -> list[str]:
    """Return a sentence on what does not differ at all."""
    rows = comparison.yearly[comparison.yearly["scenario"] == other]
    if not moves(rows):
        return [translate("compare_same", lang, other=other, base=comparison.base)]
    still = [
        name_of(series, breakdown, lang)
        for series, breakdown in SHOWN
        if not moves(rows[(rows["series"] == series) & (rows["breakdown"] == breakdown)])
    ]
    lines = [translate("compare_pairing", lang)]
    return lines + ([translate("compare_still", lang, names=", ".join(still))] if still else [])


IMPLEMENTATION = Implementation(
    run, tell, {"comparison": StudyChart("differences", chart.draw, chart.words)}
)

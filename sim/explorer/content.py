"""What the page holds: runs, the series that can be chosen, words, and all numbers once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..exchange.finished import Finished
from ..prices import LEVELS
from ..report.charts.parts import sources_named
from ..report.labels import Language
from ..scenario import Scenario
from ..stamp import Stamp
from .catalogue import LANGUAGES, UNITS, Both, Series, both, of_money, of_tables
from .numbers import MILLIONS, PERCENT, Pool, as_told
from .words import words

FORM = 1
"""Number of the form of the content: raised whenever the page code must change with it."""
STATISTICS = ("mean", "p05", "p10", "p25", "p50", "p75", "p90", "p95")
Told = dict[str, Any]


def content_of(runs: Sequence[Finished], stamp: Stamp, lang: Language) -> Told:
    """Everything the page needs to know, as JSON may say it."""
    pool = Pool()
    scenarios = [run.scenario for run in runs]
    series = [
        *of_money(run.budget for run in runs),
        *of_tables((run.monthly for run in runs), (run.yearly for run in runs), scenarios),
    ]
    return {
        "form": FORM,
        "lang": lang,
        "words": words(),
        "statistics": STATISTICS,
        "units": {
            unit: {"name": both(key), **as_told(rounding)}
            for unit, (key, rounding) in UNITS.items()
        },
        "series": [_told_series(one) for one in series],
        "vintages": _vintages(scenarios),
        "levels": list(LEVELS),
        "runs": [_run(run, pool) for run in runs],
        "numbers": pool.blocks,
        "command": stamp.command,
        "version": stamp.version,
        "sources": sources_named(),
    }


def _told_series(one: Series) -> Told:
    return {"key": one.key, "group": one.group, "name": one.name, "units": one.units}


def _vintages(scenarios: Sequence[Scenario]) -> dict[str, Told]:
    """States of the budget by name; where scenarios call one differently, the first is followed."""
    found: dict[str, Told] = {}
    for scenario in scenarios:
        for key, vintage in scenario.budget.vintages.items():
            told = {"title": _texts(vintage.title), "prices": vintage.price_level}
            found.setdefault(key, told)
    return found


def _run(run: Finished, pool: Pool) -> Told:
    """A run: who it is, what it states money in, and where its numbers lie."""
    record, scenario = run.record, run.scenario
    options = record["options"]
    days = sorted(run.monthly["date"].unique())
    return {
        "title": _texts(scenario.title),
        "scenario": record["scenario"],
        "id": record["id"],
        "seed": str(options["seed"]),
        "replications": options["replications"],
        "step": options["step"],
        "vary": list(options["vary"]),
        "version": record["versions"]["opvangsim"],
        "command": record.get("command", ""),
        "closed": scenario.closing == "constrained",
        "own": {
            "vintage": scenario.budget.headline,
            "level": scenario.prices.level,
            "basis": scenario.budget.price_basis,
        },
        "days": [pd.Timestamp(day).date().isoformat() for day in days],
        "years": sorted({int(year) for year in run.yearly["year"]}),
        "budgetYears": sorted({int(year) for year in run.budget["year"]}),
        "monthly": _by_series(run.monthly, "date", len(days), pool),
        "yearly": {
            str(measure): _by_series(rows, "year", run.yearly["year"].nunique(), pool)
            for measure, rows in run.yearly.groupby("measure", sort=False)
        },
        "money": _money(run.budget, pool),
    }


def _by_series(table: pd.DataFrame, time: str, points: int, pool: Pool) -> dict[str, int]:
    """Where the numbers of each series lie."""
    found = {}
    for (series, breakdown), rows in table.groupby(["series", "breakdown"], sort=False):
        rounding = UNITS[str(rows["unit"].iloc[0])][1]
        block = rows.sort_values(time)[list(STATISTICS)].to_numpy(float).T
        assert block.shape == (len(STATISTICS), points)
        found[f"{series}|{breakdown}"] = pool.place(block, rounding)
    return found


def _money(budget: pd.DataFrame, pool: Pool) -> Told:
    """Where cost, gap, budget and chance lie: by vintage, level, timing, basis and line.

    A line without a budget has no gap, no budget and no chance.
    """
    found: Told = {}
    columns = ["vintage", "cost_level", "timing", "price_basis", "line"]
    for names, rows in budget.groupby(columns, sort=False):
        *path, line = (str(name) for name in names)
        inner = found
        for name in path:
            inner = inner.setdefault(name, {})
        inner[line] = _line(rows.sort_values("year"), pool)
    return found


def _line(rows: pd.DataFrame, pool: Pool) -> list[int]:
    def block(what: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        return rows[[f"{what}_{name}" for name in STATISTICS]].to_numpy(float).T

    found = [pool.place(block("cost"), MILLIONS)]
    if rows["budget"].notna().any():
        found.append(pool.place(block("gap"), MILLIONS))
        found.append(pool.place(rows[["budget"]].to_numpy(float).T, MILLIONS))
        found.append(pool.place(rows[["p_gap_positive"]].to_numpy(float).T, PERCENT))
    return found


def _texts(text: Any) -> Both:
    return {lang: str(getattr(text, lang)) for lang in LANGUAGES}

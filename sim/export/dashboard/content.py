"""What the page holds: runs, the series that can be chosen, words, and all numbers once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...model.prices import LEVELS
from ...report.charts.elements import sources_named
from ...report.i18n import Language
from ...runs.load import RunFolder
from ...runs.provenance import Provenance
from ...scenario import Scenario
from .encoding import MILLIONS, PERCENT, Pool, as_told
from .series import LANGUAGES, UNITS, Both, Series, both, of_money, of_tables
from .texts import words

FORM = 1
"""Number of the form of the content: raised whenever the page code must change with it."""
STATISTICS = ("mean", "p05", "p10", "p25", "p50", "p75", "p90", "p95")
Told = dict[str, Any]
Rows = npt.NDArray[np.int_]


def content_of(runs: Sequence[RunFolder], stamp: Provenance, lang: Language) -> Told:
    """Everything the page needs to know, as JSON may say it.

    Where scenarios call a state of the budget differently, choices have the name of the first.
    """
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
        "vintages": {
            key: vintage["title"]
            for scenario in reversed(scenarios)
            for key, vintage in _vintages(scenario).items()
        },
        "levels": list(LEVELS),
        "runs": [_run(run, pool) for run in runs],
        "numbers": pool.blocks,
        "command": stamp.command,
        "version": stamp.version,
        "sources": sources_named(),
    }


def _told_series(one: Series) -> Told:
    return {"key": one.key, "group": one.group, "name": one.name, "units": one.units}


def _vintages(scenario: Scenario) -> dict[str, Told]:
    """States of the budget by name: title and price level."""
    return {
        key: {"title": _texts(vintage.title), "prices": vintage.price_level}
        for key, vintage in scenario.budget.vintages.items()
    }


def _run(run: RunFolder, pool: Pool) -> Told:
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
        "vintages": _vintages(scenario),
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
    ordered = table.sort_values(time, kind="stable")
    numbers = ordered[list(STATISTICS)].to_numpy(float)
    units = ordered["unit"].to_numpy()
    found = {}
    for (series, breakdown), rows in _groups(ordered, ["series", "breakdown"]):
        assert len(rows) == points
        rounding = UNITS[str(units[rows[0]])][1]
        found[f"{series}|{breakdown}"] = pool.place(numbers[rows].T, rounding)
    return found


def _money(budget: pd.DataFrame, pool: Pool) -> Told:
    """Where cost, gap, budget and chance lie: by vintage, level, timing, basis and line.

    A line without a budget has no gap, no budget and no chance.
    """
    found: Told = {}
    ordered = budget.sort_values("year", kind="stable")
    blocks = [
        (ordered[columns].to_numpy(float), rounding)
        for columns, rounding in (
            ([f"cost_{name}" for name in STATISTICS], MILLIONS),
            ([f"gap_{name}" for name in STATISTICS], MILLIONS),
            (["budget"], MILLIONS),
            (["p_gap_positive"], PERCENT),
        )
    ]
    held = ordered["budget"].notna().to_numpy()
    names = ["vintage", "cost_level", "timing", "price_basis", "line"]
    for (*path, line), rows in _groups(ordered, names):
        assert len(rows) == budget["year"].nunique()
        inner = found
        for name in path:
            inner = inner.setdefault(name, {})
        told = blocks if held[rows].any() else blocks[:1]
        inner[line] = [pool.place(numbers[rows].T, rounding) for numbers, rounding in told]
    return found


def _groups(table: pd.DataFrame, names: list[str]) -> list[tuple[tuple[str, ...], Rows]]:
    """Numbers of the rows that have the same names, in the order in which these first come."""
    found: dict[tuple[str, ...], list[int]] = {}
    for row, key in enumerate(table[names].itertuples(index=False, name=None)):
        found.setdefault(key, []).append(row)
    return [(key, np.array(rows)) for key, rows in found.items()]


def _texts(text: Any) -> Both:
    return {lang: str(getattr(text, lang)) for lang in LANGUAGES}

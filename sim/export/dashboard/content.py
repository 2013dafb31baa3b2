"""The content of the dashboard: runs, series to choose from, texts, and all numbers once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...hindcast.observations import Observation
from ...model.prices import LEVELS
from ...report.charts.elements import cited_sources
from ...report.i18n import Language, labels
from ...runs.load import RunFolder
from ...runs.provenance import Provenance
from ...scenario import Scenario
from .differences import NONE, Difference, as_json
from .encoding import MILLIONS, PERCENT, Pool, rounding_json
from .figures import compare_all, in_words, to_draw
from .series import LANGUAGES, UNITS, Both, Series, both, of_money, of_tables

WORDS = (
    "explorer_title", "explorer_intro", "explorer_no_script", "explorer_failed",
    "explorer_language", "explorer_choices", "explorer_show", "explorer_show_values",
    "explorer_show_difference", "explorer_difference", "explorer_points",
    "explorer_note_difference", "explorer_unpaired_settings", "explorer_unpaired_version",
    "explorer_unpaired_kept", "explorer_more_columns", "explorer_more", "explorer_scenarios",
    "explorer_series", "explorer_by", "explorer_by_month", "explorer_by_year",
    "explorer_measure", "explorer_measure_mean", "explorer_measure_end", "explorer_measure_sum",
    "explorer_from", "explorer_to", "explorer_middle", "explorer_middle_p50",
    "explorer_middle_mean", "explorer_band", "explorer_band_none", "explorer_band_50",
    "explorer_band_80", "explorer_band_90", "explorer_band_both", "explorer_vintage",
    "explorer_level", "explorer_basis", "explorer_basis_vintage", "explorer_basis_nominal",
    "explorer_timing", "explorer_timing_cost", "explorer_timing_cash", "explorer_own",
    "explorer_start_again", "explorer_download", "explorer_reader",
    "explorer_reader_hint", "explorer_table", "explorer_nothing", "explorer_part",
    "explorer_in_unit", "explorer_view", "explorer_view_by_month", "explorer_view_by_year",
    "explorer_view_no_band", "explorer_money", "before_start", "explorer_value",
    "explorer_value_budget", "explorer_value_chance", "explorer_unknown", "explorer_percentile",
    "explorer_chance_column", "explorer_letter", "explorer_unit", "explorer_day",
    "explorer_reading", "explorer_note_middle_p50", "explorer_note_middle_mean",
    "explorer_note_band_50", "explorer_note_band_80", "explorer_note_band_90",
    "explorer_note_overlap", "explorer_note_unlike", "explorer_note_gap", "explorer_note_budget",
    "explorer_note_closed", "explorer_note_part_year", "explorer_note_flow",
    "explorer_note_stock", "explorer_note_rounded", "explorer_note_lacking", "explorer_origin",
    "explorer_sources", "explorer_origin_run", "explorer_made_with", "explorer_seal",
    "explorer_library", "explorer_group_money", "explorer_group_reception",
    "explorer_group_procedure", "explorer_group_inflow", "explorer_group_housing",
    "explorer_group_other", "year", "budget", "from_to", "day_in_words",
    "prices_of", "prices_nominal", "level_estimated", "level_document", "level_coa_price",
    "level_paid_2024", "chance_rare", "chance_near", "shown_as_percent",
    "explorer_note_figures", "observed_inside", "compare_prices", "step_day", "step_week",
    "memo_vary_only", "memo_vary_parameters",
    "memo_vary_inflow", "memo_vary_process", "whence_scenario",
    *(f"month_{n}" for n in range(1, 13)), *(f"month_short_{n}" for n in range(1, 13)),
)  # fmt: skip
"""Labels of the texts that the page contains, in both languages."""
FORM = 2
"""Version of the content; raise it whenever the code of the page must change with it."""
STATISTICS = ("mean", "p05", "p10", "p25", "p50", "p75", "p90", "p95")
Json = dict[str, Any]
Rows = npt.NDArray[np.int_]


def content_of(
    runs: Sequence[RunFolder],
    stamp: Provenance,
    lang: Language,
    figures: Sequence[Observation] | None = None,
    differences: Sequence[Difference] | None = None,
) -> Json:
    """Return everything the page needs, to be written as JSON.

    ``figures`` are published ones to draw over the runs, ``differences`` those of each run to the
    first one.

    Where scenarios give a budget vintage different names, that of the first is used.
    """
    pool, compared = Pool(), compare_all(runs, figures or ())
    texts = {key: labels()[key] for key in WORDS}
    scenarios = [run.scenario for run in runs]
    series = [
        *of_money(run.budget for run in runs),
        *of_tables((run.monthly for run in runs), (run.yearly for run in runs), scenarios),
    ]
    return {
        "form": FORM,
        "lang": lang,
        "words": {lang: {key: text[lang] for key, text in texts.items()} for lang in LANGUAGES},
        "statistics": STATISTICS,
        "units": {
            unit: {"name": both(key), **rounding_json(rounding)}
            for unit, (key, rounding) in UNITS.items()
        },
        "series": [_series(one) for one in series],
        "vintages": {
            key: vintage["title"]
            for scenario in reversed(scenarios)
            for key, vintage in _vintages(scenario).items()
        },
        "levels": list(LEVELS),
        "figures": to_draw(compared),
        "runs": [
            _run(run, change, pool) | ({"compared": in_words(found)} if figures is not None else {})
            for run, change, found in zip(
                runs, differences or [NONE] * len(runs), compared, strict=True
            )
        ],
        "numbers": pool.blocks,
        "command": stamp.command,
        "version": stamp.version,
        "sources": cited_sources(),
    }


def _series(one: Series) -> Json:
    return {"key": one.key, "group": one.group, "name": one.name, "units": one.units}


def _vintages(scenario: Scenario) -> dict[str, Json]:
    """Budget vintages by name: title and price level."""
    return {
        key: {"title": _texts(vintage.title), "prices": vintage.price_level}
        for key, vintage in scenario.budget.vintages.items()
    }


def _run(run: RunFolder, difference: Difference, pool: Pool) -> Json:
    """A run: its identity, the terms of its amounts, and the places of its numbers."""
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
        "difference": as_json(difference, pool),
    }


def _by_series(table: pd.DataFrame, time: str, points: int, pool: Pool) -> dict[str, int]:
    """The place of the numbers of each series."""
    ordered = table.sort_values(time, kind="stable")
    numbers = ordered[list(STATISTICS)].to_numpy(float)
    units = ordered["unit"].to_numpy()
    places = {}
    for (series, breakdown), rows in _groups(ordered, ["series", "breakdown"]):
        assert len(rows) == points
        rounding = UNITS[str(units[rows[0]])][1]
        places[f"{series}|{breakdown}"] = pool.place(numbers[rows].T, rounding)
    return places


def _money(budget: pd.DataFrame, pool: Pool) -> Json:
    """Places of cost, gap, budget and probability, by vintage, level, timing, basis and line.

    A line without a budget has cost only.
    """
    places: Json = {}
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
    is_budgeted = ordered["budget"].notna().to_numpy()
    names = ["vintage", "cost_level", "timing", "price_basis", "line"]
    for (*path, line), rows in _groups(ordered, names):
        assert len(rows) == budget["year"].nunique()
        inner = places
        for name in path:
            inner = inner.setdefault(name, {})
        stored = blocks if is_budgeted[rows].any() else blocks[:1]
        inner[line] = [pool.place(numbers[rows].T, rounding) for numbers, rounding in stored]
    return places


def _groups(table: pd.DataFrame, names: list[str]) -> list[tuple[tuple[str, ...], Rows]]:
    """Row numbers of each combination of names, in order of first appearance."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for row, key in enumerate(table[names].itertuples(index=False, name=None)):
        groups.setdefault(key, []).append(row)
    return [(key, np.array(rows)) for key, rows in groups.items()]


def _texts(text: Any) -> Both:
    return {lang: str(getattr(text, lang)) for lang in LANGUAGES}

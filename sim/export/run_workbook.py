"""A run as a workbook: what it says, the money by line and year, months, and every number used."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from ..report.i18n import Language, label, number
from ..report.run_tables import headline_rows
from ..runs.load import RunFolder
from .budget_sheet import MILLION, unit_line, write_money, years_of
from .monthly_sheet import write_months
from .native_charts import bars_of_cost_and_budget
from .sources_sheet import write_numbers, write_sources
from .workbook_writer import (
    BOLD,
    HEADING,
    RIGHT,
    SHARE,
    TITLE,
    WHOLE,
    YEAR,
    Content,
    Draft,
    finish,
    head_row,
    note,
    page,
    put,
    widths,
)

CHART_ROWS = 21
"""Rows of a sheet that a chart covers."""


def run_workbook(run: RunFolder, lang: Language) -> bytes:
    """The workbook of a run in a language: the same run, the same bytes."""
    draft = Draft()
    summary, money, months, numbers, sources = (
        draft.add(label(key, lang))
        for key in ("sheet_summary", "sheet_gap", "sheet_months", "sheet_numbers", "sheet_sources")
    )
    row = _write_summary(draft, summary, run, lang)
    first = write_money(draft, money, run, lang)
    charts = write_months(draft, months, run.monthly, run.scenario, lang)
    if first is not None:
        charts.insert(0, _bars(money, first, run, lang))
    for chart in charts:
        summary.add_chart(chart, f"A{row}")
        row += CHART_ROWS
    write_numbers(draft, numbers, run.scenario, lang)
    write_sources(draft, sources, run.scenario, lang)
    return finish(draft, getattr(run.scenario.title, lang), run.stamp, {"lang": lang}, lang)


def _bars(sheet: Worksheet, head: int, run: RunFolder, lang: Language) -> Any:
    rows = headline_rows(run.budget, run.scenario)
    most = float(np.nanmax(rows[["cost_p90", "budget"]].to_numpy())) / MILLION
    return bars_of_cost_and_budget(sheet, head, len(years_of(run)), most, lang)


def _write_summary(draft: Draft, sheet: Worksheet, run: RunFolder, lang: Language) -> int:
    """Title, facts, and the headline by year; gives the row from which charts may stand."""
    widths(sheet, (16, 15, 13, 15, 15, 15, 15, 13))
    put(draft, sheet, (1, 1), getattr(run.scenario.title, lang), font=TITLE)
    note(draft, sheet, 2, getattr(run.scenario.description, lang), 8)
    row = 4
    for key, text in _facts(run, lang):
        put(draft, sheet, (row, 1), label(key, lang), font=BOLD)
        put(draft, sheet, (row, 2), text)
        row += 1
    row += 1
    if run.budget.empty:
        note(draft, sheet, row, label("book_no_year", lang), 8)
    else:
        row = _write_headline(draft, sheet, run, lang, row)
    page(sheet, None)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "portrait", 1
    return row + 2


def _facts(run: RunFolder, lang: Language) -> list[tuple[str, str]]:
    """What a reader needs to get the run again."""
    options, stamp = run.record["options"], run.stamp
    versions = ", ".join(f"{name} {version}" for name, version in run.record["versions"].items())
    return [
        ("whence_scenario", stamp.scenario),
        ("whence_run", stamp.run),
        ("book_replications", number(options["replications"], lang)),
        ("whence_seed", stamp.seed),
        ("book_step", label(f"step_{options['step']}", lang)),
        ("book_until", str(options["until"])),
        ("book_vary", ", ".join(options["vary"])),
        ("whence_version", versions),
        ("whence_command", stamp.command),
    ]


def _write_headline(
    draft: Draft, sheet: Worksheet, run: RunFolder, lang: Language, row: int
) -> int:
    """The headline as it is printed: medians, band, mean gap, chance; gives the row below."""
    title = label("gap_title", lang, vintage=getattr(run.scenario.headline.title, lang))
    put(draft, sheet, (row, 1), f"{title} [{unit_line(run.scenario, lang)}]", font=HEADING)
    head_row(draft, sheet, row + 1, _heads(lang))
    row += 2
    for _, one in headline_rows(run.budget, run.scenario).iterrows():
        for column, (value, look) in enumerate(_headline(one, lang), start=1):
            put(draft, sheet, (row, column), value, look).alignment = RIGHT
        row += 1
    for key in ("mean_line", "book_medians"):
        note(draft, sheet, row, label(key, lang), 8)
        row += 1
    return row


def _heads(lang: Language) -> list[str]:
    cost, budget, gap = (label(key, lang) for key in ("cost", "budget", "gap"))
    unit = f"[{label('million', lang)}]"
    middle, mean = label("statistic_p50", lang), label("statistic_mean", lang)
    tenth, ninetieth = (label("statistic_percentile", lang, n=n) for n in (10, 90))
    gaps = [f"{gap}, {what} {unit}" for what in (middle, tenth, ninetieth, mean)]
    year, chance = label("year", lang), f"{label('p_gap', lang)} [%]"
    return [year, f"{cost}, {middle} {unit}", f"{budget} {unit}", *gaps, chance]


def _headline(row: Any, lang: Language) -> list[tuple[Content, str]]:
    held: Content = row["budget"] / MILLION
    if pd.isna(row["budget"]):
        held = label("no_budget", lang)
    gaps = [row[f"gap_{statistic}"] / MILLION for statistic in ("p50", "p10", "p90", "mean")]
    return [
        (int(row["year"]), YEAR),
        (row["cost_p50"] / MILLION, WHOLE),
        (held, WHOLE),
        *((gap, WHOLE) for gap in gaps),
        (row["p_gap_positive"], SHARE),
    ]

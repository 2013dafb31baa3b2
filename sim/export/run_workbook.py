"""A run as a workbook: summary with charts, budget, months, every number used, sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from ..report.i18n import Language, day_text, number, translate
from ..report.run_tables import headline_rows
from ..runs.load import RunFolder
from ..scenario import Scenario
from .budget_sheet import MILLION, unit_line, write_budget, years_of
from .native_charts import MonthlyColumns, cost_and_budget_chart, need_chart, occupancy_chart
from .sources_sheet import write_numbers, write_sources
from .workbook_writer import (
    BOLD,
    HEADING,
    ONE,
    PLAIN,
    PROBABILITY,
    RIGHT,
    SHARE,
    TITLE,
    WHOLE,
    YEAR,
    Content,
    Draft,
    Formula,
    Sheet,
    column_letter,
    finish,
    head_row,
    lay_out,
    note,
    put,
    set_widths,
)

CHART_ROWS = 21
"""Rows of a sheet that a chart covers."""
HEAD = 4
"""Row of the heads of the monthly sheet."""
MONTHLY_PAGES, MONTHS_ON_PAGE = 8, 84
"""Printed pages of the monthly sheet side by side, and the most months on each."""
MONTHLY_HEAD_HEIGHT = 97
"""Height of these heads: seven lines, since names of series are long [points]."""
STACKED = (("occupancy", "persons", "book_occupancy"), ("places", "places", "places"))
"""Series shown by place type, with their sum: series, unit, label."""
PERCENTILES = ("p10", "p25", "p50", "p75", "p90")
INTERVAL = ("mean", "p10", "p90")
BEYOND = ("p50", "p10", "p90")
"""Of people beyond all places where capacity follows people: their mean is that of few futures."""
OTHER_SERIES: tuple[tuple[str, str, str], ...] = (
    ("occupancy", "kind:asylum_seekers", "book_asylum_seekers"),
    ("occupancy", "kind:status_holders", "status_holders"),
    ("occupancy", "kind:unaccompanied_minors", "book_minors_alone"),
    ("shortage", "total", "people_short"),
    ("places_short", "total", "places_short"),
    ("emergency_share", "total", "book_emergency_share"),
    ("pending", "total", "pending"),
    ("in_appeal", "total", "book_in_appeal"),
    ("rejected", "total", "book_rejected"),
    ("family_pending", "total", "book_family_pending"),
    ("transit", "total", "book_in_transit"),
    ("guardianship", "total", "book_wards"),
    ("municipal_arrears", "total", "book_arrears"),
    ("inflow", "total", "series_inflow"),
    ("family_arrivals", "total", "book_family_arrivals"),
    ("other_intake", "total", "book_other_intake"),
    ("decisions", "total", "book_decisions"),
    ("housed", "total", "book_housed"),
    ("departed", "total", "book_departed"),
    ("waiting_months", "kind:decided_median", "cell_waiting_months_kind_decided_median"),
    ("waiting_months", "kind:decided_mean", "cell_waiting_months_kind_decided_mean"),
    ("waiting_months", "kind:pending_median", "cell_waiting_months_kind_pending_median"),
    ("waiting_months", "kind:pending_mean", "cell_waiting_months_kind_pending_mean"),
)
"""Series after those of reception: series, breakdown, label."""
UNITS = {
    "persons": "unit_persons",
    "places": "unit_places",
    "cases": "unit_cases",
    "share": "book_percent",
    "persons/month": "book_persons_month",
    "decisions/month": "book_decisions_month",
    "months": "book_unit_months",
}
"""Label of each unit of the monthly table."""
FORMATS = {"share": SHARE, "months": ONE}


def run_workbook(run: RunFolder, lang: Language) -> bytes:
    """Return the workbook of a run in a language: the same run gives the same bytes."""
    draft = Draft()
    summary, money, months, numbers, sources = (
        draft.add(translate(key, lang))
        for key in ("sheet_summary", "sheet_gap", "sheet_months", "sheet_numbers", "sheet_sources")
    )
    row = _write_summary(summary, run, lang)
    medians = write_budget(money, run, lang)
    charts = _write_months(months, run.monthly, run.scenario, lang)
    if medians is not None:
        rows = headline_rows(run.budget, run.scenario)
        largest = float(np.nanmax(rows[["cost_p90", "budget"]].to_numpy())) / MILLION
        charts.insert(0, cost_and_budget_chart(money, medians, len(years_of(run)), largest, lang))
    for chart in charts:
        summary.out.insert_chart(row - 1, 0, chart)
        row += CHART_ROWS
    write_numbers(numbers, run.scenario, lang)
    write_sources(sources, run.scenario, lang)
    return finish(draft, getattr(run.scenario.title, lang), run.stamp, {}, lang)


def _write_summary(sheet: Sheet, run: RunFolder, lang: Language) -> int:
    """Write title, facts and the headline by year; return the row from which charts may stand."""
    set_widths(sheet, (16, 15, 13, 15, 15, 15, 15, 13))
    put(sheet, (1, 1), getattr(run.scenario.title, lang), style=TITLE)
    note(sheet, 2, getattr(run.scenario.description, lang), 8)
    row = 4
    for key, text in _facts(run, lang):
        put(sheet, (row, 1), translate(key, lang), style=BOLD)
        put(sheet, (row, 2), text)
        row += 1
    row += 1
    if run.budget.empty:
        note(sheet, row, translate("book_no_year", lang), 8)
    else:
        row = _write_headline(sheet, run, lang, row)
    lay_out(sheet, down=1, portrait=True)
    return row + 2


def _facts(run: RunFolder, lang: Language) -> list[tuple[str, str]]:
    """What a reader needs to reproduce the run."""
    options, stamp = run.record["options"], run.stamp
    versions = ", ".join(f"{name} {version}" for name, version in run.record["versions"].items())
    return [
        ("whence_scenario", stamp.scenario),
        ("whence_run", stamp.run),
        ("book_replications", number(options["replications"], lang)),
        ("whence_seed", stamp.seed),
        ("book_step", translate(f"step_{options['step']}", lang)),
        ("book_until", day_text(date.fromisoformat(str(options["until"])), lang)),
        ("book_vary", ", ".join(options["vary"])),
        ("whence_version", versions),
        ("whence_command", stamp.command),
        *((("whence_cite", run.record["cite"]),) if "cite" in run.record else ()),
    ]


def _write_headline(sheet: Sheet, run: RunFolder, lang: Language, row: int) -> int:
    """Write medians, interval, mean gap and chance by year; return the row below."""
    title = translate("gap_title", lang, vintage=getattr(run.scenario.headline.title, lang))
    put(sheet, (row, 1), f"{title} [{unit_line(run.scenario, lang)}]", style=HEADING)
    head_row(sheet, row + 1, _heads(lang))
    row += 2
    for _, year in headline_rows(run.budget, run.scenario).iterrows():
        for column, (value, number_format) in enumerate(_headline(year, lang), start=1):
            put(sheet, (row, column), value, number_format, PLAIN | RIGHT)
        row += 1
    for key in ("mean_line", "book_medians"):
        note(sheet, row, translate(key, lang), 8)
        row += 1
    return row


def _heads(lang: Language) -> list[str]:
    cost, budget, gap = (translate(key, lang) for key in ("cost", "budget", "gap"))
    unit = f"[{translate('million', lang)}]"
    middle, mean = translate("statistic_p50", lang), translate("statistic_mean", lang)
    tenth, ninetieth = (translate("statistic_percentile", lang, n=n) for n in (10, 90))
    gaps = [f"{gap}, {what} {unit}" for what in (middle, tenth, ninetieth, mean)]
    year, chance = translate("year", lang), f"{translate('p_gap', lang)} [%]"
    return [year, f"{cost}, {middle} {unit}", f"{budget} {unit}", *gaps, chance]


def _headline(row: Any, lang: Language) -> list[tuple[Content, str]]:
    budget: Content = row["budget"] / MILLION
    if pd.isna(row["budget"]):
        budget = translate("no_budget", lang)
    gaps = [row[f"gap_{statistic}"] / MILLION for statistic in ("p50", "p10", "p90", "mean")]
    return [
        (int(row["year"]), YEAR),
        (row["cost_p50"] / MILLION, WHOLE),
        (budget, WHOLE),
        *((gap, WHOLE) for gap in gaps),
        (row["p_gap_positive"], PROBABILITY),
    ]


def _write_months(
    sheet: Sheet, monthly: pd.DataFrame, scenario: Scenario, lang: Language
) -> list[Any]:
    """Write a row a month end, a column a series; return the charts of occupancy and of need."""
    dates = sorted(monthly["date"].unique())
    put(sheet, (1, 1), translate("sheet_months", lang), style=TITLE)
    head_row(sheet, HEAD, [translate("book_date", lang)])
    for row, day in enumerate(dates, start=HEAD + 1):
        put(sheet, (row, 1), pd.Timestamp(day).date())
    table = _MonthlyTable(sheet, monthly, lang)
    occupancy, places = (_write_stack(table, scenario, *series) for series in STACKED)
    need = _write_need(table)
    for series, breakdown, name in OTHER_SERIES:
        priced = series == "shortage" and scenario.closing != "constrained"
        label = translate("people_beyond" if priced else name, lang)
        for statistic in BEYOND if priced else INTERVAL:
            table.add_series(series, breakdown, statistic, label)
    set_widths(sheet, (12, *(13,) * (table.next - 2)))
    note(sheet, 2, translate("book_months", lang), 12)
    pages = ceil(len(dates) / MONTHS_ON_PAGE)
    lay_out(sheet, head=HEAD, columns=1, across=MONTHLY_PAGES, down=pages, portrait=True)
    sheet.out.print_area(0, 0, HEAD + len(dates) - 1, table.next - 2)
    sheet.out.set_row(HEAD - 1, MONTHLY_HEAD_HEIGHT)
    where = MonthlyColumns(
        first=HEAD + 1,
        last=HEAD + len(dates),
        occupancy=occupancy,
        places=places.stop,
        fan_base=need.start + 1,
        fan_widths=range(need.stop - 3, need.stop),
        median=need.start + 3,
        names=tuple(getattr(p.title, lang) for p in scenario.reception.places.values()),
    )
    return [occupancy_chart(sheet, where, lang), need_chart(sheet, where, lang)]


@dataclass
class _MonthlyTable:
    """The table of months as it grows, column by column."""

    sheet: Sheet
    monthly: pd.DataFrame
    lang: Language
    next: int = 2
    """The next free column."""

    def add_series(self, series: str, breakdown: str, statistic: str, name: str) -> list[float]:
        """Add a column with a statistic of a series; return its values."""
        rows = self.monthly[
            (self.monthly["series"] == series) & (self.monthly["breakdown"] == breakdown)
        ].sort_values("date")
        unit = str(rows["unit"].iloc[0])
        values = [float(value) for value in rows[statistic]]
        self.add(name, unit, statistic, values, FORMATS.get(unit, WHOLE))
        return values

    def add(
        self,
        name: str,
        unit: str,
        statistic: str,
        values: Sequence[Content],
        number_format: str = WHOLE,
    ) -> None:
        """Add a column of numbers or formulas under its head."""
        shown = translate(UNITS[unit], self.lang)
        head = f"{name}, {_statistic_name(statistic, self.lang)} [{shown}]"
        head_row(self.sheet, HEAD, [head], first=self.next)
        for row, value in enumerate(values, start=HEAD + 1):
            put(self.sheet, (row, self.next), value, number_format)
        self.next += 1


def _write_stack(
    table: _MonthlyTable, scenario: Scenario, series: str, unit: str, name: str
) -> range:
    """Write means by place type and their sum as a formula; return the columns of the types."""
    first, heading = table.next, translate(name, table.lang)
    columns = [
        table.add_series(series, f"place:{key}", "mean",
                         f"{heading}: {getattr(place.title, table.lang)}")
        for key, place in scenario.reception.places.items()
    ]  # fmt: skip
    types = range(first, table.next)
    left, right = column_letter(types.start), column_letter(types.stop - 1)
    sums = [
        Formula(f"=SUM({left}{row}:{right}{row})", sum(values))
        for row, values in enumerate(zip(*columns, strict=True), start=HEAD + 1)
    ]
    table.add(f"{heading}: {translate('book_sum', table.lang)}", unit, "mean", sums)
    return types


def _write_need(table: _MonthlyTable) -> range:
    """Write mean and percentiles of need, and the distances of these; return all columns."""
    first, name = table.next, translate("need", table.lang)
    values = {
        statistic: (column_letter(table.next), table.add_series("need", "total", statistic, name))
        for statistic in ("mean", *PERCENTILES)
    }
    for low, high in (("p10", "p25"), ("p25", "p75"), ("p75", "p90")):
        (left, below), (right, above) = values[low], values[high]
        steps = [
            Formula(f"={right}{row}-{left}{row}", above[row - HEAD - 1] - below[row - HEAD - 1])
            for row in range(HEAD + 1, HEAD + 1 + len(below))
        ]
        table.add(name, "places", f"{low} - {high}", steps)
    return range(first, table.next)


def _statistic_name(statistic: str, lang: Language) -> str:
    """A mean, a median or a percentile in words; a difference of two as p10 - p25."""
    if statistic in ("mean", "p50"):
        return translate(f"statistic_{statistic}", lang)
    if " - " in statistic:
        return translate("book_between", lang, what=statistic)
    return translate("statistic_percentile", lang, n=int(statistic[1:]))

"""The sheet of months: a row a month end, a column a series, with its unit and statistic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ..report.i18n import Language, label
from ..scenario import Scenario
from .native_charts import ColumnRange, fan_of_need, stack_of_occupancy
from .workbook_writer import (
    ONE,
    SHARE,
    TITLE,
    WHOLE,
    Content,
    Draft,
    Formula,
    head_row,
    note,
    page,
    put,
    widths,
)

FAN = ("p10", "p25", "p50", "p75", "p90")
BAND = ("mean", "p10", "p90")
HEAD = 4
"""Row of the head of the table."""
HEAD_HEIGHT = 84
"""Room for six lines: names of series are long [points]."""
OTHERS: tuple[tuple[str, str, str], ...] = (
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
    ("waiting_months", "kind:median", "book_wait"),
)
"""Series after those of reception: series, breakdown, label."""
LOOKS = {"share": SHARE, "months": ONE}


def write_months(
    draft: Draft, sheet: Worksheet, monthly: pd.DataFrame, scenario: Scenario, lang: Language
) -> list[Any]:
    """Fill the sheet; gives the two charts that read it: occupancy with places, and need."""
    dates = sorted(monthly["date"].unique())
    put(draft, sheet, (1, 1), label("sheet_months", lang), font=TITLE)
    sheet.column_dimensions["A"].width = 12
    head_row(draft, sheet, HEAD, [label("book_date", lang)])
    for row, day in enumerate(dates, start=HEAD + 1):
        put(draft, sheet, (row, 1), pd.Timestamp(day).date())
    writer = _Writer(draft, sheet, monthly, lang, len(dates))
    occupancy = _write_stack(writer, 2, scenario, "occupancy", "book_occupancy")
    places = _write_stack(writer, occupancy.stop + 1, scenario, "places", "places")
    median = _write_fan(writer, places.stop + 1)
    column = median + 6
    for series, breakdown, name in OTHERS:
        for statistic in BAND:
            writer.series(column, series, breakdown, statistic, label(name, lang))
            column += 1
    widths(sheet, (12, *(15,) * (column - 2)))
    note(draft, sheet, 2, label("book_months", lang), 12)
    page(sheet, f"B{HEAD + 1}", f"{HEAD}:{HEAD}", wide=True)
    sheet.row_dimensions[HEAD].height = HEAD_HEIGHT
    where = ColumnRange(
        first=HEAD + 1,
        last=HEAD + len(dates),
        occupancy=occupancy,
        places=places.stop,
        fan_base=median - 2,
        fan_widths=range(median + 3, median + 6),
        median=median,
        names=tuple(getattr(p.title, lang) for p in scenario.reception.places.values()),
    )
    return [stack_of_occupancy(sheet, where, lang), fan_of_need(sheet, where, lang)]


@dataclass(frozen=True)
class _Writer:
    """What every column of the sheet needs."""

    draft: Draft
    sheet: Worksheet
    monthly: pd.DataFrame
    lang: Language
    rows: int

    def series(self, column: int, series: str, breakdown: str, statistic: str, name: str) -> None:
        """A series as it was measured."""
        rows = self.monthly[
            (self.monthly["series"] == series) & (self.monthly["breakdown"] == breakdown)
        ].sort_values("date")
        unit = str(rows["unit"].iloc[0])
        values = [float(value) for value in rows[statistic]]
        self.column(column, name, unit, statistic, values, LOOKS.get(unit, WHOLE))

    def column(
        self,
        column: int,
        name: str,
        unit: str,
        statistic: str,
        values: Sequence[Content],
        look: str = WHOLE,
    ) -> None:
        """A column of numbers or formulas under its head."""
        told = f"{name}, {statistic_name(statistic, self.lang)} [{month_unit(unit, self.lang)}]"
        head_row(self.draft, self.sheet, HEAD, [told], first=column)
        for row, value in enumerate(values, start=HEAD + 1):
            put(self.draft, self.sheet, (row, column), value, look)


def _write_stack(writer: _Writer, first: int, scenario: Scenario, series: str, name: str) -> range:
    """Means by place type and their sum as a formula; gives the columns of the types."""
    types = scenario.reception.places
    heading = label(name, writer.lang)
    for column, (key, place) in enumerate(types.items(), start=first):
        title = f"{heading}: {getattr(place.title, writer.lang)}"
        writer.series(column, series, f"place:{key}", "mean", title)
    columns = range(first, first + len(types))
    sums: list[Content] = []
    left, right = get_column_letter(columns.start), get_column_letter(columns.stop - 1)
    for row in range(HEAD + 1, HEAD + 1 + writer.rows):
        parts = [float(str(writer.sheet.cell(row, column).value)) for column in columns]
        sums.append(Formula(f"=SUM({left}{row}:{right}{row})", sum(parts)))
    unit = "persons" if series == "occupancy" else "places"
    total = f"{heading}: {label('book_sum', writer.lang)}"
    writer.column(columns.stop, total, unit, "mean", sums)
    return columns


def _write_fan(writer: _Writer, first: int) -> int:
    """Need: mean, percentiles, and how far these lie apart; gives the column of the median."""
    name = label("need", writer.lang)
    for column, statistic in enumerate(("mean", *FAN), start=first):
        writer.series(column, "need", "total", statistic, name)
    low = first + 1
    steps = ((low, low + 1), (low + 1, low + 3), (low + 3, low + 4))
    for column, (below, above) in enumerate(steps, start=first + 6):
        values: list[Content] = []
        for row in range(HEAD + 1, HEAD + 1 + writer.rows):
            ends = [float(str(writer.sheet.cell(row, at).value)) for at in (below, above)]
            text = f"={get_column_letter(above)}{row}-{get_column_letter(below)}{row}"
            values.append(Formula(text, float(np.diff(ends)[0])))
        names = (FAN[below - low], FAN[above - low])
        writer.column(column, name, "places", " - ".join(names), values)
    return first + 3


def statistic_name(statistic: str, lang: Language) -> str:
    """A mean, a median or a percentile in words; a difference of two as p10 - p25."""
    if statistic in ("mean", "p50"):
        return label(f"statistic_{statistic}", lang)
    if " - " in statistic:
        return label("book_between", lang, what=statistic)
    return label("statistic_percentile", lang, n=int(statistic[1:]))


MONTH_UNITS = {
    "persons": "unit_persons",
    "places": "unit_places",
    "cases": "unit_cases",
    "share": "book_percent",
    "persons/month": "book_persons_month",
    "decisions/month": "book_decisions_month",
    "months": "book_unit_months",
}


def month_unit(unit: str, lang: Language) -> str:
    """A unit of the tables by month in a language."""
    return label(MONTH_UNITS[unit], lang)

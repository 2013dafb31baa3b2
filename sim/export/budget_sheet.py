"""The budget sheet: means by line, medians with their interval, cost levels, vintages.

Sums and gaps of means are formulas. Medians and other percentiles do not add up, so that their
tables have no sums.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..model.prices import LEVELS
from ..report.display_names import line_label
from ..report.i18n import Language, translate
from ..report.run_tables import headline_rows, prices_label, select
from ..results.budget import LINES, MAIN_LINES, OUTSIDE, addends, is_inside
from ..runs.load import RunFolder
from ..scenario import Scenario
from .workbook_writer import (
    BOLD,
    HEADING,
    PLAIN,
    PROBABILITY,
    RIGHT,
    SUM_LINE,
    TITLE,
    WHOLE,
    YEAR,
    Content,
    Formula,
    Sheet,
    Style,
    column_letter,
    head_row,
    lay_out,
    note,
    put,
    set_widths,
)

MILLION = 1e6
ENDS = ("low", "high")
"""Ends of a 95% interval of the simulation error."""
FIRST_ERROR = 12
"""Column of the medians' table in which their simulation error begins."""
LEAST = 1.0
"""Euros below which an amount of every year is nothing but rounding."""


@dataclass(frozen=True)
class MeanRow:
    """A row of the means: its budget line, its key, and what it sums, less one other row."""

    label: str
    key: str
    sum_of: tuple[str, ...] = ()
    less: str = ""


def _cost_rows(name: str) -> Iterator[MeanRow]:
    """A line below the parts that add up to it; a net budget takes other income off the IND."""
    parts: tuple[str, ...] = addends(name)
    for part in parts:
        yield from _cost_rows(part)
    if name == "ind":
        yield MeanRow("book_income", "income")
        parts = (*parts, "income")
    yield MeanRow(name, name, parts)


BUDGETED = (*MAIN_LINES[1:], MAIN_LINES[0])
"""The total below what adds up to it."""
COSTS = tuple(_cost_rows("total"))
BUDGETS = tuple(
    MeanRow(
        name, f"budget:{name}", tuple(f"budget:{part}" for part in addends(name) if name == "total")
    )
    for name in BUDGETED
)
GAPS = tuple(MeanRow(name, f"gap:{name}", (name,), f"budget:{name}") for name in BUDGETED)
_SUMMED = {line.key for line in COSTS}
INSIDE = tuple(
    MeanRow(line.name, line.name)
    for line in LINES
    if is_inside(line.name, "total") and line.name not in _SUMMED
)
BESIDE = tuple(MeanRow(name, name) for name in OUTSIDE)
PARTS = (
    ("cost", COSTS),
    ("budget", BUDGETS),
    ("gap", GAPS),
    ("book_inside", INSIDE),
    ("book_outside", BESIDE),
)

Means = dict[str, list[float | None]]
"""By line the means of the years [EUR million]; None where there is no budget."""


def years_of(run: RunFolder) -> list[int]:
    """Return the whole years of a run."""
    return sorted({int(year) for year in run.budget["year"]})


def unit_line(scenario: Scenario, lang: Language) -> str:
    """Return the unit of amounts: EUR million, and in which prices."""
    return f"{translate('million', lang)}, {prices_label(scenario, lang)}"


def _head(name: str, statistic: str, lang: Language) -> str:
    """Head of a column of names, which states the unit and the statistic of the other columns."""
    return f"{name} [{translate('million', lang)}, {translate(f'statistic_{statistic}', lang)}]"


def write_budget(sheet: Sheet, run: RunFolder, lang: Language) -> int | None:
    """Fill the sheet; return the row of the heads of the medians, which a chart reads.

    Return None for a run that ends within its first year, and has no yearly amounts.
    """
    set_widths(sheet, (46, *(14,) * 8, 17, 17))
    if run.budget.empty:
        note(sheet, 1, translate("book_no_year", lang), 8)
        return None
    title = translate("gap_title", lang, vintage=getattr(run.scenario.headline.title, lang))
    put(sheet, (1, 1), f"{title} [{unit_line(run.scenario, lang)}]", style=TITLE)
    level = translate(f"level_{run.scenario.prices.level}", lang)
    note(sheet, 2, translate("book_means", lang, level=level), 8)
    row = _write_means(sheet, run, lang, 4)
    first = _write_medians(sheet, run, lang, row + 1)
    row = _write_levels(sheet, run, lang, first + len(years_of(run)) + 2)
    _write_vintages(sheet, run, lang, row + 1)
    lay_out(sheet, head=4, columns=1)
    return first


def _means(run: RunFolder) -> Means:
    """Mean cost and budget by line and year, for the headline vintage [EUR million].

    ``income`` is the other income of the IND, which a net vintage deducts, as a negative amount.
    """
    means: Means = {}
    lines = [line.key for _, part in PARTS for line in part if ":" not in line.key]
    for line in lines:
        if line != "income":
            rows = headline_rows(run.budget, run.scenario, line=line)
            means[line] = [float(value) / MILLION for value in rows["cost_mean"]]
    for row in BUDGETS:
        rows = headline_rows(run.budget, run.scenario, line=row.key.partition(":")[2])
        means[row.key] = [None if pd.isna(x) else float(x) / MILLION for x in rows["budget"]]
    gross = sum(np.array(means[line]) for line in addends("ind"))
    means["income"] = [round(float(x), 6) for x in np.array(means["ind"]) - gross]
    return means


def _write_means(sheet: Sheet, run: RunFolder, lang: Language, row: int) -> int:
    """Write means by line and year, their sums and gaps as formulas; return the row below."""
    years, means = years_of(run), _means(run)
    head = _head(translate("book_line", lang), "mean", lang)
    head_row(sheet, row, [head, *map(str, years)])
    row += 1
    rows: dict[str, int] = {}
    for name, part in PARTS:
        put(sheet, (row, 1), translate(name, lang), style=HEADING)
        row += 1
        for line in part:
            if line.key == "income" and _is_nothing(means["income"]):
                continue
            rows[line.key] = row
            text = (
                translate(line.label, lang)
                if line.key == "income"
                else line_label(line.label, lang)
            )
            put(sheet, (row, 1), text, style=BOLD if line.sum_of else PLAIN)
            for index in range(len(years)):
                content = _mean(line, index, rows, means)
                if content is None and part is BUDGETS:
                    content = translate("no_budget", lang)
                put(sheet, (row, index + 2), content, WHOLE, _style(line) | RIGHT)
            row += 1
    return row


def _style(line: MeanRow) -> Style:
    return BOLD | SUM_LINE if line.sum_of else PLAIN


def _is_nothing(amounts: list[float | None]) -> bool:
    return all(abs(amount or 0.0) * MILLION < 10 * LEAST for amount in amounts)


def _mean(line: MeanRow, index: int, rows: dict[str, int], means: Means) -> Content:
    """A simulated mean, or the formula of a sum or a gap; None where a part is missing."""
    if not line.sum_of:
        return means[line.key][index]
    parts = [key for key in line.sum_of if key in rows]
    values = [means[key][index] for key in parts]
    other = means[line.less][index] if line.less else 0.0
    if other is None or None in values:
        means.setdefault(line.key, [None] * len(means["total"]))
        return None
    letter = column_letter(index + 2)
    text = "=" + "+".join(f"{letter}{rows[key]}" for key in parts)
    if line.less:
        text += f"-{letter}{rows[line.less]}"
    value = sum(value for value in values if value is not None) - other
    means.setdefault(line.key, [None] * len(means["total"]))[index] = value
    return Formula(text, value)


def _write_medians(sheet: Sheet, run: RunFolder, lang: Language, row: int) -> int:
    """Write medians and their interval by year; return the row of the heads."""
    put(sheet, (row, 1), translate("book_medians", lang), style=HEADING)
    unit = f"[{translate('million', lang)}]"
    cost, budget, gap = (translate(key, lang) for key in ("cost", "budget", "gap"))
    middle = translate("statistic_p50", lang)
    tenth, ninetieth = (translate("statistic_percentile", lang, n=n) for n in (10, 90))
    band = (middle, tenth, ninetieth)
    head = [
        translate("year", lang),
        *(f"{cost}, {what} {unit}" for what in band),
        f"{budget} {unit}",
        *(f"{gap}, {what} {unit}" for what in band),
        f"{translate('p_gap', lang)} [%]",
        f"{translate('book_up', lang)} {unit}",
        f"{translate('book_down', lang)} {unit}",
        *(
            f"{gap}, {what}, {translate(f'book_error_{end}', lang)} {unit}"
            for what in band
            for end in ENDS
        ),
        *(
            f"{translate('p_gap', lang)}, {translate(f'book_error_{end}', lang)} [%]"
            for end in ENDS
        ),
    ]
    head_row(sheet, row + 1, head)
    rows = headline_rows(run.budget, run.scenario)
    for number, (_, one) in enumerate(rows.iterrows(), start=row + 2):
        put(sheet, (number, 1), int(one["year"]), YEAR)
        names = ("cost_p50", "cost_p10", "cost_p90", "budget", "gap_p50", "gap_p10", "gap_p90")
        for column, name in enumerate(names, start=2):
            put(sheet, (number, column), float(one[name]) / MILLION, WHOLE)
        put(sheet, (number, 9), float(one["p_gap_positive"]), PROBABILITY)
        low, mid, high = (float(one[f"cost_{q}"]) / MILLION for q in ("p10", "p50", "p90"))
        put(sheet, (number, 10), Formula(f"=D{number}-B{number}", high - mid), WHOLE)
        put(sheet, (number, 11), Formula(f"=B{number}-C{number}", mid - low), WHOLE)
        _write_errors(sheet, number, one)
    return row + 1


def _write_errors(sheet: Sheet, row: int, one: pd.Series[Any]) -> None:
    """Write the simulation error of a year's gap; empty cells where it is not known."""
    names = [f"gap_{name}_{end}" for name in ("p50", "p10", "p90") for end in ENDS]
    for column, name in enumerate(names, start=FIRST_ERROR):
        if pd.notna(one[name]):
            put(sheet, (row, column), float(one[name]) / MILLION, WHOLE)
    for column, end in enumerate(ENDS, start=FIRST_ERROR + len(names)):
        if pd.notna(one[f"p_gap_positive_{end}"]):
            put(sheet, (row, column), float(one[f"p_gap_positive_{end}"]), PROBABILITY)


def _write_levels(sheet: Sheet, run: RunFolder, lang: Language, row: int) -> int:
    """Write the median gap at each cost level by year; return the row below."""
    put(sheet, (row, 1), translate("levels_title", lang), style=HEADING)
    years = years_of(run)
    check = f"{translate('check_2024', lang)} [{translate('million', lang)}]"
    head = _head(translate("level", lang), "p50", lang)
    head_row(sheet, row + 1, [head, *map(str, years), check])
    row += 2
    for level in (level for level in LEVELS if level in run.record["check_2024_eur"]):
        rows = headline_rows(run.budget, run.scenario, cost_level=level)
        put(sheet, (row, 1), translate(f"level_{level}", lang))
        for column, gap in enumerate(rows["gap_p50"], start=2):
            put(sheet, (row, column), float(gap) / MILLION, WHOLE)
        of_2024 = run.record["check_2024_eur"][level] / MILLION
        put(sheet, (row, len(years) + 2), of_2024, WHOLE)
        row += 1
    return row


def _write_vintages(sheet: Sheet, run: RunFolder, lang: Language, row: int) -> None:
    """Write mean cost, budget, and the gap as a formula, for every vintage."""
    put(sheet, (row, 1), translate("book_vintages", lang), style=HEADING)
    head = _head(line_label("total", lang), "mean", lang)
    years = years_of(run)
    head_row(sheet, row + 1, [head, *map(str, years)])
    row += 2
    for name, vintage in run.scenario.budget.vintages.items():
        rows = select(
            run.budget,
            vintage=name,
            line="total",
            cost_level=run.scenario.prices.level,
            price_basis=run.scenario.budget.price_basis,
        )
        for offset, key in enumerate(("cost", "budget", "gap")):
            text = f"{getattr(vintage.title, lang)}: {translate(key, lang)}"
            put(sheet, (row + offset, 1), text, style=BOLD if key == "gap" else PLAIN)
        for column, (_, one) in enumerate(rows.iterrows(), start=2):
            cost, budget = float(one["cost_mean"]) / MILLION, float(one["budget"]) / MILLION
            put(sheet, (row, column), cost, WHOLE)
            if budget != budget:
                put(sheet, (row + 1, column), translate("no_budget", lang), style=PLAIN | RIGHT)
                continue
            put(sheet, (row + 1, column), budget, WHOLE)
            letter = column_letter(column)
            gap = Formula(f"={letter}{row}-{letter}{row + 1}", cost - budget)
            put(sheet, (row + 2, column), gap, WHOLE, BOLD)
        row += 3

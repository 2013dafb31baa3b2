"""What is printed of a comparison: one table of a year, and on request tables by scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from rich.table import Table

from ..report.display_names import titles_of
from ..report.i18n import Language, million, number, probability, translate
from ..report.run_tables import prices_label, prices_notes
from ..report.study_data import StudyData
from .compare_chart import Comparison, comparison_of, moves

YEAR = 2027
"""Year of the table if none was asked for."""
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
"""Series of the tables by scenario; all others are in the file."""
WRAPPED = ("compare_mean", "compare_difference")
"""Columns whose head may take two lines."""
Row = dict[Any, Any]


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return the table of one year with a column a scenario, and the sentences."""
    comparison, titles = comparison_of(data), titles_of(data.scenarios, lang)
    same = [
        translate("compare_same", lang, other=titles[other], base=titles[comparison.base])
        for other in comparison.others
        if not moves(_of(comparison, other))
    ]
    settings = data.settings
    made = translate(
        "compare_made",
        lang,
        n=number(settings.replications, lang),
        step=translate(f"step_{settings.step}", lang),
        seed=settings.seed,
    )
    lines = [*_error_lines(comparison, titles, lang), *same, translate("compare_note", lang), made]
    if data.asked.get("finished"):
        lines.append(translate("compare_finished", lang))
    return [year_table(data, lang), *lines, *prices_notes(data.scenarios, lang)]


def details(data: StudyData, lang: Language) -> list[Any]:
    """Return a table by series and year for each scenario, and what does not differ."""
    comparison, shown = comparison_of(data), list[Any]()
    titles = titles_of(data.scenarios, lang)
    for other in comparison.others:
        table = difference_table(comparison, other, titles, lang)
        shown += [table] if table.row_count else []
        shown += [error_line(comparison, other, lang)] if moves(_gaps(comparison, other)) else []
        shown += still_lines(comparison, other, titles, lang)
    return shown


# -- One year, a column a scenario -----------------------------------------------------------------


def year_of(comparison: Comparison) -> int:
    """Return the year of the table: the one asked for, else 2027, else the last one compared."""
    if comparison.year is not None:
        return comparison.year
    years = comparison.yearly["year"]
    return YEAR if YEAR in set(years) else int(years.max())


def year_table(data: StudyData, lang: Language) -> Table:
    """Return one year with a column a scenario: medians, and the difference from the first."""
    comparison, scenarios = comparison_of(data), data.scenarios
    year, names = year_of(comparison), (comparison.base, *comparison.others)
    unit = f"{translate('million', lang)}, {prices_label(data.first, lang)}"
    title = f"{translate('compare_table', lang, year=year)} [{unit}]"
    table = Table(title=title, title_justify="left")
    table.add_column("", min_width=12, overflow="fold")
    for head in titles_of(scenarios, lang).values():
        table.add_column(head, justify="right", overflow="fold")
    levels = [_levels(comparison, name, year) for name in names]
    for label, cell in _level_rows(lang):
        cells = [cell(rows) for rows in levels]
        if any(cells):
            table.add_row(translate(label, lang), *cells)
    if any(scenario.closing == "constrained" for scenario in scenarios.values()):
        cells = [_count(rows, ("shortage", "total"), lang) for rows in levels]
        table.add_row(translate("compare_short", lang), *cells)
    table.add_section()
    changes = [_changes(comparison, name, year) for name in names]
    for label, change in _change_rows(lang):
        cells = [change(rows) for rows in changes]
        if any(cells):
            table.add_row(translate(label, lang), *cells)
    return table


Levels = Mapping[tuple[str, str], Row]
"""Rows of one scenario and year by series and breakdown."""


def _levels(comparison: Comparison, name: str, year: int) -> Levels:
    """Return what a scenario comes to in a year, by series and breakdown."""
    rows = comparison.levels
    rows = rows[(rows["scenario"] == name) & (rows["year"] == year)]
    return {(row["series"], row["breakdown"]): row for row in rows.to_dict("records")}


def _changes(comparison: Comparison, name: str, year: int) -> Levels:
    """Return how a scenario differs from the first in a year, by series and breakdown."""
    rows = _of(comparison, name)
    rows = rows[rows["year"] == year]
    return {(row["series"], row["breakdown"]): row for row in rows.to_dict("records")}


def _level_rows(lang: Language) -> list[tuple[str, Callable[[Levels], str]]]:
    gap = ("gap", "total")
    return [
        ("cost", lambda rows: _money(rows, ("cost", "total"), "p50", lang)),
        ("budget", lambda rows: _money(rows, ("budget", "total"), "p50", lang)),
        ("gap", lambda rows: _money(rows, gap, "p50", lang)),
        ("band80", lambda rows: _interval(rows, gap, "p", lang)),
        ("p_gap", lambda rows: _chance(rows, gap, lang)),
        ("diff_occupancy_total", lambda rows: _count(rows, ("occupancy", "total"), lang)),
        ("compare_places", lambda rows: _count(rows, ("places", "total"), lang)),
    ]


def _change_rows(lang: Language) -> list[tuple[str, Callable[[Levels], str]]]:
    gap, people = ("gap", "total"), ("occupancy", "total")
    return [
        ("compare_gap", lambda rows: _money(rows, gap, "difference_p50", lang)),
        ("compare_gap_band", lambda rows: _interval(rows, gap, "difference_p", lang)),
        ("compare_gap_chance", lambda rows: _chance(rows, gap, lang)),
        (
            "compare_people",
            lambda rows: _count(rows, people, lang, "difference_p50"),
        ),
    ]


def _money(rows: Levels, series: tuple[str, str], column: str, lang: Language) -> str:
    row = rows.get(series)
    return "" if row is None or pd.isna(row[column]) else million(row[column], lang)


def _interval(rows: Levels, series: tuple[str, str], column: str, lang: Language) -> str:
    row = rows.get(series)
    if row is None or pd.isna(row.get(f"{column}10")) or _is_equal(row):
        return ""
    low, high = (million(row[f"{column}{q}"], lang) for q in (10, 90))
    return translate("range", lang, low=low, high=high)


def _chance(rows: Levels, series: tuple[str, str], lang: Language) -> str:
    row = rows.get(series)
    if row is None or pd.isna(row.get("p_positive")) or _is_equal(row):
        return ""
    return probability(row["p_positive"], lang, brief=True)


def _is_equal(row: Row) -> bool:
    """Return whether a row of differences has none, in any replication."""
    return "difference_mean" in row and not moves(pd.DataFrame([row]))


def _count(rows: Levels, series: tuple[str, str], lang: Language, column: str = "p50") -> str:
    row = rows.get(series)
    return "" if row is None or pd.isna(row[column]) else number(row[column], lang)


def _error_lines(comparison: Comparison, titles: Mapping[str, str], lang: Language) -> list[str]:
    """Return one sentence on the simulation error of the differences in gap of the year."""
    year, each = year_of(comparison), []
    for other in comparison.others:
        rows = _gaps(comparison, other)
        for row in rows[rows["year"] == year].to_dict("records"):
            if not moves(rows[rows["year"] == year]):
                continue
            if pd.isna(row.get("difference_p50_low")):
                return [translate("error_unknown", lang)]
            ends = {end: million(row[f"difference_p50_{end}"], lang) for end in ("low", "high")}
            value = translate("range", lang, **ends)
            each.append(translate("named_value", lang, name=titles[other], value=value))
    return [translate("compare_errors", lang, each="; ".join(each))] if each else []


# -- A table a scenario ----------------------------------------------------------------------------


def _of(comparison: Comparison, other: str) -> pd.DataFrame:
    return comparison.yearly[comparison.yearly["scenario"] == other]


def _gaps(comparison: Comparison, other: str) -> pd.DataFrame:
    rows = _of(comparison, other)
    return rows[(rows["series"] == "gap") & (rows["breakdown"] == "total")]


def name_of(series: str, breakdown: str, lang: Language) -> str:
    """Return a series in words."""
    return translate(f"diff_{series}_{breakdown.replace(':', '_')}", lang)


def scaled(value: float, series: str, lang: Language) -> str:
    """Return a value in the unit of the table: EUR million, people and cases in full, months."""
    if series in ("gap", "cost"):
        return number(value / 1e6, lang)
    return number(value, lang, 1 if series == "waiting_months" else 0)


def difference_table(
    comparison: Comparison, other: str, titles: Mapping[str, str], lang: Language
) -> Table:
    """Return by series and year: medians of both sides and of the difference, its interval.

    Then the mean difference and P(above zero).
    """
    rows = _of(comparison, other)
    base = titles[comparison.base]
    title = translate("compare_title", lang, other=titles[other], base=base)
    table = Table(title=title, title_justify="left")
    table.add_column("", no_wrap=False, max_width=20)
    table.add_column(translate("year", lang), justify="right", no_wrap=True)
    for name in (base, titles[other]):
        table.add_column(name, justify="right", min_width=7)
    for key in ("compare_difference", "compare_band", "compare_mean", "compare_chance"):
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
    ]


def error_line(comparison: Comparison, other: str, lang: Language) -> str:
    """Return a sentence on the simulation error of the difference in gap, by year."""
    gaps = _gaps(comparison, other)
    known = [row for row in gaps.to_dict("records") if pd.notna(row.get("difference_p50_low"))]
    if not known:
        return translate("error_unknown", lang)
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
    return translate("compare_error", lang, years=each)


def still_lines(
    comparison: Comparison, other: str, titles: Mapping[str, str], lang: Language
) -> list[str]:
    """Return a sentence on what does not differ at all."""
    rows = _of(comparison, other)
    if not moves(rows):
        return [translate("compare_same", lang, other=titles[other], base=titles[comparison.base])]
    still = [
        name_of(series, breakdown, lang)
        for series, breakdown in SHOWN
        if not moves(rows[(rows["series"] == series) & (rows["breakdown"] == breakdown)])
    ]
    return [translate("compare_still", lang, names=", ".join(still))] if still else []

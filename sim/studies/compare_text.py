"""Comparisons as a table and a chart: differences with their bands, never two bands apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.table import Table

from ..report.i18n import Language, label, number
from .compare import Comparison

SHOWN = (
    ("gap", "total"),
    ("cost", "coa"),
    ("cost", "nidos"),
    ("cost", "ind"),
    ("cost", "transit"),
    ("occupancy", "total"),
    ("places", "place:emergency"),
    ("pending", "total"),
    ("waiting_months", "kind:median"),
)
"""Series of the printed table; all others are in the file."""
LARGEST_RATIO = 9_999


def name_of(series: str, breakdown: str, lang: Language) -> str:
    """What a reader calls a series."""
    return label(f"diff_{series}_{breakdown.replace(':', '_')}", lang)


def scaled(value: float, series: str, lang: Language) -> str:
    """A value in the unit of the table: EUR million, people and cases in full, months."""
    if series in ("gap", "cost"):
        return number(value / 1e6, lang)
    return number(value, lang, 1 if series == "waiting_months" else 0)


def difference_table(comparison: Comparison, other: str, lang: Language) -> Table:
    """By series and year: both sides, the difference with its band, how likely it is above zero."""
    rows = comparison.yearly[comparison.yearly["scenario"] == other]
    title = label("compare_title", lang, other=other, base=comparison.base)
    table = Table(title=title, title_justify="left")
    table.add_column("", no_wrap=False, max_width=20)
    for key in ("year", "compare_base", "compare_other", "compare_difference", "compare_band",
                "compare_chance", "compare_ratio"):  # fmt: skip
        table.add_column(label(key, lang), justify="right", no_wrap=key != "compare_ratio")
    for series, breakdown in SHOWN:
        found = rows[(rows["series"] == series) & (rows["breakdown"] == breakdown)]
        if not moves(found):
            continue
        for number_, row in enumerate(found.to_dict("records")):
            first = name_of(series, breakdown, lang) if number_ == 0 else ""
            table.add_row(first, *_cells(row, series, lang))
        table.add_section()
    return table


def moves(rows: pd.DataFrame) -> bool:
    """Whether anything differs in any replication."""
    columns = ["difference_mean", "difference_p05", "difference_p95"]
    return bool((rows[columns].to_numpy() != 0).any())


def _cells(row: Mapping[Any, Any], series: str, lang: Language) -> list[str]:
    band = label(
        "range",
        lang,
        low=scaled(row["difference_p10"], series, lang),
        high=scaled(row["difference_p90"], series, lang),
    )
    return [
        str(row["year"]),
        scaled(row["base_mean"], series, lang),
        scaled(row["other_mean"], series, lang),
        scaled(row["difference_mean"], series, lang),
        band,
        number(100 * row["p_positive"], lang) + " %",
        _ratio(row["variance_ratio"], lang),
    ]


def _ratio(ratio: float, lang: Language) -> str:
    """How much pairing achieved; nothing where nothing varies."""
    if ratio != ratio:
        return ""
    if ratio > LARGEST_RATIO:
        return f"> {number(LARGEST_RATIO, lang)}"
    return number(ratio, lang, 0 if ratio >= 10 else 1)


def still_lines(comparison: Comparison, other: str, lang: Language) -> list[str]:
    """What does not move at all, in one sentence; a comparison without a difference says so."""
    rows = comparison.yearly[comparison.yearly["scenario"] == other]
    if not moves(rows):
        return [label("compare_same", lang, other=other, base=comparison.base)]
    still = [
        name_of(series, breakdown, lang)
        for series, breakdown in SHOWN
        if not moves(rows[(rows["series"] == series) & (rows["breakdown"] == breakdown)])
    ]
    lines = [label("compare_pairing", lang)]
    return lines + ([label("compare_still", lang, names=", ".join(still))] if still else [])

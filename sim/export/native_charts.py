"""Native charts of a workbook: they read its cells, and a reader can change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..report.i18n import Language, translate
from .workbook_writer import Sheet

BLUE, SAND, DARK, ORANGE = "#2B6CA3", "#F2C99B", "#222222", "#D9822B"
PALE, MIDDLE = "#BDD3E8", "#8DB4D9"
PLACE_COLOURS = ("#1F4E79", "#2B6CA3", "#6FA3CF", "#A9C8E3", "#D9822B", "#F2C99B", "#8C8C8C",
                 "#C9C9C9")  # fmt: skip
SIZE = {"width": 870, "height": 378}
"""As wide as a page, 23 by 10 cm [pixels]."""
AXIS_STEP = 2000
"""Amounts by which the axis of money grows [EUR million]."""


@dataclass(frozen=True)
class MonthlyColumns:
    """Rows and columns of the monthly sheet that its charts read, counted from 1."""

    first: int
    last: int
    occupancy: range
    places: int
    fan_base: int
    fan_widths: range
    median: int
    names: tuple[str, ...]
    """Names of the place types."""


def cost_and_budget_chart(
    sheet: Sheet, head: int, years: int, largest: float, lang: Language
) -> Any:
    """Make a chart of median cost with its 80% interval, the budget, and the gap, by year.

    ``largest`` is the largest amount shown: programs ignore error bars when they choose a scale.
    """
    rows = (head + 1, head + years)
    chart = sheet.draft.book.add_chart({"type": "column"})
    ends = {
        f"{side}_values": f"='{sheet.title}'!${letter}${rows[0]}:${letter}${rows[1]}"
        for side, letter in (("plus", "J"), ("minus", "K"))
    }
    for column, key, colour in ((2, "book_cost_band", BLUE), (5, "budget", SAND)):
        series = _series(sheet, rows, column, translate(key, lang)) | {"fill": {"color": colour}}
        if column == 2:
            series |= {"gap": 60, "y_error_bars": {"type": "custom", **ends}}
        chart.add_series(series)
    gap = sheet.draft.book.add_chart({"type": "line"})
    marker = {"type": "diamond", "size": 9, "fill": {"color": ORANGE}, "border": {"none": True}}
    gap.add_series(
        _series(sheet, rows, 6, translate("gap", lang)) | {"marker": marker, "line": {"none": True}}
    )
    chart.combine(gap)
    _set_texts(chart, translate("chart_gap_title", lang), translate("book_gap_axis", lang),
               {"max": AXIS_STEP * (1 + largest // AXIS_STEP)})  # fmt: skip
    chart.set_x_axis({"num_format": "0", "label_position": "low"})
    return chart


def occupancy_chart(sheet: Sheet, where: MonthlyColumns, lang: Language) -> Any:
    """Make a chart of mean occupancy by place type, stacked, with the places as a line."""
    chart = _areas(sheet, where, list(where.occupancy), where.names, PLACE_COLOURS)
    chart.combine(_line(sheet, where, where.places, translate("places", lang), DARK, "dash"))
    _set_texts(chart, translate("book_stack_title", lang), translate("unit_persons", lang))
    return chart


def need_chart(sheet: Sheet, where: MonthlyColumns, lang: Language) -> Any:
    """Make a chart of need: its 50 and 80% interval around the median."""
    outer, inner = translate("band_80", lang), translate("band_50", lang)
    columns = [where.fan_base, *where.fan_widths]
    chart = _areas(sheet, where, columns, (" ", outer, inner, outer), ("", PALE, MIDDLE, PALE))
    chart.combine(_line(sheet, where, where.median, translate("median", lang), BLUE))
    _set_texts(chart, translate("book_fan_title", lang), translate("unit_places", lang))
    chart.set_legend({"position": "bottom", "delete_series": [0, 3]})
    return chart


def _areas(
    sheet: Sheet,
    where: MonthlyColumns,
    columns: Sequence[int],
    names: Sequence[str],
    colours: Sequence[str],
) -> Any:
    """Stacked areas; one without a colour is not drawn, and the others stand on it."""
    chart = sheet.draft.book.add_chart({"type": "area", "subtype": "stacked"})
    for number, column in enumerate(columns):
        colour = colours[number % len(colours)]
        series = _series(sheet, (where.first, where.last), column, names[number])
        fill = {"color": colour} if colour else {"none": True}
        chart.add_series(series | {"fill": fill, "border": {"none": True}})
    chart.set_x_axis(
        {
            "date_axis": True,
            "major_unit": 1,
            "major_unit_type": "years",
            "num_format": "yyyy",
            "label_position": "low",
        }
    )
    return chart


def _line(
    sheet: Sheet, where: MonthlyColumns, column: int, name: str, colour: str, dash: str = "solid"
) -> Any:
    chart = sheet.draft.book.add_chart({"type": "line"})
    series = _series(sheet, (where.first, where.last), column, name)
    chart.add_series(series | {"line": {"color": colour, "width": 1.75, "dash_type": dash}})
    return chart


def _series(sheet: Sheet, rows: tuple[int, int], column: int, name: str) -> dict[str, Any]:
    """Values of a column over those of the first one; a name is never taken for a formula."""
    first, last = rows[0] - 1, rows[1] - 1
    return {
        "name": f" {name}" if name.startswith("=") else name,
        "categories": [sheet.title, first, 0, last, 0],
        "values": [sheet.title, first, column - 1, last, column - 1],
    }


def _set_texts(chart: Any, title: str, unit: str, axis: dict[str, float] | None = None) -> None:
    """Set the title, the unit of the axis, the legend, and the size."""
    chart.set_title({"name": title, "name_font": {"size": 12, "bold": True}, "overlay": False})
    chart.set_y_axis(
        {
            "name": unit,
            "name_font": {"size": 9, "bold": True},
            "num_format": "#,##0",
            "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
        }
        | (axis or {})
    )
    chart.set_legend({"position": "bottom"})
    chart.set_size(SIZE)

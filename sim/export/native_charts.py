"""Native charts of a workbook: they read its cells, and a reader can change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import AreaChart, BarChart, LineChart, Reference, Series
from openpyxl.chart.axis import DateAxis
from openpyxl.chart.data_source import NumDataSource, NumRef
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, ParagraphProperties
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from ..report.i18n import Language, label

BLUE, SAND, DARK, ORANGE = "2B6CA3", "F2C99B", "222222", "D9822B"
PALE, MIDDLE = "BDD3E8", "8DB4D9"
PLACE_COLOURS = ("1F4E79", "2B6CA3", "6FA3CF", "A9C8E3", "D9822B", "F2C99B", "8C8C8C", "C9C9C9")
WIDE_CM, HIGH_CM = 23.0, 10.0
HEAD_POINTS, AXIS_POINTS = 12, 9


@dataclass(frozen=True)
class ColumnRange:
    """Where the charts of months find their series: columns of the sheet, and its rows."""

    first: int
    last: int
    occupancy: range
    places: int
    fan_base: int
    fan_widths: range
    median: int
    names: tuple[str, ...]
    """Names of the place types."""


def bars_of_cost_and_budget(
    sheet: Worksheet, head: int, years: int, most: float, lang: Language
) -> Any:
    """Median cost with its 80 % band beside the budget, and the gap as marks, by year.

    ``most`` is the largest amount shown: programs leave error bars out when they choose a scale.
    """
    last = head + years
    chart: Any = BarChart()
    _dress(chart, label("chart_gap_title", lang), label("book_gap_axis", lang))
    chart.gapWidth = 60
    for column, key, colour in ((2, "book_cost_band", BLUE), (5, "budget", SAND)):
        one: Any = Series(_cells(sheet, column, head + 1, last), title=label(key, lang))
        one.graphicalProperties = GraphicalProperties(solidFill=colour)
        chart.series.append(one)
    name = quote_sheetname(sheet.title)
    ends = [f"{name}!${letter}${head + 1}:${letter}${last}" for letter in ("J", "K")]
    up, down = (NumDataSource(numRef=NumRef(f=end)) for end in ends)
    chart.series[0].errBars = ErrorBars(
        errDir="y", errBarType="both", errValType="cust", plus=up, minus=down
    )
    chart.y_axis.scaling.max = 2000 * (1 + most // 2000)
    marks: Any = LineChart()
    gap: Any = Series(_cells(sheet, 6, head + 1, last), title=label("gap", lang))
    gap.marker.symbol, gap.marker.size = "diamond", 9
    gap.marker.graphicalProperties = GraphicalProperties(solidFill=ORANGE)
    gap.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    marks.series.append(gap)
    for one in (chart, marks):
        one.set_categories(_cells(sheet, 1, head + 1, last))
    chart += marks
    return chart


def stack_of_occupancy(sheet: Worksheet, where: ColumnRange, lang: Language) -> Any:
    """Mean occupancy by place type, stacked, and the places there are as a line."""
    chart = _areas(sheet, where, list(where.occupancy), where.names, PLACE_COLOURS)
    _dress(chart, label("book_stack_title", lang), label("unit_persons", lang))
    chart += _line(sheet, where, where.places, label("places", lang), DARK, "dash")
    return chart


def fan_of_need(sheet: Worksheet, where: ColumnRange, lang: Language) -> Any:
    """Need: its 50 and 80 % band around the median, floating on the 10th percentile."""
    outer, inner = label("band_80", lang), label("band_50", lang)
    columns = [where.fan_base, *where.fan_widths]
    chart = _areas(sheet, where, columns, ("", outer, inner, outer), ("", PALE, MIDDLE, PALE))
    _dress(chart, label("book_fan_title", lang), label("unit_places", lang))
    chart.legend.legendEntry = [LegendEntry(idx=0, delete=True), LegendEntry(idx=3, delete=True)]
    chart += _line(sheet, where, where.median, label("median", lang), BLUE)
    return chart


def _areas(
    sheet: Worksheet,
    where: ColumnRange,
    columns: Sequence[int],
    names: Sequence[str],
    colours: Sequence[str],
) -> Any:
    """Areas on each other; one without a colour is not drawn, and the others float on it."""
    chart: Any = AreaChart()
    chart.grouping = "stacked"
    for number, column in enumerate(columns):
        colour = colours[number % len(colours)]
        one: Any = Series(
            _cells(sheet, column, where.first, where.last), title=names[number] or " "
        )
        fill = GraphicalProperties(solidFill=colour) if colour else GraphicalProperties(noFill=True)
        one.graphicalProperties = fill
        one.graphicalProperties.line.noFill = True
        chart.series.append(one)
    _by_month(chart, sheet, where)
    return chart


def _line(
    sheet: Worksheet, where: ColumnRange, column: int, name: str, colour: str, dash: str = "solid"
) -> Any:
    chart: Any = LineChart()
    one: Any = Series(_cells(sheet, column, where.first, where.last), title=name)
    line: Any = LineProperties(solidFill=colour, w=22_000)
    line.prstDash = dash
    one.graphicalProperties = GraphicalProperties(ln=line)
    one.smooth = False
    one.marker.symbol = "none"
    chart.series.append(one)
    _by_month(chart, sheet, where)
    return chart


def _by_month(chart: Any, sheet: Worksheet, where: ColumnRange) -> None:
    """A time axis with a mark a year."""
    axis: Any = DateAxis(crossAx=100)
    axis.baseTimeUnit, axis.majorTimeUnit, axis.majorUnit = "months", "years", 1
    chart.x_axis = axis
    chart.y_axis.crossAx = 500
    chart.set_categories(_cells(sheet, 1, where.first, where.last))


def _cells(sheet: Worksheet, column: int, first: int, last: int) -> Reference:
    return Reference(sheet, min_col=column, max_col=column, min_row=first, max_row=last)


def _dress(chart: Any, title: str, unit: str) -> None:
    """Title, axis with its unit, legend below, and the size of a page's width."""
    chart.title = title
    chart.y_axis.title = unit
    for text, points in ((chart.title, HEAD_POINTS), (chart.y_axis.title, AXIS_POINTS)):
        _size(text, points)
    chart.title.overlay = False
    chart.y_axis.number_format = "#,##0"
    chart.y_axis.delete = chart.x_axis.delete = False
    chart.x_axis.number_format = "yyyy" if isinstance(chart, AreaChart) else "0"
    chart.x_axis.tickLblPos = "low"
    chart.legend.position = "b"
    chart.width, chart.height = WIDE_CM, HIGH_CM


def _size(title: Title, points: int) -> None:
    text: Any = title.tx
    for paragraph in text.rich.p:
        style = CharacterProperties(sz=100 * points, b=True)
        paragraph.pPr = ParagraphProperties(defRPr=style)
        for run in paragraph.r:
            run.rPr = style

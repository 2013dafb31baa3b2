"""Write a workbook with XlsxWriter: cells, styles, printed pages, provenance.

A formula carries its value, since a viewer that does not calculate would show nothing. The same
content gives the same bytes. openpyxl only reads workbooks (``safe_workbook``).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from textwrap import wrap
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from ..errors import Message, Problem, ScenarioError
from ..runs.provenance import NAME, Provenance
from .provenance import office_properties, workbook_content

WHOLE, ONE, EXACT, SHARE, DAY, YEAR = "#,##0", "#,##0.0", "General", "0%", "yyyy-mm-dd", "0"
"""Number formats."""
PROBABILITY = '[<0.005]"< 1%";[>=0.995]"> 99%";0%'
"""Number format of a simulated probability, which is never shown as 0 or 100%."""
HEAD_HEIGHT = 44
"""Height of a row of heads: three lines [points]."""
LINE_HEIGHT, MAX_HEIGHT = 13.5, 400.0
"""Height of a line of text in a cell, and of the highest row [points]."""
MAX_TEXT = 32_000
"""Characters of a text. A cell holds 32,767; the library would cut off the rest."""
MAX_HEADER = 120
"""Characters of the title above a printed page; the whole line holds 255."""
CREATED = datetime(1980, 1, 1)
"""A fixed time of creation: the time of writing would make every file different."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

Style = dict[str, Any]
"""Properties of a cell format; styles are combined with ``|``."""
PLAIN: Style = {"font_name": "Calibri", "font_size": 10}
BOLD = PLAIN | {"bold": True}
TITLE = BOLD | {"font_size": 15, "font_color": "#1F4E79"}
HEADING = BOLD | {"font_size": 12, "font_color": "#1F4E79"}
SMALL = PLAIN | {"font_size": 9, "italic": True, "font_color": "#555555"}
INPUT = PLAIN | {"font_color": "#1F3FBF"}
BOX: Style = {"border": 1, "border_color": "#C9C9C9"}
SUM_LINE: Style = {"top": 1, "top_color": "#1F4E79"}
RIGHT: Style = {"align": "right"}
TOP: Style = {"valign": "top"}
WRAP = TOP | {"text_wrap": True}
EDITABLE: Style = {"bg_color": "#FFF8DC", "locked": False}
LOCKED: Style = {"bg_color": "#EDEDED"}
HEAD = (
    BOLD
    | BOX
    | {"font_color": "#FFFFFF", "bg_color": "#1F4E79", "text_wrap": True}
    | {"align": "center", "valign": "vcenter"}
)


@dataclass(frozen=True)
class Formula:
    """A formula that a reader can check, and its value."""

    text: str
    value: float


Content = float | int | str | bool | date | Formula | None


class Draft:
    """A workbook being written: the library's workbook, its formats, and its sheets.

    A class, because the library does not tell what it was given: the checksum needs every cell.
    """

    def __init__(self) -> None:
        self._file = io.BytesIO()
        self.book: Any = xlsxwriter.Workbook(self._file, {"in_memory": True})
        self.sheets: list[Sheet] = []
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def add(self, title: str) -> Sheet:
        """Add a sheet."""
        self.sheets.append(Sheet(title, self, self.book.add_worksheet(title)))
        return self.sheets[-1]

    def format(self, style: Style) -> Any:
        """Return the cell format of a style; each is stored once."""
        key = tuple(sorted(style.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(style)
        return self._formats[key]

    def data(self) -> bytes:
        """Close the workbook and return its bytes."""
        self.book.close()
        return self._file.getvalue()


@dataclass
class Sheet:
    """A sheet being written: what was put where, and how wide its columns are [characters]."""

    title: str
    draft: Draft
    out: Any
    cells: dict[tuple[int, int], Content] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    wrapped: set[tuple[int, int]] = field(default_factory=set)


def put(
    sheet: Sheet,
    at: tuple[int, int],
    content: Content,
    number_format: str = EXACT,
    style: Style = PLAIN,
) -> None:
    """Write a cell at (row, column), counted from 1; None and NaN leave it empty.

    Raises ``ScenarioError`` for a text that no cell can hold.
    """
    row, column = at[0] - 1, at[1] - 1
    out = sheet.out
    if isinstance(content, str) and content:
        _check_text(content, f"{sheet.title}!{xl_rowcol_to_cell(row, column)}")
        if content.startswith(("=", "+", "-", "@")):
            # Someone who edits the cell would make it a formula otherwise.
            style = style | {"quote_prefix": True}
        out.write_string(row, column, content, sheet.draft.format(style))
    elif content is None or content in ("",) or content != content:
        out.write_blank(row, column, None, sheet.draft.format(style))
        return
    elif isinstance(content, bool):
        out.write_boolean(row, column, content, sheet.draft.format(style))
    elif isinstance(content, date):
        out.write_datetime(row, column, content, sheet.draft.format(style | {"num_format": DAY}))
    else:
        shown = sheet.draft.format(style | {"num_format": number_format})
        if isinstance(content, Formula):
            out.write_formula(row, column, content.text, shown, content.value)
        else:
            # The library writes 16 digits: the checksum has to be that of what it writes.
            content = float(f"{content:.16G}")
            out.write_number(row, column, content, shown)
    sheet.cells[at] = content
    if style.get("text_wrap"):
        sheet.wrapped.add(at)


def _check_text(text: str, where: str) -> None:
    if len(text) > MAX_TEXT:
        size = len(text)
        what: str = Message("a text of {size:,} characters does not fit into a cell", size=size)
        raise ScenarioError(
            [Problem(where, what, Message("shorten the text that begins: {text}", text=text[:60]))]
        )
    if _CONTROL.search(text):
        what = "a text contains a control character, which no workbook can hold"
        raise ScenarioError(
            [Problem(where, what, Message("remove it from {text!r}", text=text[:60]))]
        )


def cell_range(column: int, first: int, last: int) -> str:
    """Return the range of some rows of a column, as in C5:C9."""
    letter = column_letter(column)
    return f"{letter}{first}:{letter}{last}"


def column_letter(column: int) -> str:
    """Return the letter of a column, counted from 1."""
    return str(xl_col_to_name(column - 1))


def head_row(sheet: Sheet, row: int, heads: Sequence[str], first: int = 1) -> None:
    """Write the heads of a table: names with their units."""
    for column, text in enumerate(heads, start=first):
        put(sheet, (row, column), text, style=HEAD)
    sheet.out.set_row(row - 1, HEAD_HEIGHT)


def note(sheet: Sheet, row: int, text: str, columns: int) -> None:
    """Write a line of small print across some columns, high enough for its words."""
    style = SMALL | WRAP
    sheet.out.merge_range(row - 1, 0, row - 1, columns - 1, "", sheet.draft.format(style))
    put(sheet, (row, 1), text, style=style)
    width = sum(sheet.widths.get(column, 8.43) for column in range(1, columns + 1))
    sheet.out.set_row(row - 1, 13 * (1 + int(len(text) * 1.05 / width)))


def set_widths(sheet: Sheet, sizes: Iterable[float]) -> None:
    """Set the widths of the first columns [characters]."""
    for column, size in enumerate(sizes, start=1):
        sheet.widths[column] = size
        sheet.out.set_column(column - 1, column - 1, size)


def fit_rows(sheet: Sheet, first: int) -> None:
    """Make each row from ``first`` on as high as its longest text needs.

    Not every spreadsheet program does that by itself when it opens a file.
    """
    lines: dict[int, int] = {}
    for row, column in sheet.wrapped:
        text = sheet.cells[row, column]
        if row >= first and isinstance(text, str):
            size = int(sheet.widths[column])
            count = sum(max(len(wrap(line, size)), 1) for line in text.splitlines())
            lines[row] = max(lines.get(row, 1), count)
    for row, count in lines.items():
        if count > 1:
            sheet.out.set_row(row - 1, min(LINE_HEIGHT * count, MAX_HEIGHT))


def lay_out(
    sheet: Sheet,
    head: int = 0,
    columns: int = 0,
    *,
    across: int = 1,
    down: int = 0,
    portrait: bool = False,
) -> None:
    """Set the printed page, A4, and freeze what stays in sight.

    The row ``head`` and all above it are frozen, and its row is printed on each page; ``columns``
    are frozen on the left. The sheet is made to fit ``across`` pages side by side, each with the
    first column, and ``down`` pages below each other, 0 for as many as it takes. Programs choose
    the scale themselves, since the widths of a column differ with the fonts of a machine.
    """
    out = sheet.out
    out.hide_gridlines(2)
    out.set_paper(9)
    if portrait:
        out.set_portrait()
    else:
        out.set_landscape()
    out.set_margins(left=0.4, right=0.4, top=0.65, bottom=0.6)
    out.fit_to_pages(across, down)
    if across > 1:
        out.repeat_columns(0)
    if head:
        out.freeze_panes(head, columns)
        out.repeat_rows(head - 1)


def _set_header(sheet: Sheet, title: str, stamp: Provenance) -> None:
    """Print title and origin above each page; sheet and page number below."""
    origin = " ".join(word for word in (NAME, stamp.version, stamp.run) if word)
    # A sign of its own begins each code, and no digit may follow the size.
    above = f"&L&8 {title[:MAX_HEADER].replace('&', '&&')}&R&8 {origin}"
    sheet.out.set_header(above, {"margin": 0.3})
    sheet.out.set_footer("&L&8 &A&R&8 &P / &N", {"margin": 0.3})


def finish(
    draft: Draft, title: str, stamp: Provenance, notes: Mapping[str, str], lang: str
) -> bytes:
    """Return the bytes of a workbook with its provenance, checksum and further ``notes``."""
    texts = dict(notes) | {"lang": lang}
    content = workbook_content(((sheet.title, _written(sheet)) for sheet in draft.sheets), texts)
    keywords = (f"{NAME} {stamp.version}", stamp.scenario, stamp.run)
    for sheet in draft.sheets:
        _set_header(sheet, title, stamp)
    draft.book.set_properties(
        {
            "title": title,
            "author": NAME,
            "subject": stamp.scenario,
            "keywords": ", ".join(word for word in keywords if word),
            "comments": stamp.command,
            "created": CREATED,
        }
    )
    for key, piece in office_properties(stamp, texts, content):
        draft.book.set_custom_property(key, piece, "text")
    return draft.data()


def _written(sheet: Sheet) -> Iterator[tuple[str, Any]]:
    """Each cell by name, with what a reader of the file finds in it."""
    for (row, column), content in sheet.cells.items():
        value = content.text if isinstance(content, Formula) else content
        yield xl_rowcol_to_cell(row - 1, column - 1), value

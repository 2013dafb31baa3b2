"""Writing a workbook: cells, styles, and bytes that are the same for the same content.

openpyxl is used because it writes native charts, protection and validation, and reads as well.
What it does not do is done on its bytes: numbers keep their last bit (it writes 16 digits, a
number may need 17), formulas carry the value they have (else a viewer that does not calculate
shows nothing), and no time of writing stays anywhere.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from textwrap import wrap
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ..errors import Problem, ScenarioError
from ..runs.provenance import NAME, Provenance, checksum
from .properties import properties_of
from .workbook_checksum import content_of
from .zip_reproducible import repacked

WHOLE, ONE, EXACT, SHARE, DAY, YEAR = "#,##0", "#,##0.0", "General", "0 %", "yyyy-mm-dd", "0"
HEAD_HEIGHT = 44
"""Room for three lines [points]."""
LINE_HEIGHT, HIGHEST = 13.5, 400.0
"""A line of text in a cell, and the highest row that a spreadsheet program has [points]."""
LONGEST_TEXT = 32_000
"""A cell of a workbook holds 32,767 characters; openpyxl cuts the rest off without a word."""
_CELL = re.compile(r'(<c r="([A-Z]+\d+)"[^>]*>(?:<f>[^<]*</f>)?)<v ?(?:/>|>[^<]*</v>)')

HEAD_FILL = PatternFill("solid", fgColor="1F4E79")
OPEN_FILL = PatternFill("solid", fgColor="FFF8DC")
SHUT_FILL = PatternFill("solid", fgColor="EDEDED")
_EDGE = Side(style="thin", color="C9C9C9")
BOX = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
SUM_LINE = Border(top=Side(style="thin", color="1F4E79"))
OPEN = Protection(locked=False)
TITLE = Font(name="Calibri", size=15, bold=True, color="1F4E79")
HEADING = Font(name="Calibri", size=12, bold=True, color="1F4E79")
HEAD = Font(name="Calibri", size=10, bold=True, color="FFFFFF")
PLAIN = Font(name="Calibri", size=10)
BOLD = Font(name="Calibri", size=10, bold=True)
INPUT = Font(name="Calibri", size=10, color="1F3FBF")
SMALL = Font(name="Calibri", size=9, italic=True, color="555555")
WRAP = Alignment(wrap_text=True, vertical="top")
TOP = Alignment(vertical="top")
RIGHT = Alignment(horizontal="right")
HEAD_WRAP = Alignment(wrap_text=True, vertical="center", horizontal="center")


@dataclass(frozen=True)
class Formula:
    """What a reader can check, and the value it has."""

    text: str
    value: float


Content = float | int | str | bool | date | Formula | None


@dataclass
class Draft:
    """A workbook being written, with the exact text of its numbers by sheet and cell."""

    book: Workbook = field(default_factory=Workbook)
    exact: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, title: str) -> Worksheet:
        """A new sheet; the first takes the place of the empty one that a new workbook has."""
        sheets = self.book.worksheets
        if len(sheets) == 1 and sheets[0].title == "Sheet":
            sheets[0].title = title
            return sheets[0]
        return cast(Worksheet, self.book.create_sheet(title))


def put(
    draft: Draft,
    sheet: Worksheet,
    at: tuple[int, int],
    content: Content,
    look: str = EXACT,
    font: Font = PLAIN,
) -> Any:
    """Write a cell at (row, column), from 1; nothing and not-a-number stay empty.

    Raises ``ScenarioError`` for a text that no cell can hold.
    """
    cell: Any = sheet.cell(*at)
    cell.font = font
    if isinstance(content, Formula):
        cell.value = content.text
        draft.exact[sheet.title, cell.coordinate] = repr(float(content.value))
        cell.number_format = look
    elif isinstance(content, str):
        _put_text(cell, content, sheet.title)
    elif content is not None and content == content:
        cell.value = content
        cell.number_format = DAY if isinstance(content, date) else look
        if isinstance(content, int | float) and not isinstance(content, bool):
            exact = float(content) if isinstance(content, float) else int(content)
            draft.exact[sheet.title, cell.coordinate] = repr(exact)
    return cell


def _put_text(cell: Any, text: str, sheet: str) -> None:
    from openpyxl.utils.exceptions import IllegalCharacterError

    where = f"{sheet}!{cell.coordinate}"
    if len(text) > LONGEST_TEXT:
        what = f"a text of {len(text):,} characters does not fit into a cell"
        raise ScenarioError([Problem(where, what, f"shorten what begins: {text[:60]}")])
    try:
        cell.value = text
    except IllegalCharacterError:
        what = "a text holds a control character, which no workbook can hold"
        raise ScenarioError([Problem(where, what, f"take it out of {text[:60]!r}")]) from None
    # A text that begins like a formula stays a text.
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))


def head_row(
    draft: Draft, sheet: Worksheet, row: int, heads: Sequence[str], first: int = 1
) -> None:
    """The head of a table: a row of names with their units."""
    for column, text in enumerate(heads, start=first):
        cell = put(draft, sheet, (row, column), text, font=HEAD)
        cell.fill, cell.alignment, cell.border = HEAD_FILL, HEAD_WRAP, BOX
    sheet.row_dimensions[row].height = HEAD_HEIGHT


def note(draft: Draft, sheet: Worksheet, row: int, text: str, columns: int) -> None:
    """A line of small print across some columns, high enough for its words."""
    cell = put(draft, sheet, (row, 1), text, font=SMALL)
    cell.alignment = WRAP
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=columns)
    widths = [sheet.column_dimensions[get_column_letter(i + 1)].width for i in range(columns)]
    lines = 1 + int(len(text) * 1.05 / max(sum(widths), 1))
    sheet.row_dimensions[row].height = 13 * lines


def widths(sheet: Worksheet, sizes: Iterable[float]) -> None:
    """Set the widths of the first columns, in characters."""
    for number, size in enumerate(sizes, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = size


def fit_rows(sheet: Worksheet, first: int) -> None:
    """From a row on each as high as its longest text needs, which not every program sees to."""
    for number, row in enumerate(sheet.iter_rows(min_row=first), start=first):
        lines = max(_lines(cell, sheet) for cell in row)
        if lines > 1:
            sheet.row_dimensions[number].height = min(LINE_HEIGHT * lines, HIGHEST)


def _lines(cell: Any, sheet: Worksheet) -> int:
    if not isinstance(cell.value, str) or not cell.alignment.wrap_text:
        return 1
    size = int(sheet.column_dimensions[cell.column_letter].width)
    return sum(max(len(wrap(line, size)), 1) for line in cell.value.splitlines())


def page(
    sheet: Worksheet, freeze: str | None, heads: str | None = None, *, wide: bool = False
) -> None:
    """Frozen panes, and a printed page: landscape, as wide as the paper, heads on each page.

    A ``wide`` sheet goes over several pages side by side, each with the first column.
    """
    sheet.freeze_panes = freeze
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToHeight = 0
    assert sheet.sheet_properties.pageSetUpPr is not None
    sheet.sheet_properties.pageSetUpPr.fitToPage = not wide
    if wide:
        sheet.print_title_cols = "A:A"
    if heads:
        sheet.print_title_rows = heads


def finish(
    draft: Draft, title: str, stamp: Provenance, notes: Mapping[str, str], lang: str
) -> bytes:
    """The bytes of a workbook with its stamp and seal; ``notes`` are further texts it carries."""
    book = draft.book
    cells = [(s.title, [(c.coordinate, c.value) for row in s.iter_rows() for c in row])
             for s in book.worksheets]  # fmt: skip
    told = asdict(stamp) | dict(notes)
    told["seal"] = checksum(stamp, content_of(cells, notes))
    book.properties.title = title
    book.properties.creator = NAME
    book.properties.language = lang
    book.properties.subject = stamp.scenario
    keywords = (f"{NAME} {stamp.version}", stamp.scenario, stamp.run)
    book.properties.keywords = ", ".join(word for word in keywords if word)
    book.properties.description = stamp.command
    for key, piece in properties_of(told):
        cast(Any, book).custom_doc_props.append(StringProperty(name=key, value=piece))
    raw = io.BytesIO()
    book.save(raw)
    return _steady(raw.getvalue(), draft)


def _steady(raw: bytes, draft: Draft) -> bytes:
    """The workbook packed anew: exact numbers, and no time of writing."""
    parts = {f"xl/worksheets/sheet{number}.xml": sheet.title
             for number, sheet in enumerate(draft.book.worksheets, start=1)}  # fmt: skip

    def exact(name: str, data: bytes) -> bytes:
        return _exact(data, parts[name], draft) if name in parts else data

    return repacked(raw, exact)


def _exact(data: bytes, title: str, draft: Draft) -> bytes:
    def told(found: re.Match[str]) -> str:
        exact = draft.exact.get((title, found[2]))
        return found[0] if exact is None else f"{found[1]}<v>{exact}</v>"

    return _CELL.sub(told, data.decode("utf-8")).encode("utf-8")

"""Read an edited workbook: what its cells say about each key, and every mistake with its cell.

Nothing is guessed. A text that looks like a number is not a number, a date is not a year, a formula
counts as the value it had when the workbook was saved, and a missing row is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from openpyxl.utils import get_column_letter

from ..clock import parse_day
from ..errors import Message, Problem, ScenarioError, as_message
from ..report.i18n import Language, translate
from ..runs.provenance import read_provenance
from ..scenario.number_text import is_read_in_two_ways, what_instead
from ..scenario.relative import parse_relative
from .provenance import from_properties
from .safe_workbook import OpenWorkbook, WorkbookCell
from .workbook_rows import (
    ABOUT,
    CHOICE_COLUMNS,
    COLUMNS,
    FIRST_ABOUT,
    GROUND,
    HEAD,
    HEADS,
    LAYOUT,
    NUMBERS,
)

EARLIEST, LATEST = 1990, 2200
"""Years that are accepted: a year typed into a date cell is read as a day of 1905."""
TEXTS = ("unit", "between", "dist", "as", *GROUND)
READ = COLUMNS[: COLUMNS.index("bounds")]
PARTS = READ[READ.index("unit") :]
EMPTY = WorkbookCell(None)


@dataclass
class FilledRows:
    """The rows of one key: values by date (None: undated), parts, and the cells of both."""

    values: dict[date | None, float] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    """Cells by part; of a value by its date, as ``value`` or ``value 2026-01-01``."""
    dropped: int = 0
    """Number of rows without date and value."""
    bare: str = ""
    """The first cell for a value."""


@dataclass(frozen=True)
class FilledWorkbook:
    """Content of an edited workbook; choices with their cells."""

    name: str
    names: tuple[str, ...]
    base: str
    lang: Language
    about: dict[str, str]
    numbers: dict[str, FilledRows]
    choices: dict[str, tuple[Any, str]]


def read_filled(opened: OpenWorkbook) -> FilledWorkbook:
    """Read a scenario's workbook; raises ``ScenarioError`` with every mistake and its cell."""
    texts = from_properties(opened.properties)
    lang = _check_kind(opened.name, texts)
    problems: list[Problem] = []
    reader = _Reader(opened, lang, problems)
    help_sheet, choice_sheet = translate("sheet_help", lang), translate("sheet_choices", lang)
    for name, columns in ((help_sheet, ()), (NUMBERS, COLUMNS), (choice_sheet, CHOICE_COLUMNS)):
        reader.check_heads(name, columns)
    if problems:
        raise ScenarioError(problems)
    about = {
        key: text
        for row, key in enumerate(ABOUT, start=FIRST_ABOUT)
        if (text := reader.text(help_sheet, row, 2)) is not None
    }
    numbers = reader.numbers()
    choices = reader.choices(choice_sheet)
    if problems:
        raise ScenarioError(problems)
    names = tuple(texts["chain"].split("\n"))
    return FilledWorkbook(opened.name, names, texts["base"], lang, about, numbers, choices)


def _check_kind(name: str, texts: Mapping[str, str]) -> Language:
    """Refuse anything but a scenario's workbook of this layout; return its language."""
    stamp = read_provenance(texts)
    export = "make one with: opvangsim export SCENARIO --xlsx -o FILE.xlsx"
    what = ""
    if stamp is None:
        what = "this workbook is not one that opvangsim export wrote"
    elif stamp.kind != "scenario":
        what = "this workbook shows a run: there is nothing in it to read back"
    elif texts.get("layout") != LAYOUT:
        what = Message(
            "this workbook was made by opvangsim {version}, with other sheets",
            version=stamp.version,
        )
    elif not {"base", "chain"} <= set(texts) or texts.get("lang") not in ("en", "nl"):
        what = "this workbook has lost its properties"
    if what:
        raise ScenarioError([Problem(name, what, export)])
    return "nl" if texts["lang"] == "nl" else "en"


@dataclass(frozen=True)
class _Reader:
    """Reads cells of the sheets, and collects every mistake."""

    opened: OpenWorkbook
    lang: Language
    problems: list[Problem]

    def where(self, sheet: str, row: int, column: int) -> str:
        return f"{self.opened.name} {sheet}!{get_column_letter(column)}{row}"

    def add(self, where: str, what: str, advice: str) -> None:
        self.problems.append(Problem(where, what, advice))

    def cell(self, sheet: str, row: int, column: int) -> WorkbookCell:
        cell = self.opened.sheets[sheet].get((row, column), EMPTY)
        if not cell.formula:
            return EMPTY if isinstance(cell.value, str) and not cell.value.strip() else cell
        where = self.where(sheet, row, column)
        if "[" in cell.formula:
            what = Message(
                "the formula {formula} points to another workbook, which is never opened",
                formula=cell.formula,
            )
            self.add(where, what, "write its value")
            return EMPTY
        if cell.value is None:
            what = Message("the formula {formula} has no value in this file", formula=cell.formula)
            self.add(where, what, "open and save it in a spreadsheet program, or write the value")
            return EMPTY
        return cell

    def check_heads(self, sheet: str, columns: Iterable[str]) -> None:
        if sheet not in self.opened.sheets:
            self.add(
                self.opened.name,
                Message("its sheet {sheet} is missing", sheet=sheet),
                "export again, and fill that in",
            )
            return
        for column, name in enumerate(columns, start=1):
            expected = translate(HEADS[name], self.lang)
            stated = self.opened.sheets[sheet].get((HEAD, column), EMPTY).value
            if stated != expected:
                what = Message(
                    "the head of this column is {stated!r}, where {expected!r} belongs",
                    stated=stated,
                    expected=expected,
                )
                advice = "put the columns and the row of heads back as they were"
                self.add(self.where(sheet, HEAD, column), what, advice)

    def rows(self, sheet: str) -> list[int]:
        return sorted({row for row, _ in self.opened.sheets[sheet] if row > HEAD})

    def text(self, sheet: str, row: int, column: int) -> str | None:
        value = self.cell(sheet, row, column).value
        if value is None:
            return None
        if isinstance(value, bool | date | float):
            what = Message("{value} where words belong", value=_shown(value))
            self.add(self.where(sheet, row, column), what, "write it as text")
            return None
        return str(value).replace("\r\n", "\n").replace("_x000D_", "").strip()

    def number(self, sheet: str, row: int, column: int) -> float | None:
        value = self.cell(sheet, row, column).value
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            with suppress(OverflowError):
                return float(value)
        advice = "write a number, in digits"
        if isinstance(value, str):
            what = Message("'{value}' is text, where a number belongs", value=value)
            advice = "give the cell the format General, and type the number again"
            if parse_relative(value):
                what = Message("'{text}' is relative to another number", text=value.strip())
                advice = "write the product as a formula, as in =26500*1.1"
            elif is_read_in_two_ways(value.strip()):
                said, advice = what_instead(value)
                what = as_message(said)
            elif value.strip().startswith("#"):
                what, advice = (
                    Message("the cell holds the error {value}", value=value),
                    "write the number",
                )
        else:
            what = Message("{value} where a number belongs", value=_shown(value))
        self.add(self.where(sheet, row, column), what, advice)
        return None

    def day(self, sheet: str, row: int, column: int) -> date | None:
        """A date, or a year meaning its first day."""
        value = self.cell(sheet, row, column).value
        day: date | None = None
        if value is None:
            return None
        if isinstance(value, datetime):
            day = value.date() if value == datetime(value.year, value.month, value.day) else None
        elif isinstance(value, date):
            day = value
        elif isinstance(value, str):
            day = parse_day(value)
        elif isinstance(value, int) and not isinstance(value, bool) and EARLIEST <= value <= LATEST:
            day = date(value, 1, 1)
        if day is not None and EARLIEST <= day.year <= LATEST:
            return day
        what = Message("{value} is not a date that is accepted here", value=_shown(value))
        self.add(
            self.where(sheet, row, column),
            what,
            "as in 2026-01-31 or 31-1-2026; a year alone as 1-1-2026",
        )
        return None

    def numbers(self) -> dict[str, FilledRows]:
        by_key: dict[str, FilledRows] = {}
        at = {name: number for number, name in enumerate(COLUMNS, start=1)}
        for row in self.rows(NUMBERS):
            key = self.text(NUMBERS, row, at["key"])
            if key is None:
                if any(self.cell(NUMBERS, row, at[name]).value is not None for name in READ):
                    where = self.where(NUMBERS, row, at["key"])
                    self.add(where, "this row has no key", "write the key, or empty the row")
                continue
            self.read_row(row, at, by_key.setdefault(key, FilledRows()))
        return by_key

    def read_row(self, row: int, at: dict[str, int], entry: FilledRows) -> None:
        """Read a row of a key: its date and value, and the other parts of the number."""
        before = len(self.problems)
        value = self.number(NUMBERS, row, at["value"])
        day = self.day(NUMBERS, row, at["date"])
        where = self.where(NUMBERS, row, at["value"])
        entry.bare = entry.bare or where
        entry.cells.setdefault("key", self.where(NUMBERS, row, at["key"]))
        if value is None and len(self.problems) == before:
            if day is not None:
                self.add(
                    where,
                    Message("there is no value from {day} on", day=day),
                    "write it, or empty the date too",
                )
            entry.dropped += 1
        elif value is not None and day in entry.values:
            which = Message("from {day} on", day=day) if day else "without a date"
            self.add(
                where,
                Message("a second value {which}", which=as_message(which)),
                "give it a date of its own, or empty the row",
            )
        elif value is not None:
            entry.values[day] = value
            entry.cells[f"value {day}" if day else "value"] = where
        for name in PARTS:
            self.read_part(row, name, at[name], entry)

    def read_part(self, row: int, name: str, column: int, entry: FilledRows) -> None:
        read = self.text if name in TEXTS else self.number
        part = read(NUMBERS, row, column)
        where = self.where(NUMBERS, row, column)
        entry.cells.setdefault(name, where)
        if part is None:
            return
        if name in entry.parts and name != "unit":
            self.add(where, "this stands in two rows of the key", "keep it in the first row only")
        elif name == "unit" and entry.parts.get("unit", part) != part:
            self.add(
                where,
                Message("the unit '{part}' differs from that of the row above", part=part),
                "put it back",
            )
        entry.parts[name] = part
        entry.cells[name] = where

    def choices(self, sheet: str) -> dict[str, tuple[Any, str]]:
        by_key: dict[str, tuple[Any, str]] = {}
        for row in self.rows(sheet):
            key, where = self.text(sheet, row, 1), self.where(sheet, row, 2)
            value = self.cell(sheet, row, 2).value
            if key is None:
                if value is not None:
                    self.add(self.where(sheet, row, 1), "this row has no key", "put the key back")
                continue
            if key in by_key:
                self.add(
                    self.where(sheet, row, 1),
                    Message("a second row for {key}", key=key),
                    "remove one of them",
                )
            by_key[key] = (value.strip() if isinstance(value, str) else value, where)
        return by_key


def _shown(value: Any) -> str:
    return Message("the date {value}", value=value) if isinstance(value, date) else f"'{value}'"

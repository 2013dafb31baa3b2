"""A filled-in workbook read back: what each cell says about a key, and every slip with its cell.

Nothing is guessed. A text that looks like a number is no number, a date is no year, a formula
counts by the value it had when the workbook was saved, and a row that is gone is missed.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from openpyxl.utils import get_column_letter

from ..errors import Problem, ScenarioError
from ..report.i18n import Language, label
from .safe_workbook import Opened, WorkbookCell
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
"""Years that may be meant: a year typed into a cell for dates reads as a day of 1905."""
TEXTS = ("unit", "between", "dist", "as", *GROUND)
READ = COLUMNS[: COLUMNS.index("bounds")]
PARTS = READ[READ.index("unit") :]
EMPTY = WorkbookCell(None)


@dataclass
class FilledCell:
    """What the rows of one key say: values by date (None: undated), its parts, and their cells."""

    values: dict[date | None, float] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    """By part its cell; a value's cell by its date, as ``value`` or ``value 2026-01-01``."""
    dropped: int = 0
    """Rows of which both date and value are empty."""
    bare: str = ""
    """The first cell for a value."""


@dataclass(frozen=True)
class Filled:
    """A workbook as it came back; choices with their cells."""

    name: str
    names: tuple[str, ...]
    base: str
    lang: Language
    about: dict[str, str]
    numbers: dict[str, FilledCell]
    choices: dict[str, tuple[Any, str]]


def read_filled(opened: Opened) -> Filled:
    """Read a scenario's workbook; raises ``ScenarioError`` with every slip and its cell."""
    lang = _checked_kind(opened)
    told = opened.told
    slips: list[Problem] = []
    reader = _Reader(opened, lang, slips)
    help_sheet, choice_sheet = label("sheet_help", lang), label("sheet_choices", lang)
    for name, columns in ((help_sheet, ()), (NUMBERS, COLUMNS), (choice_sheet, CHOICE_COLUMNS)):
        reader.check_heads(name, columns)
    if slips:
        raise ScenarioError(slips)
    about = {
        key: text
        for row, key in enumerate(ABOUT, start=FIRST_ABOUT)
        if (text := reader.text(help_sheet, row, 2)) is not None
    }
    numbers = reader.numbers()
    choices = reader.choices(choice_sheet)
    if slips:
        raise ScenarioError(slips)
    names = tuple(told["chain"].split("\n"))
    return Filled(opened.name, names, told["base"], lang, about, numbers, choices)


def _checked_kind(opened: Opened) -> Language:
    """Refuses what is no workbook of a scenario, or one of another layout; gives its language."""
    stamp, told = opened.stamp, opened.told
    export = "make one with: opvangsim export SCENARIO --xlsx -o FILE.xlsx"
    what = ""
    if stamp is None:
        what = "this workbook is not one that opvangsim export wrote"
    elif stamp.kind != "scenario":
        what = "this workbook shows a run: there is nothing in it to read back"
    elif told.get("layout") != LAYOUT:
        what = f"this workbook was made by opvangsim {stamp.version}, with other sheets"
    elif not {"base", "chain"} <= set(told) or told.get("lang") not in ("en", "nl"):
        what = "this workbook has lost what it says of itself"
    if what:
        raise ScenarioError([Problem(opened.name, what, export)])
    return "nl" if told["lang"] == "nl" else "en"


@dataclass(frozen=True)
class _Reader:
    """Reads cells of the sheets, and notes every slip."""

    opened: Opened
    lang: Language
    slips: list[Problem]

    def where(self, sheet: str, row: int, column: int) -> str:
        return f"{self.opened.name} {sheet}!{get_column_letter(column)}{row}"

    def slip(self, where: str, what: str, advice: str) -> None:
        self.slips.append(Problem(where, what, advice))

    def cell(self, sheet: str, row: int, column: int) -> WorkbookCell:
        cell = self.opened.sheets[sheet].get((row, column), EMPTY)
        if not cell.formula:
            return EMPTY if isinstance(cell.value, str) and not cell.value.strip() else cell
        where = self.where(sheet, row, column)
        if "[" in cell.formula:
            what = f"the formula {cell.formula} points to another workbook, which is never opened"
            self.slip(where, what, "write its value")
            return EMPTY
        if cell.value is None:
            what = f"the formula {cell.formula} has no value in this file"
            self.slip(where, what, "open and save it in a spreadsheet program, or write the value")
            return EMPTY
        return cell

    def check_heads(self, sheet: str, columns: Iterable[str]) -> None:
        if sheet not in self.opened.sheets:
            self.slip(
                self.opened.name, f"its sheet {sheet} is gone", "export again, and fill that in"
            )
            return
        for column, name in enumerate(columns, start=1):
            expected = label(HEADS[name], self.lang)
            found = self.opened.sheets[sheet].get((HEAD, column), EMPTY).value
            if found != expected:
                what = f"the head of this column is {found!r}, where {expected!r} belongs"
                advice = "put the columns and the row of heads back as they were"
                self.slip(self.where(sheet, HEAD, column), what, advice)

    def rows(self, sheet: str) -> list[int]:
        return sorted({row for row, _ in self.opened.sheets[sheet] if row > HEAD})

    def text(self, sheet: str, row: int, column: int) -> str | None:
        value = self.cell(sheet, row, column).value
        if value is None:
            return None
        if isinstance(value, bool | date | float):
            what = f"{_shown(value)} where words belong"
            self.slip(self.where(sheet, row, column), what, "write it as text")
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
            what = f"'{value}' is text, where a number belongs"
            advice = "give the cell the format General, and type the number again"
            if value.strip().startswith("#"):
                what, advice = f"the cell holds the error {value}", "write the number"
        else:
            what = f"{_shown(value)} where a number belongs"
        self.slip(self.where(sheet, row, column), what, advice)
        return None

    def day(self, sheet: str, row: int, column: int) -> date | None:
        """A date, or a year meaning its first day."""
        value = self.cell(sheet, row, column).value
        found: date | None = None
        if value is None:
            return None
        if isinstance(value, datetime):
            found = value.date() if value == datetime(value.year, value.month, value.day) else None
        elif isinstance(value, date):
            found = value
        elif isinstance(value, str):
            try:
                found = date.fromisoformat(value.strip())
            except ValueError:
                found = None
        elif isinstance(value, int) and not isinstance(value, bool) and EARLIEST <= value <= LATEST:
            found = date(value, 1, 1)
        if found is not None and EARLIEST <= found.year <= LATEST:
            return found
        what = f"{_shown(value)} is no date that can be meant here"
        self.slip(
            self.where(sheet, row, column), what, "as in 2026-01-31; a year alone as 2026-01-01"
        )
        return None

    def numbers(self) -> dict[str, FilledCell]:
        found: dict[str, FilledCell] = {}
        at = {name: number for number, name in enumerate(COLUMNS, start=1)}
        for row in self.rows(NUMBERS):
            key = self.text(NUMBERS, row, at["key"])
            if key is None:
                if any(self.cell(NUMBERS, row, at[name]).value is not None for name in READ):
                    where = self.where(NUMBERS, row, at["key"])
                    self.slip(where, "this row has no key", "write the key, or empty the row")
                continue
            self.read_row(row, at, found.setdefault(key, FilledCell()))
        return found

    def read_row(self, row: int, at: dict[str, int], entry: FilledCell) -> None:
        """One row of a key: its date and value, and the parts of the number it holds."""
        before = len(self.slips)
        value = self.number(NUMBERS, row, at["value"])
        day = self.day(NUMBERS, row, at["date"])
        where = self.where(NUMBERS, row, at["value"])
        entry.bare = entry.bare or where
        entry.cells.setdefault("key", self.where(NUMBERS, row, at["key"]))
        if value is None and len(self.slips) == before:
            if day is not None:
                self.slip(
                    where, f"there is no value from {day} on", "write it, or empty the date too"
                )
            entry.dropped += 1
        elif value is not None and day in entry.values:
            told = f"from {day} on" if day else "without a date"
            self.slip(
                where, f"a second value {told}", "give it a date of its own, or empty the row"
            )
        elif value is not None:
            entry.values[day] = value
            entry.cells[f"value {day}" if day else "value"] = where
        for name in PARTS:
            self.read_part(row, name, at[name], entry)

    def read_part(self, row: int, name: str, column: int, entry: FilledCell) -> None:
        read = self.text if name in TEXTS else self.number
        part = read(NUMBERS, row, column)
        where = self.where(NUMBERS, row, column)
        entry.cells.setdefault(name, where)
        if part is None:
            return
        if name in entry.parts and name != "unit":
            self.slip(where, "this stands in two rows of the key", "keep it in the first row only")
        elif name == "unit" and entry.parts.get("unit", part) != part:
            self.slip(where, f"the unit '{part}' differs from that of the row above", "put it back")
        entry.parts[name] = part
        entry.cells[name] = where

    def choices(self, sheet: str) -> dict[str, tuple[Any, str]]:
        found: dict[str, tuple[Any, str]] = {}
        for row in self.rows(sheet):
            key, where = self.text(sheet, row, 1), self.where(sheet, row, 2)
            value = self.cell(sheet, row, 2).value
            if key is None:
                if value is not None:
                    self.slip(self.where(sheet, row, 1), "this row has no key", "put the key back")
                continue
            if key in found:
                self.slip(
                    self.where(sheet, row, 1), f"a second row for {key}", "take one of them out"
                )
            found[key] = (value.strip() if isinstance(value, str) else value, where)
        return found


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"the date {value:%Y-%m-%d}"
    return f"the date {value}" if isinstance(value, date) else f"'{value}'"

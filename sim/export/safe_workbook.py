"""Read a workbook from anyone safely: nothing in it is run, no link is followed.

Limits are checked first (size, parts, rows). Then plain cells are read; styles, links, names and
macros are ignored. A formula is read as its text and its value when the file was last saved.
"""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ..errors import Message, Problem, ScenarioError, reason_of

MAX_BYTES = 10_000_000
MAX_UNPACKED = 60_000_000
MAX_PARTS = 500
MAX_ROWS = 5_000
MAX_COLUMNS = 100
ZIP_HEAD = b"PK\x03\x04"
_OLD_HEAD = b"\xd0\xcf\x11\xe0"
_ENTITY = tuple(word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY")
                for code in ("ascii", "utf-16-le", "utf-16-be"))  # fmt: skip

Coordinates = tuple[int, int]


@dataclass(frozen=True)
class WorkbookCell:
    """Content of a cell: a value, and the formula it is the result of, if any."""

    value: Any
    formula: str = ""


@dataclass(frozen=True)
class OpenWorkbook:
    """A workbook as plain data: custom properties, and cells by (row, column) from 1."""

    name: str
    properties: tuple[tuple[str, str], ...]
    sheets: dict[str, dict[Coordinates, WorkbookCell]]


def open_workbook(file: Path) -> OpenWorkbook:
    """Read a workbook; raises ``ScenarioError`` if it is not one, or unsafe to read."""
    data = packed_bytes(file)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of what it skips, such as pictures: none of it is a number.
            warnings.simplefilter("ignore")
            return _read(data, str(file))
    except ScenarioError:
        raise
    except Exception as error:
        # Any error of the library is due to a broken or hostile file.
        what = Message("can't be read as a workbook ({error})", error=type(error).__name__)
        raise _refused(
            str(file), what, "open it in a spreadsheet program and save it again"
        ) from None


def packed_bytes(file: Path) -> bytes:
    """Return the bytes of a workbook or document that is safe to unpack.

    Raises ``ScenarioError`` if it is not.
    """
    data = _bytes_of(file)
    _refuse_unsafe(data, str(file))
    return data


def _bytes_of(file: Path) -> bytes:
    try:
        if file.exists() and not file.is_file():
            # A pipe or a device is never read: it may have no end.
            raise _refused(str(file), "this is not a file", "name a workbook")
        size = file.stat().st_size
        if size > MAX_BYTES:
            what = Message(
                "{size:,} bytes: too large for a workbook of ours (at most {most:,})",
                size=size,
                most=MAX_BYTES,
            )
            raise _refused(str(file), what, "give the workbook that opvangsim export wrote")
        return file.read_bytes()
    except OSError as error:
        raise _refused(
            str(file), Message("can't be read: {reason}", reason=reason_of(error))
        ) from None


def _refuse_unsafe(data: bytes, name: str) -> None:
    """Refuse a zip that unpacks to too much, macros, and XML that defines entities."""
    if data.startswith(_OLD_HEAD):
        what = "this is an old or a locked workbook (.xls, or one with a password)"
        raise _refused(name, what, "save it as .xlsx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            _check_sizes(parts, name)
            for part in parts:
                # zipfile never unpacks more of a part than the size that was just checked.
                _check_part(part.filename, packed.read(part), name)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, EOFError, OSError) as error:
        advice = "give the workbook that opvangsim export wrote"
        what = "this is not an .xlsx workbook: not a whole zip file"
        raise _refused(name, what, advice) from error
    except (RuntimeError, zlib.error) as error:
        # Encrypted parts, and compression methods that zipfile does not know.
        advice = "save it again in a spreadsheet program, without a password"
        what = "this is not an .xlsx workbook: it can't be unpacked"
        raise _refused(name, what, advice) from error


def _check_sizes(parts: list[zipfile.ZipInfo], name: str) -> None:
    total = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or total > MAX_UNPACKED:
        what = Message(
            "unpacks to {total:,} bytes in {count:,} parts: too large for a workbook of opvangsim",
            total=total,
            count=len(parts),
        )
        advice = Message(
            "at most {most:,} bytes in {parts} parts are read", most=MAX_UNPACKED, parts=MAX_PARTS
        )
        raise _refused(name, what, advice)


def _check_part(part: str, data: bytes, name: str) -> None:
    if part.lower().endswith("vbaproject.bin"):
        raise _refused(name, "this file holds macros", "save it as .xlsx or .docx, without macros")
    if part.lower().endswith((".xml", ".rels")) and any(word in data for word in _ENTITY):
        what = Message("its part {part} defines entities, which is not allowed", part=part)
        raise _refused(name, what, "open it in a spreadsheet program and save it again")


def _read(data: bytes, name: str) -> OpenWorkbook:
    """Read a workbook twice: formulas as text, and the values they had."""
    from openpyxl import load_workbook

    sheets: dict[str, dict[Coordinates, WorkbookCell]] = {}
    texts = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    values = load_workbook(io.BytesIO(data), read_only=True, keep_links=False, data_only=True)
    try:
        properties = cast(Any, texts).custom_doc_props.props
        named = tuple((str(one.name), str(one.value or "")) for one in properties)
        for sheet in texts.worksheets:
            plain = dict(_cells(sheet, name))
            if any(cell.formula for cell in plain.values()):
                computed = dict(_cells(values[sheet.title], name))
                plain = {at: _with_value(cell, computed.get(at)) for at, cell in plain.items()}
            sheets[sheet.title] = plain
    finally:
        texts.close()
        values.close()
    return OpenWorkbook(name, named, sheets)


def _with_value(cell: WorkbookCell, computed: WorkbookCell | None) -> WorkbookCell:
    """Add its value to a formula; return any other cell as it is."""
    if not cell.formula:
        return cell
    return WorkbookCell(computed.value if computed else None, cell.formula)


def _cells(sheet: Any, name: str) -> Iterator[tuple[Coordinates, WorkbookCell]]:
    # The size that a sheet states is ignored: cells outside it would be skipped.
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(), start=1):
        for column, cell in enumerate(row, start=1):
            if cell.value is None:
                continue
            if number > MAX_ROWS or column > MAX_COLUMNS:
                what = "a value is far outside the range of any table"
                where = f"{name} {sheet.title}!{cell.coordinate}"
                raise _refused(where, what, "take out what does not belong to the table")
            formula = str(getattr(cell.value, "text", cell.value)) if cell.data_type == "f" else ""
            yield (number, column), WorkbookCell(cell.value, formula)


def _refused(where: str, what: str, advice: str = "") -> ScenarioError:
    return ScenarioError([Problem(where, what, advice)])

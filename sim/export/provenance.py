"""Provenance in files: custom properties of office files, their checksum, and how to find it.

The checksum of a workbook or a document covers what it says, not how it looks: a program that saves
a file writes styles, widths, charts, headers and page numbers anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

from ..errors import Message, Problem, ScenarioError, reason_of
from ..runs.provenance import (
    NAME,
    Provenance,
    ProvenanceCheck,
    checksum,
    find_in_chart,
    read_provenance,
)
from .safe_workbook import ZIP_HEAD, OpenWorkbook, open_workbook, packed_bytes

MAX_BYTES = 50_000_000
"""Size of the largest file that is read."""
MAX_PROPERTY = 250
"""Characters of a property; Excel and Word show 255."""
BODY, MEDIA, CUSTOM = "word/document.xml", "word/media/", "docProps/custom.xml"
"""Parts of a Word document."""
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_GAPS = (f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr")

SheetCells = tuple[str, Iterable[tuple[str, Any]]]
"""Title of a sheet, and its cells by name."""


def find(file: Path) -> ProvenanceCheck:
    """Return where a file comes from, and whether it was changed since.

    Raises ``ScenarioError`` if it can't be read or is not one of ours.
    """
    try:
        if file.exists() and not file.is_file():
            # A pipe or a device is never read: it may have no end.
            what = "can't be read: this is not a file"
            raise ScenarioError([Problem(str(file), what, "name a file")])
        size = file.stat().st_size
        data = file.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        what = Message("can't be read: {reason}", reason=reason_of(error))
        raise ScenarioError([Problem(str(file), what, "name a file")]) from None
    if not data.startswith(ZIP_HEAD):
        check = find_in_chart(data)
    elif _is_document(data):
        check = _find_in_document(file)
    else:
        check = _find_in_workbook(open_workbook(file))
    if check is None:
        what = "this file does not state that it was made by opvangsim"
        advice = "workbooks, memos, pages and charts of opvangsim (PNG, SVG, PDF) say so"
        raise ScenarioError([Problem(str(file), what, advice)])
    return check


def office_properties(
    stamp: Provenance, notes: Mapping[str, str], content: bytes
) -> Iterator[tuple[str, str]]:
    """Return the custom properties of an office file: provenance, notes, checksum."""
    texts = vars(stamp) | dict(notes) | {"seal": checksum(stamp, content)}
    return _split(texts)


def _split(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Name the properties of some texts; a long one is split over several, with a number."""
    for name, text in texts.items():
        for number, start in enumerate(range(0, max(len(text), 1), MAX_PROPERTY)):
            key = f"{NAME} {name}" + (f" {number + 1}" if number else "")
            yield key, text[start : start + MAX_PROPERTY]


def from_properties(properties: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return our texts among the custom properties of a file, put together again."""
    pieces: dict[str, dict[int, str]] = {}
    for key, text in properties:
        words = key.split()
        if not words or words[0] != NAME or len(words) not in (2, 3):
            continue
        number = int(words[2]) if len(words) == 3 and words[2].isdecimal() else 1
        pieces.setdefault(words[1], {})[number] = text
    return {name: "".join(texts[n] for n in sorted(texts)) for name, texts in pieces.items()}


def _find_in_workbook(workbook: OpenWorkbook) -> ProvenanceCheck | None:
    from openpyxl.utils import get_column_letter

    sheets = [
        (title, [(f"{get_column_letter(column)}{row}", cell.formula or cell.value)
                 for (row, column), cell in sheet.items()])
        for title, sheet in workbook.sheets.items()
    ]  # fmt: skip
    texts = from_properties(workbook.properties)
    return _check(texts, lambda notes: workbook_content(sheets, notes))


def _find_in_document(file: Path) -> ProvenanceCheck | None:
    data = packed_bytes(file)
    try:
        texts = from_properties(_document_properties(data))
        return _check(texts, lambda notes: document_content(data, notes))
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        what = Message("can't be read as a document ({error})", error=type(error).__name__)
        advice = "open it in a word processor and save it again"
        raise ScenarioError([Problem(str(file), what, advice)]) from None


def _check(texts: Mapping[str, str], content: Any) -> ProvenanceCheck | None:
    """Compare the checksum among the texts of a file with that of its content, given its notes."""
    stamp = read_provenance(texts)
    if stamp is None:
        return None
    notes = {key: text for key, text in texts.items() if key != "seal" and not hasattr(stamp, key)}
    return ProvenanceCheck(stamp, texts.get("seal") == checksum(stamp, content(notes)))


def workbook_content(sheets: Iterable[SheetCells], notes: Mapping[str, str]) -> bytes:
    """Return what the cells of a workbook say: numbers to 15 digits, texts, formulas as formulas.

    Some programs keep no more digits, and write true as a formula: neither is a change.
    """
    content = {
        title: {name: plain for name, value in cells if (plain := _plain(value)) is not None}
        for title, cells in sheets
    }
    return json.dumps([content, dict(notes)], sort_keys=True).encode()


def _plain(value: Any) -> str | None:
    """A value as text that tells its kind; dates as the number of days that a workbook keeps."""
    from openpyxl.utils import datetime as days

    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return f"b{value}"
    if isinstance(value, int | float):
        with suppress(OverflowError):
            return f"n{float(value):.15g}"
    if isinstance(value, date | datetime | time | timedelta):
        return f"n{float(cast(Any, days).to_excel(value)):.15g}"
    if value in ("=TRUE()", "=FALSE()"):
        return f"b{value == '=TRUE()'}"
    return "t" + str(value).replace("\r\n", "\n")


def document_content(data: bytes, notes: Mapping[str, str]) -> bytes:
    """Return what a Word document says: its paragraphs, those of tables too, and its pictures."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        body = ElementTree.fromstring(packed.read(BODY))
        pictures = sorted(
            hashlib.sha256(packed.read(name)).hexdigest()
            for name in packed.namelist()
            if name.startswith(MEDIA) and not name.endswith("/")
        )
    texts = [text for text in _paragraphs(body) if text]
    return json.dumps([texts, pictures, dict(notes)], sort_keys=True).encode()


def _paragraphs(body: ElementTree.Element) -> list[str]:
    """The text of each paragraph; gaps of any kind and length are one blank."""
    texts: list[list[str]] = []
    for part in body.iter():
        if part.tag == f"{_WORD}p":
            texts.append([])
        elif texts and part.tag == f"{_WORD}t":
            texts[-1].append(part.text or "")
        elif texts and part.tag in _GAPS:
            texts[-1].append(" ")
    return [" ".join("".join(pieces).split()) for pieces in texts]


def _is_document(data: bytes) -> bool:
    """Whether this is a Word document, as far as the names of its parts tell."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return BODY in packed.namelist()
    except (zipfile.BadZipFile, ValueError, EOFError, OSError):
        return False


def _document_properties(data: bytes) -> list[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if CUSTOM not in packed.namelist():
            return []
        properties = ElementTree.fromstring(packed.read(CUSTOM))
    return [(one.get("name", ""), "".join(one.itertext())) for one in properties]

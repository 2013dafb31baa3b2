"""Cells of a workbook changed as its XML has them, so that a number keeps its last bit."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path

from sim.export.safe_workbook import OpenWorkbook, open_workbook

SHEETS = {"Scenario": "xl/worksheets/sheet2.xml", "Choices": "xl/worksheets/sheet3.xml"}

Content = float | str | None


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The workbook with each part changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def inside(value: Content) -> tuple[str, str]:
    """Kind and content of a cell: a number to the last bit, a text, a formula, or nothing."""
    if value is None:
        return "", ""
    if not isinstance(value, str):
        return "", f"<v>{value!r}</v>"
    if value.startswith("="):
        formula, _, held = value[1:].partition(" -> ")
        return "", f"<f>{escape(formula)}</f>" + (f"<v>{held}</v>" if held else "")
    return ' t="inlineStr"', f"<is><t>{escape(value)}</t></is>"


def edited(data: bytes, values: Mapping[str, Content], sheet: str = "Scenario") -> bytes:
    """The workbook with some cells set: a number, a text, nothing, or ``=formula -> value``."""

    def change(name: str, part: bytes) -> bytes:
        if name != SHEETS[sheet]:
            return part
        text = part.decode("utf-8")
        for at, value in values.items():
            text = _with_cell(text, at, value)
        return text.encode("utf-8")

    return repacked(data, change)


def _with_cell(text: str, at: str, value: Content) -> str:
    old = re.search(rf'<c r="{at}"( s="\d+")?[^>]*?(/>|>.*?</c>)', text)
    assert old is not None, at
    kind, content = inside(value)
    new = f'<c r="{at}"{old[1] or ""}{kind}>{content}</c>'
    return text[: old.start()] + new + text[old.end() :]


def where_is(
    opened: OpenWorkbook, key: str, column: str = "C", nth: int = 0, sheet: str = "Scenario"
) -> str:
    """The cell of a key's n-th row in a column."""
    rows = [row for (row, at), cell in sorted(opened.sheets[sheet].items())
            if at == 1 and cell.value == key]  # fmt: skip
    return f"{column}{rows[nth]}"


def opened_bytes(data: bytes, file: Path) -> OpenWorkbook:
    """A workbook read from bytes, by way of a file."""
    file.write_bytes(data)
    return open_workbook(file)

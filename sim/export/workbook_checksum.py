"""What the cells of a workbook say, as bytes: the same whoever saved it last."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any, cast

SheetCells = tuple[str, Iterable[tuple[str, Any]]]


def content_of(sheets: Iterable[SheetCells], notes: Mapping[str, str]) -> bytes:
    """What the sheets say, cell by cell: numbers to 15 digits, texts, formulas as formulas.

    Some programs keep no more digits, and write true as a formula: neither is a change. Styles,
    widths and charts are outside it: a program that saves a workbook writes them anew.
    """
    told = {
        title: {at: plain for at, value in cells if (plain := _plain(value)) is not None}
        for title, cells in sheets
    }
    return json.dumps([told, dict(notes)], sort_keys=True).encode()


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

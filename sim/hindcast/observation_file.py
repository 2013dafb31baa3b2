"""The file format of observations: reads the rows of a file and finds every mistake in them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from ..clock import day_advice, parse_day
from ..errors import (
    Location,
    Message,
    Problem,
    ScenarioError,
    any_of,
    as_message,
    reason_of,
    usage_error,
)
from .periods import parse_period
from .series import OBSERVABLE, OF_FLOW, STATISTICS, Series

COLUMNS = (
    "series", "breakdown", "period", "statistic", "value", "unit", "published", "source", "error",
)  # fmt: skip
NOTE = "note"
"""Column that a file may have beside ``COLUMNS``."""
MAX_BYTES = 5_000_000
MOST_TOLD = 50
"""Most mistakes of one file that are reported."""
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", re.ASCII)
NAME = re.compile(r"[a-z0-9_]+", re.ASCII)
LARGEST = 1e15
Read = TypeVar("Read")


@dataclass(frozen=True)
class Row:
    """A line of a file: what stands in each column, and at which character it begins."""

    file: str
    line: int
    text: str
    values: dict[str, str]
    starts: dict[str, int]

    def problem(self, column: str, what: str, advice: str = "") -> Problem:
        """Return a mistake in one column."""
        where = Location(self.file, self.line, self.starts.get(column, 0) + 1, self.text)
        return Problem(
            where, Message("{column}: {what}", column=column, what=as_message(what)), advice
        )


def read_text(path: Path) -> str:
    """Read the text of a user's file; raises ``ScenarioError`` if it is none or too large."""
    name = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            what = Message(
                "{size:,} bytes: too large for a file of observations", size=path.stat().st_size
            )
            usage_error(name, what, Message("give at most {most:,} bytes", most=MAX_BYTES))
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        usage_error(
            name,
            Message("not UTF-8 text ({reason})", reason=error.reason),
            "save it as CSV in UTF-8",
        )
    except OSError as error:
        usage_error(name, Message("can't be read: {reason}", reason=reason_of(error)))


def checked_rows(text: str, name: str) -> list[dict[str, str]]:
    """Return the rows of a text by column; raises ``ScenarioError`` with every mistake in it."""
    rows, problems = _rows_and_problems(text, name)
    if problems:
        told = problems[:MOST_TOLD]
        if len(problems) > MOST_TOLD:
            what = Message("and {count:,} more mistakes", count=len(problems) - MOST_TOLD)
            told.append(Problem(name, what, "correct the first ones, then check again"))
        raise ScenarioError(told)
    return [row.values for row in rows]


def _rows_and_problems(text: str, name: str) -> tuple[list[Row], list[Problem]]:
    # Spreadsheets may begin a file with a mark of its encoding.
    lines = text.removeprefix("\ufeff").split("\n")
    numbered = [
        (number, line.removesuffix("\r"))
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.startswith("#")
    ]
    if not numbered:
        return [], [Problem(name, "it is empty", _head_advice())]
    number, head = numbered[0]
    columns = [column.strip() for column in _fields(head) or ()]
    problems = list(_of_head(columns, Location(name, number, 1, head)))
    if problems:
        return [], problems
    rows: list[Row] = []
    for number, line in numbered[1:]:
        fields, where = _fields(line), Location(name, number, 1, line)
        if fields is None:
            problems.append(
                Problem(
                    where,
                    "a quote is not closed, or text follows it",
                    "double a quote inside a text",
                )
            )
        elif len(fields) != len(columns):
            what = Message(
                "{count} fields where the first line has {columns} columns",
                count=len(fields),
                columns=len(columns),
            )
            advice = "put a text with a comma between quotes"
            if ";" in line and len(fields) == 1:
                advice = "separate the fields by commas, not semicolons"
            problems.append(Problem(where, what, advice))
        else:
            values = dict(zip(columns, (field.strip() for field in fields), strict=True))
            row = Row(name, number, line, values, dict(zip(columns, _starts(line), strict=True)))
            problems += sorted(_of_row(row), key=_column_of)
            rows.append(row)
    if not rows and not problems:
        problems.append(Problem(name, "there is no figure in it", "write a line for each figure"))
    return rows, problems + list(_of_vintages(rows) if not problems else ())


def _fields(line: str) -> list[str] | None:
    """Return the fields of a line; none if a quote is left open."""
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error:
        return None


def _starts(line: str) -> Iterator[int]:
    """Yield the character at which each field begins."""
    start, quoted = 0, False
    yield start
    for place, sign in enumerate(line):
        # A quote within a field that does not begin with one is a sign like any other.
        quoted ^= sign == '"' and line[start] == '"'
        if sign == "," and not quoted:
            start = place + 1
            yield start


def _head_advice() -> str:
    return Message("begin with the line {names}", names=",".join(COLUMNS))


def _of_head(columns: list[str], where: Location) -> Iterator[Problem]:
    if len(columns) == 1 and ";" in where.text:
        advice = "separate the fields by commas, with a decimal point in numbers"
        yield Problem(where, "the fields are separated by semicolons", advice)
        return
    for column in dict.fromkeys(columns):
        if column not in (*COLUMNS, NOTE):
            what = Message("'{column}' is no column of observations", column=column)
            yield Problem(where, what, _suggestion(column, (*COLUMNS, NOTE)))
        if columns.count(column) > 1:
            yield Problem(
                where,
                Message("the column '{column}' stands there twice", column=column),
                "leave one out",
            )
    lacking = [column for column in COLUMNS if column not in columns]
    if lacking:
        yield Problem(
            where, Message("columns are missing: {names}", names=", ".join(lacking)), _head_advice()
        )


def _suggestion(word: str, known: Iterable[str]) -> str:
    known = list(known)
    close = get_close_matches(word, known, 2, 0.6)
    if close:
        return Message("did you mean {close}?", close=any_of(close))
    return Message("choose from {names}", names=", ".join(known))


# -- one figure ---------------------------------------------------------------------------------


def _of_row(row: Row) -> Iterator[Problem]:
    """Yield the mistakes of one figure."""
    for check in (_of_period, _of_value, _of_error):
        yield from check(row)
    if not row.values["source"]:
        yield row.problem("source", "there is none", "state where the figure can be found")
    name = row.values["series"]
    series = OBSERVABLE.get(name)
    if series is None:
        yield row.problem(
            "series", Message("'{name}' is no series", name=name), _suggestion(name, OBSERVABLE)
        )
        return
    for fits in (_of_breakdown, _of_statistic, _of_unit):
        yield from fits(row, series)
    if _number(row.values["value"]) < series.least:
        yield row.problem("value", "it is negative", Message("{name} must be 0 or more", name=name))


def _column_of(problem: Problem) -> int:
    assert isinstance(problem.where, Location)
    return problem.where.column


def _of_breakdown(row: Row, series: Series) -> Iterator[Problem]:
    part = row.values["breakdown"]
    open_parts = [one for one in series.parts if one.endswith(":")]
    named = any(part.startswith(one) and NAME.fullmatch(part, len(one)) for one in open_parts)
    if part not in ("total", *series.parts) or part in open_parts:
        if named:
            return
        known = ("total", *(f"{one}NAME" if one in open_parts else one for one in series.parts))
        what = Message(
            "'{part}' is no breakdown of {series}", part=part, series=row.values["series"]
        )
        yield row.problem("breakdown", what, _suggestion(part, known))


def _of_statistic(row: Row, series: Series) -> Iterator[Problem]:
    found, name = row.values["statistic"], row.values["series"]
    if found in series.statistics:
        return
    kind = as_message("flow" if series.statistics == OF_FLOW else "stock")
    what = (
        Message("{name} is a {kind} and has no {found}", name=name, kind=kind, found=found)
        if found in STATISTICS
        else Message("'{found}' is none", found=found)
    )
    yield row.problem(
        "statistic", what, Message("write {statistics}", statistics=any_of(series.statistics))
    )


def _of_unit(row: Row, series: Series) -> Iterator[Problem]:
    if row.values["unit"] != series.unit:
        what = Message(
            "'{unit}' is not the unit of {series}",
            unit=row.values["unit"],
            series=row.values["series"],
        )
        yield row.problem("unit", what, Message("give the figure in {unit}", unit=series.unit))


def _of_period(row: Row) -> Iterator[Problem]:
    period = _read(parse_period, row.values["period"])
    published = _read(_day, row.values["published"])
    if period is None:
        what = Message("'{period}' is no period", period=row.values["period"])
        yield row.problem("period", what, "as 2024, 2024-Q3, 2024-05, 2024-05-31 or 31-5-2024")
    if published is None:
        what = Message("'{published}' is no day", published=row.values["published"])
        yield row.problem("published", what, day_advice(row.values["published"]))
    if period is not None and published is not None and published < period.last:
        what = Message(
            "{published} lies before the end of the period, {end}",
            published=published,
            end=period.last,
        )
        yield row.problem("published", what, "a forecast is not an observation: leave it out")


def _of_value(row: Row) -> Iterator[Problem]:
    text = row.values["value"]
    value = _number(text)
    if THOUSANDS.fullmatch(text):
        whole = text.replace(".", "")
        what = Message("'{text}' may be {whole} or {value:g}", text=text, whole=whole, value=value)
        yield row.problem(
            "value",
            what,
            Message("write {whole}, or {text}0 for the decimals", whole=whole, text=text),
        )
    elif not abs(value) <= LARGEST:
        what = Message("'{text}' is no number", text=text)
        yield row.problem("value", what, "digits with a point for decimals, as 72610")


def _of_error(row: Row) -> Iterator[Problem]:
    text = row.values["error"]
    if text and not 0 <= _number(text) <= 1:
        what = Message("'{text}' is no relative standard error", text=text)
        yield row.problem("error", what, "a share from 0 to 1, as 0.02 for 2%; or leave it empty")


def _day(text: str) -> date:
    day = parse_day(text)
    if day is None:
        raise ValueError(text)
    return day


def _read(reader: Callable[[str], Read], text: str) -> Read | None:
    try:
        return reader(text)
    except ValueError:
        return None


def _number(text: str) -> float:
    """Return a number, NaN if the text is none."""
    return float(text) if NUMBER.fullmatch(text) else float("nan")


# -- figures together ---------------------------------------------------------------------------


def _of_vintages(rows: Iterable[Row]) -> Iterator[Problem]:
    """Yield figures that are there twice with one day of publication."""
    seen: dict[object, Row] = {}
    for row in rows:
        values, period = row.values, parse_period(row.values["period"])
        of = period.last if values["statistic"] == "end" else period
        key = (*(values[c] for c in ("series", "breakdown", "statistic", "published")), of)
        if key in seen:
            what = Message(
                "the figure of line {line} again, published on the same day", line=seen[key].line
            )
            yield row.problem("published", what, "leave one out, or give each its own day")
        seen.setdefault(key, row)

"""Sheets of a scenario's workbook: its rows and columns, and which cells may be edited.

The writer and the reader of these workbooks share this module.
"""

from __future__ import annotations

import hashlib
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel

from ..report.i18n import Language, translate_sentence
from ..scenario import Quantity, Scenario
from ..scenario.introspect import Shape, at
from ..scenario.listing import parameters
from ..scenario.quantity import CERTAIN, STEPS, UNDATED

CellValue = float | int | str | bool | date | None
"""What a cell of these sheets holds."""
LAYOUT = "1"
"""Version of the layout; raise it whenever a column or a row gets another meaning."""
SPREAD = ("dist", "low", "mode", "high", "sd", "p5", "p50", "p95", "as")
GROUND = ("source", "where", "assumption")
COLUMNS = (
    "key", "date", "value", "unit", "between", *SPREAD, "price_level", "fill", *GROUND,
    "bounds", "meaning",
)  # fmt: skip
CHOICE_COLUMNS = ("key", "value", "allowed", "meaning")
HEAD = 4
"""Row of the heads of both tables."""
NUMBERS = "Scenario"
"""Name of the sheet of numbers, in both languages: errors point to it."""
HEADS = {
    "key": "form_key", "date": "form_date", "value": "form_value", "unit": "form_unit",
    "between": "form_between", "dist": "form_dist", "low": "form_low", "mode": "form_mode",
    "high": "form_high", "sd": "form_sd", "p5": "form_p5", "p50": "form_p50", "p95": "form_p95",
    "as": "form_as", "price_level": "book_price_year", "fill": "form_fill",
    "source": "shown_source", "where": "form_where", "assumption": "shown_assumption",
    "bounds": "form_bounds", "meaning": "shown_meaning", "allowed": "form_allowed",
}  # fmt: skip
"""Label of the head of each column."""
ABOUT = ("title.en", "title.nl", "description.en", "description.nl")
"""Texts of a patch that are filled in on the first sheet."""
FIRST_ABOUT = 10
"""Row of the first of these."""
FREE_ROWS = 40
"""Empty rows below the numbers, for further dates and further keys."""
LEFT_OUT = ("title", "description", "sources")
"""Keys outside the tables: a patch has its own title, and sources are defined in files."""


@dataclass(frozen=True)
class WorkbookRow:
    """A row of numbers: the content of its cells, and which of them may be edited."""

    key: str
    cells: dict[str, CellValue]
    open: frozenset[str]


@dataclass(frozen=True)
class Choice:
    """A setting that is not a number: its value, the allowed values, and its meaning."""

    key: str
    value: str | bool | int | date
    allowed: tuple[str, ...]
    kind: type
    meaning: str


def fingerprint(scenario: Scenario) -> str:
    """Return a hash of the whole scenario."""
    return hashlib.sha256(scenario.model_dump_json(by_alias=True).encode()).hexdigest()


def shape_of(key: str) -> Shape | None:
    """Return what the schema allows at a key."""
    return at(Scenario, tuple(key.split(".")))


def open_parts(here: Shape) -> frozenset[str]:
    """Return the columns that the schema allows for a number, besides its value."""
    columns = set(GROUND)
    if UNDATED not in here.metadata:
        columns |= {"date"} | (set() if STEPS in here.metadata else {"between"})
    if CERTAIN not in here.metadata:
        columns |= set(SPREAD)
    if here.unit is not None and here.unit.unit.startswith("EUR"):
        columns |= {"price_level", "fill"}
    return frozenset(columns)


def number_rows(scenario: Scenario) -> Iterator[WorkbookRow]:
    """Yield a row per number, per date for dated ones, and for each that could be set."""
    for key, quantity in _numbers(scenario, ""):
        here = shape_of(key)
        assert here is not None
        allowed = here.unit.unit if here.unit else ""
        fixed: dict[str, CellValue] = {
            "key": key,
            "meaning": here.meaning,
            "unit": allowed if quantity is None else quantity.unit,
        }
        parts = open_parts(here)
        if quantity is None:
            yield WorkbookRow(key, fixed, parts | {"value"})
            continue
        for order, (day, amount) in enumerate(quantity.pairs()):
            dated: dict[str, CellValue] = {"date": day} if isinstance(quantity.value, tuple) else {}
            cells: dict[str, CellValue] = {**fixed, "value": amount, **dated}
            if order == 0:
                yield WorkbookRow(key, cells | parts_of(quantity), parts | {"value"})
            else:
                yield WorkbookRow(key, cells, (parts & {"date"}) | {"value"})


def parts_of(quantity: Quantity) -> dict[str, CellValue]:
    """Return the parts of a number besides its value, by column.

    A middle of the spread that equals the value is left out, so that it follows the value.
    """
    parts: dict[str, CellValue] = {
        name: getattr(quantity, name) for name in ("between", "price_level", "fill", *GROUND)
    }
    if quantity.spread is not None:
        parts |= quantity.spread.model_dump(by_alias=True)
        for middle in ("mode", "p50"):
            if quantity.spread.kind == "value" and parts[middle] == quantity.central_draw():
                parts[middle] = None
    return {name: value for name, value in parts.items() if value is not None}


def translated_sentences(
    parts: Mapping[str, Any], scenario: Scenario, lang: Language
) -> dict[str, CellValue]:
    """Return the sentences among the parts of a number, in a language."""
    return {
        name: translate_sentence(str(parts[name]), lang, scenario.description)
        for name in ("where", "assumption")
        if parts.get(name) is not None
    }


def _numbers(part: Any, prefix: str) -> Iterator[tuple[str, Quantity | None]]:
    """Every number with its key, and None for each that the schema allows and is not set."""
    if isinstance(part, Quantity):
        yield prefix, part
    elif isinstance(part, BaseModel):
        for name, field in type(part).model_fields.items():
            key = f"{prefix}.{name}" if prefix else name
            item = getattr(part, name)
            here = shape_of(key)
            if item is None and here is not None and here.is_number and not field.is_required():
                yield key, None
            yield from _numbers(item, key)
    elif isinstance(part, dict | tuple):
        pairs: Any = part.items() if isinstance(part, dict) else enumerate(part)
        for step, below in pairs:
            yield from _numbers(below, f"{prefix}.{step}")


def choices(scenario: Scenario) -> Iterator[Choice]:
    """Yield every setting that is not a number, in the order of the file."""
    for key, value in parameters(scenario):
        if isinstance(value, Quantity) or value is None or key.split(".")[0] in LEFT_OUT:
            continue
        here = shape_of(key)
        assert here is not None
        kind = here.type if here.type in (bool, int, date) else str
        allowed: tuple[str, ...] = ()
        if typing.get_origin(here.type) is typing.Literal:
            allowed = tuple(str(one) for one in typing.get_args(here.type))
        plain = date.fromisoformat(str(value)) if kind is date else value
        yield Choice(key, plain, allowed, kind, here.meaning)


def may_be_unset(scenario: Scenario, key: str) -> bool:
    """Return whether a key may be removed: the schema does not require it."""
    *above, last = key.split(".")
    part: Any = scenario
    for step in above:
        part = _below(part, step)
    field = type(part).model_fields.get(last) if isinstance(part, BaseModel) else None
    return field is not None and not field.is_required()


def _below(part: Any, step: str) -> Any:
    if isinstance(part, dict):
        return next((item for name, item in part.items() if str(name) == step), None)
    if isinstance(part, tuple):
        return part[int(step)] if step.isdecimal() and int(step) < len(part) else None
    return getattr(part, step, None)

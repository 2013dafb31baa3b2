"""Values of a scenario by key or attribute: ``scenario["housing.homes"]``, ``scenario.housing``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

import pandas as pd
from pydantic import BaseModel
from rich.table import Table

from ..errors import Message, Problem, ScenarioError
from ..notebook.repr import as_html, as_text
from ..report.scenario_listing import plain
from ..scenario import Quantity
from ..scenario.introspect import hint_for
from ..scenario.listing import parameters

MOST_ROWS = 20
"""Rows of a part that are shown; ``Scenario.show`` has all of them."""


class UnknownKeyError(ScenarioError, KeyError):
    """A key that a scenario does not have; also a ``KeyError``, as of a mapping."""

    def __str__(self) -> str:
        # A KeyError shows its only argument in quotes.
        return Exception.__str__(self)


class ScenarioPart:
    """A part of a scenario, to look at: values by key, by attribute, and as a short table.

    A value is a number (float), a series by date, a text, a date, or again a part.
    """

    __slots__ = ("_key", "_part")

    def __init__(self, part: Any, key: str) -> None:
        object.__setattr__(self, "_part", part)
        object.__setattr__(self, "_key", key)

    def __getitem__(self, key: str) -> Any:
        return value_at(self._part, key, self._key)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return attribute_of(self._part, name, self._key)

    def __setitem__(self, key: str, value: object) -> NoReturn:
        refuse_assignment(_join(self._key, key), value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        refuse_assignment(_join(self._key, name), value)

    def __iter__(self) -> Iterator[str]:
        return iter(_children(self._part))

    def __len__(self) -> int:
        return len(_children(self._part))

    def __contains__(self, key: object) -> bool:
        return has_key(self._part, key)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ScenarioPart):
            return NotImplemented
        return bool(self._part == other._part and self._key == other._key)

    def __hash__(self) -> int:
        return hash(self._key)

    def __reduce__(self) -> tuple[Any, ...]:
        return ScenarioPart, (self._part, self._key)

    def __dir__(self) -> list[str]:
        return [name for name in _children(self._part) if name.isidentifier()]

    def _ipython_key_completions_(self) -> list[str]:
        return keys_of(self._part)

    def __repr__(self) -> str:
        return f"{self._key}\n{as_text(self._shown())}"

    def _repr_html_(self) -> str:
        return as_html([self._key, *self._shown()])

    def _shown(self) -> list[Any]:
        rows = list(parameters(self._part))
        table = Table(box=None, pad_edge=False)
        table.add_column("key")
        table.add_column("value", justify="right")
        table.add_column("unit")
        for key, value in rows[:MOST_ROWS]:
            table.add_row(key.removeprefix("."), *_value_and_unit(value))
        more = len(rows) - MOST_ROWS
        return [table, f"and {more} more: see show({self._key!r})"] if more > 0 else [table]


def value_at(part: Any, key: str, above: str = "") -> Any:
    """Return the value or the part at a key; raises ``UnknownKeyError`` if there is none."""
    here, path = part, above
    for step in str(key).split("."):
        children = _children(here)
        if step not in children:
            where = _join(above, str(key))
            raise UnknownKeyError([Problem(where, "there is no such key", _hint(here, path, step))])
        here, path = children[step], _join(path, step)
    return _value(here, path)


def attribute_of(part: Any, name: str, above: str = "", methods: Sequence[str] = ()) -> Any:
    """Return the value or the part with a name; raises ``AttributeError`` with a suggestion.

    ``methods`` are names that there are besides.
    """
    try:
        return value_at(part, name, above)
    except UnknownKeyError as error:
        close = get_close_matches(name, methods, 1)
        advice = f"did you mean '{close[0]}'?" if close else error.problems[0].advice
        what = f"'{above}' has no '{name}'" if above else f"a scenario has no attribute '{name}'"
        raise AttributeError(f"{what}: {advice}" if advice else what) from None


def has_key(part: Any, key: object) -> bool:
    """Return whether there is a value or a part at a key."""
    try:
        value_at(part, str(key))
    except UnknownKeyError:
        return False
    return True


def keys_of(part: Any) -> list[str]:
    """Return all keys, of parts and of values, in the order of the file."""
    found: dict[str, None] = {}
    for key, _ in parameters(part):
        steps = key.removeprefix(".").split(".")
        found |= dict.fromkeys(".".join(steps[:end]) for end in range(1, len(steps) + 1))
    return list(found)


def refuse_assignment(key: str, value: object) -> NoReturn:
    """Refuse to set a value: a scenario does not change."""
    advice = Message(
        "make another one with scenario.override({{{key!r}: {value!r}}})", key=key, value=value
    )
    raise ScenarioError([Problem(key, "a scenario can't be changed", advice)])


def _hint(part: Any, path: str, unknown: str) -> str:
    """Return what to write instead of a key that there is not."""
    if isinstance(part, Quantity):
        return Message("{key} is a number; show({key}) has its source and spread", key=repr(path))
    return hint_for(unknown, tuple(path.split(".")) if path else (), tuple(_children(part)))


def _children(part: Any) -> dict[str, Any]:
    """Return what is directly below a part, by the last step of its key."""
    if isinstance(part, Quantity):
        return {}
    if isinstance(part, BaseModel):
        names = type(part).model_fields
        return {field.alias or name: getattr(part, name) for name, field in names.items()}
    if isinstance(part, dict):
        return {str(name): below for name, below in part.items()}
    if isinstance(part, list | tuple):
        return {str(place): below for place, below in enumerate(part)}
    return {}


def _value(found: Any, key: str) -> Any:
    """Return a value as Python has it: a number, a series by date, a text, or a part."""
    if isinstance(found, Quantity):
        if not isinstance(found.value, tuple):
            return found.single
        days = pd.DatetimeIndex([day for day, _ in found.pairs()], name="date")
        series = pd.Series(found.numbers(), days, dtype=float, name=key)
        series.attrs["unit"] = found.unit
        return series
    if isinstance(found, BaseModel | dict | list | tuple):
        return ScenarioPart(found, key)
    return found


def _value_and_unit(value: Any) -> tuple[str, str]:
    """Return a value as a short text, and its unit."""
    if not isinstance(value, Quantity):
        return str(value), ""
    if not isinstance(value.value, tuple):
        return plain(value.single, "en"), value.unit
    texts = [f"{day}: {plain(number, 'en')}" for day, number in value.pairs()]
    more = ", …" if len(texts) > 2 else ""
    return ", ".join(texts[:2]) + more, value.unit


def _join(above: str, key: str) -> str:
    return f"{above}.{key}" if above else key

"""Introspection of the schema: what is allowed at a path, and suggestions for unknown keys.

It reads the models themselves, so suggestions, JSON schema and listings agree with validation.
"""

from __future__ import annotations

import csv
import re
import types
import typing
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Annotated, Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ..errors import Message, any_of, as_message
from .quantity import CERTAIN, Quantity, UnitRule
from .schema import Scenario
from .yaml_reader import Keys


@dataclass(frozen=True)
class Shape:
    """One position in the schema: its type, its rules, and its meaning."""

    type: Any
    metadata: tuple[Any, ...] = ()
    meaning: str = ""

    @property
    def unit(self) -> UnitRule | None:
        """Unit and bounds, if this position holds a number."""
        rules = (getattr(item, "func", None) for item in self.metadata)
        return next((rule for rule in rules if isinstance(rule, UnitRule)), None)

    @property
    def is_number(self) -> bool:
        return self.type is Quantity


def below(shape: Shape, step: str) -> Shape | None:
    """Return the shape one level down, or None if the key is not allowed."""
    kind = shape.type
    if _is_model(kind):
        return _field(kind, step)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is dict or (origin is tuple and step.isdigit()):
        inner = _plain(arguments[1] if origin is dict else arguments[0])
        return Shape(inner.type, inner.metadata, inner.meaning or shape.meaning)
    return None


def keys(shape: Shape) -> list[str] | None:
    """Return the keys allowed at a position; None if any name is allowed."""
    kind = shape.type
    if _is_model(kind):
        return [field.alias or name for name, field in kind.model_fields.items()]
    return None if typing.get_origin(kind) is dict else []


def may_be_empty(shape: Shape) -> bool:
    """Return whether a mapping can stand at a position without any key."""
    if not _is_model(shape.type):
        return keys(shape) is None
    return not any(field.is_required() for field in shape.type.model_fields.values())


def at(root: type[BaseModel], path: Keys) -> Shape | None:
    """Return the shape at a path of the schema."""
    shape: Shape | None = Shape(root)
    for step in path:
        if shape is None:
            return None
        shape = below(shape, step)
    return shape


def is_never_drawn(key: str) -> bool:
    """Whether the number at a key may not be uncertain in any scenario."""
    here = at(Scenario, tuple(key.split(".")))
    return here is not None and CERTAIN in here.metadata


def _field(model: type[BaseModel], step: str) -> Shape | None:
    for name, field in model.model_fields.items():
        if step in (name, field.alias):
            return _of_field(field)
    return None


def _of_field(field: FieldInfo) -> Shape:
    inner = _plain(field.annotation)
    meaning = field.description or inner.meaning
    if not meaning and inner.type is not Quantity and _is_model(inner.type):
        meaning = (inner.type.__doc__ or "").partition("\n")[0].rstrip(".")
    return Shape(inner.type, (*inner.metadata, *field.metadata), meaning)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _plain(annotation: Any) -> Shape:
    """Strip ``Annotated`` and ``None`` from a type."""
    metadata: tuple[Any, ...] = ()
    while True:
        origin = typing.get_origin(annotation)
        if origin is Annotated:
            annotation, *extra = typing.get_args(annotation)
            metadata = (*metadata, *extra)
        elif origin in (typing.Union, types.UnionType):
            kinds = [kind for kind in typing.get_args(annotation) if kind is not type(None)]
            if len(kinds) != 1:
                return Shape(annotation, metadata)
            annotation = kinds[0]
        else:
            return Shape(annotation, metadata)


FORMER: dict[Keys, str] = {
    ("prices", "factor"): (
        "until version 0.1 a factor on all prices of places: leave it out, or set "
        "prices.estimated_factor, the level of COA's cost against the document's prices (for "
        "prices.level: estimated)"
    ),
}
"""Keys of earlier versions, with what to write now."""


RULES: Keys = ("plan", "rules")
"""Where a plan has its rules, by name."""


def hint_for(unknown: str, parent: Keys, names: Collection[str] = ()) -> str:
    """Suggest what to write instead of a key that is not allowed below ``parent``.

    In this order: the Dutch word for a key that is; the same key one level up or down (an indent
    that slipped); the nearest key here; the same key elsewhere; else all keys there are.
    ``names`` are the names in use where any name is allowed.
    """
    if former := FORMER.get((*parent, unknown)):
        return former
    if unknown == "leave_rate" and parent[:1] == ("groups",):
        return (
            "until version 0.1 each group had its own: write ind.leave_rate, one number for all, "
            "and groups.NAME.leave_factor where a group differs"
        )
    here = _keys(parent) or sorted(names)
    word = dutch().get(unknown.lower().replace("_", " "))
    if word:
        meant = [name for name in here if name == word or name.startswith(f"{word}_")]
        elsewhere = [path for path in everywhere() if path[-1] == word]
        if meant:
            return Message("in English: {meant}", meant=any_of([repr(name) for name in meant]))
        if elsewhere:
            path = _dots(elsewhere[0])
            return Message("in English: '{word}', at {path}", word=word, path=path)
        return Message("in English: '{word}'", word=word)
    if parent and unknown in (_keys(parent[:-1]) or ()):
        above = _dots(parent[:-1]) or as_message("the top")
        return Message("this key exists one level up, in {above}: check the indent", above=above)
    for key in here:
        if unknown in (_keys((*parent, key)) or ()):
            return Message(
                "this key exists one level down, in {path}: check the indent",
                path=_dots((*parent, key)),
            )
    close = get_close_matches(unknown, here, 2, 0.6)
    if close:
        return Message("did you mean {close}?", close=any_of([repr(key) for key in close]))
    elsewhere = [path for path in everywhere() if path[-1] == unknown]
    if elsewhere:
        return Message("did you mean {path}?", path=_dots(elsewhere[0]))
    if parent == RULES and not here:
        return "this scenario has no rules: take one that has, or write the whole rule in a patch"
    if _keys(parent) is None and not here:
        return Message("nothing is set in {path} yet: give it whole", path=_dots(parent))
    return Message("keys here: {names}", names=", ".join(here)) if here else "no key can stand here"


def _keys(path: Keys) -> list[str] | None:
    found = at(Scenario, path)
    return [] if found is None else keys(found)


def _dots(path: Keys) -> str:
    return ".".join(path)


@cache
def everywhere() -> tuple[Keys, ...]:
    """All key paths of the schema; ``<name>`` stands for any name, 0 for items of a list."""
    found: list[Keys] = []
    todo: list[tuple[Keys, Shape]] = [((), Shape(Scenario))]
    while todo:
        path, here = todo.pop(0)
        if here.is_number:
            continue
        names = keys(here)
        for name in ["<name>"] if names is None else names or ["0"]:
            inside = below(here, name)
            if inside is not None:
                found.append((*path, name))
                todo.append(((*path, name), inside))
    return tuple(found)


@cache
def dutch() -> dict[str, str]:
    """Dutch terms and the keys they stand for, from the glossary."""
    text = (resources.files("sim") / "locale" / "glossary.csv").read_text("utf-8")
    terms: dict[str, str] = {}
    for row in csv.DictReader(text.splitlines()):
        for word in re.sub(r" \(.*?\)", "", row["dutch"]).split(" / ") if row["key"] else ():
            terms.setdefault(word.lower(), row["key"])
    return terms

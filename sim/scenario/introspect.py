"""Introspection of the schema: allowed keys, units and meanings at a path.

It reads the models themselves, so suggestions, JSON schema and listings agree with validation.
"""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .quantity import Quantity, UnitRule
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


def at(root: type[BaseModel], path: Keys) -> Shape | None:
    """Return the shape at a path of the schema."""
    shape: Shape | None = Shape(root)
    for step in path:
        if shape is None:
            return None
        shape = below(shape, step)
    return shape


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

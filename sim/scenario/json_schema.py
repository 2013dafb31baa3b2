"""JSON Schema of scenario files, for completion and validation in editors.

A file with ``extends`` is a patch: its keys may have dots, and a number may be short (a value, or
values by date). A file without it is a complete scenario: every number has a unit and a source or
assumption.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from . import introspect as shape
from .base import OF_START, SuggestedKeys
from .introspect import everywhere
from .quantity import Quantity
from .relative import PATTERN
from .schema import Scenario
from .version import KEY as VERSION
from .version import SCHEMA

DAY = r"^(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}-\d{1,2}-\d{4})$"
YEAR_OR_DAY = r"^(\d{4}(-\d{1,2}-\d{1,2})?|\d{1,2}-\d{1,2}-\d{4})$"
Schema = dict[str, Any]
STEPS = {"<name>": "[^.]+", "0": "[0-9]+"}
PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    Path: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    date: {"type": "string", "pattern": DAY},
}


def json_schema() -> Schema:
    """Return the JSON Schema of scenario files (draft 7, the best supported by editors)."""
    shared: Schema = {}
    patch, whole = _patch(shared), _model(Scenario, False, shared)
    whole = whole | {"properties": _version() | whole["properties"]}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "opvangsim scenario",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": patch,
        "else": whole,
        "definitions": dict(sorted(shared.items())),
    }


def _version() -> Schema:
    about = f"form of this file; {SCHEMA} for this version of the program"
    return {VERSION: {"type": "integer", "minimum": 1, "maximum": SCHEMA, "description": about}}


def _patch(shared: Schema) -> Schema:
    names = {"type": "string", "description": "file or shipped scenario that this one stands on"}
    properties: Schema = {"extends": {"anyOf": [names, {"type": "array", "items": names}]}}
    properties |= _version()
    properties |= _model(Scenario, True, shared)["properties"]
    whole = _model(Scenario, False, shared)["properties"]
    properties |= {key: whole[key] for key in ("title", "description", "sources")}
    patterns = {}
    for path in everywhere():
        here = shape.at(Scenario, path)
        if len(path) > 1 and here is not None:
            pattern = r"\.".join(STEPS.get(step, re.escape(step)) for step in path)
            patterns[f"^{pattern}$"] = _any(here, True, shared)
    return {
        "type": "object",
        "properties": properties,
        "patternProperties": patterns,
        "additionalProperties": False,
    }


def _any(here: shape.Shape, short: bool, shared: Schema) -> Schema:
    """Schema of a position, with its unit and meaning as hover text."""
    schema = _of(here, short, shared)
    unit = f" [{here.unit.unit}]" if here.unit else ""
    start = "of the start date: " if here.meaning and _is_of_start(here) else ""
    about = f"{start}{here.meaning}{unit}".strip()
    if not about:
        return schema
    return {"allOf": [schema], "description": about} if "$ref" in schema else {
        **schema, "description": about
    }  # fmt: skip


def _is_of_start(here: shape.Shape) -> bool:
    """Whether a position, or each entry of a mapping, belongs to the start date."""
    inner = shape.below(here, "0") if typing.get_origin(here.type) is dict else here
    return inner is not None and OF_START in inner.metadata


def _of(here: shape.Shape, short: bool, shared: Schema) -> Schema:
    kind = here.type
    if kind is Quantity:
        return _number(here, short, shared)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        name = f"{kind.__name__}{' in a patch' if short else ''}"
        return _shared(name, shared, lambda: _model(kind, short, shared))
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (dict, tuple):
        inner = shape.below(here, "0")
        assert inner is not None
        inner = shape.Shape(inner.type, inner.metadata)
        if origin is dict:
            below = _any(inner, short, shared)
            offered = [key for m in here.metadata if isinstance(m, SuggestedKeys) for key in m.keys]
            properties = {"properties": dict.fromkeys(offered, below)} if offered else {}
            return {"type": "object", **properties, "additionalProperties": below}
        return {"type": "array", "items": _any(inner, False, shared)}
    if origin is Literal:
        return {"enum": list(arguments)}
    return dict(PLAIN[kind])


def _shared(name: str, shared: Schema, make: Callable[[], Schema]) -> Schema:
    if name not in shared:
        shared[name] = {}
        shared[name] = make()
    return {"$ref": f"#/definitions/{name.replace('/', '~1').replace(' ', '%20')}"}


def _model(model: type[BaseModel], short: bool, shared: Schema) -> Schema:
    """Schema of a model and its keys; in a patch no key is required."""
    properties, required = {}, []
    here = shape.Shape(model)
    for name, field in model.model_fields.items():
        key = field.alias or name
        inside = shape.below(here, key)
        assert inside is not None
        properties[key] = _any(inside, short, shared)
        if field.is_required() and not short:
            required.append(key)
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": required} if required else {})


def _number(here: shape.Shape, short: bool, shared: Schema) -> Schema:
    """Schema of a number: short form in a patch, with unit and source in a complete scenario."""
    rule = here.unit
    if rule is None:
        return {"type": "object"}
    span = f"{rule.low if rule.low is not None else ''} to {rule.high or ''}"
    name = f"number {rule.unit} {span}{' in a patch' if short else ''}"

    def make() -> Schema:
        amount: Schema = {"type": "number"}
        amount |= {"minimum": rule.low} if rule.low is not None else {}
        amount |= {"maximum": rule.high} if rule.high is not None else {}
        dated = {
            "type": "object",
            "minProperties": 1,
            "patternProperties": {YEAR_OR_DAY: amount},
            "additionalProperties": False,
        }
        properties: Schema = {
            "value": {"anyOf": [amount, dated]},
            "unit": {"enum": list(rule.choices)},
        }
        if len(rule.choices) == 1:
            properties["unit"] = {"const": rule.unit}
        for key in Quantity.model_fields:
            inside = shape.below(shape.Shape(Quantity), key)
            if inside is not None and key not in properties:
                properties[key] = _any(inside, False, shared)
        full: Schema = {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }
        if short:
            relative: Schema = {"type": "string", "pattern": PATTERN}
            properties["value"] = {"anyOf": [amount, dated, relative]}
            return {"anyOf": [amount, dated, relative, full]}
        grounds = [{"required": ["source"]}, {"required": ["assumption"]}]
        return full | {"required": ["value", "unit"], "anyOf": grounds}

    return _shared(name, shared, make)

"""Numbers that are overridden in Python: from a mapping to texts of ``--set``, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from ..errors import Message, usage_error
from ..scenario.relative import parse_relative, relative_in
from ..scenario.yaml_writer import value_text
from .python_names import OVERRIDE


def sets_of(
    before: Sequence[str], changes: object, others: Mapping[str, object]
) -> tuple[str, ...]:
    """Return earlier overrides with changes added, as ``--set`` takes them.

    The later one of a key counts; a relative one is relative to the earlier one.

    Refuses keyword arguments (``others``), and changes that are no mapping.
    """
    if others:
        key, value = next(iter(others.items()))
        wanted = {key.replace("__", "."): value}
        advice = Message("write override({changes})", changes=repr(wanted))
        usage_error(OVERRIDE, "numbers are given in one mapping, by their keys", advice)
    if not isinstance(changes, Mapping):
        what = "numbers are given in one mapping, by their keys"
        usage_error(OVERRIDE, what, "as in override({'housing.homes': 40_000})")
    kept = [text for text in before if text.partition("=")[0] not in changes]
    earlier = changes_of(before)
    return (
        *kept,
        *(f"{key}={_as_yaml(_stacked(earlier.get(key), value))}" for key, value in changes.items()),
    )


def changes_of(sets: Sequence[str]) -> dict[str, Any]:
    """Return overridden numbers by key."""
    pairs = dict(text.split("=", 1) for text in sets)
    return {key: yaml.safe_load(value) for key, value in pairs.items()}


def _stacked(before: Any, now: Any) -> Any:
    """Return one value for a relative one on top of an earlier override; any other replaces it."""
    relative = relative_in(now)
    if before is None or relative is None:
        return now
    below = before if isinstance(before, dict) and "value" in before else {"value": before}
    inner = parse_relative(below["value"])
    value = relative.of(below["value"]) if inner is None else inner.then(relative)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    above = now if isinstance(now, dict) else {}
    stacked = below | above | {"value": value}
    return stacked if set(stacked) - {"value"} else value


def _as_yaml(value: object) -> str:
    """Return a value as a file would hold it, in one line."""
    return value_text(value.item() if hasattr(value, "item") else value)

"""Numbers that are overridden in Python: from a mapping to texts of ``--set``, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from ..errors import Message, usage_error
from .python_names import OVERRIDE


def sets_of(
    before: Sequence[str], changes: object, others: Mapping[str, object]
) -> tuple[str, ...]:
    """Return earlier overrides with changes added, as ``--set`` takes them; the later one counts.

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
    return (*kept, *(f"{key}={_as_yaml(value)}" for key, value in changes.items()))


def changes_of(sets: Sequence[str]) -> dict[str, Any]:
    """Return overridden numbers by key."""
    pairs = dict(text.split("=", 1) for text in sets)
    return {key: yaml.safe_load(value) for key, value in pairs.items()}


def _as_yaml(value: object) -> str:
    """Return a value as a file would hold it, in one line."""
    plain = value.item() if hasattr(value, "item") else value
    return yaml.safe_dump([plain], default_flow_style=True, width=10**6).strip()[1:-1]

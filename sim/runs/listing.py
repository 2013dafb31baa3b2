"""What lies in a folder of results, filtered and sorted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import usage_error
from .index import KEYS, RunEntry, chosen, entries, ordered


def found_in(
    folder: Path, scenario: str, kind: str, since: date | None, sort: str, *, reverse: bool
) -> tuple[int, list[RunEntry]]:
    """How many folders there are, and those that are wanted, in order.

    Raises ``ScenarioError`` if the folder can't be read, or for an order that is none.
    """
    if sort not in KEYS:
        usage_error("--sort", f"there is no order by '{sort}'", f"choose from {', '.join(KEYS)}")
    every = entries(folder)
    found = ordered(chosen(every, scenario, kind, since), sort)
    return len(every), found[::-1] if reverse else found


def rows_of(found: Sequence[RunEntry]) -> list[dict[str, Any]]:
    """Entries as plain data: a headline in euros, a moment in UTC."""
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "scenario": one.scenario,
            "created": one.created,
            "headline": dict(one.headline) if one.headline else None,
            "folder": str(one.folder),
            "trouble": one.trouble,
        }
        for one in found
    ]

"""Tables that the package carries in ``sim/data``."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import resources


def text_of(name: str) -> str:
    """Return the text of a table in ``sim/data``."""
    return (resources.files("sim") / "data" / name).read_text("utf-8")


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Rows of a table in ``sim/data``; lines that begin with # are comments."""
    lines = [line for line in text_of(name).splitlines() if not line.startswith("#")]
    yield from csv.DictReader(lines)

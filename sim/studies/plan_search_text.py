"""What a search for a plan says: its tables and sentences."""

from __future__ import annotations
from typing import Any


def tell(data: Any, lang: Any) -> list[Any]:
    return [str(data.table("plans").T), str(data.table("levers"))]

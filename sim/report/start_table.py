"""What is printed of a scenario for a later start: each number beside that of its base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from ..hindcast.later_start import DIVIDED, StartValue
from ..scenario import Scenario, start_values
from .i18n import Language, number, translate


def start_lines(
    base: Scenario, values: Mapping[str, StartValue], file: str, lang: Language
) -> Iterator[str | Table]:
    """Yield the table of numbers, how many are published, and where they are."""
    former = start_values(base)
    table = Table(title=translate("later_start_title", lang), title_justify="left")
    for name in ("start_key", "start_before", "start_now", "start_origin"):
        left = name in ("start_key", "start_origin")
        table.add_column(translate(name, lang), justify="left" if left else "right")
    for key, one in values.items():
        if isinstance(one.value, int | float):
            origin = "start_published" if one.is_published else "start_carried"
            origin = "start_divided" if one.origin.endswith(DIVIDED) else origin
            before = _number(former.get(key), lang)
            now = _number({"value": one.value}, lang)
            table.add_row(key, before, now, translate(origin, lang))
    yield table
    published = sum(one.is_published for one in values.values())
    yield translate(
        "start_written", lang, file=file, published=published, carried=len(values) - published
    )


def _number(stated: Any, lang: Language) -> str:
    value = stated.get("value") if isinstance(stated, dict) else None
    if not isinstance(value, int | float):
        return ""
    return number(value, lang, 0 if abs(value) >= 10 or value == round(value) else 4)

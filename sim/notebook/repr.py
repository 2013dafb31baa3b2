"""Rich display in Jupyter and in a terminal: tables as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 110


def as_text(parts: Sequence[Any]) -> str:
    """Return tables and sentences as a terminal prints them, without showing them in Jupyter."""
    console = Console(
        width=WIDE,
        highlight=False,
        markup=False,
        emoji=False,
        color_system=None,
        no_color=True,
        force_jupyter=False,
    )
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    return captured.get().rstrip()


def as_html(parts: Sequence[Any]) -> str:
    """Return tables and sentences as HTML: real tables with a caption and headers."""
    return "".join(_table(one) if isinstance(one, Table) else _line(one) for one in parts)


def heading(title: str, *lines: str) -> str:
    """Return a title and the lines below it as HTML."""
    below = "".join(f"<br>{escape(line)}" for line in lines if line)
    return f"<p><strong>{escape(title)}</strong>{below}</p>"


def _line(part: Any) -> str:
    return f"<p>{escape(as_sentence(part))}</p>"


def _table(table: Table) -> str:
    title = f"<caption>{escape(as_sentence(table.title))}</caption>" if table.title else ""
    sides = ["right" if column.justify == "right" else "left" for column in table.columns]
    heads = [as_sentence(column.header) for column in table.columns]
    cells = [[as_sentence(cell) for cell in column.cells] for column in table.columns]
    body = "".join(_row(row, sides, "td") for row in zip(*cells, strict=True))
    head = _row(heads, sides, 'th scope="col"')
    return f"<table>{title}<thead>{head}</thead><tbody>{body}</tbody></table>"


def _row(cells: Sequence[str], sides: Sequence[str], tag: str) -> str:
    made = [
        f'<{tag} style="padding:2px 8px;text-align:{side}">{escape(cell)}</{tag[:2]}>'
        for cell, side in zip(cells, sides, strict=True)
    ]
    return f"<tr>{''.join(made)}</tr>"


def as_sentence(part: Any) -> str:
    """Return a text without terminal markup."""
    return part.plain if isinstance(part, Text) else str(part)

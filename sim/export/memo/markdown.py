"""Render a memo as Markdown, with its chart in a file beside it."""

from __future__ import annotations

import re

from .content import (
    Block,
    Commands,
    Header,
    Heading,
    Listing,
    Memo,
    MemoChart,
    Paragraph,
    Table,
    numbered,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$])")
_LIST = re.compile(r"^(\d+)([.)])(?=\s|$)|^([+-])(?=\s|$)", re.MULTILINE)


def markdown(memo: Memo, picture: str) -> str:
    """Return a memo as Markdown; ``picture`` is the name of the file of its chart."""
    parts = [_block(block, word, number, picture) for block, word, number in numbered(memo)]
    return "\n\n".join([*parts, "---", _escaped(memo.foot)]) + "\n"


def _escaped(text: str) -> str:
    """Escape everything in a text that Markdown would interpret."""
    escaped = _SPECIAL.sub(r"\\\1", text)
    return _LIST.sub(
        lambda match: f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[3]}", escaped
    )


def _block(block: Block, word: str, number: int, picture: str) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {_escaped(block.text)}"
        case Header():
            lines = (f"**{_escaped(label)}** {_escaped(text)}" for label, text in block.rows)
            return "  \n".join(lines)
        case Paragraph():
            text = _escaped(block.text)
            return f"**{text}**" if block.strong else text
        case Listing():
            return "\n".join(f"- {_escaped(item)}" for item in block.items)
        case Commands():
            return "```\n" + "\n".join(block.lines) + "\n```"
        case MemoChart():
            caption = f"*{word} {number}. {_escaped(block.caption)}*"
            return f"![{_escaped(block.alt)}]({picture})\n\n{caption}"
        case Table():
            return f"*{word} {number}. {_escaped(block.caption)}*\n\n{_table(block)}"


def _table(table: Table) -> str:
    marks = ["---:" if right else "---" for right in table.right]
    lines = [
        [_escaped(cell) for cell in table.heads],
        marks,
        *([_escaped(cell) for cell in row] for row in table.rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

"""Pieces of Markdown: paragraphs, lists and tables."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

WIDTH = 100


def paragraph(*sentences: str) -> str:
    """Sentences as one paragraph, its lines filled."""
    text = " ".join(" ".join(sentence.split()) for sentence in sentences if sentence)
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def bullets(items: Iterable[str]) -> str:
    """A list, one item after the other."""
    return "\n".join(
        textwrap.fill(
            " ".join(item.split()),
            WIDTH,
            initial_indent="- ",
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for item in items
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what would break a cell is written so that it does not."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines)


def cell(text: str) -> str:
    """Text that stands in one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Text as it stands in a file."""
    return f"`{text}`"


def joined(parts: Iterable[str]) -> str:
    """The blocks of a section, those that are empty left out."""
    return "\n\n".join(part for part in parts if part)


def shortened(text: str, most: int) -> str:
    """A text cut at a word, with dots if something is left out."""
    return textwrap.shorten(text, most, placeholder=" ...")


def listed(words: Sequence[str]) -> str:
    """Words as a sentence has them: a, b and c."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)

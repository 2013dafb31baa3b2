"""What a memo says before it has a form: headings, paragraphs, tables and a picture, in order.

Word, HTML and Markdown are made of this and of nothing else, so that they can't say different
things.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.table import Table as Printed
from rich.text import Text

from ..report.labels import Language, label
from ..stamp import Stamp

WIDEST_CELL = 44
"""Letters from which on a longer cell asks for no more width."""


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3; ``annex`` begins a new page."""

    text: str
    level: int = 2
    annex: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``strong`` for the answer, ``small`` for a note."""

    text: str
    strong: bool = False
    small: bool = False


@dataclass(frozen=True)
class Listing:
    """Points, one under the other."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Commands:
    """Lines to be typed."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table with its caption; ``right`` says which columns hold numbers."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]

    def shares(self) -> list[float]:
        """How the width is shared: by the longest cell, but never less than the longest word."""
        columns = list(zip(self.heads, *self.rows, strict=True))
        wanted = [float(min(max(len(cell) for cell in one[1:] or one), WIDEST_CELL))
                  for one in columns]  # fmt: skip
        least = [max(len(word) for cell in one for word in cell.split() or [""]) for one in columns]
        sizes = [max(want, min(word, WIDEST_CELL) + 1, 4.0)
                 for want, word in zip(wanted, least, strict=True)]  # fmt: skip
        return [size / sum(sizes) for size in sizes]


@dataclass(frozen=True)
class Picture:
    """A chart (PNG) with its caption, and its text for who can't see it."""

    caption: str
    alt: str
    png: bytes


Block = Heading | Paragraph | Listing | Commands | Table | Picture


@dataclass(frozen=True)
class Memo:
    """A memo in a language, with the stamp of what it was made of."""

    title: str
    lang: Language
    stamp: Stamp
    blocks: tuple[Block, ...]

    @property
    def picture(self) -> Picture:
        """Its one chart."""
        return next(block for block in self.blocks if isinstance(block, Picture))

    @property
    def keywords(self) -> str:
        """What it is found by: program and version, run, scenario."""
        stamp = self.stamp
        return ", ".join((f"opvangsim {stamp.version}", stamp.run, stamp.scenario))

    @property
    def foot(self) -> str:
        """What stands at the foot of each page, before its number."""
        return label("memo_foot", self.lang, version=self.stamp.version, id=self.stamp.run)


def numbered(memo: Memo) -> Iterator[tuple[Block, str, int]]:
    """Each block with the word and the number of its caption ("Table", 2); none has ("", 0)."""
    counts = {Table: 0, Picture: 0}
    for block in memo.blocks:
        if isinstance(block, Table | Picture):
            counts[type(block)] += 1
            key = "memo_table" if isinstance(block, Table) else "memo_figure"
            yield block, label(key, memo.lang), counts[type(block)]
        else:
            yield block, "", 0


def table_of(printed: Printed, caption: str = "") -> Table:
    """A table as it is printed in a terminal, taken over cell by cell."""
    columns = [[_plain(cell) for cell in column.cells] for column in printed.columns]
    return Table(
        caption or _plain(printed.title or ""),
        tuple(_plain(column.header) for column in printed.columns),
        tuple(zip(*columns, strict=True)),
        tuple(column.justify == "right" for column in printed.columns),
    )


def _plain(cell: object) -> str:
    text = cell.plain if isinstance(cell, Text) else Text.from_markup(str(cell)).plain
    return " ".join(text.split())

"""What a memo says before it has a form: headings, paragraphs, tables and a picture, in order.

Word and Markdown are both made from this, so that they can't say different things.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from rich.table import Table as Printed
from rich.text import Text

from ...report.i18n import Language, translate
from ...runs.provenance import Provenance

LETTERS, PADDING = 104, 2
"""Letters that fit in a line of a table, and the room beside a cell in letters."""
SHORT_CELL, LONG_WORD, LONG_CELL = 14, 24, 60
"""Cells up to so many letters are not broken; longer words are; longer cells ask for no more."""
BOLD = 1.2
"""A letter of a head against one below it."""
SHORT = 10
"""Rows of a table that stays on one page."""


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
        """How the width is shared: numbers and words stay whole, long texts share what is left."""
        columns = list(zip(self.heads, *self.rows, strict=True))
        least = [_unbroken(cells) + PADDING for cells in columns]
        wanted = [min(max(map(len, cells)), LONG_CELL) + PADDING for cells in columns]
        more = [max(want - need, 0) for want, need in zip(wanted, least, strict=True)]
        left = max(LETTERS - sum(least), 0)
        part = min(left / sum(more), 1) if sum(more) else 0
        sizes = [need + part * extra for need, extra in zip(least, more, strict=True)]
        return [size / sum(sizes) for size in sizes]


@dataclass(frozen=True)
class MemoChart:
    """A chart (PNG) with its caption, and its text for who can't see it."""

    caption: str
    alt: str
    png: bytes


Block = Heading | Paragraph | Listing | Commands | Table | MemoChart


@dataclass(frozen=True)
class Memo:
    """A memo in a language, with the stamp of what it was made of."""

    title: str
    lang: Language
    stamp: Provenance
    blocks: tuple[Block, ...]

    @property
    def picture(self) -> MemoChart | None:
        """Its chart, if it has one."""
        return next((block for block in self.blocks if isinstance(block, MemoChart)), None)

    @property
    def keywords(self) -> str:
        """What it is found by: program and version, run, scenario."""
        stamp = self.stamp
        return ", ".join((f"opvangsim {stamp.version}", stamp.run, stamp.scenario))

    @property
    def foot(self) -> str:
        """What stands at the foot of each page, before its number."""
        return translate("memo_foot", self.lang, version=self.stamp.version, id=self.stamp.run)


def numbered(memo: Memo) -> Iterator[tuple[Block, str, int]]:
    """Each block with the word and the number of its caption ("Table", 2); none has ("", 0)."""
    counts = {Table: 0, MemoChart: 0}
    for block in memo.blocks:
        if isinstance(block, Table | MemoChart):
            counts[type(block)] += 1
            key = "memo_table" if isinstance(block, Table) else "memo_figure"
            yield block, translate(key, memo.lang), counts[type(block)]
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


def _unbroken(cells: tuple[str, ...]) -> int:
    """Letters of the longest piece of a column that stays on one line."""
    head, *below = cells
    sizes = [ceil(BOLD * len(word)) for word in head.split()]
    for cell in below:
        words = [cell] if len(cell) <= SHORT_CELL else cell.split()
        # A percent sign is as wide as two letters.
        sizes += [len(word) + word.count("%") for word in words]
    return min(max(sizes, default=0), LONG_WORD)


def _plain(cell: object) -> str:
    text = cell.plain if isinstance(cell, Text) else str(cell)
    return " ".join(text.split())

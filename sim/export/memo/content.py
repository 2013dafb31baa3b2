"""The content of a memo, without a form: headings, paragraphs, tables and a chart, in order.

Word, PDF and Markdown are all made from this, so that they can't say different things.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from rich.table import Table as Printed
from rich.text import Text

from ...report.i18n import Language, translate, unbroken
from ...runs.provenance import Provenance

MEMO_FILE = "memo.docx"
"""Name of the file in the command that reproduces a memo; its ending follows the form."""
LETTERS, PADDING = 104, 2
"""Characters that fit in a line of a table, and the padding of a cell in characters."""
SHORT_CELL, LONG_WORD, LONG_CELL = 14, 24, 60
"""Cells up to this length are not broken; longer words are; longer cells get no more width."""
BOLD = 1.2
"""Width of a bold character relative to a regular one."""
SHORT = 10
"""Rows of a table that is kept on one page."""


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3; that of the annex starts a new page."""

    text: str
    level: int = 2
    annex: bool = False


@dataclass(frozen=True)
class Header:
    """The rows at the top of a memo, each a label and its text: to, from, date, subject."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``strong`` for the answer, ``small`` for a note."""

    text: str
    strong: bool = False
    small: bool = False


@dataclass(frozen=True)
class Listing:
    """A list of points."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Commands:
    """Commands to type."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table with its caption; ``right`` says which columns hold numbers."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]

    def shares(self) -> list[float]:
        """Return the widths of columns as shares; numbers and words are never broken."""
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
    """A chart (PNG) with its caption and alternative text."""

    caption: str
    alt: str
    png: bytes


Block = Heading | Header | Paragraph | Listing | Commands | Table | MemoChart


@dataclass(frozen=True)
class Memo:
    """A memo in a language, with the provenance of the folder it was made from."""

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
        """Keywords of the document: program and version, run, scenario."""
        stamp = self.stamp
        return ", ".join((f"opvangsim {stamp.version}", stamp.run, stamp.scenario))

    @property
    def foot(self) -> str:
        """Footer of each page, before its number."""
        return translate("memo_foot", self.lang, version=self.stamp.version, id=self.stamp.run)


def laid_out(memo: Memo) -> Memo:
    """Return a memo whose amounts no line breaks: for Word and PDF, not for Markdown."""
    return replace(memo, blocks=tuple(_laid_out(block) for block in memo.blocks))


def _laid_out(block: Block) -> Block:
    match block:
        case Heading() | Paragraph():
            return replace(block, text=unbroken(block.text))
        case Header():
            return Header(tuple((label, unbroken(text)) for label, text in block.rows))
        case Listing():
            return Listing(tuple(unbroken(item) for item in block.items))
        case _:
            return block


def numbered(memo: Memo) -> Iterator[tuple[Block, str, int]]:
    """Yield each block with word and number of its caption ("Table", 2), or ("", 0)."""
    counts = {Table: 0, MemoChart: 0}
    for block in memo.blocks:
        if isinstance(block, Table | MemoChart):
            counts[type(block)] += 1
            key = "memo_table" if isinstance(block, Table) else "memo_figure"
            yield block, translate(key, memo.lang), counts[type(block)]
        else:
            yield block, "", 0


def table_of(printed: Printed, caption: str = "") -> Table:
    """Return a table that is printed in a terminal as a table of a memo."""
    columns = [[_plain(cell) for cell in column.cells] for column in printed.columns]
    return Table(
        caption or _plain(printed.title or ""),
        tuple(_plain(column.header) for column in printed.columns),
        tuple(zip(*columns, strict=True)),
        tuple(column.justify == "right" for column in printed.columns),
    )


def _unbroken(cells: tuple[str, ...]) -> int:
    """Characters of the longest piece of a column that is not broken."""
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

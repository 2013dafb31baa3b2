"""Pages of the question book read back: what an answer says, part by part."""

from __future__ import annotations

import re
from dataclasses import dataclass

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Page:
    """A page as it was written: the answer, what stands under it, and its parts by heading."""

    heading: str
    place: str
    minister: str
    answer: str
    notes: tuple[str, ...]
    parts: dict[str, tuple[str, ...]]

    def table(self, heading: str) -> tuple[tuple[str, ...], Rows]:
        """Head and rows of the table under a heading."""
        lines = [_cells(line) for line in self.parts.get(heading, ())]
        return (lines[0], tuple(lines[2:])) if lines else ((), ())

    def points(self, heading: str) -> tuple[str, ...]:
        """Points under a heading."""
        return tuple(line.removeprefix("- ") for line in self.parts.get(heading, ()))

    def commands(self, heading: str) -> tuple[str, ...]:
        """Lines to be typed under a heading."""
        return tuple(line for line in self.parts.get(heading, ()) if line != "```")


def page_of(text: str) -> Page:
    """Read a page of the book, as ``sim/questions/pages.py`` writes it."""
    head, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    title, place, minister, answer, *notes = (part.strip() for part in head.strip().split("\n\n"))
    parts = {}
    for section in sections:
        heading, _, body = section.partition("\n")
        parts[heading.strip()] = tuple(line for line in body.splitlines() if line.strip())
    return Page(
        title.removeprefix("# "), place, minister, answer.removeprefix("> "), tuple(notes), parts
    )


def _cells(line: str) -> tuple[str, ...]:
    inside = line.strip().removeprefix("|").removesuffix("|")
    return tuple(cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inside))

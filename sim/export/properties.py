"""What a file says of itself in its properties: texts by name, long ones in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..runs.provenance import NAME

LONGEST = 250
"""Excel and Word show 255 characters of a custom property."""


def properties_of(told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Name and text of each property: ``opvangsim NAME``, and a number from the second piece on."""
    for name, text in told.items():
        for number, start in enumerate(range(0, max(len(text), 1), LONGEST)):
            key = f"{NAME} {name}" + (f" {number + 1}" if number else "")
            yield key, text[start : start + LONGEST]


def told_in(properties: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Our texts among the properties of a file, put together again."""
    pieces: dict[str, dict[int, str]] = {}
    for key, text in properties:
        words = key.split()
        if not words or words[0] != NAME or len(words) not in (2, 3):
            continue
        number = int(words[2]) if len(words) == 3 and words[2].isdecimal() else 1
        pieces.setdefault(words[1], {})[number] = text
    return {name: "".join(texts[n] for n in sorted(texts)) for name, texts in pieces.items()}

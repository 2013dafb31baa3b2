"""Every paragraph of help of the command line, in English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from sim.cli.commands import Entry, Group, app, commands, imported, sections


def paragraphs() -> set[str]:
    """Headings, summaries, texts of commands, and what is said of each option."""
    found = {
        text
        for heading, part in sections().items()
        for text in (heading, *_summaries(part.values()))
    }
    every = [get_command(app), *(imported(words[-1], one) for words, one in commands().items())]
    for command in every:
        found |= set(_of(command))
    return {" ".join(text.split()) for text in found if text.strip()}


def _summaries(entries: Any) -> Iterator[str]:
    entry: Entry
    for entry in entries:
        yield entry.summary
        if isinstance(entry, Group):
            yield from (inner.summary for inner in entry.commands.values())


def _of(command: Any) -> Iterator[str]:
    yield from (command.help or "").split("\n\n")
    yield from (getattr(one, "help", None) or "" for one in command.params)
    yield "Show this message and exit."

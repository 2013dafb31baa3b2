"""The language of what is printed beside results: errors, warnings, notes."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING

import typer

from ..errors import Problem, printable

if TYPE_CHECKING:
    from .options import Language


def typed_language() -> Language:
    """Return the language that was typed: known even where the command line can't be read."""
    words = sys.argv[1:]
    given = [value for name, value in itertools.pairwise(words) if name == "--lang"]
    given += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    return "nl" if given[-1:] == ["nl"] else "en"


def spoken(said: Problem | str, lang: Language) -> str:
    """Return a problem, a warning or a note in a language; English needs no translations."""
    if lang == "en":
        return printable(str(said))
    from ..report.messages import in_language

    return printable(in_language(said, lang))


def tell(label: str, said: Problem | str) -> None:
    """Print a line about the work on the error stream: what kind it is of, and what is said."""
    lang = typed_language()
    typer.echo(f"{spoken(label, lang)}: {spoken(said, lang)}", err=True)

"""Exceptions: mistakes of the user (``ScenarioError``) and of the program (``ModelError``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any, NoReturn, Self

WIDEST = 100
"""Longest part of a line that is quoted."""
UNSHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Characters that are no text: they steer a terminal, turn the order of what is read, or can't be
written at all. A tab and a new line are text."""


def printable(text: str) -> str:
    """Make a text printable: control characters and invalid ones are replaced by their codes."""
    return UNSHOWN.sub(lambda found: ascii(found[0])[1:-1], text)


def short_date(day: date, locale: str = "en_GB") -> str:
    """Write a date briefly as a locale does: 27 Jan 2025, 27 jan 2025."""
    from babel.dates import format_date  # Few runs write a date in a message.

    return str(format_date(day, "medium", locale=locale))


class Message(str):
    """A message in English that keeps the sentence and the values it was made of.

    ``Message("'{given}' is not a date", given=text)``. The sentence is what translations are looked
    up by (``report.messages``); a text without values needs no ``Message``, since it is its own
    sentence. A value may be a message itself; dates are written briefly.
    """

    sentence: str
    values: Mapping[str, Any]

    def __new__(cls, sentence: str, /, **values: Any) -> Self:
        shown = {
            name: short_date(value) if isinstance(value, date) else value
            for name, value in values.items()
        }
        made = super().__new__(cls, sentence.format(**shown))
        made.sentence, made.values = sentence, values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """Pickle the sentence and its values, not the text that was made of them."""
        return (self.sentence,), dict(self.values)


def as_message(text: str) -> Message:
    """Return a text as a message, so that it is translated as a value of another one as well."""
    if isinstance(text, Message):
        return text
    return Message(text.replace("{", "{{").replace("}", "}}"))


def all_of(words: Iterable[str]) -> str:
    """Name all of some words, as in a sentence: a and b and c."""
    return _joined(words, lambda one, other: Message("{one} and {other}", one=one, other=other))


def any_of(words: Iterable[str]) -> str:
    """Name words of which any will do, as in a sentence: a or b or c."""
    return _joined(words, lambda one, other: Message("{one} or {other}", one=one, other=other))


def none_of(words: Iterable[str]) -> str:
    """Name words that are lacking, as in a sentence after "no": a and no b and no c."""
    return _joined(words, lambda one, other: Message("{one} and no {other}", one=one, other=other))


def _joined(words: Iterable[str], link: Callable[[str, str], str]) -> str:
    return reduce(link, words)


def reason_of(error: OSError) -> str:
    """Say why a file can't be used, in the words of the operating system."""
    return str(error) if error.strerror is None else as_message(error.strerror)


@dataclass(frozen=True)
class Location:
    """A place in a text: file, line and column (both from 1), and the line itself."""

    file: str
    line: int
    column: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def quoted(self) -> str:
        """The line, and a caret below the column; of a long line the part around it."""
        if not self.text.strip():
            return ""
        first = max(0, min(self.column - 1 - WIDEST // 2, len(self.text) - WIDEST))
        shown = self.text[first : first + WIDEST].rstrip()
        gutter = f"{self.line:>5} | "
        caret = " " * (len(gutter) + self.column - 1 - first) + "^"
        return f"{gutter}{shown}\n{caret}"


@dataclass(frozen=True)
class Problem:
    """One mistake in a user's file: where it stands, what is wrong, what to do."""

    where: Location | str
    what: str
    advice: str = ""

    def __str__(self) -> str:
        quote = self.where.quoted() if isinstance(self.where, Location) else ""
        parts = [f"{self.where}: {self.what}", quote, f"    {self.advice}" if self.advice else ""]
        return printable("\n".join(part for part in parts if part))


class ScenarioError(Exception):
    """The user's file or request is wrong; carries every problem found at once (exit code 2)."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[Problem]]]:
        """Pickle the problems, so that an error on another machine arrives as it was raised."""
        return type(self), (list(self.problems),)

    def _render_traceback_(self) -> list[str]:
        """Rendering in Jupyter, instead of a traceback."""
        return [f"{type(self).__name__}: {self}"]


class ModelError(Exception):
    """The program violated one of its own laws (exit code 1)."""


def usage_error(where: str, what: str, advice: str = "") -> NoReturn:
    """Report a mistake of the user: raises ``ScenarioError`` with one problem."""
    raise ScenarioError([Problem(where, what, advice)])

"""Error messages, warnings and notes in the language of the reader.

The source states a message in English: a ``Message`` keeps its sentence and values, a text without
values is its own sentence. The Dutch of a sentence is in ``sim/locale/nl/messages.po``, with the
context ``message`` and the same {blanks}. Keys, options, names of files and what is quoted of a
file stay as they are. What a library says arrives as a finished text: it is recognised by its
pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from string import Formatter
from typing import Any

from ..errors import Message, Problem, as_message
from .i18n import Language, day_text, dutch, library_texts, messages

DECIMAL_MARKS = str.maketrans(",.", ".,")


def in_language(said: Problem | str, lang: Language) -> str:
    """Return a problem, a warning or a note in a language, as the command line prints it."""
    if lang == "en":
        return str(said)
    if isinstance(said, Problem):
        return str(replace(said, what=_dutch(said.what), advice=_dutch(said.advice)))
    return _dutch(said)


def untranslated(said: Problem | str) -> set[str]:
    """Return the English sentences in a message that have no Dutch text."""
    missing: set[str] = set()
    for text in (said.what, said.advice) if isinstance(said, Problem) else (said,):
        _dutch(text, missing.add)
    return missing


def _dutch(text: str, lacking: Callable[[str], None] = lambda _: None) -> str:
    if not isinstance(text, Message):
        text = as_message(text)
    # A message without values is known by its text: its sentence has doubled braces.
    english = text.sentence if text.values else str(text)
    if not _has_words(english):
        return _filled(english, text.values, lacking) if text.values else english
    sentence = messages().get(english)
    if sentence is None and not text.values:
        whole = dutch().get(" ".join(english.split()))
        whole = _of_a_library(english) if whole is None else whole
        if whole is None:
            lacking(english)
        return english if whole is None else whole
    if sentence is None:
        lacking(english)
    return _filled(sentence or english, text.values, lacking) if text.values else str(sentence)


def _filled(sentence: str, values: Mapping[str, Any], lacking: Callable[[str], None]) -> str:
    """Fill in the blanks of a sentence, each as Dutch has it."""
    parts: list[str] = []
    for before, name, form, conversion in Formatter().parse(sentence):
        parts.append(before)
        if name is not None:
            parts.append(_value(values[name], form or "", conversion or "", lacking))
    return "".join(parts)


def _value(value: Any, form: str, conversion: str, lacking: Callable[[str], None]) -> str:
    if isinstance(value, Message):
        return _dutch(value, lacking)
    if conversion:
        return repr(value) if conversion == "r" else str(value)
    if isinstance(value, date):
        return day_text(value, "nl")
    shown = format(value, form)
    # Other numbers are quoted: they stay as a file has them.
    return shown.translate(DECIMAL_MARKS) if "," in form or form.endswith("%") else shown


def _has_words(sentence: str) -> bool:
    return any(before and re.search(r"[^\W\d_]", before) for before, *_ in _parsed(sentence))


@cache
def _parsed(sentence: str) -> tuple[tuple[str, str | None], ...]:
    try:
        return tuple((before, name) for before, name, _, _ in Formatter().parse(sentence))
    except ValueError:  # A text without values may have single braces.
        return ((sentence, None),)


def _of_a_library(english: str) -> str | None:
    """Return the Dutch of a text that a library made, with what stands in its blanks."""
    for pattern, sentence in _patterns():
        found = pattern.fullmatch(english)
        if found is not None:
            inside = {name: _of_a_library(part) or part for name, part in found.groupdict().items()}
            return sentence.format(**inside)
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns of what libraries say, in the order in which they are tried."""
    found = []
    for english, sentence in library_texts().items():
        pattern = "".join(
            re.escape(before) + (f"(?P<{name}>.*?)" if name else "")
            for before, name in _parsed(english)
        )
        found.append((re.compile(pattern, re.DOTALL), sentence))
    return tuple(found)

"""Search by a text: numbers by key, meaning or value, sources, questions, scenarios and commands.

Every word has to occur, in English or in Dutch; words of comparison, as in "10% more inflow", are
left out where they find nothing. A number is found by its value, however it is
written: 27100, 27.100 and 27,100 are the same. What has the word in its name comes before what has
it in its text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal, get_args

from ..report.i18n import Language, translate_sentence, unit_name
from ..report.scenario_listing import value_text
from ..scenario import Quantity, Scenario, load, shipped, source_keys
from ..scenario import introspect as shape
from ..scenario.listing import Leaf, parameters, source_cards
from ..scenario.yaml_reader import read_file
from .questions import questions

Kind = Literal["number", "source", "question", "scenario", "command"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LANGUAGES: tuple[Language, ...] = get_args(Language)
BASE = "baseline"
NAME, PART, BEGINS, INSIDE = 10.0, 6.0, 4.0, 2.0
"""Weight of a word that is a name, a part of it, the beginning of a part, or within it."""
VALUE = 12.0
"""Weight of a number that is the value."""
LEAST_INSIDE = 4
"""Least letters of a word that is looked for within others, as in Dutch compounds."""
COMPARISON = re.compile(
    r"[-+]?\d+([.,]\d+)?%|more|less|fewer|higher|lower|extra|meer|minder|hogere?|lagere?"
)
"""Words that say how much another number is to be."""
_THOUSANDS = re.compile(r"(?<![\d.,])([1-9]\d{0,2}(?:[.,]\d{3})+)(?![\d]|[.,]\d)", re.ASCII)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?%?", re.ASCII)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Finding:
    """One thing that was found: what it is, where it comes from, and the command that shows it."""

    kind: Kind
    name: str
    text: str
    source: str
    link: str
    command: str
    score: float = 0.0


@dataclass(frozen=True)
class _Entry:
    """A thing that may be found, the texts about it in order of weight, and its values."""

    finding: Finding
    texts: tuple[str, ...]
    values: tuple[float, ...] = ()


def search(
    text: str, lang: Language = "en", commands: Mapping[str, str] | None = None
) -> list[Finding]:
    """Return what a text finds, by kind and the best first.

    ``commands`` are the summaries of the commands of the program by the words that are typed.
    """
    words = [word.strip("?!\"'()") for word in _plain(text).split()]
    words = [word for word in words if word]
    entries = list(_entries(lang, commands or {}))
    plain = [word for word in words if not COMPARISON.fullmatch(word)]
    found = _found(words, entries) or (_found(plain, entries) if plain else [])
    return sorted(found, key=lambda one: (KINDS.index(one.kind), -one.score))


def _found(words: list[str], entries: Iterable[_Entry]) -> list[Finding]:
    """Return what has every word."""
    found = []
    for entry in entries:
        score = _score(words, entry)
        if score:
            one = entry.finding
            found.append(replace(one, score=score))
    return found


def similar_words(text: str, lang: Language = "en") -> list[str]:
    """Return words like one that finds nothing."""
    known = {
        word
        for entry in _entries(lang, {})
        for part in (entry.finding.name, entry.texts[0])
        for word in _WORD.findall(_plain(part))
    }
    return get_close_matches(_plain(text), sorted(known), 3, 0.75)


def _plain(text: str) -> str:
    """Return a text in small letters, without accents and without separators of thousands."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return _THOUSANDS.sub(lambda found: re.sub("[.,]", "", found[1]), bare)


def _score(words: list[str], entry: _Entry) -> float:
    """Return how well an entry fits; 0 unless every word occurs in it."""
    name, texts = _plain(entry.finding.name), [_plain(text) for text in entry.texts]
    total = 0.0
    for word in words:
        best = VALUE if _is_value(word, entry.values) else 0.0
        for weight, text in zip((1.0, 0.5, *[0.2] * len(texts)), (name, *texts), strict=False):
            best = max(best, weight * _fit(word, text, is_name=text is name))
        if not best:
            return 0.0
        total += best
    return total


def _fit(word: str, text: str, *, is_name: bool) -> float:
    if word not in text:
        return 0.0
    if is_name and word == text:
        return NAME
    parts = set(_WORD.findall(text))
    if word in parts:
        return PART
    if any(part.startswith(word) for part in parts):
        return BEGINS
    return INSIDE if is_name or len(word) >= LEAST_INSIDE or not word.isalnum() else 0.0


def _is_value(word: str, values: Iterable[float]) -> bool:
    """Whether a word is one of some numbers; a percentage is a share as well."""
    word = word.removeprefix("€")
    if _NUMBER.fullmatch(word.replace(",", ".")) is None:
        return False
    number = float(word.replace(",", ".").removesuffix("%"))
    meant = (number, number / 100) if word.endswith("%") else (number,)
    return any(abs(value - one) <= 1e-9 * abs(one) for value in values for one in meant)


def _entries(lang: Language, commands: Mapping[str, str]) -> Iterator[_Entry]:
    scenario = load(BASE)
    yield from _numbers(scenario, lang)
    yield from _sources(lang)
    yield from _questions(lang)
    yield from _scenarios(lang)
    for words, summary in commands.items():
        command = f"opvangsim {words} --help"
        yield _Entry(Finding("command", words, summary, "", "", command), (summary,))


def _numbers(scenario: Scenario, lang: Language) -> Iterator[_Entry]:
    """Yield the keys of the baseline, with the Dutch words of their parts."""
    words: dict[str, list[str]] = {}
    for word, key in shape.dutch().items():
        words.setdefault(key, []).append(word)
    cards = source_cards(scenario)
    for key, value in parameters(scenario):
        path = tuple(key.split("."))
        if path[0] == "sources" or {"title", "description"} & set(path):
            continue
        here = shape.at(Scenario, path)
        meaning = here.meaning if here else ""
        about = [translate_sentence(meaning, one) for one in LANGUAGES]
        terms = [word for step in path for word in words.get(step, ())]
        source, link, grounds = _grounds(value, cards, lang)
        shown = f"{translate_sentence(meaning, lang)}: {value_text(value, lang)}"
        finding = Finding(
            "number", key, shown, source, link, f"opvangsim scenario show {BASE} {key}"
        )
        units: list[str] = []
        numbers: tuple[float, ...] = ()
        if isinstance(value, Quantity):
            units = [unit_name(value.unit, one) for one in LANGUAGES]
            numbers = value.numbers()
        yield _Entry(finding, (" ".join([*about, *terms, *units]), grounds), numbers)


def _grounds(
    value: Leaf, cards: Mapping[str, Mapping[str, object]], lang: Language
) -> tuple[str, str, str]:
    """Return source and place of a number, its link, and all that is said of it."""
    if not isinstance(value, Quantity):
        return "", "", ""
    where = translate_sentence(value.where, lang)
    assumption = translate_sentence(value.assumption, lang)
    source = ", ".join(part for part in (value.source, where) if part) or assumption
    link = str(cards.get(value.source or "", {}).get("address") or "")
    said = [value.source, value.where, value.assumption, where, assumption]
    return source, link, " ".join(part for part in said if part)


def _sources(lang: Language) -> Iterator[_Entry]:
    for name, card in source_keys().items():
        title, number = str(card.get("title", "")), str(card.get("number") or "")
        published, link = str(card.get("published") or ""), str(card.get("address") or "")
        about = ", ".join(part for part in (translate_sentence(number, lang), published) if part)
        told = translate_sentence(title, lang)
        finding = Finding("source", name, told, about, link, f"opvangsim find {name}")
        texts = " ".join(translate_sentence(title, one) for one in LANGUAGES)
        yield _Entry(finding, (f"{texts} {number}", f"{card.get('through') or ''} {link}"))


def _questions(lang: Language) -> Iterator[_Entry]:
    for one in questions():
        text = getattr(one.question, lang)
        finding = Finding(
            "question", str(one.number), text, one.party, "", f"opvangsim answer {one.number}"
        )
        asked = f"question vraag {one.question.en} {one.question.nl} {one.party}"
        yield _Entry(finding, (asked, f"{one.minister.en} {one.minister.nl}"))


def _scenarios(lang: Language) -> Iterator[_Entry]:
    for name, file in shipped().items():
        data = read_file(file).data
        title, about = data["title"], data["description"]
        command = f"opvangsim scenario show {name} --changed"
        finding = Finding("scenario", name, title[lang], "", "", command)
        yield _Entry(finding, (" ".join(title.values()), " ".join(about.values())))

"""Texts and numbers in English and Dutch: the only reader of the translations."""

from __future__ import annotations

import math
import re
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal, get_args

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from ..errors import short_date

if TYPE_CHECKING:
    from ..scenario import Text

Language = Literal["en", "nl"]
File = Literal["program", "messages", "sentences", "help"]
FILES: tuple[File, ...] = get_args(File)
LOCALES: dict[Language, str] = {"en": "en_GB", "nl": "nl_NL"}
"""Locales by whose rules numbers, dates and lists are written."""
PATCH = "patch "
"""Beginning of the assumption of a number that a patch sets without one of its own."""
RELATIVE = re.compile(
    r"((?P<below>.*); )?(?P<text>[+-]\d[\d.]*%|x\d[\d.]*)( of (?P<of>-?\d+(\.\d+)?))?: (?P<why>.*)"
)
"""Assumption of a number that was resolved from a relative value: the inherited one, and a note."""
AMOUNT = re.compile(
    "((€|EUR) )?[\\d\N{MINUS SIGN}][\\d.,]*( (miljard|miljoen|mld|mln|billion|million|bn)\\b)?"
)
"""An amount in a text, which no line is to break."""
MESSAGE, LIBRARY = "message", "library "
"""Key of the sentences of error messages, and the beginning of those of libraries."""


@cache
def catalogue(name: File) -> Catalog:
    """Read a file of translations (``sim/locale/nl``).

    ``program``: texts of the program, each with a key (``msgctxt``), its English (``msgid``) and
    its Dutch (``msgstr``). ``messages``: error messages (the context ``message``) and texts of
    libraries (``library NAME``), looked up by their English. ``sentences``: the Dutch of sentences
    that shipped scenarios, the scenario schema or the list of sources have in English. ``help``:
    help texts of the command line.
    """
    with (resources.files("sim") / "locale" / "nl" / f"{name}.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


@cache
def labels() -> dict[str, dict[Language, str]]:
    """Texts of the program by key and language."""
    return {
        entry.context: {"en": str(entry.id), "nl": str(entry.string)}
        for entry in catalogue("program")
        if entry.context is not None
    }


@cache
def dutch() -> dict[str, str]:
    """The Dutch of each English sentence of scenarios, schema and sources."""
    return {str(entry.id): str(entry.string) for entry in catalogue("sentences") if entry.id}


@cache
def help_texts() -> dict[str, str]:
    """The Dutch of each paragraph of help of the command line."""
    return {str(entry.id): str(entry.string) for entry in catalogue("help") if entry.id}


@cache
def messages() -> dict[str, str]:
    """The Dutch of each sentence of an error message, with the same {blanks}."""
    return {str(one.id): str(one.string) for one in catalogue("messages") if one.context == MESSAGE}


@cache
def library_texts() -> dict[str, str]:
    """The Dutch of what libraries say, in the order of the file."""
    entries = (one for one in catalogue("messages") if (one.context or "").startswith(LIBRARY))
    return {str(one.id): str(one.string) for one in entries}


def translate(key: str, lang: Language, **values: object) -> str:
    """Return a text of the program in a language, with its blanks filled in: dates briefly."""
    shown = {
        name: day_text(value, lang) if type(value) is date else value
        for name, value in values.items()
    }
    return labels()[key][lang].format(**shown)


def translate_sentence(text: str | None, lang: Language, described: Text | None = None) -> str:
    """Return a sentence of a scenario, the schema or a source in a language, on one line.

    A sentence without a translation, as those of users' own scenarios, is returned as it is
    written. ``described`` is the description of a scenario: the assumption of a number that a patch
    sets without one of its own is the patch's description, which has both languages.
    """
    sentence = _on_one_line(text or "")
    if lang == "en":
        return sentence
    name, mark, about = sentence.partition(": ")
    if found := RELATIVE.fullmatch(sentence):
        parts = [found["below"] or "", found["why"]]
        below, why = (translate_sentence(part, lang, described) for part in parts)
        text, of = found["text"].replace(".", ","), found["of"]
        of = f" van {number(float(of), lang, len(of.partition('.')[2]))}" if of else ""
        return f"{below}; {text}{of}: {why}".removeprefix("; ")
    if described is not None and name.startswith(PATCH) and about == _on_one_line(described.en):
        return f"{name}{mark}{_on_one_line(described.nl)}"
    return dutch().get(sentence, sentence)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def locale(lang: Language) -> Locale:
    """Return the locale of a language."""
    return Locale.parse(LOCALES[lang])


@cache
def _marks(lang: Language) -> dict[int, str]:
    symbols = locale(lang).number_symbols["latn"]
    marks = {",": symbols["group"], ".": symbols["decimal"], "-": "\N{MINUS SIGN}"}
    return str.maketrans(marks)


def number(value: float, lang: Language, decimals: int = 0) -> str:
    """Format a number as in the language: 1,234.5 or 1.234,5, with a typographic minus sign.

    The marks are those of the locale. Babel's own formatting takes ten times as long, and charts
    and tables format thousands of numbers.
    """
    return f"{value:z,.{decimals}f}".translate(_marks(lang))


def percent(share: float, lang: Language, decimals: int = 0) -> str:
    """Format a share in percent: 80%, 12.5% or 12,5%."""
    return f"{number(100 * share, lang, decimals)}%"


def day_text(day: date, lang: Language) -> str:
    """Write a date briefly: 31 Dec 2027, 31 dec 2027. Data and keys have it as 2027-12-31."""
    return short_date(day, LOCALES[lang])


def month_text(day: date, lang: Language, form: str = "MMM y") -> str:
    """Write a month briefly: Dec 2027, dec 2027; in full with the form "MMMM y"."""
    return str(format_date(day, form, locale=locale(lang)))


def in_words(day: date, lang: Language) -> str:
    """Write a date with its month in full: 31 December 2027, 31 december 2027."""
    return str(format_date(day, "long", locale=locale(lang)))


def duration(seconds: float, lang: Language) -> str:
    """Return a rough duration in words."""
    if seconds < 90:
        return translate("duration_seconds", lang, n=number(math.ceil(seconds), lang))
    if seconds < 5400:
        return translate("duration_minutes", lang, n=number(seconds / 60, lang))
    return translate("duration_hours", lang, n=number(seconds / 3600, lang, 1))


def million(eur: float, lang: Language) -> str:
    """Format an amount in millions of euros, without a unit."""
    return number(eur / 1e6, lang)


def billion(eur: float, lang: Language, decimals: int = 1) -> str:
    """Format an amount in billions of euros with its unit: EUR 1.2 bn or € 1,2 mld."""
    amount = number(eur / 1e9, lang, decimals)
    return f"EUR {amount} bn" if lang == "en" else f"€ {amount} mld"


def unbroken(text: str) -> str:
    """Return a text with no-break spaces within amounts, for forms that are laid out in lines.

    Texts of the terminal and of files that programs read keep ordinary spaces.
    """
    return AMOUNT.sub(lambda amount: amount[0].replace(" ", "\N{NO-BREAK SPACE}"), text)


def probability(share: float, lang: Language, *, brief: bool = False) -> str:
    """Format a simulated probability in percent, never as 0 or 100%.

    That all or no replications meet a condition does not make it certain or impossible. ``brief``
    gives < 1% for less than 1%, as tables have room for.
    """
    whole = round(100 * share)
    if 0 < whole < 100:
        return percent(share, lang)
    if brief:
        return translate("chance_rare_brief" if whole <= 0 else "chance_near_brief", lang)
    return translate("chance_rare" if whole <= 0 else "chance_near", lang)


def unit_name(unit: str, lang: Language) -> str:
    """Return the name of a unit of scenarios in a language."""
    return translate("unit_" + re.sub(r"\W+", "_", unit).lower(), lang)

"""Texts and numbers in English and Dutch: the only reader of the translations."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Literal

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

Language = Literal["en", "nl"]


@cache
def catalogue() -> Catalog:
    """Read the translations (``sim/locale/nl.po``).

    An entry with a key (``msgctxt``) is a text of the program: its ``msgid`` is the English, its
    ``msgstr`` the Dutch. An entry without a key is the Dutch of a sentence that shipped scenarios,
    the scenario schema or the list of sources have in English.
    """
    with (resources.files("sim") / "locale" / "nl.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


@cache
def labels() -> dict[str, dict[Language, str]]:
    """Texts of the program by key and language."""
    return {
        entry.context: {"en": str(entry.id), "nl": str(entry.string)}
        for entry in catalogue()
        if entry.context is not None
    }


@cache
def dutch() -> dict[str, str]:
    """The Dutch of each English sentence of scenarios, schema and sources."""
    return {
        str(entry.id): str(entry.string)
        for entry in catalogue()
        if entry.id and entry.context is None
    }


def label(key: str, lang: Language, **values: object) -> str:
    """Return a text of the program in a language, with its blanks filled in."""
    return labels()[key][lang].format(**values)


def number(value: float, lang: Language, decimals: int = 0) -> str:
    """A number as the language writes it: 1,234.5 or 1.234,5; a real minus sign."""
    text = f"{value:,.{decimals}f}"
    if float(f"{value:.{decimals}f}") == 0:
        text = text.removeprefix("-")
    if lang == "nl":
        text = text.translate(str.maketrans(",.", ".,"))
    return text.replace("-", "\N{MINUS SIGN}")


def million(eur: float, lang: Language) -> str:
    """Euros in millions, without a unit."""
    return number(eur / 1e6, lang)


def billion(eur: float, lang: Language, decimals: int = 1) -> str:
    """Euros in billions, with the unit: EUR 1.2 bn or € 1,2 mld."""
    amount = number(eur / 1e9, lang, decimals)
    return f"EUR {amount} bn" if lang == "en" else f"€ {amount} mld"


def unit_name(unit: str, lang: Language) -> str:
    """A unit of a scenario in a language."""
    return label("unit_" + re.sub(r"\W+", "_", unit).lower(), lang)

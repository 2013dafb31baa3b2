"""Every word a reader sees, in English and Dutch, and how numbers are written in each."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Literal

import yaml

Language = Literal["en", "nl"]


@cache
def labels() -> dict[str, dict[Language, str]]:
    """The table of all words (``sim/data/labels.yaml``): by key and language."""
    text = (resources.files("sim") / "data" / "labels.yaml").read_text("utf-8")
    table: dict[str, dict[Language, str]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return table


def label(key: str, lang: Language, **values: object) -> str:
    """A label in a language, with its blanks filled in."""
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

"""How memos write amounts, numbers of a scenario, and names of scenarios."""

from __future__ import annotations

from ...questions.text import FACTOR, HUNDREDS
from ...report.display_names import input_name
from ...report.i18n import Language, in_words, number, translate, unit_name
from ...report.scenario_listing import plain, value_text
from ...scenario import Quantity, Scenario
from ...scenario.listing import Leaf

MEASURED = {"year": 2027}
"""Year of the stored effects on the gap (sim/data/sensitivity.csv)."""


def billions(eur: float, lang: Language) -> str:
    """Return an amount in billions of euros, as in a sentence."""
    return translate("shown_as_billion", lang, value=number(eur / 1e9, lang, 1))


def ends(low: float, high: float, lang: Language) -> dict[str, str]:
    """Return the ends of an interval in billions of euros, by the names of their blanks."""
    return {"low": number(low / 1e9, lang, 1), "high": number(high / 1e9, lang, 1)}


def count(value: float, lang: Language) -> str:
    """Return a number of people or places; large ones are rounded to hundreds."""
    return number(round(value, -2) if abs(value) >= HUNDREDS else value, lang)


def sentence(text: str) -> str:
    """Return a text as a sentence: a capital at its beginning and a full stop at its end."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def of_number(key: str, scenario: Scenario, lang: Language) -> str:
    """Return the name of an input, or its key if it has none."""
    try:
        return input_name(key, scenario, lang)
    except KeyError:
        return key


def valued(value: Leaf, lang: Language) -> str:
    """Return a value with its unit, and one that changes over time by its dates, in words."""
    if not isinstance(value, Quantity):
        return value_text(value, lang)
    unit = "" if value.unit == FACTOR else unit_name(value.unit, lang)
    (_, first), *later = value.pairs()
    texts = [plain(first, lang)] + [
        translate("memo_from_day", lang, value=plain(amount, lang), day=in_words(day, lang))
        for day, amount in later
    ]
    return f"{', '.join(texts)} {f'({unit})' if later and unit else unit}".strip()

"""What an answer depends on: the inputs that move it, and those that are assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...questions.text import FACTOR, HUNDREDS
from ...report.display_names import input_name
from ...report.i18n import Language, number, translate, translate_sentence, unit_name
from ...report.scenario_listing import about_source, kind_of, spread_text, value_text
from ...scenario import Quantity, Scenario, quantities
from ...scenario.listing import (
    Citation,
    Effect,
    Leaf,
    by_assumption,
    by_source,
    kept_effects,
    parameters,
)
from ...scenario.plausibility import is_influential
from .content import Block, Heading, Listing, Paragraph, Table

MOVERS = 4
"""Number of inputs that are named as moving the gap."""
RESTS = 4
"""Number of assumed inputs that are named as the basis of the answer."""
NAMED = 3
"""Inputs of one assumption that are written out; the others are counted."""
MEASURED = {"year": 2027, "low": 10, "high": 90}
"""Year of the stored effects on the gap, and their percentiles (sim/data/sensitivity.csv)."""


def billions(eur: float, lang: Language) -> str:
    """Return an amount in billions of euros, as in a sentence."""
    return translate("shown_as_billion", lang, value=number(eur / 1e9, lang, 1))


def band(low: float, high: float, lang: Language, unit: float = 1e9, decimals: int = 1) -> str:
    """Return the 80% interval of an amount, in its unit."""
    ends = (number(end / unit, lang, decimals) for end in (low, high))
    return translate("from_to", lang, **dict(zip(("low", "high"), ends, strict=True)))


def count(value: float, lang: Language) -> str:
    """Return a number of people or places; large ones are rounded to hundreds."""
    return number(round(value, -2) if abs(value) >= HUNDREDS else value, lang)


def of_number(key: str, scenario: Scenario, lang: Language) -> str:
    """Return the name of an input, or its key if it has none."""
    try:
        return input_name(key, scenario, lang)
    except KeyError:
        return key


def movers(scenario: Scenario, lang: Language, *, gap: bool = True) -> list[Block]:
    """Return the uncertain inputs that move the gap most, as measured on the baseline.

    ``gap`` says whether the answer is a gap.
    """
    effects = kept_effects()
    uncertain = [
        key for key, quantity in quantities(scenario) if quantity.spread and key in effects
    ]
    leading = sorted(uncertain, key=lambda key: -effects[key].swing)[:MOVERS]
    most = sum(effect.total for effect in effects.values())
    text = translate("memo_movers", lang, part=number(100 * (1 - most), lang), **MEASURED)
    return [
        Paragraph(text if gap else f"{translate('memo_movers_other', lang)} {text}"),
        Listing(tuple(_mover(key, effects[key], scenario, lang) for key in leading)),
    ]


def _mover(key: str, effect: Effect, scenario: Scenario, lang: Language) -> str:
    low, high = sorted((effect.low, effect.high))
    return translate(
        "memo_mover",
        lang,
        name=of_number(key, scenario, lang),
        swing=translate("shown_as_million", lang, value=number(effect.swing / 1e6, lang)),
        low=number(low / 1e6, lang),
        high=number(high / 1e6, lang),
    )


def rests(scenario: Scenario, lang: Language, named: int = RESTS) -> list[Block]:
    """Return how many inputs are sourced and how many assumed, and the main assumptions."""
    numbers = dict(quantities(scenario))
    assumed = [key for key in sorted(is_influential(), key=lambda key: -is_influential()[key])
               if key in numbers and numbers[key].assumption
               and not key.startswith("budget.")][:named]  # fmt: skip
    intro = translate(
        "memo_rests",
        lang,
        numbers=len(numbers),
        sourced=sum(1 for quantity in numbers.values() if quantity.source),
        sources=sum(1 for rest in by_source(scenario) if rest.keys),
        assumed=sum(1 for quantity in numbers.values() if quantity.assumption),
    )
    points = tuple(_assumed(key, numbers[key], scenario, lang) for key in assumed)
    return [Paragraph(intro), Listing(points)]


def _assumed(key: str, quantity: Quantity, scenario: Scenario, lang: Language) -> str:
    basis = translate("rests_on_both" if quantity.source else "rests_on_assumption", lang,
                  source=quantity.source)  # fmt: skip
    sentence = translate_sentence(quantity.assumption, lang, scenario.description)
    return f"{_named(key, quantity, scenario, lang)}, {basis}: {sentence}"


def _named(key: str, quantity: Quantity, scenario: Scenario, lang: Language) -> str:
    return f"{of_number(key, scenario, lang)}: {valued(quantity, lang)}"


def valued(value: Leaf, lang: Language) -> str:
    """Return a value with its unit; a factor has none."""
    text = value_text(value, lang)
    if isinstance(value, Quantity) and value.unit == FACTOR:
        return text.removesuffix(f" {unit_name(FACTOR, lang)}")
    return text


def listed(scenario: Scenario, lang: Language) -> list[Block]:
    """Return the tables of assumptions, those that move the gap most first, and of sources."""
    effects = kept_effects()

    def order(citation: Citation) -> tuple[float, int]:
        return -_swing(citation, effects), -len(citation.keys)

    numbers = dict(quantities(scenario))
    heads = ("shown_assumption", "memo_rest_on_it", "memo_swing")
    note = translate("memo_assumptions_note", lang, **MEASURED)
    return [
        Heading(translate("memo_assumptions", lang), 2),
        Paragraph(note),
        Table(
            translate("memo_assumptions_of", lang, title=getattr(scenario.title, lang)),
            tuple(translate(key, lang) for key in heads),
            tuple(
                (translate_sentence(citation.name, lang, scenario.description),
                 _keys(citation, numbers, scenario, lang),
                 _million(_swing(citation, effects), lang))
                for citation in sorted(by_assumption(scenario), key=order)
            ),
            (False, False, True),
        ),
        _sources(scenario, lang),
    ]  # fmt: skip


def _swing(citation: Citation, effects: Mapping[str, Effect]) -> float:
    return max((effects[key].swing for key in citation.uncertain if key in effects), default=0.0)


def _million(eur: float, lang: Language) -> str:
    return number(eur / 1e6, lang) if eur else ""


def _keys(
    citation: Citation, numbers: Mapping[str, Quantity], scenario: Scenario, lang: Language
) -> str:
    texts = []
    for key in citation.keys[:NAMED]:
        spread = spread_text(numbers[key], lang)
        texts.append(_named(key, numbers[key], scenario, lang) + (f", {spread}" if spread else ""))
    if len(citation.keys) > NAMED:
        texts.append(translate("memo_more", lang, n=len(citation.keys) - NAMED))
    return "; ".join(texts)


def _sources(scenario: Scenario, lang: Language) -> Table:
    rows = []
    for citation in by_source(scenario):
        about = ", ".join(about_source(citation.card, lang))
        kind = kind_of(citation, lang)
        rows.append((citation.name, kind, about, str(len(citation.keys))))
    heads = ("shown_source", "book_source_kind", "memo_source_about", "book_rests")
    return Table(
        translate("memo_sources_of", lang, title=getattr(scenario.title, lang)),
        tuple(translate(key, lang) for key in heads),
        tuple(rows),
        (False, False, False, True),
    )


def changed(base: Scenario, other: Scenario) -> list[tuple[str, Leaf, Leaf]]:
    """Return the keys in which two scenarios differ, with both values; titles are left out."""
    ours, theirs = dict(parameters(base)), dict(parameters(other))
    return [
        (key, ours.get(key), theirs.get(key))
        for key in dict.fromkeys([*ours, *theirs])
        if ours.get(key) != theirs.get(key) and key.split(".")[0] not in ("title", "description")
    ]


def changes_table(base: Scenario, other: Scenario, names: Sequence[str], lang: Language) -> Table:
    """Return a table of what the second scenario changes, each with its basis."""
    rows = [
        (of_number(key, other if after is not None else base, lang), valued(before, lang),
         valued(after, lang), _basis(after, other, lang))
        for key, before, after in changed(base, other)
    ]  # fmt: skip
    return Table(
        translate("memo_changes_of", lang, other=names[1], base=names[0]),
        (translate("memo_what", lang), names[0], names[1], translate("memo_ground", lang)),
        tuple(rows),
        (False,) * 4,
    )


def _basis(value: Any, scenario: Scenario, lang: Language) -> str:
    if not isinstance(value, Quantity):
        return ""
    parts = (value.source, translate_sentence(value.where, lang),
             translate_sentence(value.assumption, lang, scenario.description))  # fmt: skip
    return ", ".join(part for part in parts if part)

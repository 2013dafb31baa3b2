"""What an answer hangs on: the numbers that move it, and those that nobody knows for sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...questions.text import FACTOR, HUNDREDS
from ...report.display_names import input_name
from ...report.i18n import Language, number, translate, translate_sentence, unit_name
from ...report.scenario_listing import about_source, spread_text, value_text
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
"""Uncertain numbers that are named as what moves the gap."""
RESTS = 4
"""Assumed numbers that are named as what it rests on."""
NAMED = 3
"""Numbers of one assumption that are written out; of the others their count."""
MEASURED = {"year": 2027, "low": 10, "high": 90}
"""What the kept effects are effects on, and between which percentiles (sim/data/sensitivity)."""


def billions(eur: float, lang: Language) -> str:
    """Euros in billions, in a sentence."""
    return translate("shown_as_billion", lang, value=number(eur / 1e9, lang, 1))


def band(low: float, high: float, lang: Language, unit: float = 1e9, decimals: int = 1) -> str:
    """The 80 % band of an amount, in its unit."""
    ends = (number(end / unit, lang, decimals) for end in (low, high))
    return translate("from_to", lang, **dict(zip(("low", "high"), ends, strict=True)))


def count(value: float, lang: Language) -> str:
    """People and places: large numbers in hundreds, since more digits would be false."""
    return number(round(value, -2) if abs(value) >= HUNDREDS else value, lang)


def of_number(key: str, scenario: Scenario, lang: Language) -> str:
    """A number in words; the key where there are none for it."""
    try:
        return input_name(key, scenario, lang)
    except KeyError:
        return key


def movers(scenario: Scenario, lang: Language, *, gap: bool = True) -> list[Block]:
    """The uncertain numbers that move the gap most, as measured on the baseline.

    ``gap``: whether the answer is a gap.
    """
    effects = kept_effects()
    uncertain = [key for key, one in quantities(scenario) if one.spread and key in effects]
    leading = sorted(uncertain, key=lambda key: -effects[key].swing)[:MOVERS]
    most = sum(effect.total for effect in effects.values())
    told = translate("memo_movers", lang, part=number(100 * (1 - most), lang), **MEASURED)
    return [
        Paragraph(told if gap else f"{translate('memo_movers_other', lang)} {told}"),
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


def rests(scenario: Scenario, lang: Language) -> list[Block]:
    """How much is sourced and how much assumed, and the assumed numbers that matter most."""
    numbers = dict(quantities(scenario))
    assumed = [key for key in sorted(is_influential(), key=lambda key: -is_influential()[key])
               if key in numbers and numbers[key].assumption
               and not key.startswith("budget.")][:RESTS]  # fmt: skip
    intro = translate(
        "memo_rests",
        lang,
        numbers=len(numbers),
        sourced=sum(1 for one in numbers.values() if one.source),
        sources=sum(1 for rest in by_source(scenario) if rest.keys),
        assumed=sum(1 for one in numbers.values() if one.assumption),
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
    """A value with its unit; a factor has none."""
    text = value_text(value, lang)
    if isinstance(value, Quantity) and value.unit == FACTOR:
        return text.removesuffix(f" {unit_name(FACTOR, lang)}")
    return text


def listed(scenario: Scenario, lang: Language) -> list[Block]:
    """The annex of assumptions, those that move the gap most first, and of sources."""
    effects = kept_effects()
    found = sorted(by_assumption(scenario), key=lambda rest: (-_swing(rest, effects),
                                                              -len(rest.keys)))  # fmt: skip
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
                (
                    translate_sentence(rest.name, lang, scenario.description),
                    _keys(rest, numbers, scenario, lang),
                    _million(_swing(rest, effects), lang),
                )
                for rest in found
            ),
            (False, False, True),
        ),
        _sources(scenario, lang),
    ]


def _swing(rest: Citation, effects: Mapping[str, Effect]) -> float:
    return max((effects[key].swing for key in rest.uncertain if key in effects), default=0.0)


def _million(eur: float, lang: Language) -> str:
    return number(eur / 1e6, lang) if eur else ""


def _keys(
    rest: Citation, numbers: Mapping[str, Quantity], scenario: Scenario, lang: Language
) -> str:
    told = []
    for key in rest.keys[:NAMED]:
        spread = spread_text(numbers[key], lang)
        told.append(_named(key, numbers[key], scenario, lang) + (f", {spread}" if spread else ""))
    if len(rest.keys) > NAMED:
        told.append(translate("memo_more", lang, n=len(rest.keys) - NAMED))
    return "; ".join(told)


def _sources(scenario: Scenario, lang: Language) -> Table:
    rows = []
    for rest in sorted(by_source(scenario), key=lambda rest: -len(rest.keys)):
        rows.append((rest.name, ", ".join(about_source(rest.card, lang)), str(len(rest.keys))))
    heads = ("shown_source", "memo_source_about", "book_rests")
    return Table(
        translate("memo_sources_of", lang, title=getattr(scenario.title, lang)),
        tuple(translate(key, lang) for key in heads),
        tuple(rows),
        (False, False, True),
    )


def changed(base: Scenario, other: Scenario) -> list[tuple[str, Leaf, Leaf]]:
    """Keys in which two scenarios differ, titles and descriptions apart, with both values."""
    ours, theirs = dict(parameters(base)), dict(parameters(other))
    return [
        (key, ours.get(key), theirs.get(key))
        for key in dict.fromkeys([*ours, *theirs])
        if ours.get(key) != theirs.get(key) and key.split(".")[0] not in ("title", "description")
    ]


def changes_table(base: Scenario, other: Scenario, names: Sequence[str], lang: Language) -> Table:
    """What the second scenario changes, each with its ground."""
    rows = [
        (of_number(key, other if after is not None else base, lang), valued(before, lang),
         valued(after, lang), _ground(after, other, lang))
        for key, before, after in changed(base, other)
    ]  # fmt: skip
    return Table(
        translate("memo_changes_of", lang, other=names[1], base=names[0]),
        (translate("memo_what", lang), names[0], names[1], translate("memo_ground", lang)),
        tuple(rows),
        (False,) * 4,
    )


def _ground(value: Any, scenario: Scenario, lang: Language) -> str:
    if not isinstance(value, Quantity):
        return ""
    parts = (value.source, translate_sentence(value.where, lang),
             translate_sentence(value.assumption, lang, scenario.description))  # fmt: skip
    return ", ".join(part for part in parts if part)

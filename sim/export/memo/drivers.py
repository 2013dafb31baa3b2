"""What moves an answer: uncertain inputs with their effect, and what a scenario changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...questions.text import FACTOR
from ...report.i18n import Language, in_words, number, translate, translate_sentence, unit_name
from ...report.scenario_listing import plain
from ...scenario import Quantity, Scenario, quantities
from ...scenario.listing import Effect, Leaf, kept_effects, parameters
from .content import Block, Listing, Paragraph, Table
from .wording import MEASURED, billions, of_number, sentence, valued

MOVERS = 4
"""Number of inputs that are named as moving the gap."""
CHOICES = {
    "planned": "memo_choice_planned",
    "follows_budget": "memo_choice_follows_budget",
    "staff": "memo_choice_staff",
    "weights": "memo_choice_weights",
    "oldest_first": "memo_choice_oldest_first",
    "newest_first": "memo_choice_newest_first",
    "mean_reverting": "memo_choice_mean_reverting",
    "random_walk": "memo_choice_random_walk",
    "need": "memo_choice_need",
    "constrained": "memo_choice_constrained",
}
"""Words of a scenario that choose between rules, and their labels."""


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
    name = of_number(key, scenario, lang)
    text = translate("memo_mover", lang, name=name, less=billions(abs(low), lang),
                     more=billions(high, lang))  # fmt: skip
    return sentence(text)


def changed(base: Scenario, other: Scenario) -> list[tuple[str, Leaf, Leaf]]:
    """Return the keys in which two scenarios differ, with both values; titles are left out."""
    ours, theirs = dict(parameters(base)), dict(parameters(other))
    return [
        (key, ours.get(key), theirs.get(key))
        for key in dict.fromkeys([*ours, *theirs])
        if ours.get(key) != theirs.get(key) and key.split(".")[0] not in ("title", "description")
    ]


def change(
    key: str, before: Leaf, after: Leaf, base: Scenario, other: Scenario, lang: Language
) -> str:
    """Return a change in words: the new values from the first day that differs, and the old one."""
    name = of_number(key, other if after is not None else base, lang)
    if not (isinstance(before, Quantity) and isinstance(after, Quantity)):
        return translate("memo_change", lang, name=name, before=chosen(before, lang),
                         after=chosen(after, lang))  # fmt: skip
    if before.value == after.value:
        return translate("memo_change_spread", lang, name=name, value=valued(after, lang))
    pairs = list(_differing(before, after, base))
    texts = [
        plain(value, lang)
        if day is None
        else translate("memo_from_day", lang, value=plain(value, lang), day=in_words(day, lang))
        for day, value in pairs
    ]
    unit = unit_name(after.unit, lang) if after.unit != FACTOR else ""
    old = before.on(pairs[0][0] or base.start) if pairs else before.on(base.start)
    old_text = f"{plain(old, lang)} {unit}".strip()
    return translate("memo_change", lang, name=name, before=old_text, after=", ".join(texts))


def _differing(before: Quantity, after: Quantity, base: Scenario) -> Iterator[tuple[Any, float]]:
    """The dated values of a number from the first that differs; without a day if it has one."""
    pairs = after.pairs()
    if len(pairs) == 1:
        yield None, pairs[0][1]
        return
    begun = False
    for day, value in pairs:
        begun = begun or value != before.on(max(day, base.start))
        if begun:
            yield day, value


def chosen(value: Leaf, lang: Language) -> str:
    """Return a value in words; a choice between rules by what the rule is called."""
    if isinstance(value, str) and value in CHOICES:
        return translate(CHOICES[value], lang)
    return valued(value, lang)


def changes_table(base: Scenario, other: Scenario, names: Sequence[str], lang: Language) -> Table:
    """Return a table of what the second scenario changes, each with its basis."""
    rows = [
        (of_number(key, other if after is not None else base, lang), chosen(before, lang),
         chosen(after, lang), _basis(after, other, lang))
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

"""The assumptions that matter most to an answer, in whole sentences; and the sources."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...report.i18n import Language, number, translate, translate_sentence
from ...report.scenario_listing import about_source, kind_of
from ...scenario import Quantity, Scenario, quantities
from ...scenario.listing import Effect, by_source, kept_effects, source_cards
from ...scenario.plausibility import is_influential
from .content import Block, Heading, Listing, Paragraph, Table
from .wording import MEASURED, billions, of_number, sentence, valued

TOLD = 10
"""Assumptions that are written out; all others are in the workbook."""
TENTH, NINTH = 0.1, 0.9
"""Percentiles of the ends of an 80% interval."""
NAMED = 4
"""Assumptions that are named in the memo itself, where nothing else says what it rests on."""
Shown = tuple[str, Callable[[float], float], int]


def _same(value: float) -> float:
    return value


def _percent(value: float) -> float:
    return 100 * value


def _deviation(value: float) -> float:
    """A deviation on the log scale in percent."""
    return 100 * math.expm1(value)


WRITTEN: dict[str, Shown] = {
    "ind.capacity.realised": ("memo_as_ind_output", _percent, 0),
    "inflow.path.start_error": ("memo_as_inflow_start", _deviation, 0),
    "housing.homes": ("memo_as_homes", _same, -2),
    "ind.leave_rate": ("memo_as_leave", _percent, 0),
    "prices.estimated_factor": ("memo_as_prices", _same, 2),
    "inflow.path.level": ("memo_as_inflow_level", _same, -2),
    "reception.desk.planned_fill": ("memo_as_fill", _percent, 0),
    "inflow.first_factor": ("memo_as_inflow_policy", _percent, 0),
    "reception.in_reception_factor": ("memo_as_in_reception", _percent, 0),
    "inflow.first": ("memo_as_inflow_now", _same, -2),
    "prices.emergency_mean": ("memo_as_emergency_price", _same, -2),
    "reception.places.regular.price": ("memo_as_regular_price", _same, -2),
    "family.arrival_share": ("memo_as_family", _percent, 0),
    "ind.granted_factor": ("memo_as_granted", _percent, 0),
}
"""Assumptions that have a sentence of their own, by key: its label, and the scale and decimals of
its numbers. Of inputs whose effect was measured together only one is here."""


def told(scenario: Scenario) -> list[tuple[str, Quantity]]:
    """Return the assumed numbers that matter most: by measured effect, then by influence."""
    effects, influence = kept_effects(), is_influential()

    def order(item: tuple[str, Quantity]) -> tuple[float, float]:
        swing = effects[item[0]].swing if item[0] in effects else 0.0
        return -swing, -influence.get(item[0], 0.0)

    held = [
        (key, quantity)
        for key, quantity in quantities(scenario)
        if quantity.assumption and (key in WRITTEN or key in effects)
    ]
    written = sorted((one for one in held if one[0] in WRITTEN), key=order)
    others = sorted((one for one in held if one[0] not in WRITTEN), key=order)
    return sorted((written + others)[:TOLD], key=order)


def named_assumptions(scenario: Scenario, lang: Language) -> list[Block]:
    """Return the first few of them as sentences, without source and effect."""
    items = (_statement(*one, scenario, lang) for one in told(scenario)[:NAMED])
    return [Paragraph(translate("memo_as_named", lang)), Listing(tuple(items))]


def key_assumptions(scenario: Scenario, lang: Language) -> list[Block]:
    """Return the ten assumptions that matter most, each with number, source and effect."""
    items = tuple(_told(key, quantity, scenario, lang) for key, quantity in told(scenario))
    return [
        Heading(translate("memo_assumptions", lang)),
        Paragraph(translate("memo_assumptions_note", lang, **MEASURED)),
        Listing(items),
    ]


def _told(key: str, quantity: Quantity, scenario: Scenario, lang: Language) -> str:
    parts = (
        _statement(key, quantity, scenario, lang),
        _source(quantity, scenario, lang),
        _effect(key, lang),
    )
    return " ".join(part for part in parts if part)


def _statement(key: str, quantity: Quantity, scenario: Scenario, lang: Language) -> str:
    if key not in WRITTEN or (quantity.spread is None and _has_interval(key, lang)):
        name = of_number(key, scenario, lang)
        basis = translate_sentence(quantity.assumption, lang, scenario.description)
        text = translate("memo_as_other", lang, name=name, value=valued(quantity, lang))
        return f"{sentence(text)} {sentence(basis)}"
    label, scale, decimals = WRITTEN[key]
    base = quantity.on(scenario.start)
    shown = {"value": base} | _ends(quantity, base)
    blanks: dict[str, Any] = {
        name: number(round(scale(value), decimals), lang, max(decimals, 0))
        for name, value in shown.items()
    }
    text = translate(label, lang, **blanks)
    if "low" in shown and not _has_interval(key, lang):
        text += " " + translate("memo_as_interval", lang, **blanks)
    return text


def _has_interval(key: str, lang: Language) -> bool:
    """Whether the sentence of a key tells the interval itself."""
    blanks = {name: f"{{{name}}}" for name in ("value", "low", "high")}
    return "{low}" in translate(WRITTEN[key][0], lang, **blanks)


def _ends(quantity: Quantity, base: float) -> dict[str, float]:
    """The ends of the 80% interval of an uncertain number; none of a certain one."""
    spread = quantity.spread
    if spread is None:
        return {}
    low, high = (float(spread.quantile(u, quantity.central_draw())) for u in (TENTH, NINTH))
    times = base if spread.kind == "factor" else 1.0
    return {"low": times * low, "high": times * high}


def _source(quantity: Quantity, scenario: Scenario, lang: Language) -> str:
    if quantity.source is None:
        return translate("memo_as_no_source", lang)
    card = source_cards(scenario).get(quantity.source, {})
    named = about_source({k: card[k] for k in ("title", "number") if card.get(k)}, lang)
    return translate("memo_as_source", lang, source=", ".join(named) or quantity.source)


def _effect(key: str, lang: Language) -> str:
    effects = kept_effects()
    if key in effects:
        return _swing(effects[key], lang)
    moves = is_influential().get(key)
    if moves is None:
        return ""
    return translate("memo_as_moves", lang, share=number(100 * moves, lang), **MEASURED)


def _swing(effect: Effect, lang: Language) -> str:
    low, high = sorted((effect.low, effect.high))
    return translate(
        "memo_as_effect", lang, less=billions(abs(low), lang), more=billions(high, lang), **MEASURED
    )


def sources(scenario: Scenario, lang: Language) -> list[Block]:
    """Return the table of the sources of a scenario."""
    rows = []
    for citation in by_source(scenario):
        named = {k: v for k, v in citation.card.items() if k in ("title", "number", "published")}
        about = ", ".join(about_source(named, lang)) or citation.name
        rows.append((about, kind_of(citation, lang), str(len(citation.keys))))
    heads = ("shown_source", "book_source_kind", "book_rests")
    return [
        Heading(translate("memo_sources", lang)),
        Table(
            translate("memo_sources_of", lang, title=getattr(scenario.title, lang)),
            tuple(translate(key, lang) for key in heads),
            tuple(rows),
            (False, False, True),
        ),
    ]

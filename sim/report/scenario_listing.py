"""List the numbers of a scenario as text: values, sources and differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ..clock import parse_day
from ..errors import Location
from ..scenario import Quantity, Text
from ..scenario.listing import Citation, Difference, Effect, Leaf, ListingRow
from ..scenario.relative import ResolvedFrom
from .i18n import Language, day_text, number, translate, translate_sentence, unit_name

INDENT = "    "


def value_text(value: Leaf, lang: Language) -> str:
    """Format a value with its unit; values by date one after the other."""
    if value is None:
        return translate("not_set", lang)
    if isinstance(value, bool):
        return translate("set_true" if value else "set_false", lang)
    if not isinstance(value, Quantity):
        # A date is listed as the text that a file has.
        day = parse_day(str(value))
        return str(value) if day is None else day_text(day, lang)
    unit = unit_name(value.unit, lang)
    if not isinstance(value.value, tuple):
        return f"{plain(value.single, lang)} {unit}"
    glue = " ... " if value.between == "straight" else ", "
    pairs = [f"{day_text(day, lang)}: {plain(amount, lang)}" for day, amount in value.pairs()]
    return f"{glue.join(pairs)} {unit}"


def plain(amount: float, lang: Language, most: int = 6) -> str:
    """Format a number with as many decimals as it has, at most ``most``."""
    decimals = next((d for d in range(most + 1) if round(amount, d) == amount), most)
    return number(amount, lang, decimals)


def spread_text(quantity: Quantity, lang: Language) -> str:
    """Describe the distribution of a number in words."""
    spread = quantity.spread
    if spread is None:
        return ""
    points = [
        f"{translate(f'spread_{key}', lang)} {plain(value, lang)}"
        for key in ("low", "p5", "mode", "p50", "p95", "high", "sd", "scale", "df")
        if (value := getattr(spread, key)) is not None
    ]
    kind = translate(f"spread_{spread.kind}", lang)
    return f"{translate(f'spread_{spread.dist}', lang)} ({', '.join(points)}), {kind}"


def show(
    rows: Iterable[ListingRow],
    lang: Language,
    described: Text | None = None,
    *,
    brief: bool = False,
    cards: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[str]:
    """List each key with its value, meaning, source, origin, and the value in the baseline.

    ``described`` is the description of the scenario; with ``cards`` of the sources the document
    is named with its number, day and address.
    """
    lines = []
    for row in rows:
        lines.append(f"{row.key} = {value_text(row.value, lang)}")
        if brief:
            continue
        details = {"shown_meaning": translate_sentence(row.meaning, lang)}
        if isinstance(row.value, Quantity):
            quantity = row.value
            details |= {
                "shown_spread": _uncertainty(row, quantity, lang),
                "shown_prices": _prices(quantity, lang),
                "shown_source": _cited(quantity, lang),
                "shown_document": ", ".join(
                    about_source((cards or {}).get(quantity.source or "", {}), lang)
                ),
                "shown_assumption": translate_sentence(quantity.assumption, lang, described),
            }
            if row.resolved is not None:
                details["shown_relative"] = relative_text(row.resolved, quantity, lang)
        details["shown_set_by"] = f"{row.layer}, {_where(row.place)}" if row.layer else ""
        if row.differs:
            details["shown_before"] = value_text(row.before, lang)
        lines += [
            f"{INDENT}{translate(key, lang)}: {text}" for key, text in details.items() if text
        ]
    return lines


def _uncertainty(row: ListingRow, quantity: Quantity, lang: Language) -> str:
    """Return the distribution, and whether the number keeps it from what it stands on."""
    said = spread_text(quantity, lang)
    if row.uncertainty in ("kept", "cut", "certain"):
        word = translate(f"spread_{row.uncertainty}", lang)
        return f"{said}; {word}" if said else word
    return said


def _cited(quantity: Quantity, lang: Language) -> str:
    return ", ".join(p for p in (quantity.source, translate_sentence(quantity.where, lang)) if p)


def _prices(quantity: Quantity, lang: Language) -> str:
    if quantity.price_level is None:
        return ""
    parts = [translate("prices_of", lang, year=quantity.price_level)]
    if quantity.fill is not None:
        parts.append(translate("at_fill", lang, fill=number(100 * quantity.fill, lang, 1)))
    return ", ".join(parts)


def _where(place: Location | str) -> str:
    return f"{place.file}:{place.line}" if isinstance(place, Location) else place


def differences(found: Iterable[Difference], left: str, right: str, lang: Language) -> list[str]:
    """List the differences of two scenarios: the value in each and the layer that set it."""
    lines = []
    for one in found:
        lines.append(one.key)
        known = [side.spread for side in (one.left, one.right) if isinstance(side, Quantity)]
        told = any(spread is not None for spread in known)
        lines += _side(left, one.left, one.left_layer, one.left_resolved, lang, told=told)
        lines += _side(right, one.right, one.right_layer, one.right_resolved, lang, told=told)
    return lines or [translate("no_difference", lang)]


def relative_text(resolved: ResolvedFrom, quantity: Quantity, lang: Language) -> str:
    """Return a relative value with the number that it was resolved from, and who set that."""
    below = Quantity(value=resolved.inherited, unit=quantity.unit, assumption=resolved.text)
    inherited = value_text(below, lang).removesuffix(unit_name(quantity.unit, lang)).strip()
    text = resolved.text if lang == "en" else resolved.text.replace(".", ",")
    return translate("relative_to", lang, text=text, inherited=inherited, source=resolved.source)


def _side(
    name: str,
    value: Leaf,
    layer: str,
    resolved: ResolvedFrom | None,
    lang: Language,
    *,
    told: bool,
) -> list[str]:
    """Return the lines of one side; ``told`` if a certain number is to be said as such."""
    by = f"   ({translate('shown_set_by', lang)} {layer})" if layer else ""
    lines = [f"{INDENT}{name}: {value_text(value, lang)}{by}"]
    if isinstance(value, Quantity) and resolved is not None:
        lines.append(f"{INDENT * 2}{relative_text(resolved, value, lang)}")
    if isinstance(value, Quantity) and told:
        said = spread_text(value, lang) or translate("spread_none", lang)
        lines.append(f"{INDENT * 2}{translate('shown_spread', lang)}: {said}")
    return lines


def sources(
    found: Iterable[Citation],
    assumed: Iterable[Citation],
    effects: Mapping[str, Effect],
    lang: Language,
    described: Text | None = None,
    *,
    of_another: bool = False,
) -> list[str]:
    """List each source with the numbers resting on it, then assumptions by their effect on the gap.

    Sources known from the press alone come first, as ``by_source`` orders them.
    ``effects`` are those of the baseline; ``described`` is the description of the scenario;
    ``of_another`` says that another scenario is listed.
    """
    lines = [translate("sources_head", lang), translate("sources_marks", lang)]
    for rest in found:
        card, mark = rest.card, f" [{kind_of(rest, lang)}]" if rest.mark else ""
        lines.append(f"{rest.name}{mark}: {translate_sentence(str(card.get('title', '')), lang)}")
        about = ", ".join(about_source(card, lang)[1:])
        lines += [f"{INDENT}{about}", f"{INDENT}{_keys(rest.keys, lang)}"]
    lines += ["", translate("assumptions_head", lang), translate("effect_meaning", lang)]
    if of_another:
        lines.append(translate("effect_of_baseline", lang))
    parts = _by_effect(assumed, effects)
    for head, part in zip((None, "effect_unknown", "effect_none"), parts, strict=True):
        if head is not None and part:
            lines += ["", translate(head, lang)]
        for rest in part:
            lines.append(translate_sentence(rest.name, lang, described))
            lines += [f"{INDENT}{text}" for text in _effect(rest, effects, lang)]
            lines.append(f"{INDENT}{_keys(rest.keys, lang)}")
    return lines


def about_source(card: Mapping[str, Any], lang: Language) -> list[str]:
    """Return title, number, day, address, licence and who quotes a source, as far as known."""
    parts = [card.get(key) for key in ("title", "number", "published", "address", "licence")]
    about = [
        day_text(part, lang) if isinstance(part, date) else translate_sentence(str(part), lang)
        for part in parts
        if part
    ]
    through = translate_sentence(card.get("through"), lang)
    return about + ([translate("source_through", lang, by=through)] if through else [])


def kind_of(source: Citation, lang: Language) -> str:
    """Return the kind of a source in a word: primary, quoted or press."""
    return translate(f"source_{source.mark or 'primary'}", lang)


def _by_effect(
    assumed: Iterable[Citation], effects: Mapping[str, Effect]
) -> tuple[list[Citation], list[Citation], list[Citation]]:
    """Split assumptions: known effect (largest first), unknown effect, certain numbers."""
    ordered = sorted(assumed, key=lambda rest: -len(rest.keys))
    known = [rest for rest in ordered if _largest(rest, effects)]
    known.sort(key=lambda rest: -effects[_largest(rest, effects)].swing)
    unknown = [rest for rest in ordered if rest.uncertain and rest not in known]
    return known, unknown, [rest for rest in ordered if not rest.uncertain]


def _largest(rest: Citation, effects: Mapping[str, Effect]) -> str:
    """Return the uncertain key of an assumption with the largest effect; empty if none is known."""
    known = [key for key in rest.uncertain if key in effects]
    return max(known, key=lambda key: effects[key].swing, default="")


def _effect(rest: Citation, effects: Mapping[str, Effect], lang: Language) -> list[str]:
    key = _largest(rest, effects)
    if not key:
        return []
    swing = number(effects[key].swing / 1e6, lang)
    return [translate("effect_line", lang, swing=swing, name=key)]


def _keys(keys: tuple[str, ...], lang: Language) -> str:
    return f"{translate('rests_on_it', lang, n=len(keys))}: {', '.join(keys)}"

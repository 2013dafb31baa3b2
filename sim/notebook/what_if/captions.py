"""What a what-if says in words: where knobs stand, how sure the picture is, what is enough."""

from __future__ import annotations

from collections.abc import Mapping

from ...report.i18n import Language, label, number
from .compute import PREVIEW, SETTLED
from .controller import PREVIEW_ENDS, Shown
from .sliders import Slider

UNITS = {"grant": "knob_percent", "price": "knob_percent", "certainty": "knob_percent",
         "budget": "knob_million"}  # fmt: skip
KNOBS = {
    "inflow": "knob_inflow",
    "grant": "knob_grant",
    "ind": "knob_ind",
    "homes": "knob_homes",
    "regular": "knob_regular",
    "price": "knob_price",
    "budget": "knob_budget",
    "certainty": "knob_certainty",
}


def value_of(knob: Slider, value: float, lang: Language) -> str:
    """Where a knob stands, with its unit."""
    if knob.name == "regular" and value == knob.start:
        return label("knob_as_it_is", lang)
    told = number(knob.here if value == knob.start else value, lang)
    return label(UNITS[knob.name], lang, value=told) if knob.name in UNITS else told


def turned_in_words(knobs: Mapping[Slider, float], lang: Language) -> str:
    """What was turned, and where it stood."""
    parts = [
        label(
            "whatif_turned" if one.name != "regular" else "whatif_turned_only",
            lang,
            what=label(KNOBS[one.name], lang),
            value=value_of(one, value, lang),
            before=value_of(one, one.start, lang),
        )
        for one, value in knobs.items()
    ]
    return label("whatif_set", lang, told="; ".join(parts))


def state_of(shown: Shown, lang: Language) -> str:
    """How sure the picture is."""
    if not shown.current:
        return label("whatif_busy", lang)
    if shown.settled:
        return label("whatif_settled", lang, n=SETTLED)
    return label("whatif_preview", lang, n=PREVIEW, end=PREVIEW_ENDS.year)


def enough_in_words(shown: Shown, lang: Language) -> str:
    """What the budget needs on top, year by year, to be enough with the certainty asked."""
    parts = [
        label(
            "whatif_more" if eur > 0 else "whatif_less",
            lang,
            year=year,
            amount=number(abs(eur) / 1e9, lang, 1),
        )
        for year, eur in shown.enough.items()
        if year > min(shown.enough)
    ]
    return label(
        "whatif_enough", lang, percent=number(100 * shown.certainty, lang), told=", ".join(parts)
    )

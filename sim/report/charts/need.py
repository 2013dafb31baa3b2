"""Need for places as a fan, joined to the past and beside official forecasts and the places."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from matplotlib.figure import Figure

from ..i18n import Language, number, translate
from ..style import DARK
from .data import RunData, by_month
from .elements import (
    DASHED,
    amount,
    band_in_words,
    ceiling,
    draw_fan,
    draw_official,
    draw_past,
    ends_of,
    fan_labels,
    in_words,
    listed,
    on_axis,
    positions,
    scale_of_dates,
    scale_of_numbers,
    small_print,
)
from .layout import EndLabel, fit, name_point, new_sheet
from .size import ChartSize

FIRST_SHOWN = date(2022, 10, 1)


@dataclass(frozen=True)
class KnownNeed:
    """A need for places [places] that was forecast, or follows from people counted."""

    kind: str
    day: date
    edition: str
    places: float


@cache
def known_needs() -> tuple[KnownNeed, ...]:
    """Official forecasts and past occupancy over 0.91, from ``sim/data/official_need.csv``."""
    text = (resources.files("sim") / "data" / "official_need.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(
        KnownNeed(
            row["kind"], date.fromisoformat(row["date"]), row["edition"], float(row["places"])
        )
        for row in rows
    )


def shown(subject: RunData) -> bool:
    """A fan needs more than one day."""
    return len(by_month(subject, "need")) > 1


def draw(subject: RunData, look: ChartSize, lang: Language) -> Figure:
    """Need with its bands, the places there are, official forecasts and the past."""
    fill = number(subject.scenario.reception.need_fill.single, lang, 2)
    note = translate("chart_need_note_brief" if look.brief else "chart_need_note", lang, fill=fill)
    sheet = new_sheet(
        look,
        translate("chart_need_title", lang),
        [translate("chart_need_axis", lang)],
        small_print(subject, note, lang),
    )
    axes = sheet.panels[0]
    need, places = by_month(subject, "need"), by_month(subject, "places")
    x = positions(need.index)
    start, end = need.index[0].date(), need.index[-1].date()
    past = [(day, value) for day, value in _past() if day <= end]
    official = [
        one for one in known_needs()
        if one.kind == "forecast" and FIRST_SHOWN <= one.day <= end
    ]  # fmt: skip
    draw_fan(axes, x, need, look)
    axes.plot(x, places["p50"], color=DARK, linewidth=0.7 * look.line, linestyle=(0, DASHED))
    draw_past(axes, past, (start, float(need["p50"].iloc[0])), look)
    draw_official(axes, [on_axis(o.day) for o in official], [o.places for o in official], look)

    axes.set_xlim(on_axis(min(FIRST_SHOWN, need.index[0].date())), x[-1])
    tops = [*need["p90"], *places["p50"], *(one.places for one in official)]
    ceiling(axes, *tops, *(value for _, value in past))
    scale_of_numbers(axes, lang)
    here = float(places["p50"].iloc[-1])
    there = translate("places_at_end", lang, value=amount(here, lang))
    fit(sheet, 0, [*fan_labels(need, look, lang), EndLabel(there, here)])
    scale_of_dates(sheet, axes, lang)
    last = {one.edition: one for one in official}
    for edition, one in last.items():
        name_point(sheet, axes, edition, [(on_axis(one.day), one.places)])
    if past:
        key = "past_need_brief" if look.brief else "past_need"
        points = [(on_axis(day), value) for day, value in past]
        name_point(sheet, axes, translate(key, lang), points)
    return sheet.figure


def _past() -> list[tuple[date, float]]:
    """Need by the people counted."""
    return [
        (one.day, one.places)
        for one in known_needs()
        if one.kind == "past" and one.day >= FIRST_SHOWN
    ]


def words(subject: RunData, lang: Language) -> str:
    """The chart in a sentence or two, with its numbers."""
    need, places = by_month(subject, "need"), by_month(subject, "places")
    told = [
        translate("alt_on", lang, day=in_words(day.date(), lang),
              value=band_in_words(need.loc[day], lang))
        for day in ends_of(need)
    ]  # fmt: skip
    return translate(
        "alt_need",
        lang,
        start=in_words(need.index[0].date(), lang),
        end=in_words(need.index[-1].date(), lang),
        told=listed(told),
        places=amount(places["p50"].iloc[-1], lang),
    )

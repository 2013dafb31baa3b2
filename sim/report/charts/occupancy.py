"""People in reception stacked by place type, with the places there are."""

from __future__ import annotations

import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from ...scenario import Scenario
from ..i18n import Language, translate
from ..style import DARK
from .data import RunData, by_month
from .elements import (
    DASHED,
    amount,
    ceiling,
    ends_of,
    in_words,
    listed,
    positions,
    scale_of_dates,
    scale_of_numbers,
    small_print,
)
from .layout import EndLabel, Mark, fit, new_sheet
from .size import ChartSize

LAYERS = (
    Mark("#1f4e79"),
    Mark("#a9c8e3"),
    Mark("#3f7fb5"),
    Mark("#f2c99b"),
    Mark("#8a5a1e"),
    Mark("#dddddd"),
)
"""From the bottom up; neighbours differ in shade, so that grey tells them apart."""
BEYOND = Mark("#ffffff", "xxxx")
PLACES = Mark(DARK, dashes=DASHED, line=True)
SHORTAGE_SHOWN = 0.5
"""People without a place from which they are a layer of their own."""


def luminance(colour: str) -> float:
    """How light a colour looks, 0 (black) to 1 (white)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def place_names(scenario: Scenario, lang: Language) -> dict[str, str]:
    """Widest place types and what a reader calls them; parts go by what their names begin with."""
    found: dict[str, str] = {}
    for key, place in scenario.reception.places.items():
        title = str(getattr(place.title, lang))
        if place.part_of is None:
            found[key] = title
        else:
            found.setdefault(place.part_of, title.partition(":")[0])
    return found


def shown(subject: RunData) -> bool:
    """A stack needs more than one day."""
    return len(by_month(subject, "occupancy")) > 1


def layers_of(subject: RunData, lang: Language) -> list[tuple[str, pd.Series[float], Mark]]:
    """Name, people by date (means) and look of each layer, from the bottom up."""
    found = []
    for number_, (key, name) in enumerate(place_names(subject.scenario, lang).items()):
        people = by_month(subject, "occupancy", f"place:{key}")["mean"]
        found.append((name, people, LAYERS[number_ % len(LAYERS)]))
    beyond = by_month(subject, "shortage")["mean"]
    if float(beyond.max()) >= SHORTAGE_SHOWN:
        found.append((translate("without_place", lang), beyond, BEYOND))
    return found


def draw(subject: RunData, look: ChartSize, lang: Language) -> Figure:
    """Mean occupancy by place type, people without a place on top, and the line of places."""
    sheet = new_sheet(
        look,
        translate("chart_occupancy_title", lang),
        [translate("chart_occupancy_axis", lang)],
        small_print(subject, translate("chart_occupancy_note", lang), lang),
    )
    axes = sheet.panels[0]
    layers = layers_of(subject, lang)
    places = by_month(subject, "places")["mean"]
    x = positions(places.index)
    below = pd.Series(0.0, index=places.index)
    labels = []
    for name, people, mark in layers:
        above = below + people
        axes.fill_between(
            x, below, above, facecolor=mark.colour, hatch=mark.hatch,
            edgecolor=DARK if mark.hatch else "white", linewidth=0.25 * look.line,
        )  # fmt: skip
        end = float(people.iloc[-1])
        middle = float(below.iloc[-1] + above.iloc[-1]) / 2
        text = translate("named_value", lang, name=name, value=amount(end, lang))
        labels.append(EndLabel(text, middle, mark))
        below = above
    axes.plot(x, places, color="white", linewidth=1.5 * look.line)
    axes.plot(x, places, color=DARK, linewidth=0.8 * look.line, linestyle=(0, DASHED))
    text = translate("named_value", lang, name=translate("places", lang),
                 value=amount(places.iloc[-1], lang))  # fmt: skip
    labels.append(EndLabel(text, float(places.iloc[-1]), PLACES))
    axes.set_xlim(x[0], x[-1])
    ceiling(axes, float(below.max()), float(places.max()))
    scale_of_numbers(axes, lang)
    fit(sheet, 0, labels)
    scale_of_dates(sheet, axes, lang)
    return sheet.figure


def words(subject: RunData, lang: Language) -> str:
    """The chart in a sentence or two, with its numbers."""
    total, places = by_month(subject, "occupancy"), by_month(subject, "places")
    told = []
    for day in ends_of(total):
        parts = ", ".join(
            translate(
                "alt_part", lang, name=name[0].lower() + name[1:], value=amount(people[day], lang)
            )
            for name, people, _ in layers_of(subject, lang)
        )
        told.append(
            translate("alt_occupancy_day", lang, day=in_words(day.date(), lang), parts=parts,
                  places=amount(places["mean"][day], lang))
        )  # fmt: skip
    return translate("alt_occupancy", lang, told=listed(told))

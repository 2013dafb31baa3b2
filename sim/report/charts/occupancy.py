"""People in reception stacked by place type, with the places there are."""

from __future__ import annotations

import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from ...scenario import Scenario
from ..i18n import Language, in_words, number, probability, translate
from ..style import DARK, ChartSize, colour
from .data import RunData, by_month, has_days
from .elements import (
    DASHED,
    amount,
    described_days,
    draw_baseline,
    limit_from_zero,
    listed,
    run_notes,
)
from .figures import draw_figures, figures_note, name_figures
from .layout import EndLabel, Swatch, finish, label_ends, new_figure
from .scales import date_scale, number_scale, positions

LAYERS = tuple(Swatch(name) for name in ("C5", "C6", "C7", "C4", "C8", "C9"))
"""From the bottom up; neighbours differ in shade, so that grey tells them apart."""
BEYOND = Swatch("white", "....")
PLACES = Swatch(DARK, dashes=DASHED, line=True)
FIGURES = ("occupancy|total",)
"""Series of published figures that are drawn over the layers."""
SHORTAGE_SHOWN = 0.5
"""People without a place from which they are a layer of their own."""


def luminance(name: str) -> float:
    """Return how light a colour is, 0 (black) to 1 (white)."""
    rgb = to_rgb(colour(name))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def place_names(scenario: Scenario, lang: Language) -> dict[str, str]:
    """Return the titles of main place types; parts share what their titles begin with."""
    found: dict[str, str] = {}
    for key, place in scenario.reception.places.items():
        title = str(getattr(place.title, lang))
        if place.part_of is None:
            found[key] = title
        else:
            found.setdefault(place.part_of, title.partition(":")[0])
    return found


def is_drawable(run: RunData) -> bool:
    """Return whether a run has more than one day."""
    return has_days(run, "occupancy")


def layers_of(run: RunData, lang: Language) -> list[tuple[str, pd.Series[float], Swatch]]:
    """Name, people by date (means) and size of each layer, from the bottom up.

    On top are people beyond all places: without one where spending follows the budget, else unmet
    demand that is priced as a type of place.
    """
    found, beyond = [], by_month(run, "shortage")["mean"]
    for number_, (key, name) in enumerate(place_names(run.scenario, lang).items()):
        people = by_month(run, "occupancy", f"place:{key}")["mean"]
        found.append((name, people, LAYERS[number_ % len(LAYERS)]))
    if float(beyond.max()) >= SHORTAGE_SHOWN:
        found.append((_name_of_beyond(run, lang), beyond, BEYOND))
    return found


def is_closed(run: RunData) -> bool:
    """Return whether spending follows the budget, so that people may be without a place."""
    return run.scenario.closing == "constrained"


def _name_of_beyond(run: RunData, lang: Language) -> str:
    if is_closed(run):
        return translate("without_place", lang)
    place = run.scenario.reception.places[run.scenario.prices.beyond_places_as]
    title = str(getattr(place.title, lang)).rpartition(": ")[2]
    return translate("unmet_demand", lang, type=title[0].lower() + title[1:])


def beyond_note(run: RunData, lang: Language) -> str:
    """Say how often there is unmet demand, where it is priced as having a place.

    Median and probability on the last day of the last year, and not the mean: it is made by the few
    replications in which inflow jumps.
    """
    if is_closed(run) or float(by_month(run, "shortage")["mean"].max()) < SHORTAGE_SHOWN:
        return ""
    if run.unreduced is None or run.unreduced.empty:
        return ""
    year = int(run.unreduced["year"].max())
    there = run.unreduced.loc[run.unreduced["year"] == year, "shortage|total|end"]
    return translate(
        "chart_unmet_note",
        lang,
        year=year,
        chance=probability(float((there > 0).mean()), lang),
        median=number(float(there.median()), lang),
    )


def message(run: RunData, lang: Language) -> str:
    """Return the title: the mean of people in reception on the last day, as the areas show it."""
    people = people_in_reception(run)
    beyond = float(by_month(run, "shortage")["mean"].iloc[-1]) >= SHORTAGE_SHOWN
    key = "chart_occupancy_message"
    if beyond:
        key = "chart_occupancy_message_all" if is_closed(run) else "chart_occupancy_message_unmet"
    day = in_words(people.index[-1].date(), lang)
    return translate(key, lang, value=amount(people.iloc[-1], lang), day=day)


def people_in_reception(run: RunData) -> pd.Series[float]:
    """Return all people by date, with those without a place (means)."""
    return by_month(run, "occupancy")["mean"] + by_month(run, "shortage")["mean"]


def draw(run: RunData, size: ChartSize, lang: Language) -> Figure:
    """Draw mean people by place type, and the places; without a place where money is short."""
    note = beyond_note(run, lang) + figures_note(run, FIGURES, lang)
    layout = new_figure(
        size,
        message(run, lang),
        [translate("chart_occupancy_axis", lang)],
        run_notes(run, note.strip(), lang),
        subtitle=translate("chart_occupancy_subtitle", lang),
    )
    axes = layout.panels[0]
    layers = layers_of(run, lang)
    places = by_month(run, "places")["mean"]
    x = positions(places.index)
    below = pd.Series(0.0, index=places.index)
    labels = []
    for name, people, swatch in layers:
        above = below + people
        axes.fill_between(
            x, below, above, facecolor=swatch.colour, hatch=swatch.hatch,
            edgecolor=DARK if swatch.hatch else "white", linewidth=0.25 * size.line,
        )  # fmt: skip
        end = float(people.iloc[-1])
        middle = float(below.iloc[-1] + above.iloc[-1]) / 2
        text = translate("named_value", lang, name=name, value=amount(end, lang))
        labels.append(EndLabel(text, middle, swatch))
        below = above
    axes.plot(x, places, color="white", linewidth=1.5 * size.line)
    axes.plot(x, places, color=DARK, linewidth=0.8 * size.line, linestyle=(0, DASHED))
    text = translate("named_value", lang, name=translate("places", lang),
                 value=amount(places.iloc[-1], lang))  # fmt: skip
    labels.append(EndLabel(text, float(places.iloc[-1]), PLACES))
    top = max(float(below.max()), float(places.max()))
    if run.baseline is not None:
        people = people_in_reception(run.baseline)
        labels.append(draw_baseline(axes, x, people, size, lang))
        top = max(top, float(people.max()))
    figures = draw_figures(axes, run, FIGURES, size)
    axes.set_xlim(x[0], x[-1])
    limit_from_zero(axes, top, *(value for _, value in figures))
    number_scale(axes.yaxis, lang, 6)
    date_scale(axes.xaxis, lang)
    label_ends(layout, 0, labels)
    finish(layout)
    name_figures(layout, axes, figures, lang)
    return layout.figure


def alt_text(run: RunData, lang: Language) -> str:
    """Describe the chart in a sentence or two, with its numbers."""
    total, places = by_month(run, "occupancy"), by_month(run, "places")
    told = []
    for day in described_days(total):
        parts = ", ".join(
            translate(
                "alt_part", lang, name=name[0].lower() + name[1:], value=amount(people[day], lang)
            )
            for name, people, _ in layers_of(run, lang)
        )
        told.append(
            translate("alt_occupancy_day", lang, day=in_words(day.date(), lang), parts=parts,
                  places=amount(places["mean"][day], lang))
        )  # fmt: skip
    return translate("alt_occupancy", lang, told=listed(told)) + _spaced(beyond_note(run, lang))


def _spaced(note: str) -> str:
    return f" {note}" if note else ""

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

    Where capacity follows people, those beyond the places that are open are in the layer of the
    type as which they are priced; where spending follows the budget they are without a place.
    """
    found, beyond = [], by_month(run, "shortage")["mean"]
    priced_as = None if run.scenario.closing == "constrained" else priced_type(run.scenario)
    for number_, (key, name) in enumerate(place_names(run.scenario, lang).items()):
        people = by_month(run, "occupancy", f"place:{key}")["mean"]
        people = people + beyond if key == priced_as else people
        found.append((name, people, LAYERS[number_ % len(LAYERS)]))
    if priced_as is None and float(beyond.max()) >= SHORTAGE_SHOWN:
        found.append((translate("without_place", lang), beyond, BEYOND))
    return found


def priced_type(scenario: Scenario) -> str:
    """Return the main type of place as which people beyond all places are priced."""
    name = scenario.prices.beyond_places_as
    return scenario.reception.places[name].part_of or name


def beyond_note(run: RunData, lang: Language) -> str:
    """Say how often people are beyond the places open, where they are priced as having one.

    Median and probability on the last day of the last year, and not the mean: it is made by the few
    replications in which inflow jumps.
    """
    closed = run.scenario.closing == "constrained"
    if closed or float(by_month(run, "shortage")["mean"].max()) < SHORTAGE_SHOWN:
        return ""
    name = place_names(run.scenario, lang)[priced_type(run.scenario)]
    told = translate("chart_beyond_note", lang, type=name)
    if run.unreduced is None or run.unreduced.empty:
        return " " + told
    year = int(run.unreduced["year"].max())
    there = run.unreduced.loc[run.unreduced["year"] == year, "shortage|total|end"]
    chance = translate(
        "chart_beyond_chance",
        lang,
        year=year,
        chance=probability(float((there > 0).mean()), lang),
        median=number(float(there.median()), lang),
    )
    return f" {told} {chance}"


def people_in_reception(run: RunData) -> pd.Series[float]:
    """Return all people by date, with those without a place (means)."""
    return by_month(run, "occupancy")["mean"] + by_month(run, "shortage")["mean"]


def draw(run: RunData, size: ChartSize, lang: Language) -> Figure:
    """Draw mean people by place type, and the places; without a place where money is short."""
    layout = new_figure(
        size,
        translate("chart_occupancy_title", lang),
        [translate("chart_occupancy_axis", lang)],
        run_notes(
            run,
            translate("chart_occupancy_note", lang)
            + beyond_note(run, lang)
            + figures_note(run, FIGURES, lang),
            lang,
        ),
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
    return translate("alt_occupancy", lang, told=listed(told)) + beyond_note(run, lang)

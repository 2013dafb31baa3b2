"""Need for places as a fan, joined to the past and beside official forecasts and the places."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from matplotlib.figure import Figure

from ..i18n import Language, in_words, number, translate
from ..style import DARK, GREY, ChartSize
from .data import RunData, by_month, has_days
from .elements import (
    DASHED,
    DASHED_LINE,
    amount,
    bands_by_day,
    draw_baseline,
    draw_fan,
    draw_official,
    draw_past,
    fan_labels,
    limit_from_zero,
    run_notes,
)
from .figures import draw_figures, figures_note, name_figures
from .layout import EndLabel, finish, label_ends, name_point, new_figure
from .scales import date_scale, number_scale, on_axis, positions

FIRST_SHOWN = date(2022, 10, 1)
FIGURES = ("need|total",)
"""Series of published figures that are drawn over the fan."""


@dataclass(frozen=True)
class KnownNeed:
    """A need for places [places] that was forecast, or follows from people counted."""

    kind: str
    day: date
    edition: str
    places: float


@cache
def known_needs() -> tuple[KnownNeed, ...]:
    """Return official forecasts and past needs from ``sim/data/official_need.csv``."""
    text = (resources.files("sim") / "data" / "official_need.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(
        KnownNeed(
            row["kind"], date.fromisoformat(row["date"]), row["edition"], float(row["places"])
        )
        for row in rows
    )


def is_drawable(run: RunData) -> bool:
    """Return whether a run has more than one day."""
    return has_days(run, "need")


def draw(run: RunData, size: ChartSize, lang: Language) -> Figure:
    """Draw need with its bands, the places, official forecasts and the past."""
    fill = number(run.scenario.reception.need_fill.single, lang, 2)
    note = translate("chart_need_note", lang) + figures_note(run, FIGURES, lang)
    layout = new_figure(
        size,
        message(run, lang),
        [translate("chart_need_axis", lang)],
        run_notes(run, note, lang),
        subtitle=translate("chart_need_subtitle", lang, fill=fill),
    )
    axes = layout.panels[0]
    need, places = by_month(run, "need"), by_month(run, "places")
    x = positions(need.index)
    start, end = need.index[0].date(), need.index[-1].date()
    past = [(day, value) for day, value in _past() if day <= end]
    official = [
        one for one in known_needs()
        if one.kind == "forecast" and FIRST_SHOWN <= one.day <= end
    ]  # fmt: skip
    labels, tops = [], [0.0]
    if run.baseline is not None:
        baseline = by_month(run.baseline, "need")
        axes.plot(x, baseline[["p10", "p90"]], color=GREY, linewidth=0.4 * size.line)
        labels.append(draw_baseline(axes, x, baseline["p50"], size, lang))
        tops.append(float(baseline["p90"].max()))
    draw_fan(axes, x, need, size)
    axes.plot(x, places["p50"], color=DARK, linewidth=0.7 * size.line, linestyle=(0, DASHED))
    draw_past(axes, past, (start, float(need["p50"].iloc[0])), size)
    editions = {one.edition: [other for other in official if other.edition == one.edition]
                for one in official}  # fmt: skip
    for ones in editions.values():
        draw_official(axes, [on_axis(o.day) for o in ones], [o.places for o in ones], size)
    figures = draw_figures(axes, run, FIGURES, size)
    axes.set_xlim(on_axis(min(FIRST_SHOWN, need.index[0].date())), x[-1])
    tops += [*need["p90"], *places["p50"], *(one.places for one in official)]
    tops += [value for _, value in figures]
    limit_from_zero(axes, *tops, *(value for _, value in past))
    number_scale(axes.yaxis, lang, 6)
    date_scale(axes.xaxis, lang)
    here = float(places["p50"].iloc[-1])
    there = translate("places_at_end", lang, value=amount(here, lang))
    labels.append(EndLabel(there, here, sample=DASHED_LINE))
    label_ends(layout, 0, [*fan_labels(need, size, lang), *labels])
    finish(layout)
    name_figures(layout, axes, figures, lang)
    for edition, ones in editions.items():
        name_point(layout, axes, edition, [(on_axis(one.day), one.places) for one in ones[::-1]])
    if past:
        points = [(on_axis(day), value) for day, value in past]
        name_point(layout, axes, translate("past_counted", lang), points)
    return layout.figure


def message(run: RunData, lang: Language) -> str:
    """Return the title: the median need on the last day."""
    need = by_month(run, "need")
    value, day = amount(need["p50"].iloc[-1], lang), in_words(need.index[-1].date(), lang)
    return translate("chart_need_message", lang, value=value, day=day)


def _past() -> list[tuple[date, float]]:
    """Return the need by the people counted."""
    return [
        (one.day, one.places)
        for one in known_needs()
        if one.kind == "past" and one.day >= FIRST_SHOWN
    ]


def alt_text(run: RunData, lang: Language) -> str:
    """Describe the chart in a sentence or two, with its numbers."""
    need, places = by_month(run, "need"), by_month(run, "places")
    return translate(
        "alt_need",
        lang,
        start=in_words(need.index[0].date(), lang),
        end=in_words(need.index[-1].date(), lang),
        told=bands_by_day(need, lang),
        places=amount(places["p50"].iloc[-1], lang),
    )

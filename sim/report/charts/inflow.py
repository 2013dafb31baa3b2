"""Chart of yearly inflow: a fan after the observations, with official forecasts."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...hindcast import Knowledge, forecasts, observed
from ..i18n import Language, translate
from ..style import BLUE, ChartSize
from .data import RunData, by_year, to_whole_years
from .elements import (
    amount,
    band_in_words,
    draw_fan,
    draw_observed,
    draw_official,
    fan_labels,
    limit_from_zero,
    listed,
    run_notes,
    scaled_note,
)
from .figures import draw_figures, figures_note, name_figures
from .layout import finish, label_ends, name_point, new_figure
from .scales import number_scale, year_scale

FIGURES = ("inflow|total",)
"""Series of published figures that are drawn over the fan."""
NAMED = 3
"""Editions of forecasts that are named where there is little room: the last."""
FIRST_SHOWN = {True: 2018, False: 2012}
"""First year of the past, where there is little room and where there is enough."""


def inflow_by_year(run: RunData) -> pd.DataFrame:
    """Return the inflow of the years simulated [persons a year]."""
    return to_whole_years(run, by_year(run, "inflow", "sum"))


def observed_by_year() -> dict[int, float]:
    """Return the inflow that was observed, by year [persons a year]."""
    figures = Knowledge(date.max, observed()).yearly("inflow|total")
    return {year: figure.value for year, figure in figures.items()}


def is_drawable(run: RunData) -> bool:
    """Return whether a run has a year to show."""
    return len(inflow_by_year(run)) > 0


def draw(run: RunData, size: ChartSize, lang: Language) -> Figure:
    """Draw the observed inflow of the past, then the fan of the years simulated."""
    inflow = inflow_by_year(run)
    note = translate("chart_inflow_note", lang) + scaled_note(run, inflow, lang)
    note += figures_note(run, FIGURES, lang)
    layout = new_figure(
        size,
        message(inflow, lang),
        [translate("chart_inflow_axis", lang)],
        run_notes(run, note, lang),
        subtitle=translate("chart_inflow_subtitle", lang),
    )
    axes = layout.panels[0]
    first, last = int(inflow.index[0]), int(inflow.index[-1])
    since = FIRST_SHOWN[size.brief]
    past = {year: value for year, value in observed_by_year().items() if since <= year <= last}
    official = [
        one for one in forecasts()
        if one.series == "inflow" and since <= one.target.year <= last
    ]  # fmt: skip
    fan = inflow
    if first - 1 in past:
        joint = pd.DataFrame(past[first - 1], index=[first - 1], columns=inflow.columns)
        numbers = ["mean", "p10", "p25", "p50", "p75", "p90"]
        fan = pd.concat([joint[numbers], inflow[numbers]])
    draw_fan(axes, fan.index.to_numpy(float), fan, size)
    axes.plot(inflow.index, inflow["p50"], "o", color="white", markeredgecolor=BLUE,
              markersize=0.42 * size.text, markeredgewidth=0.5 * size.line, zorder=5)  # fmt: skip
    draw_observed(axes, past, past.values(), size)
    for edition in {one.edition: None for one in official}:
        ones = [one for one in official if one.edition == edition]
        draw_official(axes, [o.target.year for o in ones], [o.central for o in ones], size)
    figures = draw_figures(axes, run, FIGURES, size, yearly=True)
    axes.set_xlim(min([*past, first]) - 0.4, last + 0.25)
    limit_from_zero(axes, *inflow["p90"], *past.values(), *(one.central for one in official),
                    *(value for _, value in figures))  # fmt: skip
    number_scale(axes.yaxis, lang, 6)
    year_scale(axes.xaxis, list(range(int(np.ceil(axes.get_xlim()[0])), last + 1)))
    label_ends(layout, 0, fan_labels(inflow, size, lang))
    finish(layout)
    name_figures(layout, axes, figures, lang)
    counted = sorted(past.items(), key=lambda point: -point[1])
    before = [point for point in counted if point[0] < first - 2]
    name_point(layout, axes, translate("past_counted", lang), before or counted)
    editions = list({one.edition: None for one in official[::-1]})
    for edition in editions[:NAMED] if size.brief else editions:
        points = [(float(one.target.year), one.central) for one in official
                  if one.edition == edition]  # fmt: skip
        name_point(layout, axes, edition_name(edition, lang), points)
    return layout.figure


def edition_name(edition: str, lang: Language) -> str:
    """Return the name of an edition of forecasts in a language; MPP 2024-I is one in both."""
    kind, _, year = edition.partition(" ")
    return translate("edition_budget", lang, year=year) if kind == "Budget" else edition


def message(inflow: pd.DataFrame, lang: Language) -> str:
    """Return the title: the median of the last year."""
    value = amount(float(inflow["p50"].iloc[-1]), lang)
    return translate("chart_inflow_message", lang, value=value, year=int(inflow.index[-1]))


def alt_text(run: RunData, lang: Language) -> str:
    """Describe the chart in a sentence or two, with its numbers."""
    inflow = inflow_by_year(run)
    past = observed_by_year()
    before = int(inflow.index[0]) - 1
    told = [
        translate("alt_in", lang, year=year, value=band_in_words(row, lang))
        for year, row in inflow.iterrows()
    ]
    joined = ""
    if before in past:
        joined = (
            translate("alt_inflow_past", lang, year=before, value=amount(past[before], lang)) + " "
        )
    return joined + translate("alt_inflow", lang, told=listed(told))

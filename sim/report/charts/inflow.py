"""Yearly inflow as a fan, joined to what came before and beside official forecasts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...hindcast import forecasts, observed
from ..i18n import Language, translate
from .data import RunData, by_year, scaled_years, to_whole_years
from .elements import (
    amount,
    band_in_words,
    ceiling,
    draw_dots,
    draw_fan,
    draw_official,
    fan_labels,
    listed,
    scale_of_numbers,
    scale_of_years,
    small_print,
)
from .layout import fit, name_point, new_sheet
from .size import ChartSize

FIRST_SHOWN = {True: 2018, False: 2012}
"""First year of the past, where there is little room and where there is enough."""


def inflow_by_year(subject: RunData) -> pd.DataFrame:
    """Inflow of the years simulated [persons a year]."""
    return to_whole_years(subject, by_year(subject, "inflow", "sum"))


def shown(subject: RunData) -> bool:
    """There must be a year to show."""
    return len(inflow_by_year(subject)) > 0


def draw(subject: RunData, look: ChartSize, lang: Language) -> Figure:
    """Inflow of the past as it was counted, then the fan of the years simulated."""
    inflow = inflow_by_year(subject)
    note = translate("chart_inflow_note", lang)
    scaled = scaled_years(subject, inflow)
    if scaled:
        note += " " + translate("chart_scaled", lang, years=", ".join(map(str, scaled)))
    sheet = new_sheet(
        look,
        translate("chart_inflow_title", lang),
        [translate("chart_inflow_axis", lang)],
        small_print(subject, note, lang),
    )
    axes = sheet.panels[0]
    first, last = int(inflow.index[0]), int(inflow.index[-1])
    since = FIRST_SHOWN[look.brief]
    past = {one.period.year: one.value for one in observed() if one.series == "inflow"}
    past = {year: value for year, value in past.items() if since <= year <= last}
    official = [
        one for one in forecasts()
        if one.series == "inflow" and since <= one.target.year <= last
    ]  # fmt: skip
    fan = inflow
    if first - 1 in past:
        joint = pd.DataFrame(past[first - 1], index=[first - 1], columns=inflow.columns)
        numbers = ["mean", "p10", "p25", "p50", "p75", "p90"]
        fan = pd.concat([joint[numbers], inflow[numbers]])
    draw_fan(axes, fan.index.to_numpy(float), fan, look)
    axes.plot(inflow.index, inflow["p50"], "o", color="white", markeredgecolor="#2b6ca3",
              markersize=0.42 * look.text, markeredgewidth=0.5 * look.line, zorder=5)  # fmt: skip
    draw_dots(axes, list(past), list(past.values()), look)
    draw_official(axes, [o.target.year for o in official], [o.central for o in official], look)
    axes.set_xlim(min([*past, first]) - 0.4, last + 0.25)
    ceiling(axes, *inflow["p90"], *past.values(), *(one.central for one in official))
    scale_of_numbers(axes, lang)
    fit(sheet, 0, fan_labels(inflow, look, lang))
    years = list(range(int(np.ceil(axes.get_xlim()[0])), last + 1))
    scale_of_years(sheet, axes, years)
    counted = sorted(past.items(), key=lambda point: -point[1])
    before = [point for point in counted if point[0] < first - 2]
    name_point(sheet, axes, translate("past_counted", lang), before or counted)
    said = sorted(((one.target.year, one.central) for one in official), key=lambda p: -p[1])
    name_point(sheet, axes, translate("official_forecasts", lang), said)
    return sheet.figure


def words(subject: RunData, lang: Language) -> str:
    """The chart in a sentence or two, with its numbers."""
    inflow = inflow_by_year(subject)
    past = {one.period.year: one.value for one in observed() if one.series == "inflow"}
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

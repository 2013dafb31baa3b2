"""Cases pending at the IND, and how long those decided have waited."""

from __future__ import annotations

from matplotlib.figure import Figure

from ..i18n import Language, translate
from .data import RunData, by_month
from .elements import (
    band_in_words,
    ceiling,
    draw_fan,
    ends_of,
    fan_labels,
    in_words,
    listed,
    positions,
    scale_of_dates,
    scale_of_numbers,
    small_print,
)
from .layout import fit, new_sheet
from .size import ChartSize

PANELS = (("pending", "total", 0), ("waiting_months", "kind:median", 1))
"""Series, breakdown, and decimals of the two panels."""


def shown(subject: RunData) -> bool:
    """A fan needs more than one day, and somebody must be decided on."""
    return all(len(by_month(subject, series, part)) > 1 for series, part, _ in PANELS)


def draw(subject: RunData, look: ChartSize, lang: Language) -> Figure:
    """The stock of cases on the left, the median wait of those decided on the right."""
    note = translate("chart_ind_note", lang)
    if look.brief:
        note += " " + translate("chart_bands_brief", lang)
    sheet = new_sheet(
        look,
        translate("chart_ind_title", lang),
        [translate("chart_ind_pending", lang), translate("chart_ind_wait", lang)],
        small_print(subject, note, lang),
    )
    for number, (series, part, decimals) in enumerate(PANELS):
        axes, table = sheet.panels[number], by_month(subject, series, part)
        x = positions(table.index)
        draw_fan(axes, x, table, look)
        axes.set_xlim(positions(by_month(subject, "pending").index)[0], x[-1])
        ceiling(axes, float(table["p90"].max()))
        scale_of_numbers(axes, lang, 0, 5)
        fit(sheet, number, fan_labels(table, look, lang, decimals))
        scale_of_dates(sheet, axes, lang)
    return sheet.figure


def words(subject: RunData, lang: Language) -> str:
    """The chart in a sentence or two, with its numbers."""
    parts = []
    for series, part, decimals in PANELS:
        table = by_month(subject, series, part)
        parts.append(
            listed(
                [
                    translate("alt_on", lang, day=in_words(day.date(), lang),
                          value=band_in_words(table.loc[day], lang, decimals))
                    for day in ends_of(table)
                ]
            )
        )  # fmt: skip
    return translate("alt_ind", lang, pending=parts[0], wait=parts[1])

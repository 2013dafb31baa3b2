"""Cases pending at the IND, and how long those decided have waited."""

from __future__ import annotations

from matplotlib.figure import Figure

from ..i18n import Language, translate
from ..style import ChartSize
from .data import RunData, by_month, has_days
from .elements import bands_by_day, draw_fan, fan_labels, limit_from_zero, run_notes
from .figures import draw_figures, figures_note, name_figures
from .layout import finish, label_ends, new_figure
from .scales import date_scale, number_scale, positions

PANELS = (("pending", "total", 0), ("waiting_months", "kind:decided_median", 1))
"""Series, breakdown, and decimals of the two panels."""
FIGURES = ("pending|total", "pending|kind:all")
"""Series of published figures that are drawn over the fan of pending cases."""


def is_drawable(run: RunData) -> bool:
    """Return whether a run has more than one day, and decisions."""
    return all(has_days(run, series, part) for series, part, _ in PANELS)


def draw(run: RunData, size: ChartSize, lang: Language) -> Figure:
    """Draw the stock of cases and the median wait of those decided."""
    note = translate("chart_ind_note", lang)
    if size.brief:
        note += " " + translate("chart_bands_brief", lang)
    note += figures_note(run, FIGURES, lang)
    layout = new_figure(
        size,
        translate("chart_ind_title", lang),
        [translate("chart_ind_pending", lang), translate("chart_ind_wait", lang)],
        run_notes(run, note, lang),
    )
    drawn = []
    for place, (series, part, decimals) in enumerate(PANELS):
        axes, table = layout.panels[place], by_month(run, series, part)
        x = positions(table.index)
        draw_fan(axes, x, table, size)
        figures = draw_figures(axes, run, FIGURES if series == "pending" else (), size)
        drawn.append((axes, figures))
        axes.set_xlim(positions(by_month(run, "pending").index)[0], x[-1])
        limit_from_zero(axes, float(table["p90"].max()), *(value for _, value in figures))
        number_scale(axes.yaxis, lang)
        date_scale(axes.xaxis, lang)
        label_ends(layout, place, fan_labels(table, size, lang, decimals))
    finish(layout)
    for axes, figures in drawn:
        name_figures(layout, axes, figures, lang)
    return layout.figure


def alt_text(run: RunData, lang: Language) -> str:
    """Describe the chart in a sentence or two, with its numbers."""
    pending, wait = (
        bands_by_day(by_month(run, series, part), lang, decimals)
        for series, part, decimals in PANELS
    )
    return translate("alt_ind", lang, pending=pending, wait=wait)

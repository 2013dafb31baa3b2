"""Cases pending at the IND, and how long those decided have waited."""

from __future__ import annotations

from matplotlib.figure import Figure

from ..i18n import Language, in_words, translate
from ..style import ChartSize
from .data import RunData, by_month, has_days
from .elements import (
    amount,
    bands_by_day,
    draw_fan,
    fan_entries,
    legend_day,
    limit_from_zero,
    run_notes,
)
from .figures import draw_figures, figures_note, name_figures
from .layout import finish, new_figure
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
    tables = [by_month(run, series, part) for series, part, _ in PANELS]
    layout = new_figure(
        size,
        message(run, lang),
        [translate("chart_ind_pending", lang), translate("chart_ind_wait", lang)],
        run_notes(run, legend_day(tables[0], lang) + figures_note(run, FIGURES, lang), lang),
        subtitle=translate("chart_ind_subtitle", lang),
        entries=[
            fan_entries(table, lang, decimals)
            for table, (*_, decimals) in zip(tables, PANELS, strict=True)
        ],
    )
    drawn = []
    for axes, table, (series, *_) in zip(layout.panels, tables, PANELS, strict=True):
        x = positions(table.index)
        draw_fan(axes, x, table, size)
        figures = draw_figures(axes, run, FIGURES if series == "pending" else (), size)
        drawn.append((axes, figures))
        axes.set_xlim(positions(by_month(run, "pending").index)[0], x[-1])
        limit_from_zero(axes, float(table["p90"].max()), *(value for _, value in figures))
        number_scale(axes.yaxis, lang)
        date_scale(axes.xaxis, lang)
    finish(layout)
    for axes, figures in drawn:
        name_figures(layout, axes, figures, lang)
    return layout.figure


def message(run: RunData, lang: Language) -> str:
    """Return the title: the median of cases pending on the last day."""
    pending = by_month(run, "pending")
    value, day = amount(pending["p50"].iloc[-1], lang), in_words(pending.index[-1].date(), lang)
    return translate("chart_ind_message", lang, value=value, day=day)


def alt_text(run: RunData, lang: Language) -> str:
    """Describe the chart in a sentence or two, with its numbers."""
    pending, wait = (
        bands_by_day(by_month(run, series, part), lang, decimals)
        for series, part, decimals in PANELS
    )
    return translate("alt_ind", lang, pending=pending, wait=wait)

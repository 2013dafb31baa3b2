"""A year in execution: what it costs from 1 January on, beside the budget of the year."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..i18n import Language, number, translate
from ..in_year import YearInExecution, spent_sentence, whole_year_sentence, year_in_execution
from ..run_tables import prices_label
from ..style import DARK, ChartSize
from .data import RunData
from .elements import (
    BILLION,
    DASHED,
    DASHED_LINE,
    draw_fan,
    draw_observed,
    fan_labels,
    limit_from_zero,
    run_notes,
)
from .layout import EndLabel, finish, label_ends, new_figure
from .scales import date_scale, number_scale, on_axis, positions

QUANTILES = ("p10", "p25", "p50", "p75", "p90")


def is_drawable(run: RunData) -> bool:
    """Return whether a run holds the year by month."""
    return _year(run) is not None


def draw(run: RunData, size: ChartSize, lang: Language) -> Figure:
    """Draw what was spent, the projection cumulated from there with its bands, and the budget."""
    told = _told(run)
    level = translate(f"level_{run.scenario.prices.level}", lang)
    vintage = getattr(run.scenario.headline.title, lang)
    note = translate(f"chart_budget_year_{told.timing}", lang) if len(told.realised) else ""
    if told.has_budget:
        note += " " + translate("chart_budget_year_dashed", lang, vintage=vintage)
    prices = prices_label(run.scenario, lang)
    layout = new_figure(
        size,
        message(told, lang),
        [translate("chart_budget_year_axis", lang, year=told.year)],
        run_notes(run, note.strip(), lang),
        subtitle=translate("chart_budget_year_subtitle", lang, level=level, prices=prices),
    )
    axes, fan = layout.panels[0], _fan(told)
    draw_fan(axes, positions(fan.index), fan, size)
    first, last = on_axis(date(told.year, 1, 1)), on_axis(date(told.year, 12, 31))
    if len(told.realised):
        x = [first, *positions(told.realised.index)]
        draw_observed(axes, x, [0.0, *(told.realised / BILLION)], size)
    labels, budget = fan_labels(fan, size, lang, decimals=1), 0.0
    if told.has_budget:
        budget = told.end["budget"] / BILLION
        axes.plot([first, last], [budget] * 2, color=DARK, linewidth=0.7 * size.line,
                  linestyle=(0, DASHED))  # fmt: skip
        name = translate("budget", lang)
        text = translate("named_value", lang, name=name, value=number(budget, lang, 1))
        labels.append(EndLabel(text, budget, sample=DASHED_LINE))
    axes.set_xlim(first, last)
    limit_from_zero(axes, float(fan["p90"].max()), budget)
    number_scale(axes.yaxis, lang, 6)
    date_scale(axes.xaxis, lang)
    label_ends(layout, 0, labels)
    return finish(layout)


def message(told: YearInExecution, lang: Language) -> str:
    """Return the title: the median cost of the year and its budget."""
    cost = number(told.end["cumulated_p50"] / BILLION, lang, 1)
    if not told.has_budget:
        return translate("chart_budget_year_alone", lang, year=told.year, cost=cost)
    budget = number(told.end["budget"] / BILLION, lang, 1)
    return translate("chart_budget_year_message", lang, year=told.year, cost=cost, budget=budget)


def _year(run: RunData) -> YearInExecution | None:
    return year_in_execution(run.budget_monthly, run.scenario, run.year)


def shows_spending(run: RunData) -> bool:
    """Return whether the chart shows what was spent."""
    told = _year(run)
    return told is not None and len(told.realised) > 0


def _told(run: RunData) -> YearInExecution:
    told = _year(run)
    if told is None:
        raise ValueError("the run does not hold this year by month")
    return told


def _fan(told: YearInExecution) -> pd.DataFrame:
    """Return the quantiles of the projection, from what was spent or from nought on [EUR bn]."""
    known = len(told.realised) > 0
    start = told.realised.index[-1] if known else pd.Timestamp(told.year, 1, 1)
    later = told.rows[told.rows.index > start] if known else told.rows
    columns = {name: later[f"cumulated_{name}"] for name in QUANTILES}
    begin = pd.DataFrame(told.spent, index=pd.DatetimeIndex([start]), columns=list(QUANTILES))
    return pd.concat([begin, pd.DataFrame(columns)]).astype(np.float64) / BILLION


def alt_text(run: RunData, lang: Language) -> str:
    """Describe the chart in a sentence or two, with its numbers."""
    told = _told(run)
    spent = f" {spent_sentence(told, lang)}" if len(told.realised) else ""
    return translate(
        "alt_budget_year", lang, year=told.year, told=whole_year_sentence(told, lang), spent=spent
    )

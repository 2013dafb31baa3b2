"""Cost by month over the years of a run, with its intervals, beside a twelfth of the budget."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..i18n import Language, number, translate
from ..run_tables import headline_rows, prices_label
from ..style import DARK, ChartSize
from .data import RunData
from .elements import draw_fan, fan_entries, limit_from_zero, listed, run_notes
from .layout import LegendEntry, Swatch, finish, new_figure
from .scales import date_scale, number_scale, positions

MILLION = 1e6
MONTHS = 12
QUANTILES = ("p10", "p25", "p50", "p75", "p90")
BUDGET = Swatch(DARK, dashes=(1.0, 1.5), line=True)


def is_drawable(run: RunData) -> bool:
    """Return whether a run holds a year by month."""
    return run.budget_monthly is not None and len(cost_by_month(run)) > 1


def cost_by_month(run: RunData) -> pd.DataFrame:
    """Return the quantiles of the cost of each month, and the year's budget [EUR million]."""
    if run.budget_monthly is None or run.budget_monthly.empty:
        return pd.DataFrame()
    rows = headline_rows(run.budget_monthly, run.scenario).sort_values("date")
    columns = {name: rows[f"cost_{name}"].to_numpy(float) / MILLION for name in QUANTILES}
    columns["budget"] = rows["budget"].to_numpy(float) / MILLION
    return pd.DataFrame(columns, index=pd.DatetimeIndex(rows["date"]))


def draw(run: RunData, size: ChartSize, lang: Language) -> Figure:
    """Draw the cost of each month with its intervals, and a twelfth of the budget of its year."""
    table, scenario = cost_by_month(run), run.scenario
    known = bool(table["budget"].notna().any())
    vintage = getattr(scenario.headline.title, lang)
    entries = fan_entries(table, lang)
    if known:
        entries.append(LegendEntry(BUDGET, translate("chart_cost_month_budget", lang)))
    month = f"month_{table.index[-1].month}"
    day = translate("month_and_year", lang, month=translate(month, lang), year=table.index[-1].year)
    note = translate("chart_legend_day", lang, day=day)
    if known:
        note = f"{translate('chart_cost_month_note', lang, vintage=vintage)} {note}"
    layout = new_figure(
        size,
        message(table, lang),
        [translate("chart_cost_month_axis", lang)],
        run_notes(run, note, lang),
        subtitle=translate(
            "chart_cost_month_subtitle",
            lang,
            level=translate(f"level_{scenario.prices.level}", lang),
            prices=prices_label(scenario, lang),
        ),
        entries=[entries],
    )
    axes, x = layout.panels[0], positions(table.index)
    draw_fan(axes, x, table, size)
    for _, rows in years_of(table):
        share = rows["budget"].to_numpy(float) / MONTHS
        if not np.isnan(share).any():
            axes.plot(positions(rows.index), share, color=DARK, linewidth=0.7 * size.line,
                      linestyle=(0, BUDGET.dashes))  # fmt: skip
    axes.set_xlim(x[0], x[-1])
    limit_from_zero(axes, float(table["p90"].max()), float(np.nan_to_num(table["budget"]).max())
                    / MONTHS)  # fmt: skip
    number_scale(axes.yaxis, lang, 6)
    date_scale(axes.xaxis, lang)
    return finish(layout)


def years_of(table: pd.DataFrame) -> Iterator[tuple[int, pd.DataFrame]]:
    """Return the months of each year."""
    for year in sorted({day.year for day in table.index}):
        yield year, table[[day.year == year for day in table.index]]


def message(table: pd.DataFrame, lang: Language) -> str:
    """Return the title: the mean of the median months of the first year with a budget."""
    years = list(years_of(table))
    year, rows = next((one for one in years if one[1]["budget"].notna().any()), years[0])
    amount = number(float(rows["p50"].mean()), lang)
    return translate("chart_cost_month_message", lang, amount=amount, year=year)


def alt_text(run: RunData, lang: Language) -> str:
    """Describe the chart: each year by its range and the interval of its last month."""
    told = []
    for year, rows in years_of(cost_by_month(run)):
        last = rows.iloc[-1]
        told.append(
            translate(
                "alt_cost_month_year",
                lang,
                year=year,
                least=number(float(rows["p50"].min()), lang),
                most=number(float(rows["p50"].max()), lang),
                month=translate(f"month_{rows.index[-1].month}", lang),
                low=number(float(last["p10"]), lang),
                high=number(float(last["p90"]), lang),
            )
        )
    return translate("alt_cost_month", lang, told=listed(told))

"""Status holders who wait in reception against the homes that are found for them."""

from __future__ import annotations

from datetime import date

import pandas as pd
from matplotlib.figure import Figure

from ...hindcast import observed
from ..i18n import Language, in_words, translate
from ..style import BLUE, DARK, SAND, ChartSize
from .data import UNREDUCED, RunData, by_month, by_year, has_days, to_whole_years
from .elements import (
    DASHED,
    amount,
    bands_by_day,
    draw_fan,
    draw_past,
    fan_entries,
    legend_day,
    limit_from_zero,
    listed,
    run_notes,
    scaled_note,
)
from .figures import Points, draw_figures, figures_note, name_figures
from .gap import HATCH
from .layout import FigureLayout, LegendEntry, Swatch, finish, name_point, new_figure
from .scales import date_scale, number_scale, on_axis, positions, year_scale, zero_line

FIRST_SHOWN = {True: 2021, False: 2018}
WIDTH = 0.36
FIGURES = ("occupancy|kind:status_holders",)
"""Series of published figures that are drawn over the fan."""
CAME, FOUND = Swatch(SAND, HATCH), Swatch(BLUE)
ARREARS = Swatch(DARK, dashes=DASHED, line=True, marker="D")


def people_by_year(run: RunData) -> pd.DataFrame:
    """Return means by year [persons]: homes ``found``, people who ``came``, and ``arrears``.

    People who came are the growth of the stock of those who wait (in reception, short of a place,
    in transit) plus those housed: nobody else leaves it. Flows are at the pace of a whole year;
    arrears are those of municipalities at the year's end, negative where they are ahead of target.
    Years in which nobody has a place are left out: how many wait is then not in the tables.
    """
    found = by_year(run, "housed", "sum")["mean"]
    came = found + _growth(run).reindex(found.index)
    late = by_year(run, "municipal_arrears", "end")["mean"]
    whole = to_whole_years(run, pd.DataFrame({"found": found, "came": came}))
    return whole.assign(arrears=late.reindex(whole.index)).dropna()


def _growth(run: RunData) -> pd.Series[float]:
    """Return by how much the number of waiting status holders grew in each year, on average.

    People beyond all places are status holders as often as those in a place; that holds in each
    replication, not for means. A replication in which nobody has a place does not count in that
    year and the next.
    """
    assert run.unreduced is not None
    table = run.unreduced
    status, people, beyond, transit = (table[name] for name in UNREDUCED[2:])
    known = people.where((people > 0) | (beyond == 0)).clip(lower=1)
    waiting = (status * (1 + beyond / known) + transit).groupby(
        [table["replication"], table["year"]]
    )
    ends = waiting.first(skipna=False).unstack()  # noqa: PD010 (pivot_table drops the unknown)
    ends.insert(0, int(ends.columns[0]) - 1, _waiting_at_start(run))
    return ends.diff(axis=1).mean()


def _waiting_at_start(run: RunData) -> float:
    """Return status holders who wait on the first day, the same in all replications."""
    status, people, beyond, transit = (
        float(by_month(run, series, part)["mean"].iloc[0])
        for series, part in (
            ("occupancy", "kind:status_holders"),
            ("occupancy", "total"),
            ("shortage", "total"),
            ("transit", "total"),
        )
    )
    return status * (1 + beyond / max(people, 1)) + transit


def is_drawable(run: RunData) -> bool:
    """Return whether a run has a year and more than one day."""
    enough = has_days(run, "occupancy", "kind:status_holders")
    return enough and run.unreduced is not None and len(people_by_year(run)) > 0


def draw(run: RunData, size: ChartSize, lang: Language) -> Figure:
    """Draw status holders in reception; homes found beside new need for them, and arrears."""
    years = people_by_year(run)
    note = translate("chart_housing_note", lang) + scaled_note(run, years, lang)
    waiting = by_month(run, "occupancy", "kind:status_holders")
    note += " " + legend_day(waiting, lang) + figures_note(run, FIGURES, lang)
    arrears = "arrears_at_end" if years.iloc[-1]["arrears"] >= 0 else "ahead_at_end"
    layout = new_figure(
        size,
        message(run, lang),
        [translate("chart_housing_waiting", lang), translate("chart_housing_years", lang)],
        run_notes(run, note, lang),
        subtitle=translate("chart_housing_subtitle", lang),
        entries=[
            fan_entries(waiting, lang),
            [
                LegendEntry(CAME, translate("came_to_need", lang)),
                LegendEntry(FOUND, translate("homes_found", lang)),
                LegendEntry(ARREARS, translate(arrears, lang)),
            ],
        ],
    )
    past, figures = _draw_waiting(layout, run, lang)
    _draw_years(layout, years, lang)
    finish(layout)
    name_figures(layout, layout.panels[0], figures, lang)
    points = [(on_axis(day), value) for day, value in past[len(past) // 2 :: -1]]
    name_point(layout, layout.panels[0], translate("past_counted", lang), points)
    return layout.figure


def _draw_waiting(
    layout: FigureLayout, run: RunData, lang: Language
) -> tuple[list[tuple[date, float]], Points]:
    """Draw the fan of status holders in reception; return the past and the published figures."""
    size, axes = layout.size, layout.panels[0]
    table = by_month(run, "occupancy", "kind:status_holders")
    x = positions(table.index)
    start = table.index[0].date()
    past = [
        (one.period.last, one.value) for one in observed()
        if one.name == "occupancy|kind:status_holders"
        and FIRST_SHOWN[size.brief] <= one.period.year
        and one.period.last <= table.index[-1].date()
    ]  # fmt: skip
    draw_fan(axes, x, table, size)
    draw_past(axes, past, (start, float(table["p50"].iloc[0])), size)
    figures = draw_figures(axes, run, FIGURES, size)
    axes.set_xlim(min([x[0], *(on_axis(day) - 60 for day, _ in past)]), x[-1])
    limit_from_zero(axes, float(table["p90"].max()), *(value for _, value in [*past, *figures]))
    number_scale(axes.yaxis, lang)
    date_scale(axes.xaxis, lang)
    return past, figures


def _draw_years(layout: FigureLayout, years: pd.DataFrame, lang: Language) -> None:
    size, axes = layout.size, layout.panels[1]
    at = years.index.to_numpy(float)
    axes.bar(
        at - WIDTH / 2, years["came"], WIDTH, color=SAND, edgecolor=DARK, hatch=HATCH,
        linewidth=0.3 * size.line,
    )  # fmt: skip
    axes.bar(at + WIDTH / 2, years["found"], WIDTH, color=BLUE)
    axes.plot(at, years["arrears"], color="white", linewidth=1.5 * size.line)
    axes.plot(
        at, years["arrears"], color=DARK, linewidth=0.7 * size.line, linestyle=(0, DASHED),
        marker="D", markersize=0.45 * size.text,
    )  # fmt: skip
    values = years[["came", "found", "arrears"]].to_numpy(float)
    low, high = float(values.min()), max(float(values.max()), 1.0)
    axes.set_ylim(min(0.0, 1.08 * low), 1.06 * high)
    if low < 0:
        zero_line(axes.yaxis)
    axes.set_xlim(at[0] - 0.5, at[-1] + 0.5)
    axes.tick_params(axis="x", length=0)
    number_scale(axes.yaxis, lang)
    year_scale(axes.xaxis, [int(year) for year in years.index])


def message(run: RunData, lang: Language) -> str:
    """Return the title: the median of status holders in reception on the last day."""
    waiting = by_month(run, "occupancy", "kind:status_holders")
    value, day = amount(waiting["p50"].iloc[-1], lang), in_words(waiting.index[-1].date(), lang)
    return translate("chart_housing_message", lang, value=value, day=day)


def alt_text(run: RunData, lang: Language) -> str:
    """Describe the chart in a sentence or two, with its numbers."""
    table = by_month(run, "occupancy", "kind:status_holders")
    told = [
        translate("alt_housing_year" if row["arrears"] >= 0 else "alt_housing_year_ahead", lang,
              year=year, came=amount(row["came"], lang), found=amount(row["found"], lang),
              arrears=amount(abs(row["arrears"]), lang))
        for year, row in people_by_year(run).iterrows()
    ]  # fmt: skip
    return translate("alt_housing", lang, waiting=bands_by_day(table, lang), told=listed(told))

"""Status holders who wait in reception against the homes that are found for them."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from ...hindcast import observed
from ..i18n import Language, translate
from ..style import BLUE, DARK
from .data import UNREDUCED, RunData, by_month, by_year, scaled_years, to_whole_years
from .elements import (
    DASHED,
    amount,
    band_in_words,
    ceiling,
    draw_fan,
    draw_past,
    ends_of,
    fan_labels,
    in_words,
    listed,
    on_axis,
    positions,
    scale_of_dates,
    scale_of_numbers,
    scale_of_years,
    small_print,
)
from .gap import HATCH, SAND
from .layout import EndLabel, Mark, Sheet, fit, name_point, new_sheet
from .size import ChartSize

FIRST_SHOWN = {True: 2021, False: 2018}
WIDTH = 0.36
CAME, FOUND = Mark(SAND, HATCH), Mark(BLUE)
ARREARS = Mark(DARK, dashes=DASHED, line=True, marker="D")


def people_by_year(subject: RunData) -> pd.DataFrame:
    """Means by year [persons]: homes ``found``, people who ``came`` to need one, ``arrears``.

    Who came is what the stock of those who wait (in reception, short of a place, in transit)
    grew by, and those housed: nobody else leaves it. Flows stand at the pace of a whole year;
    arrears are those of municipalities at the year's end.
    """
    found = by_year(subject, "housed", "sum")["mean"]
    came = found + _growth(subject).reindex(found.index)
    late = by_year(subject, "municipal_arrears", "end")["mean"]
    whole = to_whole_years(subject, pd.DataFrame({"found": found, "came": came}))
    return whole.assign(arrears=late.reindex(whole.index))


def _growth(subject: RunData) -> pd.Series[float]:
    """By how much the status holders who wait grew in each year, on average.

    Those beyond all places are status holders as often as those in a place; that holds in each
    replication, and not of means. One in which nobody at all has a place tells nothing of it, and
    does not count in that year and the next.
    """
    assert subject.unreduced is not None
    table = subject.unreduced
    status, people, beyond, transit = (table[name] for name in UNREDUCED[2:])
    known = people.where((people > 0) | (beyond == 0)).clip(lower=1)
    waiting = (status * (1 + beyond / known) + transit).groupby(
        [table["replication"], table["year"]]
    )
    ends = waiting.first(skipna=False).unstack()  # noqa: PD010 (pivot_table drops the unknown)
    ends.insert(0, int(ends.columns[0]) - 1, _waiting_at_start(subject))
    return ends.diff(axis=1).mean()


def _waiting_at_start(subject: RunData) -> float:
    """Status holders who wait on the first day, on which all replications are alike."""
    status, people, beyond, transit = (
        float(by_month(subject, series, part)["mean"].iloc[0])
        for series, part in (
            ("occupancy", "kind:status_holders"),
            ("occupancy", "total"),
            ("shortage", "total"),
            ("transit", "total"),
        )
    )
    return status * (1 + beyond / max(people, 1)) + transit


def shown(subject: RunData) -> bool:
    """There must be a year, and more than one day."""
    enough = len(by_month(subject, "occupancy", "kind:status_holders")) > 1
    return enough and subject.unreduced is not None and len(people_by_year(subject)) > 0


def draw(subject: RunData, look: ChartSize, lang: Language) -> Figure:
    """Status holders in reception; homes found beside those who come, and the arrears."""
    years = people_by_year(subject)
    note = translate("chart_housing_note_brief" if look.brief else "chart_housing_note", lang)
    scaled = scaled_years(subject, years)
    if scaled:
        note += " " + translate("chart_scaled", lang, years=", ".join(map(str, scaled)))
    if look.brief:
        note += " " + translate("chart_bands_brief", lang)
    sheet = new_sheet(
        look,
        translate("chart_housing_title", lang),
        [translate("chart_housing_waiting", lang), translate("chart_housing_years", lang)],
        small_print(subject, note, lang),
    )
    _draw_waiting(sheet, subject, lang)
    _draw_years(sheet, years, lang)
    return sheet.figure


def _draw_waiting(sheet: Sheet, subject: RunData, lang: Language) -> None:
    look, axes = sheet.look, sheet.panels[0]
    table = by_month(subject, "occupancy", "kind:status_holders")
    x = positions(table.index)
    start = table.index[0].date()
    past = [
        (one.period, one.value) for one in observed()
        if one.series == "status_holders" and FIRST_SHOWN[look.brief] <= one.period.year
        and one.period <= table.index[-1].date()
    ]  # fmt: skip
    draw_fan(axes, x, table, look)
    draw_past(axes, past, (start, float(table["p50"].iloc[0])), look)
    axes.set_xlim(min([x[0], *(on_axis(day) - 60 for day, _ in past)]), x[-1])
    ceiling(axes, float(table["p90"].max()), *(value for _, value in past))
    scale_of_numbers(axes, lang, 0, 5)
    fit(sheet, 0, fan_labels(table, look, lang))
    scale_of_dates(sheet, axes, lang)
    points = [(on_axis(day), value) for day, value in past[len(past) // 2 :: -1]]
    name_point(sheet, axes, translate("past_counted", lang), points)


def _draw_years(sheet: Sheet, years: pd.DataFrame, lang: Language) -> None:
    look, axes = sheet.look, sheet.panels[1]
    at = years.index.to_numpy(float)
    axes.bar(
        at - WIDTH / 2, years["came"], WIDTH, color=SAND, edgecolor=DARK, hatch=HATCH,
        linewidth=0.3 * look.line,
    )  # fmt: skip
    axes.bar(at + WIDTH / 2, years["found"], WIDTH, color=BLUE)
    axes.plot(at, years["arrears"], color="white", linewidth=1.5 * look.line)
    axes.plot(
        at, years["arrears"], color=DARK, linewidth=0.7 * look.line, linestyle=(0, DASHED),
        marker="D", markersize=0.45 * look.text,
    )  # fmt: skip
    values = years[["came", "found", "arrears"]].to_numpy(float)
    low, high = float(values.min()), max(float(values.max()), 1.0)
    axes.set_ylim(min(0.0, 1.08 * low), 1.06 * high)
    if low < 0:
        axes.axhline(0, color=DARK, linewidth=0.3 * look.line)
    axes.set_xlim(at[0] - 0.5, at[-1] + 0.5)
    axes.tick_params(axis="x", length=0)
    scale_of_numbers(axes, lang, 0, 5)
    last = years.iloc[-1]
    fit(
        sheet,
        1,
        [
            EndLabel(translate("homes_found", lang), float(last["found"]), FOUND),
            EndLabel(translate("came_to_need", lang), float(last["came"]), CAME),
            EndLabel(translate("arrears_at_end", lang), float(last["arrears"]), ARREARS),
        ],
    )
    scale_of_years(sheet, axes, [int(year) for year in years.index])


def words(subject: RunData, lang: Language) -> str:
    """The chart in a sentence or two, with its numbers."""
    table = by_month(subject, "occupancy", "kind:status_holders")
    waiting = [
        translate("alt_on", lang, day=in_words(day.date(), lang),
              value=band_in_words(table.loc[day], lang))
        for day in ends_of(table)
    ]  # fmt: skip
    told = [
        translate("alt_housing_year", lang, year=year, came=amount(row["came"], lang),
              found=amount(row["found"], lang), arrears=amount(row["arrears"], lang))
        for year, row in people_by_year(subject).iterrows()
    ]  # fmt: skip
    return translate("alt_housing", lang, waiting=listed(waiting), told=listed(told))

"""Several runs side by side: need of each over time, and the gap of each year with its band."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from ..i18n import Language, billion, number, translate
from ..run_tables import headline_rows, prices_label, prices_notes
from ..style import BLUE, DARK, GREY, ORANGE
from .data import RunData, by_month
from .elements import (
    amount,
    ceiling,
    in_words,
    listed,
    positions,
    scale_of_dates,
    scale_of_numbers,
    scale_of_years,
    sources_named,
)
from .gap import BILLION
from .layout import EndLabel, Mark, Sheet, fit, new_sheet
from .size import ChartSize

MOST = 4
"""Runs that can be told apart in one panel, also in grey."""
MARKS = (
    Mark(BLUE, line=True, marker="o"),
    Mark(ORANGE, dashes=(5, 2), line=True, marker="s"),
    Mark(DARK, dashes=(1, 1.5), line=True, marker="^"),
    Mark(GREY, dashes=(6, 2, 1, 2), line=True, marker="D"),
)
Runs = Mapping[str, RunData]


def shown(runs: Runs) -> bool:
    """Every run must hold some days before the first one ends, and a gap."""
    last = _last_day(runs)
    begun = all((by_month(run, "need").index < last).any() for run in runs.values())
    return begun and all(len(_gaps(run)) for run in runs.values())


def draw(runs: Runs, look: ChartSize, lang: Language) -> Figure:
    """Median need of each run on the left; on the right its gap by year with the 80 % band."""
    first = next(iter(runs.values())).scenario
    titles = "; ".join(
        translate("named_value", lang, name=name, value=getattr(run.scenario.title, lang))
        for name, run in runs.items()
    )
    source = translate(
        "chart_together_source",
        lang,
        runs=", ".join(
            translate(
                "chart_together_run",
                lang,
                id=run.run_id,
                n=number(run.replications, lang),
                seed=run.seed,
            )
            for run in runs.values()
        ),
        sources=sources_named(),
    )
    notes = prices_notes({name: run.scenario for name, run in runs.items()}, lang)
    sheet = new_sheet(
        look,
        translate("chart_together_title", lang),
        [
            translate("chart_together_need", lang),
            translate("chart_together_gap", lang, prices=prices_label(first, lang)),
        ],
        [f"{titles}.", translate("chart_together_note", lang), *notes, source],
    )
    _draw_need(sheet, runs, lang)
    _draw_gaps(sheet, runs, lang)
    return sheet.figure


def _draw_need(sheet: Sheet, runs: Runs, lang: Language) -> None:
    look, axes = sheet.look, sheet.panels[0]
    last = _last_day(runs)
    labels, tops = [], []
    for mark, (name, run) in zip(MARKS, runs.items(), strict=False):
        need = by_month(run, "need")["p50"]
        need = need[need.index <= last]
        axes.plot(
            positions(need.index), need, color=mark.colour, linewidth=look.line,
            linestyle=(0, mark.dashes),
        )  # fmt: skip
        end = float(need.iloc[-1])
        tops.append(float(need.max()))
        text = translate("named_value", lang, name=name, value=amount(end, lang))
        labels.append(EndLabel(text, end, mark))
    starts = [by_month(run, "need").index[0] for run in runs.values()]
    low, high = positions(pd.DatetimeIndex([min(starts), last]))
    axes.set_xlim(low, high)
    ceiling(axes, *tops)
    scale_of_numbers(axes, lang, 0, 5)
    fit(sheet, 0, labels)
    scale_of_dates(sheet, axes, lang)


def _draw_gaps(sheet: Sheet, runs: Runs, lang: Language) -> None:
    look, axes = sheet.look, sheet.panels[1]
    labels, ends = [], [0.0]
    for position, (mark, (name, run)) in enumerate(zip(MARKS, runs.items(), strict=False)):
        gaps = _gaps(run)
        x = gaps.index.to_numpy(float) + 0.7 * ((position + 0.5) / len(runs) - 0.5)
        low, middle, high = (gaps[f"gap_{q}"].to_numpy(float) / BILLION
                             for q in ("p10", "p50", "p90"))  # fmt: skip
        axes.vlines(x, low, high, color=mark.colour, linewidth=0.7 * look.line)
        axes.plot(
            x, middle, mark.marker, color=mark.colour, markersize=0.55 * look.text,
            markeredgecolor="white", markeredgewidth=0.2 * look.line,
        )  # fmt: skip
        ends += [float(low.min()), float(high.max())]
        labels.append(EndLabel(name, float(middle[-1]), mark))
    axes.axhline(0, color=DARK, linewidth=0.4 * look.line)
    room = 0.05 * max(max(ends) - min(ends), 0.1)
    axes.set_ylim(min(ends) - room, max(ends) + room)
    years = sorted({int(year) for run in runs.values() for year in _gaps(run).index})
    axes.set_xlim(years[0] - 0.55, years[-1] + 0.55)
    axes.tick_params(axis="x", length=0)
    scale_of_numbers(axes, lang, 0 if max(ends) - min(ends) > 4 else 1, 5)
    fit(sheet, 1, labels)
    scale_of_years(sheet, axes, years)


def _last_day(runs: Runs) -> pd.Timestamp:
    """The day up to which all runs reach."""
    return min(pd.Timestamp(by_month(run, "need").index[-1]) for run in runs.values())


def _gaps(run: RunData) -> pd.DataFrame:
    """The headline by year, where a budget is held against it."""
    if run.budget.empty:
        return run.budget
    rows = headline_rows(run.budget, run.scenario)
    return rows[rows["budget"].notna()].set_index("year")


def words(runs: Runs, lang: Language) -> str:
    """The chart in a sentence or two, with its numbers."""
    last = _last_day(runs)
    needs, gaps = [], []
    for name, run in runs.items():
        need = by_month(run, "need")["p50"]
        value = amount(float(need[need.index <= last].iloc[-1]), lang)
        needs.append(translate("alt_part", lang, name=name, value=value))
        years = ", ".join(
            translate("alt_in", lang, year=year, value=billion(eur, lang))
            for year, eur in _gaps(run)["gap_p50"].items()
        )
        gaps.append(translate("alt_part", lang, name=name, value=years))
    return translate(
        "alt_together",
        lang,
        day=in_words(last.date(), lang),
        needs=listed(needs),
        gaps=listed(gaps),
    )

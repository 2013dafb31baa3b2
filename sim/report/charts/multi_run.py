"""Several runs side by side: need of each over time, and the gap of each year with its band."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from ..i18n import Language, billion, in_words, number, translate
from ..run_tables import headline_rows, prices_label, prices_notes
from ..style import BLUE, DARK, GREY, ORANGE, ChartSize
from .data import RunData, by_month
from .elements import BILLION, amount, cited_sources, limit_from_zero, listed
from .layout import EndLabel, FigureLayout, Swatch, finish, label_ends, new_figure
from .scales import date_scale, number_scale, positions, year_scale, zero_line

MOST = 4
"""Runs that can be told apart in one panel, also in grey."""
SWATCHES = (
    Swatch(BLUE, line=True, marker="o"),
    Swatch(ORANGE, dashes=(5, 2), line=True, marker="s"),
    Swatch(DARK, dashes=(1, 1.5), line=True, marker="^"),
    Swatch(GREY, dashes=(6, 2, 1, 2), line=True, marker="D"),
)
Runs = Mapping[str, RunData]


def is_drawable(runs: Runs) -> bool:
    """Return whether every run has days before the first one ends, and a gap."""
    last = _last_day(runs)
    begun = all((by_month(run, "need").index < last).any() for run in runs.values())
    return begun and all(len(_gaps(run)) for run in runs.values())


def draw(runs: Runs, size: ChartSize, lang: Language) -> Figure:
    """Draw the median need of each run, and its gap by year with the 80% band."""
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
        sources=cited_sources(),
    )
    notes = prices_notes({name: run.scenario for name, run in runs.items()}, lang)
    layout = new_figure(
        size,
        translate("chart_together_title", lang),
        [
            translate("chart_together_need", lang),
            translate("chart_together_gap", lang, prices=prices_label(first, lang)),
        ],
        [f"{titles}.", translate("chart_together_note", lang), *notes, source],
    )
    _draw_need(layout, runs, lang)
    _draw_gaps(layout, runs, lang)
    return finish(layout)


def _draw_need(layout: FigureLayout, runs: Runs, lang: Language) -> None:
    size, axes = layout.size, layout.panels[0]
    last = _last_day(runs)
    labels, tops = [], []
    for swatch, (name, run) in zip(SWATCHES, runs.items(), strict=False):
        need = by_month(run, "need")["p50"]
        need = need[need.index <= last]
        axes.plot(
            positions(need.index), need, color=swatch.colour, linewidth=size.line,
            linestyle=(0, swatch.dashes),
        )  # fmt: skip
        end = float(need.iloc[-1])
        tops.append(float(need.max()))
        text = translate("named_value", lang, name=name, value=amount(end, lang))
        labels.append(EndLabel(text, end, swatch))
    starts = [by_month(run, "need").index[0] for run in runs.values()]
    low, high = positions(pd.DatetimeIndex([min(starts), last]))
    axes.set_xlim(low, high)
    limit_from_zero(axes, *tops)
    number_scale(axes.yaxis, lang)
    date_scale(axes.xaxis, lang)
    label_ends(layout, 0, labels)


def _draw_gaps(layout: FigureLayout, runs: Runs, lang: Language) -> None:
    size, axes = layout.size, layout.panels[1]
    labels, ends = [], [0.0]
    for position, (swatch, (name, run)) in enumerate(zip(SWATCHES, runs.items(), strict=False)):
        gaps = _gaps(run)
        x = gaps.index.to_numpy(float) + 0.7 * ((position + 0.5) / len(runs) - 0.5)
        low, middle, high = (gaps[f"gap_{q}"].to_numpy(float) / BILLION
                             for q in ("p10", "p50", "p90"))  # fmt: skip
        axes.vlines(x, low, high, color=swatch.colour, linewidth=0.7 * size.line)
        axes.plot(
            x, middle, swatch.marker, color=swatch.colour, markersize=0.55 * size.text,
            markeredgecolor="white", markeredgewidth=0.2 * size.line,
        )  # fmt: skip
        ends += [float(low.min()), float(high.max())]
        labels.append(EndLabel(name, float(middle[-1]), swatch))
    zero_line(axes.yaxis)
    room = 0.05 * max(max(ends) - min(ends), 0.1)
    axes.set_ylim(min(ends) - room, max(ends) + room)
    years = sorted({int(year) for run in runs.values() for year in _gaps(run).index})
    axes.set_xlim(years[0] - 0.55, years[-1] + 0.55)
    axes.tick_params(axis="x", length=0)
    number_scale(axes.yaxis, lang)
    year_scale(axes.xaxis, years)
    label_ends(layout, 1, labels)


def _last_day(runs: Runs) -> pd.Timestamp:
    """Return the day up to which all runs reach."""
    return min(pd.Timestamp(by_month(run, "need").index[-1]) for run in runs.values())


def _gaps(run: RunData) -> pd.DataFrame:
    """Return the headline by year, where there is a budget."""
    if run.budget.empty:
        return run.budget
    rows = headline_rows(run.budget, run.scenario)
    return rows[rows["budget"].notna()].set_index("year")


def alt_text(runs: Runs, lang: Language) -> str:
    """Describe the chart in a sentence or two, with its numbers."""
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

"""Differences: the gap by year, and people, cases and waiting time by month, each with its band."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..report.charts.elements import BILLION, amount, listed, source, title_of_scenario
from ..report.charts.layout import EndLabel, FigureLayout, Swatch, finish, label_ends, new_figure
from ..report.charts.scales import date_scale, number_scale, positions, year_scale, zero_line
from ..report.i18n import Language, billion, number, translate
from ..report.run_tables import prices_label, prices_notes
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, GREY, ORANGE, ChartSize

MONTHLY = (
    ("occupancy", "total", 1e3),
    ("pending", "total", 1e3),
    ("waiting_months", "kind:decided_median", 1.0),
)
"""Series of the panels by month, and what their scales are in."""
LINES = (
    Swatch(BLUE, line=True),
    Swatch(ORANGE, dashes=(5, 2), line=True),
    Swatch(DARK, dashes=(1, 1.5), line=True),
    Swatch(GREY, dashes=(6, 2, 1, 2), line=True),
)
BARS = (
    Swatch(BLUE),
    Swatch("#f2c99b", "///"),
    Swatch(DARK),
    Swatch("#dddddd", "..."),
)
PLOT = {"column": 1.25, "page": 1.7}


@dataclass(frozen=True)
class Comparison:
    """Differences of scenarios from a first one, by year and by month.

    ``yearly``: a row a scenario, series, breakdown and year; ``monthly``: a row a date. A
    difference is that scenario less the first: its mean and quantiles, how likely it is above
    zero, and ``variance_ratio``, how many times as large its variance would be without pairing.
    ``levels``: the scenarios themselves, a row a scenario, series, breakdown and year. ``year`` is
    the one that was asked for.
    """

    base: str
    others: tuple[str, ...]
    yearly: pd.DataFrame
    monthly: pd.DataFrame
    levels: pd.DataFrame
    year: int | None = None


def comparison_of(data: StudyData) -> Comparison:
    """A comparison as its tables tell it."""
    monthly = data.table("monthly").astype({"date": "datetime64[ns]"})
    base, yearly = data.asked["base"], data.table("differences")
    # A folder of an earlier version has no levels: of these it knows the medians.
    levels = data.table("levels") if data.has("levels") else medians_of(base, yearly)
    others = tuple(data.asked["others"])
    return Comparison(base, others, yearly, monthly, levels, data.asked.get("year"))


def medians_of(base: str, yearly: pd.DataFrame) -> pd.DataFrame:
    """Return the medians of all scenarios as the differences have them."""
    keys = ["scenario", "series", "breakdown", "year", "unit"]
    theirs = yearly[[*keys, "other_p50"]].rename(columns={"other_p50": "p50"})
    first = yearly[yearly["scenario"] == yearly["scenario"].iloc[0]].assign(scenario=base)
    ours = first[[*keys, "base_p50"]].rename(columns={"base_p50": "p50"})
    found: pd.DataFrame = pd.concat([ours, theirs], ignore_index=True)
    return found


def moves(rows: pd.DataFrame) -> bool:
    """Return whether anything differs in any replication."""
    columns = ["difference_mean", "difference_p05", "difference_p95"]
    return bool((rows[columns].to_numpy() != 0).any())


def shown(data: StudyData) -> bool:
    """Return whether anything that the chart shows differs."""
    comparison = comparison_of(data)
    return _gaps_move(comparison) or bool(_moving(comparison))


def _gaps_move(comparison: Comparison) -> bool:
    return moves(_of(comparison.yearly, "gap", "total"))


def _moving(comparison: Comparison) -> list[tuple[str, str, float]]:
    """Return the series by month in which anything differs: others would be an empty panel."""
    return [one for one in MONTHLY if moves(_of(comparison.monthly, *one[:2]))]


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """A panel of differences for the gap by year and each series by month that differs at all."""
    comparison, scenarios = comparison_of(data), data.scenarios
    base, moving = scenarios[comparison.base], _moving(comparison)
    heads = [translate("compare_gap_axis", lang)] if _gaps_move(comparison) else []
    heads += [translate(f"compare_{series}_axis", lang) for series, _, _ in moving]
    columns = 2 if size.side_by_side and len(heads) > 1 else 1
    rows = -(-len(heads) // columns)
    each = "; ".join(
        translate("named_value", lang, name=name, value=title_of_scenario(scenarios[name], lang))
        for name in comparison.others
    )
    note = translate("study_compare_note", lang, prices=prices_label(base, lang))
    layout = new_figure(
        size,
        translate("compare_chart", lang, base=comparison.base),
        heads,
        [
            f"{each}.",
            note,
            *prices_notes(scenarios, lang),
            source(data, title_of_scenario(base, lang), lang),
        ],
        columns=columns,
        plots=[PLOT["column" if size.brief else "page"]] * rows,
    )
    if _gaps_move(comparison):
        _gaps(layout, comparison, lang)
    first = len(heads) - len(moving)
    for place, (series, breakdown, unit) in enumerate(moving, start=first):
        _months(layout, place, comparison, (series, breakdown), unit, lang)
    return finish(layout)


def _of(rows: pd.DataFrame, series: str, breakdown: str) -> pd.DataFrame:
    return rows[(rows["series"] == series) & (rows["breakdown"] == breakdown)]


def _gaps(layout: FigureLayout, comparison: Comparison, lang: Language) -> None:
    size, axes = layout.size, layout.panels[0]
    rows = _of(comparison.yearly, "gap", "total")
    years = sorted({int(year) for year in rows["year"]})
    wide = 0.76 / len(comparison.others)
    ends, labels = [0.0], []
    for place, (other, mark) in enumerate(zip(comparison.others, BARS, strict=False)):
        mine = rows[rows["scenario"] == other]
        if mine.empty:
            continue
        x = mine["year"].to_numpy(float) + (place - (len(comparison.others) - 1) / 2) * wide
        low, middle, high = (mine[f"difference_{q}"].to_numpy(float) / BILLION
                             for q in ("p10", "p50", "p90"))  # fmt: skip
        axes.bar(x, middle, 0.86 * wide, color=mark.colour, hatch=mark.hatch, edgecolor=DARK,
                 linewidth=0.25 * size.line)  # fmt: skip
        axes.vlines(x, low, high, color="white", linewidth=1.1 * size.line)
        axes.vlines(x, low, high, color=DARK, linewidth=0.5 * size.line)
        ends += [float(low.min()), float(high.max())]
        labels.append(EndLabel(other, float(middle[-1]), mark))
    zero_line(axes.yaxis)
    _limits(layout, 0, ends)
    axes.set_xlim((years or [0])[0] - 0.5, (years or [0])[-1] + 0.5)
    axes.tick_params(axis="x", length=0)
    number_scale(axes.yaxis, lang)
    label_ends(layout, 0, labels)
    if years:
        year_scale(axes.xaxis, years)


def _limits(layout: FigureLayout, place: int, ends: list[float]) -> None:
    room = 0.05 * max(max(ends) - min(ends), 1e-6)
    if max(ends) == min(ends):
        room = 1.0
    layout.panels[place].set_ylim(min(ends) - room, max(ends) + room)


def _months(
    layout: FigureLayout,
    place: int,
    comparison: Comparison,
    what: tuple[str, str],
    unit: float,
    lang: Language,
) -> None:
    size, axes = layout.size, layout.panels[place]
    rows = _of(comparison.monthly, *what)
    ends, labels = [0.0], []
    for other, mark in zip(comparison.others, LINES, strict=False):
        mine = rows[rows["scenario"] == other]
        x = positions(pd.DatetimeIndex(mine["date"]))
        low, middle, high = (mine[f"difference_{q}"].to_numpy(float) / unit
                             for q in ("p10", "p50", "p90"))  # fmt: skip
        axes.fill_between(x, low, high, color=mark.colour, alpha=0.2, linewidth=0)
        axes.plot(x, middle, color=mark.colour, linewidth=size.line, linestyle=(0, mark.dashes))
        axes.set_xlim(x[0], x[-1])
        ends += [float(np.nanmin(low)), float(np.nanmax(high))]
        end = number(float(middle[-1]), lang, 1)
        labels.append(EndLabel(translate("named_value", lang, name=other, value=end),
                               float(middle[-1]), mark))  # fmt: skip
    zero_line(axes.yaxis)
    _limits(layout, place, ends)
    number_scale(axes.yaxis, lang)
    label_ends(layout, place, labels)
    date_scale(axes.xaxis, lang)


def words(data: StudyData, lang: Language) -> str:
    """The chart in some sentences, with its numbers."""
    comparison = comparison_of(data)
    parts = []
    for other in comparison.others:
        gaps = _of(comparison.yearly, "gap", "total")
        gaps = gaps[gaps["scenario"] == other]
        said = [translate("alt_differences_gap", lang, gaps=", ".join(
            translate("alt_in", lang, year=row["year"], value=_banded(row, lang))
            for row in gaps.to_dict("records")))] if len(gaps) else []  # fmt: skip
        if len(comparison.monthly):
            last = [_last(comparison, other, series, what) for series, what, _ in MONTHLY]
            words_ = {"people": amount(last[0], lang), "cases": amount(last[1], lang)}
            words_ |= {"months": number(last[2], lang, 1)}
            said.append(translate("alt_differences_end", lang, **words_))
        parts.append(translate("alt_part", lang, name=other, value=", ".join(said)))
    return translate("alt_differences", lang, base=comparison.base, told=listed(parts))


def _banded(row: dict[Hashable, Any], lang: Language) -> str:
    low, high = (number(row[f"difference_{q}"] / BILLION, lang, 1) for q in ("p10", "p90"))
    band = translate("from_to", lang, low=low, high=high)
    return f"{billion(row['difference_p50'], lang)} {band}"


def _last(comparison: Comparison, other: str, series: str, breakdown: str) -> float:
    rows = _of(comparison.monthly, series, breakdown)
    return float(rows[rows["scenario"] == other]["difference_p50"].iloc[-1])

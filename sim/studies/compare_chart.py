"""Differences: the gap by year, and people, cases and waiting time by month, each with its band."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..report.charts.elements import (
    BILLION,
    amount,
    listed,
    source_line,
    title_of_scenario,
)
from ..report.charts.layout import (
    EndLabel,
    FigureLayout,
    LegendEntry,
    Swatch,
    finish,
    label_ends,
    new_figure,
)
from ..report.charts.names import scenario_label
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
MARKS = (
    Swatch(BLUE, line=True, marker="o"),
    Swatch(ORANGE, dashes=(5, 2), line=True, marker="s"),
    Swatch(DARK, dashes=(1, 1.5), line=True, marker="^"),
    Swatch(GREY, dashes=(6, 2, 1, 2), line=True, marker="D"),
)
MAIN_YEAR = 2027
"""Year of the message, where the comparison has it and none was asked for."""
ROUNDABLE = 5e7
"""Difference that one decimal of a billion can tell [EUR]."""
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
    return gaps_move(comparison) or bool(_moving(comparison))


def gaps_move(comparison: Comparison) -> bool:
    return moves(_of(comparison.yearly, "gap", "total"))


def _moving(comparison: Comparison) -> list[tuple[str, str, float]]:
    """Return the series by month in which anything differs: others would be an empty panel."""
    return [one for one in MONTHLY if moves(_of(comparison.monthly, *one[:2]))]


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """A panel of differences for the gap by year and each series by month that differs at all."""
    comparison, scenarios = comparison_of(data), data.scenarios
    base, moving = scenarios[comparison.base], _moving(comparison)
    heads = heads_of(comparison, lang)
    columns = 2 if size.side_by_side and len(heads) > 1 else 1
    rows = -(-len(heads) // columns)
    labels = labels_of(data, lang)
    told = {"base": scenario_label(base, lang), "prices": prices_label(base, lang)}
    key = "compare_subtitle" if len(heads) > 1 else "compare_subtitle_single"
    layout = new_figure(
        size,
        message(data, lang),
        heads,
        [
            *prices_notes({scenario_label(one, lang): one for one in scenarios.values()}, lang)[:1],
            source_line(scenario_label(base, lang), lang),
        ],
        subtitle=translate(key, lang, **told, **({} if len(heads) > 1 else {"head": heads[0]})),
        legend=[LegendEntry(mark, label) for mark, label in zip(MARKS, labels, strict=False)]
        if len(labels) > 1
        else [],
        columns=columns,
        plots=[PLOT["column" if size.brief else "page"]] * rows,
    )
    if gaps_move(comparison):
        _gaps(layout, comparison, lang)
    first = len(heads) - len(moving)
    for place, (series, breakdown, unit) in enumerate(moving, start=first):
        _months(layout, place, comparison, (series, breakdown), unit, lang)
    return finish(layout)


def heads_of(comparison: Comparison, lang: Language) -> list[str]:
    """Return what each panel shows: only what differs has one."""
    heads = [translate("compare_gap_axis", lang)] if gaps_move(comparison) else []
    return heads + [translate(f"compare_{one}_axis", lang) for one, _, _ in _moving(comparison)]


def labels_of(data: StudyData, lang: Language) -> list[str]:
    """Return short titles of the scenarios compared; whole ones where two would read alike."""
    others = [data.scenarios[name] for name in data.asked["others"]]
    labels = [scenario_label(one, lang) for one in others]
    return [title_of_scenario(one, lang) if labels.count(label) > 1 else label
            for one, label in zip(others, labels, strict=True)]  # fmt: skip


def message(data: StudyData, lang: Language) -> str:
    """Return the largest difference of the gap in words, in the year asked or the main one."""
    comparison, labels = comparison_of(data), labels_of(data, lang)
    if not gaps_move(comparison):
        single = len(labels) == 1
        key = "compare_message_none" if single else "compare_message_others"
        return translate(key, lang, **({"title": labels[0]} if single else {}))
    rows = _of(comparison.yearly, "gap", "total")
    years = sorted({int(year) for year in rows["year"]})
    asked = comparison.year if comparison.year is not None else MAIN_YEAR
    year = asked if asked in years else years[-1]
    here = rows[rows["year"] == year].set_index("scenario")["difference_p50"]
    name = str(here.abs().idxmax())
    value = float(here[name])
    return translate(
        "compare_message" if len(labels) == 1 else "compare_message_most",
        lang,
        title=labels[comparison.others.index(name)],
        year=year,
        value=billion(abs(value), lang, 1 if abs(value) >= ROUNDABLE else 2),
        way=translate("compare_higher" if value > 0 else "compare_lower", lang),
    )


def _of(rows: pd.DataFrame, series: str, breakdown: str) -> pd.DataFrame:
    return rows[(rows["series"] == series) & (rows["breakdown"] == breakdown)]


def _gaps(layout: FigureLayout, comparison: Comparison, lang: Language) -> None:
    """Draw a dot with its interval for each scenario and year; a bar of a small one is no bar."""
    size, axes = layout.size, layout.panels[0]
    rows = _of(comparison.yearly, "gap", "total")
    years = sorted({int(year) for year in rows["year"]})
    wide = 0.6 / len(comparison.others)
    ends = [0.0]
    for place, (other, mark) in enumerate(zip(comparison.others, MARKS, strict=False)):
        mine = rows[rows["scenario"] == other]
        if mine.empty:
            continue
        x = mine["year"].to_numpy(float) + (place - (len(comparison.others) - 1) / 2) * wide
        low, middle, high = (mine[f"difference_{q}"].to_numpy(float) / BILLION
                             for q in ("p10", "p50", "p90"))  # fmt: skip
        axes.vlines(x, low, high, color=mark.colour, linewidth=0.8 * size.line)
        axes.plot(x, middle, mark.marker, color=mark.colour, markersize=0.6 * size.text,
                  markeredgecolor="white", markeredgewidth=0.2 * size.line)  # fmt: skip
        ends += [float(low.min()), float(high.max())]
    zero_line(axes.yaxis)
    _limits(layout, 0, ends)
    axes.set_xlim((years or [0])[0] - 0.5, (years or [0])[-1] + 0.5)
    axes.tick_params(axis="x", length=0)
    number_scale(axes.yaxis, lang)
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
    for other, mark in zip(comparison.others, MARKS, strict=False):
        mine = rows[rows["scenario"] == other]
        if not moves(mine):
            continue
        x = positions(pd.DatetimeIndex(mine["date"]))
        low, middle, high = (mine[f"difference_{q}"].to_numpy(float) / unit
                             for q in ("p10", "p50", "p90"))  # fmt: skip
        axes.fill_between(x, low, high, color=mark.colour, alpha=0.2, linewidth=0)
        axes.plot(x, middle, color=mark.colour, linewidth=size.line, linestyle=(0, mark.dashes))
        axes.set_xlim(x[0], x[-1])
        ends += [float(np.nanmin(low)), float(np.nanmax(high))]
        line = Swatch(mark.colour, dashes=mark.dashes, line=True)
        labels.append(EndLabel(number(float(middle[-1]), lang, 1), float(middle[-1]), line))
    zero_line(axes.yaxis)
    _limits(layout, place, ends)
    number_scale(axes.yaxis, lang)
    label_ends(layout, place, labels)
    date_scale(axes.xaxis, lang)


def words(data: StudyData, lang: Language) -> str:
    """The chart in some sentences, with its numbers and the panels that it has."""
    comparison = comparison_of(data)
    parts = []
    for other, label in zip(comparison.others, labels_of(data, lang), strict=True):
        gaps = _of(comparison.yearly, "gap", "total")
        gaps = gaps[gaps["scenario"] == other]
        said = []
        if len(gaps) and gaps_move(comparison):
            values = ", ".join(translate("alt_in", lang, year=row["year"], value=_banded(row, lang))
                               for row in gaps.to_dict("records"))  # fmt: skip
            said.append(translate("alt_differences_gap", lang, gaps=values))
        if ends := _ends(comparison, other, lang):
            said.append(translate("alt_differences_end", lang, values=", ".join(ends)))
        parts.append(translate("alt_part", lang, name=label, value=", ".join(said)))
    return translate(
        "alt_differences",
        lang,
        title=message(data, lang),
        base=scenario_label(data.scenarios[comparison.base], lang),
        panels=listed(heads_of(comparison, lang)),
        told=listed(parts),
    )


def _ends(comparison: Comparison, other: str, lang: Language) -> list[str]:
    """Return where the series that have a panel end."""
    found = []
    for series, breakdown, _ in _moving(comparison):
        last = _last(comparison, other, series, breakdown)
        value = number(last, lang, 1) if series == "waiting_months" else amount(last, lang)
        found.append(translate(f"alt_differences_{series}", lang, value=value))
    return found


def _banded(row: dict[Hashable, Any], lang: Language) -> str:
    low, high = (number(row[f"difference_{q}"] / BILLION, lang, 1) for q in ("p10", "p90"))
    band = translate("from_to", lang, low=low, high=high)
    return f"{billion(row['difference_p50'], lang)} {band}"


def _last(comparison: Comparison, other: str, series: str, breakdown: str) -> float:
    rows = _of(comparison.monthly, series, breakdown)
    return float(rows[rows["scenario"] == other]["difference_p50"].iloc[-1])

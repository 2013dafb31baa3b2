"""Chart of the optimal places: expected cost and its P90, with the least of each."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..model.sampling import Floats
from ..report.charts.elements import BILLION, listed, source_line
from ..report.charts.layout import (
    EndLabel,
    FigureLayout,
    LegendEntry,
    Swatch,
    finish,
    label_ends,
    name_point,
    new_figure,
)
from ..report.charts.names import scenario_label
from ..report.charts.scales import number_scale
from ..report.i18n import Language, billion, number, translate
from ..report.run_tables import prices_label
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, GREY, ORANGE, ChartSize
from .options import OptimalPlacesOptions

PLANNED = OptimalPlacesOptions.PLANNED
MEAN, DEAR = Swatch(BLUE, line=True), Swatch(ORANGE, dashes=(5, 2), line=True)
LEAST = Swatch(DARK, line=True, marker="D", bare=True)
RULE = Swatch(GREY, dashes=(2, 2), line=True)
AS_PLANNED = Swatch(DARK, line=True, marker="s", inside="white", bare=True)


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Draw expected cost and P90 against the number of places, with the least of each."""
    tried, best, scenario = data.table("stock"), data.table("best"), data.first
    planned = translate("study_stock_planned", lang, n=number(PLANNED, lang))
    rule = translate("stock_rule_mark", lang, n=number(_rule(best), lang))
    entries = [
        LegendEntry(LEAST, translate("study_stock_least", lang)),
        LegendEntry(AS_PLANNED, planned),
    ]
    if _in_range(_rule(best), tried):
        entries.append(LegendEntry(RULE, rule))
    layout = new_figure(
        size,
        message(tried, best, lang),
        [translate("axis_billion", lang)],
        [
            translate("study_stock_note", lang),
            source_line(scenario_label(scenario, lang), lang),
        ],
        subtitle=translate(
            "stock_subtitle",
            lang,
            **_years(best),
            unit=translate("axis_billion", lang),
            prices=prices_label(scenario, lang),
        ),
        entries=[entries],
        under=[translate("stock_places", lang)],
    )
    _curves(layout, tried, best, lang)
    return finish(layout)


def message(tried: pd.DataFrame, best: pd.DataFrame, lang: Language) -> str:
    """Return where the expected cost is lowest, and whether that is the edge of what was tried."""
    places = float(best.set_index("by").loc["mean", "places"])  # type: ignore[arg-type]
    key = "stock_message_edge" if _at_edge(places, tried) else "stock_message"
    return translate(key, lang, places=number(round(places, -2), lang), **_years(best))


def _years(best: pd.DataFrame) -> dict[str, int]:
    return {"first": int(best["first_year"].iloc[0]), "last": int(best["last_year"].iloc[0])}


def _at_edge(places: float, tried: pd.DataFrame) -> bool:
    levels, _ = _lines(tried)
    return places in (levels[0], levels[-1])


def _in_range(places: float, tried: pd.DataFrame) -> bool:
    levels, _ = _lines(tried)
    return bool(levels[0] <= places <= levels[-1])


def _rule(best: pd.DataFrame) -> float:
    """Return the number by the newsvendor rule, in hundreds; NaN where there is none."""
    found = best[best["by"] == "news_vendor"]["places"]
    return round(float(found.iloc[0]), -2) if len(found) else float("nan")


def _lines(tried: pd.DataFrame) -> tuple[Floats, dict[str, Floats]]:
    """Return the places, and cost by statistic [EUR billion]."""
    rows = tried[tried["kind"] == "tried"]
    levels = rows["regular_places"].to_numpy(float)
    return levels, {by: rows[f"cost_{by}"].to_numpy(float) / BILLION for by in ("mean", "p90")}


def _least(best: pd.DataFrame, tried: pd.DataFrame) -> dict[str, tuple[float, float, float, float]]:
    """Return places that cost least by mean and P90, their interval, and the cost there."""
    levels, lines = _lines(tried)
    rows = {str(row["by"]): row for row in best.to_dict("records")}
    result = {}
    for by, line in lines.items():
        places, low, high = (float(rows[by][name]) for name in ("places", "p10", "p90"))
        result[by] = places, low, high, float(np.interp(places, levels, line))
    return result


def _curves(layout: FigureLayout, tried: pd.DataFrame, best: pd.DataFrame, lang: Language) -> None:
    size, (axes,) = layout.size, layout.panels
    levels, lines = _lines(tried)
    labels = []
    for (by, line), mark in zip(lines.items(), (MEAN, DEAR), strict=True):
        axes.plot(levels, line, color=mark.colour, linewidth=size.line, linestyle=(0, mark.dashes))
        labels.append(EndLabel(translate(f"stock_{by}", lang), float(line[-1]), mark))
    there = np.isclose(levels, PLANNED)
    for line in lines.values():
        _mark(axes, levels[there], line[there], AS_PLANNED, size)
    least = _least(best, tried)
    for places, low, high, cost in least.values():
        axes.hlines(cost, low, high, color=GREY, linewidth=2.6 * size.line, alpha=0.6)
        _mark(axes, np.array([places]), np.array([cost]), LEAST, size)
    ends = (
        min(float(line.min()) for line in lines.values()),
        max(float(line.max()) for line in lines.values()),
    )
    room = 0.12 * max(ends[1] - ends[0], 0.1 * ends[1])
    axes.set_ylim(max(ends[0] - room, 0), ends[1] + room)
    if _in_range(_rule(best), tried):
        axes.axvline(_rule(best), color=RULE.colour, linestyle=(0, RULE.dashes),
                     linewidth=0.7 * size.line)  # fmt: skip
    room = 0.03 * float(np.ptp(levels))
    axes.set_xlim(levels[0] - room, levels[-1] + room)
    number_scale(axes.yaxis, lang)
    number_scale(axes.xaxis, lang, 7)
    label_ends(layout, 0, labels)
    finish(layout)
    for places, _, _, cost in least.values():
        text = number(round(places, -2), lang)
        if _at_edge(places, tried):
            text = translate("stock_at_edge", lang, places=text)
        name_point(layout, axes, text, [(places, cost)])


def _mark(axes: Axes, x: Floats, y: Floats, mark: Swatch, size: ChartSize) -> None:
    axes.plot(
        x, y, mark.marker, color=mark.colour, markerfacecolor=mark.inside or mark.colour,
        markersize=0.6 * size.text, zorder=6,
    )  # fmt: skip


def alt_text(data: StudyData, lang: Language) -> str:
    """Describe the chart in a sentence or two, with its numbers."""
    tried, best = data.table("stock"), data.table("best")
    levels, lines = _lines(tried)
    told_of = [
        translate(
            "alt_stock_at",
            lang,
            places=number(level, lang),
            mean=number(float(lines["mean"][at]), lang, 1),
            dear=number(float(lines["p90"][at]), lang, 1),
        )
        for at, level in enumerate(levels)
        if at in (0, len(levels) - 1) or np.isclose(level, PLANNED)
    ]
    least = [
        translate(
            "alt_stock_least",
            lang,
            which=translate(f"stock_{by}", lang),
            places=number(places, lang),
            low=number(low, lang),
            high=number(high, lang),
            cost=billion(BILLION * cost, lang),
        )
        for by, (places, low, high, cost) in _least(best, tried).items()
    ]
    return translate("alt_stock", lang, title=message(tried, best, lang), least=listed(least),
                 told=listed(told_of))  # fmt: skip

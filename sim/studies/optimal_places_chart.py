"""Chart of the optimal places: expected cost and its P90, with the least of each."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..model.sampling import Floats
from ..report.charts.elements import BILLION, listed, source, title_of_scenario
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
from ..report.charts.scales import number_scale
from ..report.i18n import Language, billion, number, translate
from ..report.run_tables import prices_label
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, GREY, ORANGE, ChartSize
from .options import OptimalPlacesOptions

PLANNED = OptimalPlacesOptions.PLANNED
MEAN, DEAR = Swatch(BLUE, line=True), Swatch(ORANGE, dashes=(5, 2), line=True)
LEAST = Swatch(DARK, line=True, marker="D", bare=True)
AS_PLANNED = Swatch(DARK, line=True, marker="s", inside="white", bare=True)


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Draw expected cost and P90 against the number of places, with the least of each."""
    tried, best, scenario = data.table("stock"), data.table("best"), data.first
    layout = new_figure(
        size,
        _title(best, lang),
        [translate("axis_billion", lang)],
        [
            translate("study_stock_note", lang, prices=prices_label(scenario, lang)),
            source(data, title_of_scenario(scenario, lang), lang),
        ],
        entries=[
            [
                LegendEntry(LEAST, translate("study_stock_least", lang)),
                LegendEntry(
                    AS_PLANNED, translate("study_stock_planned", lang, n=number(PLANNED, lang))
                ),
            ]
        ],
        under=[translate("stock_places", lang)],
    )
    _curves(layout, tried, best, lang)
    return finish(layout)


def _title(best: pd.DataFrame, lang: Language) -> str:
    first, last = int(best["first_year"].iloc[0]), int(best["last_year"].iloc[0])
    return translate("stock_chart", lang, first=first, last=last)


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
    axes.set_ylim(0, 1.1 * max(float(line.max()) for line in lines.values()))
    room = 0.03 * float(np.ptp(levels))
    axes.set_xlim(levels[0] - room, levels[-1] + room)
    number_scale(axes.yaxis, lang)
    number_scale(axes.xaxis, lang, 7)
    label_ends(layout, 0, labels)
    finish(layout)
    for places, _, _, cost in least.values():
        name_point(layout, axes, number(places, lang), [(places, cost)])


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
    return translate("alt_stock", lang, title=_title(best, lang), least=listed(least),
                 told=listed(told_of))  # fmt: skip

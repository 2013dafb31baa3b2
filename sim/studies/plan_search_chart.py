"""Chart of a search for a plan: all that was tried, the scenario as it is, the best or a front."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..model.sampling import Floats
from ..report.charts.elements import BILLION, listed, source_line
from ..report.charts.layout import (
    FigureLayout,
    LegendEntry,
    Swatch,
    finish,
    name_point,
    new_figure,
)
from ..report.charts.names import scenario_label
from ..report.charts.scales import number_scale
from ..report.i18n import Language, number, translate
from ..report.run_tables import prices_label
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, GREY, ORANGE, ChartSize
from .plan_search_asked import AimText, aim_of
from .plan_search_words import (
    Row,
    aim_words,
    aims,
    capital,
    limits,
    most_words,
    plan_words,
    rows_of,
    shown,
    value_words,
)

WITHIN = Swatch(BLUE, line=True, marker="o", bare=True)
BEYOND = Swatch(GREY, line=True, marker="o", inside="white", bare=True)
AS_IS = Swatch(DARK, line=True, marker="s", inside="white", bare=True)
BEST = Swatch(ORANGE, line=True, marker="D", bare=True)
FRONT = Swatch(ORANGE, line=True, marker="D")
REFUSED = Swatch(DARK, line=True, marker="X", inside="white", bare=True)
LIMIT = Swatch(DARK, line=True, dashes=(4, 2))
MILLION = 1e6
INSIDE = 0.9
"""Part of the plans tried that a scale shows at least, from its best end."""
ROOM = 0.06
"""Room around the points, as a share of their range."""


def along(data: StudyData) -> AimText:
    """Return what is put along the page: the second aim, the first limit, or who is short."""
    (first, *others) = aims(data)
    chosen = [*others, *(limit.aim for limit in limits(data)), aim_of("nights_short", "")]
    return next(aim for aim in (*chosen, aim_of("cost", "")) if aim != first)


def unit_of(aim: AimText) -> float:
    """Return what a unit of a scale is."""
    if aim.statistic == "p":
        return 0.01
    return {"EUR": BILLION, "persons": 1.0, "places": 1.0}.get(aim.unit, MILLION)


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Draw a point a plan: what is to be least against what is limited, or is to be least too."""
    first, second = aims(data)[0], along(data)
    hidden = _outside(data)
    layout = new_figure(
        size,
        message(data, lang),
        [scale_words(first, lang)],
        [_note(data, hidden, lang), source_line(scenario_label(data.first, lang), lang)],
        subtitle=translate(
            "plan_search_subtitle",
            lang,
            first=capital(_with_prices(data, lang)),
            second=aim_words(second, lang),
        ),
        entries=[_entries(data, lang)],
        under=[scale_words(second, lang)],
    )
    _points(layout, data, lang)
    return finish(layout)


def scale_words(aim: AimText, lang: Language) -> str:
    """Return what a scale shows, with its unit."""
    unit = {BILLION: "axis_billion", MILLION: "axis_million_nights", 0.01: "axis_percent"}
    words = aim_words(aim, lang)
    key = unit.get(unit_of(aim))
    return f"{words} [{translate(key, lang)}]" if key else words


def _with_prices(data: StudyData, lang: Language) -> str:
    """Return what is least, with its unit and the prices that it is in."""
    first = aims(data)[0]
    words = scale_words(first, lang)
    if first.unit != "EUR":
        return words
    return f"{words.removesuffix(']')}, {prices_label(data.first, lang)}]"


def message(data: StudyData, lang: Language) -> str:
    """Return the title: the value of the best plan, or that there is none, or the front."""
    plan, (first, *_) = shown(data), aims(data)
    front = rows_of(data, "front")
    if len(aims(data)) > 1 and front:
        words = (aim_words(aim, lang) for aim in aims(data))
        a, b = words
        return translate("plan_search_message_front", lang, n=len(front), first=a, second=b)
    if plan is None or plan["kind"] != "best":
        return translate("plan_search_message_none", lang, n=number(len(_tried(data)), lang))
    value = value_words(first, float(plan[first.column]), lang)
    return translate("plan_search_message", lang, aim=aim_words(first, lang), value=value)


def _note(data: StudyData, hidden: int, lang: Language) -> str:
    """Return on which replications plans are drawn, and the simulation error of what was found."""
    n, others = (number(one, lang) for one in (data.settings.replications, data.asked["accept"]))
    plan = shown(data) or rows_of(data, "as_is")[0]
    up, across = (_error(aim, plan, lang) for aim in (aims(data)[0], along(data)))
    note = translate("plan_search_note", lang, n=n, others=others, up=up, along=across)
    if not hidden:
        return note
    key = "plan_search_hidden" if hidden > 1 else "plan_search_hidden_one"
    return f"{note} {translate(key, lang, n=number(hidden, lang))}"


def _error(aim: AimText, plan: Row, lang: Language) -> str:
    """Return half the 95% interval of an aim, with its unit."""
    half = (float(plan[f"{aim.column}_high"]) - float(plan[f"{aim.column}_low"])) / 2
    if aim.statistic == "p":
        return translate("plan_search_points", lang, n=number(100 * half, lang, 1))
    return value_words(aim, half, lang)


def _entries(data: StudyData, lang: Language) -> list[LegendEntry]:
    tried = _tried(data)
    key = "within" if limits(data) else "tried"
    found = []
    if tried["within"].any():
        found.append(LegendEntry(WITHIN, translate(f"plan_search_mark_{key}", lang)))
    if not tried["within"].all():
        found.append(LegendEntry(BEYOND, translate("plan_search_mark_beyond", lang)))
    found.append(LegendEntry(AS_IS, translate("plan_search_as_is", lang)))
    if rows_of(data, "best"):
        found.append(LegendEntry(BEST, translate("plan_search_mark_best", lang)))
    if rows_of(data, "front"):
        found.append(LegendEntry(FRONT, translate("plan_search_mark_front", lang)))
    if rows_of(data, "refused"):
        found.append(LegendEntry(REFUSED, translate("plan_search_mark_refused", lang)))
    return found


def _tried(data: StudyData) -> pd.DataFrame:
    """Return the plans tried that have outcomes."""
    tried = data.table("tried")
    return tried[tried[aims(data)[0].column].notna()]


def _xy(data: StudyData, rows: pd.DataFrame, of: str = "") -> tuple[Floats, Floats]:
    """Return where plans are, along the page and up it; ``_search``: on those of the search."""
    first, second = aims(data)[0], along(data)
    return (
        rows[f"{second.column}{of}"].to_numpy(float) / unit_of(second),
        rows[f"{first.column}{of}"].to_numpy(float) / unit_of(first),
    )


def _ranges(data: StudyData) -> list[tuple[float, float]]:
    """Return the ends of both scales: all on the second set, and most of what was tried."""
    marked = data.table("plans")
    tried = _tried(data)
    ends = []
    for place, (on, off) in enumerate(zip(_xy(data, marked), _xy(data, tried), strict=True)):
        low = min(float(on.min()), float(off.min()))
        high = max(float(on.max()), float(np.quantile(off, INSIDE)))
        if place == 0 and limits(data) and limits(data)[0].aim == along(data):
            most = limits(data)[0].most / unit_of(along(data))
            low, high = min(low, most), max(high, most)
        wide = max(high - low, 0.02 * max(abs(high), abs(low)), 1e-6)
        ends.append((low - ROOM * wide, high + ROOM * wide))
    return ends


def _outside(data: StudyData) -> int:
    """Return how many of the plans tried lie outside the scales."""
    x, y = _xy(data, _tried(data))
    (left, right), (bottom, top) = _ranges(data)
    return int(((x < left) | (x > right) | (y < bottom) | (y > top)).sum())


def _points(layout: FigureLayout, data: StudyData, lang: Language) -> None:
    size, (axes,) = layout.size, layout.panels
    tried = _tried(data)
    x, y = _xy(data, tried)
    within = tried["within"].to_numpy(bool)
    for here, mark, order in ((~within, BEYOND, 2), (within, WITHIN, 3)):
        axes.scatter(
            x[here], y[here], s=(0.36 * size.text) ** 2, marker=mark.marker, zorder=order,
            facecolors=mark.inside or mark.colour, edgecolors=mark.colour,
            linewidths=0.35 * size.line, alpha=0.7,
        )  # fmt: skip
    (left, right), (bottom, top) = _ranges(data)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    _limit_line(axes, data, size)
    for kind, mark in (("refused", REFUSED), ("as_is", AS_IS), ("best", BEST), ("front", FRONT)):
        _marked(axes, data, kind, mark, size)
    number_scale(axes.yaxis, lang)
    number_scale(axes.xaxis, lang, 7)
    finish(layout)
    if limits(data) and limits(data)[0].aim == along(data):
        limit = limits(data)[0]
        text = translate("plan_search_mark_limit", lang, most=most_words(limit, lang))
        heights = (bottom + share * (top - bottom) for share in (0.05, 0.95, 0.5))
        at = [(limit.most / unit_of(limit.aim), height) for height in heights]
        name_point(layout, axes, text, at)


def _limit_line(axes: Axes, data: StudyData, size: ChartSize) -> None:
    """Draw the limit that the scale along the page is of."""
    second = along(data)
    for limit in limits(data):
        if limit.aim == second:
            axes.axvline(limit.most / unit_of(second), color=LIMIT.colour, zorder=1,
                         linestyle=(0, LIMIT.dashes), linewidth=0.7 * size.line)  # fmt: skip


def _marked(axes: Axes, data: StudyData, kind: str, mark: Swatch, size: ChartSize) -> None:
    """Draw plans on the second set, each with a line from where it seemed to be in the search."""
    found = rows_of(data, kind)
    if not found:
        return
    rows = pd.DataFrame(found).sort_values(along(data).column)
    x, y = _xy(data, rows)
    if kind == "front":
        axes.plot(x, y, color=mark.colour, linewidth=0.8 * size.line, zorder=5)
    if kind != "as_is":
        x_then, y_then = _xy(data, rows, "_search")
        axes.plot([x_then, x], [y_then, y], color=GREY, linewidth=0.5 * size.line, zorder=4)
    axes.plot(
        x, y, mark.marker, color=mark.colour, markerfacecolor=mark.inside or mark.colour,
        markersize=0.62 * size.text, markeredgewidth=0.5 * size.line, zorder=6,
    )  # fmt: skip


def words(data: StudyData, lang: Language) -> str:
    """Describe the chart in a sentence or two, with its numbers."""
    first, second = aims(data)[0], along(data)
    told = []
    for kind in ("as_is", "best", "front"):
        rows: list[dict[Any, Any]] = rows_of(data, kind)
        told += [_told(data, row, (first, second), lang) for row in (rows[:1] + rows[1:][-1:])]
    return translate(
        "alt_plan_search",
        lang,
        n=number(len(_tried(data)), lang),
        title=message(data, lang),
        told=capital(listed(told)),
    )


def _told(data: StudyData, row: Row, shown_aims: tuple[AimText, AimText], lang: Language) -> str:
    as_is = row["kind"] == "as_is"
    plan = translate("plan_search_as_is", lang) if as_is else plan_words(data, row, lang)
    first, second = shown_aims
    return translate(
        "alt_plan_search_one",
        lang,
        plan=plan,
        first=f"{aim_words(first, lang)} {value_words(first, float(row[first.column]), lang)}",
        second=f"{aim_words(second, lang)} {value_words(second, float(row[second.column]), lang)}",
    )

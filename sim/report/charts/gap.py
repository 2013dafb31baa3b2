"""Cost beside the budget for each year, and the shortfall or surplus with its interval."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...model.sampling import Floats
from ..i18n import Language, billion, number, translate
from ..run_tables import headline_rows, prices_label
from ..style import BLUE, DARK, GREY, SAND, ChartSize
from .data import RunData
from .elements import BILLION, listed, run_notes
from .layout import (
    POINTS,
    FigureLayout,
    LegendEntry,
    Swatch,
    finish,
    inches_of,
    new_figure,
    text_height,
    widest,
    wrapped,
)
from .scales import number_scale, year_scale, zero_line

HATCH = "////"
WIDTH = 0.26
"""Width of a bar [years]; the gap stands between the two of a year."""
APART = 0.25
"""Distance of the middle of a bar from the middle of its year."""
NOTHING = 0.05 * BILLION
"""Gap that is nought in the one decimal that is shown [EUR]."""
Wording = Literal["band", "words", "sign", "nothing"]
WORDINGS: tuple[Wording, ...] = get_args(Wording)
"""How a gap is written: with its interval, in words, as a signed number, or not at all."""
COST, BUDGET, GAP = Swatch(BLUE), Swatch(SAND, HATCH), Swatch(DARK, line=True, marker="o")
MESSAGES = {
    "shortfall": "chart_gap_shortfall",
    "surplus": "chart_gap_surplus",
    "even": "chart_gap_even",
}
IN_WORDS = {"shortfall": "gap_shortfall", "surplus": "gap_surplus"}
BASELINE = Swatch("C9")
BASELINE_COLUMNS = ("cost_p50", "budget")
BASELINE_SHIFT = 0.07
"""How far the bars of the baseline stick out beside those of the run [years]."""
PALE = 0.45
"""Opacity of the cost of a year without a budget."""


def is_drawable(run: RunData) -> bool:
    """Return whether a run has a year with a cost."""
    return not run.budget.empty and len(headline_rows(run.budget, run.scenario)) > 0


def draw(run: RunData, size: ChartSize, lang: Language) -> Figure:
    """Draw the median cost beside the budget, and between them the gap with its interval."""
    scenario = run.scenario
    rows = headline_rows(run.budget, scenario).reset_index(drop=True)
    prices = prices_label(scenario, lang)
    layout = new_figure(
        size,
        message(rows, lang),
        [translate("chart_gap_axis", lang, prices=prices)],
        run_notes(run, "", lang),
        subtitle=translate(
            "chart_gap_subtitle",
            lang,
            level=translate(f"level_{scenario.prices.level}", lang),
            vintage=getattr(scenario.headline.title, lang),
            prices=prices,
        ),
        entries=[
            [
                LegendEntry(COST, translate("cost", lang)),
                LegendEntry(BUDGET, translate("budget", lang)),
                LegendEntry(GAP, translate("chart_gap_mark", lang)),
                *_baseline_entry(run, lang),
            ]
        ],
    )
    axes = layout.panels[0]
    years = rows["year"].to_numpy(float)
    tops = np.zeros(len(rows))
    if run.baseline is not None:
        tops = _draw_baseline(axes, run.baseline, size)
    tops = np.maximum(tops, _draw_bars(axes, rows, size))
    lows = _draw_gaps(axes, rows, size)
    tops = np.fmax(tops, rows["gap_p90"].to_numpy(float) / BILLION)
    axes.set_xlim(years[0] - 0.55, years[-1] + 0.55)
    axes.tick_params(axis="x", length=0)
    zero_line(axes.yaxis)
    axes.spines["bottom"].set_visible(False)
    low, high = float(lows.min()), max(float(tops.max()), 0.1)
    axes.set_ylim(low - 0.2 * high if low < 0 else 0, 1.25 * high)
    number_scale(axes.yaxis, lang, 6)
    year_scale(axes.xaxis, [int(year) for year in years])
    finish(layout)
    _write_gaps(layout, rows, tops, lows, lang)
    return layout.figure


def message(rows: pd.DataFrame, lang: Language) -> str:
    """Return the title: the first year with a shortfall, or else the last with a budget."""
    known = rows[rows["budget"].notna()]
    if known.empty:
        row = rows.iloc[-1]
        cost = number(row["cost_p50"] / BILLION, lang, 1)
        return translate("chart_gap_alone", lang, amount=cost, year=int(row["year"]))
    short = known[known["gap_p50"] >= NOTHING]
    row = short.iloc[0] if len(short) else known.iloc[-1]
    kind = _kind(float(row["gap_p50"]))
    amount = number(abs(row["gap_p50"]) / BILLION, lang, 1)
    return translate(MESSAGES[kind], lang, amount=amount, year=int(row["year"]))


def _kind(gap: float) -> str:
    """Return what a gap is: a shortfall, a surplus, or neither."""
    if abs(gap) < NOTHING:
        return "even"
    return "shortfall" if gap > 0 else "surplus"


def _draw_bars(axes: Axes, rows: pd.DataFrame, size: ChartSize) -> Floats:
    """Draw cost and budget of each year; return their heights. Without a budget cost is pale."""
    years = rows["year"].to_numpy(float)
    cost, budget = (rows[name].to_numpy(float) / BILLION for name in ("cost_p50", "budget"))
    known = ~np.isnan(budget)
    for shown, opacity in ((known, 1.0), (~known, PALE)):
        axes.bar(years[shown] - APART, cost[shown], WIDTH, color=COST.colour, alpha=opacity)
    axes.bar(
        years + APART, budget, WIDTH, color=BUDGET.colour, edgecolor=DARK, hatch=BUDGET.hatch,
        linewidth=0.4 * size.line,
    )  # fmt: skip
    found: Floats = np.maximum(cost, np.nan_to_num(budget))
    return found


def _draw_gaps(axes: Axes, rows: pd.DataFrame, size: ChartSize) -> Floats:
    """Draw the median gap of each year with its 80% interval; return the lowest ends below zero."""
    years = rows["year"].to_numpy(float)
    low, middle, high = (
        rows[f"gap_{name}"].where(rows["budget"].notna()).to_numpy(float) / BILLION
        for name in ("p10", "p50", "p90")
    )
    axes.vlines(years, low, high, color=DARK, linewidth=0.9 * size.line, zorder=4)
    axes.plot(years, middle, "o", color=DARK, markersize=0.6 * size.text, zorder=5,
              markeredgecolor="white", markeredgewidth=0.3 * size.line)  # fmt: skip
    found: Floats = np.fmin(low, 0.0)
    return found


def _baseline_entry(run: RunData, lang: Language) -> list[LegendEntry]:
    if run.baseline is None:
        return []
    return [LegendEntry(BASELINE, translate("baseline_behind", lang))]


def _draw_baseline(axes: Axes, run: RunData, size: ChartSize) -> Floats:
    """Draw median cost and budget of the baseline in grey; return their heights.

    They stick out beside the bars of the run, so that they are seen where they are lower too.
    """
    rows = headline_rows(run.budget, run.scenario)
    heights = [np.nan_to_num(rows[name].to_numpy(float)) / BILLION for name in BASELINE_COLUMNS]
    for values, side in zip(heights, (-1, 1), strict=True):
        axes.bar(
            rows["year"].to_numpy(float) + side * (APART + BASELINE_SHIFT), values, WIDTH,
            color=BASELINE.colour, edgecolor=GREY, linewidth=0.4 * size.line,
        )  # fmt: skip
    found: Floats = np.maximum(*heights)
    return found


def _write_gaps(
    layout: FigureLayout, rows: pd.DataFrame, tops: Floats, lows: Floats, lang: Language
) -> None:
    """Write the gap of each year in as many words as its width holds.

    A shortfall stands above its interval and the bars, a surplus below its interval.
    """
    size, axes = layout.size, layout.panels[0]
    width, height = inches_of(axes)
    slot = 0.96 * width / (len(rows) + 0.1)
    large = size.small if size.brief else size.text
    for wording in WORDINGS[size.brief :]:
        texts = [
            (wrapped(bold, large, slot, bold=True), wrapped(plain, size.small, slot))
            for bold, plain in (_gap_texts(row, wording, lang) for row in rows.to_dict("records"))
        ]
        if all(widest(bold, large, bold=True) <= slot and widest(plain, size.small) <= slot
               for bold, plain in texts):  # fmt: skip
            break
    air = 0.35 * size.text
    tall = [
        air + sum(POINTS * text_height(text, points) for text, points in
                  ((bold, large), (plain, size.small)) if text)
        for bold, plain in texts
    ]  # fmt: skip
    below = [bool(gap < 0) and bool(texts[place][0]) for place, gap in enumerate(rows["gap_p50"])]
    above, under = (
        max([one / POINTS / height for one, is_below in zip(tall, below, strict=True)
             if is_below == side], default=0.0)
        for side in (False, True)
    )  # fmt: skip
    above = max(above, 0.03)
    top, low = float(tops.max()), float(lows.min())
    under = max(under, 0.03) if low < 0 else under
    span = (max(top, 0.1) - low) / max(1 - above - under, 0.2)
    axes.set_ylim(low - under * span, max(top, 0.1) + above * span)
    for (bold, plain), is_below, year, high, deep in zip(
        texts, below, rows["year"], tops, lows, strict=True
    ):
        shift = -air if is_below else air
        for text, points, weight in _stacked(bold, plain, large, size.small, is_below):
            axes.annotate(
                text, (year, deep if is_below else high), (0, shift), textcoords="offset points",
                ha="center", va="top" if is_below else "bottom", fontsize=points, weight=weight,
                linespacing=1.15,
            )  # fmt: skip
            step = POINTS * text_height(text, points)
            shift += -step if is_below else step


def _stacked(
    bold: str, plain: str, large: float, small: float, below: bool
) -> list[tuple[str, float, str]]:
    """Return the texts of a gap from its interval on: the bold one is always the upper one."""
    found = [(bold, large, "bold"), (plain, small, "normal")]
    return [one for one in (found if below else found[::-1]) if one[0]]


def _gap_texts(row: dict[Any, Any], wording: Wording, lang: Language) -> tuple[str, str]:
    """Return the gap of a year, to be written bold, and its interval; or that it has no budget."""
    if pd.isna(row["budget"]):
        return "", translate("none_set", lang) if wording in ("band", "words") else ""
    if wording == "nothing":
        return "", ""
    kind = _kind(row["gap_p50"])
    amount = number(abs(row["gap_p50"]) / BILLION, lang, 1)
    if wording == "sign":
        sign = {"even": "", "shortfall": "+", "surplus": "\N{MINUS SIGN}"}[kind]
        return sign + amount, ""
    if max(abs(row[f"gap_{q}"]) for q in ("p10", "p50", "p90")) < NOTHING:
        return translate("even", lang), ""
    low, high = _ends(row, lang)
    band = translate("from_to", lang, low=low, high=high) if wording == "band" else ""
    return _in_words(row, amount, lang), band


def _in_words(row: dict[Any, Any], amount: str, lang: Language) -> str:
    """Return a gap in words: a shortfall or a surplus of an amount."""
    kind = _kind(row["gap_p50"])
    return translate("even", lang) if kind == "even" else translate(IN_WORDS[kind], lang,
                                                                    amount=amount)  # fmt: skip


def _ends(row: dict[Any, Any], lang: Language) -> tuple[str, str]:
    """Return the 80% interval of a shortfall, or of a surplus where the median is one [EUR bn]."""
    near, far = row["gap_p10"], row["gap_p90"]
    if row["gap_p50"] <= 0:
        near, far = -far, -near
    return number(near / BILLION, lang, 1), number(far / BILLION, lang, 1)


def alt_text(run: RunData, lang: Language) -> str:
    """Describe the chart in a sentence or two, with its numbers."""
    told = []
    for row in headline_rows(run.budget, run.scenario).to_dict("records"):
        cost = billion(row["cost_p50"], lang)
        if pd.isna(row["budget"]):
            told.append(translate("alt_gap_none", lang, year=row["year"], cost=cost))
            continue
        low, high = _ends(row, lang)
        told.append(
            translate(
                "alt_gap_year",
                lang,
                year=row["year"],
                cost=cost,
                budget=billion(row["budget"], lang),
                gap=_in_words(row, billion(abs(row["gap_p50"]), lang), lang),
                low=low,
                high=high,
            )
        )
    return translate("alt_gap", lang, told=listed(told))

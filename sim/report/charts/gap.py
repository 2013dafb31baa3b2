"""Cost beside the budget for each year, and what is short or over."""

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
    EndLabel,
    FigureLayout,
    Swatch,
    finish,
    inches_of,
    label_ends,
    new_figure,
    place_labels,
    text_height,
    widest,
    wrapped,
)
from .scales import number_scale, year_scale

HATCH = "////"
WIDTH = 0.36
NOTHING = 0.05 * BILLION
"""Gap that is nought in the one decimal that is shown [EUR]."""
Wording = Literal["band", "words", "sign", "nothing"]
WORDINGS: tuple[Wording, ...] = get_args(Wording)
"""How a gap is written: with its band, in words, as a signed number, or where that is too wide,
not at all."""
COST, BUDGET = Swatch(BLUE), Swatch(SAND, HATCH)
BASELINE = Swatch("C9")
BASELINE_COLUMNS = ("cost_p50", "budget")
BASELINE_SHIFT = 0.07
"""How far the bars of the baseline stick out beside those of the run [years]."""
ROOM_FOR_GAPS = 1.4
"""Height of the scale over the highest bar before the gaps are written."""


def is_drawable(run: RunData) -> bool:
    """Return whether a run has a year with a cost."""
    return not run.budget.empty and len(headline_rows(run.budget, run.scenario)) > 0


def draw(run: RunData, size: ChartSize, lang: Language) -> Figure:
    """Draw the median cost (with its band) beside the budget, and the gap above them."""
    scenario = run.scenario
    rows = headline_rows(run.budget, scenario).reset_index(drop=True)
    level = translate(f"level_{scenario.prices.level}", lang)
    vintage = getattr(scenario.budget.vintages[scenario.budget.headline].title, lang)
    note = f"{vintage}. " + translate("chart_gap_note", lang, level=level)
    if size.brief:
        note += " " + translate("chart_gap_note_brief", lang)
    layout = new_figure(
        size,
        translate("chart_gap_title", lang),
        [translate("chart_gap_axis", lang, prices=prices_label(scenario, lang))],
        run_notes(run, note, lang),
    )
    axes = layout.panels[0]
    years = rows["year"].to_numpy(float)
    names, tops = [], np.zeros(len(rows))
    if run.baseline is not None:
        label, tops = _draw_baseline(axes, run.baseline, size, lang)
        names.append(label)
    cost, low, high, budget = (
        rows[name].to_numpy(float) / BILLION
        for name in ("cost_p50", "cost_p10", "cost_p90", "budget")
    )
    axes.bar(years - WIDTH / 2, cost, WIDTH, color=COST.colour)
    axes.vlines(years - WIDTH / 2, low, high, color=DARK, linewidth=0.7 * size.line)
    axes.bar(
        years + WIDTH / 2, budget, WIDTH, color=BUDGET.colour, edgecolor=DARK, hatch=BUDGET.hatch,
        linewidth=0.4 * size.line,
    )  # fmt: skip
    axes.set_xlim(years[0] - 0.55, years[-1] + 0.55)
    axes.tick_params(axis="x", length=0)
    tops = np.maximum(tops, np.fmax(high, np.nan_to_num(budget)))
    axes.set_ylim(0, ROOM_FOR_GAPS * max(float(tops.max()), 0.1))
    number_scale(axes.yaxis, lang, 6)
    year_scale(axes.xaxis, [int(year) for year in years])
    names.append(EndLabel(translate("cost", lang), float(cost[-1]), COST))
    known = budget[~np.isnan(budget)]
    if known.size:
        names.append(EndLabel(translate("budget", lang), float(known[-1]), BUDGET))
    label_ends(layout, 0, names)
    finish(layout)
    _write_gaps(layout, rows, tops, lang)
    place_labels(layout)
    return layout.figure


def _draw_baseline(
    axes: Axes, run: RunData, size: ChartSize, lang: Language
) -> tuple[EndLabel, Floats]:
    """Draw median cost and budget of the baseline in grey; return their name and heights.

    They stick out beside the bars of the run, so that they are seen where they are lower too.
    """
    rows = headline_rows(run.budget, run.scenario)
    heights = [np.nan_to_num(rows[name].to_numpy(float)) / BILLION for name in BASELINE_COLUMNS]
    for values, side in zip(heights, (-1, 1), strict=True):
        axes.bar(
            rows["year"].to_numpy(float) + side * (WIDTH / 2 + BASELINE_SHIFT), values, WIDTH,
            color=BASELINE.colour, edgecolor=GREY, linewidth=0.4 * size.line,
        )  # fmt: skip
    name = translate("baseline_behind", lang)
    return EndLabel(name, float(heights[0][-1]), BASELINE), np.maximum(*heights)


def _write_gaps(layout: FigureLayout, rows: pd.DataFrame, tops: Any, lang: Language) -> None:
    """Write the gap above the bars of each year, in as many words as its width holds."""
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
    lifts = [air + (POINTS * text_height(plain, size.small) if plain else 0) for _, plain in texts]
    above = [(lift + air) / POINTS + text_height(bold, large)
             for lift, (bold, _) in zip(lifts, texts, strict=True)]  # fmt: skip
    room = max(top / (1 - high / height) for top, high in zip(tops, above, strict=True))
    axes.set_ylim(0, max(room, 0.1))
    for (bold, plain), lift, year, top in zip(texts, lifts, rows["year"], tops, strict=True):
        for text, up, points, weight in (
            (plain, air, size.small, "normal"),
            (bold, lift, large, "bold"),
        ):
            axes.annotate(
                text, (year, top), (0, up), textcoords="offset points", ha="center", va="bottom",
                fontsize=points, weight=weight, linespacing=1.15,
            )  # fmt: skip


def _gap_texts(row: dict[Any, Any], wording: Wording, lang: Language) -> tuple[str, str]:
    """Return the gap of a year, to be written bold, and its band, or that there is no budget."""
    if pd.isna(row["budget"]):
        return "", translate("none_set", lang) if wording in ("band", "words") else ""
    if wording == "nothing":
        return "", ""
    amount = number(abs(row["gap_p50"]) / BILLION, lang, 1)
    over = row["gap_p50"] <= 0
    if wording == "sign":
        sign = "\N{MINUS SIGN}" if over else "+"
        return amount if abs(row["gap_p50"]) < NOTHING else sign + amount, ""
    if max(abs(row[f"gap_{q}"]) for q in ("p10", "p50", "p90")) < NOTHING:
        return translate("even", lang), ""
    near, far = row["gap_p10"], row["gap_p90"]
    if over:
        near, far = -far, -near
    low, high = (number(eur / BILLION, lang, 1) for eur in (near, far))
    band = translate("from_to", lang, low=low, high=high) if wording == "band" else ""
    return translate("over" if over else "short", lang, amount=amount), band


def alt_text(run: RunData, lang: Language) -> str:
    """Describe the chart in a sentence or two, with its numbers."""
    told = []
    for row in headline_rows(run.budget, run.scenario).to_dict("records"):
        cost = billion(row["cost_p50"], lang)
        if pd.isna(row["budget"]):
            told.append(translate("alt_gap_none", lang, year=row["year"], cost=cost))
            continue
        kind = "short" if row["gap_p50"] > 0 else "over"
        gap = translate(kind, lang, amount=billion(abs(row["gap_p50"]), lang))
        if abs(row["gap_p50"]) < NOTHING:
            gap = translate("even", lang)
        told.append(
            translate(
                "alt_gap_year",
                lang,
                year=row["year"],
                cost=cost,
                budget=billion(row["budget"], lang),
                gap=gap,
            )
        )
    return translate("alt_gap", lang, told=listed(told))

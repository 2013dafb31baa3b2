"""Cost beside the budget for each year, and what is short or over."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..i18n import Language, billion, number, translate
from ..run_tables import headline_rows, prices_label
from ..style import BLUE, DARK
from .data import RunData
from .elements import listed, scale_of_numbers, scale_of_years, small_print
from .layout import POINTS, EndLabel, Mark, Sheet, fit, new_sheet, text_height, text_width, wrapped
from .size import ChartSize

SAND, HATCH = "#f2c99b", "////"
WIDTH = 0.36
BILLION = 1e9
NOTHING = 0.05 * BILLION
"""Gap that is none in the one decimal that is shown [EUR]."""
Wording = Literal["band", "words", "sign", "nothing"]
WORDINGS: tuple[Wording, ...] = get_args(Wording)
"""How a gap is told: with its band, in words, as a number with a sign, or where that is too wide,
not."""
COST, HELD = Mark(BLUE), Mark(SAND, HATCH)


def shown(subject: RunData) -> bool:
    """There must be a year with a cost."""
    return not subject.budget.empty and len(headline_rows(subject.budget, subject.scenario)) > 0


def draw(subject: RunData, look: ChartSize, lang: Language) -> Figure:
    """Median cost (with its band) beside the budget, and the gap above them."""
    scenario = subject.scenario
    rows = headline_rows(subject.budget, scenario).reset_index(drop=True)
    level = translate(f"level_{scenario.prices.level}", lang)
    vintage = getattr(scenario.budget.vintages[scenario.budget.headline].title, lang)
    note = f"{vintage}. " + translate("chart_gap_note", lang, level=level)
    if look.brief:
        note += " " + translate("chart_gap_note_brief", lang)
    sheet = new_sheet(
        look,
        translate("chart_gap_title", lang),
        [translate("chart_gap_axis", lang, prices=prices_label(scenario, lang))],
        small_print(subject, note, lang),
    )
    axes = sheet.panels[0]
    years = rows["year"].to_numpy(float)
    cost, held = rows["cost_p50"].to_numpy(float) / BILLION, rows["budget"].to_numpy(float)
    held = held / BILLION
    axes.bar(years - WIDTH / 2, cost, WIDTH, color=BLUE)
    axes.vlines(
        years - WIDTH / 2, rows["cost_p10"] / BILLION, rows["cost_p90"] / BILLION, color=DARK,
        linewidth=0.7 * look.line,
    )  # fmt: skip
    axes.bar(
        years + WIDTH / 2, held, WIDTH, color=SAND, edgecolor=DARK, hatch=HATCH,
        linewidth=0.4 * look.line,
    )  # fmt: skip
    axes.set_xlim(years[0] - 0.55, years[-1] + 0.55)
    axes.tick_params(axis="x", length=0)
    tops = np.fmax(rows["cost_p90"].to_numpy(float) / BILLION, np.nan_to_num(held))
    axes.set_ylim(0, max(float(tops.max()), 0.1))
    scale_of_numbers(axes, lang, 1 if tops.max() < 2.5 else 0)
    known = held[~np.isnan(held)]
    names = [EndLabel(translate("cost", lang), float(cost[-1]), COST)]
    if known.size:
        names.append(EndLabel(translate("budget", lang), float(known[-1]), HELD))
    fit(sheet, 0, names)
    scale_of_years(sheet, axes, [int(year) for year in years])
    _write_gaps(sheet, axes, rows, tops, lang)
    return sheet.figure


def _write_gaps(sheet: Sheet, axes: Axes, rows: pd.DataFrame, tops: Any, lang: Language) -> None:
    """What is short or over, above the bars of each year: as many words as its width holds."""
    look, figure = sheet.look, sheet.figure
    size = figure.get_size_inches()
    slot = 0.96 * axes.get_position().width * float(size[0]) / (len(rows) + 0.1)
    tall = axes.get_position().height * float(size[1])
    large = look.small if look.brief else look.text
    wordings = WORDINGS[look.brief :]
    for wording in wordings:
        texts = [
            (
                wrapped(bold, large, slot, bold=True),
                wrapped(plain, look.small, slot),
            )
            for bold, plain in (_gap_texts(row, wording, lang) for row in rows.to_dict("records"))
        ]
        if all(_widest(bold, large, bold=True) <= slot and _widest(plain, look.small) <= slot
               for bold, plain in texts):  # fmt: skip
            break
    air = 0.35 * look.text / POINTS
    above = [
        text_height(bold, large) + (text_height(plain, look.small) if plain else 0) + 2 * air
        for bold, plain in texts
    ]
    room = max(top / (1 - high / tall) for top, high in zip(tops, above, strict=True))
    axes.set_ylim(0, max(room, 0.1))
    for (bold, plain), year, top in zip(texts, rows["year"], tops, strict=True):
        lift = air * POINTS
        if plain:
            _above(axes, plain, (year, top), lift, look.small, "normal")
            lift += text_height(plain, look.small) * POINTS
        _above(axes, bold, (year, top), lift, large, "bold")


def _widest(text: str, points: float, bold: bool = False) -> float:
    """Width of the widest line of a text [inches]."""
    return max(text_width(line, points, bold) for line in text.split("\n"))


def _above(
    axes: Axes, text: str, at: tuple[float, float], lift: float, points: float, weight: str
) -> None:
    axes.annotate(
        text, at, (0, lift), textcoords="offset points", ha="center", va="bottom",
        fontsize=points, weight=weight, color=DARK, linespacing=1.15,
    )  # fmt: skip


def _gap_texts(row: dict[Any, Any], wording: Wording, lang: Language) -> tuple[str, str]:
    """The gap of a year in bold, and in plain its band, or that there is none."""
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


def words(subject: RunData, lang: Language) -> str:
    """The chart in a sentence or two, with its numbers."""
    told = []
    for row in headline_rows(subject.budget, subject.scenario).to_dict("records"):
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

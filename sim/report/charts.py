"""The two charts of a run: need and places, and cost against budget with the gap.

Drawn from tables only. Readable in grey and for the colour-blind: shades and line styles carry
what colours do, and series are labelled where they are. The same run gives the same bytes.
"""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import DateFormatter, YearLocator, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..scenario import Scenario, source_keys
from .canvas import BLUE, DARK, ORANGE, STYLE, save
from .labels import Language, billion, label, number
from .text import headline_rows, prices_label


def write(
    monthly: pd.DataFrame,
    budget: pd.DataFrame,
    scenario: Scenario,
    run_id: str,
    folder: Path,
    lang: str,
) -> None:
    """Draw both charts as PNG and SVG into ``folder``."""
    language: Language = "nl" if lang == "nl" else "en"
    folder.mkdir(parents=True)
    with mpl.rc_context(STYLE):
        save(need_chart(monthly, scenario, run_id, language), folder / "need")
        save(gap_chart(budget, scenario, run_id, language), folder / "gap")


def need_chart(monthly: pd.DataFrame, scenario: Scenario, run_id: str, lang: Language) -> Figure:
    """Need with its bands, the places there are, official forecasts and the past."""
    figure, axes = _canvas(right=0.80)
    need = _series(monthly, "need")
    days = np.array([_day(moment) for moment in need["date"]])
    axes.fill_between(days, need["p10"], need["p90"], color=BLUE, alpha=0.18, linewidth=0)
    axes.fill_between(days, need["p25"], need["p75"], color=BLUE, alpha=0.30, linewidth=0)
    axes.plot(days, need["p50"], color=BLUE, linewidth=2)
    places = _series(monthly, "places")
    axes.plot(days, places["p50"], color=DARK, linewidth=1.3, linestyle=(0, (5, 2)))
    _official(axes, lang)

    end = days[-1]
    last = need.iloc[-1]
    where = {
        label("band_80", lang): last["p90"],
        label("band_50", lang): last["p75"],
        label("median", lang): last["p50"],
        label("places_there", lang): places["p50"].iloc[-1],
    }
    axes.set_ylim(0, max(140_000.0, float(need["p90"].max()) * 1.05))
    axes.set_xlim(_day(date(2022, 10, 1)), end + 30)
    _end_labels(axes, end, where)
    axes.xaxis.set_major_locator(YearLocator())  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang)))
    axes.set_ylabel(label("chart_need_axis", lang))
    fill = number(scenario.reception.need_fill.single, lang, 2)
    note = label("need_note", lang, fill=fill)
    _finish(figure, axes, "chart_need_title", scenario, run_id, lang, note)
    return figure


def _official(axes: Axes, lang: Language) -> None:
    """Points of the official forecasts and of the past, each with its name beside it."""
    text = (resources.files("sim") / "data" / "official_need.csv").read_text("utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    named: set[str] = set()
    for row in rows:
        x, y = _day(date.fromisoformat(row["date"])), float(row["places"])
        past = row["kind"] == "past"
        second = row["edition"].endswith("II")
        marker = "o" if past else ("D" if second else "s")
        fill = DARK if past else ("white" if second else ORANGE)
        axes.plot([x], [y], marker, color=fill, markeredgecolor=DARK, markersize=5, zorder=5)
        if past and "past" not in named:
            axes.annotate(
                label("past_need", lang), (x, y), (6, -11), textcoords="offset points", fontsize=8
            )
            named.add("past")
    ends = {row["edition"]: row for row in rows if row["kind"] == "forecast"}
    for edition, row in ends.items():
        x, y = _day(date.fromisoformat(row["date"])), float(row["places"])
        axes.annotate(
            edition,
            (x, y),
            (8, -3),
            textcoords="offset points",
            fontsize=8,
        )


def _end_labels(axes: Axes, x: float, where: dict[str, float]) -> None:
    """Labels at the right end of the lines, moved apart where they would overlap."""
    low = -np.inf
    step = axes.get_ylim()[1] * 0.05
    for text, y in sorted(where.items(), key=lambda item: item[1]):
        low = max(y, low + step)
        axes.annotate(text, (x, y), (x + 45, low), fontsize=8, va="center", annotation_clip=False)


def gap_chart(budget: pd.DataFrame, scenario: Scenario, run_id: str, lang: Language) -> Figure:
    """Cost (with its band) beside the budget for each year, and what is short or over."""
    figure, axes = _canvas(right=0.985)
    headline = scenario.budget.headline
    vintage = scenario.budget.vintages[headline]
    rows = headline_rows(budget, scenario)
    x = np.arange(len(rows), dtype=float)
    width = 0.36
    cost, held = rows["cost_p50"].to_numpy() / 1e9, rows["budget"].to_numpy() / 1e9
    low, high = rows["cost_p10"].to_numpy() / 1e9, rows["cost_p90"].to_numpy() / 1e9
    axes.bar(x - width / 2, cost, width, color=BLUE)
    axes.vlines(x - width / 2, low, high, color=DARK, linewidth=1.4)
    axes.bar(
        x + width / 2, held, width, color="#f2c99b", edgecolor=DARK, hatch="////", linewidth=0.8
    )
    top = np.fmax(high, np.nan_to_num(held))
    for i, (_, row) in enumerate(rows.iterrows()):
        if pd.isna(row["budget"]):
            axes.annotate(label("none_set", lang), (x[i] + 0.04, 0.1), fontsize=7.5)
            continue
        kind = "short" if row["gap_p50"] > 0 else "over"
        text = label(kind, lang, amount=billion(abs(row["gap_p50"]), lang))
        at = (x[i], top[i])
        near, far = row["gap_p10"], row["gap_p90"]
        if kind == "over":
            near, far = -far, -near
        band = label(
            "from_to", lang, low=number(near / 1e9, lang, 1), high=number(far / 1e9, lang, 1)
        )
        axes.annotate(
            text, at, (0, 17), textcoords="offset points", ha="center", fontsize=8.5, weight="bold"
        )
        axes.annotate(band, at, (0, 6), textcoords="offset points", ha="center", fontsize=8)
    for key, side, colour in (("cost", -1, "white"), ("budget", 1, DARK)):
        axes.annotate(
            label(key, lang),
            (x[0] + side * width / 2, 0.25),
            ha="center",
            va="bottom",
            rotation=90,
            color=colour,
            fontsize=9,
            weight="bold",
            bbox=None if side < 0 else {"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )
    axes.set_xlim(-0.6, len(rows) - 0.25)
    axes.set_xticks(x, [str(year) for year in rows["year"]])
    axes.tick_params(axis="x", length=0)
    axes.set_ylim(0, float(np.nanmax(top)) * 1.14)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang)))
    axes.set_ylabel(label("chart_gap_axis", lang, prices=prices_label(scenario, lang)))
    level = label(f"level_{scenario.prices.level}", lang)
    note = f"{getattr(vintage.title, lang)}. " + label("gap_note", lang, level=level)
    _finish(figure, axes, "chart_gap_title", scenario, run_id, lang, note)
    return figure


def _canvas(right: float) -> tuple[Figure, Axes]:
    """A figure for the width of a page, with room on the right for labels up to ``right``."""
    figure = Figure(figsize=(7.6, 4.5))
    FigureCanvasAgg(figure)
    left = 0.115
    return figure, figure.add_axes((left, 0.155, right - left, 0.735))


def _day(moment: date) -> float:
    """Position of a date on the axis."""
    return float(date2num(moment))  # type: ignore[no-untyped-call]


def _series(monthly: pd.DataFrame, name: str) -> pd.DataFrame:
    return monthly[(monthly["series"] == name) & (monthly["breakdown"] == "total")]


def _finish(
    figure: Figure,
    axes: Axes,
    title: str,
    scenario: Scenario,
    run_id: str,
    lang: Language,
    note: str,
) -> None:
    axes.set_title(label(title, lang), pad=14)
    sources = source_keys()
    shown = [sources[key]["number"] for key in ("EK-36600-XX-E", "OWB-2025")]
    line = label(
        "source_line",
        lang,
        title=getattr(scenario.title, lang),
        sources="; ".join(shown),
        extra="",
        id=run_id,
    )
    figure.text(0.012, 0.052, note, fontsize=7, color="#444444")
    figure.text(0.012, 0.018, line, fontsize=7, color="#444444")

"""Comparisons as a table and a chart: differences with their bands, never two bands apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from rich.table import Table

from ..decide.compare import Comparison
from ..scenario import Scenario
from .canvas import BLUE, DARK, GREY, ORANGE, STYLE, head_and_foot, page
from .labels import Language, label, number
from .text import prices_label

SHOWN = (
    ("gap", "total"),
    ("cost", "coa"),
    ("cost", "nidos"),
    ("cost", "ind"),
    ("cost", "transit"),
    ("occupancy", "total"),
    ("places", "place:emergency"),
    ("pending", "total"),
    ("waiting_months", "kind:median"),
)
"""Series of the printed table; all others are in the file."""
LARGEST_RATIO = 9_999
LEGEND_INCHES = 0.18
Dashes = tuple[float, Sequence[float]]
LINES: tuple[tuple[str, Dashes], ...] = (
    (BLUE, (0, ())),
    (ORANGE, (0, (5, 2))),
    (DARK, (0, (1, 1.5))),
    (GREY, (0, (6, 2, 1, 2))),
)


def name_of(series: str, breakdown: str, lang: Language) -> str:
    """What a reader calls a series."""
    return label(f"diff_{series}_{breakdown.replace(':', '_')}", lang)


def scaled(value: float, series: str, lang: Language) -> str:
    """A value in the unit of the table: EUR million, people and cases in full, months."""
    if series in ("gap", "cost"):
        return number(value / 1e6, lang)
    return number(value, lang, 1 if series == "waiting_months" else 0)


def difference_table(comparison: Comparison, other: str, lang: Language) -> Table:
    """By series and year: both sides, the difference with its band, how likely it is above zero."""
    rows = comparison.yearly[comparison.yearly["scenario"] == other]
    title = label("compare_title", lang, other=other, base=comparison.base)
    table = Table(title=title.replace("[", r"\["), title_justify="left")
    table.add_column("", no_wrap=False, max_width=20)
    for key in ("year", "compare_base", "compare_other", "compare_difference", "compare_band",
                "compare_chance", "compare_ratio"):  # fmt: skip
        table.add_column(label(key, lang), justify="right", no_wrap=key != "compare_ratio")
    for series, breakdown in SHOWN:
        found = rows[(rows["series"] == series) & (rows["breakdown"] == breakdown)]
        if not moves(found):
            continue
        for number_, row in enumerate(found.to_dict("records")):
            first = name_of(series, breakdown, lang) if number_ == 0 else ""
            table.add_row(first, *_cells(row, series, lang))
        table.add_section()
    return table


def moves(rows: pd.DataFrame) -> bool:
    """Whether anything differs in any replication."""
    columns = ["difference_mean", "difference_p05", "difference_p95"]
    return bool((rows[columns].to_numpy() != 0).any())


def _cells(row: Mapping[Any, Any], series: str, lang: Language) -> list[str]:
    band = label(
        "range",
        lang,
        low=scaled(row["difference_p10"], series, lang),
        high=scaled(row["difference_p90"], series, lang),
    )
    return [
        str(row["year"]),
        scaled(row["base_mean"], series, lang),
        scaled(row["other_mean"], series, lang),
        scaled(row["difference_mean"], series, lang),
        band,
        number(100 * row["p_positive"], lang) + " %",
        _ratio(row["variance_ratio"], lang),
    ]


def _ratio(ratio: float, lang: Language) -> str:
    """How much pairing achieved; nothing where nothing varies."""
    if ratio != ratio:
        return ""
    if ratio > LARGEST_RATIO:
        return f"> {number(LARGEST_RATIO, lang)}"
    return number(ratio, lang, 0 if ratio >= 10 else 1)


def still_lines(comparison: Comparison, other: str, lang: Language) -> list[str]:
    """What does not move at all, in one sentence; a comparison without a difference says so."""
    rows = comparison.yearly[comparison.yearly["scenario"] == other]
    if not moves(rows):
        return [label("compare_same", lang, other=other, base=comparison.base)]
    still = [
        name_of(series, breakdown, lang)
        for series, breakdown in SHOWN
        if not moves(rows[(rows["series"] == series) & (rows["breakdown"] == breakdown)])
    ]
    lines = [label("compare_pairing", lang)]
    return lines + ([label("compare_still", lang, names=", ".join(still))] if still else [])


def prices_notes(scenarios: Mapping[str, Scenario], lang: Language) -> list[str]:
    """A warning where scenarios state money in different prices or against different budgets."""
    seen = {
        name: (prices_label(s, lang), label(f"level_{s.prices.level}", lang),
               getattr(s.headline.title, lang))
        for name, s in scenarios.items()
    }  # fmt: skip
    if len(set(seen.values())) == 1:
        return []
    each = "; ".join(f"{name}: {', '.join(words)}" for name, words in seen.items())
    return [label("compare_prices", lang, each=each)]


def chart(comparison: Comparison, scenarios: Mapping[str, Scenario], study_id: str,
          replications: int, lang: Language) -> Figure:  # fmt: skip
    """Four panels of differences: the gap by year, people, cases and waiting time by month."""
    with mpl.rc_context(STYLE):
        others = comparison.others
        height = 5.45 + LEGEND_INCHES * len(others)
        figure = page(height)
        panels = [
            figure.add_axes((0.09 + 0.5 * (i % 2), (3.05 - 2.16 * (i // 2)) / height, 0.395,
                             1.65 / height))
            for i in range(4)
        ]  # fmt: skip
        _gap_panel(panels[0], comparison, others, lang)
        for axes, (series, breakdown, unit) in zip(panels[1:], (
            ("occupancy", "total", 1e3), ("pending", "total", 1e3),
            ("waiting_months", "kind:median", 1.0)), strict=True):  # fmt: skip
            _month_panel(axes, comparison, others, series, breakdown, unit, lang)
        _legend(figure, others, scenarios, lang)
        base = scenarios[comparison.base]
        note = label(
            "compare_note",
            lang,
            base=getattr(base.title, lang),
            prices=prices_label(base, lang),
            n=number(replications, lang),
            id=study_id,
        )
        head_and_foot(figure, label("compare_chart", lang, base=comparison.base), note)
        return figure


def _legend(figure: Figure, others: tuple[str, ...], scenarios: Mapping[str, Scenario],
            lang: Language) -> None:  # fmt: skip
    for position, other in enumerate(others):
        colour, dashes = LINES[position]
        y = 1 - (0.45 + LEGEND_INCHES * position) / float(figure.get_size_inches()[1])
        handle = mpl.lines.Line2D([0.014, 0.05], [y, y], color=colour, linestyle=dashes,
                                  linewidth=2, transform=figure.transFigure)  # fmt: skip
        figure.add_artist(handle)
        figure.text(0.058, y, getattr(scenarios[other].title, lang), fontsize=8, va="center")


def _zero(axes: Axes) -> None:
    axes.axhline(0, color=DARK, linewidth=0.9)
    axes.tick_params(labelsize=7.5)


def _gap_panel(axes: Axes, comparison: Comparison, others: tuple[str, ...], lang: Language) -> None:
    rows = comparison.yearly
    rows = rows[(rows["series"] == "gap") & (rows["breakdown"] == "total")]
    width = 0.7 / max(len(others), 1)
    years = sorted({int(year) for year in rows["year"]})
    for position, other in enumerate(others):
        colour, _ = LINES[position]
        mine = rows[rows["scenario"] == other]
        x = mine["year"].to_numpy() + (position - (len(others) - 1) / 2) * width
        low, high = mine["difference_p10"].to_numpy() / 1e9, mine["difference_p90"].to_numpy() / 1e9
        axes.bar(x, mine["difference_mean"].to_numpy() / 1e9, 0.8 * width, color=colour, alpha=0.75)
        axes.vlines(x, low, high, color=DARK, linewidth=1.2)
    axes.set_xticks(years, [str(year) for year in years])
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang, 1)))
    axes.set_title(label("compare_gap_axis", lang), fontsize=9)
    _zero(axes)


def _month_panel(axes: Axes, comparison: Comparison, others: tuple[str, ...], series: str,
                 breakdown: str, unit: float, lang: Language) -> None:  # fmt: skip
    rows = comparison.monthly
    rows = rows[(rows["series"] == series) & (rows["breakdown"] == breakdown)]
    for position, other in enumerate(others):
        colour, dashes = LINES[position]
        mine = rows[rows["scenario"] == other]
        days = mine["date"].to_numpy()
        low, middle, high = (mine[f"difference_{q}"].to_numpy() / unit
                             for q in ("p10", "mean", "p90"))  # fmt: skip
        axes.fill_between(days, low, high, color=colour, alpha=0.2, linewidth=0)
        axes.plot(days, middle, color=colour, linestyle=dashes, linewidth=1.8)
    top = max(float(np.abs(axes.get_ylim()).max()), 1e-6)
    axes.xaxis.set_major_locator(YearLocator())  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))  # type: ignore[no-untyped-call]
    decimals = 0 if top > 8 else 1
    if not moves(rows):
        axes.set_ylim(-1, 1)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang, decimals)))
    axes.set_title(label(f"compare_{series}_axis", lang), fontsize=9)
    _zero(axes)

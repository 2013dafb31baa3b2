"""The scorecard: hindcasts of the program, official and naive forecasts, and what came."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from rich.table import Table

from ..past import (
    NAIVE,
    SERIES,
    Coverage,
    Forecast,
    actual,
    coverage,
    decided,
    forecasts,
    official_cells,
    summary,
    worse,
)
from .canvas import BLUE, DARK, ORANGE, STYLE, save_as
from .labels import Language, label, number

CHARTED = SERIES[:4]
AHEAD_CHARTED = 2
FIRST_YEAR = 2010
LOWEST = 4
"""Bars are cut where they reach below such a part of all that ever came."""
MONEY = ("spending_article_37", "spending_coa")


def score_table(cells: pd.DataFrame, lang: Language) -> Table:
    """By series and years ahead: how far off each forecaster was, and how often bands held.

    A naive forecaster stands beside the program only where it has all of its cells.
    """
    title = label("score_title", lang)
    table = Table(title=title, title_justify="left")
    table.add_column(label("score_series", lang), overflow="fold")
    table.add_column(label("score_ahead", lang), justify="right")
    table.add_column("n", justify="right")
    for name in ("program", *NAIVE):
        table.add_column(label(f"score_{name}", lang), justify="right", overflow="fold")
    table.add_column(label("score_crps", lang), justify="right")
    table.add_column(label("score_bias", lang), justify="right")
    table.add_column(label("score_within", lang), justify="right")
    rows = {
        (r["series"], r["ahead"], r["forecaster"]): r for r in summary(cells).to_dict("records")
    }
    for series in SERIES:
        years = sorted({ahead for name, ahead, _ in rows if name == series})
        for ahead in years:
            mine = rows.get((series, ahead, "program"))
            if mine is None:
                continue
            plain = {
                name: rows[series, ahead, name]
                for name in NAIVE
                if rows.get((series, ahead, name), {}).get("n") == mine["n"]
            }
            best = min(float(row["crps"]) for row in plain.values())
            table.add_row(
                label(f"series_{series}", lang) if ahead == years[0] else "",
                str(ahead),
                str(mine["n"]),
                *[
                    percent(row["mape"], lang) if row else ""
                    for row in (mine, *(plain.get(name) for name in NAIVE))
                ],
                number(float(mine["crps"]) / best, lang, 2),
                signed(mine["bias"], lang),
                " / ".join(number(100 * mine[f"within_{band}"], lang) for band in ("50", "80")),
                end_section=ahead == years[-1],
            )
    return table


def percent(value: Any, lang: Language) -> str:
    return f"{number(100 * float(value), lang)} %"


def signed(value: Any, lang: Language) -> str:
    plus = "+" if round(100 * float(value)) > 0 else ""
    return plus + percent(value, lang)


def official_table(cells: pd.DataFrame, lang: Language) -> Table:
    """Each official forecast beside the program put on the day it came out."""
    table = Table(title=label("official_title", lang), title_justify="left")
    for key in ("score_series", "official_edition", "official_target"):
        table.add_column(label(key, lang), overflow="fold")
    for key in ("official_came", "official_said", "official_off", "score_program",
                "official_program_off", "official_band"):  # fmt: skip
        table.add_column(label(key, lang), justify="right")
    for row in official_cells(cells).to_dict("records"):
        unit = 1e6 if row["series"] in MONEY else 1.0

        def amount(key: str, row: dict[Any, Any] = row, unit: float = unit) -> str:
            return number(float(row[key]) / unit, lang)

        table.add_row(
            label(f"series_{row['series']}", lang),
            row["edition"],
            str(row["target"]),
            amount("came"),
            amount("official"),
            signed(row["official_error"] / row["came"], lang),
            amount("program"),
            signed(row["program_error"] / row["program_came"], lang),
            label("range", lang, low=amount("low_80"), high=amount("high_80")),
        )
    return table


def process_table(found: pd.DataFrame, lang: Language) -> Table:
    """The processes of inflow, scored on the same origins, with the choice."""
    table = Table(title=label("process_title", lang), title_justify="left")
    for key in ("process_start", "process_name"):
        table.add_column(label(key, lang), overflow="fold")
    for key in ("process_parameters", "process_crps", "process_error"):
        table.add_column(label(key, lang), justify="right")
    for ahead in (1, 2, 3, 4):
        table.add_column(label("process_ahead", lang, n=ahead), justify="right")
    table.add_column(label("process_within", lang), justify="right")
    rows = found.to_dict("records")
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        mark = " *" if row["chosen"] else ""
        table.add_row(
            label(f"start_{row['start']}", lang),
            label(f"process_{row['process']}", lang) + mark,
            str(row["parameters"]),
            number(float(row["crps"]), lang),
            number(float(row["standard_error"]), lang),
            *[number(float(row[f"crps_{ahead}"]), lang) for ahead in (1, 2, 3, 4)],
            percent(row["within_80"], lang),
            end_section=following is not None and following["start"] != row["start"],
        )
    return table


def verdict(cells: pd.DataFrame, official: pd.DataFrame, lang: Language) -> list[str]:
    """What the scorecard says, plainly: coverage, against the naive, against the officials."""
    found = coverage(cells)
    lines = [_coverage_line(found, lang)]
    found_worse: dict[str, dict[str, list[int]]] = {}
    for series, ahead, name, _ in worse(summary(cells)):
        found_worse.setdefault(series, {}).setdefault(name, []).append(ahead)
    for series, by_name in found_worse.items():
        names = [
            f"{label(f'score_{name}', lang)} ({', '.join(map(str, sorted(years)))})"
            for name, years in sorted(by_name.items())
        ]
        title = label(f"series_{series}", lang)
        lines.append(label("score_worse", lang, series=title, names=", ".join(names)))
    pairs = official_cells(official)
    for series in pairs["series"].unique():
        rows = pairs[pairs["series"] == series]
        mine, theirs = rows["program_percentage"], rows["official_percentage"]
        lines.append(
            label(
                "official_verdict",
                lang,
                series=label(f"series_{series}", lang),
                nearer=int((mine < theirs).sum()),
                n=len(rows),
                program=percent(mine.mean(), lang),
                official=percent(theirs.mean(), lang),
            )
        )
    return lines


def _coverage_line(found: Coverage, lang: Language) -> str:
    return label(
        "coverage_line" if decided(found) else "coverage_open",
        lang,
        share=percent(found.share, lang),
        low=percent(found.low, lang),
        high=percent(found.high, lang),
        cells=found.cells,
        origins=found.origins,
        p=number(found.p_value, lang, 2),
    )


def chart(cells: pd.DataFrame, lang: Language, replications: int) -> Figure:
    """What came, and what the program said two years ahead, with 80 % bands, in four panels."""
    figure = Figure(figsize=(9.6, 7.2))
    FigureCanvasAgg(figure)
    program = cells[(cells["forecaster"] == "program") & (cells["ahead"] == AHEAD_CHARTED)]
    for position, series in enumerate(CHARTED):
        axes = figure.add_axes(
            (0.07 + 0.48 * (position % 2), 0.53 - 0.43 * (position // 2), 0.44, 0.34)
        )
        _panel(axes, program[program["series"] == series], series, lang)
    figure.text(0.012, 0.955, label("score_chart_title", lang), fontsize=12, weight="bold")
    note = textwrap.fill(label("score_chart_note", lang, n=number(replications, lang)), 150)
    figure.text(0.012, 0.012, note, fontsize=7, color="#444444")
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, series: str, lang: Language) -> None:
    last = int(rows["target"].max())
    observed = {year: actual(series, year) for year in range(FIRST_YEAR, last + 1)}
    years = [year for year, value in observed.items() if value is not None]
    came = [value for value in observed.values() if value is not None]
    axes.vlines(
        rows["target"], rows["low_80"], rows["high_80"], color=BLUE, alpha=0.35, linewidth=7
    )
    axes.plot(rows["target"], rows["forecast"], "o", color=BLUE, markersize=4.5)
    axes.plot(years, came, color=DARK, linewidth=1.6)
    axes.annotate(
        label("score_came", lang), (years[0], came[0]), (0, 6),
        textcoords="offset points", fontsize=7.5, color=DARK,
    )  # fmt: skip
    said = _officials(series)
    axes.plot([f.target.year for f in said], [f.central for f in said], "D", color=ORANGE,
              markersize=4, markerfacecolor="none")  # fmt: skip
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(FixedLocator([1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v / 1e3, lang)))
    axes.set_ylim(bottom=max(float(rows["low_80"].min()), min(came) / LOWEST) * 0.9)
    axes.set_xlim(FIRST_YEAR - 0.5, last + 0.7)
    axes.set_title(label(f"series_{series}", lang), fontsize=9.5)
    axes.tick_params(labelsize=7.5)


def _officials(series: str) -> Sequence[Forecast]:
    """Official forecasts that came out before the year they are of."""
    return [f for f in forecasts() if f.series == series and f.published.year < f.target.year]


def write(file: Path, cells: pd.DataFrame, lang: Language, replications: int) -> None:
    """Draw the chart into a PNG or SVG file."""
    with mpl.rc_context(STYLE):
        save_as(chart(cells, lang, replications), file)

"""Budget vintages beside each other: the total and its parts by year, at one price level."""

from __future__ import annotations

import hashlib

import pandas as pd
from matplotlib.figure import Figure

from ...scenario import ADDENDS, Scenario
from ..display_names import line_label
from ..i18n import Language, billion, number, translate
from ..style import BLUE, DARK, ORANGE, SAND, ChartSize, chart_style
from ..vintages import gross_note, ordered, percent, title_of, vintages_table
from .data import RunData
from .elements import BILLION, listed, run_notes, source_line, title_of_scenario
from .layout import FigureLayout, LegendEntry, Swatch, finish, new_figure, widest
from .scales import number_scale, year_scale

LINES = ("total", *ADDENDS)
LOOKS = (
    Swatch("C9", "..."),
    Swatch(SAND, "////"),
    Swatch(BLUE),
    Swatch(DARK),
    Swatch("C6", "\\\\\\\\"),
    Swatch(ORANGE),
)
"""Looks of the vintages; of more than these the last published are drawn."""
GROUP = 0.84
"""Share of a year's place that its bars take."""


def is_drawable(run: RunData) -> bool:
    """Return whether the scenario of a run has vintages with an amount for a part of the total."""
    return _drawn(run.scenario) != []


def draw(run: RunData, size: ChartSize, lang: Language) -> Figure:
    """Draw the vintages of a run's scenario."""
    return _draw(run.scenario, run_notes(run, _note(run.scenario, lang), lang), size, lang)


def alt_text(run: RunData, lang: Language) -> str:
    """Describe the chart: each year's total by vintage, or its parts where there is no total."""
    return words(run.scenario, lang)


def draw_scenario(
    scenario: Scenario, size: ChartSize, lang: Language, prices: int | None = None
) -> Figure:
    """Draw the vintages of a scenario, without a run."""
    notes = [_note(scenario, lang), source_line(title_of_scenario(scenario, lang), lang)]
    with chart_style(size):
        return _draw(scenario, notes, size, lang, prices)


def id_of(scenario: Scenario, prices: int | None = None) -> str:
    """Return a short hash of the table."""
    text = vintages_table(scenario, prices).to_csv(
        index=False, float_format="%.15g", lineterminator="\n"
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _drawn(scenario: Scenario) -> list[str]:
    """Names of the vintages that are drawn: the last published that have an amount."""
    vintages = scenario.budget.vintages
    found = [name for name in ordered(scenario) if set(ADDENDS) & set(vintages[name].lines)]
    return found[-len(LOOKS) :]


def _note(scenario: Scenario, lang: Language) -> str:
    names = _drawn(scenario)
    left_out = len(ordered(scenario)) - len(names)
    parts = [translate("vintages_note", lang), gross_note(scenario, names, lang)]
    if left_out:
        parts.append(translate("vintages_left_out", lang, n=left_out))
    return " ".join(part for part in parts if part)


def _draw(
    scenario: Scenario,
    notes: list[str],
    size: ChartSize,
    lang: Language,
    prices: int | None = None,
) -> Figure:
    found = vintages_table(scenario, prices)
    names = _drawn(scenario)
    entries = [
        LegendEntry(look, title_of(scenario, name, lang))
        for name, look in zip(names, LOOKS, strict=False)
    ]
    lines = LINES[:1] if size.brief or size.height_inches else LINES
    level = translate("prices_of", lang, year=found["prices"].iloc[0])
    heads = [line_label(line, lang) for line in lines]
    layout = new_figure(
        size,
        message(scenario, found, lang),
        heads,
        notes,
        subtitle=translate("chart_vintages_subtitle", lang, prices=level),
        columns=1,
        plots=() if len(lines) == 1 else [0.6 * size.plot_inches] * len(lines),
        entries=[entries, *[()] * (len(lines) - 1)],
    )
    years = sorted({int(year) for year in found.loc[found["line"].isin(lines), "year"]})
    shown = found[found["vintage"].isin(names)]
    for panel, line in enumerate(lines):
        _bars(layout, panel, shown[shown["line"] == line], names, years, lang)
    finish(layout)
    for panel, line in enumerate(lines):
        _changes(layout, panel, shown[shown["line"] == line], years, lang)
    return layout.figure


def message(scenario: Scenario, found: pd.DataFrame, lang: Language) -> str:
    """Return the title: the total of the last vintage in its first and its last year."""
    name = _drawn(scenario)[-1]
    rows = found[(found["vintage"] == name) & (found["line"] == LINES[0])].sort_values("year")
    if rows.empty:
        return translate("vintages_title", lang)
    (begin, first), (end, last) = (
        (int(row["year"]), number(row["amount_at_prices"] / BILLION, lang, 1))
        for row in (rows.iloc[0], rows.iloc[-1])
    )
    title = title_of(scenario, name, lang)
    return translate("chart_vintages_message", lang, title=title, first=first, begin=begin,
                     last=last, end=end)  # fmt: skip


def _bars(
    layout: FigureLayout,
    panel: int,
    rows: pd.DataFrame,
    names: list[str],
    years: list[int],
    lang: Language,
) -> None:
    """Draw a bar for each vintage and year."""
    size, axes = layout.size, layout.panels[panel]
    wide = GROUP / len(names)
    for place, (name, look) in enumerate(zip(names, LOOKS, strict=False)):
        these = rows[rows["vintage"] == name]
        left = these["year"].to_numpy(float) - GROUP / 2 + (place + 0.5) * wide
        axes.bar(
            left, these["amount_at_prices"].to_numpy(float) / BILLION, 0.92 * wide,
            color=look.colour, edgecolor=DARK, hatch=look.hatch, linewidth=0.3 * size.line,
        )  # fmt: skip
    top = float(rows["amount_at_prices"].max()) / BILLION if len(rows) else 0.0
    axes.set_xlim(years[0] - 0.55, years[-1] + 0.55)
    axes.set_ylim(0, max(1.22 * top, 0.1))
    axes.tick_params(axis="x", length=0)
    number_scale(axes.yaxis, lang, 5)
    year_scale(axes.xaxis, years)


def _changes(
    layout: FigureLayout, panel: int, rows: pd.DataFrame, years: list[int], lang: Language
) -> None:
    """Write above each year what the last published vintage changed, where that has room."""
    size, axes = layout.size, layout.panels[panel]
    width = axes.get_window_extent().width / layout.figure.dpi
    slot = width / (len(years) + 0.1)
    for year, these in rows.groupby("year"):
        last = these.iloc[-1]
        text = percent(float(last["change"]), lang)
        if not text or widest(text, size.small) > slot:
            continue
        axes.annotate(
            text, (float(str(year)), float(these["amount_at_prices"].max()) / BILLION),
            (0, 0.3 * size.text), textcoords="offset points", ha="center", va="bottom",
            fontsize=size.small, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )  # fmt: skip


def words(scenario: Scenario, lang: Language, prices: int | None = None) -> str:
    """Describe the chart in words: each year and line with the amounts of the vintages."""
    found = vintages_table(scenario, prices)
    found = found[found["vintage"].isin(_drawn(scenario)) & found["line"].isin(LINES)]
    told = []
    for (line, year), rows in found.groupby(["line", "year"], sort=False):
        amounts = [
            translate(
                "named_value",
                lang,
                name=title_of(scenario, str(row["vintage"]), lang),
                value=billion(float(row["amount_at_prices"]), lang),
            )
            for row in rows.to_dict("records")
        ]
        head = f"{line_label(str(line), lang)} {year}"
        told.append(f"{head}: {', '.join(amounts)}")
    level = translate("prices_of", lang, year=found["prices"].iloc[0])
    return translate("alt_vintages", lang, prices=level, told=listed(told))

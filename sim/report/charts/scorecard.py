"""Chart of the scorecard: outcomes, and forecasts two years ahead with their 80 % interval."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence

import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from ...hindcast import SERIES, Forecast, actual, forecasts
from ..i18n import Language, number, translate
from ..style import BLUE, DARK, ORANGE, ChartSize, chart_style
from .elements import amount, cited_sources, listed
from .layout import POINTS, FigureLayout, LegendEntry, Swatch, finish, inches_of, new_figure
from .scales import set_scale, year_scale

CHARTED = SERIES[:4]
AHEAD_CHARTED = 2
FIRST_YEAR = 2010
LOWEST = 4
"""Bars are cut where they reach below such a part of all that ever came."""
CAME = Swatch(DARK, line=True)
SAID = Swatch(BLUE, line=True, marker="o", bare=True)
BAND = Swatch("#b5cde0")
OFFICIAL = Swatch(ORANGE, line=True, marker="D", inside="white", bare=True)
SCALE = (1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5)
PLOT = {"column": 1.25, "page": 1.9}


def id_of(cells: pd.DataFrame) -> str:
    """Return a short hash of hindcasts."""
    text = cells.to_csv(index=False, float_format="%.6g")
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _said(cells: pd.DataFrame, series: str) -> pd.DataFrame:
    """Return what the program forecast two years ahead."""
    program = cells[(cells["forecaster"] == "program") & (cells["ahead"] == AHEAD_CHARTED)]
    return program[program["series"] == series]


def draw(cells: pd.DataFrame, replications: int, size: ChartSize, lang: Language) -> Figure:
    """Draw a panel for each series."""
    with chart_style(size):
        return _draw(cells, replications, size, lang)


def _draw(cells: pd.DataFrame, replications: int, size: ChartSize, lang: Language) -> Figure:
    columns = 1 if size.brief else 2 if size.height_inches is None else 4
    entries = [
        LegendEntry(CAME, translate("score_came", lang)),
        LegendEntry(SAID, translate("score_said", lang)),
        LegendEntry(BAND, translate("band_80", lang)),
        LegendEntry(OFFICIAL, translate("official_forecasts", lang)),
    ]
    each = len(entries) // columns
    source = translate(
        "score_chart_source", lang, n=number(replications, lang), id=id_of(cells),
        sources=cited_sources(),
    )  # fmt: skip
    layout = new_figure(
        size,
        translate("score_chart_title", lang),
        [translate(f"series_{series}", lang) for series in CHARTED],
        [translate("score_chart_note", lang), source],
        columns=columns,
        plots=[PLOT["column" if size.brief else "page"]] * (len(CHARTED) // columns),
        entries=[entries[each * place : each * (place + 1)] for place in range(len(CHARTED))],
    )
    bands = [_panel(layout, place, _said(cells, series), series, lang)
             for place, series in enumerate(CHARTED)]  # fmt: skip
    finish(layout)
    for axes, band in zip(layout.panels, bands, strict=True):
        years = axes.get_xlim()[1] - axes.get_xlim()[0]
        band.set_linewidth(min(3.6 * size.line, 0.6 * POINTS * inches_of(axes)[0] / years))
    return layout.figure


def _panel(
    layout: FigureLayout, place: int, rows: pd.DataFrame, series: str, lang: Language
) -> LineCollection:
    """Draw a series on a logarithmic scale; return the bands, whose width depends on the layout."""
    size, axes = layout.size, layout.panels[place]
    last = int(rows["target"].max())
    observed = {year: actual(series, year) for year in range(FIRST_YEAR, last + 1)}
    years = [year for year, value in observed.items() if value is not None]
    came = [value / 1e3 for value in observed.values() if value is not None]
    target = rows["target"].to_numpy(float)
    low, high, middle = (rows[name].to_numpy(float) / 1e3
                         for name in ("low_80", "high_80", "forecast"))  # fmt: skip
    axes.set_yscale("log")
    bands = axes.vlines(target, low, high, color=BAND.colour)
    axes.plot(target, middle, SAID.marker, color=BLUE, markersize=0.55 * size.text)
    axes.plot(years, came, color=DARK, linewidth=0.9 * size.line)
    said = _officials(series)
    axes.plot([one.target.year for one in said], [one.central / 1e3 for one in said], "D",
              color=ORANGE, markersize=0.5 * size.text, markerfacecolor="white",
              markeredgewidth=0.5 * size.line)  # fmt: skip
    _, top = axes.get_ylim()
    axes.set_ylim(max(float(low.min()), min(came) / LOWEST) * 0.9, top)
    set_scale(axes.yaxis, _thousands, lambda ticks: [number(tick, lang) for tick in ticks])
    axes.set_xlim(FIRST_YEAR - 0.5, last + 0.7)
    year_scale(axes.xaxis, list(range(FIRST_YEAR, last + 1)))
    return bands


def _thousands(bottom: float, top: float) -> Iterable[list[float]]:
    """Return thousands to be named on the scale: 1, 2, 5 and so on, or the powers of ten alone."""
    ticks = [at / 1e3 for at in SCALE if bottom <= at / 1e3 <= top]
    return ticks, [tick for tick in ticks if math.log10(tick).is_integer()]


def _officials(series: str) -> Sequence[Forecast]:
    """Return official forecasts published before the year they are of."""
    return [one for one in forecasts()
            if one.series == series and one.published.year < one.target.year]  # fmt: skip


def alt_text(cells: pd.DataFrame, lang: Language) -> str:
    """Describe the chart: the forecast of the last year of each series, and the observed value."""
    parts = []
    for series in CHARTED:
        rows = _said(cells, series)
        row = rows.sort_values("target").iloc[-1]
        held = int(((rows["low_80"] <= rows["came"]) & (rows["came"] <= rows["high_80"])).sum())
        parts.append(
            translate(
                "alt_score_series",
                lang,
                series=translate(f"series_{series}", lang),
                year=row["target"],
                said=amount(float(row["forecast"]), lang),
                low=amount(float(row["low_80"]), lang),
                high=amount(float(row["high_80"]), lang),
                came=amount(float(row["came"]), lang),
                held=held,
                n=len(rows),
            )
        )
    return translate(
        "alt_score", lang, title=translate("score_chart_title", lang), told=listed(parts)
    )

"""The scorecard: what came, and what the program said two years ahead with its 80 % band."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from ...hindcast import SERIES, Forecast, actual, forecasts
from ..i18n import Language, number, translate
from ..style import BLUE, DARK, ORANGE
from .elements import amount, listed, scale_of_years, sources_named
from .layout import LEADING, POINTS, Key, Mark, Sheet, fit, new_sheet
from .size import ChartSize

CHARTED = SERIES[:4]
AHEAD_CHARTED = 2
FIRST_YEAR = 2010
LOWEST = 4
"""Bars are cut where they reach below such a part of all that ever came."""
CAME = Mark(DARK, line=True)
SAID = Mark(BLUE, line=True, marker="o", bare=True)
BAND = Mark("#b5cde0")
OFFICIAL = Mark(ORANGE, line=True, marker="D", inside="white", bare=True)
SCALE = (1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5)
PLOT = {"column": 1.25, "page": 1.9}


def id_of(cells: pd.DataFrame) -> str:
    """Identity of hindcasts: what they say."""
    text = cells.to_csv(index=False, float_format="%.6g")
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _said(cells: pd.DataFrame, series: str) -> pd.DataFrame:
    """What the program said two years ahead."""
    program = cells[(cells["forecaster"] == "program") & (cells["ahead"] == AHEAD_CHARTED)]
    return program[program["series"] == series]


def draw(cells: pd.DataFrame, replications: int, look: ChartSize, lang: Language) -> Figure:
    """A panel a series."""
    columns = 1 if look.brief else 2 if look.height_inches is None else 4
    keys = [
        Key(CAME, translate("score_came", lang)),
        Key(SAID, translate("score_said", lang)),
        Key(BAND, translate("band_80", lang)),
        Key(OFFICIAL, translate("official_forecasts", lang)),
    ]
    each = len(keys) // columns
    source = translate(
        "score_chart_source", lang, n=number(replications, lang), id=id_of(cells),
        sources=sources_named(),
    )  # fmt: skip
    sheet = new_sheet(
        look,
        translate("score_chart_title", lang),
        [translate(f"series_{series}", lang) for series in CHARTED],
        [translate("score_chart_note", lang), source],
        columns=columns,
        plots=[PLOT["column" if look.brief else "page"]] * (len(CHARTED) // columns),
        keys=[keys[each * place : each * (place + 1)] for place in range(len(CHARTED))],
    )
    for place, series in enumerate(CHARTED):
        _panel(sheet, place, _said(cells, series), series, lang)
    return sheet.figure


def _panel(sheet: Sheet, place: int, rows: pd.DataFrame, series: str, lang: Language) -> None:
    look, axes = sheet.look, sheet.panels[place]
    last = int(rows["target"].max())
    observed = {year: actual(series, year) for year in range(FIRST_YEAR, last + 1)}
    years = [year for year, value in observed.items() if value is not None]
    came = [value / 1e3 for value in observed.values() if value is not None]
    target = rows["target"].to_numpy(float)
    low, high, middle = (rows[name].to_numpy(float) / 1e3
                         for name in ("low_80", "high_80", "forecast"))  # fmt: skip
    axes.set_yscale("log")
    bands = axes.vlines(target, low, high, color=BAND.colour)
    axes.plot(target, middle, SAID.marker, color=BLUE, markersize=0.55 * look.text)
    axes.plot(years, came, color=DARK, linewidth=0.9 * look.line)
    said = _officials(series)
    axes.plot([one.target.year for one in said], [one.central / 1e3 for one in said], "D",
              color=ORANGE, markersize=0.5 * look.text, markerfacecolor="white",
              markeredgewidth=0.5 * look.line)  # fmt: skip
    _, top = axes.get_ylim()
    axes.set_ylim(max(float(low.min()), min(came) / LOWEST) * 0.9, top)
    bottom, top = axes.get_ylim()
    axes.yaxis.set_major_locator(FixedLocator(_named(sheet, place, bottom, top)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang)))
    axes.set_xlim(FIRST_YEAR - 0.5, last + 0.7)
    fit(sheet, place, [])
    year = axes.get_position().width * look.width_inches * POINTS / (last - FIRST_YEAR + 1.2)
    bands.set_linewidth(min(3.6 * look.line, 0.6 * year))
    scale_of_years(sheet, axes, list(range(FIRST_YEAR, last + 1)))


def _named(sheet: Sheet, place: int, bottom: float, top: float) -> list[float]:
    """Thousands to be named on the scale: 1, 2, 5 and so on, or the powers of ten alone."""
    decade = sheet.boxes[place].height / math.log10(top / bottom)
    close = decade * math.log10(2) < LEADING * sheet.look.text / POINTS
    return [at / 1e3 for at in SCALE if bottom <= at / 1e3 <= top
            and (not close or math.log10(at).is_integer())]  # fmt: skip


def _officials(series: str) -> Sequence[Forecast]:
    """Official forecasts that came out before the year they are of."""
    return [one for one in forecasts()
            if one.series == series and one.published.year < one.target.year]  # fmt: skip


def words(cells: pd.DataFrame, lang: Language) -> str:
    """The chart in some sentences: what was said of the last year of each series, and what came."""
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

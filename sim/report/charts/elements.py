"""What several charts of a run are made of: fans, the past, scales in words, the small print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator

from ...scenario import source_keys
from ..i18n import Language, number, translate
from ..style import BLUE, DARK, ORANGE
from .data import RunData
from .layout import NO_BREAK, EndLabel, Sheet, text_width
from .size import ChartSize

Places = npt.NDArray[np.float64]
DASHED = (5.0, 2.0)
BANDS = (("p10", "p90", 0.20), ("p25", "p75", 0.34))
"""Lower and upper quantile of each band of a fan, and how dense it is."""
MONTHS_BY_NAME = 26
"""Months up to which the scale names months, not only years."""
ROOM_ABOVE = 1.06
EVERY = (1, 2, 3, 5, 10, 100)
"""Every how many years a year may be named."""
THOUSAND = 1000
SOURCES = ("EK-36600-XX-E", "OWB-2025")


def on_axis(day: date) -> float:
    """Position of a date on an axis."""
    return float(date2num(day))  # type: ignore[no-untyped-call]


def positions(index: pd.Index[Any]) -> Places:
    """Positions of the dates of a monthly table."""
    return np.array([on_axis(moment.date()) for moment in index])


def draw_fan(axes: Axes, x: Places, table: pd.DataFrame, look: ChartSize) -> None:
    """The 80 and 50 % band of a table's rows around their median."""
    for low, high, dense in BANDS:
        lower, upper = table[low].to_numpy(float), table[high].to_numpy(float)
        axes.fill_between(x, lower, upper, color=BLUE, alpha=dense, linewidth=0)
    axes.plot(x, table["p50"].to_numpy(float), color=BLUE, linewidth=look.line)


def fan_labels(
    table: pd.DataFrame, look: ChartSize, lang: Language, decimals: int = 0
) -> list[EndLabel]:
    """Names of the bands and the median at the end of a fan, with the numbers of the end.

    Where there is little room the inner band goes without a name; the small print tells it.
    """
    last = table.iloc[-1]
    value = amount(last["p50"], lang, decimals)
    found = [EndLabel(translate("fan_median", lang, value=value), last["p50"])]
    low, high = (amount(last[q], lang, decimals) for q in ("p10", "p90"))
    if last["p90"] > last["p10"]:
        key = "fan_80_brief" if look.brief else "fan_80"
        found.append(EndLabel(translate(key, lang, low=low, high=high), last["p90"]))
        if not look.brief:
            found.append(EndLabel(translate("band_50", lang), last["p75"]))
    return found


def draw_past(
    axes: Axes, past: Sequence[tuple[date, float]], start: tuple[date, float], look: ChartSize
) -> None:
    """What was observed: dots, joined by a line up to the start; dots alone from there on."""
    before = [point for point in past if point[0] < start[0]]
    later = [point for point in past if point[0] >= start[0]]
    for points, style in (([*before, start] if before else [], "o-"), (later, "o")):
        x, y = [on_axis(day) for day, _ in points], [value for _, value in points]
        draw_dots(axes, x, y, look, style)


def draw_dots(
    axes: Axes, x: Sequence[float], y: Sequence[float], look: ChartSize, style: str = "o-"
) -> None:
    """What was observed: dots, joined by a line."""
    axes.plot(
        list(x), list(y), style, color=DARK, linewidth=0.55 * look.line,
        markersize=0.42 * look.text, zorder=5,
    )  # fmt: skip


def draw_official(axes: Axes, x: Sequence[float], y: Sequence[float], look: ChartSize) -> None:
    """Official forecasts: open diamonds."""
    axes.plot(
        list(x), list(y), "D", color="white", markeredgecolor=ORANGE,
        markeredgewidth=0.5 * look.line, markersize=0.5 * look.text, zorder=6,
    )  # fmt: skip


def scale_of_numbers(axes: Axes, lang: Language, decimals: int = 0, ticks: int = 6) -> None:
    """Numbers beside the vertical axis as the language writes them."""
    # A step of 0.25 or 2.5 would be named wrongly where its last decimal is not shown.
    steps = [1, 2, 5, 10] if decimals else [1, 2, 2.5, 5, 10]
    axes.yaxis.set_major_locator(MaxNLocator(ticks, steps=steps, integer=decimals == 0))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang, decimals)))


def scale_of_dates(sheet: Sheet, axes: Axes, lang: Language) -> None:
    """Years below the axis at their first day, or months where a run is short.

    As many as there is room for; to be called when the panel has its width.
    """
    low, high = axes.get_xlim()
    first, last = _date(low), _date(high)
    months = 12 * (last.year - first.year) + last.month - first.month
    by_name = months <= MONTHS_BY_NAME
    starts = [
        date(first.year + month // 12, month % 12 + 1, 1)
        for month in range(12 * (last.year - first.year + 1))
        if by_name or month % 12 == 0
    ]
    starts = [day for day in starts if low <= on_axis(day) <= high]
    if by_name:
        steps: tuple[int, ...] = (1, 3, 6, 12)
        every = {step: [day for day in starts if (day.month - 1) % step == 0] for step in steps}
        text = {day: _month_and_year(day, lang) for day in starts}
    else:
        steps = (1, 2, 5, 10)
        every = {step: [day for day in starts if day.year % step == 0] for step in steps}
        text = {day: str(day.year) for day in starts}
    chosen = _widest_fit(sheet, axes, [every[step] for step in steps], text)
    axes.xaxis.set_major_locator(FixedLocator([on_axis(day) for day in chosen]))
    axes.xaxis.set_major_formatter(FixedFormatter([text[day] for day in chosen]))


def _widest_fit(
    sheet: Sheet, axes: Axes, choices: Sequence[list[date]], text: dict[date, str]
) -> list[date]:
    """The first choice of dates whose names do not touch one another or leave the figure."""
    plot = axes.get_position().width * float(sheet.figure.get_size_inches()[0])
    low, high = axes.get_xlim()
    width = {day: text_width(name, sheet.look.text) for day, name in text.items()}
    for choice in choices:
        at = [(on_axis(day) - low) / (high - low) * plot for day in choice]
        pairs = zip(zip(choice, at, strict=True), list(zip(choice, at, strict=True))[1:],
                    strict=False)  # fmt: skip
        if all(b - a > 1.25 * (width[one] + width[two]) / 2 for (one, a), (two, b) in pairs):
            return choice
    return choices[-1][:1]


def scale_of_years(sheet: Sheet, axes: Axes, years: Sequence[int]) -> None:
    """Years below the axis, each at its own number, as many as there is room for.

    To be called when the panel has its width. The last year is always named; the first is not
    where its name would stand below the numbers beside the axis.
    """
    plot = axes.get_position().width * float(sheet.figure.get_size_inches()[0])
    low, high = axes.get_xlim()
    year_wide = plot / (high - low)
    name_wide = text_width("2030", sheet.look.text)
    every = next(step for step in EVERY if step * year_wide > 1.3 * name_wide)
    shown = [
        year
        for year in years
        if (years[-1] - year) % every == 0 and (year - low) * year_wide > 0.4 * name_wide
    ]
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.xaxis.set_major_formatter(FixedFormatter([str(year) for year in shown]))


def _month_and_year(day: date, lang: Language) -> str:
    month = translate(f"month_short_{day.month}", lang)
    return translate("month_and_year", lang, month=month, year=day.year)


def month_name(day: date, lang: Language) -> str:
    """The name of a date's month."""
    return translate(f"month_{day.month}", lang)


def in_words(day: date, lang: Language) -> str:
    """A date as the language writes it: 31 December 2027, 31 december 2027."""
    return translate("day_in_words", lang, day=day.day, month=month_name(day, lang), year=day.year)


def small_print(subject: RunData, note: str, lang: Language) -> list[str]:
    """Below every chart: what is shown, on which assumption it rests, its sources and its run."""
    source = translate(
        "chart_source",
        lang,
        title=getattr(subject.scenario.title, lang),
        n=number(subject.replications, lang),
        seed=subject.seed,
        id=subject.run_id,
        sources=sources_named(),
    )
    return [note, source]


def sources_named() -> str:
    """The numbers of the documents that the figures come from, none broken over two lines."""
    known = source_keys()
    return "; ".join(known[key]["number"].replace(" ", NO_BREAK) for key in SOURCES)


def amount(value: float, lang: Language, decimals: int = 0) -> str:
    """People, places or cases as they are told: from a thousand up in hundreds."""
    if decimals == 0 and abs(value) >= THOUSAND:
        value = round(value, -2)
    return number(value, lang, decimals)


def ends_of(table: pd.DataFrame) -> list[Any]:
    """The rows an alt text tells: the year end in the middle of a run, and its end."""
    last = table.index[-1]
    middle = [day for day in table.index if (day.month, day.day) == (12, 31) and day < last]
    return [*(middle[len(middle) // 2 : len(middle) // 2 + 1]), last]


def band_in_words(row: Any, lang: Language, decimals: int = 0) -> str:
    """A median with its 80 % band: 80,900 (80 % band 54,100 to 115,400)."""
    return translate(
        "alt_band",
        lang,
        middle=amount(row["p50"], lang, decimals),
        low=amount(row["p10"], lang, decimals),
        high=amount(row["p90"], lang, decimals),
    )


def listed(parts: Sequence[str]) -> str:
    """Parts of a sentence, one after the other."""
    return "; ".join(parts)


def ceiling(axes: Axes, *tops: float) -> None:
    """Let the vertical axis begin at zero, or below where something is negative."""
    top = max(*tops, 1.0)
    axes.set_ylim(0, ROOM_ABOVE * top)


def _date(position: float) -> date:
    return date(1970, 1, 1) + timedelta(days=int(position))

"""Elements that several charts share: fans, observed values, notes at the foot, names in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from importlib import metadata
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from ...results.cell import CellRef
from ...scenario import Scenario, source_keys
from ..display_names import cell_name, input_name
from ..i18n import Language, in_words, labels, number, translate
from ..style import BLUE, DARK, GREY, ORANGE, ChartSize
from ..style_sheet import tint
from .data import RunData, scaled_years
from .layout import NO_BREAK, EndLabel, LegendEntry, Swatch
from .scales import Places, on_axis

BILLION = 1e9
DASHED = (5.0, 2.0)
BANDS = (("p10", "p90", 0.20), ("p25", "p75", 0.34))
"""Lower and upper quantile of each band of a fan, and its opacity."""
DASHED_LINE = Swatch(DARK, dashes=DASHED, line=True)
ROOM_ABOVE = 1.06
THOUSAND = 1000
SOURCES = ("EK-36600-XX-E", "OWB-2025")


def shades_of_bands() -> tuple[str, str]:
    """Return the bands of a fan in a legend: the outer one, and the inner one that lies over it."""
    (*_, outer), (*_, inner) = BANDS
    wide = tint(BLUE, outer)
    return wide, tint(BLUE, inner, wide)


# -- what is drawn ----------------------------------------------------------------------------


def draw_fan(axes: Axes, x: Places, table: pd.DataFrame, size: ChartSize) -> None:
    """Draw the 80 and 50% bands of a table's rows and their median."""
    for low, high, opacity in BANDS:
        lower, upper = table[low].to_numpy(float), table[high].to_numpy(float)
        axes.fill_between(x, lower, upper, color=BLUE, alpha=opacity, linewidth=0)
    axes.plot(x, table["p50"].to_numpy(float), color=BLUE, linewidth=size.line)


def draw_baseline(
    axes: Axes, x: Places, values: pd.Series[float], size: ChartSize, lang: Language
) -> EndLabel:
    """Draw a line of the baseline in grey; return its name with the number at its end."""
    axes.plot(x, values, color="white", linewidth=1.4 * size.line)
    axes.plot(x, values, color=GREY, linewidth=0.8 * size.line)
    end = float(values.iloc[-1])
    name = translate("baseline_behind", lang)
    text = translate("named_value", lang, name=name, value=amount(end, lang))
    return EndLabel(text, end, Swatch(GREY, line=True))


def fan_labels(
    table: pd.DataFrame, size: ChartSize, lang: Language, decimals: int = 0
) -> list[EndLabel]:
    """Return the names of median and bands at the end of a fan, with the numbers there.

    In a brief chart the inner band has no name; the subtitle has both.
    """
    last = table.iloc[-1]
    value = amount(last["p50"], lang, decimals)
    wide, narrow = (Swatch(pale) for pale in shades_of_bands())
    median = translate("fan_median", lang, value=value)
    found = [EndLabel(median, last["p50"], sample=Swatch(BLUE, line=True))]
    low, high = (amount(last[q], lang, decimals) for q in ("p10", "p90"))
    if last["p90"] > last["p10"]:
        text = translate("fan_80", lang, low=low, high=high)
        found.append(EndLabel(text, last["p90"], sample=wide))
        if not size.brief:
            found.append(EndLabel(translate("band_50", lang), last["p75"], sample=narrow))
    return found


def fan_entries(table: pd.DataFrame, lang: Language, decimals: int = 0) -> list[LegendEntry]:
    """Return the same names as a legend, for panels that need their whole width."""
    last = table.iloc[-1]
    value, low, high = (amount(last[q], lang, decimals) for q in ("p50", "p10", "p90"))
    median = translate("fan_median", lang, value=value)
    found = [LegendEntry(Swatch(BLUE, line=True), median)]
    if last["p90"] > last["p10"]:
        interval = translate("fan_80_line", lang, low=low, high=high)
        found.append(LegendEntry(Swatch(shades_of_bands()[0]), interval))
    return found


def legend_day(table: pd.DataFrame, lang: Language) -> str:
    """Say of which day the numbers in the legend of a fan are."""
    return translate("chart_legend_day", lang, day=in_words(table.index[-1].date(), lang))


def draw_past(
    axes: Axes, past: Sequence[tuple[date, float]], start: tuple[date, float], size: ChartSize
) -> None:
    """Draw observed values: dots, joined by a line up to the start of the run."""
    before = [point for point in past if point[0] < start[0]]
    later = [point for point in past if point[0] >= start[0]]
    for points, style in (([*before, start] if before else [], "o-"), (later, "o")):
        x, y = [on_axis(day) for day, _ in points], [value for _, value in points]
        draw_observed(axes, x, y, size, style)


def draw_observed(
    axes: Axes, x: Iterable[float], y: Iterable[float], size: ChartSize, style: str = "o-"
) -> None:
    """Draw observed values: dots, joined by a line."""
    axes.plot(
        list(x), list(y), style, color=DARK, linewidth=0.55 * size.line,
        markersize=0.42 * size.text, zorder=5,
    )  # fmt: skip


def draw_official(axes: Axes, x: Iterable[float], y: Iterable[float], size: ChartSize) -> None:
    """Draw the official forecasts of one edition: open diamonds, joined by a thin line."""
    axes.plot(list(x), list(y), color=ORANGE, linewidth=0.4 * size.line, zorder=5.5)
    axes.plot(
        list(x), list(y), "D", color="white", markeredgecolor=ORANGE,
        markeredgewidth=0.5 * size.line, markersize=0.5 * size.text, zorder=6,
    )  # fmt: skip


def limit_from_zero(axes: Axes, *tops: float) -> None:
    """Let the vertical axis run from nought to a little above the highest value."""
    axes.set_ylim(0, ROOM_ABOVE * max(*tops, 1.0))


def write_right(axes: Axes, end: float, row: float, text: str, points: float) -> None:
    """Write a number right of the end of a bar."""
    axes.annotate(
        text, (end, row), (0.4 * points, 0), textcoords="offset points", va="center",
        fontsize=points, path_effects=[withStroke(linewidth=0.3 * points, foreground="white")],
    )  # fmt: skip


# -- notes at the foot ------------------------------------------------------------------------


def run_notes(run: RunData, note: str, lang: Language) -> list[str]:
    """Return what a reader needs to read the chart, and the source."""
    return [note, source_line(title_of_scenario(run.scenario, lang), lang)]


def source_line(title: str, lang: Language, key: str = "chart_source") -> str:
    """Return the source of a chart: the program, the scenario by its title, the documents.

    ``key`` is the label of the sentence, for a chart that is not of one scenario.
    """
    version = metadata.version("opvangsim")
    return translate(key, lang, version=version, title=title, sources=cited_sources())


def identity_of(run: RunData) -> str:
    """Return what identifies the run of a chart, for the properties of the file."""
    return f"opvangsim run {run.run_id}, {run.replications} replications, seed {run.seed}"


def scaled_note(run: RunData, table: pd.DataFrame, lang: Language) -> str:
    """Return which years of a table are shown at the pace of a whole year, if any are."""
    scaled = scaled_years(run, table)
    years = ", ".join(map(str, scaled))
    return " " + translate("chart_scaled", lang, years=years) if scaled else ""


def cited_sources() -> str:
    """Return the numbers of the documents cited, none of them broken over two lines."""
    known = source_keys()
    return "; ".join(known[key]["number"].replace(" ", NO_BREAK) for key in SOURCES)


# -- words ------------------------------------------------------------------------------------


def title_of_scenario(scenario: Scenario, lang: Language) -> str:
    """Return the title of a scenario."""
    text: str = getattr(scenario.title, lang)
    return text


def key_words(key: str, scenario: Scenario | None, lang: Language) -> str:
    """Return a key of a scenario in words, or itself where there are none."""
    try:
        if scenario is None:
            name = "input_" + key.replace(".", "_")
            return translate(name, lang) if name in labels() else key
        budget = re.fullmatch(r"budget\.vintages\.(\w+)\.lines\.(\w+)", key)
        if budget:
            title = getattr(scenario.budget.vintages[budget[1]].title, lang)
            what = translate(f"cell_budget_{budget[2]}", lang)
            return translate("cell_by", lang, what=what, vintage=title)
        return input_name(key, scenario, lang)
    except (KeyError, AttributeError):
        return key


def cell_words(address: CellRef, scenario: Scenario, lang: Language) -> str:
    """Return a cell in words, or its address where there are none."""
    try:
        return cell_name(address, scenario, lang)
    except KeyError:
        return address.cell


def amount(value: float, lang: Language, decimals: int = 0) -> str:
    """Return people, places or cases in words: from a thousand up in hundreds."""
    if decimals == 0 and abs(value) >= THOUSAND:
        value = round(value, -2)
    return number(value, lang, decimals)


def described_days(table: pd.DataFrame) -> list[Any]:
    """Return the rows that an alt text describes: the year end in the middle, and the last."""
    last = table.index[-1]
    middle = [day for day in table.index if (day.month, day.day) == (12, 31) and day < last]
    return [*(middle[len(middle) // 2 : len(middle) // 2 + 1]), last]


def band_in_words(row: Any, lang: Language, decimals: int = 0) -> str:
    """Return a median with its 80% band: 80,900 (80% band 54,100 to 115,400)."""
    return translate(
        "alt_band",
        lang,
        middle=amount(row["p50"], lang, decimals),
        low=amount(row["p10"], lang, decimals),
        high=amount(row["p90"], lang, decimals),
    )


def bands_by_day(table: pd.DataFrame, lang: Language, decimals: int = 0) -> str:
    """Return the bands of a monthly table on the days that an alt text describes."""
    return listed(
        [
            translate("alt_on", lang, day=in_words(day.date(), lang),
                  value=band_in_words(table.loc[day], lang, decimals))
            for day in described_days(table)
        ]
    )  # fmt: skip


def listed(parts: Sequence[str]) -> str:
    """Join the parts of a sentence."""
    return "; ".join(parts)

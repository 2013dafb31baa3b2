"""Chance that money is enough against the amount: one curve a budget line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..model.sampling import Floats
from ..report.charts.elements import BILLION, listed, source_line
from ..report.charts.layout import FigureLayout, LegendEntry, Swatch, finish, new_figure
from ..report.charts.names import scenario_label
from ..report.charts.scales import number_scale, set_scale
from ..report.display_names import line_label
from ..report.i18n import Language, billion, number, probability, translate
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, ORANGE, ChartSize
from ..report.style_sheet import tint
from ..scenario import Scenario

CURVE = Swatch(BLUE, line=True)
SHADE = 0.2
"""Opacity of the simulation error."""
PRESENT = Swatch(DARK, dashes=(5, 3), line=True)
ENOUGH = Swatch(ORANGE, dashes=(1, 1.5), line=True)
TALL = {1: 2.9, 2: 2.0, 3: 1.75, 4: 1.4}
"""Height of a panel by their number, so that all are on one page [inches]."""
CHANCES = ([0, 20, 40, 60, 80, 100], [0, 50, 100])
"""Ticks of the scale of chances, the densest first."""
USUAL = 0.8
"""Chance that the message names, or the next higher one that was asked for."""
WINDOW = 21
"""Percentiles over which the simulation error is averaged for the eye."""
MOST_NAMED = 3
"""Chances that the legend of a panel names; the table has them all."""


@dataclass(frozen=True)
class Panel:
    """One curve: amounts by chance, the present amount, and those enough with asked chances.

    ``curve`` has ``chance``, ``amount``, ``amount_low`` and ``amount_high`` [EUR], ``present`` is
    None without a budget.
    """

    head: str
    curve: pd.DataFrame
    present: float | None
    enough: Sequence[tuple[float, float]]


def prices(scenario: Scenario, lang: Language) -> str:
    """Name the price level of the amounts: that of the headline vintage."""
    return translate("prices_of", lang, year=scenario.headline.price_level)


def percent(chance: float, lang: Language) -> str:
    """Return a chance in percent, with no more decimals than it has."""
    value = 100 * chance
    return number(value, lang, 0 if abs(value - round(value)) < 1e-9 else 1)


def panels_of(data: StudyData, lang: Language) -> list[Panel]:
    """Return the panels of the study: one a line."""
    amounts, chances = data.table("amounts"), data.table("chances")
    result = []
    for line in data.asked["line"]:
        rows = amounts[amounts["line"] == line].to_dict("records")
        held = rows[0]["budget"]
        result.append(
            Panel(
                line_label(line, lang),
                chances[chances["line"] == line],
                None if pd.isna(held) else float(held),
                [(row["chance"], row["amount"]) for row in rows],
            )
        )
    return result


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Draw a panel a line: the chance that an amount is enough, against the amount."""
    panels, level = panels_of(data, lang), prices(data.first, lang)
    if len(panels) == 1:
        subtitle = translate("enough_subtitle", lang, what=panels[0].head, prices=level)
    else:
        subtitle = translate("enough_subtitle_panels", lang, prices=level)
    source = source_line(scenario_label(data.first, lang), lang)
    return draw_panels(panels, size, message(data, lang), subtitle, [source], lang)


def message(data: StudyData, lang: Language) -> str:
    """Return the amount of the first line that is enough, and what the budget has."""
    panel, rows = panels_of(data, lang)[0], data.table("amounts").to_dict("records")
    chance, amount = next((one for one in panel.enough if one[0] >= USUAL), panel.enough[-1])
    words_: dict[str, Any] = {"year": data.asked["year"], "p": percent(chance, lang)}
    words_ |= {"amount": billion(amount, lang), "line": panel.head}
    if panel.present is None:
        return translate("enough_message", lang, **words_)
    share = probability(float(rows[0]["p_enough"]), lang)
    budget = billion(panel.present, lang)
    return translate("enough_message_budget", lang, budget=budget, share=share, **words_)


def draw_panels(
    panels: Sequence[Panel],
    size: ChartSize,
    title: str,
    subtitle: str,
    notes: Sequence[str],
    lang: Language,
) -> Figure:
    """Draw panels one above the other, or side by side on a slide."""
    wide = size.height_inches is not None
    tall = min(TALL[len(panels)], size.plot_inches or TALL[1])
    layout = new_figure(
        size,
        title,
        [panel.head for panel in panels],
        notes,
        subtitle=subtitle,
        columns=len(panels) if wide else 1,
        plots=() if wide else [tall] * len(panels),
        entries=[_legend(panel, lang) for panel in panels],
        under=[""] * (0 if wide else len(panels) - 1)
        + [translate("axis_billion", lang)] * (len(panels) if wide else 1),
    )
    for place, panel in enumerate(panels):
        _curve(layout, place, panel, lang)
    return finish(layout)


def _legend(panel: Panel, lang: Language) -> list[LegendEntry]:
    found = []
    if panel.present is not None:
        text = translate("enough_present", lang, budget=_bn(panel.present, lang))
        found.append(LegendEntry(PRESENT, text))
    for chance, amount in panel.enough[:MOST_NAMED]:
        words = {"p": percent(chance, lang), "amount": _bn(amount, lang)}
        found.append(LegendEntry(ENOUGH, translate("enough_with", lang, **words)))
    return found


def _curve(layout: FigureLayout, place: int, panel: Panel, lang: Language) -> None:
    size, axes = layout.size, layout.panels[place]
    rows = panel.curve
    y = 100 * rows["chance"].to_numpy(float)
    middle, low, high = (
        rows[name].to_numpy(float) / BILLION for name in ("amount", "amount_low", "amount_high")
    )
    axes.fill_betweenx(y, middle - smooth(middle - low), middle + smooth(high - middle),
                       color=tint(BLUE, SHADE), linewidth=0)  # fmt: skip
    axes.plot(middle, y, color=CURVE.colour, linewidth=size.line)
    for chance, amount in panel.enough:
        at = amount / BILLION
        axes.plot([at, at], [0, 100 * chance], color=ENOUGH.colour, linewidth=size.line,
                  linestyle=(0, ENOUGH.dashes))  # fmt: skip
        axes.plot([at], [100 * chance], "o", color=ENOUGH.colour, markersize=0.5 * size.text)
    ends = [float(middle[0]), float(middle[-1])]
    if panel.present is not None:
        at = panel.present / BILLION
        axes.plot([at, at], [0, 100], color=PRESENT.colour, linewidth=0.8 * size.line,
                  linestyle=(0, PRESENT.dashes))  # fmt: skip
        ends.append(at)
    room = 0.03 * max(max(ends) - min(ends), 1e-3)
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.set_ylim(0, 100)
    number_scale(axes.xaxis, lang, 7)
    set_scale(axes.yaxis, lambda *_: CHANCES, lambda ticks: [f"{tick:.0f}%" for tick in ticks])


def smooth(widths: Floats) -> Floats:
    """Return the moving average of the half-widths of an interval along a curve.

    The error of each percentile is itself estimated from few replications: its jumps mean nothing.
    """
    window = min(WINDOW, len(widths) // 2 * 2 + 1)
    padded = np.pad(widths, window // 2, mode="edge")
    averages: Floats = np.convolve(padded, np.ones(window) / window, mode="valid")
    return averages


def _bn(eur: float, lang: Language) -> str:
    return number(eur / BILLION, lang, 2)


def words(data: StudyData, lang: Language) -> str:
    """Describe the chart in some sentences, with its numbers."""
    rows = data.table("amounts")
    told = []
    for panel in panels_of(data, lang):
        enough = [
            translate("alt_enough_at", lang, p=percent(chance, lang),
                      amount=billion(amount, lang, 2))
            for chance, amount in panel.enough
        ]  # fmt: skip
        if panel.present is not None:
            (share, *_) = rows[rows["budget"] == panel.present]["p_enough"]
            words_: dict[str, Any] = {"budget": billion(panel.present, lang, 2)}
            enough.append(translate("alt_enough_now", lang, p=probability(share, lang), **words_))
        told.append(translate("alt_part", lang, name=panel.head, value=", ".join(enough)))
    return translate("alt_enough", lang, title=message(data, lang), told=listed(told))

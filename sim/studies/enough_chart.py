"""Chance that money is enough against the amount: one curve a budget line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from ..report.charts.elements import BILLION, listed, source, title_of_scenario
from ..report.charts.layout import FigureLayout, LegendEntry, Swatch, finish, new_figure
from ..report.charts.scales import number_scale
from ..report.display_names import line_label
from ..report.i18n import Language, billion, number, probability, translate
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, ORANGE, ChartSize
from ..scenario import Scenario

CURVE, ERROR = Swatch(BLUE, line=True), Swatch("#d5e2ec")
PRESENT = Swatch(DARK, dashes=(5, 3), line=True)
ENOUGH = Swatch(ORANGE, dashes=(1, 1.5), line=True)
TALL = {1: 2.9, 2: 2.0, 3: 1.75, 4: 1.4}
"""Height of a panel by their number, so that all are on one page [inches]."""
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
    notes = [
        translate("enough_note", lang, prices=prices(data.first, lang)),
        source(data, title_of_scenario(data.first, lang), lang),
    ]
    title = translate("enough_chart", lang, year=data.asked["year"])
    return draw_panels(panels_of(data, lang), size, title, notes, lang)


def draw_panels(
    panels: Sequence[Panel], size: ChartSize, title: str, notes: Sequence[str], lang: Language
) -> Figure:
    """Draw panels one above the other, or side by side on a slide."""
    wide = size.height_inches is not None
    tall = min(TALL[len(panels)], size.plot_inches or TALL[1])
    layout = new_figure(
        size,
        title,
        [translate("enough_head", lang, what=panel.head) for panel in panels],
        notes,
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
    axes.fill_betweenx(y, low, high, color=ERROR.colour, linewidth=0)
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
    number_scale(axes.yaxis, lang)


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
    title = translate("enough_chart", lang, year=data.asked["year"])
    return translate("alt_enough", lang, title=title, told=listed(told))

"""One lever: the cell against it, with the target and where it is just met."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..report.charts.elements import listed, source, title_of_scenario
from ..report.charts.layout import (
    EndLabel,
    FigureLayout,
    LegendEntry,
    Swatch,
    finish,
    label_ends,
    new_figure,
)
from ..report.charts.scales import number_scale
from ..report.i18n import Language, billion, translate
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, ORANGE, ChartSize
from ..scenario import Scenario
from .asked import lever
from .enough_chart import Panel, draw_panels, percent
from .levers import lever_words
from .target import (
    Target,
    amount,
    asked_target,
    cell_and_unit,
    how,
    is_money,
    lever_and_unit,
    lever_unit,
    target_words,
    title,
    unit_of,
    unit_words,
    value_words,
)

TOLD_CHANCES = (0.1, 0.5, 0.9)
HELD = Swatch(BLUE, line=True, marker="o")
BAND = Swatch("#d5e2ec")
AIM = Swatch(DARK, dashes=(5, 3), line=True)
MET = Swatch(ORANGE, dashes=(1, 1.5), line=True)


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Draw the cell against the lever; of an amount of the budget the chance that it is enough."""
    return _chances(data, size, lang) if data.has("chances") else _line(data, size, lang)


def _chances(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Draw the chance that the target is met against an amount of the budget."""
    (result,) = data.table("answer").to_dict("records")
    notes = [
        _met(result, lang),
        translate("study_solve_chance_note", lang),
        source(data, title_of_scenario(data.first, lang), lang),
    ]
    return draw_panels([_panel(data, lang)], size, _chance_title(data, lang), notes, lang)


def _chance_title(data: StudyData, lang: Language) -> str:
    words_ = target_words(asked_target(data), data.first, lang)
    return translate("study_solve_chance", lang, target=words_)


def _panel(data: StudyData, lang: Language) -> Panel:
    """Return the curve of chances, the present amount, and the one that is enough."""
    (result,) = data.table("answer").to_dict("records")
    varied = lever(str(result["lever"]), "lever")
    known = not pd.isna(result["answer"])
    enough = [(float(result["certainty"]), float(result["answer"]))] if known else []
    head = lever_words(varied, data.first, lang)
    return Panel(head, data.table("chances"), float(result["present"]), enough)


def _line(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Draw the line of what the target applies to, its interval, the target and the answer."""
    (result,) = data.table("answer").to_dict("records")
    points, target, scenario = data.table("points"), asked_target(data), data.first
    varied, unit = lever(str(result["lever"]), "lever"), str(result["unit"])
    head = cell_and_unit(target, scenario, lang)
    met = _met(result, lang)
    layout = new_figure(
        size,
        title(target, scenario, lang),
        [head],
        [
            met,
            translate("study_solve_note", lang, how=how(target, lang)),
            source(data, title_of_scenario(scenario, lang), lang),
        ],
        entries=[_keys(result, lang)],
        under=[lever_and_unit(varied, unit, scenario, lang)],
    )
    _curve(layout, points, result, target, lang)
    return finish(layout)


def _keys(result: dict[Any, Any], lang: Language) -> list[LegendEntry]:
    if pd.isna(result["answer"]):
        return []
    answer = amount(float(result["answer"]), lang, str(result["unit"]))
    return [LegendEntry(MET, translate("study_solve_met", lang, value=answer))]


def _met(answer: dict[Any, Any], lang: Language) -> str:
    """Where it is just met, or that it is nowhere or everywhere."""
    if pd.isna(answer["answer"]):
        return translate("study_solve_always" if answer["always"] else "study_solve_never", lang)
    unit = str(answer["unit"])
    value, low, high = (
        amount(float(answer[name]), lang, unit) for name in ("answer", "p10", "p90")
    )
    return translate(
        "study_solve_answer", lang, value=value, low=low, high=high, unit=unit_words(unit, lang)
    )


def _curve(
    layout: FigureLayout,
    points: pd.DataFrame,
    result: dict[Any, Any],
    target: Target,
    lang: Language,
) -> None:
    size, (axes,) = layout.size, layout.panels
    across, upright = lever_unit(str(result["unit"])), unit_of(target)
    x = points["value"].to_numpy(float) / across
    held, low, high = (points[name].to_numpy(float) / upright for name in ("held", "p10", "p90"))
    axes.fill_between(x, low, high, color=BAND.colour, linewidth=0)
    axes.plot(x, held, HELD.marker, color=HELD.colour, linewidth=size.line, linestyle="-",
              markersize=0.45 * size.text)  # fmt: skip
    aim = target.number / upright
    ends = [aim, *low[np.isfinite(low)], *high[np.isfinite(high)], *held[np.isfinite(held)]]
    room = 0.05 * max(max(ends) - min(ends), 1e-9)
    bottom, top = min(ends) - room, max(ends) + room
    axes.plot([x[0], x[-1]], [aim, aim], color=DARK, linestyle=(0, AIM.dashes),
              linewidth=0.7 * size.line)  # fmt: skip
    if not pd.isna(result["answer"]):
        answer = float(result["answer"]) / across
        if not pd.isna(result["p10"]):
            axes.axvspan(result["p10"] / across, result["p90"] / across, color=ORANGE, alpha=0.25,
                         linewidth=0)  # fmt: skip
        axes.plot([answer, answer], [bottom, top], color=ORANGE, linestyle=(0, MET.dashes),
                  linewidth=size.line)  # fmt: skip
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(bottom, top)
    number_scale(axes.yaxis, lang)
    label_ends(
        layout,
        0,
        [
            EndLabel(how(target, lang), float(held[-1]), HELD),
            EndLabel(translate("band_80", lang), float(high[-1] + low[-1]) / 2, BAND),
            EndLabel(translate("study_solve_aim", lang), aim, AIM),
        ],
    )
    number_scale(axes.xaxis, lang, 7)


def words(data: StudyData, lang: Language) -> str:
    """The chart in some sentences, with its numbers."""
    if data.has("chances"):
        return _chance_words(data, lang)
    (result,) = data.table("answer").to_dict("records")
    target, scenario = asked_target(data), data.first
    unit = str(result["unit"])
    points = [
        translate(
            "alt_solve_at",
            lang,
            value=amount(row["value"], lang, unit),
            held=value_words(target, row["held"], lang),
        )
        for row in _told_of(data.table("points"))
    ]
    return translate(
        "alt_solve",
        lang,
        cell=_cell(target, scenario, lang),
        lever=lever_and_unit(lever(str(result["lever"]), "lever"), unit, scenario, lang),
        target=target_words(target, scenario, lang),
        how=how(target, lang),
        met=_met(result, lang),
        told=listed(points),
    )


def _chance_words(data: StudyData, lang: Language) -> str:
    """Describe the curve of chances."""
    (result,) = data.table("answer").to_dict("records")
    panel = _panel(data, lang)
    rows = {round(row["chance"], 2): row for row in panel.curve.to_dict("records")}
    told = [
        translate("alt_enough_at", lang, p=percent(chance, lang),
                  amount=billion(rows[chance]["amount"], lang, 2))
        for chance in TOLD_CHANCES
    ]  # fmt: skip
    title = f"{_chance_title(data, lang)}. {panel.head}. {_met(result, lang)}"
    return translate("alt_enough", lang, title=title.rstrip("."), told=listed(told))


def _cell(target: Target, scenario: Scenario, lang: Language) -> str:
    words_ = cell_and_unit(target, scenario, lang)
    return words_.rpartition(", ")[0] if is_money(target) else words_


def _told_of(points: pd.DataFrame) -> list[dict[Any, Any]]:
    """The first, the middle and the last of the values tried."""
    rows = points.to_dict("records")
    return [rows[at] for at in dict.fromkeys((0, len(rows) // 2, len(rows) - 1))]

"""One lever: the cell against it, with the target and where it is just met."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..report.charts.elements import listed, source_line
from ..report.charts.layout import (
    EndLabel,
    FigureLayout,
    Swatch,
    finish,
    label_ends,
    name_point,
    new_figure,
)
from ..report.charts.names import scenario_label
from ..report.charts.scales import number_scale
from ..report.i18n import Language, billion, translate
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, ORANGE, ChartSize
from ..report.style_sheet import tint
from ..scenario import Scenario
from .asked import lever
from .enough_chart import SHADE, Panel, draw_panels, percent, prices
from .levers import lever_words
from .target import (
    Target,
    amount,
    asked_target,
    basis,
    cell_and_unit,
    how,
    in_sentence,
    is_money,
    lever_and_unit,
    lever_unit,
    limit_words,
    target_words,
    unit_of,
    value_words,
    with_unit,
)

TOLD_CHANCES = (0.1, 0.5, 0.9)
MEDIAN = Swatch(BLUE, line=True)
HELD = Swatch(BLUE, dashes=(4, 2), line=True)
AIM = Swatch(DARK, dashes=(5, 3), line=True)
MET = Swatch(ORANGE, line=True, marker="D", bare=True)


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Draw the cell against the lever; of an amount of the budget the chance that it is enough."""
    return _chances(data, size, lang) if data.has("chances") else _line(data, size, lang)


def _chances(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Draw the chance that the target is met against an amount of the budget."""
    panel, source = _panel(data, lang), source_line(scenario_label(data.first, lang), lang)
    return draw_panels([panel], size, message(data, lang), _subtitle(data, panel, lang), [source],
                       lang)  # fmt: skip


def _subtitle(data: StudyData, panel: Panel, lang: Language) -> str:
    return translate(
        "solve_chance_subtitle",
        lang,
        target=target_words(asked_target(data), data.first, lang),
        lever=panel.head,
        prices=prices(data.first, lang),
    )


def message(data: StudyData, lang: Language) -> str:
    """Return where the target is just met, or that it is nowhere or everywhere."""
    (result,) = data.table("answer").to_dict("records")
    if pd.isna(result["answer"]):
        return _met(result, lang).rstrip(".")
    value = with_unit(float(result["answer"]), lang, str(result["unit"]))
    key = f"solve_message_{result['side']}"
    return translate(key, lang, value=value, how=how(asked_target(data), lang))


def _panel(data: StudyData, lang: Language) -> Panel:
    """Return the curve of chances, the present amount, and the one that is enough."""
    (result,) = data.table("answer").to_dict("records")
    varied = lever(str(result["lever"]), "lever")
    known = not pd.isna(result["answer"])
    enough = [(float(result["certainty"]), float(result["answer"]))] if known else []
    head = lever_words(varied, data.first, lang)
    return Panel(head, data.table("chances"), float(result["present"]), enough)


def _line(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Draw the median and 80% interval of the cell, what the target applies to, and the answer."""
    (result,) = data.table("answer").to_dict("records")
    points, target, scenario = data.table("points"), asked_target(data), data.first
    varied, unit = lever(str(result["lever"]), "lever"), str(result["unit"])
    head = cell_and_unit(target, scenario, lang)
    words_ = {"cell": head[0].upper() + head[1:], "how": basis(target, lang)}
    words_["target"] = target_words(target, scenario, lang)
    layout = new_figure(
        size,
        message(data, lang),
        [head],
        [source_line(scenario_label(scenario, lang), lang)],
        subtitle=translate("solve_subtitle", lang, **words_),
        under=[lever_and_unit(varied, unit, scenario, lang)],
    )
    _curve(layout, points, result, target, lang)
    finish(layout)
    if not pd.isna(result["answer"]):
        at = float(result["answer"]) / lever_unit(unit), target.number / unit_of(target)
        name_point(layout, layout.panels[0], amount(float(result["answer"]), lang, unit), [at])
    return layout.figure


def _met(answer: dict[Any, Any], lang: Language) -> str:
    """Where it is just met, or that it is nowhere or everywhere."""
    if pd.isna(answer["answer"]):
        return translate("study_solve_always" if answer["always"] else "study_solve_never", lang)
    unit = str(answer["unit"])
    low, high = (amount(float(answer[name]), lang, unit) for name in ("p10", "p90"))
    value = in_sentence(float(answer["answer"]), lang, unit)
    return translate("study_solve_answer", lang, value=value, low=low, high=high)


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
    middle = points["p50"].to_numpy(float) / upright
    band = Swatch(tint(BLUE, SHADE))
    axes.fill_between(x, low, high, color=band.colour, linewidth=0)
    axes.plot(x, middle, color=MEDIAN.colour, linewidth=size.line)
    aim = target.number / upright
    ends = [aim, *low[np.isfinite(low)], *high[np.isfinite(high)], *held[np.isfinite(held)]]
    room = 0.05 * max(max(ends) - min(ends), 1e-9)
    axes.plot([x[0], x[-1]], [aim, aim], color=AIM.colour, linestyle=(0, AIM.dashes),
              linewidth=0.7 * size.line)  # fmt: skip
    labels = [
        EndLabel(translate("statistic_p50", lang), float(middle[-1]), MEDIAN),
        EndLabel(translate("band_80", lang), float(high[-1] + low[-1]) / 2, band),
        EndLabel(_aim_words(target, lang), aim, AIM),
    ]
    if not np.allclose(held, middle, equal_nan=True):
        axes.plot(x, held, color=HELD.colour, linewidth=0.8 * size.line,
                  linestyle=(0, HELD.dashes))  # fmt: skip
        labels.append(EndLabel(basis(target, lang), float(held[-1]), HELD))
    if not pd.isna(result["answer"]):
        answer = float(result["answer"]) / across
        if not pd.isna(result["p10"]):
            axes.plot([result["p10"] / across, result["p90"] / across], [aim, aim],
                      color=ORANGE, linewidth=2 * size.line, alpha=0.5)  # fmt: skip
        axes.plot([answer], [aim], MET.marker, color=MET.colour, markersize=0.8 * size.text,
                  zorder=6)  # fmt: skip
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(min(ends) - room, max(ends) + room)
    number_scale(axes.yaxis, lang)
    label_ends(layout, 0, labels)
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
    title = f"{message(data, lang)}. {_subtitle(data, panel, lang)}. {_met(result, lang)}"
    return translate("alt_enough", lang, title=title.rstrip("."), told=listed(told))


def _aim_words(target: Target, lang: Language) -> str:
    return translate("solve_aim", lang, limit=limit_words(target, lang))


def _cell(target: Target, scenario: Scenario, lang: Language) -> str:
    words_ = cell_and_unit(target, scenario, lang)
    return words_.rpartition(", ")[0] if is_money(target) else words_


def _told_of(points: pd.DataFrame) -> list[dict[Any, Any]]:
    """The first, the middle and the last of the values tried."""
    rows = points.to_dict("records")
    return [rows[at] for at in dict.fromkeys((0, len(rows) // 2, len(rows) - 1))]

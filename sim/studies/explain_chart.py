"""The waterfall of an explanation: bars from the first gap to the second, down the page."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..model.prices import affects_costs_only
from ..report.charts.bar_rows import Rows, new_rows
from ..report.charts.elements import (
    BILLION,
    key_words,
    listed,
    source_line,
    write_right,
)
from ..report.charts.layout import finish
from ..report.charts.names import scenario_label
from ..report.charts.scales import number_scale, zero_line
from ..report.display_names import line_label, statistic_name
from ..report.i18n import Language, billion, number, translate
from ..report.run_tables import prices_label
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, ORANGE, ChartSize
from ..results.cell import CellRef, parse
from ..scenario import Scenario, load, shipped
from .factors import THEMES, Factor, factor_name

RISES, FALLS, ENDS = "///", "", DARK
CLEAR = 2e8
"""Difference of two gaps that one decimal of a billion can tell [EUR]."""
BAND = ("difference_p10", "difference_p90")
"""How the table of ends calls the interval of the difference."""
Row = dict[Hashable, Any]


@dataclass(frozen=True)
class Explanation:
    """A difference and what makes it up [in the unit of the cell, EUR for money].

    ``effects`` has a row a factor: its ``effect`` on the statistic, its ``alone`` and ``last``
    (what it does first and after all others), and the mean, 80% band and P(> 0) of its effect in
    single replications. ``residual`` is what the second scenario itself has beyond the first with
    all factors changed: zero unless something was missed. ``band`` holds the 10th and 90th
    percentile of the difference, second less first, in single replications.
    """

    first: str
    second: str
    address: CellRef
    before: float
    after: float
    residual: float
    band: tuple[float, float]
    effects: pd.DataFrame
    factors: tuple[Factor, ...]
    runs: int
    priced: int


def explanation_of(data: StudyData) -> Explanation:
    """Return an explanation from the tables of its folder."""
    cells, effects = data.table("cells"), data.table("effects")
    scenarios, known = data.scenarios, shipped()
    first, second = scenarios
    values = dict(zip(cells["of"], cells["value"], strict=True))
    factors = []
    for name, keys in data.asked["factors"].items():
        only_money = all(
            affects_costs_only(item, key) for key in keys for item in scenarios.values()
        )
        title = load(name).title.model_dump() if name in known else {}
        factors.append(Factor(name, tuple(keys), only_money, title))
    moving = sum(1 for item in factors if item.keys and not item.only_money)
    used = sum(1 for item in factors if item.keys)
    return Explanation(
        first,
        second,
        parse(data.asked["cell"]),
        values[first],
        values[second],
        values["residual"],
        (values[BAND[0]], values[BAND[1]]),
        effects,
        tuple(factors),
        runs=2**moving + 1,
        priced=2**used,
    )


def whole_band(explanation: Explanation, lang: Language) -> str:
    """Return a sentence on the interval of the difference: lower is less short."""
    low, high = (billion(value, lang) for value in explanation.band)
    return translate("explain_whole_band", lang, low=low, high=high)


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """A bar for each factor that moves the gap, between the two gaps."""
    explanation, scenarios = explanation_of(data), data.scenarios
    first, second = scenarios[explanation.first], scenarios[explanation.second]
    steps = _steps(explanation, first, lang)
    subtitle = translate(
        "explain_subtitle",
        lang,
        statistic=statistic_name(explanation.address.statistic, lang),
        line=line_label(explanation.address.line, lang),
        axis=translate("chart_gap_axis", lang, prices=prices_label(first, lang)),
    )
    rows = new_rows(
        size,
        message(explanation, lang),
        [translate("axis_billion", lang)],
        [scenario_label(first, lang), *(name for name, _ in steps), scenario_label(second, lang)],
        lambda _: [source_line(scenario_label(first, lang), lang)],
        subtitle=subtitle,
    )
    _bars(rows, 0.8 * rows.tall, explanation, [effect for _, effect in steps], lang)
    return finish(rows.layout)


def message(explanation: Explanation, lang: Language) -> str:
    """Return from which gap to which, with the decimals that tell them apart."""
    decimals = _decimals(explanation)
    return translate(
        "explain_message",
        lang,
        year=explanation.address.year,
        before=billion(explanation.before, lang, decimals),
        after=billion(explanation.after, lang, decimals),
    )


def _decimals(explanation: Explanation) -> int:
    change = abs(explanation.after - explanation.before)
    return 1 if change >= CLEAR else 2


def _steps(explanation: Explanation, first: Scenario, lang: Language) -> list[tuple[str, float]]:
    """Names and effects [EUR] of what moves the gap; the residual if there is one."""
    factors = {factor.name: factor for factor in explanation.factors}
    shown = [
        (_titled(str(row["factor"]), factors, first, lang), float(row["effect"]))
        for row in explanation.effects.to_dict("records")
        if row["effect"]
    ]
    if round(explanation.residual):
        shown.append((translate("explain_residual", lang), float(explanation.residual)))
    return shown


def _titled(name: str, factors: dict[str, Factor], first: Scenario, lang: Language) -> str:
    """A factor in words: a patch by its title, a key by what it means."""
    title = factors[name].title.get(lang) if name in factors else None
    if title:
        return title
    return factor_name(name, lang) if name in THEMES else key_words(name, first, lang)


def _bars(
    rows: Rows,
    tall: float,
    explanation: Explanation,
    effects: list[float],
    lang: Language,
) -> None:
    layout, at = rows.layout, rows.at
    size, (axes,) = layout.size, layout.panels
    level = explanation.before / BILLION
    ends = [(max(level, 0.0), billion(explanation.before, lang, _decimals(explanation)))]
    axes.barh(at[0], level, tall, color=ENDS)
    for row, effect in enumerate(effects, start=1):
        step = effect / BILLION
        axes.barh(at[row], step, tall, left=level, color=ORANGE if step > 0 else BLUE,
                  hatch=RISES if step > 0 else FALLS, edgecolor=DARK,
                  linewidth=0.3 * size.line)  # fmt: skip
        _joint(axes, level, at[row - 1], at[row], tall, size)
        ends.append((max(level, level + step), _signed(step, lang)))
        level += step
    after = explanation.after / BILLION
    _joint(axes, level, at[-2], at[-1], tall, size)
    axes.barh(at[-1], after, tall, color=ENDS)
    ends.append((max(after, 0.0), billion(explanation.after, lang, _decimals(explanation))))
    zero_line(axes.xaxis)
    number_scale(axes.xaxis, lang, 7)
    for (end, text), row_at in zip(ends, at, strict=True):
        write_right(axes, end, row_at, text, rows.points)


def _joint(
    axes: Axes, level: float, above: float, below: float, tall: float, size: ChartSize
) -> None:
    """A line from one bar to the next, where no name stands between them."""
    if size.brief:
        return
    axes.vlines(level, above + tall / 2, below - tall / 2, color=DARK, linewidth=0.3 * size.line)


def _signed(billions: float, lang: Language) -> str:
    return ("+" if billions > 0 else "") + number(billions, lang, 2)


def words(data: StudyData, lang: Language) -> str:
    """The chart in a sentence or two, with its numbers and the band of the whole difference."""
    explanation = explanation_of(data)
    steps = [
        translate("alt_part", lang, name=name, value=_signed(effect / BILLION, lang))
        for name, effect in _steps(explanation, data.first, lang)
    ]
    chart = translate(
        "alt_waterfall",
        lang,
        year=explanation.address.year,
        first=scenario_label(data.scenarios[explanation.first], lang),
        second=scenario_label(data.scenarios[explanation.second], lang),
        before=billion(explanation.before, lang),
        after=billion(explanation.after, lang),
        steps=listed(steps),
    )
    return f"{chart} {whole_band(explanation, lang)}"

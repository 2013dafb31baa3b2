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
    source,
    title_of_scenario,
    write_right,
)
from ..report.charts.layout import finish
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
BAND = ("difference_p10", "difference_p90")
"""How the table of ends calls the interval of the difference."""
Row = dict[Hashable, Any]


@dataclass(frozen=True)
class Explanation:
    """A difference and what makes it up [in the unit of the cell, EUR for money].

    ``effects`` has a row a factor: its ``effect`` on the statistic, its ``alone`` and ``last``
    (what it does first and after all others), and the mean, 80 % band and P(> 0) of its effect in
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


def explanation_of(told: StudyData) -> Explanation:
    """Return an explanation from the tables of its folder."""
    cells, effects = told.table("cells"), told.table("effects")
    scenarios, known = told.scenarios, shipped()
    first, second = scenarios
    values = dict(zip(cells["of"], cells["value"], strict=True))
    factors = []
    for name, keys in told.asked["factors"].items():
        only_money = all(affects_costs_only(one, key) for key in keys for one in scenarios.values())
        title = load(name).title.model_dump() if name in known else {}
        factors.append(Factor(name, tuple(keys), only_money, title))
    moving = sum(1 for one in factors if one.keys and not one.only_money)
    used = sum(1 for one in factors if one.keys)
    return Explanation(
        first,
        second,
        parse(told.asked["cell"]),
        values[first],
        values[second],
        values["residual"],
        (values[BAND[0]], values[BAND[1]]),
        effects,
        tuple(factors),
        runs=2**moving + 1,
        priced=2**used,
    )


def whole_band(found: Explanation, lang: Language) -> str:
    """Return a sentence on the interval of the difference: lower is less short."""
    low, high = (billion(value, lang) for value in found.band)
    return translate("explain_whole_band", lang, low=low, high=high)


def draw(told: StudyData, size: ChartSize, lang: Language) -> Figure:
    """A bar for each factor that moves the gap, between the two gaps."""
    found, scenarios = explanation_of(told), told.scenarios
    first, second = scenarios[found.first], scenarios[found.second]
    steps = _steps(found, first, lang)
    note = translate(
        "study_explain_note",
        lang,
        statistic=statistic_name(found.address.statistic, lang),
        line=line_label(found.address.line, lang),
        first=title_of_scenario(first, lang),
        second=title_of_scenario(second, lang),
    )
    rows = new_rows(
        size,
        _title(found, lang),
        [translate("chart_gap_axis", lang, prices=prices_label(first, lang))],
        [
            _end("explain_from", found.first, lang),
            *(name for name, _ in steps),
            _end("explain_to", found.second, lang),
        ],
        lambda _: [note, source(told, title_of_scenario(first, lang), lang)],
    )
    _bars(rows, 0.8 * rows.tall, found, [effect for _, effect in steps], lang)
    return finish(rows.layout)


def _title(found: Explanation, lang: Language) -> str:
    return translate(
        "explain_chart",
        lang,
        year=found.address.year,
        before=billion(found.before, lang),
        after=billion(found.after, lang),
    )


def _steps(found: Explanation, first: Scenario, lang: Language) -> list[tuple[str, float]]:
    """Names and effects [EUR] of what moves the gap; the residual if there is one."""
    factors = {factor.name: factor for factor in found.factors}
    shown = [
        (_titled(str(row["factor"]), factors, first, lang), float(row["effect"]))
        for row in found.effects.to_dict("records")
        if row["effect"]
    ]
    if round(found.residual):
        shown.append((translate("explain_residual", lang), float(found.residual)))
    return shown


def _titled(name: str, factors: dict[str, Factor], first: Scenario, lang: Language) -> str:
    """A factor in words: a patch by its title, a key by what it means."""
    title = factors[name].title.get(lang) if name in factors else None
    if title:
        return title
    return factor_name(name, lang) if name in THEMES else key_words(name, first, lang)


def _end(key: str, name: str, lang: Language) -> str:
    """An end of the waterfall, with room to break a chain at its joints."""
    return translate(key, lang, name=name.replace("+", " + "))


def _bars(
    rows: Rows,
    tall: float,
    found: Explanation,
    effects: list[float],
    lang: Language,
) -> None:
    layout, at = rows.layout, rows.at
    size, (axes,) = layout.size, layout.panels
    level = found.before / BILLION
    ends = [(max(level, 0.0), billion(found.before, lang))]
    axes.barh(at[0], level, tall, color=ENDS)
    for row, effect in enumerate(effects, start=1):
        step = effect / BILLION
        axes.barh(at[row], step, tall, left=level, color=ORANGE if step > 0 else BLUE,
                  hatch=RISES if step > 0 else FALLS, edgecolor=DARK,
                  linewidth=0.3 * size.line)  # fmt: skip
        _joint(axes, level, at[row - 1], at[row], tall, size)
        ends.append((max(level, level + step), _signed(step, lang)))
        level += step
    after = found.after / BILLION
    _joint(axes, level, at[-2], at[-1], tall, size)
    axes.barh(at[-1], after, tall, color=ENDS)
    ends.append((max(after, 0.0), billion(found.after, lang)))
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


def words(told: StudyData, lang: Language) -> str:
    """The chart in a sentence or two, with its numbers and the band of the whole difference."""
    found = explanation_of(told)
    steps = [
        translate("alt_part", lang, name=name, value=_signed(effect / BILLION, lang))
        for name, effect in _steps(found, told.first, lang)
    ]
    chart = translate(
        "alt_waterfall",
        lang,
        year=found.address.year,
        first=found.first,
        second=found.second,
        before=billion(found.before, lang),
        after=billion(found.after, lang),
        steps=listed(steps),
    )
    return f"{chart} {whole_band(found, lang)}"

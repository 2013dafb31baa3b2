"""A sweep: its first cell over each lever, medians of the runs with their 80 % band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..model.sampling import Floats
from ..report.charts.elements import BILLION, amount, cell_words, cited_sources, listed
from ..report.charts.layout import FigureLayout, finish, new_figure
from ..report.charts.scales import number_scale, text_scale
from ..report.display_names import statistic_name
from ..report.i18n import Language, billion, number, translate
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, ChartSize
from ..results.cell import MONEY, CellRef, parse
from .discover_text import choice_text, plainly, unit_of
from .levers import lever, lever_words

MOST = 6
"""Levers that have a panel; the others are told of."""
GROUPS = 5
"""Groups of runs along a lever that has many values."""
ON_A_SLIDE = 4
"""Panels that stand in one row on a slide."""
FEW = 8
"""Values of a lever up to which each is a group of its own."""
PLOT = {"column": 1.2, "page": 1.5}


@dataclass(frozen=True)
class Along:
    """Runs in groups along a lever: where each group lies, its median and 80 % band."""

    name: str
    where: Floats
    names: tuple[str, ...]
    middle: Floats
    low: Floats
    high: Floats


def groups_of(table: pd.DataFrame, name: str, cell: str, number_: bool) -> Along:
    """The runs of a sweep in groups along one lever."""
    values = table[name]
    if not number_:
        keys = values.astype(str)
        choices = sorted(keys.unique())
        places = keys.map({one: place for place, one in enumerate(choices)})
        names = tuple(choices)
    else:
        names = ()
        places = values.astype(float)
        if places.nunique() > FEW:
            places = places.groupby(pd.qcut(places, GROUPS, duplicates="drop"),
                                    observed=True).transform("median")  # fmt: skip
    found = table[cell].groupby(places).quantile(np.array([0.1, 0.5, 0.9]))
    wide = found.reset_index().pivot_table(index=found.index.names[0] or name, columns="level_1",
                                           values=cell)  # fmt: skip
    return Along(name, wide.index.to_numpy(float), names,
                 *(wide[q].to_numpy(float) for q in (0.5, 0.1, 0.9)))  # fmt: skip


def _cell(told: StudyData) -> str:
    """The first cell that was recorded, by its median where that was."""
    cells = list(told.asked["cells"])
    first = str(cells[0]).partition(":")[0]
    return f"{first}:p50" if f"{first}:p50" in cells else str(cells[0])


def shown(told: StudyData) -> bool:
    """There must be runs that ended, and a lever."""
    return len(told.table("sweep")) > 0 and bool(_levers(told))


def _levers(told: StudyData) -> list[str]:
    return [*told.asked["keys"], *told.asked["patches"]]


def along_levers(told: StudyData) -> list[Along]:
    """The runs along each lever that has a panel."""
    table, cell = told.table("sweep"), _cell(told)
    return [groups_of(table, name, cell, name in told.asked["keys"])
            for name in _levers(told)[:MOST]]  # fmt: skip


def draw(told: StudyData, size: ChartSize, lang: Language) -> Figure:
    """A panel a lever."""
    address = parse(_cell(told))
    panels, units = along_levers(told), told.asked["units"]
    others = len(_levers(told)) - len(panels)
    across = 2
    if size.height_inches is not None:
        across = len(panels) if len(panels) <= ON_A_SLIDE else 3
    columns = min(len(panels), across) if size.side_by_side else 1
    rows = -(-len(panels) // columns)
    note = translate("study_sweep_note", lang)
    if others:
        note += " " + translate("study_sweep_others", lang, n=others)
    layout = new_figure(
        size,
        _title(told, address, lang),
        [_head(one, units, lang) for one in panels],
        [note, _source(told, lang)],
        columns=columns,
        plots=[PLOT["column" if size.brief else "page"]] * rows,
    )
    scale = BILLION if address.table in MONEY else 1.0
    ends = [float(end) / scale for one in panels for end in (*one.low, *one.high)]
    for place, one in enumerate(panels):
        _panel(layout, place, one, scale, (min(ends), max(ends)), lang)
    return finish(layout)


def _title(told: StudyData, address: CellRef, lang: Language) -> str:
    cell = cell_words(address, told.first, lang)
    unit = f", {translate('axis_billion', lang)}" if address.table in MONEY else ""
    text = f"{cell} ({_statistic(address, lang)}){unit}"
    return translate("study_sweep_title", lang, cell=text[0].upper() + text[1:],
                 sweep=told.asked["title"][lang])  # fmt: skip


def _statistic(address: CellRef, lang: Language) -> str:
    return statistic_name(address.statistic, lang)


def _head(one: Along, units: dict[str, str], lang: Language) -> str:
    text, unit = _named(one, lang), unit_of(one.name, units, lang)
    if one.names:
        choices = ", ".join(choice_text(name, lang) for name in one.names)
        return translate("named_value", lang, name=text, value=choices)
    return f"{text}, {unit}" if unit else text


def _named(one: Along, lang: Language) -> str:
    return one.name if one.names else lever_words(lever(one.name, one.name), None, lang)


def _source(told: StudyData, lang: Language) -> str:
    return translate(
        "study_sweep_source",
        lang,
        title=told.asked["title"][lang],
        runs=number(len(told.table("sweep")), lang),
        n=number(told.settings.replications, lang),
        seed=told.settings.seed,
        id=told.id,
        sources=cited_sources(),
    )


def _panel(
    layout: FigureLayout,
    place: int,
    one: Along,
    scale: float,
    ends: tuple[float, float],
    lang: Language,
) -> None:
    size, axes = layout.size, layout.panels[place]
    low, middle, high = (values / scale for values in (one.low, one.middle, one.high))
    axes.vlines(one.where, low, high, color=BLUE, alpha=0.45, linewidth=2.6 * size.line)
    axes.plot(one.where, middle, "o", color=DARK, linestyle="" if one.names else "-",
              linewidth=0.5 * size.line, markersize=0.5 * size.text)  # fmt: skip
    room = 0.06 * max(ends[1] - ends[0], 1e-9)
    axes.set_ylim(ends[0] - room, ends[1] + room)
    aside = 0.5 if one.names else 0.08 * max(float(np.ptp(one.where)), 1e-9)
    axes.set_xlim(one.where[0] - aside, one.where[-1] + aside)
    number_scale(axes.yaxis, lang)
    if one.names:
        text_scale(axes.xaxis, [choice_text(name, lang) for name in one.names])
    else:
        number_scale(axes.xaxis, lang, 7)


def words(told: StudyData, lang: Language) -> str:
    """The chart in some sentences: each lever with the medians at its ends."""
    address = parse(_cell(told))

    def told_value(value: float) -> str:
        return billion(value, lang) if address.table in MONEY else amount(value, lang)

    parts = []
    for one in along_levers(told):
        names = [choice_text(name, lang) for name in one.names] or [
            plainly(at, lang) for at in one.where
        ]
        ends = sorted({0, len(one.where) - 1}) if not one.names else range(len(one.where))
        values = ", ".join(
            translate("alt_sweep_at", lang, at=names[at], middle=told_value(float(one.middle[at])),
                  low=told_value(float(one.low[at])), high=told_value(float(one.high[at])))
            for at in ends
        )  # fmt: skip
        parts.append(translate("alt_part", lang, name=_named(one, lang), value=values))
    return translate("alt_sweep", lang, title=_title(told, address, lang), told=listed(parts))

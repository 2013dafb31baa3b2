"""A sweep: its first cell over each lever, medians of the runs with their 80% band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..model.sampling import Floats
from ..report.charts.elements import BILLION, amount, cell_words, listed, source_line
from ..report.charts.layout import FigureLayout, columns_of, finish, new_figure
from ..report.charts.names import scenario_label
from ..report.charts.scales import number_scale
from ..report.display_names import statistic_name
from ..report.i18n import Language, billion, number, translate
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, ChartSize
from ..results.cell import MONEY, CellRef, parse
from .asked import lever
from .discover_text import choice_text, plainly, unit_of
from .levers import lever_words
from .scatter_chart import choices_below

MOST = 6
"""Levers that have a panel; the others are named."""
GROUPS = 5
"""Groups of runs along a lever that has many values."""
ON_A_SLIDE = 4
"""Panels that stand in one row on a slide."""
FEW = 8
"""Values of a lever up to which each is a group of its own."""
PLOT = {"column": 1.2, "page": 1.5}


@dataclass(frozen=True)
class Along:
    """Runs in groups along a lever: where each group lies, its median and 80% band."""

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
        places = keys.map({item: place for place, item in enumerate(choices)})
        names = tuple(choices)
    else:
        names = ()
        places = values.astype(float)
        if places.nunique() > FEW:
            places = places.groupby(pd.qcut(places, GROUPS, duplicates="drop"),
                                    observed=True).transform("median")  # fmt: skip
    result = table[cell].groupby(places).quantile(np.array([0.1, 0.5, 0.9]))
    wide = result.reset_index().pivot_table(index=result.index.names[0] or name, columns="level_1",
                                           values=cell)  # fmt: skip
    return Along(name, wide.index.to_numpy(float), names,
                 *(wide[q].to_numpy(float) for q in (0.5, 0.1, 0.9)))  # fmt: skip


def _cell(data: StudyData) -> str:
    """The first cell that was recorded, by its median where that was."""
    cells = list(data.asked["cells"])
    first = str(cells[0]).partition(":")[0]
    return f"{first}:p50" if f"{first}:p50" in cells else str(cells[0])


def shown(data: StudyData) -> bool:
    """There must be runs that ended, and a lever."""
    return len(data.table("sweep")) > 0 and bool(_levers(data))


def _levers(data: StudyData) -> list[str]:
    return [*data.asked["keys"], *data.asked["patches"]]


def along_levers(data: StudyData) -> list[Along]:
    """The runs along each lever that has a panel."""
    table, cell = data.table("sweep"), _cell(data)
    return [groups_of(table, name, cell, name in data.asked["keys"])
            for name in _levers(data)[:MOST]]  # fmt: skip


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """A panel a lever."""
    address = parse(_cell(data))
    panels, units = along_levers(data), data.asked["units"]
    others = len(_levers(data)) - len(panels)
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
        message(data, lang),
        [_head(group, units, lang) for group in panels],
        [note, source_line(scenario_label(data.first, lang), lang)],
        subtitle=_subtitle(data, lang),
        columns=columns,
        plots=[PLOT["column" if size.brief else "page"]] * rows,
    )
    scale = BILLION if address.table in MONEY else 1.0
    ends = [float(end) / scale for group in panels for end in (*group.low, *group.high)]
    for place, group in enumerate(panels):
        _panel(layout, place, group, scale, (min(ends), max(ends)), lang)
    return finish(layout)


def message(data: StudyData, lang: Language) -> str:
    """Return the lever along which the medians of the runs differ most, and their ends."""
    address, panels = parse(_cell(data)), along_levers(data)
    widest = max(panels, key=lambda group: float(np.ptp(group.middle)))
    name, cell = _named(widest, lang), cell_words(address, data.first, lang)
    low, high = (_amount(float(end), address, lang)
                 for end in (widest.middle.min(), widest.middle.max()))  # fmt: skip
    return translate("sweep_message", lang, lever=name[0].upper() + name[1:], cell=cell, low=low,
                     high=high)  # fmt: skip


def _amount(value: float, address: CellRef, lang: Language) -> str:
    return billion(value, lang) if address.table in MONEY else amount(value, lang)


def _subtitle(data: StudyData, lang: Language) -> str:
    address = parse(_cell(data))
    cell = cell_words(address, data.first, lang)
    unit = f", {translate('axis_billion', lang)}" if address.table in MONEY else ""
    text = f"{cell} ({_statistic(address, lang)}){unit}"
    runs = number(len(data.table("sweep")), lang)
    return translate("sweep_subtitle", lang, cell=text[0].upper() + text[1:], runs=runs,
                     sweep=data.asked["title"][lang])  # fmt: skip


def _statistic(address: CellRef, lang: Language) -> str:
    return statistic_name(address.statistic, lang)


def _head(group: Along, units: dict[str, str], lang: Language) -> str:
    text, unit = _named(group, lang), unit_of(group.name, units, lang)
    return f"{text}, {unit}" if unit else text


def _named(group: Along, lang: Language) -> str:
    return group.name if group.names else lever_words(lever(group.name, group.name), None, lang)


def _panel(
    layout: FigureLayout,
    place: int,
    group: Along,
    scale: float,
    ends: tuple[float, float],
    lang: Language,
) -> None:
    size, axes = layout.size, layout.panels[place]
    low, middle, high = (values / scale for values in (group.low, group.middle, group.high))
    axes.vlines(group.where, low, high, color=BLUE, alpha=0.45, linewidth=2.6 * size.line)
    axes.plot(group.where, middle, "o", color=DARK, linestyle="" if group.names else "-",
              linewidth=0.5 * size.line, markersize=0.5 * size.text)  # fmt: skip
    room = 0.06 * max(ends[1] - ends[0], 1e-9)
    axes.set_ylim(ends[0] - room, ends[1] + room)
    aside = 0.5 if group.names else 0.08 * max(float(np.ptp(group.where)), 1e-9)
    axes.set_xlim(group.where[0] - aside, group.where[-1] + aside)
    number_scale(axes.yaxis, lang)
    if group.names:
        names = [choice_text(name, lang) for name in group.names]
        choices_below(axes, names, size, 0.8 * size.width_inches / columns_of(axes))
    else:
        number_scale(axes.xaxis, lang, 7)


def words(data: StudyData, lang: Language) -> str:
    """The chart in some sentences: each lever with the medians at its ends."""
    address = parse(_cell(data))

    parts = []
    for group in along_levers(data):
        names = [choice_text(name, lang) for name in group.names] or [
            plainly(at, lang) for at in group.where
        ]
        ends = sorted({0, len(group.where) - 1}) if not group.names else range(len(group.where))
        values = ", ".join(
            translate(
                "alt_sweep_at",
                lang,
                at=names[at],
                middle=_amount(float(group.middle[at]), address, lang),
                low=_amount(float(group.low[at]), address, lang),
                high=_amount(float(group.high[at]), address, lang),
            )
            for at in ends
        )
        parts.append(translate("alt_part", lang, name=_named(group, lang), value=values))
    return translate("alt_sweep", lang, title=message(data, lang), told=listed(parts))

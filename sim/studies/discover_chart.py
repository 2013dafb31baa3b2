"""A discovery: the first box as bars over what was tried, and the runs over two levers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from ..report.charts.bar_rows import place_rows, row_height, spread
from ..report.charts.elements import listed, source_line
from ..report.charts.layout import (
    LEADING,
    POINTS,
    FigureLayout,
    inches_of,
    new_figure,
    shortened,
    wrapped,
)
from ..report.i18n import Language, number, translate
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, ChartSize
from .asked import lever
from .discover_text import (
    banded,
    brief_claim,
    choice_text,
    claim,
    limit_text,
    percent,
    tried_text,
    unit_of,
)
from .levers import lever_words
from .prim import Box, Discovery, Limit, discovery_of
from .scatter_chart import axes_of, draw_runs, keys_of, note_of

BARS = 1.15
"""Lines of text that a bar takes."""
NUMBERS = 6
"""Room for the numbers of the scale of the panel below or beside [sizes of text]."""
PLOT = {"column": 2.2, "page": 3.1}


def shown(data: StudyData) -> bool:
    """There must be a box."""
    return len(data.table("boxes")) > 0


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """The limits of the first box, and below or beside them the runs."""
    discovery, units = discovery_of(data), data.asked["units"]
    box = discovery.boxes[0]
    slide = size.height_inches is not None
    texts, each = _rows(discovery, box, units, size, size.text, lang)
    layout = new_figure(
        size,
        message(discovery, box, lang),
        [translate("discover_bars", lang), translate("discover_scatter", lang)],
        [
            note_of(discovery, lang),
            source_line(data.asked["title"][lang], lang, "discover_source"),
        ],
        subtitle=_subtitle(data, discovery, box, lang),
        columns=2 if slide else 1,
        plots=[1.0] if slide else [sum(each), PLOT["column" if size.brief else "page"]],
        entries=[[], keys_of(discovery, lang)],
        under=["", lever_and_unit(discovery, 0, units, lang)],
        indent=True,
    )
    tall = 0.45 * (size.height_inches or 2 * PLOT["column" if size.brief else "page"])
    upward = wrapped(lever_and_unit(discovery, 1, units, lang), size.text, tall)
    layout.panels[1].set_ylabel(upward)
    draw_runs(layout, 1, discovery, box, lang)
    room, points = inches_of(layout.panels[0])[1], size.text
    if sum(each) > room + 0.02:
        points = size.small
        texts, each = _rows(discovery, box, units, size, points, lang)
    bars = BARS * LEADING * points / POINTS
    at = place_rows(layout, [0], texts, points, spread(each, room), bars, over=True)
    for row, limit in zip(at, box.limits, strict=True):
        _bar(layout, row, bars, limit, discovery, lang)
    layout.panels[0].set_xlim(-0.004, 1.004)
    layout.panels[0].set_xticks([])
    layout.panels[0].spines["bottom"].set_visible(False)
    return layout.figure


def message(discovery: Discovery, box: Box, lang: Language) -> str:
    """Return how often the condition holds in the box, and how often in all runs."""
    return translate(
        "discover_message",
        lang,
        claim=brief_claim(discovery, lang),
        density=percent(box.density, lang),
        share=percent(discovery.share, lang),
    )


def _subtitle(data: StudyData, discovery: Discovery, box: Box, lang: Language) -> str:
    return translate(
        "discover_subtitle",
        lang,
        title=data.asked["title"][lang],
        runs=number(len(discovery.table), lang),
        density=banded(box.density, box.density_band, lang),
        coverage=banded(box.coverage, box.coverage_band, lang),
    )


def limit_short(_: Discovery, limit: Limit, units: Mapping[str, str], lang: Language) -> str:
    """A limit in words: the lever, and what is left of it."""
    name = lever_words(lever(limit.lever, limit.lever), None, lang)
    return translate("named_value", lang, name=name, value=limit_text(limit, units, lang))


def limit_words(
    discovery: Discovery, bound: Limit, units: Mapping[str, str], lang: Language
) -> str:
    """A limit in words: the lever, what is left of it, and what was tried.

    Of choices the bar names all that were tried.
    """
    if bound.choices:
        return limit_short(discovery, bound, units, lang)
    return translate(
        "study_discover_limit",
        lang,
        name=lever_words(lever(bound.lever, bound.lever), None, lang),
        limit=limit_text(bound, units, lang),
        tried=tried_text(discovery, bound.lever, lang),
    )


def lever_and_unit(
    discovery: Discovery, place: int, units: Mapping[str, str], lang: Language
) -> str:
    """The lever along one of the axes of the runs, with its unit."""
    names = axes_of(discovery, discovery.boxes[0])
    if place >= len(names):
        return ""
    text = lever_words(lever(names[place], names[place]), None, lang)
    unit = unit_of(names[place], units, lang)
    return f"{text}, {unit}" if unit else text


def _rows(
    discovery: Discovery,
    box: Box,
    units: Mapping[str, str],
    size: ChartSize,
    points: float,
    lang: Language,
) -> tuple[list[str], list[float]]:
    """Names of the limits in letters of a points, wrapped, and how tall each row is.

    On a slide without what was tried, for which there is no room; the words tell it.
    """
    inside = size.width_inches - 2 * size.margin - NUMBERS * size.text / POINTS
    slide = size.height_inches is not None
    wide = 0.48 * inside if slide else inside
    name = limit_short if slide else limit_words
    texts = [wrapped(name(discovery, limit, units, lang), points, wide) for limit in box.limits]
    bars = BARS * LEADING * points / POINTS
    gap = 0.4 * points / POINTS
    return texts, [row_height(text, points, bars, over=True) + gap for text in texts]


def _bar(
    layout: FigureLayout,
    row: float,
    tall: float,
    limit: Limit,
    discovery: Discovery,
    lang: Language,
) -> None:
    """What was tried as an empty bar, what the box leaves of it filled."""
    size, axes = layout.size, layout.panels[0]
    edge: dict[str, Any] = {"edgecolor": DARK, "linewidth": 0.35 * size.line}
    values = discovery.table[limit.lever]
    if not limit.choices:
        least, most = float(values.min()), float(values.max())
        low = least if limit.low is None else limit.low
        high = most if limit.high is None else limit.high
        axes.barh(row, 1, tall, color="white", **edge)
        axes.barh(row, (high - low) / (most - least), tall, left=(low - least) / (most - least),
                  color=BLUE, **edge)  # fmt: skip
        return
    every = sorted(set(map(str, values)))
    slot = inches_of(axes)[0] / len(every)
    for place, choice in enumerate(every):
        kept = choice in limit.choices
        axes.barh(row, 1 / len(every), tall, left=place / len(every),
                  color=BLUE if kept else "white", **edge)  # fmt: skip
        text = shortened(choice_text(choice, lang), size.text, 0.9 * slot)
        axes.text((place + 0.5) / len(every), row, text, ha="center", va="center",
                  fontsize=size.text, color="white" if kept else DARK)  # fmt: skip


def words(data: StudyData, lang: Language) -> str:
    """The chart in some sentences, with its numbers."""
    discovery, units = discovery_of(data), data.asked["units"]
    box = discovery.boxes[0]
    return translate(
        "alt_discover",
        lang,
        claim=claim(discovery, lang),
        share=percent(discovery.share, lang),
        runs=number(len(discovery.table), lang),
        limits=listed([limit_words(discovery, limit, units, lang) for limit in box.limits]),
        inside=number(box.runs, lang),
        density=banded(box.density, box.density_band, lang),
        coverage=banded(box.coverage, box.coverage_band, lang),
    )

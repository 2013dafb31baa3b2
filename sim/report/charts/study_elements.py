"""What several charts of studies are made of: scales, small print, names in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from ...results.cell import CellRef
from ...scenario import Scenario
from ..display_names import cell_name, input_name
from ..i18n import Language, labels, number, translate
from ..study_data import StudyData
from ..style import DARK
from .elements import sources_named
from .layout import POINTS, Sheet, text_width

BILLION = 1e9
STEPS = (1, 2, 5, 10)
TICKS = (7, 6, 5, 4, 3, 2)
"""How many numbers a scale below a panel may have, the most that fit."""


def source(told: StudyData, title: str, lang: Language) -> str:
    """Where the figures come from: the program, the scenario, the study, the documents."""
    settings = told.settings
    return translate(
        "study_source",
        lang,
        title=title,
        n=number(settings.replications, lang),
        step=translate(f"step_{settings.step}", lang),
        seed=settings.seed,
        id=told.id,
        sources=sources_named(),
    )


def titled(scenario: Scenario, lang: Language) -> str:
    """What a scenario calls itself."""
    text: str = getattr(scenario.title, lang)
    return text


def key_words(key: str, scenario: Scenario | None, lang: Language) -> str:
    """A key of a scenario in words, or itself where there are none."""
    try:
        if scenario is None:
            return _plain_input(key, lang)
        held = re.fullmatch(r"budget\.vintages\.(\w+)\.lines\.(\w+)", key)
        if held:
            title = getattr(scenario.budget.vintages[held[1]].title, lang)
            what = translate(f"cell_budget_{held[2]}", lang)
            return translate("cell_by", lang, what=what, vintage=title)
        return input_name(key, scenario, lang)
    except (KeyError, AttributeError):
        return key


def _plain_input(key: str, lang: Language) -> str:
    """A key in words where no scenario is at hand to tell the titles of groups and places."""
    name = "input_" + key.replace(".", "_")
    return translate(name, lang) if name in labels() else key


def cell_words(address: CellRef, scenario: Scenario, lang: Language) -> str:
    """A cell in words, or its address where there are none."""
    try:
        return cell_name(address, scenario, lang)
    except KeyError:
        return address.cell


def decimals_of(step: float) -> int:
    """Decimals that the numbers of a scale with this step need."""
    return max(0, -int(np.floor(np.log10(step) + 1e-9)))


def _numbers(axis: Axis, ticks: Sequence[float], lang: Language) -> None:
    step = float(np.diff(ticks).min()) if len(ticks) > 1 else 1.0
    decimals = decimals_of(step)
    axis.set_major_locator(FixedLocator(list(ticks)))
    axis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang, decimals)))


def _ticks(low: float, high: float, most: int) -> list[float]:
    found = MaxNLocator(most, steps=list(STEPS)).tick_values(low, high)
    slack = 1e-9 * (high - low)
    return [float(tick) for tick in found if low - slack <= tick <= high + slack]


def scale_up(axes: Axes, lang: Language, most: int = 5) -> None:
    """Numbers beside the vertical axis, with just the decimals that their step has."""
    low, high = sorted(axes.get_ylim())
    _numbers(axes.yaxis, _ticks(low, high, most), lang)


def scale_along(sheet: Sheet, axes: Axes, lang: Language) -> None:
    """Numbers below the panel, as many as have room; to be called when it has its width."""
    low, high = axes.get_xlim()
    wide, left, plot = _place(sheet, axes)
    size = sheet.look.text
    edge = 0.005 if left < 0.4 * wide else left - 0.5 * size / POINTS
    for most in TICKS:
        ticks = _ticks(low, high, most)
        decimals = decimals_of(float(np.diff(ticks).min())) if len(ticks) > 1 else 0
        ends = []
        kept = []
        for tick in ticks:
            half = text_width(number(tick, lang, decimals), size) / 2
            at = left + plot * (tick - low) / (high - low)
            if at - half > edge and at + half < wide - 0.005:
                ends.append((at - half, at + half))
                kept.append(tick)
        if _apart(ends, size):
            break
    while not _apart(ends, size):
        ends, kept = ends[::2], kept[::2]
    _numbers(axes.xaxis, kept, lang)


def _apart(ends: Sequence[tuple[float, float]], size: float) -> bool:
    """Whether there is air between all numbers."""
    return all(b[0] - a[1] > 0.5 * size / POINTS for a, b in pairwise(ends))


def _place(sheet: Sheet, axes: Axes) -> tuple[float, float, float]:
    """Width of the figure, and where a panel begins and how wide it is [inches]."""
    wide = float(sheet.figure.get_size_inches()[0])
    place = axes.get_position()
    return wide, place.x0 * wide, place.width * wide


def room_right(sheet: Sheet, axes: Axes, ends: Sequence[tuple[float, str]], size: float) -> None:
    """Let the horizontal axis reach so far that a text right of each end stays in the panel."""
    _, _, plot = _place(sheet, axes)
    low, high = axes.get_xlim()
    for end, text in ends:
        taken = text_width(text, size) + 0.8 * size / POINTS
        high = max(high, low + (end - low) * plot / max(plot - taken, 0.2 * plot))
    axes.set_xlim(low, high)


def write_right(axes: Axes, end: float, row: float, text: str, size: float) -> None:
    """A number right of the end of a bar."""
    axes.annotate(
        text, (end, row), (0.4 * size, 0), textcoords="offset points", va="center",
        fontsize=size, color=DARK,
        path_effects=[withStroke(linewidth=0.3 * size, foreground="white")],
    )  # fmt: skip


def zero_line(sheet: Sheet, axes: Axes, upright: bool = False) -> None:
    """The line of nothing, across the panel or upright in it."""
    draw = axes.axvline if upright else axes.axhline
    draw(0, color=DARK, linewidth=0.4 * sheet.look.line)


def cut(text: str, inches: float, size: float) -> str:
    """A name in its slot, cut short where it is longer."""
    if text_width(text, size) <= inches:
        return text
    while text and text_width(text + "…", size) > inches:
        text = text[:-1]
    return text + "…"

"""Chart of an answer: its main number and those of the same kind, as ranges on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..report.charts.elements import source_line
from ..report.charts.layout import (
    LEADING,
    POINTS,
    finish,
    new_figure,
    text_height,
    text_width,
    wrapped,
)
from ..report.i18n import Language, number, translate
from ..report.style import (
    BLUE,
    CHART_SIZES,
    DARK,
    GREY,
    ChartSize,
    bytes_of,
    chart_style,
    fix_colours,
    title_of,
)
from ..studies.base import Value
from .metrics import figure_name, scenario_of
from .questions import Metric, Question
from .text import SCALE, filled, with_band

MONEY = ("billion", "million", "euro")
SIMILAR = 25
"""Numbers up to so many times larger or smaller than the main one share its scale."""
MOST = 6
"""Largest number of ranges in a chart."""
SIZE = replace(CHART_SIZES["page"], width_inches=4.4, title=10, text=8.5, small=7)
"""Narrow, so that its letters can be read on a telephone."""
BAR = 0.22
"""Height of the row of a range, below its name [inches]."""


@dataclass(frozen=True)
class Range:
    """A number of the chart with its interval: ``low`` and ``high`` are its value if it has none.

    The line of a probability begins at zero.

    ``is_given`` is a number that is not simulated: of a document, or an input of the scenario.
    """

    name: str
    text: str
    value: float
    low: float
    high: float
    is_main: bool
    is_given: bool


def ranges(question: Question, values: Mapping[str, Value], lang: Language) -> list[Range]:
    """Return the main number of an answer, and those of its kind and size, in their order.

    Numbers of a second paragraph are of a plan over all years, and are not among them.
    Empty where the answer is one number without an interval: there is nothing to compare.
    """
    if question.headline is None:
        return []
    main = values[question.headline]
    chosen = [
        name
        for name, figure in question.figures.items()
        if name == question.headline
        or (
            name not in question.of_plan
            and _kind(figure) == _kind(question.main)
            and _is_similar(values[name], main, figure)
        )
    ]
    while len(chosen) > MOST:
        chosen.remove(next(name for name in reversed(chosen) if name != question.headline))
    names = [figure_name(question.figures[name], lang) for name in chosen]
    rows = [
        _range(question, name, _distinct(label, names, question.figures[name], lang), values, lang)
        for name, label in zip(chosen, names, strict=True)
    ]
    compared = len(rows) > 1 or rows[0].low < rows[0].high or question.main.chance is not None
    return rows if compared else []


def _range(
    question: Question, name: str, label: str, values: Mapping[str, Value], lang: Language
) -> Range:
    figure, value = question.figures[name], values[name]
    low, high = value.band or (0.0 if figure.chance else value.value, value.value)
    return Range(
        label,
        with_band(value, figure, lang),
        value.value,
        low,
        high,
        name == question.headline,
        figure.given is not None or figure.key is not None,
    )


def _kind(figure: Metric) -> str:
    return "money" if figure.shown in MONEY else figure.shown


def _is_similar(value: Value, main: Value, figure: Metric) -> bool:
    """Whether two numbers can share a scale; shares always can."""
    if figure.shown == "percent":
        return True
    ours, theirs = (max(map(abs, (one.value, *(one.band or ())))) for one in (value, main))
    return bool(theirs <= SIMILAR * ours and ours <= SIMILAR * theirs)


def _distinct(label: str, labels: Sequence[str], figure: Metric, lang: Language) -> str:
    """Return the name of a number, with its scenario where another one has the same name.

    Where all have the same name, which the title of the chart tells, the scenario is enough.
    """
    if labels.count(label) == 1:
        return label
    title: str = getattr(scenario_of(figure.of).title, lang)
    if labels.count(label) == len(labels):
        return title
    return translate("cell_by", lang, what=label, vintage=title)


def chart(
    question: Question, values: Mapping[str, Value], lang: Language
) -> tuple[bytes, str] | None:
    """Return the chart of an answer as SVG, and its alt text; None where it would show nothing."""
    rows = ranges(question, values, lang)
    if not rows:
        return None
    with chart_style(SIZE):
        figure = draw(question, values, rows, lang)
        alt = alt_text(figure, rows, lang)
        return bytes_of(figure, ".svg", SIZE.dpi, title_of(figure), alt), alt


def draw(
    question: Question, values: Mapping[str, Value], rows: Sequence[Range], lang: Language
) -> Figure:
    """Draw the ranges of an answer, the main one first among equals: in blue, the others grey."""
    assert question.short is not None
    title = filled(getattr(question.short, lang), question, values, lang)
    divisor, decimals, unit = _scale(question.main, rows, lang)
    scenario = getattr(scenario_of(question.main.of).title, lang)
    given = translate("answer_chart_given", lang) if any(row.is_given for row in rows) else ""
    names = [_wrapped_name(row, SIZE) for row in rows]
    heights = [text_height(name, SIZE.text) + BAR for name in names]
    layout = new_figure(
        SIZE,
        f"{title[0].upper()}{title[1:]}",
        [""],
        [given, source_line(scenario, lang)],
        subtitle=f"{_shown(question.main, values, rows, lang)}{unit}",
        plots=[sum(heights) + 0.05],
    )
    (axes,) = layout.panels
    _scale_axes(axes, question.main, rows, divisor, decimals, lang)
    axes.set_ylim(sum(heights) + 0.05, 0)
    top = 0.0
    for row, name, height in zip(rows, names, heights, strict=True):
        _draw_range(axes, row, name, top, height, divisor)
        top += height
    fix_colours(axes)
    return finish(layout)


def alt_text(figure: Figure, rows: Sequence[Range], lang: Language) -> str:
    """Return the title of the chart and all its numbers in words."""
    parts = [translate("explorer_value", lang, name=row.name, value=row.text) for row in rows]
    return f"{title_of(figure)}. {'; '.join(parts)}."


def _scale(figure: Metric, rows: Sequence[Range], lang: Language) -> tuple[float, int, str]:
    """Return the divisor of the scale, the decimals of its numbers, and its unit in words."""
    if figure.shown not in MONEY:
        unit = f", {translate('answer_chart_months', lang)}" if figure.shown == "months" else ""
        return *SCALE[figure.shown], unit
    largest = max(abs(end) for row in rows for end in (row.low, row.high))
    for name, key in (("billion", "answer_chart_billion"), ("million", "answer_chart_million")):
        divisor, decimals = SCALE[name]
        if largest >= divisor:
            return divisor, decimals, f", {translate(key, lang)}"
    return 1.0, 0, f", {translate('answer_chart_euro', lang)}"


def _shown(main: Metric, values: Mapping[str, Value], rows: Sequence[Range], lang: Language) -> str:
    """Say what the dots and lines are."""
    if main.chance is not None:
        return translate("answer_chart_chance", lang)
    if all(row.low == row.high for row in rows):
        return translate("answer_chart_values", lang)
    sampled = any(value.sampled for value in values.values())
    return translate("answer_chart_margin" if sampled else "answer_chart_ranges", lang)


def _scale_axes(
    axes: Axes,
    figure: Metric,
    rows: Sequence[Range],
    divisor: float,
    decimals: int,
    lang: Language,
) -> None:
    """Set the limits and the look of the scale: zero is on it, and of a share 100% as well."""
    low = min(0.0, *(row.low for row in rows)) / divisor
    high = max(0.0, *(row.high for row in rows)) / divisor
    if figure.shown == "percent":
        low, high = min(low, 0.0), max(high, 100.0)
    margin = 0.02 * (high - low)
    axes.set_xlim(low - margin, high + margin)
    axes.locator_params(axis="x", nbins=6)
    whole = all(float(tick).is_integer() for tick in axes.get_xticks())
    sign = "%" if figure.shown == "percent" else ""
    axes.xaxis.set_major_formatter(
        lambda value, _: f"{number(value, lang, 0 if whole else max(decimals, 1))}{sign}"
    )
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.tick_params(axis="y", left=False, labelleft=False)
    axes.spines["left"].set_visible(False)
    if low < 0:
        axes.axvline(0, color=DARK, linewidth=0.5 * SIZE.line)


def _wrapped_name(row: Range, size: ChartSize) -> str:
    """Break the name of a range so that its number has room beside it."""
    inside = size.width_inches - 3 * size.margin
    return wrapped(row.name, size.text, inside - text_width(row.text, size.text, bold=True) - 0.25)


def _draw_range(
    axes: Axes, row: Range, name: str, top: float, height: float, divisor: float
) -> None:
    """Draw a range below its name at the left and its number at the right."""
    at = top + height - 0.6 * BAR
    weight = "bold" if row.is_main else "normal"
    colour = BLUE if row.is_main else DARK if row.is_given else GREY
    line = top + 0.5 * (height - BAR - text_height(name, SIZE.text)) + 0.1 * LEADING / POINTS
    for x, side, text in ((0.0, "left", name), (1.0, "right", row.text)):
        axes.text(x, line, text, transform=axes.get_yaxis_transform(), ha=side, va="top",
                  fontsize=SIZE.text, fontweight=weight, linespacing=LEADING,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4})  # fmt: skip
    if row.low < row.high:
        axes.plot([row.low / divisor, row.high / divisor], [at, at], color=colour,
                  linewidth=(2.6 if row.is_main else 1.6) * SIZE.line, solid_capstyle="butt",
                  alpha=0.45)  # fmt: skip
    axes.plot([row.value / divisor], [at], color=colour, marker="D" if row.is_given else "o",
              markersize=(0.85 if row.is_main else 0.65) * SIZE.text,
              markeredgecolor="white", markeredgewidth=0.6)  # fmt: skip

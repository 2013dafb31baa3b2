"""Chart of the value of information: a bar an input, against the value of certainty."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from ..report.charts.bar_rows import FAINT, Rows, new_rows
from ..report.charts.elements import listed, source_line, write_right
from ..report.charts.layout import LegendEntry, Swatch, finish
from ..report.charts.names import plain_source, scenario_label
from ..report.charts.scales import number_scale
from ..report.i18n import Language, translate
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, ORANGE, ChartSize
from .plan_value_inputs import is_inflow
from .plan_value_text import Row, Told, input_names, prices_of, span_of, told_of

NUMBER, INFLOW = Swatch(BLUE), Swatch(ORANGE, "////")
EVPI = Swatch(DARK, line=True)
NOISE = Swatch(DARK, dashes=(2, 2), line=True)
PALE = "#e4e4e4"
MILLION = 1e6
TOLD_OF = 6
"""Inputs that the words name."""


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Draw a bar an input with its 95% interval, the value of certainty, and the noise."""
    told = told_of(data)
    shown = told.shown

    def notes(count: int) -> list[str]:
        note = translate("value_note", lang, others=len(told.rows) - count)
        if len(data.scenarios) > 1:
            return [note, plain_source(translate("plans_what", lang), lang)]
        return [note, source_line(scenario_label(data.first, lang), lang)]

    rows = new_rows(
        size,
        message(told, lang),
        [""],
        input_names(told, shown, lang),
        notes,
        subtitle=translate(
            "value_subtitle", lang, years=span_of(told, lang), prices=prices_of(told, lang)
        ),
        lines=1.2,
        legend=[
            LegendEntry(NUMBER, translate("value_legend_number", lang)),
            LegendEntry(INFLOW, translate("value_legend_inflow", lang)),
            LegendEntry(EVPI, translate("value_legend_evpi", lang)),
            LegendEntry(NOISE, translate("value_legend_noise", lang)),
        ],
        faint=[not row["told"] for row in shown],
        gap=0.35,
    )
    _bars(rows, [shown[place] for place in rows.shown], told, lang)
    return finish(rows.layout)


def message(told: Told, lang: Language) -> str:
    """Return which input is worth most, of how much that certainty is worth."""
    evpi, row = told.million(told.whole["evpi"], lang), told.most
    if row is None:
        return translate("value_message_none", lang, evpi=evpi)
    (name,) = input_names(told, [row], lang)
    text = translate(
        "value_message", lang, evpi=evpi, name=name, value=told.million(row["value"], lang)
    )
    return text[0].upper() + text[1:]


def _bars(drawn: Rows, rows: Sequence[Row], told: Told, lang: Language) -> None:
    size, (axes,) = drawn.layout.size, drawn.layout.panels
    evpi, written = told.whole["evpi"] / MILLION, []
    for at, row in zip(drawn.at, rows, strict=True):
        mark = INFLOW if is_inflow(row["input"]) else NUMBER
        value, low, high = (row[name] / MILLION for name in ("value", "value_low", "value_high"))
        axes.barh(at, value, 0.7 * drawn.tall, color=mark.colour if row["told"] else PALE,
                  edgecolor=DARK, linewidth=0.2 * size.line,
                  hatch=mark.hatch if row["told"] else "")  # fmt: skip
        axes.hlines(at, low, high, color="white", linewidth=1.3 * size.line)
        axes.hlines(at, low, high, color=FAINT, linewidth=0.6 * size.line)
        written.append((max(value, high), at, told.million(row["value"], lang)))
    axes.axvline(evpi, color=DARK, linewidth=size.line)
    axes.axvline(told.whole["noise"] / MILLION, color=DARK, linewidth=0.6 * size.line,
                 linestyle=(0, NOISE.dashes))  # fmt: skip
    axes.set_xlim(0, 1.02 * max(evpi, *(end for end, _, _ in written)))
    number_scale(axes.xaxis, lang, 7)
    for end, at, text in written:
        write_right(axes, end, at, text, drawn.points)


def words(data: StudyData, lang: Language) -> str:
    """Describe the chart in some sentences, with its numbers."""
    told = told_of(data)
    first = told.shown[:TOLD_OF]
    parts = [
        translate(
            "alt_value_input",
            lang,
            name=name,
            value=told.million(row["value"], lang),
            low=told.million(row["value_low"], lang),
            high=told.million(row["value_high"], lang),
        )
        for row, name in zip(first, input_names(told, first, lang), strict=True)
    ]
    return translate("alt_value", lang, title=message(told, lang), told=listed(parts))


def shown(data: StudyData) -> bool:
    """Return whether certainty is worth anything."""
    return bool(told_of(data).whole["evpi"] > 0)

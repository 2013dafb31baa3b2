"""Chart of the scorecard: skill against the naive benchmark and coverage, by series."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from importlib import metadata

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...hindcast import Estimate, Hindcasts, Score, as_csv, scores
from ..i18n import Language, number, translate
from ..style import BLUE, DARK, ORANGE, ChartFigure, ChartSize, chart_style
from .bar_rows import Rows, new_rows
from .elements import listed
from .layout import LegendEntry, Swatch, finish
from .scales import number_scale, set_scale

MODEL = Swatch(BLUE, line=True, marker="o", bare=True)
WITHOUT = Swatch(BLUE, line=True, marker="o", inside="white", bare=True)
POOLED = Swatch(ORANGE, line=True, marker="D", bare=True)
RATIOS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
LINES = {False: 2.1, True: 1.25}
"""Height of the marks of a row in lines of text: on paper, and on a slide."""
NOMINAL = 80.0
"""Share of outcomes that the 80% interval is to contain [%]."""


def id_of(found: Hindcasts) -> str:
    """Return a short hash of hindcasts."""
    return hashlib.sha256(as_csv(found).encode()).hexdigest()[:12]


def whole(found: Hindcasts) -> list[Score]:
    """Return the scores over all horizons, one a series."""
    return [score for score in scores(found) if score.ahead is None]


def draw(found: Hindcasts, replications: int, size: ChartSize, lang: Language) -> Figure:
    """Draw a row a series: ratios of CRPS with their intervals, and coverage of the interval.

    In a column the ratios alone.
    """
    with chart_style(size):
        return _draw(found, replications, size, lang)


def _draw(found: Hindcasts, replications: int, size: ChartSize, lang: Language) -> Figure:
    scored = whole(found)
    heads = [translate("score_chart_ratio", lang), translate("score_chart_coverage", lang)]
    legend = [
        LegendEntry(MODEL, translate("score_program", lang)),
        LegendEntry(WITHOUT, translate("score_chart_without", lang)),
        LegendEntry(POOLED, translate("score_pool", lang)),
    ]

    def notes(shown: int) -> list[str]:
        text = translate("score_chart_note", lang)
        if shown < len(scored):
            text += " " + translate("score_chart_left_out", lang, n=len(scored) - shown)
        return [text, translate("score_chart_source", lang, version=metadata.version("opvangsim"))]

    key = "score_chart_subtitle_brief" if size.brief else "score_chart_subtitle"
    rows = new_rows(
        size,
        message(found, lang),
        heads[:1] if size.brief else heads,
        [translate(f"series_{score.series}", lang) for score in scored],
        notes,
        subtitle=translate(key, lang),
        legend=legend,
        lines=LINES[size.height_inches is not None],
        share=0.22,
        gap=0.3,
    )
    figure = rows.layout.figure
    if isinstance(figure, ChartFigure):
        figure.identity = f"opvangsim hindcasts {id_of(found)}, {replications} replications"
    shown = [scored[place] for place in rows.shown]
    _ratios(rows, shown, lang)
    if not size.brief:
        _coverage(rows, shown, lang)
    return finish(rows.layout)


def message(found: Hindcasts, lang: Language) -> str:
    """Return for how many series the model does better than the naive benchmark."""
    ratios = [score.program_ratio.value for score in whole(found)]
    better = sum(ratio < 1 for ratio in ratios)
    return translate("score_chart_message", lang, better=better, n=len(ratios))


def _ratios(rows: Rows, shown: Sequence[Score], lang: Language) -> None:
    """Draw model, model without March 2016, and pool, below one another in each row."""
    axes = rows.layout.panels[0]
    axes.set_xscale("log")
    ends = [1.0]
    for at, score in zip(rows.at, shown, strict=True):
        marks = (
            (score.program_ratio, MODEL),
            (score.program_ratio_without_2016, WITHOUT),
            (score.pool_ratio, POOLED),
        )
        for place, (estimate, swatch) in enumerate(marks):
            if estimate is not None:
                ends += _mark(rows, axes, at + (place - 1) * rows.tall / 3, estimate, swatch)
    axes.axvline(1.0, color=DARK, linewidth=0.5 * rows.layout.size.line)
    axes.set_xlim(0.92 * min(ends), 1.08 * max(ends))
    set_scale(axes.xaxis, _ticks, lambda ticks: [number(tick, lang, 1) for tick in ticks])


def _ticks(low: float, high: float) -> Iterable[list[float]]:
    """Return ratios to be named on the scale: 1, 2, 5 and so on, or one alone."""
    ticks = [at for at in RATIOS if low <= at <= high]
    return ticks, [1.0]


def _coverage(rows: Rows, shown: Sequence[Score], lang: Language) -> None:
    axes = rows.layout.panels[1]
    for at, score in zip(rows.at, shown, strict=True):
        held = score.coverage
        percent = Estimate(100 * held.share, 100 * held.low, 100 * held.high)
        _mark(rows, axes, at, percent, MODEL)
    axes.axvline(NOMINAL, color=DARK, linewidth=0.5 * rows.layout.size.line)
    axes.set_xlim(0, 103)
    number_scale(axes.xaxis, lang)


def _mark(rows: Rows, axes: Axes, at: float, found: Estimate, swatch: Swatch) -> list[float]:
    """Draw an estimate with its interval; return the ends that have to be in sight."""
    size = rows.layout.size
    axes.plot([found.low, found.high], [at, at], color=swatch.colour, linewidth=0.6 * size.line)
    axes.plot([found.value], [at], swatch.marker, color=swatch.colour, markersize=0.5 * size.text,
              markerfacecolor=swatch.inside or swatch.colour,
              markeredgewidth=0.5 * size.line)  # fmt: skip
    return [end for end in (found.low, found.value, found.high) if end > 0]


def alt_text(found: Hindcasts, lang: Language) -> str:
    """Describe the chart: for each series the ratios with their intervals, and the coverage."""

    def ratio(estimate: Estimate) -> str:
        ends = [number(one, lang, 2) for one in (estimate.value, estimate.low, estimate.high)]
        return translate("alt_score_ratio", lang, value=ends[0], low=ends[1], high=ends[2])

    parts = [
        translate(
            "alt_score_series",
            lang,
            series=translate(f"series_{score.series}", lang),
            program=ratio(score.program_ratio),
            pool=ratio(score.pool_ratio),
            held=number(100 * score.coverage.share, lang),
        )
        for score in whole(found)
    ]
    return translate("alt_score", lang, title=message(found, lang), told=listed(parts))

"""All shipped scenarios side by side: need and gap of one year, sorted by the gap."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

from matplotlib.figure import Figure

from ..display_names import is_illustrative, short_title
from ..i18n import Language, billion, number, translate
from ..overview import SETTINGS, YEAR, ScenarioHeadline, as_csv, headlines
from ..style import BLUE, DARK, ChartFigure, ChartSize, chart_style
from ..style_sheet import tint
from .bar_rows import Rows, new_rows
from .elements import BILLION, amount, listed
from .layout import finish
from .names import plain_source
from .scales import number_scale

BASE = "baseline"
GROUPS = ("overview_policy", "overview_illustrative")
SHADE = 0.35
"""Opacity of the intervals."""
MOST_BRIEF = 26
"""Rows of a chart as wide as a column."""
Value = Callable[[ScenarioHeadline], tuple[float, float, float]]
Panel = tuple[Value, float, int]
PANELS: tuple[Panel, ...] = ((lambda one: one.need, 1e3, 0), (lambda one: one.gap, BILLION, 1))


def id_of(known: Sequence[ScenarioHeadline]) -> str:
    """Return a short hash of the table."""
    return hashlib.sha256(as_csv(list(known)).encode()).hexdigest()[:12]


def draw(titles: Mapping[str, str], size: ChartSize, lang: Language) -> Figure:
    """Draw a row for each scenario with its title; in a column its name, and the gap alone."""
    with chart_style(size):
        return _draw(titles, size, lang)


def _draw(titles: Mapping[str, str], size: ChartSize, lang: Language) -> Figure:
    known = headlines()
    order = sorted((known[name] for name in titles), key=lambda one: one.gap[1])
    groups = [[one for one in order if is_illustrative(titles[one.name]) == made_up]
              for made_up in (False, True)]  # fmt: skip
    lines: list[ScenarioHeadline | None] = []
    for group in groups:
        lines += [None, *group] if group else []
    heads = iter(key for key, group in zip(GROUPS, groups, strict=True) if group)
    names = [short_title(titles[one.name]) if one else translate(next(heads), lang)
             for one in lines]  # fmt: skip
    far = sorted((n for n, one in enumerate(lines) if one is not None and one.name != BASE),
                 key=lambda n: -abs(_gap_of(lines[n]) - known[BASE].gap[1]))  # fmt: skip
    first = [n for n, one in enumerate(lines) if one is None or one.name == BASE]
    ranked = [*first, *far]
    panels = PANELS[1:] if size.brief else PANELS
    heads_ = ["overview_gap"] if size.brief else ["overview_need", "overview_gap"]

    def notes(shown: int) -> list[str]:
        text = translate("overview_note", lang)
        if shown < len(lines):
            text += " " + translate("overview_left_out", lang, n=len(lines) - shown)
        return [text, plain_source(translate("overview_what", lang), lang)]

    rows = new_rows(
        size,
        message(titles, lang),
        [translate(key, lang) for key in heads_],
        names,
        notes,
        subtitle=translate("overview_subtitle", lang, year=YEAR),
        lines=1.05,
        above=False,
        share=0.5 if size.brief else 0.44,
        gap=0.2,
        most=MOST_BRIEF if size.brief else len(lines),
        choose=lambda count: sorted(ranked[:count]),
    )
    chosen = [lines[place] for place in rows.shown]
    for place, panel in enumerate(panels):
        _bands(rows, place, chosen, panel, lang)
    _group_heads(rows, chosen)
    figure = rows.layout.figure
    if isinstance(figure, ChartFigure):
        figure.identity = (
            f"opvangsim table {id_of(list(known.values()))}, {SETTINGS.replications} replications, "
            f"seed {SETTINGS.seed}"
        )
    return finish(rows.layout)


def _gap_of(one: ScenarioHeadline | None) -> float:
    return one.gap[1] if one is not None else 0.0


def message(titles: Mapping[str, str], lang: Language) -> str:
    """Return the gap of the baseline, and the lowest and highest of all scenarios."""
    known = headlines()
    gaps = [known[name].gap[1] for name in titles]
    base, low, high = (billion(eur, lang) for eur in (known[BASE].gap[1], min(gaps), max(gaps)))
    return translate("overview_message", lang, year=YEAR, base=base, low=low, high=high)


def _group_heads(rows: Rows, chosen: Sequence[ScenarioHeadline | None]) -> None:
    """Set the names of groups in bold."""
    labels = rows.layout.panels[0].get_yticklabels()
    for label, one in zip(labels, chosen, strict=True):
        if one is None:
            label.set_fontweight("bold")


def _bands(
    rows: Rows, place: int, chosen: Sequence[ScenarioHeadline | None], panel: Panel, lang: Language
) -> None:
    """Draw interval and median of each scenario, the number right of its dot."""
    size, axes = rows.layout.size, rows.layout.panels[place]
    value, unit, decimals = panel
    base = value(headlines()[BASE])[1] / unit
    axes.axvline(base, color=BLUE, linewidth=0.5 * size.line, linestyle=(0, (4, 3)), zorder=0.9)
    shown = [(at, one) for at, one in zip(rows.at, chosen, strict=True) if one is not None]
    written = []
    for at, one in shown:
        low, middle, high = (number_ / unit for number_ in value(one))
        axes.barh(at, high - low, 0.62 * rows.tall, left=low, color=tint(BLUE, SHADE))
        axes.plot([middle], [at], "o", color=DARK, markersize=0.42 * size.text)
        written.append((middle, at, number(middle, lang, decimals)))
    ends = [value(one)[2] / unit for _, one in shown]
    axes.set_xlim(min(0.0, *(1.05 * value(one)[0] / unit for _, one in shown)), max(ends))
    number_scale(axes.xaxis, lang, 7)
    for middle, at, text in written:
        axes.annotate(text, (middle, at), (0.75 * rows.points, 0), textcoords="offset points",
                      va="center", fontsize=rows.points)  # fmt: skip


def alt_text(titles: Mapping[str, str], lang: Language) -> str:
    """Describe the chart in some sentences: each scenario with its need and gap."""
    known = headlines()
    order = sorted((known[name] for name in titles), key=lambda one: one.gap[1])
    parts = [
        translate(
            "alt_overview_one",
            lang,
            title=short_title(titles[one.name]),
            need=amount(one.need[1], lang),
            gap=billion(one.gap[1], lang),
            low=number(one.gap[0] / BILLION, lang, 1),
            high=number(one.gap[2] / BILLION, lang, 1),
        )
        for one in order
    ]
    return translate("alt_overview", lang, title=message(titles, lang), year=YEAR, n=len(order),
                     told=listed(parts))  # fmt: skip

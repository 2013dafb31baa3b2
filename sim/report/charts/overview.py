"""All shipped scenarios side by side: need and gap of one year, sorted by the gap."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

from matplotlib.figure import Figure

from ..i18n import Language, billion, number, translate
from ..overview import SETTINGS, YEAR, ScenarioHeadline, as_csv, headlines
from ..style import BLUE, DARK, ChartSize, chart_style
from .bar_rows import Rows, new_rows
from .elements import BILLION, amount, cited_sources, listed, write_right
from .layout import finish
from .scales import number_scale

BASE = "baseline"
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
    far = sorted(range(len(order)), key=lambda n: -abs(order[n].gap[1] - known[BASE].gap[1]))
    ranked = sorted(far, key=lambda n: order[n].name != BASE)
    panels = PANELS[1:] if size.brief else PANELS
    heads = [translate("overview_gap", lang)]
    if not size.brief:
        heads.insert(0, translate("overview_need", lang))

    def notes(shown: int) -> list[str]:
        text = translate("overview_note", lang)
        if shown < len(order):
            text += " " + translate("overview_left_out", lang, n=len(order) - shown)
        source = translate("overview_source", lang, n=SETTINGS.replications, seed=SETTINGS.seed,
                       id=id_of(list(known.values())), sources=cited_sources())  # fmt: skip
        return [text, source]

    rows = new_rows(
        size,
        translate("overview_title", lang),
        heads,
        [one.name if size.brief else titles[one.name] for one in order],
        notes,
        lines=1.05,
        above=False,
        share=0.44,
        gap=0.2,
        choose=lambda count: sorted(ranked[:count]),
    )
    chosen = [order[place] for place in rows.shown]
    for place, panel in enumerate(panels):
        _bands(rows, place, chosen, panel, lang)
    return finish(rows.layout)


def _bands(
    rows: Rows, place: int, chosen: Sequence[ScenarioHeadline], panel: Panel, lang: Language
) -> None:
    size, axes = rows.layout.size, rows.layout.panels[place]
    value, unit, decimals = panel
    ends, base = [], 0.0
    for at, one in zip(rows.at, chosen, strict=True):
        low, middle, high = (number_ / unit for number_ in value(one))
        axes.barh(at, high - low, 0.55 * rows.tall, left=low, color="#b5cde0")
        axes.plot([middle], [at], "o", color=DARK, markersize=0.45 * size.text)
        ends.append((high, number(middle, lang, decimals)))
        if one.name == BASE:
            base = middle
    axes.axvline(base, color=BLUE, linewidth=0.5 * size.line, linestyle=(0, (4, 3)))
    axes.set_xlim(min(0.0, *(1.05 * value(one)[0] / unit for one in chosen)),
                  max(end for end, _ in ends))  # fmt: skip
    number_scale(axes.xaxis, lang, 7)
    for (end, text), at in zip(ends, rows.at, strict=True):
        write_right(axes, end, at, text, rows.points)


def alt_text(titles: Mapping[str, str], lang: Language) -> str:
    """Describe the chart in some sentences: each scenario with its need and gap."""
    known = headlines()
    order = sorted((known[name] for name in titles), key=lambda one: one.gap[1])
    parts = [
        translate(
            "alt_overview_one",
            lang,
            title=titles[one.name],
            need=amount(one.need[1], lang),
            gap=billion(one.gap[1], lang),
            low=number(one.gap[0] / BILLION, lang, 1),
            high=number(one.gap[2] / BILLION, lang, 1),
        )
        for one in order
    ]
    return translate("alt_overview", lang, year=YEAR, n=len(order), told=listed(parts))

"""All shipped scenarios side by side: need and gap of one year, sorted by the gap."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

from matplotlib.figure import Figure

from ..i18n import Language, billion, number, translate
from ..overview import SETTINGS, YEAR, ScenarioHeadline, as_csv, headlines
from ..style import BLUE, DARK
from .bar_rows import Rows, row_sheet
from .elements import amount, listed, sources_named
from .size import ChartSize
from .study_elements import BILLION, room_right, scale_along, write_right

BASE = "baseline"
Value = Callable[[ScenarioHeadline], tuple[float, float, float]]
Panel = tuple[Value, float, int]
PANELS: tuple[Panel, ...] = ((lambda one: one.need, 1e3, 0), (lambda one: one.gap, BILLION, 1))


def id_of(known: Sequence[ScenarioHeadline]) -> str:
    """Identity of the table: what it says."""
    return hashlib.sha256(as_csv(list(known)).encode()).hexdigest()[:12]


def draw(titles: Mapping[str, str], look: ChartSize, lang: Language) -> Figure:
    """A row a scenario, its title at the left; in a column its name, and the gap alone."""
    known = headlines()
    order = sorted((known[name] for name in titles), key=lambda one: one.gap[1])
    far = sorted(range(len(order)), key=lambda n: -abs(order[n].gap[1] - known[BASE].gap[1]))
    ranked = sorted(far, key=lambda n: order[n].name != BASE)
    panels = PANELS[1:] if look.brief else PANELS
    heads = [translate("overview_gap", lang)]
    if not look.brief:
        heads.insert(0, translate("overview_need", lang))

    def notes(shown: int) -> list[str]:
        text = translate("overview_note", lang)
        if shown < len(order):
            text += " " + translate("overview_left_out", lang, n=len(order) - shown)
        source = translate("overview_source", lang, n=SETTINGS.replications, seed=SETTINGS.seed,
                       id=id_of(list(known.values())), sources=sources_named())  # fmt: skip
        return [text, source]

    rows = row_sheet(
        look,
        translate("overview_title", lang),
        heads,
        [one.name if look.brief else titles[one.name] for one in order],
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
    return rows.sheet.figure


def _bands(
    rows: Rows, place: int, chosen: Sequence[ScenarioHeadline], panel: Panel, lang: Language
) -> None:
    sheet, look, axes = rows.sheet, rows.sheet.look, rows.sheet.panels[place]
    value, unit, decimals = panel
    ends, base = [], 0.0
    for at, one in zip(rows.at, chosen, strict=True):
        low, middle, high = (number_ / unit for number_ in value(one))
        axes.barh(at, high - low, 0.55 * rows.tall, left=low, color="#b5cde0")
        axes.plot([middle], [at], "o", color=DARK, markersize=0.45 * look.text)
        ends.append((high, number(middle, lang, decimals)))
        if one.name == BASE:
            base = middle
    axes.axvline(base, color=BLUE, linewidth=0.5 * look.line, linestyle=(0, (4, 3)))
    axes.set_xlim(min(0.0, *(1.05 * value(one)[0] / unit for one in chosen)),
                  max(end for end, _ in ends))  # fmt: skip
    room_right(sheet, axes, ends, rows.size)
    scale_along(sheet, axes, lang)
    for (end, text), at in zip(ends, rows.at, strict=True):
        write_right(axes, end, at, text, rows.size)


def words(titles: Mapping[str, str], lang: Language) -> str:
    """The chart in some sentences: each scenario with its need and gap."""
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

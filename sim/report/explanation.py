"""An explanation as a table, a waterfall and the sentence that sums it up."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable, Mapping
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from rich.table import Table

from ..decide.changes import THEMES, Factor
from ..decide.explain import Explanation
from ..scenario import Scenario
from .canvas import BLUE, DARK, ORANGE, STYLE, head_and_foot, page
from .labels import Language, billion, label, million, number
from .text import prices_label

LONGEST = 34
"""Letters of a name beside the waterfall before it goes on the next line."""


def factor_name(name: str, lang: Language) -> str:
    """What a reader calls a factor: a theme in words, a patch or a key by its name."""
    return label(f"theme_{name}", lang) if name in THEMES else name


def statistic_name(statistic: str, lang: Language) -> str:
    """Median, mean, or a percentile."""
    if statistic in ("p50", "mean"):
        return label(f"statistic_{statistic}", lang)
    return label("statistic_percentile", lang, n=int(statistic.removeprefix("p")))


def effects_table(found: Explanation, scenarios: Mapping[str, Scenario], lang: Language) -> Table:
    """From the first gap to the second, a row a factor; the residual always shown."""
    address = found.address
    title = label(
        "explain_title",
        lang,
        first=found.first,
        second=found.second,
        line=label(f"line_{address.line}", lang),
        year=address.year,
        statistic=statistic_name(address.statistic, lang),
        prices=prices_label(scenarios[found.first], lang),
    )
    table = Table(title=title.replace("[", r"\["), title_justify="left")
    table.add_column(label("explain_factor", lang))
    for key in ("explain_effect", "explain_alone", "explain_last", "explain_band"):
        table.add_column(label(key, lang), justify="right", no_wrap=True)
    table.add_row(_end("explain_from", found.first, lang), million(found.before, lang))
    table.add_section()
    for row in found.effects.to_dict("records"):
        band = label("range", lang, low=million(row["p10"], lang), high=million(row["p90"], lang))
        table.add_row(
            factor_name(str(row["factor"]), lang),
            *(million(row[column], lang) for column in ("effect", "alone", "last")),
            band if row["p10"] or row["p90"] else "",
        )
    table.add_row(label("explain_residual", lang), million(found.residual, lang))
    table.add_section()
    table.add_row(_end("explain_to", found.second, lang), million(found.after, lang))
    return table


def sentences(found: Explanation, lang: Language) -> list[str]:
    """What the factors take off together, and what none of them covers."""
    effect = found.after - found.before
    way = "explain_lowers" if effect < 0 else "explain_raises"
    if found.before <= 0:
        way = "explain_changes"
    key = "explain_enough" if found.after <= 0 else "explain_remains"
    if found.after > 0 and effect >= 0:
        key = "explain_short"
    verdict = label(
        way,
        lang,
        year=found.address.year,
        before=billion(found.before, lang),
        effect=billion(abs(effect) if found.before > 0 else effect, lang),
    )
    return [
        f"{verdict} {label(key, lang, left=billion(abs(found.after), lang))}",
        label(
            "explain_method",
            lang,
            n=sum(1 for f in found.factors if f.keys),
            runs=found.runs,
            priced=found.priced,
        ),
    ]


def cells(found: Explanation) -> pd.DataFrame:
    """The two ends and the residual as a table."""
    rows = [(found.first, found.before), (found.second, found.after), ("residual", found.residual)]
    return pd.DataFrame({"cell": str(found.address), "of": [name for name, _ in rows],
                         "value": [value for _, value in rows]})  # fmt: skip


def chart(
    found: Explanation,
    scenarios: Mapping[str, Scenario],
    study_id: str,
    replications: int,
    lang: Language,
) -> Figure:
    """The waterfall: bars from the first gap to the second, down the page."""
    shown = [row for row in found.effects.to_dict("records") if row["effect"]]
    if found.residual:
        shown.append({"factor": label("explain_residual", lang), "effect": found.residual})
    with mpl.rc_context(STYLE):
        figure = page(1.75 + 0.36 * (len(shown) + 2))
        height = float(figure.get_size_inches()[1])
        axes = figure.add_axes((0.34, 0.95 / height, 0.6, 1 - 1.5 / height))
        _waterfall(axes, found, shown, lang)
        axes.set_xlabel(
            label("chart_gap_axis", lang, prices=prices_label(scenarios[found.first], lang)),
            fontsize=8,
        )
        note = label(
            "explain_note",
            lang,
            statistic=statistic_name(found.address.statistic, lang),
            first=getattr(scenarios[found.first].title, lang),
            second=getattr(scenarios[found.second].title, lang),
            n=number(replications, lang),
            id=study_id,
        )
        title = label(
            "explain_chart",
            lang,
            year=found.address.year,
            before=billion(found.before, lang),
            after=billion(found.after, lang),
        )
        head_and_foot(figure, title, note)
        return figure


def _waterfall(
    axes: Axes, found: Explanation, shown: list[dict[Hashable, Any]], lang: Language
) -> None:
    at = found.before / 1e9
    factors = {factor.name: factor for factor in found.factors}
    names = [textwrap.fill(_end("explain_from", found.first, lang), LONGEST + 6)]
    axes.barh(0, at, 0.62, color=DARK)
    _write(axes, 0, 0.0, at, billion(found.before, lang))
    for row_number, row in enumerate(shown, start=1):
        effect = float(row["effect"]) / 1e9
        rises = effect > 0
        axes.barh(row_number, effect, 0.62, left=at, color=ORANGE if rises else BLUE,
                  hatch="///" if rises else "", edgecolor=DARK, linewidth=0.5)  # fmt: skip
        axes.vlines(at, row_number - 1, row_number, color=DARK, linewidth=0.7)
        sign = "+" if rises else ""
        _write(axes, row_number, at, at + effect, f"{sign}{number(effect, lang, 2)}")
        at += effect
        factor = factors.get(row["factor"])
        names.append(_titled(factor, lang) if factor else str(row["factor"]))
    last = len(shown) + 1
    axes.vlines(at, last - 1, last, color=DARK, linewidth=0.7)
    axes.barh(last, found.after / 1e9, 0.62, color=DARK)
    _write(axes, last, 0.0, found.after / 1e9, billion(found.after, lang))
    names.append(textwrap.fill(_end("explain_to", found.second, lang), LONGEST + 6))
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_ylim(last + 0.6, -0.6)
    low, high = axes.get_xlim()
    axes.set_xlim(low - (0.08 * (high - low) if low < 0 else 0), high + 0.14 * (high - low))
    axes.axvline(0, color=DARK, linewidth=0.9)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang, 1)))


def _end(key: str, name: str, lang: Language) -> str:
    """An end of the waterfall, with room to break a chain at its joints."""
    return label(key, lang, name=name.replace("+", " + "))


def _write(axes: Axes, row: int, left: float, right: float, text: str) -> None:
    axes.annotate(text, (max(left, right), row), (4, 0), textcoords="offset points",
                  va="center", fontsize=8)  # fmt: skip


def _titled(factor: Factor, lang: Language) -> str:
    """A factor beside its bar, broken where it is long: a patch by its title."""
    text = factor.title.get(lang) or factor_name(factor.name, lang)
    if not factor.title and len(text) > LONGEST and "." in text[:LONGEST]:
        at = text.rindex(".", 0, LONGEST) + 1
        return f"{text[:at]}\n{text[at:]}"
    return textwrap.fill(text, LONGEST + 6)

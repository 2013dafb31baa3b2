"""What the page shows of an answer: sentences, a table, and charts with their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ..report.charts import CHART_SIZES, CHARTS, RunData, Width, alt_text, draw
from ..report.i18n import Language, million, number, probability, translate
from ..report.run_tables import headline_rows, prices_label
from ..report.style import bytes_of, title_of
from ..runs.provenance import Provenance, marked
from ..what_if.answer import CHARTS as SHOWN
from ..what_if.answer import COST_CHARTS, Answer, extra_budget_text
from ..what_if.sliders import BUDGET_YEAR, Slider, moves_text

Json = dict[str, Any]


def shown(answer: Answer, moved: Mapping[Slider, float], lang: Language) -> Json:
    """Return what the page says of an answer in a language.

    The address of a chart has only the sliders on which it depends.
    """
    data = answer.data
    people = {one: value for one, value in moved.items() if not one.costs_only}
    return {
        "headline": headline(data, lang),
        "enough": extra_budget_text(answer, lang),
        "moves": moves_text(moved, lang) if moved else translate("serve_unmoved", lang),
        "settled": translate("whatif_settled", lang, n=data.replications),
        "charts": [
            {
                "name": name,
                "title": translate(f"serve_chart_{name}", lang),
                "alt": alt_text(name, data, lang),
                "address": address(name, moved if name in COST_CHARTS else people, lang),
            }
            for name in SHOWN
            if CHARTS[name].is_drawable(data)
        ],
        "table": table(data, lang),
    }


def address(name: str, moved: Mapping[Slider, float], lang: Language) -> str:
    """Return the address of a chart, relative to that of the page."""
    values = {one.name: f"{value:g}" if value % 1 else str(int(value))
              for one, value in moved.items() if one.name != "certainty"}  # fmt: skip
    return f"chart/{name}.svg?{urlencode(values | {'lang': lang})}"


def headline(data: RunData, lang: Language) -> str:
    """Say in a few words the gap of the year that matters most, and that without changes."""
    row = _leading(data)
    if row is None:
        return ""
    short = row["gap_p50"] > 0
    ends = (row["gap_p10"], row["gap_p90"]) if short else (-row["gap_p90"], -row["gap_p10"])
    low, high = (number(end / 1e9, lang, 1) for end in ends)
    text = translate(
        "serve_headline_short" if short else "serve_headline_left",
        lang,
        year=row["year"],
        amount=number(abs(row["gap_p50"]) / 1e9, lang, 1),
        low=low,
        high=high,
    )
    behind = [] if data.baseline is None else _budgeted(data.baseline)
    before = [one["gap_p50"] for one in behind if one["year"] == row["year"]]
    if not before:
        return text
    key = "serve_before_short" if before[0] > 0 else "serve_before_left"
    return translate(key, lang, headline=text, amount=number(abs(before[0]) / 1e9, lang, 1))


def _leading(data: RunData) -> dict[Any, Any] | None:
    """Return the year of the budget slider, or else the last one that has a budget."""
    rows = _budgeted(data)
    found = [row for row in rows if row["year"] == BUDGET_YEAR]
    return next(iter(found or rows[-1:]), None)


def table(data: RunData, lang: Language) -> Json:
    """Return the gap by year with its interval, beside that of the scenario without changes."""
    heads = [translate("year", lang)]
    columns = [gaps(data, lang)]
    if data.baseline is not None:
        columns.insert(0, gaps(data.baseline, lang))
        heads.append(translate("serve_without", lang))
    heads += [
        translate("serve_with" if data.baseline else "gap", lang),
        translate("serve_chance", lang),
    ]
    return {
        "caption": translate(
            "serve_table",
            lang,
            vintage=getattr(data.scenario.headline.title, lang),
            prices=prices_label(data.scenario, lang),
        ),
        "heads": heads,
        "rows": [
            [
                str(row["year"]),
                *(column.get(row["year"], "") for column in columns),
                probability(row["p_gap_positive"], lang, brief=True),
            ]
            for row in _budgeted(data)
        ],
    }


def gaps(data: RunData, lang: Language) -> dict[int, str]:
    """Return the median gap with its 80% interval in millions of euros, by year."""
    return {
        row["year"]: translate(
            "serve_gap",
            lang,
            median=million(row["gap_p50"], lang),
            low=million(row["gap_p10"], lang),
            high=million(row["gap_p90"], lang),
        )
        for row in _budgeted(data)
    }


def _budgeted(data: RunData) -> list[dict[Any, Any]]:
    rows = headline_rows(data.budget, data.scenario)
    return rows[rows["budget"].notna()].to_dict("records")


def chart(
    answer: Answer, name: str, lang: Language, width: Width, suffix: str, stamp: Provenance
) -> bytes:
    """Return a chart as the bytes of a PNG or SVG file, with its words and provenance."""
    size = CHART_SIZES[width]
    figure = draw(name, answer.data, size, lang)
    words = alt_text(name, answer.data, lang)
    data = bytes_of(figure, suffix, size.dpi, title_of(figure), words)
    return marked(data, suffix, stamp)

"""Sheets on where numbers come from: every number with its basis, and every source."""

from __future__ import annotations

from datetime import date

from ..report.i18n import Language, translate, translate_sentence, unit_name
from ..report.scenario_listing import kind_of, spread_text
from ..scenario import Quantity, Scenario, quantities
from ..scenario.introspect import at
from ..scenario.listing import by_source
from ..scenario.schema import Scenario as ScenarioSchema
from .workbook_writer import (
    PLAIN,
    TITLE,
    WRAP,
    Content,
    Sheet,
    fit_rows,
    head_row,
    lay_out,
    put,
    set_widths,
)

HEAD = 3


def write_numbers(sheet: Sheet, scenario: Scenario, lang: Language) -> None:
    """Write every number of a scenario, a row per date, with its source or assumption."""
    put(sheet, (1, 1), translate("book_numbers", lang), style=TITLE)
    keys = (
        "form_key", "form_date", "form_value", "form_unit", "shown_spread", "book_price_year",
        "shown_source", "form_where", "shown_assumption", "shown_meaning",
    )  # fmt: skip
    head_row(sheet, HEAD, [translate(key, lang) for key in keys])
    row = HEAD + 1
    for key, quantity in quantities(scenario):
        for order, (day, amount) in enumerate(quantity.pairs()):
            dated = day if isinstance(quantity.value, tuple) else None
            cells: list[Content] = [key, dated, amount, unit_name(quantity.unit, lang)]
            if order == 0:
                cells += _basis(key, quantity, scenario, lang)
            for column, content in enumerate(cells, start=1):
                put(sheet, (row, column), content, style=PLAIN | WRAP)
            row += 1
    set_widths(sheet, (44, 12, 16, 20, 34, 9, 18, 30, 60, 44))
    fit_rows(sheet, HEAD + 1)
    sheet.out.autofilter(HEAD - 1, 0, row - 2, len(keys) - 1)
    lay_out(sheet, head=HEAD, columns=1)


def _basis(key: str, quantity: Quantity, scenario: Scenario, lang: Language) -> list[Content]:
    here = at(ScenarioSchema, tuple(key.split(".")))
    return [
        spread_text(quantity, lang),
        quantity.price_level,
        quantity.source,
        translate_sentence(quantity.where, lang),
        translate_sentence(quantity.assumption, lang, scenario.description),
        translate_sentence(here.meaning, lang) if here else "",
    ]


def write_sources(sheet: Sheet, scenario: Scenario, lang: Language) -> None:
    """Write every source that a scenario cites, its kind, and how many numbers rest on it."""
    put(sheet, (1, 1), translate("sheet_sources", lang), style=TITLE)
    keys = ("form_key", "book_source_kind", "book_source_title", "book_source_number",
            "book_source_day", "book_source_address", "book_source_through",
            "book_source_licence", "book_rests")  # fmt: skip
    head_row(sheet, HEAD, [translate(key, lang) for key in keys])
    row = HEAD + 1
    for rest in by_source(scenario):
        card = rest.card
        day = card.get("published")
        cells: list[Content] = [
            rest.name,
            kind_of(rest, lang),
            translate_sentence(str(card.get("title", "")), lang),
            translate_sentence(str(card.get("number", "")), lang),
            day if isinstance(day, date) else str(day or ""),
            str(card.get("address") or ""),
            translate_sentence(card.get("through"), lang),
            translate_sentence(str(card.get("licence", "")), lang),
            len(rest.keys),
        ]
        for column, content in enumerate(cells, start=1):
            put(sheet, (row, column), content, style=PLAIN | WRAP)
        row += 1
    set_widths(sheet, (20, 12, 60, 30, 12, 50, 34, 30, 10))
    fit_rows(sheet, HEAD + 1)
    lay_out(sheet, head=HEAD, columns=1)

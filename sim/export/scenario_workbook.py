"""A scenario as a workbook to edit: cells that may change are open and marked, others locked.

The lock has no password: it prevents slips. Nothing rests on it, since every cell is checked when
the workbook is read back (``workbook_reader``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..report.i18n import Language, translate, translate_sentence, unit_name
from ..report.scenario_listing import plain
from ..runs.provenance import Provenance
from ..scenario import Scenario
from ..scenario.distribution import NEEDS
from .sources_sheet import write_sources
from .workbook_rows import (
    CHOICE_COLUMNS,
    COLUMNS,
    FIRST_ABOUT,
    FREE_ROWS,
    HEAD,
    HEADS,
    LAYOUT,
    NUMBERS,
    SPREAD,
    choices,
    fingerprint,
    number_rows,
    shape_of,
    translated_sentences,
)
from .workbook_writer import (
    BOLD,
    BOX,
    DAY,
    EDITABLE,
    INPUT,
    LOCKED,
    PLAIN,
    TITLE,
    TOP,
    WRAP,
    Content,
    Draft,
    Sheet,
    Style,
    cell_range,
    finish,
    fit_rows,
    head_row,
    lay_out,
    put,
    set_widths,
)

ALLOWED = {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True}
"""What may be done on a locked sheet."""
SIZES = (46, 12, 15, 24, 9, 11, 11, 11, 11, 9, 11, 11, 11, 8, 9, 8, 16, 34, 60, 30, 44)
LONG_TEXT = 24
"""Characters from which a text is wrapped; keys and units have columns of their width."""
ABOUT_LABELS = ("form_title_en", "form_title_nl", "form_about_en", "form_about_nl")
STEPS = ("form_step_1", "form_step_2", "form_step_3", "form_step_4", "form_step_5", "form_step_6")


def scenario_workbook(
    scenario: Scenario, name: str, names: Sequence[str], version: str, lang: Language
) -> bytes:
    """Return the workbook of a scenario; ``names`` are the files or shipped names of its chain."""
    draft = Draft()
    title = getattr(scenario.title, lang)
    _write_help(draft.add(translate("sheet_help", lang)), title, lang)
    _write_numbers(draft.add(NUMBERS), scenario, lang)
    _write_choices(draft.add(translate("sheet_choices", lang)), scenario, lang)
    write_sources(draft.add(translate("sheet_sources", lang)), scenario, lang)
    for sheet in draft.sheets:
        sheet.out.protect("", ALLOWED)
    command = f"opvangsim export {'+'.join(names)} --xlsx"
    stamp = Provenance("scenario", name, "", version, "", command)
    notes = {"layout": LAYOUT, "base": fingerprint(scenario), "chain": "\n".join(names)}
    return finish(draft, title, stamp, notes, lang)


def _write_help(sheet: Sheet, title: str, lang: Language) -> None:
    """Write how to use the workbook, and cells for the texts of the patch."""
    set_widths(sheet, (34, 90))
    put(sheet, (1, 1), title, style=TITLE)
    for row, key in enumerate(STEPS, start=2):
        put(sheet, (row, 1), translate(key, lang))
    put(sheet, (FIRST_ABOUT - 1, 1), translate("form_about", lang), style=BOLD)
    for row, key in enumerate(ABOUT_LABELS, start=FIRST_ABOUT):
        put(sheet, (row, 1), translate(key, lang), style=BOLD)
        put(sheet, (row, 2), None, style=INPUT | BOX | EDITABLE | WRAP)
    lay_out(sheet)


def _write_numbers(sheet: Sheet, scenario: Scenario, lang: Language) -> None:
    put(sheet, (1, 1), translate("book_numbers", lang), style=TITLE)
    put(sheet, (2, 1), translate("form_legend", lang))
    head_row(sheet, HEAD, [translate(HEADS[column], lang) for column in COLUMNS])
    row = HEAD + 1
    for number in number_rows(scenario):
        cells = number.cells | {"unit": unit_name(str(number.cells["unit"]), lang)}
        cells["bounds"] = _bounds(number.key, lang)
        cells["meaning"] = translate_sentence(str(cells["meaning"]), lang)
        cells |= translated_sentences(number.cells, scenario, lang)
        for column, name in enumerate(COLUMNS, start=1):
            _put_field(sheet, (row, column), cells.get(name), is_open=name in number.open)
        row += 1
    last = row + FREE_ROWS - 1
    for free in range(row, last + 1):
        for column, name in enumerate(COLUMNS, start=1):
            style: Style = {"num_format": DAY} if name == "date" else {}
            is_open = name not in ("unit", "bounds", "meaning")
            _put_field(sheet, (free, column), None, style, is_open=is_open)
    _validate(sheet, last, lang)
    set_widths(sheet, SIZES)
    fit_rows(sheet, HEAD + 1)
    lay_out(sheet, head=HEAD, columns=3, across=2)


def _bounds(key: str, lang: Language) -> str:
    """The range of values that may be written, in words."""
    here = shape_of(key)
    rule = here.unit if here else None
    if rule is None or rule.low is None:
        return ""
    if rule.high is None:
        return translate("form_from", lang, low=plain(rule.low, lang))
    return translate("range", lang, low=plain(rule.low, lang), high=plain(rule.high, lang))


def _write_choices(sheet: Sheet, scenario: Scenario, lang: Language) -> None:
    put(sheet, (1, 1), translate("form_choices", lang), style=TITLE)
    put(sheet, (2, 1), translate("form_legend", lang))
    head_row(sheet, HEAD, [translate(HEADS[column], lang) for column in CHOICE_COLUMNS])
    for row, choice in enumerate(choices(scenario), start=HEAD + 1):
        allowed = ", ".join(choice.allowed) or translate(f"form_kind_{choice.kind.__name__}", lang)
        cells = (choice.key, choice.value, allowed, translate_sentence(choice.meaning, lang))
        for column, content in enumerate(cells, start=1):
            _put_field(sheet, (row, column), content, is_open=column == 2)
        if choice.allowed:
            sheet.out.data_validation(f"B{row}", _one_of(choice.allowed))
    set_widths(sheet, (46, 34, 44, 60))
    fit_rows(sheet, HEAD + 1)
    lay_out(sheet, head=HEAD, columns=1)


def _put_field(
    sheet: Sheet,
    at: tuple[int, int],
    content: Content,
    style: Style | None = None,
    *,
    is_open: bool,
) -> None:
    """Write a cell of a table: marked and open if it may be edited, else grey and locked."""
    style = BOX | (style or {}) | (INPUT | EDITABLE if is_open else PLAIN | LOCKED)
    is_long = isinstance(content, str) and len(content) > LONG_TEXT
    put(sheet, at, content, style=style | (WRAP if is_long else TOP))


def _validate(sheet: Sheet, last: int, lang: Language) -> None:
    """Let the spreadsheet program refuse text where a number belongs, and unknown words."""
    number = {
        "validate": "decimal",
        "criteria": "between",
        "minimum": -1e300,
        "maximum": 1e300,
        "error_message": translate("form_number_only", lang),
        "error_title": NUMBERS,
    }
    for name in ("value", *SPREAD[1:-1], "price_level", "fill"):
        sheet.out.data_validation(_column(name, last), number)
    lists = {"between": ("steps", "straight"), "dist": tuple(NEEDS), "as": ("value", "factor")}
    for name, words in lists.items():
        sheet.out.data_validation(_column(name, last), _one_of(words))


def _one_of(words: Sequence[str]) -> dict[str, Any]:
    return {"validate": "list", "source": list(words)}


def _column(name: str, last: int) -> str:
    return cell_range(COLUMNS.index(name) + 1, HEAD + 1, last)

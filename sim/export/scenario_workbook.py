"""A scenario as a workbook to be edited: cells that may change are open and marked, others locked.

The lock has no password: it keeps slips out, not people. What comes back is checked cell by cell
(``filled``), so that nothing rests on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ..report.i18n import Language, label, unit_name
from ..report.scenario_listing import plain
from ..report.translate import said
from ..runs.provenance import Provenance
from ..scenario import Scenario
from ..scenario.distribution import NEEDS
from .sources_sheet import write_sources
from .workbook_rows import (
    CHOICE_COLUMNS,
    COLUMNS,
    FREE_ROWS,
    HEAD,
    LAYOUT,
    SPREAD,
    choices,
    fingerprint,
    number_rows,
    shape_of,
    told_words,
)
from .workbook_writer import (
    BOLD,
    BOX,
    DAY,
    EXACT,
    INPUT,
    OPEN,
    OPEN_FILL,
    PLAIN,
    SHUT_FILL,
    TITLE,
    TOP,
    WRAP,
    Content,
    Draft,
    finish,
    fit_rows,
    head_row,
    page,
    put,
    widths,
)

NUMBERS = "Scenario"
"""Name of the sheet of numbers, in both languages: errors point to it."""
HEADS = {
    "key": "form_key", "date": "form_date", "value": "form_value", "unit": "form_unit",
    "between": "form_between", "dist": "form_dist", "low": "form_low", "mode": "form_mode",
    "high": "form_high", "sd": "form_sd", "p5": "form_p5", "p50": "form_p50", "p95": "form_p95",
    "as": "form_as", "price_level": "book_price_year", "fill": "form_fill",
    "source": "shown_source", "where": "form_where", "assumption": "shown_assumption",
    "bounds": "form_bounds", "meaning": "shown_meaning", "allowed": "form_allowed",
}  # fmt: skip
SIZES = (46, 12, 15, 24, 9, 11, 11, 11, 11, 9, 11, 11, 11, 8, 9, 8, 16, 34, 60, 30, 44)
LONG = 24
"""Letters of a text that goes on below in its cell; keys and units have columns of their width."""
ABOUT = ("title.en", "title.nl", "description.en", "description.nl")
ABOUT_LABELS = ("form_title_en", "form_title_nl", "form_about_en", "form_about_nl")
FIRST_ABOUT = 10
"""Row of the first of the four texts of a patch, on the first sheet."""
STEPS = ("form_step_1", "form_step_2", "form_step_3", "form_step_4", "form_step_5", "form_step_6")


def scenario_workbook(
    scenario: Scenario, name: str, names: Sequence[str], version: str, lang: Language
) -> bytes:
    """The workbook of a scenario; ``names`` are the files or shipped names of its chain."""
    draft = Draft()
    title = getattr(scenario.title, lang)
    _write_help(draft, draft.add(label("sheet_help", lang)), title, lang)
    _write_numbers(draft, draft.add(NUMBERS), scenario, lang)
    _write_choices(draft, draft.add(label("sheet_choices", lang)), scenario, lang)
    write_sources(draft, draft.add(label("sheet_sources", lang)), scenario, lang)
    for sheet in draft.book.worksheets:
        _lock(sheet)
    known = fingerprint(scenario)
    command = f"opvangsim export {'+'.join(names)} --xlsx"
    stamp = Provenance("scenario", name, "", version, "", command)
    notes = {"lang": lang, "layout": LAYOUT, "base": known, "chain": "\n".join(names)}
    return finish(draft, title, stamp, notes, lang)


def _write_help(draft: Draft, sheet: Worksheet, title: str, lang: Language) -> None:
    """How to use it, and the texts that the patch will carry."""
    widths(sheet, (34, 90))
    put(draft, sheet, (1, 1), title, font=TITLE)
    for row, key in enumerate(STEPS, start=2):
        put(draft, sheet, (row, 1), label(key, lang))
    put(draft, sheet, (FIRST_ABOUT - 1, 1), label("form_about", lang), font=BOLD)
    for row, key in enumerate(ABOUT_LABELS, start=FIRST_ABOUT):
        put(draft, sheet, (row, 1), label(key, lang), font=BOLD)
        cell = put(draft, sheet, (row, 2), None, font=INPUT)
        cell.fill, cell.border, cell.protection, cell.alignment = OPEN_FILL, BOX, OPEN, WRAP
    page(sheet, None)


def _write_numbers(draft: Draft, sheet: Worksheet, scenario: Scenario, lang: Language) -> None:
    put(draft, sheet, (1, 1), label("book_numbers", lang), font=TITLE)
    put(draft, sheet, (2, 1), label("form_legend", lang))
    head_row(draft, sheet, HEAD, [label(HEADS[column], lang) for column in COLUMNS])
    row = HEAD + 1
    for one in number_rows(scenario):
        cells = one.cells | {"unit": unit_name(str(one.cells["unit"]), lang)}
        cells["bounds"] = _bounds(one.key, lang)
        cells["meaning"] = said(str(cells["meaning"]), lang)
        cells |= told_words(one.cells, scenario, lang)
        _row(draft, sheet, row, [cells.get(column) for column in COLUMNS],
             [column in one.open for column in COLUMNS])  # fmt: skip
        row += 1
    shut = ("unit", "bounds", "meaning")
    for free in range(row, row + FREE_ROWS):
        _row(draft, sheet, free, [None] * len(COLUMNS), [column not in shut for column in COLUMNS])
    last = row + FREE_ROWS - 1
    for column in range(row, last + 1):
        sheet.cell(column, COLUMNS.index("date") + 1).number_format = DAY
    _validate(sheet, last, lang)
    widths(sheet, SIZES)
    fit_rows(sheet, HEAD + 1)
    page(sheet, f"D{HEAD + 1}", f"{HEAD}:{HEAD}", wide=True)


def _bounds(key: str, lang: Language) -> str:
    """What may be written, in words."""
    here = shape_of(key)
    rule = here.unit if here else None
    if rule is None or rule.low is None:
        return ""
    if rule.high is None:
        return label("form_from", lang, low=plain(rule.low, lang))
    return label("range", lang, low=plain(rule.low, lang), high=plain(rule.high, lang))


def _write_choices(draft: Draft, sheet: Worksheet, scenario: Scenario, lang: Language) -> None:
    put(draft, sheet, (1, 1), label("form_choices", lang), font=TITLE)
    put(draft, sheet, (2, 1), label("form_legend", lang))
    head_row(draft, sheet, HEAD, [label(HEADS[column], lang) for column in CHOICE_COLUMNS])
    row = HEAD + 1
    for one in choices(scenario):
        allowed = ", ".join(one.allowed) or label(f"form_kind_{one.kind.__name__}", lang)
        cells: list[Content] = [one.key, one.value, allowed, said(one.meaning, lang)]
        _row(draft, sheet, row, cells, [False, True, False, False])
        if one.allowed:
            rule = DataValidation(type="list", formula1=f'"{",".join(one.allowed)}"')
            rule.add(f"B{row}")
            sheet.add_data_validation(rule)
        row += 1
    widths(sheet, (46, 34, 44, 60))
    fit_rows(sheet, HEAD + 1)
    page(sheet, f"B{HEAD + 1}", f"{HEAD}:{HEAD}")


def _row(
    draft: Draft, sheet: Worksheet, row: int, cells: Sequence[Content], opened: Sequence[bool]
) -> None:
    """A row of cells: those that may be edited are marked and open, the others grey."""
    for column, (content, is_open) in enumerate(zip(cells, opened, strict=True), start=1):
        cell = put(draft, sheet, (row, column), content, EXACT, INPUT if is_open else PLAIN)
        cell.border = BOX
        cell.fill = OPEN_FILL if is_open else SHUT_FILL
        cell.alignment = WRAP if isinstance(content, str) and len(content) > LONG else TOP
        if is_open:
            cell.protection = OPEN


def _validate(sheet: Worksheet, last: int, lang: Language) -> None:
    """What a spreadsheet program refuses at once: words where a number belongs, unknown forms."""
    number = DataValidation(
        type="decimal", operator="between", formula1="-1E+300", formula2="1E+300"
    )
    number.error, number.errorTitle = label("form_number_only", lang), NUMBERS
    for column in ("value", *SPREAD[1:-1], "price_level", "fill"):
        number.add(_column(column, last))
    lists = {"between": ("steps", "straight"), "dist": tuple(NEEDS), "as": ("value", "factor")}
    for column, words in lists.items():
        rule = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
        rule.add(_column(column, last))
        sheet.add_data_validation(rule)
    sheet.add_data_validation(number)


def _column(name: str, last: int) -> str:
    letter = get_column_letter(COLUMNS.index(name) + 1)
    return f"{letter}{HEAD + 1}:{letter}{last}"


def _lock(sheet: Worksheet) -> None:
    """Lock what is not open, without a password; columns may still be resized and filtered."""
    sheet.protection.enable()
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.protection.autoFilter = sheet.protection.sort = False

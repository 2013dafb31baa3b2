"""Turn an edited workbook into a patch: only what differs from the scenario it was made from.

A number whose value or spread was changed loses its source, as in any patch, unless the source or
the assumption was changed as well. Its spread is what its cells say; empty ones make it certain.
Rounding by a spreadsheet program (some keep 15 of the 17 digits of a number) is not a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from ..clock import parse_day
from ..errors import Location, Message, Problem, ScenarioError
from ..report.i18n import Language, translate, unit_name
from ..scenario import (
    Loaded,
    Quantity,
    Scenario,
    apply_patch,
    load_chain,
    relative_name,
    shipped,
    yaml_writer,
)
from ..scenario.introspect import hint_for
from ..scenario.quantity import CONFUSED
from ..scenario.version import KEY as VERSION
from ..scenario.version import SCHEMA
from ..scenario.yaml_reader import Position, SourceText, read_text
from .workbook_reader import FilledRows, FilledWorkbook
from .workbook_rows import (
    GROUND,
    HEAD,
    NUMBERS,
    SPREAD,
    Choice,
    choices,
    fingerprint,
    may_be_unset,
    number_rows,
    parts_of,
    shape_of,
    translated_sentences,
)

PUT_BACK = "put it back, or export again and fill that in"


@dataclass(frozen=True)
class Change:
    """A changed key: its new content, and the cells of its parts, the whole first."""

    key: str
    data: Any
    cells: dict[tuple[str, ...], str]


def find_base(
    filled: FilledWorkbook, files: Iterable[Path], workbook: Path, out: Path
) -> tuple[Loaded, list[str]]:
    """Return the scenario a workbook was made from, and how a patch in ``out`` refers to it.

    ``files`` replace the names in the workbook. Otherwise a name that is not shipped must be a file
    beside the patch or beside the workbook: no other folder is searched.
    Raises ``ScenarioError`` if a part is not found, or has changed since the export.
    """
    given = [str(file) for file in files]
    chain = given or [_locate(name, workbook, out) for name in filled.names]
    loaded = load_chain(chain)
    if fingerprint(loaded.scenario) != filled.base:
        what = Message(
            "{scenario} has changed since this workbook was made from it",
            scenario="+".join(filled.names),
        )
        advice = "export the scenario again and make the changes in that"
        raise ScenarioError([Problem(str(workbook), what, advice)])
    folder = out.absolute().parent
    return loaded, [relative_name(name, folder) for name in chain]


def _locate(name: str, workbook: Path, out: Path) -> str:
    if name in shipped():
        return name
    bare = Path(name).name
    for folder in (out.absolute().parent, workbook.absolute().parent):
        if bare == name and bare.endswith(".yaml") and (folder / bare).is_file():
            return str(folder / bare)
    what = Message(
        "it was made from {name!r}, which is neither shipped nor a file beside it", name=name
    )
    raise ScenarioError([Problem(str(workbook), what, "name the file with --base")])


def find_changes(filled: FilledWorkbook, scenario: Scenario) -> list[Change]:
    """Return the changed keys; raises ``ScenarioError`` with every mistake and its cell."""
    problems: list[Problem] = []
    changes: list[Change] = []
    expected: dict[str, int] = {}
    place: dict[str, str] = {}
    for number, row in enumerate(number_rows(scenario), start=HEAD + 1):
        expected[row.key] = expected.get(row.key, 0) + 1
        place.setdefault(row.key, f"{filled.name} {NUMBERS}!A{number}")
    numbers = dict(_quantities(scenario, expected))
    for key, entry in filled.numbers.items():
        try:
            changes += _number_change(
                key, entry, numbers, expected.get(key, 0), scenario, filled.lang
            )
        except ScenarioError as error:
            problems += error.problems
    known = {}
    for number, choice in enumerate(choices(scenario), start=HEAD + 1):
        known[choice.key] = choice
        place[choice.key] = f"{filled.name} {translate('sheet_choices', filled.lang)}!A{number}"
    gone = [key for key in place if key not in filled.numbers and key not in filled.choices]
    problems += [
        Problem(place[key], Message("the row of {key} is missing", key=key), PUT_BACK)
        for key in gone
    ]
    for key, (value, cell) in filled.choices.items():
        if key not in known:
            problems.append(
                Problem(cell, Message("there is no choice '{key}'", key=key), "remove the row")
            )
            continue
        try:
            plain = _choice(value, known[key], cell, scenario)
        except ScenarioError as error:
            problems += error.problems
            continue
        if plain != known[key].value:
            changes.append(Change(key, plain, {(): cell}))
    if problems:
        raise ScenarioError(problems)
    return changes


def _quantities(scenario: Scenario, keys: Iterable[str]) -> Iterator[tuple[str, Quantity | None]]:
    from ..scenario import quantities

    there = dict(quantities(scenario))
    return ((key, there.get(key)) for key in keys)


def _choice(value: Any, choice: Choice, cell: str, scenario: Scenario) -> Any:
    """A choice as a file states it: a date, a whole number, true or false, or a word."""
    plain = value
    if isinstance(value, datetime) and value.time() == time():
        plain = value.date()
    elif choice.kind is date and isinstance(value, str):
        plain = parse_day(value) or value
    elif choice.kind is int and isinstance(value, float) and value.is_integer():
        plain = int(value)
    if type(plain) is choice.kind or (plain is None and may_be_unset(scenario, choice.key)):
        return plain
    advice = {
        date: "write a date, as in 2026-01-31 or 31-1-2026",
        int: "write a whole number",
        bool: "write TRUE or FALSE (WAAR or ONWAAR)",
    }.get(
        choice.kind,
        Message("choose from {names}", names=", ".join(choice.allowed))
        if choice.allowed
        else "write text",
    )
    shown = "nothing" if value is None else f"'{value}'"
    raise _mistake(
        cell, Message("{key}: {shown} does not fit here", key=choice.key, shown=shown), advice
    )


def _number_change(
    key: str,
    entry: FilledRows,
    numbers: dict[str, Quantity | None],
    rows: int,
    scenario: Scenario,
    lang: Language,
) -> list[Change]:
    here = shape_of(key)
    if here is None or not here.is_number or here.unit is None:
        *above, last = key.split(".")
        what = Message("this scenario has no number '{key}'", key=key)
        raise _mistake(entry.cells["key"], what, hint_for(last, tuple(above)))
    old = numbers.get(key)
    unit = here.unit.unit if old is None else old.unit
    _check_unit(key, entry, unit, lang)
    if len(entry.values) + entry.dropped < rows:
        lost = rows - len(entry.values) - entry.dropped
        raise _mistake(
            entry.cells["key"],
            Message("{lost} of the rows of {key} are missing", lost=lost, key=key),
            PUT_BACK,
        )
    if not entry.values:
        return _without_value(key, entry, old, scenario)
    value = _value(key, entry)
    data: dict[str, Any] = {} if old is None else {"value": _kept(value, old)}
    if old is None:
        data = {"value": value, "unit": unit}
    parts = _read_parts(entry, old, scenario, lang)
    numeric = {name: parts.get(name) for name in ("between", "price_level", "fill", "spread")}
    before = _parts(old)
    is_changed = old is None or data["value"] != _plain(old) or any(
        numeric[name] != before.get(name) for name in numeric
    )  # fmt: skip
    basis = {name: parts.get(name) for name in GROUND}
    basis_changed = any(_words(basis[name]) != _words(before.get(name)) for name in GROUND)
    if not is_changed and not basis_changed:
        return []
    if old is None and not (parts.get("source") or parts.get("assumption")):
        what = Message(
            "{key} is set here for the first time: it needs a source or an assumption", key=key
        )
        raise _mistake(entry.cells["assumption"], what, "write one sentence here, or a source")
    if old is not None and data["value"] == _plain(old):
        del data["value"]
    for name in ("between", "spread"):
        data |= {name: numeric[name]} if numeric[name] is not None else {}
    if old is not None and old.spread is not None and numeric["spread"] is None:
        data["certain"] = True
    for name in ("price_level", "fill"):
        data |= {name: numeric[name]} if numeric[name] != before.get(name) else {}
    if basis_changed:
        data |= _basis(basis, before, is_changed)
    cells = _cells(entry, old)
    if set(data) == {"value"}:
        return [Change(key, data["value"], cells)]
    return [Change(key, data, cells)]


def _basis(basis: dict[str, Any], before: dict[str, Any], is_changed: bool) -> dict[str, Any]:
    """Source, place in it and assumption as a patch states them.

    For a changed number only those that were changed as well: the others support the old value.
    A new place in the same source repeats that source.
    """
    kept = {
        name: text for name, text in basis.items()
        if text is not None and (not is_changed or _words(text) != _words(before.get(name)))
    }  # fmt: skip
    if "where" in kept and basis["source"] is not None:
        kept["source"] = basis["source"]
    return kept


def _mistake(where: str, what: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem(where, what, advice)])


def _check_unit(key: str, entry: FilledRows, unit: str, lang: Language) -> None:
    expected = unit_name(unit, lang)
    stated = entry.parts.get("unit", expected)
    if stated == expected:
        return
    what = Message(
        "{key} is in '{expected}', here it says '{stated}'",
        key=key,
        expected=expected,
        stated=stated,
    )
    advice = CONFUSED.get(frozenset({unit, stated}), "convert the number, and put the unit back")
    raise _mistake(entry.cells["unit"], what, advice)


def _without_value(
    key: str, entry: FilledRows, old: Quantity | None, scenario: Scenario
) -> list[Change]:
    """A key without a value: one that was not set, or one that is removed."""
    if old is None:
        parts = [name for name in entry.parts if name != "unit"]
        if parts:
            raise _mistake(
                entry.bare,
                Message("{key} has {part}, but no value", key=key, part=parts[0]),
                "write the value too",
            )
        return []
    if not may_be_unset(scenario, key):
        raise _mistake(
            entry.bare, Message("{key} has no value", key=key), "write a number, in digits"
        )
    return [Change(key, None, {(): entry.bare})]


def _value(key: str, entry: FilledRows) -> float | dict[date, float]:
    if None not in entry.values:
        return {day: entry.values[day] for day in sorted(d for d in entry.values if d is not None)}
    if len(entry.values) > 1:
        what = Message("{key} has a value without a date beside values by date", key=key)
        raise _mistake(entry.cells["value"], what, "give it the date from which it holds")
    return entry.values[None]


def _plain(old: Quantity) -> float | dict[date, float]:
    return dict(old.value) if isinstance(old.value, tuple) else old.value


def _kept(value: float | dict[date, float], old: Quantity) -> float | dict[date, float]:
    """The value; numbers that nobody changed keep their last bit."""
    before = _plain(old)
    if isinstance(value, dict):
        was = before if isinstance(before, dict) else {}
        return {day: float(_same(amount, was.get(day))) for day, amount in value.items()}
    return float(_same(value, before))


def _same(amount: Any, before: Any) -> Any:
    """The number before, if the amount equals it to the 15 digits of a spreadsheet."""
    if isinstance(before, float) and float(f"{before:.15g}") == amount:
        return before
    return amount


def _read_parts(
    entry: FilledRows, old: Quantity | None, scenario: Scenario, lang: Language
) -> dict[str, Any]:
    """The parts in the cells, in the form of a patch.

    A sentence that is still as it was shown, in the language of the workbook, is not a change.
    """
    before = parts_of(old) if old is not None else {}
    parts = {name: _same(part, before.get(name)) for name, part in entry.parts.items()}
    for name, shown in translated_sentences(before, scenario, lang).items():
        if _words(parts.get(name)) == shown:
            parts[name] = before[name]
    spread = {name: parts.pop(name) for name in SPREAD if name in parts}
    year = parts.get("price_level")
    if isinstance(year, float) and year.is_integer():
        parts["price_level"] = int(year)
    return parts | ({"spread": spread} if spread else {})


def _parts(old: Quantity | None) -> dict[str, Any]:
    parts = dict(parts_of(old)) if old is not None else {}
    spread = {name: parts.pop(name) for name in SPREAD if name in parts}
    return parts | ({"spread": spread} if spread else {})


def _words(text: Any) -> str:
    return " ".join(str(text or "").split())


def _cells(entry: FilledRows, old: Quantity | None) -> dict[tuple[str, ...], str]:
    """Cells by the path of a part in a patch; of values those that were changed, or else all."""
    before = dict(old.pairs()) if old is not None and isinstance(old.value, tuple) else {}
    values = {day: entry.cells[f"value {day}" if day else "value"] for day in entry.values}
    moved = [cell for day, cell in values.items()
             if day is None or _same(entry.values[day], was := before.get(day)) != was]  # fmt: skip
    first, *others = moved or list(values.values())
    cells: dict[tuple[str, ...], str] = {
        (): ", ".join([first, *(cell.rpartition("!")[2] for cell in others)])
    }
    cells["value",] = cells[()]
    cells |= {("value", str(day)): cell for day, cell in values.items() if day is not None}
    for name, cell in entry.cells.items():
        if name in SPREAD:
            cells.setdefault(("spread",), cell)
            cells["spread", name] = cell
        elif name not in ("key", "date") and not name.startswith("value"):
            cells[(name,)] = cell
    return cells


def patch_title(
    filled: FilledWorkbook, changes: list[Change], name: str, workbook: str
) -> dict[str, Any]:
    """Return title and description of a patch: as filled in, or else its name and its keys."""
    keys = ", ".join(change.key for change in changes[:5])
    if len(changes) > 5:
        keys += ", ..."
    texts = {
        "title.en": name,
        "title.nl": name,
        "description.en": f"As changed in {workbook}: {keys}.",
        "description.nl": f"Zoals gewijzigd in {workbook}: {keys}.",
    } | filled.about
    return {
        part: {lang: texts[f"{part}.{lang}"] for lang in ("en", "nl")}
        for part in ("title", "description")
    }


def apply_changes(
    base: Loaded, changes: list[Change], about: dict[str, Any], because: str, workbook: str
) -> Loaded:
    """Return the scenario with the changes, validated like a file; errors point to cells."""
    cells: list[str] = []
    source = SourceText(workbook, data=dict(about))
    for change in changes:
        source.data[change.key] = change.data
        for part, cell in sorted(change.cells.items()):
            spot = (len(cells), 0)
            source.spots[(change.key, *part)] = Position(source, spot, spot)
            cells.append(cell)
    try:
        return apply_patch(base, source, because)
    except ScenarioError as error:
        raise ScenarioError(
            [_at_cell(problem, cells, workbook) for problem in error.problems]
        ) from None


def _at_cell(problem: Problem, cells: list[str], workbook: str) -> Problem:
    where = problem.where
    if isinstance(where, Location) and where.file == workbook:
        return Problem(cells[where.line - 1], problem.what, problem.advice)
    return problem


def patch_text(extends: list[str], about: dict[str, Any], changes: list[Change]) -> str:
    """Return the patch as YAML."""
    data: dict[str, Any] = {VERSION: SCHEMA}
    data["extends"] = extends[0] if len(extends) == 1 else extends
    data |= about | {change.key: _tidy(change.data) for change in changes}
    return yaml_writer.patch_text(data)


def _tidy(item: Any) -> Any:
    """Write whole numbers without a decimal point; the number stays the same to the last bit."""
    if isinstance(item, dict):
        return {key: _tidy(value) for key, value in item.items()}
    if isinstance(item, float) and item.is_integer() and 0 < abs(item) < 1e15:
        return int(item)
    return item


def read_patch(base: Loaded, text: str, out: Path, because: str) -> Loaded:
    """Return the scenario that the text of a patch makes."""
    return apply_patch(base, read_text(text, str(out)), because)

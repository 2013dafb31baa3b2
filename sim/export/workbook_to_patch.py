"""From a filled-in workbook to a patch: just what differs from the scenario it was made of.

A number whose value or spread was changed loses its source, as in any patch, unless the source or
the assumption was changed as well. What a spreadsheet program does to a number that nobody touched
(some keep 15 of its 17 digits) is no change.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import yaml

from ..errors import Location, Problem, ScenarioError
from ..report.i18n import Language, label, unit_name
from ..scenario import Loaded, Quantity, Scenario, apply_patch, load_chain, shipped
from ..scenario.quantity import CONFUSED
from ..scenario.suggestions import hint_for
from ..scenario.yaml_reader import NUMBER, Position, SourceText, read_text
from .workbook_reader import Filled, FilledCell
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
    told_words,
)

PUT_BACK = "put it back, or export again and fill that in"


@dataclass(frozen=True)
class Change:
    """One key of a patch: what it is set to, and the cells of its parts, from outside in."""

    key: str
    data: Any
    cells: dict[tuple[str, ...], str]


def base_of(
    filled: Filled, files: Iterable[Path], workbook: Path, out: Path
) -> tuple[Loaded, list[str]]:
    """The scenario a workbook was made of, and how a patch in ``out`` names it.

    ``files`` replace the names in the workbook. Else a name that is not shipped is looked for as a
    file beside the patch and beside the workbook, by its bare name: a workbook leads nowhere else.
    Raises ``ScenarioError`` if a part is not found, or is no longer what was exported.
    """
    given = [str(file) for file in files]
    found = given or [_found(name, workbook, out) for name in filled.names]
    loaded = load_chain(found)
    if fingerprint(loaded.scenario) != filled.base:
        what = (
            f"this workbook was made of another state of {'+'.join(filled.names)} than there is now"
        )
        advice = "export the scenario again and make the changes in that"
        raise ScenarioError([Problem(str(workbook), what, advice)])
    known = shipped()
    folder = out.absolute().parent
    return loaded, [
        name if name in known else os.path.relpath(Path(name).absolute(), folder) for name in found
    ]


def _found(name: str, workbook: Path, out: Path) -> str:
    if name in shipped():
        return name
    bare = Path(name).name
    for folder in (out.absolute().parent, workbook.absolute().parent):
        if bare == name and bare.endswith(".yaml") and (folder / bare).is_file():
            return str(folder / bare)
    what = f"it was made of {name!r}, which is neither shipped nor a file beside it"
    raise ScenarioError([Problem(str(workbook), what, "name the file with --base")])


def changes_of(filled: Filled, scenario: Scenario) -> list[Change]:
    """What was changed, key by key; raises ``ScenarioError`` with every slip and its cell."""
    slips: list[Problem] = []
    found: list[Change] = []
    expected: dict[str, int] = {}
    stood: dict[str, str] = {}
    for number, row in enumerate(number_rows(scenario), start=HEAD + 1):
        expected[row.key] = expected.get(row.key, 0) + 1
        stood.setdefault(row.key, f"{filled.name} {NUMBERS}!A{number}")
    numbers = dict(_quantities(scenario, expected))
    for key, entry in filled.numbers.items():
        try:
            found += _number_change(
                key, entry, numbers, expected.get(key, 0), scenario, filled.lang
            )
        except ScenarioError as error:
            slips += error.problems
    known = {}
    for number, choice in enumerate(choices(scenario), start=HEAD + 1):
        known[choice.key] = choice
        stood[choice.key] = f"{filled.name} {label('sheet_choices', filled.lang)}!A{number}"
    gone = [key for key in stood if key not in filled.numbers and key not in filled.choices]
    slips += [Problem(stood[key], f"the row of {key} is gone", PUT_BACK) for key in gone]
    for key, (value, cell) in filled.choices.items():
        if key not in known:
            slips.append(Problem(cell, f"there is no choice '{key}'", "take the row out"))
            continue
        try:
            plain = _choice(value, known[key], cell, scenario)
        except ScenarioError as error:
            slips += error.problems
            continue
        if plain != known[key].value:
            found.append(Change(key, plain, {(): cell}))
    if slips:
        raise ScenarioError(slips)
    return found


def _quantities(scenario: Scenario, keys: Iterable[str]) -> Iterator[tuple[str, Quantity | None]]:
    from ..scenario import quantities

    there = dict(quantities(scenario))
    return ((key, there.get(key)) for key in keys)


def _choice(value: Any, choice: Choice, cell: str, scenario: Scenario) -> Any:
    """A choice as a file holds it: a day, a whole number, true or false, or a word."""
    plain = value
    if isinstance(value, datetime) and value.time() == time():
        plain = value.date()
    elif choice.kind is date and isinstance(value, str):
        with suppress(ValueError):
            plain = date.fromisoformat(value)
    elif choice.kind is int and isinstance(value, float) and value.is_integer():
        plain = int(value)
    if type(plain) is choice.kind or (plain is None and may_be_unset(scenario, choice.key)):
        return plain
    advice = {
        date: "write a date, as in 2026-01-31",
        int: "write a whole number",
        bool: "write TRUE or FALSE (WAAR or ONWAAR)",
    }.get(
        choice.kind, f"choose from {', '.join(choice.allowed)}" if choice.allowed else "write text"
    )
    found = "nothing" if value is None else f"'{value}'"
    raise _slip(cell, f"{choice.key}: {found} does not fit here", advice)


def _number_change(
    key: str,
    entry: FilledCell,
    numbers: dict[str, Quantity | None],
    rows: int,
    scenario: Scenario,
    lang: Language,
) -> list[Change]:
    here = shape_of(key)
    if here is None or not here.is_number or here.unit is None:
        *above, last = key.split(".")
        what = f"there is no number '{key}'"
        raise _slip(entry.cells["key"], what, hint_for(last, tuple(above)))
    old = numbers.get(key)
    _check_unit(key, entry, here.unit.unit, lang)
    if len(entry.values) + entry.dropped < rows:
        lost = rows - len(entry.values) - entry.dropped
        raise _slip(entry.cells["key"], f"{lost} of the rows of {key} are gone", PUT_BACK)
    if not entry.values:
        return _without_value(key, entry, old, scenario)
    value = _value(key, entry)
    data: dict[str, Any] = {} if old is None else {"value": _kept(value, old)}
    if old is None:
        data = {"value": value, "unit": here.unit.unit}
    told = _told(entry, old, scenario, lang)
    numeric = {name: told.get(name) for name in ("between", "price_level", "fill", "spread")}
    had = _parts(old)
    moved = old is None or data["value"] != _plain(old) or any(
        numeric[name] != had.get(name) for name in numeric
    )  # fmt: skip
    ground = {name: told.get(name) for name in GROUND}
    grounded = any(_words(ground[name]) != _words(had.get(name)) for name in GROUND)
    if not moved and not grounded:
        return []
    if old is None and not (told.get("source") or told.get("assumption")):
        what = f"{key} is set here for the first time: it needs a source or an assumption"
        raise _slip(entry.cells["assumption"], what, "write one sentence here, or a source")
    if old is not None and data["value"] == _plain(old):
        del data["value"]
    for name in ("between", "spread"):
        data |= {name: numeric[name]} if numeric[name] is not None else {}
    for name in ("price_level", "fill"):
        data |= {name: numeric[name]} if numeric[name] != had.get(name) else {}
    if grounded:
        data |= _ground(ground, had, moved)
    cells = _cells(entry, old)
    if set(data) == {"value"}:
        return [Change(key, data["value"], cells)]
    return [Change(key, data, cells)]


def _ground(told: dict[str, Any], had: dict[str, Any], moved: bool) -> dict[str, Any]:
    """Source, place in it and assumption as a patch holds them.

    Of a number that changed only what was changed with it: what stood there grounds the old one.
    Another place in the same source is a new ground in that source.
    """
    kept = {
        name: text for name, text in told.items()
        if text is not None and (not moved or _words(text) != _words(had.get(name)))
    }  # fmt: skip
    if "where" in kept and told["source"] is not None:
        kept["source"] = told["source"]
    return kept


def _slip(where: str, what: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem(where, what, advice)])


def _check_unit(key: str, entry: FilledCell, unit: str, lang: Language) -> None:
    expected = unit_name(unit, lang)
    found = entry.parts.get("unit", expected)
    if found == expected:
        return
    what = f"{key} is in '{expected}', here it says '{found}'"
    advice = CONFUSED.get(frozenset({unit, found}), "convert the number, and put the unit back")
    raise _slip(entry.cells["unit"], what, advice)


def _without_value(
    key: str, entry: FilledCell, old: Quantity | None, scenario: Scenario
) -> list[Change]:
    """A key without any value: one that was not set, or one that is taken out."""
    if old is None:
        parts = [name for name in entry.parts if name != "unit"]
        if parts:
            raise _slip(entry.bare, f"{key} has a {parts[0]}, but no value", "write the value too")
        return []
    if not may_be_unset(scenario, key):
        raise _slip(entry.bare, f"{key} has no value", "write a number, in digits")
    return [Change(key, None, {(): entry.bare})]


def _value(key: str, entry: FilledCell) -> float | dict[date, float]:
    if None not in entry.values:
        return {day: entry.values[day] for day in sorted(d for d in entry.values if d is not None)}
    if len(entry.values) > 1:
        what = f"{key} has a value without a date beside values by date"
        raise _slip(entry.cells["value"], what, "give it the date from which it holds")
    return entry.values[None]


def _plain(old: Quantity) -> float | dict[date, float]:
    return dict(old.value) if isinstance(old.value, tuple) else old.value


def _kept(value: float | dict[date, float], old: Quantity) -> float | dict[date, float]:
    """The value, each number of it to the last bit what it was if nobody changed it."""
    before = _plain(old)
    if isinstance(value, dict):
        was = before if isinstance(before, dict) else {}
        return {day: float(_same(amount, was.get(day))) for day, amount in value.items()}
    return float(_same(value, before))


def _same(amount: Any, before: Any) -> Any:
    """A number as it was, if it differs by no more than a spreadsheet's 15 digits."""
    if isinstance(before, float) and float(f"{before:.15g}") == amount:
        return before
    return amount


def _told(
    entry: FilledCell, old: Quantity | None, scenario: Scenario, lang: Language
) -> dict[str, Any]:
    """The parts that the cells tell, in the form of a patch.

    A sentence as it was shown in the language of the workbook is the one that stood there.
    """
    had = parts_of(old) if old is not None else {}
    told = {name: _same(part, had.get(name)) for name, part in entry.parts.items()}
    for name, shown in told_words(had, scenario, lang).items():
        if _words(told.get(name)) == shown:
            told[name] = had[name]
    spread = {name: told.pop(name) for name in SPREAD if name in told}
    year = told.get("price_level")
    if isinstance(year, float) and year.is_integer():
        told["price_level"] = int(year)
    return told | ({"spread": spread} if spread else {})


def _parts(old: Quantity | None) -> dict[str, Any]:
    had = dict(parts_of(old)) if old is not None else {}
    spread = {name: had.pop(name) for name in SPREAD if name in had}
    return had | ({"spread": spread} if spread else {})


def _words(text: Any) -> str:
    return " ".join(str(text or "").split())


def _cells(entry: FilledCell, old: Quantity | None) -> dict[tuple[str, ...], str]:
    """Cells by the path of a part in a patch: of values those that were changed, or else all."""
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


def about_of(filled: Filled, changes: list[Change], name: str, workbook: str) -> dict[str, Any]:
    """Title and description of a patch: as filled in, or else its name and what it changes."""
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


def checked(
    base: Loaded, changes: list[Change], about: dict[str, Any], because: str, workbook: str
) -> Loaded:
    """The scenario with the changes, checked like a file; a mistake names the cell it stands in."""
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


def text_of(extends: list[str], about: dict[str, Any], changes: list[Change]) -> str:
    """The patch as a file."""
    data: dict[str, Any] = {"extends": extends[0] if len(extends) == 1 else extends}
    data |= about | {change.key: _tidy(change.data) for change in changes}
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


class _Dumper(yaml.SafeDumper):
    """Writes text in quotes wherever a scenario file would read it as a number (``1e5``)."""


_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", NUMBER, list("+-.0123456789"))


def _tidy(item: Any) -> Any:
    """Whole numbers without a point, as a person writes them; the same number to the last bit."""
    if isinstance(item, dict):
        return {key: _tidy(value) for key, value in item.items()}
    if isinstance(item, float) and item.is_integer() and 0 < abs(item) < 1e15:
        return int(item)
    return item


def read_back(base: Loaded, text: str, out: Path, because: str) -> Loaded:
    """The scenario that the written patch makes."""
    return apply_patch(base, read_text(text, str(out)), because)

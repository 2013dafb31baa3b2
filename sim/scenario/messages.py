"""Error messages: where, what the file says, what is wrong, what to write instead."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from ..clock import day_advice
from ..errors import Location, Message, Problem, any_of, as_message
from . import introspect as shape
from .base import RuleError
from .introspect import hint_for
from .merge import Tree
from .schema import Scenario
from .validate import ScenarioIssue
from .yaml_reader import Keys

MOST_TOLD = 200
_INNER = {"float", "tuple[tuple[date,float],...]", "function-before[dated(), union]"}


def of_validation(error: ValidationError, tree: Tree) -> list[Problem]:
    """Turn validation errors of pydantic into problems with positions and advice."""
    problems = []
    mistakes = error.errors()
    for mistake in mistakes[:MOST_TOLD]:
        path = tuple(str(step) for step in mistake["loc"] if str(step) not in _INNER)
        what, advice, part = _said(mistake, path)
        exact = _exact(tree, path, part)
        unknown = mistake["type"] == "extra_forbidden" or _at_key(mistake)
        what = _with_relative(what, path, tree)
        what = Message("{key}: {what}", key=".".join(path), what=as_message(what))
        problems.append(Problem(_place(tree, exact, unknown), what, advice))
    if len(mistakes) > MOST_TOLD:
        name = tree.layers[-1].source.name
        what = Message("and {count:,} more mistakes", count=len(mistakes) - MOST_TOLD)
        problems.append(Problem(name, what, "correct the first ones, then check again"))
    return problems


def of_findings(findings: list[ScenarioIssue], tree: Tree) -> list[Problem]:
    """Turn issues between parts into problems, at the position of the key that was set last."""
    problems = []
    for finding in findings:
        paths = [tuple(key.split(".")) for key in finding.keys]
        known = [(path, tree.latest(path)) for path in paths]
        latest = max((o.number for _, o in known if o), default=0)
        path = next((path for path, o in known if o and o.number == latest), paths[0])
        what = Message("{key}: {what}", key=finding.keys[0], what=as_message(finding.what))
        problems.append(Problem(tree.place(path), what, finding.advice))
    return problems


def without_echoes(problems: list[Problem]) -> list[Problem]:
    """Sort problems by position and drop those that follow from another one."""
    seen: set[str] = set()
    kept = []
    for problem in sorted(problems, key=_in_text):
        where = problem.where
        key = f"{where.file}:{where.line}" if isinstance(where, Location) else str(problem)
        if key not in seen:
            kept.append(problem)
        seen.add(key)
    return kept


def _in_text(problem: Problem) -> tuple[str, int, int]:
    where = problem.where
    return (where.file, where.line, where.column) if isinstance(where, Location) else (where, 0, 0)


def _with_relative(what: str, path: Keys, tree: Tree) -> str:
    """Return what is wrong with a number, with the relative value that it was resolved from."""
    resolved = tree.relatives.get(".".join(path))
    if resolved is None:
        return what
    said = as_message(what)
    if isinstance(resolved.inherited, dict):
        return Message(
            "{text} of the amounts in {source}: {what}",
            text=resolved.text,
            source=resolved.source,
            what=said,
        )
    return Message(
        "{text} of {inherited:.15g} ({source}): {what}",
        text=resolved.text,
        inherited=resolved.inherited,
        source=resolved.source,
        what=said,
    )


def _at_key(mistake: Any) -> bool:
    told = mistake.get("ctx", {}).get("error")
    return isinstance(told, RuleError) and told.at_key


def _exact(tree: Tree, path: Keys, part: str) -> Keys:
    """Return the key that was written for a part of a number, also in the short form."""
    for keys in ((*path, part), (*path[:-1], part)):
        if part and tree.knows(keys):
            return keys
    return path


def _place(tree: Tree, path: Keys, at_key: bool) -> Location | str:
    origin = tree.origin(path)
    if at_key and origin is not None:
        return origin.spot.at_key()
    return tree.place(path)


def _choice(raw: object, names: list[str]) -> str:
    """Return which word may stand here: those alike, or all."""
    if close := get_close_matches(str(raw), names, 2, 0.6):
        return Message("did you mean {close}?", close=any_of([repr(name) for name in close]))
    *others, last = [repr(name) for name in names]
    choices = any_of([", ".join(others), last]) if others else last
    return Message("choose {choices}", choices=choices)


def _said(mistake: Any, path: Keys) -> tuple[str, str, str]:
    """Return what is wrong, what to write instead, and the part concerned."""
    kind, raw = mistake["type"], mistake["input"]
    if kind == "extra_forbidden":
        return Message("unknown key '{key}'", key=path[-1]), hint_for(path[-1], path[:-1]), ""
    if kind == "missing":
        return _missing(path)
    if kind == "value_error":
        told = mistake["ctx"]["error"]
        what = told.args[0] if told.args else ""
        return what, *((told.advice, told.part) if isinstance(told, RuleError) else ("", ""))
    shown = _shown(raw)
    here = shape.at(Scenario, path)
    if kind == "literal_error":
        return (
            Message("{shown} is not a choice here", shown=shown),
            _choice(raw, re.findall(r"'([^']*)'", mistake["ctx"]["expected"])),
            "",
        )
    if here is not None and here.is_number and not isinstance(raw, dict):
        rule = here.unit
        unit = rule.unit if rule else "..."
        advice: str = Message(
            'write {{value: {raw}, unit: {unit}, assumption: "why"}}', raw=raw, unit=unit
        )
        return (
            Message(
                "{shown} is a bare number: it needs a unit and a source or assumption", shown=shown
            ),
            advice,
            "",
        )
    if kind.startswith("date"):
        return Message("{given} is not a date", given=shown), day_advice(str(raw)), ""
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        known = shape.keys(here) if here else None
        advice = (
            Message("write keys below it: {names}", names=", ".join(known))
            if known
            else "write keys below it"
        )
        return Message("{shown} where keys and values belong", shown=shown), advice, ""
    if kind.startswith(("bool", "int")):
        choice = "write true or false" if kind.startswith("bool") else "write a whole number"
        return Message("{shown} does not fit here", shown=shown), choice, ""
    if kind == "string_too_long":
        most = mistake["ctx"]["max_length"]
        return (
            Message("a text of {count:,} characters", count=len(raw)),
            Message("at most {most:,}", most=most),
            "",
        )
    if kind.startswith("string"):
        return Message("{shown} where text belongs", shown=shown), "put it in quotes", ""
    if kind.startswith(("tuple", "list")):
        return (
            Message("{shown} where a list belongs", shown=shown),
            "begin each item with a dash",
            "",
        )
    return (
        Message("{reason} (found {shown})", reason=as_message(mistake["msg"].lower()), shown=shown),
        "",
        "",
    )


def _missing(path: Keys) -> tuple[str, str, str]:
    here = shape.at(Scenario, path)
    if here is not None and here.is_number:
        unit = here.unit.unit if here.unit else "..."
        advice = Message(
            'add {key}: {{value: ..., unit: {unit}, assumption: "why"}}', key=path[-1], unit=unit
        )
    else:
        advice = Message("add {key}: ...", key=path[-1])
    if here and here.meaning:
        meaning = as_message(here.meaning)
        return Message("this key is missing ({meaning})", meaning=meaning), advice, ""
    return "this key is missing", advice, ""


def _shown(raw: Any) -> str:
    if isinstance(raw, dict):
        return as_message("a mapping")
    if isinstance(raw, list | tuple):
        return as_message("a list")
    return as_message("nothing") if raw is None else f"'{raw}'"

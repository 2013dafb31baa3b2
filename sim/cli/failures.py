"""How a command ends when something is wrong: its exit code, and what is printed of it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import typer
from typer.exceptions import TyperException

from ..errors import Location, Message, ModelError, Problem, ScenarioError, printable, reason_of
from .language import spoken, tell, typed_language
from .log import note

LONGEST_NAME = 200
"""Longest part of the name of a file that is quoted."""
USAGE, INTERNAL = 2, 1
"""Exit codes: a mistake of the user, and one of the program."""


@dataclass(frozen=True)
class Failure:
    """Exit code, and each problem with what is printed of it after a label."""

    code: int
    problems: tuple[tuple[Problem, Problem | str], ...]
    label: str = "error"


def failure_of(error: Exception) -> Failure | None:
    """Return how a command ends with an error; None if it is one that nobody foresaw."""
    if isinstance(error, ScenarioError):
        return Failure(USAGE, tuple((one, one) for one in error.problems))
    if isinstance(error, TyperException):
        ctx = getattr(error, "ctx", None)
        return of_text(error.format_message(), where=ctx.command_path if ctx else "opvangsim")
    if isinstance(error, OSError):
        reason = reason_of(error)
        if error.filename is None:
            return of_text(Message("the output can't be written: {reason}", reason=reason))
        name = printable(str(error.filename))[:LONGEST_NAME]
        problem = Problem(name, Message("can't be read or written: {reason}", reason=reason))
        return Failure(USAGE, ((problem, problem),))
    if isinstance(error, UnicodeError):
        return of_text("a name or a value holds bytes that are not text (UTF-8)")
    if isinstance(error, ModelError):
        problem = Problem("opvangsim", f"internal error, please report it: {error}")
        return Failure(INTERNAL, ((problem, str(error)),), "internal error, please report it")
    return None


def of_text(what: str, where: str = "opvangsim") -> Failure:
    """Return the failure of a command line that one sentence says what is wrong with."""
    return Failure(USAGE, ((Problem(where, what), what),))


def print_failure(failure: Failure, *, as_json: bool) -> None:
    """Print what is wrong on the error stream: a text, or one line of JSON as the last one."""
    for _, said in failure.problems:
        note(f"{failure.label}: {printable(str(said))}", logging.ERROR)
    if as_json:
        problems = (problem for problem, _ in failure.problems)
        typer.echo(error_json(problems, failure.code), err=True)
        return
    for _, said in failure.problems:
        tell(failure.label, said)


def asks_for_json() -> bool:
    """Return whether ``--json`` was typed: known even where the command line can't be read."""
    return "--json" in sys.argv[1:]


def error_json(problems: Iterable[Problem], code: int) -> str:
    """Return problems as one line of JSON (``opvangsim json-schema errors``)."""
    found = {"errors": [error_record(one) for one in problems], "exit_code": code}
    return json.dumps(found, ensure_ascii=False)


def error_record(problem: Problem) -> dict[str, Any]:
    """Return a problem as plain data; line and column are null where there are none."""
    where, lang = problem.where, typed_language()
    place = where if isinstance(where, Location) else None
    lang = typed_language()
    return {
        "file": printable(place.file if place else str(where)),
        "line": place.line if place else None,
        "column": place.column if place else None,
        "what": spoken(problem.what, lang),
        "advice": spoken(problem.advice, lang),
        "code": None,
    }

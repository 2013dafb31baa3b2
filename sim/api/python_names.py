"""Names of Python in errors and signatures, where the command line has names of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from inspect import Parameter, signature
from typing import Any, ParamSpec, TypeVar

from ..errors import Location, Problem, ScenarioError
from ..scenario.layers import COMMAND_LINE
from ..studies.options import day_of

P = ParamSpec("P")
R = TypeVar("R")
OVERRIDE = "override"


@contextmanager
def python_names() -> Iterator[None]:
    """Let errors name arguments of Python, as ``step``, not flags, as ``--step``."""
    try:
        yield
    except ScenarioError as error:
        raise type(error)([_named(problem) for problem in error.problems]) from None


def _named(problem: Problem) -> Problem:
    """Return a problem with the place that a user of Python knows."""
    where = problem.where
    if isinstance(where, Location):
        if where.file != COMMAND_LINE:
            return problem
        return Problem(OVERRIDE, problem.what, problem.advice)
    if where.startswith("--"):
        name = OVERRIDE if where == COMMAND_LINE else where.removeprefix("--").replace("-", "_")
        return Problem(name, problem.what, problem.advice)
    return problem


def day_of_python(given: date | str | None, name: str) -> date | None:
    """Return a day that was given as a date or as text; raises ``ScenarioError`` if it is none."""
    if isinstance(given, str):
        return day_of(given, name)
    return given.date() if isinstance(given, datetime) else given


def signature_from(
    of: Callable[..., object], first: Callable[..., object]
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Give a function the parameters of ``first`` and, by keyword only, those of a method.

    The function itself takes the latter as ``**settings``: so they are stated once.
    """

    def decorated(function: Callable[P, R]) -> Callable[P, R]:
        own = list(signature(first).parameters.values())
        settings: list[Any] = list(signature(of).parameters.values())[1:]
        own += [one.replace(kind=Parameter.KEYWORD_ONLY) for one in settings]
        made = signature(of).replace(parameters=own)
        function.__signature__ = made  # type: ignore[attr-defined]
        return function

    return decorated

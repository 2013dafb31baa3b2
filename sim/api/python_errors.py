"""Names of Python in errors and signatures, where the command line has names of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from inspect import Parameter, signature
from typing import Any, ParamSpec, TypeVar

from ..errors import Location, Message, Problem, ScenarioError, usage_error
from ..scenario.layers import COMMAND_LINE

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


def checked_changes(changes: object, others: Mapping[str, object]) -> dict[str, object]:
    """Return the changes of ``override``; refuses keyword arguments, and what is no mapping."""
    if others:
        key, value = next(iter(others.items()))
        what = "numbers are given in one mapping, by their keys"
        advice = Message(
            "write override({{{key!r}: {value!r}}})", key=key.replace("__", "."), value=value
        )
        usage_error(OVERRIDE, what, advice)
    if not isinstance(changes, Mapping):
        what = "numbers are given in one mapping, by their keys"
        usage_error(OVERRIDE, what, "as in override({'housing.homes': 40_000})")
    return {str(key): value for key, value in changes.items()}


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

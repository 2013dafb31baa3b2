"""What is described, and what is read off the code and off the model itself.

Hours come from the text of the actors, moves from actors that act for one day alone, stocks of
day 0 from a run in which nobody acts, series from a run of one day: nothing is listed twice.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from pydantic import BaseModel

from ..draws import KINDS, Counts
from ..engine import ACTORS, calendar, simulate
from ..errors import ModelError
from ..ledger import Account
from ..results import Cell, Tables, tabulate
from ..scenario import Quantity, Scenario
from ..scenario.describe import Leaf
from ..scenario.grammar import SourceCard
from ..scenario.money import Text
from .markdown import bullets, code

Move = tuple[str, str]
Actor = Callable[..., Any]
SEVERAL = 16
"""Replications looked at to see whether a stock of day 0 differs between them."""


@dataclass(frozen=True)
class Subject:
    """A scenario, those shipped beside it by name, and the headings of the decisions."""

    scenario: Scenario
    others: Mapping[str, Scenario]
    decisions: tuple[str, ...]


@dataclass(frozen=True)
class Key:
    """One key of a scenario that holds a value.

    ``pattern`` has a star where a name or a number of a list may stand (``groups.*.work``);
    ``name`` is what stands there (``syria``).
    """

    pattern: str
    path: tuple[str, ...]
    name: str
    value: Leaf


def keys_of(scenario: Scenario) -> list[Key]:
    """Every key that holds a number, a date or a choice; titles and descriptions are none."""
    return list(_keys(scenario, (), (), ()))


def _keys(
    part: Any, pattern: tuple[str, ...], path: tuple[str, ...], name: tuple[str, ...]
) -> Iterator[Key]:
    if part is None or isinstance(part, Text | SourceCard):
        return
    if isinstance(part, BaseModel) and not isinstance(part, Quantity):
        for field in type(part).model_fields:
            yield from _keys(getattr(part, field), (*pattern, field), (*path, field), name)
    elif isinstance(part, dict | list | tuple):
        items = part.items() if isinstance(part, dict) else enumerate(part)
        for step, below in items:
            here = str(step)
            yield from _keys(below, (*pattern, "*"), (*path, here), (*name, here))
    else:
        value = part if isinstance(part, Quantity | str | bool | int) else str(part)
        yield Key(".".join(pattern), path, " ".join(name), value)


def hour_of(actor: Actor) -> int:
    """Hour of the day at which an actor acts, read in its text; ``ModelError`` if it has none."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(actor)))
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "hour":
            return int(ast.literal_eval(node.value))
    raise ModelError(f"the actor {actor.__name__} acts at no hour")


def by_hour() -> list[tuple[int, Actor]]:
    """The actors in the order in which they act."""
    return sorted(((hour_of(actor), actor) for actor in ACTORS), key=lambda pair: pair[0])


def moves_of(scenario: Scenario, actor: Actor) -> list[Move]:
    """The moves that an actor makes: what it does alone on the first day."""
    ledger = simulate(scenario, 1, 1, vary=(), until=scenario.start, actors=(calendar, actor))
    return list(ledger.flows)


def opening_stocks(scenario: Scenario) -> dict[str, Counts]:
    """Stocks of day 0 with every draw at its centre: (1, width) by account."""
    return simulate(scenario, 1, 1, vary=(), until=scenario.start, actors=()).stocks


def drawn_stocks(scenario: Scenario) -> set[str]:
    """Accounts whose stock of day 0 differs between replications."""
    ledger = simulate(scenario, SEVERAL, 1, vary=KINDS, until=scenario.start, actors=())
    return {name for name, stock in ledger.stocks.items() if (stock != stock[:1]).any()}


def tables_of(scenario: Scenario) -> Tables:
    """The tables of a run of one day: which cells there are."""
    return tabulate(simulate(scenario, 1, 1, vary=(), until=scenario.start), scenario)


def series_of(tables: Tables) -> dict[str, list[Cell]]:
    """The cells of each series."""
    found: dict[str, list[Cell]] = {}
    for cell in tables.monthly_cells:
        found.setdefault(cell.series, []).append(cell)
    return found


def books(accounts: list[Account]) -> dict[str, list[Account]]:
    """The accounts of each book."""
    found: dict[str, list[Account]] = {}
    for account in accounts:
        found.setdefault(account.book, []).append(account)
    return found


def doc(thing: Any) -> str:
    """What the docstring of a function says, as Markdown, its paragraphs one after the other."""
    return " ".join((inspect.getdoc(thing) or "").replace("``", "`").split())


def first_line(thing: Any) -> str:
    """The first line of a docstring: what a function does."""
    return (inspect.getdoc(thing) or "").partition("\n")[0].replace("``", "`")


def rules(things: Iterable[Callable[..., Any]]) -> str:
    """A list of functions, each with the rule that its docstring gives."""
    return bullets(f"{code(thing.__name__)}. {doc(thing)}" for thing in things)


def module_of(thing: Any) -> str:
    """File of a function, as the project names it."""
    return f"{thing.__module__.replace('.', '/')}.py"


def rules_in(module: ModuleType, *, brief: bool = False) -> list[FunctionType]:
    """Functions of a module, actors apart, whose docstring says more than its first line.

    With ``brief`` also those with a docstring of one line.
    """
    found = []
    for thing in vars(module).values():
        own = isinstance(thing, FunctionType) and thing.__module__ == module.__name__
        text = inspect.getdoc(thing) if own else None
        if text and thing not in ACTORS and (brief or "\n" in text):
            found.append(thing)
    return found

"""Numbers of a scenario file that may be read in two ways, as they are typed and by their unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Message, Problem
from . import introspect as shape
from .inherit import POINTS
from .number_text import plus_sign, two_readings
from .schema import Scenario
from .yaml_reader import Keys, SourceText

COUNTS = frozenset(
    {
        *("persons", "persons/year", "cases", "cases/year", "places", "places/week", "fte"),
        *("decision equivalents/year", "EUR/year", "EUR/place", "EUR/place/year"),
        *("EUR/resident/year", "EUR/case/year"),
    }
)
"""Units in which thousands are usual and thousandths are not: counts, and euros a year or once.

A rate, share, factor, number of days or price of a day may have three decimals.
"""


def ambiguous_numbers(source: SourceText, inherited: Mapping[Any, Any]) -> Iterator[Problem]:
    """Yield the numbers of a text that may be read in two ways.

    That is a dot before exactly three digits, after one to three digits that do not begin with
    zero, in a unit of ``COUNTS``: as the value, as an amount by date, or as a point of a spread
    that is not a factor. In a complete scenario, which the program writes too, only if it ends in
    zero, as no number that it writes does. And it is a plus sign before any value.
    ``inherited`` is the data of the layers below; empty for the first layer.
    """
    for at, text in source.typed.items():
        path = tuple(step for key in at for step in key.split("."))
        depth = _number_in(path)
        if depth is None:
            continue
        key, part = path[:depth], path[depth:]
        where = source.spots[at].at_value()
        if text.startswith("+"):
            if part[:1] != ("spread",):
                yield _problem(where, key, plus_sign(text, _more(text, inherited, key)))
        elif _is_count(key, part, source, at) and (inherited or text.endswith("0")):
            yield _problem(where, key, two_readings(text))


def _problem(where: Any, key: Keys, said: tuple[str, str]) -> Problem:
    return Problem(where, Message("{key}: {what}", key=".".join(key), what=said[0]), said[1])


def _number_in(path: Keys) -> int | None:
    """Return how many steps of a path lead to a number; None if it leads to none."""
    here: shape.Shape | None = shape.Shape(Scenario)
    for depth, step in enumerate(path, start=1):
        here = shape.below(here, step) if here is not None else None
        if here is not None and here.is_number:
            return depth
    return None


def _is_count(key: Keys, part: Keys, source: SourceText, at: Keys) -> bool:
    """Whether a part of a number is a value or a point of a spread, in a unit of ``COUNTS``."""
    here = shape.at(Scenario, key)
    if here is None or here.unit is None or here.unit.unit not in COUNTS:
        return False
    if part[:1] != ("spread",):
        return part[:1] == ("value",) or not part or part[0][:1].isdigit()
    spread: Any = source.data
    for step in at[:-1]:
        spread = spread.get(step, {}) if isinstance(spread, dict) else {}
    return part[-1] in POINTS and spread.get("as") != "factor"


def _more(text: str, inherited: Any, key: Keys) -> str:
    """Return the sum of a number with a plus sign and the value that it inherits, if it has one."""
    for step in key:
        inherited = inherited.get(step) if isinstance(inherited, Mapping) else None
    value = inherited.get("value") if isinstance(inherited, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return f"{value + float(text.replace('_', '').replace(' ', '')):.15g}"

"""The start date and what belongs to it: stocks and levels of its morning.

The schema marks those keys with ``OF_START``; this module reads the marks. A layer that moves the
start to another day has to say what every one of them is on that day, for what it leaves out would
be that of the former one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from ..clock import parse_day
from ..errors import Message, Problem
from . import introspect as shape
from .base import OF_START
from .layers import Layer
from .merge import Tree
from .schema import Scenario
from .yaml_reader import Keys

NAMED = 10
"""Missing keys that an error names; it counts the others."""


def start_values(scenario: Scenario) -> dict[str, Any]:
    """Return the keys that belong to the start date, each with its value as a patch may hold it.

    In the order of the schema. Empty lists, as of a type of place without planned openings, are not
    among them.
    """
    data = scenario.model_dump(by_alias=True, exclude_none=True)
    return {_dots(path): value for path, value in _marked(data)}


def start_keys(scenario: Scenario) -> tuple[str, ...]:
    """Return the keys of a scenario that belong to its start date, in the order of the schema."""
    return tuple(start_values(scenario))


def belongs_to_start(key: str) -> bool:
    """Return whether the key of a scenario belongs to the start date, or lies in one that does."""
    steps = key.split(".")
    shapes = (shape.at(Scenario, tuple(steps[:n])) for n in range(1, len(steps) + 1))
    return any(here is not None and OF_START in here.metadata for here in shapes)


def stale_start(tree: Tree) -> Problem | None:
    """Report a start date that was moved without the keys that belong to it.

    A key is of the new start if a layer above the last one with another start sets it. A base is
    complete by itself.
    """
    starts = [_day(layer.source.data.get("start")) for layer in tree.layers]
    now = next((day for day in reversed(starts) if day is not None), None)
    former = [n for n, day in enumerate(starts) if day is not None and day != now]
    if not former:
        return None
    base, then = tree.layers[former[-1]], starts[former[-1]]
    above = tree.layers[former[-1] + 1 :]
    missing = [_dots(path) for path, _ in _marked(tree.data) if not _is_set(above, path)]
    if not missing:
        return None
    named: str = ", ".join(missing[:NAMED])
    if len(missing) > NAMED:
        named = Message("{names} and {count} more", names=named, count=len(missing) - NAMED)
    what = Message(
        "the start moves from {then} to {now}, but keys that belong to the start date still say "
        "what was on {then} ({count}): {named}",
        then=then,
        now=now,
        count=len(missing),
        named=named,
    )
    name = base.name if base.source.lines else "BASE"
    advice = Message(
        "set them for {now} as well, or have a scenario of that day made: opvangsim scenario start "
        "{name} --date {day} --observed FILE -o NAME.yaml",
        now=now,
        name=name,
        day=str(now),
    )
    return Problem(tree.place(("start",)), what, advice)


def _day(start: Any) -> date | None:
    """Return the start of a layer; None if it sets none, or nothing that is a date."""
    return parse_day(str(start))


def _marked(
    data: Any, path: Keys = (), here: shape.Shape | None = None
) -> Iterator[tuple[Keys, Any]]:
    """Paths and values of what belongs to the start date in the data of a scenario."""
    here = here or shape.Shape(Scenario)
    if OF_START in here.metadata:
        if data not in (None, [], ()):
            yield path, data
    elif isinstance(data, dict) and not here.is_number:
        for key, value in data.items():
            inside = shape.below(here, str(key))
            if inside is not None:
                yield from _marked(value, (*path, str(key)), inside)


def _is_set(layers: Sequence[Layer], path: Keys) -> bool:
    """Whether one of the layers says something about a key."""
    return any(
        _reaches(value, path[len(keys) :])
        for layer in layers
        for key, value in layer.source.data.items()
        if path[: len(keys := str(key).split("."))] == tuple(keys)
    )


def _reaches(value: Any, steps: Keys) -> bool:
    """Whether a value of a patch holds something at ``steps`` below it."""
    for step in steps:
        if not isinstance(value, dict):
            return False
        names = {str(key): below for key, below in value.items()}
        if step not in names:
            return False
        value = names[step]
    return True


def _dots(path: Keys) -> str:
    return ".".join(path)

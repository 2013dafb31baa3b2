"""Suggestions for unknown keys."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from difflib import get_close_matches
from functools import cache
from importlib import resources

from . import introspect as shape
from .schema import Scenario
from .yaml_reader import Keys


def hint_for(unknown: str, parent: Keys, names: Collection[str] = ()) -> str:
    """Suggest what to write instead of a key that is not allowed below ``parent``.

    In this order: the Dutch word for a key that is; the same key one level up or down (an indent
    that slipped); the nearest key here; the same key elsewhere; else all keys there are.
    ``names`` are the names in use where any name is allowed.
    """
    here = _keys(parent) or sorted(names)
    word = dutch().get(unknown.lower().replace("_", " "))
    if word:
        meant = [name for name in here if name == word or name.startswith(f"{word}_")]
        elsewhere = [path for path in everywhere() if path[-1] == word]
        if meant:
            return f"in English: {' or '.join(repr(name) for name in meant)}"
        return f"in English: '{word}'" + (f", at {_dots(elsewhere[0])}" if elsewhere else "")
    if parent and unknown in (_keys(parent[:-1]) or ()):
        above = _dots(parent[:-1]) or "the top"
        return f"this key exists one level up, in {above}: check the indent"
    for key in here:
        if unknown in (_keys((*parent, key)) or ()):
            return f"this key exists one level down, in {_dots((*parent, key))}: check the indent"
    close = get_close_matches(unknown, here, 2, 0.6)
    if close:
        return f"did you mean {' or '.join(repr(key) for key in close)}?"
    elsewhere = [path for path in everywhere() if path[-1] == unknown]
    if elsewhere:
        return f"did you mean {_dots(elsewhere[0])}?"
    return f"keys here: {', '.join(here)}" if here else "no key can stand here"


def _keys(path: Keys) -> list[str] | None:
    found = shape.at(Scenario, path)
    return [] if found is None else shape.keys(found)


def _dots(path: Keys) -> str:
    return ".".join(path)


@cache
def everywhere() -> tuple[Keys, ...]:
    """All key paths of the schema; ``<name>`` stands for any name, 0 for items of a list."""
    found: list[Keys] = []
    todo: list[tuple[Keys, shape.Shape]] = [((), shape.Shape(Scenario))]
    while todo:
        path, here = todo.pop(0)
        if here.is_number:
            continue
        names = shape.keys(here)
        for name in ["<name>"] if names is None else names or ["0"]:
            inside = shape.below(here, name)
            if inside is not None:
                found.append((*path, name))
                todo.append(((*path, name), inside))
    return tuple(found)


@cache
def dutch() -> dict[str, str]:
    """Dutch terms and the keys they stand for, from the glossary."""
    text = (resources.files("sim") / "locale" / "glossary.csv").read_text("utf-8")
    terms: dict[str, str] = {}
    for row in csv.DictReader(text.splitlines()):
        for word in re.sub(r" \(.*?\)", "", row["dutch"]).split(" / ") if row["key"] else ():
            terms.setdefault(word.lower(), row["key"])
    return terms

"""Listings of a scenario: every key with value, source, assumption and origin."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

from pydantic import BaseModel

from ..errors import Location
from . import introspect as shape
from .inherit import Outcome
from .loading import Loaded, source_keys
from .quantity import Quantity, quantities
from .relative import ResolvedFrom
from .schema import Scenario

Leaf = Quantity | str | bool | int | None


@dataclass(frozen=True)
class ListingRow:
    """One key of a scenario: value, meaning, layer that set it, and baseline value.

    ``before`` is the value in the baseline if it differs, else None. ``outcome`` says what became
    of the uncertainty of a number that a patch set without a word on it: ``kept``, or why not.
    ``resolved`` is the relative value that the number was resolved from, if it was.
    """

    key: str
    value: Leaf
    meaning: str
    layer: str
    place: Location | str
    before: Leaf
    differs: bool
    outcome: Outcome | None = None
    resolved: ResolvedFrom | None = None

    @property
    def uncertainty(self) -> str:
        """``uncertain``, ``kept`` from what it stands on, or ``certain`` unlike in the baseline.

        Empty for a number that is certain in the baseline too, and for what is no number.
        """
        if not isinstance(self.value, Quantity):
            return ""
        if self.value.spread is not None:
            return self.outcome or "uncertain"
        was = self.before
        return "certain" if isinstance(was, Quantity) and was.spread is not None else ""


@dataclass(frozen=True)
class Citation:
    """One source or assumption, with the keys that cite it and which of them are uncertain."""

    name: str
    card: dict[str, Any]
    keys: tuple[str, ...]
    uncertain: tuple[str, ...] = ()

    @property
    def mark(self) -> Literal["", "quoted", "press"]:
        """Kind of a source that was not read itself: quoted or press; else empty."""
        kind: Literal["", "quoted", "press"] = self.card.get("kind", "primary")
        return kind if kind in ("quoted", "press") else ""


def parameters(part: Any, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Return every key with its value, in file order."""
    if isinstance(part, Quantity):
        yield path, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from parameters(getattr(part, name), f"{path}.{name}" if path else name)
    elif isinstance(part, dict):
        for key, item in part.items():
            yield from parameters(item, f"{path}.{key}")
    elif isinstance(part, list | tuple):
        for index, item in enumerate(part):
            yield from parameters(item, f"{path}.{index}")
    elif part is not None:
        yield path, part if isinstance(part, str | bool | int) else str(part)


def rows(loaded: Loaded, baseline: Scenario, below: str = "") -> list[ListingRow]:
    """Return a row for each key of a scenario, or for those at and below ``below``."""
    before = dict(parameters(baseline))
    found = []
    for key, value in parameters(loaded.scenario):
        if below and key != below and not key.startswith(f"{below}."):
            continue
        path = tuple(key.split("."))
        origin = loaded.tree.latest(path)
        here = shape.at(Scenario, path)
        layer = loaded.tree.layers[origin.number].name if origin else ""
        place = origin.spot.at_value() if origin else ""
        old = before.get(key)
        set_by = loaded.tree.inherited.get(key)
        meaning, outcome = here.meaning if here else "", set_by.outcome if set_by else None
        resolved = loaded.tree.relatives.get(key)
        found.append(
            ListingRow(key, value, meaning, layer, place, old, old != value, outcome, resolved)
        )
    return found


@dataclass(frozen=True)
class Difference:
    """One key in which two scenarios differ, and in each the layer that set it.

    Where that layer states a relative value, what it was resolved from.
    """

    key: str
    left: Leaf
    right: Leaf
    left_layer: str
    right_layer: str
    left_resolved: ResolvedFrom | None = None
    right_resolved: ResolvedFrom | None = None


def differences(left: Loaded, right: Loaded) -> list[Difference]:
    """Return the keys in which two scenarios differ, except titles and descriptions."""
    ours, theirs = dict(parameters(left.scenario)), dict(parameters(right.scenario))
    found = []
    for key in dict.fromkeys([*ours, *theirs]):
        if ours.get(key) == theirs.get(key) or key.split(".")[0] in ("title", "description"):
            continue
        left_layer, right_layer = (_layer(one, key) if key in have else ""
                                   for one, have in ((left, ours), (right, theirs)))  # fmt: skip
        found.append(
            Difference(
                key,
                ours.get(key),
                theirs.get(key),
                left_layer,
                right_layer,
                left.tree.relatives.get(key),
                right.tree.relatives.get(key),
            )
        )
    return found


def _layer(loaded: Loaded, key: str) -> str:
    origin = loaded.tree.latest(tuple(key.split(".")))
    return loaded.tree.layers[origin.number].name if origin else ""


def source_cards(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Return what is known of each source: those of the program, and those a scenario declares."""
    cards = {key: dict(card) for key, card in source_keys().items()}
    return cards | {key: card.model_dump() for key, card in scenario.sources.items()}


def by_source(scenario: Scenario) -> list[Citation]:
    """Return each source that a scenario cites or declares, with the keys that cite it.

    Those known from the press alone come first, then those that most keys cite.
    """
    cards = source_cards(scenario)
    used: dict[str, list[str]] = {key: [] for key in scenario.sources}
    for key, quantity in quantities(scenario):
        if quantity.source is not None:
            used.setdefault(quantity.source, []).append(key)
    found = [Citation(name, cards.get(name, {}), tuple(keys)) for name, keys in used.items()]
    return sorted(found, key=lambda rest: (rest.mark != "press", -len(rest.keys)))


def sources_of(*scenarios: Scenario) -> dict[str, str]:
    """Titles of the sources that scenarios cite or declare, by their key."""
    found = {one.name: str(one.card.get("title", "")) for s in scenarios for one in by_source(s)}
    return dict(sorted(found.items()))


def by_assumption(scenario: Scenario) -> list[Citation]:
    """Return each assumption, with the keys that rest on it."""
    used: dict[str, list[str]] = {}
    for key, quantity in quantities(scenario):
        if quantity.assumption is not None:
            used.setdefault(" ".join(quantity.assumption.split()), []).append(key)
    uncertain = {key for key, quantity in quantities(scenario) if quantity.spread is not None}
    return [
        Citation(sentence, {}, tuple(keys), tuple(key for key in keys if key in uncertain))
        for sentence, keys in used.items()
    ]


@dataclass(frozen=True)
class Effect:
    """Sensitivity of one number: total Sobol index and mean gap of 2027 at its ends [EUR].

    ``low`` and ``high``: with the number at its 10th and 90th percentile, all others at their
    median.
    """

    total: float
    low: float
    high: float

    @property
    def swing(self) -> float:
        """Width of the range of mean gaps [EUR]."""
        return max(self.low, self.high, 0.0) - min(self.low, self.high, 0.0)


def kept_effects() -> dict[str, Effect]:
    """Read the effect of each uncertain number from ``sim/data/sensitivity.csv``.

    Numbers whose draws go together have one row, and each the effect of all of them.
    """
    text = (resources.files("sim") / "data" / "sensitivity.csv").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {
        key: Effect(float(row["total"]), 1e6 * float(row["low"]), 1e6 * float(row["high"]))
        for row in csv.DictReader(lines)
        for key in row["key"].split(" + ")
    }

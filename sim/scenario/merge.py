"""Merge scenario files: a base and its patches, each applied once and in order.

A scenario is a chain of layers. Each key of a patch replaces the value before it;
a patched number keeps its unit, its definition and, in relative width, its uncertainty, but its
source is the patch itself.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import Location, Message, Problem, as_message, none_of
from . import introspect as shape
from .ambiguous import ambiguous_numbers
from .base import RuleError
from .inherit import Outcome, kept_spread, same_value
from .introspect import hint_for
from .layers import COMMAND_LINE, Layer
from .quantity import dated
from .relative import (
    EXAMPLE,
    NOT_INHERITED,
    RelativeValue,
    ResolvedFrom,
    misplaced,
    relative_in,
    relative_source,
)
from .schema import Scenario
from .version import KEY as VERSION
from .yaml_reader import Keys, Position, SourceText

HEAD = ("extends", "title", "description")
_HERE = None


@dataclass(frozen=True)
class Origin:
    """Which layer set a key (its number in the chain), and where."""

    number: int
    spot: Position


@dataclass(frozen=True)
class Inherited:
    """What became of the uncertainty of a number that a layer set without a word on it."""

    layer: Layer
    outcome: Outcome
    place: Location | str


@dataclass
class Tree:
    """The merged data of a chain, the origin of each key, and keys set by more than one patch."""

    layers: tuple[Layer, ...]
    data: dict[Any, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    conflicts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By key: the earlier patch that set it, and the later one that won."""
    relatives: dict[str, ResolvedFrom] = field(default_factory=dict)
    """By key: relative values that were resolved, unless a later layer sets another value."""
    inherited: dict[str, Inherited] = field(default_factory=dict)
    """By key: numbers whose uncertainty comes from the layer below, or could not."""
    _origins: dict[Any, Any] = field(default_factory=dict)

    def origin(self, path: Keys) -> Origin | None:
        """Origin of a key, or of the nearest mapping that contains it."""
        node, found = self._origins, None
        for step in path:
            if step not in node:
                break
            node = node[step]
            found = node.get(_HERE, found)
        return found

    def knows(self, path: Keys) -> bool:
        """Whether exactly this key was set by some layer."""
        node = self._origins
        for step in path:
            if step not in node:
                return False
            node = node[step]
        return _HERE in node

    def latest(self, path: Keys) -> Origin | None:
        """Latest origin of a key or anything below it."""
        node = self._origins
        for step in path:
            if step not in node:
                return self.origin(path)
            node = node[step]
        return max(_origins_in(node), key=lambda o: o.number, default=self.origin(path))

    def place(self, path: Keys) -> Location | str:
        """Position of a value, or of a change below it by a patch."""
        exact, latest = self.origin(path), self.latest(path)
        chosen = exact if exact and (latest is None or exact.number >= latest.number) else latest
        return chosen.spot.at_value() if chosen else self.layers[-1].source.name

    def note(self, path: Keys, number: int, source: SourceText, at: Keys) -> None:
        """Record that layer ``number`` set ``path`` and all below it, at position ``at``."""
        for where in source.below(at):
            node = self._origins
            for step in (*path, *where[len(at) :]):
                node = node.setdefault(step, {})
            node[_HERE] = Origin(number, source.spots[where])

    def forget(self, path: Keys) -> None:
        """Drop the origins of a key that is replaced as a whole."""
        node = self._origins
        for step in path[:-1]:
            node = node.get(step, {})
        node.pop(path[-1], None)


def _origins_in(node: dict[Any, Any]) -> Iterator[Origin]:
    for step, below in node.items():
        if step is _HERE:
            yield below
        else:
            yield from _origins_in(below)


def merge(layers: Sequence[Layer]) -> Tree:
    """Apply the layers in order: the first as a base, the others as patches."""
    tree = Tree(tuple(layers))
    tree.problems = [problem for layer in layers for problem in layer.source.problems]
    base = layers[0].source
    tree.data = copy.deepcopy(base.data)
    tree.note((), 0, base, ())
    tree.problems += ambiguous_numbers(base, {})
    for number, layer in enumerate(layers[1:], start=1):
        tree.problems += _unnamed(layer)
        tree.problems += ambiguous_numbers(layer.source, tree.data)
        for key, value in layer.source.data.items():
            if key in ("extends", VERSION):
                continue
            path = (str(key),) if key in HEAD else tuple(str(key).split("."))
            change = _Change(tree, number, layer, path, value, (str(key),))
            change.apply(tree.data, path)
    tree.data.pop("extends", None)
    tree.data.pop(VERSION, None)
    return tree


def _unnamed(layer: Layer) -> list[Problem]:
    """Report patches without a title of their own, which would carry the title of their base."""
    if layer.source.name == COMMAND_LINE or not layer.source.lines:
        return []
    lacking = [key for key in HEAD[1:] if key not in layer.source.data]
    if not lacking:
        return []
    what = Message("this patch has no {lacking} of its own", lacking=none_of(lacking))
    advice = "add title: {en: ..., nl: ...} and description: {en: ..., nl: ...}"
    return [Problem(layer.source.place(0, 0), what, advice)]


@dataclass(frozen=True)
class _Change:
    """The change of one key by a patch: target, value, and position in the text."""

    tree: Tree
    number: int
    layer: Layer
    path: Keys
    value: Any
    at: Keys

    def apply(self, target: Any, steps: Keys) -> None:
        """Put the value where ``steps`` lead from ``target``."""
        *parents, last = steps
        for depth, step in enumerate(parents):
            below = step_into(target, step)
            if below is None and isinstance(target, dict) and self._may_begin(depth, len(steps)):
                below = target[step] = {}
            if is_quantity(below):
                number = ".".join(self.path[: len(self.path) - len(steps) + depth + 1])
                advice = Message(
                    "set the number itself: {number}: {{value: ..., spread: ...}}", number=number
                )
                self._lost("a part of a number can't be set by itself", advice)
                return
            if not isinstance(below, dict | list):
                gone = self.path[: len(self.path) - len(steps) + depth]
                what: str = (
                    Message("there is no '{step}' in {path}", step=step, path=".".join(gone))
                    if gone
                    else Message("there is no '{step}'", step=step)
                )
                self._lost(what, hint_for(step, gone, names_in(target)))
                return
            target = below
        key, old = _key(target, last), step_into(target, last)
        if isinstance(target, list) and not (isinstance(key, int) and key < len(target)):
            self._lost(
                Message("there is no item '{last}' in this list", last=last),
                Message("give a number from 0 to {last}, or the whole list", last=len(target) - 1),
            )
            return
        # A number that is set to one takes the assumption of the patch.
        if self.value == {} and isinstance(old, dict) and not is_quantity(old):
            what = Message(
                "{path} is an empty mapping, which changes nothing", path=".".join(self.path)
            )
            place = self.layer.source.key_place(self.at)
            self.tree.problems.append(
                Problem(place, what, "set something below it, or leave this line out")
            )
            return
        whole = not (isinstance(old, dict) and isinstance(self.value, dict) and last not in HEAD)
        if whole or is_quantity(old):
            self._contest()
        if self.value is None and isinstance(target, dict):
            if key not in target and not self._may_lack():
                self._refuse_unknown(names_in(target))
                return
            target.pop(key, None)
            self.tree.forget(self.path)
        elif is_quantity(old):
            patched = self._patched(old)
            self.tree.forget(self.path)
            target[key] = patched
        elif relative_in(self.value) and self._is_number():
            self._unfit(Message("nothing is set here that '{text}' is relative to",
                                text=self._written()), NOT_INHERITED)  # fmt: skip
            return
        elif isinstance(old, dict) and isinstance(self.value, dict) and last not in HEAD:
            for name, below in self.value.items():
                inner = (*self.path, str(name)), below, (*self.at, str(name))
                _Change(self.tree, self.number, self.layer, *inner).apply(old, (str(name),))
            return
        else:
            self.tree.forget(self.path)
            target[key] = copy.deepcopy(self.value)
        self.tree.note(self.path, self.number, self.layer.source, self.at)

    def _patched(self, old: dict[str, Any]) -> dict[str, Any]:
        """Patch a number, and keep its uncertainty unless the patch says something about it."""
        wrong = misplaced(self.value)
        if wrong:
            self._unfit(wrong, EXAMPLE)
            return old
        number = self._resolved(old) or patched_quantity(old, self.value, self.layer.because)
        self.tree.inherited.pop(".".join(self.path), None)
        unsaid = "spread" not in number and number.get("certain") is not True
        if self.layer.exact or not unsaid or old.get("spread") is None:
            return number
        here = shape.at(Scenario, self.path)
        kept = kept_spread(old, number["value"], here.unit if here else None)
        if kept is None:
            return number
        place = self.layer.source.key_place(self.at)
        self.tree.inherited[".".join(self.path)] = Inherited(self.layer, kept.outcome, place)
        return number if kept.spread is None else number | {"spread": kept.spread}

    def _resolved(self, old: dict[str, Any]) -> dict[str, Any] | None:
        """Resolve a relative value against the inherited one; None if it is not relative."""
        key, below = ".".join(self.path), self.tree.latest(self.path)
        self.tree.relatives.pop(key, None)
        relative = relative_in(self.value)
        if relative is None or not is_value(old["value"]):
            return None
        file = self.tree.layers[below.number].source.name if below else ""
        resolved = ResolvedFrom(relative.text, old["value"], Path(file).name)
        self.tree.relatives[key] = resolved
        return scaled_quantity(old, self.value, relative, self.layer.because)

    def _is_number(self) -> bool:
        here = shape.at(Scenario, self.path)
        return here is not None and here.is_number

    def _written(self) -> Any:
        return self.value["value"] if isinstance(self.value, dict) else self.value

    def _unfit(self, what: str, advice: str) -> None:
        spot = self.layer.source.spots.get(self.at)
        place = spot.at_value() if spot else self.layer.source.name
        said = Message("{key}: {what}", key=".".join(self.path), what=what)
        self.tree.problems.append(Problem(place, said, advice))

    def _may_begin(self, depth: int, steps: int) -> bool:
        """Whether an optional mapping that is not there yet may begin here: no key is required."""
        here = shape.at(Scenario, self.path[: len(self.path) - steps + depth + 1])
        return here is not None and shape.may_be_empty(here)

    def _may_lack(self) -> bool:
        """Whether removing this absent key is harmless, not a misspelling of another key.

        It is for an optional key of the schema, and for a name that an earlier layer removed.
        """
        parent = shape.at(Scenario, self.path[:-1])
        allowed = shape.keys(parent) if parent is not None else None
        return self.path[-1] in (allowed or ()) or self.tree.knows(self.path)

    def _refuse_unknown(self, names: list[str]) -> None:
        place = self.layer.source.key_place(self.at)
        *parents, last = self.path
        what = Message("{path}: unknown key '{last}'", path=".".join(self.path), last=last)
        self.tree.problems.append(Problem(place, what, hint_for(last, tuple(parents), names)))

    def _lost(self, what: str, advice: str) -> None:
        place = self.layer.source.key_place(self.at)
        said = Message(
            "{key} does not lead anywhere: {what}", key=".".join(self.path), what=as_message(what)
        )
        self.tree.problems.append(Problem(place, said, advice))

    def _contest(self) -> None:
        if self.path[0] in HEAD:
            return
        before = self.tree.latest(self.path)
        if before is None or before.number == 0:
            return
        if before.number == self.number:
            if self.tree.knows(self.path):
                what = Message(
                    "{path} is set twice; first at {place}",
                    path=".".join(self.path),
                    place=before.spot.at_key(),
                )
                place = self.layer.source.key_place(self.at)
                self.tree.problems.append(Problem(place, what, "keep one of the two"))
            return
        earlier = self.tree.layers[before.number]
        if relative_in(self.value):
            return
        if earlier.source.name not in self.layer.below:
            self.tree.conflicts[".".join(self.path)] = (earlier.name, self.layer.name)


def _key(target: Any, step: str) -> Any:
    if isinstance(target, list):
        return int(step) if step.isdigit() else step
    return int(step) if step.isdigit() and int(step) in target else step


def names_in(item: Any) -> list[str]:
    """Keys of a mapping, as text."""
    return [str(key) for key in item] if isinstance(item, dict) else []


def step_into(target: Any, step: str) -> Any:
    """Return the value one step down a path, or None."""
    key = _key(target, step)
    if isinstance(target, list):
        return target[key] if isinstance(key, int) and key < len(target) else None
    return target.get(key)


def is_value(item: Any) -> bool:
    """Whether a piece of data is a valid value of a number: one, or amounts by date."""
    try:
        dated(item)
    except RuleError:
        return False
    return True


def is_quantity(item: Any) -> bool:
    """Whether a piece of data is a number with its unit."""
    return isinstance(item, dict) and "value" in item and "unit" in item


def all_dates(value: dict[Any, Any]) -> bool:
    """Whether a mapping holds values by date: all its keys begin with a digit."""
    return bool(value) and all(
        isinstance(key, date | int) or str(key)[:1].isdigit() for key in value
    )


def patched_quantity(old: dict[str, Any], value: Any, because: str) -> dict[str, Any]:
    """Patch a number: unit and price level stay, and the source is the patch's own.

    Where the value stays, so does what holds between its dates.
    """
    written = _long_form(value)
    same = "value" not in written or same_value(old["value"], written["value"])
    parts = ("unit", "price_level", "fill", *(("between",) if same else ()))
    kept = {key: old[key] for key in parts if key in old}
    base = {} if "value" in written else {"value": old["value"]}
    grounded = {} if {"source", "assumption"} & set(written) else {"assumption": because}
    return {**kept, **base, **grounded, **written}


def _long_form(value: Any) -> dict[str, Any]:
    """Return what a layer writes for a number with the name of each part."""
    return value if isinstance(value, dict) and not all_dates(value) else {"value": value}


def scaled_quantity(
    old: dict[str, Any], value: Any, relative: RelativeValue, because: str
) -> dict[str, Any]:
    """Apply a relative value to a number: all that describes the old one stays, and a note comes.

    A source or an assumption that the layer states takes the place of ``because``, and of the
    inherited source.
    """
    written = _long_form(value) | {"value": relative.of(old["value"])}
    parts = ("unit", "price_level", "fill", "between")
    kept = {key: old[key] for key in parts if key in old}
    if written.get("source") is None:
        kept |= relative_source(old, relative, written.pop("assumption", None) or because)
    return kept | written

"""Layers of a scenario: the files of a chain in their order, and overrides of the command line.

``extends`` names the files that a file patches (one, or several in order); a chain on the command
line does the same. Each file is read once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import Location, Message, Problem, ScenarioError
from .catalogue import named_in_a_file, shipped, similar_names
from .relative import parse_relative
from .version import KEY as VERSION
from .version import version_of
from .yaml_reader import SourceText, read_file, read_text

MAX_LAYERS = 40
COMMAND_LINE = "--set"
BY_COMMAND = "set on the command line"


@dataclass(frozen=True)
class Layer:
    """One text of a chain, and the names of the layers it extends."""

    source: SourceText
    below: frozenset[str]
    because: str = ""
    """Why it sets what it sets: the assumption of a number without a source of its own."""
    exact: bool = False
    """Numbers are as it states them: one without a spread is certain. So do studies set levers."""

    @property
    def name(self) -> str:
        return Path(self.source.name).stem


def resolve_extends(files: Sequence[Path], sets: Sequence[str] = ()) -> tuple[Layer, ...]:
    """Return the layers of a chain of files, each once, bases before the files that extend them.

    ``sets`` (``key=value``) come last, as a layer of their own. Raises ``ScenarioError``.
    """
    found: dict[str, Layer] = {}
    for file in files:
        _visit(file, (), found)
    layers = list(found.values())
    for layer in layers[1:]:
        if "extends" not in layer.source.data:
            what = Message(
                "'{name}' is a whole scenario: it can only be the first of a chain", name=layer.name
            )
            raise ScenarioError([Problem(layer.source.name, what, "put it first, or leave it out")])
    everything = frozenset(layer.source.name for layer in layers) | {COMMAND_LINE}
    layers += [Layer(_set_source(part), everything, BY_COMMAND) for part in _parts_of(sets)]
    return tuple(layers)


def _parts_of(sets: Sequence[str]) -> list[list[str]]:
    """Split overrides so that a relative value lies above an earlier override of its key."""
    parts: list[list[str]] = [[]]
    for item in sets:
        key, _, value = item.partition("=")
        is_set = any(other.partition("=")[0].strip() == key.strip() for other in parts[-1])
        if is_set and parse_relative(value):
            parts.append([])
        parts[-1].append(item)
    return [part for part in parts if part]


def _visit(file: Path, above: tuple[Path, ...], found: dict[str, Layer]) -> frozenset[str]:
    path = file.resolve()
    if len(above) >= MAX_LAYERS:
        what = Message("is based on more than {most} layers", most=MAX_LAYERS)
        raise ScenarioError([Problem(str(file), what, "combine some of them")])
    name = str(file)
    known = next(
        (layer for layer in found.values() if Path(layer.source.name).resolve() == path), None
    )
    if known is not None:
        return known.below | {known.source.name}
    source = read_file(file)
    version_of(source)
    _anchor_draws(source, file)
    below: frozenset[str] = frozenset()
    for base, place in _bases(source, file):
        if base.resolve() in (*above, path):
            names = " -> ".join(layer.stem for layer in (*above, path, base))
            raise ScenarioError(
                [
                    Problem(
                        place, Message("extends itself: {names}", names=names), "break the circle"
                    )
                ]
            )
        below |= _visit(base, (*above, path), found)
    found[name] = Layer(source, below, _because(source))
    return below | {name}


def _anchor_draws(source: SourceText, file: Path) -> None:
    """Look for the draws of a posterior beside the file that names them."""
    posterior = source.data.get("posterior")
    if isinstance(posterior, dict) and isinstance(posterior.get("file"), str):
        posterior["file"] = str(file.parent / posterior["file"])


def _bases(source: SourceText, file: Path) -> list[tuple[Path, Location]]:
    """Return the files that a text extends (relative to its folder, or shipped), with positions."""
    named = source.data.get("extends", [])
    items = named if isinstance(named, list) else [named]
    bases: list[tuple[Path, Location]] = []
    for index, item in enumerate(items):
        at = ("extends", str(index)) if isinstance(named, list) else ("extends",)
        place = source.spots[at].at_value()
        if not isinstance(item, str):
            what = Message("extends {item!r}: expected the name of a file", item=item)
            raise ScenarioError([Problem(place, what, "as in: extends: baseline.yaml")])
        base = file.parent / item
        known = shipped()
        # A part of a path holds 255 bytes at most: a longer one is an error to ask for.
        longest = max(len(part.encode("utf-8", "replace")) for part in item.split("/"))
        if len(item) > 500 or longest > 255 or not item.isprintable():
            raise ScenarioError([Problem(place, "not the name of a file", "name a scenario")])
        if not base.is_file() and item.removesuffix(".yaml") in known:
            base = known[item.removesuffix(".yaml")]
        if not base.is_file():
            what = Message(
                "extends '{item}': no such file in {folder}", item=item, folder=file.parent
            )
            raise ScenarioError([Problem(place, what, similar_names(Path(item).name, file.parent))])
        if base not in known.values():
            named_in_a_file(base, place)
        bases.append((base, place))
    return bases


def _set_source(sets: Sequence[str]) -> SourceText:
    """Turn ``key=value`` overrides of the command line into a text with one line each."""
    lines = []
    for item in sets:
        key, equals, value = item.partition("=")
        if not equals or not key.strip() or "\n" in item:
            advice = "as in --set housing.homes=25000"
            raise ScenarioError(
                [Problem(COMMAND_LINE, Message("'{item}' is no key=value", item=item), advice)]
            )
        first = key.strip().split(".")[0]
        if first in ("extends", VERSION):
            advice = "chain with +: baseline + faster-housing"
            if first == VERSION:
                advice = "it is a line of a file, and says in what form that is written"
            raise ScenarioError(
                [Problem(COMMAND_LINE, Message("'{first}' can't be set here", first=first), advice)]
            )
        lines.append(f"{key.strip()}: {value.strip()}")
    return read_text("\n".join(lines) + "\n", COMMAND_LINE)


def _because(source: SourceText) -> str:
    described = source.data.get("description")
    text = described.get("en", "") if isinstance(described, dict) else described
    return f"patch {Path(source.name).stem}: {text}" if text else f"patch {Path(source.name).stem}"

"""Load scenarios: merge a chain of files, validate it, and report all errors at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ..errors import Message, Problem, ScenarioError
from ..log import timed
from . import messages as explain
from .catalogue import find
from .layers import COMMAND_LINE, Layer, resolve_extends
from .merge import Tree, merge
from .posterior import changed_numbers
from .quantity import quantities
from .schema import Scenario
from .start import stale_start
from .validate import problems_of
from .version import KEY as VERSION
from .version import SCHEMA
from .yaml_reader import SourceText
from .yaml_writer import resolved_text

LONGEST_NAME = 60
MOST_CHANGES = 1_000
"""Characters of a title that say what ``--set`` changed."""


@dataclass(frozen=True)
class Loaded:
    """A scenario with its name, the layers it was merged from, and the origin of each key.

    Two are equal if name and every number are, whatever files they were merged from.
    """

    name: str
    scenario: Scenario = field(hash=False)
    tree: Tree = field(compare=False)

    @property
    def files(self) -> list[Path]:
        """Files it was read from, the last first."""
        names = [layer.source.name for layer in self.tree.layers]
        return [Path(name) for name in reversed(names) if name != COMMAND_LINE]

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of every text it was read from, by name, the last first.

        Files by their bare name, since paths are private. Overrides are listed as ``--set``.
        Taken when the file was read; later changes to it do not count.
        """
        return inputs_of(self)


def inputs_of(*every: Loaded) -> dict[str, str]:
    """Return the SHA-256 of every text the scenarios were read from, by name.

    Different texts with the same name are numbered: ``patch.yaml (2)``.
    """
    found: dict[str, str] = {}
    for layer in (one for loaded in every for one in reversed(loaded.tree.layers)):
        source = layer.source
        bare = source.name if source.name == COMMAND_LINE else Path(source.name).name
        name, number = bare, 1
        while found.get(name, source.digest) != source.digest:
            number += 1
            name = f"{bare} ({number})"
        if source.digest:
            found[name] = source.digest
    return found


def load(name: str | Path, *patches: str | Path, sets: Sequence[str] = ()) -> Scenario:
    """Load and check a scenario.

    ``name`` and ``patches`` are paths or shipped names, applied in this order; ``sets`` are single
    overrides (``key=value``), applied last. Raises ``ScenarioError`` with every problem found.
    """
    return load_chain([str(name), *map(str, patches)], sets).scenario


def load_chain(
    names: Sequence[str], sets: Sequence[str] = (), *, overrides: bool = False
) -> Loaded:
    """Load and check a chain of scenarios, with the origin of every key.

    With ``overrides`` a number that was conditioned on observations may be set: its draws are
    released, which the result says (``posterior.released``).
    """
    with timed("load", " + ".join(names)):
        files = [find(name) for name in names]
        layers = resolve_extends(files, sets)
        tree = merge(layers)
        _head(tree, files, layers)
        scenario = _checked(_released(tree) if overrides else tree)
    return Loaded(_name(files, sets), scenario, tree)


def _released(tree: Tree) -> Tree:
    """Release the draws of numbers that a layer set to something else than was conditioned."""
    if not isinstance(tree.data.get("posterior"), dict):
        return tree
    try:
        scenario = Scenario.model_validate(tree.data)
    except ValidationError:
        return tree  # Reported with all other problems.
    assert scenario.posterior is not None
    changed = changed_numbers(scenario.posterior, dict(quantities(scenario)))
    tree.data["posterior"]["released"] = [*scenario.posterior.released, *changed]
    return tree


def override(
    scenario: Scenario, changes: dict[str, Any], because: str, *, keeps_spread: bool = False
) -> Scenario:
    """Return a copy of a scenario with some keys changed, validated like a file.

    ``changes`` maps paths (``ind.capacity.planned``) to values as a patch file would hold them;
    a number inherits its unit, and ``because`` becomes its assumption. Its spread is what the
    change states: without one it is certain, which is how studies set levers (decision 49).
    ``keeps_spread`` keeps the one it had, as a patch file does. Raises ``ScenarioError``.
    """
    base = SourceText(
        "scenario", data=_plain(scenario.model_dump(by_alias=True, exclude_none=True))
    )
    patch = SourceText("changes", data=dict(changes))
    below = frozenset({"scenario"})
    tree = merge([Layer(base, frozenset()), Layer(patch, below, because, exact=not keeps_spread)])
    return _checked(tree)


def apply_patch(base: Loaded, patch: SourceText, because: str) -> Loaded:
    """Apply one more patch to a loaded scenario and validate the result like a file.

    ``because`` is the assumption of a number without a source of its own. Raises ``ScenarioError``.
    """
    below = frozenset(layer.source.name for layer in base.tree.layers)
    tree = merge([*base.tree.layers, Layer(patch, below, because)])
    return Loaded(f"{base.name}+{Path(patch.name).stem}", _checked(tree), tree)


def _checked(tree: Tree) -> Scenario:
    problems = list(tree.problems)
    scenario: Scenario | None = None
    lonely = _stands_on_nothing(tree)
    if lonely:
        raise ScenarioError([*explain.without_echoes(problems), lonely])
    try:
        scenario = Scenario.model_validate(tree.data)
    except ValidationError as error:
        problems += explain.of_validation(error, tree)
    stale = stale_start(tree)
    problems += [stale] if stale else []
    if scenario is not None:
        problems += explain.of_findings(problems_of(scenario, source_keys()), tree)
    if problems or scenario is None:
        raise ScenarioError(explain.without_echoes(problems))
    return scenario


def _stands_on_nothing(tree: Tree) -> Problem | None:
    """Report a file without ``extends:`` that lacks most parts of a scenario."""
    parts = {"groups", "inflow", "ind", "housing", "reception", "prices", "budget"}
    source = tree.layers[0].source
    if len(parts & set(tree.data)) > len(parts) // 2:
        return None
    advice = "add a first line: extends: baseline"
    slip = next((key for key in source.data if str(key).lower().startswith("extend")), None)
    if slip is not None and slip != "extends":
        advice = Message("write 'extends' where it says '{slip}'", slip=slip)
    place = source.place(0, 0)
    return Problem(place, "this file is a patch but has no 'extends:' line", advice)


def _name(files: Sequence[Path], sets: Sequence[str]) -> str:
    """Name a chain: ``baseline+faster-housing``; an override adds its key and value."""
    parts = [file.stem for file in files]
    for item in sets:
        plain = "".join(c if c.isalnum() or c in "._-=" else "_" for c in item.strip())
        # On Windows no folder's name ends in a dot.
        if plain != item.strip() or len(plain) > LONGEST_NAME or plain.endswith("."):
            digest = hashlib.sha256(item.encode("utf-8", "replace")).hexdigest()[:6]
            plain = f"{plain[:LONGEST_NAME]}-{digest}"
        parts.append(plain)
    return "+".join(parts)


def _head(tree: Tree, files: Sequence[Path], layers: Sequence[Layer]) -> None:
    """Combine the titles of the patches of a chain; overrides are appended."""
    named = {file.resolve() for file in files}
    heads = [
        layer.source.data
        for layer in layers[1:]
        if layer.source.name != COMMAND_LINE and Path(layer.source.name).resolve() in named
    ]
    for key, glue in (("title", " + "), ("description", " ")):
        texts = [head[key] for head in heads if isinstance(head.get(key), dict)]
        if len(texts) > 1:
            tree.data[key] = {
                lang: glue.join(str(text.get(lang, "")) for text in texts) for lang in ("en", "nl")
            }
    sets = [layer.source for layer in layers if layer.source.name == COMMAND_LINE]
    title = tree.data.get("title")
    if sets and isinstance(title, dict):
        lines = (line for source in sets for line in source.lines)
        changes = "; ".join(line.replace(": ", " = ", 1) for line in lines)
        if len(changes) > MOST_CHANGES:
            changes = f"{changes[: MOST_CHANGES - 1]}…"
        tree.data["title"] = {lang: f"{text} [{changes}]" for lang, text in title.items()}


def dump(scenario: Scenario) -> str:
    """Return the resolved scenario as YAML: every number with its unit and source."""
    data = {VERSION: SCHEMA} | scenario.model_dump(by_alias=True, exclude_none=True)
    if scenario.posterior is not None:
        data["posterior"]["file"] = scenario.posterior.file.name
    return resolved_text(_plain(data))


def write_resolved(scenario: Scenario, file: Path) -> None:
    """Write the resolved scenario to a file, with the draws of its posterior beside it."""
    file.write_text(dump(scenario), "utf-8", newline="\n")
    if scenario.posterior is not None:
        (file.parent / scenario.posterior.file.name).write_bytes(
            scenario.posterior.file.read_bytes()
        )


def _plain(item: Any) -> Any:
    if isinstance(item, Path):
        return str(item)
    if isinstance(item, dict):
        return {key: _plain(value) for key, value in item.items()}
    return [_plain(value) for value in item] if isinstance(item, list | tuple) else item


@cache
def source_keys() -> dict[str, dict[str, Any]]:
    """Read all known sources from ``sim/data/sources.yaml``."""
    text = (resources.files("sim") / "data" / "sources.yaml").read_text("utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded

"""How a file becomes a ``Scenario``: read, patch, check; every mistake at once, with its place.

YAML is read as plain data (no code, no aliases, no implicit booleans other than true and false),
keeping the line and column of every key, so that an error of meaning can say where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ..errors import Problem, ScenarioError
from .grammar import Scenario
from .quantity import quantities

Path_ = tuple[str, ...]
MAX_BYTES = 2_000_000
MAX_LAYERS = 20
_NUMBER = re.compile(r"[-+]?(\d[\d_]*)(\.\d*)?([eE][-+]?\d+)?$|[-+]?\.\d+([eE][-+]?\d+)?$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")
_PATCH_KEYS = {"extends", "title", "description"}


@dataclass
class Reading:
    """What was read from one file: data, the place of each key, and the mistakes so far."""

    file: Path
    positions: dict[Path_, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, mark: Any) -> str:
        return f"{self.file}:{mark.line + 1}:{mark.column + 1}"


def shipped_folder() -> Path:
    """Folder of the scenarios that come with the package (or with the checkout)."""
    inside = Path(str(resources.files("sim"))) / "shipped_scenarios"
    return inside if inside.is_dir() else Path(str(resources.files("sim"))).parent / "scenarios"


def shipped() -> dict[str, Path]:
    """Names of the shipped scenarios and their files."""
    return {file.stem: file for file in sorted(shipped_folder().glob("*.yaml"))}


def find(name: str) -> Path:
    """File of a scenario given as a path or as a shipped name; raises ``ScenarioError``."""
    known = shipped()
    if name in known:
        return known[name]
    path = Path(name)
    if path.is_file():
        return path
    what = "this is a folder, not a scenario file" if path.is_dir() else "no such scenario"
    advice = f"give the path of a YAML file, or one of: {', '.join(known)}"
    raise ScenarioError([Problem(name, what, advice)])


def load(name: str | Path) -> Scenario:
    """Load and check a scenario.

    ``name`` is a path or a shipped name. A file with ``extends`` is a patch on another file: each
    of its keys (dots allowed) replaces what stands there. Raises ``ScenarioError`` with every
    problem found.
    """
    file = find(str(name))
    data, positions = _layered(file, ())
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(_explained(error, file, positions)) from None
    problems = _unknown_sources(scenario, file, positions)
    if problems:
        raise ScenarioError(problems)
    return scenario


def layers(name: str | Path) -> list[Path]:
    """The files a scenario is made of: its own, then each it extends."""
    files = [find(str(name))]
    while True:
        base = _read(Reading(files[-1])).get("extends")
        if base is None:
            return files
        files.append(files[-1].parent / str(base))


def patched(scenario: Scenario, changes: dict[str, Any], because: str) -> Scenario:
    """A new scenario with some keys changed, checked like a file.

    ``changes`` maps paths (``ind.capacity.planned``) to values as a patch file would hold them;
    a number inherits its unit, and ``because`` becomes its assumption. Raises ``ScenarioError``.
    """
    data = _plain(scenario.model_dump(by_alias=True, exclude_none=True))
    reading = Reading(Path("changes"))
    for key, value in changes.items():
        path = tuple(key.split("."))
        _patch(data, path, _Change(path, value, because, reading, path, {}))
    if reading.problems:
        raise ScenarioError(reading.problems)
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(_explained(error, reading.file, {})) from None


def dump(scenario: Scenario) -> str:
    """The resolved scenario as YAML: every number that is used, with unit and source."""
    data = scenario.model_dump(by_alias=True, exclude_none=True)
    return yaml.dump(_plain(data), allow_unicode=True, sort_keys=False, width=100)


def _plain(item: Any) -> Any:
    if isinstance(item, dict):
        return {key: _plain(value) for key, value in item.items()}
    return [_plain(value) for value in item] if isinstance(item, list | tuple) else item


def source_keys() -> dict[str, dict[str, str]]:
    """All known sources (``sim/data/sources.yaml``)."""
    text = (resources.files("sim") / "data" / "sources.yaml").read_text("utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded


def _layered(file: Path, above: tuple[Path, ...]) -> tuple[dict[str, Any], dict[Path_, str]]:
    reading = Reading(file)
    if file.resolve() in above or len(above) >= MAX_LAYERS:
        chain = " -> ".join(layer.name for layer in (*above, file))
        raise ScenarioError([Problem(str(file), f"extends itself: {chain}", "break the circle")])
    data = _read(reading)
    if reading.problems:
        raise ScenarioError(reading.problems)
    if "extends" not in data:
        return data, reading.positions
    base_name = data["extends"]
    base = file.parent / str(base_name)
    if not base.is_file():
        raise ScenarioError(
            [
                Problem(
                    reading.positions[("extends",)],
                    f"extends '{base_name}': no such file in {file.parent}",
                    "name a scenario file relative to this one",
                )
            ]
        )
    below, positions = _layered(base, (*above, file.resolve()))
    because = f"patch {file.stem}: {_sentence(data)}"
    for key in data:
        if key == "extends":
            continue
        path = (str(key),) if key in _PATCH_KEYS else tuple(str(key).split("."))
        change = _Change(path, data[key], because, reading, (str(key),), positions)
        _patch(below, path, change)
    if reading.problems:
        raise ScenarioError(reading.problems)
    return below, positions


@dataclass(frozen=True)
class _Change:
    """One key of a patch on its way in: where it goes, what it is, and where that is written."""

    path: Path_
    value: Any
    because: str
    reading: Reading
    at: Path_
    positions: dict[Path_, str]

    def below(self, name: str, value: Any) -> _Change:
        return replace(self, path=(*self.path, name), at=(*self.at, name), value=value)

    def forget_what_was_there(self) -> None:
        """Positions below a key that is replaced as a whole are no longer true."""
        for path in [p for p in self.positions if p[: len(self.path)] == self.path]:
            del self.positions[path]

    def remember(self) -> None:
        for path, place in self.reading.positions.items():
            if path[: len(self.at)] == self.at:
                self.positions[self.path + path[len(self.at) :]] = place


def _sentence(data: dict[str, Any]) -> str:
    description = data.get("description")
    return str(description.get("en", "")) if isinstance(description, dict) else str(description)


def _patch(target: Any, steps: Path_, change: _Change) -> None:
    """Put a change where ``steps`` lead; a number inherits unit and definition, not the source."""
    *parents, last = steps
    for step in parents:
        target = _step(target, step)
        if not isinstance(target, dict | list):
            what = f"'{'.'.join(change.path)}' does not lead anywhere at '{step}'"
            where = change.reading.positions.get(change.at, str(change.reading.file))
            change.reading.problems.append(Problem(where, what))
            return
    key, old, value = _key(target, last), _step(target, last), change.value
    if isinstance(target, list) and not (isinstance(key, int) and key < len(target)):
        what = f"'{'.'.join(change.path)}': there is no item '{last}' in this list"
        where = change.reading.positions.get(change.at, str(change.reading.file))
        advice = f"give a number from 0 to {len(target) - 1}, or the whole list"
        change.reading.problems.append(Problem(where, what, advice))
        return
    if _is_quantity(old):
        if not isinstance(value, dict) or _all_dates(value):
            change.forget_what_was_there()
        target[key] = _patched_quantity(old, value, change.because)
        change.remember()
    elif isinstance(old, dict) and isinstance(value, dict):
        for name, below in value.items():
            _patch(old, (str(name),), change.below(str(name), below))
    else:
        change.forget_what_was_there()
        target[key] = value
        change.remember()


def _key(target: Any, step: str) -> Any:
    if isinstance(target, list):
        return int(step) if step.isdigit() else step
    return int(step) if step.isdigit() and int(step) in target else step


def _step(target: Any, step: str) -> Any:
    key = _key(target, step)
    if isinstance(target, list):
        return target[key] if isinstance(key, int) and key < len(target) else None
    return target.get(key)


def _is_quantity(item: Any) -> bool:
    return isinstance(item, dict) and "value" in item and "unit" in item


def _patched_quantity(old: dict[str, Any], value: Any, because: str) -> Any:
    kept = {key: old[key] for key in ("unit", "price_level", "fill") if key in old}
    if isinstance(value, dict) and not _all_dates(value):
        grounded = {} if {"source", "assumption"} & set(value) else {"assumption": because}
        base = {} if "value" in value else {"value": old["value"]}
        return {**kept, **base, **grounded, **value}
    return {**kept, "value": value, "assumption": because}


def _all_dates(value: dict[Any, Any]) -> bool:
    return bool(value) and all(isinstance(key, date | int) for key in value)


def _read(reading: Reading) -> dict[str, Any]:
    try:
        raw = reading.file.read_bytes()
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError(
            [Problem(f"{reading.file}", f"not UTF-8 text ({error.reason})", "save it as UTF-8")]
        ) from None
    except OSError as error:
        raise ScenarioError([Problem(str(reading.file), f"cannot be read: {error}")]) from None
    if len(raw) > MAX_BYTES:
        raise ScenarioError(
            [Problem(str(reading.file), f"{len(raw):,} bytes: too large for a scenario file")]
        )
    try:
        _refuse_aliases(text, reading)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = reading.place(mark) if mark else str(reading.file)
        what = f"not valid YAML: {error.problem or error.context}"
        raise ScenarioError(
            [Problem(where, what, "mend the line above or at this place")]
        ) from None
    except yaml.YAMLError as error:
        raise ScenarioError([Problem(str(reading.file), f"not valid YAML: {error}")]) from None
    except RecursionError:
        raise ScenarioError([Problem(str(reading.file), "nested too deeply")]) from None
    if not isinstance(node, yaml.MappingNode):
        raise ScenarioError(
            [Problem(str(reading.file), "not a scenario: expected keys and values")]
        )
    built = _build(node, (), reading)
    assert isinstance(built, dict)
    return built


def _refuse_aliases(text: str, reading: Reading) -> None:
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            place = reading.place(event.start_mark)
            raise ScenarioError(
                [Problem(place, "anchors and aliases are not allowed", "write the value out")]
            )


def _build(node: Any, path: Path_, reading: Reading) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_built(item, (*path, str(i)), reading) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, reading)
    seen: dict[Any, Any] = {}
    built: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            place = reading.place(key_node.start_mark)
            reading.problems.append(Problem(place, "a key must be a plain word or date"))
            continue
        key = _scalar(key_node, reading)
        if key in seen:
            what = f"the key '{key}' stands twice; first at {reading.place(seen[key])}"
            advice = "keep one of the two"
            reading.problems.append(Problem(reading.place(key_node.start_mark), what, advice))
            continue
        seen[key] = key_node.start_mark
        reading.positions[(*path, str(key))] = reading.place(key_node.start_mark)
        built[key] = _build(value_node, (*path, str(key)), reading)
    return built


def _built(node: Any, path: Path_, reading: Reading) -> Any:
    reading.positions[path] = reading.place(node.start_mark)
    return _build(node, path, reading)


def _scalar(node: yaml.ScalarNode, reading: Reading) -> Any:
    """Plain words stay text ('no' is not false); numbers, dates, true, false and null are read."""
    text = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in ("", "~", "null"):
        return None
    if _DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            place = reading.place(node.start_mark)
            reading.problems.append(Problem(place, f"'{text}' is no date", "as in 2026-01-31"))
            return None
    if _NUMBER.match(text):
        plain = text.replace("_", "")
        return int(plain) if re.fullmatch(r"[-+]?\d+", plain) else float(plain)
    return text


def _explained(error: ValidationError, file: Path, positions: dict[Path_, str]) -> list[Problem]:
    problems = []
    for mistake in error.errors():
        path = tuple(str(step) for step in mistake["loc"])
        path = tuple(step for step in path if step not in ("as",) or step in path[-1:])
        what = _said(mistake)
        key = ".".join(path)
        problems.append(Problem(_nearest(path, file, positions), f"{key}: {what}" if key else what))
    return problems


def _said(mistake: Any) -> str:
    kind, raw = mistake["type"], mistake["input"]
    if kind == "extra_forbidden":
        return "unknown key; see the grammar in sim/scenario/grammar.py"
    if kind == "missing":
        return "this key is missing"
    if kind == "value_error":
        return str(mistake["ctx"]["error"])
    shown = repr(raw) if not isinstance(raw, dict | list) else type(raw).__name__
    return f"{mistake['msg'].lower()} (found {shown})"


def _nearest(path: Path_, file: Path, positions: dict[Path_, str]) -> str:
    """Place of a key; of one that a patch changed below it, the place in the patch."""
    for length in range(len(path), 0, -1):
        if path[:length] in positions:
            place = positions[path[:length]]
            own = [
                below
                for key, below in positions.items()
                if key[:length] == path[:length] and below.startswith(f"{file}:")
            ]
            return place if place.startswith(f"{file}:") or not own else own[0]
    return str(file)


def _unknown_sources(scenario: Scenario, file: Path, positions: dict[Path_, str]) -> list[Problem]:
    known = source_keys()
    problems = []
    for path, quantity in quantities(scenario):
        if quantity.source is not None and quantity.source not in known:
            where = _nearest((*path.split("."), "source"), file, positions)
            advice = "add it to sim/data/sources.yaml, or state an assumption"
            problems.append(Problem(where, f"{path}: unknown source '{quantity.source}'", advice))
    return problems

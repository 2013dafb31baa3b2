"""Read YAML as plain data, with the position of every key and value.

No code, no aliases, no implicit booleans other than true and false ('no' stays a word), no key
twice. All mistakes are reported at once; a file that is too large, too deep or not YAML is
refused before anything is built from it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ..clock import DAY_EXAMPLE, DAY_FORMS, parse_day
from ..errors import UNSHOWN, Location, Message, Problem, ScenarioError, as_message, printable
from .number_text import THOUSANDS, is_read_in_two_ways, two_readings
from .relative import EXAMPLE

Keys = tuple[str, ...]
MAX_BYTES = 2_000_000
MAX_DEPTH = 30
MAX_VALUES = 50_000
NUMBER = re.compile(r"[-+]?(\d[\d_]*)(\.\d*)?([eE][-+]?\d+)?$|[-+]?\.\d+([eE][-+]?\d+)?$", re.ASCII)
_NOUGHTS = ".000"
"""After a dot: thousands to a Dutch reader, whatever the unit."""
_ALIAS = re.compile(r"[:\s]\*\s*[\d.]+\s*$", re.ASCII)
"""A factor that YAML takes for the name of something else."""
_WORDS = {"true": True, "false": False, "": None, "~": None, "null": None}


class Position(NamedTuple):
    """Position of a key and its value; lines and columns from 0."""

    source: SourceText
    key: tuple[int, int]
    value: tuple[int, int]

    def at_key(self) -> Location:
        return self.source.place(*self.key)

    def at_value(self) -> Location:
        return self.source.place(*self.value)


@dataclass
class SourceText:
    """The content of one text: its data, the position of each key path, and the mistakes."""

    name: str
    lines: list[str] = field(default_factory=list)
    data: dict[Any, Any] = field(default_factory=dict)
    spots: dict[Keys, Position] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    typed: dict[Keys, str] = field(default_factory=dict)
    """Numbers that may be read in two ways, as they are typed."""
    digest: str = ""
    """SHA-256 of the text as it was read; empty if it is not text."""
    _order: dict[Keys, int] = field(default_factory=dict)
    _paths: list[Keys] = field(default_factory=list)

    def place(self, line: int, column: int) -> Location:
        text = self.lines[line] if line < len(self.lines) else ""
        return Location(self.name, line + 1, column + 1, text)

    def at(self, mark: Any) -> Location:
        return self.place(mark.line, mark.column)

    def key_place(self, path: Keys) -> Location | str:
        """Location of a key; the name of the text if the position is not known."""
        spot = self.spots.get(path)
        return spot.at_key() if spot else self.name

    def below(self, path: Keys) -> Iterator[Keys]:
        """Paths of a key and of everything below it, contiguous in the text."""
        if not path:
            yield from self.spots
            return
        started = False
        for key in self._from(path):
            if key[: len(path)] == path:
                started = True
                yield key
            elif started:
                return

    def _from(self, path: Keys) -> Iterator[Keys]:
        """Paths in the order of the text, from ``path`` on."""
        if not self._order:
            self._order = {key: number for number, key in enumerate(self.spots)}
            self._paths = list(self.spots)
        first = self._order.get(path, len(self._paths))
        return islice(self._paths, first, None)


BEGIN = "begin with 'extends: baseline.yaml' and a title"


def read_file(file: Path, kind: str = "scenario", begin: str = BEGIN) -> SourceText:
    """Read a scenario file, or a file of another kind with its own first keys.

    Raises ``ScenarioError`` if it can't be read as YAML at all.
    """
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            what = Message(
                "{size:,} bytes: too large for a {kind} file (at most {most:,})",
                size=size,
                kind=as_message(kind),
                most=MAX_BYTES,
            )
            raise _refused(
                str(file),
                what,
                Message("split what does not belong to the {kind} off", kind=as_message(kind)),
            )
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused(
            str(file), Message("not UTF-8 text ({reason})", reason=error.reason), "save it as UTF-8"
        ) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise _refused(str(file), Message("cannot be read: {reason}", reason=reason)) from None
    return read_text(text, str(file), kind, begin)


def read_text(text: str, name: str, kind: str = "scenario", begin: str = BEGIN) -> SourceText:
    """Read scenario YAML from a text; ``name`` is used in messages."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    # Editors on Windows may begin a file with a mark of its encoding.
    text = text.removeprefix("\ufeff")
    source = SourceText(name, text.splitlines(), digest=digest)
    try:
        _refuse_what_is_unsafe(text, source)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        raise _refused(*_not_yaml(error, source)) from None
    except yaml.YAMLError as error:
        raise _refused(
            name, Message("not valid YAML: {error}", error=error), "save it as plain text"
        ) from None
    if not isinstance(node, yaml.MappingNode):
        what = Message("not a {kind}: expected keys and values", kind=as_message(kind))
        raise _refused(name, what, begin)
    source.data = _mapping(node, (), source)
    return source


def _not_yaml(error: yaml.MarkedYAMLError, source: SourceText) -> tuple[Location | str, str, str]:
    """Locate a YAML syntax error, at the start of the unfinished construct if it is known."""
    began = error.context_mark if error.context and "scanning" in error.context else None
    mark = began or error.problem_mark or error.context_mark
    where: Location | str = source.at(mark) if mark else source.name
    problem = error.problem or error.context or ""
    advice = "correct this line or the one above"
    if isinstance(where, Location) and "\t" in where.text[: where.column]:
        problem, advice = "a tab", "indent with spaces"
    elif isinstance(where, Location) and _ALIAS.search(where.text):
        problem, advice = "a value can't begin with *", EXAMPLE
    elif "expected ':'" in problem:
        problem, advice = "there is no ': ' after the key", "as in housing.homes: 25000"
    elif began is not None:
        advice = "the quote that starts here is not closed"
    return where, Message("not valid YAML: {problem}", problem=as_message(problem)), advice


def _refused(where: Location | str, what: str, advice: str = "") -> ScenarioError:
    return ScenarioError([Problem(where, what, advice)])


def _refuse_what_is_unsafe(text: str, source: SourceText) -> None:
    """Refuse anchors and aliases (a few lines can expand to gigabytes), tags, and deep nesting."""
    depth = values = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            what, where = "anchors and aliases are not allowed", source.at(event.start_mark)
            raise _refused(
                where, what, EXAMPLE if _ALIAS.search(where.text) else "write the value out"
            )
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            what = Message("the tag '{tag}' is not allowed", tag=tag)
            raise _refused(source.at(event.start_mark), what, "write a plain value")
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
        values += isinstance(event, yaml.ScalarEvent)
        if values > MAX_VALUES:
            what = Message("more than {most:,} keys and values", most=MAX_VALUES)
            raise _refused(source.at(event.start_mark), what, "no scenario has that many")
        if depth > MAX_DEPTH:
            what = Message("nested more than {most} levels deep", most=MAX_DEPTH)
            raise _refused(source.at(event.start_mark), what, "no scenario goes that deep")


def _built(node: Any, path: Keys, source: SourceText) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, source)
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            below = (*path, str(index))
            spot = (item.start_mark.line, item.start_mark.column)
            source.spots[below] = Position(source, spot, spot)
            items.append(_built(item, below, source))
        return items
    if not node.style and is_read_in_two_ways(node.value):
        source.typed[path] = node.value
    return _scalar(node, source)


def _mapping(node: yaml.MappingNode, path: Keys, source: SourceText) -> dict[Any, Any]:
    seen: dict[Any, Any] = {}
    built: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        mark, value = key_node.start_mark, value_node.start_mark
        if not isinstance(key_node, yaml.ScalarNode):
            advice = "write it as text, a year or a date"
            source.problems.append(Problem(source.at(mark), "a key must be a plain word", advice))
            continue
        key = _scalar(key_node, source)
        if str(key)[:1] in ("=", "+", "-", "@"):
            what = Message("the key '{key}' begins like a formula of a spreadsheet", key=key)
            advice = "begin with a letter or a digit"
            source.problems.append(Problem(source.at(mark), what, advice))
            continue
        if key in seen:
            what = Message(
                "the key '{key}' is given twice; first at {place}",
                key=key,
                place=source.at(seen[key]),
            )
            source.problems.append(Problem(source.at(mark), what, "keep one of the two"))
            continue
        seen[key] = mark
        below = (*path, str(key))
        source.spots[below] = Position(source, (mark.line, mark.column), (value.line, value.column))
        built[key] = _built(value_node, below, source)
    return built


def _scalar(node: yaml.ScalarNode, source: SourceText) -> Any:
    """Resolve a scalar: words stay text ('no' is not false), numbers and dates are read."""
    text = node.value
    strange = UNSHOWN.search(text)
    if strange is not None:
        what: str = Message("the character U+{code:04X}, which is not text", code=ord(strange[0]))
        source.problems.append(Problem(source.at(node.start_mark), what, "remove it"))
        return printable(text)
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in _WORDS:
        if text == "":
            what, advice = "nothing is written here", "write a value, or null to take the key out"
            source.problems.append(Problem(source.at(node.start_mark), what, advice))
        return _WORDS[text]
    if text.endswith(_NOUGHTS) and THOUSANDS.fullmatch(text):
        source.problems.append(Problem(source.at(node.start_mark), *two_readings(text)))
    if any(form.fullmatch(text) for form in DAY_FORMS):
        day = parse_day(text)
        if day is None:
            what = Message("'{given}' is not a date", given=text)
            source.problems.append(Problem(source.at(node.start_mark), what, DAY_EXAMPLE))
        return day or text
    if NUMBER.match(text):
        digits = text.replace("_", "")
        if re.fullmatch(r"[-+]?\d{1,30}", digits):
            return int(digits)
        return float(digits)
    return text

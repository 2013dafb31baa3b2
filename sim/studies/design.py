"""Designs of sweeps: which runs a sweep makes, read from a design file.

A design names a scenario, the keys to vary and their ranges (a grid, a Latin hypercube or Sobol
points), patches to apply, combinations to exclude, and the cells to record of each run.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from ..clock import day_advice
from ..errors import Location, Message, Problem, ScenarioError, as_message
from ..model.uncertainty import FORMER_NAMES, UNCERTAINTIES
from ..results.cell import CellRef
from ..results.cell import parse as parse_address
from ..results.conditions import BoolOp, ComparisonOp, Condition, names, parse
from ..results.experiment import Settings
from ..runs.limits import MOST_REPLICATIONS
from ..scenario.yaml_reader import Keys, SourceText, read_file, read_text
from .asked import Lever, lever

DesignKind = Literal["grid", "latin", "sobol"]
NONE = "none"
"""The choice without a patch."""
KEYS = ("title", "scenario", "design", "points", "seed", "keys", "patches", "exclude", "record",
        "replications", "step", "until", "vary")  # fmt: skip
RECORDED = ("mean", "p10", "p50", "p90", "p_positive")
"""Statistic of a recorded cell that names none."""
MOST_RUNS = 1_000_000
MOST_LEVERS = 50
MOST_PATCHES = 256
MOST_CELLS = 200
RESERVED = ("run", "hash", "and", "or", "not", NONE)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}$")
_BEGIN = "begin with 'scenario: baseline', 'design: sobol' and 'keys:'"


@dataclass(frozen=True)
class Span:
    """A key that is varied, by its name in the design, and the values it takes.

    With ``values`` just these, else anything from ``low`` to ``high``.
    """

    name: str
    lever: Lever
    low: float
    high: float
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class PatchSet:
    """A choice between patches (chains of names, or none), by its name."""

    name: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Design:
    """The design of a sweep: its runs and recorded cells. ``exclude`` are rules over levers."""

    title: Mapping[str, str]
    scenario: str
    kind: DesignKind
    points: int
    spans: tuple[Span, ...]
    crossed: tuple[PatchSet, ...]
    zipped: tuple[PatchSet, ...]
    exclude: tuple[Condition, ...]
    record: tuple[CellRef, ...]
    settings: Settings

    @property
    def levers(self) -> tuple[str, ...]:
        """Names of everything that differs between the runs."""
        patches = (item.name for item in (*self.crossed, *self.zipped))
        return (*(span.name for span in self.spans), *patches)

    @property
    def combinations(self) -> int:
        """Number of combinations of patches per point."""
        return math.prod(len(patches.choices) for patches in (*self.crossed, *self.zipped[:1]))

    @property
    def cells(self) -> tuple[str, ...]:
        """Names of the cells recorded of each run."""
        return tuple(str(cell) for cell in self.record)


def read_design(file: Path) -> Design:
    """Read a design file; raises ``ScenarioError`` with every mistake in it."""
    return _designed(read_file(file, "design", _BEGIN), file.stem)


def parse_design(text: str, name: str) -> Design:
    """Read a design from a text; ``name`` is used in messages."""
    return _designed(read_text(text, name, "design", _BEGIN), Path(name).stem)


def canonical(name: str) -> str:
    """Return the full form of a name: a lever with its date, a cell with its statistic."""
    key, mark, _ = name.partition("@")
    try:
        return str(lever(name, name)) if mark and "." in key else name
    except ScenarioError:
        return name


def operand_kinds(condition: Condition, words: Collection[str]) -> list[str]:
    """Return what is wrong with comparing ``words`` (patches and their choices) as numbers."""
    if isinstance(condition, BoolOp):
        return [fault for part in condition.parts for fault in operand_kinds(part, words)]
    return _compared(condition, words)


def _compared(comparison: ComparisonOp, words: Collection[str]) -> list[str]:
    sides = [operand.name in words for operand in (comparison.left, comparison.right)]
    if any(sides) and not (all(sides) and comparison.sign in ("==", "!=")):
        word = next(o.name for o in (comparison.left, comparison.right) if o.name in words)
        return [Message("'{word}' is a patch: it can only be == or != to another", word=word)]
    return []


@dataclass(frozen=True)
class _Reading:
    """Reader of a design file: its text, and the mistakes found so far."""

    source: SourceText
    problems: list[Problem]

    def at(self, path: Keys) -> Location | str:
        spot = self.source.spots.get(path)
        return spot.at_value() if spot else self.source.name

    def fault(self, path: Keys, what: str, advice: str = "") -> None:
        what = Message("{key}: {what}", key=".".join(path), what=as_message(what))
        self.problems.append(Problem(self.at(path), what, advice))

    def lacking(self, key: str, advice: str) -> None:
        self.problems.append(
            Problem(self.source.name, Message("{key}: this key is missing", key=key), advice)
        )

    def unknown(self, path: Keys, mapping: Mapping[Any, Any], known: Sequence[str]) -> None:
        for key in mapping:
            if str(key) not in known:
                close = get_close_matches(str(key), known, 1, 0.6)
                advice = (
                    Message("did you mean '{key}'?", key=close[0])
                    if close
                    else Message("keys: {names}", names=", ".join(known))
                )
                place = self.source.key_place((*path, str(key)))
                self.problems.append(
                    Problem(place, Message("unknown key '{key}'", key=key), advice)
                )

    def mapping(self, path: Keys, value: Any, advice: str) -> dict[Any, Any]:
        if not isinstance(value, dict):
            self.fault(path, "keys and values belong here", advice)
            return {}
        return value

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        value = self.source.data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fault(
                (key,),
                "not a valid number",
                Message("a whole number, {low:,} to {high:,}", low=low, high=high),
            )
            return default
        return value

    def choice(self, key: str, default: str, known: Sequence[str]) -> str:
        value = self.source.data.get(key, default)
        if value not in known:
            self.fault(
                (key,),
                Message("'{value}' is no choice here", value=value),
                Message("one of: {names}", names=", ".join(known)),
            )
            return default
        return str(value)

    def number(self, path: Keys, value: Any) -> float:
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        if not plain or not abs(value) < 1e15:
            self.fault(path, "a number belongs here", "as in 25000")
            return math.nan
        return float(value)


def _designed(source: SourceText, stem: str) -> Design:
    reading = _Reading(source, list(source.problems))
    data = source.data
    reading.unknown((), data, KEYS)
    kind = _kind(reading)
    spans = _spans(reading, kind)
    crossed, zipped = _patches(reading, spans)
    design = Design(
        _title(reading, stem),
        _scenario(reading),
        kind,
        _points(reading, kind, spans),
        spans,
        crossed,
        zipped,
        _exclude(reading, spans, (*crossed, *zipped)),
        _record(reading),
        _settings(reading),
    )
    if not design.levers and not reading.problems:
        reading.lacking("keys", "name at least one key, or patches")
    runs = design.points * design.combinations
    if runs > MOST_RUNS:
        reading.fault(
            ("points",),
            Message("{runs:,} runs", runs=runs),
            Message("at most {most:,}", most=MOST_RUNS),
        )
    if design.combinations > MOST_PATCHES:
        what = Message("{combinations:,} combinations", combinations=design.combinations)
        reading.fault(("patches",), what, Message("at most {most:,}", most=MOST_PATCHES))
    if reading.problems:
        raise ScenarioError(reading.problems)
    return design


def _title(reading: _Reading, stem: str) -> dict[str, str]:
    title = reading.source.data.get("title", stem)
    if isinstance(title, str):
        return {"en": title, "nl": title}
    result = reading.mapping(("title",), title, "as in title: {en: Futures, nl: Toekomsten}")
    reading.unknown(("title",), result, ("en", "nl"))
    if result and not all(isinstance(result.get(lang), str) for lang in ("en", "nl")):
        reading.fault(("title",), "both languages belong here", "as in {en: ..., nl: ...}")
    return {lang: str(result.get(lang, stem)) for lang in ("en", "nl")}


def _scenario(reading: _Reading) -> str:
    if "scenario" not in reading.source.data:
        reading.lacking("scenario", "as in scenario: baseline")
    name = reading.source.data.get("scenario", "baseline")
    if not isinstance(name, str) or not name.strip():
        reading.fault(("scenario",), "the name of a scenario belongs here", "as in baseline")
        return "baseline"
    return name


def _kind(reading: _Reading) -> DesignKind:
    if "design" not in reading.source.data:
        reading.lacking("design", Message("one of: {names}", names=", ".join(get_args(DesignKind))))
    kind = reading.choice("design", "grid", get_args(DesignKind))
    return "sobol" if kind == "sobol" else "latin" if kind == "latin" else "grid"


def _points(reading: _Reading, kind: DesignKind, spans: Sequence[Span]) -> int:
    given = "points" in reading.source.data
    if kind == "grid":
        if given:
            reading.fault(("points",), "a grid has as many points as its values make",
                          "leave it out, or take design: sobol")  # fmt: skip
        return math.prod(len(span.values) for span in spans)
    if not given:
        reading.lacking("points", "how many points, as in points: 256")
    points = reading.whole("points", 2, 1, MOST_RUNS)
    if kind == "sobol" and points & (points - 1):
        below = 1 << (points.bit_length() - 1)
        what = Message(
            "Sobol points are even only in powers of two, and {points:,} is none", points=points
        )
        reading.fault(
            ("points",), what, Message("write {below} or {above}", below=below, above=2 * below)
        )
    return points


def _spans(reading: _Reading, kind: DesignKind) -> tuple[Span, ...]:
    data = reading.source.data.get("keys", {})
    result = reading.mapping(("keys",), data, "as in housing.homes@2026: {low: 20000, high: 40000}")
    if len(result) > MOST_LEVERS:
        reading.fault(
            ("keys",),
            Message("{count} keys", count=len(result)),
            Message("at most {most}", most=MOST_LEVERS),
        )
        return ()
    spans: list[Span] = []
    for name, value in result.items():
        path = ("keys", str(name))
        try:
            parsed = lever(str(name), str(name))
        except ScenarioError as error:
            reading.fault(path, error.problems[0].what, error.problems[0].advice)
            continue
        if any(parsed.key == other.lever.key for other in spans):
            reading.fault(path, "this key is set twice", "set it once, from one date on")
        span = _span(reading, path, parsed, value, kind)
        spans += [span] if span else []
    return tuple(spans)


def _span(reading: _Reading, path: Keys, lever: Lever, value: Any, kind: DesignKind) -> Span | None:
    advice = "as in {low: 20000, high: 40000}, or {values: [20000, 30000]}"
    result = reading.mapping(path, value, advice)
    if not result:
        if isinstance(value, dict):
            reading.fault(path, "no values are given", advice)
        return None
    reading.unknown(path, result, ("low", "high", "steps", "values"))
    if "values" in result:
        if len(result) > 1:
            reading.fault(path, "values, or from low to high: not both", advice)
        return _listed(reading, path, lever, result["values"])
    if not {"low", "high"} <= set(result):
        reading.fault(path, "both low and high belong here, or values", advice)
        return None
    low, high = (reading.number((*path, end), result[end]) for end in ("low", "high"))
    if not low < high:
        reading.fault(path, "low must lie below high", advice)
        return None
    if kind == "grid":
        return _stepped(reading, path, lever, (low, high), result.get("steps"))
    if "steps" in result:
        reading.fault(path, "only a grid has steps", "leave it out, or take design: grid")
    return Span(path[-1], lever, low, high)


def _stepped(
    reading: _Reading, path: Keys, lever: Lever, ends: tuple[float, float], steps: Any
) -> Span | None:
    if isinstance(steps, bool) or not isinstance(steps, int) or not 2 <= steps <= 1000:
        reading.fault(path, "a grid needs the number of values", "as in steps: 5, from 2 to 1,000")
        return None
    low, high = ends
    values = tuple(low + (high - low) * n / (steps - 1) for n in range(steps - 1))
    return Span(path[-1], lever, low, high, (*values, high))


def _listed(reading: _Reading, path: Keys, lever: Lever, values: Any) -> Span | None:
    if not isinstance(values, list) or not 1 <= len(values) <= 1000:
        reading.fault((*path, "values"), "a list of numbers belongs here", "as in [1000, 2000]")
        return None
    numbers = [reading.number((*path, "values", str(n)), v) for n, v in enumerate(values)]
    if any(math.isnan(number) for number in numbers):
        return None
    if len(set(numbers)) < len(numbers):
        reading.fault((*path, "values"), "a value is given twice", "write each once")
    return Span(path[-1], lever, min(numbers), max(numbers), tuple(numbers))


def _patches(
    reading: _Reading, spans: Sequence[Span]
) -> tuple[tuple[PatchSet, ...], tuple[PatchSet, ...]]:
    advice = "as in crossed: {homes: [none, faster-housing]}"
    data = reading.mapping(("patches",), reading.source.data.get("patches", {}), advice)
    reading.unknown(("patches",), data, ("crossed", "zipped"))
    result: dict[str, tuple[PatchSet, ...]] = {"crossed": (), "zipped": ()}
    taken = {span.name for span in spans} | set(RESERVED)
    for way in result:
        sets = reading.mapping(("patches", way), data.get(way, {}), advice)
        for name, choices in sets.items():
            path = ("patches", way, str(name))
            if not _NAME.match(str(name)) or str(name) in taken:
                reading.fault(path, "this name is not allowed", "a new one, in small letters")
                continue
            taken.add(str(name))
            plain = isinstance(choices, list) and all(isinstance(c, str) and c for c in choices)
            if not plain or not choices or len(choices) > MOST_PATCHES:
                reading.fault(path, "a list of patches belongs here", "as in [none, constrained]")
                continue
            if way == "crossed" and len(set(choices)) < len(choices):
                reading.fault(path, "a patch is given twice", "write each once")
            result[way] += (PatchSet(str(name), tuple(choices)),)
    if len({len(patches.choices) for patches in result["zipped"]}) > 1:
        reading.fault(("patches", "zipped"), "zipped lists must be of the same length",
                      "the first belongs to the first, the second to the second")  # fmt: skip
    rows = list(zip(*(patches.choices for patches in result["zipped"]), strict=False))
    if len(set(rows)) < len(rows):
        reading.fault(("patches", "zipped"), "a combination is given twice", "write each once")
    words = {choice for sets in result.values() for patches in sets for choice in patches.choices}
    for word in sorted(words & taken - {NONE}):
        reading.fault(
            ("patches",), Message("'{word}' is a name and a choice", word=word), "take another name"
        )
    return result["crossed"], result["zipped"]


def _texts(reading: _Reading, key: str, default: list[str], advice: str) -> list[tuple[Keys, str]]:
    result = reading.source.data.get(key, default)
    if not isinstance(result, list) or not all(isinstance(item, str) for item in result):
        reading.fault((key,), "a list of texts belongs here", advice)
        return []
    return [((key, str(number)), item) for number, item in enumerate(result)]


def _exclude(
    reading: _Reading, spans: Sequence[Span], patches: Sequence[PatchSet]
) -> tuple[Condition, ...]:
    words = {patch.name for patch in patches} | {c for patch in patches for c in patch.choices}
    known = {canonical(span.name) for span in spans} | words
    rules = []
    for path, text in _texts(reading, "exclude", [], 'as in ["housing.homes > 40000"]'):
        try:
            rule = parse(text, "exclude")
        except ScenarioError as error:
            reading.fault(path, error.problems[0].what, error.problems[0].advice)
            continue
        for name in names(rule):
            if canonical(name) not in known:
                names_text = ", ".join(
                    [*(s.name for s in spans), *(patch.name for patch in patches)]
                )
                reading.fault(
                    path,
                    Message("'{name}' is not set by this design", name=name),
                    Message("there are: {names_text}", names_text=names_text),
                )
        for fault in operand_kinds(rule, words):
            reading.fault(path, fault)
        rules.append(rule)
    return tuple(rules)


def _record(reading: _Reading) -> tuple[CellRef, ...]:
    if "record" not in reading.source.data:
        reading.lacking("record", "the cells to keep, as in record: [gap.total.2027]")
    result: dict[str, CellRef] = {}
    for path, text in _texts(reading, "record", ["gap.total.2027"], "as in [gap.total.2027]"):
        try:
            address = parse_address(text)
        except ScenarioError as error:
            reading.fault(path, error.problems[0].what, error.problems[0].advice)
            continue
        statistics = (address.statistic,) if text.endswith(f":{address.statistic}") else RECORDED
        for statistic in statistics:
            cell = CellRef(address.table, address.line, address.year, address.vintage, statistic)
            result[str(cell)] = cell
    if not result or len(result) > MOST_CELLS:
        reading.fault(
            ("record",),
            Message("{count} cells", count=len(result)),
            Message("from 1 to {most}", most=MOST_CELLS),
        )
    return tuple(result.values())


def _settings(reading: _Reading) -> Settings:
    data = reading.source.data
    until = data.get("until")
    if until is not None and type(until) is not date:
        reading.fault(("until",), "a date belongs here", day_advice(str(until)))
        until = None
    vary = data.get("vary", list(UNCERTAINTIES))
    if isinstance(vary, list):
        vary = [FORMER_NAMES.get(str(kind), kind) for kind in vary]
    if not isinstance(vary, list) or not all(kind in UNCERTAINTIES for kind in vary):
        reading.fault(
            ("vary",),
            "sources of uncertainty belong here",
            Message("as in [{names}]", names=", ".join(UNCERTAINTIES)),
        )
        vary = []
    step = reading.choice("step", "week", ("day", "week"))
    return Settings(
        reading.whole("replications", 100, 1, MOST_REPLICATIONS),
        reading.whole("seed", 1, 0, 2**63 - 1),
        "day" if step == "day" else "week",
        until,
        tuple(kind for kind in UNCERTAINTIES if kind in vary),
    )

"""The position of the sliders in an address: read, checked, and put on the steps of the sliders."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import Message, Problem, ScenarioError, printable, usage_error
from ..report.charts import Width
from ..report.i18n import Language
from ..scenario import Scenario
from ..what_if.answer import CHARTS
from ..what_if.sliders import Slider, apply_sliders, sliders

NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,6})?", re.ASCII)
NAME = re.compile(r"[A-Za-z0-9]{1,40}", re.ASCII)
LONGEST_QUOTE = 40
"""Longest part of a wrong value that is quoted [characters]."""
SIZES: dict[str, Width] = {"page": "page", "column": "column"}


@dataclass(frozen=True)
class Position:
    """The sliders that were moved, by name, and the scenario with these values."""

    moved: tuple[tuple[str, float], ...]
    scenario: Scenario = field(compare=False)

    @property
    def values(self) -> dict[str, float]:
        """Return the values of the moved sliders by name."""
        return dict(self.moved)


@dataclass(frozen=True)
class Asked:
    """What an address asks for; ``visitor`` and ``job`` are names that a page gave itself."""

    position: Position
    lang: Language
    width: Width = "page"
    visitor: str = ""
    job: str = ""


def language_of(pairs: Sequence[tuple[str, str]], default: Language) -> Language:
    """Return the language of an address, whatever else is wrong with it."""
    given = dict(pairs).get("lang")
    return "nl" if given == "nl" else "en" if given == "en" else default


def asked_in(pairs: Sequence[tuple[str, str]], scenario: Scenario, default: Language) -> Asked:
    """Read the query of an address.

    A value between two steps of a slider is put on the nearest, as a slider does. Raises
    ``ScenarioError`` with every mistake in it.
    """
    known = {one.name: one for one in sliders(scenario)}
    texts: dict[str, str] = {}
    values: dict[str, float] = {}
    problems: list[Problem] = []
    for name, text in pairs:
        if name in texts:
            problems.append(Problem(_quoted(name), "this is given twice", "give it once"))
        texts[name] = text
        try:
            if name in known:
                values[name] = _value(known[name], text)
            else:
                _check_other(name, text, known)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    moved = tuple(
        (one.name, values[one.name])
        for one in known.values()
        if values.get(one.name, one.start) != one.start
    )
    return Asked(
        Position(moved, apply_sliders(scenario, dict(moved))),
        language_of(pairs, default),
        SIZES[texts.get("size", "page")],
        texts.get("visitor", ""),
        texts.get("job", ""),
    )


def chart_named(name: str) -> str:
    """Return the name of a chart of the what-if; raises ``ScenarioError`` for any other."""
    if name not in CHARTS:
        advice = Message("choose from {names}", names=", ".join(CHARTS))
        usage_error(_quoted(name), "there is no such chart", advice)
    return name


def _value(slider: Slider, text: str) -> float:
    value = float(text) if NUMBER.fullmatch(text) else None
    if value is None or not slider.low <= value <= slider.high:
        what = Message("'{value}' is no value of this slider", value=_quoted(text))
        ends = Message("{low:,} to {high:,}", low=round(slider.low), high=round(slider.high))
        usage_error(slider.name, what, ends)
    return min(max(round(value / slider.step) * slider.step, slider.low), slider.high)


def _check_other(name: str, text: str, known: Mapping[str, Slider]) -> None:
    fits = {
        "lang": text in ("en", "nl"),
        "size": text in SIZES,
        "visitor": bool(NAME.fullmatch(text)),
        "job": bool(NAME.fullmatch(text)),
    }
    if name not in fits:
        advice = Message("choose from {names}", names=", ".join(known))
        usage_error(_quoted(name), "there is no such slider", advice)
    if not fits[name]:
        what = Message("'{value}' is not understood here", value=_quoted(text))
        usage_error(name, what, "leave it out")


def _quoted(text: str) -> str:
    return printable(text)[:LONGEST_QUOTE]

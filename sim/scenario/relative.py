"""Values relative to the inherited one: ``+10%``, ``-5%`` and ``x0.9``.

A relative value is resolved while layers are merged, against the value of the layer below: of a
path by date every amount is scaled. Where nothing is inherited it is an error. Sums are exact
decimals, so that x0.5 after x2 gives back the number, and +10% of 26500 is 29150.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from ..errors import Message

PATTERN = r"^([+-] ?\d+(\.\d+)? ?%|x ?\d+(\.\d+)?)$"
"""Form of a relative value, for the JSON Schema too."""
EXAMPLE = "write +10% or x1.1 for a value relative to the inherited one"
NOT_INHERITED = "a relative value needs one that is inherited: write the number itself"
WORDS = ("factor", "times", "multiply", "multiplier", "scale", "percent", "relative", "plus", "add")
"""Keys by which a relative value is looked for in a number."""
_FORM = re.compile(PATTERN, re.ASCII)
_ATTEMPT = re.compile(
    r"[+-]? ?\d+([.,]\d+)? ?(%|procent|percent)"
    r"|[*/x\u00d7:] ?\d+([.,]\d+)?"
    r"|\d+([.,]\d+)? ?[x\u00d7*]",
    re.ASCII | re.IGNORECASE,
)
MOST_DIGITS = 80


@dataclass(frozen=True)
class RelativeValue:
    """A relative value as written, and the factor that it stands for."""

    text: str
    factor: Decimal

    def of(self, inherited: Any) -> Any:
        """Return an inherited value, or every amount of one by date, times the factor.

        ``inherited`` is a valid value as a file holds it.
        """
        if isinstance(inherited, Mapping):
            return {key: self.of(amount) for key, amount in inherited.items()}
        with localcontext(prec=60):
            return float(Decimal(repr(inherited)) * self.factor)

    def then(self, other: RelativeValue) -> str:
        """Return one relative value for this one and another on top of it."""
        with localcontext(prec=60):
            percent = (self.factor * other.factor - 1) * 100
        return f"{percent.normalize():+f}%"


@dataclass(frozen=True)
class ResolvedFrom:
    """A relative value that was resolved: as written, the value below it, and who set that."""

    text: str
    inherited: Any
    source: str
    """Name of the file that set the inherited value."""


def parse_relative(raw: Any) -> RelativeValue | None:
    """Read a relative value; None if it is none."""
    if not isinstance(raw, str) or len(raw) > MOST_DIGITS or not _FORM.match(raw.strip()):
        return None
    text = raw.strip().replace(" ", "")
    if text.startswith("x"):
        return RelativeValue(text, Decimal(text[1:]))
    return RelativeValue(text, 1 + Decimal(text[:-1]) / 100)


def relative_in(value: Any) -> RelativeValue | None:
    """Return the relative value that a layer states for a number, in short or with other parts."""
    return parse_relative(value["value"] if isinstance(value, dict) and "value" in value else value)


def misplaced(value: Any) -> Message | None:
    """Return what is wrong with relative values that stand beside a date, or under a wrong name."""
    if not isinstance(value, dict):
        return None
    inner = value.get("value", value)
    if isinstance(inner, dict) and any(map(parse_relative, inner.values())):
        dated = next(key for key, part in inner.items() if parse_relative(part))
        if str(dated)[:1].isdigit():
            return Message("a relative value at {date}: it applies to all dates", date=dated)
    word = next((str(key) for key in value if str(key) in WORDS), None)
    if word is not None and "value" not in value:
        return Message("a number has no '{word}'", word=word)
    return None


def is_attempt(raw: Any) -> bool:
    """Whether a text is meant as a relative value, in a form that is not read."""
    return isinstance(raw, str) and _ATTEMPT.fullmatch(raw.strip()) is not None


def relative_source(old: Mapping[str, Any], relative: RelativeValue, why: str) -> dict[str, Any]:
    """Return source and assumption of a resolved number: those of the inherited one, with a note.

    The note states the relative value, what it was applied to, and why.
    """
    inherited = old["value"]
    of = "" if isinstance(inherited, Mapping) else f" of {inherited:.15g}"
    parts = [old.get("assumption"), f"{relative.text}{of}: {why}"]
    kept = {key: old[key] for key in ("source", "where") if old.get(key) is not None}
    return kept | {"assumption": "; ".join(str(part) for part in parts if part)}

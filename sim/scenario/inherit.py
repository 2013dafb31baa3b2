"""Uncertainty of a number that a patch sets: it keeps the spread it had, in relative width.

A factor stays the same factor. A spread in the unit of the number is multiplied by the new value
over the old one, or becomes a factor where the new value is dated. A part beyond what the unit
allows (a share lies from 0 to 1) is cut off. Where no relative width exists, because the new or the
old value is zero or the sign changes, the number becomes certain, and the program says so.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from .base import RuleError
from .distribution import Distribution
from .quantity import Dated, UnitRule, dated

Outcome = Literal["kept", "cut", "zero", "from_zero", "sign", "bound"]
POINTS = ("low", "mode", "high", "p5", "p50", "p95")
"""Places of a spread, in the unit of its number."""
WIDTHS = ("sd", "scale")
"""Widths in the unit of the number, except that of a lognormal."""
DIGITS = 15
"""Significant digits of scaled ends."""


@dataclass(frozen=True)
class Kept:
    """The spread that a number keeps, or None if it is certain, and what became of it."""

    spread: dict[str, Any] | None
    outcome: Outcome


def kept_spread(old: Mapping[str, Any], value: Any, rule: UnitRule | None) -> Kept | None:
    """Return the spread that a number keeps when its value is set.

    ``old`` is the number as a file holds it, with a spread; ``value`` its new value. Returns None
    if one of them is invalid, which the validation reports.
    """
    try:
        before, now = dated(old["value"]), dated(value)
        spread = Distribution.model_validate(old["spread"])
    except (RuleError, ValidationError):
        return None
    if before == now:
        return Kept(copy.deepcopy(old["spread"]), "kept")
    numbers = _numbers(now)
    if not any(numbers):
        return Kept(None, "zero")
    points = spread.model_dump(by_alias=True, exclude_none=True)
    if spread.kind == "value":
        if isinstance(before, tuple):
            return None
        if before == 0:
            return Kept(None, "from_zero")
        if any(number * before < 0 for number in numbers):
            return Kept(None, "sign")
        points = _scaled(points, before, 1.0 if isinstance(now, tuple) else now)
        points["as"] = "factor" if isinstance(now, tuple) else "value"
    return _within(points, now, rule)


def same_value(one: Any, other: Any) -> bool:
    """Whether two values, as files hold them, are the same number or the same numbers by date."""
    try:
        return dated(one) == dated(other)
    except RuleError:
        return False


def _numbers(value: Dated) -> tuple[float, ...]:
    return tuple(number for _, number in value) if isinstance(value, tuple) else (value,)


def _scaled(points: dict[str, Any], before: float, now: float) -> dict[str, Any]:
    """Return a spread times ``now / before``; a point at the old value lies at the new one."""
    ours = POINTS if points["dist"] == "lognormal" else (*POINTS, *WIDTHS)
    times = now / before
    return {
        key: (now if part == before and key not in WIDTHS else float(f"{part * times:.{DIGITS}g}"))
        if key in ours
        else part
        for key, part in points.items()
    }


def _within(points: dict[str, Any], now: Dated, rule: UnitRule | None) -> Kept | None:
    """Cut a spread off at what its unit allows."""
    low, high, centre = rule.low if rule else None, rule.high if rule else None, 1.0
    if points["as"] == "factor":
        above = [number for number in _numbers(now) if number > 0]
        low = low / min(above) if low is not None and above else None
        high = high / max(above) if high is not None and above else None
    elif not isinstance(now, tuple):
        centre = now
    if (low is not None and centre < low) or (high is not None and centre > high):
        return None
    try:
        least, most = Distribution.model_validate(points).ends(centre)
        slack = 1e-9 * max(abs(centre), 1.0)
        cut = False
        if low is not None and least < low - slack:
            cut, points = True, {**_moved(points, low, max), "low": low}
        if high is not None and most > high + slack:
            cut, points = True, {**_moved(points, high, min), "high": high}
        Distribution.model_validate(points)
    except ValidationError:
        return Kept(None, "bound")
    return Kept(points, "cut" if cut else "kept")


def _moved(points: dict[str, Any], end: float, inner: Any) -> dict[str, Any]:
    """Move the points of a spread that lie beyond an end to that end."""
    return {key: inner(part, end) if key in POINTS else part for key, part in points.items()}

"""What is typed for a study, read and checked before anything heavy is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ..clock import parse_day
from ..errors import Message, Problem, ScenarioError, usage_error
from ..results.cell import CellRef
from ..results.cell import parse as parse_address
from ..results.conditions import ComparisonOp, parse

if TYPE_CHECKING:
    from .options import SolveOptions

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Condition(NamedTuple):
    """A cell that is to be at or below (or above) a number, in a statistic or with a certainty."""

    address: CellRef
    below: bool
    limit: float
    in_statistic: bool


def condition_of(text: str) -> Condition:
    """Read a target such as ``gap.total.2027 <= 0``; raises ``ScenarioError``."""
    condition = parse(text, "--target")
    advice = "as in gap.total.2027 <= 0"
    if not isinstance(condition, ComparisonOp) or condition.sign not in _TURNED:
        raise _fault("a target is one cell below or above a number", advice)
    left, right, sign = condition.left, condition.right, condition.sign
    if left.name is None:
        left, right, sign = right, left, _TURNED[sign]
    if left.name is None or right.number is None:
        raise _fault("one side is a cell, the other a number", advice)
    address = parse_address(left.name)
    own = left.name.endswith(f":{address.statistic}")
    if own and address.statistic == "p_positive":
        raise _fault("a chance can't be a target's cell", "give the cell, and --certainty")
    return Condition(address, sign in ("<", "<="), right.number, own)


def _fault(what: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem("--target", what, advice)])


@dataclass(frozen=True)
class Lever:
    """A key, and the date from which it is set (None: throughout)."""

    key: str
    since: date | None = None

    def __str__(self) -> str:
        return self.key if self.since is None else f"{self.key}@{self.since.isoformat()}"


def lever(text: str, where: str) -> Lever:
    """Read ``key`` or ``key@date`` (a year stands for its first of January).

    Raises ``ScenarioError``.
    """
    key, mark, moment = text.strip().partition("@")
    if not mark:
        return Lever(key)
    since = parse_day(f"{moment}-01-01" if moment.isdecimal() else moment)
    if since is None:
        advice = Message("as in {key}@2026 or {key}@2026-07-01", key=key or "housing.homes")
        what = Message("'{given}' is not a date", given=moment)
        raise ScenarioError([Problem(where, what, advice)])
    return Lever(key, since)


def levers_of(texts: Sequence[str]) -> list[Lever]:
    """Return one or two different levers; raises ``ScenarioError``."""
    if len(texts) not in (1, 2):
        usage_error("--lever", Message("{count} levers", count=len(texts)), "give one or two")
    result = [lever(text, "--lever") for text in texts]
    if len({each.key for each in result}) < len(result):
        usage_error(
            "--lever", Message("{key} is given twice", key=result[0].key), "give two different keys"
        )
    return result


def check_solve(options: SolveOptions) -> None:
    """Refuse levers, a target or ranges that can't be read, or that do not fit together."""
    address, levers = condition_of(options.target).address, levers_of(options.levers)
    for each in levers:
        if each.since is not None and each.since.year > address.year:
            what = Message(
                "{each} is set after {year}, the year of the target",
                each=each,
                year=address.year,
            )
            usage_error("--lever", what, "take an earlier date")
    if options.ranges and len(options.ranges) != len(levers):
        what = Message(
            "{ranges} for {levers} levers", ranges=len(options.ranges), levers=len(levers)
        )
        usage_error("--range", what, "give one for each lever")


def check_gap(line: str, address: str) -> None:
    """Refuse a line that no budget is held for, which has no gap, and what is no address."""
    from ..scenario import ADDENDS

    lines = ("total", *ADDENDS)
    if line not in lines:
        what = Message("there is no budget for '{line}'", line=line)
        usage_error("--line", what, Message("take one of {names}", names=", ".join(lines)))
    parse_address(address)


def check_lines(lines: Sequence[str], most: int) -> None:
    """Refuse lines that there are not, and more than a chart has room for."""
    from ..scenario import LINE_NAMES

    known = ("total", *LINE_NAMES)
    for line in lines:
        if line not in known:
            what = Message("there is no budget line '{line}'", line=line)
            advice = Message("take some of {lines}", lines=", ".join(known))
            usage_error("--line", what, advice)
    if not 0 < len(lines) <= most:
        what = Message("{n} lines at a time", n=len(lines))
        usage_error("--line", what, Message("give 1 to {most}", most=most))

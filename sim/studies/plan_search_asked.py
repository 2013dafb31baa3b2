"""What is typed for a search for a plan, read and checked before anything heavy is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from ..errors import Message, usage_error
from ..results.conditions import ComparisonOp, parse
from .asked import Lever, lever

if TYPE_CHECKING:
    from .plan_options import PlanSearchOptions

MEASURES = {
    "loss": "EUR",
    "cost": "EUR",
    "nights_short": "person-nights",
    "worst_month": "persons",
    "empty_nights": "place-nights",
    "standby_nights": "place-nights",
    "opened": "places",
    "closed": "places",
    "shortage": "",
}
"""What a plan can be judged by, with units; a shortage happens in a future or does not."""
LEVELS = {"p50": 0.5, "p90": 0.9}
KNOWN_STATISTICS = ("mean", *LEVELS, "cvar")
BAD_PART = 0.1
"""Part of the futures of which the CVaR is the mean."""
LONGEST_QUOTE = 60
"""Longest part of a wrong value that is quoted [characters]."""
MOST_LEVERS = 12
MOST_OBJECTIVES = 2
FINEST = 100
"""Steps of a lever that states none: a round number, at least so many in its range."""
AS_LEVER = "as in reception.desk.slack=0:0.1, or KEY=LOW:HIGH:STEP"


@dataclass(frozen=True)
class AimText:
    """A statistic of an outcome, as in ``cost.p90``."""

    measure: str
    statistic: str

    def __str__(self) -> str:
        plain = self.statistic == "mean"
        return self.measure if plain else f"{self.measure}.{self.statistic}"

    @property
    def column(self) -> str:
        """Its name as a column of a table."""
        return f"{self.measure}_{self.statistic}"

    @property
    def level(self) -> float:
        """The probability of a quantile."""
        return LEVELS[self.statistic]

    @property
    def unit(self) -> str:
        """Its unit; none of a chance."""
        return MEASURES[self.measure]


@dataclass(frozen=True)
class LimitText:
    """The most that an aim may be."""

    aim: AimText
    most: float
    or_equal: bool = False

    def __str__(self) -> str:
        share = self.aim.statistic == "p"
        amount = f"{100 * self.most:g}%" if share else f"{self.most:g}"
        return f"{self.aim} {'<=' if self.or_equal else '<'} {amount}"


@dataclass(frozen=True)
class Span:
    """A lever, by its name as it was typed, and its values: from ``low`` to ``high`` in steps."""

    name: str
    lever: Lever
    low: float
    high: float
    step: float | None = None


def aim_of(text: str, where: str) -> AimText:
    """Read an aim such as ``cost.p90``; raises ``ScenarioError``."""
    measure, _, statistic = text.strip().partition(".")
    known = ["shortage.p", *(name for name in MEASURES if name != "shortage")]
    if measure not in MEASURES:
        what = Message(
            "'{given}' is nothing that a plan is judged by", given=text.strip()[:LONGEST_QUOTE]
        )
        usage_error(where, what, Message("one of: {names}", names=", ".join(known)))
    if measure == "shortage":
        if statistic not in ("", "p"):
            usage_error(where, "a shortage has a chance alone", "write shortage.p")
        return AimText(measure, "p")
    if statistic not in ("", *KNOWN_STATISTICS):
        what = Message("'{given}' is no statistic of a plan", given=statistic[:LONGEST_QUOTE])
        usage_error(where, what, Message("one of: {names}", names=", ".join(KNOWN_STATISTICS)))
    return AimText(measure, statistic or "mean")


def aims_of(texts: Sequence[str]) -> tuple[AimText, ...]:
    """Read one or two different objectives, the loss by default; raises ``ScenarioError``."""
    where = "--objective"
    found = tuple(aim_of(text, where) for text in texts or ("loss",))
    if len(found) > MOST_OBJECTIVES:
        usage_error(where, Message("{count} objectives", count=len(found)), "give one or two")
    if len(set(found)) < len(found):
        what = Message("{key} is given twice", key=found[0])
        usage_error(where, what, "give two different objectives")
    return found


def limit_of(text: str) -> LimitText:
    """Read a constraint such as ``shortage.p < 5%``; raises ``ScenarioError``."""
    where, advice = "--subject-to", "as in 'shortage.p < 5%'"
    percent = text.rstrip().endswith("%")
    condition = parse(text.rstrip().removesuffix("%"), where)
    if not isinstance(condition, ComparisonOp) or condition.sign not in ("<", "<="):
        usage_error(where, "a constraint is the most that one thing may be", advice)
    name, most = condition.left.name, condition.right.number
    if name is None or most is None:
        usage_error(where, "left is what a plan is judged by, right a number", advice)
    aim = aim_of(name, where)
    if percent and aim.statistic != "p":
        usage_error(where, "only a chance is a percentage", advice)
    most = most / 100 if percent else most
    if aim.statistic == "p" and not 0 < most <= 1:
        what = Message(
            "'{given}' is not a chance between 0 and 1", given=text.strip()[:LONGEST_QUOTE]
        )
        usage_error(where, what, "write it as 5% or 0.05")
    return LimitText(aim, most, condition.sign == "<=")


def span_of(text: str) -> Span:
    """Read ``KEY[@DATE]=LOW:HIGH[:STEP]``; raises ``ScenarioError``."""
    key, mark, reach = text.partition("=")
    parts = [_number(part) for part in reach.split(":")]
    given = text[:LONGEST_QUOTE]
    if not mark or not key.strip() or len(parts) not in (2, 3) or None in parts:
        usage_error("--levers", Message("'{given}' is not KEY=LOW:HIGH", given=given), AS_LEVER)
    low, high, *steps = (part for part in parts if part is not None)
    if not low < high:
        what = Message("'{given}': low must lie below high", given=given)
        usage_error("--levers", what, AS_LEVER)
    step = steps[0] if steps else None
    if step is not None and not 0 < step <= high - low:
        what = Message("'{given}': the step must lie between 0 and the range", given=given)
        usage_error("--levers", what, AS_LEVER)
    return Span(key.strip(), lever(key, "--levers"), low, high, step)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if isfinite(found) and abs(found) < 1e15 else None


def spans_of(texts: Sequence[str]) -> tuple[Span, ...]:
    """Read different levers; raises ``ScenarioError``."""
    found = tuple(span_of(text) for text in texts)
    if not 0 < len(found) <= MOST_LEVERS:
        what = Message("{count} levers", count=len(found))
        usage_error("--levers", what, Message("give 1 to {most}", most=MOST_LEVERS))
    keys = [span.lever.key for span in found]
    for key in keys:
        if keys.count(key) > 1:
            usage_error("--levers", Message("{key} is given twice", key=key), "give it once")
    return found


def start_of(text: str, spans: Sequence[Span]) -> Mapping[Lever, float]:
    """Read values of levers to begin with, ``KEY=VALUE,...``; raises ``ScenarioError``."""
    known = {str(span.lever): span for span in spans}
    found: dict[Lever, float] = {}
    for part in text.split(","):
        name, _, given = part.partition("=")
        asked, value = str(lever(name, "--start")), _number(given)
        if asked not in known:
            what = Message("'{given}' is none of the levers", given=name.strip()[:LONGEST_QUOTE])
            usage_error("--start", what, Message("one of: {names}", names=", ".join(known)))
        span = known[asked]
        if value is None or not span.low <= value <= span.high:
            what = Message("{key} is '{given}'", key=asked, given=given.strip()[:LONGEST_QUOTE])
            advice = Message("a number from {low:g} to {high:g}", low=span.low, high=span.high)
            usage_error("--start", what, advice)
        found[span.lever] = value
    return found


def check_plan_search(options: PlanSearchOptions) -> None:
    """Refuse levers, objectives, constraints or starting values that can't be read."""
    spans = spans_of(options.levers)
    aims_of(options.objective)
    for text in options.subject_to:
        limit_of(text)
    for text in options.start:
        start_of(text, spans)

"""Conditions: the small language of ``--target``, ``--where`` and ``exclude``.

    condition  = either { "or" either }
    either     = single { "and" single }
    single     = "not" single | "(" condition ")" | comparison
    comparison = operand ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) operand
    operand    = number | name

A name is the address of a cell (``gap.total.2027@owb2025:p90``) or a key with its date
(``housing.homes@2026-07-01``). The language has nothing else, so evaluating a condition is safe.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from ..errors import Location, Message, Problem, ScenarioError

LONGEST = 1_000
DEEPEST = 40
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))"
    r"|(?P<name>[A-Za-z_][\w.:@-]*)|(?P<sign><=|>=|==|!=|<|>|\(|\)))",
    re.ASCII,
)
_WORDS = ("and", "or", "not")


@dataclass(frozen=True)
class Operand:
    """A number, or the name of one."""

    name: str | None
    number: float | None


@dataclass(frozen=True)
class ComparisonOp:
    """One comparison of two operands."""

    left: Operand
    sign: str
    right: Operand


@dataclass(frozen=True)
class BoolOp:
    """Conditions joined by ``and`` or ``or``, or one negated by ``not``."""

    word: str
    parts: tuple[Condition, ...]


Condition = ComparisonOp | BoolOp


def parse(text: str, where: str) -> Condition:
    """Read a condition; ``where`` names the option or key that contains it.

    Raises ``ScenarioError`` with the column of the mistake.
    """
    if len(text) > LONGEST:
        what = Message("a condition of {count:,} characters", count=len(text))
        raise ScenarioError([Problem(where, what, Message("at most {most:,}", most=LONGEST))])
    reader = _ConditionParser(text, where, tuple(_tokens(text, where)))
    condition = reader.condition(0)
    if reader.at < len(reader.tokens):
        word = reader.tokens[reader.at].text
        what = Message("unexpected word '{word}'", word=word)
        raise reader.fault(what, "join conditions with 'and' or 'or'")
    return condition


def names(condition: Condition) -> list[str]:
    """Return the names in a condition, each once, in order."""
    if isinstance(condition, BoolOp):
        found = [name for part in condition.parts for name in names(part)]
    else:
        found = [o.name for o in (condition.left, condition.right) if o.name is not None]
    return list(dict.fromkeys(found))


def evaluate(condition: Condition, values: Mapping[str, Any]) -> Any:
    """Evaluate a condition, element by element if the values are arrays."""
    if isinstance(condition, ComparisonOp):
        left, right = (
            values[o.name] if o.name is not None else o.number
            for o in (condition.left, condition.right)
        )
        return OPERATORS[condition.sign](left, right)
    results = [evaluate(part, values) for part in condition.parts]
    if condition.word == "not":
        return results[0] ^ True
    joined = results[0]
    for result in results[1:]:
        joined = joined & result if condition.word == "and" else joined | result
    return joined


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    column: int


def _tokens(text: str, where: str) -> list[_Token]:
    found = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            what, advice = "this is not allowed in a condition", "as in gap.total.2027 > 2e9"
            raise ScenarioError([Problem(Location(where, 1, at + 1, text), what, advice)])
        kind = str(match.lastgroup)
        word = match[kind]
        kind = "word" if kind == "name" and word in _WORDS else kind
        found.append(_Token(kind, word, match.start(str(match.lastgroup))))
        at = match.end()
    return found


@dataclass
class _ConditionParser:
    """Parser of conditions; ``at`` is the index of the next token."""

    text: str
    where: str
    tokens: tuple[_Token, ...]
    at: int = 0

    def fault(self, what: str, advice: str) -> ScenarioError:
        last = self.at >= len(self.tokens)
        column = len(self.text.rstrip()) + 1 if last else self.tokens[self.at].column + 1
        return ScenarioError([Problem(Location(self.where, 1, column, self.text), what, advice)])

    def next_is(self, kind: str, *words: str) -> bool:
        if self.at >= len(self.tokens):
            return False
        token = self.tokens[self.at]
        return token.kind == kind and (not words or token.text in words)

    def taken(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def condition(self, depth: int) -> Condition:
        return self._joined("or", depth, lambda: self._joined("and", depth, self._one(depth)))

    def _joined(self, word: str, depth: int, part: Callable[[], Condition]) -> Condition:
        if depth > DEEPEST:
            raise self.fault(Message("nested more than {most} deep", most=DEEPEST), "simplify it")
        parts = [part()]
        while self.next_is("word", word):
            self.taken()
            parts.append(part())
        return parts[0] if len(parts) == 1 else BoolOp(word, tuple(parts))

    def _one(self, depth: int) -> Callable[[], Condition]:
        def read() -> Condition:
            turns = 0
            while self.next_is("word", "not"):
                self.taken()
                turns += 1
            inner = self._inner(depth)
            return BoolOp("not", (inner,)) if turns % 2 else inner

        return read

    def _inner(self, depth: int) -> Condition:
        if self.next_is("sign", "("):
            self.taken()
            inner = self.condition(depth + 1)
            if not self.next_is("sign", ")"):
                raise self.fault("a bracket is not closed", "add ')'")
            self.taken()
            return inner
        left = self._operand()
        if not self.next_is("sign", *OPERATORS):
            raise self.fault(
                "a comparison belongs here", Message("one of {names}", names=" ".join(OPERATORS))
            )
        sign = self.taken().text
        return ComparisonOp(left, sign, self._operand())

    def _operand(self) -> Operand:
        if self.next_is("number"):
            if not isfinite(float(self.tokens[self.at].text)):
                raise self.fault("this number is too large", "write one below 1e300")
            return Operand(None, float(self.taken().text))
        if self.next_is("name"):
            return Operand(self.taken().text, None)
        raise self.fault("a name or a number belongs here", "as in gap.total.2027 > 2e9")

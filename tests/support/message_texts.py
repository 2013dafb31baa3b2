"""Every sentence of an error message, warning or note that the source has.

A sentence reaches a reader as ``Message(...)`` or ``as_message(...)``, in a call that reports a
problem, through a variable or constant that is named after what it holds, or from a function that
returns what is wrong and what to do.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

SIM = Path(__file__).parents[2] / "sim"
CALLS = {
    "Message": (0, 1), "as_message": (0, 1), "RuleError": (0, 2), "usage_error": (1, 3),
    "Problem": (1, 3), "ScenarioIssue": (1, 3), "_refused": (1, 3), "_refuse": (1, 3),
    "_mistake": (1, 3), "_missing": (1, 3), "_lost": (0, 2), "_fault": (0, 2), "fault": (0, 3),
    "lacking": (1, 2), "problem": (1, 3), "add": (1, 3), "_move_unlisted": (2, 3),
    "tell": (0, 2), "warn": (0, 2), "of_text": (0, 1), "Failure": (2, 3), "check_ending": (2, 4),
    "mapping": (2, 3), "_texts": (3, 4), "read_text": (2, 3),
}  # fmt: skip
"""Calls that report a problem, and which of their arguments have sentences."""
HOLDERS = frozenset({
    "what", "advice", "said", "why", "choice", "which", "how", "found", "reason", "kind", "problem",
    "made_of", "export", "hint", "idle", "sentence",
    "SAID", "FORMER", "FINDINGS", "WORDS", "CONFUSED", "DAY_EXAMPLE", "BEGIN", "_BEGIN",
    "NOT_INHERITED",
})  # fmt: skip
"""Variables and constants that hold a sentence."""
RETURNING = {
    "hint_for", "_said", "_missing", "reason_against", "_advice", "_extent", "_suggestion",
    "_head_advice", "_reason", "advice_on", "day_advice", "contested", "similar_names",
    "_what_there_is",
}  # fmt: skip
"""Functions that return one."""


@cache
def sentences() -> frozenset[str]:
    """Every sentence in the source of the package; a word that stands alone is no sentence."""
    return frozenset(one for one in _all() if " " in one.strip())


@cache
def words() -> frozenset[str]:
    """Words that stand alone in such a place: keys and names, or messages of one word."""
    return frozenset(one for one in _all() if " " not in one.strip())


@cache
def _all() -> frozenset[str]:
    trees = [ast.parse(file.read_text("utf-8")) for file in sorted(SIM.rglob("*.py"))]
    constants = frozenset(name for tree in trees for name in _constants(tree))
    found = {text for tree in trees for text in _in(tree, constants)}
    return frozenset(one for one in found if _is_sentence(one))


def _constants(tree: ast.Module) -> Iterator[str]:
    """Return the names of constants that are given to a call that reports a problem."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for argument in _arguments(node):
                for part in ast.walk(argument):
                    if isinstance(part, ast.Name) and part.id.isupper():
                        yield part.id


def _is_sentence(text: str) -> bool:
    words = "".join(before for before, *_ in Formatter().parse(text)) if "{" in text else text
    return any(letter.isalpha() for letter in words)


def _in(tree: ast.Module, constants: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for argument in _arguments(node):
                yield from _texts(argument)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            plain = isinstance(node.value, ast.Constant)
            yield from _assigned(node, HOLDERS | constants if plain else HOLDERS)
        elif isinstance(node, ast.FunctionDef) and node.name in RETURNING:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    parts = inner.value.elts if isinstance(inner.value, ast.Tuple) else ()
                    for value in parts or [inner.value]:
                        yield from _texts(value)


def _arguments(node: ast.Call) -> list[ast.expr]:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    named = [one.value for one in node.keywords if one.arg in ("what", "advice", "why")]
    return [*node.args[slice(*CALLS[name])], *named] if name in CALLS else []


def _assigned(node: ast.Assign | ast.AnnAssign, holders: frozenset[str]) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        if len(names) == len(values):
            for part, value in zip(names, values, strict=True):
                name = part.value if isinstance(part, ast.Subscript) else part
                if getattr(name, "id", "") in holders and value is not None:
                    yield from _texts(value)


def _texts(node: ast.expr) -> Iterator[str]:
    """Return the literals that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        # One word is a key or a name, unless it is marked as a message.
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for part in node.values:
            yield from _texts(part)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _texts(value)
    elif isinstance(node, ast.Tuple) and node.elts and all(map(_is_text, node.elts)):
        for part in node.elts:
            yield from _texts(part)
    elif isinstance(node, ast.Starred):
        yield from _texts(node.value)
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get":
        for part in (node.func.value, *node.args[1:]):  # type: ignore[attr-defined]
            yield from _texts(part)


def _is_text(node: ast.expr) -> bool:
    return not isinstance(node, ast.Constant) or (isinstance(node.value, str) and " " in node.value)

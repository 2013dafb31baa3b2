"""Chains of scenario names as they are typed: A + B."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ..errors import Problem, ScenarioError, usage_error
from .catalogue import find


def parse_chains(words: list[str]) -> list[list[str]]:
    """Return the chains of scenario names that were typed: a '+' joins the names beside it.

    Raises ``ScenarioError`` where a name is empty or a '+' has nothing to bind.
    """
    tokens: list[str] = []
    for word in words:
        if not word.strip():
            usage_error("scenario", "a name is empty", "give a file or a shipped name")
        parts = [word] if Path(word).is_file() else re.split(r"(\+)", word)
        tokens += [part for part in parts if part]
    chains: list[list[str]] = []
    joined = False
    for token in tokens:
        if token == "+":
            if joined or not chains:
                usage_error(
                    "+", "there is nothing before this '+'", "as in baseline + faster-housing"
                )
            joined = True
            continue
        if joined:
            chains[-1].append(token)
        else:
            chains.append([token])
        joined = False
    if joined:
        usage_error("+", "there is nothing after this '+'", "as in baseline + faster-housing")
    return chains


def parse_chain(name: str) -> list[str]:
    """Return the names of a chain A+B in one word; raises ``ScenarioError`` if it is not one."""
    chains = parse_chains([name])
    if len(chains) != 1:
        usage_error(name, "expected one scenario", "join the parts of a chain with +")
    return chains[0]


def check_names(chains: Sequence[Sequence[str]]) -> None:
    """Look for the file of each scenario without reading it; raises ``ScenarioError`` with all.

    A wrong name is so refused at once, before the model and its libraries are loaded.
    """
    problems: list[Problem] = []
    for name in dict.fromkeys(name for chain in chains for name in chain):
        try:
            find(name)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)

"""Parse arguments that name scenarios, and check the budget line of a study."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import usage_error


def parse_chains(words: list[str]) -> list[list[str]]:
    """Scenario names as they were typed, '+' binding what stands on both sides of it.

    Raises ``ScenarioError`` where a name is empty or a '+' has nothing to bind.
    """
    tokens: list[str] = []
    for word in words:
        if not word.strip():
            usage_error("scenario", "a name is empty", "give a file or a shipped name")
        parts = [word] if Path(word).is_file() else re.split(r"(\+)", word)
        tokens += [part for part in parts if part]
    found: list[list[str]] = []
    bound = False
    for token in tokens:
        if token == "+":
            if bound or not found:
                usage_error(
                    "+", "there is nothing before this '+'", "as in baseline + faster-housing"
                )
            bound = True
            continue
        if bound:
            found[-1].append(token)
        else:
            found.append([token])
        bound = False
    if bound:
        usage_error("+", "there is nothing after this '+'", "as in baseline + faster-housing")
    return found


def parse_chain(name: str) -> list[str]:
    """A scenario or a chain A+B in one word; raises ``ScenarioError`` if it is not one."""
    found = parse_chains([name])
    if len(found) != 1:
        usage_error(name, "expected one scenario", "join the parts of a chain with +")
    return found[0]


def check_budget_line(line: str) -> None:
    """Refuses a line that no budget is held for: it has no gap."""
    from ..results.budget import MAIN_LINES

    if line not in MAIN_LINES:
        advice = f"take one of {', '.join(MAIN_LINES)}"
        usage_error("--line", f"no budget is held for '{line}'", advice)

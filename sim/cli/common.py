"""What the verbs share: choices, and how a user's mistake is refused."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from ..report.labels import Language
    from ..scenario import Loaded


class StepChoice(StrEnum):
    """Length of a step."""

    day = "day"
    week = "week"


class LangChoice(StrEnum):
    """Language of what is printed and drawn."""

    en = "en"
    nl = "nl"


def language(lang: LangChoice) -> Language:
    """The choice as the labels know it."""
    return "nl" if lang is LangChoice.nl else "en"


def console() -> Any:
    """Where tables are printed: as wide as the terminal, or a page."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 110)


def refuse(where: str, what: str, advice: str = "") -> NoReturn:
    """The user's mistake: raises ``ScenarioError``."""
    from ..errors import Problem, ScenarioError

    raise ScenarioError([Problem(where, what, advice)])


def chains(words: list[str]) -> list[list[str]]:
    """Scenario names as they were typed, '+' binding what stands on both sides of it."""
    found: list[list[str]] = []
    bound = False
    for word in words:
        parts = [word] if Path(word).is_file() else word.split("+")
        for index, part in enumerate(parts):
            if index:
                bound = True
            if not part:
                continue
            if bound and found:
                found[-1].append(part)
            else:
                found.append([part])
            bound = False
        bound = bound or word.endswith("+")
    return found


def tell_contested(loaded: Loaded) -> None:
    for key, (earlier, later) in loaded.tree.contested.items():
        typer.echo(f"note: {key} is set by {earlier} and by {later}; {later} wins", err=True)

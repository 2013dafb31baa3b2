"""What the verbs share: choices, and how a user's mistake is refused."""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from ..clock import StepLength
    from ..draws import Kind
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


def kinds_of(text: str) -> tuple[Kind, ...]:
    """Kinds of chance as they were typed, with commas; raises ``ScenarioError``."""
    from ..draws import KINDS

    asked = {part.strip() for part in text.split(",")}
    if asked - set(KINDS):
        what = f"unknown kind of chance: {', '.join(sorted(asked - set(KINDS)))}"
        refuse("--vary", what, f"choose from {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in asked)


def step_of(choice: StepChoice) -> StepLength:
    """The choice as the clock knows it."""
    return "day" if choice is StepChoice.day else "week"


def whole(text: str | int) -> int:
    """A whole number above zero; '1.000' is none, since it reads as one."""
    plain = str(text).strip()
    if not plain.isdecimal() or int(plain) < 1:
        refuse("--replications", f"'{text}' is no whole number above zero", "as in 1000")
    return int(plain)


def console() -> Any:
    """Where tables are printed: as wide as the terminal, or a page."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 110)


def refuse(where: str, what: str, advice: str = "") -> NoReturn:
    """The user's mistake: raises ``ScenarioError``."""
    from ..errors import Problem, ScenarioError

    raise ScenarioError([Problem(where, what, advice)])


def chains(words: list[str]) -> list[list[str]]:
    """Scenario names as they were typed, '+' binding what stands on both sides of it.

    Raises ``ScenarioError`` where a name is empty or a '+' has nothing to bind.
    """
    tokens: list[str] = []
    for word in words:
        if not word.strip():
            refuse("scenario", "a name is empty", "give a file or a shipped name")
        parts = [word] if Path(word).is_file() else re.split(r"(\+)", word)
        tokens += [part for part in parts if part]
    found: list[list[str]] = []
    bound = False
    for token in tokens:
        if token == "+":
            if bound or not found:
                refuse("+", "there is nothing before this '+'", "as in baseline + faster-housing")
            bound = True
            continue
        if bound:
            found[-1].append(token)
        else:
            found.append([token])
        bound = False
    if bound:
        refuse("+", "there is nothing after this '+'", "as in baseline + faster-housing")
    return found


def tell_warnings(loaded: Loaded) -> None:
    """Say on the error stream what is not plausible."""
    from ..scenario.explain import of_findings
    from ..scenario.plausible import warnings_of

    for one in warnings_of(loaded.scenario):
        typer.echo(f"warning ({one.code}): {of_findings([one.finding], loaded.tree)[0]}", err=True)


def tell_contested(loaded: Loaded) -> None:
    for key, (earlier, later) in loaded.tree.contested.items():
        typer.echo(f"note: {key} is set by {earlier} and by {later}; {later} wins", err=True)


def progress(name: str, total: int, quiet: bool) -> Any:
    """A context that gives what to call with (done, total): a bar, plain lines, or nothing."""
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import Progress

    @contextmanager
    def silent() -> Any:
        yield None

    @contextmanager
    def plain() -> Any:
        yield lambda done, of: typer.echo(f"{name}: {done} of {of} replications", err=True)

    @contextmanager
    def drawn() -> Any:
        with Progress(console=terminal, transient=True, auto_refresh=False) as bar:
            task = bar.add_task(name, total=total)

            def tell(done: int, of: int) -> None:
                bar.update(task, completed=done, total=of, refresh=True)

            yield tell

    terminal = Console(stderr=True)
    if quiet:
        return silent()
    return drawn() if terminal.is_terminal else plain()

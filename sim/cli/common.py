"""What the verbs share: choices, and how a user's mistake is refused."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from ..clock import StepLength
    from ..draws import Kind
    from ..report.labels import Language
    from ..run.study import Study
    from ..scenario import Loaded
    from ..trial import Settings


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


def held_line(line: str) -> None:
    """Refuses a line that no budget is held for: it has no gap."""
    from ..decide.compare import HELD

    if line not in HELD:
        refuse("--line", f"no budget is held for '{line}'", f"take one of {', '.join(HELD)}")


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


Replications = Annotated[int, typer.Option(parser=whole, metavar="N", help="Runs side by side.")]
Seed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed of all draws.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last simulated day.")]
Step = Annotated[StepChoice, typer.Option(help="Length of a step.")]
Vary = Annotated[str, typer.Option(help="Kinds of chance, with commas.")]
Workers = Annotated[int, typer.Option(min=0, help="Processes (0: one a core).")]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="Folder of the results.")]
Lang = Annotated[LangChoice, typer.Option(help="Language.")]
Sets = Annotated[
    list[str] | None, typer.Option("--set", help="Override: key=value; may be repeated.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only the results' folder.")]
ALL_KINDS = "parameters,inflow,luck"


def settings_of(
    replications: int, seed: int, step: StepChoice, until: datetime | None, vary: str
) -> Settings:
    """Settings of a trial as they were typed; raises ``ScenarioError``."""
    from ..trial import Settings

    return Settings(
        replications, seed, step_of(step), until.date() if until else None, kinds_of(vary)
    )


def loaded(name: str, sets: list[str] | None = None) -> Loaded:
    """A scenario, or a chain A+B, told of what is contested in it."""
    from ..scenario import load_chain

    one = load_chain(_one_chain(name), list(sets or []))
    tell_contested(one)
    return one


def _one_chain(name: str) -> list[str]:
    found = chains([name])
    if len(found) != 1:
        refuse(name, "expected one scenario", "join the parts of a chain with +")
    return found[0]


def as_typed(words: Sequence[str]) -> str:
    """A command without where it wrote, how fast and how loud: that decides nothing it says."""
    kept: list[str] = []
    left = iter(words)
    for word in left:
        name = word.partition("=")[0]
        if name in ("-o", "--out", "--workers"):
            if "=" not in word:
                next(left, None)
        elif name not in ("--quiet", "--json"):
            kept.append(word)
    return shlex.join(["opvangsim", *kept])


def finish(
    study: Study,
    folder: Path,
    inputs: Sequence[Path],
    shown: Sequence[Any],
    lang: LangChoice,
    quiet: bool,
) -> None:
    """Write a study's folder, then print its tables and sentences and where it lies."""
    from ..report.labels import label
    from ..report.redrawn import write
    from ..run.study import write_study

    tongue = language(lang)
    draw = partial(write, lang=tongue)
    write_study(study, folder, draw, inputs, as_typed(sys.argv[1:]))
    if quiet:
        typer.echo(str(folder))
        return
    out = console()
    for one in shown:
        out.print(one)
    out.print(label("written", tongue, folder=f"{folder}/"), soft_wrap=True)

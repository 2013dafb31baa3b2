"""What the verbs share: choices, and how a user's mistake is refused."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import usage_error
from ..studies.arguments import parse_chain, parse_uncertainties

if TYPE_CHECKING:
    from ..clock import StepLength
    from ..report.i18n import Language
    from ..results.experiment import Settings
    from ..scenario import Loaded
    from ..studies.base import StudyResult, Watch


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


def step_of(choice: StepChoice) -> StepLength:
    """The choice as the clock knows it."""
    return "day" if choice is StepChoice.day else "week"


def whole(text: str | int) -> int:
    """A whole number above zero; '1.000' is none, since it reads as one."""
    plain = str(text).strip()
    if not plain.isdecimal() or int(plain) < 1:
        usage_error("--replications", f"'{text}' is no whole number above zero", "as in 1000")
    return int(plain)


def console() -> Any:
    """Where tables are printed: as wide as the terminal, or a page; texts are never markup."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 110
    return Console(highlight=False, markup=False, emoji=False, width=width)


def tell_warnings(loaded: Loaded) -> None:
    """Say on the error stream what is not plausible."""
    from ..scenario.messages import of_findings
    from ..scenario.plausibility import warnings_of

    for one in warnings_of(loaded.scenario):
        typer.echo(f"warning ({one.code}): {of_findings([one.finding], loaded.tree)[0]}", err=True)


def tell_contested(loaded: Loaded) -> None:
    for key, (earlier, later) in loaded.tree.conflicts.items():
        typer.echo(f"note: {key} is set by {earlier} and by {later}; {later} wins", err=True)


def progress(name: str, total: int, quiet: bool) -> Any:
    """A context that gives what to call with (done, total): a bar, plain lines, or nothing."""
    from contextlib import contextmanager

    from rich.console import Console
    from rich.markup import escape
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
            task = bar.add_task(escape(name), total=total)

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
ALL_KINDS = "parameters,inflow,process"


def settings_of(
    replications: int, seed: int, step: StepChoice, until: datetime | None, vary: str
) -> Settings:
    """Settings of a trial as they were typed; raises ``ScenarioError``."""
    from ..results.experiment import Settings

    return Settings(
        replications,
        seed,
        step_of(step),
        until.date() if until else None,
        parse_uncertainties(vary),
    )


def loaded(name: str, sets: list[str] | None = None) -> Loaded:
    """A scenario, or a chain A+B, told of what is contested in it."""
    from ..scenario import load_chain

    one = load_chain(parse_chain(name), list(sets or []))
    tell_contested(one)
    return one


def as_typed(words: Sequence[str]) -> str:
    """A command without where it wrote, how fast and how loud: that decides nothing it says."""
    kept: list[str] = []
    left = iter(words)
    for word in left:
        name = word.partition("=")[0]
        if name in ("-o", "--out", "--workers", "--executor"):
            if "=" not in word:
                next(left, None)
        elif name not in ("--quiet", "--json"):
            kept.append(word)
    return shlex.join(["opvangsim", *kept])


def watched(quiet: bool) -> Watch:
    """Tells how far the work is, unless that is not wanted."""

    def watch(name: str, total: int) -> Any:
        return progress(name, total, quiet)

    return watch


def finish(found: StudyResult, out: Path | None, lang: LangChoice, quiet: bool) -> None:
    """Write a finding's folder, then print its tables and sentences and where it lies."""
    from ..report.i18n import translate
    from ..studies.base import write

    folder, tongue = out or Path("outputs") / found.content.folder, language(lang)
    write(found, folder, tongue, as_typed(sys.argv[1:]))
    if quiet:
        typer.echo(str(folder))
        return
    terminal = console()
    for one in found.told(tongue):
        terminal.print(one)
    terminal.print(translate("written", tongue, folder=f"{folder}/"), soft_wrap=True)

"""What is printed: tables, progress, warnings; and how the folder of a study is written."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..errors import Message, reason_of
from .language import tell, typed_language
from .log import note

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from pydantic import BaseModel
    from rich.console import Console

    from ..errors import Problem
    from ..notebook.progress import Tell
    from ..scenario import Loaded
    from ..studies.base import StudyResult, Watch
    from .options import Language

NO_EFFECT = ("-o", "--out", "--workers", "--executor", "--log")
"""Options with a value that have no effect on results, and those without one."""
NO_EFFECT_FLAGS = ("--quiet", "--json")


def console() -> Console:
    """Return where tables are printed: as wide as the terminal, or a page; never markup."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 110
    return Console(highlight=False, markup=False, emoji=False, width=width)


def warn(label: str, said: Problem | str) -> None:
    """Print a line on the error stream, and write it to the log in English."""
    note(f"{label}: {said}")
    tell(label, said)


def print_record(record: BaseModel) -> None:
    """Print a record as the one JSON document of a command; a number that is none is null."""
    typer.echo(record.model_dump_json(indent=1, by_alias=True))


def print_files(files: Iterable[Path | str], as_json: bool) -> None:
    """Print the files that were written, one a line or as JSON."""
    if as_json:
        from ..export.command_records import Files

        print_record(Files(files=[str(file) for file in files]))
        return
    for file in files:
        typer.echo(str(file))


def tell_warnings(loaded: Loaded) -> None:
    """Print what is not plausible on the error stream."""
    from ..scenario.messages import of_findings
    from ..scenario.plausibility import warnings_of

    for one in warnings_of(loaded.scenario):
        label = Message("warning ({code})", code=one.code)
        warn(label, of_findings([one.finding], loaded.tree)[0])


def tell_notes(loaded: Loaded) -> None:
    """Print what merging did beyond what the files say, on the error stream."""
    from ..scenario.notes import contested, notes_of

    notes: list[Problem | str] = [*contested(loaded), *notes_of(loaded)]
    for one in notes:
        warn("note", one)


def progress(name: str, total: int, quiet: bool) -> AbstractContextManager[Tell | None]:
    """Give what to call with (done, total): it draws a bar, prints lines, or is None."""
    return watched(quiet)(name, total)


def watched(quiet: bool) -> Watch:
    """Return what reports the progress of a study, in the language of the command."""
    from ..notebook.progress import watched as watched_in

    return watched_in(typed_language(), quiet=quiet, last_line=True)


def words_of(chain: Sequence[str], sets: Sequence[str]) -> list[str]:
    """Return the words that name one scenario of a command: A + B, then each override."""
    words = [word for name in chain for word in ("+", name)][1:]
    return words + [word for one in sets for word in ("--set", one)]


def as_typed(words: Sequence[str]) -> str:
    """Return the command line without options that do not affect results."""
    kept: list[str] = []
    left = iter(words)
    for word in left:
        name = word.partition("=")[0]
        if name in NO_EFFECT:
            if "=" not in word:
                next(left, None)
        elif name not in NO_EFFECT_FLAGS:
            kept.append(word)
    return shlex.join(["opvangsim", *kept])


def finish(
    result: StudyResult,
    out: Path | None,
    lang: Language,
    *,
    quiet: bool,
    json_: bool,
    details: bool,
) -> None:
    """Write the folder of a study, then print its tables, sentences and where they are."""
    from ..report.i18n import translate
    from ..studies.base import write

    folder = out or Path("outputs") / result.content.folder
    write(result, folder, lang, as_typed(sys.argv[1:]))
    if json_:
        from ..export.read_records import study_record

        print_record(study_record(folder, lang))
        return
    if quiet:
        typer.echo(str(folder))
        return
    terminal = console()
    more = result.details(lang)
    if more and not details:
        more = [translate("more_details", lang)]
    for one in (*result.told(lang), *more):
        terminal.print(one)
    terminal.print(translate("written", lang, folder=f"{folder}/"), soft_wrap=True)


def make_folder(folder: Path) -> None:
    """Make a folder before the work begins; raises ``ScenarioError`` if that fails."""
    from ..errors import usage_error

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        usage_error(
            str(folder),
            Message("can't be made: {reason}", reason=reason_of(error)),
            "choose another folder",
        )

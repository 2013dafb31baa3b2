"""``opvangsim answer``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import usage_error
from .common import (
    Lang,
    LangChoice,
    Out,
    Replications,
    Seed,
    Step,
    StepChoice,
    Workers,
    as_typed,
    console,
    language,
    progress,
    settings_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..questions.run_studies import Answers
    from ..questions.text import Page
    from ..report.i18n import Language

ALL = "all"


def answer(
    question: Annotated[
        str | None, typer.Argument(help="Number of a question, or all; none: list them.")
    ] = None,
    replications: Replications = 500,
    seed: Seed = 1,
    step: Step = StepChoice.day,
    workers: Workers = 0,
    out: Out = None,
    lang: Lang = LangChoice.en,
) -> None:
    """Answer a question of the Senate with a number, its band, and where it comes from.

    Runs that an answer needs are made once and kept in outputs/answers/kept. With 'all' the answers
    are written as pages: outputs/answers/en, or nl.
    """
    from ..questions import text as report
    from ..questions.questions import questions
    from ..questions.run_studies import answers, question_of

    tongue, terminal, every = language(lang), console(), questions()
    if question is None:
        terminal.print(report.overview(every, tongue))
        return
    asked = list(every) if question == ALL else [question_of(question)]
    if out is not None and question != ALL:
        usage_error(
            "--out", "one answer is printed and not written", "leave it out, or ask for all"
        )
    settings = settings_of(replications, seed, step, None, "parameters,inflow,process")
    found = answers(asked, settings, workers, _watch, _notice)
    pages = [found.page(one, tongue) for one in asked]
    if question == ALL:
        _write(pages, found, out, tongue)
        return
    for line in report.lines(pages[0]):
        terminal.print(line)
    if pages[0].rows:
        terminal.print()
        terminal.print(report.figures_table(pages[0]))
    for line in report.behind(pages[0]):
        terminal.print(line)


def _watch(name: str, total: int) -> Any:
    """Of what is kept there is nothing to tell."""
    return progress(name, total, quiet=not total)


def _notice(file: Path) -> None:
    typer.echo(f"note: {file} is not as it was written; it is made anew", err=True)


def _write(pages: Sequence[Page], found: Answers, out: Path | None, lang: Language) -> None:
    from ..questions.run_studies import WRITTEN, write
    from ..report.i18n import translate

    folder = out or WRITTEN / lang
    write(pages, found, folder, lang, as_typed(sys.argv[1:]))
    terminal = console()
    for page in pages:
        terminal.print(f"{page.question.number:2d}  {page.short}")
    terminal.print(translate("written", lang, folder=f"{folder}/"), soft_wrap=True)

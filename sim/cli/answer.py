"""``opvangsim answer``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

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
    refuse,
    settings_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..book.questions import Question
    from ..report.answer import Page
    from ..report.labels import Language
    from ..run.answers import Answers
    from ..trial import Settings

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
    from ..book.questions import questions
    from ..report import answer as report

    tongue, terminal, every = language(lang), console(), questions()
    if question is None:
        terminal.print(report.overview(every, tongue))
        return
    asked = [one for one in every if question in (ALL, str(one.number))]
    if not asked:
        refuse(
            "answer",
            f"there is no question '{question}'",
            f"a number from 1 to {len(every)}, or all",
        )
    if out is not None and question != ALL:
        refuse("--out", "one answer is printed and not written", "leave it out, or ask for all")
    settings = settings_of(replications, seed, step, None, "parameters,inflow,luck")
    found = answers(asked, settings, workers)
    pages = [found.page(one, tongue) for one in asked]
    if question == ALL:
        _write(pages, found, out, tongue)
        return
    for line in report.lines(pages[0]):
        terminal.print(line, markup=False)
    if pages[0].rows:
        terminal.print()
        terminal.print(report.figures_table(pages[0]))
    for line in report.behind(pages[0]):
        terminal.print(line, markup=False)


def answers(asked: Sequence[Question], settings: Settings, workers: int) -> Answers:
    """What the answers to some questions need, run where it is not kept, with its progress."""
    from ..book.figures import needed
    from ..book.questions import questions
    from ..run.answers import KEPT, Answers, entries_of, known_for, studies_of

    total = settings.replications * len(needed(asked))
    with progress("answer", total, quiet=not total) as tell:
        known = known_for(asked, questions(), settings, KEPT, workers, tell)
    studied = {}
    for command, study in studies_of(asked).items():
        with progress(study.verb, settings.replications, quiet=False) as tell:
            studied[command] = entries_of(study, settings, KEPT, workers, tell)
    return Answers(known, studied, settings)


def _write(pages: Sequence[Page], found: Answers, out: Path | None, lang: Language) -> None:
    from ..report.labels import label
    from ..run.answers import WRITTEN, write

    folder = out or WRITTEN / lang
    write(pages, found, folder, lang, as_typed(sys.argv[1:]))
    terminal = console()
    for page in pages:
        terminal.print(f"{page.question.number:2d}  {page.short}", markup=False)
    terminal.print(label("written", lang, folder=f"{folder}/"), soft_wrap=True)

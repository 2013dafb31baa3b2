"""The command ``answer``: answer a question of the Senate, or list them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Message, usage_error
from ..studies.options import SimulationOptions
from .checks import check_question
from .options import Executor, Json, Lang, Language, Out, Replications, Seed, Step, Workers
from .output import as_typed, console, print_record, warn, watched

if TYPE_CHECKING:
    from ..questions.questions import Question
    from ..questions.run_studies import Answers
    from ..questions.text import Page

ALL = "all"


def answer(
    question: Annotated[
        str | None, typer.Argument(help="Number of a question, or all (default: list them).")
    ] = None,
    replications: Replications = "500",
    seed: Seed = 1,
    step: Step = "day",
    workers: Workers = 0,
    executor: Executor = None,
    out: Out = None,
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Answer a question of the Senate with a number, its 80% interval and its sources.

    Runs that an answer needs are made once and kept in outputs/answers/kept. With 'all' the answers
    are written as pages: outputs/answers/en, or nl.
    """
    given = {"replications": replications, "seed": seed, "step": step}
    options = SimulationOptions.parse(given)
    if question not in (None, ALL):
        check_question(str(question))
    if out is not None and question != ALL:
        usage_error(
            "--out", "one answer is printed and not written", "leave it out, or ask for all"
        )
    from ..questions.questions import questions
    from ..questions.run_studies import answers, question_of
    from ..results.executor import open_workers
    from ..studies.base import settings_of

    if question is None:
        _list(questions(), json_, lang)
        return
    asked = list(questions()) if question == ALL else [question_of(question)]
    with open_workers(executor, workers) as pool:
        found = answers(asked, settings_of(options), pool, watched(json_), _notice)
    page_of = found.illustrated if question == ALL else found.page
    pages = [page_of(one, lang) for one in asked]
    if question == ALL:
        _write(pages, found, out, lang, json_)
    elif not json_:
        _print(pages[0])
    if json_:
        from ..export.command_records import Answers as Record
        from ..export.read_command_records import answer_record

        records = [answer_record(page) for page in pages]
        print_record(Record(records if question == ALL else records[0]))


def _list(found: Sequence[Question], json_: bool, lang: Language) -> None:
    if json_:
        from ..export.command_records import Answers as Record
        from ..export.read_command_records import question_record

        print_record(Record([question_record(one, lang) for one in found]))
        return
    from ..questions.text import overview

    console().print(overview(found, lang))


def _print(page: Page) -> None:
    from ..questions import text as report

    terminal = console()
    for line in report.lines(page):
        terminal.print(line)
    if page.rows:
        terminal.print()
        terminal.print(report.figures_table(page))
    for line in report.behind(page):
        terminal.print(line)


def _notice(file: Path) -> None:
    warn("note", Message("{file} is not as it was written; it is made anew", file=file))


def _write(
    pages: Sequence[Page], found: Answers, out: Path | None, lang: Language, json_: bool
) -> None:
    from ..questions.run_studies import WRITTEN, write
    from ..report.i18n import translate

    folder = out or WRITTEN / lang
    write(pages, found, folder, lang, as_typed(sys.argv[1:]))
    if json_:
        return
    terminal = console()
    for page in pages:
        terminal.print(f"{page.question.number:2d}  {page.short}")
    terminal.print(translate("written", lang, folder=f"{folder}/"), soft_wrap=True)

"""``opvangsim answer``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import (
    Lang,
    LangChoice,
    Replications,
    Seed,
    Step,
    StepChoice,
    Workers,
    console,
    language,
    progress,
    refuse,
    settings_of,
)

KEPT = Path("outputs") / "answers" / "kept"


def answer(
    question: Annotated[
        str | None, typer.Argument(help="Number of a question, or all; none: list them.")
    ] = None,
    replications: Replications = 500,
    seed: Seed = 1,
    step: Step = StepChoice.day,
    workers: Workers = 0,
    lang: Lang = LangChoice.en,
) -> None:
    """Answer a question of the Senate with a number, its band, and where it comes from.

    Runs that an answer needs are made once and kept in outputs/answers/kept.
    """
    from ..book.figures import needed, scenario_of, values_of
    from ..book.questions import questions
    from ..report import answer as report
    from ..run.kept import kept
    from ..trial import CellsOf

    tongue, out, every = language(lang), console(), questions()
    if question is None:
        out.print(report.overview(every, tongue))
        return
    asked = [one for one in every if question in ("all", str(one.number))]
    if not asked:
        refuse(
            "answer",
            f"there is no question '{question}'",
            f"a number from 1 to {len(every)}, or all",
        )
    settings = settings_of(replications, seed, step, None, "parameters,inflow,luck")
    # All cells that any answer needs of a scenario, so that one run serves them all.
    cells = needed(every)
    wanted = {
        name: (scenario_of(name), CellsOf(cells[name]), tuple(cell.cell for cell in cells[name]))
        for name in needed(asked)
    }
    with progress("answer", replications * max(len(wanted), 1), quiet=not wanted) as tell:
        known = kept(wanted, settings, KEPT, workers, tell)
    for one in asked:
        values = values_of(one, known)
        for line in report.lines(one, values, settings, tongue):
            out.print(line, markup=False)
        if one.figures:
            out.print(report.figures_table(one, values, tongue))
        out.print()

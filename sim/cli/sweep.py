"""The command ``sweep``: run every scenario of a design, or continue such a run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from .options import Executor, Lang, Out, Quiet, Workers
from .output import as_typed, console, progress

INTERRUPTED = 130


def sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A design file.")],
    preview: Annotated[
        bool, typer.Option("--preview", help="Say how many runs and how long, and stop.")
    ] = False,
    workers: Workers = 0,
    executor: Executor = None,
    out: Out = None,
    lang: Lang = "en",
    quiet: Quiet = False,
) -> None:
    """Run every scenario of a design: one row a run, going on where an earlier start stopped."""
    from ..report.i18n import translate
    from ..results.executor import open_workers
    from ..studies.sweep import (
        design_file,
        inputs_of,
        outcome_lines,
        planned_sweep,
        preview_lines,
        seconds_a_run,
    )
    from ..studies.sweep import sweep as run_sweep
    from ..studies.sweep_store import done_before

    file = design_file(file)
    planned = planned_sweep(file)
    plan = planned.plan
    folder = out or Path("outputs") / f"sweep-{file.stem}"
    with open_workers(executor, workers) as pool:
        stored = done_before(folder)
        done = sum(planned.hash_of(run) in stored for run in plan)
        seconds = seconds_a_run(plan) if done < len(plan) else 0.0
        for line in preview_lines(planned.name, plan, done, seconds, pool.size, lang):
            if preview or not quiet:
                typer.echo(line, err=True)
        foreign = len(stored - {planned.hash_of(run) for run in plan})
        if foreign and (preview or not quiet):
            typer.echo(translate("sweep_will_go", lang, n=foreign), err=True)
        if preview:
            return
        try:
            with progress(
                planned.name, len(plan) * plan.design.settings.replications, quiet
            ) as tell:
                report = _seldom(tell, plan.design.settings.replications)
                command = as_typed(sys.argv[1:])
                outcome = run_sweep(
                    planned, folder, pool, report, inputs_of(planned, file), command, lang
                )
        except KeyboardInterrupt:
            typer.echo(translate("sweep_stopped", lang, folder=f"{folder}/"), err=True)
            sys.exit(INTERRUPTED)
    if quiet:
        typer.echo(str(folder))
        return
    lines = outcome_lines(
        outcome.earlier, outcome.fresh, outcome.failed, outcome.dropped, outcome.cut_off, lang
    )
    for line in (*lines, translate("sweep_written", lang, folder=f"{folder}/")):
        console().print(line, soft_wrap=True)


def _seldom(
    tell: Callable[[int, int], None] | None, replications: int
) -> Callable[[int, int], None] | None:
    """Report progress in replications, and at most a hundred times."""
    if tell is None:
        return None

    def report(done: int, total: int) -> None:
        if done % max(1, total // 100) == 0 or done == total:
            tell(done * replications, total * replications)

    return report

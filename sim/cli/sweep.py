"""The command ``sweep``: run every scenario of a design, or continue such a run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from .options import Lang, Out, Quiet, Workers
from .output import as_typed, console, progress

INTERRUPTED = 130


def sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A design file.")],
    executor: Annotated[
        str | None, typer.Option(metavar="dask://HOST:PORT", help="A cluster, not processes here.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say how many runs and how long, and stop.")
    ] = False,
    workers: Workers = 0,
    out: Out = None,
    lang: Lang = "en",
    quiet: Quiet = False,
) -> None:
    """Run every scenario of a design: one row a run, going on where an earlier start stopped."""
    from ..report.i18n import translate
    from ..runs.executor import open_workers
    from ..studies.sweep import (
        design_file,
        inputs_of,
        outcome_lines,
        planned_sweep,
        preview_lines,
        seconds_a_run,
    )
    from ..studies.sweep import sweep as swept
    from ..studies.sweep_store import done_before

    file = design_file(file)
    one = planned_sweep(file)
    plan = one.plan
    folder = out or Path("outputs") / f"sweep-{file.stem}"
    with open_workers(executor, workers) as crew:
        there = done_before(folder)
        done = sum(one.hash_of(run) in there for run in plan)
        seconds = seconds_a_run(plan) if done < len(plan) else 0.0
        for line in preview_lines(one.name, plan, done, seconds, crew.size, lang):
            if preview or not quiet:
                typer.echo(line, err=True)
        foreign = len(there - {one.hash_of(run) for run in plan})
        if foreign and (preview or not quiet):
            typer.echo(translate("sweep_will_go", lang, n=foreign), err=True)
        if preview:
            return
        try:
            with progress(one.name, len(plan) * plan.design.settings.replications, quiet) as tell:
                told = _seldom(tell, plan.design.settings.replications)
                command = as_typed(sys.argv[1:])
                found = swept(one, folder, crew, told, inputs_of(one, file), command, lang)
        except KeyboardInterrupt:
            typer.echo(translate("sweep_stopped", lang, folder=f"{folder}/"), err=True)
            sys.exit(INTERRUPTED)
    if quiet:
        typer.echo(str(folder))
        return
    shown = outcome_lines(
        found.earlier, found.fresh, found.failed, found.dropped, found.cut_off, lang
    )
    for line in (*shown, translate("sweep_written", lang, folder=f"{folder}/")):
        console().print(line, soft_wrap=True)


def _seldom(
    tell: Callable[[int, int], None] | None, replications: int
) -> Callable[[int, int], None] | None:
    """Tells in replications, and once in a hundredth of the runs: of thousands, not every one."""
    if tell is None:
        return None

    def told(done: int, total: int) -> None:
        if done % max(1, total // 100) == 0 or done == total:
            tell(done * replications, total * replications)

    return told

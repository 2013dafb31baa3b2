"""The command ``sweep``: run every scenario of a design, or continue such a run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..scenario.catalogue import design_file
from .options import Executor, Json, Lang, Out, Quiet, Workers
from .output import as_typed, console, print_record, progress

if TYPE_CHECKING:
    from ..studies.design_points import SweepPlan

INTERRUPTED = 130


def sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A design file.")],
    preview: Annotated[
        bool,
        typer.Option("--preview", help="Show the number of runs and the time needed, then stop."),
    ] = False,
    workers: Workers = 0,
    executor: Executor = None,
    out: Out = None,
    json_: Json = False,
    lang: Lang = "en",
    quiet: Quiet = False,
) -> None:
    """Run all scenarios of a design, one row per run; resumes an interrupted sweep."""
    file = design_file(file)
    from ..report.i18n import translate
    from ..results.executor import open_workers
    from ..studies.sweep import (
        in_replications,
        inputs_of,
        outcome_lines,
        planned_sweep,
        preview_lines,
        seconds_a_run,
    )
    from ..studies.sweep import sweep as run_sweep
    from ..studies.sweep_store import done_before

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
            if json_:
                _print_preview(plan, done, (len(plan) - done) * seconds / pool.size)
            return
        try:
            with progress(
                planned.name, len(plan) * plan.design.settings.replications, quiet or json_
            ) as tell:
                report = in_replications(tell, plan.design.settings.replications)
                command = as_typed(sys.argv[1:])
                outcome = run_sweep(
                    planned, folder, pool, report, inputs_of(planned, file), command, lang
                )
        except KeyboardInterrupt:
            typer.echo(translate("sweep_stopped", lang, folder=f"{folder}/"), err=True)
            sys.exit(INTERRUPTED)
    if json_:
        from ..export.command_records import SweepResult
        from ..export.read_records import study_record

        print_record(SweepResult(study_record(folder, lang)))
        return
    if quiet:
        typer.echo(str(folder))
        return
    lines = outcome_lines(
        outcome.earlier, outcome.fresh, outcome.failed, outcome.dropped, outcome.cut_off, lang
    )
    for line in (*lines, translate("sweep_written", lang, folder=f"{folder}/")):
        console().print(line, soft_wrap=True)


def _print_preview(plan: SweepPlan, done: int, seconds: float) -> None:
    from ..export.command_records import SweepPreview, SweepResult

    replications = plan.settings.replications
    print_record(
        SweepResult(
            SweepPreview(
                runs=len(plan), excluded=plan.excluded, done=done,
                replications=replications, seconds=seconds,
            )
        )
    )  # fmt: skip

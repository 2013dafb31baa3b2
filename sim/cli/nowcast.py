"""Command that conditions a scenario on observations: nowcast."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from ..studies.options import SimulationOptions, day_of
from .checks import check_figures, one_chain
from .options import (
    AsOf,
    Chain,
    Charts,
    Executor,
    Json,
    Lang,
    Observed,
    Out,
    Quiet,
    Replications,
    Seed,
    Sets,
    Step,
    Until,
    Workers,
)
from .output import as_typed, console, print_record, progress, tell_notes, tell_warnings
from .run import print_run


def nowcast(
    scenario: Chain,
    observed: Observed,
    as_of: AsOf,
    set_: Sets = None,
    replications: Replications = "500",
    seed: Seed = 1,
    until: Until = None,
    step: Step = "day",
    workers: Workers = 0,
    executor: Executor = None,
    out: Out = None,
    lang: Lang = "en",
    charts: Charts = True,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Condition a scenario on figures published by a date and project from there.

    Writes the folder of a run, and posterior.csv with each number before and after, figures.csv
    with each figure and how far the run stays from it, and nowcast.yaml, a patch with the
    conditioned draws. The folder is outputs/NAME-DATE by default.
    """
    given = {"replications": replications, "seed": seed, "until": until, "step": step}
    asked = SimulationOptions.parse(given)
    day = day_of(as_of, "--as-of")
    chain, sets = one_chain(scenario), list(set_ or [])
    check_figures(observed, as_of)
    from ..results.executor import open_workers
    from ..runs.batches import Options
    from ..runs.given_figures import read_figures
    from ..runs.nowcast import Source, seen_from
    from ..runs.nowcast import nowcast as make
    from ..scenario import load_chain

    figures = read_figures(observed, day)
    loaded = load_chain(chain, sets)
    tell_notes(loaded)
    tell_warnings(loaded)
    name = f"{loaded.name}-{day}"
    folder = out or Path("outputs") / name
    with (
        open_workers(executor, workers) as pool,
        progress(name, asked.replications, quiet or json_) as tell,
    ):
        options = Options(
            asked.replications, asked.seed, asked.step, asked.until,
            workers=pool, charts=charts, lang=lang,
        )  # fmt: skip
        names = seen_from(folder, tuple(chain))
        source = Source(loaded.scenario, figures, day, names, tuple(sets))
        typed = as_typed(sys.argv[1:])
        run, found = make(source, name, options, folder, tell, loaded.inputs, typed)
    if json_:
        from ..export.read_command_records import nowcast_result

        print_record(nowcast_result(folder, found, lang))
        return
    if quiet:
        typer.echo(str(folder))
        return
    from ..report.nowcast_tables import nowcast_lines

    terminal = console()
    print_run(run, asked.seed, asked.step, lang, figures, counted=False)
    for line in nowcast_lines(found, lang):
        terminal.print(line)

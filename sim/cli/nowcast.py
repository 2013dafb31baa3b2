"""Command that conditions a scenario on observations: nowcast."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..errors import usage_error
from ..studies.options import SimulationOptions, day_of
from .options import (
    AsOf,
    Chain,
    Executor,
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
from .output import as_typed, console, progress, tell_notes, tell_warnings
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
    charts: Annotated[bool, typer.Option("--charts/--no-charts", help="Draw charts.")] = True,
    quiet: Quiet = False,
) -> None:
    """Condition a scenario on the figures published by a day, and run it on.

    Writes the folder of a run, and posterior.csv with each number before and after, figures.csv
    with each figure and how far the run stays from it, and nowcast.yaml, a patch with the
    conditioned draws. The folder is outputs/NAME-DATE by default.
    """
    from ..report.nowcast_tables import nowcast_lines
    from ..results.executor import open_workers
    from ..runs.batches import Options
    from ..runs.given_figures import read_figures
    from ..runs.nowcast import Source, seen_from
    from ..runs.nowcast import nowcast as make
    from ..scenario import load_chain, parse_chains

    given = {"replications": replications, "seed": seed, "until": until, "step": step}
    asked = SimulationOptions.parse(given)
    day = day_of(as_of, "--as-of")
    figures = read_figures(observed, day)
    chains, sets = parse_chains([scenario]), list(set_ or [])
    if len(chains) != 1:
        usage_error("nowcast", "one scenario at a time", "chain files with +")
    loaded = load_chain(chains[0], sets)
    tell_notes(loaded)
    tell_warnings(loaded)
    name = f"{loaded.name}-{day}"
    folder = out or Path("outputs") / name
    with open_workers(executor, workers) as pool, progress(name, asked.replications, quiet) as tell:
        options = Options(
            asked.replications, asked.seed, asked.step, asked.until,
            workers=pool, charts=charts, lang=lang,
        )  # fmt: skip
        names = seen_from(folder, tuple(chains[0]))
        source = Source(loaded.scenario, figures, day, names, tuple(sets))
        typed = as_typed(sys.argv[1:])
        run, found = make(source, name, options, folder, tell, loaded.inputs, typed)
    if quiet:
        typer.echo(str(folder))
        return
    terminal = console()
    print_run(run, asked.seed, asked.step, lang, figures, counted=False)
    for line in nowcast_lines(found, lang):
        terminal.print(line)

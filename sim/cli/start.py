"""Command that makes a scenario for a later start: scenario start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .options import Chain, Lang, Observed, Replications, Seed, Step
from .output import console, tell_warnings


def start(
    base: Chain,
    date: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="First day of the scenario.")],
    observed: Observed,
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write: NAME.yaml.")],
    as_of: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="Day by which figures were published (all)."),
    ] = None,
    replications: Replications = "200",
    seed: Seed = 1,
    step: Step = "week",
    lang: Lang = "en",
) -> None:
    """Write a scenario for a later start: published stocks exactly, the rest carried forward.

    The base is conditioned on the figures up to that day and simulated to the evening before. Each
    stock published for that day is met to the person; every number says whether it is published or
    carried forward.
    """
    from ..export.start_file import write_start
    from ..hindcast.observations import read_observations
    from ..report.start_table import start_lines
    from ..results.experiment import Settings
    from ..scenario import load_chain, parse_chain
    from ..studies.options import SimulationOptions, day_of

    given: dict[str, Any] = {"replications": replications, "seed": seed, "step": step}
    asked = SimulationOptions.parse(given)
    day = day_of(date, "--date")
    known = None if as_of is None else day_of(as_of, "--as-of")
    names = parse_chain(base)
    loaded = load_chain(names)
    settings = Settings(asked.replications, asked.seed, asked.step)
    figures = read_observations(observed)
    values = write_start(loaded, names, figures, day, known, settings, out)
    for line in start_lines(loaded.scenario, values, str(out), lang):
        console().print(line)
    tell_warnings(load_chain([str(out)]))

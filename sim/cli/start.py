"""Command that makes a scenario for a later start: scenario start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .checks import check_new_scenario, check_readable, one_chain
from .options import Chain, Json, KnownBy, Lang, Observed, Replications, Seed, Step
from .output import console, print_record, tell_warnings


def start(
    base: Chain,
    date: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="First day of the scenario.")],
    observed: Observed,
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write: NAME.yaml.")],
    as_of: KnownBy = None,
    replications: Replications = "200",
    seed: Seed = 1,
    step: Step = "week",
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Create a scenario with a later start date: published stocks, the rest carried forward.

    The base is conditioned on the figures up to that day and simulated to the evening before. Each
    stock published for that day is met to the person; every number says whether it is published or
    carried forward.
    """
    from ..studies.options import SimulationOptions, day_of

    given: dict[str, Any] = {"replications": replications, "seed": seed, "step": step}
    asked = SimulationOptions.parse(given)
    day = day_of(date, "--date")
    known = None if as_of is None else day_of(as_of, "--as-of")
    names = one_chain(base)
    check_new_scenario(out)
    check_readable(observed)
    from ..export.start_file import write_start
    from ..hindcast.observations import read_observations
    from ..results.experiment import Settings
    from ..scenario import load_chain

    loaded = load_chain(names)
    settings = Settings(asked.replications, asked.seed, asked.step)
    figures = read_observations(observed)
    values = write_start(loaded, names, figures, day, known, settings, out)
    if json_:
        from pydantic_core import to_jsonable_python

        from ..export.command_records import StartNumber, StartResult

        numbers = [
            StartNumber(
                key=key,
                value=to_jsonable_python(one.value),
                published=one.is_published,
                origin=one.origin,
            )
            for key, one in values.items()
        ]
        print_record(StartResult(file=str(out), values=numbers))
        return
    from ..report.start_table import start_lines

    for line in start_lines(loaded.scenario, values, str(out), lang):
        console().print(line)
    tell_warnings(load_chain([str(out)]))

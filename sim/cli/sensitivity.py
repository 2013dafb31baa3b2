"""``opvangsim sensitivity``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import (
    ALL_KINDS,
    Lang,
    LangChoice,
    Out,
    Quiet,
    Seed,
    Step,
    StepChoice,
    Workers,
    finish,
    held_line,
    language,
    loaded,
    progress,
    settings_of,
)


def sensitivity(
    scenario: Annotated[str, typer.Argument(help="A scenario, or a chain A+B.")] = "baseline",
    year: Annotated[int, typer.Option(help="Year of the gap.")] = 2027,
    line: Annotated[str, typer.Option(help="Line of the budget.")] = "total",
    points: Annotated[
        int, typer.Option(metavar="N", help="Rows of each half of the sample: a power of two.")
    ] = 1024,
    seed: Seed = 1,
    step: Step = StepChoice.week,
    workers: Workers = 0,
    out: Out = None,
    lang: Lang = LangChoice.en,
    quiet: Quiet = False,
) -> None:
    """Tell which uncertain inputs move the gap of a year: Sobol indices, and one at a time.

    By the week unless --step day: some sixty inputs take sixty times as many replications as
    points, about three minutes on two cores.
    """
    from ..address import parse
    from ..decide.sensitivity import TORNADO_REPLICATIONS
    from ..decide.sensitivity import sensitivity as found_for
    from ..report import sensitivity as report
    from ..run.study import Study

    held_line(line)
    address = parse(f"gap.{line}.{year}:mean")
    one = loaded(scenario)
    settings = settings_of(2 * points, seed, step, None, ALL_KINDS)
    tongue = language(lang)
    with progress("sensitivity", 1, quiet) as tell:
        found = found_for(one.scenario, address, points, settings, workers, tell)
    study = Study(
        "sensitivity",
        one.name,
        {"cell": str(address), "points": points, "tornado_replications": TORNADO_REPLICATIONS},
        {one.name: one.scenario},
        settings,
        {
            "indices": found.indices,
            "tornado": found.tornado,
            "inputs": report.inputs_table(found),
            "whole": report.whole_table(found),
        },
    )
    shown = [report.index_table(found, one.scenario, tongue), *report.sentences(found, tongue)]
    if settings.step == "week":
        shown.append(report.by_the_week(tongue))

    folder = out or Path("outputs") / f"sensitivity-{one.name}-{year}"
    finish(study, folder, one.files, shown, lang, quiet)

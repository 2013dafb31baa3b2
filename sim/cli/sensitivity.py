"""``opvangsim sensitivity``."""

from __future__ import annotations

from typing import Annotated

import typer

from ..studies.defaults import GAP_YEAR, SENSITIVITY_POINTS
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
    loaded,
    settings_of,
    watched,
)


def sensitivity(
    scenario: Annotated[str, typer.Argument(help="A scenario, or a chain A+B.")] = "baseline",
    year: Annotated[int, typer.Option(help="Year of the gap.")] = GAP_YEAR,
    line: Annotated[str, typer.Option(help="Line of the budget.")] = "total",
    points: Annotated[
        int, typer.Option(metavar="N", help="Rows of each half of the sample: a power of two.")
    ] = SENSITIVITY_POINTS,
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
    from ..studies.sensitivity_ask import sensitivity as found_for

    settings = settings_of(2 * points, seed, step, None, ALL_KINDS)
    found = found_for(loaded(scenario), settings, points, workers, watched(quiet), year, line)
    finish(found, out, lang, quiet)

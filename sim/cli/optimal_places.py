"""``opvangsim stock``."""

from __future__ import annotations

from typing import Annotated

import typer

from ..studies.defaults import STOCK_HIGH, STOCK_LOW, STOCK_POINTS, STOCK_REACHED
from .common import (
    ALL_KINDS,
    Lang,
    LangChoice,
    Out,
    Quiet,
    Replications,
    Seed,
    Sets,
    Step,
    StepChoice,
    Until,
    Vary,
    Workers,
    finish,
    loaded,
    settings_of,
    watched,
)


def stock(
    scenario: Annotated[str, typer.Argument(help="A scenario, or a chain A+B.")] = "baseline",
    low: Annotated[
        int, typer.Option(min=0, help="Least fixed stock of regular places.")
    ] = STOCK_LOW,
    high: Annotated[int, typer.Option(min=1, help="Greatest fixed stock.")] = STOCK_HIGH,
    points: Annotated[int, typer.Option(min=4, max=101, help="Stocks to try.")] = STOCK_POINTS,
    reached: Annotated[int, typer.Option(help="Year in which the stock stands.")] = STOCK_REACHED,
    set_: Sets = None,
    replications: Replications = 500,
    seed: Seed = 1,
    until: Until = None,
    step: Step = StepChoice.week,
    vary: Vary = ALL_KINDS,
    workers: Workers = 0,
    out: Out = None,
    lang: Lang = LangChoice.en,
    quiet: Quiet = False,
) -> None:
    """Find how many fixed regular places cost least when the future is uncertain.

    By the week unless told otherwise.
    """
    from ..studies.optimal_places_ask import stock as sought

    settings = settings_of(replications, seed, step, until, vary)
    one = loaded(scenario, set_)
    found = sought(one, settings, workers, watched(quiet), low, high, points, reached)
    finish(found, out, lang, quiet)

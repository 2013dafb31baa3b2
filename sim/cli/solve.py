"""``opvangsim solve``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import usage_error
from ..studies.defaults import CERTAINTY, FRONTIER_POINTS
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
    Workers,
    finish,
    loaded,
    settings_of,
    watched,
)

if TYPE_CHECKING:
    from ..studies.solve import Bounds


def solve(
    scenario: Annotated[str, typer.Argument(help="A scenario, or a chain A+B.")],
    levers: Annotated[
        list[str],
        typer.Option("--vary", metavar="KEY[@DATE]", help="What is varied; two: the frontier."),
    ],
    target: Annotated[str, typer.Option(help="What is to hold, as in 'gap.total.2027 <= 0'.")],
    certainty: Annotated[
        float, typer.Option(help="Share of futures in which it is to hold.")
    ] = CERTAINTY,
    ranges: Annotated[
        list[str] | None,
        typer.Option("--range", metavar="LOW:HIGH", help="Values to try, one for each lever."),
    ] = None,
    points: Annotated[
        int, typer.Option(min=2, max=25, help="Values of each of two levers.")
    ] = FRONTIER_POINTS,
    set_: Sets = None,
    replications: Replications = 500,
    seed: Seed = 1,
    step: Step = StepChoice.week,
    chance: Annotated[str, typer.Option(help="Kinds of chance, with commas.")] = ALL_KINDS,
    workers: Workers = 0,
    out: Out = None,
    lang: Lang = LangChoice.en,
    quiet: Quiet = False,
) -> None:
    """Find the value of a number at which a target is just met; of two, the frontier.

    By the week unless told otherwise: an answer is a search through many runs.
    """
    from ..studies.solve_ask import solve as solved

    settings = settings_of(replications, seed, step, None, chance)
    given = [_bounds(text) for text in ranges or []]
    one, watch = loaded(scenario, set_), watched(quiet)
    found = solved(one, levers, target, settings, workers, watch, certainty, given, points)
    finish(found, out, lang, quiet)


def _bounds(text: str) -> Bounds:
    low, mark, high = text.partition(":")
    try:
        pair = float(low), float(high)
    except ValueError:
        usage_error("--range", f"'{text}' is no LOW:HIGH", "as in 0:40000")
    if not mark or not pair[0] < pair[1] < float("inf") or pair[0] == float("-inf"):
        usage_error("--range", f"'{text}' is no LOW:HIGH", "as in 0:40000")
    return pair

"""``opvangsim ind-coa``."""

from __future__ import annotations

from typing import Annotated

import typer

from ..studies.defaults import IND_CUT_FROM
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


def ind_coa(
    scenario: Annotated[str, typer.Argument(help="A scenario, or a chain A+B.")] = "baseline",
    since: Annotated[
        int, typer.Option("--from", help="Year from which the IND is cut.")
    ] = IND_CUT_FROM,
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
    """Hold the IND against COA: what a euro less for the IND costs there, by year and in total.

    By the week unless told otherwise.
    """
    from ..studies.ind_cut_ask import ind_coa as cut

    settings = settings_of(replications, seed, step, until, vary)
    found = cut(loaded(scenario, set_), settings, workers, watched(quiet), since)
    finish(found, out, lang, quiet)

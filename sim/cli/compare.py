"""``opvangsim compare``."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import usage_error
from ..studies.arguments import parse_chains
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
    settings_of,
    tell_contested,
    watched,
)


def compare(
    scenario: Annotated[
        list[str], typer.Argument(help="A scenario, then one or more to hold against it.")
    ],
    set_: Sets = None,
    replications: Replications = 500,
    seed: Seed = 1,
    until: Until = None,
    step: Step = StepChoice.day,
    vary: Vary = ALL_KINDS,
    workers: Workers = 0,
    out: Out = None,
    lang: Lang = LangChoice.en,
    quiet: Quiet = False,
) -> None:
    """Hold scenarios against a first one on common luck: the difference, with its band.

    Overrides (--set) go onto the others, not onto the first; with a first one alone they make
    what is held against it.
    """
    from ..scenario import load_chain
    from ..studies.compare_ask import compare as compared

    sets = list(set_ or [])
    first, *rest = parse_chains(scenario)
    if not rest and not sets:
        usage_error(
            "compare", "there is nothing to compare with", "name another scenario, or --set"
        )
    base = load_chain(first)
    others = [load_chain(names, sets) for names in rest or [first]]
    for one in (base, *others):
        tell_contested(one)
    settings = settings_of(replications, seed, step, until, vary)
    found = compared(base, others, settings, workers, watched(quiet))
    finish(found, out, lang, quiet)

"""``opvangsim ind-coa``."""

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
    Replications,
    Seed,
    Sets,
    Step,
    StepChoice,
    Until,
    Vary,
    Workers,
    finish,
    language,
    loaded,
    progress,
    refuse,
    settings_of,
)


def ind_coa(
    scenario: Annotated[str, typer.Argument(help="A scenario, or a chain A+B.")] = "baseline",
    since: Annotated[int, typer.Option("--from", help="Year from which the IND is cut.")] = 2026,
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
    from ..decide.ind_coa import CUTS
    from ..decide.ind_coa import ind_coa as cut
    from ..report import ind_coa as report
    from ..run.study import Study

    one = loaded(scenario, set_)
    settings = settings_of(replications, seed, step, until, vary)
    last = (settings.until or one.scenario.until).year
    if not one.scenario.start.year < since <= last:
        what = f"a cut from {since} on, in a run from {one.scenario.start} to {last}"
        refuse("--from", what, f"take a year from {one.scenario.start.year + 1} on")
    tongue = language(lang)
    with progress("ind-coa", replications * (len(CUTS) + 1), quiet) as tell:
        found = cut(one.scenario, settings, CUTS, since, workers, tell)
    study = Study(
        "ind_coa",
        one.name,
        {"from": since, "cuts": [each.name for each in CUTS]},
        {one.name: one.scenario},
        settings,
        {"ind_coa": found.table},
    )

    shown = [report.table(found, one.scenario, tongue), *report.sentences(found, settings, tongue)]
    folder = out or Path("outputs") / f"ind-coa-{one.name}"[:120]
    finish(study, folder, one.files, shown, lang, quiet)

"""``opvangsim compare``."""

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
    chains,
    finish,
    language,
    progress,
    refuse,
    settings_of,
    tell_contested,
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
    from ..decide.compare import MOST
    from ..decide.compare import compare as compared
    from ..report import comparison as report
    from ..run.study import Study
    from ..scenario import load_chain

    sets = list(set_ or [])
    first, *rest = chains(scenario)
    if not rest and not sets:
        refuse("compare", "there is nothing to compare with", "name another scenario, or --set")
    base = load_chain(first)
    others = [load_chain(names, sets) for names in rest or [first]]
    for one in (base, *others):
        tell_contested(one)
    names = [one.name for one in (base, *others)]
    if len(set(names)) < len(names):
        refuse("compare", f"{max(names, key=names.count)} stands twice", "name each once")
    if len(others) > MOST:
        refuse("compare", f"{len(others)} scenarios against one", f"at most {MOST} at a time")
    settings = settings_of(replications, seed, step, until, vary)
    scenarios = {one.name: one.scenario for one in (base, *others)}
    tongue = language(lang)
    with progress("compare", replications * len(scenarios), quiet) as tell:
        found = compared(
            (base.name, base.scenario),
            {one.name: one.scenario for one in others},
            settings,
            workers,
            tell,
        )
    study = Study(
        "comparison",
        " / ".join(names),
        {"base": base.name, "others": names[1:]},
        scenarios,
        settings,
        {"differences": found.yearly, "monthly": found.monthly},
    )
    shown: list[object] = []
    for one in others:
        table = report.difference_table(found, one.name, tongue)
        shown += [table] if table.row_count else []
        shown += report.still_lines(found, one.name, tongue)
    shown += report.prices_notes(scenarios, tongue)
    files = [file for one in (base, *others) for file in one.files]

    folder = out or Path("outputs") / f"compare-{'-'.join(names)}"[:120]
    finish(study, folder, list(dict.fromkeys(files)), shown, lang, quiet)

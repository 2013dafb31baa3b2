"""``opvangsim stock``."""

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

LOW, HIGH, POINTS = 20_000, 120_000, 11


def stock(
    scenario: Annotated[str, typer.Argument(help="A scenario, or a chain A+B.")] = "baseline",
    low: Annotated[int, typer.Option(min=0, help="Least fixed stock of regular places.")] = LOW,
    high: Annotated[int, typer.Option(min=1, help="Greatest fixed stock.")] = HIGH,
    points: Annotated[int, typer.Option(min=4, max=101, help="Stocks to try.")] = POINTS,
    reached: Annotated[int, typer.Option(help="Year in which the stock stands.")] = 2027,
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
    import numpy as np

    from ..decide.stock import REFERENCE
    from ..decide.stock import stock as sought
    from ..report import stock as report
    from ..run.study import Study

    if not low < REFERENCE < high:
        refuse("--low, --high", f"{low:,} to {high:,} leaves out the planned {REFERENCE:,}",
               f"take a range around it, as in {LOW} and {HIGH}")  # fmt: skip
    one = loaded(scenario, set_)
    settings = settings_of(replications, seed, step, until, vary)
    levels = [float(round(level)) for level in np.linspace(low, high, points)]
    tongue = language(lang)
    with progress("stock", replications * (points + 2), quiet) as tell:
        found = sought(one.scenario, levels, settings, reached, workers, tell)
    study = Study(
        "stock",
        one.name,
        {"levels": levels, "reached": reached},
        {one.name: one.scenario},
        settings,
        {"stock": report.frame(found), "best": report.best_frame(found)},
    )

    shown = [report.table(found, one.scenario, tongue), *report.sentences(found, settings, tongue)]
    folder = out or Path("outputs") / f"stock-{one.name}"[:120]
    finish(study, folder, one.files, shown, lang, quiet)

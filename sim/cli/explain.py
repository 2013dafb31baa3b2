"""``opvangsim explain``."""

from __future__ import annotations

from enum import StrEnum
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
    Step,
    StepChoice,
    Vary,
    Workers,
    finish,
    held_line,
    language,
    loaded,
    progress,
    refuse,
    settings_of,
)


class ByChoice(StrEnum):
    """How what differs is cut into factors."""

    patch = "patch"
    key = "key"
    theme = "theme"


def explain(
    a: Annotated[str, typer.Argument(metavar="A", help="A scenario, or a chain A+B.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    year: Annotated[int, typer.Option(help="Year of the gap.")] = 2027,
    line: Annotated[str, typer.Option(help="Line of the budget.")] = "total",
    statistic: Annotated[str, typer.Option(help="mean, p50, p90 ...")] = "p50",
    by: Annotated[ByChoice | None, typer.Option(help="How to cut what differs.")] = None,
    replications: Replications = 500,
    seed: Seed = 1,
    step: Step = StepChoice.day,
    vary: Vary = ALL_KINDS,
    workers: Workers = 0,
    out: Out = None,
    lang: Lang = LangChoice.en,
    quiet: Quiet = False,
) -> None:
    """Explain why the gap of B differs from that of A: by patch, key or theme, in euros."""
    from ..address import parse
    from ..decide.explain import explain as explained
    from ..report import explanation as report
    from ..run.study import Study

    held_line(line)
    if statistic == "p_positive":
        refuse("--statistic", "a chance is no amount of money", "take mean, p50, p90 ...")
    address = parse(f"gap.{line}.{year}:{statistic}")
    first, second = loaded(a), loaded(b)
    if first.name == second.name:
        refuse("explain", f"{a} and {b} are the same scenario", "name two")
    settings = settings_of(replications, seed, step, None, vary)
    tongue = language(lang)
    with progress("explain", replications, quiet) as tell:
        found = explained(first, second, address, settings, by.value if by else None, workers, tell)
    scenarios = {one.name: one.scenario for one in (first, second)}
    study = Study(
        "explanation",
        f"{first.name} / {second.name}",
        {"cell": str(address), "factors": {f.name: list(f.keys) for f in found.factors}},
        scenarios,
        settings,
        {"effects": found.effects, "cells": report.cells(found)},
    )
    shown = [report.effects_table(found, scenarios, tongue), *report.sentences(found, tongue)]

    folder = out or Path("outputs") / f"explain-{first.name}-{second.name}-{year}"
    files = list(dict.fromkeys([*first.files, *second.files]))
    finish(study, folder, files, shown, lang, quiet)

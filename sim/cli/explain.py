"""``opvangsim explain``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ..studies.defaults import GAP_YEAR
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
    loaded,
    settings_of,
    watched,
)

if TYPE_CHECKING:
    from ..studies.explain_ask import By


class ByChoice(StrEnum):
    """How what differs is cut into factors."""

    patch = "patch"
    key = "key"
    theme = "theme"


def explain(
    a: Annotated[str, typer.Argument(metavar="A", help="A scenario, or a chain A+B.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    year: Annotated[int, typer.Option(help="Year of the gap.")] = GAP_YEAR,
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
    from ..studies.explain_ask import explain as explained

    settings = settings_of(replications, seed, step, None, vary)
    first, second = loaded(a), loaded(b)
    cut = _cut(by)
    watch = watched(quiet)
    found = explained(first, second, settings, workers, watch, year, line, statistic, cut)
    finish(found, out, lang, quiet)


def _cut(by: ByChoice | None) -> By | None:
    """The choice as the library knows it."""
    from ..studies.explain_ask import CUTS

    return next((cut for cut in CUTS if by is not None and cut == by.value), None)

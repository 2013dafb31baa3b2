"""Why the gap of one scenario differs from that of another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, get_args

from ..errors import usage_error
from ..report.i18n import Language
from ..results.cell import parse
from ..results.experiment import Settings
from ..runs.study_folder import StudyContent
from ..scenario import Loaded, inputs_of
from . import explain_text as report
from .arguments import check_budget_line
from .base import StudyResult, Watch
from .defaults import GAP_YEAR
from .explain import explain as explained
from .factors import Cut

By = Literal["patch", "key", "theme"]
CUTS: tuple[By, ...] = get_args(By)


def explain(
    first: Loaded,
    second: Loaded,
    settings: Settings,
    workers: int,
    watch: Watch,
    year: int = GAP_YEAR,
    line: str = "total",
    statistic: str = "p50",
    by: Cut | None = None,
) -> StudyResult:
    """The gap of a year in one scenario less that in another, factor by factor, in euros.

    Raises ``ScenarioError`` for a line without a budget, a chance, or twice the same scenario.
    """
    check_budget_line(line)
    if statistic == "p_positive":
        usage_error("--statistic", "a chance is no amount of money", "take mean, p50, p90 ...")
    address = parse(f"gap.{line}.{year}:{statistic}")
    if first.name == second.name:
        usage_error("explain", f"both are {first.name}, the same scenario", "name two")
    with watch("explain", settings.replications) as tell:
        found = explained(first, second, address, settings, by, workers, tell)
    scenarios = {one.name: one.scenario for one in (first, second)}

    def told(lang: Language) -> list[Any]:
        return [report.effects_table(found, scenarios, lang), *report.sentences(found, lang)]

    study = StudyContent(
        "explanation",
        f"{first.name} / {second.name}",
        {"cell": str(address), "factors": {f.name: list(f.keys) for f in found.factors}},
        scenarios,
        settings,
        {"effects": found.effects, "cells": report.cells(found)},
    )
    inputs = inputs_of(first, second)
    return StudyResult(
        replace(study, inputs=inputs, folder=f"explain-{first.name}-{second.name}-{year}"), told
    )

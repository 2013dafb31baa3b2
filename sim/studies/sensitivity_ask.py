"""Which uncertain inputs move the gap."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..report.i18n import Language
from ..results.cell import parse
from ..results.experiment import Settings
from ..runs.study_folder import StudyContent
from ..scenario import Loaded
from . import sensitivity_text as report
from .arguments import check_budget_line
from .base import StudyResult, Watch
from .defaults import GAP_YEAR
from .sensitivity import TORNADO_REPLICATIONS
from .sensitivity import sensitivity as found_for


def sensitivity(
    one: Loaded,
    settings: Settings,
    points: int,
    workers: int,
    watch: Watch,
    year: int = GAP_YEAR,
    line: str = "total",
) -> StudyResult:
    """Sobol indices of the mean gap of a year, and the swing of each input by itself.

    ``settings`` count two replications a point. Raises ``ScenarioError`` for a line without a
    budget, or points that are no power of two.
    """
    check_budget_line(line)
    address = parse(f"gap.{line}.{year}:mean")
    with watch("sensitivity", 1) as tell:
        found = found_for(one.scenario, address, points, settings, workers, tell)

    def told(lang: Language) -> list[Any]:
        shown = [report.index_table(found, one.scenario, lang), *report.sentences(found, lang)]
        return [*shown, report.by_the_week(lang)] if settings.step == "week" else shown

    study = StudyContent(
        "sensitivity",
        one.name,
        {"cell": str(address), "points": points, "tornado_replications": TORNADO_REPLICATIONS},
        {one.name: one.scenario},
        settings,
        {
            "indices": found.indices,
            "tornado": found.tornado,
            "inputs": report.inputs_table(found),
            "whole": report.whole_table(found),
        },
    )
    return StudyResult(
        replace(study, inputs=one.inputs, folder=f"sensitivity-{one.name}-{year}"), told
    )

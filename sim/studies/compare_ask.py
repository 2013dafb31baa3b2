"""Scenarios held against a first one on common luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..errors import usage_error
from ..report.i18n import Language
from ..report.run_tables import prices_notes
from ..results.experiment import Settings
from ..runs.study_folder import StudyContent
from ..scenario import Loaded, inputs_of
from . import compare_text as report
from .base import StudyResult, Watch
from .compare import MOST
from .compare import compare as compared


def compare(
    base: Loaded, others: Sequence[Loaded], settings: Settings, workers: int, watch: Watch
) -> StudyResult:
    """The differences of scenarios from a first one, with their bands.

    Raises ``ScenarioError`` if two have one name, or if there are more than a chart can tell apart.
    """
    every = (base, *others)
    names = [one.name for one in every]
    if len(set(names)) < len(names):
        usage_error("compare", f"{max(names, key=names.count)} stands twice", "name each once")
    if len(others) > MOST:
        usage_error("compare", f"{len(others)} scenarios against one", f"at most {MOST} at a time")
    scenarios = {one.name: one.scenario for one in every}
    with watch("compare", settings.replications * len(every)) as tell:
        found = compared(
            (base.name, base.scenario),
            {one.name: one.scenario for one in others},
            settings,
            workers,
            tell,
        )

    def told(lang: Language) -> list[Any]:
        shown: list[Any] = []
        for one in others:
            table = report.difference_table(found, one.name, lang)
            shown += [table] if table.row_count else []
            shown += report.still_lines(found, one.name, lang)
        return shown + prices_notes(scenarios, lang)

    study = StudyContent(
        "comparison",
        " / ".join(names),
        {"base": base.name, "others": names[1:]},
        scenarios,
        settings,
        {"differences": found.yearly, "monthly": found.monthly},
    )
    return StudyResult(
        replace(study, inputs=inputs_of(*every), folder=f"compare-{'-'.join(names)}"[:120]), told
    )

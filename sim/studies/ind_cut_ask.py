"""The IND against COA: what a euro less there costs here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..errors import usage_error
from ..report.i18n import Language
from ..results.experiment import Settings
from ..runs.study_folder import StudyContent
from ..scenario import Loaded
from . import ind_cut_text as report
from .base import StudyResult, Watch
from .defaults import IND_CUT_FROM
from .ind_cut import CUTS
from .ind_cut import ind_coa as cut


def ind_coa(
    one: Loaded, settings: Settings, workers: int, watch: Watch, since: int = IND_CUT_FROM
) -> StudyResult:
    """What is saved at the IND and spent at COA when the IND is cut from a year on.

    Raises ``ScenarioError`` if that year lies outside the run.
    """
    last = (settings.until or one.scenario.until).year
    if not one.scenario.start.year < since <= last:
        what = f"a cut from {since} on, in a run from {one.scenario.start} to {last}"
        usage_error("--from", what, f"take a year from {one.scenario.start.year + 1} on")
    with watch("ind-coa", settings.replications * (len(CUTS) + 1)) as tell:
        found = cut(one.scenario, settings, CUTS, since, workers, tell)

    def told(lang: Language) -> list[Any]:
        return [report.table(found, one.scenario, lang), *report.sentences(found, settings, lang)]

    study = StudyContent(
        "ind_coa",
        one.name,
        {"from": since, "cuts": [each.name for each in CUTS]},
        {one.name: one.scenario},
        settings,
        {"ind_coa": found.table},
    )
    return StudyResult(replace(study, inputs=one.inputs, folder=f"ind-coa-{one.name}"[:120]), told)

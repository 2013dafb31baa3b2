"""The part of a sweep in which something happens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ..report.i18n import Language, label
from ..runs.manifest import RECORD, digest
from ..runs.study_folder import StudyContent
from . import discover_text as report
from .base import StudyResult
from .discover import discover as discovered
from .discover import parse_condition
from .sweep_store import read_sweep


def discover(sweep: Path, where: str) -> StudyResult:
    """Boxes in the levers of a sweep in which a condition holds more often than elsewhere.

    Raises ``ScenarioError`` for a folder that is no sweep's, or a condition that can't be read.
    """
    condition = parse_condition(where)
    done = read_sweep(sweep)
    found = discovered(condition, done.table, (*done.numbers, *done.words), done.words)

    def told(lang: Language) -> list[Any]:
        shown: list[Any] = [report.heading(found, done.title[lang], lang)]
        shown += [report.box_table(found, n, done.units, lang) for n in range(len(found.boxes))]
        shown += report.sentences(found, done.units, lang)
        if len(done.table) < done.runs:
            shown.append(label("discover_lacking", lang, n=done.runs - len(done.table)))
        return shown

    study = StudyContent(
        "discovery",
        f"{sweep.name}: {where}",
        {"sweep": done.id, "where": where, "title": dict(done.title), "units": dict(done.units)},
        {},
        done.settings,
        {"boxes": report.rows(found), "runs": report.runs_frame(found)},
    )
    folder = f"discover-{sweep.resolve().name.removeprefix('sweep-')}"
    return StudyResult(replace(study, inputs={RECORD: digest(sweep / RECORD)}, folder=folder), told)

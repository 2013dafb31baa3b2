"""The folder of a study: what was asked of several runs, its tables and charts, and its record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..report.i18n import Language
from ..report.study_data import StudyData
from ..results.experiment import Settings
from ..scenario import Scenario, dump
from .folder import replace_folder
from .headline import sources_of
from .manifest import versions, write_record
from .provenance import Provenance, mark_charts
from .rounding import round_table


@dataclass(frozen=True)
class Study:
    """What was asked, of which scenarios, with which settings, and the tables that answer it.

    ``asked`` holds only what is part of the question; ``tables`` become a CSV file each.
    """

    kind: str
    name: str
    asked: Mapping[str, Any]
    scenarios: Mapping[str, Scenario]
    settings: Settings
    tables: Mapping[str, pd.DataFrame]

    @property
    def id(self) -> str:
        """Identity of a study: what it computes, not when, where, how fast or in which language."""
        identity = {
            "kind": self.kind,
            "asked": self.asked,
            "scenarios": {
                name: scenario.model_dump(mode="json", by_alias=True)
                for name, scenario in self.scenarios.items()
            },
            "settings": asdict(self.settings),
            "versions": versions(),
        }
        text = json.dumps(identity, sort_keys=True, ensure_ascii=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _told(study: Study, record: Mapping[str, Any], folder: Path) -> StudyData:
    """A study as its folder will tell it: its tables as they were just written."""
    plain = json.loads(json.dumps(record, default=str))
    return StudyData(
        plain, lambda name: pd.read_csv(folder / f"{name}.csv"), lambda name: study.scenarios[name]
    )


def _stamp_of(study: Study, command: str) -> Provenance:
    names = ", ".join(study.scenarios) or study.name
    version, seed = versions()["opvangsim"], str(study.settings.seed)
    return Provenance(study.kind, names, seed, version, study.id, command)


Draw = Callable[[StudyData, Path], None]
"""Draws the chart of a study into a folder, from what its folder tells."""


def write_study(
    study: Study,
    folder: Path,
    draw: Draw | None = None,
    inputs: Mapping[str, str] | None = None,
    command: str = "",
    lang: Language = "en",
    texts: Mapping[str, str] | None = None,
) -> None:
    """Write a study's folder: tables, ``charts/``, resolved scenarios, ``run.json`` last of all.

    ``command`` is how it was asked for, as the record and the charts tell it, and ``lang`` in
    which language; ``inputs`` are the hashes of the texts that its scenarios were read from, by
    name; ``texts`` are further files, by their name.

    Raises ``ScenarioError`` if the folder can't be written or holds something that is not ours.
    """
    with replace_folder(folder) as staging:
        for name, table in study.tables.items():
            round_table(table).to_csv(staging / f"{name}.csv", index=False, float_format="%.10g")
        for file_name, text in (texts or {}).items():
            (staging / file_name).write_text(text, "utf-8")
        if study.scenarios:
            (staging / "scenarios").mkdir()
        for name, scenario in study.scenarios.items():
            file = staging / "scenarios" / f"{name}.resolved.yaml"
            file.write_text(dump(scenario), "utf-8")
        record: dict[str, Any] = {
            "kind": study.kind,
            "id": study.id,
            "name": study.name,
            "command": command,
            "lang": lang,
            "asked": dict(study.asked),
            "scenarios": {n: s.title.model_dump() for n, s in study.scenarios.items()},
            "options": asdict(study.settings),
            "inputs": dict(inputs or {}),
            "sources": sources_of(*study.scenarios.values()),
        }
        if draw is not None:
            (staging / "charts").mkdir()
            draw(_told(study, record, staging), staging / "charts")
            mark_charts(staging / "charts", _stamp_of(study, command))
        write_record(staging, record)

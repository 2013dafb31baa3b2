"""Write the folder of a study: tables, charts, resolved scenarios and manifest."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ..report.i18n import Language
from ..report.study_data import StudyData
from ..results.experiment import Settings
from ..results.versions import versions
from ..scenario import Scenario, write_resolved
from ..scenario.listing import sources_of
from .folder import replace_folder
from .manifest import write_manifest
from .provenance import Provenance, mark_charts
from .summary_tables import round_table


@dataclass(frozen=True)
class StudyContent:
    """A study: its options, scenarios, settings and tables.

    ``asked`` holds only what is part of the question; ``tables`` become a CSV file each. The
    identity does not depend on the last two: ``inputs`` are the hashes of the texts that the
    scenarios were read from, by name, and ``folder`` is the default name of its folder.
    """

    kind: str
    name: str
    asked: Mapping[str, Any]
    scenarios: Mapping[str, Scenario]
    settings: Settings
    tables: Mapping[str, pd.DataFrame]
    inputs: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""

    @property
    def id(self) -> str:
        """Return the id of a study: a hash of what it computes, not of when, where or how fast."""
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


def record_of(content: StudyContent, command: str = "", lang: Language = "en") -> dict[str, Any]:
    """Return what ``run.json`` says of a study, apart from its files and where it was made."""
    return {
        "kind": content.kind,
        "id": content.id,
        "name": content.name,
        "command": command,
        "lang": lang,
        "asked": dict(content.asked),
        "scenarios": {n: s.title.model_dump() for n, s in content.scenarios.items()},
        "options": asdict(content.settings),
        "inputs": dict(content.inputs),
        "sources": sources_of(*content.scenarios.values()),
    }


def data_of(content: StudyContent, record: Mapping[str, Any] | None = None) -> StudyData:
    """Return a study as its folder holds it: tables are those that are read from the files."""
    plain = json.loads(json.dumps(record or record_of(content), default=str))
    read = {name: pd.read_csv(io.StringIO(as_csv(table))) for name, table in content.tables.items()}
    return StudyData(plain, lambda name: read[name].copy(), content.scenarios.__getitem__)


def as_csv(table: pd.DataFrame) -> str:
    """Return a table as it is written: rounded, so that it is the same on every computer."""
    return round_table(table).to_csv(index=False, float_format="%.10g", lineterminator="\n")


def stamp_of_content(content: StudyContent, command: str) -> Provenance:
    """Return where a study comes from, for charts that are made of it."""
    names = ", ".join(content.scenarios) or content.name
    version, seed = versions()["opvangsim"], str(content.settings.seed)
    return Provenance(content.kind, names, seed, version, content.id, command)


Draw = Callable[[StudyData, Path], None]
"""Draws the chart of a study into a folder, from what its folder tells."""


def write_study(
    content: StudyContent,
    folder: Path,
    draw: Draw | None = None,
    command: str = "",
    lang: Language = "en",
    texts: Mapping[str, str] | None = None,
) -> None:
    """Write a study's folder: tables, ``charts/``, resolved scenarios, ``run.json`` last of all.

    ``command`` is how it was asked for, as the record and the charts tell it, and ``lang`` in
    which language; ``texts`` are further files, by their name.

    Raises ``ScenarioError`` if the folder can't be written or holds something that is not ours.
    """
    with replace_folder(folder) as staging:
        for name, table in content.tables.items():
            (staging / f"{name}.csv").write_text(as_csv(table), "utf-8", newline="\n")
        for file_name, text in (texts or {}).items():
            (staging / file_name).write_text(text, "utf-8", newline="\n")
        if content.scenarios:
            (staging / "scenarios").mkdir()
        for name, scenario in content.scenarios.items():
            write_resolved(scenario, staging / "scenarios" / f"{name}.resolved.yaml")
        record = record_of(content, command, lang)
        if draw is not None:
            (staging / "charts").mkdir()
            draw(data_of(content, record), staging / "charts")
            mark_charts(staging / "charts", stamp_of_content(content, command))
        write_manifest(staging, record)

"""A finished folder of any kind, read file by file, each known to be the one that was written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ...errors import Problem, ScenarioError
from ...report.i18n import Language
from ...runs.load import provenance_of, study_data, verified_file
from ...runs.manifest import read_manifest
from ...runs.provenance import Provenance
from ...scenario import Scenario, load
from ...studies.charts import StudyData

KINDS = ("run", "comparison", "explanation", "answers")
"""Kinds of folders that a memo is made of."""


@dataclass(frozen=True)
class Folder:
    """Where it lies, and its record."""

    path: Path
    record: dict[str, Any]

    @property
    def stamp(self) -> Provenance:
        """Where everything made of it comes from."""
        return provenance_of(self.record)

    @property
    def lang(self) -> Language:
        """The language it was made in."""
        return "nl" if self.record["lang"] == "nl" else "en"

    def table(self, name: str) -> pd.DataFrame:
        """A table of numbers."""
        return pd.read_csv(verified_file(self.path, self.record, name))

    @property
    def told(self) -> StudyData:
        """A study as it is drawn again."""
        return study_data(self.path, self.record)

    def text(self, name: str) -> str:
        """A page."""
        return verified_file(self.path, self.record, name).read_text("utf-8")

    def scenario(self, name: str) -> Scenario:
        """One of the scenarios of a study, with every number it used."""
        file = f"scenarios/{name}.resolved.yaml"
        return load(verified_file(self.path, self.record, file))


def open_folder(path: Path) -> Folder:
    """The folder of a run or a study; raises ``ScenarioError`` if no memo can be made of it."""
    record = read_manifest(path)
    kind = record["kind"]
    if kind not in KINDS:
        what = f"no memo is made of the folder of '{kind}'"
        raise ScenarioError([Problem(str(path), what, f"give one of {', '.join(KINDS)}")])
    return Folder(path, record)

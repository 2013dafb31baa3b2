"""What came of a question to several runs: tables, sentences, a chart, a folder."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from ..errors import usage_error
from ..notebook.chart import Chart
from ..notebook.repr import as_html, as_sentence, as_text, heading
from ..report.charts import Width
from ..report.i18n import Language
from ..report.style import title_of
from ..runs.load import read_study, stamp_of
from ..runs.rounding import round_table
from ..runs.study_folder import write_study
from ..studies.base import StudyResult, write
from ..studies.charts import drawn, shown, words
from .memo import write_memo


@dataclass(frozen=True)
class Study:
    """A question to several runs, answered.

    ``tables`` are DataFrames by name; ``command`` is the Python that asks it again.
    """

    finding: StudyResult
    command: str

    @property
    def id(self) -> str:
        """Its identity: what it computes, not when, where or how fast."""
        return self.finding.study.id

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Its tables by name, as they lie in its folder."""
        return {name: round_table(table) for name, table in self.finding.study.tables.items()}

    def sentences(self, lang: Language = "en") -> list[str]:
        """What it says in words."""
        return [
            as_sentence(part) for part in self.finding.told(lang) if not isinstance(part, Table)
        ]

    def plot(self, lang: Language = "en", width: Width = "page") -> Chart:
        """Its chart, the same as the one in its folder."""
        with tempfile.TemporaryDirectory(prefix="opvangsim-") as keeper:
            place = Path(keeper) / self.finding.folder
            write_study(self.finding.study, place, command=self.command)
            told = read_study(place)
            if not shown(told):
                usage_error("plot", "there is nothing in it to be drawn", "look at its tables")
            figure = drawn(told, lang, width)
            text = words(told, lang)
        return Chart(figure, title_of(figure), text, width, stamp_of(dict(told.record)))

    def write(self, folder: str | Path | None = None, lang: Language = "en") -> Path:
        """Write its folder (by default ``outputs/...``); raises ``ScenarioError`` if it can't be.

        It is what the command line writes: tables, charts, scenarios, and a record.
        """
        place = Path(folder) if folder is not None else Path("outputs") / self.finding.folder
        write(self.finding, place, lang, self.command)
        return place

    def memo(self, file: str | Path, lang: Language = "en") -> Path:
        """Write a memo of two pages with an annex; raises ``ScenarioError`` if there is none."""
        with tempfile.TemporaryDirectory(prefix="opvangsim-") as keeper:
            folder = self.write(Path(keeper) / self.finding.folder, lang)
            return write_memo(folder, Path(file), lang)

    def __repr__(self) -> str:
        return f"Study({self.finding.study.kind}: {self.finding.study.name})\n{self._text()}"

    def _repr_html_(self) -> str:
        study = self.finding.study
        told = f"{study.settings.replications} replications, seed {study.settings.seed}"
        return heading(study.name, f"{study.kind}, {told}, {study.id}") + as_html(self._parts())

    def _parts(self) -> list[Any]:
        return self.finding.told("en")

    def _text(self) -> str:
        return as_text(self._parts())


def study_of(finding: StudyResult, command: str) -> Study:
    """A finding with the Python that asked for it."""
    return Study(finding, command)

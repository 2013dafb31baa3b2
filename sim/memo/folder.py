"""A finished folder of any kind, read file by file, each known to be the one that was written."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import Problem, ScenarioError
from ..exchange.finished import checked, read_record, stamp_of, told_of
from ..report.labels import Language
from ..report.redrawn import Told
from ..scenario import Scenario, load
from ..stamp import Stamp

KINDS = ("run", "comparison", "explanation", "answers")
"""Kinds of folders that a memo is made of."""
_ASKED: dict[str, set[str]] = {
    "run": set(),
    "comparison": {"base", "others"},
    "explanation": {"cell", "factors"},
    "answers": {"questions", "lang"},
}
_OPTIONS = {"replications", "seed", "step", "vary"}


@dataclass(frozen=True)
class Folder:
    """Where it lies, and its record."""

    path: Path
    record: dict[str, Any]

    @property
    def stamp(self) -> Stamp:
        """Where everything made of it comes from."""
        return stamp_of(self.record)

    @property
    def lang(self) -> Language:
        """The language it was made in: that of its pages, or of the command that made it."""
        words = [*shlex.split(self.record.get("command", "")), ""]
        said = [after if word == "--lang" else word.partition("=")[2]
                for word, after in pairwise(words) if word.split("=")[0] == "--lang"]  # fmt: skip
        told = self.record.get("asked", {}).get("lang", said[-1] if said else "en")
        return "nl" if told == "nl" else "en"

    def table(self, name: str) -> pd.DataFrame:
        """A table of numbers."""
        return pd.read_csv(checked(self.path, self.record, name))

    @property
    def told(self) -> Told:
        """A study as it is drawn again."""
        return told_of(self.path, self.record)

    def text(self, name: str) -> str:
        """A page."""
        return checked(self.path, self.record, name).read_text("utf-8")

    def scenario(self, name: str) -> Scenario:
        """One of the scenarios of a study, with every number it used."""
        file = f"scenarios/{name}.resolved.yaml"
        return load(checked(self.path, self.record, file))


def open_folder(path: Path) -> Folder:
    """The folder of a run or a study; raises ``ScenarioError`` if no memo can be made of it."""
    record = read_record(path)
    kind = record["kind"]
    if kind not in KINDS:
        what = f"no memo is made of the folder of '{kind}'"
        raise ScenarioError([Problem(str(path), what, f"give one of {', '.join(KINDS)}")])
    needed = {"options", "versions"} | ({"scenario"} if kind == "run" else {"scenarios", "asked"})
    whole = needed <= set(record) and set(record["options"]) >= _OPTIONS
    if not whole or not set(record.get("asked", {})) >= _ASKED[kind]:
        what = "this record lacks what a memo needs"
        raise ScenarioError([Problem(str(path / "run.json"), what, "make the folder again")])
    return Folder(path, record)

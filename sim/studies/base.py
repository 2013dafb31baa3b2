"""What came of a question to several runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ..report.i18n import Language
from ..results.experiment import Progress
from ..runs.study_folder import Study, write_study
from .charts import write as draw

Watch = Callable[[str, int], Any]
"""Given a name and a total, a context that gives what to call with (done, total), or None."""


@dataclass(frozen=True)
class StudyResult:
    """A study, the folder it is written to by default, and how it is told.

    ``inputs`` are the hashes of the texts its scenarios were read from, by name; ``told`` gives
    tables and sentences in a language.
    """

    study: Study
    folder: str
    inputs: Mapping[str, str]
    told: Callable[[Language], list[Any]]


def write(finding: StudyResult, folder: Path, lang: Language, command: str) -> None:
    """Write its folder; raises ``ScenarioError`` if that can't be."""
    drawn = partial(draw, lang=lang)
    write_study(finding.study, folder, drawn, finding.inputs, command, lang)


def no_progress(_name: str, _total: int) -> Any:
    """Tells nobody how far the work is."""
    from contextlib import nullcontext

    nothing: Progress | None = None
    return nullcontext(nothing)

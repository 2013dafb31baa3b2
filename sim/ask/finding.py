"""What came of a question to several runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ..report.labels import Language
from ..report.redrawn import write as draw
from ..run.study import Study, write_study
from ..trial import Progress

Watch = Callable[[str, int], Any]
"""Given a name and a total, a context that gives what to call with (done, total), or None."""


@dataclass(frozen=True)
class Finding:
    """A study, the folder it is written to by default, and how it is told.

    ``told`` gives tables and sentences in a language.
    """

    study: Study
    folder: str
    inputs: Sequence[Path]
    told: Callable[[Language], list[Any]]


def write(finding: Finding, folder: Path, lang: Language, command: str) -> None:
    """Write its folder; raises ``ScenarioError`` if that can't be."""
    write_study(finding.study, folder, partial(draw, lang=lang), finding.inputs, command)


def silent(_name: str, _total: int) -> Any:
    """Tells nobody how far the work is."""
    from contextlib import nullcontext

    nothing: Progress | None = None
    return nullcontext(nothing)

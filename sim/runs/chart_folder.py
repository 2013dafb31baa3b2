"""The folder of a run's charts, beside the run: the run's own folder stays as its record has it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import Problem, ScenarioError
from .atomic import disk_problem, exclusive_folder, refuse_link
from .folder import replace_folder
from .manifest import digest, kind_of, read_record, write_record
from .provenance import Provenance, mark_charts

KIND = "charts"


def beside(*runs: Path) -> Path:
    """The folder for charts, if none is named: outputs/baseline-charts, beside the first run."""
    first = runs[0] if runs[0].name not in ("", "..") else runs[0].resolve()
    return first.with_name("+".join(run.resolve().name for run in runs) + f"-{KIND}")


def write_charts(
    folder: Path, draw: Callable[[Path], None], stamp: Provenance, command: str, *runs: Path
) -> None:
    """Write the charts that ``draw`` puts into a folder it is given, each with its stamp.

    Charts of the same runs that are there already, in another language or width, stay; those of
    other runs go. Whole or not at all. Raises ``ScenarioError`` if the folder is or lies in that
    of a run or a study, if it holds something that is not ours, or can't be written.
    """
    for run in runs:
        if folder.resolve().is_relative_to(run.resolve()):
            what = "this lies in the folder of the run, whose record tells each file in it"
            raise ScenarioError([Problem(str(folder), what, "give a folder beside it with -o")])
    kind, before = kind_of(folder), _record(folder)
    if kind not in (None, KIND):
        what = f"this is the folder of a {kind}, not of charts"
        raise ScenarioError([Problem(str(folder), what, "give another folder with -o")])
    with replace_folder(folder) as staging:
        draw(staging)
        mark_charts(staging, stamp)
        if before is not None and before["of"] == stamp.run:
            _keep(before, folder, staging)
        record = {"kind": KIND, "of": stamp.run, "scenario": stamp.scenario, "command": command}
        write_record(staging, record)


def write_files(folder: Path, draw: Callable[[Path], None], stamp: Provenance) -> None:
    """Write the files that ``draw`` puts into a folder it is given, each with its stamp.

    What else the folder holds stays. Each file is whole or not there. Raises ``ScenarioError`` if
    the folder can't be written.
    """
    try:
        with exclusive_folder(folder / f".{KIND}.partial", folder) as aside:
            staging = aside / "new"
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir()
            try:
                draw(staging)
                mark_charts(staging, stamp)
                names = sorted(file.name for file in staging.iterdir())
                for name in names:
                    refuse_link(folder / name)
                for name in names:
                    os.replace(staging / name, folder / name)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise ScenarioError([disk_problem(folder, error)]) from None


def _record(folder: Path) -> dict[str, Any] | None:
    """The record of charts that are there already, if it is whole."""
    try:
        return read_record(folder)
    except ScenarioError:
        return None


def _keep(before: dict[str, Any], folder: Path, staging: Path) -> None:
    """Take along what was drawn before and is as it was."""
    for name, known in before["files"].items():
        old, new = folder / name, staging / name
        # All charts lie in the folder itself: a name that leads elsewhere is none of ours.
        if old.parent != folder or old.is_symlink() or name in ("", ".", ".."):
            continue
        if not new.exists() and old.is_file() and digest(old) == known:
            shutil.copy2(old, new)

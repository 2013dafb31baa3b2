"""Write charts: a folder of them with a manifest, or single files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..errors import Problem, ScenarioError
from .atomic import (
    PARTIAL,
    WRITING,
    disk_problem,
    exclusive_folder,
    refuse_link,
    sync_folder,
    sync_tree,
)
from .folder import replace_folder
from .manifest import digest, read_manifest, refuse_other_kind, write_manifest
from .provenance import MARKERS, Provenance, find_in_chart, mark_charts

KIND = "charts"
Draw = Callable[[Path], None]
"""Writes charts into a folder."""


def beside(*runs: Path) -> Path:
    """Return the default chart folder, beside the first run: ``outputs/baseline-charts``."""
    first = runs[0] if runs[0].name not in ("", "..") else runs[0].resolve()
    return first.with_name("+".join(run.resolve().name for run in runs) + f"-{KIND}")


def write_charts(
    folder: Path, draw: Draw, stamp: Provenance, command: str, *runs: Path, kind: str = KIND
) -> None:
    """Write a folder of charts, each with its provenance, and its manifest.

    Charts of the same runs that are in the folder, in another language or width, stay; those of
    other runs are replaced. ``runs`` are the folders that the charts are made of. Raises
    ``ScenarioError`` if the folder is or lies in one of these, can't be written, or holds
    something that is not a folder of ours of this ``kind``.
    """
    for run in runs:
        if Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(run)):
            what = "this is inside the folder of the run, whose manifest lists every file in it"
            raise ScenarioError([Problem(str(folder), what, "give a folder beside it with -o")])
    refuse_other_kind(folder, kind)
    previous = _manifest(folder)
    with replace_folder(folder) as staging:
        draw(staging)
        mark_charts(staging, stamp)
        if previous is not None and previous["of"] == stamp.run:
            _keep_previous(previous["files"], folder, staging)
        manifest = {"kind": kind, "of": stamp.run, "scenario": stamp.scenario, "command": command}
        write_manifest(staging, manifest)


def write_chart_files(folder: Path, draw: Draw, stamp: Provenance) -> None:
    """Write single charts and their texts, with provenance, into a folder of other files.

    A file is replaced only if it is a chart of ours, or the text of one, that nobody changed.
    Each file is replaced as a whole. Raises ``ScenarioError`` if a file may not be replaced or
    the folder can't be written.
    """
    try:
        with exclusive_folder(folder / f".{KIND}{PARTIAL}", folder) as partial:
            staging = partial / WRITING
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir()
            try:
                draw(staging)
                mark_charts(staging, stamp)
                # Texts first: the chart holds the checksum by which its text is known.
                files = sorted(staging.iterdir(), key=lambda file: (file.suffix in MARKERS, file))
                _refuse_foreign_files(folder, files)
                sync_tree(staging)
                for file in files:
                    os.replace(file, folder / file.name)
                sync_folder(folder)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise ScenarioError([disk_problem(folder, error)]) from None


def _refuse_foreign_files(folder: Path, files: Iterable[Path]) -> None:
    """Refuse to replace a file that is not ours, or that was changed."""
    what = "this file already exists and is not an unchanged chart written by opvangsim"
    problems = []
    for file in files:
        target = folder / file.name
        refuse_link(target)
        if target.exists() and not _may_replace(target, file):
            problems.append(Problem(str(target), what, "choose another name, or remove it"))
    if problems:
        raise ScenarioError(problems)


def _may_replace(target: Path, file: Path) -> bool:
    if not target.is_file():
        return False
    if digest(target) == digest(file):
        return True
    if file.suffix in MARKERS:
        found = find_in_chart(target.read_bytes())
        return found is not None and found.intact
    charts = (target.with_suffix(suffix) for suffix in MARKERS)
    checks = [find_in_chart(chart.read_bytes()) for chart in charts if chart.is_file()]
    return digest(target) in [found.text for found in checks if found is not None]


def _manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of charts that are there already, if it is valid."""
    try:
        return read_manifest(folder)
    except ScenarioError:
        return None


def _keep_previous(files: dict[str, str], folder: Path, staging: Path) -> None:
    """Copy earlier charts that nobody changed and that were not drawn again."""
    for name, known in files.items():
        old, new = folder / name, staging / name
        if not new.exists() and old.is_file() and not old.is_symlink() and digest(old) == known:
            shutil.copy2(old, new)

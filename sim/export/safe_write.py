"""Write a file atomically, and never over anything but an unchanged file of ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..errors import Message, Problem, ScenarioError
from ..log import timed
from ..runs.atomic import disk_problem, refuse_link, write_atomic
from .provenance import find


def write_file(file: Path, data: bytes) -> None:
    """Write a file completely or not at all.

    An existing file is replaced only if it is one of ours that nobody has changed since. Links,
    devices and pipes are refused. Raises ``ScenarioError`` if the file may not be replaced or
    can't be written.
    """
    write_files({file: data})


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write files that belong together, as ``write_file`` does; none if one may not be replaced."""
    with timed("write", ", ".join(map(str, files))):
        for step in (_check_target, write_atomic):
            for file, data in files.items():
                try:
                    step(file, data)
                except OSError as error:
                    raise ScenarioError([disk_problem(file, error)]) from None


def _check_target(file: Path, data: bytes) -> None:
    refuse_link(file)
    if file.is_dir():
        raise ScenarioError([Problem(str(file), "this is a folder", "name a file")])
    if not file.absolute().parent.is_dir():
        what: str = Message("there is no folder {folder}", folder=file.parent)
        raise ScenarioError([Problem(str(file), what, "create it first")])
    if file.exists() and not _is_replaceable(file, data):
        what = "this file already exists and is not an unchanged export written by opvangsim"
        raise ScenarioError([Problem(str(file), what, "choose another name, or remove it")])


def _is_replaceable(file: Path, data: bytes) -> bool:
    if not file.is_file():
        return False
    try:
        if file.read_bytes() == data:
            return True
        return find(file).intact
    except (OSError, ScenarioError):
        return False

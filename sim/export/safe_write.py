"""A file in its place: written aside, then moved, and nobody's work is written over."""

from __future__ import annotations

from pathlib import Path

from ..errors import Problem, ScenarioError
from ..runs.atomic import disk_problem, refuse_link, write_atomic
from .provenance import find


def place(file: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    A file that is there already is replaced only if it is one of ours that nobody changed since; a
    link is not followed, and a device or a pipe is no file. Raises ``ScenarioError`` if it may not
    be replaced or can't be written.
    """
    try:
        refuse_link(file)
        _refuse_what_is_there(file, data)
        write_atomic(file, data)
    except OSError as error:
        raise ScenarioError([disk_problem(file, error)]) from None


def _refuse_what_is_there(file: Path, data: bytes) -> None:
    if file.is_dir():
        raise ScenarioError([Problem(str(file), "this is a folder", "name a file")])
    if not file.absolute().parent.is_dir():
        what = f"there is no folder {file.parent}"
        raise ScenarioError([Problem(str(file), what, "make it first")])
    if file.exists() and not _may_go(file, data):
        what = "this file is there already, and is no export of ours as it was written"
        raise ScenarioError([Problem(str(file), what, "choose another name, or remove it")])


def _may_go(file: Path, data: bytes) -> bool:
    if not file.is_file():
        return False
    try:
        if file.read_bytes() == data:
            return True
        return find(file).intact
    except (OSError, ScenarioError):
        return False

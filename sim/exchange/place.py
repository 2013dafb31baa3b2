"""A file in its place: written aside, then moved, and nobody's work is written over."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from ..errors import Problem, ScenarioError
from .whence import find


def place(file: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    A file that is there already is replaced only if it is one of ours that nobody changed since.
    Raises ``ScenarioError`` if it is not, or if the file can't be written.
    """
    if file.is_dir():
        raise ScenarioError([Problem(str(file), "this is a folder", "name a file")])
    if not file.absolute().parent.is_dir():
        what = f"there is no folder {file.parent}"
        raise ScenarioError([Problem(str(file), what, "make it first")])
    if file.exists() and not _may_go(file, data):
        what = "this file is there already, and is no export of ours as it was written"
        raise ScenarioError([Problem(str(file), what, "choose another name, or remove it")])
    aside = file.absolute().parent / f".{file.name}.{secrets.token_hex(4)}.partial"
    try:
        aside.write_bytes(data)
        os.replace(aside, file)
    except OSError as error:
        what = f"can't be written: {error.strerror or error}"
        raise ScenarioError([Problem(str(file), what, "choose another place")]) from None
    finally:
        aside.unlink(missing_ok=True)


def _may_go(file: Path, data: bytes) -> bool:
    try:
        if file.read_bytes() == data:
            return True
        return find(file).intact
    except (OSError, ScenarioError):
        return False

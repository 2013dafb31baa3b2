"""Folders that are whole or not there: written aside, then moved into place."""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import Problem, ScenarioError
from .atomic import alone, aside_of, disk_problem, refuse_link
from .manifest import kind_of

_HERE, _EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of Linux."""


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A folder to write in, which takes the place of ``folder`` once all went well.

    ``folder`` is replaced only if it is empty or holds our ``run.json``. Whatever goes wrong, what
    was there stays and nothing half-written is left; what a killed process left is taken away.
    Raises ``ScenarioError``, also if another process is writing the same folder.
    """
    folder = folder.absolute()
    try:
        refuse_link(folder)
        _refuse_foreign(folder)
        with alone(aside_of(folder), folder) as aside:
            staging, old = aside / "new", aside / "old"
            if old.exists() and not folder.exists():
                old.rename(folder)
            for left_over in (staging, old):
                if left_over.exists():
                    shutil.rmtree(left_over)
            staging.mkdir()
            try:
                yield staging
                _move(staging, folder, old)
            finally:
                if old.exists() and not folder.exists():
                    old.rename(folder)
    except OSError as error:
        raise ScenarioError([disk_problem(folder, error)]) from error


def _move(staging: Path, folder: Path, old: Path) -> None:
    """Put a new folder in its place, and what was there aside: at once where the disk can do that.

    Where it can't, one that is killed in between leaves the old one aside, and the next puts it
    back.
    """
    if not folder.exists():
        staging.rename(folder)
    elif not exchanged(staging, folder):
        folder.rename(old)
        staging.rename(folder)


def exchanged(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; false if the system or the disk can't."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done: int = call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    return done == 0


def _refuse_foreign(folder: Path) -> None:
    if Path.cwd().is_relative_to(folder.resolve()):
        what = "this folder holds the one you are in"
        raise ScenarioError([Problem(str(folder), what, "give a folder below this one")])
    if folder.is_dir() and any(folder.iterdir()):
        if kind_of(folder) is None:
            what = "this folder holds something that is not a run of ours"
            raise ScenarioError([Problem(str(folder), what, "give another folder with --out")])
    elif folder.exists() and not folder.is_dir():
        raise ScenarioError(
            [Problem(str(folder), "this is a file, not a folder", "give a folder with --out")]
        )

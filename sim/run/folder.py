"""Folders that are whole or not there: written aside, then moved into place."""

from __future__ import annotations

import errno
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import Problem, ScenarioError
from .record import kind_of


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A folder to write in, which takes the place of ``folder`` once all went well.

    ``folder`` is replaced only if it is empty or holds our ``run.json``. Whatever goes wrong, what
    was there stays and nothing half-written is left. Raises ``ScenarioError``.
    """
    folder = folder.absolute()
    _refuse_foreign(folder)
    mark = f".{folder.name}.{secrets.token_hex(4)}"
    staging, old = folder.parent / f"{mark}.partial", folder.parent / f"{mark}.old"
    try:
        staging.mkdir(parents=True)
        yield staging
        if folder.exists():
            folder.rename(old)
        staging.rename(folder)
    except OSError as error:
        raise ScenarioError([disk_problem(folder, error)]) from error
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(staging, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


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


def disk_problem(folder: Path, error: OSError) -> Problem:
    """What a failed write means to the user."""
    if error.errno == errno.ENOSPC:
        return Problem(str(folder), "the disk is full", "make room, or give another --out")
    reason = error.strerror or str(error)
    return Problem(str(folder), f"can't be written: {reason}", "give another folder with --out")

"""Atomic file writes: write a temporary file under a lock, then rename it.

Temporary files are in a hidden folder whose name follows from the target, so that the next writer
finds what a killed one left. A lock tells that from the work of a process that is still running.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import Problem, ScenarioError

PARTIAL = ".partial"
LOCK = "lock"
LOCK_TIMEOUT_SECONDS = 3.0
"""A command that is being stopped holds its lock until it has cleaned up."""


def partial_path(target: Path) -> Path:
    """Return the hidden folder beside a file or folder in which it is written."""
    return target.parent / f".{target.name}{PARTIAL}"


def write_atomic(file: Path, data: bytes) -> None:
    """Replace a file as a whole and force it to disk; on failure, keep what was there.

    A symbolic link is refused, since its target was not named. Raises ``OSError`` if the file
    can't be written, ``ScenarioError`` if it is a link or another process is writing it.
    """
    refuse_link(file)
    with exclusive_folder(partial_path(file), file) as folder:
        temporary = folder / "file"
        try:
            with temporary.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@contextmanager
def exclusive_folder(folder: Path, target: Path) -> Iterator[Path]:
    """Yield a working folder that no other process uses; ``target`` is what it is for.

    Anything in it at the start was left by a killed process. The folder is removed at the end if
    the caller leaves it empty. Raises ``ScenarioError`` if another process is using it.
    """
    refuse_link(folder)
    lock = FileLock(folder / LOCK, timeout=LOCK_TIMEOUT_SECONDS)
    while not lock.is_locked:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            # The previous holder may remove the folder between these two steps.
            with suppress(FileNotFoundError):
                lock.acquire()
        except Timeout:
            what = "another process is writing here"
            advice = "wait until it is done, or write to another place"
            raise ScenarioError([Problem(str(target), what, advice)]) from None
    try:
        yield folder
    finally:
        # On Windows an open file can't be removed: there the lock removes it on release.
        with suppress(OSError):
            (folder / LOCK).unlink()
        lock.release()
        with suppress(OSError):
            folder.rmdir()


def sync_folder(folder: Path) -> None:
    """Force the names of what is in a folder to disk, where the system lets a folder be opened."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except PermissionError:  # Windows
        return
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def refuse_link(path: Path) -> None:
    """Refuse to write to a symbolic link, since its target was not named."""
    if path.is_symlink():
        what = f"this is a link to {os.readlink(path)!r}"
        raise ScenarioError([Problem(str(path), what, "name the place itself, or another one")])


def disk_problem(path: Path, error: OSError) -> Problem:
    """Return the message for the user about a failed write."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem(str(path), "the disk is full", "make room, or give another --out")
    reason = error.strerror or str(error)
    return Problem(str(path), f"can't be written: {reason}", "give another place with --out")

"""Files that are whole or not there: written aside under a lock, then moved into their place.

What stands aside has a name that follows from the place, so that the next one to write there finds
what a killed one left, and takes it away; a lock tells it from the work of one that still lives.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..errors import Problem, ScenarioError

ASIDE = ".partial"
PATIENCE_SECONDS = 3.0
"""Workers of a run that was killed hold its lock until they notice, which takes them a second."""
_PAUSE_SECONDS = 0.05


def partial_path(place: Path) -> Path:
    """Where something is written before it is moved to its place: beside it, and hidden."""
    return place.parent / f".{place.name}{ASIDE}"


def write_atomic(file: Path, data: bytes) -> None:
    """Put a file in its place, whole and on disk, or leave what is there.

    A link is refused, since what it leads to was not named. Raises ``OSError`` if the file can't
    be written, ``ScenarioError`` if it is a link or another process is writing it.
    """
    refuse_link(file)
    aside = partial_path(file)
    with _locked(aside, file) as stream:
        try:
            stream.truncate(0)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
            os.replace(aside, file)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise


@contextmanager
def exclusive_folder(aside: Path, place: Path) -> Iterator[Path]:
    """Yield a folder that no other process works in; ``place`` is what it is for.

    What is in it at first was left by a killed process. It is removed afterwards if the caller
    leaves it empty. Raises ``ScenarioError`` if another process works in it.
    """
    refuse_link(aside)
    lock = aside / "lock"
    with _locked(lock, place):
        try:
            yield aside
        finally:
            with suppress(OSError):
                lock.unlink()
                aside.rmdir()


def refuse_link(place: Path) -> None:
    """Refuse to write where a link stands: what it leads to was not named."""
    if place.is_symlink():
        what = f"this is a link to {os.readlink(place)!r}"
        raise ScenarioError([Problem(str(place), what, "name the place itself, or another one")])


@contextmanager
def _locked(file: Path, place: Path) -> Iterator[BinaryIO]:
    """A file that is open for this process alone; made, with its folder, if it is not there."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            stream = os.fdopen(os.open(file, _HOW, 0o666), "wb")
        except FileNotFoundError:
            continue  # The one before us has just taken its folder away.
        with stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    what = "another process is writing here"
                    advice = "wait until it is done, or write to another place"
                    raise ScenarioError([Problem(str(place), what, advice)]) from None
                time.sleep(_PAUSE_SECONDS)
                continue
            if _is_at(stream, file):
                yield stream
                return


_HOW = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


def _is_at(stream: BinaryIO, file: Path) -> bool:
    """Whether an open file still stands where it was opened, and was not moved or taken away."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), os.stat(file))
    except FileNotFoundError:
        return False


def disk_problem(place: Path, error: OSError) -> Problem:
    """What a failed write means to the user."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem(str(place), "the disk is full", "make room, or give another --out")
    reason = error.strerror or str(error)
    return Problem(str(place), f"can't be written: {reason}", "give another place with --out")

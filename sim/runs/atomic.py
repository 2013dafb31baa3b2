"""Atomic writes: write under a temporary name, force it to disk, then rename it, under a lock.

Temporary files are in a hidden working folder beside the target, whose name follows from it, so
that the next writer finds what a killed one left. The lock in it tells that from the work of a
process that is still running, and a folder of ours from one of the user: a working folder is ours
if it holds the lock and nothing but what is named here.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import Message, Problem, ScenarioError, reason_of

MOST_LEVELS = 200
"""Most folders, one in another, that a path may have: each takes a level of recursion to make."""
PARTIAL = ".partial"
LOCK = "opvangsim.lock"
LOCK_CONTENT, LOCK_BYTES = re.compile(rb"\d+\n|\Z"), 1000
FILE, WRITING, READY, OLD = "file", "writing", "ready", "old"
"""What a working folder may hold: a file being written, and folders while they are exchanged."""
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
        replace_file(file, data, folder)


def replace_file(file: Path, data: bytes, working: Path) -> None:
    """Replace a file as a whole and force it to disk; it is written in a working folder."""
    temporary = working / FILE
    # Nothing is written through a link or into an open file that a killed process left.
    temporary.unlink(missing_ok=True)
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)


def move(source: Path, target: Path) -> None:
    """Rename a file or folder, and force both names to disk; its content must be there already."""
    source.rename(target)
    for folder in {target.parent, source.parent}:
        sync_folder(folder)


def sync_tree(folder: Path) -> None:
    """Force all files and folders below a folder to disk, and itself."""
    for below, _, names in walk_up(folder):
        for name in names:
            # Windows forces a file to disk only through a handle that may write.
            _sync(Path(below, name), os.O_RDONLY if os.name == "posix" else os.O_RDWR)
        sync_folder(Path(below))


def walk_up(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Walk below a folder from the bottom up; what can't be read is an error, and not left out."""

    def refuse(error: OSError) -> None:
        raise error

    return os.walk(folder, topdown=False, onerror=refuse)


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to disk, where a folder can be opened (not on Windows)."""
    if hasattr(os, "O_DIRECTORY"):
        # Who may write in a folder may not always read it, and not all network disks can do this.
        with suppress(PermissionError):
            _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    opened = os.open(path, flags)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(opened)


@contextmanager
def exclusive_folder(folder: Path, target: Path) -> Iterator[Path]:
    """Yield a working folder that no other process uses; ``target`` is what it is for.

    Anything in it at the start was left by a killed process. The folder is removed at the end if
    the caller leaves it empty. Raises ``ScenarioError`` if another process is using it, or if it
    holds anything that this program did not put there.
    """
    lock = FileLock(folder / LOCK, timeout=LOCK_TIMEOUT_SECONDS)
    while not lock.is_locked:
        _refuse_foreign(folder)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            # The previous holder may remove the folder between these two steps.
            with suppress(FileNotFoundError):
                lock.acquire()
        except Timeout:
            what = "another process is writing here"
            advice = "wait until it is finished, or write elsewhere"
            raise ScenarioError([Problem(str(target), what, advice)]) from None
    try:
        yield folder
    finally:
        with suppress(OSError):
            # The lock stays with what is left: it says whose that is.
            if os.listdir(folder) == [LOCK]:
                (folder / LOCK).unlink()
        # On Windows an open file can't be removed: there the lock removes it on release.
        lock.release()
        with suppress(OSError):
            folder.rmdir()


def _refuse_foreign(folder: Path) -> None:
    """Refuse a working folder that this program did not make, or that holds something else."""
    advice = "move what you need out of it, then remove it"
    refuse_link(folder)
    if folder.exists() and not folder.is_dir():
        what = "this name is needed for a folder in which the results are written"
        raise ScenarioError([Problem(str(folder), what, "move or rename it")])
    found: list[os.DirEntry[str]] = []
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        found = list(entries)
    known = (LOCK, FILE, WRITING, READY, OLD) if any(map(_is_lock, found)) else ()
    unknown = sorted(one.name for one in found if one.name not in known or one.is_symlink())
    if unknown:
        what = Message(
            "this holds '{name}', which this version of opvangsim did not put there",
            name=unknown[0],
        )
        raise ScenarioError([Problem(str(folder), what, advice)])


def _is_lock(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a lock: empty, or naming its process where a system has none."""
    if entry.name != LOCK:
        return False
    try:
        is_small = entry.is_file(follow_symlinks=False) and entry.stat().st_size < LOCK_BYTES
        return is_small and LOCK_CONTENT.match(Path(entry.path).read_bytes()) is not None
    except FileNotFoundError:
        # The process that held it is done.
        return True


def refuse_link(path: Path) -> None:
    """Refuse to write to a symbolic link, since its target was not named, or below many folders."""
    if len(path.parts) > MOST_LEVELS:
        what = Message("these are {count} folders, one in another", count=len(path.parts))
        raise ScenarioError(
            [Problem(f"{path.parts[0]}...", what, Message("at most {most}", most=MOST_LEVELS))]
        )
    if path.is_symlink():
        what = Message("this is a link to {target!r}", target=os.readlink(path))
        raise ScenarioError([Problem(str(path), what, "name the place itself, or another one")])


def disk_problem(path: Path, error: OSError) -> Problem:
    """Return the message for the user about a failed write."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem(str(path), "the disk is full", "free disk space, or give another --out")
    what = Message("can't be written: {reason}", reason=reason_of(error))
    return Problem(str(path), what, "give another place with --out")

"""Faults made on purpose: a process of its own that is killed, has no room, or may not write.

``forked`` runs a function in a copy of this process, so that nothing has to be imported anew; what
happens to that copy (a kill, a disk of its own, another user) happens to nobody else.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import io
import json
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from support import Done

from sim.cli import main

FEW = ("--replications", "2", "--step", "week", "--workers", "1")
SHORT = ("run", "baseline", *FEW, "--until", "2025-01-31", "--no-charts")
ANSWER = ("answer", "33", *FEW)
DESIGN = """
scenario: baseline
design: grid
keys: {housing.homes: {values: [20000, 30000]}}
record: ["occupancy.total.2025:mean"]
replications: 1
until: 2025-02-07
"""
"""The design of a small sweep."""
Result = TypeVar("Result")
KILLED = -signal.SIGKILL
_NEW_MOUNTS, _NEW_USERS = 0x00020000, 0x10000000
_READ_ONLY, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 1, 32, 4096, 16384, 1 << 18
TOUCHES = (
    "open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.scandir",
    "os.listdir", "os.link", "os.symlink", "os.chmod", "fcntl.flock", "fcntl.lockf", "fsync",
    "ctypes.dlsym",
)  # fmt: skip
"""Calls to the file system, as Python tells of them before it makes them."""


@dataclass(frozen=True)
class Ended(Generic[Result]):
    """How a copy of this process ended: 0 with what it gives, or the signal (below 0)."""

    code: int
    value: Result | None

    @property
    def given(self) -> Result:
        """What it gives."""
        assert self.value is not None, f"it ended with {self.code}"
        return self.value


def forked(work: Callable[[], Result]) -> Ended[Result]:
    """Do some work in a copy of this process."""
    return begun(work)()


def begun(work: Callable[[], Result]) -> Callable[[], Ended[Result]]:
    """Begin some work in a copy of this process, and give what waits for its end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 0
        try:
            data = pickle.dumps(work())
        except BaseException:
            code, data = 1, traceback.format_exc().encode()
        with os.fdopen(writing, "wb") as stream:
            stream.write(data)
        os._exit(code)
    os.close(writing)

    def ended() -> Ended[Result]:
        with os.fdopen(reading, "rb") as stream:
            data = stream.read()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code != 1, data.decode()
        return Ended(code, pickle.loads(data) if code == 0 else None)

    return ended


def said(*words: str) -> Done:
    """A command as its entry point takes it, in a copy of this process."""
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["opvangsim", *words]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


class Touches:
    """While it is open, ``before(number)`` is called before each touch of what is in a folder.

    For copies of this process only: what Python tells of can't be untold.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.count = 0
        self.before: Callable[[int], object] | None = None
        self._open = False

    def __enter__(self) -> Touches:
        fsync, self._open = os.fsync, True

        def noted(fd: Any) -> None:
            self._touch("fsync", ())
            fsync(fd)
            self._touch("fsync", ())

        os.fsync = noted
        sys.addaudithook(self._touch)
        return self

    def __exit__(self, *_error: object) -> None:
        self._open = False

    def _touch(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._open or event not in TOUCHES or self.before is None:
            return
        first = arguments[0] if arguments else ""
        where = os.fsdecode(first) if isinstance(first, str | bytes | os.PathLike) else ""
        if where.startswith("/") and not where.startswith(self.folder):
            return
        if event == "open" and not _writes(arguments):
            return
        self.count += 1
        self._open = False
        self.before(self.count)
        self._open = True


def _writes(arguments: tuple[Any, ...]) -> bool:
    mode, flags = arguments[1], arguments[2]
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def own_mounts() -> None:
    """From now on what this process mounts is there for it alone, and gone with it."""
    libc = ctypes.CDLL(None, use_errno=True)
    plain = os.geteuid() != 0
    user, group = os.geteuid(), os.getegid()
    _done(libc.unshare(_NEW_MOUNTS | (_NEW_USERS if plain else 0)))
    if plain:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _done(libc.mount(None, b"/", None, _RECURSIVE | _PRIVATE, None))


def small_disk(folder: Path, kilobytes: int = 1024) -> None:
    """Mount a disk of its own on a folder, of one megabyte."""
    own_mounts()
    libc = ctypes.CDLL(None, use_errno=True)
    _done(libc.mount(b"small", bytes(folder), b"tmpfs", 0, f"size={kilobytes}k".encode()))


def read_only(folder: Path) -> None:
    """Make a folder one that nobody can write, the superuser neither."""
    own_mounts()
    libc = ctypes.CDLL(None, use_errno=True)
    _done(libc.mount(bytes(folder), bytes(folder), None, _BIND, None))
    _done(libc.mount(None, bytes(folder), None, _BIND | _REMOUNT | _READ_ONLY, None))


def _done(code: int) -> None:
    if code != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def tree(folder: Path) -> dict[str, str]:
    """All files below a folder, hidden ones too, by their hash."""
    return {
        str(file.relative_to(folder)): digest(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def left_over(folder: Path) -> list[str]:
    """What lies about half-made."""
    return [
        str(file.relative_to(folder))
        for file in sorted(folder.rglob("*"))
        if any(mark in file.name for mark in (".partial", ".old", ".tmp"))
    ]


def seen_whole(folder: Path) -> str:
    """The identity of a folder of ours, whole to the last file; empty if it is not there."""
    if not folder.exists():
        return ""
    record = json.loads((folder / "run.json").read_text("utf-8"))
    files = {name: mark for name, mark in tree(folder).items() if name != "run.json"}
    assert record["files"] == files
    return json.dumps([record.get("id"), record.get("command"), sorted(files)])


def refused(done: Done, *parts: str) -> bool:
    """Whether a command was refused as a user's mistake, in one message that says all that."""
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "Traceback" not in done.stderr
    assert (done.returncode, len(errors)) == (2, 1), done
    assert all(part in done.stderr for part in parts), done.stderr
    return True

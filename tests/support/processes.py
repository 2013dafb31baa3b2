"""Faults made on purpose: a process of its own that is killed, has no room, or may not write.

``in_child_process`` runs a function in a copy of this process, so that nothing has to be imported
anew; a kill, a disk of its own or another user concern that copy alone.
"""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import pytest

Result = TypeVar("Result")
KILLED = -9
"""End of a process by ``SIGKILL``, which not every system has."""
_FAILED, _SKIPPED = 1, 3
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


def needs(*names: str) -> None:
    """Skip a test where the system lacks one of these, such as ``os.fork`` or ``symlinks``."""
    for name in names:
        module, _, attribute = name.partition(".")
        there = hasattr(sys.modules[module], attribute) if attribute else SYSTEM_HAS[name]()
        if not there:
            pytest.skip(f"this system has no {name}")


def _has_symlinks() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            Path(folder, "link").symlink_to("nothing")
        except (OSError, NotImplementedError):
            return False  # On Windows only for developers.
    return True


SYSTEM_HAS: dict[str, Callable[[], bool]] = {
    "symlinks": cache(_has_symlinks),
    "/dev and /proc": lambda: Path("/dev/zero").exists() and Path("/proc/self").exists(),
}


def in_child_process(work: Callable[[], Result]) -> Ended[Result]:
    """Do some work in a copy of this process."""
    return start_child_process(work)()


def start_child_process(work: Callable[[], Result]) -> Callable[[], Ended[Result]]:
    """Begin some work in a copy of this process, and give what waits for its end.

    A skip in the copy is one of the test.
    """
    needs("os.fork", "signal.SIGKILL")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 0
        # What the copy was born with is shared as long as it is not looked through for garbage.
        gc.freeze()
        try:
            data = pickle.dumps(work())
        except pytest.skip.Exception as skip:
            code, data = _SKIPPED, str(skip).encode()
        except BaseException:
            code, data = _FAILED, traceback.format_exc().encode()
        with os.fdopen(writing, "wb") as stream:
            stream.write(data)
        os._exit(code)
    os.close(writing)

    def ended() -> Ended[Result]:
        with os.fdopen(reading, "rb") as stream:
            data = stream.read()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code != _FAILED, data.decode()
        if code == _SKIPPED:
            pytest.skip(data.decode())
        return Ended(code, pickle.loads(data) if code == 0 else None)

    return ended


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
    """From now on what this process mounts is there for it alone, and gone with it.

    Skips where this may not be done, or can't: in a container, or where ``/`` is no mount point.
    """
    if sys.platform != "linux":
        pytest.skip("mounts of a process of its own: Linux only")
    libc = ctypes.CDLL(None, use_errno=True)
    plain = os.geteuid() != 0
    user, group = os.geteuid(), os.getegid()
    _done("own mounts", libc.unshare(_NEW_MOUNTS | (_NEW_USERS if plain else 0)))
    if plain:
        try:
            Path("/proc/self/setgroups").write_text("deny", encoding="utf-8")
            Path("/proc/self/uid_map").write_text(f"0 {user} 1", encoding="utf-8")
            Path("/proc/self/gid_map").write_text(f"0 {group} 1", encoding="utf-8")
        except OSError as error:
            pytest.skip(f"no own mounts on this machine: {error.strerror}")
    _done("own mounts", libc.mount(None, b"/", None, _RECURSIVE | _PRIVATE, None))


def small_disk(folder: Path, kilobytes: int = 1024) -> None:
    """Mount a disk of its own on a folder, of one megabyte."""
    own_mounts()
    libc = ctypes.CDLL(None, use_errno=True)
    size = f"size={kilobytes}k".encode()
    _done("small disk", libc.mount(b"small", bytes(folder), b"tmpfs", 0, size))


def read_only(folder: Path) -> None:
    """Make a folder one that nobody can write, the superuser neither."""
    own_mounts()
    libc = ctypes.CDLL(None, use_errno=True)
    what = "read-only folder"
    _done(what, libc.mount(bytes(folder), bytes(folder), None, _BIND, None))
    _done(what, libc.mount(None, bytes(folder), None, _BIND | _REMOUNT | _READ_ONLY, None))


def _done(what: str, code: int) -> None:
    if code != 0:
        pytest.skip(f"no {what} on this machine: {os.strerror(ctypes.get_errno())}")

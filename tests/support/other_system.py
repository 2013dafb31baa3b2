"""This machine as another system would be: without what POSIX alone has, and as strict as Windows.

``become`` is for a process of its own, before anything of the program is imported. It can't show
all of another system: that needs the system. It shows what a program takes for granted.

* Modules and attributes that POSIX alone has are not there.
* Text files are in the code page of Western Europe and end lines with CR LF, unless it is said.
* A file that is open, and a folder that holds one, can't be renamed, replaced or removed.
* A name is renamed to a free name only; a folder can't be opened.
* Names that Windows can't have are noted, in ``Witness``.
"""

from __future__ import annotations

import builtins
import errno
import io
import multiprocessing
import os
import shutil
import signal
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MODULES = ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty")
ATTRIBUTES = {
    os: (
        "O_DIRECTORY", "O_NOFOLLOW", "chown", "fork", "forkpty", "getegid", "geteuid", "getgid",
        "getpgid", "getuid", "killpg", "mkfifo", "posix_fadvise", "posix_fallocate",
        "sched_getaffinity", "sched_setaffinity", "setsid", "setuid", "statvfs", "wait4",
    ),
    signal: ("SIGALRM", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm", "setitimer"),
}  # fmt: skip
CODE_PAGE = "cp1252"
NOT_IN_NAMES = frozenset('<>:"|?*\\')


@dataclass
class Witness:
    """What a program did that another system would not let it do."""

    names: list[str] = field(default_factory=list)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        paths = arguments[:2] if event == "os.rename" else arguments[:1]
        if event not in ("open", "os.mkdir", "os.rename") or not isinstance(paths[0], str):
            return
        if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
        for path in paths:
            name = os.path.basename(path)
            if set(name) & NOT_IN_NAMES or name.strip(".") != name.lstrip(".") or name[-1:] == " ":
                self.names.append(path)


def become() -> Witness:
    """Make this process one on another system, as far as that goes."""
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for module, names in ATTRIBUTES.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    multiprocessing.set_start_method("spawn")
    warnings.filterwarnings("error", category=EncodingWarning, module=r"sim\b")
    _text_of_windows()
    _files_of_windows()
    witness = Witness()
    sys.addaudithook(witness)
    return witness


def _text_of_windows() -> None:
    plain = builtins.open
    os.linesep = "\r\n"

    def opened(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        if "b" not in mode:
            encoding = CODE_PAGE if encoding in (None, "locale") else encoding
            if newline is None and "r" not in mode:
                newline = "\r\n"
        return plain(file, mode, buffering, encoding, errors, newline, closefd, opener)

    builtins.open = io.open = opened


def _open_files() -> list[str]:
    """Files and folders that this process has open."""
    folder, found = "/proc/self/fd", []
    for name in os.listdir(folder):
        try:
            found.append(os.readlink(f"{folder}/{name}"))
        except OSError:
            continue  # That was the list itself.
    return found


def _files_of_windows() -> None:
    # Removing a tree goes by names where folders can't be opened.
    shutil._use_fd_functions = False  # type: ignore[attr-defined]

    def refuse_open(path: Any) -> None:
        if sys._getframe(2).f_globals["__name__"] == "tempfile":
            return  # Python's own ways of a temporary file, which elsewhere are others.
        place = os.path.abspath(os.fspath(path))
        if any(one == place or one.startswith(f"{place}/") for one in _open_files()):
            raise PermissionError(errno.EACCES, "used by a process", str(path))

    def guarded(plain: Callable[..., Any], *, free: bool = False) -> Callable[..., Any]:
        def call(path: Any, *more: Any, **options: Any) -> Any:
            refuse_open(path)
            if more and free and os.path.lexists(more[0]):
                raise FileExistsError(errno.EEXIST, "there already", str(more[0]))
            if more:
                refuse_open(more[0])
            return plain(path, *more, **options)

        return call

    os.rename = guarded(os.rename, free=True)
    for name in ("replace", "remove", "unlink", "rmdir"):
        setattr(os, name, guarded(getattr(os, name)))
    plain = os.open

    def opened(path: Any, flags: int, *more: Any, **options: Any) -> int:
        if isinstance(path, str | Path) and os.path.isdir(path):
            raise PermissionError(errno.EACCES, "a folder can't be opened", str(path))
        return plain(path, flags, *more, **options)

    os.open = opened

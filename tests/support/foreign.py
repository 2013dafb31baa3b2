"""Things that a user or another program may have put where this program writes."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

from support.folders import digest

OUTSIDE = "outside"
"""Folder beside the place of work, which links lead to."""


def _folder(path: Path) -> None:
    (path / "deep").mkdir(parents=True)
    (path / "mine.txt").write_text("mine")
    (path / "deep" / "mine.txt").write_text("mine, deeper")


def _file(path: Path) -> None:
    path.write_text("mine", encoding="utf-8")


def _manifest(path: Path) -> None:
    path.write_text('{"kind": "run", "schema": "v1", "files": ["mine.txt"]}', encoding="utf-8")


def _read_only(path: Path) -> None:
    path.write_text("mine", encoding="utf-8")
    path.chmod(0o444)


def _socket(path: Path) -> None:
    # A socket's name may have some hundred characters, less than the path of a test.
    before = Path.cwd()
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(before)


def _outside(path: Path, name: str) -> Path:
    """A file or folder of the user elsewhere, found from any place below the one of work."""
    place = next(one / OUTSIDE for one in path.parents if (one / OUTSIDE).is_dir())
    return place / name


KINDS: dict[str, Callable[[Path], None]] = {
    "file": _file,
    "empty file": lambda path: path.touch(),
    "read-only file": _read_only,
    "folder": _folder,
    "empty folder": lambda path: path.mkdir(),
    "link to a file": lambda path: path.symlink_to(_outside(path, "mine.txt")),
    "link to a folder": lambda path: path.symlink_to(_outside(path, "folder")),
    "dangling link": lambda path: path.symlink_to(_outside(path, "nothing")),
    "link to itself": lambda path: path.symlink_to(path.name),
    "pipe": os.mkfifo,
    "socket": _socket,
    "manifest of another tool": _manifest,
    "hard link": lambda path: path.hardlink_to(_outside(path, "mine.txt")),
}
"""Makers of foreign things at a path, by what they make."""
FILES = ("file", "empty file", "read-only file", "manifest of another tool", "hard link")


def make_outside(place: Path) -> Path:
    """Make what links lead to, in a folder beside or above all that is written."""
    folder = place / OUTSIDE
    folder.mkdir()
    (folder / "mine.txt").write_text("mine, elsewhere")
    _folder(folder / "folder")
    return folder


def seen(*paths: Path) -> dict[str, str]:
    """All entries at and below some paths: what each is and holds, links not followed."""
    found: dict[str, str] = {}
    for path in paths:
        if os.path.lexists(path):
            found[str(path)] = _state(path)
        if path.is_dir() and not path.is_symlink():
            found |= seen(*path.iterdir())
    return found


def _state(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return f"link to {os.readlink(path)}"
    if stat.S_ISREG(mode):
        return f"file {oct(stat.S_IMODE(mode))} {digest(path)}"
    return {stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}[
        stat.S_IFMT(mode)
    ]

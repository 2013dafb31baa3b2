"""The folder of a sweep: which files in it are the program's, and a lock for one sweep at a time.

While a sweep is under way ``sweep.json`` lists the files that it owns, with a checksum; once it is
finished ``run.json`` lists them. Parts are owned by their name, which holds the hash of the part.
Nothing else in the folder is replaced or deleted.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import Problem, ScenarioError
from ..runs.atomic import refuse_link
from ..runs.manifest import MANIFEST, has_valid_checksum, read_manifest, read_text, with_checksum

UNDER_WAY = "sweep.json"
LOCK = ".lock"
PARTS = "parts"
PARTIAL = ".partial"
FOLDERS = (PARTS, "failed", "scenarios")
PART = re.compile(r"\d{9}-[0-9a-f]{64}\.parquet")
_KIND, _FORM = "sweep under way", 1
_ADVICE = "give another folder with --out"


@contextmanager
def opened(folder: Path, names: Collection[str]) -> Iterator[None]:
    """Open a folder that this sweep alone writes to, and claim the first ``names`` in it.

    Raises ``ScenarioError`` if the folder is not a sweep's, or another sweep is at work in it.
    """
    for path in (folder, *(folder / name for name in (LOCK, *FOLDERS))):
        refuse_link(path)
    _refuse_foreign(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as lock:
        try:
            # A record lock: it goes with the process, and worker processes do not inherit it.
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            what = "another sweep is at work in this folder"
            raise ScenarioError(
                [Problem(str(folder), what, "wait for it, or give --out")]
            ) from None
        claim(folder, names)
        for name in owned(folder):
            _remove(folder / f"{name}{PARTIAL}")
        (folder / PARTS).mkdir(exist_ok=True)
        yield


def claim(folder: Path, names: Collection[str]) -> None:
    """Add names to the files that the sweep owns, before they are written.

    Raises ``ScenarioError`` if a file of the user has one of them.
    """
    mine = owned(folder)
    problems = [
        Problem(str(folder / name), "the sweep would replace this file", "move or rename it")
        for name in names
        if not _may_write(folder / name, name in mine)
    ]
    if problems:
        raise ScenarioError(problems)
    manifest = {"kind": _KIND, "schema": _FORM, "files": sorted(mine | set(names))}
    written(folder / UNDER_WAY, with_checksum(manifest).encode())


def owned(folder: Path) -> frozenset[str]:
    """Files that the manifests of a sweep's folder list, parts apart.

    Raises ``ScenarioError`` if a manifest is not valid.
    """
    names: set[str] = set()
    if os.path.lexists(folder / UNDER_WAY):
        names |= set(_read(folder / UNDER_WAY))
    if os.path.lexists(folder / MANIFEST):
        refuse_link(folder / MANIFEST)
        record = read_manifest(folder)
        if record["kind"] != "sweep":
            what = f"this is the folder of a {record['kind']}, not of a sweep"
            raise ScenarioError([Problem(str(folder), what, _ADVICE)])
        names |= {MANIFEST, *record["files"]}
    return frozenset(names)


def remove_owned(folder: Path, below: str) -> None:
    """Remove the files that the sweep owns in one of its folders, and the folder if it is empty."""
    for name in owned(folder):
        if name.startswith(f"{below}/"):
            _remove(folder / name)
    with suppress(OSError):
        (folder / below).rmdir()


def written(file: Path, content: bytes) -> None:
    """Write a file of the sweep atomically, and force it to disk."""
    aside = file.with_name(f"{file.name}{PARTIAL}")
    try:
        with aside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        aside.rename(file)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _refuse_foreign(folder: Path) -> None:
    """Refuse a folder without a valid manifest of a sweep, unless nothing is in it yet."""
    names = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
    # A sweep that was killed at its very first steps leaves a lock, and half a manifest.
    if LOCK in names and _is_file(folder / LOCK) and (folder / LOCK).stat().st_size == 0:
        names -= {LOCK, f"{UNDER_WAY}{PARTIAL}"}
    if not names:
        return
    if not names & {UNDER_WAY, MANIFEST}:
        what = "this folder holds something that is not a sweep of ours"
        advice = f"{_ADVICE}; what version 0.1 left unfinished can't be gone on with"
        raise ScenarioError([Problem(str(folder), what, advice)])
    owned(folder)


def _read(file: Path) -> list[str]:
    """The names in the manifest of a sweep under way; raises ``ScenarioError`` if not valid."""
    refuse_link(file)
    text = read_text(file)
    try:
        manifest = json.loads(text)
        names = [str(name) for name in manifest["files"]]
        inside = not any(name.startswith("/") or ".." in name.split("/") for name in names)
        form = (manifest["kind"], manifest["schema"]) == (_KIND, _FORM)
        known = form and inside and has_valid_checksum(text)
    except (ValueError, TypeError, KeyError, RecursionError):
        known = False
    if not known:
        what = "this is not the manifest of a sweep of ours, so nothing here is replaced"
        raise ScenarioError([Problem(str(file), what, _ADVICE)])
    return names


def _may_write(file: Path, is_owned: bool) -> bool:
    partial = file.with_name(f"{file.name}{PARTIAL}")
    if file.parent.is_symlink() or (not is_owned and os.path.lexists(partial)):
        return False
    return not os.path.lexists(file) or (is_owned and _is_file(file))


def _is_file(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()


def _remove(file: Path) -> None:
    if _is_file(file):
        file.unlink()

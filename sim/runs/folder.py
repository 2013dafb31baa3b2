"""Replace a folder of results as a whole, and keep the user's own files in it.

Only files that the manifest of the folder lists are replaced or deleted. A new folder is written
beside the old one and exchanged for it under a lock, in steps of one rename each:

1. the new results are complete: ``writing`` becomes ``ready``;
2. each entry that the old manifest does not list moves from the old folder into ``ready``;
3. the old folder becomes ``old``;
4. ``ready`` takes its place;
5. what the manifest of ``old`` lists is deleted, and ``old`` with it.

After a kill at any step each file of the user is in exactly one folder, and the folder of results
is the old one, the new one or absent. ``repair`` undoes steps 1 to 3, or completes step 5.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from ..errors import Message, ModelError, Problem, ScenarioError, as_message
from ..log import timed
from .atomic import (
    OLD,
    READY,
    WRITING,
    disk_problem,
    exclusive_folder,
    move,
    partial_path,
    refuse_link,
    sync_folder,
    sync_tree,
    walk_up,
)
from .manifest import MANIFEST, kind_of, read_manifest


@contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder to write in, which replaces ``folder`` if no error is raised.

    ``folder`` may be absent, empty, or hold a valid ``run.json``; then what that does not list
    stays in it. If anything goes wrong, what was there stays as it was. What a killed command
    left is repaired first. Raises ``ScenarioError``, also if another process is writing here.
    """
    folder = folder.absolute()
    try:
        refuse_foreign(folder)
        with exclusive_folder(partial_path(folder), folder) as aside:
            repair(folder, aside)
            staging = aside / WRITING
            staging.mkdir()
            try:
                yield staging
                with timed("replace", folder):
                    _exchange(folder, aside)
            except BaseException:
                with suppress(OSError, ScenarioError):
                    repair(folder, aside)
                raise
    except OSError as error:
        raise ScenarioError([disk_problem(folder, error)]) from error


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder that may not be replaced: one with files but without a valid manifest."""
    advice = "give another folder with --out"
    refuse_link(folder)
    if Path.cwd().is_relative_to(os.path.realpath(folder)):
        what = "this folder holds the one you are in"
        raise ScenarioError([Problem(str(folder), what, "give a folder below this one")])
    if folder.exists() and not folder.is_dir():
        what = "this is a file, not a folder"
        raise ScenarioError([Problem(str(folder), what, "give a folder with --out")])
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    if kind_of(folder) is None or (folder / MANIFEST).is_symlink():
        what = "this folder contains files that are not a run of opvangsim"
        raise ScenarioError([Problem(str(folder), what, advice)])
    try:
        manifest = read_manifest(folder)
    except ScenarioError as error:
        what = Message(
            "nothing here is replaced, since {file} is not valid: {fault}",
            file=MANIFEST,
            fault=as_message(error.problems[0].what),
        )
        raise ScenarioError([Problem(str(folder), what, advice)]) from None
    if manifest["kind"] == "sweep":
        what = "this is the folder of a sweep, which only a sweep may replace"
        raise ScenarioError([Problem(str(folder), what, advice)])


def repair(folder: Path, aside: Path) -> None:
    """Undo or complete an exchange of folders that was interrupted.

    Raises ``ScenarioError`` if a file of the user stands in the way; nothing is lost then.
    """
    writing, ready, old = aside / WRITING, aside / READY, aside / OLD
    if writing.exists():
        shutil.rmtree(writing)
    if old.exists() and (ready.exists() or not folder.exists()):
        if folder.exists() and any(folder.iterdir()):
            what = Message("an interrupted command left its earlier contents in {old}", old=old)
            raise ScenarioError([Problem(str(folder), what, "move one of the two elsewhere")])
        _take_place(old, folder)
    for left in (ready, old):
        if left.exists():
            _dissolve(left, folder)


def _exchange(folder: Path, aside: Path) -> None:
    """Replace ``folder`` by the one that was written."""
    ready, old = aside / READY, aside / OLD
    _remove_empty_folders(aside / WRITING)
    try:
        read_manifest(aside / WRITING)
    except ScenarioError as error:
        raise ModelError(f"a folder of results was written without a manifest: {error}") from None
    # A power cut must not leave a manifest in place of files that it lists.
    sync_tree(aside / WRITING)
    move(aside / WRITING, ready)
    refuse_foreign(folder)
    if folder.exists() and any(folder.iterdir()):
        _move_unlisted(folder, ready, "the new results hold a file of this name")
        folder.rename(old)
    _take_place(ready, folder)
    if old.exists():
        _dissolve(old, folder)


def _take_place(source: Path, folder: Path) -> None:
    """Rename a folder to one that is absent or empty, which not every system would replace."""
    if folder.exists():
        folder.rmdir()
    move(source, folder)


def _dissolve(left: Path, folder: Path) -> None:
    """Move the user's entries from ``left`` to ``folder``, and delete the rest of ``left``."""
    if not (left / MANIFEST).exists() and not any(left.iterdir()):
        left.rmdir()
        return
    try:
        names = read_manifest(left)["files"]
    except ScenarioError:
        what = Message(
            "an interrupted command left {left}, whose {file} is not valid",
            left=left,
            file=MANIFEST,
        )
        advice = "move what you need out of it, then remove it"
        raise ScenarioError([Problem(str(folder), what, advice)]) from None
    _move_unlisted(left, folder, f"an interrupted command left a file of this name in {folder}")
    for name in names:
        (left / name).unlink(missing_ok=True)
    _remove_empty_folders(left)
    # The manifest goes last: until then it says what of this folder may be deleted.
    (left / MANIFEST).unlink()
    left.rmdir()


def _move_unlisted(source: Path, target: Path, why: str) -> None:
    """Move each entry that the manifest of ``source`` does not list, by one rename.

    Raises ``ScenarioError`` before anything is moved if ``target`` has one of the same name.
    """
    listed = frozenset(read_manifest(source)["files"])
    entries = list(_unlisted(source, target, listed, PurePosixPath()))
    problems = [
        Problem(
            str(source / name),
            Message("this file would be lost: {why}", why=as_message(why)),
            "move or rename it",
        )
        for name in entries
        if not _is_free(target, name)
    ]
    if problems:
        raise ScenarioError(problems)
    for name in entries:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).rename(target / name)
    for one in sorted({(place / name).parent for name in entries for place in (target, source)}):
        sync_folder(one)


def _unlisted(
    source: Path, target: Path, listed: frozenset[str], at: PurePosixPath
) -> Iterator[PurePosixPath]:
    """Yield the user's entries below a folder; a folder without results as a whole.

    A listed name is the program's as long as it is a file; a link or a folder of that name is
    the user's.
    """
    with os.scandir(source / at) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        name = at / entry.name
        if entry.is_dir(follow_symlinks=False):
            shared = any(one.startswith(f"{name}/") for one in listed)
            if shared or _is_real_folder(target / name):
                yield from _unlisted(source, target, listed, name)
            else:
                yield name
        elif str(name) not in (MANIFEST, *listed) or not entry.is_file(follow_symlinks=False):
            yield name


def _is_free(target: Path, name: PurePosixPath) -> bool:
    """Return whether a name below a folder is free."""
    above = [target / part for part in name.parents if part.name]
    blocked = any(os.path.lexists(one) and not _is_real_folder(one) for one in above)
    return not blocked and not os.path.lexists(target / name)


def _is_real_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove_empty_folders(folder: Path) -> None:
    for below, folders, _ in walk_up(folder):
        for name in folders:
            path = Path(below) / name
            if _is_real_folder(path) and not any(path.iterdir()):
                path.rmdir()

"""Verify that a folder is as it was written: every file, and the manifest itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..errors import Problem, ScenarioError
from .manifest import ADVICE, MANIFEST, digest, kind_of, parse_manifest, read_manifest, read_text

FileState = Literal["changed", "missing", "extra"]
SHARED_KINDS = ("sweep",)
"""Kinds of folder that may hold files of the user: these are reported, but are not faults."""
WORKING_FILES = (".lock", "sweep.json")
"""Files that a folder holds while it is being written."""


@dataclass(frozen=True)
class FileCheck:
    """A file that differs from the manifest; ``fault`` unless it may be there."""

    file: str
    what: FileState
    fault: bool = True
    why: str = ""
    """What is wrong with a manifest."""


@dataclass(frozen=True)
class Verification:
    """Number of files in the manifest, and findings by name."""

    kind: str
    files: int
    findings: tuple[FileCheck, ...]

    @property
    def intact(self) -> bool:
        """Return whether every byte is as it was written, and no file is missing or extra."""
        return not any(one.fault for one in self.findings)


def verify_record(folder: Path) -> Verification:
    """Compare every file of a folder with its manifest, and the manifest with its checksum.

    A damaged manifest is a finding too; the files that can still be read from it are checked.
    Raises ``ScenarioError`` if there is no manifest.
    """
    file = folder / MANIFEST
    if not file.is_file():
        what = "there is no run.json in it" if folder.is_dir() else "there is no such folder"
        raise ScenarioError([Problem(str(folder), what, ADVICE)])
    findings: list[FileCheck] = []
    try:
        manifest = read_manifest(folder)
    except ScenarioError as error:
        manifest = _readable_part(file)
        why = "; ".join(f"{one.where}: {one.what}" for one in error.problems)
        findings.append(FileCheck(MANIFEST, "changed", why=why.replace(f"{file}: ", "")))
    known: Mapping[str, Any] = manifest["files"]
    kind = kind_of(folder) or ""
    for name, mark in known.items():
        state = file_state(folder / name, mark)
        if state is not None:
            findings.append(FileCheck(name, state))
    for name in sorted(file_names(folder) - set(known) - {MANIFEST, *WORKING_FILES}):
        findings.append(FileCheck(name, "extra", fault=kind not in SHARED_KINDS))
    return Verification(kind, len(known), tuple(sorted(findings, key=lambda one: one.file)))


def _readable_part(file: Path) -> dict[str, Any]:
    """Return what can still be read of the files in a damaged manifest."""
    try:
        manifest = parse_manifest(read_text(file)) or {}
    except ScenarioError:
        return {"files": {}}
    files = manifest.get("files")
    inside = {
        str(name): mark
        for name, mark in (files.items() if isinstance(files, dict) else ())
        if (file.parent / str(name)).resolve().is_relative_to(file.parent.resolve())
    }
    return {"files": inside}


def file_state(file: Path, mark: object) -> FileState | None:
    """Return how a file differs from its SHA-256; None if it does not."""
    if file.is_symlink() or not file.is_file():
        return "missing"
    try:
        return None if digest(file) == mark else "changed"
    except OSError:
        return "changed"


def file_names(folder: Path) -> set[str]:
    """Return the names of all entries below a folder except folders."""
    return {
        one.relative_to(folder).as_posix()
        for one in folder.rglob("*")
        if one.is_symlink() or not one.is_dir()
    }

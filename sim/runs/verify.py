"""Whether a folder is as it was written: every file of it, its record with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..errors import Problem, ScenarioError
from .manifest import ADVICE, MANIFEST, digest, kind_of, read_manifest, read_text

FileState = Literal["changed", "missing", "extra"]
OPEN = ("sweep",)
"""Kinds beside whose files a user's own may lie: they are told of, and no fault."""
AT_WORK = (".lock", "sweep.json")
"""Files that a folder holds while it is written to, and that say nothing."""


@dataclass(frozen=True)
class FileCheck:
    """A file that is not as its record has it; ``fault`` unless it may lie there."""

    file: str
    what: FileState
    fault: bool = True
    why: str = ""
    """What is wrong with a record."""


@dataclass(frozen=True)
class Verification:
    """How many files a record tells of, and what was found, in the order of their names."""

    kind: str
    files: int
    findings: tuple[FileCheck, ...]

    @property
    def intact(self) -> bool:
        """Whether every byte is as it was written, and nothing is missing or too many."""
        return not any(one.fault for one in self.findings)


def verify_record(folder: Path) -> Verification:
    """Hold every file of a folder against its record, and the record against its seal.

    A record that can't be read any more is a finding too; what it still says of files is looked
    at all the same. Raises ``ScenarioError`` if there is no record at all, or none of ours.
    """
    file = folder / MANIFEST
    if not file.is_file():
        what = "there is no run.json in it" if folder.is_dir() else "there is no such folder"
        raise ScenarioError([Problem(str(folder), what, ADVICE)])
    findings: list[FileCheck] = []
    try:
        record = read_manifest(folder)
    except ScenarioError as error:
        record = _remains(file)
        why = "; ".join(f"{one.where}: {one.what}" for one in error.problems)
        findings.append(FileCheck(MANIFEST, "changed", why=why.replace(f"{file}: ", "")))
    known: Mapping[str, Any] = record["files"]
    kind = kind_of(folder) or ""
    for name, mark in known.items():
        state = _state(folder / name, mark)
        if state is not None:
            findings.append(FileCheck(name, state))
    for name in sorted(_names(folder) - set(known) - {MANIFEST, *AT_WORK}):
        findings.append(FileCheck(name, "extra", fault=kind not in OPEN))
    return Verification(kind, len(known), tuple(sorted(findings, key=lambda one: one.file)))


def _remains(file: Path) -> dict[str, Any]:
    """What a broken record still says of files; nothing where it can't be read at all."""
    try:
        record = json.loads(read_text(file))
    except (ScenarioError, ValueError, RecursionError):
        return {"files": {}}
    files = record.get("files") if isinstance(record, dict) else None
    inside = {
        str(name): mark
        for name, mark in (files.items() if isinstance(files, dict) else ())
        if (file.parent / str(name)).resolve().is_relative_to(file.parent.resolve())
    }
    return {"files": inside}


def _state(file: Path, mark: object) -> FileState | None:
    if file.is_symlink() or not file.is_file():
        return "missing"
    try:
        return None if digest(file) == mark else "changed"
    except OSError:
        return "changed"


def _names(folder: Path) -> set[str]:
    """All that lies in a folder but folders: files, links, and what else there may be."""
    return {
        str(one.relative_to(folder))
        for one in folder.rglob("*")
        if one.is_symlink() or not one.is_dir()
    }

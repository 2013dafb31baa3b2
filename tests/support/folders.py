"""Result folders: what is in them, and manifests written by hand."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sim.runs.manifest import MANIFEST, with_checksum, write_manifest


def record_in(folder: Path, kind: str, **told: Any) -> dict[str, Any]:
    """Writes a whole record of a study of some kind into a folder, sealed; gives what it tells."""
    common: dict[str, Any] = {
        "id": "x", "name": "x", "command": "", "lang": "en", "asked": {},
        "scenarios": {"x": {"en": "X", "nl": "X"}},
        "options": {"replications": 1, "seed": 1, "step": "week", "until": None,
                    "vary": ["process"]},
        "inputs": {}, "sources": {},
    }  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    write_manifest(folder, {"kind": kind, **common, **told})
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    return found


def rewrite(folder: Path, record: dict[str, Any]) -> None:
    """Puts a changed record in place, sealed anew, as one who wants to deceive would."""
    (folder / MANIFEST).write_text(with_checksum(record), "utf-8")


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

"""What every record holds: the versions it was made with, and the hash of each file."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path

SCHEMA = 1
VERSIONED = ("opvangsim", "numpy", "scipy", "simpy")


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
    return {name: metadata.version(name) for name in VERSIONED}


def digest(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file below a folder, by its path in there."""
    return {
        str(file.relative_to(folder)): digest(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }

"""What the numbers depend on beside their inputs: the packages and the program itself."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path, PurePosixPath

HERE = Path(__file__).parents[1]
VERSIONED = ("opvangsim", "numpy", "scipy", "simpy")


def versions() -> dict[str, str]:
    """Return the versions of the packages that the numbers depend on."""
    return {name: metadata.version(name) for name in VERSIONED}


def source_hash(folder: Path = HERE) -> str:
    """Return the SHA-256 over names and contents of all Python files of the program."""
    found = hashlib.sha256()
    files = folder.rglob("*.py")
    for name in sorted(PurePosixPath(*file.relative_to(folder).parts) for file in files):
        found.update(str(name).encode() + b"\0" + (folder / name).read_bytes() + b"\0")
    return found.hexdigest()


def versions_and_source() -> dict[str, str]:
    """Return the versions with the first digits of the hash of the source."""
    return {**versions(), "source": source_hash()[:12]}

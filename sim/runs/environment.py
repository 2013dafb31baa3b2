"""Environment of a run for its manifest: packages, platform, commit, hash of the program.

None of it is part of a run's id; it explains why the bytes of two runs may differ. It is looked up
once a process, when the first manifest is written.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from ..results.versions import source_hash

PROGRAM = "opvangsim"
SECONDS = 10.0
"""Timeout of git."""
SAFELY = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "--no-optional-locks")
"""Options with which git starts no program that the folder configures, and writes nothing."""
OWN = ("sim/", "scenarios/")
"""Folders in which an untracked file is part of the program."""
_REQUIRED = re.compile(r"^Requires-Dist: *([A-Za-z0-9._-]+)(.*)$", re.MULTILINE)
_NAME = re.compile(r"[-_.]+")


def environment() -> dict[str, Any]:
    """Return the environment as a manifest holds it."""
    return {
        "packages": packages(),
        "platform": machine(),
        "source": source(package_root()),
        "data": data(),
    }


@cache
def packages() -> dict[str, str]:
    """Return the versions of all packages that the program depends on, by name.

    Read from what is installed; extras (tests, Dask, Jupyter) decide no number and are left out.
    """
    found: dict[str, str] = {}
    waiting = [PROGRAM]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            one = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # Its marker asks for another system than this.
        head = (one.read_text("METADATA") or "").partition("\n\n")[0]
        version = re.search(r"^Version: *(\S+)", head, re.MULTILINE)
        found[name] = version[1] if version else one.version
        for required, rest in _REQUIRED.findall(head):
            if "extra ==" not in rest:
                waiting.append(_NAME.sub("-", required).lower())
    return dict(sorted(found.items()))


def machine() -> dict[str, str]:
    """Return Python, operating system, processor and C library, nothing that names the host."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "libc": " ".join(platform.libc_ver()).strip(),
    }


def package_root() -> Path:
    """Return the parent folder of the package: the checkout, or where it is installed."""
    return Path(str(resources.files("sim"))).parent


@cache
def source(root: Path) -> dict[str, Any]:
    """Return the commit of the source and whether it was clean, or why that is unknown.

    ``program`` is a hash of the source itself, which tells what a commit can't: what was changed
    since, and what was installed. Only the package's own folder is looked at, never the one the
    user is in: git runs there only if that folder is itself a checkout. Clean means that no file
    git knows was changed, and none lies in the program that it does not know.
    """
    told: dict[str, Any] = {"commit": None, "clean": None, "why": ""}
    try:
        told |= _commit(root)
    except _UnknownError as error:
        told["why"] = str(error)
    return told | {"program": source_hash(root / "sim")}


class _UnknownError(Exception):
    """Raised with the reason why the commit is unknown."""


def _commit(root: Path) -> dict[str, Any]:
    if not (root / ".git").exists():
        raise _UnknownError("the package is installed, not a checkout")
    git = shutil.which("git")
    if git is None or not os.path.isabs(git):
        raise _UnknownError("there is no git on this machine")
    words = [git, *SAFELY, "-C", str(root), "status", "--porcelain=v2", "--branch", "-z",
             "--untracked-files=all", "--ignore-submodules=all"]  # fmt: skip
    # A user's GIT_DIR and the like speak of the user's repository.
    others = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            words, env=others, cwd=root, capture_output=True, timeout=SECONDS, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _UnknownError(f"git gave no answer: {type(error).__name__}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["without a word"]
        raise _UnknownError(f"git refused: {said[0]}")
    lines = done.stdout.decode("utf-8", "replace").split("\0")
    commits = [line.removeprefix("# branch.oid ") for line in lines if "# branch.oid" in line]
    if not commits or not re.fullmatch(r"[0-9a-f]{40,64}", commits[0]):
        raise _UnknownError("the checkout has no commit yet")
    changed = [line for line in lines if line[:2] in ("1 ", "2 ", "u ")]
    unknown = [line for line in lines if line.startswith(tuple(f"? {own}" for own in OWN))]
    return {"commit": commits[0], "clean": not changed and not unknown}


@cache
def data() -> dict[str, str]:
    """SHA-256 of each data file and translation shipped with the program.

    Scenario files are not among them: those that were read are the inputs of a record.
    """
    folders = [resources.files("sim") / name for name in ("data", "locale", "locale/nl")]
    files = [file for folder in folders for file in folder.iterdir() if file.is_file()]
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(files, key=lambda file: file.name)
    }

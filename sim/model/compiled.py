"""Compilation of the engine's inner functions with numba, and the cache of what was compiled.

A function marked ``@compiled`` is written for one replication, with plain numbers and loops. It is
compiled when it is first called and kept on disk, so that a version is compiled once. Numba itself
looks only at the file of the function it kept; a change in a helper of another module would go
unseen. So the name of the folder of the cache holds a hash of all source that may be compiled, of
the versions of the libraries, and of whether bounds are checked.

Compiled code does not check that an index lies within its array: it reads or spoils what lies
beside it. With ``NUMBA_BOUNDSCHECK=1`` it raises ``IndexError`` instead (try that after a change).
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite
import numba
import numpy as np
import scipy
from numba.core import config

F = TypeVar("F", bound=Callable[..., object])
HERE = Path(__file__).parent
LIBRARIES = (numba, llvmlite, np, scipy)
OLD_FOLDERS_KEPT = 5
"""Folders of former versions and of other Pythons that stay in a cache; older ones are removed."""


def compiled(function: F) -> F:
    """Mark a function to be compiled: it holds no lock of Python and counts no references.

    Division by zero is numpy's, and sums keep the order in which they are written (no fastmath).
    With ``NUMBA_DISABLE_JIT=1`` it stays a Python function, with the same results.
    """
    return _marked(function, inline=False)


def inlined(function: F) -> F:
    """Mark a function to be compiled into those that call it.

    For what is small, or called from one place: a call that hands on the arrays of the ledger
    costs some 100 nanoseconds, as much as what most of these functions do.
    """
    return _marked(function, inline=True)


def _marked(function: F, *, inline: bool) -> F:
    folder = cache_folder()
    kept = folder is not None
    mark = numba.njit(error_model="numpy", nogil=True, _nrt=False, cache=kept, forceinline=inline)
    with _cached_in(folder):
        return cast(F, mark(function))


def entry_of(function: F, *arguments: object) -> F:
    """Return a compiled function for arguments of the types of these, and of no others.

    A call of a compiled function first finds out the types of what it is given; for named tuples
    of arrays that takes 4 microseconds, ten times the call itself. The entry takes them for
    granted: call it with the same variables, whose contents alone have changed.
    """
    if config.DISABLE_JIT:
        return function
    kinds = tuple(numba.typeof(argument) for argument in arguments)
    compiled_one = cast(Any, function)
    compiled_one.compile(kinds)
    return cast(F, compiled_one.get_overload(kinds))


@cache
def cache_folder() -> Path | None:
    """Folder in which compiled functions are kept: beside the package, else in the user's cache.

    ``None`` where neither may be written: then each process compiles what it calls.
    """
    name = f"compiled-{source_hash()}"
    for home in (HERE / "__pycache__", _users_cache()):
        if home is None:
            continue
        folder = home / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            with suppress(OSError):
                os.utime(folder)
            _remove_old(folder)
            return folder
    return None


def _users_cache() -> Path | None:
    """The user's cache; ``None`` for a user without a home."""
    cache_home = os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(cache_home or Path.home() / ".cache") / "opvangsim"
    except RuntimeError:
        return None


def is_cold() -> bool:
    """Whether nothing of this version is kept, so that this process has to compile it."""
    folder = cache_folder()
    return not config.DISABLE_JIT and (folder is None or not any(folder.rglob("*.nbi")))


def source_hash() -> str:
    """Hash of all source that is compiled, and of all that makes other code of the same source."""
    digest = hashlib.sha256(f"{sys.version} bounds {config.BOUNDSCHECK}".encode())
    for library in LIBRARIES:
        digest.update(f"{library.__name__} {library.__version__}".encode())
    for file in (HERE.parent / "clock.py", *sorted(HERE.glob("*.py"))):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _remove_old(folder: Path) -> None:
    """Remove what numba keeps for former versions, but for those that were used last.

    Another process may be removing the same ones meanwhile. Other files in these folders stay.
    """
    used: dict[Path, float] = {}
    for other in folder.parent.glob("compiled-" + 16 * "[0-9a-f]"):
        with suppress(FileNotFoundError):
            used[other] = other.stat().st_mtime
    used.pop(folder, None)
    for other in sorted(used, key=used.__getitem__, reverse=True)[OLD_FOLDERS_KEPT:]:
        for below, _, names in os.walk(other, topdown=False):
            for name in names:
                if name.endswith((".nbi", ".nbc")):
                    Path(below, name).unlink(missing_ok=True)
            with suppress(OSError):
                Path(below).rmdir()


@contextmanager
def _cached_in(folder: Path | None) -> Iterator[None]:
    """Let numba choose this folder for functions marked meanwhile, and no others."""
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder or "")
    try:
        yield
    finally:
        config.CACHE_DIR = before

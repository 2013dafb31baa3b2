"""Small runs and other folders that several test files read, each made once a session.

With pytest-xdist every worker makes the fixtures of its own; a folder of ``once`` is made by the
worker that asks first and read by all.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from sim.cli import app

SMALL = ("--replications", "4", "--seed", "7", "--step", "week", "--workers", "1", "--quiet")
_YEARS = ("--until", "2027-12-31")
_PROCESS_NOISE = ("--uncertainty", "process")
RUNS: dict[str, tuple[str, ...]] = {
    "baseline": ("run", "baseline", *_YEARS),
    "closed": ("run", "constrained", *_YEARS, "--no-charts"),
    "nominal": ("run", "nominal", *_YEARS, "--no-charts"),
    "short": ("run", "baseline", "--until", "2025-06-30", "--no-charts", *_PROCESS_NOISE),
    "comparison": ("compare", "baseline", "faster-housing", "--until", "2026-12-31"),
    "explanation": ("explain", "baseline", "regular-27100", "--year", "2026"),
}
"""Commands by the name of their folder. ``baseline`` has charts; spending follows the budget in
``closed``; ``nominal`` is in the prices of each year; ``short`` has neither a whole year nor all
uncertainty."""


def once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object] | None = None
) -> Path:
    """A folder to be read and never changed: a run of ``RUNS``, or what ``make`` writes there."""
    root = factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder, made = root / "once" / name, root / "once" / f"{name}.made"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not made.exists():
            if make is None:
                run_app(*RUNS[name], *SMALL, "--out", str(folder))
            else:
                make(folder)
            made.touch()
    return folder


def run_app(*words: str) -> None:
    """Run a command silently in this process; raises what is wrong with it."""
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.setattr(sys, "argv", ["opvangsim", *words])
        app(list(words), standalone_mode=False)

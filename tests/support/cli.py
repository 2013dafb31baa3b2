"""Commands of the program, run in this process or in a copy of it, and what they left behind."""

from __future__ import annotations

import contextlib
import io
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from sim.cli import main

FEW = ("--replications", "2", "--step", "week", "--workers", "1")
SHORT = ("run", "baseline", *FEW, "--until", "2025-01-31", "--no-charts")
ANSWER = ("answer", "33", *FEW)
DESIGN = """
scenario: baseline
design: grid
keys: {housing.homes: {values: [20000, 30000]}}
record: ["occupancy.total.2025:mean"]
replications: 1
until: 2025-02-07
"""
"""The design of a small sweep."""
INTERRUPTIBLE = (
    sys.executable,
    "-c",
    "import os, signal, sys\n"
    "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
    "os.execv(sys.argv[1], sys.argv[1:])",
)
"""Before a command that is to be interrupted: whatever runs in the background ignores that."""


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


def run_in_process(
    words: Sequence[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Done:
    """A command as its entry point takes it, in this process."""
    monkeypatch.setattr(sys, "argv", ["opvangsim", *words])
    handler = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        signal.signal(signal.SIGTERM, handler)
    out, err = capsys.readouterr()
    return Done(int(ended.value.code or 0), out, err)


Command = Callable[..., Done]
"""Says a command in an empty folder, without a process of its own."""


def run_cli(*words: str) -> Done:
    """A command as its entry point takes it, in a copy of this process."""
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["opvangsim", *words]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


def refused(done: Done, *parts: str) -> bool:
    """Whether a command was refused as a user's mistake, in one message that says all that."""
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "Traceback" not in done.stderr
    assert (done.returncode, len(errors)) == (2, 1), done
    assert all(part in done.stderr for part in parts), done.stderr
    return True

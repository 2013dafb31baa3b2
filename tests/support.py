"""Scenarios made from others, and the main series of a run, for the tests."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.model.engine import simulate
from sim.model.state import Actor, SimState
from sim.runs.manifest import RECORD, sealed, write_record
from sim.scenario import Scenario, override


def change(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    """The scenario with some keys changed."""
    return override(scenario, changes, "set by a test")


def quiet(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes that keep a scenario quiet: no holds and even months, for hand-worked cases."""
    calm: dict[str, Any] = {"ind.holds": []}
    calm |= {f"inflow.season.{month}": 1.0 for month in range(1, 13)}
    return calm | changes


def world_of(scenario: Scenario, replications: int = 1, number: int = 0) -> SimState:
    """The world of a run at its opening, without any chance, as in step ``number`` of the clock."""
    seen: list[SimState] = []

    def look(world: SimState) -> Actor:
        seen.append(world)
        yield world.until(0.0)

    simulate(scenario, replications, 1, vary=(), actors=(look,))
    world = seen[0]
    world.ledger.step = list(world.clock.steps())[number]
    return world


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


def spoken(
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


def record_in(folder: Path, kind: str, **told: Any) -> dict[str, Any]:
    """Writes a whole record of a study of some kind into a folder, sealed; gives what it tells."""
    common: dict[str, Any] = {
        "id": "x", "name": "x", "command": "", "lang": "en", "asked": {}, "scenarios": {},
        "options": {"replications": 1, "seed": 1, "step": "week", "until": None,
                    "vary": ["process"]},
        "inputs": {}, "sources": {},
    }  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / RECORD).unlink(missing_ok=True)
    write_record(folder, {"kind": kind, **common, **told})
    found: dict[str, Any] = json.loads((folder / RECORD).read_text("utf-8"))
    return found


def rewrite(folder: Path, record: dict[str, Any]) -> None:
    """Puts a changed record in place, sealed anew, as one who wants to deceive would."""
    (folder / RECORD).write_text(sealed(record), "utf-8")


INTERRUPTIBLE = ("env", "--default-signal=INT")
"""Before a command that is to be interrupted: whatever runs in the background ignores that."""

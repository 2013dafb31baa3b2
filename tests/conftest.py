"""What the tests share: the baseline, and scenarios made from it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from support.cli import DESIGN, FEW, Command, Done, run_cli, run_in_process
from support.once import once
from support.processes import in_child_process

from sim.model.engine import simulate
from sim.model.ledger import Ledger
from sim.scenario import Scenario, load


@pytest.fixture(scope="session")
def baseline() -> Scenario:
    return load("baseline")


@pytest.fixture(scope="session")
def quarter(baseline: Scenario) -> Ledger:
    """The baseline for its first months, a few replications: shared, so never change it."""
    return simulate(baseline, 6, 1, until=date(2025, 6, 30))


@pytest.fixture
def scenario_file(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a small scenario file: a patch on the baseline."""

    def write(text: str, name: str = "small") -> Path:
        file = tmp_path / f"{name}.yaml"
        base = Path(__file__).parent.parent / "scenarios" / "baseline.yaml"
        head = "title: {en: Small, nl: Klein}\ndescription: {en: A test., nl: Een test.}\n"
        file.write_text(f"extends: {base}\n{head}{text}", "utf-8")
        return file

    return write


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Says a command in an empty folder, without a process of its own."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: run_in_process(words, monkeypatch, capsys)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run ``r``, from which everything else is made in copies."""
    words = ("run", "baseline", *FEW, "--until", "2025-12-31", "--no-charts", "--out", "r")

    def make(folder: Path) -> None:
        def work() -> Done:
            folder.mkdir()
            os.chdir(folder)
            (folder / "design.yaml").write_text(DESIGN)
            return run_cli(*words)

        assert in_child_process(work).given.returncode == 0

    return once(tmp_path_factory, "bench", make)


@pytest.fixture
def place(bench: Path, tmp_path: Path) -> Path:
    """A copy of the bench."""
    shutil.copytree(bench, tmp_path / "place")
    return tmp_path / "place"

"""What the tests share: the baseline, and scenarios made from it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from support.cli import DESIGN, FEW, Command, Done, run_cli, run_in_process
from support.once import once
from support.processes import in_child_process

from sim.errors import Problem, ScenarioError
from sim.model.engine import simulate
from sim.model.ledger import Ledger
from sim.report.messages import untranslated
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


@pytest.fixture(scope="session", autouse=True)
def _every_mistake_has_a_dutch_text() -> Iterator[None]:
    """Whatever the program refuses in any test, it can say in Dutch."""
    made = ScenarioError.__init__

    def checked(self: ScenarioError, problems: list[Problem]) -> None:
        frame = sys._getframe(1)
        if f"{os.sep}sim{os.sep}" in frame.f_code.co_filename:
            found = {text for problem in problems for text in untranslated(problem)}
            # What begins with a capital is what a library says, of which there is no end.
            lacking = {text for text in found if not text[:1].isupper()}
            assert not lacking, f"in sim/locale/nl/messages.po there is no message {lacking}"
        made(self, problems)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScenarioError, "__init__", checked)
        yield

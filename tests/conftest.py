"""What the tests share: the baseline, and scenarios made from it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import timed
import yaml
from faults import DESIGN, FEW, forked, said
from support import Command, Done, spoken

from sim.engine import simulate
from sim.ledger import Ledger
from sim.scenario import Scenario, load

TIERS = Path(__file__).parent / "tiers.yaml"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests as slow or long by their measured durations (`tests/update_tiers.py`).

    Where the whole suite is collected, a name that no test has any more ends it.
    """
    tiers = yaml.safe_load(TIERS.read_text("utf-8"))
    left = {(tier, file, name) for tier, files in tiers.items()
            for file, names in files.items() for name in names}  # fmt: skip
    listed = frozenset(left)
    for item in items:
        function = getattr(item, "originalname", item.name)
        for tier in ("slow", "long"):
            mine = {(tier, item.path.name, name) for name in (item.name, function)} & listed
            if mine:
                item.add_marker(tier)
                left -= mine
    all_of_it = config.args == config.getini("testpaths") and not config.getoption("ignore")
    if left and all_of_it:
        raise pytest.UsageError(f"{TIERS.name} names tests that are gone: {sorted(left)}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(timed)


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
    return lambda *words: spoken(words, monkeypatch, capsys)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run ``r``, from which everything else is made in copies."""
    folder = tmp_path_factory.mktemp("bench")
    words = ("run", "baseline", *FEW, "--until", "2025-12-31", "--no-charts")

    def make() -> Done:
        os.chdir(folder)
        (folder / "design.yaml").write_text(DESIGN)
        return said(*words, "--out", "r")

    assert forked(make).given.returncode == 0
    return folder


@pytest.fixture
def place(bench: Path, tmp_path: Path) -> Path:
    """A copy of the bench."""
    shutil.copytree(bench, tmp_path / "place")
    return tmp_path / "place"

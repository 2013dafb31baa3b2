"""The README: its commands run as they are pasted, and its table is what they print."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TABLE = re.compile(r"(<!-- gap table.*?-->\n```\n)(.*?)(```\n<!-- end of gap table -->)", re.S)
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(file: Path, language: str) -> list[str]:
    """Fenced blocks of a language, as a reader would paste them."""
    return re.findall(rf"^```{language}\n(.*?)^```$", file.read_text("utf-8"), re.S | re.M)


def gap_table(printed: str) -> str:
    """The gap table in what `opvangsim run baseline` printed, without trailing spaces."""
    lines = [line.rstrip() + "\n" for line in printed.splitlines()]
    start = next(
        n for n, line in enumerate(lines) if line.startswith("COA, Nidos and IND together")
    )
    end = next(n for n, line in enumerate(lines) if n > start and line.startswith("└"))
    return "".join(lines[start : end + 1])


def checkout(folder: Path) -> Path:
    """A copy of the project whose environment is the one that runs the tests.

    `make` takes the environment for installed, so nothing is fetched from the network.
    """
    shutil.copytree(
        ROOT, folder, ignore=shutil.ignore_patterns(".*", "outputs", "site", "__pycache__")
    )
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    for stamp in ("run", "test", "dev"):
        (folder / ".venv" / f"{stamp}.stamp").touch()
    return folder


def paste(script: str, folder: Path) -> str:
    """What a script prints in a shell in this folder; it must end without an error."""
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=folder,
        env=os.environ | {"COLUMNS": "100", "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.long
def test_the_commands_of_the_readme_run_as_pasted_and_print_its_table(tmp_path: Path) -> None:
    printed = paste("".join(blocks(README, "sh")), checkout(tmp_path / "opvangsim"))
    table = TABLE.search(README.read_text("utf-8"))
    assert table is not None
    assert gap_table(printed) == table[2], "run tests/update_readme.py"


@pytest.mark.slow
def test_the_python_of_the_readme_runs_as_pasted(tmp_path: Path) -> None:
    (script,) = blocks(README, "python")
    paste(f"{sys.executable} - <<'END'\n{script}END\n", tmp_path)


@pytest.mark.long
def test_the_tutorial_leads_to_a_memo(tmp_path: Path) -> None:
    tutorial = ROOT / "docs" / "tutorial.md"
    folder = checkout(tmp_path / "opvangsim")
    install, new, *others = blocks(tutorial, "sh")
    (scenario,) = blocks(tutorial, "yaml")
    activate = "".join(line for line in install.splitlines(True) if not line.startswith("make"))
    paste(activate + new, folder)
    (folder / "more-homes.yaml").write_text(scenario, "utf-8")
    paste(activate + "".join(others), folder)
    assert (folder / "memo.docx").stat().st_size > 10_000
    (script,) = blocks(tutorial, "python")
    paste(f"{activate}python - <<'END'\n{script}END\n", folder)


def test_the_readme_is_short() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 130

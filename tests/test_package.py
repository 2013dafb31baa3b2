"""The package as others get it: wheel, source archive, extras, licences of what it needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support import licences

import sim
from sim.errors import ScenarioError
from sim.results.executor import open_workers
from sim.studies.prim import discover, parse_condition

ROOT = Path(__file__).parent.parent
QUICK = "--replications 2 --step week --until 2025-03-31 --workers 1 --quiet"
USED = [
    "scenario list",
    "scenario show baseline",
    "scenario new mine.yaml",
    "run mine.yaml --no-charts " + QUICK,
    "plot outputs/baseline",
    "memo outputs/baseline -o memo.docx",
    "memo outputs/baseline -o memo.md --lang nl",
    "dashboard outputs/baseline -o page.html",
    "export outputs/baseline --xlsx -o run.xlsx",
    "export baseline --xlsx -o scenario.xlsx",
    "scenario import scenario.xlsx -o patch.yaml",
    "answer 11",
    "runs verify outputs/baseline",
]
IN_ONE_PROCESS = """
import sys
from sim.cli import main
for line in sys.stdin.read().splitlines():
    sys.argv = ["opvangsim", *line.split()]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code, line
import sim
assert sim.load("baseline").run(replications=2, step="week", until="2025-03-31").budget is not None
print(sim.__file__)
"""


@dataclass(frozen=True)
class Built:
    """A wheel and a source archive, and an environment outside the checkout with the wheel."""

    wheel: Path
    archive: Path
    environment: Path

    def run(self, folder: Path, *words: str, text: str = "") -> str:
        """What a program of the environment prints that is run in a folder."""
        mine = {"PATH": os.environ["PATH"], "HOME": str(folder), "NUMBA_DISABLE_JIT": "1"}
        program = str(self.environment / "bin" / words[0])
        done = subprocess.run(
            [program, *words[1:]], cwd=folder, env=mine, input=text, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def python(*words: str | Path) -> None:
    subprocess.run([sys.executable, *map(str, words)], check=True, capture_output=True, cwd=ROOT)


def build_wheel(source: Path, folder: Path) -> Path:
    """A wheel of a checkout or a source archive, with what is installed: no network is needed."""
    quietly = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation")
    python("-m", "pip", "wheel", *quietly, "--wheel-dir", folder, source)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The environment sees the libraries of this one, but not the checkout installed in it."""
    folder = tmp_path_factory.mktemp("package")
    wheel = build_wheel(ROOT, folder / "wheel")
    python("-m", "hatchling", "build", "--target", "sdist", "--directory", folder / "archive")
    (archive,) = (folder / "archive").glob("*.tar.gz")
    environment = folder / "environment"
    python("-m", "venv", "--without-pip", environment)
    (own,) = environment.glob("lib/python*/site-packages")
    (own / "libraries.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    python(
        "-m", "pip", "--python", environment / "bin" / "python", "install", "--quiet",
        "--disable-pip-version-check", "--no-deps", "--no-index", wheel,
    )  # fmt: skip
    return Built(wheel, archive, environment)


@pytest.mark.long
def test_the_installed_wheel_does_its_work_in_an_empty_folder(built: Built, tmp_path: Path) -> None:
    assert built.run(tmp_path, "opvangsim", "--version").split()[0] == "opvangsim"
    built.run(tmp_path, "opvangsim", "run", "baseline", *QUICK.split())
    printed = built.run(tmp_path, "python", "-c", IN_ONE_PROCESS, text="\n".join(USED))
    assert Path(printed.splitlines()[-1]).is_relative_to(built.environment)
    assert str(ROOT) not in printed
    files = ("memo.docx", "memo.md", "page.html", "run.xlsx", "scenario.xlsx")
    assert all((tmp_path / name).stat().st_size > 1_000 for name in files)


@pytest.mark.long
def test_the_wheel_has_all_files_of_the_package_and_no_others(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as packed:
        inside = {name for name in packed.namelist() if ".dist-info/" not in name}
    folders = {"sim": "sim", "scenarios": "sim/shipped_scenarios"}
    expected = {
        f"{there}/{file.relative_to(ROOT / here).as_posix()}"
        for here, there in folders.items()
        for file in (ROOT / here).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert inside == expected


@pytest.mark.long
def test_the_source_archive_builds_the_same_wheel(built: Built, tmp_path: Path) -> None:
    with tarfile.open(built.archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {"pyproject.toml", "LICENSE", "CITATION.cff", "locks/runtime.txt"} <= names
    again = build_wheel(built.archive, tmp_path)
    with zipfile.ZipFile(built.wheel) as one, zipfile.ZipFile(again) as two:
        assert [(each.filename, each.CRC) for each in one.infolist()] == [
            (each.filename, each.CRC) for each in two.infolist()
        ]


# -- licences ---------------------------------------------------------------------------------

FREE = re.compile(
    "MIT|0?BSD|Apache|PSF|Python Software Foundation|ISC|Zlib|CC0|Mozilla Public License 2"
)
"""Licences that a program under the EUPL-1.2 may ask for, as packages name them."""


def test_the_page_of_licences_lists_what_is_locked_with_its_licence() -> None:
    found = licences.TABLE.search(licences.PAGE.read_text("utf-8"))
    assert found is not None
    assert found[2] == licences.table(), "run tests/update.py licences"


def test_every_locked_package_has_a_licence_that_agrees_with_the_eupl() -> None:
    found = {name: licences.licence(name) for name in licences.locked()}
    parts = {(name, part) for name, each in found.items() for part in each.split(" AND ")}
    assert {each for each in parts if not FREE.match(each[1])} == set()
    assert {name for name, part in parts if "Mozilla" in part} == {"pathspec"}


# -- extras -----------------------------------------------------------------------------------


def use_discover() -> None:
    lever = np.linspace(0, 1, 200)
    discover(
        parse_condition("result > 0.5"),
        pd.DataFrame({"lever": lever, "result": lever}),
        ["lever"],
        [],
    )


def use_dask() -> None:
    with open_workers("dask://localhost:8786", 1):
        pass


def use_jupyter() -> None:
    sim.load("baseline").what_if()


@pytest.mark.parametrize(
    ("extra", "library", "use"),
    [
        ("discover", "ema_workbench", use_discover),
        ("dask", "distributed", use_dask),
        ("jupyter", "ipywidgets", use_jupyter),
    ],
)
def test_what_needs_an_extra_says_which(
    extra: str, library: str, use: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = "sim.notebook.what_if.widget"
    for name in [name for name in sys.modules if name.split(".")[0] == library or name == ours]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ScenarioError, match=rf"(?s)not installed.*opvangsim\[{extra}\]"):
        use()

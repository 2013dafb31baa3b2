"""Linux, macOS and Windows: what differs between systems is not taken for granted, as far as one
machine can show."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.each_verb import prepare
from support.processes import needs

from sim.errors import ScenarioError
from sim.runs.atomic import LOCK
from sim.runs.manifest import is_file_below
from sim.scenario import check_file_name, load

ROOT = Path(__file__).parent.parent
TESTS = Path(__file__).parent
PYTHON = "Programming Language :: Python :: "
OTHERWISE = """
import importlib, importlib.util, json, pkgutil, sys
from pathlib import Path
from support.other_system import become
witness = become()
import sim
names = [one.name for one in pkgutil.walk_packages(sim.__path__, "sim.")]
names.remove("sim.__main__")
if importlib.util.find_spec("ipywidgets") is None:
    # The sliders need the extra jupyter; tests/ui_whatif.py tries them.
    names.remove("sim.notebook.what_if.widget")
# The library of the server chooses by the system itself, which stays what it is here.
names = [one for one in names if not one.startswith("sim.server")]
for name in names:
    importlib.import_module(name)
from support.each_verb import run_each
done = run_each(Path(sys.argv[1]))
print(json.dumps({**done, "modules": len(names), "names": witness.names}))
"""


def run_python(*words: str) -> dict[str, Any]:
    """What a program of its own prints as JSON in its last line."""
    done = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    prepare(folder)
    return folder


@pytest.fixture(scope="module")
def here(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """How each kind of command ends on this system, and what it leaves."""
    folder = tmp_path_factory.mktemp("here") / "work"
    shutil.copytree(prepared, folder)
    return run_python("-m", "support.each_verb", str(folder))


@pytest.mark.long
def test_each_kind_of_command_ends_well(here: dict[str, Any]) -> None:
    assert here["bad"] == []
    assert {"r/run.json", "m.docx", "d.html", "s/sweep.parquet", "p.yaml"} <= set(here["files"])


@pytest.mark.long
def test_another_system_runs_each_kind_of_command_and_writes_the_same_bytes(
    prepared: Path, here: dict[str, Any], tmp_path: Path
) -> None:
    """Without the modules and calls of POSIX, with CR LF and a code page, open files locked.

    Locks are filelock's own of another kind there. Left out are manifests, which tell the time and
    the system.
    """
    needs("/dev and /proc")
    shutil.copytree(prepared, tmp_path / "work")
    there = run_python("-c", OTHERWISE, str(tmp_path / "work"))
    assert there["bad"] == []
    assert there["names"] == []
    assert there["modules"] > 200
    same = {n: mark for n, mark in here["files"].items() if not n.endswith("run.json")}
    assert {name: there["files"].get(name) for name in same} == same
    assert set(here["files"]) == set(there["files"])


STRICT = """
import json, os, sys
from pathlib import Path
from support.other_system import become
witness = become()
found = []
def refused(work, *words):
    try:
        work(*words)
    except (OSError, ImportError, AttributeError) as error:
        found.append(type(error).__name__)
    else:
        found.append("")
os.chdir(sys.argv[1])
Path("text").write_text("é\\n")
Path("two").mkdir()
with open("text") as stream:
    refused(os.rename, "text", "other")
    refused(Path("text").unlink)
    refused(Path("two").rename, "text")
with Path("two", "inside").open("wb"):
    refused(os.rename, "two", "three")
refused(__import__, "fcntl")
refused(lambda: os.fork())
refused(os.open, "two", os.O_RDONLY)
os.rename("two", "three")
Path("a|b").touch()
print(json.dumps({"found": found, "text": list(Path("text").read_bytes()), "names": witness.names}))
"""


@pytest.mark.slow
def test_what_stands_for_another_system_is_as_strict(tmp_path: Path) -> None:
    needs("/dev and /proc")
    told = run_python("-c", STRICT, str(tmp_path))
    opened, imported = "PermissionError", "ModuleNotFoundError"
    expected = [opened, opened, "FileExistsError", opened, imported, "AttributeError", opened]
    assert told["found"] == expected
    assert (bytes(told["text"]), told["names"]) == (b"\xe9\r\n", ["a|b"])


HOLDER = """
import os, sys, warnings
from pathlib import Path
sys.modules["fcntl"] = None
warnings.simplefilter("ignore")
from sim.runs.atomic import exclusive_folder
with exclusive_folder(Path(sys.argv[1]), Path("target")) as folder:
    (folder / "file").write_text("half", "utf-8", newline="")
    print("true", flush=True)
    os._exit(0)
"""


@pytest.mark.slow
def test_a_lock_of_another_kind_does_not_outlive_its_process(tmp_path: Path) -> None:
    """Where the system has no locks, a lock is a file that names its process."""
    folder = tmp_path / ".out.partial"
    assert run_python("-c", HOLDER, str(folder))
    assert sorted(one.name for one in folder.iterdir()) == ["file", LOCK]
    assert run_python("-c", HOLDER, str(folder))


# -- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["a:b", "why?", "a|b", "<a>", 'say "a"', "a*", "con", "NUL.old", "lpt1", "a.", "a ", "a\\b"],
)
def test_a_name_that_one_system_can_not_have_is_refused_on_all(name: str) -> None:
    with pytest.raises(ScenarioError, match="not a valid name"):
        check_file_name(Path(f"{name}.yaml"))


@pytest.mark.parametrize("name", ["console", "a.b", "één", "a b", "nul+x", "plan_2027=1"])
def test_a_name_that_all_systems_can_have_is_taken(name: str) -> None:
    check_file_name(Path(f"{name}.yaml"))


@pytest.mark.parametrize(
    "name", ["..\\x", "C:\\x", "c:x", "\\x", "a\\..\\..\\x", "\\\\host\\x", "../x"]
)
def test_what_a_manifest_lists_is_below_its_folder_on_every_system(name: str) -> None:
    assert not is_file_below(name)
    assert is_file_below("charts/gap.png")


# -- text -------------------------------------------------------------------------------------


def test_a_scenario_with_cr_lf_and_a_mark_of_its_encoding_reads_the_same(tmp_path: Path) -> None:
    text = (
        "extends: faster-housing\ntitle: {en: Both, nl: Beide}\n"
        "description:\n  en: >\n    folded\n    text\n  nl: |\n    regel één\n    regel twee\n"
        "housing.homes: 25000\n"
    )
    loaded = []
    for name, data in (
        ("lf", text.encode()),
        ("crlf", text.replace("\n", "\r\n").encode("utf-8-sig")),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.yaml").write_bytes(data)
        (tmp_path / name / "y.yaml").write_bytes(
            data.replace(b"faster-housing", b"x.yaml").replace(b"25000", b"26000")
        )
        loaded.append(load(tmp_path / name / "y.yaml"))
    assert loaded[0] == loaded[1]


def calls(file: Path) -> list[ast.Call]:
    tree = ast.parse(file.read_text("utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_each_text_is_read_and_written_with_its_encoding_and_line_ends() -> None:
    """Ruff sees this only where it knows that something is a path."""
    wrong = []
    for file in (ROOT / "sim").rglob("*.py"):
        for call in calls(file):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "super()":
                continue  # The help formatter has a ``write_text`` of its own; it writes no file.
            given = {word.arg for word in call.keywords}
            told = (
                name != "to_csv" or "lineterminator" in given,
                name != "write_text" or ("newline" in given and len(call.args) == 2),
            )
            if not all(told):
                wrong.append((str(file.relative_to(ROOT)), call.lineno, name))
    assert not wrong


@pytest.mark.slow
def test_a_redirected_text_is_utf_8_whatever_the_code_page(tmp_path: Path) -> None:
    told = [
        subprocess.run(
            [sys.executable, "-m", "sim", "scenario", "show", "baseline", "--lang", "nl"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": encoding},
            capture_output=True,
            check=True,
        ).stdout
        for encoding in ("utf-8", "cp1252", "ascii")
    ]
    assert not told[0].isascii()
    assert told[1:] == [told[0]] * 2


# -- what is tested elsewhere -----------------------------------------------------------------


def test_the_workflow_tests_every_python_that_is_named_on_three_systems() -> None:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        project = tomllib.load(stream)["project"]
    named = [one.removeprefix(PYTHON) for one in project["classifiers"] if one.startswith(PYTHON)]
    text = (ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8")
    (job,) = yaml.safe_load(text)["jobs"].values()
    matrix = job["strategy"]["matrix"]
    assert matrix == {"system": ["ubuntu", "macos", "windows"], "python": named}
    assert project["requires-python"] == f">={named[0]}"
    steps = job["steps"]
    for step in steps:
        assert re.fullmatch(r"[a-z-]+/[a-z-]+@v\d+\.\d+\.\d+", step.get("uses", "a/a@v1.1.1")), step
        # There is no make on Windows.
        assert not re.search(r"\bmake\b", step.get("run", ""))
    commands = " ".join(step.get("run", "") for step in steps)
    for file in re.findall(r"(?:locks|tests)/[\w.]+", commands):
        assert (ROOT / file).is_file(), file
    assert "--require-hashes" in commands
    (golden,) = (step for step in steps if step.get("id") == "golden")
    assert golden["continue-on-error"] == "${{ matrix.system != 'ubuntu' }}"

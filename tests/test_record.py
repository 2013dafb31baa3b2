"""Records: what they bind, that no byte changes unseen, and what is made of them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
import yaml
from pydantic import ValidationError
from support.cli import Command
from support.folders import record_in, rewrite
from support.processes import needs

import sim
from sim.errors import ScenarioError
from sim.export.memo.memo import memo_of
from sim.export.run_workbook import run_workbook
from sim.export.safe_workbook import open_workbook
from sim.reproduce.compare import compare_files, compare_tables
from sim.results.executor import Workers
from sim.results.versions import versions
from sim.runs.batches import Options
from sim.runs.citation import YEAR
from sim.runs.environment import packages, source
from sim.runs.index import find_results
from sim.runs.load import read_folder, read_run_folder
from sim.runs.manifest import (
    MANIFEST,
    has_valid_checksum,
    read_manifest,
    with_checksum,
)
from sim.runs.manifest_schema import validate
from sim.runs.run import Run, execute
from sim.runs.verify import verify_record
from sim.scenario import Scenario, load_chain

ROOT = Path(__file__).parent.parent
UNTIL = date(2026, 12, 31)
QUICK: dict[str, Any] = {
    "replications": 2, "step": "week", "until": UNTIL, "charts": False, "workers": Workers(1),
}  # fmt: skip
TINY = ["--replications", "2", "--step", "week", "--workers", "1", "--quiet"]
SHORT = ["--until", "2026-12-31"]
SWEEP = """
title: {en: Tiny, nl: Klein}
scenario: baseline
design: sobol
points: 16
keys:
  inflow.first@2025-02-01: {low: 15000, high: 45000}
patches:
  crossed: {price: [none, regular-27100]}
record: ["inflow.total.2025:mean"]
replications: 1
until: 2025-02-28
"""


@pytest.fixture(scope="module")
def done(baseline: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with charts: to be read, never changed."""
    folder = tmp_path_factory.mktemp("records") / "baseline"
    inputs = load_chain(["baseline"]).inputs
    return execute(baseline, "baseline", Options(**QUICK | {"charts": True}), folder, None, inputs)


@pytest.fixture
def copy(done: Run, tmp_path: Path) -> Path:
    """A copy of the run, to be changed."""
    folder = tmp_path / "baseline"
    shutil.copytree(done.folder, folder)
    return folder


def record_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    return found


def flip(file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(bytes(data))


# -- what a record binds ----------------------------------------------------------------------


@pytest.mark.slow
def test_a_record_tells_packages_platform_sources_and_every_input(done: Run) -> None:
    record = record_of(done.folder)
    assert record["packages"]["numpy"] == versions()["numpy"]
    assert {"pandas", "pyarrow", "matplotlib", "pillow", "pydantic"} <= set(record["packages"])
    assert not {"pytest", "hypothesis"} & set(record["packages"])
    assert record["platform"]["python"] == ".".join(map(str, sys.version_info[:3]))
    assert "Ontwerpbegroting 2025" in record["sources"]["OWB-2025"]
    assert set(record["data"]) >= {"sources.yaml", "program.po", "observed.csv"}
    assert os.uname().nodename not in json.dumps(record["platform"])


def test_inputs_are_hashed_as_they_were_read_and_told_apart(tmp_path: Path) -> None:
    for name, homes in (("a", 20_000), ("b", 30_000)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "patch.yaml").write_text(
            f"extends: baseline\ntitle: {{en: x, nl: x}}\ndescription: {{en: x, nl: x}}\n"
            f"housing.homes: {homes}\n"
        )
    files = [tmp_path / name / "patch.yaml" for name in ("a", "b")]
    loaded = load_chain([str(file) for file in files], ["prices.empty_bed=1"])
    kept = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    files[0].write_text("something else")
    found = loaded.inputs
    assert set(found) == {"--set", "patch.yaml", "patch.yaml (2)", "baseline.yaml"}
    assert {found["patch.yaml"], found["patch.yaml (2)"]} == set(kept)
    assert found["--set"] != load_chain(["baseline"], ["prices.empty_bed=2"]).inputs["--set"]


@pytest.mark.long
def test_equal_runs_differ_in_nothing_but_the_moment(done: Run, baseline: Scenario,
                                                     tmp_path: Path) -> None:  # fmt: skip
    again = execute(baseline, "baseline", Options(**QUICK | {"charts": True}), tmp_path / "again",
                    None, load_chain(["baseline"]).inputs)  # fmt: skip
    one, two = record_of(done.folder), record_of(again.folder)
    moment = {"created", "seal"}
    assert {k: v for k, v in one.items() if k not in moment} == {
        k: v for k, v in two.items() if k not in moment
    }


@pytest.mark.slow
def test_the_headline_is_the_gap_of_the_last_year_up_to_2027(done: Run) -> None:
    table = done.budget
    (row,) = table[
        (table["vintage"] == "owb2025") & (table["line"] == "total") & (table["year"] == 2026)
        & (table["cost_level"] == "estimated") & (table["timing"] == "cost")
        & (table["price_basis"] == "vintage")
    ].to_dict("records")  # fmt: skip
    told = record_of(done.folder)["headline"]
    assert told == {"year": 2026, "vintage": "owb2025", "p10": row["gap_p10"],
                    "p50": row["gap_p50"], "p90": row["gap_p90"]}  # fmt: skip


# -- how to cite ------------------------------------------------------------------------------


def test_the_version_is_stated_in_pyproject_and_everything_else_agrees_with_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert versions()["opvangsim"] == project["version"], "installed before: run make check"
    assert cited["version"] == project["version"]
    assert cited["license"] == "EUPL-1.2"
    assert cited["date-released"].year == YEAR


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "told", "end"),
    [
        (
            "compare",
            {"scenarios": {"a": {"en": "A", "nl": "B"}, "c": {"en": "C", "nl": "D"}}},
            "A, C",
        ),
        ("compare", {"scenarios": {"a": {"en": "A", "nl": "B"}}, "lang": "nl"}, "B"),
        (
            "answers",
            {"name": "question 10", "asked": {"questions": [{"number": 10}]}, "scenarios": {}},
            "question 10",
        ),
        ("charts", {"id": None, "of": "x", "scenario": "baseline", "scenarios": {}}, "baseline"),
        ("tables", {"of": {"scenario": "baseline"}, "scenarios": {}}, "baseline"),
    ],
)
def test_a_manifest_of_every_kind_says_how_to_cite_it(
    kind: str, told: dict[str, Any], end: str, tmp_path: Path
) -> None:
    record = record_in(tmp_path, kind, **told)
    assert record["cite"] == f"opvangsim {versions()['opvangsim']} ({YEAR}), {kind} x: {end}"
    assert read_manifest(tmp_path)["cite"] == record["cite"]


@pytest.mark.slow
def test_a_run_says_how_to_cite_it_and_so_do_its_memo_and_its_workbook(
    done: Run, tmp_path: Path
) -> None:
    told = record_of(done.folder)["cite"]
    assert told.startswith(f"opvangsim {versions()['opvangsim']} ({YEAR}), run {done.id}: Baseline")
    assert told in repr(memo_of(read_folder(done.folder), "en").blocks)
    (tmp_path / "run.xlsx").write_bytes(run_workbook(read_run_folder(done.folder), "nl"))
    sheets = open_workbook(tmp_path / "run.xlsx").sheets.values()
    assert told in [cell.value for sheet in sheets for cell in sheet.values()]


# -- the commit -------------------------------------------------------------------------------


def git(folder: Path, *words: str) -> str:
    mine = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    own = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    command = ["git", "-C", str(folder), *mine, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=own)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout as the package's own: a program, and a README."""
    root = tmp_path / "checkout"
    (root / "sim").mkdir(parents=True)
    (root / "sim" / "a.py").write_text("x = 1\n")
    (root / "README.md").write_text("read me\n")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    source.cache_clear()
    return root


def test_the_commit_is_that_of_the_program_and_knows_whether_it_was_clean(checkout: Path) -> None:
    told = source(checkout)
    assert (told["commit"], told["clean"], told["why"]) == (git(checkout, "rev-parse", "HEAD"),
                                                            True, "")  # fmt: skip
    cases: dict[str, tuple[Callable[[], object], bool]] = {
        "a patch of the user's own": (lambda: (checkout / "my.yaml").write_text("x"), True),
        "a known file changed": (lambda: (checkout / "README.md").write_text("other"), False),
        "a new file in the program": (lambda: (checkout / "sim" / "b.py").write_text("y"), False),
    }
    for case, (change, clean) in cases.items():
        change()
        source.cache_clear()
        assert source(checkout)["clean"] is clean, case
        git(checkout, "checkout", "-q", "README.md")
    assert source(checkout)["program"] != told["program"]


def test_without_a_commit_it_says_why(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def why(root: Path) -> str:
        source.cache_clear()
        told = source(root)
        assert (told["commit"], told["clean"]) == (None, None)
        return str(told["why"])

    assert "not a checkout" in why(checkout / "sim")
    broken = checkout.parent / "broken"
    (broken / "sim").mkdir(parents=True)
    (broken / ".git").write_text("gitdir: /nowhere\n")
    assert "git refused" in why(broken)
    monkeypatch.setenv("PATH", "/nowhere")
    assert "no git" in why(checkout)


def test_git_starts_nothing_and_looks_nowhere_else(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.name == "nt":
        pytest.skip("the hook is a program of a POSIX shell")
    commit = git(checkout, "rev-parse", "HEAD")
    hook = tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    hook.chmod(0o755)
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    git(hostile, "init", "-q")
    for root in (checkout, hostile):
        git(root, "config", "core.fsmonitor", str(hook))
    monkeypatch.chdir(hostile)
    monkeypatch.setenv("GIT_DIR", str(hostile / ".git"))
    source.cache_clear()
    assert source(checkout)["commit"] == commit
    assert not (tmp_path / "started").exists()


@pytest.mark.long
def test_nothing_is_asked_of_git_before_a_record_is_written(tmp_path: Path) -> None:
    fake = tmp_path / "git"
    fake.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\nexit 1\n")
    fake.chmod(0o755)
    words = "import sim.cli, sim.runs.run, sim.reproduce.rerun, sim.api.folders"
    path = os.pathsep.join((str(tmp_path), os.environ["PATH"]))
    subprocess.run([sys.executable, "-c", words], check=True, env={**os.environ, "PATH": path})
    assert not (tmp_path / "asked").exists()
    assert packages.__wrapped__()["opvangsim"] == versions()["opvangsim"]


# -- the seal ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_any_flipped_bit_of_a_record_breaks_its_seal(done: Run) -> None:
    data = (done.folder / MANIFEST).read_bytes()
    assert has_valid_checksum(data.decode())
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1 << (at % 7)
        assert not has_valid_checksum(changed.decode("utf-8", "replace")), at


@pytest.mark.slow
def test_one_flipped_byte_in_any_file_is_found(copy: Path, command: Command) -> None:
    assert verify_record(copy).intact
    chance = Random(1)
    for file in sorted(one for one in copy.rglob("*") if one.is_file()):
        whole = file.read_bytes()
        for at in (0, len(whole) - 1, chance.randrange(len(whole)), chance.randrange(len(whole))):
            flip(file, at)
            found = verify_record(copy)
            name = str(file.relative_to(copy))
            assert not found.intact
            assert name in [one.file for one in found.findings if one.what == "changed"], (name, at)
            file.write_bytes(whole)
    done = command("runs", "verify", "baseline")
    assert (done.returncode, "intact: " in done.stdout) == (0, True)
    flip(copy / MANIFEST, 40)
    flip(copy / "charts" / "gap.png", 1000)
    done = command("runs", "verify", "baseline", "--lang", "nl")
    assert done.returncode == 3
    assert "charts/gap.png: GEWIJZIGD" in done.stdout
    assert "run.json: GEWIJZIGD" in done.stdout
    assert "NIET intact: 2 " in done.stdout


@pytest.mark.slow
def test_what_is_missing_or_too_many_is_told(copy: Path, command: Command) -> None:
    (copy / "yearly.csv").unlink()
    (copy / "charts" / "mine.png").write_text("x")
    (copy / "monthly.csv").unlink()
    needs("symlinks")
    (copy / "monthly.csv").symlink_to(copy / "monthly.parquet")
    done = command("runs", "verify", "baseline")
    assert done.returncode == 3
    assert "yearly.csv: MISSING" in done.stdout
    assert "charts/mine.png: not in the manifest" in done.stdout
    assert "monthly.csv: MISSING" in done.stdout
    assert "3 of its 11 files" in done.stdout
    table = sim.verify_run("baseline").set_index("file")
    assert table["what"].to_dict() == {
        "charts/mine.png": "extra", "monthly.csv": "missing", "yearly.csv": "missing",
    }  # fmt: skip


@pytest.mark.slow
def test_a_folder_without_a_record_is_refused(tmp_path: Path, command: Command) -> None:
    (tmp_path / "mine").mkdir()
    for name, told in (("mine", "no run.json in it"), ("nowhere", "no such folder")):
        done = command("runs", "verify", name)
        assert done.returncode == 2
        assert told in done.stderr


# -- the door ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_record_changed_by_hand_is_refused_by_whoever_reads_it(
    copy: Path, command: Command
) -> None:
    record = record_of(copy)
    (copy / MANIFEST).write_text(json.dumps(record | {"scenario": "mine"}, indent=1), "utf-8")
    for words in (("plot", "baseline"), ("dashboard", "baseline", "-o", "p.html"),
                  ("memo", "baseline", "-o", "m.md"), ("runs", "reproduce", "baseline"),
                  ("export", "baseline", "--csv", "-o", "x")):  # fmt: skip
        done = command(*words)
        assert done.returncode == 2, words
        assert "baseline/run.json: this file is not the one that the run wrote" in done.stderr
        assert "recreate the folder: opvangsim run baseline" in done.stderr


@pytest.mark.slow
def test_a_manifest_is_written_only_if_it_fits_its_schema(done: Run) -> None:
    manifest = record_of(done.folder)
    options = manifest["options"]
    changes: dict[str, Any] = {
        "id": "",
        "options": options | {"seed": "1"},
        "created": 5,
        "headline": {"year": 2027},
        "files": {"budget.csv": "0"},
        "lang": "fr",
    }
    for key, value in changes.items():
        with pytest.raises(ValidationError, match=key):
            validate(manifest | {key: value})
    for key in ("title", "command", "files", "check_2024_eur"):
        with pytest.raises(ValidationError, match=key):
            validate({name: value for name, value in manifest.items() if name != key})
    validate(manifest)


@pytest.mark.parametrize("name", ["../mine.txt", "/etc/passwd", "a/../b", ".", "", "run.json"])
def test_a_manifest_that_lists_a_file_outside_its_folder_is_refused(
    tmp_path: Path, name: str
) -> None:
    manifest = record_in(tmp_path / "r", "charts", of="x")
    rewrite(tmp_path / "r", manifest | {"files": {name: "0" * 64}})
    with pytest.raises(ScenarioError, match="not the name of a file in this folder"):
        read_manifest(tmp_path / "r")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "this is not a manifest of opvangsim"),
        ("{", "this is not a manifest of opvangsim"),
        ("[" * 100_000, "this is not a manifest of opvangsim"),
        ('{"kind": "run", "schema": 1, "command": "opvangsim run x"}', "has schema 1"),
    ],
)
def test_what_is_no_record_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(ScenarioError, match=told):
        read_manifest(tmp_path)


# -- made again -------------------------------------------------------------------------------


@pytest.mark.long
def test_a_run_made_again_is_equal_and_says_what_differs_if_not(
    copy: Path, command: Command
) -> None:
    done = command("runs", "reproduce", "baseline", "--workers", "1")
    assert done.returncode == 0, done.stderr
    files = len(record_of(copy)["files"])
    assert done.stdout.count("  equal ") == files
    assert f"identical: all {files} files" in done.stdout
    table = pd.read_csv(copy / "yearly.csv")
    table["mean"] += 2.0 * (table.index == 3)
    table["p90"] -= 5.0 * (table.index == 5)
    table.to_csv(copy / "yearly.csv", index=False)
    (copy / "monthly.csv").unlink()
    flip(copy / "charts" / "gap.png", 900)
    done = command("runs", "reproduce", "baseline", "--lang", "nl")
    assert done.returncode == 3
    (line,) = (
        one for one in done.stdout.splitlines() if "yearly.csv" in one and "VERSCHILT" in one
    )
    assert "afwijkende cellen: 2; de eerste in rij 4 (" in line
    assert ", mean: " in line
    assert "grootste verschil 5 in p90" in line
    assert "NIEUW      monthly.csv" in done.stdout
    assert "VERSCHILT  charts/gap.png" in done.stdout
    assert "let op: charts/gap.png in deze map is gewijzigd" in done.stdout
    assert f"NIET identiek: {files - 3} van {files}" in done.stdout


@pytest.mark.long
def test_another_scenario_in_the_folder_is_not_run(copy: Path, command: Command) -> None:
    file = copy / "scenario.resolved.yaml"
    file.write_text(file.read_text("utf-8").replace("30210", "30211"), "utf-8")
    done = command("runs", "reproduce", "baseline")
    assert done.returncode == 2
    assert "scenario.resolved.yaml: this file is not the one that the run wrote" in done.stderr


@pytest.mark.long
def test_a_run_is_made_again_though_its_files_have_changed_since(
    command: Command, tmp_path: Path
) -> None:
    patch = tmp_path / "mine.yaml"
    head = "extends: baseline\ntitle: {en: x, nl: x}\ndescription: {en: x, nl: x}\n"
    patch.write_text(f"{head}housing.homes: 20000\n")
    words = ("run", "mine.yaml", "--set", "prices.empty_bed=30", "--until", "2025-03-31",
             "--no-charts", *TINY)  # fmt: skip
    assert command(*words).returncode == 0
    (folder,) = (tmp_path / "outputs").iterdir()
    patch.write_text(f"{head}housing.homes: 10000\n")
    done = command("runs", "reproduce", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "input, changed since: mine.yaml was" in done.stdout


@pytest.mark.long
def test_what_is_not_as_it_was_is_told(copy: Path, command: Command) -> None:
    record = record_of(copy)
    record["versions"]["numpy"] = "1.0"
    record["platform"]["machine"] = "abacus"
    record["source"] |= {"commit": "f" * 40, "clean": True}
    rewrite(copy, record)
    told = command("runs", "reproduce", "baseline").stdout
    assert "version: numpy was 1.0, is " in told
    assert "platform: machine was abacus, is " in told
    assert "program: commit was fffffff, is " in told


@pytest.mark.long
def test_an_explanation_by_patch_in_dutch_is_made_again(command: Command) -> None:
    """Of patches a folder holds what they make together, so that it must know how it was cut."""
    words = ("explain", "baseline", "faster-housing+regular-27100", "--year", "2025", "--by",
             "patch", "--lang", "nl", *TINY, "-o", "here")  # fmt: skip
    assert command(*words).returncode == 0
    assert len(record_of(Path("here"))["asked"]["factors"]) == 2
    done = command("runs", "reproduce", "here", "--workers", "1", "--quiet")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_a_sweep_and_what_was_found_in_it_are_made_again(command: Command) -> None:
    Path("small.yaml").write_text(SWEEP, encoding="utf-8")
    assert command("sweep", "small.yaml", "--workers", "1", "--quiet").returncode == 0
    sweep = Path("outputs/sweep-small")
    (sweep / "notes.txt").write_text("mine")
    done = command("runs", "verify", str(sweep))
    assert (done.returncode, "notes.txt: not in the manifest" in done.stdout) == (0, True)
    Path("small.yaml").write_text("changed", encoding="utf-8")
    done = command("runs", "reproduce", str(sweep), "--workers", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    middle = pd.read_parquet(sweep / "sweep.parquet")["inflow.total.2025:mean"].median()
    where = f"inflow.total.2025:mean > {middle}"
    assert command("discover", str(sweep), "--where", where, "-o", "outputs/found").returncode == 0
    sweep.rename("outputs/moved")
    assert command("runs", "reproduce", "outputs/found").returncode == 0
    Path("outputs/moved").rename("moved")
    done = command("runs", "reproduce", "outputs/found")
    assert (done.returncode, "name its folder with --sweep" in done.stderr) == (2, True)
    assert command("runs", "reproduce", "outputs/found", "--sweep", "moved").returncode == 0


@pytest.mark.parametrize("kind", ["answers", "charts", "tables", "fixed stock"])
def test_what_can_not_be_made_again_is_refused_by_name(
    tmp_path: Path, command: Command, kind: str
) -> None:
    record_in(tmp_path / "it", kind, of="x", asked={"questions": [], "lang": "en"})
    done = command("runs", "reproduce", "it")
    assert done.returncode == 2
    assert f"a folder of '{kind}' does not hold all that it was made from" in done.stderr


def test_tables_are_held_against_each_other_cell_by_cell(tmp_path: Path) -> None:
    table = pd.DataFrame({"year": [2025, 2026], "line": ["a", None], "x": [1.5, float("nan")]})
    assert compare_tables(table, table.copy()) is None
    for name, changed in (("one", table), ("two", table.assign(x=[1.5, 2.0]))):
        (tmp_path / name).mkdir()
        changed.to_csv(tmp_path / name / "t.csv", index=False)
        changed.iloc[: 2 if name == "one" else 1].to_csv(tmp_path / name / "s.csv", index=False)
    (tmp_path / "two" / "new.txt").write_text("x")
    names = ["t.csv", "s.csv", "new.txt", "nowhere"]
    new, shape, cell = compare_files(tmp_path / "one", tmp_path / "two", names)
    assert (new.name, new.state) == ("new.txt", "extra")
    assert (shape.name, shape.shape, shape.cells) == ("s.csv", "2 x 3 / 1 x 3", None)
    assert cell.cells is not None
    assert (cell.cells.count, cell.cells.row, cell.cells.column) == (1, 2, "x")
    assert (cell.cells.before, cell.cells.after) == ("nan", "2.0")


# -- lists ------------------------------------------------------------------------------------


@pytest.fixture
def outputs(done: Run, tmp_path: Path) -> Path:
    """Folders of many kinds: only their records, since a list reads nothing else."""
    root = tmp_path / "outputs"
    record = record_of(done.folder)
    for day, (name, gap) in enumerate((("baseline", 3e9), ("faster-housing", 1e9), ("pact", -2e9))):
        (root / name).mkdir(parents=True)
        told = record["headline"] | {"year": 2027, "p50": gap}
        made = {"scenario": name, "created": f"2026-01-0{day + 1}T12:00:00+00:00"}
        rewrite(root / name, record | made | {"headline": told})
    record_in(root / "compare", "comparison", asked={"base": "a", "others": ["b"]},
              scenarios={"a": record["title"], "b": record["title"]})  # fmt: skip
    (root / "answers").mkdir()
    record_in(root / "answers" / "nl", "answers", asked={"questions": [], "lang": "nl"})
    (root / "answers" / "kept").mkdir()
    for name, text in (
        ("cut-off", '{"kind": "run", "schema"'),
        ("old", '{"kind": "run", "schema": 1}'),
    ):
        (root / name).mkdir()
        (root / name / MANIFEST).write_text(text)
    (root / "thesis").mkdir()
    (root / ".baseline.1a2b.partial").mkdir()
    (root / "overview.png").write_text("x")
    return root


@pytest.mark.slow
def test_runs_are_listed_with_their_gap_and_what_is_wrong_is_said(
    outputs: Path, command: Command
) -> None:
    done = command("runs", "list")
    assert done.returncode == 0
    shown = " ".join(done.stdout.split())
    for text in ("3.0 (", "\N{MINUS SIGN}2.0 (", "compare", "answers/nl",
                 "not a manifest of opvangsim", "no results of", "not finished",
                 "has schema 1", "9 of 9"):  # fmt: skip
        assert text in shown, text
    assert "kept" not in shown
    dutch = command("runs", "list", str(outputs), "--lang", "nl").stdout
    assert "niet voltooid" in " ".join(dutch.split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--kind", "run", "--scenario", "a"), ["pact", "faster-housing", "baseline"]),
        (("--scenario", "HOUSING"), ["faster-housing"]),
        (("--scenario", "a", "--kind", "run", "--sort", "gap"),
         ["baseline", "faster-housing", "pact"]),
        (("--scenario", "a", "--kind", "run", "--sort", "gap", "--reverse"),
         ["pact", "faster-housing", "baseline"]),
        (("--kind", "run", "--since", "2026-01-02", "--sort", "scenario"),
         ["faster-housing", "pact"]),
        (("--kind", "comparison"), ["compare"]),
        (("--kind", "nothing"), []),
    ],
)  # fmt: skip
def test_a_list_is_filtered_and_sorted(
    outputs: Path, command: Command, words: tuple[str, ...], expected: list[str]
) -> None:
    rows = json.loads(command("runs", "list", str(outputs), "--json", *words).stdout)
    assert [Path(row["folder"]).name for row in rows] == expected


@pytest.mark.slow
def test_a_long_list_says_what_it_leaves_out_and_python_has_all(
    outputs: Path, command: Command
) -> None:
    done = command("runs", "list", "--limit", "2")
    assert "the first 2 of 9 (of 9 folders)" in done.stdout
    table = sim.list_runs(outputs, kind="run", scenario="a", sort="gap")
    assert table["gap_p50"].tolist() == [3e9, 1e9, -2e9]
    assert len(sim.list_runs(outputs)) == len(find_results(outputs)) == 9
    with pytest.raises(ScenarioError, match="no order by 'size'"):
        sim.list_runs(outputs, sort="size")


def test_a_folder_that_is_not_there_is_refused(command: Command) -> None:
    done = command("runs", "list", "nowhere")
    assert done.returncode == 2
    assert "nowhere: can't be read: No such file" in done.stderr


# -- what moved -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The baseline under its old name with more homes, as a later state of the program."""
    scenario = load_chain(["baseline"], ["housing.homes=45000", "prices.empty_bed=40"]).scenario
    folder = tmp_path_factory.mktemp("later") / "baseline"
    return execute(scenario, "baseline", Options(**QUICK), folder)


@pytest.mark.long
def test_what_moved_is_told_as_the_changelog_has_it(
    done: Run, changed: Run, command: Command
) -> None:
    told = command("runs", "compare", str(done.folder), str(changed.folder))
    assert told.returncode == 0, told.stderr
    head, *causes = told.stdout.splitlines()
    old, new = (record_of(run.folder)["headline"] for run in (done, changed))
    band = ["{p50:,.0f} ({p10:,.0f} to {p90:,.0f})".format(
        **{k: one[k] / 1e6 for k in ("p10", "p50", "p90")}) for one in (old, new)]  # fmt: skip
    assert head.startswith("- Gap of `baseline`, median (80% interval), EUR million, 2 "
                           "replications with a time step of one week, seed 1: 2025 ")  # fmt: skip
    assert f"2026 {band[0]} to {band[1]}; need at the end of 2026, mean, " in head
    assert all(cause.startswith("  - ") for cause in causes)
    assert "  - `housing.homes`: 30,210 persons/year" in told.stdout
    # It is as uncertain as the number it stands for, and says so.
    assert " to 45,000 persons/year (" in told.stdout
    assert "\N{MINUS SIGN}" not in told.stdout
    dutch = sim.compare_runs(done.folder, changed.folder, "nl")
    assert dutch.startswith("- Tekort van `baseline`")


@pytest.mark.slow
def test_where_nothing_moved_that_is_said(done: Run, command: Command) -> None:
    told = command("runs", "compare", str(done.folder), str(done.folder))
    assert told.stdout.startswith("No number of `baseline` changed")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"scenario": "pact"}, "a run of pact, where"),
        ({"options": {"seed": 2}}, "seed is 2, and 1 in"),
        ({"options": {"replications": 500}}, "replications is 500, and 2 in"),
        ({"options": {"step": "day"}}, "step is day, and week in"),
    ],
)
def test_runs_that_can_not_be_compared_are_refused(
    done: Run, copy: Path, command: Command, change: dict[str, Any], told: str
) -> None:
    record = record_of(copy)
    options = record["options"] | change.get("options", {})
    rewrite(copy, record | change | {"options": options})
    said = command("runs", "compare", str(done.folder), str(copy))
    assert said.returncode == 2
    assert told in said.stderr


@pytest.mark.slow
def test_a_sealed_record_reads_as_it_was_written(done: Run) -> None:
    record = read_manifest(done.folder)
    assert with_checksum(record) == (done.folder / MANIFEST).read_text("utf-8")

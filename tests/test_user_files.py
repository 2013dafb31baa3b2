"""The program replaces or deletes only files that its own valid manifest lists.

What else lies in a folder of results is the user's and stays, whatever kills the program. A
folder without a valid manifest is refused unless it is empty.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from support.cli import DESIGN, Command, run_cli
from support.folders import digest, record_in, tree
from support.processes import KILLED, Touches, in_child_process, needs

from sim.errors import ModelError, ScenarioError
from sim.reproduce.rerun import reproduce
from sim.results.executor import Workers
from sim.runs.chart_folder import write_chart_files, write_charts
from sim.runs.folder import replace_folder
from sim.runs.load import read_run_folder
from sim.runs.manifest import read_manifest
from sim.runs.provenance import Provenance
from sim.runs.verify import verify_record
from sim.studies.base import no_progress

SHORT = (
    "run", "baseline", "--replications", "1", "--step", "week", "--workers", "1",
    "--until", "2025-01-31", "--no-charts",
)  # fmt: skip


def write(folder: Path, text: str) -> None:
    """Write a small folder of results."""
    with replace_folder(folder) as staging:
        (staging / "table.csv").write_text(text)
        (staging / "charts").mkdir()
        (staging / "charts" / f"{text}.svg").write_text(text)
        titles = {"baseline": {"en": "a", "nl": "b"}}
        record_in(staging, "stock", asked={"levels": [1, 2], "reached": 2027}, scenarios=titles)


def files_of_a_user(folder: Path) -> None:
    """Put into a folder what a user might: files, folders, links, beside and among the results."""
    (folder / "notes.txt").write_text("notes")
    (folder / ".hidden").write_text("hidden")
    (folder / "charts" / "mine.svg").write_text("drawn by hand")
    (folder / "thesis" / "data").mkdir(parents=True)
    (folder / "thesis" / "data" / "table.csv").write_text("years of work")
    (folder / "empty").mkdir()
    needs("symlinks")
    (folder / "link").symlink_to("notes.txt")
    (folder / "nowhere").symlink_to("there is no such file")


OWN = (
    "notes.txt", ".hidden", "charts/mine.svg", "thesis/data/table.csv", "empty", "link", "nowhere",
)  # fmt: skip


def found_in(folder: Path) -> list[str]:
    return [name for name in OWN if os.path.lexists(folder / name)]


def results_in(folder: Path) -> str:
    """The text of whole results; empty where there are none."""
    if not folder.exists():
        return ""
    files = read_manifest(folder)["files"]
    assert {name: digest(folder / name) for name in files} == files
    return (folder / "table.csv").read_text()


def test_a_second_run_keeps_the_files_of_the_user(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(*SHORT, "--out", "r").returncode == 0
    Path("r/notes.txt").write_text("note", encoding="utf-8")
    Path("r/budget.csv").write_text("edited, but listed", encoding="utf-8")
    assert command(*SHORT, "--out", "r", "--seed", "2").returncode == 0
    assert Path("r/notes.txt").read_text(encoding="utf-8") == "note"
    record = read_manifest(Path("r"))
    assert record["options"]["seed"] == 2
    assert digest(Path("r/budget.csv")) == record["files"]["budget.csv"]
    assert [one.name for one in tmp_path.iterdir()] == ["r"]


def test_what_the_old_manifest_lists_goes_and_all_else_stays(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write(folder, "old")
    files_of_a_user(folder)
    write(folder, "new")
    assert found_in(folder) == list(OWN)
    assert results_in(folder) == "new"
    assert not (folder / "charts" / "old.svg").exists()
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def test_an_exchange_killed_at_any_step_loses_no_file_of_the_user(tmp_path: Path) -> None:
    """Each file of the user is in one folder, results are whole, and the next command repairs."""
    origin = tmp_path / "origin"
    write(origin / "out", "old")
    files_of_a_user(origin / "out")
    step, ends, absent = 0, set(), 0
    while "finished" not in ends:
        step += 1
        place = tmp_path / str(step)
        shutil.copytree(origin, place, symlinks=True)
        code = in_child_process(partial(_killed_at, step, place)).code
        assert code in (0, KILLED)
        ends.add("finished" if code == 0 else results_in(place / "out"))
        absent += not (place / "out").exists()
        aside = place / ".out.partial"
        holders = [place / "out", aside / "ready", aside / "old"]
        assert sorted(name for one in holders for name in found_in(one)) == sorted(OWN)
        interrupted = tmp_path / f"{step}-interrupted"
        shutil.copytree(place, interrupted, symlinks=True)
        with pytest.raises(KeyboardInterrupt), replace_folder(interrupted / "out"):
            raise KeyboardInterrupt
        assert results_in(interrupted / "out") in ("old", "new")
        write(place / "out", "next")
        assert results_in(place / "out") == "next"
        for repaired in (interrupted, place):
            assert found_in(repaired / "out") == list(OWN)
            assert [one.name for one in repaired.iterdir()] == ["out"]
    assert ends == {"old", "", "new", "finished"}
    assert absent == 1
    assert step > 25


def _killed_at(step: int, place: Path) -> None:
    def die(number: int) -> None:
        if number == step:
            os.kill(os.getpid(), signal.SIGKILL)

    with Touches(place) as touches:
        touches.before = die
        write(place / "out", "new")


@pytest.mark.slow
def test_a_repair_killed_at_any_step_can_be_repaired(tmp_path: Path) -> None:
    """It begins between the two renames, when the folder of results is absent."""
    origin = tmp_path / "origin"
    write(origin / "out", "old")
    files_of_a_user(origin / "out")
    renames = 0

    def die_between_the_two_renames() -> None:
        def die(_number: int) -> None:
            if not (origin / "out").exists():
                os.kill(os.getpid(), signal.SIGKILL)

        with Touches(origin) as touches:
            touches.before = die
            write(origin / "out", "new")

    assert in_child_process(die_between_the_two_renames).code == KILLED
    code = KILLED
    while code == KILLED:
        renames += 1
        place = tmp_path / str(renames)
        shutil.copytree(origin, place, symlinks=True)
        code = in_child_process(partial(_killed_at, renames, place)).code
        aside = place / ".out.partial"
        holders = [place / "out", aside / "ready", aside / "old"]
        assert sorted(name for one in holders for name in found_in(one)) == sorted(OWN)
        write(place / "out", "next")
        assert found_in(place / "out") == list(OWN)
    assert renames > 25


def _directory(folder: Path) -> None:
    (folder / "table.csv").unlink()
    (folder / "table.csv").mkdir()
    (folder / "table.csv" / "mine").write_text("mine")


def _link(folder: Path) -> None:
    (folder / "table.csv").rename(folder / "mine")
    needs("symlinks")
    (folder / "table.csv").symlink_to("mine")


def _new_name(folder: Path) -> None:
    (folder / "charts" / "new.svg").write_text("mine")


def _linked_folder(folder: Path) -> None:
    (folder / "charts").rename(folder / "pictures")
    needs("symlinks")
    (folder / "charts").symlink_to("pictures")


def _file_for_folder(folder: Path) -> None:
    shutil.rmtree(folder / "charts")
    (folder / "charts").write_text("mine")


COLLISIONS: dict[str, Callable[[Path], None]] = {
    "table.csv": _directory,
    "table.csv ": _link,
    "charts/new.svg": _new_name,
    "charts": _linked_folder,
    "charts ": _file_for_folder,
}


@pytest.mark.parametrize("name", COLLISIONS)
def test_a_file_of_the_user_under_the_name_of_a_new_result_is_refused(
    tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "out"
    write(folder, "old")
    files_of_a_user(folder)
    COLLISIONS[name](folder)
    before = tree(folder)
    with pytest.raises(ScenarioError, match="would be lost") as caught:
        write(folder, "new")
    assert str(folder / name.strip()) in str(caught.value)
    assert tree(folder) == before
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


FOREIGN = {
    "no manifest": "",
    "another program": '{"kind": "x", "schema": "v1"}',
    "an older form": '{"kind": "run", "schema": 1}',
    "no JSON": "{",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_folder_without_a_valid_manifest_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    if FOREIGN[name]:
        (tmp_path / "run.json").write_text(FOREIGN[name])
    before = tree(tmp_path)
    with pytest.raises(ScenarioError, match=r"not a run of opvangsim|is not valid"):
        write(tmp_path, "new")
    assert tree(tmp_path) == before


def test_a_manifest_that_was_changed_or_is_a_link_is_refused(tmp_path: Path) -> None:
    folder, other = tmp_path / "out", tmp_path / "other"
    write(folder, "old")
    text = (folder / "run.json").read_text()
    (folder / "run.json").write_text(text.replace("table.csv", "notes.txt"))
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(ScenarioError, match="is not valid"):
        write(folder, "new")
    other.mkdir()
    (folder / "run.json").write_text(text)
    needs("symlinks")
    (other / "run.json").symlink_to(folder / "run.json")
    with pytest.raises(ScenarioError, match="not a run of opvangsim"):
        write(other, "new")
    assert (folder / "notes.txt").read_text() == "mine"


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    write(tmp_path / "out", "first")
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty", "first")
    assert results_in(tmp_path / "empty") == results_in(tmp_path / "out") == "first"


def test_what_another_left_beside_a_folder_is_not_deleted(tmp_path: Path) -> None:
    """The folder beside it may hold what an earlier version, or another program, put there."""
    (tmp_path / ".out.partial" / "new").mkdir(parents=True)
    (tmp_path / ".out.partial" / "new" / "notes.txt").write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(ScenarioError, match="did not put there"):
        write(tmp_path / "out", "new")
    assert tree(tmp_path) == before


def test_nothing_is_put_in_place_without_a_valid_manifest(tmp_path: Path) -> None:
    with (
        pytest.raises(ModelError, match="without a manifest"),
        replace_folder(tmp_path / "out") as staging,
    ):
        (staging / "run.json").write_text(json.dumps({"kind": "run", "schema": 2}))
    assert not list(tmp_path.iterdir())


# Sweeps, whose folder is written while they are under way

SWEEP = ("sweep", "design.yaml", "--out", "s", "--workers", "1", "--quiet")


@pytest.fixture
def design(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "design.yaml").write_text(DESIGN)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "s"


def files_beside_a_sweep(folder: Path) -> dict[str, str]:
    """Put files of a user wherever a sweep writes, and give all their hashes."""
    for name in (
        "notes.txt", "mine.partial", "parts/thesis.txt", "parts/data/table.parquet",
        "parts/mine.parquet", "failed/mine.yaml", "scenarios/mine.yaml",
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine")
    return {name: mark for name, mark in tree(folder).items() if "mine" in _text(folder / name)}


def _text(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "replace")


@pytest.mark.parametrize("manifest", ["", "run.json", "sweep.json"])
def test_a_sweep_refuses_a_folder_that_is_not_its_own(
    design: Path, command: Command, manifest: str
) -> None:
    files_beside_a_sweep(design)
    (design / "sweep.yaml").write_text("program: train.py")
    if manifest:
        (design / manifest).write_text('{"kind": "sweep", "schema": 2, "files": []}')
    before = tree(design)
    done = command(*SWEEP)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert tree(design) == before


def test_a_sweep_refuses_the_folder_of_a_run_and_a_run_that_of_a_sweep(
    design: Path, command: Command
) -> None:
    write(design, "old")
    done = command(*SWEEP)
    assert (done.returncode, "the folder of a stock" in done.stderr) == (2, True)
    assert results_in(design) == "old"
    shutil.rmtree(design)
    assert command(*SWEEP).returncode == 0
    with pytest.raises(ScenarioError, match="the folder of a sweep"):
        write(design, "new")


def test_a_sweep_keeps_the_files_of_the_user_wherever_they_lie(
    design: Path, command: Command
) -> None:
    assert command(*SWEEP).returncode == 0
    table = digest(design / "sweep.parquet")
    mine = files_beside_a_sweep(design)
    assert command(*SWEEP).returncode == 0
    after = tree(design)
    assert {name: after[name] for name in mine} == mine
    files = read_manifest(design)["files"]
    assert not set(files) & set(mine)
    assert (files["sweep.parquet"], "sweep.json" in after) == (table, False)


def test_a_sweep_does_not_replace_a_file_of_the_user_by_a_result(
    design: Path, command: Command
) -> None:
    assert command(*SWEEP).returncode == 0
    (design / "sweep.parquet").unlink()
    (design / "sweep.parquet").mkdir()
    (design / "sweep.parquet" / "mine").write_text("mine")
    before = tree(design)
    done = command(*SWEEP)
    assert (done.returncode, "would replace this file" in done.stderr) == (2, True)
    assert tree(design) == before


def test_a_sweep_killed_at_any_moment_loses_no_file_of_the_user(design: Path) -> None:
    def first() -> int:
        return run_cli(*SWEEP).returncode

    assert in_child_process(first).given == 0
    mine = files_beside_a_sweep(design)
    keep = design.parent / "moments"

    def work() -> None:
        with Touches(design) as touches:
            touches.before = lambda number: shutil.copytree(design, keep / f"{number}" / "s")
            run_cli(*SWEEP)

    in_child_process(work)
    moments = list(keep.iterdir())
    assert len(moments) > 30
    for one in moments:
        there = tree(one / "s")
        assert {name: there[name] for name in mine} == mine


def test_a_sweep_that_an_earlier_version_left_unfinished_is_refused(
    design: Path, command: Command
) -> None:
    (design / "parts").mkdir(parents=True)
    (design / "sweep.yaml").write_text(DESIGN)
    done = command(*SWEEP)
    assert (done.returncode, "can't be resumed" in done.stderr) == (2, True)


# A folder that version 0.1.0 wrote

EARLIER = Path(__file__).parent / "fixtures" / "run_0_1_0"
"""The baseline to the end of 2025, 5 replications by the week, without charts, at 0512748."""


def test_a_run_of_version_0_1_0_is_refused_with_the_command_that_makes_it_again() -> None:
    assert verify_record(EARLIER).intact
    for read in (read_run_folder, lambda folder: reproduce(folder, Workers(1), no_progress)):
        with pytest.raises(ScenarioError) as caught:
            read(EARLIER)
        (problem,) = caught.value.problems
        assert "version 0.1.0 wrote this scenario" in problem.what
        assert "groups.syria.leave_rate: unknown key" in problem.what
        assert problem.advice.count("opvangsim ") == 1
        assert "opvangsim run baseline --replications 5" in problem.advice
        assert problem.advice.endswith("--uncertainty parameters,inflow,process")


def test_a_run_of_version_0_1_0_is_replaced_and_the_files_of_the_user_stay(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EARLIER, "r")
    Path("r/notes.txt").write_text("note", encoding="utf-8")
    assert command(*SHORT, "--out", "r").returncode == 0
    assert Path("r/notes.txt").read_text(encoding="utf-8") == "note"
    assert read_manifest(Path("r"))["options"]["replications"] == 1


# Charts that belong to no run: a folder of them with a manifest, or single files

OF = Provenance("overview", "baseline", "1", "0", "id", "command")


def chart(text: str, name: str = "overview") -> Callable[[Path], None]:
    """Draw a chart of some text, with its words beside it."""

    def draw(folder: Path) -> None:
        (folder / f"{name}.svg").write_text(f"<svg>{text}</svg>")
        (folder / f"{name}.txt").write_text(text)

    return draw


def test_a_folder_of_charts_keeps_the_files_of_the_user(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_charts(folder, chart("old"), OF, "command", kind="scorecard")
    (folder / "notes.txt").write_text("mine")
    write_charts(folder, chart("new"), OF, "command", kind="scorecard")
    assert (folder / "overview.txt").read_text() == "new"
    assert (folder / "notes.txt").read_text() == "mine"
    with pytest.raises(ScenarioError, match="the folder of 'scorecard', not of 'charts'"):
        write_charts(folder, chart("new"), OF, "command")


def test_hindcasts_are_written_into_no_folder_of_the_user(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "scorecard.csv").write_text("mine")
    done = command("hindcast", "-o", "mine")
    assert (done.returncode, "not a run of opvangsim" in done.stderr) == (2, True)
    assert tree(tmp_path / "mine") == {"scorecard.csv": digest(tmp_path / "mine/scorecard.csv")}


def test_a_single_chart_is_replaced_with_its_words_unless_the_user_changed_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    for text in ("old", "new"):
        write_chart_files(tmp_path, chart(text), OF)
        assert (tmp_path / "overview.txt").read_text() == text
    for name in ("overview.svg", "overview.txt"):
        ours = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(ours + b"mine")
        before = tree(tmp_path)
        with pytest.raises(
            ScenarioError, match="not an unchanged chart written by opvangsim"
        ) as caught:
            write_chart_files(tmp_path, chart("third"), OF)
        assert str(tmp_path / name) in str(caught.value)
        assert tree(tmp_path) == before
        (tmp_path / name).write_bytes(ours)
    write_chart_files(tmp_path, chart("third"), OF)
    with pytest.raises(ScenarioError, match="not an unchanged chart written by opvangsim"):
        write_chart_files(tmp_path, chart("fourth", "thesis"), OF)
    assert (tmp_path / "thesis.txt").read_text() == "mine"
    assert sorted(tree(tmp_path)) == ["overview.svg", "overview.txt", "thesis.txt"]

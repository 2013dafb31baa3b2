"""Killed at any moment, and two at once: what was finished is there, nothing half looks whole.

A kill leaves the disk as it is at that moment: so a copy is taken before each call to the file
system, which is what a kill there would leave; real kills are among them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from support.cli import ANSWER, FEW, SHORT, Done, refused, run_cli
from support.folders import digest, left_over, record_in, seen_whole, tree
from support.processes import KILLED, Touches, in_child_process, needs, start_child_process

from sim.errors import ScenarioError
from sim.runs import atomic as whole_module
from sim.runs import batches
from sim.runs.atomic import write_atomic
from sim.runs.folder import replace_folder

# Killed at any moment


@dataclass(frozen=True)
class Writes:
    """A command that writes, where, and another that writes another thing to the same place."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    out: str


FOLDERS = {
    "run": Writes((*SHORT, "--out", "out"), (*SHORT, "--out", "out", "--seed", "2"), "out"),
    "tables": Writes(
        ("export", "r", "--csv", "-o", "out"), ("export", "r", "--parquet", "-o", "out"), "out"
    ),
    "charts": Writes(("plot", "r", "gap", "-o", "out"), ("plot", "r", "need", "-o", "out"), "out"),
    "compare": Writes(
        ("compare", "baseline", "faster-housing", *FEW, "--until", "2025-12-31", "-o", "out"),
        ("compare", "baseline", "no-emergency", *FEW, "--until", "2025-12-31", "-o", "out"),
        "out",
    ),
}
FILES = {
    "explorer": Writes(
        ("dashboard", "r", "-o", "e.html"),
        ("dashboard", "r", "-o", "e.html", "--lang", "nl"),
        "e.html",
    ),
    "memo": Writes(
        ("memo", "r", "-o", "m.docx"), ("memo", "r", "-o", "m.docx", "--lang", "nl"), "m.docx"
    ),
    "export": Writes(
        ("export", "baseline", "--xlsx", "-o", "b.xlsx"),
        ("export", "baseline", "--xlsx", "-o", "b.xlsx", "--lang", "nl"),
        "b.xlsx",
    ),
}


def snapshots(place: Path, words: tuple[str, ...], keep: Path) -> list[Path]:
    """What a kill before each touch of a folder by a command would leave, and its end."""

    def work() -> int:
        os.chdir(place)
        with Touches(place) as touches:

            def copy(number: int) -> None:
                shutil.copytree(place, keep / f"{number:04d}", ignore=shutil.ignore_patterns("r"))

            touches.before = copy
            done = run_cli(*words)
            touches.before = None
        assert done.returncode == 0, done
        return touches.count

    count = in_child_process(work).given
    found = sorted(keep.iterdir())
    assert len(found) == count
    return found


@pytest.mark.long
@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_is_the_old_or_the_new_one_whenever_its_writer_is_killed(
    place: Path, name: str, tmp_path: Path
) -> None:
    writes = FOLDERS[name]

    def begin() -> Done:
        os.chdir(place)
        return run_cli(*writes.first)

    assert in_child_process(begin).given.returncode == 0
    old = seen_whole(place / writes.out)
    found = snapshots(place, writes.second, tmp_path / "moments")
    new = seen_whole(place / writes.out)
    states = [seen_whole(one / writes.out) for one in found]
    assert old != new
    # Between the two renames there is no folder.
    assert states == sorted(states, key=[old, "", new].index)
    assert {old, "", new} == set(states)
    assert states.count("") == 1
    assert not left_over(place)
    for one in found:
        # The next one finds what the dead one left, and takes it away.
        with replace_folder(one / writes.out) as staging:
            record_in(staging, "x")
        assert not left_over(one)


@pytest.mark.long
@pytest.mark.parametrize("name", FILES)
def test_a_file_is_the_old_or_the_new_one_whenever_its_writer_is_killed(
    place: Path, name: str, tmp_path: Path
) -> None:
    writes = FILES[name]

    def begin() -> Done:
        os.chdir(place)
        return run_cli(*writes.first)

    assert in_child_process(begin).given.returncode == 0
    old = digest(place / writes.out)
    found = snapshots(place, writes.second, tmp_path / "moments")
    states = [digest(one / writes.out) for one in found]
    new = digest(place / writes.out)
    assert states == sorted(states, key=[old, new].index)
    assert (states[0], old == new) == (old, False)
    assert not left_over(place)
    for one in found:
        write_atomic(one / writes.out, b"another")
        assert not left_over(one)


def test_what_is_kept_for_answers_is_whole_whenever_its_writer_is_killed(
    place: Path, tmp_path: Path
) -> None:
    found = snapshots(place, ANSWER, tmp_path / "moments")
    kept = place / "outputs" / "answers" / "kept"
    (file,) = kept.iterdir()
    data = file.read_bytes()
    for one in found:
        there = list((one / kept.relative_to(place)).glob("*.kept"))
        assert [each.read_bytes() for each in there] in ([], [data])
    assert [one.name for one in kept.iterdir()] == [file.name]

    def again() -> Done:
        os.chdir(place)
        file.write_bytes(data[:-1])
        return run_cli(*ANSWER)

    done = in_child_process(again).given
    assert done.returncode == 0
    assert f"{file.relative_to(place)} is not as it was written; it is made anew" in done.stderr
    assert file.read_bytes() == data


@pytest.mark.slow
def test_a_sweep_goes_on_to_the_same_table_wherever_it_is_killed(
    place: Path, tmp_path: Path
) -> None:
    words = ("sweep", "design.yaml", "--out", "s", "--workers", "1", "--quiet")
    found = snapshots(place, words, tmp_path / "moments")
    table = (place / "s" / "sweep.parquet").read_bytes()
    finished = [one for one in found if (one / "s" / "run.json").exists()]
    for one in finished:
        record = json.loads((one / "s" / "run.json").read_text())
        assert {n: m for n, m in tree(one / "s").items() if n in record["files"]} == record["files"]
    # Every moment can be gone on from; a few of them are.
    for one in (found[9], found[-9]):

        def again(folder: Path = one) -> Done:
            os.chdir(folder)
            return run_cli(*words)

        assert in_child_process(again).given.returncode == 0
        assert (one / "s" / "sweep.parquet").read_bytes() == table
        assert not left_over(one)


@pytest.mark.long
@pytest.mark.parametrize("moment", [12, 30])
def test_a_run_that_was_really_killed_is_no_obstacle_to_the_next(
    place: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    # Results are stored on disk, so that there is more to leave behind.
    monkeypatch.setattr(batches, "IN_MEMORY_BYTES", 0)

    def die(number: int) -> None:
        if number == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def killed() -> None:
        os.chdir(place)
        with Touches(place) as touches:
            touches.before = die
            run_cli(*SHORT, "--out", "out")

    assert in_child_process(killed).code == KILLED
    assert left_over(place)
    assert not (place / "out").exists()

    def again() -> Done:
        os.chdir(place)
        return run_cli(*SHORT, "--out", "out")

    assert in_child_process(again).given.returncode == 0
    assert seen_whole(place / "out")
    assert not left_over(place)


# Two at once


@pytest.mark.long
def test_of_two_runs_into_one_folder_one_is_done_and_the_other_told(place: Path) -> None:
    def run(seed: int) -> Done:
        os.chdir(place)
        return run_cli(*SHORT, "--out", "out", "--seed", str(seed))

    both = [start_child_process(partial(run, seed)) for seed in (1, 2)]
    done = [ended().given for ended in both]
    for one in done:
        # Who comes late finds the first one finished: then it is done as well.
        assert one.returncode == 0 or refused(one, "another process is writing here", "wait")
    assert 0 in [one.returncode for one in done]
    assert seen_whole(place / "out")
    assert not left_over(place)


@pytest.mark.slow
def test_who_writes_where_another_is_writing_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_module, "LOCK_TIMEOUT_SECONDS", 0.1)
    with replace_folder(tmp_path / "out") as staging:
        record_in(staging, "x")
        with (
            pytest.raises(ScenarioError, match="another process is writing here"),
            replace_folder(tmp_path / "out"),
        ):
            pytest.fail("two at once")
        assert in_child_process(lambda: _is_refused(tmp_path / "out")).given
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def _is_refused(folder: Path) -> bool:
    try:
        with replace_folder(folder):
            return False
    except ScenarioError:
        return True


@pytest.mark.slow
def test_a_lock_of_a_process_that_has_just_died_is_waited_for(tmp_path: Path) -> None:
    needs("os.fork", "signal.SIGKILL")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with replace_folder(tmp_path / "out"):
            os.write(writing, b"x")
            time.sleep(0.5)
            os.kill(os.getpid(), signal.SIGKILL)
    os.read(reading, 1)
    os.close(reading)
    os.close(writing)
    with replace_folder(tmp_path / "out") as staging:
        assert not list(staging.iterdir())
        record_in(staging, "x")
    os.waitpid(child, 0)

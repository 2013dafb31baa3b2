"""Faults: killed at any moment, no room, no right to write, two at once, files that were spoilt.

What was finished is there afterwards, nothing half-made looks whole, and each fault has one clear
message. A kill leaves the disk as it is at that moment: so a copy is taken before each call to the
file system, which is what a kill there would leave; real kills are among them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from faults import KILLED, Touches, begun, forked, own_mounts, read_only, said, small_disk
from support import Command, Done

from sim.draws import Floats
from sim.errors import ScenarioError
from sim.run import folder as folder_module
from sim.run import whole as whole_module
from sim.run.folder import staged
from sim.run.kept import kept, kept_numbers
from sim.run.whole import write_whole
from sim.scenario import Scenario
from sim.trial import Settings, Trial

FEW = ("--replications", "2", "--step", "week", "--workers", "1")
SHORT = ("run", "baseline", *FEW, "--until", "2025-01-31", "--no-charts")
ANSWER = ("answer", "33", *FEW)
DESIGN = """
scenario: baseline
design: grid
keys: {housing.homes: {values: [20000, 30000]}}
record: ["occupancy.total.2025:mean"]
replications: 1
until: 2025-02-07
"""


@pytest.fixture(scope="module")
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


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def tree(folder: Path) -> dict[str, str]:
    """All files below a folder, hidden ones too, by their hash."""
    return {
        str(file.relative_to(folder)): digest(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def left_over(folder: Path) -> list[str]:
    """What lies about half-made."""
    return [
        str(file.relative_to(folder))
        for file in sorted(folder.rglob("*"))
        if any(mark in file.name for mark in (".partial", ".old", ".tmp"))
    ]


def seen_whole(folder: Path) -> str:
    """The identity of a folder of ours, whole to the last file; empty if it is not there."""
    if not folder.exists():
        return ""
    record = json.loads((folder / "run.json").read_text("utf-8"))
    files = {name: mark for name, mark in tree(folder).items() if name != "run.json"}
    assert record["files"] == files
    return json.dumps([record.get("id"), record.get("command"), sorted(files)])


def refused(done: Done, *parts: str) -> bool:
    """Whether a command was refused as a user's mistake, in one message that says all that."""
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "Traceback" not in done.stderr
    assert (done.returncode, len(errors)) == (2, 1), done
    assert all(part in done.stderr for part in parts), done.stderr
    return True


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
    "charts": Writes(
        ("chart", "r", "gap", "-o", "out"), ("chart", "r", "need", "-o", "out"), "out"
    ),
    "compare": Writes(
        ("compare", "baseline", "faster-housing", *FEW, "--until", "2025-12-31", "-o", "out"),
        ("compare", "baseline", "no-emergency", *FEW, "--until", "2025-12-31", "-o", "out"),
        "out",
    ),
}
FILES = {
    "explorer": Writes(
        ("explorer", "r", "-o", "e.html"),
        ("explorer", "r", "-o", "e.html", "--lang", "nl"),
        "e.html",
    ),
    "memo": Writes(
        ("memo", "r", "-o", "m.html"), ("memo", "r", "-o", "m.html", "--lang", "nl"), "m.html"
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
            done = said(*words)
            touches.before = None
        assert done.returncode == 0, done
        return touches.count

    count = forked(work).given
    found = sorted(keep.iterdir())
    assert len(found) == count
    return found


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_is_the_old_or_the_new_one_whenever_its_writer_is_killed(
    place: Path, name: str, tmp_path: Path
) -> None:
    writes = FOLDERS[name]

    def begin() -> Done:
        os.chdir(place)
        return said(*writes.first)

    assert forked(begin).given.returncode == 0
    old = seen_whole(place / writes.out)
    found = snapshots(place, writes.second, tmp_path / "moments")
    new = seen_whole(place / writes.out)
    states = [seen_whole(one / writes.out) for one in found]
    assert old != new
    assert states == sorted(states, key=[old, new].index)
    assert {old, new} == set(states)
    assert not left_over(place)
    for one in found:
        # The next one finds what the dead one left, and takes it away.
        with staged(one / writes.out) as staging:
            (staging / "run.json").write_text('{"kind": "x", "schema": 1}')
        assert not left_over(one)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_the_old_or_the_new_one_whenever_its_writer_is_killed(
    place: Path, name: str, tmp_path: Path
) -> None:
    writes = FILES[name]

    def begin() -> Done:
        os.chdir(place)
        return said(*writes.first)

    assert forked(begin).given.returncode == 0
    old = digest(place / writes.out)
    found = snapshots(place, writes.second, tmp_path / "moments")
    states = [digest(one / writes.out) for one in found]
    new = digest(place / writes.out)
    assert states == sorted(states, key=[old, new].index)
    assert (states[0], old == new) == (old, False)
    assert not left_over(place)
    for one in found:
        write_whole(one / writes.out, b"another")
        assert not left_over(one)


def test_a_disk_that_can_not_exchange_folders_loses_none_to_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "exchanged", lambda _one, _other: False)
    out, keep = tmp_path / "place" / "out", tmp_path / "moments"

    def write(folder: Path, what: str) -> None:
        with staged(folder) as staging:
            (staging / "a.csv").write_text(what)
            (staging / "run.json").write_text('{"kind": "run", "schema": 1}')

    def work() -> None:
        write(out, "old")
        with Touches(out.parent) as touches:
            touches.before = lambda number: shutil.copytree(out.parent, keep / str(number))
            write(out, "new")

    forked(work)
    assert len(list(keep.iterdir())) > 5
    gone = 0
    for one in keep.iterdir():
        gone += not (one / "out").exists()
        with pytest.raises(KeyboardInterrupt), staged(one / "out"):
            raise KeyboardInterrupt
        assert (one / "out" / "a.csv").read_text() in ("old", "new")
        assert len(tree(one)) == 2
    assert gone


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
        return said(*ANSWER)

    done = forked(again).given
    assert done.returncode == 0
    assert f"{file.relative_to(place)} is not as it was written; it is made anew" in done.stderr
    assert file.read_bytes() == data


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
            return said(*words)

        assert forked(again).given.returncode == 0
        assert (one / "s" / "sweep.parquet").read_bytes() == table
        assert not left_over(one)


@pytest.mark.parametrize("moment", [12, 30])
def test_a_run_that_was_really_killed_is_no_obstacle_to_the_next(place: Path, moment: int) -> None:
    def die(number: int) -> None:
        if number == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def killed() -> None:
        os.chdir(place)
        with Touches(place) as touches:
            touches.before = die
            said(*SHORT, "--out", "out")

    assert forked(killed).code == KILLED
    assert left_over(place)
    assert not (place / "out").exists()

    def again() -> Done:
        os.chdir(place)
        return said(*SHORT, "--out", "out")

    assert forked(again).given.returncode == 0
    assert seen_whole(place / "out")
    assert not left_over(place)


def test_a_worker_that_is_killed_ends_a_run_with_one_message(place: Path) -> None:
    def work() -> Done:
        from sim.run import chunks

        os.chdir(place)
        setattr(chunks, "_work", _deadly)  # noqa: B010
        return said(*SHORT, "--out", "out", "--workers", "2")

    refused(forked(work).given, "a worker process was lost", "fewer workers")
    assert not left_over(place)
    assert not (place / "out").exists()


def _deadly(_job: object) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


# No room, and no right to write

WRITERS = {
    " ".join(words[:3]): words
    for words in (
        (*SHORT, "--out", "out"),
        ("memo", "r", "-o", "out.html"),
        ("new", "out"),
        ("sweep", "design.yaml", "--out", "out", "--workers", "1", "--quiet"),
        ("chart", "r", "gap", "-o", "out"),
        ("explorer", "r", "-o", "out.html"),
        ("export", "r", "--csv", "-o", "out"),
        ("export", "r", "--iamc", "-o", "out.csv"),
        ("export", "baseline", "--xlsx", "-o", "out.xlsx"),
        ("overview", "-o", "out.png"),
        ANSWER,
        FOLDERS["compare"].first,
    )
}


def filled(folder: Path, kilobytes: int) -> None:
    """Leave so much room on the disk of a folder."""
    free = os.statvfs(folder)
    size = free.f_bavail * free.f_frsize - 1024 * kilobytes
    (folder / "ballast").write_bytes(b"x" * max(0, size))


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_is_told_and_leaves_nothing_half(
    bench: Path, tmp_path: Path, name: str
) -> None:
    place, words = tmp_path / "small", WRITERS[name]
    place.mkdir()

    def work() -> tuple[Done, dict[str, str], dict[str, str], list[str]]:
        small_disk(place)
        os.chdir(place)
        (place / "r").symlink_to(bench / "r")
        shutil.copy(bench / "design.yaml", place)
        filled(place, 4)
        before = tree(place)
        done = said(*words)
        return done, before, tree(place), left_over(place)

    done, before, after, left = forked(work).given
    refused(done, "the disk is full", "make room")
    assert not left
    if words[0] == "sweep":
        # What a sweep has done stays, whole; what it is told by its lock and design.
        after = {name: mark for name, mark in after.items() if not name.startswith("out/")}
    assert after == before


@pytest.mark.parametrize("room", [0, 40, 100])
def test_a_disk_that_fills_up_half_way_leaves_the_run_that_was_there(
    tmp_path: Path, room: int
) -> None:
    def work() -> tuple[Done, str, str, list[str]]:
        small_disk(tmp_path, 1024)
        os.chdir(tmp_path)
        assert said(*SHORT, "--out", "out").returncode == 0
        before = seen_whole(tmp_path / "out")
        filled(tmp_path, room)
        done = said(*SHORT, "--out", "out", "--seed", "2")
        return done, before, seen_whole(tmp_path / "out"), left_over(tmp_path)

    done, before, after, left = forked(work).given
    refused(done, "the disk is full")
    assert after == before
    assert not left


@pytest.mark.parametrize("name", WRITERS)
def test_a_folder_that_can_not_be_written_is_told(place: Path, name: str) -> None:
    before, words = tree(place), WRITERS[name]

    def work() -> Done:
        read_only(place)
        os.chdir(place)
        return said(*words)

    refused(forked(work).given, "can't be written", "Read-only file system")
    assert tree(place) == before


def test_a_folder_of_another_user_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir(mode=0o755)

    def work() -> Done:
        own_mounts()
        os.chdir(tmp_path)
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
        os.chdir("/")
        try:
            with staged(tmp_path / "mine" / "out"):
                pass
        except ScenarioError as error:
            return Done(2, "", f"error: {error}")
        return Done(0, "", "")

    refused(forked(work).given, "can't be written", "Permission denied")


# Two at once


def test_of_two_runs_into_one_folder_one_is_done_and_the_other_told(place: Path) -> None:
    def run(seed: int) -> Done:
        os.chdir(place)
        return said(*SHORT, "--out", "out", "--seed", str(seed))

    both = [begun(partial(run, seed)) for seed in (1, 2)]
    done = [ended().given for ended in both]
    for one in done:
        # Who comes late finds the first one finished: then it is done as well.
        assert one.returncode == 0 or refused(one, "another process is writing here", "wait")
    assert 0 in [one.returncode for one in done]
    assert seen_whole(place / "out")
    assert not left_over(place)


def test_who_writes_where_another_is_writing_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_module, "PATIENCE_SECONDS", 0.1)
    with staged(tmp_path / "out") as staging:
        (staging / "run.json").write_text('{"kind": "x", "schema": 1}')
        with (
            pytest.raises(ScenarioError, match="another process is writing here"),
            staged(tmp_path / "out"),
        ):
            pytest.fail("two at once")
        assert forked(lambda: _is_refused(tmp_path / "out")).given
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def _is_refused(folder: Path) -> bool:
    try:
        with staged(folder):
            return False
    except ScenarioError:
        return True


def test_a_lock_of_a_process_that_has_just_died_is_waited_for(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with staged(tmp_path / "out"):
            os.write(writing, b"x")
            time.sleep(0.5)
            os.kill(os.getpid(), signal.SIGKILL)
    os.read(reading, 1)
    os.close(reading)
    os.close(writing)
    with staged(tmp_path / "out") as staging:
        assert not list(staging.iterdir())
    os.waitpid(child, 0)


# Files that were spoilt


def spoilt(file: Path) -> Iterator[bytes]:
    """Ways in which a file is no longer whole."""
    data = file.read_bytes()
    yield data[: len(data) // 2]
    yield data[:-1]
    yield b""
    yield data[:-40] + bytes([data[-40] ^ 1]) + data[-39:]
    yield b"\0" * len(data)


READERS = {
    "chart": ("chart", "r", "gap"),
    "memo": ("memo", "r", "-o", "m.html"),
    "export": ("export", "r", "--csv", "-o", "t.csv"),
    "explorer": ("explorer", "r", "-o", "e.html"),
}


@pytest.mark.parametrize("name", READERS)
def test_a_table_that_is_cut_off_is_refused_by_all_that_read_it(
    place: Path, command: Command, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(place)
    before = sorted(tree(place))
    for table, ways in (("monthly.parquet", 5), ("budget.csv", 2), ("scenario.resolved.yaml", 1)):
        file = place / "r" / table
        data = file.read_bytes()
        for bad in [*spoilt(file)][:ways]:
            file.write_bytes(bad)
            refused(command(*READERS[name]), "not the one that the run wrote", table)
        file.write_bytes(data)
    assert sorted(tree(place)) == before


def test_a_kept_result_that_was_spoilt_is_told_and_made_anew(
    baseline: Scenario, tmp_path: Path
) -> None:
    told: list[Path] = []
    settings = Settings(1, 1, "week", baseline.start)

    def ask() -> object:
        asked = {"x": (baseline, _measure, ("a",))}
        arrays = kept(asked, settings, tmp_path / "arrays", 1, None, told.append)
        return arrays["x"]["a"].tolist(), kept_numbers(
            [baseline], "b", settings, tmp_path / "numbers", lambda: {"b": [1.0]}, told.append
        )

    first = ask()
    for name in ("arrays", "numbers"):
        (file,) = (tmp_path / name).iterdir()
        data = file.read_bytes()
        for bad in [*spoilt(file), b"x", data.replace(b"1.0", b"9.0"), data + b"\n"]:
            if bad == data:
                continue
            file.write_bytes(bad)
            assert (ask(), told, file.read_bytes()) == (first, [file], data)
            told.clear()
    assert (ask(), told) == (first, [])


def _measure(_trial: Trial) -> dict[str, Floats]:
    return {"a": np.array([1.5, 2.5])}


def test_a_sweep_with_a_spoilt_table_is_not_read_and_starts_again(
    place: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    words = ("sweep", "design.yaml", "--out", "s", "--workers", "1")
    assert command(*words).returncode == 0
    file = place / "s" / "sweep.parquet"
    data = file.read_bytes()
    for bad in [*spoilt(file)][:2]:
        file.write_bytes(bad)
        for reader in (("discover", "s", "--where", "occupancy.total.2025 > 1"), ("chart", "s")):
            refused(command(*reader), "sweep.parquet", "not")
    assert command(*words).returncode == 0
    assert file.read_bytes() == data


# A clock that was set back, and many folders


@pytest.mark.parametrize("more", [(), (ANSWER, (*SHORT, "--out", "out"))])
def test_no_verb_asks_how_old_a_file_is(
    place: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    more: tuple[tuple[str, ...], ...],
) -> None:
    monkeypatch.chdir(place)
    words = (("sweep", "design.yaml", "--out", "s", "--workers", "1"), ("chart", "r", "gap"), *more)
    first = [command(*one) for one in words]
    assert {one.returncode for one in first} == {0}
    before = {n: m for n, m in tree(place).items() if not n.endswith("run.json")}
    for number, file in enumerate(sorted(place.rglob("*"))):
        # Some long before, some long after now.
        os.utime(file, (1.0, 1.0) if number % 2 else (4e9, 4e9))
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 20 * 365.25 * 86400)
    again = [command(*one) for one in words]
    assert [one.stdout for one in again[1:]] == [one.stdout for one in first[1:]]
    assert "2 done before" in again[0].stdout
    after = {n: m for n, m in tree(place).items() if not n.endswith("run.json")}
    assert after == before


def test_ten_thousand_folders_beside_it_make_no_verb_slower_or_wrong(place: Path) -> None:
    verbs = (SHORT, ("chart", "r", "gap"), ("new", "mine"), ("export", "r", "--csv", "-o", "t"))
    outputs = place / "outputs"
    outputs.mkdir()
    for number in range(10_000):
        folder = outputs / f"run-{number}"
        folder.mkdir()
        (folder / "run.json").write_text('{"kind": "run", "schema": 1, "id": "x", "files": {}}')

    def listed() -> tuple[list[Done], int]:
        os.chdir(outputs)
        seen: list[str] = []

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if event in ("os.scandir", "os.listdir") and not isinstance(arguments[0], int):
                seen.append(os.path.abspath(str(arguments[0] or ".")))

        sys.addaudithook(hook)
        (outputs / "r").symlink_to(place / "r")
        done = [said(*words) for words in verbs]
        return done, seen.count(str(outputs))

    done, often = forked(listed).given
    assert [one.returncode for one in done] == [0] * len(verbs), done
    # What could grow with them is a list of them: nobody asks for one. Seconds tell of the machine.
    assert often == 0
    assert seen_whole(outputs / "outputs" / "baseline")


def test_nothing_follows_a_link_that_stands_where_it_writes(
    place: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.txt").write_text("mine")
    for name in ("out", "out.html", "out.csv", "out.xlsx", "out.png", "out.yaml"):
        Path(name).symlink_to(elsewhere if name == "out" else elsewhere / "mine.txt")
    before = tree(elsewhere)
    for words in [*WRITERS.values()][:7]:
        refused(command(*words), "a link to" if words[0] != "new" else "there already")
    assert tree(elsewhere) == before

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
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults import KILLED, Touches, forked, own_mounts, read_only, said, small_disk
from support import Command, Done

from sim.errors import ScenarioError
from sim.run import folder as folder_module
from sim.run import whole as whole_module
from sim.run.folder import staged
from sim.run.whole import aside_of, write_whole

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
    return str(record.get("id") or record["of"]) + record["command"]


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

    name: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    out: str


FOLDERS = [
    Writes("run", (*SHORT, "--out", "out"), (*SHORT, "--out", "out", "--seed", "2"), "out"),
    Writes("charts", ("chart", "r", "gap", "-o", "out"), ("chart", "r", "need", "-o", "out"), "out"),
    Writes("tables", ("export", "r", "--csv", "-o", "out"),
           ("export", "r", "--parquet", "-o", "out"), "out"),
]  # fmt: skip
STUDY = Writes(
    "compare",
    ("compare", "baseline", "faster-housing", *FEW, "--until", "2025-12-31", "-o", "out"),
    ("compare", "baseline", "no-emergency", *FEW, "--until", "2025-12-31", "-o", "out"),
    "out",
)
FILES = [
    Writes("memo", ("memo", "r", "-o", "m.html"), ("memo", "r", "-o", "m.html", "--lang", "nl"),
           "m.html"),
    Writes("explorer", ("explorer", "r", "-o", "e.html"),
           ("explorer", "r", "-o", "e.html", "--lang", "nl"), "e.html"),
    Writes("export", ("export", "baseline", "--xlsx", "-o", "b.xlsx"),
           ("export", "baseline", "--xlsx", "-o", "b.xlsx", "--lang", "nl"), "b.xlsx"),
]  # fmt: skip


def snapshots(place: Path, words: tuple[str, ...], keep: Path) -> list[Path]:
    """What a kill before each touch of a folder by a command would leave, and its end."""

    def work() -> int:
        os.chdir(place)
        with Touches(place) as touches:

            def copy(number: int) -> None:
                shutil.copytree(place, keep / f"{number:04d}", symlinks=True)

            touches.before = copy
            done = said(*words)
            touches.before = None
        assert done.returncode == 0, done
        return touches.count

    count = forked(work).given
    found = sorted(keep.iterdir())
    assert len(found) == count
    return found


def the_folder_is_whole(place: Path, writes: Writes, tmp_path: Path) -> None:
    """At each moment one of the two is there whole, first the old and then the new one."""

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


@pytest.mark.parametrize("writes", FOLDERS, ids=lambda one: one.name)
def test_a_folder_is_the_old_or_the_new_one_whenever_its_writer_is_killed(
    place: Path, writes: Writes, tmp_path: Path
) -> None:
    the_folder_is_whole(place, writes, tmp_path)


@pytest.mark.slow
def test_the_folder_of_a_study_is_the_old_or_the_new_one_whenever_its_writer_is_killed(
    place: Path, tmp_path: Path
) -> None:
    the_folder_is_whole(place, STUDY, tmp_path)


@pytest.mark.parametrize("writes", FILES, ids=lambda one: one.name)
def test_a_file_is_the_old_or_the_new_one_whenever_its_writer_is_killed(
    place: Path, writes: Writes, tmp_path: Path
) -> None:
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
    for one in found:
        there = list((one / kept.relative_to(place)).glob("*.kept"))
        assert [digest(each) for each in there] in ([], [digest(file)])

    def again() -> Done:
        os.chdir(found[-2])
        return said(*ANSWER)

    done = forked(again).given
    assert (done.returncode, "note:" in done.stderr) == (0, False)
    assert [one.name for one in (found[-2] / kept.relative_to(place)).iterdir()] == [file.name]


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
    for one in found[:: len(found) // 4]:

        def again(folder: Path = one) -> Done:
            os.chdir(folder)
            return said(*words)

        assert forked(again).given.returncode == 0
        assert (one / "s" / "sweep.parquet").read_bytes() == table
        assert not left_over(one)


@pytest.mark.parametrize("moment", [12, 30])
def test_a_run_that_was_really_killed_is_no_obstacle_to_the_next(
    place: Path, moment: int
) -> None:
    def killed() -> None:
        os.chdir(place)
        with Touches(place) as touches:
            touches.before = lambda number: number == moment and os.kill(
                os.getpid(), signal.SIGKILL
            )
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
        chunks._work = lambda _job: os.kill(os.getpid(), signal.SIGKILL)
        return said(*SHORT, "--out", "out", "--workers", "2")

    refused(forked(work).given, "a worker process was lost", "fewer workers")
    assert not left_over(place)
    assert not (place / "out").exists()


# No room, and no right to write

EVERY = [
    (*SHORT, "--out", "out"),
    ("chart", "r", "gap", "-o", "out"),
    ("export", "r", "--csv", "-o", "out"),
    ("export", "r", "--csv", "-o", "out.csv"),
    ("export", "baseline", "--xlsx", "-o", "out.xlsx"),
    ("memo", "r", "-o", "out.html"),
    ("explorer", "r", "-o", "out.html"),
    ("overview", "-o", "out.png"),
    ("new", "out"),
    ANSWER,
    ("sweep", "design.yaml", "--out", "out", "--workers", "1", "--quiet"),
]
COSTLY = [STUDY.first]


def filled(folder: Path, kilobytes: int) -> None:
    """Leave so much room on the disk of a folder."""
    free = os.statvfs(folder)
    size = free.f_bavail * free.f_frsize - 1024 * kilobytes
    (folder / "ballast").write_bytes(b"x" * max(0, size))


def without_room(bench: Path, place: Path, words: tuple[str, ...]) -> None:
    """On a disk of one megabyte that is nearly full a command says so, and leaves nothing half."""
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


@pytest.mark.parametrize("words", EVERY, ids=lambda words: " ".join(words[:3]))
def test_a_full_disk_is_told_and_leaves_nothing_half(
    bench: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    without_room(bench, tmp_path / "small", words)


@pytest.mark.slow
@pytest.mark.parametrize("words", COSTLY, ids=lambda words: " ".join(words[:3]))
def test_a_full_disk_is_told_by_a_study_too(
    bench: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    without_room(bench, tmp_path / "small", words)


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


@pytest.mark.parametrize("words", [*EVERY, *COSTLY], ids=lambda words: " ".join(words[:3]))
def test_a_folder_that_can_not_be_written_is_told(place: Path, words: tuple[str, ...]) -> None:
    before = tree(place)

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
    command = [sys.executable, "-m", "sim", *SHORT, "--out", "out"]
    both = [
        subprocess.Popen([*command, "--seed", str(seed)], cwd=place, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for seed in (1, 2)
    ]  # fmt: skip
    ended = [one.communicate(timeout=100) for one in both]
    done = [
        Done(one.returncode, *told) for one, told in zip(both, ended, strict=True)
    ]
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


READERS = [
    ("chart", "r", "gap"),
    ("memo", "r", "-o", "m.html"),
    ("export", "r", "--csv", "-o", "t.csv"),
    ("explorer", "r", "-o", "e.html"),
]


@pytest.mark.parametrize("words", READERS, ids=lambda words: words[0])
def test_a_table_that_is_cut_off_is_refused_by_all_that_read_it(
    place: Path, command: Command, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(place)
    before = sorted(tree(place))
    for name in ("monthly.parquet", "budget.csv", "scenario.resolved.yaml"):
        file = place / "r" / name
        data = file.read_bytes()
        for bad in spoilt(file):
            file.write_bytes(bad)
            if name == "scenario.resolved.yaml" and words[0] == "memo":
                continue
            refused(command_in(place, command, words), "not the one that the run wrote", name)
        file.write_bytes(data)
    assert sorted(tree(place)) == before


def command_in(_place: Path, command: Command, words: tuple[str, ...]) -> Done:
    return command(*words)


def test_a_kept_result_that_was_spoilt_is_told_and_made_anew(
    place: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    first = command(*ANSWER)
    (file,) = Path("outputs/answers/kept").iterdir()
    data = file.read_bytes()
    for bad in [*spoilt(file)][:4]:
        file.write_bytes(bad)
        done = command(*ANSWER)
        assert (done.returncode, done.stdout) == (0, first.stdout)
        assert f"note: {file} is not as it was written; it is made anew" in done.stderr
        assert file.read_bytes() == data
    assert "note:" not in command(*ANSWER).stderr


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


def test_no_verb_asks_how_old_a_file_is(
    place: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    words = (("answer", "33", *FEW), ("sweep", "design.yaml", "--out", "s", "--workers", "1"),
             (*SHORT, "--out", "out"), ("chart", "r", "gap"))  # fmt: skip
    first = [command(*one) for one in words]
    assert [one.returncode for one in first] == [0] * 4
    before = {n: m for n, m in tree(place).items() if not n.endswith("run.json")}
    for number, file in enumerate(sorted(place.rglob("*"))):
        # Some long before, some long after now.
        os.utime(file, (1.0, 1.0) if number % 2 else (4e9, 4e9))
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 20 * 365.25 * 86400)
    again = [command(*one) for one in words]
    assert [one.stdout for one in again[0:1] + again[2:]] == [
        one.stdout for one in first[0:1] + first[2:]
    ]
    assert "2 done before" in again[1].stdout
    after = {n: m for n, m in tree(place).items() if not n.endswith("run.json")}
    assert after == before


def test_ten_thousand_folders_beside_it_make_no_verb_slower_or_wrong(
    place: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    verbs = (SHORT, ("chart", "r", "gap"), ("memo", "r", "-o", "m.html"), ANSWER,
             ("explorer", "r", "-o", "e.html"), ("export", "r", "--csv", "-o", "t.csv"))  # fmt: skip
    for words in verbs:
        assert command(*words).returncode == 0
    # How often a folder is listed is what could grow with them; seconds depend on the machine.
    outputs = place / "outputs"
    record = json.dumps({"kind": "run", "schema": 1, "id": "x", "files": {}})
    for number in range(10_000):
        os.mkdir(outputs / f"run-{number}")
        os.mkdir(place / f"run-{number}")
    for number in range(0, 10_000, 100):
        (outputs / f"run-{number}" / "run.json").write_text(record)

    def listed() -> list[tuple[str, int]]:
        seen: list[str] = []

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if event in ("os.scandir", "os.listdir", "glob.glob"):
                seen.append(os.path.abspath(os.fsdecode(arguments[0] or ".")))  # type: ignore[call-overload]

        sys.addaudithook(hook)
        codes = []
        for words in verbs:
            done = said(*words)
            codes.append((words[0] + done.stderr, done.returncode))
        many = [one for one in seen if one in (str(outputs), str(place))]
        return [*codes, *((one, 1) for one in many)]

    found = forked(listed).given
    assert [code for _, code in found] == [0] * len(verbs), found
    assert seen_whole(outputs / "baseline")


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
    for words in EVERY:
        if words is not ANSWER:
            refused(command(*words), "a link to" if words[0] != "new" else "there already")
    assert tree(elsewhere) == before

"""Faults: no room, no right to write, spoilt files, a clock set back, folders by the thousand.

Nothing that was finished is lost, nothing half looks whole, and each has one clear message.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.cli import ANSWER, FEW, SHORT, Command, Done, refused, run_cli
from support.folders import left_over, seen_whole, tree
from support.processes import in_child_process, read_only, small_disk

from sim.errors import ScenarioError
from sim.model.sampling import Floats
from sim.results.executor import Workers
from sim.results.experiment import Experiment, Settings
from sim.runs import cache
from sim.runs.cache import cached_arrays, cached_numbers
from sim.runs.folder import replace_folder
from sim.scenario import Scenario

# No room, and no right to write

WRITERS = {
    " ".join(words[:3]): words
    for words in (
        (*SHORT, "--out", "out"),
        ("memo", "r", "-o", "out.docx"),
        ("scenario", "new", "out"),
        ("sweep", "design.yaml", "--out", "out", "--workers", "1", "--quiet"),
        ("plot", "r", "gap", "-o", "out"),
        ("dashboard", "r", "-o", "out.html"),
        ("export", "r", "--csv", "-o", "out"),
        ("export", "r", "--iamc", "-o", "out.csv"),
        ("export", "baseline", "--xlsx", "-o", "out.xlsx"),
        ("scenario", "overview", "-o", "out.png"),
        ANSWER,
        ("compare", "baseline", "faster-housing", *FEW, "--until", "2025-12-31", "-o", "out"),
    )
}


NOBODY = 65534


def filled(folder: Path, kilobytes: int) -> None:
    """Leave so much room on the disk of a folder."""
    free = os.statvfs(folder)
    size = free.f_bavail * free.f_frsize - 1024 * kilobytes
    (folder / "ballast").write_bytes(b"x" * max(0, size))


@pytest.mark.long
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
        done = run_cli(*words)
        return done, before, tree(place), left_over(place)

    done, before, after, left = in_child_process(work).given
    refused(done, "the disk is full", "free disk space")
    assert not left
    if words[0] == "sweep":
        # What a sweep has done stays, whole; what it is told by its lock and design.
        after = {name: mark for name, mark in after.items() if not name.startswith("out/")}
    assert after == before


@pytest.mark.long
@pytest.mark.parametrize("room", [0, 40, 100])
def test_a_disk_that_fills_up_half_way_leaves_the_run_that_was_there(
    tmp_path: Path, room: int
) -> None:
    def work() -> tuple[Done, str, str, list[str]]:
        small_disk(tmp_path, 1024)
        os.chdir(tmp_path)
        assert run_cli(*SHORT, "--out", "out").returncode == 0
        before = seen_whole(tmp_path / "out")
        filled(tmp_path, room)
        done = run_cli(*SHORT, "--out", "out", "--seed", "2")
        return done, before, seen_whole(tmp_path / "out"), left_over(tmp_path)

    done, before, after, left = in_child_process(work).given
    refused(done, "the disk is full")
    assert after == before
    assert not left


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITERS)
def test_a_folder_that_can_not_be_written_is_told(place: Path, name: str) -> None:
    before, words = tree(place), WRITERS[name]

    def work() -> Done:
        read_only(place)
        os.chdir(place)
        return run_cli(*words)

    refused(in_child_process(work).given, "can't be written", "Read-only file system")
    assert tree(place) == before


def test_a_folder_of_another_user_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir(mode=0o555)

    def work() -> Done:
        # The superuser may write everywhere.
        if os.geteuid() == 0:
            try:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            except OSError as error:
                pytest.skip(f"no other user on this machine: {error.strerror}")
        os.chdir("/")
        try:
            with replace_folder(tmp_path / "mine" / "out"):
                pass
        except ScenarioError as error:
            return Done(2, "", f"error: {error}")
        return Done(0, "", "")

    refused(in_child_process(work).given, "can't be written", "Permission denied")


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
    "chart": ("plot", "r", "gap"),
    "memo": ("memo", "r", "-o", "m.docx"),
    "export": ("export", "r", "--csv", "-o", "t.csv"),
    "explorer": ("dashboard", "r", "-o", "e.html"),
}


@pytest.mark.slow
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


@pytest.mark.slow
def test_kept_results_that_were_used_longest_ago_make_room_and_nothing_else_does(
    baseline: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "MOST_KEPT", 2)
    theirs = tmp_path / "theirs.kept"
    theirs.write_text("years of work\n")
    os.utime(theirs, (0, 0))

    def ask(seed: int) -> set[Path]:
        settings = Settings(1, seed, "week", baseline.start)
        cached_arrays({"x": (baseline, _measure, ("a",))}, settings, tmp_path, Workers(1))
        return set(tmp_path.iterdir())

    (first,) = ask(1) - {theirs}
    os.utime(first, (1, 1))
    (second,) = ask(2) - {first, theirs}
    os.utime(second, (2, 2))
    ask(1)  # The first is used again, so that the second is the older one.
    found = ask(3)
    assert first in found
    assert second not in found
    assert theirs in found
    assert len(found) == 3


@pytest.mark.slow
def test_a_kept_result_that_was_spoilt_is_told_and_made_anew(
    baseline: Scenario, tmp_path: Path
) -> None:
    told: list[Path] = []
    settings = Settings(1, 1, "week", baseline.start)

    def ask() -> object:
        asked = {"x": (baseline, _measure, ("a",))}
        arrays = cached_arrays(asked, settings, tmp_path / "arrays", Workers(1), None, told.append)
        return arrays["x"]["a"].tolist(), cached_numbers(
            [baseline], "b", settings, tmp_path / "numbers", lambda: {"b": [1.0]}, told.append
        )

    first = ask()
    for name in ("arrays", "numbers"):
        (file,) = (tmp_path / name).iterdir()
        data = file.read_bytes()
        for bad in [*spoilt(file), data.replace(b"1.0", b"9.0"), data + b"\n"]:
            if bad == data or not bad.strip(b"\0"):
                continue
            file.write_bytes(bad)
            assert (ask(), told, file.read_bytes()) == (first, [file], data)
            told.clear()
        # Without the hash at its head a file can't be told from one of the user.
        for bad in (b"", bytes(len(data)), b"years of work\n"):
            file.write_bytes(bad)
            with pytest.raises(ScenarioError, match="not a result that opvangsim cached"):
                ask()
            assert file.read_bytes() == bad
        file.write_bytes(data)
    assert (ask(), told) == (first, [])


def _measure(_trial: Experiment) -> dict[str, Floats]:
    return {"a": np.array([1.5, 2.5])}


@pytest.mark.long
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
        for reader in (("discover", "s", "--where", "occupancy.total.2025 > 1"), ("plot", "s")):
            refused(command(*reader), "sweep.parquet", "not")
    assert command(*words).returncode == 0
    assert file.read_bytes() == data


# A clock that was set back, and many folders


@pytest.mark.long
@pytest.mark.parametrize("more", [(), (ANSWER, (*SHORT, "--out", "out"))])
def test_no_verb_asks_how_old_a_file_is(
    place: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    more: tuple[tuple[str, ...], ...],
) -> None:
    monkeypatch.chdir(place)
    words = (("sweep", "design.yaml", "--out", "s", "--workers", "1"), ("plot", "r", "gap"), *more)
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
    assert "0 new, 2 from before" in again[0].stdout
    after = {n: m for n, m in tree(place).items() if not n.endswith("run.json")}
    assert after == before


@pytest.mark.long
def test_ten_thousand_folders_beside_it_make_no_verb_slower_or_wrong(place: Path) -> None:
    export = ("export", "r", "--csv", "-o", "t")
    verbs = (SHORT, ("plot", "r", "gap"), ("scenario", "new", "mine"), export)
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
        done = [run_cli(*words) for words in verbs]
        return done, seen.count(str(outputs))

    done, often = in_child_process(listed).given
    assert [one.returncode for one in done] == [0] * len(verbs), done
    # What could grow with them is a list of them: nobody asks for one. Seconds tell of the machine.
    assert often == 0
    assert seen_whole(outputs / "outputs" / "baseline")

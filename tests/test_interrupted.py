"""Interrupted at any call to the file system: every file of the user is there once, as it was.

An error of the disk, an interrupt and a kill are tried at each call in turn, for each kind of
write. The next command then finishes the work. A file gets its name after it is on the disk.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from support.cli import DESIGN, run_cli
from support.folders import record_in
from support.foreign import seen
from support.processes import KILLED, Touches, in_child_process, needs

from sim.errors import ScenarioError
from sim.runs.atomic import write_atomic
from sim.runs.chart_folder import write_chart_files, write_charts
from sim.runs.folder import replace_folder
from sim.runs.provenance import Provenance

OF = Provenance("overview", "baseline", "1", "0", "id", "command")
OUT = "out"
HOLDERS = (OUT, ".out.partial/ready", ".out.partial/old")
"""Where a file of the user may be after an interruption."""
OWN = ("notes.txt", ".hidden", "charts/mine.svg", "parts/mine.parquet", "thesis/data/table.csv",
       "empty", "link", "nowhere")  # fmt: skip


def _file(text: str) -> None:
    Path(OUT).mkdir(exist_ok=True)
    write_atomic(Path(OUT, "file.txt"), text.encode())


def _folder(text: str) -> None:
    with replace_folder(Path(OUT)) as staging:
        (staging / "table.csv").write_text(text, encoding="utf-8")
        (staging / "charts").mkdir()
        (staging / "charts" / f"{text}.svg").write_text(text, encoding="utf-8")
        record_in(staging, "stock", asked={"levels": [1, 2], "reached": 2027})


def _drawn(text: str) -> Callable[[Path], None]:
    def draw(folder: Path) -> None:
        (folder / "overview.svg").write_text(f"<svg>{text}</svg>", encoding="utf-8")
        (folder / "overview.txt").write_text("the same words", encoding="utf-8")

    return draw


def _charts(text: str) -> None:
    write_charts(Path(OUT), _drawn(text), OF, "command")


def _single_charts(text: str) -> None:
    Path(OUT).mkdir(exist_ok=True)
    write_chart_files(Path(OUT), _drawn(text), OF)


def _sweep(text: str) -> None:
    seed = sum(text.encode())
    Path("design.yaml").write_text(f"{DESIGN}seed: {seed}\n", encoding="utf-8")
    done = run_cli("sweep", "design.yaml", "--out", OUT, "--workers", "1", "--quiet")
    assert done.returncode in (0, 2, 130), done
    if done.returncode:
        raise OSError(errno.EIO, done.stderr)


WRITES: dict[str, tuple[Callable[[str], None], int]] = {
    "file": (_file, 17),
    "folder": (_folder, 20),
    "charts": (_charts, 15),
    "single charts": (_single_charts, 15),
    "sweep": (_sweep, 10),
}
"""Kinds of write, and at how many of its calls each way of interrupting is tried."""


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fail() -> None:
    raise OSError(errno.EIO, "Input/output error")


def _interrupt() -> None:
    raise KeyboardInterrupt


WAYS = {"error": _fail, "interrupt": _interrupt, "kill": _die}


def files_of_a_user(folder: Path) -> dict[str, str]:
    """Put files, folders and links of a user among and beside results; gives what they are."""
    for name in OWN[:5]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"mine: {name}", encoding="utf-8")
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("notes.txt")
    (folder / "nowhere").symlink_to("there is no such file")
    return {name: seen(folder / name)[str(folder / name)] for name in OWN}


def _interrupted(write: Callable[[str], None], way: Callable[[], None], step: int) -> int:
    """Write until a call to the file system is made that many times; gives how many were made."""
    place = Path.cwd()

    def before(number: int) -> None:
        if number == step:
            way()

    with Touches(place) as touches:
        touches.before = before
        with suppress(OSError, ScenarioError, KeyboardInterrupt, SystemExit):
            write("new")
        touches.before = None
    return touches.count


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", WRITES)
def test_an_interruption_at_any_call_loses_no_file_of_the_user(
    tmp_path: Path, kind: str, way: str
) -> None:
    """The ways are tried at calls of their own, evenly spread over all."""
    needs("os.fork", "symlinks")
    tried = in_child_process(lambda: _try_moments(tmp_path, kind, way)).given
    assert tried >= 9


def _try_moments(folder: Path, kind: str, way: str) -> int:
    """Interrupt a write at several of its calls, each in a process and a folder of its own."""
    origin = folder / "origin"
    origin.mkdir()
    os.chdir(origin)
    write, number = WRITES[kind]
    write("old")
    mine = files_of_a_user(origin / OUT)

    def copied(step: int) -> Path:
        return Path(shutil.copytree(origin, folder / str(step), symlinks=True))

    def work(place: Path, step: int) -> int:
        os.chdir(place)
        return _interrupted(write, WAYS[way], step)

    def again(place: Path) -> None:
        os.chdir(place)
        write("next")

    calls = in_child_process(partial(work, copied(0), 0)).given
    stride = -(-calls // number)
    steps = range(1 + list(WAYS).index(way) % stride, calls + 1, stride)
    for step in steps:
        place = copied(step)
        ended = in_child_process(partial(work, place, step))
        assert ended.code == (KILLED if way == "kill" else 0)
        _each_is_once(place, mine)
        in_child_process(partial(again, place))
        assert {name: seen(place / OUT / name).get(str(place / OUT / name)) for name in OWN} == mine
        assert not list(place.rglob("*.partial"))
        shutil.rmtree(place)
    return len(steps)


def _each_is_once(place: Path, mine: dict[str, str]) -> None:
    for name, what in mine.items():
        found = [seen(place / one / name).get(str(place / one / name)) for one in HOLDERS]
        there = [one for one in found if one is not None]
        # A folder of the user, once it is empty, is no loss.
        assert there == [what], (name, found)


# What is on the disk before and after a file gets its name


@pytest.mark.parametrize("kind", ["file", "folder", "charts", "single charts"])
def test_files_are_forced_to_disk_before_they_are_renamed_and_their_names_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write, _ = WRITES[kind]
    calls: list[tuple[str, str]] = []
    on_disk: set[tuple[int, int]] = set()
    fsync, rename, replace = os.fsync, os.rename, os.replace

    def identity(of: int | str | os.PathLike[str]) -> tuple[int, int]:
        found = os.stat(of)
        return found.st_dev, found.st_ino

    def synced(file: int) -> None:
        fsync(file)
        on_disk.add(identity(file))
        for one in (tmp_path, *tmp_path.rglob("*")):
            if identity(one) == identity(file):
                calls.append(("sync", str(one)))

    def moved(plain: Callable[..., None]) -> Callable[..., None]:
        def call(source: str, target: str, **_: object) -> None:
            below = Path(source).rglob("*") if Path(source).is_dir() else [Path(source)]
            lacking = [one for one in below if identity(one) not in on_disk]
            assert not lacking, f"{target} gets its name before {lacking} is on the disk"
            plain(source, target)
            calls.append(("name", str(Path(target).absolute())))

        return call

    write("old")
    calls.clear()
    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", moved(rename))
    monkeypatch.setattr(os, "replace", moved(replace))
    on_disk |= {identity(one) for one in (tmp_path / OUT, *(tmp_path / OUT).rglob("*"))}
    write("new")
    named = [path for what, path in calls if what == "name"]
    assert named
    for path in named:
        after = calls[calls.index(("name", path)) + 1 :]
        assert ("sync", str(Path(path).parent)) in after, path


def test_a_system_that_opens_no_folder_writes_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delattr(os, "O_DIRECTORY", raising=False)
    _folder("old")
    _folder("new")
    assert (tmp_path / OUT / "table.csv").read_text(encoding="utf-8") == "new"

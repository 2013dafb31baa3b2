"""Whatever lies where the program writes: it stays, and is worked around or refused by name.

Every command that writes is tried with foreign things of every kind at its target, beside it and
in it: files, folders, links, pipes, sockets, and results that the user changed.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

import pytest
import typer
from support.cli import Done, run_cli
from support.figures import FIGURES
from support.foreign import FILES, KINDS, OUTSIDE, make_outside, seen
from support.processes import in_child_process
from support.workbooks import edited, where_is
from support.writers import COMMANDS, READERS, Writer, prepare, stand_in
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from sim.cli import app
from sim.export.files import export_scenario
from sim.export.safe_workbook import open_workbook
from sim.runs.atomic import FILE, LOCK, OLD, PARTIAL, READY, WRITING, partial_path
from sim.runs.freezing import freeze
from sim.runs.manifest import MANIFEST, read_manifest
from sim.scenario import load_chain
from sim.studies.sweep_store import UNDER_WAY
from sim.studies.sweep_store import WORKING as SWEEP_WORKING

SECONDS = 60
"""After so long a command hangs."""
INPUTS = ("r", "design.yaml", "figures.csv", "filled.xlsx", "frozen", "s")


def leaves(group: object, name: str = "") -> Iterator[tuple[str, TyperCommand]]:
    """All commands of the program by their full names."""
    assert isinstance(group, TyperGroup)
    context = typer.Context(group)
    for one in group.list_commands(context):
        found = group.get_command(context, one)
        if isinstance(found, TyperGroup):
            yield from leaves(found, f"{one} ")
        else:
            assert isinstance(found, TyperCommand)
            yield name + one, found


def test_every_command_that_writes_is_tried() -> None:
    """A new command is in one of the two tables; one with ``--out`` is among those that write."""
    known = dict(leaves(get_command(app)))
    # The servers have tests of their own (test_mcp, test_serve); one writes runs, one nothing.
    del known["mcp"], known["serve"]
    assert set(known) == {*COMMANDS, *READERS}
    assert not set(COMMANDS) & set(READERS)
    writing = {name for name, one in known.items() if any("--out" in p.opts for p in one.params)}
    assert writing == set(COMMANDS) - {"scenario new"}


@dataclass(frozen=True)
class Case:
    """A foreign thing: where it is, what it is, and whether results are there already."""

    path: str
    kind: str
    after_results: bool = False
    marked: bool = False
    """Whether the folder it is in has the program's lock."""


def all_cases(writer: Writer, results: list[str]) -> Iterator[Case]:
    """Foreign things where a command writes; ``results`` are the files that it wrote before."""
    turn = count()
    every = list(KINDS)

    def some(path: str, number: int, kinds: list[str] = every) -> Iterator[Case]:
        for _ in range(number):
            yield Case(path, kinds[next(turn) % len(kinds)])

    written = (writer.target, *writer.beside)
    for path in written:
        partial = str(partial_path(Path(path)))
        for kind in every:
            yield Case(path, kind)
        yield from some(partial, 7)
        for name in (LOCK, FILE, WRITING, READY, OLD, "notes.txt"):
            yield from (one for one in some(f"{partial}/{name}", 1) if not _is_lock(one))
        links = [kind for kind in every if "link to" in kind or "dangling" in kind]
        for name in (FILE, WRITING, READY, OLD):
            for one in some(f"{partial}/{name}", 1, links):
                yield Case(one.path, one.kind, marked=True)
        yield Case(f"{partial}/notes.txt", every[next(turn) % len(every)], marked=True)
    if not writer.is_folder:
        return
    out = writer.target
    inside = [MANIFEST, UNDER_WAY, SWEEP_WORKING, "parts", "charts", *results]
    for name in inside:
        yield from some(f"{out}/{name}", 2)
    for kind in every:
        yield Case(f"{out}/{MANIFEST}", kind, after_results=True)
    for name in ("mine", SWEEP_WORKING, UNDER_WAY):
        for one in some(f"{out}/{name}", 4):
            yield Case(one.path, one.kind, after_results=True)
    # A regular file of a listed name is the program's.
    others = [kind for kind in every if kind not in FILES]
    for name in results:
        for one in some(f"{out}/{name}", 3, others):
            yield Case(one.path, one.kind, after_results=True)
    for name in sorted({name.partition("/")[0] for name in results if "/" in name}):
        for one in some(f"{out}/{name}/mine", 2):
            yield Case(one.path, one.kind, after_results=True)


def at_target(writer: Writer, results: list[str]) -> list[Case]:
    """Each kind at the target."""
    return [case for case in all_cases(writer, results) if case.path == writer.target]


def some_cases(writer: Writer, results: list[str]) -> list[Case]:
    """Each kind at the target, or every other kind, and a few elsewhere.

    Writers begin at different kinds and places, so that together they meet most of them.
    """
    few = writer.cases == "few"
    begin = list(WRITERS.values()).index(writer)
    every = list(all_cases(writer, results))
    working = [case for case in every if PARTIAL in case.path]
    others = [case for case in every if case.path != writer.target and PARTIAL not in case.path]
    chosen = at_target(writer, results)[begin % 2 :: 2] if few else at_target(writer, results)
    for places in (working, others):
        step = len(places) // (1 if few else 2) + 1
        chosen += places[begin % step :: step]
    return chosen


def _is_lock(case: Case) -> bool:
    """Whether this is the program's lock: an empty file of its name in its hidden folder."""
    return case.path.endswith(LOCK) and case.kind == "empty file"


def place(case: Case) -> None:
    """Put a foreign thing in its place, in the folder of work."""
    path = Path(case.path).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    if case.marked:
        (path.parent / LOCK).touch()
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    KINDS[case.kind](path)


def said(words: tuple[str, ...]) -> Done:
    """Say a command, which must not hang."""
    signal.alarm(SECONDS)
    done = run_cli(*words)
    signal.alarm(0)
    return done


def faults_of(writer: Writer, case: Case, done: Done, before: dict[str, str]) -> Iterator[str]:
    """What is wrong after a command was said where a foreign thing was."""
    after = seen(Path.cwd())
    path = str(Path(case.path).absolute())
    foreign = {one for one in before if one == path or one.startswith((f"{path}/", outside()))}
    if case.kind == "empty folder":
        foreign.discard(path)
    kept = foreign if done.returncode == 0 else set(before) - {path} | foreign
    for one in sorted(kept):
        if after.get(one) != before[one]:
            yield f"{one} was {before[one]} and is {after.get(one, 'lost')}"
    if done.returncode not in (0, 2) or "Traceback" in done.stderr:
        yield f"it ended with {done}"
    if done.returncode == 2 and not any(
        Path(one).name in done.stderr for one in (case.path, writer.target)
    ):
        yield f"it does not name the path: {done.stderr}"
    if done.returncode == 2 and ".partial" not in case.path:
        yield from (f"{one} was left" for one in set(after) - set(before) if ".partial" in one)
    if done.returncode == 0 and writer.is_folder:
        listed = read_manifest(Path(writer.target))["files"]
        yield from (f"{one} was not written" for one in listed if not Path("out", one).is_file())


def outside() -> str:
    return str(Path.cwd() / OUTSIDE)


def tried(
    bench: Path, folder: Path, writer: Writer, cases: Callable[[Writer, list[str]], Iterable[Case]]
) -> tuple[list[str], int, int]:
    """Try cases of a writer in a process of its own: faults, cases, and how many it refused."""
    work = folder / "work"
    work.mkdir(parents=True)
    os.chdir(work)
    shutil.copytree(bench / "r", "r")
    shutil.copy(bench / "design.yaml", "design.yaml")
    Path("figures.csv").write_text(FIGURES, "utf-8")
    make_outside(work)
    if "filled.xlsx" in writer.words:
        _fill("filled.xlsx")
    if "s" in writer.words:
        # What stands for a sweep: reading it is not what is tried here.
        shutil.copytree("r", "s")
    if "frozen" in writer.words:
        freeze(Path("r"), Path("frozen"))
    first = said(writer.words)
    assert first.returncode == 0, first
    if writer.target.endswith("/FILE"):
        (kept,) = Path(writer.target).parent.iterdir()
        writer = replace(writer, target=str(kept))
    results = _results(writer)
    if Path("outputs").exists():
        shutil.copytree("outputs", folder / "outputs")
    if writer.is_folder:
        shutil.copytree(writer.target, folder / "results")
    faults: list[str] = []
    number = refused = 0
    for case in cases(writer, results):
        _clear(folder)
        if not writer.is_folder:
            # An answer that is kept is not written again.
            Path(writer.target).unlink(missing_ok=True)
        if case.after_results:
            shutil.copytree(folder / "results", writer.target, symlinks=True)
        place(case)
        before = seen(Path.cwd())
        done = said(writer.words)
        found = [f"{case}: {one}" for one in faults_of(writer, case, done, before)]
        faults += found
        number, refused = number + 1, refused + (done.returncode == 2)
    return faults, number, refused


def _fill(file: str) -> None:
    """A workbook of the baseline in which one number was changed."""
    export_scenario(load_chain(["baseline"]), ["baseline"], Path(file), "en")
    at = where_is(open_workbook(Path(file)), "family.staff")
    Path(file).write_bytes(edited(Path(file).read_bytes(), {at: 123.0}))


def _results(writer: Writer) -> list[str]:
    """A few of the files that were written, from the top and from below."""
    if not writer.is_folder:
        return []
    names = sorted(read_manifest(Path(writer.target))["files"])
    top, below = ([one for one in names if ("/" in one) == inner] for inner in (False, True))
    return [*top[:2], *below[:1]]


def _clear(folder: Path) -> None:
    for one in Path.cwd().iterdir():
        if one.name in (*INPUTS, OUTSIDE):
            continue
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()
    if (folder / "outputs").exists():
        shutil.copytree(folder / "outputs", "outputs")


WRITERS = {" ".join(one.words[:3]) + f" {one.target}": one for all_ in COMMANDS.values()
           for one in all_}  # fmt: skip


@pytest.fixture(scope="session")
def prepared() -> None:
    """What every copy of this process would do anew."""
    prepare()


@pytest.mark.long
@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("name", WRITERS)
def test_no_command_takes_the_place_of_a_foreign_thing(
    bench: Path, tmp_path: Path, name: str
) -> None:
    writer = WRITERS[name]

    def work() -> tuple[list[str], int, int]:
        stand_in()
        return tried(bench, tmp_path, writer, all_cases if writer.cases == "all" else some_cases)

    faults, number, refused = in_child_process(work).given
    assert faults == []
    assert number > {"all": 30, "each kind": 13, "few": 6}[writer.cases]
    assert refused > number / 4


QUICK = ("scenario new mine mine.yaml", "run baseline --replications out")
"""A writer of a file and one of a folder, with nothing stood in for."""


@pytest.mark.slow
@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("name", QUICK)
def test_no_foreign_thing_is_replaced_at_the_target(
    bench: Path, tmp_path: Path, name: str, half: int
) -> None:
    def chosen(writer: Writer, results: list[str]) -> list[Case]:
        return at_target(writer, results)[half::2]

    work = partial(tried, bench, tmp_path, WRITERS[name], chosen)
    faults, number, refused = in_child_process(work).given
    assert faults == []
    assert number >= refused >= len(KINDS) // 2 - 1

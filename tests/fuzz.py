"""Random and half-right input for everything that reads what a user or a stranger wrote.

``make fuzz`` tries each target for its part of TIME seconds (600). What comes back must be a
result, or a refusal in our own words (``ScenarioError``; on the command line exit code 2 and one
message); never another exception, never more than a few seconds or much memory. A case that
breaks this is made smaller and laid into ``tests/fuzz_found``, which ``test_fuzz_found.py`` tries
again for ever. SEED repeats a run up to how far each got in its time.

hypothesis is not the engine here: its examples are bounded by number, not time, and a mutation of
real files finds more in them than what grows from nothing. Grammars are a few lines of ``random``.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import FrameType

from support.cli import run_cli
from support.odd_input import (
    a_design,
    a_file,
    a_patch,
    a_record,
    a_scenario,
    a_workbook,
    kit,
    some_extremes,
    some_sets,
    some_tokens,
)

from sim.errors import UNSHOWN, ScenarioError
from sim.export.provenance import find
from sim.export.safe_workbook import open_workbook
from sim.export.workbook_reader import read_filled
from sim.export.workbook_to_patch import find_changes
from sim.results.cell import parse as parse_address
from sim.results.conditions import evaluate, names, parse
from sim.results.executor import Workers
from sim.runs.batches import Options
from sim.runs.run import execute
from sim.scenario import dump, load, load_chain, shipped_folder
from sim.scenario.yaml_reader import read_text
from sim.studies.asked import lever
from sim.studies.design import parse_design

FOUND = Path(__file__).parent / "fuzz_found"
SECONDS = 20
"""No input may take more time of a processor; most take milliseconds."""
WAITED_SECONDS = 300
"""Nor may any be waited for longer, as for a pipe that nobody writes to."""
MEGABYTES = 1_500
"""Nor may any make the process grow by more."""
UNITS_A_MEGABYTE = 1024**2 if sys.platform == "darwin" else 1024
"""Of what a process holds: macOS counts bytes, Linux kilobytes."""


@dataclass(frozen=True)
class Target:
    """What is tried: how an input is made, and what reads it."""

    make: Callable[[random.Random], bytes]
    read: Callable[[bytes], object]
    share: float = 1.0
    """Its part of the time, beside those of the others."""


# Reading it


def read_scenario(data: bytes) -> None:
    with _laid("x.yaml", data):
        dump(load("x.yaml"))


def read_sets(data: bytes) -> None:
    load_chain(["baseline"], data.decode("utf-8", "replace").split("\n"))


def read_run(data: bytes) -> None:
    """What is let in can be run."""
    scenario = load_chain(["baseline"], data.decode("utf-8", "replace").split("\n")).scenario
    options = Options(2, 1, "week", date(2026, 3, 1), workers=Workers(1), charts=False)
    with tempfile.TemporaryDirectory(prefix="fuzz-case-") as folder:
        execute(scenario, "x", options, Path(folder) / "r")


def read_design(data: bytes) -> None:
    from sim.studies.design_points import expand_design

    design = parse_design(data.decode("utf-8", "replace"), "x.yaml")
    if design.points * design.combinations <= 2_000:
        expand_design(design, shipped_folder() / "designs")


def read_condition(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    condition = parse(text, "--where")
    evaluate(condition, dict.fromkeys(names(condition), 1.0))


def read_address(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for read in (parse_address, lambda one: lever(one, "--lever")):
        try:
            read(text)
        except ScenarioError as error:
            _shown(error)


def read_yaml(data: bytes) -> None:
    read_text(data.decode("utf-8", "replace"), "x.yaml")


def read_workbook(data: bytes) -> None:
    with _laid("x.xlsx", data):
        find_changes(read_filled(open_workbook(Path("x.xlsx"))), load("baseline"))


def read_whence(data: bytes) -> None:
    with _laid("x.bin", data):
        find(Path("x.bin"))


def read_folder(data: bytes) -> None:
    """A folder of a run with one spoilt file, read by all that read it."""
    name, _, content = data.partition(b"\n")
    with _laid("r/x", b""):
        shutil.copytree(kit() / "r", "r", dirs_exist_ok=True)
        Path("r", name.decode()).write_bytes(content)
        for words in (
            ("plot", "r", "gap", "-o", "c"), ("memo", "r", "-o", "m.docx"),
            ("memo", "r", "-o", "m.docx"), ("dashboard", "r", "-o", "e.html"),
            ("export", "r", "--csv", "-o", "t.csv"), ("export", "r", "--xlsx", "-o", "t.xlsx"),
        ):  # fmt: skip
            done = run_cli(*words)
            assert done.returncode in (0, 2), done
            assert "Traceback" not in done.stderr


@contextmanager
def _laid(name: str, data: bytes) -> Iterator[None]:
    """A file in an empty folder, in which one is for as long as it is open."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="fuzz-case-") as folder:
        file = Path(folder, name)
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(here)


TARGETS = {
    "scenario": Target(a_scenario, read_scenario),
    "patch": Target(a_patch, read_scenario),
    "sets": Target(some_sets, read_sets),
    "run": Target(some_extremes, read_run),
    "design": Target(a_design, read_design),
    "condition": Target(some_tokens, read_condition, 0.4),
    "address": Target(some_tokens, read_address, 0.2),
    "yaml": Target(a_scenario, read_yaml, 0.4),
    "workbook": Target(a_workbook, read_workbook, 1.5),
    "whence": Target(a_file, read_whence),
    "folder": Target(a_record, read_folder, 1.5),
}
"""What is tried, by name."""


# Judging what came of it


class TooLongError(Exception):
    """An input took longer than any may."""


def verdict(target: Target, data: bytes) -> str:
    """Empty if an input is read or refused as it should be; else what came of it."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    old = {one: signal.signal(one, _too_long) for one in (signal.SIGPROF, signal.SIGALRM)}
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.setitimer(signal.ITIMER_REAL, WAITED_SECONDS)
    try:
        target.read(data)
    except ScenarioError as error:
        return _shown(error)
    except (Exception, RecursionError) as error:
        return "".join(traceback.format_exception(error)[-12:])
    finally:
        for timer in (signal.ITIMER_PROF, signal.ITIMER_REAL):
            signal.setitimer(timer, 0)
        for one, handler in old.items():
            signal.signal(one, handler)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / UNITS_A_MEGABYTE
    return f"grew by {grown:.0f} MB" if grown > MEGABYTES else ""


def _shown(error: ScenarioError) -> str:
    told = str(error)
    if not error.problems or not told.strip():
        return "refused without a word"
    return "its message steers a terminal" if UNSHOWN.search(told) else ""


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise TooLongError(f"more than {SECONDS} seconds")


def kind_of(fault: str) -> str:
    """What tells one fault from another: the last line of ours and the kind of error."""
    ours = [line.strip() for line in fault.splitlines() if 'File "' in line and "/sim/" in line]
    place = ours[-1].rpartition("/sim/")[2] if ours else ""
    last = fault.strip().splitlines()[-1] if fault.strip() else ""
    return f"{place} {last.partition(':')[0]}"


def smaller(target: Target, data: bytes, fault: str, seconds: float = 20.0) -> bytes:
    """A shorter input with the same fault, as far as can be found in some seconds."""
    end, same = time.monotonic() + seconds, kind_of(fault)
    size = max(1, len(data) // 2)
    while size and time.monotonic() < end:
        at = 0
        while at < len(data) and time.monotonic() < end:
            shorter = data[:at] + data[at + size :]
            if kind_of(verdict(target, shorter)) == same:
                data = shorter
            else:
                at += size
        size //= 2
    return data


def keep(name: str, data: bytes, fault: str) -> Path:
    """Lay a case aside as text: its target, what came of it, and its bytes."""
    FOUND.mkdir(exist_ok=True)
    last = fault.strip().splitlines()[-1] if fault.strip() else ""
    case = {"target": name, "came": f"{kind_of(fault)}: {last}"[:300]}
    try:
        text = data.decode("utf-8")
        case |= {"text": text} if text.isprintable() or "\x00" not in text else {}
    except UnicodeDecodeError:
        pass
    if "text" not in case:
        case["base64"] = base64.b64encode(data).decode()
    number = len(list(FOUND.glob(f"{name}-*.json"))) + 1
    file = FOUND / f"{name}-{number:02d}.json"
    file.write_text(json.dumps(case, indent=1, ensure_ascii=True) + "\n", "utf-8")
    return file


def kept(file: Path) -> tuple[str, bytes]:
    """A case that was laid aside: the name of its target, and its bytes."""
    case = json.loads(file.read_text("utf-8"))
    data = case["text"].encode() if "text" in case else base64.b64decode(case["base64"])
    return case["target"], data


def tried(name: str, seed: int, seconds: float) -> tuple[int, dict[str, tuple[bytes, str]]]:
    """Try a target for some seconds: how many inputs, and one for each kind of fault."""
    target, chance = TARGETS[name], random.Random(f"{seed}-{name}")
    faults: dict[str, tuple[bytes, str]] = {}
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        data = target.make(chance)
        fault = verdict(target, data)
        count += 1
        if fault and kind_of(fault) not in faults:
            faults[kind_of(fault)] = data, fault
    return count, faults


def main() -> None:
    """Try every target; ends with 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--time", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("targets", nargs="*", default=list(TARGETS))
    asked = parser.parse_args()
    print(f"seed {asked.seed}, {asked.time:g} seconds", flush=True)
    kit()
    found = 0
    shares = sum(TARGETS[name].share for name in asked.targets)
    for name in asked.targets:
        count, faults = tried(name, asked.seed, asked.time * TARGETS[name].share / shares)
        print(f"{name}: {count:,} inputs, {len(faults)} faults", flush=True)
        for data, fault in faults.values():
            file = keep(name, smaller(TARGETS[name], data, fault), fault)
            print(f"  {file}\n{fault}", flush=True)
        found += len(faults)
    shutil.rmtree(kit())
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

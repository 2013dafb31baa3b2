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
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from types import FrameType

from faults import said

from sim.address import parse as parse_address
from sim.decide.design import parse_design
from sim.decide.levers import lever
from sim.errors import UNSHOWN, ScenarioError
from sim.exchange.filled import read_filled
from sim.exchange.opened import open_workbook
from sim.exchange.patch import changes_of
from sim.exchange.whence import find
from sim.expression import holds, names, parse
from sim.run import execute
from sim.run.chunks import Options
from sim.scenario import dump, load, load_chain, shipped_folder
from sim.scenario.read import read_text

FOUND = Path(__file__).parent / "fuzz_found"
SECONDS = 20
"""No input may take longer, on a busy machine; most take milliseconds."""
MEGABYTES = 1_500
"""Nor may any make the process grow by more."""
WORDS = (
    "=", "+1", "@", "[bold]", "\\e[31m", "!!python/object:os.system x", "&a", "*a", "<<: *a",
    "null",
    "~", "true", "no", "1e999", "-1", "0", "1e-320", "9" * 40, "nan", ".inf", "2025-02-30",
    "2025-13-01", "9999-12-31", "0001-01-01", "{}", "[]", "''", '"', "'", "|", ">", "%", "\t",
    "\x00", "\x85", "\u202e", "\ud7ff", "\ufeff", "\U0001f525", "../", "/etc/passwd", "baseline",
    "extends: baseline", "value", "unit", "spread", "dist: lognormal", "low", "high", "- ", ": ",
    "{value: 1, unit: persons}", "{2025: 1, 2026: 2}", "{en: a, nl: b}", "1_000", "1.000", "٣",
)  # fmt: skip
TOKENS = (
    "gap", "total", "2027", "@", ":", ".", "p90", "owb2025", "housing.homes", "and", "or", "not",
    "(", ")", "<", "<=", ">", ">=", "==", "!=", "1", "-1", "1e9", "1e999", "__import__", "'", " ",
    "occupancy", "mean", "\u0430", "\uff11", "\x00", "2e9", "gap.total.2027", "a", ",", ";", "%",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """What is tried: how an input is made, and what reads it."""

    make: Callable[[random.Random], bytes]
    read: Callable[[bytes], object]
    share: float = 1.0
    """Its part of the time, beside those of the others."""


# Making input


@cache
def texts(folder: str = "") -> tuple[str, ...]:
    """The shipped scenarios, or designs, the small ones first."""
    files = sorted((shipped_folder() / folder).glob("*.yaml"), key=lambda one: one.stat().st_size)
    return tuple(file.read_text("utf-8") for file in files)


def mutated(text: str, chance: random.Random, words: Sequence[str] = WORDS) -> str:
    """A text with a few lines or words lost, doubled, swapped or replaced."""
    for _ in range(chance.randint(1, 4)):
        lines = text.split("\n")
        at, other = (chance.randrange(len(lines)) for _ in "ab")
        kind = chance.randrange(7)
        place = chance.randrange(len(text) + 1)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(other, lines[at])
        elif kind == 2:
            head, colon, _ = lines[at].partition(":")
            lines[at] = f"{head}{colon} {chance.choice(words)}"
        elif kind == 3:
            lines[at] = " " * chance.randint(0, 6) + lines[at].strip()
        elif kind == 4:
            lines[at] = lines[at].replace(chance.choice(lines[at] or "x"), chance.choice(words))
        text = "\n".join(lines)
        if kind == 5:
            text = text[:place] + chance.choice(words) + text[place:]
        elif kind == 6:
            text = text[:place] + text[place + chance.randint(1, 30) :]
    return text


def blended(data: bytes, chance: random.Random) -> bytes:
    """Bytes with a few of them lost, doubled or replaced."""
    for _ in range(chance.randint(1, 4)):
        at, many = chance.randrange(len(data) + 1), chance.choice((1, 1, 2, 8, 64))
        junk = chance.choice((bytes(many), b"\xff" * many, chance.randbytes(many)))
        kind = chance.randrange(4)
        if kind == 0:
            data = data[:at] + junk + data[at + many :]
        elif kind == 1:
            data = data[:at] + junk + data[at:]
        elif kind == 2:
            data = data[:at] + data[at + many :]
        else:
            data = data[: max(at, 8)]
    return data


def a_value(chance: random.Random, depth: int = 0) -> str:
    """A value as a patch may hold it, right or nearly so."""
    kind = chance.randrange(8 if depth < 2 else 4)
    if kind == 0:
        return str(chance.choice((0, 1, -1, 0.5, 30210, 1e9, 1e300)))
    if kind == 1:
        return chance.choice(WORDS)
    if kind == 2:
        return f"{{value: {a_value(chance, 3)}, assumption: x}}"
    if kind == 3:
        year = chance.choice((2024, 2025, 2026, 2030, 2031, 9999))
        return f"{{{year}: {chance.random()}, {year + 1}-07-01: {chance.choice(WORDS)}}}"
    if kind == 4:
        return (
            "[" + ", ".join(a_value(chance, depth + 1) for _ in range(chance.randint(0, 3))) + "]"
        )
    if kind == 5:
        low, high = chance.random(), chance.choice((1.0, 0.1, 2.0, -1.0, 1e300))
        kind_of = chance.choice(("triangular", "lognormal", "uniform", "normal", "beta", "x"))
        return (
            f"{{value: 0.5, spread: {{dist: {kind_of}, low: {low}, high: {high}}}, assumption: x}}"
        )
    inner = ", ".join(f"{a_step(chance)}: {a_value(chance, depth + 1)}" for _ in range(2))
    return f"{{{inner}}}"


@cache
def keys() -> tuple[str, ...]:
    from sim.scenario import quantities

    return tuple(key for key, _ in quantities(load("baseline")))


def a_step(chance: random.Random) -> str:
    return chance.choice([*chance.choice(keys()).split("."), "x", "0", "1", "value", "en"])


def a_key(chance: random.Random) -> str:
    key = chance.choice(keys())
    if chance.random() < 0.3:
        parts = key.split(".")
        parts[chance.randrange(len(parts))] = a_step(chance)
        key = ".".join(parts[: chance.randint(1, len(parts))])
    return key


def a_patch(chance: random.Random) -> bytes:
    head = "extends: baseline\ntitle: {en: a, nl: b}\ndescription: {en: a, nl: b}\n"
    body = [f"{a_key(chance)}: {a_value(chance)}" for _ in range(chance.randint(1, 3))]
    return (head + "\n".join(body) + "\n").encode("utf-8", "replace")


def a_scenario(chance: random.Random) -> bytes:
    files = texts()
    whole = chance.random() < 0.1
    return mutated(chance.choice(files[-1:] if whole else files[:-3]), chance).encode(
        "utf-8", "replace"
    )


def some_sets(chance: random.Random) -> bytes:
    sets = [f"{a_key(chance)}={a_value(chance)}" for _ in range(chance.randint(1, 3))]
    return "\n".join(mutated(one, chance) if chance.random() < 0.2 else one for one in sets).encode(
        "utf-8", "replace"
    )


def some_extremes(chance: random.Random) -> bytes:
    """Overrides of which many are let in, and go to the edge of what is."""
    ends = ("0", "1", "0.5", "0.999", "1e-9", "100", "1e6", "1e12", "1e30")
    sets = [f"{chance.choice(keys())}={chance.choice(ends)}" for _ in range(chance.randint(1, 3))]
    return "\n".join(sets).encode()


def a_design(chance: random.Random) -> bytes:
    return mutated(chance.choice(texts("designs")), chance, WORDS + TOKENS).encode(
        "utf-8", "replace"
    )


def some_tokens(chance: random.Random) -> bytes:
    count = chance.choice((1, 3, 5, 8, 20, 300))
    glue = chance.choice(("", " ", " "))
    return glue.join(chance.choice(TOKENS) for _ in range(count)).encode("utf-8", "replace")


@cache
def kit() -> Path:
    """A folder with a finished run and what is made of it, made once."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    here = Path.cwd()
    os.chdir(folder)
    try:
        for words in (
            ("run", "baseline", "--replications", "2", "--step", "week", "--workers", "1",
             "--until", "2025-12-31", "--out", "r"),
            ("export", "baseline", "--xlsx", "-o", "b.xlsx"),
            ("export", "r", "--xlsx", "-o", "r.xlsx"),
            *(("memo", "r", "-o", f"m.{form}") for form in ("docx", "html", "md")),
            ("explorer", "r", "-o", "e.html"),
            ("chart", "r", "gap", "--format", "png,svg,pdf", "-o", "c"),
        ):  # fmt: skip
            done = said(*words)
            assert done.returncode == 0, done
    finally:
        os.chdir(here)
    return folder


def a_workbook(chance: random.Random) -> bytes:
    """A workbook of a scenario with spoilt bytes, or with spoilt parts in a whole zip file."""
    data = (kit() / "b.xlsx").read_bytes()
    return blended(data, chance) if chance.random() < 0.3 else _repacked(data, chance)


def _repacked(data: bytes, chance: random.Random) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        spoilt = chance.choice(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            if name == spoilt:
                if chance.random() < 0.5:
                    part = blended(part, chance)
                else:
                    text = part.decode("utf-8", "replace").replace("><", ">\n<")
                    part = mutated(text, chance).encode("utf-8", "replace")
            new.writestr(name, part)
    return packed.getvalue()


def a_file(chance: random.Random) -> bytes:
    """One of our own files, spoilt."""
    folder = kit()
    files = [*(folder / "c").glob("*.*g"), *(folder / "c").glob("*.pdf"), *folder.glob("*.*")]
    data = chance.choice(sorted(files)).read_bytes()
    if data.startswith(b"PK") and chance.random() < 0.7:
        return _repacked(data, chance)
    tail = max(0, len(data) - 3_000)
    # Stamps stand at the end: there most of it is to be found.
    return (
        data[:tail] + blended(data[tail:], chance)
        if chance.random() < 0.7
        else blended(data, chance)
    )


def a_record(chance: random.Random) -> bytes:
    """A file of a run's folder, spoilt: ``name``, a new line, and its bytes."""
    files = ("run.json", "run.json", "budget.csv", "yearly.csv", "monthly.parquet",
             "replications.parquet", "scenario.resolved.yaml")  # fmt: skip
    name = chance.choice(files)
    data = (kit() / "r" / name).read_bytes()
    if name.endswith(".parquet"):
        data = blended(data, chance)
    elif name == "run.json" and chance.random() < 0.6:
        data = json.dumps(_respoken(json.loads(data), chance)).encode()
    else:
        data = mutated(data.decode("utf-8"), chance).encode("utf-8", "replace")
    return name.encode() + b"\n" + data


def _respoken(record: dict[str, object], chance: random.Random) -> dict[str, object]:
    odd: tuple[object, ...] = (
        None, 1, -1, 1.5, "", "x", [], {}, [1], {"a": 1}, True, "../x", "\x1b[31m", "x" * 9999,
        10**30, "run", "comparison", "\ud800",
    )  # fmt: skip
    for _ in range(chance.randint(1, 2)):
        at: dict[str, object] = record
        while True:
            key = chance.choice(list(at))
            below = at[key]
            if isinstance(below, dict) and below and chance.random() < 0.7:
                at = below
                continue
            if chance.random() < 0.25:
                del at[key]
            else:
                at[key] = chance.choice(odd)
            break
        if not record:
            break
    return record


# Reading it


def read_scenario(data: bytes) -> None:
    with _laid("x.yaml", data):
        dump(load("x.yaml"))


def read_sets(data: bytes) -> None:
    load_chain(["baseline"], data.decode("utf-8", "replace").split("\n"))


def read_run(data: bytes) -> None:
    """What is let in can be run."""
    scenario = load_chain(["baseline"], data.decode("utf-8", "replace").split("\n")).scenario
    options = Options(2, 1, "week", date(2026, 3, 1), workers=1, charts=False)
    with tempfile.TemporaryDirectory(prefix="fuzz-case-") as folder:
        execute(scenario, "x", options, Path(folder) / "r")


def read_design(data: bytes) -> None:
    from sim.decide.points import planned

    design = parse_design(data.decode("utf-8", "replace"), "x.yaml")
    if design.points * design.combinations <= 2_000:
        planned(design, shipped_folder() / "designs")


def read_condition(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    condition = parse(text, "--where")
    holds(condition, dict.fromkeys(names(condition), 1.0))


def read_address(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for read in (parse_address, lambda one: lever(one, "--vary")):
        try:
            read(text)
        except ScenarioError as error:
            _shown(error)


def read_yaml(data: bytes) -> None:
    read_text(data.decode("utf-8", "replace"), "x.yaml")


def read_workbook(data: bytes) -> None:
    with _laid("x.xlsx", data):
        changes_of(read_filled(open_workbook(Path("x.xlsx"))), load("baseline"))


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
            ("chart", "r", "gap", "-o", "c"), ("memo", "r", "-o", "m.html"),
            ("memo", "r", "-o", "m.docx"), ("explorer", "r", "-o", "e.html"),
            ("export", "r", "--csv", "-o", "t.csv"), ("export", "r", "--xlsx", "-o", "t.xlsx"),
        ):  # fmt: skip
            done = said(*words)
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
    old = signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        target.read(data)
    except ScenarioError as error:
        return _shown(error)
    except (Exception, RecursionError) as error:
        return "".join(traceback.format_exception(error)[-12:])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
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

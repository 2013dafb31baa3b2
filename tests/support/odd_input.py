"""Odd input: real files with something lost, doubled or replaced, and what small grammars make."""

from __future__ import annotations

import json
import os
import random
import tempfile
import zipfile
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from sim.scenario import load, quantities, shipped_folder

from .cli import run_cli

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
            *(("memo", "r", "-o", f"m.{form}") for form in ("docx", "md")),
            ("dashboard", "r", "-o", "e.html"),
            ("plot", "r", "gap", "--format", "png,svg,pdf", "-o", "c"),
        ):  # fmt: skip
            done = run_cli(*words)
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

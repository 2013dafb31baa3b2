"""Results kept between runs, by the hash of all that they depend on.

Content decides, not time: another scenario, setting, version or line of the program is another
file, and a file that is not whole is as if it were not there.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

import numpy as np

from ..draws import Floats
from ..scenario import Scenario
from ..trial import Progress, Settings, Task, Trial, measured
from .record import versions

TELLING = ("cli", "exchange", "memo", "report", "run", "stamp.py", "stress", "persons")
"""Parts of the program that no number kept here depends on."""
READING = ("asked.py", "figures.py", "questions.py", "scorecard.py")
"""Files of the question book that only say what to ask for, or read what is kept."""
Measure = Callable[[Trial], dict[str, Floats]]


def kept(
    asked: Mapping[str, tuple[Scenario, Measure, tuple[str, ...]]],
    settings: Settings,
    folder: Path,
    workers: int = 0,
    tell: Progress | None = None,
) -> dict[str, dict[str, Floats]]:
    """Arrays by name of scenario: read where they are kept, else run (all at once) and kept.

    ``asked`` has for each name the scenario, what measures it, and the names of what that gives.
    """
    files = {
        name: folder / f"{identity(scenario, settings, wanted)}.npz"
        for name, (scenario, _, wanted) in asked.items()
    }
    found = {name: _read(file, asked[name][2]) for name, file in files.items()}
    missing = [name for name, arrays in found.items() if arrays is None]
    tasks = [Task(asked[name][0], asked[name][1]) for name in missing]
    if tasks:
        folder.mkdir(parents=True, exist_ok=True)
    for name, arrays in zip(missing, measured(tasks, settings, workers, tell), strict=True):
        _write(files[name], partial(_savez, arrays=arrays))
        found[name] = arrays
    return {name: arrays for name, arrays in found.items() if arrays is not None}


Numbers = dict[str, list[float | None]]
"""A few numbers by name, as JSON has them."""


def kept_numbers(
    scenarios: Iterable[Scenario],
    asked: object,
    settings: Settings,
    folder: Path,
    make: Callable[[], Numbers],
) -> Numbers:
    """What a study found: read where it is kept, else made and kept."""
    known = [identity(scenario, settings, ()) for scenario in scenarios]
    file = folder / f"{_hashed([known, asked])}.json"
    found = _read_numbers(file)
    if found is None:
        made = make()
        folder.mkdir(parents=True, exist_ok=True)
        _write(file, lambda stream: stream.write(json.dumps(made).encode()))
        return made
    return found


def identity(scenario: Scenario, settings: Settings, wanted: tuple[str, ...]) -> str:
    """Hash of all that a kept result depends on, the program itself with it."""
    return _hashed(
        {
            "scenario": scenario.model_dump(mode="json", by_alias=True),
            "settings": asdict(settings),
            "wanted": sorted(wanted),
            "versions": versions(),
            "program": program(),
        }
    )


def _hashed(parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@cache
def program() -> str:
    """Hash of the program's own source, without the parts that only tell of results."""
    root = Path(str(resources.files("sim")))
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        part = file.relative_to(root).parts[0]
        if part in TELLING or (part == "book" and file.name in READING):
            continue
        digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _read_numbers(file: Path) -> Numbers | None:
    """What is kept, if it is whole: lists of numbers by name."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    lists = list(found.values()) if isinstance(found, dict) else [None]
    whole = all(
        isinstance(one, list) and all(number is None or isinstance(number, int | float)
                                      for number in one)
        for one in lists
    )  # fmt: skip
    return found if whole else None


def _read(file: Path, wanted: tuple[str, ...]) -> dict[str, Floats] | None:
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as held:
            return {name: held[name] for name in wanted}
    except (OSError, KeyError, ValueError, BadZipFile, EOFError):
        return None


def _savez(stream: BinaryIO, arrays: Mapping[str, Floats]) -> None:
    np.savez(stream, **arrays)  # type: ignore[arg-type]


def _write(file: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Whole or not at all: written aside and moved to its name."""
    aside = file.with_suffix(f".{os.getpid()}.tmp")
    with aside.open("wb") as stream:
        fill(stream)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(file)

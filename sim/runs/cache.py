"""Results kept between runs, by the hash of all that they depend on.

Content decides, not time: another scenario, setting, version or line of the program is another
file. Each file begins with the hash of the rest: one that is cut off or changed is told of, and
made anew.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np

from ..errors import ScenarioError
from ..model.sampling import Floats
from ..results.experiment import Experiment, Progress, Settings, Task, run_tasks
from ..scenario import Scenario
from .atomic import disk_problem, write_atomic
from .manifest import versions

PRESENTATION = (
    *("api", "cli", "export", "notebook", "reference", "report", "reproduce", "runs"),
    *(f"questions/{name}.py" for name in ("metrics", "pages", "questions", "study_specs", "text")),
)
"""Rooms and modules that no cached number depends on: they request, write or show results."""
Measure = Callable[[Experiment], dict[str, Floats]]
Notice = Callable[[Path], None]
"""Told of each file that is there but not as it was written."""
SUFFIX = ".kept"


def cached_arrays(
    asked: Mapping[str, tuple[Scenario, Measure, tuple[str, ...]]],
    settings: Settings,
    folder: Path,
    workers: int = 0,
    tell: Progress | None = None,
    notice: Notice | None = None,
) -> dict[str, dict[str, Floats]]:
    """Arrays by name of scenario: read where they are kept, else run (all at once) and kept.

    ``asked`` has for each name the scenario, what measures it, and the names of what that gives.
    Raises ``ScenarioError`` if a result can't be kept; those kept before it stay.
    """
    files = {
        name: folder / f"{identity(scenario, settings, wanted)}{SUFFIX}"
        for name, (scenario, _, wanted) in asked.items()
    }
    found = {name: _arrays(file, asked[name][2], notice) for name, file in files.items()}
    missing = [name for name, arrays in found.items() if arrays is None]
    tasks = [Task(asked[name][0], asked[name][1]) for name in missing]
    for name, arrays in zip(missing, run_tasks(tasks, settings, workers, tell), strict=True):
        _write(files[name], _packed(arrays))
        found[name] = arrays
    return {name: arrays for name, arrays in found.items() if arrays is not None}


Numbers = dict[str, list[float | None]]
"""A few numbers by name, as JSON has them."""


def cached_numbers(
    scenarios: Iterable[Scenario],
    asked: object,
    settings: Settings,
    folder: Path,
    make: Callable[[], Numbers],
    notice: Notice | None = None,
) -> Numbers:
    """What a study found: read where it is kept, else made and kept.

    Raises ``ScenarioError`` if it can't be kept.
    """
    known = [identity(scenario, settings, ()) for scenario in scenarios]
    file = folder / f"{_hashed([known, asked])}{SUFFIX}"
    data = _read(file, notice)
    if data is None:
        made = make()
        _write(file, json.dumps(made).encode())
        return made
    found: Numbers = json.loads(data)
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
    """Return a hash of the program's own source, without the parts in ``PRESENTATION``."""
    root = Path(str(resources.files("sim")))
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        name = file.relative_to(root)
        if name.parts[0] in PRESENTATION or name.as_posix() in PRESENTATION:
            continue
        digest.update(name.as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _read(file: Path, notice: Notice | None) -> bytes | None:
    """What is kept in a file, if it is there and as it was written."""
    try:
        told, _, data = file.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    except OSError:
        told, data = b"", b""
    if told.decode("ascii", "replace") == hashlib.sha256(data).hexdigest():
        return data
    if notice is not None:
        notice(file)
    return None


def _arrays(file: Path, wanted: tuple[str, ...], notice: Notice | None) -> dict[str, Floats] | None:
    data = _read(file, notice)
    if data is None:
        return None
    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        return {name: held[name] for name in wanted}


def _packed(arrays: Mapping[str, Floats]) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


def _write(file: Path, data: bytes) -> None:
    """Keep a result; raises ``ScenarioError`` if that can't be."""
    try:
        write_atomic(file, hashlib.sha256(data).hexdigest().encode() + b"\n" + data)
    except OSError as error:
        raise ScenarioError([disk_problem(file.parent, error)]) from error

"""Cache of results between commands, keyed by a hash of all that they depend on.

Another scenario, setting, version or line of the program is another file; time plays no part. Each
file begins with the hash of its content: a damaged one is reported and made again. A file that does
not begin with a hash is not ours, and is not replaced. Of a folder the files used last are kept.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np

from ..errors import Problem, ScenarioError
from ..model.sampling import Floats
from ..model.shared_people import people_of
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Experiment, Progress, Settings
from ..results.tasks import Task, run_tasks
from ..results.versions import versions
from ..scenario import Scenario
from .atomic import disk_problem, refuse_link, write_atomic

PRESENTATION = (
    *("api", "cli", "export", "notebook", "reference", "report", "reproduce", "runs"),
    *(f"questions/{name}.py" for name in ("metrics", "pages", "questions", "text")),
)
"""Rooms and modules that no cached number depends on: they request, write or show results."""
Measure = Callable[[Experiment], dict[str, Floats]]
Notice = Callable[[Path], None]
"""Called with each cache file that is damaged."""
SUFFIX = ".kept"
MOST_KEPT = 5_000
"""Files that stay in a folder; a search keeps one a plan that it tries, of some 16 kB."""
HEAD = re.compile(rb"[0-9a-f]{32,64}")
"""First line of a file of the cache, perhaps cut off."""


def cached_arrays(
    requests: Mapping[str, tuple[Scenario, Measure, tuple[str, ...]]],
    settings: Settings,
    folder: Path,
    workers: Workers = ALL_CORES,
    tell: Progress | None = None,
    notice: Notice | None = None,
    first: int = 0,
    volumes_only: bool = False,
) -> dict[str, dict[str, Floats]]:
    """Return arrays by scenario: from the cache, else simulated (all at once) and cached.

    ``requests`` has for each name the scenario, its measure and the names of its arrays; the names
    must tell what the measure reads. ``first`` and ``volumes_only`` are as in ``Task``.
    Raises ``ScenarioError`` if a result can't be cached, or if a file that is not ours is in its
    place; those cached before it stay.
    """
    files = {
        name: folder / f"{identity(scenario, settings, names, first)}{SUFFIX}"
        for name, (scenario, _, names) in requests.items()
    }
    results = {name: _arrays(file, requests[name][2], notice) for name, file in files.items()}
    missing = [name for name, arrays in results.items() if arrays is None]
    # Neighbours that share their people are simulated together.
    missing.sort(key=lambda name: people_of(requests[name][0]) or "")
    tasks = [Task(*requests[name][:2], first=first, volumes_only=volumes_only) for name in missing]
    with closing(run_tasks(tasks, settings, workers, tell)) as made:
        for name, arrays in zip(missing, made, strict=True):
            _write(files[name], _packed(arrays))
            results[name] = arrays
    if missing:
        _remove_old(folder)
    return {name: arrays for name, arrays in results.items() if arrays is not None}


Numbers = dict[str, list[float | None]]
"""A few numbers by name, in the types of JSON."""


def cached_numbers(
    scenarios: Iterable[Scenario],
    options: object,
    settings: Settings,
    folder: Path,
    make: Callable[[], Numbers],
    notice: Notice | None = None,
) -> Numbers:
    """Return numbers of a study: from the cache, else computed and cached.

    Raises ``ScenarioError`` if they can't be cached.
    """
    known = [identity(scenario, settings, ()) for scenario in scenarios]
    file = folder / f"{_hashed([known, options])}{SUFFIX}"
    data = _read(file, notice)
    if data is None:
        made = make()
        _write(file, json.dumps(made).encode())
        return made
    found: Numbers = json.loads(data)
    return found


def identity(
    scenario: Scenario, settings: Settings, wanted: tuple[str, ...], first: int = 0
) -> str:
    """Return a hash of all that a cached result depends on, including the program itself."""
    return _hashed(
        ({"first": first} if first else {})
        | {
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
    """Return the content of a cache file, if it is there and undamaged.

    Raises ``ScenarioError`` if it is not a file of the cache.
    """
    if not os.path.lexists(file):
        return None
    refuse_link(file)
    try:
        told, _, data = file.read_bytes().partition(b"\n") if file.is_file() else (b"", b"", b"")
    except OSError as error:
        raise ScenarioError([disk_problem(file, error)]) from None
    if not HEAD.fullmatch(told):
        what = "this is not a result that opvangsim cached, so it is not replaced"
        raise ScenarioError([Problem(str(file), what, "move or remove it")])
    if told.decode() == hashlib.sha256(data).hexdigest():
        with suppress(OSError):
            os.utime(file)
        return data
    if notice is not None:
        notice(file)
    return None


def _remove_old(folder: Path) -> None:
    """Remove the files of the cache that were used longest ago, beyond ``MOST_KEPT``.

    Another process may be removing the same ones. What does not begin with a hash stays.
    """
    used: dict[Path, float] = {}
    for file in folder.glob(f"*{SUFFIX}"):
        with suppress(OSError):
            used[file] = file.stat().st_mtime
    for file in sorted(used, key=used.__getitem__, reverse=True)[MOST_KEPT:]:
        with suppress(OSError):
            with file.open("rb") as stream:
                is_ours = HEAD.fullmatch(stream.readline().rstrip(b"\n")) is not None
            if is_ours:
                file.unlink()


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
    """Write a cache file; raises ``ScenarioError`` if it can't be written."""
    try:
        write_atomic(file, hashlib.sha256(data).hexdigest().encode() + b"\n" + data)
    except OSError as error:
        raise ScenarioError([disk_problem(file, error)]) from error

"""What lies in a folder of results: each run and study by its record, and nothing else of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ..errors import Problem, ScenarioError, usage_error
from .atomic import PARTIAL
from .manifest import MANIFEST, kind_of, read_manifest


@dataclass(frozen=True)
class RunEntry:
    """A folder with results, or one that holds none that can be read: then ``trouble`` says why.

    ``headline`` is the gap of a year, median and band [EUR]; studies have none.
    """

    folder: Path
    kind: str = ""
    id: str = ""
    scenario: str = ""
    created: datetime | None = None
    headline: Mapping[str, Any] | None = None
    trouble: str = ""


def find_results(root: Path) -> list[RunEntry]:
    """All folders in ``root``, and in those of them that hold only further folders of results.

    Raises ``ScenarioError`` if there is no such folder.
    """
    try:
        return [_entry(folder) for folder in _folders(root)]
    except OSError as error:
        what = f"can't be read: {error.strerror or error}"
        raise ScenarioError([Problem(str(root), what, "give a folder of results")]) from None


def _folders(root: Path) -> Iterator[Path]:
    """Folders with a record (``root`` alone if it has one), and those in which none lies."""
    if (root / MANIFEST).exists():
        yield root
        return
    for folder in _below(root):
        if (folder / MANIFEST).exists():
            yield folder
            continue
        inner = [one for one in _below(folder) if (one / MANIFEST).exists()]
        yield from inner or [folder]


def _below(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as found:
            names = sorted(one.name for one in found if one.is_dir())
    except PermissionError:
        return []
    return [folder / name for name in names]


def _entry(folder: Path) -> RunEntry:
    if not (folder / MANIFEST).exists():
        unfinished = folder.name.endswith(PARTIAL) or (folder / "sweep.json").exists()
        return RunEntry(folder, trouble="unfinished" if unfinished else "foreign")
    try:
        record = read_manifest(folder)
    except ScenarioError as error:
        said = f"{error.problems[0].where}: {error.problems[0].what}"
        why = said.removeprefix(f"{folder / MANIFEST}: ")
        return RunEntry(folder, kind_of(folder) or "", trouble=why)
    named = ", ".join(record.get("scenarios", ())) or record.get("name", "")
    of = record.get("of")
    told = of.get("scenario", "") if isinstance(of, dict) else record.get("scenario", named)
    return RunEntry(
        folder,
        record["kind"],
        str(record.get("id", of)),
        str(told),
        datetime.fromisoformat(record["created"]).astimezone(UTC),
        record.get("headline"),
    )


KEYS: dict[str, Callable[[RunEntry], Any]] = {
    "when": lambda one: one.created or datetime.min.replace(tzinfo=UTC),
    "scenario": lambda one: (one.scenario, one.folder.name),
    "gap": lambda one: one.headline["p50"] if one.headline else float("-inf"),
    "kind": lambda one: (one.kind, one.folder.name),
    "id": lambda one: one.id,
    "folder": lambda one: str(one.folder),
}
"""What a list can be sorted by. What has no moment or no gap comes at the end of a falling list."""
FALLING = ("when", "gap")
"""Sorted from the newest, and from the largest, on."""


def filter_results(
    found: list[RunEntry], scenario: str = "", kind: str = "", since: date | None = None
) -> list[RunEntry]:
    """Those of a scenario (a part of its name is enough), of a kind, made on a day or after it.

    Days are those of UTC, in which records tell them. What can't be read is of no scenario and no
    day.
    """
    return [
        one
        for one in found
        if scenario.casefold() in one.scenario.casefold()
        and (not scenario or one.scenario)
        and kind in ("", one.kind)
        and (since is None or (one.created is not None and one.created.date() >= since))
    ]


def sort_results(found: list[RunEntry], by: str) -> list[RunEntry]:
    """Entries in the order of one of ``KEYS``; alike ones by their folder."""
    by_folder = sorted(found, key=KEYS["folder"])
    return sorted(by_folder, key=KEYS[by], reverse=by in FALLING)


def list_results(
    folder: Path, scenario: str, kind: str, since: date | None, sort: str, *, reverse: bool
) -> tuple[int, list[RunEntry]]:
    """How many folders there are, and those that are wanted, in order.

    Raises ``ScenarioError`` if the folder can't be read, or for an order that is none.
    """
    if sort not in KEYS:
        usage_error("--sort", f"there is no order by '{sort}'", f"choose from {', '.join(KEYS)}")
    every = find_results(folder)
    found = sort_results(filter_results(every, scenario, kind, since), sort)
    return len(every), found[::-1] if reverse else found


def as_rows(found: Sequence[RunEntry]) -> list[dict[str, Any]]:
    """Entries as plain data: a headline in euros, a moment in UTC."""
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "scenario": one.scenario,
            "created": one.created,
            "headline": dict(one.headline) if one.headline else None,
            "folder": str(one.folder),
            "trouble": one.trouble,
        }
        for one in found
    ]

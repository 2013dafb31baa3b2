"""List, filter and sort the runs and studies in a folder, by their manifests alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ..errors import Message, Problem, ScenarioError, reason_of, usage_error
from .atomic import PARTIAL
from .manifest import MANIFEST, kind_of, read_manifest
from .manifest_schema import DERIVED_KINDS


@dataclass(frozen=True)
class RunEntry:
    """A folder of results; ``trouble`` says why its manifest can't be read.

    ``headline`` is the gap of a year, median and interval [EUR]; studies have none.
    """

    folder: Path
    kind: str = ""
    id: str = ""
    scenario: str = ""
    created: datetime | None = None
    headline: Mapping[str, Any] | None = None
    trouble: str = ""


def find_results(root: Path) -> list[RunEntry]:
    """Return the folders in ``root``, and those one level deeper in folders without a manifest.

    Raises ``ScenarioError`` if there is no such folder.
    """
    try:
        return [_entry(folder) for folder in _folders(root)]
    except OSError as error:
        what = Message("can't be read: {reason}", reason=reason_of(error))
        raise ScenarioError([Problem(str(root), what, "give a folder of results")]) from None


def _folders(root: Path) -> Iterator[Path]:
    """Yield folders with a manifest (only ``root`` if it has one), and those without any."""
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
        manifest = read_manifest(folder)
    except ScenarioError as error:
        message = f"{error.problems[0].where}: {error.problems[0].what}"
        why = message.removeprefix(f"{folder / MANIFEST}: ")
        return RunEntry(folder, kind_of(folder) or "", trouble=why)
    of, kind = manifest.get("of"), manifest["kind"]
    if kind in DERIVED_KINDS:
        scenario = of.get("scenario", "") if isinstance(of, dict) else manifest.get("scenario", "")
    elif kind == "run":
        scenario = manifest["scenario"]
    else:
        scenario = ", ".join(manifest["scenarios"]) or manifest["name"]
    return RunEntry(
        folder,
        manifest["kind"],
        str(manifest.get("id", of)),
        str(scenario or ""),
        datetime.fromisoformat(manifest["created"]).astimezone(UTC),
        manifest["headline"] if kind == "run" else None,
    )


KEYS: dict[str, Callable[[RunEntry], Any]] = {
    "when": lambda one: one.created or datetime.min.replace(tzinfo=UTC),
    "scenario": lambda one: (one.scenario, one.folder.name),
    "gap": lambda one: one.headline["p50"] if one.headline else float("-inf"),
    "kind": lambda one: (one.kind, one.folder.name),
    "id": lambda one: one.id,
    "folder": lambda one: str(one.folder),
}
"""Sort keys. Entries without time or gap come last in descending order."""
DESCENDING = ("when", "gap")
"""Keys sorted in descending order."""


def filter_results(
    found: list[RunEntry], scenario: str = "", kind: str = "", since: date | None = None
) -> list[RunEntry]:
    """Return entries by scenario (part of the name), kind, and first day of creation.

    Days are in UTC, as in manifests. An unreadable folder has no scenario and no day.
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
    """Return entries in the order of one of ``KEYS``; equal ones by folder."""
    by_folder = sorted(found, key=KEYS["folder"])
    return sorted(by_folder, key=KEYS[by], reverse=by in DESCENDING)


def list_results(
    folder: Path, scenario: str, kind: str, since: date | None, sort: str, *, reverse: bool
) -> tuple[int, list[RunEntry]]:
    """Return the number of all folders, and the selected ones in order.

    Raises ``ScenarioError`` if the folder can't be read or the order is unknown.
    """
    if sort not in KEYS:
        usage_error(
            "--sort",
            Message("there is no order by '{sort}'", sort=sort),
            Message("choose from {names}", names=", ".join(KEYS)),
        )
    every = find_results(folder)
    found = sort_results(filter_results(every, scenario, kind, since), sort)
    return len(every), found[::-1] if reverse else found


def as_rows(found: Sequence[RunEntry]) -> list[dict[str, Any]]:
    """Return entries as plain data: headline in euros, time of creation in UTC."""
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

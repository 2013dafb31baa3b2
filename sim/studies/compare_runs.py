"""Compare finished runs: their replications are in their folders, so nothing is simulated again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import Message, usage_error
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Settings, settings_from_record
from ..results.versions import versions
from ..runs.load import read_resolved
from ..runs.manifest import read_manifest
from ..scenario import Loaded
from .base import Inputs
from .options import CompareOptions

SAME = ("replications", "seed", "step", "until", "vary")


def finished(
    folders: Sequence[Path], year: int | None = None, workers: Workers = ALL_CORES
) -> tuple[CompareOptions, Inputs]:
    """Return what compares finished runs with the first of them, by their settings.

    Raises ``ScenarioError`` if they are not runs of this version with the same settings.
    """
    if len(folders) < 2:
        usage_error(str(folders[0]), "there is nothing to compare", "name another run")
    records = [read_manifest(folder) for folder in folders]
    for folder, record in zip(folders, records, strict=True):
        _refuse_unlike(folder, record, folders[0], records[0])
    loaded = [
        replace(read_resolved(folder, record, "scenario.resolved.yaml"), name=name)
        for folder, record, name in zip(folders, records, _names(folders, records), strict=True)
    ]
    settings = _settings(records[0], loaded)
    options = CompareOptions.with_settings(settings, year=year, finished=True)
    return options, Inputs(tuple(loaded), workers=workers, runs=tuple(folders))


def _refuse_unlike(
    folder: Path, record: Mapping[str, Any], first: Path, other: Mapping[str, Any]
) -> None:
    """Refuse a run that has other settings than the first, or is of another version."""
    if record["kind"] != "run":
        what = Message("this is the folder of '{kind}', not of a run", kind=record["kind"])
        usage_error(str(folder), what, "give a folder that opvangsim run wrote")
    for name in SAME:
        here, there = record["options"][name], other["options"][name]
        if here != there:
            what = Message(
                "{name} is {here}, and {there} in {first}",
                name="uncertainty" if name == "vary" else name,
                here=_said(here),
                there=_said(there),
                first=first,
            )
            usage_error(str(folder), what, "compare runs with the same settings")
    for name, now in versions().items():
        was = record["versions"].get(name)
        if was != now:
            what = Message(
                "{name} was {was} in this run and is {now} now", name=name, was=was, now=now
            )
            usage_error(str(folder), what, "run the scenario again")


def _said(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _settings(record: Mapping[str, Any], loaded: Sequence[Loaded]) -> Settings:
    """Return the settings of the runs; the end is left open where it is that of all scenarios."""
    settings = settings_from_record(record["options"])
    ends: set[date | None] = {one.scenario.until for one in loaded}
    return replace(settings, until=None) if ends == {settings.until} else settings


def _names(folders: Sequence[Path], records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return distinct names: of the scenarios, else of the folders, else with a number."""
    if len({record["id"] for record in records}) < len(records):
        usage_error(str(folders[-1]), "a run is given twice", "name each run once")
    names = [str(record["scenario"]) for record in records]
    if len({name.casefold() for name in names}) == len(names):
        return names
    folder_names = [folder.resolve().name for folder in folders]
    if len({name.casefold() for name in folder_names}) == len(names):
        return folder_names
    return [f"{name}-{number}" for number, name in enumerate(names, start=1)]

"""Storage of a sweep in progress: parts of its table, written atomically.

A part is written to a temporary file, synced and renamed to a name that contains its hash, so a
truncated or changed part is recognised. A working folder with a lock prevents a second sweep.

While a sweep is in progress ``sweep.json`` lists the files that it owns, with a checksum; when it
is finished ``run.json`` lists them. Nothing else in the folder is replaced or deleted.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import Message, Problem, ScenarioError, as_message
from ..results.experiment import Settings, settings_from_record
from ..runs.atomic import PARTIAL, exclusive_folder, refuse_link, replace_file
from ..runs.manifest import (
    MANIFEST,
    digest,
    has_valid_checksum,
    is_file_below,
    read_manifest,
    read_text,
    with_checksum,
)
from ..runs.table_reader import read_table

TABLE = "sweep.parquet"
DESIGN = "sweep.yaml"
FAILED = "failed.csv"
UNDER_WAY = "sweep.json"
WORKING = f".sweep{PARTIAL}"
"""Folder in the sweep's own in which files are written before they get their names."""
PARTS = "parts"
FOLDERS = (PARTS, "failed", "scenarios")
PART = re.compile(r"\d{9}-[0-9a-f]{64}\.parquet")
_KIND, _FORM = "sweep under way", 1
_ADVICE = "give another folder with --out"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class TableColumns:
    """Columns of a sweep's table: numbers (keys), words (patches) and cells."""

    numbers: tuple[str, ...]
    words: tuple[str, ...]
    cells: tuple[str, ...]

    @property
    def schema(self) -> pa.Schema:
        """As Parquet holds it; the run's number first, its hash last."""
        fields = [("run", pa.int64())]
        fields += [(name, pa.float64()) for name in self.numbers]
        fields += [(name, pa.string()) for name in self.words]
        fields += [(name, pa.float64()) for name in self.cells]
        return pa.schema([*fields, ("hash", pa.string())])


def as_parquet(rows: Sequence[Row], columns: TableColumns) -> bytes:
    """Rows as a Parquet file: the same rows, the same bytes."""
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=columns.schema)
    return _bytes(table)


def _bytes(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, compression="zstd", row_group_size=1024)
    return stream.getvalue()


def write_part(folder: Path, rows: Sequence[Row], columns: TableColumns) -> Path:
    """Store rows as a part and return its file."""
    content = as_parquet(rows, columns)
    return _write_part(folder, rows[0]["run"], content)


def _write_part(folder: Path, first: int, content: bytes) -> Path:
    name = f"{PARTS}/{first:09d}-{hashlib.sha256(content).hexdigest()}.parquet"
    claim(folder, (name,))
    written(folder, name, content)
    return folder / name


def cut_off(folder: Path) -> list[Path]:
    """Remove parts that are not complete, or not as they were written, and return their files."""
    gone = [file for file in _parts(folder) if not _whole(file)]
    for file in gone:
        file.unlink()
    return gone


def _whole(file: Path) -> bool:
    _, _, known = file.stem.partition("-")
    return hashlib.sha256(file.read_bytes()).hexdigest() == known


def keep_earlier(folder: Path) -> None:
    """Turn the table of an earlier sweep into a part, so that its runs are not repeated.

    Its record goes: until the new one is written, the folder is that of an unfinished sweep.
    """
    table, record = folder / TABLE, folder / MANIFEST
    try:
        content = table.read_bytes()
        mark = hashlib.sha256(content).hexdigest()
        if json.loads(record.read_text("utf-8"))["files"][TABLE] == mark:
            _write_part(folder, 0, content)
    except (OSError, ValueError, KeyError, TypeError):
        pass  # No sweep was ever finished here, or its table is not as it was written.
    record.unlink(missing_ok=True)


def _parts(folder: Path) -> list[Path]:
    """The parts that the sweep owns, and that are there."""
    names = (PurePosixPath(name) for name in sorted(owned(folder)))
    parts = [
        folder / name for name in names if name.parts[0] == PARTS and PART.fullmatch(name.name)
    ]
    return [file for file in parts if _is_file(file)]


def hashes(folder: Path) -> set[str]:
    """Return the hashes of all finished runs."""
    result: set[str] = set()
    for file in _parts(folder):
        result |= set(pq.read_table(file, columns=["hash"], use_threads=False)["hash"].to_pylist())
    return result


def done_before(folder: Path) -> set[str]:
    """Return the hashes of all runs that need not be repeated, without locking the folder."""
    result: set[str] = set()
    whole = [file for file in _parts(folder) if _whole(file)]
    table = [folder / TABLE] if (folder / MANIFEST).is_file() and (folder / TABLE).is_file() else []
    for file in (*whole, *table):
        try:
            result |= set(
                pq.read_table(file, columns=["hash"], use_threads=False)["hash"].to_pylist()
            )
        except (OSError, pa.ArrowInvalid, KeyError):
            continue  # It would be run again.
    return result


def gather(folder: Path, wanted: Mapping[str, Sequence[int]], columns: TableColumns) -> pa.Table:
    """Return the rows of some hashes, in the order of their numbers.

    ``wanted`` gives each hash its numbers: a run may have had another in an earlier design.
    """
    schema = columns.schema
    pieces: list[pa.Table] = []
    seen: set[str] = set()
    for file in _parts(folder):
        table = pq.read_table(file, use_threads=False)
        if not set(schema.names) <= set(table.column_names):
            continue
        marks = table["hash"].to_pylist()
        keep = [n for n, mark in enumerate(marks) if mark in wanted and mark not in seen]
        keep = list({marks[n]: n for n in reversed(keep)}.values())
        seen |= {marks[n] for n in keep}
        rows = [(n, number) for n in keep for number in wanted[marks[n]]]
        places = pa.array([n for n, _ in rows], pa.int64())
        chosen = table.select(schema.names).take(places).cast(schema)
        numbers = pa.array([number for _, number in rows], pa.int64())
        pieces.append(chosen.set_column(0, "run", numbers))
    return pa.concat_tables(pieces or [schema.empty_table()]).sort_by("run").combine_chunks()


def write_table(folder: Path, table: pa.Table) -> None:
    """Write the complete table."""
    written(folder, TABLE, _bytes(table))


def clear_parts(folder: Path) -> None:
    """Take the parts away, once the table and its record hold them."""
    for file in _parts(folder):
        file.unlink()
    with suppress(OSError):  # Files of the user stay.
        (folder / PARTS).rmdir()


@dataclass(frozen=True)
class FinishedRuns:
    """A finished sweep: its table (one row per run), and its manifest."""

    id: str
    title: Mapping[str, str]
    table: pd.DataFrame
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    units: Mapping[str, str]
    settings: Settings
    runs: int
    """How many were asked for; what the table lacks has failed."""


def read_sweep(folder: Path) -> FinishedRuns:
    """Read a sweep's folder; raises ``ScenarioError`` if it is none, or not finished."""
    if not (folder / DESIGN).is_file():
        what = "there is no sweep in this folder"
        raise ScenarioError([Problem(str(folder), what, "make one: opvangsim sweep FILE")])
    if not (folder / MANIFEST).is_file() or not (folder / TABLE).is_file():
        what = "this sweep is not finished"
        raise ScenarioError([Problem(str(folder), what, "start it again to continue")])
    record = read_manifest(folder)
    if record["kind"] != "sweep":
        what = Message("{file} is not that of a sweep", file=MANIFEST)
        raise ScenarioError([Problem(str(folder), what, "start the sweep again")])
    if record["files"].get(TABLE) != digest(folder / TABLE):
        what = Message("{file} is not as the sweep wrote it", file=TABLE)
        raise ScenarioError([Problem(str(folder), what, "start the sweep again")])
    asked = record["asked"]
    return FinishedRuns(
        record["id"],
        asked["title"],
        read_table(folder / TABLE, "sweep", asked),
        tuple(asked["keys"]),
        tuple(asked["patches"]),
        asked["units"],
        settings_from_record(record["options"]),
        asked["runs"],
    )


@contextmanager
def opened(folder: Path, names: Collection[str]) -> Iterator[None]:
    """Open a folder that this sweep alone writes to, and claim the first ``names`` in it.

    Raises ``ScenarioError`` if the folder is not a sweep's, or another sweep is at work in it.
    """
    for path in (folder, *(folder / name for name in FOLDERS)):
        refuse_link(path)
    _refuse_foreign(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with exclusive_folder(folder / WORKING, folder):
        claim(folder, names)
        (folder / PARTS).mkdir(exist_ok=True)
        yield


def claim(folder: Path, names: Collection[str]) -> None:
    """Add names to the files that the sweep owns, before they are written.

    Raises ``ScenarioError`` if a file of the user has one of them.
    """
    mine = owned(folder)
    problems = [
        Problem(str(folder / name), "the sweep would replace this file", "move or rename it")
        for name in names
        if not _may_write(folder / name, name in mine)
    ]
    if problems:
        raise ScenarioError(problems)
    manifest = {"kind": _KIND, "schema": _FORM, "files": sorted(mine | set(names))}
    written(folder, UNDER_WAY, with_checksum(manifest).encode())


def owned(folder: Path) -> frozenset[str]:
    """Files that the manifests of a sweep's folder list.

    Raises ``ScenarioError`` if a manifest is not valid.
    """
    names: set[str] = set()
    if os.path.lexists(folder / UNDER_WAY):
        names |= set(_read(folder / UNDER_WAY))
    if os.path.lexists(folder / MANIFEST):
        refuse_link(folder / MANIFEST)
        record = read_manifest(folder)
        if record["kind"] != "sweep":
            what = Message("this is the folder of a {kind}, not of a sweep", kind=record["kind"])
            raise ScenarioError([Problem(str(folder), what, _ADVICE)])
        names |= {MANIFEST, *record["files"]}
    return frozenset(names)


def remove_owned(folder: Path, below: str) -> None:
    """Remove the files that the sweep owns in one of its folders, and the folder if it is empty."""
    for name in owned(folder):
        if name.startswith(f"{below}/"):
            _remove(folder / name)
    with suppress(OSError):
        (folder / below).rmdir()


def written(folder: Path, name: str, content: bytes) -> None:
    """Write a file of a sweep that is open, atomically, and force it to disk."""
    replace_file(folder / name, content, folder / WORKING)


def _refuse_foreign(folder: Path) -> None:
    """Refuse a folder without a valid manifest of a sweep, unless nothing is in it yet."""
    names = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
    # A sweep that was killed at its very first steps leaves its working folder.
    if names <= {WORKING}:
        return
    if not names & {UNDER_WAY, MANIFEST}:
        what = "this folder contains files that are not a sweep of opvangsim"
        advice = Message(
            "{advice}; what version 0.1 left unfinished can't be resumed",
            advice=as_message(_ADVICE),
        )
        raise ScenarioError([Problem(str(folder), what, advice)])
    owned(folder)


def _read(file: Path) -> list[str]:
    """The names in the manifest of a sweep under way; raises ``ScenarioError`` if not valid."""
    refuse_link(file)
    text = read_text(file)
    try:
        manifest = json.loads(text)
        names = [str(name) for name in manifest["files"]]
        inside = all(name == MANIFEST or is_file_below(name) for name in names)
        form = (manifest["kind"], manifest["schema"]) == (_KIND, _FORM)
        known = form and inside and has_valid_checksum(text)
    except (ValueError, TypeError, KeyError, RecursionError):
        known = False
    if not known:
        what = "this is not the manifest of an opvangsim sweep, so nothing here is replaced"
        raise ScenarioError([Problem(str(file), what, _ADVICE)])
    return names


def _may_write(file: Path, is_owned: bool) -> bool:
    parent = file.parent
    is_free = not os.path.lexists(parent) or (parent.is_dir() and not parent.is_symlink())
    return is_free and (not os.path.lexists(file) or (is_owned and _is_file(file)))


def _is_file(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()


def _remove(file: Path) -> None:
    if _is_file(file):
        file.unlink()

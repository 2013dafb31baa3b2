"""Storage of a sweep in progress: parts of its table, written atomically.

A part is written to a temporary file, synced and renamed to a name that contains its hash, so a
truncated or changed part is recognised. A lock prevents a second sweep.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import Problem, ScenarioError
from ..results.experiment import Settings, settings_from_record
from ..runs.manifest import MANIFEST, read_manifest
from .sweep_folder import PART, PARTIAL, PARTS, written

TABLE = "sweep.parquet"
DESIGN = "sweep.yaml"
FAILED = "failed.csv"
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
    file = folder / PARTS / f"{rows[0]['run']:09d}-{hashlib.sha256(content).hexdigest()}.parquet"
    written(file, content)
    return file


def cut_off(folder: Path) -> list[Path]:
    """Remove parts that are not complete, or not as they were written, and return their files."""
    gone = [
        file
        for file in (folder / PARTS).iterdir()
        if PART.fullmatch(file.name.removesuffix(PARTIAL)) and file.is_file() and not _whole(file)
    ]
    for file in gone:
        file.unlink()
    return sorted(gone)


def _whole(file: Path) -> bool:
    if file.suffix != ".parquet":
        return False
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
            written(folder / PARTS / f"{0:09d}-{mark}.parquet", content)
    except (OSError, ValueError, KeyError, TypeError):
        pass  # No sweep was ever finished here, or its table is not as it was written.
    record.unlink(missing_ok=True)


def _parts(folder: Path) -> list[Path]:
    found = sorted((folder / PARTS).glob("*.parquet"))
    return [file for file in found if PART.fullmatch(file.name)]


def hashes(folder: Path) -> set[str]:
    """Return the hashes of all finished runs."""
    found: set[str] = set()
    for file in _parts(folder):
        found |= set(pq.read_table(file, columns=["hash"], use_threads=False)["hash"].to_pylist())
    return found


def done_before(folder: Path) -> set[str]:
    """Return the hashes of all runs that need not be repeated, without locking the folder."""
    found: set[str] = set()
    whole = [file for file in _parts(folder) if _whole(file)]
    table = [folder / TABLE] if (folder / MANIFEST).is_file() and (folder / TABLE).is_file() else []
    for file in (*whole, *table):
        try:
            found |= set(
                pq.read_table(file, columns=["hash"], use_threads=False)["hash"].to_pylist()
            )
        except (OSError, pa.ArrowInvalid, KeyError):
            continue  # It would be run again.
    return found


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
        chosen = table.select(schema.names).take([n for n, _ in rows]).cast(schema)
        numbers = pa.array([number for _, number in rows], pa.int64())
        pieces.append(chosen.set_column(0, "run", numbers))
    return pa.concat_tables(pieces or [schema.empty_table()]).sort_by("run").combine_chunks()


def write_table(folder: Path, table: pa.Table) -> None:
    """Write the complete table."""
    written(folder / TABLE, _bytes(table))


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
        raise ScenarioError([Problem(str(folder), what, "start it again: it goes on")])
    record = read_manifest(folder)
    content = (folder / TABLE).read_bytes()
    if record["kind"] != "sweep":
        what = f"{MANIFEST} is not that of a sweep"
        raise ScenarioError([Problem(str(folder), what, "start the sweep again")])
    if record["files"].get(TABLE) != hashlib.sha256(content).hexdigest():
        what = f"{TABLE} is not as the sweep wrote it"
        raise ScenarioError([Problem(str(folder), what, "start the sweep again")])
    asked = record["asked"]
    return FinishedRuns(
        record["id"],
        asked["title"],
        pq.read_table(io.BytesIO(content)).to_pandas(),
        tuple(asked["keys"]),
        tuple(asked["patches"]),
        asked["units"],
        settings_from_record(record["options"]),
        asked["runs"],
    )

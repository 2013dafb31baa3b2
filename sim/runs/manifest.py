"""The record of a folder, ``run.json``: what it holds, its seal, and the one door it is read by.

A record is written last of all, and its last line is a seal: the SHA-256 of the text without that
line. So any byte of it that was changed shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ..clock import StepLength
from ..errors import Problem, ScenarioError
from ..model.uncertainty import FORMER_NAMES, Uncertainty
from .environment import environment

RECORD = "run.json"
VERSIONED = ("opvangsim", "numpy", "scipy", "simpy")
_END = "\n}"
_SEALED = ',\n "seal": "{}"\n}}'
LARGEST = 50_000_000
"""Bytes of the largest record that is read."""
ADVICE = "give a folder that opvangsim wrote"


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
    return {name: metadata.version(name) for name in VERSIONED}


def digest(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file below a folder, by its path in there."""
    return {
        str(file.relative_to(folder)): digest(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def record_text(told: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """The text of a record: what its kind tells, what every record tells, and its seal.

    ``files`` are the hashes of all other files of the folder. The moment stands here and nowhere
    else, so that two equal runs differ in their record alone.
    """
    record = {
        "kind": told["kind"],
        "schema": SCHEMA,
        **told,
        "versions": versions(),
        **environment(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": dict(files),
    }
    return sealed(json.loads(json.dumps(record, default=str)))


def sealed(record: Mapping[str, Any]) -> str:
    """A record as text, with its seal last."""
    bare = {key: value for key, value in record.items() if key != "seal"}
    text = json.dumps(bare, indent=1, ensure_ascii=False)
    return text.removesuffix(_END) + _SEALED.format(_seal(text))


def is_sealed(text: str) -> bool:
    """Whether the text of a record is, to the byte, the one that was sealed."""
    at = len(text) - len(_SEALED.format("0" * 64))
    bare = text[:at] + _END
    return at > 0 and text[at:] == _SEALED.format(_seal(bare))


def _seal(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def write_record(folder: Path, told: Mapping[str, Any]) -> None:
    """Write the record of a folder in which all else is written."""
    (folder / RECORD).write_text(record_text(told, digests(folder)), "utf-8")


def read_record(folder: Path) -> dict[str, Any]:
    """The record of a finished folder: whole, of a form that is known, and as it was written.

    Raises ``ScenarioError`` that names file and key if it is none, lacks something, or was
    changed.
    """
    file = folder / RECORD
    text, record = read_text(file), {}
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused(file, "this is no record of a run") from None
    if not isinstance(record, dict) or not {"kind", "schema"} <= set(record):
        raise _refused(file, "this is no record of a run")
    if record["schema"] != SCHEMA:
        what = f"this record has form {record['schema']!r}; this version reads form {SCHEMA}"
        raise _refused(file, what, f"make the folder again{command_of(record)}")
    problems = [Problem(f"{file}: {key}", what, ADVICE) for key, what in faults(record)]
    if problems:
        raise ScenarioError(problems)
    if not is_sealed(text):
        what = "this file is not the one that the run wrote"
        raise _refused(file, what, f"make the folder again{command_of(record)}")
    if "vary" in record.get("options", {}):
        vary = record["options"]["vary"]
        record["options"]["vary"] = [FORMER_NAMES.get(one, one) for one in vary]
    return record


def read_text(file: Path) -> str:
    """The text of a record; raises ``ScenarioError`` if it can't be read."""
    try:
        if file.stat().st_size > LARGEST:
            raise _refused(file, f"over {LARGEST:,} bytes: no record of ours is as large")
        return file.read_bytes().decode("utf-8")
    except OSError as error:
        raise _refused(file, f"can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise _refused(file, "this is no record of a run") from None


def kind_of(folder: Path) -> str | None:
    """The kind of a folder of ours, whatever else its record says or lacks; None if it is none."""
    try:
        record = json.loads(read_text(folder / RECORD))
    except (ScenarioError, ValueError, RecursionError):
        return None
    ours = isinstance(record, dict) and "schema" in record and "kind" in record
    return str(record["kind"]) if ours else None


def command_of(record: Mapping[str, Any]) -> str:
    """How the folder is made again, for the end of a sentence; empty where that is not known."""
    command = record.get("command")
    return f": {command}" if isinstance(command, str) and command else ""


def _refused(where: Path, what: str, advice: str = ADVICE) -> ScenarioError:
    return ScenarioError([Problem(str(where), what, advice)])


SCHEMA = 2
ASKED: dict[str, tuple[str, ...]] = {
    "run": ("words",),
    "comparison": ("base", "others"),
    "explanation": ("cell", "factors"),
    "solution": ("levers", "target", "certainty", "ranges"),
    "frontier": ("levers", "target", "certainty", "ranges", "points"),
    "stock": ("levels", "reached"),
    "ind_coa": ("from", "cuts"),
    "sensitivity": ("cell", "points", "tornado_replications"),
    "discovery": ("sweep", "where", "title", "units"),
    "sweep": ("title", "design", "runs", "excluded", "keys", "units", "patches", "cells"),
    "answers": ("questions", "lang"),
}
"""What was asked, by kind: the keys that whoever reads such a folder relies on."""
WITHOUT_QUESTION = ("charts", "tables", "scorecard")
"""Kinds of folder that are made of another one."""


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or str(path) != name or name == "run.json":
        raise ValueError("this is no name of a file in the folder")
    return name


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _moment(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("this moment has no time zone")
    return text


Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Id = Annotated[str, Field(min_length=1)]
Name = Annotated[str, AfterValidator(_inside)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="allow")


class Title(_Part):
    """A text in both languages."""

    en: str
    nl: str


class Options(_Part):
    """What a scenario was tried with."""

    replications: Annotated[int, Field(gt=0)]
    seed: Annotated[int, Field(ge=0)]
    step: StepLength
    until: Annotated[str, AfterValidator(_day)] | None
    vary: list[Uncertainty | Literal["luck"]]


class Headline(_Part):
    """The gap by which a run is known: of one year, median and 80 % band [EUR]."""

    year: int
    vintage: str
    p10: float
    p50: float
    p90: float


class ManifestSource(_Part):
    """Commit of the program's source, or why it is not known."""

    commit: str | None
    clean: bool | None
    why: str
    program: Hash


class Versions(_Part):
    """Versions of what the numbers depend on."""

    opvangsim: str


class Record(_Part):
    """What every record holds."""

    kind: Id
    schema_: Annotated[Literal[2], Field(alias="schema")]
    versions: Versions
    packages: dict[str, str]
    platform: dict[str, str]
    source: ManifestSource
    data: dict[str, Hash]
    created: Annotated[str, AfterValidator(_moment)]
    files: dict[Name, Hash]
    seal: Hash


class Made(Record):
    """Of a folder that is made of another one."""

    of: Any


class StudyQuestion(Record):
    """Of a folder that answers a question."""

    id: Id
    command: str
    lang: Literal["en", "nl"]
    asked: dict[str, Any]
    options: Options
    inputs: dict[str, Hash]
    sources: dict[str, str]


class RunRecord(StudyQuestion):
    """Of a run."""

    scenario: str
    title: Title
    charts: bool
    headline: Headline | None
    check_2024_eur: dict[str, int]


class StudyRecord(StudyQuestion):
    """Of a study."""

    name: str
    scenarios: dict[str, Title]


def faults(record: dict[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with the shape of a record: the key, and what it lacks or is."""
    kind = record.get("kind")
    shape: type[Record] = (
        RunRecord if kind == "run" else Made if kind in WITHOUT_QUESTION else StudyRecord
    )
    found: list[tuple[str, str]] = []
    try:
        shape.model_validate(record)
    except ValidationError as error:
        found = [(_key(one["loc"]), _said(one)) for one in error.errors()]
    asked = record.get("asked")
    if isinstance(asked, dict) and isinstance(kind, str):
        lacking = [key for key in ASKED.get(kind, ()) if key not in asked]
        found += [(f"asked.{key}", "is missing") for key in lacking]
    return found


def _key(steps: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in steps if step != "[key]")


def _said(error: Any) -> str:
    if error["type"] == "missing":
        return "is missing"
    return str(error["msg"][:1].lower() + error["msg"][1:])

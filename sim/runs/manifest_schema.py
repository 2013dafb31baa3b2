"""What a record must hold, by its kind: checked before anything of it is believed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ..clock import StepLength
from ..model.uncertainty import Uncertainty

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
WITHOUT_QUESTION = ("charts", "tables")
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

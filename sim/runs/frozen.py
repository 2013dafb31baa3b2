"""Frozen forecasts: quantiles of a run by series and period, in a small file that never changes.

A folder of them has an index, ``forecasts.json``, with the SHA-256 of each file; every file and the
index end in a checksum of their own text. Both show damage, edits by hand, and files that are
missing or foreign. They are not a signature: whoever wants to deceive can compute them again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import AfterValidator, Field, ValidationError, model_validator

from ..clock import month_number
from ..errors import Message, Problem, ScenarioError, reason_of
from ..hindcast.monitoring import LEVELS
from ..hindcast.observations import Period, parse_period
from ..hindcast.series import Statistic
from ..model.sampling import Floats
from .atomic import disk_problem, exclusive_folder, partial_path, refuse_link, replace_file
from .manifest import add_checksum, first_mistake, has_valid_checksum, is_file_below
from .manifest_schema import (
    Day,
    Hash,
    ManifestOptions,
    Moment,
    Name,
    Number,
    Part,
    Title,
    refuse_odd_values,
)
from .verify import FileCheck, FileState, Verification, file_names, file_state

INDEX = "forecasts.json"
SCHEMA = 1
"""Number of the form of a frozen forecast and of the index."""
MAX_BYTES = 5_000_000
"""Size of the largest file that is read; one of six years has some hundred thousand bytes."""
FINDINGS: dict[FileState, str] = {
    "changed": "this file is not the one that was frozen",
    "missing": "this file is missing",
    "extra": "this file is not in the index of frozen forecasts",
}
"""What is wrong with a file of a folder, as an error says it."""
ADVICE = "give a forecast that opvangsim forecast freeze wrote, or a folder of them"


def _period(text: str) -> str:
    parse_period(text)
    return text


PeriodText = Annotated[str, Field(min_length=4, max_length=10), AfterValidator(_period)]


class FigureSchema(Part):
    """A series with its periods, and mean, standard deviation and quantiles of each."""

    series: Name
    breakdown: Name
    statistic: Statistic
    unit: Name
    periods: Annotated[list[PeriodText], Field(min_length=1, max_length=1_000)]
    mean: list[Number]
    sd: list[Annotated[Number, Field(ge=0)]]
    quantiles: list[list[Number]]

    @model_validator(mode="after")
    def _fits(self) -> FigureSchema:
        if {len(self.periods)} != {len(self.mean), len(self.sd), len(self.quantiles)}:
            raise ValueError("a period has no mean, no sd or no quantiles")
        if len(set(self.periods)) < len(self.periods):
            raise ValueError("a period is there twice")
        for one in self.quantiles:
            if one != sorted(one) or len(one) != len(LEVELS):
                raise ValueError(f"expected {len(LEVELS)} quantiles, the lowest first")
        return self


class ForecastSchema(Part):
    """What a frozen forecast holds."""

    kind: Literal["forecast"]
    schema_: Annotated[Literal[1], Field(alias="schema")]
    run: Name
    scenario: Name
    resolved: Annotated[str, Field(min_length=1, max_length=MAX_BYTES)]
    title: Title
    data_as_of: Day
    frozen: Moment
    options: ManifestOptions
    versions: dict[Name, Name]
    command: str
    cite: Annotated[str, Field(min_length=1, max_length=10_000)]
    levels: list[float]
    figures: Annotated[list[FigureSchema], Field(min_length=1, max_length=1_000)]

    @model_validator(mode="before")
    @classmethod
    def _refuse_odd_values(cls, given: Any) -> Any:
        return refuse_odd_values(given)

    @model_validator(mode="after")
    def _has_our_levels(self) -> ForecastSchema:
        if self.levels != list(LEVELS):
            raise ValueError("these are not the levels of the quantiles of schema 1")
        return self


class IndexSchema(Part):
    """What the index of a folder holds: the SHA-256 of each forecast by its name."""

    kind: Literal["forecasts"]
    schema_: Annotated[Literal[1], Field(alias="schema")]
    files: dict[Name, Hash]

    @model_validator(mode="after")
    def _lists_files_of_the_folder(self) -> IndexSchema:
        for name in self.files:
            if not is_file_below(name) or "/" in name or name == INDEX:
                raise ValueError(f"{name!r} is not the name of a file in this folder")
        return self


Form = TypeVar("Form", bound=Part)
FigureKey = tuple[str, Period | date, str]
"""Name, period (of a stock at its end: the day) and statistic, as ``Observation.figure``."""


@dataclass(frozen=True)
class FrozenFigure:
    """The forecast of one figure: its quantiles at ``LEVELS``, mean and standard deviation."""

    series: str
    breakdown: str
    statistic: Statistic
    unit: str
    period: Period
    mean: float
    sd: float
    quantiles: Floats

    @property
    def name(self) -> str:
        """Series and breakdown as one word: ``inflow|total``."""
        return f"{self.series}|{self.breakdown}"

    @property
    def key(self) -> FigureKey:
        """What it is a forecast of, as ``Observation.figure`` says it of an observation."""
        of = self.period.last if self.statistic == "end" else self.period
        return self.name, of, self.statistic

    @property
    def median(self) -> float:
        return self.at(0.5)

    def at(self, level: float) -> float:
        """Return a quantile."""
        return float(np.interp(level, LEVELS, self.quantiles))


@dataclass(frozen=True)
class FrozenForecast:
    """A frozen forecast: the name of its file, what it says of itself, and its figures."""

    file: str
    record: ForecastSchema
    figures: Mapping[FigureKey, FrozenFigure]

    @property
    def data_as_of(self) -> date:
        return date.fromisoformat(self.record.data_as_of)

    @property
    def frozen_on(self) -> date:
        return date.fromisoformat(self.record.frozen[:10])

    def months_ahead(self, period: Period) -> int:
        """Return how many months a period ends after the month that the data go up to.

        1 for the first whole month after the data: January for data as of 31 December or 1 January,
        March for data as of 7 February.
        """
        last_known = date.fromordinal(self.data_as_of.toordinal() - 1)
        return month_number(period.last) - month_number(last_known)


def file_name(record: Mapping[str, Any]) -> str:
    """Return the name of the file of a forecast: date of its data, scenario, run."""
    scenario = re.sub(r"[^A-Za-z0-9]+", "-", record["scenario"]).strip("-")[:60] or "scenario"
    return f"{record['data_as_of']}-{scenario}-{record['run']}.json"


def write_forecast(folder: Path, record: Mapping[str, Any]) -> Path:
    """Write a forecast into a folder and its index, and return the file; nothing is overwritten.

    ``folder`` may be absent, empty, or hold frozen forecasts. Raises ``ScenarioError`` if the
    forecast is there already, if the folder holds something else, or if it can't be written.
    """
    file = folder / file_name(record)
    text = forecast_text(record)
    ForecastSchema.model_validate(json.loads(text))
    try:
        with exclusive_folder(partial_path(folder), folder) as working:
            files = refuse_overwriting(folder, file.name)
            folder.mkdir(parents=True, exist_ok=True)
            data = text.encode("utf-8")
            replace_file(file, data, working)
            files = {**files, file.name: hashlib.sha256(data).hexdigest()}
            replace_file(folder / INDEX, _index_text(files).encode("utf-8"), working)
    except OSError as error:
        raise ScenarioError([disk_problem(folder, error)]) from None
    return file


def refuse_overwriting(folder: Path, name: str) -> dict[str, str]:
    """Refuse a folder in which a forecast of a name can't be written; return what is in its index.

    Raises ``ScenarioError`` if it is no folder, holds something else, or has that forecast.
    """
    refuse_link(folder)
    if folder.exists() and not folder.is_dir():
        raise _refused(folder, "this is a file, not a folder", "give a folder with --to")
    files = _files_in(folder) if folder.is_dir() else {}
    file = folder / name
    if name in files or file.exists() or file.is_symlink():
        what = "this forecast already exists, and a frozen forecast is never overwritten"
        raise _refused(file, what, "freeze another run, or give another folder")
    return files


def _files_in(folder: Path) -> dict[str, str]:
    """Return the forecasts in the index of a folder; of an empty folder none."""
    if (folder / INDEX).exists() or (folder / INDEX).is_symlink():
        refuse_link(folder / INDEX)
        return read_index(folder)
    if any(folder.iterdir()):
        what = Message("this folder holds something else: there is no {file} in it", file=INDEX)
        raise _refused(folder, what, "give a new folder, or one of frozen forecasts")
    return {}


def forecast_text(record: Mapping[str, Any]) -> str:
    """Return the text of a forecast: what it says of itself, a line for each series, checksum."""
    head = {key: value for key, value in record.items() if key != "figures"}
    lines = [json.dumps(one, separators=(",", ":")) for one in record["figures"]]
    text = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
    return add_checksum(text + ',\n "figures": [\n' + ",\n".join(lines) + "\n ]\n}")


def _index_text(files: Mapping[str, str]) -> str:
    content = {"kind": "forecasts", "schema": SCHEMA, "files": dict(sorted(files.items()))}
    return add_checksum(json.dumps(content, indent=1))


def read_index(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each forecast by the index of a folder; raises ``ScenarioError``."""
    return _read(folder / INDEX, IndexSchema).files


def read_forecast(file: Path) -> FrozenForecast:
    """Read a forecast; raises ``ScenarioError`` if it was changed or is none."""
    record = _read(file, ForecastSchema)
    figures = [one for series in record.figures for one in _figures(series)]
    return FrozenForecast(file.name, record, {one.key: one for one in figures})


def read_forecasts(folder: Path) -> tuple[FrozenForecast, ...]:
    """Read the forecasts of a folder in the order of their data, then of their freezing.

    Raises ``ScenarioError`` if a file was changed, is missing or is foreign.
    """
    found = verify_forecasts(folder)
    if not found.intact:
        parent = folder if folder.is_dir() else folder.parent
        advice = "see what differs: opvangsim forecast verify"
        raise ScenarioError(
            [
                Problem(str(parent / one.file), one.why or FINDINGS[one.what], advice)
                for one in found.findings
            ]
        )
    names = read_index(folder) if folder.is_dir() else [folder.name]
    parent = folder if folder.is_dir() else folder.parent
    forecasts = [read_forecast(parent / name) for name in names]
    return tuple(sorted(forecasts, key=lambda one: (one.data_as_of, one.record.frozen, one.file)))


def _figures(of: FigureSchema) -> Sequence[FrozenFigure]:
    return [
        FrozenFigure(
            of.series, of.breakdown, of.statistic, of.unit, parse_period(period),
            mean, sd, np.array(quantiles),
        )
        for period, mean, sd, quantiles in zip(
            of.periods, of.mean, of.sd, of.quantiles, strict=True
        )
    ]  # fmt: skip


def verify_forecasts(path: Path) -> Verification:
    """Check a forecast, or a folder of them: every byte, and no file missing or foreign.

    Raises ``ScenarioError`` if there is no such thing.
    """
    if path.is_file():
        return Verification("forecast", 1, tuple(_damage(path, path.name, ForecastSchema)))
    if not path.is_dir():
        raise _refused(path, "there is no such file or folder")
    index = path / INDEX
    findings = list(_damage(index, INDEX, IndexSchema)) if index.is_file() else []
    names = file_names(path)
    if not index.is_file():
        if not any(_is_forecast(path / name) for name in names):
            raise _refused(path, Message("there is no {file} in it", file=INDEX))
        findings.append(FileCheck(INDEX, "missing"))
    elif not findings:
        known = read_index(path)
        for name, mark in known.items():
            state = file_state(path / name, mark)
            findings += [FileCheck(name, state)] if state else []
        findings += [FileCheck(name, "extra") for name in sorted(names - set(known) - {INDEX})]
    return Verification("forecasts", max(len(names) - 1, 0), tuple(findings))


def _damage(file: Path, name: str, schema: type[Part]) -> list[FileCheck]:
    try:
        _read(file, schema)
    except ScenarioError as error:
        return [FileCheck(name, "changed", why="; ".join(one.what for one in error.problems))]
    return []


def _is_forecast(file: Path) -> bool:
    return not _damage(file, file.name, ForecastSchema)


def _read(file: Path, schema: type[Form]) -> Form:
    """Read a file with a checksum by its schema; raises ``ScenarioError``."""
    try:
        if not file.is_file() or file.is_symlink():
            raise _refused(file, "this is not a file")
        if file.stat().st_size > MAX_BYTES:
            raise _refused(
                file,
                Message("over {most:,} bytes: too large for a frozen forecast", most=MAX_BYTES),
            )
        text = file.read_bytes().decode("utf-8")
        content = json.loads(text)
    except OSError as error:
        raise _refused(file, Message("can't be read: {reason}", reason=reason_of(error))) from None
    except (ValueError, RecursionError):
        raise _refused(file, "this is not a frozen forecast of opvangsim") from None
    if not has_valid_checksum(text):
        raise _refused(file, "this file is not the one that was written")
    try:
        return schema.model_validate(content)
    except ValidationError as error:
        raise _refused(file, first_mistake(error)) from None


def _refused(where: Path, what: str, advice: str = ADVICE) -> ScenarioError:
    return ScenarioError([Problem(str(where), what, advice)])

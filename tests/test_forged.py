"""Forged folders and extreme requests end in a message: a table or a key is checked when read."""

from __future__ import annotations

import copy
import json
import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.cli import Command, refused
from support.folders import digest, record_in, rewrite

from sim.errors import UNSHOWN, ScenarioError
from sim.results.experiment import Experiment, Settings
from sim.results.tasks import simulate_all
from sim.runs.index import find_results
from sim.runs.load import read_run_folder, verified_table
from sim.runs.manifest import read_manifest
from sim.runs.manifest_schema import ASKED, DEEPEST, WITHOUT_SCENARIO, Part, RunManifest
from sim.runs.verify import verify_record
from sim.scenario import Scenario, load, load_chain, quantities
from sim.scenario.introspect import at

FIXTURE = Path(__file__).parent / "fixtures" / "run_0_1_0"
TITLE = {"en": "a", "nl": "b"}
ANSWERS: dict[str, dict[str, Any]] = {
    "comparison": {"base": "a", "others": ["b"], "year": 2027, "finished": True},
    "explanation": {"cell": "gap.total.2027:p50", "factors": {"homes": ["housing.homes"]}},
    "enough": {"year": 2027, "chance": [0.8], "line": ["total"]},
    "solution": {"levers": ["housing.homes"], "target": "gap.total.2027 <= 0", "certainty": 0.8,
                 "ranges": [[0.0, 1.0]]},
    "frontier": {"levers": ["housing.homes", "ind.granted_factor"], "certainty": 0.8,
                 "target": "gap.total.2027 <= 0", "ranges": [[0.0, 1.0]], "points": 7},
    "stock": {"levels": [20_000.0, 30_000.0], "reached": 2027},
    "plan_search": {
        "levers": ["a.b=0:1"], "objective": ["loss"], "subject_to": ["shortage.p < 5%"],
        "start": ["a.b=0.5"], "evaluations": 300, "accept": 2000, "shortage": 500, "from": 2026,
        "lambda": 250.0,
    },
    "ind_coa": {"from": 2026, "cuts": ["all_5"]},
    "sensitivity": {"cell": "gap.total.2027:mean", "points": 8, "tornado_replications": 256},
    "plan_comparison": {"lambda": 250.0, "shortage": 500, "from": None, "years": [2027]},
    "plan_value": {"lambda": 250.0, "from": None, "places": [], "reached": 2027, "budget": 2027,
                   "chance": 0.8, "line": "total", "years": [2027]},
    "sweep": {"title": TITLE, "design": "grid", "runs": 2, "excluded": 0,
              "keys": {"housing.homes": [1.0, 2.0]}, "units": {"housing.homes": "persons/year"},
              "patches": {"p": ["none"]}, "cells": ["gap.total.2027:p50"]},
    "discovery": {"sweep": "x", "where": "gap.total.2027 > 0", "title": TITLE,
                  "units": {"housing.homes": "persons/year"}, "lacking": 0},
    "answers": {"questions": []},
}  # fmt: skip
"""What a study of each kind may have been asked."""


def nested(levels: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


ODD: dict[str, object] = {
    "nothing": None, "a number": 5, "a negative": -1, "a fraction": 1e15, "no end": math.inf,
    "no number": math.nan, "huge": 10**400, "empty": "", "a bell": "a\a", "long": "x" * 2_000_000,
    "a list": [1], "an empty list": [], "a mapping": {"a": 1}, "an empty mapping": {},
    "deep": nested(100), "true": True, "a word": "zzz", "half a character": "\ud800",
}  # fmt: skip
NEVER = ("no end", "no number", "huge", "a bell", "long", "deep", "half a character")
"""Values that nothing in a manifest may have."""


def places(value: Any, at_: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a manifest; of long mappings and lists the first two."""
    if at_:
        yield at_
    steps: list[Any] = []
    if isinstance(value, dict):
        steps = list(value)[: None if len(at_) < 1 or at_[0] in ("asked", "options") else 2]
    elif isinstance(value, list):
        steps = list(range(min(2, len(value))))
    for step in steps:
        yield from places(value[step], (*at_, step))


def forged(record: dict[str, Any], place: tuple[Any, ...], value: object) -> dict[str, Any]:
    """A manifest with another value at a place."""
    found = copy.deepcopy(record)
    inner: Any = found
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return found


def record_of_kind(folder: Path, kind: str) -> dict[str, Any]:
    """The manifest of a folder of some kind, put in place."""
    folder.mkdir(exist_ok=True)
    if kind == "run":
        found: dict[str, Any] = json.loads((FIXTURE / "run.json").read_text("utf-8"))
        found["precision"] = {"asked": 0.05, "reached": True, "year": 2027, "p50_half_eur": 1,
                              "p90_half_eur": 1}  # fmt: skip
        return found
    if kind == "charts":
        return record_in(folder, "charts", of="x")
    scenarios = {} if kind in WITHOUT_SCENARIO else {"a": TITLE, "b": TITLE}
    return record_in(folder, kind, asked=ANSWERS[kind], scenarios=scenarios)


def put(folder: Path, record: dict[str, Any]) -> None:
    """Write a forged manifest with a right checksum, in any bytes."""
    from sim.runs.manifest import with_checksum

    text = with_checksum({name: value for name, value in record.items() if name != "seal"})
    (folder / "run.json").write_bytes(text.encode("utf-8", "surrogatepass"))


def reads(folder: Path) -> bool:
    """Whether a manifest is read; if not, the message is short and holds text only."""
    refusal: ScenarioError | None = None
    try:
        read_manifest(folder)
    except ScenarioError as error:
        refusal = error
    if refusal is not None:
        assert len(refusal.problems) == 1
        assert not UNSHOWN.search(str(refusal))
        assert len(str(refusal)) < 5_000
    return refusal is None


def test_each_kind_of_study_is_forged_here() -> None:
    assert set(ANSWERS) == set(ASKED)
    for kind, asked in ANSWERS.items():
        names = {field.alias or name for name, field in ASKED[kind].model_fields.items()}
        assert set(asked) == names, kind


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["run", "charts", *ANSWERS])
def test_a_forged_manifest_is_refused_in_one_message_or_read(tmp_path: Path, kind: str) -> None:
    """Whatever stands at whichever place; what is no text and no number is always refused."""
    folder = tmp_path / "r"
    record = record_of_kind(folder, kind)
    put(folder, record)
    assert reads(folder)
    for number, place in enumerate(places(record)):
        for name in [*NEVER[:2], *list(ODD)[number % 3 :: 3]]:
            if place[0] in ("seal", "schema") or (name == "long" and number % 9):
                continue
            put(folder, forged(record, place, ODD[name]))
            read = reads(folder)
            assert not (read and name in NEVER), (place, name)
            find_results(tmp_path)
            assert verify_record(folder).findings or not record["files"] or read


def wrong_fields(schema: type[Part]) -> Iterator[str]:
    """Names of all fields of a part, as they stand in a manifest."""
    for name, field in schema.model_fields.items():
        yield field.alias or name


@pytest.mark.parametrize("kind", ["run", *ANSWERS])
def test_no_field_takes_what_is_of_another_type(tmp_path: Path, kind: str) -> None:
    """Also a field that is new: a list of lists is right for none."""
    folder = tmp_path / "r"
    record = record_of_kind(folder, kind)
    schema = RunManifest if kind == "run" else ASKED[kind]
    for name in wrong_fields(schema):
        place = (name,) if kind == "run" else ("asked", name)
        put(folder, forged(record, place, [[["x"]]]))
        with pytest.raises(ScenarioError, match=r"run\.json"):
            read_manifest(folder)


def test_a_manifest_is_no_deeper_than_it_may_be(tmp_path: Path) -> None:
    record = record_of_kind(tmp_path / "r", "charts")
    for levels, read in ((DEEPEST - 2, True), (DEEPEST + 1, False)):
        put(tmp_path / "r", record | {"later": nested(levels)})
        assert reads(tmp_path / "r") is read


@pytest.mark.parametrize("year", ["0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "2026-01-01"])
def test_a_time_that_no_run_was_made_at_is_refused(tmp_path: Path, year: str) -> None:
    put(tmp_path / "r", record_of_kind(tmp_path / "r", "charts") | {"created": year})
    assert not reads(tmp_path / "r")


Forge = Callable[[pd.DataFrame], pd.DataFrame]


def with_value(value: object, column: int = -1) -> Forge:
    """A table with another value in its second row."""

    def forge(table: pd.DataFrame) -> pd.DataFrame:
        name = table.columns[column]
        changed = table[name].astype(object).copy()
        changed.iloc[1] = value
        plain = isinstance(value, float) and pd.api.types.is_float_dtype(table[name])
        return table.assign(**{name: changed.astype(float) if plain else changed.astype(str)})

    return forge


FORGED: dict[str, Forge] = {
    "no end": with_value(math.inf),
    "huge": with_value(1e300),
    "words for numbers": with_value("many"),
    "no column": lambda table: table.drop(columns=table.columns[-1]),
    "another name": lambda table: table.rename(columns={table.columns[0]: "x"}),
    "a row too few": lambda table: table.iloc[1:],
    "a row twice": lambda table: pd.concat([table, table.iloc[:1]]),
    "a bell": lambda table: table.assign(extra="a\a"),
    "no rows of one column": lambda table: table[[]],
}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURE, tmp_path / "run"))


def replace_table(run: Path, name: str, table: pd.DataFrame) -> None:
    """Put a table into a run and into its manifest."""
    file = run / name
    if file.suffix == ".csv":
        table.to_csv(file, index=False)
    else:
        table.to_parquet(file, index=False)
    record = json.loads((run / "run.json").read_text("utf-8"))
    rewrite(run, record | {"files": record["files"] | {name: digest(file)}})


@pytest.mark.slow
@pytest.mark.parametrize("forgery", FORGED)
@pytest.mark.parametrize("name", ["budget.csv", "yearly.csv", "monthly.parquet"])
def test_a_forged_table_is_refused_by_its_name(run: Path, name: str, forgery: str) -> None:
    if (name, forgery) == ("yearly.csv", "a row too few"):
        return  # A run of one year has one row of each cell: whether one is gone can't be seen.
    file = run / name
    table = pd.read_csv(file) if file.suffix == ".csv" else pd.read_parquet(file)
    replace_table(run, name, FORGED[forgery](table))
    with pytest.raises(ScenarioError, match=name):
        read_run_folder(run)
    replace_table(run, name, table)
    with pytest.raises(ScenarioError, match="it cannot be read"):
        read_run_folder(run)  # Of version 0.1 the tables are read, but no longer the scenario.


@pytest.mark.slow
@pytest.mark.parametrize("forgery", ["no end", "huge", "words for numbers"])
def test_forged_replications_are_refused(run: Path, forgery: str) -> None:
    table = pd.read_parquet(run / "replications.parquet")
    columns = ["year", "replication", str(table.columns[-1])]
    assert len(verified_table(run, read_manifest(run), "replications.parquet", columns))
    replace_table(run, "replications.parquet", FORGED[forgery](table))
    with pytest.raises(ScenarioError, match=r"replications\.parquet"):
        verified_table(run, read_manifest(run), "replications.parquet", columns)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a,b\n1,2,3\n", b'"'])
def test_what_is_no_table_is_refused(run: Path, content: bytes) -> None:
    (run / "budget.csv").write_bytes(content)
    record = json.loads((run / "run.json").read_text("utf-8"))
    rewrite(run, record | {"files": record["files"] | {"budget.csv": digest(run / "budget.csv")}})
    with pytest.raises(ScenarioError, match=r"budget\.csv"):
        read_run_folder(run)


# Numbers of a scenario


def numbers() -> list[str]:
    """One key for each place of the schema that holds a number."""
    keys: dict[tuple[str, ...], str] = {}
    for key, _ in quantities(load("baseline")):
        parts = key.split(".")
        free = parts[:1] in (["groups"], ["correlations"]) or parts[1:2] in (["season"], ["places"])
        keys.setdefault((*parts[:1], *parts[2:]) if free else tuple(parts), key)
    return list(keys.values())


def test_every_number_has_a_lowest_and_a_highest_value() -> None:
    for key in numbers():
        shape = at(Scenario, tuple(key.split(".")))
        assert shape is not None
        assert shape.unit is not None
        assert shape.unit.low is not None, key
        assert shape.unit.high is not None, key


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("budget.price_levels.2024", "0"),
        ("inflow.season.1", "1e9"),
        ("inflow.first", "1e9"),
        ("budget.indexation", "5"),
        ("housing.response", "500"),
        ("housing.homes", ".nan"),
        ("housing.homes", "-.inf"),
        ("prices.severance", "1e300"),
        ("title.en", "x" * 9_000),
        ("ind.opening_ages", "{\u00b2-6: {value: 1, unit: share, assumption: x}}"),
        ("housing.targets", "{\u00b2-H1: {value: 1, unit: persons, assumption: x}}"),
        ("housing.targets", "{99999-H1: {value: 1, unit: persons, assumption: x}}"),
        ("budget.price_levels", "{99999: {value: 1, unit: factor, assumption: x}}"),
    ],
)
def test_a_number_outside_its_bounds_is_refused_by_its_key(key: str, value: str) -> None:
    with pytest.raises(ScenarioError) as told:
        load_chain(["baseline"], [f"{key}={value}"])
    assert key in str(told.value)
    assert len(str(told.value)) < 2_000


def changed(scenario: Scenario, key: str, value: float) -> Scenario | None:
    """A scenario with another certain number; None if it is not a valid one."""
    data = scenario.model_dump(by_alias=True)
    inner: Any = data
    for step in key.split("."):
        names = inner if isinstance(inner, dict) else range(len(inner))
        inner = inner[next(name for name in names if str(name) == step)]
    inner["spread"] = None
    inner["value"] = (
        dict.fromkeys(inner["value"], value) if isinstance(inner["value"], dict) else value
    )
    try:
        return Scenario.model_validate(data)
    except ValueError:
        return None


@pytest.mark.long
def test_a_run_at_the_ends_of_its_numbers_is_finite() -> None:
    """Of every tenth number, at its lowest and its highest value."""
    baseline = load("baseline")
    settings = Settings(replications=2, step="week", until=date(2025, 6, 30))
    for key in numbers()[::10]:
        unit = at(Scenario, tuple(key.split("."))).unit  # type: ignore[union-attr]
        assert unit is not None
        for value in (unit.low, unit.high):
            scenario = changed(baseline, key, float(value or 0.0))
            if scenario is None:
                continue
            trials: list[Experiment] = []
            with suppress(ScenarioError):  # A start that can't be is refused in a message.
                trials = simulate_all(scenario, settings)
            for trial in trials:
                assert not np.isinf(trial.tables.yearly).any(), (key, value)
                for cost in trial.costs.values():
                    assert np.isfinite(cost).all(), (key, value)


# Requests


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "baseline", "--replications", "99999999999999"), "at most 1,000,000"),
        (("run", "baseline", "--replications", "9" * 5_000), "at most 1,000,000"),
        (("run", "baseline", "--workers", "100000", "--replications", "2"), "at most 1,024"),
        (("sensitivity", "--points", "1073741824"), "--points"),
        (("optimal-places", "--high", "9" * 30), "--high"),
        (("run", "x" * 5_000), "too long"),
        (("runs", "verify", "x" * 5_000), "too long"),
        (("run", "baseline", "--replications", "2", "--out", "d/" * 1_500), "at most 200"),
        (("hindcast", "--seed", "9" * 30), "--seed"),
    ],
)
def test_a_request_beyond_all_limits_is_refused(
    command: Command, words: tuple[str, ...], told: str
) -> None:
    done = command(*words)
    assert refused(done, told), done.stderr[:500]
    assert len(done.stderr) < 2_000

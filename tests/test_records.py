"""Records: what programs get is what the tables say, with its origin or the reason for a gap."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TypeVar

import jsonschema
import pytest
from support.once import once

import sim
from sim.errors import ScenarioError
from sim.export import records
from sim.export.numbers import FEW, GIVEN, NOT_MEASURED, numbers_of
from sim.export.read_records import (
    parameter_records,
    problem_records,
    run_record,
    shipped_records,
    study_record,
)
from sim.scenario import load_chain, shipped

CELLS = (
    "gap.total.2027:p50", "gap.total.2027@owb2025:p90", "gap.total.2026:p_positive",
    "cost.coa.2026:mean", "occupancy.place:regular.2027:p10", "pending.total.2026:p50",
    "waiting_months.kind:decided_median.2026:mean",
)  # fmt: skip
R = TypeVar("R", bound=records.Record)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with enough replications for a simulation error."""

    def make(path: Path) -> None:
        sim.load("baseline").run(100, step="week", workers=1).write(path)

    return once(tmp_path_factory, "records", make)


@pytest.mark.long
def test_a_number_is_that_of_the_tables_with_its_error_and_origin(folder: Path) -> None:
    run = sim.open_run(folder)
    for number, address in zip(numbers_of(folder, CELLS), CELLS, strict=True):
        assert number.value == run.value(address)
        error = number.simulation_error
        assert (error.low, error.high) == run.error(address)
        assert (number.run, number.scenario) == (run.id, "baseline")
        if number.statistic != "p_positive":
            cell = number.address.rpartition(":")[0]
            ends = tuple(run.value(f"{cell}:{end}") for end in number.interval.ends)
            assert (number.interval.low, number.interval.high) == ends
    units = [number.unit for number in numbers_of(folder, CELLS)]
    assert units == ["EUR", "EUR", "probability", "EUR", "persons", "cases", "months"]


@pytest.mark.long
def test_an_address_names_statistic_and_vintage_even_where_they_were_left_out(folder: Path) -> None:
    gap, people = numbers_of(folder, ("gap.total.2027", "occupancy.total.2027"))
    assert gap.address == "gap.total.2027@owb2025:p50"
    assert people.address == "occupancy.total.2027:p50"
    assert numbers_of(folder, [gap.address]) == [gap]


@pytest.mark.long
def test_what_is_not_known_is_null_with_the_reason(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    asked = ("budget.total.2027", "gap.total.2027:p95")
    budget, far = numbers_of(folder, asked)
    assert (budget.interval.reason, budget.simulation_error.reason) == (GIVEN, GIVEN)
    assert (far.simulation_error.low, far.simulation_error.reason) == (None, NOT_MEASURED)
    (few,) = numbers_of(once(tmp_path_factory, "baseline"), ["gap.total.2027"])
    assert (few.simulation_error.low, few.simulation_error.reason) == (None, FEW)
    wrong = ("gap.total.1999", "gap", "gap.total.2027:p33")
    with pytest.raises(ScenarioError) as refused:
        numbers_of(folder, wrong)
    assert len(refused.value.problems) == len(wrong)


@pytest.mark.long
@pytest.mark.parametrize("name", ["baseline", "closed", "nominal", "short"])
def test_the_record_of_a_run_has_its_headline(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = once(tmp_path_factory, name)
    record, run = run_record(path), sim.open_run(path)
    assert (record.id, record.folder) == (run.id, str(path))
    assert record.settings.replications == 4
    for year in record.years:
        held = year.year in run.gap.index and math.isfinite(run.gap["gap"][year.year])
        assert (year.gap is not None) == held
        if year.gap is not None and year.cost is not None and year.budget is not None:
            assert year.gap.value == run.gap["gap"][year.year]
            assert year.cost.value == run.gap["cost"][year.year]
            assert year.budget.value == run.gap["budget"][year.year]
        assert (year.persons_short is not None) == (name == "closed")
        assert year.people is not None
    assert _valid(record) == record


@pytest.mark.long
@pytest.mark.parametrize("name", ["comparison", "explanation"])
def test_the_record_of_a_study_has_its_tables_and_every_number_an_address(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = once(tmp_path_factory, name)
    record = study_record(path)
    assert record.sentences
    assert _valid(record) == record
    cells = {
        "comparison": "differences[series=gap,breakdown=total,year=2026].difference_p50",
        "explanation": "cells[of=regular-27100].value",
    }
    (number,) = numbers_of(path, [cells[name]])
    assert (number.run, number.unit) == (record.id, "EUR")
    values = [value for table in record.tables for row in table.rows for value in row.values()]
    assert number.value in values
    for wrong in ("gap.total.2027", "nowhere[a=b].c", "cells[of=nobody].value", "effects[].mean"):
        with pytest.raises(ScenarioError):
            numbers_of(path, [wrong])


@pytest.mark.long
def test_the_records_of_shipped_scenarios_state_the_kept_gap() -> None:
    found = {record.name: record for record in shipped_records()}
    assert set(found) == set(shipped())
    table = sim.list_scenarios()
    for name, record in found.items():
        kept = table["gap_2027"][name]
        assert (record.gap is None) == (not math.isfinite(kept))
        if record.gap is not None:
            assert record.gap.value == kept
            assert record.gap.simulation_error.reason


@pytest.mark.slow
def test_a_parameter_has_its_source_or_assumption_and_its_range() -> None:
    found = parameter_records(load_chain(["faster-housing"]))
    assert len(found) > 100
    for record in found:
        assert record.unit is None or record.source or record.assumption
        for value in record.values:
            assert (value.low is None) == (record.uncertainty == "")
            if value.low is not None and value.high is not None:
                assert value.low <= value.high
    (homes,) = (record for record in found if record.key == "housing.homes")
    assert (homes.set_by, homes.baseline) == ("faster-housing", "30,210 persons/year")
    assert not parameter_records(load_chain(["baseline"]), "housing.home")


def test_a_problem_keeps_its_place(tmp_path: Path) -> None:
    file = tmp_path / "patch.yaml"
    head = "title: {en: a, nl: b}\ndescription: {en: a, nl: b}\nextends: baseline\n"
    file.write_text(f"{head}housing:\n  hoomes: 3\n", "utf-8")
    with pytest.raises(ScenarioError) as refused:
        load_chain([str(file)])
    (problem, *_) = problem_records(refused.value.problems)
    assert (problem.file, problem.line, problem.column) == (str(file), 5, 3)
    assert problem.advice


def test_a_number_without_address_or_run_can_not_be_made() -> None:
    schema = records.NumberRecord.model_json_schema()
    needed = {"address", "value", "unit", "statistic", "interval", "simulation_error", "run"}
    assert needed <= set(schema["required"])
    with pytest.raises(ValueError, match="finite"):
        records.Interval(low=math.nan, high=1.0)


def _valid(record: R) -> R:
    """Check what is printed against the published schema, and read it back."""
    text = record.model_dump_json()
    jsonschema.validate(json.loads(text), type(record).model_json_schema(mode="serialization"))
    return type(record).model_validate_json(text)

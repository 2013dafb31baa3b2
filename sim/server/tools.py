"""The seven tools: what each is for, in words for a language model, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from ..api.scenario import LoadedScenario
from ..errors import Message, Problem, ScenarioError, usage_error
from ..export.numbers import numbers_of, row_number
from ..export.read_records import (
    parameter_records,
    problem_records,
    run_record,
    settings_record,
    shipped_records,
)
from ..export.records import NumberRecord, ProblemRecord, Record, ScenarioRecord
from ..report.scenario_listing import value_text
from ..results.experiment import Settings
from ..runs.load import FinishedFolder, read_folder
from ..scenario import LONGEST_YEARS, load_chain
from ..scenario.introspect import hint_for
from ..scenario.listing import differences
from ..scenario.messages import of_findings
from ..scenario.notes import contested, notes_of
from ..scenario.plausibility import warnings_of
from ..studies.explain_chart import BAND
from ..studies.options import CompareOptions, ExplainOptions
from . import answers, arguments
from .call import Call
from .kept import folder_of, run_folder, study_folder
from .scenarios import load as load_scenario
from .scenarios import without_path

MOST_PARAMETERS = 40
MOST_CHANGES = 60
MOST_PROBLEMS = 20
MOST_YEARS = 12
"""Longest run [years]."""
COMPARED = (("gap", "total"), ("cost", "total"), ("occupancy", "total"), ("places", "total"))
"""Series of a comparison that are answered; read_cell reads the others."""
CITE = (
    "Every number has an address, a unit, the 80% interval of the future, a simulation error and"
    " the id of its run. Quote it with its interval and its unit, and cite address and run."
)


@dataclass(frozen=True)
class Tool:
    """A tool: its description, what it takes and gives, and whether it may simulate."""

    title: str
    description: str
    takes: type[arguments.Arguments]
    gives: type[Record]
    answer: Callable[[Call, Any], Record]
    simulates: bool = False


def list_scenarios(_call: Call, asked: arguments.ListScenarios) -> answers.ScenarioList:
    """List the shipped scenarios in which a text occurs."""
    text, found = asked.search.casefold(), []
    for record in _shipped():
        told = f"{record.name} {record.title} {record.description}".casefold()
        if text in told:
            found.append(
                record if asked.described else record.model_copy(update={"description": ""})
            )
    return answers.ScenarioList(scenarios=found)


@cache
def _shipped() -> list[ScenarioRecord]:
    """Return the shipped scenarios, whose files stay as they are: loading all takes seconds."""
    return shipped_records()


def show_parameter(call: Call, asked: arguments.ShowParameter) -> answers.ParameterList:
    """Return the parameters at and below a key."""
    scenario = load_scenario(asked.scenario, call.folder)
    found = parameter_records(scenario.loaded, asked.key)
    if not found:
        *parent, last = asked.key.split(".")
        usage_error(asked.key, "there is no such key", hint_for(last, tuple(parent)))
    shown = [one.model_copy(update={"place": _file(one.place)}) for one in found[:MOST_PARAMETERS]]
    left_out = len(found) - len(shown)
    return answers.ParameterList(scenario=scenario.name, parameters=shown, left_out=left_out)


def _file(place: str) -> str:
    """Return a place without the folder of its file."""
    return place.rpartition("/")[2]


def check_patch(call: Call, asked: arguments.CheckPatch) -> answers.CheckedPatch:
    """Check a scenario: what is wrong with it, what is not plausible, and what it changes."""
    try:
        scenario = load_scenario(asked.scenario, call.folder)
    except ScenarioError as error:
        return answers.CheckedPatch(
            valid=False, scenario=None, errors=_told(error.problems), warnings=[], notes=[],
            changes=[], left_out=0,
        )  # fmt: skip
    loaded = scenario.loaded
    changed = differences(load_chain(["baseline"]), loaded)
    shown = [
        answers.Change(
            key=one.key,
            baseline=value_text(one.left, "en"),
            value=value_text(one.right, "en"),
            set_by=one.right_layer,
        )
        for one in changed[:MOST_CHANGES]
    ]
    return answers.CheckedPatch(
        valid=True,
        scenario=scenario.name,
        errors=[],
        warnings=_warnings(scenario),
        notes=_told(
            [*(Problem(scenario.name, one) for one in contested(loaded)), *notes_of(loaded)]
        ),
        changes=shown,
        left_out=len(changed) - len(shown),
    )


def run(call: Call, asked: arguments.RunScenario) -> answers.RunAnswer:
    """Run a scenario, or read the run that is kept."""
    scenario = load_scenario(asked.scenario, call.folder)
    until = asked.until or scenario.model.until
    if until.year >= scenario.model.start.year + min(MOST_YEARS, LONGEST_YEARS):
        usage_error(
            "until", "this run is too long", Message("at most {most} years", most=MOST_YEARS)
        )
    settings = Settings(asked.replications, asked.seed, asked.step, asked.until)
    folder, reused = run_folder(call, scenario, settings)
    return answers.RunAnswer(run=run_record(folder), reused=reused, warnings=_warnings(scenario))


def compare(call: Call, asked: arguments.CompareScenarios) -> answers.Comparison:
    """Compare scenarios with a first one, or read the comparison that is kept."""
    scenarios = [load_scenario(one, call.folder) for one in (asked.base, *asked.others)]
    given = _settings(asked)
    base, *others = scenarios
    command = _expression(base, "compare", others, given)
    folder, reused = study_folder(call, "compare", scenarios, CompareOptions.parse(given), command)
    study = read_folder(folder)
    found = list(_differences(study, asked.years))
    if not found:
        what = "there is no difference to give in these years"
        usage_error("years", what, "ask for years that are simulated")
    return answers.Comparison(
        id=study.record["id"],
        base=base.name,
        others=[one.name for one in others],
        settings=settings_record(study.record["options"]),
        folder=str(folder),
        command=command,
        cite=study.record["cite"],
        differences=found,
        reused=reused,
    )


def _differences(study: FinishedFolder, years: Iterable[int]) -> Iterable[answers.Difference]:
    """Yield the differences of a comparison that are answered."""
    table = study.table("differences.csv")
    for row in table[table["year"].isin(list(years))].to_dict("records"):
        if (row["series"], row["breakdown"]) not in COMPARED:
            continue
        keys = {name: row[name] for name in ("scenario", "series", "breakdown", "year")}
        numbers = {
            name: row_number(study.record, "differences", keys, row, column)  # type: ignore
            for name, column in (
                ("base", "base_p50"),
                ("other", "other_p50"),
                ("difference", "difference_p50"),
                ("p_positive", "p_positive"),
            )
        }
        yield answers.Difference(
            scenario=row["scenario"], series=row["series"], year=row["year"], **numbers
        )


def explain(call: Call, asked: arguments.ExplainGap) -> answers.Explanation:
    """Explain a difference in gap factor by factor, or read the explanation that is kept."""
    first, second = (load_scenario(one, call.folder) for one in (asked.first, asked.second))
    given = {**_settings(asked), "year": asked.year}
    given |= {} if asked.by is None else {"by": asked.by}
    command = _expression(first, "explain", [second], given)
    options = ExplainOptions.parse(given)
    folder, reused = study_folder(call, "explain", [first, second], options, command)
    study = read_folder(folder)
    cells, effects = study.table("cells.csv"), study.table("effects.csv")
    before, after, residual = (
        _number(study, "cells", "of", row, "value")
        for row in cells[~cells["of"].isin(BAND)].to_dict("records")
    )
    return answers.Explanation(
        id=study.record["id"],
        cell=options.cell,
        first=before,
        second=after,
        effects=[
            answers.Effect(
                factor=row["factor"],
                keys=_text(row["keys"]),
                effect=_number(study, "effects", "factor", row, "effect"),
            )
            for row in effects.to_dict("records")
        ],
        residual=residual,
        settings=settings_record(study.record["options"]),
        folder=str(folder),
        command=command,
        cite=study.record["cite"],
        reused=reused,
    )


def read_cell(call: Call, asked: arguments.ReadCell) -> answers.Cells:
    """Read numbers of a kept run or study."""
    return answers.Cells(numbers=numbers_of(folder_of(call, asked.run), asked.addresses))


def _number(study: FinishedFolder, table: str, key: str, row: Any, column: str) -> NumberRecord:
    return row_number(study.record, table, {key: row[key]}, row, column)


def _settings(asked: arguments.SettingsInput) -> dict[str, Any]:
    return {"replications": asked.replications, "seed": asked.seed, "step": asked.step}


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def _expression(
    base: LoadedScenario, method: str, others: list[LoadedScenario], given: dict[str, Any]
) -> str:
    """Return the Python expression that runs a study again."""
    words = [one.expression for one in others]
    words += [f"{name}={value!r}" for name, value in given.items()]
    return f"{base.expression}.{method}({', '.join(words)})"


def _warnings(scenario: LoadedScenario) -> list[ProblemRecord]:
    found = []
    for warning in warnings_of(scenario.model)[:MOST_PROBLEMS]:
        problems = of_findings([warning.finding], scenario.loaded.tree)
        found += problem_records([without_path(one) for one in problems], warning.code)
    return found


def _told(problems: Iterable[Problem]) -> list[ProblemRecord]:
    return problem_records([without_path(one) for one in list(problems)[:MOST_PROBLEMS]])


TOOLS: dict[str, Tool] = {
    "list_scenarios": Tool(
        "List scenarios",
        "List the shipped scenarios of Dutch asylum reception with the gap of 2027: cost of COA,"
        " Nidos and the IND minus their budget [EUR], as the median with its 80% interval. A"
        " positive gap is money short. Start here to find the name of a scenario.",
        arguments.ListScenarios,
        answers.ScenarioList,
        list_scenarios,
    ),
    "show_parameter": Tool(
        "Show a parameter",
        "Show a parameter of a scenario, or all below a key: its value with unit, its source or the"
        " assumption it rests on, its range (low and high: one draw in ten lies below and above),"
        " and who set it. Parameters are assumptions; results come from run.",
        arguments.ShowParameter,
        answers.ParameterList,
        show_parameter,
    ),
    "check_patch": Tool(
        "Check a patch",
        "Check a scenario before it is run: errors by line and column with advice, warnings about"
        " what is not plausible, and the keys that it changes. Nothing is simulated.",
        arguments.CheckPatch,
        answers.CheckedPatch,
        check_patch,
    ),
    "run": Tool(
        "Run a scenario",
        "Simulate a scenario and give by year: cost, budget and gap of the total [EUR], the"
        " probability of a gap, people in reception and places. The run is kept: read_cell reads"
        f" any other number of it by its id, and the same request reuses it. {CITE}",
        arguments.RunScenario,
        answers.RunAnswer,
        run,
        simulates=True,
    ),
    "compare": Tool(
        "Compare scenarios",
        "Compare scenarios with a first one on common random numbers: by year the difference (other"
        " minus base) in gap, cost, people in reception and places, with its own 80% interval. Use"
        f" this for the effect of a measure, and not two runs side by side. {CITE}",
        arguments.CompareScenarios,
        answers.Comparison,
        compare,
        simulates=True,
    ),
    "explain": Tool(
        "Explain a gap",
        "Explain why the gap of one scenario differs from that of another in a year: the effect of"
        " each factor in euros (Shapley values: they add up to the difference). The number of runs"
        f" doubles with each factor, so compare few changes. {CITE}",
        arguments.ExplainGap,
        answers.Explanation,
        explain,
        simulates=True,
    ),
    "read_cell": Tool(
        "Read a number",
        "Read numbers of a kept run or study by its id and their addresses, such as the 90th"
        f" percentile of a gap (gap.total.2027:p90) or the cost of a line. {CITE}",
        arguments.ReadCell,
        answers.Cells,
        read_cell,
    ),
}
"""The tools by name, in the order in which they are listed."""

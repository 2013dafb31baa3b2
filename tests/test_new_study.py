"""A new study is one module and one entry of the table; every door of the program then has it."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support.cli import Command

import sim
from sim.questions.questions import StudySpec
from sim.questions.run_studies import study_values
from sim.results.executor import Workers
from sim.results.experiment import Settings
from sim.studies import STUDIES, Study

MODULE = '''
"""Toy: how many people are in reception at the end of a year, times a factor?"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from pydantic import Field
from rich.table import Table

from sim.results.cell import parse
from sim.results.experiment import CellMeasure
from sim.results.tasks import Task, run_tasks
from sim.studies.base import Implementation, StudyChart, Value, content_of, settings_of
from sim.studies.options import SimulationOptions


class Options(SimulationOptions):
    """What people are multiplied with."""

    factor: float = Field(1.0, gt=0, description="What people are multiplied with.")
    year: int = Field(2025, description="Year of the people.")


def run(options, inputs):
    cell = parse(f"occupancy.total.{options.year}")
    settings = settings_of(options)
    with inputs.watch("toy", settings.replications) as progress:
        task = Task(inputs.scenario, CellMeasure((cell,)))
        (found,) = run_tasks([task], settings, inputs.workers, progress)
    people = options.factor * found[cell.cell]
    table = pd.DataFrame({"year": [options.year], "people": [float(np.mean(people))]})
    return content_of("toy", options, inputs, settings, {"people": table})


def tell(data, lang):
    (row,) = data.table("people").to_dict("records")
    table = Table("year", "people")
    table.add_row(str(row["year"]), f"{row['people']:.0f}")
    word = "people" if lang == "en" else "mensen"
    return [table, f"{row['people']:.0f} {word} times {data.asked['factor']}"]


def draw(data, size, lang):
    figure, axes = plt.subplots(figsize=(4, 3))
    axes.bar(["people"], data.table("people")["people"])
    axes.set_title("Toy")
    figure.suptitle("Toy")
    return figure


def words(data, lang):
    return "A bar: " + tell(data, lang)[-1]


def values(tables):
    return {"people": Value(float(tables["people"]["people"][0]))}


IMPLEMENTATION = Implementation(
    run, tell, {"toy": StudyChart("toy", draw, words)}, values=values
)
'''
FEW = ("--replications", "2", "--step", "week", "--until", "2025-12-31", "--workers", "1")


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Register a study whose module lies outside the package."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "toy_study.py").write_text(MODULE, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "modules"))
    monkeypatch.delitem(sys.modules, "toy_study", raising=False)
    study = Study(
        "toy", "Multiply the people of a year.", "toy_study", "toy_study.Options", ("toy",)
    )
    monkeypatch.setitem(STUDIES, "toy", study)
    return study


@pytest.mark.slow
def test_a_study_needs_a_module_and_an_entry(toy: Study, tmp_path: Path, command: Command) -> None:
    assert toy.summary in command("--help").stdout
    helped = command("toy", "--help").stdout
    assert "--factor" in helped
    assert "What people are multiplied with." in helped

    done = command("toy", "baseline", "--factor", "2", *FEW, "-o", "out")
    assert done.returncode == 0, done.stderr
    assert "people times 2.0" in done.stdout
    record = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    assert (record["kind"], record["asked"]) == ("toy", {"factor": 2.0, "year": 2025})
    assert (tmp_path / "out" / "charts" / "toy.png").is_file()

    asked = {"replications": 2, "step": "week", "until": "2025-12-31", "workers": 1}
    found = sim.load("baseline").toy(2.0, **asked)
    pd.testing.assert_frame_equal(found.tables["people"], pd.read_csv("out/people.csv"))
    assert found.sentences()[-1].endswith("people times 2.0")
    assert "factor=2.0" in found.command

    again = command("runs", "reproduce", "out", "--workers", "1")
    assert again.returncode == 0, again.stdout
    drawn = command("plot", "out", "--lang", "nl", "-o", "drawn")
    assert drawn.stdout.split() == ["drawn/toy-nl-page.png"]
    assert "mensen" in Path("drawn/toy-nl-page.txt").read_text("utf-8")
    memo = command("memo", "out", "-o", "memo.md")
    assert memo.returncode == 0, memo.stderr
    assert "people times 2.0" in Path("memo.md").read_text("utf-8")


def test_an_answer_can_quote_it(toy: Study) -> None:
    asked = {"verb": toy.name, "scenario": "no-emergency", "factor": 2.0, "year": 2025}
    spec = StudySpec.model_validate(asked)
    assert spec.command == "opvangsim toy no-emergency --factor 2 --year 2025"
    found = study_values(spec, Settings(2, 1, "week", date(2025, 12, 31)), Workers(1))
    assert found["people"].value > 0
    with pytest.raises(ValueError, match="--factor: Input should be greater than 0"):
        StudySpec.model_validate(asked | {"factor": -1.0})
    with pytest.raises(ValueError, match="there is no study 'toyy'"):
        StudySpec.model_validate({"verb": "toyy"})


@pytest.mark.slow
def test_its_options_are_checked_before_anything_is_loaded(toy: Study, command: Command) -> None:
    assert toy.name == "toy"
    done = command("toy", "no-such-scenario", "--factor", "-1")
    assert done.returncode == 2
    assert "--factor: Input should be greater than 0" in done.stderr
    with pytest.raises(TypeError, match="unexpected keyword"):
        sim.load("baseline").toy(factr=2)

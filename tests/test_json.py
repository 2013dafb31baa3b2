"""JSON of every command: one document on the standard output, as its published schema says."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import numpy as np
import pytest
from support.cli import FEW, Command, run_cli
from support.figures import FIGURES
from support.once import once
from support.processes import in_child_process

from sim import hindcast
from sim.cli.commands import commands
from sim.cli.json_schema import ERRORS, record_of, schema_of
from sim.hindcast.calibration import NUMBERS, CalibrationTarget
from sim.results import model_checks
from sim.runs.freezing import freeze
from sim.scenario import load
from sim.studies.options import SensitivityOptions

SOON = ("--until", "2025-12-31")
WORDS: dict[str, tuple[str, ...]] = {
    "run baseline": (*FEW, *SOON, "--no-charts"),
    "run baseline constrained": (*FEW, "--until", "2025-02-28", "--no-charts"),
    "nowcast baseline": (
        *("--observed", "early.csv", "--as-of", "2025-03-31", *FEW),
        *("--until", "2025-03-31", "--no-charts"),
    ),
    "answer": (),
    "find 27100": (),
    "answer 33": FEW,
    "answer 1": FEW,
    "compare baseline faster-housing": (*FEW, *SOON),
    "explain baseline faster-housing": FEW,
    "enough baseline": (*FEW, "--year", "2026"),
    "solve": (
        *("--target", "gap.total.2026:p50 <= 1e9", "--lever", "housing.homes"),
        *("--range", "10000:40000", *FEW),
    ),
    "optimal-places": FEW,
    "plan compare baseline no-emergency": (*FEW, *SOON),
    "plan value": ("--budget", "2025", *FEW),
    "plan search": (
        *("--levers", "reception.desk.slack=0:0.1", "--evaluations", "5", "--accept", "100"),
        *(*FEW, *SOON),
    ),
    "ind-cut": FEW,
    "sensitivity": ("--points", "2", "--workers", "1"),
    "sweep design.yaml": ("--workers", "1"),
    "sweep design.yaml --preview": (),
    "discover s": ("--where", "inflow.total.2025 > 2500"),
    "plot r": ("need", "-o", "c"),
    "memo r": ("-o", "m.md"),
    "dashboard r": ("-o", "d.html"),
    "export r": ("--csv", "-o", "t.csv"),
    "export baseline": ("--xlsx", "-o", "b.xlsx"),
    "scenario list": (),
    "scenario overview": ("-o", "o.svg"),
    "scenario check baseline bad.yaml": ("--strict",),
    "scenario check": ("--codes",),
    "scenario new mine": (),
    "scenario start baseline": (
        *("--date", "2025-02-03", "--observed", "figures.csv", "--replications", "2"),
        *("-o", "s.yaml"),
    ),
    "scenario show faster-housing": ("--changed",),
    "scenario diff baseline faster-housing": (),
    "scenario sources": (),
    "scenario vintages baseline": (),
    "scenario vintages faster-housing": ("-o", "v.csv"),
    "scenario schema": (),
    "scenario import filled.xlsx": ("-o", "p.yaml"),
    "data check figures.csv": (),
    "data list figures.csv": (),
    "data diff early.csv figures.csv": (),
    "runs list": (".",),
    "runs reproduce r": ("--workers", "1"),
    "runs verify broken": (),
    "runs compare r r": (),
    "runs provenance b.xlsx": (),
    "forecast freeze r": ("--to", "kept", "--workers", "1"),
    "forecast verify frozen": (),
    "forecast monitor frozen": ("--observed", "figures.csv", "-o", "f.md"),
    "forecast explain-miss frozen": (
        *("--observed", "figures.csv", "--series", "pending", "--date", "2025-06-30"),
        *("--workers", "1"),
    ),
    "hindcast": (),
    "hindcast --process": (),
    "hindcast --given exits": ("--replications", "20"),
    "model check": (),
    "model trace baseline": ("--person", "3", "--scale", "1000"),
    "model calibrate": (),
    "json-schema run": (),
}
"""Every command, with its arguments as the key, as cheap as it can be."""
LAWS = model_checks.run_checks
DESIGN = """
scenario: baseline
design: grid
keys: {inflow.first: {values: [5000, 10000, 50000, 60000]}}
record: ["inflow.total.2025:mean"]
replications: 1
until: 2025-02-14
"""
SERVERS = {("mcp",), ("serve",)}
"""Commands that answer other programs, and print no result of their own."""
FAILING = {"scenario check baseline bad.yaml": 2, "runs verify broken": 3}
"""Exit code of those that find something."""
EARLY = FIGURES.partition("occupancy")[0].replace("2025-Q2", "2025-01").replace("-07-31", "-02-28")


def command_of(words: str) -> tuple[str, ...]:
    """The command that words begin with."""
    return max((one for one in commands() if tuple(words.split())[: len(one)] == one), key=len)


def test_every_command_has_a_record_with_a_schema_and_is_tried_here() -> None:
    printing = {words: entry for words, entry in commands().items() if words not in SERVERS}
    assert set(printing) == {command_of(words) for words in WORDS}
    for words, entry in printing.items():
        assert record_of(entry.record), words
        jsonschema.Draft202012Validator.check_schema(schema_of(words))


@pytest.fixture(scope="module")
def inputs(bench: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the commands read."""

    def make(folder: Path) -> None:
        def work() -> None:
            shutil.copytree(bench, folder)
            os.chdir(folder)
            Path("figures.csv").write_text(FIGURES, "utf-8")
            Path("design.yaml").write_text(DESIGN, "utf-8")
            Path("early.csv").write_text(EARLY, "utf-8")
            Path("bad.yaml").write_text("extends: baseline\nhousing.homes: -3\n", "utf-8")
            freeze(Path("r"), Path("frozen"))
            assert run_cli("sweep", "design.yaml", "--out", "s", "--workers", "1").returncode == 0
            assert run_cli("export", "baseline", "--xlsx", "-o", "filled.xlsx").returncode == 0
            shutil.copy("filled.xlsx", "b.xlsx")
            shutil.copytree("r", "broken")
            Path("broken/budget.csv").write_text("", "utf-8")

        in_child_process(work)

    return once(tmp_path_factory, "json", make)


def few_laws(*_: object) -> Iterator[Any]:
    """The first laws alone: all of them take a minute."""
    return islice(LAWS(load("baseline")), 2)


def small_fit(*_: object) -> Any:
    """A calibration that nobody computed."""
    ones = np.ones(len(NUMBERS))
    target = CalibrationTarget("year-2024", (("occupancy|total|end", 1.0),), 2024, 70e3, 1e3, "COA")
    return SimpleNamespace(
        numbers=NUMBERS, estimates=ones, sds=ones, told=ones, ends=((target, 71e3),)
    )


@pytest.fixture
def stood_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long computations whose numbers are of no interest here."""
    kept = hindcast.kept()
    monkeypatch.setattr(model_checks, "run_checks", few_laws)
    monkeypatch.setattr(hindcast, "fit", small_fit)
    monkeypatch.setattr(hindcast, "make", lambda *_, **__: kept)
    monkeypatch.setattr(hindcast, "given_cells", lambda *_: kept.scored)
    monkeypatch.setattr(SensitivityOptions, "TORNADO_REPLICATIONS", 2)


def no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


@pytest.mark.long
@pytest.mark.usefixtures("stood_in")
@pytest.mark.parametrize("words", WORDS)
def test_json_is_one_document_as_its_schema_says(
    words: str, inputs: Path, tmp_path: Path, command: Command
) -> None:
    """NaN and infinity are no JSON: what is not a number is null."""
    shutil.copytree(inputs, tmp_path, dirs_exist_ok=True)
    done = command(*words.split(), *WORDS[words], "--json")
    assert done.returncode == FAILING.get(words, 0), done.stderr
    found = json.loads(done.stdout, parse_constant=no_constant)
    jsonschema.validate(found, schema_of(command_of(words)))
    assert found or words == "runs compare r r"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("run", "nowhere", "--json"), None),
        (("run", "--nothing", "--json"), None),
        (("walk", "--json"), None),
        (("stock", "--json"), None),
        (("run", "bad.yaml", "--json"), 3),
    ],
)
def test_an_error_is_one_line_of_json_and_the_last_of_the_error_stream(
    words: tuple[str, ...], line: int | None, command: Command
) -> None:
    text = "extends: baseline\ntitle: {en: Bad, nl: Fout}\nhousing.homes: -3\n"
    Path("bad.yaml").write_text(text, "utf-8")
    done = command(*words)
    assert (done.returncode, done.stdout) == (2, "")
    found = json.loads(done.stderr.splitlines()[-1])
    jsonschema.validate(found, schema_of(ERRORS))
    assert found["exit_code"] == 2
    assert line in [one["line"] for one in found["errors"]]
    assert all(one["what"] for one in found["errors"])


def test_a_schema_of_no_command_is_refused(command: Command) -> None:
    assert (
        "there is no command 'scenario walk'" in command("json-schema", "scenario", "walk").stderr
    )

"""All that writes: commands and calls of Python, each with what it writes, made cheap.

What a writer computes is not of interest to who asks where it writes. It is computed once in a
process, or stood in for; the writing itself is the program's.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import sim
from sim.questions.questions import questions
from sim.results.executor import Workers
from sim.studies import STUDIES
from sim.studies.base import Inputs, run_study
from support.cli import FEW, SHORT

Cases = Literal["all", "each kind", "few"]
"""Which foreign things a writer is tried with: all at all places for one writer of each way of
writing, each kind at its target for others, and every other kind for those that take long."""


@dataclass(frozen=True)
class Writer:
    """A command, what it is told to write, and what else it writes beside that."""

    words: tuple[str, ...]
    target: str
    is_folder: bool = False
    beside: tuple[str, ...] = ()
    cases: Cases = "each kind"


def _file(
    target: str, *words: str, beside: tuple[str, ...] = (), cases: Cases = "each kind"
) -> Writer:
    return Writer((*words, "-o", target), target, beside=beside, cases=cases)


def _folder(*words: str, cases: Cases = "each kind") -> Writer:
    return Writer((*words, "-o", "out"), "out", is_folder=True, cases=cases)


_STUDIES: dict[str, tuple[str, ...]] = {
    "compare": ("baseline", "faster-housing", *FEW, "--until", "2025-12-31"),
    "explain": ("baseline", "faster-housing", *FEW),
    "enough": ("--year", "2025", *FEW),
    "solve": ("--target", "gap.total.2027 > 2e9", "--lever", "housing.homes=10000..40000"),
    "optimal-places": FEW,
    "plan compare": ("baseline", "no-emergency", *FEW, "--until", "2025-12-31"),
    "plan search": ("--levers", "reception.desk.slack=0:0.1", *FEW, "--until", "2025-12-31"),
    "ind-cut": FEW,
    "sensitivity": (),
    "plan value": ("--budget", "2025", *FEW),
    "discover": ("s", "--where", "occupancy.total.2025 > 1"),
}
COMMANDS: dict[str, tuple[Writer, ...]] = {
    "run": (_folder(*SHORT),),
    **{
        name: (_folder(*name.split(), *words, cases="all" if name == "compare" else "each kind"),)
        for name, words in _STUDIES.items()
    },
    "sweep": (_folder("sweep", "design.yaml", "--workers", "1", "--quiet", cases="all"),),
    "answer": (
        _folder("answer", "all", *FEW, cases="few"),
        Writer(("answer", "33", *FEW), "outputs/answers/kept/FILE", cases="all"),
    ),
    "nowcast": (
        _folder(
            *("nowcast", "baseline", "--observed", "figures.csv", "--as-of", "2025-01-31"),
            *(*FEW, "--until", "2025-01-31", "--no-charts"),
        ),
    ),
    "hindcast": (_folder("hindcast", cases="few"),),
    "plot": (_folder("plot", "r", "gap"),),
    "memo": (
        _file("m.docx", "memo", "r", cases="few"),
        _file("m.md", "memo", "r", beside=("m.png",), cases="all"),
    ),
    "forecast freeze": (_file("kept", "forecast", "freeze", "r"),),
    "forecast monitor": (
        _file("f.md", "forecast", "monitor", "frozen", "--observed", "figures.csv"),
    ),
    "forecast explain-miss": (
        _file(
            "e.md",
            *("forecast", "explain-miss", "frozen", "--observed", "figures.csv"),
            *("--series", "pending", "--date", "2025-06-30"),
        ),
    ),
    "dashboard": (_file("d.html", "dashboard", "r", cases="few"),),
    "export": (
        _folder("export", "r", "--csv"),
        _file("t.csv", "export", "r", "--csv", cases="few"),
        _file("t.parquet", "export", "r", "--parquet"),
        _file("i.csv", "export", "r", "--iamc"),
        _file("r.xlsx", "export", "r", "--xlsx", cases="few"),
        _file("s.xlsx", "export", "baseline", "--xlsx"),
    ),
    "scenario overview": (
        _folder("scenario", "overview", cases="all"),
        _file("o.png", "scenario", "overview", beside=("o.txt",), cases="all"),
    ),
    "scenario new": (
        Writer(
            ("scenario", "new", "mine"),
            "mine.yaml",
            beside=("scenario.schema.json",),
            cases="all",
        ),
        Writer(
            ("scenario", "new", "--vintage", "owb2026", "--year", "2026"),
            "owb2026.yaml",
            beside=("scenario.schema.json",),
        ),
    ),
    "scenario vintages": (
        _file("v.csv", "scenario", "vintages", "baseline"),
        _file("v.png", "scenario", "vintages", "baseline", beside=("v.txt",)),
    ),
    "scenario start": (
        _file(
            "s.yaml",
            *("scenario", "start", "baseline", "--date", "2025-02-03"),
            *("--observed", "figures.csv", "--replications", "2"),
            cases="few",
        ),
    ),
    "scenario import": (_file("p.yaml", "scenario", "import", "filled.xlsx"),),
    "model calibrate": (_file("p.yaml", "model", "calibrate", cases="all"),),
}
"""Commands that write."""
READERS = (
    *("scenario list", "scenario check", "scenario show", "scenario diff", "scenario sources"),
    *("scenario schema", "runs list", "runs reproduce", "runs verify", "runs compare"),
    *("forecast verify", "runs provenance", "model check", "model trace"),
    *("data check", "data list", "data diff", "json-schema", "find"),
)
"""Commands that write nothing."""


_COMPUTED = (
    "sim.api.folders.explore",
    "sim.export.dashboard.page.explore",
    "sim.export.memo.memo.memo_of",
    "sim.hindcast.scores",
    "sim.report.overview.with_headline",
    "sim.runs.freezing._figures",
)
"""Functions whose result is of no interest here."""
_DRAWING = (
    "sim.report.chart_files.write_overview",
    "sim.report.chart_files.write_scorecard",
    "sim.report.chart_files.write_vintages",
    "sim.report.charts.write",
    "sim.studies.base.write_chart",
)
_FIXED: dict[str, Callable[..., object]] = {
    "sim.hindcast.fit": lambda *_, **__: None,
    "sim.hindcast.patch": lambda _fit: {},
    "sim.hindcast.record.as_json": lambda *_: "{}",
    "sim.report.hindcast_tables.ends_table": lambda *_: "",
    "sim.report.hindcast_tables.fit_lines": lambda *_: [],
    "sim.report.hindcast_tables.fit_table": lambda *_: "",
    "sim.report.scorecard_tables.verdict": lambda *_: [],
    "sim.scenario.template.patch_text": lambda _patch: "extends: baseline\n",
    "sim.studies.sweep.seconds_a_run": lambda _plan: 0.0,
}
_COMPARED = {"replications": 2, "step": "week", "until": "2025-12-31"}


def stand_in() -> None:
    """Compute what a writer writes once, or not at all; for a process of its own."""
    for place in _COMPUTED:
        _replace(place, _once(_found(place)))
    for place in _DRAWING:
        _replace(place, _drawn)
    for place, function in _FIXED.items():
        _replace(place, function)
    kept = _found("sim.hindcast.kept")
    _replace("sim.hindcast.make", _once(lambda *_, **__: kept()))
    _replace("sim.studies.base.run_study", lambda *_: _comparison())
    (one,) = (question for question in questions() if str(question.number) == "33")
    _replace("sim.questions.questions.questions", lambda: (one,))


def prepare() -> None:
    """Import what is replaced and compute a study, so that copies of this process have both."""
    for place in (*_COMPUTED, *_DRAWING, *_FIXED):
        _found(place)
    _comparison()


@cache
def _comparison() -> object:
    """What any study gives: the result of a small comparison."""
    loaded = (sim.load("baseline").loaded, sim.load("faster-housing").loaded)
    options = STUDIES["compare"].options.parse(_COMPARED)
    return run_study(STUDIES["compare"], options, lambda: Inputs(loaded, workers=Workers(1)))


def _once(function: Callable[..., object]) -> Callable[..., object]:
    made: list[object] = []

    def first(*given: object, **named: object) -> object:
        if not made:
            made.append(function(*given, **named))
        return made[0]

    return first


def _found(place: str) -> Callable[..., object]:
    module, _, name = place.rpartition(".")
    found: Callable[..., object] = getattr(importlib.import_module(module), name)
    return found


def _replace(place: str, value: object) -> None:
    module, _, name = place.rpartition(".")
    setattr(importlib.import_module(module), name, value)


def _drawn(*given: Any, **named: Any) -> None:
    """Draw nothing much, as every drawer does: a picture and its words beside it."""
    stem: Path = named.get("folder") or next(one for one in given if isinstance(one, Path))
    last = next((one for one in given[2:] if isinstance(one, list)), ["svg"])
    formats: Iterable[str] = named.get("formats", last)
    if stem.is_dir():
        stem = stem / "chart"
    for ending in formats:
        picture = b"<svg></svg>" if ending == "svg" else PIXEL
        stem.with_name(f"{stem.name}.{ending}").write_bytes(picture)
    stem.with_name(f"{stem.name}.txt").write_text("a chart")


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000a49444154789c6360000002000100ffff03000006000557bfabd40000000049454e44ae426082"
)
"""A picture of one pixel (PNG)."""

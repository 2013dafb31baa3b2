"""All that writes: commands and calls of Python, each with what it writes, made cheap.

What a writer computes is not of interest to who asks where it writes. It is computed once in a
process, or stood in for; the writing itself is the program's.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sim
from sim.studies import STUDIES
from support.cli import FEW, SHORT


@dataclass(frozen=True)
class Writer:
    """A command, what it is told to write, and what else it writes beside that."""

    words: tuple[str, ...]
    target: str
    is_folder: bool = False
    beside: tuple[str, ...] = ()


def _file(target: str, *words: str, beside: tuple[str, ...] = ()) -> Writer:
    return Writer((*words, "-o", target), target, beside=beside)


def _folder(*words: str) -> Writer:
    return Writer((*words, "-o", "out"), "out", is_folder=True)


_STUDIES: dict[str, tuple[str, ...]] = {
    "compare": ("baseline", "faster-housing", *FEW, "--until", "2025-12-31"),
    "explain": ("baseline", "faster-housing", *FEW),
    "solve": ("--target", "gap.total.2027 > 2e9", "--lever", "housing.homes=10000..40000"),
    "optimal-places": FEW,
    "ind-cut": FEW,
    "sensitivity": (),
    "discover": ("s", "--where", "occupancy.total.2025 > 1"),
}
COMMANDS: dict[str, tuple[Writer, ...]] = {
    "run": (_folder(*SHORT),),
    **{name: (_folder(name, *words),) for name, words in _STUDIES.items()},
    "sweep": (_folder("sweep", "design.yaml", "--workers", "1", "--quiet"),),
    "answer": (
        _folder("answer", "all", *FEW),
        Writer(("answer", "33", *FEW), "outputs/answers/kept/FILE"),
    ),
    "hindcast": (_folder("hindcast"),),
    "plot": (_folder("plot", "r", "gap"),),
    "memo": (
        _file("m.docx", "memo", "r"),
        _file("m.md", "memo", "r", beside=("m.png",)),
    ),
    "dashboard": (_file("d.html", "dashboard", "r"),),
    "export": (
        _folder("export", "r", "--csv"),
        _file("t.csv", "export", "r", "--csv"),
        _file("t.parquet", "export", "r", "--parquet"),
        _file("i.csv", "export", "r", "--iamc"),
        _file("r.xlsx", "export", "r", "--xlsx"),
        _file("s.xlsx", "export", "baseline", "--xlsx"),
    ),
    "scenario overview": (
        _folder("scenario", "overview"),
        _file("o.png", "scenario", "overview", beside=("o.txt",)),
    ),
    "scenario new": (
        Writer(("scenario", "new", "mine"), "mine.yaml", beside=("scenario.schema.json",)),
    ),
    "scenario import": (_file("p.yaml", "scenario", "import", "filled.xlsx"),),
    "model calibrate": (_file("p.yaml", "model", "calibrate"),),
}
"""Commands that write."""
READERS = (
    *("scenario list", "scenario check", "scenario show", "scenario diff", "scenario sources"),
    *("scenario schema", "runs list", "runs reproduce", "runs verify", "runs compare"),
    *("runs provenance", "model check", "model trace"),
)
"""Commands that write nothing."""


def stand_in() -> None:
    """Compute what a writer writes once, or not at all; for a process of its own."""
    for place in (
        "sim.studies.base.run_study",
        "sim.export.memo.memo.files_of",
        "sim.export.dashboard.page.explore",
        "sim.api.folders.explore",
        "sim.export.files.run_workbook",
        "sim.export.files.scenario_workbook",
        "sim.export.files.iamc_table",
        "sim.export.files.long_table",
        "sim.report.overview.headlines",
        "sim.results.model_checks.run_checks",
    ):
        module, _, name = place.rpartition(".")
        _replace(place, _once(getattr(importlib.import_module(module), name)))
    for name in ("sim.studies.base.write_chart", "sim.report.chart_files.write_overview",
                 "sim.report.chart_files.write_scorecard", "sim.report.charts.write"):  # fmt: skip
        _replace(name, _drawn)
    _replace("sim.studies.sweep.seconds_a_run", lambda _plan: 0.0)
    kept = importlib.import_module("sim.hindcast").kept
    _replace("sim.hindcast.make", lambda *_: kept())
    _replace("sim.hindcast.fit", lambda *_: None)
    _replace("sim.hindcast.patch", lambda _fit: {})
    _replace("sim.scenario.template.patch_text", lambda _patch: "extends: baseline\n")
    for name in ("fit_table", "ends_table"):
        _replace(f"sim.report.hindcast_tables.{name}", lambda *_: "")
    _replace("sim.report.hindcast_tables.fit_lines", lambda *_: [])
    studies = importlib.import_module("sim.studies.base")
    made = studies.run_study

    def comparison(*_: object) -> object:
        words = {"replications": 2, "step": "week", "until": "2025-12-31"}
        base = sim.load("baseline")
        options = STUDIES["compare"].options.parse(words)
        loaded = (base.loaded, sim.load("faster-housing").loaded)
        return made(STUDIES["compare"], options, lambda: studies.Inputs(loaded, workers=1))

    _replace("sim.studies.base.run_study", comparison)
    asked = importlib.import_module("sim.questions.questions").questions
    (one,) = (question for question in asked() if str(question.number) == "33")
    _replace("sim.questions.questions.questions", lambda: (one,))


def _once(function: Callable[..., object]) -> Callable[..., object]:
    made: list[object] = []

    def first(*given: object, **named: object) -> object:
        if not made:
            made.append(function(*given, **named))
        return made[0]

    return first


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

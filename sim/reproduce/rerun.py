"""Re-run a finished folder from its manifest and compare the files byte by byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from ..errors import Message, usage_error
from ..report.i18n import Language
from ..results.executor import Workers
from ..results.experiment import Settings, settings_from_record
from ..runs.batches import Options
from ..runs.load import kept_figures, read_resolved, read_scenario, verified_file
from ..runs.manifest import digest, kind_of, read_manifest
from ..runs.nowcast import PRIOR, Source, nowcast
from ..runs.run import execute
from ..runs.verify import verify_record
from ..scenario import Loaded, shipped
from ..studies import Study, study_of_kind
from ..studies.base import Inputs, StudyResult, Watch, run_study, write
from ..studies.design import read_design
from ..studies.design_points import expand_design
from ..studies.sweep import Sweep, in_replications
from ..studies.sweep import sweep as run_sweep
from ..studies.sweep_store import DESIGN
from .compare import EnvironmentChange, FileComparison, compare_files, environment_changes


@dataclass(frozen=True)
class Reproduction:
    """Result of re-running a folder.

    ``files`` are compared with the bytes in the folder; ``changed`` are those of them that are not
    what was written, so that no second run could be equal.
    """

    record: Mapping[str, Any]
    id: str
    files: tuple[FileComparison, ...]
    others: tuple[EnvironmentChange, ...]
    changed: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Return whether every file is there with the same bytes."""
        return all(one.state == "equal" for one in self.files)


@dataclass(frozen=True)
class _Task:
    """A folder to re-run, and how."""

    folder: Path
    record: dict[str, Any]
    workers: Workers
    watch: Watch
    sweep: Path | None

    @property
    def asked(self) -> dict[str, Any]:
        """Return the options of the study."""
        found: dict[str, Any] = self.record["asked"]
        return found

    @property
    def settings(self) -> Settings:
        return settings_from_record(self.record["options"])

    @property
    def lang(self) -> Language:
        return "nl" if self.record["lang"] == "nl" else "en"

    def resolved(self, name: str) -> Loaded:
        """Return a resolved scenario of the folder under its original name."""
        loaded = read_resolved(self.folder, self.record, f"scenarios/{name}.resolved.yaml")
        return Loaded(name, loaded.scenario, loaded.tree)

    @property
    def only(self) -> Loaded:
        """Return the only scenario of a study."""
        return self.resolved(next(iter(self.record["scenarios"])))


def reproduce(
    folder: Path, workers: Workers, watch: Watch, sweep: Path | None = None
) -> Reproduction:
    """Re-run a folder from its resolved scenarios and settings, and compare byte by byte.

    Files that it was made of once are not read: they may have changed since. ``sweep`` is that of a
    discovery, by default the one with the right id beside its folder. Raises ``ScenarioError`` if
    the folder is none of ours, if its record or its scenario was changed, or if its kind can't be
    made again.
    """
    record = read_manifest(folder)
    task = _Task(folder, record, workers, watch, sweep)
    make = _maker(folder, record["kind"])
    changed = tuple(one.file for one in verify_record(folder).findings if one.what == "changed")
    with TemporaryDirectory(prefix="opvangsim-") as keeper:
        there = Path(keeper) / folder.resolve().name
        make(task, there)
        made = read_manifest(there)
        files = compare_files(folder, there, [*record["files"], *made["files"]])
    others = [*environment_changes(record, made), *_inputs(record)]
    return Reproduction(record, made["id"], tuple(files), tuple(others), changed)


def _maker(folder: Path, kind: str) -> Callable[[_Task, Path], None]:
    """Return what makes a folder of a kind again; raises ``ScenarioError`` if nothing does."""
    if kind == "run":
        return _run
    study = study_of_kind(kind)
    if study is None:
        return _refused(folder, kind)
    return _sweep if study.takes == "design" else partial(_again, study)


def _run(task: _Task, there: Path) -> None:
    record, settings = task.record, task.settings
    scenario = read_scenario(task.folder, record, "scenario.resolved.yaml")
    options = Options(
        settings.replications, settings.seed, settings.step, settings.until, settings.vary,
        task.workers, charts=record["charts"], lang=task.lang,
        observed=kept_figures(task.folder, record),
    )  # fmt: skip
    name = record["scenario"]
    if "nowcast" in record:
        _nowcast(task, options, there)
        return
    with task.watch(name, settings.replications) as tell:
        execute(scenario, name, options, there, tell, record["inputs"], task.asked["words"])


def _nowcast(task: _Task, options: Options, there: Path) -> None:
    """Condition a scenario again on the observations in its folder."""
    record, made = task.record, task.record["nowcast"]
    assert options.observed is not None
    source = Source(
        read_scenario(task.folder, record, PRIOR),
        options.observed,
        date.fromisoformat(made["as_of"]),
        tuple(made["extends"]),
        tuple(made["sets"]),
    )
    with task.watch(record["scenario"], options.replications) as tell:
        nowcast(
            source, record["scenario"], options, there, tell, record["inputs"], record["command"]
        )


def _again(study: Study, task: _Task, there: Path) -> None:
    """Run a study again with the options in its manifest, on the scenarios in its folder."""
    options = study.options.from_manifest(task.record)
    scenarios = tuple(task.resolved(name) for name in task.record["scenarios"])
    sweep = _sweep_folder(task) if study.takes == "sweep" else None
    inputs = Inputs(scenarios, sweep, task.workers, task.watch)
    result = run_study(study, options, lambda: inputs)
    named = replace(result.content, name=task.record["name"], inputs=task.record["inputs"])
    write(StudyResult(named), there, task.lang, task.record["command"])


def _sweep_folder(task: _Task) -> Path:
    """Return the folder of the sweep that a study was made from; raises ``ScenarioError``."""
    wanted = task.asked["sweep"]
    sweep = task.sweep or _beside(task.folder, wanted)
    if sweep is None:
        what = Message("the sweep {wanted} that it is based on is not beside it", wanted=wanted)
        usage_error(str(task.folder), what, "name its folder with --sweep")
    found = read_manifest(sweep)["id"]
    if found != wanted:
        usage_error(
            str(sweep),
            Message("this is {found}, not the sweep {wanted}", found=found, wanted=wanted),
            "give another folder",
        )
    return sweep


def _beside(folder: Path, wanted: str) -> Path | None:
    """Return the folder of a sweep by its id, among those beside a discovery."""
    for other in sorted(folder.resolve().parent.iterdir()):
        ours = (other / DESIGN).is_file() and kind_of(other) == "sweep"
        if ours and read_manifest(other)["id"] == wanted:
            return other
    return None


def _sweep(task: _Task, there: Path) -> None:
    design = verified_file(task.folder, task.record, DESIGN)

    def resolved(names: Sequence[str]) -> Loaded:
        return task.resolved("+".join(Path(name).stem for name in names))

    plan = expand_design(read_design(design), task.folder, resolved)
    planned = Sweep(task.record["name"], plan, design.read_text("utf-8"))
    record = task.record
    replications = plan.design.settings.replications
    with task.watch(planned.name, len(plan) * replications) as tell:
        run_sweep(
            planned,
            there,
            task.workers,
            in_replications(tell, replications),
            record["inputs"],
            record["command"],
            task.lang,
        )


def _refused(folder: Path, kind: str) -> NoReturn:
    made_of = "reproduce the folder of the run it was made of"
    advice = {
        "answers": "recreate it: opvangsim answer all",
        "charts": made_of,
        "tables": made_of,
        "scorecard": "recreate it: opvangsim hindcast",
    }.get(kind, "give the folder of a run or of a study")
    usage_error(
        str(folder),
        Message("a folder of '{kind}' does not hold all that it was made from", kind=kind),
        advice,
    )


def _inputs(record: Mapping[str, Any]) -> list[EnvironmentChange]:
    """Return the inputs whose files have changed since, where the file is known."""
    words = record["asked"].get("words", [])
    known = {file.name: file for file in shipped().values()}
    known |= {Path(word).name: Path(word) for word in words if Path(word).is_file()}
    found = []
    for name, mark in record["inputs"].items():
        now = digest(known[name]) if name in known else mark
        if now != mark:
            found.append(EnvironmentChange("inputs", name, mark[:12], now[:12]))
    return found

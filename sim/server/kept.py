"""Runs and studies that the server keeps in its folder: made once, found by their id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..api.scenario import LoadedScenario
from ..errors import Problem, ScenarioError
from ..results.experiment import Settings
from ..results.versions import versions
from ..runs.batches import Options
from ..runs.load import read_folder
from ..runs.manifest import is_run
from ..runs.run import execute, run_id
from ..runs.study_folder import write_study
from ..scenario import checked_until
from ..studies import STUDIES
from ..studies.base import Inputs, run_study, watch_of
from ..studies.options import StudyOptions
from .call import Call

DIGITS = 12


def run_folder(call: Call, scenario: LoadedScenario, settings: Settings) -> tuple[Path, bool]:
    """Return the folder of a run, and whether it was there already."""
    options = Options(**asdict(settings), workers=call.workers, charts=False)
    until = checked_until(scenario.model, options.until)
    identity = run_id(scenario.model, options, until)
    folder = call.folder / identity

    def simulate() -> None:
        words = [word for name in scenario.names for word in ("+", name)][1:]
        words += [word for text in scenario.sets for word in ("--set", text)]
        inputs = scenario.loaded.inputs
        call.total = settings.replications
        execute(scenario.model, scenario.name, options, folder, call.tell, inputs, words)

    return folder, _made_once(call, folder, simulate)


def study_folder(
    call: Call, study: str, scenarios: list[LoadedScenario], options: StudyOptions, command: str
) -> tuple[Path, bool]:
    """Return the folder of a study, and whether it was there already."""
    models = [one.model.model_dump(mode="json", by_alias=True) for one in scenarios]
    names = [one.name for one in scenarios]
    asked = [study, names, models, options.model_dump(mode="json"), versions()]
    text = json.dumps(asked, sort_keys=True, ensure_ascii=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
    folder = call.folder / f"{STUDIES[study].slug}-{digest}"

    def simulate() -> None:
        loaded = tuple(one.loaded for one in scenarios)
        inputs = Inputs(loaded, workers=call.workers, watch=watch_of(call.tell))
        result = run_study(STUDIES[study], options, lambda: inputs)
        call.check()
        write_study(result.content, folder, command=command)

    return folder, _made_once(call, folder, simulate)


def _made_once(call: Call, folder: Path, simulate: Callable[[], None]) -> bool:
    """Simulate unless the folder is there; return whether it was. What is damaged is made anew."""
    if _is_whole(folder):
        return True
    with call.turn():
        # Another call may have made it in the meantime.
        if _is_whole(folder):
            return True
        simulate()
    return False


def _is_whole(folder: Path) -> bool:
    """Return whether a folder has a valid manifest, and every file is as that says."""
    if folder.is_symlink() or not is_run(folder):
        return False
    try:
        opened = read_folder(folder)
        for name in opened.record["files"]:
            if name.endswith(".csv"):
                opened.text(name)
    except ScenarioError:
        return False
    return True


def folder_of(call: Call, identity: str) -> Path:
    """Return the folder of a kept run or study; raises ``ScenarioError`` if there is none."""
    for folder in (call.folder / identity, *sorted(call.folder.glob("*-*"))):
        if not folder.is_symlink() and _id_of(folder) == identity:
            return folder
    what = "no run or study of this id is kept here"
    raise ScenarioError([Problem(identity, what, "run it first")])


def _id_of(folder: Path) -> str | None:
    if not is_run(folder):
        return None
    try:
        record: Mapping[str, Any] = read_folder(folder).record
    except ScenarioError:
        return None
    return str(record.get("id"))

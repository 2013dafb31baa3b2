"""Load the scenario of a call: shipped names, the text of a patch, and overrides; never a path."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from ..api.scenario import LoadedScenario
from ..api.scenario import load as load_scenario
from ..errors import Location, Message, Problem, ScenarioError, usage_error
from ..runs.atomic import refuse_link, write_atomic
from ..scenario import shipped
from ..scenario.yaml_reader import SourceText, read_text
from .arguments import ScenarioInput

PATCHES = "patches"
"""Folder of the patches of calls, below that of the server; a file is named by its content."""
REFUSED = "posterior"
"""The one key that names a file: the draws of a nowcast."""
NO_FILES = "this key names a file, and no file is read here"
DIGITS = 12
DAY = re.compile(r"\d{4}-\d{2}-\d{2}$", re.ASCII)
YEAR = re.compile(r"\d{4}$", re.ASCII)


def load(asked: ScenarioInput, folder: Path) -> LoadedScenario:
    """Load a scenario; the text of a patch is kept below ``folder`` if it is valid.

    Raises ``ScenarioError`` for unknown names and keys, for every mistake in the patch, and for
    whatever would read a file that is not shipped.
    """
    names = (asked.name, *asked.patches)
    known = shipped()
    for name in names:
        if name not in known:
            usage_error(name, "there is no shipped scenario of this name", "see list_scenarios")
    for key in asked.overrides:
        if key.partition(".")[0] == REFUSED:
            usage_error(key, NO_FILES, "leave it out")
    changes = {key: _as_in_a_file(value) for key, value in asked.overrides.items()}
    try:
        if asked.patch is None:
            return _loaded(names, changes)
        with _kept_patch(asked.patch, folder) as file:
            return _loaded((*names, str(file)), changes)
    except ScenarioError as error:
        raise ScenarioError([without_path(problem) for problem in error.problems]) from None


def _loaded(names: tuple[str, ...], changes: dict[str, Any]) -> LoadedScenario:
    scenario = load_scenario(*names)
    return scenario.override(changes) if changes else scenario


def _as_in_a_file(value: Any) -> Any:
    """Return a value of JSON as YAML has it: years and days as keys are no texts."""
    if isinstance(value, dict):
        return {_day(key): _as_in_a_file(item) for key, item in value.items()}
    return [_as_in_a_file(item) for item in value] if isinstance(value, list) else value


def _day(key: str) -> str | int | date:
    if YEAR.match(key):
        return int(key)
    try:
        return date.fromisoformat(key) if DAY.match(key) else key
    except ValueError:
        return key


@contextmanager
def _kept_patch(text: str, folder: Path) -> Iterator[Path]:
    """Provide a file with the text of a patch; it is removed if the patch is not valid."""
    _refuse_files(read_text(text, "patch"))
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
    file = folder / PATCHES / f"patch-{digest}.yaml"
    refuse_link(folder)
    refuse_link(file.parent)
    file.parent.mkdir(parents=True, exist_ok=True)
    was_there = file.is_file()
    if not was_there:
        write_atomic(file, text.encode())
    try:
        yield file
    except ScenarioError:
        if not was_there:
            file.unlink(missing_ok=True)
        raise


def _refuse_files(patch: SourceText) -> None:
    """Refuse a patch that names anything but shipped scenarios."""
    known = shipped()
    for key in patch.data:
        if str(key).partition(".")[0] == REFUSED:
            raise ScenarioError(
                [Problem(patch.key_place((str(key),)), NO_FILES, "leave this key out")]
            )
    named = patch.data.get("extends")
    if named is None:
        what = "this patch has no 'extends:' line"
        raise ScenarioError([Problem(patch.place(0, 0), what, "begin with: extends: baseline")])
    for item in named if isinstance(named, list) else [named]:
        if not isinstance(item, str) or item.removesuffix(".yaml") not in known:
            what = Message("extends '{name}': a patch here extends shipped scenarios alone",
                           name=str(item)[:100])  # fmt: skip
            where = patch.key_place(("extends",))
            raise ScenarioError([Problem(where, what, "as in: extends: baseline")])


def without_path(problem: Problem) -> Problem:
    """Return a problem that names a file without its folder, which is nobody's concern."""
    where = problem.where
    if isinstance(where, Location):
        bare = replace(where, file=Path(where.file).name)
        return replace(problem, where=bare)
    return replace(problem, where=Path(where).name) if "/" in where else problem

"""Run a scenario from Python, or condition it on figures and run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import usage_error
from ..export.start_file import write_start
from ..hindcast.observations import read_observations
from ..notebook.axes import check_language
from ..notebook.progress import progress
from ..report.i18n import Language
from ..results.executor import open_workers
from ..runs.batches import Options
from ..runs.given_figures import figures_of, read_figures
from ..runs.nowcast import PATCH, Source, nowcast, seen_from
from ..runs.precise import parse_precision
from ..runs.run import execute
from ..studies.base import settings_of
from ..studies.options import SimulationOptions
from .python_names import day_of_python
from .result import Result, folder_for, kept

if TYPE_CHECKING:
    from .scenario import LoadedScenario

Place = str | Path | None


def simulate(
    scenario: LoadedScenario,
    settings: Mapping[str, Any],
    *,
    workers: int,
    executor: str | None,
    out: Place,
    lang: Language,
    precision: float | str | None,
    observed: Place,
    as_of: date | str | None,
) -> Result:
    """Run a scenario; everything that was given is checked before the first step."""
    options = replace(
        _options(settings, out, lang),
        precision=parse_precision(precision),
        observed=figures_of(observed, day_of_python(as_of, "as_of")),
    )
    if options.precision is not None and options.replications != Options.replications:
        what = "the precision decides the number of replications"
        usage_error("precision", what, "leave out replications")
    words = [word for name in scenario.names for word in ("+", name)][1:]
    words += [word for text in scenario.sets for word in ("--set", text)]
    folder, temporary = folder_for(out, scenario.name)
    with open_workers(executor, workers) as pool:
        options = replace(options, workers=pool)
        inputs = scenario.loaded.inputs
        with progress(scenario.name, options.replications, lang) as tell:
            execute(scenario.model, scenario.name, options, folder, tell, inputs, words)
    return kept(scenario, folder, temporary)


def condition(
    scenario: LoadedScenario,
    settings: Mapping[str, Any],
    load: Callable[[Path], LoadedScenario],
    *,
    observed: str | Path,
    as_of: date | str,
    workers: int,
    executor: str | None,
    out: Place,
    lang: Language,
) -> Result:
    """Condition a scenario on figures and run it; ``load`` loads the conditioned one."""
    options = _options(settings, out, lang)
    day = day_of_python(as_of, "as_of")
    assert day is not None
    figures = read_figures(Path(observed), day)
    name = f"{scenario.name}-{day}"
    folder, temporary = folder_for(out, name)
    seen = seen_from(folder, scenario.names)
    source = Source(scenario.model, figures, day, seen, scenario.sets)
    command = f"{scenario.expression}.nowcast({str(observed)!r}, {day!r}, **{dict(settings)!r})"
    with open_workers(executor, workers) as pool:
        options = replace(options, workers=pool)
        with progress(name, options.replications, lang) as tell:
            nowcast(source, name, options, folder, tell, scenario.loaded.inputs, command)
    patch = folder / PATCH
    return kept(load(patch) if patch.is_file() else scenario, folder, temporary)


def write_later_start(
    scenario: LoadedScenario,
    settings: Mapping[str, Any],
    day: date | str,
    observed: str | Path,
    file: Path,
    as_of: date | str | None,
) -> None:
    """Write the scenario that starts on a later day; raises ``ScenarioError``."""
    if scenario.sets:
        what = "a patch on the files can't hold numbers that were set in Python"
        usage_error("start_on", what, "put them into a patch file first")
    first = day_of_python(day, "day")
    assert first is not None
    asked = settings_of(SimulationOptions.parse(settings))
    figures, known = read_observations(Path(observed)), day_of_python(as_of, "as_of")
    write_start(scenario.loaded, scenario.names, figures, first, known, asked, file)


def _options(settings: Mapping[str, Any], out: Place, lang: Language) -> Options:
    """Check settings and language, and return them as options of a run."""
    check_language(lang)
    asked = SimulationOptions.parse(settings)
    return Options(
        asked.replications, asked.seed, asked.step, asked.until, asked.uncertainty,
        charts=out is not None, lang=lang,
    )  # fmt: skip

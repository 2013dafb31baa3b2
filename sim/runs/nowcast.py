"""Condition a scenario on observations, run it, and write its folder.

The folder is that of a run of the conditioned scenario, and holds what it was made from: the
scenario before (``scenario.prior.yaml``) and the observations (``observed.csv``). To it come
``posterior.csv`` (each number before and after), ``figures.csv`` (each observation, how the run
sees it, and its misfit), the joint draws, and ``nowcast.yaml``, a patch that names them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from ..hindcast.conditioning import Nowcast, condition
from ..results.experiment import Progress
from ..scenario import (
    Posterior,
    Scenario,
    Text,
    checked_until,
    dump,
    shipped,
    write_draws,
    yaml_writer,
)
from .batches import Options
from .given_figures import GivenFigures
from .run import Further, Run, execute

PRIOR, PATCH = "scenario.prior.yaml", "nowcast.yaml"
CSV_NUMBERS = "%.10g"


@dataclass(frozen=True)
class Source:
    """What a nowcast is made from: a scenario, and a file of observations as known on a day.

    ``extends`` and ``sets`` are the files and overrides that make the scenario, seen from the
    folder of the nowcast.
    """

    scenario: Scenario
    observed: GivenFigures
    as_of: date
    extends: tuple[str, ...] = (PRIOR,)
    sets: tuple[str, ...] = ()


def seen_from(folder: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of scenario files as a file in ``folder`` writes them."""
    return tuple(
        name if name.removesuffix(".yaml") in shipped() and not Path(name).is_file()
        else Path(os.path.relpath(name, folder)).as_posix()
        for name in names
    )  # fmt: skip


def nowcast(
    source: Source,
    name: str,
    options: Options,
    folder: Path,
    progress: Progress | None = None,
    inputs: Mapping[str, str] | None = None,
    command: str = "",
) -> tuple[Run, Nowcast]:
    """Condition a scenario on the observations of a day, run it on, and write its folder.

    The run is shown with the observations as any other that is given figures: in its charts, and
    with what was spent in its cost by month. Without an observation to condition on it is that of
    the scenario itself. Raises ``ScenarioError`` as ``condition`` and ``execute`` do.
    """
    options = replace(options, observed=source.observed)
    settings = replace(options, until=checked_until(source.scenario, options.until))
    found = condition(
        source.scenario, source.observed.every, source.as_of, settings, options.workers, progress
    )
    with TemporaryDirectory(prefix="opvangsim-") as keeper:
        conditioned = _conditioned(source, found, options, Path(keeper))
        record = {
            "as_of": source.as_of.isoformat(),
            "used": len(found.choice.used),
            "extends": list(source.extends),
            "sets": list(source.sets),
        }
        further = Further(_texts(source, found, conditioned), {"nowcast": record}, command)
        run = execute(conditioned, name, options, folder, progress, inputs, (name,), further)
    return replace(run, scenario=_in_folder(run.scenario, folder)), found


def _in_folder(scenario: Scenario, folder: Path) -> Scenario:
    """Return a scenario whose draws are those in a folder."""
    if scenario.posterior is None:
        return scenario
    file = folder / scenario.posterior.file.name
    posterior = scenario.posterior.model_copy(update={"file": file})
    return scenario.model_copy(update={"posterior": posterior})


def _conditioned(source: Source, found: Nowcast, options: Options, folder: Path) -> Scenario:
    """Return the scenario with its draws, which are written to a folder."""
    if not found.draws:
        return source.scenario
    file, digest = write_draws(folder, found.draws, found.numbers)
    posterior = Posterior(
        file=file,
        sha256=digest,
        seed=options.seed,
        step=options.step,
        replications=options.replications,
        as_of=source.as_of,
    )
    head = {key: Text.model_validate(texts) for key, texts in _head(source).items()}
    return source.scenario.model_copy(update={**head, "posterior": posterior})


def _head(source: Source) -> dict[str, dict[str, str]]:
    """Return title and description of the conditioned scenario, which charts and memos show."""
    day, title = source.as_of, source.scenario.title
    return {
        "title": {
            "en": f"{title.en}, figures to {day}",
            "nl": f"{title.nl}, cijfers tot en met {day}",
        },
        "description": {
            "en": f"Conditioned on the figures published by {day}.",
            "nl": f"Geconditioneerd op de cijfers die op {day} gepubliceerd waren.",
        },
    }


def _texts(source: Source, found: Nowcast, conditioned: Scenario) -> dict[str, str]:
    """Return the further files of the folder by name."""
    tables = {"posterior.csv": found.parameters, "figures.csv": found.figures}
    texts = {name: _csv(table) for name, table in tables.items()} | {PRIOR: dump(source.scenario)}
    if conditioned.posterior is not None:
        texts[PATCH] = _patch(source, conditioned.posterior)
    return texts


def _csv(table: pd.DataFrame) -> str:
    text: str = table.to_csv(index=False, float_format=CSV_NUMBERS, lineterminator="\n")
    return text


def _patch(source: Source, posterior: Posterior) -> str:
    """Return a patch that names the draws, so that others can be chained after it."""
    head: dict[str, Any] = {"extends": list(source.extends), **_head(source)}
    sets = "".join(f"{key}: {value}\n" for key, _, value in (s.partition("=") for s in source.sets))
    draws = {"posterior": posterior.model_dump(mode="json")}
    return _yaml(head) + sets + _yaml(draws)


def _yaml(data: dict[str, Any]) -> str:
    return yaml_writer.patch_text(data)

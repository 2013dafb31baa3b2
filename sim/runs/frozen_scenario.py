"""The scenario of a frozen forecast, so that the forecast can be run again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from ..errors import Message, Problem, ScenarioError, as_message
from ..scenario import Scenario, load
from .frozen import FrozenForecast


@contextmanager
def scenario_of(
    forecast: FrozenForecast, folder: Path, draws: Path | None = None
) -> Iterator[Scenario]:
    """Give the scenario of a forecast, whose draws can be read as long as the context lasts.

    A scenario that was conditioned on observations takes its joint draws from ``draws``, else from
    the file in ``folder`` that it names. Raises ``ScenarioError`` if they are not there, or if this
    version can't read the scenario.
    """
    with tempfile.TemporaryDirectory(prefix="opvangsim-") as place:
        file = Path(place) / "scenario.yaml"
        file.write_text(forecast.record.resolved, "utf-8", newline="\n")
        name = _draws_named_in(forecast.record.resolved)
        if name is not None:
            source = draws or folder / name
            if not source.is_file():
                what: str = Message(
                    "this forecast has joint draws in a file of its own, {name}", name=name
                )
                advice: str = Message(
                    "give it with --draws: it is in the folder of the run {run}",
                    run=forecast.record.run,
                )
                raise ScenarioError([Problem(str(source), what, advice)])
            shutil.copyfile(source, Path(place) / name)
        try:
            scenario = load(file)
        except ScenarioError as error:
            version, first = forecast.record.versions["opvangsim"], error.problems[0].what
            what = Message(
                "version {version} wrote this scenario, and it cannot be read: {first}",
                version=version,
                first=as_message(first),
            )
            advice = "repeat the run, then freeze it"
            raise ScenarioError([Problem(forecast.file, what, advice)]) from None
        yield scenario


def _draws_named_in(text: str) -> str | None:
    try:
        content = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return None  # Reported when the scenario is loaded.
    posterior = content.get("posterior") if isinstance(content, dict) else None
    name = posterior.get("file") if isinstance(posterior, dict) else None
    return Path(name).name if isinstance(name, str) else None

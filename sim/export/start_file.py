"""Write a scenario for a later start as a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ..errors import Message, usage_error
from ..hindcast.later_start import StartValue, later_start
from ..hindcast.observations import Observation
from ..hindcast.start_patch import checked_patch, start_patch
from ..results.experiment import Settings
from ..runs.nowcast import seen_from
from ..scenario import Loaded, check_file_name
from .safe_write import write_file


def write_start(
    base: Loaded,
    names: Sequence[str],
    observations: Sequence[Observation],
    day: date,
    as_of: date | None,
    settings: Settings,
    file: Path,
) -> dict[str, StartValue]:
    """Write a patch that moves the start of a scenario, and return its values.

    ``names`` are the files that the base was loaded from. Raises ``ScenarioError`` as
    ``later_start`` does, if the scenario can't start, or if the file is there already.
    """
    if file.suffix != ".yaml":
        usage_error(
            "--out",
            Message("{file} is not the name of a scenario file", file=file),
            "as in NAME.yaml",
        )
    check_file_name(file)
    if os.path.lexists(file):
        usage_error(str(file), "this file already exists", "choose another name, or remove it")
    values = later_start(base.scenario, observations, day, as_of, settings)
    extends = seen_from(file.absolute().parent, tuple(names))
    text = start_patch(base.scenario, extends, day, values)
    checked_patch(base, text, file)
    write_file(file, text.encode())
    return values

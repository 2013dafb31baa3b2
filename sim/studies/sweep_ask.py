"""A design file, found and planned."""

from __future__ import annotations

from pathlib import Path

from ..errors import usage_error
from ..runs.manifest import digest
from ..scenario import check_file_name, shipped_folder
from ..scenario import inputs_of as texts_of
from .design import read_design
from .design_points import expand_design
from .sweep import Sweep


def design_file(file: Path) -> Path:
    """A design by its path, or by the bare name of a shipped one; raises ``ScenarioError``."""
    shelf = shipped_folder() / "designs" / f"{file.name.removesuffix('.yaml')}.yaml"
    if not file.is_file() and len(file.parts) == 1 and shelf.is_file():
        return shelf
    if not file.is_file():
        known = ", ".join(sorted(one.stem for one in shelf.parent.glob("*.yaml")))
        usage_error(str(file), "there is no such file", f"give a design file, or one of: {known}")
    check_file_name(file)
    return file


def planned_sweep(file: Path) -> Sweep:
    """The sweep of a design file; raises ``ScenarioError`` with every mistake in it."""
    return Sweep(file.stem, expand_design(read_design(file), file.parent), file.read_text("utf-8"))


def inputs_of(sweep: Sweep, file: Path) -> dict[str, str]:
    """SHA-256 of the texts a sweep was made of, by name: its design, and its scenarios."""
    return {file.name: digest(file)} | texts_of(*sweep.plan.bases.values())

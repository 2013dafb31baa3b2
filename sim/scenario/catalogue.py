"""Shipped scenarios, and the lookup of a scenario file by name or path."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from difflib import get_close_matches
from importlib import resources
from pathlib import Path

from ..errors import Location, Message, Problem, ScenarioError, any_of, reason_of, usage_error

ENDINGS = (".yaml", ".yml")
_SCENARIO = re.compile(rb"^(?:\xef\xbb\xbf)?(extends|title|description)[ \t]*:", re.MULTILINE)
_HEAD_BYTES = 100_000
_PORTS = (f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))
DEVICES = ("CON", "PRN", "AUX", "NUL", *_PORTS)
"""Names that Windows keeps for devices, with any ending."""
MOST_SUGGESTED = 3
"""Most names that are suggested."""
LEAST_ASKED = 3
"""Least letters of a part of a name by which it is suggested."""
LONGEST_ASKED = 100
"""Longest part of a name that others are compared with."""


def shipped_folder() -> Path:
    """Return the folder of the shipped scenarios (of the package or the checkout)."""
    inside = Path(str(resources.files("sim"))) / "shipped_scenarios"
    return inside if inside.is_dir() else Path(str(resources.files("sim"))).parent / "scenarios"


def shipped() -> dict[str, Path]:
    """Return the names of the shipped scenarios and their files."""
    return {file.stem: file for file in sorted(shipped_folder().glob("*.yaml"))}


def find(name: str) -> Path:
    """Find the file of a scenario by path or shipped name; raises ``ScenarioError``."""
    known = shipped()
    if name in known:
        return known[name]
    path = Path(name)
    try:
        if path.is_file():
            check_file_name(path)
            return path
        what = "this is a folder, not a scenario file" if path.is_dir() else "no such scenario"
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        what = Message("cannot be read: {reason}", reason=reason)
        name = name if len(name) < 200 else f"{name[:200]}..."
    raise ScenarioError([Problem(name, what, similar_names(name, Path()))])


def similar_names(name: str, folder: Path) -> str:
    """Return as advice which scenarios have a name like one that is not there, and where all are.

    They are the shipped ones, and the files beside the one that is asked for from a folder.
    """
    asked = folder / name
    beside: list[str] = []
    with suppress(OSError, ValueError):
        beside = [str(Path(name).parent / file.name) for file in asked.parent.glob("*.yaml")]
    names = {Path(one).stem.lower(): one for one in (*beside, *shipped())}
    stem = Path(name[:LONGEST_ASKED]).stem.lower()
    close = [names[found] for found in get_close_matches(stem, names, MOST_SUGGESTED, 0.6)]
    close += [
        one
        for key, one in names.items()
        if len(stem) >= LEAST_ASKED and stem in key and one not in close
    ]
    if not close:
        return "give the path of a YAML file or a shipped name: opvangsim scenario list shows all"
    told = any_of(f"'{one}'" for one in close[:MOST_SUGGESTED])
    return Message("did you mean {names}? opvangsim scenario list shows all", names=told)


def relative_name(name: str, folder: Path) -> str:
    """Return how a file in a folder names a scenario: a shipped one, or a path with ``/``."""
    if name in shipped():
        return name
    file = Path(name).absolute()
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # On Windows there is no path from one drive to another.
        return file.as_posix()


def check_file_name(file: Path) -> None:
    """Refuse file names that can't name a results folder, be displayed or be put in a table.

    A spreadsheet would take a text that begins like a formula for one. What Windows can't have in
    a name is refused everywhere, since folders of results are passed on.
    """
    stem, name = file.stem, file.name
    is_formula = stem[:1] in ("", "=", "+", "-", "@")
    if is_formula or not name.isprintable() or not _is_portable(stem):
        what = "not a valid name for a scenario"
        raise ScenarioError(
            [Problem(str(file), what, "rename the file: its results get that name")]
        )


def _is_portable(name: str) -> bool:
    """Return whether each system can have a folder of this name."""
    is_device = name.partition(".")[0].rstrip(" ").upper() in DEVICES
    return not is_device and not set(name) & set('<>:"|?*\\') and name[-1:] not in (".", " ")


def named_in_a_file(file: Path, where: Location | str) -> Path:
    """Resolve a file that another file names; it must look like a scenario by name and content.

    A user who is given a file has not chosen what it refers to. It may refer to scenarios
    and to nothing else, links followed; of other files the message reveals nothing.
    Raises ``ScenarioError``.
    """
    advice = "name a scenario file (.yaml), or a shipped scenario"
    what = Message("'{file}' is no scenario", file=file)
    if file.suffix not in ENDINGS or file.resolve().suffix not in ENDINGS:
        what = Message("'{file}' is no scenario: its name does not end in .yaml", file=file)
        raise ScenarioError([Problem(where, what, advice)])
    try:
        with file.open("rb") as stream:
            begins = stream.read(_HEAD_BYTES)
    except OSError as error:
        told = Message("'{file}' cannot be read: {reason}", file=file, reason=reason_of(error))
        raise ScenarioError([Problem(where, told, advice)]) from None
    if _SCENARIO.search(begins) is None:
        advice = "a scenario has a title, and names the scenario it is based on with 'extends'"
        raise ScenarioError([Problem(where, what, advice)])
    return file


def design_file(file: Path) -> Path:
    """Find a design by path or shipped name; raises ``ScenarioError``."""
    shelf = shipped_folder() / "designs" / f"{file.name.removesuffix('.yaml')}.yaml"
    if not file.is_file() and len(file.parts) == 1 and shelf.is_file():
        return shelf
    if not file.is_file():
        known = ", ".join(sorted(item.stem for item in shelf.parent.glob("*.yaml")))
        usage_error(
            str(file),
            "there is no such file",
            Message("give a design file, or one of: {known}", known=known),
        )
    check_file_name(file)
    return file

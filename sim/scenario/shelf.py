"""The scenarios that come with the package, and how a name becomes a file."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from ..errors import Problem, ScenarioError


def shipped_folder() -> Path:
    """Folder of the scenarios that come with the package (or with the checkout)."""
    inside = Path(str(resources.files("sim"))) / "shipped_scenarios"
    return inside if inside.is_dir() else Path(str(resources.files("sim"))).parent / "scenarios"


def shipped() -> dict[str, Path]:
    """Names of the shipped scenarios and their files."""
    return {file.stem: file for file in sorted(shipped_folder().glob("*.yaml"))}


def find(name: str) -> Path:
    """File of a scenario given as a path or as a shipped name; raises ``ScenarioError``."""
    known = shipped()
    if name in known:
        return known[name]
    path = Path(name)
    try:
        if path.is_file():
            return path
        what = "this is a folder, not a scenario file" if path.is_dir() else "no such scenario"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        what = f"cannot be read: {reason}"
        name = name if len(name) < 200 else f"{name[:200]}..."
    advice = f"give the path of a YAML file, or one of: {', '.join(known)}"
    raise ScenarioError([Problem(name, what, advice)])

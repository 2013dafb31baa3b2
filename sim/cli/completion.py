"""Shell completion of what is typed: names of scenarios, keys, and entries of a group."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from typer.core import CompletionItem  # type: ignore[attr-defined]

LEAF = {"value", "values", "by"}
"""Keys inside a number, which are not offered."""


def items(found: Iterable[tuple[str, str]]) -> list[CompletionItem]:
    """Return words with what is said of each, as the shell is given them."""
    return [CompletionItem(word, help=about) for word, about in found]


def complete_scenario(incomplete: str) -> list[str]:
    """Return shipped names and files here that begin so; of a chain A+B the part after the +."""
    from ..scenario import shipped

    before, plus, last = incomplete.rpartition("+")
    if "/" in last:
        folder = Path(last.rpartition("/")[0] or "/")
        files = [f"{folder.as_posix().rstrip('/')}/{name}" for name in _files(folder)]
        return [f"{before}{plus}{name}" for name in files if name.startswith(last)]
    names = [*shipped(), *_files(Path())]
    return [f"{before}{plus}{name}" for name in names if name.startswith(last)]


def _files(folder: Path) -> list[str]:
    """Return the scenario files in a folder, and its folders, by name."""
    if not folder.is_dir():
        return []
    found = [one for one in folder.iterdir() if not one.name.startswith(".")]
    names = [f"{one.name}/" for one in found if one.is_dir()]
    return sorted([*names, *(one.name for one in found if one.suffix in (".yaml", ".yml"))])


def complete_key(incomplete: str) -> list[str]:
    """Return the keys of the baseline that begin so, one level further than what is typed.

    They are read from its file: checking it would take longer than a completion may.
    """
    import yaml

    from ..scenario import find

    tree = yaml.load(find("baseline").read_text("utf-8"), Loader=yaml.CSafeLoader)
    *above, _ = incomplete.split(".")
    for part in above:
        tree = tree.get(part, {}) if isinstance(tree, dict) else {}
    names = tree if isinstance(tree, dict) and not LEAF & set(tree) else {}
    found = [".".join([*above, str(name)]) for name in names]
    fitting = sorted(key for key in found if key.startswith(incomplete))
    if len(fitting) == 1 and fitting[0] != incomplete:
        return complete_key(f"{fitting[0]}.") or fitting
    return fitting


def complete_scenario_or_key(incomplete: str) -> list[str]:
    """Return scenarios and keys that begin so: which of both is typed shows itself."""
    return [*complete_scenario(incomplete), *complete_key(incomplete)]

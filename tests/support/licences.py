"""The table of docs/reference/licences.md: what a run needs, its versions and licences."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "licences.md"
LOCK = ROOT / "locks" / "runtime.txt"
TABLE = re.compile(r"(<!-- licences: .*?-->\n\n)(.*?)(\n<!-- end of licences -->)", re.S)
ELSEWHERE = {"colorama": "BSD License"}
"""Licences of packages that are locked for other systems than Linux, and not installed here."""


def locked() -> dict[str, list[str]]:
    """Locked versions by package; there are two where versions of Python need different ones."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", LOCK.read_text("utf-8"), re.M):
        found.setdefault(name, []).append(version)
    return found


def licence(name: str) -> str:
    """Licence of a package as its own metadata state it: expression, classifier or text."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    told = metadata.metadata(name)
    (expression,) = told.get_all("License-Expression") or [""]
    classifiers = [str(each) for each in told.get_all("Classifier") or []]
    named = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License :: ")]
    (text,) = told.get_all("License") or [""]
    return str(expression) or ", ".join(named) or str(text).partition("\n")[0]


def table() -> str:
    """The table as Markdown."""
    rows = [f"| {name} | {', '.join(of)} | {licence(name)} |" for name, of in locked().items()]
    return "\n".join(["| package | version | licence |", "|---|---|---|", *rows]) + "\n"


def renew() -> None:
    """Write the table into the page."""
    text = PAGE.read_text("utf-8")
    PAGE.write_text(TABLE.sub(lambda found: found[1] + table() + found[3], text), "utf-8")

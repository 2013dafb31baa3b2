"""Where a file comes from: the stamp of a workbook or a chart, and whether it was changed since."""

from __future__ import annotations

from pathlib import Path

from ..errors import Problem, ScenarioError
from ..stamp import Found, find_in_chart
from .opened import ZIP_HEAD, open_workbook

MAX_BYTES = 50_000_000


def find(file: Path) -> Found:
    """The stamp of a file; raises ``ScenarioError`` if it can't be read or is not one of ours."""
    try:
        size = file.stat().st_size
        data = file.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        what = f"can't be read: {error.strerror or error}"
        raise ScenarioError([Problem(str(file), what, "name a file")]) from None
    found = open_workbook(file).found() if data.startswith(ZIP_HEAD) else find_in_chart(data)
    if found is None:
        what = "this file does not say that opvangsim made it"
        advice = "workbooks of opvangsim export and its charts (PNG, SVG, PDF) say so"
        raise ScenarioError([Problem(str(file), what, advice)])
    return found

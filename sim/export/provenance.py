"""Where a file comes from: the stamp of a workbook, memo, page or chart, and whether it changed."""

from __future__ import annotations

from pathlib import Path

from ..errors import Problem, ScenarioError
from ..runs.provenance import ProvenanceCheck, find_in_chart
from .safe_workbook import ZIP_HEAD, open_workbook
from .word_provenance import find_in_document, is_document

MAX_BYTES = 50_000_000


def find(file: Path) -> ProvenanceCheck:
    """The stamp of a file; raises ``ScenarioError`` if it can't be read or is not one of ours."""
    try:
        if file.exists() and not file.is_file():
            # A pipe or a device is never read: it may have no end.
            what = "can't be read: this is no file"
            raise ScenarioError([Problem(str(file), what, "name a file")])
        size = file.stat().st_size
        data = file.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        what = f"can't be read: {error.strerror or error}"
        raise ScenarioError([Problem(str(file), what, "name a file")]) from None
    found = _found(file, data)
    if found is None:
        what = "this file does not say that opvangsim made it"
        advice = "workbooks, memos, pages and charts of opvangsim (PNG, SVG, PDF) say so"
        raise ScenarioError([Problem(str(file), what, advice)])
    return found


def _found(file: Path, data: bytes) -> ProvenanceCheck | None:
    if not data.startswith(ZIP_HEAD):
        return find_in_chart(data)
    return find_in_document(file) if is_document(data) else open_workbook(file).found()

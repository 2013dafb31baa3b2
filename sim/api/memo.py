"""A memo of a folder, by the ending of its name."""

from __future__ import annotations

from pathlib import Path

from ..export.memo.memo import files_of, form_of, memo_of
from ..export.safe_write import write_file
from ..report.i18n import Language
from ..runs.load import read_folder


def write_memo(folder: Path, file: Path, lang: Language, question: int | None = None) -> Path:
    """Write a memo of a finished folder; raises ``ScenarioError`` if none can be made of it."""
    form = form_of(file)
    made = memo_of(read_folder(folder), lang, question)
    for target, data in files_of(made, form, file).items():
        write_file(target, data)
    return file

"""A memo of a folder, by the ending of its name."""

from __future__ import annotations

from pathlib import Path

from ..export.memo.folder import open_folder
from ..export.memo.write import files_of, form_of, memo_of
from ..export.safe_write import place
from ..report.i18n import Language


def write_memo(folder: Path, file: Path, lang: Language, question: int | None = None) -> Path:
    """Write a memo of a finished folder; raises ``ScenarioError`` if none can be made of it."""
    form = form_of(file)
    made = memo_of(open_folder(folder), lang, question)
    for target, data in files_of(made, form, file).items():
        place(target, data)
    return file

"""A memo of a folder, by the ending of its name."""

from __future__ import annotations

from pathlib import Path

from ..errors import usage_error
from ..export.memo.folder import open_folder
from ..export.memo.write import FORMS, files_of, memo_of
from ..export.safe_write import place
from ..report.i18n import Language


def write_memo(folder: Path, file: Path, lang: Language, question: int | None = None) -> Path:
    """Write a memo of a finished folder; raises ``ScenarioError`` if none can be made of it."""
    forms = [form for form in FORMS if form == file.suffix.removeprefix(".")]
    if not forms:
        endings = ", ".join(f".{form}" for form in FORMS)
        usage_error(str(file), "no form is named", f"give a name that ends in {endings}")
    made = memo_of(open_folder(folder), lang, question)
    for target, data in files_of(made, forms[0], file).items():
        place(target, data)
    return file

"""``opvangsim memo``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .common import LangChoice, language


class FormChoice(StrEnum):
    """Form of a memo."""

    docx = "docx"
    md = "md"


def memo(
    run: Annotated[
        Path,
        typer.Argument(metavar="RUN", help="Folder of a run, a study or answers."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="File: .docx or .md.")],
    form: Annotated[
        FormChoice | None, typer.Option("--format", help="Form, if the file's ending is another.")
    ] = None,
    question: Annotated[
        int | None, typer.Option(help="Of answers: one question; else those put off.")
    ] = None,
    lang: Annotated[
        LangChoice | None, typer.Option(help="Language (default: that of the folder).")
    ] = None,
) -> None:
    """Write a finished folder as a memo of two pages with an annex; nothing is run.

    A memo in Markdown has its picture in a file beside it, with the same name in .png.
    """
    from ..export.memo.memo import files_of, form_of, memo_of
    from ..export.safe_write import write_file
    from ..runs.load import read_folder

    chosen = form_of(out, form.value if form else None)
    folder = read_folder(run)
    made = memo_of(folder, language(lang) if lang else folder.lang, question)
    for file, data in files_of(made, chosen, out).items():
        write_file(file, data)
        typer.echo(str(file))

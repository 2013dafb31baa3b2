"""The form of a memo, by the name of its file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast, get_args

from ...errors import usage_error

Form = Literal["docx", "md", "pdf"]


def form_of(file: Path, chosen: Form | None = None) -> Form:
    """Return the form of a memo file: the chosen one, or else the one its ending names.

    Raises ``ScenarioError`` for any other ending.
    """
    ending = chosen or file.suffix.lower()[1:]
    for form in get_args(Form):
        if ending == form:
            return cast(Form, form)
    what = "a memo is a Word document (.docx), a PDF (.pdf) or Markdown (.md)"
    return usage_error(str(file), what, "give a name that ends in .docx, .pdf or .md, or --format")

"""The form of a memo, by the name of its file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ...errors import usage_error

Form = Literal["docx", "md"]


def form_of(file: Path, chosen: Form | None = None) -> Form:
    """Return the form of a memo file: the chosen one, or else the one its ending names.

    Raises ``ScenarioError`` for any other ending.
    """
    ending = chosen or file.suffix.lower()[1:]
    if ending == "docx":
        return "docx"
    if ending == "md":
        return "md"
    what = "a memo is a Word document (.docx) or Markdown (.md)"
    return usage_error(str(file), what, "give a name that ends in .docx or .md, or --format")

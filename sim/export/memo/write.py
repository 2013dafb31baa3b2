"""Write the memo of a finished folder as a Word document or as Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ...errors import Problem, ScenarioError, usage_error
from ...report.i18n import Language
from ...runs.provenance import marked
from .content import Memo
from .folder import Folder

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


def memo_of(folder: Folder, lang: Language, question: int | None = None) -> Memo:
    """What a folder says; ``question`` is one of the book's.

    Raises ``ScenarioError`` if its files were changed, or if a question is asked of what has none.
    """
    kind = folder.record["kind"]
    if kind == "answers":
        from .answers import memo_of_answers

        return memo_of_answers(folder, lang, question)
    if question is not None:
        what = f"{folder.path} is the folder of '{kind}' and has no questions"
        raise ScenarioError([Problem("--question", what, "leave it out, or give outputs/answers")])
    if kind == "comparison":
        from .comparison import memo_of_comparison

        return memo_of_comparison(folder, lang)
    if kind == "explanation":
        from .explanation import memo_of_explanation

        return memo_of_explanation(folder, lang)
    from .run import memo_of_run

    return memo_of_run(folder, lang)


def files_of(memo: Memo, form: Form, file: Path) -> dict[Path, bytes]:
    """The files of a memo in a form, the one that was asked for last."""
    if form == "docx":
        from .word import document

        return {file: document(memo)}
    from .markdown import markdown

    picture = file.with_name(f"{file.name.removesuffix('.md')}.png")
    text = markdown(memo, picture.name.replace(" ", "%20"))
    return {picture: memo.picture.png, file: marked(text.encode("utf-8"), ".md", memo.stamp)}

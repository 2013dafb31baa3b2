"""Make the memo of a finished folder, and write it as a Word document, PDF or Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ...errors import Message, Problem, ScenarioError
from ...hindcast.observations import Observation
from ...report.i18n import Language
from ...runs.load import FinishedFolder
from ...runs.provenance import marked
from ...studies import study_of_kind
from .content import MEMO_FILE, Commands, Memo
from .form import Form


def memo_of(
    folder: FinishedFolder,
    lang: Language,
    question: int | None = None,
    figures: Sequence[Observation] | None = None,
) -> Memo:
    """Return the memo of a folder; ``question`` is a number of the Senate's questions.

    ``figures`` are published figures to hold a run against.

    Raises ``ScenarioError`` if no memo can be made of this kind of folder, if its files were
    changed, or if a question is asked of a folder that has none.
    """
    kind = str(folder.record["kind"])
    if figures is not None and kind != "run":
        what = Message(
            "{folder} is the folder of '{kind}', which cannot be compared with figures",
            folder=folder.path,
            kind=kind,
        )
        raise ScenarioError([Problem("--observed", what, "leave it out, or give a run")])
    if kind == "answers":
        from .answers import memo_of_answers

        return memo_of_answers(folder, lang, question)
    if question is not None:
        what = Message(
            "{folder} is the folder of '{kind}' and has no questions", folder=folder.path, kind=kind
        )
        raise ScenarioError([Problem("--question", what, "leave it out, or give outputs/answers")])
    if kind == "run":
        from .run import memo_of_run

        return memo_of_run(folder, lang, figures)
    if study_of_kind(kind):
        from .study import memo_of_study

        return memo_of_study(folder, lang)
    what = Message("there is no memo for the folder of '{kind}'", kind=kind)
    raise ScenarioError([Problem(str(folder.path), what, "give a run, a study, or answers")])


def files_of(memo: Memo, form: Form, file: Path, template: Path | None = None) -> dict[Path, bytes]:
    """Return the files of a memo in a form; the file that was asked for comes last.

    ``template`` is a Word document whose styles, page, header and footer are taken over. Raises
    ``ScenarioError`` if it can't be used, or if the form is another.
    """
    if template is not None and form != "docx":
        what = "a template is for Word alone"
        raise ScenarioError([Problem("--template", what, "leave it out, or write a .docx")])
    memo = _with_form(memo, form)
    if form == "docx":
        from .word import document

        return {file: document(memo, template)}
    if form == "pdf":
        from .pdf import pdf

        return {file: marked(pdf(memo), ".pdf", memo.stamp)}
    from .markdown import markdown

    picture = file.with_name(f"{file.name.removesuffix('.md')}.png")
    text = markdown(memo, picture.name.replace(" ", "%20"))
    files = {file: marked(text.encode("utf-8"), ".md", memo.stamp)}
    return ({picture: memo.picture.png} if memo.picture else {}) | files


def _with_form(memo: Memo, form: Form) -> Memo:
    """Return a memo whose command writes the form that it is written in."""
    name = f"memo.{form}"
    blocks = (
        Commands(tuple(line.replace(f"-o {MEMO_FILE}", f"-o {name}") for line in block.lines))
        if isinstance(block, Commands)
        else block
        for block in memo.blocks
    )
    return replace(memo, blocks=tuple(blocks))

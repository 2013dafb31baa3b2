"""Render a memo as an accessible PDF (PDF/UA-1) with typst.

The layout is ``sim/data/memo.typ``. What a memo says goes there as data and is never part of the
source, so that no sign in a title can act as markup. Only fonts of the package and of typst are
used: the same memo gives the same bytes on every machine.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, Literal

from ...errors import Message, Problem, ScenarioError, usage_error
from ...report.i18n import Language
from ...report.style import font_folder
from ...runs.provenance import NAME
from .content import SHORT, Block, Memo, MemoChart, Table, laid_out, numbered

LAYOUT = "memo.typ"
FONT = "Open Sans"
STANDARD: Literal["ua-1"] = "ua-1"
"""Typst refuses to write a PDF that breaks this standard."""
REGION: dict[Language, str] = {"nl": "NL", "en": "GB"}


def pdf(memo: Memo) -> bytes:
    """Return a memo as PDF without its provenance: the same memo gives the same bytes.

    Raises ``ScenarioError`` if typst is not installed, or refuses a text.
    """
    try:
        # The only import in a function: typst is not installed without the extra.
        import typst
    except ImportError:
        what = "a memo as PDF needs typst, which is not installed"
        usage_error("memo", what, "pip install 'opvangsim[pdf]'")
    try:
        return typst.compile(
            (resources.files("sim.data") / LAYOUT).read_bytes(),
            font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(font_folder())]),
            sys_inputs={"memo": json.dumps(_told(memo))},
            pdf_standards=STANDARD,
        )
    except typst.TypstError as error:
        what = Message("the PDF can't be made ({error})", error=error.message)
        advice = "change the text, or write the memo as a Word document (.docx)"
        raise ScenarioError([Problem("memo", what, advice)]) from None


def _told(memo: Memo) -> dict[str, Any]:
    """All that the layout shows of a memo, as JSON holds it."""
    return {
        "title": memo.title,
        "author": NAME,
        "subject": memo.stamp.scenario,
        "keywords": memo.keywords.split(", "),
        "lang": memo.lang,
        "region": REGION[memo.lang],
        "font": FONT,
        "foot": memo.foot,
        "short": SHORT,
        "blocks": [_block(*one) for one in numbered(laid_out(memo))],
    }


def _block(block: Block, word: str, _number: int) -> dict[str, Any]:
    """A block with its kind; typst counts tables and charts itself."""
    told = {"kind": type(block).__name__, "word": word} | vars(block)
    match block:
        case Table():
            told["shares"] = block.shares()
        case MemoChart():
            told["png"] = list(block.png)
    return told

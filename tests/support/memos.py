"""Folders of every kind that a memo is made of, small, and the words of a memo in any form."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from markdown_it import MarkdownIt

from sim.questions import run_studies as answers
from sim.questions.drivers import required_columns
from sim.questions.metrics import required_cells, scenario_of
from sim.questions.questions import questions
from sim.report.i18n import Language
from sim.results.experiment import Settings
from sim.studies.base import Value

from .once import once

KINDS = {name: name for name in ("closed", "short", "comparison", "explanation")} | {
    "run": "baseline"
}
"""Folders of ``support.once`` by the kind of their memo."""
ASKED = (1, 10, 13, 38, 75)
"""Questions of the small book: without a number, of fact, of money, of a chance, of a study."""
LANGUAGES: tuple[Language, Language] = ("en", "nl")
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ABOUT = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"


def shared_folders(factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One folder of each kind, and a book in both languages."""
    found = {kind: once(factory, name) for kind, name in KINDS.items()}
    books = once(factory, "memos", make_books)
    return found | {f"answers-{lang}": books / f"answers-{lang}" for lang in LANGUAGES}


def make_books(where: Path, numbers: Sequence[int] = ASKED) -> None:
    """A book of some questions in each language, its cells drawn and not run."""
    asked = [one for one in questions() if one.number in numbers]
    rng = np.random.default_rng(1)
    known = {
        name: {cell: 1e4 * rng.random(40) for cell in required_columns(scenario_of(name), cells)}
        for name, cells in required_cells(asked).items()
    }
    made_up = {
        figure.study.partition(".")[2]: Value(2e6, (1e6, 3e6), sampled=True)
        for one in asked for figure in one.figures.values() if figure.study
    }  # fmt: skip
    studied = dict.fromkeys(answers.required_studies(asked), made_up)
    found = answers.Answers(known, studied, Settings(40, 7, "week"))
    for lang in LANGUAGES:
        pages = [found.page(one, lang) for one in asked]
        command = f"opvangsim answer all --lang {lang}"
        answers.write(pages, found, where / f"answers-{lang}", lang, command)


class _Words(HTMLParser):
    """What a page says in its body: texts, and those of its pictures, foot apart."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("head", "footer")
        self.said += [text or "" for name, text in attrs if (tag, name) == ("img", "alt")]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("head", "footer")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.said.append(data)


def words_of_page(text: str) -> list[str]:
    """The words of an HTML page in order."""
    page = _Words()
    page.feed(text)
    return " ".join(page.said).split()


def words_of_markdown(text: str) -> list[str]:
    """The words of a Markdown file in order, as a reader sees them, the foot apart."""
    body = text[: text.rindex("\n---\n")]
    return words_of_page(MarkdownIt("commonmark").enable("table").render(body))


def body_of(data: bytes) -> ElementTree.Element:
    """The body of a Word document."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return ElementTree.fromstring(packed.read("word/document.xml"))


def words_of_document(data: bytes) -> list[str]:
    """The words of a Word document in order, with those of its pictures."""
    said: list[str] = []
    for part in body_of(data).iter():
        if part.tag == f"{WORD}p":
            said.append(" ")
        elif part.tag == f"{WORD}t":
            said.append(part.text or "")
        elif part.tag == f"{WORD}tab":
            said.append(" ")
        elif part.tag == ABOUT:
            said.append(f" {part.get('descr')} ")
    return "".join(said).split()

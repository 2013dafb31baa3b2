"""Memos as PDF: accessible, in their language, with every word of the memo and no other bytes."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from support.cli import Command
from support.memos import shared_folders

from sim.errors import ScenarioError
from sim.export.memo.content import (
    Commands,
    Header,
    Heading,
    Listing,
    Memo,
    MemoChart,
    Paragraph,
    Table,
    numbered,
)
from sim.export.memo.memo import files_of, memo_of
from sim.export.memo.pdf import pdf
from sim.export.provenance import find
from sim.report.i18n import Language
from sim.runs.load import read_folder
from sim.runs.provenance import Provenance

SAID: tuple[tuple[str, Language], ...] = (
    ("run", "nl"), ("run", "en"), ("comparison", "nl"), ("explanation", "en"), ("answers", "nl"),
)  # fmt: skip
HOSTILE = "#panic() *b* _i_ $x^2$ \\ @ref <label> \"q\" 'r' `raw` // no /* no */ ~ -- ... [u] = h"
"""Everything that is markup in typst, as words of a user."""
STAMP = Provenance("run", "baseline", "1", "0.2.0", "0123456789ab", "opvangsim run baseline")


def small_memo(*blocks: Any, title: str = "A title", lang: Language = "en") -> Memo:
    """A memo of a title and some blocks."""
    return Memo(title, lang, STAMP, (Heading(title, 1), *blocks))


def made_of(kind: str, lang: Language, factory: pytest.TempPathFactory) -> Memo:
    """The memo of a shared folder."""
    folders = shared_folders(factory)
    return memo_of(read_folder(folders.get(kind) or folders[f"{kind}-{lang}"]), lang)


def elements(data: bytes) -> list[dict[str, Any]]:
    """The elements of the structure that a screen reader follows, in order."""
    return list(_elements(root_of(data)["/StructTreeRoot"]))


def root_of(data: bytes) -> Any:
    """The root of a PDF, which has its language and its structure."""
    return pypdf.PdfReader(io.BytesIO(data)).trailer["/Root"]


def _elements(part: Any) -> Iterator[dict[str, Any]]:
    found = part.get_object()
    if isinstance(found, list):
        for below in found:
            yield from _elements(below)
    elif isinstance(found, dict):
        if "/S" in found:
            yield found
        if "/K" in found:
            yield from _elements(found["/K"])


def text_of(data: bytes, foot: str) -> str:
    """The text of all pages, squeezed, without the line above and below each."""
    read = pypdf.PdfReader(io.BytesIO(data))
    title = squeezed(str(read.metadata and read.metadata.title))
    pages = [squeezed(page.extract_text()) for page in read.pages]
    bare = [re.sub(rf"{squeezed(foot)}\d+/{len(pages)}$", "", page) for page in pages]
    return bare[0] + "".join(page.removeprefix(title) for page in bare[1:])


def squeezed(text: str) -> str:
    """A text without gaps, and without hyphens, since a line may end with one."""
    return re.sub(r"[\s\-\N{SOFT HYPHEN}]", "", text)


def pieces(memo: Memo) -> Iterator[str]:
    """Every text of a memo in order."""
    for block, word, number in numbered(memo):
        match block:
            case Heading() | Paragraph():
                yield block.text
            case Header():
                yield from (text for row in block.rows for text in row)
            case Listing():
                yield from block.items
            case Commands():
                yield from block.lines
            case MemoChart():
                yield f"{word} {number}. {block.caption}"
            case Table():
                yield f"{word} {number}. {block.caption}"
                yield from (cell for row in (block.heads, *block.rows) for cell in row)


def assert_says(data: bytes, memo: Memo) -> None:
    """Every text of a memo stands on its pages, in the memo's order."""
    text, place = text_of(data, memo.foot), 0
    for piece in map(squeezed, pieces(memo)):
        place = text.find(piece, place)
        assert place >= 0, piece
        place += len(piece)


@pytest.mark.long
@pytest.mark.parametrize(("kind", "lang"), SAID)
def test_every_kind_of_memo_is_an_accessible_pdf_with_all_its_words(
    tmp_path_factory: pytest.TempPathFactory, kind: str, lang: Language
) -> None:
    """Typst refuses to write what breaks PDF/UA-1; the structure is that of the blocks."""
    memo = made_of(kind, lang, tmp_path_factory)
    data = pdf(memo)
    root, found = root_of(data), elements(data)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert root["/Lang"] == {"nl": "nl-NL", "en": "en-GB"}[lang]
    kinds = [one["/S"] for one in found]
    for level in (1, 2, 3):
        heads = [one for one in memo.blocks if isinstance(one, Heading) and one.level == level]
        assert kinds.count(f"/H{level}") == len(heads)
    tables = [one for one in memo.blocks if isinstance(one, Table)]
    assert kinds.count("/Table") == kinds.count("/THead") == len(tables)
    assert kinds.count("/TH") == sum(len(table.heads) for table in tables)
    charts = [one for one in memo.blocks if isinstance(one, MemoChart)]
    assert [one["/Alt"] for one in found if "/Alt" in one] == [chart.alt for chart in charts]
    assert_says(data, memo)


def test_properties_tell_title_author_and_run_and_no_time() -> None:
    data = pdf(small_memo(title="Cost & <budget>"))
    about = pypdf.PdfReader(io.BytesIO(data)).metadata
    assert about is not None
    assert {key: str(about[key]) for key in about if key != "/Creator"} == {
        "/Title": "Cost & <budget>",
        "/Author": "opvangsim",
        "/Subject": "baseline",
        "/Keywords": "opvangsim 0.2.0, 0123456789ab, baseline",
    }


def test_markup_in_a_user_s_words_stays_words() -> None:
    table = Table(HOSTILE, (HOSTILE, HOSTILE), ((HOSTILE, HOSTILE),), (False, True))
    memo = small_memo(
        Header(((HOSTILE, HOSTILE),)), Paragraph(HOSTILE), Paragraph("= 1"), Paragraph("- 2"),
        Listing((HOSTILE, "1. x")), Commands((HOSTILE,)), table, title=HOSTILE,
    )  # fmt: skip
    data = pdf(memo)
    assert_says(data, memo)
    kinds = [one["/S"] for one in elements(data)]
    assert (kinds.count("/H1"), kinds.count("/H2"), kinds.count("/LI")) == (1, 0, 3)


@pytest.mark.long
def test_the_same_memo_gives_the_same_bytes_in_any_process() -> None:
    code = "import sys; sys.path.insert(0, 'tests'); import test_pdf as t, hashlib; " \
           "print(hashlib.sha256(t.pdf(t.small_memo(t.Paragraph('a')))).hexdigest())"  # fmt: skip
    root = Path(__file__).parents[1]
    told = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    }
    assert len(told) == 1


def test_dutch_words_are_divided_by_the_rules_of_dutch() -> None:
    """A word that is longer than a line is divided where its language does."""
    word = "begrotingsverantwoordingsregels"
    table = Table("t", ("a", "b"), ((f"{word} {word}", "x" * 60),), (False, False))
    pages = pypdf.PdfReader(io.BytesIO(pdf(small_memo(table, lang="nl")))).pages
    assert "\N{SOFT HYPHEN}" in pages[0].extract_text()


def test_a_long_table_repeats_its_heads_and_the_annex_starts_a_page() -> None:
    rows = tuple((str(row), "x") for row in range(120))
    table = Table("t", ("Headed", "b"), rows, (True, False))
    data = pdf(small_memo(table, Heading("Annex", 1, annex=True)))
    *long, last = (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    assert len(long) > 1
    assert all("Headed" in page for page in long)
    assert "Annex" in last
    assert "Headed" not in last


def test_a_sign_that_no_font_has_is_refused_with_the_sign() -> None:
    with pytest.raises(ScenarioError, match="the PDF can't be made"):
        pdf(small_memo(Paragraph("a 漢")))


def test_without_typst_the_refusal_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ScenarioError, match=r"pip install 'opvangsim\[pdf\]'"):
        pdf(small_memo())


def test_provenance_is_read_back_and_every_change_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "m.pdf"
    data = files_of(small_memo(Paragraph("a")), "pdf", file)[file]
    file.write_bytes(data)
    assert find(file).stamp == STAMP
    assert find(file).intact
    file.write_bytes(data.replace(b"/Title", b"/Titel", 1))
    assert not find(file).intact


@pytest.mark.long
def test_a_memo_is_written_beside_its_run_as_pdf(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, command: Command
) -> None:
    run = tmp_path / "baseline"
    run.symlink_to(shared_folders(tmp_path_factory)["run"])
    done = command("memo", "baseline", "--pdf")
    assert (done.returncode, done.stdout.split()) == (0, ["baseline-memo.pdf"]), done.stderr
    assert find(tmp_path / "baseline-memo.pdf").intact

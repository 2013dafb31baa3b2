"""Memos and a workbook as an office suite reads them (``make test-office``).

LibreOffice opens each file as it would for a reader, lays it out on pages and saves it again. What
it had to repair would show as words, captions or pictures that are gone.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import docx
import pytest
from support.memos import LANGUAGES, make_books, words_of_document
from support.once import run_app

from sim.export.memo.content import Heading, Table
from sim.export.memo.memo import files_of, memo_of
from sim.export.provenance import find
from sim.questions.questions import questions
from sim.report.i18n import Language, translate
from sim.runs.load import read_folder

TOOLS = ("soffice", "pdftotext", "pdfimages", "pdfinfo")
if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
    pytest.skip(f"no {', '.join(missing)} on this machine: make office", allow_module_level=True)

SMALL = ("--replications", "20", "--step", "week", "--quiet")
MADE = {
    "run": ("run", "baseline", *SMALL, "--no-charts"),
    "closed": ("run", "constrained", *SMALL, "--no-charts"),
    "comparison": ("compare", "baseline", "faster-housing", "ind-clears-backlog", "regular-27100",
                   "budget-frame-full", *SMALL),
    "explanation": ("explain", "baseline", "budget-frame-full", "--year", "2027", *SMALL),
}  # fmt: skip
"""Long tables, many scenarios, many factors: what could run over the second page."""
KINDS = (*MADE, "answers")
ALL = [(kind, lang) for kind in KINDS for lang in LANGUAGES]
MAIN_PAGES = 2
MONTHLY_PAGES, MOST_SHEETS = 8, 22
"""Printed pages of the months, and of a whole workbook at most."""
FEWEST_WORDS = 15
"""Words of a page that is not as good as empty, its foot among them."""


def office(target: str, files: list[Path], out: Path, profile: Path) -> None:
    """Let LibreOffice open files and save them in another format."""
    words = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to",
             target, "--outdir", str(out), *map(str, files)]  # fmt: skip
    subprocess.run(words, check=True, capture_output=True, timeout=100)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every memo, as a PDF, and saved again by the office suite."""
    where = tmp_path_factory.mktemp("office")
    for name, words in MADE.items():
        run_app(*words, "--out", str(where / name))
    make_books(where, [one.number for one in questions()])
    for kind, lang in ALL:
        folder = where / (kind if kind in MADE else f"{kind}-{lang}")
        file = where / f"{kind}-{lang}.docx"
        file.write_bytes(files_of(memo_of(read_folder(folder), lang), "docx", file)[file])
    run_app("export", str(where / "run"), "--xlsx", "-o", str(where / "run.xlsx"), "--lang", "nl")
    memos, book = sorted(where.glob("*.docx")), [where / "run.xlsx"]
    profile, again = where / "profile", where / "again"
    office("pdf", [*memos, *book], where / "pdf", profile)
    office("docx", memos, again, profile)
    office("xlsx", book, again, profile)
    return where


def pages_of(file: Path) -> list[str]:
    """The text of each page."""
    text = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True, text=True
    ).stdout
    return text.split("\f")[:-1]


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_the_main_part_has_at_most_two_pages_and_no_page_is_empty(
    made: Path, kind: str, lang: Language
) -> None:
    pages = pages_of(made / "pdf" / f"{kind}-{lang}.pdf")
    annex = re.compile(rf"^\s*{translate('memo_annex', lang)}\s*$", re.MULTILINE)
    begins = [number for number, text in enumerate(pages) if annex.search(text)]
    assert len(begins) == 1
    assert 1 <= begins[0] <= MAIN_PAGES
    assert min(len(text.split()) for text in pages) >= FEWEST_WORDS
    assert all(f"{number} / {len(pages)}" in text for number, text in enumerate(pages, start=1))


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_no_heading_and_no_caption_of_a_table_stands_alone_at_the_foot_of_a_page(
    made: Path, kind: str, lang: Language
) -> None:
    written = docx.Document(str(made / f"{kind}-{lang}.docx")).paragraphs
    heads = {one.text for one in written if one.style and one.style.name.startswith("Heading")}
    table = re.compile(rf"{translate('memo_table', lang)} \d+\. ")
    assert len(heads) >= 8
    for page in pages_of(made / "pdf" / f"{kind}-{lang}.pdf"):
        *_, last, _foot = [line.strip() for line in page.splitlines() if line.strip()]
        assert not any(head.endswith(last) for head in heads), last
        assert not table.match(last), last


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_picture_and_captions_are_in_the_main_part(made: Path, kind: str, lang: Language) -> None:
    file = made / "pdf" / f"{kind}-{lang}.pdf"
    main = "\n".join(pages_of(file)[:MAIN_PAGES])
    assert f"{translate('memo_figure', lang)} 1. " in main
    listed = subprocess.run(
        ["pdfimages", "-list", "-l", str(MAIN_PAGES), str(file)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert len(re.findall(r"^ +\d+ +\d+ image ", listed, re.MULTILINE)) == 1


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_a_memo_opened_and_saved_says_the_same_and_is_intact(
    made: Path, kind: str, lang: Language
) -> None:
    ours, theirs = made / f"{kind}-{lang}.docx", made / "again" / f"{kind}-{lang}.docx"
    assert words_of_document(theirs.read_bytes()) == words_of_document(ours.read_bytes())
    assert find(theirs).intact


def test_a_workbook_prints_on_few_pages(made: Path) -> None:
    """All of it, each page with the name of its sheet and its number."""
    pages = pages_of(made / "pdf" / "run.pdf")
    assert len(pages) <= MOST_SHEETS
    for number, text in enumerate(pages, start=1):
        foot = " ".join(text.split()[-4:])
        assert foot.endswith(f"{number} / {len(pages)}")
    heads = [page for page in pages if translate("sheet_months", "nl") in page.split()[-4:]]
    assert len(heads) == MONTHLY_PAGES
    assert all(translate("book_date", "nl") in page for page in heads)


@pytest.mark.parametrize(("kind", "lang"), ALL)
def test_our_pdf_has_a_structure_that_poppler_reads(
    made: Path, tmp_path: Path, kind: str, lang: Language
) -> None:
    """Headings, tables with heads, lists and a figure: what a screen reader goes by."""
    folder, file = made / (kind if kind in MADE else f"{kind}-{lang}"), tmp_path / "m.pdf"
    memo = memo_of(read_folder(folder), lang)
    file.write_bytes(files_of(memo, "pdf", file)[file])
    # Poppler prints some attributes in UTF-16 amid its UTF-8.
    told = subprocess.run(
        ["pdfinfo", "-struct-text", str(file)], check=True, capture_output=True,
        text=True, encoding="utf-8", errors="replace",
    ).stdout  # fmt: skip
    about = subprocess.run(
        ["pdfinfo", str(file)], check=True, capture_output=True, text=True
    ).stdout
    assert re.search(r"^Tagged: +yes$", about, re.MULTILINE)
    heads = [one for one in memo.blocks if isinstance(one, Heading)]
    tables = [one for one in memo.blocks if isinstance(one, Table)]
    assert re.findall(r"^ +H(\d) ", told, re.MULTILINE) == [str(one.level) for one in heads]
    assert len(re.findall(r"^ +Table\b", told, re.MULTILINE)) == len(tables)
    assert len(re.findall(r"^ +TH\b", told, re.MULTILINE)) == sum(len(one.heads) for one in tables)
    assert len(re.findall(r"^ +Figure\b", told, re.MULTILINE)) == 1
    assert find(file).intact


def test_a_workbook_opened_and_saved_is_intact_and_prints_without_an_error(made: Path) -> None:
    assert find(made / "again" / "run.xlsx").intact
    text = "\n".join(pages_of(made / "pdf" / "run.pdf"))
    assert translate("sheet_sources", "nl") in text
    assert not re.search(r"#(REF|NAME|VALUE|DIV/0|N/A)", text)

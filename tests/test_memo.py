"""Memos: the same words in each form, numbers of the folder, and nothing that was changed."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import docx
import pandas as pd
import pytest
from rich.table import Table as PrintedTable
from support.cli import Command
from support.folders import record_in, rewrite
from support.memos import WORD, body_of, shared_folders, words_of_document, words_of_markdown

from sim.errors import ScenarioError
from sim.export.memo.answers import parse_page
from sim.export.memo.assumptions import TOLD, WRITTEN, key_assumptions, told
from sim.export.memo.content import Heading, Listing, Memo, MemoChart, Paragraph, Table
from sim.export.memo.form import Form
from sim.export.memo.memo import files_of, memo_of
from sim.export.memo.study import DECISIONS, SUMMARIES, study_memo
from sim.export.provenance import find
from sim.export.safe_write import write_file
from sim.report.i18n import Language, labels, translate
from sim.runs.load import read_folder
from sim.runs.provenance import find_in_chart
from sim.scenario import load
from sim.scenario.listing import kept_effects
from sim.scenario.plausibility import is_influential
from sim.studies import STUDIES

FORMS: tuple[Form, Form] = ("docx", "md")
SAID: tuple[tuple[str, Language], ...] = (
    ("run", "nl"), ("closed", "en"), ("short", "nl"), ("comparison", "en"), ("explanation", "en"),
    ("answers", "en"), ("answers", "nl"),
)  # fmt: skip
"""Every kind of folder, most of them in one language: blocks are the same in both."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return shared_folders(tmp_path_factory)


@dataclass
class Made:
    """Memos of the folders, each made once when it is first asked for."""

    folders: dict[str, Path]
    memos: dict[tuple[str, Language], Memo] = field(default_factory=dict)
    files: dict[tuple[str, Language, str], bytes] = field(default_factory=dict)

    def memo(self, kind: str, lang: Language) -> Memo:
        if (kind, lang) not in self.memos:
            folder = read_folder(self.folders.get(kind) or self.folders[f"{kind}-{lang}"])
            self.memos[kind, lang] = memo_of(folder, lang)
        return self.memos[kind, lang]

    def data(self, kind: str, lang: Language, form: Form) -> bytes:
        if (kind, lang, form) not in self.files:
            file = Path(f"m.{form}")
            self.files[kind, lang, form] = files_of(self.memo(kind, lang), form, file)[file]
        return self.files[kind, lang, form]


@pytest.fixture(scope="module")
def made(folders: dict[str, Path]) -> Made:
    return Made(folders)


def chart_of(memo: Memo) -> MemoChart:
    """The chart of a memo that has one."""
    assert memo.picture is not None
    return memo.picture


def answers_of(memo: Memo) -> list[str]:
    """The sentences in which a memo answers."""
    return [block.text for block in memo.blocks if isinstance(block, Paragraph) and block.strong]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "lang"), SAID)
def test_word_and_markdown_say_the_same_words_and_numbers(
    made: Made, kind: str, lang: Language
) -> None:
    told = words_of_document(made.data(kind, lang, "docx"))
    assert len(told) > 1_000
    said = words_of_markdown(made.data(kind, lang, "md").decode())
    # The command that makes the memo again names the form it is in.
    assert "memo.md" in said
    assert ["memo.docx" if word == "memo.md" else word for word in said] == told


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "lang"), SAID)
def test_a_memo_has_its_parts_in_order_and_one_chart_before_the_annex(
    made: Made, kind: str, lang: Language
) -> None:
    blocks = made.memo(kind, lang).blocks
    annex = next(n for n, one in enumerate(blocks) if isinstance(one, Heading) and one.annex)
    names = [type(block).__name__ for block in blocks[:annex]]
    assert names.count("MemoChart") == 1
    assert names.count("Table") <= 1
    assert names[:2] == ["Heading", "Header"]
    heads = [one.text for one in blocks if isinstance(one, Heading) and one.level < 3]
    wanted = ("memo_form", "memo_reason", "memo_key_points", "memo_decision", "memo_explanation",
              "memo_risks", "memo_provenance", "memo_annex", "memo_assumptions", "memo_method",
              "memo_scorecard", "memo_sources", "memo_reproduce")  # fmt: skip
    places = [heads.index(translate(key, lang)) for key in wanted]
    assert places == sorted(places)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "lang"), [("run", "nl"), ("comparison", "en")])
def test_a_memo_names_no_file_of_a_scenario_in_its_main_part(
    made: Made, kind: str, lang: Language
) -> None:
    blocks = made.memo(kind, lang).blocks
    annex = next(n for n, one in enumerate(blocks) if isinstance(one, Heading) and one.annex)
    told = " ".join(str(block) for block in blocks[:annex] if not isinstance(block, MemoChart))
    assert not re.search(r"faster-housing|\bbaseline[)':;,]", told)


@pytest.mark.slow
def test_the_top_of_a_memo_is_to_be_completed_unless_it_is_given(
    folders: dict[str, Path], tmp_path: Path, command: Command
) -> None:
    given = ("--to", "De minister", "--from", "Directie X", "--date", "2026-11-28")
    command("memo", str(folders["run"]), "-o", "a.md", "--lang", "nl", *given)
    command("memo", str(folders["run"]), "-o", "b.md", "--lang", "nl")
    words = ("**Aan** De minister", "**Van** Directie X", "**Datum** 28 november 2026")
    assert all(word in (tmp_path / "a.md").read_text("utf-8") for word in words)
    assert (tmp_path / "b.md").read_text("utf-8").count(r"\[in te vullen\]") == 3


@pytest.mark.slow
def test_the_ten_assumptions_are_those_with_the_largest_effect_or_influence() -> None:
    scenario = load("baseline")
    kept = [key for key, _ in told(scenario)]
    assert len(kept) == TOLD
    effects, influence = kept_effects(), is_influential()
    leading = sorted(WRITTEN, key=lambda key: -effects[key].swing if key in effects else 0)
    measured = [key for key in leading if key in effects]
    assert kept[: len(measured)] == measured
    others = {key: influence[key] for key in WRITTEN if key not in effects}
    assert (
        kept[len(measured) :]
        == sorted(others, key=lambda key: -others[key])[: TOLD - len(measured)]
    )
    # Of the inputs with more effect than these, each was measured together with one of them.
    alike = {round(effects[key].swing) for key in measured}
    least = min(effects[key].swing for key in measured[:8])
    assert {round(one.swing) for one in effects.values() if one.swing > least} <= alike


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_each_assumption_that_is_written_out_is_a_sentence_with_its_number(lang: Language) -> None:
    scenario = load("baseline")
    items = next(one for one in key_assumptions(scenario, lang) if isinstance(one, Listing)).items
    for item in items:
        assert item[0].isupper()
        assert item.endswith(".")
        assert re.search(r"\d", item)
        assert not re.search(r"[a-z]+\.[a-z_]+\.[a-z_]+", item), "a key is not a word"


@pytest.mark.slow
def test_each_kind_of_study_says_what_it_finds_and_what_a_reader_may_decide() -> None:
    kinds = {kind for study in STUDIES.values() for kind in study.kinds}
    own = {"comparison", "explanation"}
    assert set(SUMMARIES) == kinds - own
    assert set(DECISIONS) <= kinds


def test_labels_of_a_memo_hold_no_number_but_the_width_of_the_band() -> None:
    for key, texts in labels().items():
        for text in texts.values():
            plain = re.sub(r"{\w+}", "", text).replace("80%", "")
            assert not (key.startswith("memo_") and re.search(r"\d", plain)), key


@pytest.mark.slow
def test_the_answer_of_a_run_is_that_of_its_budget_table(
    folders: dict[str, Path], made: Made
) -> None:
    table = pd.read_csv(folders["run"] / "budget.csv")
    rows = table.query("vintage == 'owb2025' and line == 'total' and timing == 'cost' and "
                       "cost_level == 'estimated' and price_basis == 'vintage' and budget > 0 and "
                       "gap_p50 > 0")  # fmt: skip
    row = rows.sort_values("year").iloc[0]
    answer = answers_of(made.memo("run", "nl"))[0]
    told = re.findall(r"(\N{MINUS SIGN}?\d+,\d)", answer)
    names = ("gap_p50", "gap_p10", "gap_p90", "cost_p50", "cost_p10", "cost_p90", "budget")
    assert told == [f"{row[name] / 1e9:.1f}".replace(".", ",") for name in names]
    assert f"in {row['year']} " in answer


@pytest.mark.slow
def test_where_spending_follows_the_budget_people_are_short_and_not_money(
    folders: dict[str, Path], made: Made
) -> None:
    rows = pd.read_csv(folders["closed"] / "yearly.csv").query(
        "series == 'shortage' and breakdown == 'total' and measure == 'mean' and p10 >= 1000"
    )
    row = rows.sort_values("year").iloc[0]
    answer = answers_of(made.memo("closed", "en"))[0]
    middle, low, high = (f"{round(row[q], -2):,.0f}" for q in ("p50", "p10", "p90"))
    said = f"In {row['year']} {middle} people (80% interval: {low} to {high}) have no place"
    assert answer.startswith(said)


@pytest.mark.slow
def test_a_comparison_tells_difference_band_and_chance_of_each_scenario(
    folders: dict[str, Path], made: Made
) -> None:
    rows = pd.read_csv(folders["comparison"] / "differences.csv").query(
        "series == 'gap' and breakdown == 'total' and year == 2026"
    )
    answers = answers_of(made.memo("comparison", "en"))
    assert len(answers) == len(rows) == 1
    for row, answer in zip(rows.to_dict("records"), answers, strict=True):
        way = "larger" if row["difference_p50"] > 0 else "smaller"
        amount = f"EUR\N{NO-BREAK SPACE}{abs(row['difference_p50']) / 1e9:.1f} billion"
        said = f": the shortfall of 2026 is {amount} {way} ("
        assert said in answer


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name"), [("comparison", "differences.png"), ("explanation", "waterfall.png")]
)
def test_a_chart_drawn_anew_is_that_of_the_folder(
    folders: dict[str, Path], made: Made, kind: str, name: str
) -> None:
    drawn = chart_of(made.memo(kind, "en")).png, (folders[kind] / "charts" / name).read_bytes()
    # Only the mark differs: that of the folder has the hash of the text beside the chart.
    assert len({data[: data.index(b"iTXtopvangsim") - 4] for data in drawn}) == 1


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_any_study_has_a_memo_of_its_sentences_tables_and_chart(
    folders: dict[str, Path], lang: Language
) -> None:
    tables = [PrintedTable("Year", title=title) for title in ("First", "Second")]
    for table in tables:
        table.add_row("2026")
    told = ["An answer.", tables[0], "", "A remark.", tables[1]]
    memo = study_memo(read_folder(folders["explanation"]), told, lang)
    kinds = [type(block).__name__ for block in memo.blocks]
    annex = next(n for n, one in enumerate(memo.blocks) if isinstance(one, Heading) and one.annex)
    assert answers_of(memo) == ["An answer."]
    assert Paragraph("A remark.") in memo.blocks[:annex]
    assert kinds[:annex].count("Table") == kinds[:annex].count("MemoChart") == 1
    assert [block.caption for block in memo.blocks if isinstance(block, Table)][:2] == [
        "First", "Second"
    ]  # fmt: skip
    assert memo.title.startswith("Explain: ")
    for form in FORMS:
        assert files_of(memo, form, Path(f"m.{form}"))


@pytest.mark.long
def test_the_same_folder_gives_the_same_bytes_and_no_time(
    folders: dict[str, Path], made: Made
) -> None:
    again = memo_of(read_folder(folders["explanation"]), "en")
    data = files_of(again, "docx", Path("m.docx"))[Path("m.docx")]
    assert data == made.data("explanation", "en", "docx")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"dcterms" not in re.sub(
            rb'xmlns:\w+="[^"]*"', b"", packed.read("docProps/core.xml")
        )


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "lang"), [("run", "nl"), ("closed", "en")])
def test_the_word_document_has_styles_captions_alt_texts_and_a_language(
    made: Made, kind: str, lang: Language
) -> None:
    data, memo = made.data(kind, lang, "docx"), made.memo(kind, lang)
    read, body = docx.Document(io.BytesIO(data)), body_of(data)
    used = {one.style.name for one in read.paragraphs if one.style is not None}
    assert {"Heading 1", "Heading 2", "Caption", "Normal", "List Bullet"} <= used
    fields = [one.get(f"{WORD}instr") or "" for one in body.iter(f"{WORD}fldSimple")]
    tables = [block for block in memo.blocks if isinstance(block, Table)]
    assert sum(f"SEQ {translate('memo_table', lang)} " in field for field in fields) == len(tables)
    assert sum(f"SEQ {translate('memo_figure', lang)} " in field for field in fields) == 1
    assert {t.style.name for t in read.tables if t.style is not None} == {"Memo Table"}
    for table in body.iter(f"{WORD}tbl"):
        heads = [row for row in table.iter(f"{WORD}tr") if list(row.iter(f"{WORD}tblHeader"))]
        assert heads == [next(iter(table.iter(f"{WORD}tr")))]
        assert len(list(table.iter(f"{WORD}tblCaption"))) == 1
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        code = {"nl": "nl-NL", "en": "en-GB"}[lang]
        assert f'w:lang w:val="{code}"' in packed.read("word/styles.xml").decode()
        foot = next(name for name in packed.namelist() if "footer" in name)
        assert b'w:instr="PAGE"' in packed.read(foot)
    section = read.sections[0]
    assert [round(size / 36_000) for size in (section.page_width, section.page_height)
            if size is not None] == [210, 297]  # fmt: skip


@pytest.mark.slow
def test_properties_of_the_document_tell_what_it_is_of(made: Made) -> None:
    memo = made.memo("run", "nl")
    core = docx.Document(io.BytesIO(made.data("run", "nl", "docx"))).core_properties
    assert (core.title, core.author, core.language) == (memo.title, "opvangsim", "nl-NL")
    assert (core.subject, core.comments) == ("baseline", memo.stamp.command)
    assert memo.stamp.run in core.keywords


def test_markdown_in_a_scenario_s_words_stays_words() -> None:
    from sim.export.memo.markdown import markdown
    from sim.runs.provenance import Provenance

    odd = "<b>a</b> & *b* _c_ [d](e) | `f` # 1. x"
    memo = Memo(
        "t", "en", Provenance("run", "s", "1", "0", "i", "c"), (Paragraph(odd), Paragraph("1. y"))
    )
    assert words_of_markdown(markdown(memo, "p.png")) == [*odd.split(), "1.", "y"]


@pytest.mark.slow
def test_markdown_lays_its_picture_beside_itself(
    folders: dict[str, Path], tmp_path: Path, command: Command
) -> None:
    done = command("memo", str(folders["run"]), "-o", "note.md")
    assert (done.returncode, done.stdout.split()) == (0, ["note.png", "note.md"])
    assert "](note.png)" in (tmp_path / "note.md").read_text("utf-8")
    assert find(tmp_path / "note.png").intact


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "lang", "form"), [("run", "nl", "docx"), ("run", "nl", "md")])
def test_whence_tells_of_a_memo_and_of_every_change(
    made: Made, folders: dict[str, Path], tmp_path: Path, command: Command,
    kind: str, lang: Language, form: Form,
) -> None:  # fmt: skip
    file, data = tmp_path / f"m.{form}", made.data(kind, lang, form)
    write_file(file, data)
    told = command("runs", "provenance", file.name)
    record = json.loads((folders[kind] / "run.json").read_text("utf-8"))
    assert told.returncode == 0, told.stderr
    for text in (record["id"], record["command"], "scenario: baseline", "seed: 7"):
        assert text in told.stdout
    _change(file)
    assert command("runs", "provenance", file.name).returncode == 2
    with pytest.raises(ScenarioError, match="not an unchanged export written by opvangsim"):
        write_file(file, data)


def _change(file: Path) -> None:
    if file.suffix != ".docx":
        text = file.read_text("utf-8")
        file.write_text(text.replace("COA", "C0A", 1), "utf-8")
        return
    made = docx.Document(str(file))
    made.paragraphs[2].runs[0].text += "!"
    made.save(str(file))


@pytest.mark.slow
def test_a_document_only_saved_is_intact_and_another_picture_is_a_change(
    made: Made, tmp_path: Path
) -> None:
    file = tmp_path / "m.docx"
    docx.Document(io.BytesIO(made.data("run", "nl", "docx"))).save(str(file))
    assert find(file).intact
    read = docx.Document(str(file))
    picture = next(part for part in read.part.package.iter_parts() if "media" in part.partname)
    picture._blob = chart_of(made.memo("closed", "en")).png
    read.save(str(file))
    assert not find(file).intact


@pytest.mark.slow
def test_the_picture_in_a_memo_tells_its_stamp_too(made: Made) -> None:
    for memo in made.memos.values():
        found = find_in_chart(chart_of(memo).png)
        assert found is not None
        assert (found.stamp, found.intact) == (memo.stamp, True)


def spoil(path: Path, copy: Path, name: str) -> Path:
    """A copy of a folder in which a file has one byte more."""
    shutil.copytree(path, copy)
    with (copy / name).open("ab") as stream:
        stream.write(b"\n")
    return copy


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("run", "budget.csv"),
        ("run", "scenario.resolved.yaml"),
        ("comparison", "differences.csv"),
        ("comparison", "scenarios/baseline.resolved.yaml"),
        ("explanation", "effects.csv"),
        ("answers-nl", "13.md"),
        ("answers-nl", "figures.csv"),
    ],
)
def test_a_file_that_was_changed_is_refused_and_no_memo_is_written(
    folders: dict[str, Path], tmp_path: Path, command: Command, kind: str, name: str
) -> None:
    copy = spoil(folders[kind], tmp_path / "copy", name)
    done = command("memo", "copy", "-o", "m.docx")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{copy.name}/{name}" in done.stderr
    assert "is not the one that" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["copy"]


REFUSED = {
    "no folder": (("nowhere", "-o", "m.docx"), "can't be read"),
    "no form": (("RUN", "-o", "m.odt"), "a Word document (.docx), a PDF (.pdf) or Markdown (.md)"),
    "a web page": (
        ("RUN", "-o", "m.html"),
        "a Word document (.docx), a PDF (.pdf) or Markdown (.md)",
    ),
    "no such form": (
        ("RUN", "-o", "m.docx", "--format", "html"),
        "is not one of 'docx', 'md', 'pdf'",
    ),
    "no question": (("RUN", "-o", "m.docx", "--question", "3"), "has no questions"),
    "unknown question": (("BOOK", "-o", "m.docx", "--question", "83"), "there is no question 83"),
    "no number": (("BOOK", "-o", "m.docx", "--question", "1"), "no number answers question 1"),
    "other language": (("BOOK", "-o", "m.docx", "--lang", "en"), "are written in 'nl'"),
    "no date": (("RUN", "-o", "m.docx", "--date", "soon"), "is not a date"),
    "template of Markdown": (("RUN", "-o", "m.md", "--template", "t.docx"), "for Word alone"),
    "other kind": (("OTHER", "-o", "m.docx"), "there is no memo for the folder of 'fixed stock'"),
    "another version": (("LATER", "-o", "m.docx"), "not in the form that this version knows"),
}


@pytest.mark.slow
@pytest.mark.parametrize("slip", REFUSED)
def test_slips_end_with_2_and_one_message(
    folders: dict[str, Path], tmp_path: Path, command: Command, slip: str
) -> None:
    words, expected = REFUSED[slip]
    record_in(tmp_path / "OTHER", "fixed stock")
    told = json.loads((folders["answers-nl"] / "run.json").read_text("utf-8"))
    told["asked"]["questions"][0]["mood"] = "curious"
    (tmp_path / "LATER").mkdir()
    rewrite(tmp_path / "LATER", told)
    places = {"RUN": str(folders["run"]), "BOOK": str(folders["answers-nl"])}
    done = command("memo", *(places.get(word, word) for word in words))
    assert (done.returncode, done.stdout) == (2, "")
    assert expected in done.stderr
    assert done.stderr.count("error:") == 1
    assert not list(tmp_path.glob("m.*"))


@pytest.mark.long
def test_a_memo_is_in_the_language_of_its_folder_unless_another_is_asked(
    folders: dict[str, Path], tmp_path: Path, command: Command
) -> None:
    made_in: tuple[tuple[str, Language], ...] = (("run", "en"), ("answers-nl", "nl"))
    for name, lang in made_in:
        assert command("memo", str(folders[name]), "-o", f"{name}.md").returncode == 0
        assert f"## {translate('memo_reason', lang)}" in (tmp_path / f"{name}.md").read_text(
            "utf-8"
        )
    done = command("memo", str(folders["run"]), "-o", "other", "--format", "md", "--lang", "nl")
    assert done.returncode == 0
    assert f"## {translate('memo_reason', 'nl')}" in (tmp_path / "other").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("number", [10, 13, 38, 75])
def test_the_memo_of_a_question_has_its_page_s_words(folders: dict[str, Path], number: int) -> None:
    folder = folders["answers-nl"]
    words = words_of_markdown((folder / f"{number}.md").read_text("utf-8") + "\n---\n")
    memo = memo_of(read_folder(folder), "nl", number)
    told = " ".join(b.text for b in memo.blocks if isinstance(b, Paragraph))
    page = parse_page((folder / f"{number}.md").read_text("utf-8"))
    assert page.answer in told
    assert set(page.answer.split()) <= set(words)
    figures = pd.read_csv(folder / "figures.csv")
    table = next(block for block in memo.blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == figures[figures["question"] == number]["name"].tolist()


@pytest.mark.slow
def test_the_memo_of_the_book_leads_with_the_gap_and_has_every_question_put_off(
    made: Made,
) -> None:
    memo = made.memo("answers", "nl")
    table = next(block for block in memo.blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == ["13", "38", "75"]
    assert "13" in chart_of(memo).caption


def test_help_needs_no_word_library() -> None:
    code = "import sys, sim.cli; sys.exit('docx' in sys.modules or 'lxml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_a_folder_tells_the_language_it_was_made_in(folders: dict[str, Path]) -> None:
    folder = read_folder(folders["run"])
    for lang in ("nl", "en"):
        assert type(folder)(folder.path, folder.record | {"lang": lang}).lang == lang


def test_a_picture_s_page_can_not_be_read_from_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "m.docx").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(ScenarioError, match="not a whole zip file"):
        find(tmp_path / "m.docx")


@pytest.mark.slow
def test_a_template_gives_its_styles_and_header_and_not_its_text(
    made: Made, tmp_path: Path
) -> None:
    own = docx.Document(io.BytesIO(made.data("closed", "en", "docx")))
    own.styles["Heading 2"].font.name = "Courier New"
    own.sections[0].header.paragraphs[0].text = "Ministry of Examples"
    own.save(str(tmp_path / "own.docx"))
    memo, file = made.memo("run", "nl"), tmp_path / "m.docx"
    data = files_of(memo, "docx", file, tmp_path / "own.docx")[file]
    assert words_of_document(data) == words_of_document(made.data("run", "nl", "docx"))
    read = docx.Document(io.BytesIO(data))
    assert read.styles["Heading 2"].font.name == "Courier New"
    assert read.sections[0].header.paragraphs[0].text == "Ministry of Examples"
    foot = " ".join(one.text for one in read.sections[0].footer.paragraphs)
    assert made.memo("closed", "en").stamp.run not in foot
    assert foot.count(memo.stamp.run) == 1
    assert files_of(memo, "docx", file, tmp_path / "own.docx")[file] == data
    file.write_bytes(data)
    assert find(file).intact


TEMPLATES = {
    "none there": ("nowhere.docx", "can't be read"),
    "no document": ("text.docx", "not a Word document"),
    "no styles": ("plain.docx", "has no style 'Memo Header', 'Memo Answer'"),
}


@pytest.mark.slow
@pytest.mark.parametrize("slip", TEMPLATES)
def test_a_template_that_can_not_be_used_is_refused(
    folders: dict[str, Path], tmp_path: Path, command: Command, slip: str
) -> None:
    (tmp_path / "text.docx").write_text("no more than this", "utf-8")
    docx.Document().save(str(tmp_path / "plain.docx"))
    name, expected = TEMPLATES[slip]
    done = command("memo", str(folders["run"]), "-o", "m.docx", "--template", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert expected in done.stderr
    assert not (tmp_path / "m.docx").exists()

"""What scenarios, grammar and sources say in English, said in Dutch to who reads Dutch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from support.cli import Command
from support.help_texts import paragraphs
from support.memos import shared_folders
from support.translatable import (
    DUTCH_ALREADY,
    QUESTIONS,
    cards,
    line_names,
    meanings,
    own,
    scenario_files,
    sentences,
    under,
)

from sim.export.memo.content import Commands, Heading, Listing, MemoChart, Paragraph, Table
from sim.export.memo.memo import memo_of
from sim.report.display_names import input_name
from sim.report.i18n import dutch, help_texts, labels, translate_sentence
from sim.runs.load import read_folder
from sim.scenario import Scenario, Text, load, quantities, shipped
from sim.scenario.listing import parameters
from sim.scenario.template import comments

MONTHS = (
    ("January", "januari"), ("February", "februari"), ("March", "maart"), ("April", "april"),
    ("May", "mei"), ("June", "juni"), ("July", "juli"), ("August", "augustus"),
    ("September", "september"), ("October", "oktober"), ("November", "november"),
    ("December", "december"),
)  # fmt: skip
ENGLISH = re.compile(r"\b([Tt]he|[Aa]nd|with|from|than|which|their|that|by|are|between)\b")
"""Words that no Dutch sentence has."""
ISO_DAY = re.compile(r"(?<![\w@/.-])\d{4}-\d{2}-\d{2}(?![\w/-])")
"""A date as data have it; in an address, a key or the name of a file it stays so."""
NO_NUMBERS = re.compile(r"arti(cle|kel) 37\.2|2025\.12\.1")
"""The number of an article and of an edition: they have a point in both languages."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return shared_folders(tmp_path_factory)


# -- the catalogue ----------------------------------------------------------------------------


@pytest.mark.long
def test_every_sentence_that_is_shipped_has_a_dutch_text() -> None:
    files = scenario_files()
    parts = {
        "meanings of keys": meanings(),
        "assumptions of scenarios and hindcasts": under(files, "assumption"),
        "places in sources, of scenarios and hindcasts": under(files, "where"),
        "what the program writes as an assumption": own(),
        "titles, numbers and licences of sources": cards(),
        "names of budget lines": line_names(),
    }
    for what, texts in parts.items():
        assert len(texts) > 4, what
        assert texts - DUTCH_ALREADY - set(dutch()) == set(), what


@pytest.mark.long
def test_every_dutch_text_is_for_a_sentence_that_is_there() -> None:
    assert set(dutch()) - sentences() == set()


@pytest.mark.slow
def test_questions_name_places_in_dutch_documents_in_dutch() -> None:
    places = under(sorted(QUESTIONS.glob("*.yaml")), "where")
    assert len(places) > 10
    assert [text for text in places if ENGLISH.search(text)] == []


@pytest.mark.slow
def test_every_help_text_has_a_dutch_text_and_every_dutch_text_is_for_one() -> None:
    assert paragraphs() - set(help_texts()) == set()
    assert set(help_texts()) - paragraphs() - comments() == set()


@pytest.mark.slow
def test_the_comments_of_a_new_scenario_are_in_the_language_that_was_asked_for(
    command: Command,
) -> None:
    """An example without words, and the name of the IND, are the same in both languages."""
    same = {text for text in comments() if not re.search(r"[a-z]{2} |#", text)} - {"Inflow"}
    assert comments() - set(help_texts()) <= same | {"IND"}
    for lang in ("en", "nl"):
        assert command("scenario", "new", lang, "--lang", lang).returncode == 0
    told = [
        line for line in Path("nl.yaml").read_text("utf-8").splitlines() if line.startswith("#")
    ]
    assert len(told) > 30
    assert [line for line in told if is_english(line)] == []
    load(Path("nl.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("--lang", "nl", "--help"),
        ("--lang", "nl", "scenario", "--help"),
        ("run", "--help", "--lang", "nl"),
        ("scenario", "new", "--lang=nl", "--help"),
    ],
)
def test_help_in_dutch_holds_no_english_sentence(command: Command, words: tuple[str, ...]) -> None:
    done = command(*words)
    assert done.returncode == 0
    assert "Gebruik: " in done.stdout
    assert "standaard: " in done.stdout
    left = re.findall(r"Usage|Options|required|default:|Show|Write", done.stdout)
    assert left == []
    assert [line for line in done.stdout.splitlines() if is_english(line)] == []


@pytest.mark.slow
def test_the_language_of_a_group_is_that_of_its_commands(command: Command) -> None:
    words = ("scenario", "diff", "baseline", "fill-91")
    done = command("--lang", "nl", *words)
    assert done.stdout == command(*words, "--lang", "nl").stdout
    assert done.stdout != command(*words).stdout


def test_the_same_numbers_and_months_stand_in_both_texts() -> None:
    for english, text in dutch().items():
        assert numbers(text) == numbers(english.translate(str.maketrans(",.", ".,"))), english
        for month, maand in MONTHS:
            named = len(re.findall(rf"\b{month}\b", english))
            # A title in English keeps its month.
            assert named == len(re.findall(rf"\b({maand}|{month})\b", text)), english


def numbers(text: str) -> list[str]:
    text = NO_NUMBERS.sub("", NO_NUMBERS.sub("", text.replace("37,2", "37.2")).replace(
        "2025,12,1", ""))  # fmt: skip
    return sorted(re.findall(r"\d+(?:[.,]\d+)*", text))


def test_dutch_texts_are_dutch_and_stand_on_one_line() -> None:
    for text in dutch().values():
        assert not ENGLISH.search(text), text
        assert text == " ".join(text.split())


# -- who is told what -------------------------------------------------------------------------


def test_a_users_own_words_stay_as_they_are() -> None:
    assert (
        translate_sentence("our  own\n guess", "nl")
        == translate_sentence("our own guess", "en")
        == "our own guess"
    )
    assert translate_sentence(None, "nl") == ""


def test_a_patch_without_an_assumption_says_its_description_in_the_readers_language() -> None:
    described = Text(en="More homes.", nl="Meer woningen.")
    assert (
        translate_sentence("patch mine: More homes.", "nl", described)
        == "patch mine: Meer woningen."
    )
    assert (
        translate_sentence("patch mine: More homes.", "en", described) == "patch mine: More homes."
    )
    assert translate_sentence("patch other: Fewer.", "nl", described) == "patch other: Fewer."
    assert translate_sentence("patch p: p", "nl", Text(en="p", nl="q")) == "patch p: q"


@pytest.mark.long
def test_every_key_of_a_shipped_scenario_has_a_name_in_words() -> None:
    used = set()
    for name in shipped():
        scenario = load(name)
        for key, _ in parameters(scenario):
            if key.partition(".")[0] in ("title", "description", "sources") or ".title." in key:
                continue
            for lang in ("en", "nl"):
                assert "{" not in input_name(key, scenario, lang)
            used.add(label_of(key, scenario))
    unused = {key for key in labels() if key.startswith("input_")} - used
    assert unused <= NOT_SHIPPED


NOT_SHIPPED = {
    "input_applications", "input_luck", "input_path",
    "input_plan_rules_when_place", "input_plan_rules_when_lag_weeks",
    "input_plan_rules_do_difference", "input_plan_rules_most", "input_plan_rules_until",
}  # fmt: skip
"""Names of what no shipped scenario holds as a key."""


def label_of(key: str, scenario: Scenario) -> str:
    """The label that gives a key its name."""
    name = input_name(key, scenario, "en")
    fits = [
        one for one, texts in labels().items() if one.startswith("input_")
        and re.fullmatch(re.sub(r"\\{\w+\\}", "(.+)", re.escape(texts["en"])), name)
    ]  # fmt: skip
    assert fits, key
    return max(fits, key=lambda one: len(set(one.split("_")) & set(re.split(r"\W|_", key))))


@pytest.mark.long
def test_the_dutch_memos_hold_no_english_sentence(folders: dict[str, Path]) -> None:
    for kind in ("run", "closed", "short", "comparison", "explanation", "answers-nl"):
        memo = memo_of(read_folder(folders[kind]), "nl")
        texts = [text for block in memo.blocks for text in texts_of(block)]
        assert len(texts) > 100
        assert [text for text in texts if is_english(text)] == [], kind
        assert [text for text in texts if ISO_DAY.search(text)] == [], kind


def texts_of(block: object) -> Iterator[str]:
    """The texts of a block, commands left out."""
    match block:
        case Heading() | Paragraph():
            yield block.text
        case Listing():
            yield from block.items
        case MemoChart():
            yield from (block.caption, block.alt)
        case Table():
            yield block.caption
            yield from (cell for row in (block.heads, *block.rows) for cell in row)
        case Commands():
            pass


def is_command(text: str) -> bool:
    """Whether a text is a command or a key, which are typed with dates as data have them."""
    return text.startswith(("opvangsim ", "value ", "waarde ")) or "--" in text


def is_english(text: str) -> bool:
    """Whether a text has an English word, keys, addresses and commands left out."""
    words = [word for word in text.split() if not re.search(r"[./_]\w|--", word)]
    return bool(ENGLISH.search(" ".join(words))) and not text.startswith("opvangsim ")


@pytest.mark.long
@pytest.mark.parametrize("what", ["run", "baseline"])
def test_the_dutch_workbooks_hold_no_english_sentence(
    command: Command, folders: dict[str, Path], what: str
) -> None:
    named = str(folders["run"]) if what == "run" else what
    done = command("export", named, "--xlsx", "--lang", "nl", "-o", "b.xlsx")
    assert done.returncode == 0, done
    book = load_workbook("b.xlsx")
    # A title in English is a value of a scenario, under a key that says so.
    rows = [row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)
            if not str(row[0]).endswith(".en")]  # fmt: skip
    assert len(rows) > 100
    found = [text for row in rows for text in row if isinstance(text, str) and is_english(text)]
    assert found == []
    cells = [text for row in rows for text in row if isinstance(text, str)]
    assert [text for text in cells if ISO_DAY.search(text) and not is_command(text)] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("scenario", "show", "baseline"),
        ("scenario", "sources", "baseline"),
        ("scenario", "diff", "baseline", "year-2023"),
    ],
)
def test_listings_in_dutch_hold_no_english_sentence(
    command: Command, words: tuple[str, ...]
) -> None:
    done = command(*words, "--lang", "nl")
    assert done.returncode == 0
    # A title in English is a value of a scenario, under a key that says so.
    told = [line for line in done.stdout.splitlines() if ".en = " not in line]
    assert len(told) > 100
    assert [line for line in told if is_english(line)] == []
    assert [line for line in told if ISO_DAY.search(line)] == []


def test_every_number_of_the_baseline_shows_what_it_rests_on_in_dutch(baseline: Scenario) -> None:
    for key, quantity in quantities(baseline):
        for text in (quantity.assumption, quantity.where):
            plain = " ".join((text or "").split())
            assert translate_sentence(text, "nl") != plain or plain in {"", *DUTCH_ALREADY}, key

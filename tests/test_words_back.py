"""Sentences in the workbook of a scenario: shown in a language, edited, and read back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cli import Command
from support.workbooks import edited, opened_bytes, where_is

from sim.export.safe_workbook import OpenWorkbook, open_workbook
from sim.export.scenario_workbook import scenario_workbook
from sim.export.workbook_reader import read_filled
from sim.export.workbook_to_patch import find_changes, patch_text
from sim.report.i18n import translate_sentence
from sim.scenario import load, load_chain, shipped
from sim.scenario.yaml_reader import read_text

KEY = "reception.desk.lead_weeks"
"""A number that rests on an assumption alone."""
BOTH = "reception.places.regular.price"
"""A number with a source, a place in it and an assumption."""
LOOKS_LIKE = [
    "1e5", "1E+5", "08", "1_000", "1.5e-3", "+7", ".5", "null", "~", "yes", "no", "true", "on",
    "2025-01-01", "2025-13-45", "12:30", "0x1F", "1.000", "# not a note", "- a", "a: b", "a:", "?",
    "[a", "{a: b}", "!tag", "&anchor", "*alias", "%x", "@x", "`x`", "'", '"', "'quoted'", "|", ">",
    "<<", "a\nb", "a #b", "tab\tin it", "é\N{EURO SIGN}", "\N{GRINNING FACE}", "nan", ".inf",
]  # fmt: skip
"""Texts that a reader of YAML takes for something else, or chokes on, where they are bare."""
ABOUT = {"title": {"en": "p", "nl": "p"}, "description": {"en": "x", "nl": "x"}}


@pytest.fixture(scope="module")
def dutch_form(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, OpenWorkbook]:
    base = load_chain(["baseline"])
    data = scenario_workbook(base.scenario, base.name, ["baseline"], "0.1.0", "nl")
    return data, opened_bytes(data, tmp_path_factory.mktemp("form") / "b.xlsx")


def back(command: Command, data: bytes) -> str:
    """What import writes of a workbook; empty where nothing was changed."""
    Path("b.xlsx").write_bytes(data)
    Path("p.yaml").unlink(missing_ok=True)
    done = command("scenario", "import", "b.xlsx", "-o", "p.yaml")
    assert done.returncode == 0, done
    return Path("p.yaml").read_text("utf-8") if Path("p.yaml").exists() else ""


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in shipped() if name not in ("baseline",)])
def test_a_dutch_workbook_that_nobody_touched_changes_nothing(name: str, tmp_path: Path) -> None:
    base = load_chain([name])
    data = scenario_workbook(base.scenario, base.name, [name], "0.1.0", "nl")
    filled = read_filled(opened_bytes(data, tmp_path / "x.xlsx"))
    assert find_changes(filled, base.scenario) == []


@pytest.mark.long
def test_a_patch_in_the_users_words_comes_back_as_it_was(
    command: Command, scenario_file: Callable[..., Path]
) -> None:
    """Its numbers rest on its description, which the Dutch workbook shows in Dutch."""
    scenario_file("family.staff: 300\n", "mine")
    command("export", "mine.yaml", "--xlsx", "--lang", "nl", "-o", "m.xlsx")
    shown = open_workbook(Path("m.xlsx")).sheets["Scenario"]
    described = load("mine.yaml").description
    assert f"patch mine: {described.nl}" in {cell.value for cell in shown.values()}
    assert back(command, Path("m.xlsx").read_bytes()) == ""


@pytest.mark.slow
def test_a_changed_sentence_is_what_the_colleague_wrote(
    command: Command, dutch_form: tuple[bytes, OpenWorkbook]
) -> None:
    data, opened = dutch_form
    back(command, edited(data, {where_is(opened, KEY, "S"): "COA bestelt nu een jaar vooruit"}))
    made = load("p.yaml").reception.desk.lead_weeks
    assert made.assumption == "COA bestelt nu een jaar vooruit"
    assert made.value == load("baseline").reception.desk.lead_weeks.value


@pytest.mark.slow
def test_the_dutch_and_the_english_sentence_are_both_no_change(
    command: Command, dutch_form: tuple[bytes, OpenWorkbook]
) -> None:
    data, opened = dutch_form
    english = load("baseline").reception.desk.lead_weeks.assumption
    shown = opened.sheets["Scenario"]
    assert translate_sentence(english, "nl") in {cell.value for cell in shown.values()}
    assert back(command, edited(data, {where_is(opened, KEY, "S"): english})) == ""


@pytest.mark.slow
def test_what_stays_beside_a_changed_sentence_is_the_sentence_of_the_file(
    command: Command, dutch_form: tuple[bytes, OpenWorkbook]
) -> None:
    """Only the place was changed: the assumption that the patch repeats is the English one."""
    data, opened = dutch_form
    back(command, edited(data, {where_is(opened, BOTH, "R"): "pagina 12"}))
    was = load("baseline").reception.places["regular"].price
    made = load("p.yaml").reception.places["regular"].price
    assert was is not None
    assert made is not None
    assert (made.where, made.source, made.assumption) == ("pagina 12", was.source, was.assumption)


@pytest.mark.slow
@pytest.mark.parametrize("text", LOOKS_LIKE)
def test_a_text_that_yaml_takes_for_something_else_stays_a_text(
    command: Command, dutch_form: tuple[bytes, OpenWorkbook], text: str
) -> None:
    data, opened = dutch_form
    back(command, edited(data, {where_is(opened, KEY, "S"): text}))
    assert load("p.yaml").reception.desk.lead_weeks.assumption == text


@pytest.mark.slow
@settings(deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_whatever_a_text_says_a_patch_says_it_too(text: str) -> None:
    written = patch_text(["baseline"], {**ABOUT, "title": {"en": text, "nl": text}}, [])
    assert read_text(written, "p.yaml").data["title"] == {"en": text, "nl": text}


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", " ", "  \n "])
def test_a_sentence_that_was_emptied_is_told_or_replaced_by_the_patchs_own(
    command: Command, dutch_form: tuple[bytes, OpenWorkbook], text: str
) -> None:
    data, opened = dutch_form
    back(command, edited(data, {where_is(opened, KEY, "S"): text}))
    assert (load("p.yaml").reception.desk.lead_weeks.assumption or "").startswith("patch p: ")

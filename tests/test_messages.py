"""Error messages, warnings and notes: in Dutch for who asks for Dutch, in English as written."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from string import Formatter

import pytest
from support.cli import Command
from support.message_texts import sentences, words

from sim.errors import (
    Location,
    Message,
    Problem,
    ScenarioError,
    all_of,
    any_of,
    as_message,
    reason_of,
)
from sim.report.i18n import day_text, library_texts, messages
from sim.report.messages import in_language, untranslated
from sim.scenario import load, load_chain
from sim.scenario.messages import of_findings
from sim.scenario.notes import contested, notes_of
from sim.scenario.plausibility import warnings_of

BAD = sorted((Path(__file__).parent / "bad_scenarios").glob("*.yaml"))
NAMED = {"day", "week", "scenario", "patch", "key", "theme"}
"""Values of messages that are made of a word: a step, a kind of file, how factors are divided."""
ENGLISH = re.compile(r"\b([Tt]he|[Aa]nd|with|from|which|their|that|this|give|write|there|should)\b")
"""Words that no Dutch sentence has."""


def blanks(sentence: str) -> list[tuple[str, str | None, str | None]]:
    return sorted((name, form, how) for _, name, form, how in Formatter().parse(sentence) if name)


# -- the catalogue ----------------------------------------------------------------------------


@pytest.mark.slow
def test_every_sentence_of_a_message_has_a_dutch_text_and_none_is_left_over() -> None:
    assert len(sentences()) > 900
    assert sentences() - set(messages()) == set()
    assert set(messages()) - sentences() - words() - NAMED == set()


def test_the_dutch_text_of_a_message_has_the_same_blanks() -> None:
    for english, dutch in (messages() | library_texts()).items():
        if re.search(r"\{\w+[!:}]", english):
            missing = [one for one in blanks(dutch) if one not in blanks(english)]
            assert missing == [], english
            assert english in library_texts() or blanks(dutch) == blanks(english), english


def test_dutch_messages_are_dutch_and_stand_on_one_line() -> None:
    for text in (*messages().values(), *library_texts().values()):
        assert not ENGLISH.search(re.sub(r"\{.*\}|'.*?'|opvangsim [\w -]+", "", text)), text
        assert text == " ".join(text.split())


# -- how a message is made --------------------------------------------------------------------


def test_english_is_as_it_is_written() -> None:
    problem = Problem(Location("a.yaml", 4, 3, "x: 1"), Message("at most {most:,}", most=1000), "b")
    assert in_language(problem, "en") == str(problem)


def test_the_place_and_the_quoted_line_stay() -> None:
    where = Location("a.yaml", 4, 4, "x: 2025-01-31")
    problem = Problem(where, Message("unknown key '{key}'", key="x"), "write a number, in digits")
    assert in_language(problem, "nl").splitlines() == [
        "a.yaml:4:4: onbekende sleutel 'x'",
        "    4 | x: 2025-01-31",
        "           ^",
        "    geef een getal op, in cijfers",
    ]


def test_numbers_and_dates_are_set_as_the_language_does_and_what_is_quoted_is_not() -> None:
    share = Message("{share:.0%} of first decisions grant", share=0.875)
    assert in_language(share, "nl") == "88% van de eerste beslissingen is een inwilliging"
    most = Message("more than {most:,} keys and values", most=50_000)
    assert in_language(most, "nl") == "meer dan 50.000 sleutels en waarden"
    reads = Message("'{text}' may be {whole} or {value:g}", text="1.250", whole="1250", value=1.25)
    assert in_language(reads, "nl") == "'1.250' kan 1250 of 1.25 betekenen"
    for day in (date(2025, 1, 27), datetime(2025, 1, 27, 12)):
        assert in_language(Message("the date {value}", value=day), "nl") == "de datum 27 jan 2025"
    assert day_text(date(2025, 1, 27), "en") == "27 Jan 2025"
    assert Message("the date {value}", value=date(2025, 1, 27)) == "the date 27 Jan 2025"


def test_a_message_inside_a_message_is_translated_and_a_text_of_the_user_is_not() -> None:
    inner = as_message("this is a folder")
    outer = Message("{key} does not lead anywhere: {what}", key="this is a folder", what=inner)
    assert in_language(outer, "nl") == "this is a folder leidt nergens heen: dit is een map"
    choice = Message("did you mean {close}?", close=any_of(["a", "b", "c"]))
    assert (str(choice), in_language(choice, "nl")) == (
        "did you mean a or b or c?",
        "bedoelt u a of b of c?",
    )
    assert in_language(all_of(["a", "b"]), "nl") == "a en b"


def test_braces_of_a_text_without_values_stay() -> None:
    text = "as in {2026: 5, 2027-07-01: 6}"
    assert in_language(text, "nl") == in_language(as_message(text), "nl")
    assert in_language(text, "nl") == "bijvoorbeeld {2026: 5, 2027-07-01: 6}"
    assert str(as_message(text)) == text


def test_a_sentence_without_a_dutch_text_is_told_in_english_and_found_out() -> None:
    said = Message("nobody translates {this}", this=as_message("or that"))
    assert in_language(said, "nl") == "nobody translates or that"
    assert untranslated(said) == {"nobody translates {this}", "or that"}
    assert untranslated(Problem("x", "this is a folder", "not this")) == {"not this"}


def test_the_operating_system_speaks_dutch() -> None:
    said = Message(
        "can't be read: {reason}", reason=reason_of(OSError(2, "No such file or directory"))
    )
    assert in_language(said, "nl") == "kan niet worden gelezen: bestand of map bestaat niet"


def test_what_a_library_says_is_known_by_its_pattern() -> None:
    """A text made of a pattern, with a word in each blank, is not left in English."""
    for english in library_texts():
        given = {name: f"'{name}'" for name, *_ in blanks(english)}
        said = english.format(**given)
        assert in_language(said, "nl") != said


# -- what is told of files --------------------------------------------------------------------


@pytest.mark.long
def test_what_is_wrong_with_a_file_is_said_in_dutch() -> None:
    for file in BAD:
        with pytest.raises(ScenarioError) as refused:
            load(file)
        for problem in refused.value.problems:
            assert untranslated(problem) == set(), file.stem


@pytest.mark.slow
def test_warnings_and_notes_are_said_in_dutch(scenario_file: Callable[[str], Path]) -> None:
    odd = (
        "housing.homes: {2030: 2500}\n"
        "reception.places.emergency_hotel.price: 1000\n"
        "prices.severance: 0\n"
        "until: 2026-12-31\n"
    )
    loaded = load_chain([str(scenario_file(odd)), "faster-housing"])
    found = [one.finding for one in warnings_of(loaded.scenario, strict=True)]
    said: list[Problem | str] = [*notes_of(loaded), *contested(loaded)]
    said += of_findings(found, loaded.tree)
    assert len(said) > 3
    for one in said:
        assert untranslated(one) == set()


# -- the command line -------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["run"], "Argument 'scenario' ontbreekt."),
        (["walk"], "Onbekend commando 'walk'."),
        (["run", "baseline", "--nope"], "Onbekende optie: --nope"),
        (["run", "baseline", "--seed", "x"], "voor '--seed': hier hoort een geheel getal"),
        (["run", "baseline", "--step", "hour"], "'hour' is geen van 'day', 'week'."),
        (["run", "baseline", "--quiet=3"], "Optie '--quiet' heeft geen waarde."),
        (["export", "x"], "Optie '-o' / '--out' ontbreekt."),
        (["run", "nowhere"], "nowhere: dit scenario bestaat niet"),
        (["run", "baseline", "--replications", "0"], "geef een positief geheel getal op"),
        (["run", "baseline", "--until", "31/12/2028"], "'31/12/2028' is geen datum"),
        (["run", "baseline", "--until", "2020-01-01"], "1 jan 2020 ligt voor het begin"),
        (["memo", "x", "-o", "m.md"], "x/run.json: kan niet worden gelezen: bestand of map"),
        (["list"], "is nu: opvangsim scenario list"),
        (
            ["run", "baseline", "--set", "housing.homes=35.000"],
            "'35.000' kan 35000 of 35 betekenen",
        ),
        (["answer", "99"], "er is geen vraag '99'"),
        (["solve", "baseline", "--lever", "x", "--target", "y"], "hier hoort een vergelijking"),
    ],
)
@pytest.mark.parametrize("lang", [["--lang", "nl"], ["--lang=nl"]])
def test_a_mistake_is_told_in_the_language_that_was_typed(
    command: Command, typed: list[str], expected: str, lang: list[str]
) -> None:
    done = command(*typed, *lang)
    assert done.returncode == 2
    assert done.stderr.startswith("fout: ")
    assert expected in done.stderr


@pytest.mark.slow
def test_without_dutch_nothing_is_dutch(command: Command) -> None:
    assert command("run", "nowhere", "--lang", "nl", "--lang", "en").stderr.startswith("error: ")

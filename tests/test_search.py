"""Search: a text finds numbers, sources, questions, scenarios and commands, and what shows them."""

from __future__ import annotations

import json

import pytest
from support.cli import Command

import sim
from sim.cli.commands import commands
from sim.questions.questions import questions
from sim.questions.search import Finding, search, similar_words
from sim.scenario import load, quantities, source_keys

KEY = "reception.places.regular.price"


def best(text: str, kind: str) -> Finding:
    return next(one for one in search(text) if one.kind == kind)


@pytest.mark.slow
@pytest.mark.parametrize("text", ["27100", "27.100", "27,100", "€27.100", "27100 EUR/place/year"])
def test_a_number_is_found_by_its_value_however_it_is_written(text: str) -> None:
    """With its source, the place in it, a link, and the command that shows the rest."""
    (found,) = (one for one in search(text) if one.kind == "number")
    assert found.name == KEY
    assert "27,100 EUR/place/year" in found.text
    assert found.source.startswith("EK-36600-XX-E, question 56")
    assert found.link == source_keys()["EK-36600-XX-E"]["address"]
    assert found.command == f"opvangsim scenario show baseline {KEY}"


@pytest.mark.slow
def test_a_value_is_not_found_by_a_part_of_it() -> None:
    """2710 is not 27100, and 0.91 is 91%."""
    assert [one for one in search("2710") if one.kind == "number"] == []
    assert best("0,91", "number").name == best("91%", "number").name == "reception.need_fill"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("housing.homes", "number", "housing.homes"),
        ("woningen", "number", "housing.homes"),
        ("people housed in a year", "number", "housing.homes"),
        ("gehuisvest aanbod", "number", "housing.homes"),
        ("EK-36600-XX-E", "source", "EK-36600-XX-E"),
        ("ontwerpbegroting 2025", "source", "OWB-2025"),
        ("places needed from 2027", "question", "33"),
        ("opvangplekken vanaf 2027 nodig", "question", "33"),
        ("question 33", "question", "33"),
        ("faster-housing", "scenario", "faster-housing"),
        ("basispad", "scenario", "baseline"),
    ],
)
def test_both_languages_find_it_and_the_best_comes_first(text: str, kind: str, name: str) -> None:
    assert best(text, kind).name == name


@pytest.mark.long
def test_every_key_source_and_question_finds_itself_first() -> None:
    """Of its kind, that is; keys below it share the name of a key."""
    for key, _ in list(quantities(load("baseline")))[::20]:
        assert best(key, "number").name == key
    for name in list(source_keys())[::10]:
        assert best(name, "source").name == name
    for question in questions()[::20]:
        assert best(str(question.number), "question").name == str(question.number)


@pytest.mark.slow
def test_every_word_has_to_occur() -> None:
    assert search("woningen zxcvb") == []
    assert search("") == []
    assert "woningen" in similar_words("woningne")


@pytest.mark.parametrize("text", ["10% more inflow", "10% meer instroom", "+10% inflow"])
def test_words_that_compare_are_left_out_where_they_find_nothing(text: str) -> None:
    assert "inflow.first_factor" in {one.name for one in search(text)}
    assert search("10% more") == []


@pytest.mark.slow
def test_the_command_prints_a_few_of_each_kind_and_what_to_type(command: Command) -> None:
    done = command("find", "places", "--limit", "2")
    assert done.returncode == 0, done.stderr
    assert "Numbers and choices of the baseline (2 of " in done.stdout
    assert done.stdout.count("opvangsim scenario show baseline ") == 2
    assert done.stdout.count("opvangsim answer ") == 2
    assert "--limit 0 shows all." in done.stdout
    dutch = command("find", "plekken", "--lang", "nl").stdout
    assert "Vragen van de Eerste Kamer (5 van " in dutch
    assert "opvangsim answer 34 --lang nl" in dutch
    nothing = command("find", "woningne")
    assert "Nothing found for 'woningne'" in nothing.stdout
    assert "woningen" in nothing.stdout


@pytest.mark.slow
def test_commands_are_found_and_json_has_it_all(command: Command) -> None:
    found = json.loads(command("find", "memo", "--json", "--limit", "0").stdout)
    assert found["counts"]["command"] >= 1
    entries = [one for one in found["found"] if one["kind"] == "command"]
    assert entries[0]["name"] == "memo"
    assert {one["command"] for one in entries} <= {
        f"opvangsim {' '.join(words)} --help" for words in commands()
    }


@pytest.mark.slow
def test_python_returns_the_findings_as_a_frame() -> None:
    table = sim.find("27100")
    assert list(table.columns) == ["kind", "name", "text", "source", "link", "command"]
    assert table.query("kind == 'number'").name.tolist() == [KEY]


@pytest.mark.slow
def test_what_is_no_key_and_no_question_is_sent_to_the_search(command: Command) -> None:
    """And what is shown of a key has the document with its number, day and address."""
    assert "opvangsim find 27100" in command("scenario", "show", "baseline", "27100").stderr
    assert "opvangsim find pleken" in command("scenario", "show", "baseline", "pleken").stderr
    assert "opvangsim find plekken" in command("answer", "plekken").stderr
    shown = command("scenario", "show", "baseline", KEY).stdout
    assert "document: " in shown
    assert str(source_keys()["EK-36600-XX-E"]["address"]) in shown

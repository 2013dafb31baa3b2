"""Where figures come from: the question behind each figure of the document, and press marks."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.errors import ScenarioError
from sim.export.sources_sheet import HEAD, write_sources
from sim.export.workbook_writer import Draft
from sim.questions.questions import questions
from sim.report.i18n import Language, translate
from sim.report.scenario_listing import sources
from sim.scenario import Scenario, load, quantities, shipped, source_keys
from sim.scenario.listing import by_source

Write = Callable[..., Path]
DOCUMENT = "EK-36600-XX-E"
ROOT = Path(__file__).parent.parent
NEED = ROOT / "sim" / "data" / "official_need.csv"
PLACE = re.compile(r"\bquestion (\d+), ([^:;]+)(?::|$)")
"""The place of a figure in the document: a question, its party, and what stands there."""


@cache
def parties() -> dict[int, str]:
    """The party of each question."""
    return {one.number: one.party for one in questions()}


def wrong(where: str | None) -> str:
    """What is wrong with the place of a figure of the document; empty if nothing is."""
    text = (where or "").replace("vraag", "question")
    if not re.match(PLACE, text):
        return f"does not begin with a question and its party: {where}"
    named = re.findall(r"\bquestion \d", text)
    found = PLACE.findall(text)
    if len(found) != len(named):
        return f"names a question without its party: {where}"
    other = [n for n, party in found if parties().get(int(n)) != party]
    return f"questions {other} are not of the party named: {where}" if other else ""


@pytest.mark.parametrize(
    "where",
    [
        None,
        "",
        "ChristenUnie, table 1",
        "table 1 of question 66, ChristenUnie",
        "question 66: table 1",
        "question 66, BBB: table 1",
        "question 83, ChristenUnie: table 1",
        "question 42, GroenLinks-PvdA: 16,120 children; question 66: of 72,650",
    ],
)
def test_a_place_without_its_question_or_party_is_found(where: str | None) -> None:
    assert wrong(where)


@pytest.mark.long
def test_every_figure_of_the_document_names_its_question_and_party() -> None:
    found = dict(_of_scenarios())
    assert len(found) > 50
    assert {key: fault for key, where in found.items() if (fault := wrong(where))} == {}


def _of_scenarios() -> Iterator[tuple[str, str | None]]:
    for name in shipped():
        for key, quantity in quantities(load(name)):
            if quantity.source == DOCUMENT:
                yield f"{name}: {key}", quantity.where


def test_figures_of_the_document_in_answers_and_needs_name_theirs() -> None:
    given = {
        f"question {one.number}: {name}": figure.where
        for one in questions()
        for name, figure in one.figures.items()
        if figure.given is not None and figure.source in (None, DOCUMENT)
    }
    lines = NEED.read_text("utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    needs = {row["date"]: row["where"] for row in rows if row["source"] == DOCUMENT}
    assert len(given) > 30
    assert len(needs) == 3
    assert {key: fault for key, where in (given | needs).items() if (fault := wrong(where))} == {}


# -- marks ------------------------------------------------------------------------------------

OWN = """
sources:
  OURS: {title: A study, number: "1", published: 2025-01-20, licence: own work}
  HEARD: {title: A report, number: "2", published: 2025-01-20, licence: own work, kind: press}
  READ_ELSEWHERE: {title: A letter, number: "3", published: 2025-01-20, licence: own work,
    kind: quoted, through: a newspaper}
"""


def test_a_card_that_the_press_alone_stands_behind_says_so() -> None:
    for key, card in source_keys().items():
        by_press = "press" in card["licence"] or "press" in card["number"]
        assert card["kind"] != "primary" or not by_press or key == "COA-JV-2017", key


def test_sources_known_from_the_press_come_first_then_those_cited_most(baseline: Scenario) -> None:
    found = by_source(baseline)
    marks = [rest.mark for rest in found]
    press = marks.count("press")
    assert press > 0
    assert marks[:press] == ["press"] * press
    for part in (found[:press], found[press:]):
        counts = [len(rest.keys) for rest in part]
        assert counts == sorted(counts, reverse=True)


def test_a_source_of_a_users_own_is_primary_unless_it_says_otherwise(scenario_file: Write) -> None:
    found = {rest.name: rest for rest in by_source(load(scenario_file(OWN)))}
    marks = {name: found[name].mark for name in ("OURS", "HEARD", "READ_ELSEWHERE")}
    assert marks == {"OURS": "", "HEARD": "press", "READ_ELSEWHERE": "quoted"}


def test_another_kind_of_source_is_refused(scenario_file: Write) -> None:
    with pytest.raises(ScenarioError, match="kind"):
        load(scenario_file(OWN.replace("kind: press", "kind: rumour")))


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_listing_and_workbook_mark_the_same_sources(lang: Language, scenario_file: Write) -> None:
    scenario = load(scenario_file(OWN))
    lines = sources(by_source(scenario), [], {}, lang)
    press, quoted = (translate(f"source_{mark}", lang) for mark in ("press", "quoted"))
    assert f"HEARD [{press}]: A report" in lines
    assert f"READ_ELSEWHERE [{quoted}]: A letter" in lines
    assert any("a newspaper" in line for line in lines)
    assert "OURS: A study" in lines
    sheet = Draft().add("sources")
    write_sources(sheet, scenario, lang)
    kinds = {cell: sheet.cells[row, 2] for (row, column), cell in sheet.cells.items()
             if column == 1 and row > HEAD}  # fmt: skip
    assert kinds["HEARD"] == press
    assert kinds["READ_ELSEWHERE"] == quoted
    assert kinds["OURS"] == translate("source_primary", lang)
    assert next(iter(kinds.values())) == press


@pytest.mark.slow
def test_command_and_python_give_the_same_sources_in_the_same_order() -> None:
    told = CliRunner().invoke(app, ["scenario", "sources", "--json"])
    assert told.exit_code == 0
    records = json.loads(told.stdout)
    table = sim.load("baseline").sources()
    assert [one["mark"] for one in records["sources"]] == list(table["mark"])[
        : len(records["sources"])
    ]
    assert [one["name"] for one in records["sources"]] == list(table["source"])[
        : len(records["sources"])
    ]
    assert [len(one["keys"]) for part in records.values() for one in part] == list(table["keys"])
    card = records["sources"][0]
    assert card["mark"] == card["kind"] == "press"
    assert {"title", "number", "published", "address", "licence"} <= set(card)

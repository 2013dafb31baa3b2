"""Where figures come from: the question behind each figure of the document, and press marks."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sim.questions.questions import questions
from sim.scenario import load, quantities, shipped

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

"""The description of the model is that of the scenario and the code."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support import change

import sim.stress
from sim.budget import LINES
from sim.engine import ACTORS, accounts, simulate
from sim.ledger import Ledger
from sim.procedure import ind
from sim.report.listing import plain
from sim.scenario import Quantity, Scenario, load, shipped
from sim.stress import CITATION, Subject, page
from sim.stress.subject import (
    by_hour,
    drawn_stocks,
    hour_of,
    keys_of,
    moves_of,
    opening_stocks,
    series_of,
    tables_of,
)
from sim.stress.words import ACCOUNTS, SERIES
from sim.stress.words import LINES as LINE_WORDS
from sim.world import Actor, World

ROOT = Path(__file__).parent.parent
STRESS = ROOT / "STRESS.md"
ITEMS = (
    "1.1 Purpose of the model",
    "1.2 Model outputs",
    "1.3 Experimentation aims",
    "2.1 Base model overview diagram",
    "2.2 Base model logic",
    "2.3 Scenario logic",
    "2.4 Algorithms",
    "2.5 Components",
    "3.1 Data sources",
    "3.2 Input parameters",
    "3.3 Pre-processing",
    "3.4 Assumptions",
    "4.1 Initialisation",
    "4.2 Run length",
    "4.3 Estimation approach",
    "5.1 Software or programming language",
    "5.2 Random sampling",
    "5.3 Model execution",
    "5.4 System specification",
    "6.1 Computer model sharing statement",
)


def described(baseline: Scenario) -> str:
    """The text for the baseline, the other shipped scenarios and the decisions of the project."""
    others = {name: load(name) for name in shipped() if name != "baseline"}
    headings = re.findall(r"^## (.+)$", (ROOT / "DECISIONS.md").read_text("utf-8"), re.M)
    return page(Subject(baseline, others, tuple(headings)))


def alone(scenario: Scenario) -> str:
    """The text for one scenario, without others beside it."""
    return page(Subject(scenario, {}, ()))


@pytest.fixture(scope="module")
def page_alone(baseline: Scenario) -> str:
    return alone(baseline)


def rows(text: str) -> dict[str, str]:
    """The rows of tables by their first cell, those with the same one together."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            first = line.split("`")[1]
            found[first] = found.get(first, "") + line + "\n"
    return found


def test_stress_md_is_what_the_scenario_and_the_code_say(baseline: Scenario) -> None:
    assert STRESS.read_text("utf-8") == described(baseline), "run tests/update_stress.py"


def test_every_item_of_the_checklist_is_there_in_its_order_and_says_something() -> None:
    text = STRESS.read_text("utf-8")
    headings = re.findall(r"^### (.+)$", text, re.M)
    assert tuple(headings) == ITEMS
    for block in re.split(r"^### .+$", text, flags=re.M)[1:]:
        assert len(block.split()) > 20


def test_every_key_of_the_scenario_stands_in_the_text_with_its_value(
    baseline: Scenario, page_alone: str
) -> None:
    table = rows(page_alone)
    for key in keys_of(baseline):
        if key.pattern.startswith("budget.vintages"):
            assert key.path[2] in table
            continue
        row = table[key.pattern]
        values = key.value.numbers() if isinstance(key.value, Quantity) else ()
        assert all(plain(value, "en") in row for value in values), key
        if isinstance(key.value, Quantity):
            assert key.value.unit in row
            assert (key.value.spread is None) or key.value.spread.dist in row
            assert key.value.source is None or f"`{key.value.source}`" in row


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("housing.homes", 29_876, "29,876"),
        ("reception.places.regular.opening_people", 34_918, "34,918"),
        ("groups.eritrea.granted_share", 0.8765, "0.8765"),
        ("until", "2029-11-30", "2029-11-30"),
        ("ind.order", "newest_first", "who came last goes first, over all groups"),
    ],
)
def test_a_changed_number_or_choice_changes_the_text(
    baseline: Scenario, page_alone: str, key: str, value: float | str, shown: str
) -> None:
    moved = date.fromisoformat(value) if key == "until" and isinstance(value, str) else value
    assert shown not in page_alone
    assert shown in alone(change(baseline, {key: moved}))


def test_a_changed_docstring_of_an_actor_changes_the_text(
    baseline: Scenario, page_alone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ind, "__doc__", "The IND throws dice.\n\nA six grants.")
    after = alone(baseline)
    assert after != page_alone
    assert "The IND throws dice. A six grants." in after


def test_actors_act_at_the_hour_that_is_told(baseline: Scenario) -> None:
    caught: list[World] = []

    def onlooker(world: World) -> Actor:
        caught.append(world)
        yield world.until(0)

    closed = change(baseline, {"closing": "constrained"})
    simulate(closed, 1, 1, until=closed.start, actors=(onlooker,))
    begun = caught[0].env.now
    for actor in ACTORS:
        first: Any = next(actor(caught[0]))
        assert (begun + first._delay) * 24 == pytest.approx(hour_of(actor)), actor
    assert [actor for _, actor in by_hour()] == list(ACTORS)


def test_the_moves_that_are_told_are_those_of_a_run(baseline: Scenario, quarter: Ledger) -> None:
    told = {move for actor in ACTORS for move in moves_of(baseline, actor)}
    assert told == set(quarter.flows)


def test_stocks_of_the_start_are_those_of_a_run(baseline: Scenario, quarter: Ledger) -> None:
    stocks, drawn = opening_stocks(baseline), drawn_stocks(baseline)
    for name, snapshots in quarter.snapshots.items():
        assert (snapshots[0] == snapshots[0][:1]).all() == (name not in drawn), name
        assert name in drawn or (snapshots[0] == stocks[name]).all(), name


def test_each_account_series_and_line_has_its_words(baseline: Scenario) -> None:
    named = [account.name for account in accounts(len(baseline.groups), 1)]
    assert set(named) == set(ACCOUNTS)
    assert set(series_of(tables_of(baseline))) == set(SERIES)
    assert set(LINES) == set(LINE_WORDS)


def test_no_number_is_typed_in_the_prose() -> None:
    typed = []
    for file in Path(sim.stress.__file__).parent.glob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        docs = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        typed += [
            (file.name, node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docs
            and node.value != CITATION
            and re.search(r"\d", node.value)
        ]
    assert not typed

"""The explanation pages agree with the code: actors, moves, scorecard, decisions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.money_page import PRICE_LEVEL, SPENDING, price_level, spending
from support.scenarios import change
from support.scorecard_page import HELD, IN_SHORT, SCORECARD, SHORT, held_briefly, in_short, tables
from support.sensitivity_page import CHANCE, EFFECTS, chance_line, effects

from sim.hindcast import kept
from sim.model.engine import ACTORS, simulate
from sim.model.ledger import Ledger
from sim.model.state import Actor, SimState
from sim.scenario import Scenario, quantities
from sim.scenario.listing import by_source

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "explanation"
STRESS_ITEMS = (
    *("1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5", "3.1", "3.2", "3.3", "3.4"),
    *("4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1"),
)
"""Items of the STRESS guideline for discrete-event simulation."""


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text("utf-8")


def table_rows(text: str) -> Iterator[list[str]]:
    """Cells of every row of every table of a page."""
    for line in text.splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def actor_rows() -> list[tuple[int, str, str]]:
    """Hour, name and moves of each actor, as the page on the model lists them."""
    return [
        (int(row[0]), row[1].strip("`"), row[3] if len(row) > 3 else "")
        for row in table_rows(page("model"))
        if row[0].isdigit()
    ]


def listed_moves(text: str) -> set[tuple[str, str]]:
    """Moves of a cell: "`a` to `b`, `c`; `d` to `e`"."""
    moves = set()
    for part in filter(None, text.split(";")):
        source, targets = part.split(" to ")
        moves |= {(source.strip(" `"), target.strip(" `|")) for target in targets.split(",")}
    return moves


def test_the_page_lists_the_actors_at_their_hours_in_order(baseline: Scenario) -> None:
    caught: list[SimState] = []

    def onlooker(world: SimState) -> Actor:
        caught.append(world)
        yield world.until(0)

    closed = change(baseline, {"closing": "constrained"})
    simulate(closed, 1, 1, until=closed.start, actors=(onlooker,))
    start = caught[0].env.now
    rows = actor_rows()
    assert [name for _, name, _ in rows] == [actor.__name__ for actor in ACTORS]
    assert [hour for hour, _, _ in rows] == sorted(hour for hour, _, _ in rows)
    for (hour, name, _), actor in zip(rows, ACTORS, strict=True):
        first: Any = next(actor(caught[0]))
        assert (start + first._delay) * 24 == pytest.approx(hour), name


def test_the_page_lists_the_moves_of_a_run(quarter: Ledger) -> None:
    listed = set().union(*(listed_moves(moves) for _, _, moves in actor_rows()))
    assert listed == set(quarter.flows)


def test_the_diagram_names_actors_that_exist() -> None:
    """Labels of arrows in italics are actors, but for those that move nobody."""
    diagram = (PAGES / "model.svg").read_text("utf-8")
    labels = re.findall(r"italic\">([^<]+)<", diagram)
    named = {label.partition(":")[0] for label in labels}
    moving_nobody = {"grants bring family", "trend", "order, notice"}
    assert moving_nobody < named
    assert named - moving_nobody <= {actor.__name__ for actor in ACTORS}


def test_every_item_of_the_stress_checklist_is_answered() -> None:
    items = [row[0].split()[0] for row in table_rows(page("model").partition("## The STRESS")[2])]
    assert tuple(items[2:]) == STRESS_ITEMS


def test_the_scorecard_is_that_of_the_stored_hindcasts() -> None:
    found = SCORECARD.search(page("validation"))
    assert found is not None
    assert found[2] == tables(kept())


def test_the_tables_of_money_are_those_of_the_estimate_and_the_stored_hindcasts() -> None:
    for pattern, made in ((PRICE_LEVEL, price_level()), (SPENDING, spending())):
        found = pattern.search(page("validation"))
        assert found is not None
        assert found[2] == made, "run tests/update.py money"


@pytest.mark.parametrize("file", IN_SHORT, ids=lambda file: file.name)
def test_documents_state_coverage_and_where_a_naive_forecast_was_better(file: Path) -> None:
    found = SHORT.search(file.read_text("utf-8"))
    assert found is not None
    assert found[0] == in_short(kept())


def test_the_page_on_uncertainty_states_the_coverage() -> None:
    assert HELD.findall(page("uncertainty")) == [held_briefly(kept())]


def test_the_page_on_uncertainty_has_the_largest_of_the_kept_effects() -> None:
    found = EFFECTS.search(page("uncertainty"))
    assert found is not None
    assert found[2] == effects(), "run tests/update.py effects"
    assert CHANCE.findall(chance_line(0.8612, 0.00021)) == [("0.86", "0.00021")]


def test_decisions_are_numbered_once_in_order_and_short() -> None:
    records = re.split(r"^### ", page("decisions"), flags=re.M)[1:]
    numbers = [int(record.split(".")[0]) for record in records]
    assert numbers == list(range(1, len(numbers) + 1))
    for record in records:
        body = [line for line in record.splitlines()[1:] if line and not line.startswith("## ")]
        assert len(body) <= 8, record.splitlines()[0]


def test_anchors_between_the_pages_exist() -> None:
    for file in PAGES.glob("*.md"):
        for name, anchor in re.findall(r"\]\((\w+)?(?:\.md)?#([\w-]+)\)", file.read_text("utf-8")):
            headings = re.findall(r"^#+ (.+)$", page(name or file.stem), flags=re.M)
            assert anchor in map(slug, headings), f"{file.name}: {name}#{anchor}"


def slug(heading: str) -> str:
    """The anchor that MkDocs makes of a heading."""
    text = re.sub(r"[^\w\s-]", "", heading).strip().lower()
    return re.sub(r"[-\s]+", "-", text)


def test_the_page_counts_the_numbers_of_the_baseline(baseline: Scenario) -> None:
    numbers = [quantity for _, quantity in quantities(baseline)]
    sourced = sum(quantity.assumption is None for quantity in numbers)
    assumed = sum(quantity.source is None for quantity in numbers)
    uncertain = sum(quantity.spread is not None for quantity in numbers)
    cited = by_source(baseline)
    late = sum(str(source.card["published"]) > str(baseline.start) for source in cited)
    text = " ".join(page("model").split())
    assert f"Of the {len(numbers)} numbers of the baseline {sourced} rest on a source alone" in text
    assert f"{len(numbers) - sourced - assumed} on a source with an assumption" in text
    assert f"{assumed} on an assumption alone; {uncertain} are uncertain" in text
    assert f"They rest on {len(cited)} [sources]" in text
    assert f"of which {late} were published after the first day" in text

"""The explanation pages agree with the code: actors, moves, scorecard, decisions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.scenarios import change

from sim.hindcast import coverage, kept, summary
from sim.model.engine import ACTORS, simulate
from sim.model.ledger import Ledger
from sim.model.state import Actor, SimState
from sim.scenario import Scenario, quantities
from sim.scenario.listing import by_source

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "explanation"
SCORECARD = re.compile(r"(<!-- scorecard.*?-->\n)(.*?)(<!-- end of scorecard -->)", re.S)
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


def scorecard_table(march: pd.DataFrame) -> str:
    """Errors, CRPS ratio and coverage by series and horizon, as Markdown."""
    lines = [
        "| series | years ahead | n | model | no change | historical mean | CRPS ratio | bias "
        "| inside 50 / 80 % |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    table = summary(march)
    series: list[str] = list(dict.fromkeys(table["series"]))
    for name, ahead in product(series, sorted(table["ahead"].unique())):
        by = table[(table["series"] == name) & (table["ahead"] == ahead)].set_index("forecaster")
        model, naive = by.loc["program"], by["crps"].drop("program").min()
        errors = [
            f"{by.loc[forecaster, 'mape']:.0%}" if forecaster in by.index else ""
            for forecaster in ("program", "no_change", "mean_of_history")
        ]
        lines.append(
            f"| {name.replace('_', ' ')} | {ahead} | {model['n']:.0f} | "
            + " | ".join(errors)
            + f" | {model['crps'] / naive:.2f} | {model['bias']:+.0%} "
            f"| {model['within_50']:.0%} / {model['within_80']:.0%} |"
        )
    return "\n".join(lines)


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
    assert found[2].strip("\n") == scorecard_table(kept()[0])


def test_the_coverage_in_words_is_that_of_the_stored_hindcasts() -> None:
    score = coverage(kept()[0])
    text = " ".join(page("validation").split())
    share, low, high = (f"{100 * value:.0f}" for value in (score.share, score.low, score.high))
    assert f"contained {share} % of {score.cells} outcomes ({low} to {high} %" in text
    assert f"p = {score.p_value:.2f}" in text


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

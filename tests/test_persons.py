"""The fast model against one process a person: the same chain, counted in two ways.

Both run at one twentieth of the size; replication r has the same parameters and the same yearly
path of inflow in both, only daily luck differs. What may differ is the Monte Carlo error of that
luck, plus what whole people do at this size.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from support.plans import Rule, rule, with_plan
from support.scenarios import change
from support.two_models import ROUNDING, Series, against_error, likenesses, named

from sim.model.engine import simulate
from sim.reference.simulation import scaled, simulate_persons
from sim.results.tables import tabulate
from sim.scenario import Scenario, load

REPLICATIONS = 10
UNTIL = date(2026, 8, 31)
SCALE = 1 / 20
REACTING: dict[str, Rule] = {
    "ready": rule(("fill", {"above": 0.97}), {"open": 300, "place": "ready"}, most=4_000),
    "back": rule(("fill", {"below": 0.955, "for_weeks": 4}), {"close": 200, "place": "ready"}),
    "shift": rule(("pending", {"above": 50_000}), {"decisions": 8_000}, lead_weeks=8),
    "build": rule(("waiting_for_home", {"above": 15_000}), {"homes": 6_000}),
}
"""Rules that open and close places on standby, and add decisions and homes, early on."""
SCENARIOS: dict[str, Callable[[], Scenario]] = {
    "baseline": lambda: load("baseline"),
    "a growing backlog": lambda: change(load("baseline"), {"ind.capacity.planned": 18_000}),
    "a hold": lambda: load("moratorium-extended"),
    "constrained": lambda: change(load("constrained"), half_the_money()),
    "a plan that reacts": lambda: with_plan(load("baseline"), REACTING, standby=2_000),
}


def half_the_money() -> dict[str, Any]:
    """Changes that halve the amounts of 2026, so that the money binds within the test."""
    lines = load("baseline").headline.lines
    return {
        f"budget.vintages.owb2025.lines.{line}": {
            day: amount * (0.5 if day.year >= 2026 else 1) for day, amount in lines[line].pairs()
        }
        for line in ("coa_nidos", "ind")
    }


def both(name: str) -> tuple[Series, Series]:
    """Series and costs of the fast model and of the persons: (year, replication) by name."""
    scenario = scaled(SCENARIOS[name](), SCALE)
    fast = simulate(scenario, REPLICATIONS, 1, until=UNTIL)
    pieces = [
        simulate_persons(scenario, 1, replication=r, until=UNTIL)[0] for r in range(REPLICATIONS)
    ]
    slow = [named(tabulate(one, scenario), scenario, one) for one in pieces]
    return (
        named(tabulate(fast, scenario), scenario, fast),
        {key: np.concatenate([one[key] for one in slow], axis=1) for key in slow[0]},
    )


@pytest.mark.long
@pytest.mark.parametrize("name", list(SCENARIOS))
def test_the_two_models_agree_within_the_error_of_luck(name: str) -> None:
    """Means, bands, and the size of the differences, paired by replication.

    Over all series and years the differences against their errors look like luck.
    """
    fast, persons = both(name)
    for found in likenesses(fast, persons, ROUNDING):
        assert found.holds, found
    errors = against_error(fast, persons)
    assert np.median(errors) < 1.3
    assert np.mean(errors > 3.5) < 0.1


@pytest.mark.slow
def test_a_scaled_country_has_the_same_shares() -> None:
    """People, cases, places and their spreads a twentieth; shares, times, prices as they were."""
    base, small = load("baseline"), scaled(load("baseline"), SCALE)
    assert small.housing.homes.single == pytest.approx(base.housing.homes.single / 20)
    assert small.courts.delay_days.single == base.courts.delay_days.single
    assert small.courts.delay_days.spread == base.courts.delay_days.spread
    limit = small.reception.places["tgo"].order_limit
    assert limit is not None
    assert limit.spread is not None
    assert (limit.spread.low, limit.spread.high) == (1, 5)
    assert small.reception.places["regular"].price == base.reception.places["regular"].price


@pytest.mark.slow
def test_the_book_of_persons_holds_nobody_twice_and_loses_nobody() -> None:
    """The double-entry book is proved every month; what waits in the queues is what it says."""
    scenario = scaled(load("baseline"), 1 / 50)
    ledger, country = simulate_persons(scenario, 1, until=date(2025, 6, 30))
    stocks = {name: int(stock.sum()) for name, stock in ledger.stocks.items()}
    assert sum(len(queue) for queue in country.at_ind) == stocks["pending"]
    assert len(country.for_home) == stocks["status_holders"]
    assert len(country.at_family_desk) == stocks["family_pending"]
    assert len({person.number for person in country.people}) == len(country.people)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_lives() -> None:
    scenario = scaled(load("baseline"), 1 / 100)
    runs = [simulate_persons(scenario, 3, until=date(2025, 4, 30))[1] for _ in range(2)]
    assert [p.diary for p in runs[0].people] == [p.diary for p in runs[1].people]


@pytest.mark.long
def test_a_life_is_told_with_dates_and_places_in_both_languages() -> None:
    from typer.testing import CliRunner

    from sim.cli import app

    told = {}
    for lang in ("en", "nl"):
        words = ["model", "trace", "baseline", "--person", "30", "--scale", "400", "--lang", lang]
        told[lang] = CliRunner().invoke(app, words).stdout.splitlines()
    assert told["en"][0].startswith("Person 30, ")
    assert told["nl"][0].startswith("Persoon 30, ")
    assert len(told["en"]) == len(told["nl"]) >= 3
    days = [line[:10] for line in told["en"][1:]]
    assert days == sorted(days)
    assert any("place: " in line for line in told["en"])
    assert not any("place:" in line for line in told["nl"])


@pytest.mark.slow
def test_nobody_has_a_number_that_is_not_there() -> None:
    from typer.testing import CliRunner

    from sim.cli import app
    from sim.errors import ScenarioError

    words = ["model", "trace", "baseline", "--person", "999999", "--scale", "1000"]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, ScenarioError)


@pytest.mark.slow
def test_who_is_followed_sleeps_somewhere_while_in_reception_and_nowhere_after() -> None:
    """Every day in reception has a bed or the word that there is none; none after leaving."""
    scenario = scaled(load("baseline"), 1 / 200)
    for number in (5, 60, 150, 320):
        _, country = simulate_persons(scenario, 1, until=date(2025, 9, 30), follow=number)
        person = country.people[number - 1]
        assert bool(person.bed) == person.inside
        beds = [entry for _, entry in person.diary if entry.startswith("bed ")]
        ever_inside = person.here or any("status_holders" in entry for _, entry in person.diary)
        assert not beds or ever_inside

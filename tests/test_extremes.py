"""Laws at the ends of what is valid: nobody comes, nothing is open, nothing costs, no days."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.cli import Command
from support.extremes import EXTREMES, extreme, write_extreme

from sim.model.engine import simulate
from sim.model.ledger import Ledger
from sim.results import budget
from sim.results.tables import Tables, tabulate
from sim.scenario import Scenario

SHORT_ONES = [name for name in EXTREMES if name != "thirty_years"]
MAY_BE_UNKNOWN = ("waiting_months", "emergency_share")
"""Series without a value where there is nobody they are about."""


def run(scenario: Scenario, until: date | None = None) -> tuple[Ledger, Tables]:
    """Three futures, by the week, to the end of the year after the first if no day is given."""
    last = until or min(scenario.until, date(scenario.start.year + 1, 12, 31))
    ledger = simulate(scenario, 3, 1, step="week", until=last)
    return ledger, tabulate(ledger, scenario)


def by_name(tables: Tables) -> dict[str, np.ndarray]:
    """Monthly cells by name: (date, replication)."""
    return {c.name: v for c, v in zip(tables.monthly_cells, tables.monthly, strict=True)}


def costs(scenario: Scenario, ledger: Ledger, tables: Tables) -> dict[Any, np.ndarray]:
    return budget.costs(scenario, tables.volumes, ledger.samples, ledger.clock)


def assert_sound(scenario: Scenario, ledger: Ledger, tables: Tables) -> None:
    """People are conserved, and what can't be negative, unknown or above 1 isn't."""
    ledger.check_balance()
    for name, account in ledger.accounts.items():
        assert account.external or (ledger.stocks[name] >= 0).all(), name
    assert len(set(tables.dates)) == len(tables.dates)
    for name, values in by_name(tables).items():
        series = name.partition("|")[0]
        known = values[~np.isnan(values)]
        is_flow = np.isnan(values[0]).all()
        assert series in MAY_BE_UNKNOWN or known.size == values[int(is_flow) :].size, name
        assert series == "municipal_arrears" or (known >= 0).all(), name
        assert np.isfinite(known).all(), name
    cells = by_name(tables)
    share = cells["emergency_share|total"]
    kinds = [cells[f"occupancy|kind:{kind}"] for kind in ("asylum_seekers", "status_holders")]
    types = [cells[f"occupancy|place:{name}"] for name in scenario.reception.places]
    assert (np.isnan(share) | ((share >= 0) & (share <= 1))).all()
    assert sum(kinds) == pytest.approx(cells["occupancy|total"])
    assert sum(types) == pytest.approx(cells["occupancy|total"])
    for line, values in costs(scenario, ledger, tables).items():
        assert (np.isfinite(values) & (values >= 0)).all(), line


@pytest.mark.slow
@pytest.mark.parametrize("name", SHORT_ONES)
def test_the_laws_hold_at_an_end_of_what_is_valid(baseline: Scenario, name: str) -> None:
    scenario = extreme(baseline, name)
    assert_sound(scenario, *run(scenario))


@pytest.mark.long
@pytest.mark.parametrize("names", [("thirty_years",), ("thirty_years", "no_inflow")])
def test_the_laws_hold_for_thirty_years(baseline: Scenario, names: tuple[str, ...]) -> None:
    scenario = extreme(baseline, *names)
    assert_sound(scenario, *run(scenario, until=scenario.until))


@pytest.mark.slow
def test_the_laws_hold_where_nobody_is_there_and_nobody_comes(baseline: Scenario) -> None:
    """What nobody uses costs nothing, and there is no share of nobody."""
    changes = {"groups.other.unaccompanied_share": 0}
    scenario = extreme(baseline, "empty_start", "no_inflow", changes=changes)
    ledger, tables = run(scenario)
    assert_sound(scenario, ledger, tables)
    cells = by_name(tables)
    for name in ("need", "occupancy", "shortage", "places_short", "transit", "guardianship"):
        assert (cells[f"{name}|total"] == 0).all(), name
    assert np.isnan(cells["emergency_share|total"]).all()
    lines = costs(scenario, ledger, tables)
    first = scenario.prices.level
    for line in ("nidos", "transit", "severance", "oda"):
        assert (lines[first, line] == 0).all(), line


@pytest.mark.slow
def test_without_inflow_pending_cases_only_get_fewer(baseline: Scenario) -> None:
    """Unless a court sends one back, which none does here."""
    scenario = extreme(baseline, "no_inflow", changes={"courts.success_share": 0})
    cells = by_name(run(scenario)[1])
    pending = np.sum([cells[f"pending|group:{group}"] for group in scenario.groups], axis=0)
    assert (np.diff(pending, axis=0) <= 0).all()
    assert (pending[-1] < pending[0] / 2).all()


@pytest.mark.slow
def test_with_homes_for_all_nobody_waits_longer_than_the_minimum_stay(baseline: Scenario) -> None:
    """Sixty days: whoever waits at a month's end came in it or in the two before."""
    ledger, tables = run(extreme(baseline, "many_homes"))
    flows = [flow[:, :, 0] for (_, to), flow in ledger.flows.items() if to == "status_holders"]
    came = np.sum(flows, axis=0)
    recent = came[3:] + came[2:-1] + came[1:-2]
    waiting = ledger.snapshots["status_holders"][4:, :, 0]
    assert (waiting <= recent).all()
    assert (by_name(tables)["municipal_arrears|total"].min(axis=0) < 0).all(), "ahead of target"


@pytest.mark.slow
def test_without_places_everybody_is_short_of_one(baseline: Scenario) -> None:
    scenario = extreme(baseline, "no_places")
    cells = by_name(run(scenario)[1])
    after = slice(2, None)
    assert (cells["occupancy|total"][after] == 0).all()
    assert (cells["emergency_share|total"][after] == 1).all()
    need = cells["shortage|total"][after] / scenario.reception.need_fill.single
    assert cells["need|total"][after] == pytest.approx(need)
    assert cells["places_short|total"][after] == pytest.approx(need)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "never"),
    [
        ("ind_stands_still", "decisions|total"),
        ("all_granted", "decisions|kind:rejected"),
        ("none_granted", "decisions|kind:granted"),
        ("no_inflow", "inflow|total"),
    ],
)
def test_what_never_happens_is_never_counted(baseline: Scenario, name: str, never: str) -> None:
    cells = by_name(run(extreme(baseline, name))[1])
    assert (cells[never][1:] == 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("closing", ["need", "constrained"])
def test_without_prices_nothing_costs_anything(baseline: Scenario, closing: str) -> None:
    scenario = extreme(baseline, "no_prices").model_copy(update={"closing": closing})
    for line, values in costs(scenario, *run(scenario)).items():
        assert (values == 0).all(), line


def wrong_words(text: str) -> list[str]:
    """What no reader should meet: numbers that are none, and a nought below nought."""
    return re.findall(r"\b[Nn]a[Nn]\b|\binf\b|\bNone\b|[-\N{MINUS SIGN}]0(?![\d.,\w-])", text)


@pytest.mark.long
@pytest.mark.parametrize(
    "names",
    [
        ("zero_days",),
        ("leap_day", "no_inflow"),
        ("empty_start", "no_inflow", "no_prices", "no_budgets"),
        ("no_places", "none_granted"),
        ("month_end", "many_homes", "one_group", "one_place_type", "ind_stands_still"),
    ],
    ids="-".join,
)
def test_run_charts_memo_workbook_and_page_of_an_extreme_are_whole(
    baseline: Scenario, tmp_path: Path, command: Command, names: tuple[str, ...]
) -> None:
    file = write_extreme(baseline, *names, folder=tmp_path)
    start = 2028 if "leap_day" in names else 2025
    until = () if names == ("zero_days",) else ("--until", f"{start + 1}-12-31")
    words = ("--replications", "2", "--step", "week", "--workers", "1", *until)
    said = [command("run", file.name, *words, "--out", "r")]
    said += [command("memo", "r", "--lang", lang, "--out", f"{lang}.md") for lang in ("en", "nl")]
    said += [
        command("export", "r", "--xlsx", "--lang", "nl", "--out", "r.xlsx"),
        command("dashboard", "r", "--out", "r.html"),
        command("runs", "verify", "r"),
        command("runs", "provenance", "r.xlsx"),
    ]
    assert [(done.returncode, done.stderr) for done in said if done.returncode] == []
    texts = [done.stdout for done in said]
    texts += [(tmp_path / f"{lang}.md").read_text("utf-8") for lang in ("en", "nl")]
    assert [found for text in texts for found in wrong_words(text)] == []
    drawn = command("plot", "r", "--out", "charts", "--lang", "nl")
    if drawn.returncode:
        assert "the run is too short for this chart" in drawn.stderr

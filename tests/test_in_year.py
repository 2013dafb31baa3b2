"""Costs by month: laws that bind them to the year, and the year of what was spent and the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.cli import Command
from support.scenarios import change

import sim
from sim.clock import Clock, months_of
from sim.errors import ScenarioError
from sim.export.memo.run import memo_of_run
from sim.model.engine import simulate
from sim.model.ledger import Ledger
from sim.model.prices import Prices, beyond_price
from sim.model.sampling import Samples, sample
from sim.report.charts import alt_text
from sim.report.in_year import year_in_execution
from sim.reproduce.rerun import reproduce
from sim.results import budget
from sim.results import tables as results
from sim.results.budget import LINES
from sim.results.by_month import MONTHS, costs_by_month, months_as_cash, parts_of_year
from sim.results.cash import as_cash
from sim.results.executor import Workers
from sim.results.experiment import Experiment, Settings, simulate_one
from sim.results.in_year import realised_and_rest
from sim.results.tables import BEFORE_START
from sim.results.tasks import Arrays
from sim.runs.batches import Cells, Options, batch_of
from sim.runs.given_figures import read_figures
from sim.runs.load import read_folder, read_run_folder, run_data
from sim.runs.monthly_budget import monthly_budget_table
from sim.runs.run import Run, execute, run_id
from sim.runs.summary_tables import budget_table, headline_view
from sim.runs.verify import verify_record
from sim.scenario import Scenario, load
from sim.studies.base import no_progress

FORM_3 = Path(__file__).parent / "fixtures" / "run_form_3"
"""The baseline to the end of 2025 as form 3 wrote it: 2 replications by the week, at b75d85d."""


# -- laws of costs by month -------------------------------------------------------------------


@pytest.fixture(scope="module", params=["baseline", "constrained"])
def priced(request: pytest.FixtureRequest) -> tuple[Scenario, Ledger]:
    """A scenario and three years of it, with all that is uncertain."""
    scenario = load(request.param)
    return scenario, simulate(scenario, 4, 1, step="week", until=date(2027, 12, 31))


def of_months(
    scenario: Scenario, ledger: Ledger, samples: Samples | None = None
) -> dict[str, np.ndarray]:
    """Return the cost of each line by month."""
    monthly, yearly = results.monthly_volumes(ledger), results.volumes(ledger)
    samples = ledger.samples if samples is None else samples
    costs = costs_by_month(scenario, monthly, yearly, samples, ledger.clock)
    shape = (MONTHS * len(ledger.clock.years), ledger.replications)
    return {line: np.broadcast_to(cost, shape) for line, cost in costs.items()}


def of_years(scenario: Scenario, ledger: Ledger) -> dict[str, np.ndarray]:
    """Return the cost of each line by year, at the scenario's price level."""
    costs = budget.costs(scenario, results.volumes(ledger), ledger.samples, ledger.clock)
    return {line.name: costs[scenario.prices.level, line.name] for line in LINES}


def sums(by_month: np.ndarray) -> np.ndarray:
    """Add up the months of each year."""
    added: np.ndarray = by_month.reshape(-1, MONTHS, by_month.shape[-1]).sum(axis=1)
    return added


@pytest.mark.slow
def test_the_months_of_a_year_add_up_to_it_for_each_line_and_replication(
    priced: tuple[Scenario, Ledger],
) -> None:
    by_month, by_year = of_months(*priced), of_years(*priced)
    assert set(by_month) == {line.name for line in LINES}
    for line, cost in by_year.items():
        assert np.allclose(sums(by_month[line]), cost, rtol=1e-12, atol=1e-3), line
    assert (by_year["penalties"] > 0).any()
    assert (by_year["oda"] > 0).all()


@pytest.mark.slow
def test_the_months_of_cash_add_up_to_the_cash_of_the_year(
    priced: tuple[Scenario, Ledger],
) -> None:
    scenario, ledger = priced
    prices, years = Prices.of(scenario, ledger.samples), ledger.clock.years
    by_month, by_year = of_months(*priced), of_years(*priced)
    level = scenario.prices.level
    cash = as_cash(prices, {(level, line): cost for line, cost in by_year.items()}, "cash")
    for line, cost in by_year.items():
        months = months_as_cash(prices, by_month[line], cost, cash[level, line], years)
        assert np.allclose(sums(months), cash[level, line], rtol=1e-12, atol=1e-3), line


@pytest.mark.slow
def test_months_add_up_over_lines_as_years_do(priced: tuple[Scenario, Ledger]) -> None:
    cost = of_months(*priced)
    assert np.allclose(cost["total"], cost["coa_nidos"] + cost["ind"])
    assert np.allclose(cost["ind"], cost["ind_asylum"] + cost["ind_other"] + cost["penalties"])
    assert (cost["before_start"][1:] == 0).all()
    assert (cost["before_start"][0] < cost["total"][0]).all()
    due = cost["penalties"] + cost["penalties_owed"]
    assert (cost["penalties"] <= due * (1 + 1e-12)).all()


@pytest.mark.slow
def test_a_price_of_twice_as_much_makes_each_month_cost_twice_as_much(
    baseline: Scenario, quarter: Ledger
) -> None:
    dear = change(baseline, {"prices.transit": 2 * baseline.prices.transit.single})
    once, twice = (of_months(scenario, quarter, {}) for scenario in (baseline, dear))
    assert (once["transit"] > 0).any()
    assert np.allclose(twice["transit"], 2 * once["transit"])
    assert np.array_equal(twice["coa"], once["coa"])


# -- months by hand ---------------------------------------------------------------------------


def by_hand(clock: Clock, beyond: list[float], before: float) -> tuple[Arrays, Arrays]:
    """Return volumes by month and year of one replication: people-days beyond all places only."""
    plain = ("ward_days", "transit_days", *results.TALLIES)
    typed = (
        "place_days",
        "resident_days",
        "standby_days",
        "places_opened",
        "places_closed",
        "places_returned",
    )
    types = len(load("baseline").reception.places)
    monthly = {name: np.zeros((clock.months, 1)) for name in plain}
    monthly |= {name: np.zeros((clock.months, 1, types)) for name in typed}
    monthly["beyond_days"] = np.array(beyond)[:, None]
    yearly = {name: values.sum(axis=0, keepdims=True) for name, values in monthly.items()}
    yearly |= {f"{BEFORE_START}{name}": values[0] * 0 for name, values in monthly.items()}
    yearly[f"{BEFORE_START}beyond_days"] = np.array([before])
    return monthly, yearly


def test_days_before_the_start_lie_evenly_in_the_months_before_it(baseline: Scenario) -> None:
    """From 11 March 2025: 31 + 28 + 10 days before it, with ten people without a place.

    After it 100 people without a place for the 21 other days of March, and nobody later.
    """
    clock = Clock(date(2025, 3, 11), date(2025, 12, 31))
    monthly, yearly = by_hand(clock, [2100.0] + 9 * [0.0], 690.0)
    cost = costs_by_month(baseline, monthly, yearly, {}, clock)
    a_day = beyond_price(Prices.of(baseline, {}), baseline.prices.level)[0] / 365
    people_days = [310, 280, 100 + 2100] + 9 * [0]
    assert np.allclose(cost["beyond_places"][:, 0], np.array(people_days) * a_day)
    assert np.allclose(cost["before_start"][:, 0], np.array([310, 280, 100] + 9 * [0]) * a_day)


def test_cash_of_a_month_is_its_advance_and_its_part_of_the_settlement(baseline: Scenario) -> None:
    """With 90% in advance: a year of 1,200 after one of 1,000 pays 1,080 and settles 100."""
    prices = Prices.of(baseline, {})
    assert baseline.prices.advance_share.single == 0.9
    monthly = np.array([200.0] + 10 * [100.0] + [0.0])[:, None]
    found = months_as_cash(prices, monthly, np.array([[1200.0]]), np.array([[1180.0]]), (2025,))
    assert found[:2, 0] == pytest.approx([180 + 100 * 31 / 365, 90 + 100 * 28 / 365])
    assert found[-1, 0] == pytest.approx(100 * 31 / 365)
    assert parts_of_year((2024,))[1, 0] == 29 / 366


# -- what was spent, and the rest -------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    first: date
    last: date


@dataclass(frozen=True)
class Figure:
    """An observed figure."""

    value: float
    start: tuple[int, int]
    end: tuple[int, int]
    breakdown: str = "line:coa"
    series: str = "spending"
    year: int = 2025

    @property
    def period(self) -> Span:
        return Span(date(self.year, *self.start), date(self.year, *self.end))


JANUARY, FEBRUARY = Figure(9.0, (1, 1), (1, 31)), Figure(7.0, (2, 1), (2, 28))
QUARTER = Figure(30.0, (1, 1), (3, 31))
TENS = np.full((MONTHS, 2), 10.0) * np.array([1.0, 2.0])
"""A projection of ten a month, and of twenty."""


def test_without_spending_a_year_is_its_projection() -> None:
    found = realised_and_rest([], "line:coa", 2025, TENS)
    assert found.realised_until is None
    assert np.array_equal(found.cumulated, np.cumsum(TENS, axis=0))
    assert np.array_equal(found.projected_rest, [120, 240])


def test_a_year_is_what_was_spent_and_the_projected_rest() -> None:
    found = realised_and_rest([FEBRUARY, JANUARY], "line:coa", 2025, TENS)
    assert found.realised == {date(2025, 1, 31): 9, date(2025, 2, 28): 16}
    assert found.cumulated[:3].tolist() == [[9, 9], [16, 16], [26, 36]]
    assert found.cumulated[-1].tolist() == [116, 216]
    assert found.projected_rest.tolist() == [100, 200]


def test_a_figure_of_a_quarter_says_nothing_of_its_months() -> None:
    found = realised_and_rest([QUARTER], "line:coa", 2025, TENS)
    assert np.isnan(found.cumulated[:2]).all()
    assert found.cumulated[2:4].tolist() == [[30, 30], [40, 50]]


def test_of_a_month_spent_in_part_the_rest_counts_by_its_days() -> None:
    found = realised_and_rest([Figure(4.0, (1, 1), (1, 10))], "line:coa", 2025, TENS)
    assert found.cumulated[0] == pytest.approx([4 + 10 * 21 / 31, 4 + 20 * 21 / 31])


def test_figures_count_as_far_as_they_join_up_and_the_longer_period_counts_first() -> None:
    later = Figure(99.0, (5, 1), (5, 31))
    found = realised_and_rest([JANUARY, FEBRUARY, later], "line:coa", 2025, TENS)
    assert found.realised_until == date(2025, 2, 28)
    both = [JANUARY, FEBRUARY, Figure(5.0, (3, 1), (3, 31)), QUARTER]
    assert realised_and_rest(both, "line:coa", 2025, TENS).realised[date(2025, 3, 31)] == 30


@pytest.mark.parametrize(
    "other",
    [
        Figure(9.0, (1, 1), (1, 31), breakdown="line:ind"),
        Figure(9.0, (1, 1), (1, 31), breakdown="line:coa_cash"),
        Figure(9.0, (1, 1), (1, 31), series="budget"),
        Figure(9.0, (1, 1), (1, 31), year=2024),
    ],
)
def test_what_was_spent_on_another_line_or_in_another_year_is_left_out(other: Figure) -> None:
    assert realised_and_rest([other], "line:coa", 2025, TENS).realised == {}


def test_a_year_that_was_spent_whole_has_no_rest() -> None:
    found = realised_and_rest([Figure(80.0, (1, 1), (12, 31))], "line:coa", 2025, TENS)
    assert found.cumulated[-1].tolist() == [80, 80]
    assert found.projected_rest.tolist() == [0, 0]


# -- the table --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trial(baseline: Scenario) -> Experiment:
    """Two years of the baseline with their costs by month."""
    settings = Settings(6, step="week", until=date(2026, 12, 31))
    samples = sample(baseline, 6, 1, settings.vary, settings.until)
    return simulate_one(baseline, samples, settings, by_month=True)


def table_of(trial: Experiment, *observed: Figure) -> pd.DataFrame:
    cells = Cells([batch_of(trial, ())])
    return monthly_budget_table(trial.scenario, trial.samples, trial.clock, cells, observed)


@pytest.mark.slow
def test_what_a_year_has_come_to_in_december_is_the_year_of_the_budget_table(
    trial: Experiment,
) -> None:
    """For each line and timing, in each statistic and in budget and probability."""
    name, level, _, basis, _ = headline_view(trial.scenario)
    views = [(name, level, timing, basis, line.name) for line in LINES for timing in budget.TIMINGS]
    cells = Cells([batch_of(trial, ())])
    whole = budget_table(trial.scenario, trial.samples, trial.clock, cells, views)
    table = table_of(trial)
    december = table[table["date"].dt.month == 12]
    keys = ["vintage", "cost_level", "timing", "price_basis", "line", "year"]
    joined = december.merge(whole, on=keys, suffixes=("", "_year"))
    assert len(joined) == len(whole) == 2 * len(views)
    for statistic in results.STATISTICS:
        apart = joined[f"cumulated_{statistic}"] - joined[f"cost_{statistic}_year"]
        assert (apart.abs() <= 1000).all(), statistic  # A thousand is the last digit.
    assert joined["budget"].equals(joined["budget_year"])
    assert joined["p_over_budget"].equals(joined["p_gap_positive"])


@pytest.mark.slow
def test_the_means_of_months_add_up_to_what_a_year_has_come_to(trial: Experiment) -> None:
    table = table_of(trial)
    groups = table.groupby(["line", "timing", "year"])
    added = groups["cost_mean"].cumsum()
    assert ((added - table["cumulated_mean"]).abs() <= 12_000).all()
    assert (groups.size() == MONTHS).all()
    assert table["date"].tolist()[:12] == [pd.Timestamp(m.last) for m in months_of([2025])]


@pytest.mark.slow
def test_what_was_spent_replaces_the_projection_of_cash_up_to_its_last_day(
    trial: Experiment,
) -> None:
    plain = table_of(trial)
    spent = Figure(2.0e9, (1, 1), (5, 31), breakdown="line:total_cash")
    table = table_of(trial, spent)
    rows = (table["line"] == "total") & (table["timing"] == "cash") & (table["year"] == 2025)
    pd.testing.assert_frame_equal(table[~rows], plain[~rows])
    months, before = table[rows].reset_index(), plain[rows].reset_index()
    assert months.loc[:3, "cumulated_mean"].isna().all()
    held = trial.scenario.headline.price_level
    growth = 1 + Prices.of(trial.scenario, trial.samples).number("budget.indexation")
    in_its_prices = (2.0e9 / growth ** (2025 - held)).mean()
    assert months.loc[4, "realised"] == pytest.approx(in_its_prices, abs=1000)
    come_to = before["cumulated_mean"].to_numpy()
    rest = come_to[11] - come_to[4]
    assert months.loc[11, "cumulated_mean"] == pytest.approx(in_its_prices + rest, abs=3000)
    assert months["cost_mean"].equals(before["cost_mean"])
    told = year_in_execution(table, trial.scenario)
    assert told is not None
    assert (told.timing, told.realised.index[-1].date()) == ("cash", date(2025, 5, 31))


@pytest.mark.slow
def test_a_year_that_is_not_simulated_to_its_end_has_no_months(trial: Experiment) -> None:
    table = table_of(trial)
    assert year_in_execution(table, trial.scenario, 2026) is not None
    assert year_in_execution(table, trial.scenario, 2027) is None
    assert year_in_execution(table.head(0), trial.scenario) is None


# -- a run that is given what was spent -------------------------------------------------------

HEAD = "series,breakdown,period,statistic,value,unit,published,source,error\n"
SPENT = """\
spending,line:total_cash,2025-01,sum,400000000,EUR,2025-02-20,accounts,
spending,line:total_cash,2025-02,sum,370000000,EUR,2025-03-20,accounts,
spending,line:total_cash,2025-02,sum,350000000,EUR,2025-04-10,accounts revised,
spending,line:total_cash,2025-03,sum,330000000,EUR,2025-04-20,accounts,
spending,line:total_cash,2025-04,sum,900000000,EUR,2025-05-20,accounts,
"""
"""Of February the first figure was revised; that of April came after the day below."""
BY_MARCH = 400e6 + 350e6 + 330e6
KNOWN = date(2025, 4, 30)


@pytest.fixture(scope="module")
def pair(baseline: Scenario, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """A run at the prices of the day without figures, and the same with them."""
    folder = tmp_path_factory.mktemp("spent")
    (folder / "mine.csv").write_text(HEAD + SPENT, "utf-8")
    scenario = change(baseline, {"budget.price_basis": "nominal"})
    options = Options(5, step="week", until=date(2025, 12, 31), workers=Workers(1), charts=False)
    given = replace(options, observed=read_figures(folder / "mine.csv", KNOWN))
    return (
        execute(scenario, "baseline", options, folder / "plain"),
        execute(scenario, "baseline", given, folder / "given"),
    )


def year_of_cash(run: Run) -> pd.DataFrame:
    table = run.budget_monthly
    return table[(table["line"] == "total") & (table["timing"] == "cash")].reset_index(drop=True)


@pytest.mark.slow
def test_a_run_adds_the_projected_rest_to_what_it_was_told_was_spent(pair: tuple[Run, Run]) -> None:
    """EUR 400, 350 and 330 million known on 30 April: 400, 750 and 1,080 million by March.

    December is 1,080 million and the mean cash of April to December of the run without figures.
    """
    plain, given = map(year_of_cash, pair)
    assert given["realised"][:3].tolist() == [400e6, 750e6, 1080e6]
    assert given["realised"][3:].isna().all()
    assert given["cumulated_p10"][:3].tolist() == [400e6, 750e6, 1080e6]
    rest = plain["cost_mean"][3:].sum()
    assert given["cumulated_mean"][11] == pytest.approx(BY_MARCH + rest, abs=9000)
    others = "line != 'total' or timing != 'cash'"
    before, after = (run.budget_monthly.query(others) for run in pair)
    pd.testing.assert_frame_equal(before, after)
    for name in ("budget.csv", "monthly.csv", "yearly.csv", "replications.parquet"):
        same = [(run.folder / name).read_bytes() for run in pair]
        assert same[0] == same[1]


@pytest.mark.slow
def test_chart_and_memo_of_such_a_run_say_up_to_when_and_how_much(pair: tuple[Run, Run]) -> None:
    told = "Up to 31 March 2025 EUR 1.1 bn was spent"
    for run, said in zip(pair, (False, True), strict=True):
        chart = alt_text("budget_year", run_data(run.folder, read_run_folder(run.folder)), "en")
        memo = memo_of_run(read_folder(run.folder), "en")
        for texts in ([chart], [getattr(block, "text", "") for block in memo.blocks]):
            assert (told in " ".join(" ".join(texts).split())) is said


@pytest.mark.slow
def test_such_a_run_is_reproduced_and_its_id_knows_what_was_spent(pair: tuple[Run, Run]) -> None:
    plain, given = pair
    assert reproduce(given.folder, Workers(1), no_progress).equal
    assert given.id != plain.id


def test_figures_that_move_no_number_leave_the_id(baseline: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(f"{HEAD}occupancy,total,2025-03-31,end,73000,persons,2025-04-20,COA,\n{SPENT}")
    before, after = (
        run_id(baseline, Options(observed=read_figures(file, day)), baseline.until)
        for day in (date(2025, 2, 1), KNOWN)
    )
    assert before == run_id(baseline, Options(), baseline.until) != after


@pytest.mark.long
def test_the_command_says_what_was_spent_and_that_months_have_no_interval(
    command: Command, tmp_path: Path
) -> None:
    """In Python the same table comes of the same file and day."""
    (tmp_path / "mine.csv").write_text(HEAD + SPENT, "utf-8")
    done = command("run", "baseline", "--replications", "5", "--step", "week",
                   "--until", "2025-12-31", "--no-charts", "-o", "r",
                   "--observed", str(tmp_path / "mine.csv"), "--as-of", "2025-04-30")  # fmt: skip
    said = " ".join(done.stdout.replace("\N{NO-BREAK SPACE}", " ").split())
    assert "Up to 31 March 2025 EUR 1.1 bn was spent" in said
    assert (
        "no interval for this period in the tables of the run: 3 (spending|line:total_cash)" in said
    )
    ours = sim.load("baseline").run(5, step="week", until=date(2025, 12, 31),
                                    observed=tmp_path / "mine.csv", as_of=KNOWN)  # fmt: skip
    pd.testing.assert_frame_equal(ours.budget_monthly, sim.open_run("r").budget_monthly)
    assert ours.budget_monthly["realised"].max() > 0
    with pytest.raises(ScenarioError, match="no figures to choose from"):
        sim.load("baseline").run(5, as_of=KNOWN)


# -- a folder of form 3 -----------------------------------------------------------------------


def test_a_folder_of_form_3_is_read_and_its_months_are_not_known() -> None:
    assert verify_record(FORM_3).intact
    run = read_run_folder(FORM_3)
    assert run.record["schema"] == 3
    assert run.budget_monthly is None
    with pytest.raises(ScenarioError, match=r"budget_monthly\.csv.*earlier version"):
        _ = sim.open_run(FORM_3).budget_monthly


@pytest.mark.slow
def test_the_chart_of_a_year_is_refused_by_name_for_a_folder_of_form_3(
    command: Command, tmp_path: Path
) -> None:
    out = ["-o", str(tmp_path / "charts")]
    asked = command("plot", str(FORM_3), "budget_year", *out)
    assert asked.returncode == 2
    assert "did not write budget_monthly.csv" in asked.stderr
    others = command("plot", str(FORM_3), *out)
    assert others.returncode == 0
    assert "note: no chart budget_year" in others.stderr


@pytest.mark.slow
def test_the_memo_of_a_folder_of_form_3_says_that_months_are_not_known() -> None:
    memo = memo_of_run(read_folder(FORM_3), "en")
    assert any("did not write budget_monthly.csv" in getattr(b, "text", "") for b in memo.blocks)
    with pytest.raises(ValueError, match="by month"):
        alt_text("budget_year", run_data(FORM_3, read_run_folder(FORM_3)), "en")

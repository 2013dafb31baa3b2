"""Observed figures: what a run says of them, what was known when, and files of a user's own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import Command

import sim
from sim.api.scenario import open_run
from sim.errors import Problem, ScenarioError
from sim.export.dashboard.content import content_of
from sim.hindcast.observation_file import COLUMNS, MAX_BYTES
from sim.hindcast.observations import (
    Knowledge,
    Observation,
    differences,
    known_on,
    observed,
    parse_observations,
    parse_period,
    read_observations,
)
from sim.hindcast.observed_cells import simulated
from sim.hindcast.series import OBSERVABLE, OF_FLOW
from sim.model.books import Track
from sim.model.engine import simulate
from sim.model.sampling import sample
from sim.report.charts import CHART_SIZES, CHARTS, alt_text, draw
from sim.report.i18n import Language
from sim.report.observed_figures import ComparedFigures, as_record, compare, sentences
from sim.report.run_tables import headline_rows
from sim.reproduce.rerun import reproduce
from sim.results.executor import Workers
from sim.results.experiment import Experiment, Settings, simulate_one
from sim.results.tables import tabulate
from sim.runs.batches import Options
from sim.runs.given_figures import COPY, read_figures
from sim.runs.load import read_run_folder, run_data
from sim.runs.manifest import read_manifest
from sim.runs.run import execute
from sim.scenario import load
from sim.studies.base import no_progress

FEW = Settings(replications=3, until=date(2026, 3, 31), step="week")


@cache
def short_run() -> Experiment:
    scenario = load("baseline")

    samples = sample(scenario, FEW.replications, FEW.seed, FEW.vary, FEW.until)
    return simulate_one(scenario, samples, FEW)


def of(name: str, period: str, statistic: str) -> Observation:
    series, _, breakdown = name.partition("|")
    return Observation(
        series, breakdown, parse_period(period), statistic, 1.0, "persons",  # type: ignore[arg-type]
        date(2030, 1, 1), "x", 0.01,
    )  # fmt: skip


# -- the cells of published figures ---------------------------------------------------------------


def test_published_kinds_add_up_to_their_total() -> None:
    """Inflow = first + repeat + family + resettled; pending, all = track 4 + other = the total."""
    cells = short_run().monthly
    kinds = [cells["inflow", f"kind:{kind}"] for kind in ("first", "repeat", "family", "resettled")]
    assert all(kind[1:].sum() > 0 for kind in kinds)
    np.testing.assert_array_equal(sum(kinds), cells["inflow", "total"])
    every, track4, other = (cells["pending", f"kind:{kind}"] for kind in ("all", "track4", "other"))
    np.testing.assert_array_equal(every, cells["pending", "total"])
    np.testing.assert_array_equal(every, track4 + other)
    assert track4[0, 0] == 50_910
    assert every[0, 0] == 69_930


def test_cases_in_track_4_are_those_whose_wait_the_ledger_keeps_for_it() -> None:
    scenario = load("baseline")
    ledger = simulate(scenario, 2, 1, step="week", until=date(2025, 6, 30))
    tables = tabulate(ledger, scenario)
    row = [cell.name for cell in tables.monthly_cells].index("pending|kind:track4")
    waiting = ledger.still_waiting[:, :, Track.GENERAL].sum(axis=-1)
    np.testing.assert_array_equal(tables.monthly[row], waiting)


# -- what a run says of a figure ------------------------------------------------------------------


def test_a_flow_is_the_sum_of_the_months_of_its_period() -> None:
    inflow = short_run().monthly["inflow", "total"]  # Rows: the start, then January 2025 on.
    for period, rows in (("2025-03", [3]), ("2025-Q2", [4, 5, 6]), ("2026-Q1", [13, 14, 15])):
        found = simulated(short_run(), of("inflow|total", period, "sum"))
        np.testing.assert_allclose(found, inflow[rows].sum(axis=0))


def test_a_stock_between_month_ends_lies_on_the_straight_line() -> None:
    people = short_run().monthly["occupancy", "total"]
    dates = short_run().tables.dates
    at_end = simulated(short_run(), of("occupancy|total", "2025-04", "end"))
    np.testing.assert_array_equal(at_end, people[dates.index(date(2025, 4, 30))])
    before, after = people[4], people[5]
    inside = simulated(short_run(), of("occupancy|total", "2025-05-10", "end"))
    np.testing.assert_allclose(inside, before + (after - before) * 10 / 31)


def test_a_mean_is_that_of_the_start_and_the_month_ends() -> None:
    people = short_run().monthly["occupancy", "total"]
    found = simulated(short_run(), of("occupancy|total", "2025-Q2", "mean"))
    first = people[3] + (people[4] - people[3]) / 30
    np.testing.assert_allclose(found, (first + people[4] + people[5] + people[6]) / 4)


def test_spending_is_the_cost_of_a_whole_year_at_its_own_prices() -> None:
    run = short_run()
    found = simulated(run, of("spending|line:coa", "2025", "sum"))
    nominal = run.scenario.budget.model_copy(update={"price_basis": "nominal"})
    priced = replace(run, scenario=run.scenario.model_copy(update={"budget": nominal}))
    np.testing.assert_allclose(found, priced.line("cost", "coa")[0])


@pytest.mark.parametrize(
    ("name", "period", "statistic", "says"),
    [
        ("received|total", "2025", "sum", "no such series"),
        ("inflow|total", "2024", "sum", "no whole 2024"),
        ("inflow|total", "2025", "sum", "it goes from 27 Jan 2025"),
        ("inflow|total", "2026", "sum", "no whole 2026"),
        ("inflow|total", "2025-04-30", "sum", "no whole 2025-04-30"),
        ("occupancy|total", "2026-04-01", "end", "no whole 2026-04-01"),
        ("occupancy|total", "2024-Q4", "mean", "no whole 2024-Q4"),
        ("spending|line:coa_cash", "2025", "sum", "not with what was paid"),
        ("spending|line:article_37", "2025", "sum", "no such budget line"),
        ("spending|line:coa", "2026", "sum", "no cost of 2026"),
    ],
)
def test_a_figure_that_a_run_does_not_hold_is_refused(
    name: str, period: str, statistic: str, says: str
) -> None:
    with pytest.raises(ScenarioError, match=says):
        simulated(short_run(), of(name, period, statistic))


# -- what was known on a day ----------------------------------------------------------------------


def test_a_period_is_read_as_it_is_written() -> None:
    for text in ("2024", "2024-Q3", "2024-02", "2024-02-29"):
        assert str(parse_period(text)) == text
    assert parse_period("2024-Q3").last == date(2024, 9, 30)
    for text in ("2024-Q5", "2024-13", "2023-02-29", "24", "2024-5", "", "2024-Q1-01"):
        with pytest.raises(ValueError, match=r"."):
            parse_period(text)


DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@given(
    figures=st.lists(st.tuples(st.sampled_from(("2024", "2024-Q4", "2024-12")), DAYS), max_size=12),
    as_of=DAYS,
)
def test_nothing_is_known_before_it_is_published(
    figures: list[tuple[str, date]], as_of: date
) -> None:
    """Known on a day: no figure published later, and of each figure only its last vintage."""
    all_ = [
        replace(of("inflow|total", period, "sum"), published=day, value=float(number))
        for number, (period, day) in enumerate(figures)
    ]
    known = known_on(all_, as_of)
    assert all(one.published <= as_of for one in known)
    published = [one for one in all_ if one.published <= as_of]
    assert {one.period for one in known} == {one.period for one in published}
    for one in known:
        assert one.published == max(o.published for o in published if o.period == one.period)
    assert len({one.figure for one in known}) == len(known)


def test_a_stock_at_the_end_of_a_year_is_that_of_its_last_day() -> None:
    """A figure of 2024-12-31 revises one of 2024, at its end, and not one of its mean."""
    year, day = of("pending|kind:all", "2024", "end"), of("pending|kind:all", "2024-12-31", "end")
    assert len(known_on([year, replace(day, published=date(2031, 1, 1))], None)) == 1
    assert len(known_on([replace(year, statistic="mean"), day], None)) == 2


def test_a_hindcast_reads_the_vintage_of_its_day() -> None:
    first, later = (
        replace(of("inflow|total", "2015", "sum"), value=value, published=day)
        for value, day in ((100.0, date(2016, 1, 31)), (120.0, date(2018, 1, 31)))
    )
    for figures in ((first, later), (later, first)):
        assert Knowledge(date(2017, 3, 1), figures).figure("inflow|total", 2015).value == 100
        assert Knowledge(date(2019, 3, 1), figures).figure("inflow|total", 2015).value == 120


# -- files of a user's own ------------------------------------------------------------------------

HEAD = "series,breakdown,period,statistic,value,unit,published,source,error\n"
GOOD = "inflow,kind:first,2025-03,sum,2000,persons,2025-04-30,CBS,\n"


def file_of(folder: Path, text: str | bytes) -> Path:
    file = folder / "mine.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_a_file_in_order_is_read_with_the_error_of_its_series(tmp_path: Path) -> None:
    """Comments, a byte order mark, line ends of Windows, quotes and a note do not matter."""
    head = HEAD.replace("error\n", "error,note\n")
    stock = 'pending,kind:all,2025-06,end,50000.5,cases,2025-07-10,"IND, June",0.05,"a, b"\n'
    text = "\ufeff" + head + "# a comment\n" + stock + GOOD.replace("\n", ",\n")
    cases, inflow = read_observations(file_of(tmp_path, text.replace("\n", "\r\n")))
    assert (cases.name, cases.value, cases.error) == ("pending|kind:all", 50_000.5, 0.05)
    assert (cases.source, cases.note) == ("IND, June", "a, b")
    assert inflow.error == OBSERVABLE["inflow"].error
    assert str(inflow.period) == "2025-03"


def test_a_day_is_read_as_day_month_year_too(tmp_path: Path) -> None:
    """A file with 30-4-2025 holds the same figures as one with 2025-04-30."""
    iso = read_observations(file_of(tmp_path, HEAD + GOOD))
    dutch = GOOD.replace("2025-04-30", "30-4-2025")
    assert read_observations(file_of(tmp_path, HEAD + dutch)) == iso
    assert str(parse_period("31-5-2024")) == "2024-05-31"


@pytest.mark.parametrize(
    ("old", "new", "column", "says", "advice"),
    [
        ("inflow", "inflo", 1, "'inflo' is no series", "did you mean inflow?"),
        ("kind:first", "kind:frist", 8, "no breakdown of inflow", "did you mean kind:first"),
        ("kind:first", "group:", 8, "no breakdown of inflow", "group:NAME"),
        ("2025-03", "2025-13", 19, "no period", "2024-Q3"),
        ("sum", "end", 27, "a flow and has no end", "write sum"),
        ("sum", "total", 27, "'total' is none", "write sum"),
        ("2000", "-1", 31, "negative", "inflow must be 0 or more"),
        ("2000", "2.000", 31, "may be 2000 or 2", "write 2000"),
        ("2000", "1_000", 31, "no number", "72610"),
        ("2000", "nan", 31, "no number", "72610"),
        ("persons", "cases", 36, "not the unit of inflow", "in persons"),
        ("2025-04-30", "30/04/2025", 44, "no day", "day-month-year with dashes"),
        ("2025-04-30", "2025-W18-3", 44, "no day", "2026-01-31"),
        ("2025-04-30", "2025-03-30", 44, "before the end of the period", "a forecast is not"),
        (",CBS,", ",,", 55, "there is none", "where the figure can be found"),
        (",CBS,", ",CBS,1.5", 59, "no relative standard error", "from 0 to 1"),
        (",CBS,", ",CBS,-0.1", 59, "no relative standard error", "from 0 to 1"),
        (",CBS,", ',"CBS,', 1, "a quote is not closed", ""),
        (",CBS,", ",CBS", 1, "8 fields where the first line has 9", ""),
    ],
)
def test_a_mistake_is_told_with_line_column_and_advice(
    tmp_path: Path, old: str, new: str, column: int, says: str, advice: str
) -> None:
    file = file_of(tmp_path, HEAD + GOOD.replace("2025-03", "2025-02") + GOOD.replace(old, new, 1))
    with pytest.raises(ScenarioError) as raised:
        read_observations(file)
    (problem,) = raised.value.problems
    assert f"{file}:3:{column}: " in str(problem)
    assert says in problem.what
    assert advice in problem.advice


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty"),
        ("# only this\n", "it is empty"),
        (HEAD, "no figure in it"),
        (HEAD.replace("unit,", "") + GOOD, "columns are missing: unit"),
        (HEAD.replace("unit", "units") + GOOD, "'units' is no column"),
        (HEAD.replace("error", "error,error") + GOOD, "'error' stands there twice"),
        ((HEAD + GOOD).replace(",", ";"), "separated by semicolons"),
        (HEAD + GOOD.replace(",", ";"), "1 fields where the first line has 9"),
        (HEAD + GOOD + GOOD, "the figure of line 2 again"),
        ((HEAD + GOOD).encode("utf-16"), "not UTF-8"),
        ((HEAD + GOOD.replace("CBS", "é")).encode("latin-1"), "not UTF-8"),
        (b"#" * (MAX_BYTES + 1), "too large"),
        (HEAD + GOOD.replace("CBS", '"C\nS"'), "a quote is not closed"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        read_observations(file_of(tmp_path, text))


PIECES = (
    *COLUMNS, "note", ",", ",", ",", "\n", "\n", '"', "#", ";", "inflow", "kind:first", "total",
    "2025-03", "2025-Q1", "0000", "9999-12-31", "sum", "end", "2000", "1e999", "-0", "nan",
    "persons",
    "2025-04-30", "CBS", "\ufeff", "\0", "\r", "\u2028", "\u0663",
)  # fmt: skip


@given(
    text=st.one_of(
        st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
        st.tuples(st.sampled_from(PIECES), st.integers(0, len(HEAD + GOOD))).map(
            lambda odd: (HEAD + GOOD)[: odd[1]] + odd[0] + (HEAD + GOOD)[odd[1] :]
        ),
    )
)
def test_any_text_is_read_or_refused_with_what_to_mend(text: str) -> None:
    """No other exception, and every mistake says what is wrong; what is read can be written."""
    figures, problems = read_or_refused(text)
    assert all(problem.what for problem in problems)
    for one in figures:
        assert str(parse_period(str(one.period))) == str(one.period)
        assert 0 <= one.error <= 1
        assert np.isfinite(one.value)


def test_a_quote_within_a_field_is_a_sign_like_any_other() -> None:
    """The fields behind it keep their place, so that a mistake in them is told by column."""
    (one,), _ = read_or_refused(HEAD + GOOD.replace("CBS", 'C"BS'))
    assert one.source == 'C"BS'


def read_or_refused(text: str) -> tuple[Sequence[Observation], Sequence[Problem]]:
    try:
        return parse_observations(text, "mine.csv"), ()
    except ScenarioError as error:
        return (), error.problems


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="can't be read"):
        read_observations(tmp_path / "none.csv")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    file = file_of(tmp_path, HEAD + GOOD.replace("sum", "end").replace("2000", "x") * 60)
    with pytest.raises(ScenarioError) as raised:
        read_observations(file)
    assert len(raised.value.problems) == 51
    assert "and 70 more mistakes" in str(raised.value)


def test_every_stock_and_flow_of_a_run_can_be_observed() -> None:
    """Series, breakdown and unit of monthly.csv are those of a file, but for shares and waits."""
    left_out = {"waiting_months", "emergency_share"}
    for cell in short_run().tables.monthly_cells:
        if cell.series in left_out:
            continue
        series = OBSERVABLE[cell.series]
        assert series.unit == cell.unit.partition("/")[0]
        assert (series.statistics == OF_FLOW) == cell.unit.endswith("/month")
        parts = ("total", *series.parts)
        assert any(
            cell.breakdown == one or (one.endswith(":") and cell.breakdown.startswith(one))
            for one in parts
        )


def test_in_python_figures_and_their_differences_are_tables(tmp_path: Path) -> None:
    """Revised from 2,000 to 2,100, one added, one gone; a later figure is not known before."""
    changed = GOOD.replace("2000", "2100").replace("04-30", "05-30")
    old = file_of(tmp_path, HEAD + GOOD + GOOD.replace("2025-03", "2025-02")).rename(
        tmp_path / "old.csv"
    )
    new = file_of(tmp_path, HEAD + GOOD + changed + GOOD.replace("2025-03", "2025-01"))
    assert sim.observations(new)["value"].tolist() == [2000, 2100, 2000]
    known = sim.observations(new, date(2025, 5, 1))
    assert sim.observations(new, "2025-05-01").equals(known)
    with pytest.raises(sim.ScenarioError, match="as_of"):
        sim.observations(new, "2025-13-01")
    assert known[["period", "value"]].to_numpy().tolist() == [["2025-03", 2000], ["2025-01", 2000]]
    told = sim.compare_observations(old, new)[["what", "period", "old", "new"]]
    assert told.fillna(0).to_numpy().tolist() == [
        ["revised", "2025-03", 2000, 2100],
        ["added", "2025-01", 0, 2000],
        ["gone", "2025-02", 2000, 0],
    ]
    assert len(sim.observations()) == len(observed())
    assert sim.compare_observations(new, new).empty


def test_differences_are_revisions_new_and_gone_figures() -> None:
    one, two, three = (of("inflow|total", f"2025-0{month}", "sum") for month in (1, 2, 3))
    revised = replace(one, value=2.0, published=date(2031, 1, 1))
    found = differences([one, two], [one, revised, three])
    assert found.revised == ((one, revised),)
    assert found.added == (three,)
    assert found.gone == (two,)
    again = differences(observed(), observed())
    assert not (again.revised)
    assert not (again.added)
    assert not (again.gone)


@pytest.mark.parametrize(("lang", "says"), [("en", "no errors"), ("nl", "geen fouten")])
def test_the_command_checks_lists_and_compares(
    tmp_path: Path, command: Command, lang: str, says: str
) -> None:
    file = str(file_of(tmp_path, HEAD + GOOD))
    assert says in command("data", "check", file, "--lang", lang).stdout
    assert "kind:first" in command("data", "list", file, "--lang", lang).stdout
    early = command("data", "list", file, "--as-of", "2025-04-29", "--lang", lang)
    assert "kind:first" not in early.stdout
    assert {"en": "29 Apr 2025", "nl": "29 apr 2025"}[lang] in early.stdout
    assert "46,840" in command("data", "list").stdout
    other = tmp_path / "other.csv"
    other.write_text(HEAD + GOOD.replace("2000", "2100"))
    done = command("data", "diff", file, str(other), "--lang", lang)
    assert done.returncode == 0
    assert "5.0" in done.stdout.replace(",", ".")


def test_a_listing_shows_amounts_whole_and_one_year_once(tmp_path: Path, command: Command) -> None:
    line = "spending,line:coa,2024,sum,3500000000,EUR,2025-06-25,COA,\n"
    done = command("data", "list", str(file_of(tmp_path, HEAD + line)))
    assert "3,500,000,000" in done.stdout
    assert "2024\N{EN DASH}2024" not in done.stdout


def test_a_mistake_in_a_file_ends_the_command_with_2(tmp_path: Path, command: Command) -> None:
    done = command("data", "check", str(file_of(tmp_path, HEAD + GOOD.replace("sum", "end"))))
    assert done.returncode == 2
    assert "mine.csv:2:27" in done.stderr
    assert "Traceback" not in done.stderr


# -- held against a run ---------------------------------------------------------------------------

FIGURES = """# invented
occupancy,total,2025-03-31,end,73500,persons,2025-04-10,COA,
occupancy,total,2025-12,end,150000,persons,2026-01-10,COA,
occupancy,kind:status_holders,2025-12-31,end,19000,persons,2026-01-10,COA,
pending,kind:all,2025-06-30,end,69000,cases,2025-07-20,IND,
need,total,2025-12-31,end,82000,places,2026-01-10,COA,
inflow,total,2026,sum,1,persons,2027-01-20,IND,
inflow,kind:first,2025-03,sum,1900,persons,2025-04-20,IND,
occupancy,total,2026,mean,75000,persons,2027-02-01,COA,
spending,line:coa,2026,sum,3600000000,EUR,2027-05-20,COA,
inflow,kind:first,2025-Q2,sum,5600,persons,2025-07-20,CBS,
occupancy,total,2025-03-15,end,73500,persons,2025-04-10,COA,
inflow,total,2025,sum,42000,persons,2026-01-20,IND,
occupancy,total,2024-12-31,end,72610,persons,2025-01-31,COA,
received,total,2026,sum,40000,persons,2027-05-20,COA,
"""
LENGTH = ("--replications", "5", "--step", "week", "--until", "2026-12-31", "--workers", "1")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run that was made with figures, as known at the end of 2027, and the file."""
    folder = tmp_path_factory.mktemp("observed")
    (folder / "mine.csv").write_text(HEAD + FIGURES, "utf-8")
    options = Options(
        5, step="week", until=date(2026, 12, 31), workers=Workers(1),
        observed=read_figures(folder / "mine.csv", date(2027, 12, 31)),
    )  # fmt: skip
    execute(load("baseline"), "baseline", options, folder / "r")
    return folder


def compared(folder: Path) -> ComparedFigures:
    return compare(read_run_folder(folder / "r"), read_observations(folder / "mine.csv"))


@pytest.mark.slow
def test_a_figure_is_inside_between_the_quantiles_of_its_period(shown: Path) -> None:
    """The interval of each figure is that of the replications, as ``simulated`` gives them."""
    run, found = read_run_folder(shown / "r"), compared(shown)
    settings = Settings(5, step="week", until=date(2026, 12, 31))
    scenario = load("baseline")
    samples = sample(scenario, 5, 1, settings.vary, settings.until)
    experiment = simulate_one(scenario, samples, settings)
    assert len(found.compared) == 9
    for one in found.compared:
        if one.figure.statistic == "mean":
            mean = (run.yearly["measure"] == "mean") & (run.yearly["breakdown"] == "total")
            years = run.yearly[mean & (run.yearly["series"] == "occupancy")]
            ends = years[years["year"] == 2026][["p10", "p90"]].to_numpy()[0]
        else:
            ends = np.quantile(simulated(experiment, one.figure), [0.1, 0.9])
        np.testing.assert_allclose([one.low, one.high], ends, rtol=1e-6)
    assert {one.figure.name for one in found.compared if not one.inside} >= {"inflow|total"}


@pytest.mark.slow
def test_what_was_paid_in_a_year_is_held_against_the_cash_of_the_line(shown: Path) -> None:
    run = read_run_folder(shown / "r")
    (found,) = compare(run, [of("spending|line:coa_cash", "2026", "sum")]).compared
    view = {"line": "coa", "timing": "cash", "price_basis": "nominal"}
    rows = headline_rows(run.budget[run.budget["year"] == 2026], run.scenario, **view)
    assert [found.low, found.high] == rows[["cost_p10", "cost_p90"]].to_numpy()[0].tolist()


@pytest.mark.slow
def test_a_figure_that_cannot_be_compared_is_told_with_the_reason(shown: Path) -> None:
    found = compared(shown)
    reasons = [(one.name, str(one.period), why) for one, why in found.left_out]
    assert reasons == [
        ("inflow|kind:first", "2025-Q2", "between"),
        ("occupancy|total", "2025-03-15", "between"),
        ("inflow|total", "2025", "outside"),
        ("occupancy|total", "2024-12-31", "outside"),
        ("received|total", "2026", "unknown"),
    ]
    count, outside, unknown, between = sentences(found, "en")
    assert count == f"Published figures within the 80% interval: {found.inside} of 9."
    assert "2 (inflow|total, occupancy|total)" in outside
    assert "1 (received|total)" in unknown
    assert "2 (inflow|kind:first, occupancy|total)" in between
    assert as_record(found)["left_out"]["outside"] == {"inflow|total": 1, "occupancy|total": 1}


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("name", [name for name, chart in CHARTS.items() if chart.figures])
def test_a_chart_shows_the_figures_of_its_series_and_says_how_many_are_inside(
    shown: Path, name: str, lang: Language
) -> None:
    """One square for each figure; note and alternative text give the count; none without."""
    plain = run_data(shown / "r", read_run_folder(shown / "r"))
    subject = replace(plain, observed=compared(shown))
    mine = subject.observed.of(*CHARTS[name].figures) if subject.observed else ()
    assert mine
    drawn, undrawn = (draw(name, one, CHART_SIZES["page"], lang) for one in (subject, plain))
    squares = [line for axes in drawn.axes for line in axes.lines if line.get_marker() == "s"]
    assert [np.asarray(line.get_ydata()).tolist() for line in squares] == [
        [one.figure.value for one in mine]
    ]
    assert not [line for axes in undrawn.axes for line in axes.lines if line.get_marker() == "s"]
    inside = sum(one.inside for one in mine)
    told = f"{inside} {'of' if lang == 'en' else 'van'} {len(mine)}"
    words = alt_text(name, subject, lang)
    assert told in words
    assert words.startswith(alt_text(name, plain, lang))
    assert told in " ".join(" ".join(text.get_text().split()) for text in drawn.texts)
    (axes,) = {line.axes for line in squares}
    assert axes is not None
    assert axes.get_ylim()[1] > max(one.figure.value for one in mine)


def test_a_result_draws_the_figures_it_was_made_with(shown: Path) -> None:
    """As its folder's charts do, and with the count in words."""
    chart = open_run(shown / "r").chart("occupancy")
    squares = [
        line for axes in chart.figure.axes for line in axes.lines if line.get_marker() == "s"
    ]
    assert squares
    assert "within the 80% interval" in chart.words


@pytest.mark.long
def test_a_run_with_figures_keeps_a_copy_and_is_made_again_from_it(shown: Path) -> None:
    """The original may be gone; a copy that was changed is refused."""
    record = read_manifest(shown / "r")
    assert record["observed"] == {"file": str(shown / "mine.csv"), "as_of": "2027-12-31"}
    assert (shown / "r" / COPY).read_bytes() == (shown / "mine.csv").read_bytes()
    assert record["inputs"]["mine.csv"] == record["files"][COPY]
    assert "--as-of 2027-12-31" in record["command"]
    assert {"charts/need.png", "charts/ind.png", "charts/inflow.png"} <= set(record["files"])
    copy = shown / "copy"
    shutil.copytree(shown / "r", copy)
    assert reproduce(copy, Workers(1), no_progress).equal
    with (copy / COPY).open("a") as file:
        file.write("# changed\n")
    with pytest.raises(ScenarioError, match="not the one that the run wrote"):
        reproduce(copy, Workers(1), no_progress)


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_plot_holds_a_finished_run_against_figures_known_on_a_day(
    shown: Path, command: Command, lang: str
) -> None:
    run, file = str(shown / "r"), str(shown / "mine.csv")
    given = ("--observed", file, "--as-of", "2025-12-31", "--lang", lang)
    assert command("plot", run, "housing", "ind", *given, "-o", "charts").returncode == 0
    squares = {"en": "Squares", "nl": "Vierkantjes"}[lang]
    assert squares in Path(f"charts/ind-{lang}-page.txt").read_text("utf-8")
    assert squares not in Path(f"charts/housing-{lang}-page.txt").read_text("utf-8")


@pytest.mark.long
def test_a_memo_counts_and_tabulates_the_figures(shown: Path, command: Command) -> None:
    run, file = str(shown / "r"), str(shown / "mine.csv")
    given = ("--observed", file, "--as-of", "2025-12-31", "--lang", "nl")
    assert command("memo", run, *given, "-o", "m.md").returncode == 0
    text = Path("m.md").read_text("utf-8")
    assert "Gepubliceerde cijfers binnen het 80%-interval: " in text
    assert "| occupancy | total | 31 mrt 2025 | 73.500 |" in text
    assert "31 dec 2025 | 82.000" not in text  # Published after the day.


@pytest.mark.slow
def test_the_page_draws_figures_over_their_series_and_counts_them_for_each_run(
    shown: Path,
) -> None:
    """By month and by year where they are of both; none without the option; spending is counted."""
    run, figures = read_run_folder(shown / "r"), read_observations(shown / "mine.csv")
    content = content_of([run], run.stamp, "en", figures)
    (one,) = content["runs"]
    found = compared(shown)
    assert one["compared"]["en"] == " ".join(sentences(found, "en"))
    drawn = {(each["key"], each["way"], each["time"]): each for each in content["figures"]}
    assert drawn["occupancy|total", "month", "2025-03-31"]["value"] == 73_500
    assert drawn["pending|total", "month", "2025-06-30"]["inside"] == [
        mine.inside for mine in found.of("pending|kind:all")
    ]
    assert ("occupancy|total", "month", "2025-12-31") in drawn
    assert drawn["occupancy|total", "end", 2025]["inside"] == [False]
    assert drawn["inflow|total", "sum", 2026]["inside"] == [False]
    assert ("occupancy|total", "mean", 2026) in drawn
    assert not [key for key, *_ in drawn if key.startswith("spending")]
    plain = content_of([run], run.stamp, "en")
    assert plain["figures"] == []
    assert "compared" not in plain["runs"][0]


@pytest.mark.long
def test_a_run_tells_how_many_figures_are_inside(shown: Path, command: Command) -> None:
    words = ("run", "baseline", *LENGTH, "--no-charts", "-o", "r")
    file = str(shown / "mine.csv")
    done = command(*words, "--observed", file)
    assert f"80% interval: {compared(shown).inside} of 9." in done.stdout
    told = json.loads(command(*words, "--observed", file, "--json").stdout)
    assert told["observed"]["compared"] == 9
    assert json.loads(command(*words, "--json").stdout)["observed"] is None


def test_a_day_without_figures_is_refused(command: Command) -> None:
    for words in (("run", "baseline"), ("plot", "r"), ("memo", "r", "-o", "m.md")):
        done = command(*words, "--as-of", "2025-12-31")
        assert done.returncode == 2

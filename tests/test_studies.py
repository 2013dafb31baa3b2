"""Studies of several runs, as a user meets them: printed, drawn, written, refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest
from support.cli import Command

from sim.runs.load import provenance_of, read_study
from sim.runs.provenance import marked
from sim.studies.base import chart_name, chart_png, chart_text

TINY = ["--replications", "3", "--step", "week", "--workers", "1"]
SHORT = ["--until", "2027-12-31"]
STUDIES = {
    "compare": (
        ["compare", "baseline", "faster-housing", "family-restricted", *TINY, *SHORT],
        {"differences", "monthly", "levels"},
        ("Scenarios compared, 2027: medians", "change in gap", "A fifth more homes", "--details"),
    ),
    "explain": (
        ["explain", "baseline", "regular-27100", "--year", "2026", *TINY],
        {"effects", "cells"},
        ("residual", "on its own", "Shapley value; factors: 1"),
    ),
    "enough": (
        ["enough", "--year", "2026", *TINY],
        {"amounts", "chances"},
        ("sufficient with a probability of 80%", "more than the budget", "simulation error"),
    ),
    "solve": (
        ["solve", "baseline", "--lever", "budget.vintages.owb2025.lines.coa_nidos@2026", "--target",
         "gap.total.2026 <= 0", *TINY],
        {"answer", "points", "chances"},
        ("budget for COA and Nidos", "is met with 80% certainty if",
         "EUR billion a year", "time step: one week"),
    ),
    "frontier": (
        ["solve", "baseline", "--lever", "inflow.first@2026", "--lever", "prices.empty_bed",
         "--target", "gap.total.2026:mean <= 1e9", "--points", "3", *TINY],
        {"frontier", "grid"},
        ("just met at the mean", "EUR/place/day"),
    ),
    "stock": (
        ["optimal-places", "--low", "30000", "--high", "60000", "--points", "4", *TINY, *SHORT],
        {"stock", "best"},
        ("newsvendor", "41,000 places cost"),
    ),
    "plan compare": (
        ["plan", "compare", "baseline", "fixed-stock-41000", "--lambda", "500", *TINY, *SHORT],
        {"plans", "differences", "sweep", "ranges", "futures"},
        ("EUR 500", "CVaR 90%", "Mean regret by the price", "perfect information (EVPI)"),
    ),
    "plan compare rules": (
        ["plan", "compare", "baseline", "ind-rule", *TINY, *SHORT],
        {"plans", "differences", "sweep", "ranges", "futures", "rules"},
        ("rules of the plans act, 2025-2027", "large backlog” (“The IND takes more decisions",
         "A rule acts in a week in which"),
    ),
    "value-places": (
        ["plan", "value", "--places", "61000,81000", "--seed", "2", *TINY, *SHORT],
        {"plans", "values", "whole", "choices"},
        ("Knowing the whole future before the choice between these 2 plans", "includes knowing all "
         "chance", "mean regret", "EUR 250 for each of their nights"),
    ),
    "value-budget": (
        ["plan", "value", "--budget", "2026", "--chance", "90%", *TINY],
        {"budgets", "values", "whole", "choices"},
        ("is enough with a chance of 90%", "weighs 9 times", "includes knowing all chance"),
    ),
    "plan search": (
        ["plan", "search", "--levers", "reception.desk.slack=0:0.1", "--subject-to",
         "shortage.p < 99%", "--evaluations", "6", "--accept", "100", *TINY, *SHORT],
        {"plans", "tried", "levers", "limits"},
        ("Best plan: reserve of places", "with 95% certainty at most", "differential evolution"),
    ),
    "ind-coa": (
        ["ind-cut", *TINY, *SHORT],
        {"ind_coa"},
        ("each euro cut", "For asylum work alone"),
    ),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("study", STUDIES)
def test_a_study_prints_its_answer_and_leaves_tables_charts_and_a_record(
    tmp_path: Path, command: Command, study: str
) -> None:
    words, tables, expected = STUDIES[study]
    done = command(*words, "-o", "here")
    assert done.returncode == 0, done.stderr
    plain = " ".join(done.stdout.split())
    for text in expected:
        assert text in plain
    assert "nan" not in done.stdout.lower()
    assert done.stdout.splitlines()[-1] == "Tables and charts are in here/"
    folder = tmp_path / "here"
    record = json.loads((folder / "run.json").read_text("utf-8"))
    assert {file.stem for file in folder.glob("*.csv")} == tables
    assert all(len(pd.read_csv(file)) for file in folder.glob("*.csv"))
    assert len(list((folder / "charts").glob("*.png"))) == 1
    assert set(record["files"]) == {
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and file.name != "run.json"
    }
    assert record["options"]["replications"] == 3
    redrawn_as_written(folder)
    again = command("runs", "reproduce", "here", "--workers", "1", "--quiet")
    assert again.returncode == 0, again.stdout


def redrawn_as_written(folder: Path) -> None:
    """The chart drawn again from the folder's tables is the one that lies there, to the byte."""
    told = read_study(folder)
    (written,) = (folder / "charts").glob("*.png")
    assert written.stem == chart_name(told)
    text = written.with_suffix(".txt").read_bytes()
    hashed = hashlib.sha256(text).hexdigest()
    again = marked(chart_png(told, "en"), ".png", provenance_of(dict(told.record)), hashed)
    assert written.read_bytes() == again
    assert text.decode("utf-8").strip() == chart_text(told, "en")


@pytest.mark.long
def test_the_chart_of_a_study_is_drawn_in_another_language_beside_it(
    tmp_path: Path, command: Command
) -> None:
    words, *_ = STUDIES["explain"]
    assert command(*words, "-o", "here").returncode == 0
    done = command("plot", "here", "--lang", "nl", "--width", "slide", "--format", "png,pdf")
    assert done.returncode == 0, done.stderr
    drawn_to = [tmp_path / line for line in done.stdout.split()]
    assert [file.name for file in drawn_to] == ["waterfall-nl-slide.png", "waterfall-nl-slide.pdf"]
    assert "tekort in 2026" in (tmp_path / "here-charts" / "waterfall-nl-slide.txt").read_text()
    told = command("runs", "provenance", str(drawn_to[0]))
    assert "made from: explanation" in told.stdout
    assert told.returncode == 0
    refused = command("plot", "here", "tornado")
    assert refused.returncode == 2
    assert "it has waterfall" in refused.stderr
    effects = tmp_path / "here" / "effects.csv"
    effects.write_text(effects.read_text("utf-8").replace("1", "2"), "utf-8")
    changed = command("plot", "here")
    assert changed.returncode == 2
    assert "not the one that the run wrote" in changed.stderr


@pytest.mark.long
def test_the_same_study_in_dutch_has_the_same_numbers_and_id(
    tmp_path: Path, command: Command
) -> None:
    words, *_ = STUDIES["solve"]
    english = command(*words, "-o", "en")
    dutch = command(*words, "-o", "nl", "--lang", "nl")
    assert "is met 80% zekerheid gehaald als" in " ".join(dutch.stdout.split())
    assert english.returncode == dutch.returncode == 0
    one, two = (json.loads((tmp_path / lang / "run.json").read_text()) for lang in ("en", "nl"))
    assert one["id"] == two["id"]
    for table in ("answer.csv", "points.csv"):
        assert one["files"][table] == two["files"][table]


@pytest.mark.long
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("baseline", "regular-27100", "remains"),
        ("regular-27100", "baseline", "The result is a shortfall of"),
    ],
)
def test_an_explanation_says_which_way_the_gap_goes(
    command: Command, first: str, second: str, expected: str
) -> None:
    done = command(
        "explain", first, second, "--year", "2027", "-o", "here", "--uncertainty", "process", *TINY
    )
    assert done.returncode == 0, done.stderr
    assert expected in " ".join(done.stdout.split())


@pytest.mark.long
def test_folders_of_finished_runs_are_compared_and_reproduced(
    tmp_path: Path, command: Command
) -> None:
    short = (*TINY, "--until", "2026-12-31", "--quiet")
    for name, scenario in (("a", "baseline"), ("b", "baseline+faster-housing")):
        assert command("run", scenario, *short, "-o", name).returncode == 0
    done = command("compare", "a", "b", "-o", "here", "--year", "2026")
    assert done.returncode == 0, done.stderr
    assert "replications" not in done.stderr
    assert "Scenarios compared, 2026" in done.stdout
    assert "without simulating again" in " ".join(done.stdout.split())
    record = json.loads((tmp_path / "here" / "run.json").read_text("utf-8"))
    assert record["asked"]["finished"]
    again = command("runs", "reproduce", "here", "--workers", "1", "--quiet")
    assert again.returncode == 0, again.stdout
    for words, expected in (
        (("a", "faster-housing"), "not the folder of a finished run"),
        (("a", "b", "--seed", "2"), "--seed: finished runs have their settings"),
        (("a", "b", "--set", "housing.homes=1"), "--set: finished runs have their settings"),
        (("a",), "there is nothing to compare"),
        (("a", "b", "--year", "2027"), "2027 is not simulated"),
    ):
        refused = command("compare", *words)
        assert refused.returncode == 2
        assert expected in refused.stderr


@pytest.mark.long
def test_a_difference_of_nothing_is_said_in_words(command: Command) -> None:
    words = ("compare", "baseline", "--set", "housing.homes=30210", "--uncertainty", "process")
    done = command(*words, "-o", "here", *TINY, "--until", "2026-12-31")
    assert done.returncode == 0, done.stderr
    assert "are identical in every replication" in " ".join(done.stdout.split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["compare", "baseline"], "there is nothing to compare"),
        (["compare", "baseline", "baseline"], "is given twice"),
        (["compare", "baseline", "year-2024", *TINY], "begins on"),
        (["explain", "baseline", "baseline"], "the same scenario"),
        (["explain", "baseline", "family-restricted", "--line", "nidos"], "there is no budget for"),
        (["explain", "baseline", "coa-prices", "--statistic", "p_positive"], "a probability is"),
        (["explain", "baseline", "family-restricted", "--year", "1999"], "no such cell"),
        (["enough", "--chance", "0,8,0,9"], "'0' is not a chance"),
        (["enough", "--chance", "80"], "'80' is not a chance between 0 and 1"),
        (["enough", "--chance", "50%,sure"], "'sure' is not a chance"),
        (["enough", "--line", "total,money"], "no budget line 'money'"),
        (["enough", "--line", "total,coa,nidos,ind,ukraine"], "give 1 to 4"),
        (["plan", "value"], "1 plans to choose from"),
        (["plan", "value", "--places", "31000,31.000"], "'31.000' is not a number of places"),
        (["plan", "value", "--places", "31000"], "1 numbers of places"),
        (["plan", "value", "--places", "31000,41000", "--budget", "2027"], "two decisions"),
        (["plan", "value", "baseline", "faster-housing", "--budget", "2027"], "2 scenarios"),
        (["plan", "value", "--budget", "2055"], "take a year from 2025 to 2030"),
        (["plan", "value", "--budget", "2027", "--line", "money"], "no budget line 'money'"),
        (["enough", "--year", "2055"], "take a year from 2025 to 2030"),
        (["solve", "baseline", "--target", "gap.total.2027 <= 0"], "Missing option '--lever'"),
        (["solve", "baseline", "--lever", "inflow.fist", "--target", "gap.total.2027 <= 0"],
         "not a number of this scenario"),
        (["solve", "baseline", "--lever", "inflow.first", "--target", "gap.total.2027 = 0"],
         "is not allowed in a condition"),
        (["solve", "baseline", "--lever", "inflow.first", "--target", "gap.total.2055 <= 0"],
         "no such cell"),
        (["solve", "baseline", "--lever", "inflow.first", "--target", "gap.total.2035 <= 0"],
         "gap.total has the years 2025 to 2030"),
        (["solve", "baseline", "--lever", "inflow.first", "--target", "tekort.totaal.2027 <= 0"],
         "there is no table 'tekort': did you mean 'gap'?"),
        (["solve", "baseline", "--lever", "inflow.first", "--target", "gap.totaal.2027 <= 0"],
         "gap has no line 'totaal': did you mean 'total'?"),
        (["solve", "baseline", "--lever", "inflow.first", "--target", "need.total.2027@x <= 0"],
         "only gap, cost and budget have a vintage"),
        (["solve", "baseline", "--lever", "inflow.first", "--target", "gap.total.2027@x <= 0"],
         "there is no vintage 'x': choose from"),
        (["solve", "baseline", "--lever", "inflow.first@soon", "--target", "gap.total.2027 <= 0"],
         "'soon' is not a date"),
        (["solve", "baseline", "--lever", "inflow.first", "--target", "gap.total.2027 <= 0",
          "--range", "9:1"], "is not LOW:HIGH"),
        (["solve", "baseline", "--lever", "inflow.first", "--target", "gap.total.2027 <= 0",
          "--range", "-5:nan"], "is not LOW:HIGH"),
        (["solve", "baseline", "--lever", "inflow.first", "--target", "gap.total.2027 <= 0",
          "--range", "-5:10", *TINY], "goes beyond what inflow.first"),
        (["solve", "baseline", "--lever", "inflow.first", "--target", "gap.total.2027 <= 0",
          "--certainty", "80"], "--certainty: Input should be less than 1"),
        (["solve", "baseline", "--lever", "inflow.first", "--lever", "inflow.first@2027",
          "--target", "gap.total.2027 <= 0"], "is given twice"),
        (["solve", "baseline", "--lever", "housing.homes@2040", "--target",
          "gap.total.2027 <= 0"], "is set after 2027"),
        (["solve", "baseline", "--lever", "family.granted_share", "--target",
          "gap.total.2027 <= 0", "--range", "0.5:1.5"], "goes beyond what family.granted_share"),
        (["optimal-places", "--low", "50000"], "leaves out the planned"),
        (["optimal-places", "--reached", "2025"], "take a year from 2027 on"),
        (["ind-cut", "ind-follows-budget"], "something else than a plan"),
        (["ind-cut", "--from", "2040"], "take a year from 2026 on"),
    ],
)  # fmt: skip
def test_what_can_t_be_answered_ends_with_2_one_message_and_no_folder(
    tmp_path: Path, command: Command, words: list[str], expected: str
) -> None:
    done = command(*words)
    assert done.returncode == 2, done.stdout
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "outputs").exists()

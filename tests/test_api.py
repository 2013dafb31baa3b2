"""The Python interface: the same numbers as the command line, and display in Jupyter."""

from __future__ import annotations

import doctest
import importlib
import json
from collections.abc import Iterator
from datetime import date
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from support.cli import Command

import sim
from sim.cli.commands import Group, entries
from sim.errors import ScenarioError
from sim.notebook.repr import as_html
from sim.runs.outcomes import FollowUp
from sim.scenario import shipped
from sim.studies import STUDIES

MODULES = (
    *("catalogue", "folders", "forecasts", "observations", "plots", "result", "scenario"),
    *("study", "validation"),
)
COUNTERPARTS = {
    "answer": "answer",
    "dashboard": "dashboard",
    "data check": "observations",
    "data diff": "compare_observations",
    "data list": "observations",
    "export": "Result.export",
    "find": "find",
    "forecast explain-miss": "explain_miss",
    "forecast freeze": "freeze_forecast",
    "forecast monitor": "monitor_forecasts",
    "forecast verify": "verify_forecasts",
    "hindcast": "score_hindcasts",
    "memo": "Result.memo",
    "model calibrate": "calibrate",
    "model check": "check_model",
    "model trace": "Scenario.trace",
    "nowcast": "Scenario.nowcast",
    "plot": "Result.plot",
    "run": "Scenario.run",
    "runs compare": "compare_runs",
    "runs list": "list_runs",
    "runs provenance": "provenance",
    "runs reproduce": "reproduce_run",
    "runs verify": "verify_run",
    "scenario check": "Scenario.check",
    "scenario diff": "Scenario.diff",
    "scenario import": "import_patch",
    "scenario list": "list_scenarios",
    "scenario new": "new_scenario",
    "scenario overview": "overview",
    "scenario schema": "schema",
    "scenario show": "Scenario.show",
    "scenario sources": "Scenario.sources",
    "scenario start": "Scenario.start_on",
    "scenario vintages": "Scenario.vintages",
    "sweep": "sweep",
}
WITHOUT_COUNTERPART = {
    "json-schema": "it is about what the command line prints",
    "serve": "it shows in a browser what what_if shows in Jupyter",
    "mcp": "it serves other programs, and a program in Python calls the package itself",
}


def doctests() -> list[doctest.DocTest]:
    found = []
    for name in MODULES:
        module = importlib.import_module(f"sim.api.{name}")
        found += [one for one in doctest.DocTestFinder().find(module) if one.examples]
    return found


@pytest.fixture(scope="module")
def result() -> sim.Result:
    return sim.load("baseline").run(replications=5, step="week", workers=1)


def commands() -> Iterator[str]:
    """Commands that are not studies made from the table, those of a group after its name."""
    for name, entry in entries().items():
        if isinstance(entry, Group):
            yield from (f"{name} {inner}" for inner, one in entry.commands.items() if not one.study)
        elif name not in STUDIES or STUDIES[name].takes == "design":
            yield name


@pytest.mark.slow
def test_a_relative_override_is_relative_to_the_earlier_one() -> None:
    """As on the command line: what a scenario holds is what the next value applies to."""
    baseline = sim.load("baseline")
    homes = {"housing.homes": "+10%"}
    twice = baseline.override(homes).override({"housing.homes": "x1.1"})
    assert twice.model.housing.homes.single == 36_554.1
    assert twice.sets == ("housing.homes=+21%",)
    exact = baseline.override({"housing.homes": {"value": 40_000, "certain": True}}).override(homes)
    assert exact.model.housing.homes.single == 44_000
    assert exact.model.housing.homes.spread is None
    assert baseline.override({"housing.homes": 40_000}).override(homes).sets == (
        "housing.homes=44000",
    )
    path = baseline.override({"housing.homes": {2026: 20_000}}).override(homes)
    assert path.model.housing.homes.numbers() == (22_000,)


@pytest.mark.slow
def test_a_number_of_python_with_three_decimals_is_that_number() -> None:
    """A float is not typed, so it can't be read in two ways; a text can."""
    baseline = sim.load("baseline")
    assert baseline.override({"housing.homes": 12.345}).model.housing.homes.single == 12.345
    with pytest.raises(sim.ScenarioError, match=r"may be 29150 or 29\.15"):
        baseline.override({"housing.homes": "29.150"})


def test_every_command_has_a_counterpart_with_a_docstring() -> None:
    assert set(commands()) == {*COUNTERPARTS, *WITHOUT_COUNTERPART}
    for path in COUNTERPARTS.values():
        found: object = sim
        for part in path.split("."):
            found = getattr(found, part)
        assert found.__doc__


def test_every_study_of_scenarios_is_a_method_with_its_help() -> None:
    base = sim.load("baseline")
    for study in STUDIES.values():
        if study.is_of_scenarios:
            method = getattr(base, study.method)
            assert method.__doc__ == study.help
            assert {"workers", "executor"} <= set(signature(method).parameters)
            assert study.method in dir(base)


@pytest.mark.long
@pytest.mark.parametrize("example", doctests(), ids=lambda one: one.name.removeprefix("sim.api."))
def test_examples_in_docstrings_say_what_comes_out(example: doctest.DocTest) -> None:
    told: list[str] = []
    runner = doctest.DocTestRunner()
    runner.run(example, out=told.append)
    assert not runner.summarize(verbose=False).failed, "".join(told)


def test_completion_offers_public_names() -> None:
    assert {"load", "answer", "list_scenarios", "open_run"} <= set(dir(sim))
    with pytest.raises(AttributeError, match="attribute lod"):
        sim.lod  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.long
def test_a_run_in_python_is_the_run_of_the_command_line(
    command: Command, result: sim.Result
) -> None:
    words = ("run", "baseline", "--replications", "5", "--step", "week", "--no-charts")
    done = command(*words, "--out", "there")
    assert done.returncode == 0, done.stderr
    there = sim.open_run("there")
    record = json.loads((Path("there") / "run.json").read_text("utf-8"))
    ours = result.finished.record
    assert {key: ours[key] for key in ("id", "command", "files")} == {
        key: record[key] for key in ("id", "command", "files")
    }
    pd.testing.assert_frame_equal(there.budget, result.budget)
    assert there.scenario.name == "baseline"


@pytest.mark.slow
def test_the_scorecard_reads_what_is_kept_and_tells_it() -> None:
    from sim.hindcast import kept, summary
    from sim.report.scorecard_tables import verdict

    card = sim.score_hindcasts()
    pd.testing.assert_frame_equal(card.summary, summary(kept().scored))
    assert card.sentences("nl") == verdict(kept(), "nl")
    assert {"official", "program", "observed"} <= set(card.official)
    assert "<table>" in card._repr_html_()
    assert f"{card.scores[-1].pool_ratio.value:.2f}" in card.chart().words
    assert {goal.measure for goal in card.goals} >= {"program_ratio", "pool_ratio", "coverage"}


@pytest.mark.long
def test_single_years_of_the_past_can_be_scored_anew() -> None:
    card = sim.score_hindcasts(20, seed=2, years=[2023], workers=1)
    assert {day.year for day in card.hindcasts["origin"]} == {2023}
    assert {day.year for day in card.cells.official["origin"]} == {2023}
    again = sim.score_hindcasts(years=[2023]).hindcasts
    mine = card.hindcasts.set_index(["series", "target", "forecaster"])
    kept = again.set_index(["series", "target", "forecaster"])
    assert list(mine.index) == list(kept.index)
    naive = ~mine.index.get_level_values("forecaster").isin(["program", "pool"])
    assert mine["forecast"][naive].to_numpy() == pytest.approx(kept["forecast"][naive], rel=1e-5)
    assert (mine["forecast"][~naive] != kept["forecast"][~naive]).all()
    assert "inflow" in repr(card)
    for refused in (card.plot, card.chart, card.sentences):
        with pytest.raises(ScenarioError, match="does not have all years"):
            refused()
    with pytest.raises(ScenarioError, match="1999 has no origin date"):
        sim.score_hindcasts(years=[2020, 1999])


@pytest.mark.slow
def test_the_kept_tornado_is_sorted_and_name_each_uncertain_number() -> None:
    from sim.scenario import quantities

    table = sim.tornado()
    assert (table["swing"].diff().dropna() <= 0).all()
    uncertain = {key for key, one in quantities(sim.load("baseline").model) if one.spread}
    assert set(table.index) == uncertain
    assert (table["swing"] >= (table["high"] - table["low"]).abs()).all()
    assert table["what"].str.len().min() > 0


def test_jupyter_shows_a_mistake_by_its_name_without_a_traceback() -> None:
    with pytest.raises(sim.ScenarioError) as raised:
        sim.load("basline")
    shown = raised.value._render_traceback_()
    assert shown == [f"ScenarioError: {raised.value}"]
    assert "basline" in shown[0]


@pytest.mark.long
def test_a_study_can_be_asked_again_from_what_it_says() -> None:
    base = sim.load("baseline").override({"housing.homes": 31_000})
    found = base.compare("faster-housing", replications=3, step="week", workers=1)
    again = eval(found.command, {"sim": sim})
    assert again.id == found.id
    pd.testing.assert_frame_equal(again.tables["differences"], found.tables["differences"])


@pytest.mark.long
def test_a_run_compares_with_its_own_settings(result: sim.Result) -> None:
    found = result.compare("faster-housing", workers=1)
    settings = found.finding.content.settings
    assert (settings.replications, settings.step) == (5, "week")
    explained = result.explain("faster-housing", 2028, workers=1)
    assert explained.finding.content.asked["cell"] == "gap.total.2028:p50"


@pytest.mark.long
def test_finished_runs_are_compared_without_simulating_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What their folders keep gives the bytes and the id of a simulated comparison of the same."""
    asked: dict[str, Any] = {"replications": 4, "step": "week", "workers": 1}
    base = sim.load("baseline").override({"housing.homes": 31_000})
    simulated = base.compare("faster-housing", **asked, finished=True)
    usual = base.compare("faster-housing", **asked).tables["differences"]
    runs = [one.run(**asked) for one in (base, sim.load("faster-housing"))]

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("simulated again")

    monkeypatch.setattr("sim.results.tasks.simulate_one", refused)
    found = runs[0].compare(runs[1])
    assert found.id == simulated.id
    assert found.command.endswith("finished=True)")
    for name in ("differences", "monthly", "levels"):
        pd.testing.assert_frame_equal(found.tables[name], simulated.tables[name])
    assert found.tables["monthly"].empty
    assert "without simulating again" in " ".join(found.sentences())
    # Amounts are kept in thousands of euros, people in hundredths.
    money = usual["unit"] == "EUR"
    apart = (found.tables["differences"]["other_p50"] - usual["other_p50"]).abs()
    assert apart[money].max() <= 1_000
    assert apart[~money].max() <= 0.011


@pytest.mark.long
def test_finished_runs_that_do_not_go_together_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other settings and the same run are refused; two runs of one name get names of their own."""
    asked: dict[str, Any] = {"step": "week", "workers": 1, "until": date(2025, 12, 31)}
    baseline = sim.load("baseline")
    few = baseline.run(replications=2, out=tmp_path / "few", **asked)
    more = baseline.run(replications=3, **asked)
    with pytest.raises(ScenarioError, match="replications is 3, and 2 in"):
        few.compare(more)
    with pytest.raises(ScenarioError, match="a run is given twice"):
        few.compare(few)
    file = tmp_path / "baseline.yaml"
    text = "extends: baseline\ntitle: {en: Own, nl: Eigen}\ndescription: {en: Own, nl: Eigen}\n"
    text += "housing: {homes: 31000}\n"
    file.write_text(text, "utf-8")
    own = sim.load(file).run(replications=2, out=tmp_path / "own", **asked)
    found = few.compare(own)
    assert list(found.finding.content.scenarios) == ["few", "own"]
    assert found.finding.content.settings.until == date(2025, 12, 31)
    older = {"opvangsim": "0.1.0"}
    monkeypatch.setattr("sim.studies.compare_runs.versions", lambda: older)
    with pytest.raises(ScenarioError, match=r"is 0\.1\.0 now"):
        few.compare(own)


@pytest.mark.slow
def test_things_show_themselves_in_words_and_in_html(result: sim.Result) -> None:
    assert "2027" in repr(result)
    assert "<table>" in result._repr_html_()
    assert "Baseline" in repr(result.scenario)
    assert "27 January 2025" in result.scenario._repr_html_()
    assert "labour" in repr(sim.answer(49))
    assert "<table>" in sim.answer(49)._repr_html_()


def test_tables_of_a_follow_up_have_their_columns_without_any_row() -> None:
    nothing = sim.Monitoring(FollowUp(date(2025, 6, 30), (), (), (), (), ()), "")
    assert nothing.alarms.columns.tolist() == [
        *("series", "breakdown", "month", "score", "up", "down", "alarm")
    ]
    assert {"came", "median", "percentile"} <= set(nothing.outcomes.columns)
    assert {"before", "after", "change"} <= set(nothing.revisions.columns)
    assert repr(nothing) == "Monitoring(0 forecasts: 0 outcomes, 0 revisions, 0 alarms)"
    assert "<table" in nothing._repr_html_()


def test_a_what_if_says_which_sliders_were_moved() -> None:
    pytest.importorskip("ipywidgets")
    board: Any = sim.load("baseline").what_if()
    assert repr(board) == "WhatIf('baseline': no slider moved)"
    name, slider = next(iter(board.sliders.items()))
    board.controller.set_slider(name, slider.max)
    assert repr(board) == f"WhatIf('baseline': {name}={slider.max:g})"
    board.close()


@pytest.mark.parametrize("name", sim.__all__)
def test_public_classes_have_a_short_repr_and_a_docstring(name: str) -> None:
    """Not that of a dataclass, which prints all that is in it."""
    found: Any = getattr(sim, name)
    assert found.__doc__
    if isinstance(found, type) and not issubclass(found, Exception):
        assert found.__repr__.__qualname__.startswith(found.__qualname__)
        assert not hasattr(found.__repr__, "__wrapped__")


@pytest.mark.slow
def test_in_jupyter_a_text_is_made_and_nothing_shown_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("shown")

    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    monkeypatch.setattr("rich.jupyter.display", refused)
    assert "labour" in repr(sim.answer(49))


def test_a_title_is_a_text_and_never_markup(tmp_path: Path) -> None:
    file = tmp_path / "evil.yaml"
    title = "<img src=x onerror=alert(1)> [bold]x[/bold]"
    file.write_text(
        f"extends: baseline\ntitle: {{en: '{title}', nl: '{title}'}}\n"
        "description: {en: x, nl: x}\n",
        "utf-8",
    )
    html = sim.load(file)._repr_html_()
    assert "<img" not in html
    assert "&lt;img" in html
    assert as_html(["<b>x</b>"]) == "<p>&lt;b&gt;x&lt;/b&gt;</p>"


@pytest.mark.slow
def test_a_run_is_kept_where_it_is_wanted(result: sim.Result, tmp_path: Path) -> None:
    kept = sim.open_run(result.write(tmp_path / "kept"))
    assert kept.id == result.id
    folder = result.folder
    assert folder.is_dir()


@pytest.mark.long
def test_files_are_made_by_their_ending(result: sim.Result, tmp_path: Path) -> None:
    for name in ("run.xlsx", "run.csv", "run.parquet"):
        assert result.export(tmp_path / name).is_file()
    assert result.export(tmp_path / "iamc.csv", iamc=True).is_file()
    assert result.memo(tmp_path / "memo.docx", "nl").is_file()
    with pytest.raises(ScenarioError, match=r"ends in \.csv"):
        result.export(tmp_path / "run.doc")
    with pytest.raises(ScenarioError, match="Word document"):
        result.memo(tmp_path / "memo.doc")


@pytest.mark.long
def test_a_workbook_of_a_scenario_goes_out_and_comes_back(tmp_path: Path) -> None:
    book = sim.load("baseline").export(tmp_path / "b.xlsx")
    assert sim.import_patch(book, tmp_path / "p.yaml") == 0


@pytest.mark.long
def test_a_study_writes_its_folder_and_its_memo(tmp_path: Path) -> None:
    base = sim.load("baseline")
    found = base.compare("faster-housing", replications=3, step="week", workers=1)
    folder = found.write(tmp_path / "study", "nl")
    record = json.loads((folder / "run.json").read_text("utf-8"))
    assert record["command"] == found.command
    assert found.memo(tmp_path / "memo.md").is_file()
    assert found.chart("nl").words


@pytest.mark.slow
def test_runs_stand_side_by_side_in_a_page(result: sim.Result, tmp_path: Path) -> None:
    page = sim.dashboard([result], tmp_path / "page.html", "nl")
    assert sim.provenance(page)["run"] == result.id
    with pytest.raises(ScenarioError, match="is given twice"):
        sim.dashboard([result, result], tmp_path / "twice.html")
    with pytest.raises(ScenarioError, match=r"ends in \.html"):
        sim.dashboard([result], tmp_path / "page.pdf")


@pytest.mark.long
def test_the_list_has_all_shipped_scenarios() -> None:
    table = sim.list_scenarios("nl")
    assert list(table.index) == list(shipped())
    low, middle, high = (table[f"gap_2027{end}"]["baseline"] for end in ("_p10", "", "_p90"))
    assert 1e9 < low < middle < high


def test_public_names_are_not_hidden_by_subpackages() -> None:
    for package in ("runs", "questions", "hindcast", "reproduce"):
        importlib.import_module(f"sim.{package}")
    for name in sim.__all__:
        assert not isinstance(getattr(sim, name), ModuleType), name

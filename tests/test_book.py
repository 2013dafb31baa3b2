"""The question book: every question stands in it, and no number in an answer is typed in."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from html import escape
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from support.cli import Command

from sim.errors import ScenarioError
from sim.export.memo.answers import parse_page
from sim.export.read_command_records import answer_record
from sim.hindcast import kept as kept_hindcasts
from sim.model.sampling import Floats
from sim.questions import answer_chart
from sim.questions import run_studies as studies_module
from sim.questions.drivers import DRAW, AnswerMeasure, drivers, required_columns
from sim.questions.metrics import array_of as computed
from sim.questions.metrics import (
    figure_from,
    figure_name,
    required_cells,
    scenario_of,
    score_entries,
    summarise_metric,
    values_of,
    violated_conditions,
)
from sim.questions.pages import files, markdown, summary
from sim.questions.questions import Metric, Question, StudySpec, questions
from sim.questions.run_studies import Answers, required_studies, study_values
from sim.questions.text import as_shown, filled, lines, page, with_band, worded
from sim.report.display_names import APPLICATIONS, input_name
from sim.report.i18n import Language, number, translate
from sim.results.cell import parse
from sim.results.executor import Workers
from sim.results.experiment import Experiment, Settings
from sim.runs import cache as kept_module
from sim.runs.cache import cached_arrays, cached_numbers
from sim.scenario import load_chain, quantities, source_keys
from sim.studies import ind_cut, optimal_places
from sim.studies.base import Value
from sim.studies.factors import factors
from sim.studies.ind_cut import CUTS, TOTAL
from sim.studies.optimal_places import PLANNED, Newsvendor, PlaceCosts

ALL = questions()
ANSWERED = [one for one in ALL if one.answer is not None]
BY_PARTY = {"D66": 9, "BBB": 14, "SGP": 5, "CDA": 7, "50PLUS": 4, "GroenLinks-PvdA": 20,
            "ChristenUnie": 23}  # fmt: skip
FEW = Settings(2, 1, "week", date(2029, 12, 31))
ROOT = Path(__file__).parent.parent
ANSWERS_PAGES: dict[Language, Path] = {
    "nl": ROOT / "docs" / "answers.md",
    "en": ROOT / "docs" / "answers-en.md",
}
TABLE = re.compile(r"(<!-- answers: ([0-9a-f]+).*?-->\n)(.*?)(<!-- end of answers -->)", re.S)


@cache
def invented(count: int = 50) -> Answers:
    """Answers of all questions from cells and entries that are drawn and not run."""
    rng = np.random.default_rng(1)
    known: dict[str, dict[str, Floats]] = {}
    for name, cells in required_cells(ALL).items():
        scenario = scenario_of(name)
        known[name] = {cell: 1e4 * rng.random(count) for cell in required_columns(scenario, cells)}
    entries_: dict[str, dict[str, Value]] = {}
    for one in ANSWERED:
        for figure in one.figures.values():
            if figure.study is not None:
                study, _, entry = figure.study.partition(".")
                found = entries_.setdefault(one.studies[study].command, {})
                found[entry] = Value(2e6, (1e6, 3e6), sampled="best" in entry)
    return Answers(known, entries_, Settings(count, 1, "week"))


def test_all_82_questions_stand_there_in_the_order_of_the_document() -> None:
    assert [one.number for one in ALL] == list(range(1, 83))
    assert list(Counter(one.party for one in ALL)) == list(BY_PARTY)
    assert Counter(one.party for one in ALL) == BY_PARTY
    assert [one.of_party for one in ALL] == [
        n for count in BY_PARTY.values() for n in range(1, count + 1)
    ]
    assert Counter(one.kind for one in ALL) == {"model": 56, "fact": 8, "none": 18}
    assert sum(one.deferred for one in ALL) == 32


def test_what_no_number_answers_says_why_and_every_fact_has_its_figure() -> None:
    for one in ALL:
        assert (one.because is not None) == (one.kind == "none"), one.number
        assert one.answer is not None or one.kind != "fact", one.number


@pytest.mark.parametrize("one", ANSWERED, ids=lambda one: str(one.number))
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_no_number_stands_in_an_answer_but_by_a_figure(one: Question, lang: Language) -> None:
    """But for years. Each figure stands in the sentence, is part of another, or says aside."""
    assert one.answer is not None
    assert one.short is not None
    more = (one.plan, one.caveat, one.conflict)
    texts = [one.answer, one.short, *(text for text in more if text)]
    text = " ".join(getattr(each, lang) for each in texts)
    plain = re.sub(r"{\w+}|\b20[0-3]\d\b", "", text)
    assert not re.search(r"\d", plain), plain
    blanks = {name.removesuffix("_alone") for _, name, _, _ in Formatter().parse(text) if name}
    assert blanks <= set(one.figures)
    parts = {part for figure in one.figures.values() for part in figure.parts}
    aside = {name for name, figure in one.figures.items() if figure.aside}
    assert set(one.figures) - blanks - parts - aside == set()


def test_a_figure_has_one_way_and_says_what_that_way_asks_for() -> None:
    name = {"en": "a", "nl": "een"}
    cases: dict[str, dict[str, Any]] = {
        "says where it stands": {"given": 5},
        "one of cell, chance": {"cell": "gap.total.2027", "key": "housing.homes"},
        "compared with another scenario or have a certainty": {
            "chance": "gap.total.2027 > 0", "against": "baseline"},
        "has low, high and because": {"assumed": 5, "name": name},
        "has a name": {"sum": ("a", "b")},
        "two figures or more": {"sum": ("a",), "name": name},
        "written STUDY.ENTRY": {"study": "a", "name": name},
        "names its source": {"key": "housing.homes", "source": "AR-2023"},
    }  # fmt: skip
    for match, wrong in cases.items():
        with pytest.raises(ValueError, match=match):
            Metric.model_validate({"shown": "count", **wrong})


def test_a_question_is_made_of_figures_that_can_be_reckoned_with() -> None:
    fine = yaml.safe_load((ROOT / "scenarios" / "questions" / "78.yaml").read_text("utf-8"))
    figures = fine["figures"]
    later = {**figures, "first": {**figures["mix"], "ratio": ["money", "last"]},
             "last": figures["held"]}  # fmt: skip
    end = {**figures, "held": {**figures["held"], "cell": "budget.coa_nidos.2027:p90"}}
    cases: dict[str, dict[str, Any]] = {
        "stand before it": {"figures": later},
        "no replications to reckon with": {"figures": end},
        "headline is one of the figures": {"headline": "none"},
        "an answer, or says why": {"kind": "none", "because": fine["answer"]},
        "speaks of a figure": {"provided": ["nothing > 0"]},
    }
    for match, wrong in cases.items():
        with pytest.raises(ValueError, match=match):
            Question.model_validate({**fine, **wrong})


def test_a_figure_is_what_its_cells_give() -> None:
    known = {"a": {"gap.total.2027": np.arange(11.0)}, "b": {"gap.total.2027": np.full(11, 4.0)}}

    def value_of(figure: Metric) -> Value:
        return summarise_metric(figure, computed(figure, known, {}))

    middle = Metric(of="a", cell="gap.total.2027", shown="count")
    assert value_of(middle) == Value(5.0, (1.0, 9.0))
    assert value_of(middle.model_copy(update={"against": "b", "times": -1.0})) == Value(
        -1.0, (-5.0, 3.0)
    )
    assert value_of(middle.model_copy(update={"cell": "gap.total.2027:p90"})) == Value(9.0, None)
    chance = Metric(of="a", chance="gap.total.2027 > 7", shown="percent")
    assert value_of(chance).value == pytest.approx(3 / 11)
    price = Metric(key="reception.places.regular.price", shown="euro")
    assert value_of(price) == Value(27_100, None)
    never = chance.model_copy(update={"chance": "gap.total.2027 > 70"})
    assert worded(value_of(never).value, never, "nl") == "minder dan 1%"


def asked(figures: Mapping[str, object], **more: object) -> Question:
    text = {"en": "a", "nl": "een"}
    plain = {"number": 1, "party": "x", "of_party": 1, "kind": "model", "deferred": False,
             "question": text, "minister": text, "short": text, "answer": text,
             "headline": next(iter(figures))}  # fmt: skip
    return Question.model_validate({**plain, "figures": figures, **more})


def test_figures_are_reckoned_with_replication_by_replication() -> None:
    """A difference of medians is not the median of differences: 5 - 5 here, and not 0 - 0."""
    name = {"en": "a", "nl": "een"}
    one = asked({
        "a": {"cell": "gap.total.2027", "shown": "count"},
        "b": {"cell": "gap.total.2028", "shown": "count"},
        "two": {"given": 2, "where": "x", "shown": "count", "name": name},
        "less": {"difference": ["a", "b"], "shown": "count", "name": name},
        "times": {"product": ["less", "two"], "shown": "count", "name": name, "times": 10},
        "part": {"ratio": ["a", "two"], "shown": "count", "name": name},
        "whole": {"sum": ["a", "b", "two"], "shown": "count", "name": name},
        "enough": {"cell": "gap.total.2027", "certainty": 0.9, "shown": "count"},
        "top": {"difference": ["enough", "two"], "shown": "count", "name": name},
    })  # fmt: skip
    cells = {"gap.total.2027": np.array([0.0, 1, 5, 6, 9]),
             "gap.total.2028": np.array([5.0, 9, 0, 1, 8])}  # fmt: skip
    found = values_of(one, {"baseline": cells}, {})
    assert found["less"].value == 1.0
    assert found["times"].value == 20.0
    assert found["part"].value == 2.5
    assert found["whole"].value == 9.0
    assert found["enough"].value == pytest.approx(7.8)
    assert found["enough"].sampled
    assert found["top"].value == pytest.approx(5.8)
    assert found["top"].band is None


def test_an_entry_of_a_study_turned_round_keeps_its_band_in_order() -> None:
    name = {"en": "a", "nl": "een"}
    one = asked({"effect": {"study": "fall.x", "times": -1, "shown": "count", "name": name}},
                studies={"fall": {"verb": "stock"}})  # fmt: skip
    found = values_of(
        one, {}, {"opvangsim optimal-places baseline": {"x": Value(-5.0, (-9.0, -2.0))}}
    )
    assert found["effect"] == Value(5.0, (2.0, 9.0))


def test_a_margin_is_not_told_as_a_band() -> None:
    figure = Metric(cell="cost.total.2027", certainty=0.8, shown="count")
    assert with_band(Value(5.0, (4.0, 6.0), sampled=True), figure, "en") == "5 (margin: 4 to 6)"
    assert with_band(Value(5.0, (4.0, 6.0)), figure, "en") == "5 (4 to 6)"


def test_a_saving_is_told_as_the_other_scenario_less_this_one() -> None:
    one = ALL[16]
    saved = one.figures["saved"]
    first, second = (scenario_of(name).title.en for name in ("baseline", saved.of))
    assert saved.times < 0
    assert figure_from(one, saved, "en") == f"{first}, less: {second}"
    assert figure_name(saved, "en").startswith("less: ")
    more = one.figures["more"]
    assert figure_from(one, more, "en") == f"{second}, less: {first}"
    assert figure_name(more, "en").startswith("difference: ")


def test_a_chance_may_be_of_a_figure_before_it() -> None:
    name = {"en": "a", "nl": "een"}
    one = asked({
        "a": {"cell": "gap.total.2027", "shown": "count"},
        "b": {"cell": "gap.total.2028", "shown": "count"},
        "less": {"difference": ["a", "b"], "shown": "count", "name": name},
        "chance": {"chance": "less > 0", "shown": "percent", "name": name},
    })  # fmt: skip
    cells = {"gap.total.2027": np.array([1.0, 2, 3, 4]), "gap.total.2028": np.full(4, 3.5)}
    assert values_of(one, {"baseline": cells}, {})["chance"].value == 0.25


def test_an_assumed_size_carries_its_range_into_what_is_made_of_it() -> None:
    name = {"en": "a", "nl": "een"}
    one = asked({
        "size": {"assumed": 6, "low": 3, "high": 9, "because": name, "name": name,
                 "shown": "count"},
        "two": {"given": 2, "where": "x", "shown": "count", "name": name},
        "cost": {"product": ["size", "two"], "shown": "count", "name": name},
    })  # fmt: skip
    found = values_of(one, {}, {})
    assert found["cost"].value == pytest.approx(12, abs=0.1)
    assert found["cost"].band == pytest.approx((7.2, 16.8), abs=0.1)


def test_words_that_no_longer_fit_the_numbers_are_told() -> None:
    one = asked({"a": {"key": "reception.places.regular.price", "shown": "euro"}},
                provided=["a > 27000", "a > 28000"])  # fmt: skip
    values = values_of(one, {}, {})
    assert violated_conditions(one, values) == ["a > 28000"]
    shown = page(one, values, {}, [], Settings(2), "nl")
    assert "LET OP" in shown.notes[0]
    assert "a > 28000" in shown.notes[0]


def test_a_second_paragraph_is_part_of_the_answer_wherever_it_is_shown() -> None:
    """Printed, as a page, in a record and read back for a memo, with its figures filled in."""
    text = {"en": "It costs {a}.", "nl": "Het kost {a}."}
    figures = {"a": {"key": "reception.places.regular.price", "shown": "euro"}}
    one = asked(figures, plan=text)
    shown = page(one, values_of(one, {}, {}), {}, [], Settings(2), "nl")
    assert shown.plan == "Het kost €\N{NO-BREAK SPACE}27.100."
    assert shown.plan in lines(shown)
    assert f"> {shown.answer}\n>\n> {shown.plan}\n" in markdown(shown)
    read = parse_page(markdown(shown))
    assert (read.answer, read.plan) == (shown.answer, shown.plan)
    assert answer_record(shown).plan == shown.plan
    with pytest.raises(ValueError, match="only an answer has a second paragraph"):
        Question.model_validate({**ALL[0].model_dump(), "plan": text})


def test_a_chart_leaves_out_what_stands_in_the_second_paragraph_alone() -> None:
    one = ALL[74]
    assert "nights" in one.of_plan
    assert not one.of_plan & {one.headline, "saved", "gap"}
    values = {name: Value(1e5, (9e4, 2e5)) for name in one.figures}
    drawn = [row.name for row in answer_chart.ranges(one, values, "en")]
    assert figure_name(one.main, "en") in drawn
    assert not {figure_name(one.figures[name], "en") for name in one.of_plan} & set(drawn)


def test_large_counts_are_rounded_by_their_size() -> None:
    for value, text in ((949.4, "949"), (3_460_012.0, "3,460,000"), (119_649.0, "119,600")):
        assert as_shown(value, "count", "en") == text
    assert as_shown(3_460_012.0, "count", "en", exact=True) == "3,460,012"


def test_a_study_of_several_scenarios_names_them() -> None:
    spec = StudySpec(verb="compare", several=("baseline", "faster-housing"))
    assert spec.scenarios == ("baseline", "faster-housing")
    assert spec.command == "opvangsim compare baseline faster-housing"
    for wrong in ({"verb": "compare"}, {"verb": "stock", "several": ("baseline", "x")}):
        with pytest.raises(ValueError, match="a study of several scenarios has several"):
            StudySpec.model_validate(wrong)


def test_every_figure_has_a_name_and_an_origin_in_both_languages() -> None:
    sources = source_keys()
    for one in ANSWERED:
        for figure in one.figures.values():
            for lang in ("en", "nl"):
                assert figure_name(figure, lang)
                assert figure_from(one, figure, lang)
            assert figure.source is None or figure.source in sources


@pytest.mark.long
@pytest.mark.parametrize("name", list(required_cells(ALL)))
def test_every_uncertain_number_of_a_scenario_of_the_book_has_a_name(name: str) -> None:
    """So that what drives an answer can be told in words."""
    scenario = scenario_of(name)
    for key, quantity in quantities(scenario):
        if quantity.spread is not None:
            assert input_name(key, scenario, "en") != input_name(key, scenario, "nl"), key


def test_a_driver_is_a_number_that_the_headline_goes_with_and_no_other() -> None:
    rng = np.random.default_rng(2)
    draws = {f"{DRAW}{key}": rng.random(400) for key in ("up", "down", "none", "inflow.first")}
    draws[f"{DRAW}flat"] = np.ones(400)
    draws[f"{DRAW}{APPLICATIONS}.2026"] = rng.random(400)
    draws[f"{DRAW}{APPLICATIONS}.2027"] = rng.random(400)
    gap = (2 * draws[f"{DRAW}up"] - draws[f"{DRAW}down"] + draws[f"{DRAW}{APPLICATIONS}.2026"]
           + draws[f"{DRAW}inflow.first"])  # fmt: skip
    one = asked({"gap": {"cell": "gap.total.2027", "shown": "count"}})
    found = drivers(one, {"baseline": {"gap.total.2027": gap, **draws}})
    assert [driver.name for driver in found] == ["up", "down"]
    assert found[0].correlation > 0 > found[1].correlation
    flat = {"baseline": {"gap.total.2027": np.ones(400), **draws}}
    assert drivers(one, flat) == []


@pytest.mark.slow
def test_of_inputs_that_do_nothing_one_question_in_twenty_names_one() -> None:
    rng = np.random.default_rng(3)
    one = asked({"gap": {"cell": "gap.total.2027", "shown": "count"}})
    named = 0
    for _ in range(200):
        cells = {f"{DRAW}{n}": rng.random(100) for n in range(70)}
        named += bool(drivers(one, {"baseline": {"gap.total.2027": rng.random(100), **cells}}))
    assert named <= 20


@pytest.mark.long
def test_applications_count_first_ones_up_to_the_year(baseline_trial: Experiment) -> None:
    found = AnswerMeasure(())(baseline_trial)
    names = required_columns(baseline_trial.scenario, ())
    assert set(names) == set(found)
    groups = [name for name, group in baseline_trial.scenario.groups.items()
              if group.intake == "first"]  # fmt: skip
    by_year = sum(baseline_trial.yearly["inflow", f"group:{name}", "sum"] for name in groups)
    two = np.asarray(by_year)[:2].sum(axis=0)
    assert found[f"{DRAW}{APPLICATIONS}.2026"] == pytest.approx(two)


@pytest.fixture(scope="module")
def baseline_trial() -> Experiment:
    from sim.results.tasks import simulate_all

    (trial,) = simulate_all(scenario_of("baseline"), Settings(2, 1, "week"))
    return trial


@pytest.mark.long
def test_every_answer_reads_whole_in_both_languages() -> None:
    found = invented()
    for one in ALL:
        for lang in ("en", "nl"):
            shown = found.page(one, lang)
            told = (shown.short, shown.answer, shown.plan, *shown.notes)
            text = " ".join((*told, *map(" ".join, shown.rows)))
            assert "nan" not in text.split()
            assert "{" not in text
            assert len(shown.rows) == len(one.figures)
            assert bool(shown.again) == (one.answer is not None)
    known = {"baseline": {"gap.total.2027": np.array([3.44e9])}}
    gap = Metric(cell="gap.total.2027", shown="billion")
    value = summarise_metric(gap, computed(gap, known, {}))
    assert (
        filled("{gap}", asked({"gap": gap}), {"gap": value}, "en")
        == "EUR\N{NO-BREAK SPACE}3.4 billion"
    )
    assert number(3.44, "nl", 1) == "3,4"


@pytest.mark.long
def test_a_study_gives_the_entries_that_its_verb_promises() -> None:
    few = Settings(2, 1, "week")
    for one, promised in (
        ({"verb": "explain", "first": "baseline", "second": "regular-27100", "year": 2025},
         {"reception.places.regular.price", "before", "after"}),
        ({"verb": "solve", "vary": "budget.vintages.owb2025.lines.coa_nidos@2025",
          "target": "gap.total.2025 <= 0", "certainty": 0.5}, {"answer", "present", "at_least"}),
    ):  # fmt: skip
        found = study_values(StudySpec.model_validate(one), few)
        assert set(found) == promised
    assert found["answer"].value > 0
    no_way = {
        "verb": "solve",
        "vary": "budget.vintages.owb2025.lines.ind@2025",
        "target": "pending.total.2025 <= 0",
        "certainty": 0.5,
    }
    assert set(study_values(StudySpec.model_validate(no_way), few)) == {"present", "at_least"}


def test_the_entries_of_a_stock_are_means_over_its_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = np.array([30_000.0, PLANNED, 50_000.0])
    costs = np.array([[9.0, 11.0], [6.0, 8.0], [7.0, 7.0]])
    rule = Newsvendor(2.0, 1.0, 0.6, 47e3)
    made = PlaceCosts((2025,), 2027, levels, costs, np.array([10.0, 10.0]), 45_000.0, (44e3, 46e3),
                 np.array([5.0, 5.0]), 46e3, (45e3, 47e3), rule)  # fmt: skip
    monkeypatch.setattr(optimal_places, "search", lambda *_: made)
    found = study_values(StudySpec(verb="stock"), FEW)
    assert found["best"] == Value(45_000.0, (44e3, 46e3), sampled=True)
    assert found["rule"] == Value(47e3)
    assert found["reference_more"].value == 2.0
    assert found["reference_more"].band == pytest.approx((1.2, 2.8))
    assert found["reference_saves"].value == 3.0


def test_the_entries_of_a_cut_are_its_row_for_all_years(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = ("per_euro", "less", "more_coa", "net")
    rows = [
        {"cut": "all_20", "year": year}
        | {f"{column}{end}": size + n for n, column in enumerate(columns)
           for end, size in (("", 20), ("_p10", 10), ("_p90", 30))}
        for year, size_of in ((TOTAL, 1), ("2026", 2))
        for _ in range(size_of)
    ]  # fmt: skip
    monkeypatch.setattr(ind_cut, "cost_of_cuts", lambda *_: pd.DataFrame(rows))
    found = study_values(StudySpec(verb="ind_coa"), FEW)
    assert found["all_20.per_euro"] == Value(20.0, (10.0, 30.0))
    assert found["all_20.net"] == Value(23.0, (13.0, 33.0))


OF_A_PLAN = (
    "cost_mean", "cost_p50", "cost_p90", "cost_cvar90", "loss_mean", "regret_mean", "regret_p90",
    "p_short", "nights_short_mean", "more_cost_mean", "more_cost_p50", "more_cost_cvar90",
    "fewer_nights_mean",
)  # fmt: skip
"""Entries of each plan of a comparison of plans."""


@pytest.mark.long
def test_a_comparison_of_plans_gives_the_entries_of_each() -> None:
    plans = ("baseline", "standby-5000", "fixed-stock-41000+standby-5000")
    found = study_values(StudySpec(verb="plan compare", several=plans), FEW)
    assert set(found) == {f"{plan}.{column}" for plan in plans for column in OF_A_PLAN} | {"evpi"}


OF_A_VALUE = {"evpi", "most", "inflow_years", "inflow_years.noise"}
"""Entries of a value of information that answers quote."""
VALUED = [
    (question, name)
    for question in ANSWERED
    for name, one in question.studies.items()
    if one.study.name == "plan value"
]
"""Questions that quote what it is worth to know more, with their study."""


def places_of(one: StudySpec) -> tuple[int, ...]:
    places: tuple[int, ...] = one.study.options.parse(one.model_extra or {}).model_dump()["places"]
    return places


@pytest.mark.long
@pytest.mark.parametrize("which", range(len(VALUED)))
def test_a_value_of_information_gives_the_entries_that_answers_quote(which: int) -> None:
    question, name = VALUED[which]
    one = question.studies[name]
    found = study_values(one, FEW)
    assert set(found) >= OF_A_VALUE | {f"{n}.regret_mean" for n in places_of(one)}
    assert found["evpi"].sampled
    assert found["evpi"].band
    assert found["inflow_years"].value <= found["most"].value <= found["evpi"].value


def test_the_questions_on_the_budget_of_2027_and_the_fixed_stock_say_what_knowing_is_worth() -> (
    None
):
    assert [question.number for question, _ in VALUED] == [21, 75]
    budget, stock = (
        question.studies[name].options(Settings()).model_dump() for question, name in VALUED
    )
    assert budget["budget"] == 2027
    assert budget["chance"] == VALUED[0][0].figures["eight"].certainty
    weight = budget["chance"] / (1 - budget["chance"])
    assert weight == pytest.approx(4), "the text says four times as much"
    assert (stock["places"][0], stock["places"][-1]) == (PLANNED, 2 * PLANNED)
    assert len(stock["places"]) == 5, "the text says five numbers"
    assert stock["price_of_night"] == 250, "the text says a night in a hotel"


@pytest.mark.parametrize("which", range(len(VALUED)))
def test_the_words_on_what_is_most_worth_knowing_hold_for_no_other_numbers(which: int) -> None:
    """Not where another input is worth more, or this one no more than noise.

    Nor where the best number of places is an end of the range that was tried: the best may lie
    beyond it, and knowing more be worth more.
    """
    question, name = VALUED[which]
    entry_of = {figure.study: key for key, figure in question.figures.items() if figure.study}
    ends = places_of(question.studies[name])[:: max(len(places_of(question.studies[name])) - 1, 1)]
    fine = {key: Value(1.0) for key in question.figures}
    for entry, value in (
        ("evpi", 8.0), ("inflow_years", 5.0), ("most", 5.0), ("inflow_years.noise", 2.0),
        *((f"{n}.regret_mean", 9.0) for n in ends),
    ):  # fmt: skip
        fine[entry_of[f"{name}.{entry}"]] = Value(value)
    ours = set(violated_conditions(question, fine))
    for entry, value in (
        ("most", 6.0), ("inflow_years.noise", 5.0), *((f"{n}.regret_mean", 8.0) for n in ends)
    ):  # fmt: skip
        wrong = {**fine, entry_of[f"{name}.{entry}"]: Value(value)}
        assert set(violated_conditions(question, wrong)) - ours, entry


def test_a_chart_leaves_out_what_only_guards_the_words_of_the_second_paragraph() -> None:
    """It stands in no sentence, and is of a study that this paragraph alone quotes."""
    text, name = {"en": "{a}", "nl": "{a}"}, {"en": "a", "nl": "een"}
    figures = {
        "a": {"study": "old.best", "shown": "count", "name": name},
        "old_aside": {"study": "old.rule", "shown": "count", "name": name, "aside": True},
        "more": {"study": "old.reference_more", "shown": "count", "name": name},
        "b": {"study": "new.evpi", "shown": "count", "name": name},
        "guard": {"study": "new.most", "shown": "count", "name": name, "aside": True},
    }
    studies = {"old": {"verb": "stock"}, "new": {"verb": "plan value", "budget": 2027}}
    plan = {"en": "{b} {more}", "nl": "{b} {more}"}
    one = asked(figures, studies=studies, short=text, answer=text, plan=plan)
    assert one.of_plan == {"more", "b", "guard"}


def test_the_figures_of_studies_ask_for_entries_that_there_are() -> None:
    """Of an explanation the factors are known without a run."""
    there: dict[str, set[str]] = {}
    for command, one in required_studies(ALL).items():
        if one.study.name == "explain":
            ours, theirs = (load_chain([name]) for name in one.scenarios)
            there[command] = {factor.name for factor in factors(ours, theirs, None)}
        elif one.study.name == "optimal-places":
            there[command] = {"best", "rule", "reference_more", "reference_saves"}
        elif one.study.name == "solve":
            there[command] = {"answer", "present", "at_least"}
        elif one.study.name == "plan compare":
            there[command] = {f"{plan}.{column}" for plan in one.scenarios for column in OF_A_PLAN}
        elif one.study.name == "plan value":
            there[command] = OF_A_VALUE | {f"{n}.regret_mean" for n in places_of(one)}
        else:
            there[command] = {f"{cut.name}.per_euro" for cut in CUTS}
    for question in ANSWERED:
        for figure in question.figures.values():
            if figure.study is not None:
                study, _, entry = figure.study.partition(".")
                assert entry in there[question.studies[study].command], figure.study


def test_the_scorecard_of_an_answer_is_that_of_the_kept_hindcasts() -> None:
    march = kept_hindcasts().march
    rows = march[(march["forecaster"] == "program") & (march["series"] == "spending_coa_cash")]
    low = sum(1 for row in rows.to_dict("records") if row["forecast"] < row["came"])
    found = score_entries()
    assert found["spending_coa_cash.too_low"] == pytest.approx(low / len(rows))
    assert found["cells"] == (march["forecaster"] == "program").sum()
    assert 0 < found["held_80"] < 1


class Links(HTMLParser):
    """Addresses that a page points at, and what it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for key, value in attrs if key in ("href", "src") and value]


@pytest.mark.slow
def test_the_book_has_a_page_a_question_and_its_links_lead_somewhere() -> None:
    found = invented()
    for lang in ("en", "nl"):
        pages = [found.page(one, lang) for one in ALL]
        book = files(pages, lang)
        assert len([name for name in book if name.endswith(".html")]) == 83
        for name, text in book.items():
            if name.endswith(".html"):
                links = Links()
                links.feed(text)
                assert set(links.found) <= set(book), name
        assert f">{translate('answer_before', lang)}<" not in book["01.html"]
        assert f">{translate('answer_next', lang)}<" not in book["82.html"]
        assert '<a href="05.html">' in book["06.html"]
        index = book["index.md"]
        assert [party for party in BY_PARTY if f"## {party}" in index] == list(BY_PARTY)
        six = book["06.html"]
        assert translate("answer_drivers", lang) in six or not pages[5].drivers
        assert "<td" in six
        assert translate("answer_again", lang) in six


def test_a_page_shows_html_and_does_not_follow_it() -> None:
    from sim.questions.pages import html

    made = html("# a\n\n<script>x</script> | b", "<b>", "en")
    assert "<script>" not in made
    assert "<b>" not in made


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_a_chart_has_the_headline_and_only_numbers_of_its_kind(lang: Language) -> None:
    """Money is not drawn beside people, nor a thousand beside a million; it says so in words."""
    found = invented()
    for which in (6, 33, 49, 58):
        one = ALL[which - 1]
        values = found.values(one)
        rows = answer_chart.ranges(one, values, lang)
        assert [row.text for row in rows if row.is_main] == [
            with_band(values[one.headline or ""], one.main, lang)
        ]
        assert len({row.name for row in rows}) == len(rows)
        texts = " ".join(row.text for row in rows)
        assert ("€" in texts or "EUR" in texts) == (one.main.shown in answer_chart.MONEY)
        page = found.illustrated(one, lang)
        assert page.chart == found.illustrated(one, lang).chart
        assert all(row.text in page.alt_text for row in rows)
        assert f"<desc>{escape(page.alt_text, quote=False)}</desc>" in page.chart
        book = files([page], lang)
        assert book[f"{which:02d}.svg"] == page.chart
        assert f"]({which:02d}.svg)" in book[f"{which:02d}.md"]
        assert "<svg role=" in book[f"{which:02d}.html"]
        assert "<img" not in book[f"{which:02d}.html"]


@pytest.mark.slow
def test_a_single_number_without_an_interval_has_no_chart() -> None:
    one = ALL[68]
    assert len(one.figures) == 1 or answer_chart.ranges(one, invented().values(one), "en") == []
    assert invented().illustrated(one, "en").chart == ""


@pytest.mark.long
def test_all_answers_are_written_as_a_whole_folder(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies_module, "answers", lambda *_: invented())
    done = command("answer", "all", "--lang", "nl")
    assert done.returncode == 0, done.stderr
    folder = Path("outputs/answers/nl")
    record = json.loads((folder / "run.json").read_text("utf-8"))
    assert record["kind"] == "answers"
    written = {file.name for file in folder.iterdir()}
    assert {"index.html", "82.md", "figures.csv", "answers.csv"} <= written
    for name, digest in record["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    refused = command("answer", "6", "--out", "x")
    assert refused.returncode == 2
    assert "printed and not written" in refused.stderr


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_table_of_answers_in_the_documents_has_every_answer_as_it_was_computed(
    lang: Language,
) -> None:
    """The results are those of the kept headlines, and the words those of the question files."""
    found = TABLE.search(ANSWERS_PAGES[lang].read_text("utf-8"))
    assert found is not None
    assert found[2] == mark(), "run tests/update.py answers"
    rows = [line for line in found[3].splitlines() if re.match(r"\| \d", line)]
    assert len(rows) == len(ANSWERED)
    for one, row in zip(ANSWERED, rows, strict=True):
        assert one.short is not None
        words = [re.escape(part) for part in re.split(r"{\w+}", getattr(one.short, lang))]
        assert re.match(rf"\| {one.number} \| {one.party} \| {'.+'.join(words)} \|$", row), row


def mark() -> str:
    """What the table rests on: the headlines of all scenarios, and the question files."""
    digest = hashlib.sha256((ROOT / "sim" / "data" / "headlines.csv").read_bytes())
    for file in sorted((ROOT / "scenarios" / "questions").glob("*.yaml")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@pytest.mark.slow
def test_the_short_answers_stand_in_one_table() -> None:
    found = invented()
    table = summary([found.page(one, "en") for one in ALL])
    assert len(table.splitlines()) == len(ANSWERED) + 2


@pytest.mark.slow
def test_what_is_kept_is_not_run_again_and_what_is_not_whole_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(2, 1, "week", date(2025, 12, 31))
    cell = parse("occupancy.total.2025")
    runs: list[int] = []

    class Counted(AnswerMeasure):
        def __call__(self, trial: Experiment) -> dict[str, np.ndarray]:
            runs.append(trial.first)
            return super().__call__(trial)

    def ask(settings: Settings = settings) -> np.ndarray:
        asked = {"baseline": (scenario_of("baseline"), Counted((cell,)), (cell.cell,))}
        return cached_arrays(asked, settings, tmp_path, Workers(1))["baseline"][cell.cell]

    first = ask()
    assert (ask() == first).all()
    assert len(runs) == 1
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:200])
    assert (ask() == first).all()
    assert len(runs) == 2
    ask(replace(settings, seed=2))
    assert len(runs) == 3
    monkeypatch.setattr(kept_module, "program", lambda: "another")
    ask()
    assert len(runs) == 4


def test_parts_that_only_tell_do_not_undo_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report").mkdir()
    engine, report = tmp_path / "engine.py", tmp_path / "report" / "text.py"
    engine.write_text("a", "utf-8")
    report.write_text("a", "utf-8")
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    program = kept_module.program.__wrapped__
    before = program()
    report.write_text("b", "utf-8")
    assert program() == before
    engine.write_text("b", "utf-8")
    assert program() != before


def test_a_study_is_kept_by_what_it_was_asked_of(tmp_path: Path) -> None:
    made: list[int] = []
    baseline = scenario_of("baseline")

    def study(asked: str = "a", settings: Settings = FEW) -> dict[str, list[float | None]]:
        def make() -> dict[str, list[float | None]]:
            made.append(1)
            return {"x": [1.5, None, 2.0, 0.0]}

        return cached_numbers([baseline], asked, settings, tmp_path, make)

    assert study() == study() == {"x": [1.5, None, 2.0, 0.0]}
    assert len(made) == 1
    study("b")
    study(settings=replace(FEW, seed=2))
    assert len(made) == 3
    for half in ('{"x"', "[]", '{"x": "y"}', '{"x": ["y"]}'):
        for file in tmp_path.iterdir():
            file.write_text(f"{file.read_text('utf-8').partition(chr(10))[0]}\n{half}", "utf-8")
        assert study() == {"x": [1.5, None, 2.0, 0.0]}
    assert len(made) == 7
    for file in tmp_path.iterdir():
        file.write_text("mine", "utf-8")
    with pytest.raises(ScenarioError, match="not a result that opvangsim cached"):
        study()
    assert {file.read_text("utf-8") for file in tmp_path.iterdir()} == {"mine"}


@pytest.mark.slow
def test_the_verb_lists_prints_and_refuses(command: Command) -> None:
    listed = command("answer", "--lang", "nl")
    assert listed.returncode == 0
    assert "Vragen van de Eerste Kamer" in listed.stdout
    none = " ".join(command("answer", "43").stdout.split())
    assert "Question 4 of GroenLinks-PvdA" in none
    assert "cannot be answered with a number" in none
    fact = " ".join(command("answer", "65", "--lang", "nl").stdout.split())
    assert "€ 91.000 in een hotel" in fact
    wrong = command("answer", "83")
    assert wrong.returncode == 2
    assert "there is no question '83'" in wrong.stderr

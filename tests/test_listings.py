"""What a scenario tells of itself: sources, who set what, hints, plausibility, and the verbs."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import ScenarioError
from sim.report.messages import untranslated
from sim.scenario import Quantity, Scenario, load, load_chain, shipped, shipped_folder
from sim.scenario.distribution import Distribution
from sim.scenario.introspect import everywhere, hint_for
from sim.scenario.listing import by_assumption, by_source, differences, rows
from sim.scenario.plausibility import CHECKS, STRICT, is_influential, warnings_of

Write = Callable[..., Path]


# -- sources ----------------------------------------------------------------------------------

OWN = """
sources:
  MINE:
    title: A study of our own
    number: "1"
    published: 2025-01-20
    address: https://example.org/study
    licence: own work
housing.homes: {value: 28000, source: MINE, where: "table 3"}
"""


def test_a_scenario_may_bring_its_own_sources(scenario_file: Write) -> None:
    scenario = load(scenario_file(OWN))
    assert scenario.housing.homes.source == "MINE"
    mine = next(rest for rest in by_source(scenario) if rest.name == "MINE")
    assert mine.keys == ("housing.homes",)
    assert mine.card["title"] == "A study of our own"


def test_the_listing_of_sources_and_assumptions_leaves_no_number_out(baseline: Scenario) -> None:
    from sim.scenario import quantities

    listed = {key for rest in (*by_source(baseline), *by_assumption(baseline)) for key in rest.keys}
    assert listed == {key for key, _ in quantities(baseline)}


# -- listings ---------------------------------------------------------------------------------


def test_show_says_who_set_a_number_and_where_and_what_the_baseline_has(
    baseline: Scenario,
) -> None:
    loaded = load_chain(["baseline", "priority-ban"])
    found = {row.key: row for row in rows(loaded, baseline)}
    homes, arrears = found["housing.homes"], found["housing.opening_arrears"]
    text = (shipped_folder() / "priority-ban.yaml").read_text("utf-8").splitlines()
    assert (homes.layer, homes.differs) == ("priority-ban", True)
    assert not isinstance(homes.place, str)
    assert "20000" in text[homes.place.line - 1]
    assert isinstance(homes.before, Quantity)
    assert homes.before.single == 30_210
    assert (arrears.layer, arrears.differs) == ("baseline", False)
    assert homes.meaning == "people housed in a year, at the supply of day 0"


def test_two_scenarios_differ_where_a_patch_set_something_and_nowhere_else() -> None:
    base, patch = load_chain(["baseline"]), load_chain(["faster-housing"])
    found = differences(base, patch)
    assert [one.key for one in found] == ["housing.homes"]
    assert (found[0].left_layer, found[0].right_layer) == ("baseline", "faster-housing")
    assert differences(base, base) == []


# -- hints ------------------------------------------------------------------------------------


def test_a_dutch_word_is_answered_with_the_key_that_it_stands_for() -> None:
    for word, key in (
        ("noodopvang", "emergency"),
        ("doorstroomlocatie", "transit"),
        ("woningen", "homes"),
        ("nareis", "family"),
    ):
        assert key in hint_for(word, ("housing",))


def test_the_glossary_names_keys_of_scenarios_and_no_word_of_them_twice() -> None:
    text = (Path(__file__).parent.parent / "sim" / "locale" / "glossary.csv").read_text("utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["list"] == "scenario key"]
    keys = {step for path in everywhere() for step in path} | set(load("baseline").reception.places)
    keys |= set(Quantity.model_fields) | set(Distribution.model_fields)
    assert {row["key"] for row in rows} <= keys
    words = [word for row in rows for word in row["dutch"].split(" / ")]
    assert len(words) == len(set(words))


def test_every_key_has_a_meaning() -> None:
    from sim.scenario import introspect as shape

    for path in everywhere():
        found = shape.at(Scenario, path)
        assert found is not None, path
        assert found.meaning, path


# -- plausibility -----------------------------------------------------------------------------

SLIPS = {
    "shares": "groups.syria.granted_share: 0.963\n",
    "dates": "housing.homes: {2025: 30210, 2062: 25000}\n",
    "capacity-jump": (
        "reception.places.regular.level: {value: {2026: 35400, 2026-06-01: 80000}, "
        "unit: places, assumption: test}\n"
    ),
    "scale": "reception.places.regular.price: 27.1\n",
    "cost-order": "reception.places.tgo.price: 20000\n",
    "bed-prices": "prices.empty_bed: 0\nprices.occupied_bed: 0\n",
    "grant-rate": (
        "ind.granted_factor: {value: 0.1, spread: {dist: uniform, low: 0.1, high: 0.2}}\n"
    ),
    "staff": "ind.capacity.mode: staff\nind.capacity.staff: 23000\n",
    "no-effect": "ind.capacity.staff: 9000\n",
    "budget-lines": (
        "budget.vintages.owb2025.lines.coa_nidoss: "
        "{value: {2025: 1}, unit: EUR/year, assumption: test}\n"
    ),
    "first-target": "housing.targets.2025-H1: null\n",
    "idle-rule": (
        "plan.rules.never:\n"
        "  when: {series: fill, above: {value: 98, unit: share, assumption: test}}\n"
        "  do: {close: {value: 10, unit: places, assumption: test}, place: tgo}\n"
    ),
    "unused-source": OWN.replace("source: MINE", "assumption: test"),
    "source-without-address": OWN.replace("    address: https://example.org/study\n", ""),
    "assumption-without-range": "inflow.first: {value: 26500, certain: true, assumption: test}\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("code", list(SLIPS))
def test_a_slip_is_found_by_its_named_check(code: str, scenario_file: Write) -> None:
    scenario = load(scenario_file(SLIPS[code]))
    strict = code in STRICT
    warned = warnings_of(scenario, strict=strict)
    found = [one.code for one in warned]
    for text in (text for one in warned for text in (one.finding.what, one.finding.advice)):
        assert untranslated(text) == set()
    assert code in found
    if strict:
        assert code not in [one.code for one in warnings_of(scenario)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    ["groups.syria.granted_share: 0\n", "reception.desk.official_path: {2025: 5000, 2026: 9000}\n"],
)
def test_a_number_that_moves_nothing_is_told(text: str, scenario_file: Write) -> None:
    assert "no-effect" in [one.code for one in warnings_of(load(scenario_file(text)))]


def test_there_is_a_slip_for_every_check_and_each_explains_itself() -> None:
    assert set(SLIPS) == set(CHECKS) | set(STRICT)
    for check in (CHECKS | STRICT).values():
        assert (check.__doc__ or "").count("\n\n") == 1, check


JUMPS = {"no-emergency", "budget-frame-full", "distribution-law-90000"}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(shipped()))
def test_a_shipped_scenario_is_plausible_but_for_places_no_one_ever_built(name: str) -> None:
    found = {one.code for one in warnings_of(load(name), strict=True)}
    assert found == ({"capacity-jump"} if name in JUMPS else set())


def test_what_matters_is_known_by_key(baseline: Scenario) -> None:
    from sim.scenario import quantities

    keys = {key for key, _ in quantities(baseline)}
    assert set(is_influential()) <= keys
    assert is_influential()["inflow.first"] > 0.05


# -- the verbs --------------------------------------------------------------------------------


def called(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.slow
def test_check_tells_warnings_and_strict_makes_them_fail(scenario_file: Write) -> None:
    file = str(scenario_file(SLIPS["cost-order"]))
    code, out, err = called("scenario", "check", file, "baseline")
    assert code == 0
    assert out.splitlines()[1] == "baseline: OK: 313 values, no warnings"
    assert "warning (cost-order)" in err
    assert ":4:29:" in err
    code, out, err = called("scenario", "check", "--strict", file)
    assert (code, "error (cost-order)" in err) == (2, True)
    assert "small: failed" in out


@pytest.mark.slow
def test_check_goes_on_after_a_bad_file(scenario_file: Write) -> None:
    file = str(scenario_file("housing.homes: many\n"))
    code, out, err = called("scenario", "check", file, "baseline")
    assert code == 2
    assert "expected a number, found 'many'" in err
    assert "baseline: OK" in out


def test_check_explains_its_codes() -> None:
    code, out, _ = called("scenario", "check", "--codes")
    assert code == 0
    assert all(name in out for name in SLIPS)


@pytest.mark.slow
def test_new_writes_a_patch_that_checks_and_a_schema_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = called("scenario", "new", "mine", "--from", "fill-91")
    assert code == 0
    assert "opvangsim scenario check mine.yaml" in out
    text = (tmp_path / "mine.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=scenario.schema.json\n")
    assert json.loads((tmp_path / "scenario.schema.json").read_text("utf-8"))["definitions"]
    before = load("fill-91")
    assert load(tmp_path / "mine.yaml").model_dump(exclude={"title", "description"}) == (
        before.model_dump(exclude={"title", "description"})
    )
    with pytest.raises(ScenarioError, match="this file already exists"):
        CliRunner().invoke(app, ["scenario", "new", "mine"], catch_exceptions=False)


@pytest.mark.long
def test_every_lever_of_a_new_file_can_be_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    called("scenario", "new", "mine")
    lines = (tmp_path / "mine.yaml").read_text("utf-8").splitlines()
    levers = [
        line[2:] for line in lines if line.startswith("# ") and ": " in line and "   # " in line
    ]
    levers = [line for line in levers if not line.startswith(" ")]
    assert len(levers) >= 18
    head = "\n".join(line for line in lines if not line.startswith("#"))
    for lever in levers:
        grounded = re.sub(r"unit: ([a-z/]+)}", r"unit: \1, assumption: test}", lever)
        (tmp_path / "one.yaml").write_text(f"{head}\n{grounded}\n", "utf-8")
        load(tmp_path / "one.yaml")


@pytest.mark.slow
def test_show_diff_and_sources_speak_both_languages() -> None:
    english = called("scenario", "show", "priority-ban", "housing.homes")[1]
    dutch = called("scenario", "show", "priority-ban", "housing.homes", "--lang", "nl")[1]
    assert "set by: priority-ban, " in english
    assert "in the baseline: 30,210 persons/year" in english
    assert "in het basispad: 30.210 personen/jaar" in dutch
    assert "ingesteld in: priority-ban" in dutch
    out = called("scenario", "diff", "baseline", "budget-frame+faster-housing")[1]
    assert "inflow.total\n    baseline: not set\n" in out
    assert "(set by faster-housing)" in out
    out = called("scenario", "sources", "priority-ban", "--lang", "nl")[1]
    assert "Bronnen en de getallen die erop zijn gebaseerd" in out
    assert "getallen die erop zijn gebaseerd (1): housing.homes" in out


def test_show_of_a_key_that_is_not_there_gives_a_hint() -> None:
    done = CliRunner().invoke(app, ["scenario", "show", "baseline", "housing.hoems"])
    assert isinstance(done.exception, ScenarioError)
    assert "did you mean 'homes'?" in str(done.exception)


def test_the_schema_verb_prints_the_schema() -> None:
    from sim.scenario.json_schema import json_schema

    assert json.loads(called("scenario", "schema")[1]) == json_schema()

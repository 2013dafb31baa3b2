"""Scenario files: what loads, what is refused, and what the refusal says."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.report.scenario_listing import differences as differences_text
from sim.report.scenario_listing import show
from sim.scenario import Scenario, dump, load, load_chain, override, quantities, source_keys
from sim.scenario.listing import differences, rows
from sim.scenario.notes import notes_of
from sim.scenario.relative import RelativeValue, parse_relative
from sim.scenario.schema import SourceCard
from sim.scenario.yaml_writer import patch_text

Write = Callable[..., Path]


def said(file: Path | str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(file)
    return str(caught.value)


def test_every_number_has_a_unit_and_a_source_or_an_assumption(baseline: Scenario) -> None:
    numbers = dict(quantities(baseline))
    assert len(numbers) > 250
    for path, quantity in numbers.items():
        assert quantity.unit, path
        assert quantity.source in source_keys() or quantity.assumption, path


def test_every_source_says_what_it_is_and_where_it_came_from() -> None:
    parts = {"title", "number", "published", "address", "licence", "kind"}
    for key, source in source_keys().items():
        quoted = {"through"} if source.get("kind") == "quoted" else set()
        assert set(source) == parts | quoted, f"{key}: see the head of sources.yaml"
        SourceCard.model_validate(source)


def test_the_resolved_scenario_is_the_scenario(baseline: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "resolved.yaml"
    file.write_text(dump(baseline), "utf-8")
    assert load(file) == baseline
    assert isinstance(yaml.safe_load(dump(baseline)), dict)


def test_a_patch_changes_its_key_and_inherits_the_unit_but_not_the_source(
    baseline: Scenario, scenario_file: Write
) -> None:
    scenario = load(scenario_file("reception.places.regular.opening_places: 36000\n"))
    number = scenario.reception.places["regular"].opening_places
    assert number is not None
    assert (number.single, number.unit, number.source) == (36_000, "places", None)
    assert number.assumption == "patch small: A test."
    assert scenario.housing == baseline.housing


def test_dated_values_hold_until_the_next(scenario_file: Write) -> None:
    text = "housing.homes: {2026: 20000, 2027-07-01: 25000}\n"
    homes = load(scenario_file(text)).housing.homes
    days = {
        date(2025, 3, 1): 20_000,
        date(2026, 1, 1): 20_000,
        date(2027, 6, 30): 20_000,
        date(2027, 7, 1): 25_000,
        date(2030, 1, 1): 25_000,
    }
    assert {day: homes.on(day) for day in days} == days


def test_a_date_is_read_as_day_month_year_wherever_a_date_is_read(scenario_file: Write) -> None:
    """As a key, as a value, in an override of the command line and in one of Python."""
    file = scenario_file("housing.homes: {2026: 20000, 1-7-2027: 25000}\nuntil: 31-12-2028\n")
    scenario = load(file)
    assert dict(scenario.housing.homes.pairs())[date(2027, 7, 1)] == 25_000
    assert scenario.until == date(2028, 12, 31)
    assert "until: 2028-12-31" in dump(scenario)
    assert load("baseline", sets=["until=31-12-2028"]).until == date(2028, 12, 31)
    path = {2026: 20_000, "1-7-2027": 25_000}
    changed = override(scenario, {"until": "31-12-2027", "housing.homes": path}, "try")
    assert changed.until == date(2027, 12, 31)
    assert changed.housing.homes.value == scenario.housing.homes.value


def homes_of(*sets: str) -> float:
    return load("baseline", sets=list(sets)).housing.homes.single


def test_a_relative_value_is_applied_to_the_inherited_one(scenario_file: Write) -> None:
    """In a file, in the long form, on the command line and in Python: 30,210 and a tenth."""
    homes = load("baseline").housing.homes
    assert homes.single == 30_210
    for text in ("housing.homes: +10%", "housing: {homes: +10%}", "housing.homes: {value: x1.1}"):
        changed = load(scenario_file(f"{text}\n")).housing.homes
        assert changed.single == 33_231
        assert changed.spread == homes.spread
        assert changed.source == homes.source
        assert changed.where == homes.where
        assert str(changed.assumption).startswith(f"{homes.assumption}; ")
        assert str(changed.assumption).endswith(" of 30210: patch small: A test.")
    assert homes_of("housing.homes=-5%") == 28_699.5
    scenario = override(load("baseline"), {"housing.homes": "x0.9"}, "fewer are built")
    assert scenario.housing.homes.single == 27_189
    assert str(scenario.housing.homes.assumption).endswith("; x0.9 of 30210: fewer are built")
    assert scenario.housing.homes.spread is None


def test_what_a_relative_value_says_of_itself_replaces_what_is_said_of_the_patch() -> None:
    text = "housing.homes={value: +10%, certain: true, assumption: permits rise}"
    homes = load("baseline", sets=[text]).housing.homes
    assert homes.spread is None
    assert str(homes.assumption).endswith("; +10% of 30210: permits rise")
    cited = load("baseline", sets=["housing.homes={value: +10%, source: CBS-83102}"])
    assert cited.housing.homes.source == "CBS-83102"
    assert cited.housing.homes.assumption is None


def test_each_relative_value_is_relative_to_the_layer_below(scenario_file: Write) -> None:
    """Chains, patches on patches and repeated overrides multiply, in their order."""
    more = scenario_file("housing.homes: +10%\n", "more")
    fewer = scenario_file("housing.homes: x0.5\n", "fewer")
    loaded = load_chain([str(more), str(fewer)])
    assert loaded.scenario.housing.homes.single == 16_615.5
    assert loaded.tree.relatives["housing.homes"].inherited == 33_231
    assert loaded.tree.relatives["housing.homes"].source == "more.yaml"
    assert loaded.tree.conflicts == {}
    assert homes_of("housing.homes=20000", "housing.homes=+10%", "housing.homes=x2") == 44_000
    loaded = load_chain([str(more)], ["housing.homes=40000"])
    assert loaded.tree.relatives == {}


def test_show_and_diff_say_what_a_relative_value_was_resolved_from(scenario_file: Write) -> None:
    """The value as written, the number below it and the file that set that."""
    name = str(scenario_file("housing.homes: +10%\n"))
    changed, baseline = load_chain([name]), load_chain(["baseline"])
    shown = show(rows(changed, baseline.scenario, "housing.homes"), "en")
    assert "    relative: +10% of 30,210 (baseline.yaml)" in shown
    for pair in ((changed, baseline), (baseline, changed)):
        lines = "\n".join(differences_text(differences(*pair), "one", "other", "nl"))
        assert "+10% van 30.210 (baseline.yaml)" in lines


def test_a_relative_value_scales_every_amount_of_a_path() -> None:
    """Dates and what lies between them stay."""
    path = {"value": {2026: 20_000, 2028: 30_000}, "between": "straight"}
    below = override(load("baseline"), {"housing.homes": path}, "try")
    above = override(below, {"housing.homes": "+10%"}, "more")
    assert dict(above.housing.homes.pairs()) == {date(2026, 1, 1): 22_000, date(2028, 1, 1): 33_000}
    assert above.housing.homes.between == "straight"


@given(number=st.decimals(1, 60_000, places=3), factor=st.decimals("0.01", 50, places=2))
@settings(deadline=None, max_examples=40)
def test_a_relative_value_and_its_inverse_give_the_number_back(
    number: Decimal, factor: Decimal
) -> None:
    """Products are of exact decimals, so that what is undone leaves no digit behind."""
    value = float(number)
    times = RelativeValue("", factor)
    back = RelativeValue("", Decimal(1) / factor)
    assert math.isclose(back.of(times.of(value)), value, rel_tol=1e-15)
    assert times.of(value) == float(number * factor)
    once = parse_relative(f"x{factor}")
    percent = parse_relative(f"{100 * factor - 100:+}%")
    assert once is not None
    assert percent is not None
    assert once.of(value) == percent.of(value) == times.of(value)


def test_a_run_of_a_relative_value_reads_back_from_its_resolved_file(
    scenario_file: Write, tmp_path: Path
) -> None:
    """The resolved scenario holds the number, so a folder reproduces without what it stood on."""
    scenario = load(scenario_file("housing.homes: x0.0011\ninflow.first: -5%\n"))
    assert scenario.housing.homes.single == 33.231  # A dot before three digits, written by us.
    file = tmp_path / "resolved.yaml"
    file.write_text(dump(scenario), "utf-8")
    assert load(file) == scenario


@pytest.mark.parametrize(
    ("text", "what", "advice"),
    [
        ("housing.homes=*1.1", "can't begin with *", "+10% or x1.1"),
        ("housing.homes=*2", "aliases are not allowed", "+10% or x1.1"),
        ("housing.homes={factor: 1.1}", "a number has no 'factor'", "+10% or x1.1"),
        ("housing.homes=10%", "found '10%'", "+10% or x1.1"),
        ("housing.homes=1.1x", "found '1.1x'", "+10% or x1.1"),
        ("housing.homes=+2,5%", "found '+2,5%'", "+10% or x1.1"),
        ("housing.homes={2026: +10%}", "it applies to all dates", "+10% or x1.1"),
        ("housing.homes=+1000", "1000 or 1000 more than is inherited", "write 1000, or 31210"),
        ("budget.vintages.owb2025.lines.coa_nidos={2027: +1000}", "1000 or 1000 more", "the sum"),
        ("inflow.total=+10%", "nothing is set here that '+10%' is relative to", "number itself"),
        ("reception.desk.planned_fill=+20%", "+20% of 0.9864 (baseline.yaml): 1.18", "to 1"),
        ("housing.homes=29.150", "'29.150' may be 29150 or 29.15", "write 29150, or 29.15 if"),
        ("housing.homes=35.000", "'35.000' may be 35000 or 35", "write 35000, or 35 if"),
        ("housing.homes={2026: 12.345}", "12345 or 12.345", "write 12345, or 12.3450 if"),
        ("housing.homes={value: 12.345}", "12345 or 12.345", "write 12345, or 12.3450 if"),
        ("housing.homes=1.234.567", "dots cannot be used as thousands separators", "write 1234567"),
        ("reception.places.regular.price=27.100", "27100 or 27.1", "write 27100"),
        (
            "housing.homes={value: 30, spread: {dist: triangular, low: 20.100, high: 40}}",
            "20100 or 20.1",
            "write 20100",
        ),
    ],
)
def test_a_number_that_may_be_two_is_refused_with_both(text: str, what: str, advice: str) -> None:
    """On the command line as in a file: an error says what was read and how to write each."""
    with pytest.raises(ScenarioError) as caught:
        load("baseline", sets=[text])
    (problem,) = caught.value.problems
    assert what in problem.what
    assert advice in problem.advice


@pytest.mark.parametrize(
    "text",
    [
        "ind.granted_factor=1.125",
        "housing.homes=29.1500",
        "housing.homes=0.125",
        "housing.homes=1000.125",
        "housing.homes={value: 30, spread: {dist: triangular, low: 0.5, high: 1.125, as: factor}}",
    ],
)
def test_a_fraction_that_can_only_be_one_is_read(text: str) -> None:
    """Rates and factors, four decimals, less than one, more than a thousand."""
    load("baseline", sets=[text])


def test_a_program_writes_no_number_that_may_be_two() -> None:
    """A patch from a workbook or a slider with 12.125 people reads back."""
    text = patch_text({"housing.homes": {"value": {2026: 12.125}}, "where": "1-2-2025"})
    assert "12.1250" in text
    assert load("baseline", sets=["housing.homes=12.1250"]).housing.homes.single == 12.125
    assert "where: '1-2-2025'" in text


def test_a_number_set_on_the_command_line_says_how_uncertain_it_is() -> None:
    """Set without a word on it, a number keeps its uncertainty, and a note says how much."""
    (note,) = notes_of(load_chain(["baseline"], ["housing.homes=35000"]))
    homes = load("baseline").housing.homes
    assert homes.spread is not None
    low, high = (35_000 * homes.spread.quantile(u, 1.0) for u in (0.1, 0.9))
    low, high = (float(f"{end:.4g}") for end in (low, high))
    assert f"keeps its uncertainty: 80% from {low:,.0f} to {high:,.0f}" in note.what
    assert "write housing.homes={value: 35000, certain: true}" in note.advice
    exact = "housing.homes={value: 35000, certain: true}"
    assert notes_of(load_chain(["baseline"], [exact])) == []


def test_a_relative_change_of_the_start_of_a_path_says_that_the_path_goes_back() -> None:
    """Ten percent more in all years is the factor; a random walk has no level."""
    *_, note = notes_of(load_chain(["baseline"], ["inflow.first=+10%"]))
    assert "the start of the path, which goes back to inflow.path.level" in note.what
    assert "inflow.first_factor" in note.advice
    walk = ["inflow.first=+10%", "inflow.path.process=random_walk"]
    for sets in (["inflow.first_factor=1.1"], walk):
        notes = notes_of(load_chain(["baseline"], sets))
        assert not any("goes back" in one.what for one in notes)


def test_a_patch_on_a_patch_goes_down_to_the_base(scenario_file: Write) -> None:
    below = scenario_file("housing.homes: 25000\n", "below")
    above = below.with_name("above.yaml")
    above.write_text(
        "extends: below.yaml\ntitle: {en: A, nl: A}\ndescription: {en: Up., nl: Op.}\n"
        "housing.opening_arrears: 9000\n",
        "utf-8",
    )
    scenario = load(above)
    assert scenario.housing.homes.single == 25_000
    assert scenario.housing.opening_arrears.single == 9_000


def test_words_that_yaml_takes_for_truth_stay_words(scenario_file: Write) -> None:
    text = "title: {en: no, nl: yes}\n"
    file = scenario_file("")
    file.write_text(file.read_text("utf-8").replace("title: {en: Small, nl: Klein}\n", text))
    assert load(file).title.en == "no"


def test_a_name_that_is_not_there_is_answered_with_those_alike(tmp_path: Path) -> None:
    """Of shipped scenarios and of files in that folder, a few: not with all there are."""
    assert "did you mean 'baseline'? opvangsim scenario list shows all" in said("baselin")
    assert "'faster-housing' or 'housing-14-weeks'" in said("housing")
    assert "a shipped name: opvangsim scenario list shows all" in said("xyzzy.yaml")
    (tmp_path / "hogere-instroom.yaml").write_text("extends: baseline\n")
    assert f"did you mean '{tmp_path / 'hogere-instroom.yaml'}'?" in said(
        tmp_path / "hogere-instrom.yaml"
    )
    above = tmp_path / "above.yaml"
    above.write_text("extends: hogere-instrom.yaml\n")
    assert "did you mean 'hogere-instroom.yaml'?" in said(above)
    assert len(said("in").splitlines()[-1]) < 100


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    assert "this is a folder" in said(tmp_path)


def test_what_is_not_utf8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_bytes(b"\xff\xfe")
    assert str(file) in said(file)


@given(u=st.floats(0.001, 0.999), low=st.floats(-5, 5), rise=st.floats(0, 1))
@settings(deadline=None)
def test_a_triangular_spread_inverts_its_distribution(u: float, low: float, rise: float) -> None:
    from scipy import stats

    from sim.scenario import Distribution

    spread = Distribution(dist="triangular", low=low, mode=low + 2 * rise, high=low + 2)
    drawn = float(spread.quantile(u, 0.0))
    assert stats.triang.cdf(drawn, rise, loc=low, scale=2) == pytest.approx(u, abs=1e-9)


def test_patched_refuses_what_a_file_would_refuse(baseline: Scenario) -> None:
    with pytest.raises(ScenarioError, match="lies below 0"):
        override(baseline, {"housing.homes": -1}, "a test")


def test_two_holds_on_one_group_may_follow_but_not_overlap(baseline: Scenario) -> None:
    after = {"value": 0.5, "unit": "share", "assumption": "a test"}

    def holds(*spans: tuple[date, date]) -> dict[str, object]:
        items = [
            {"group": "syria", "begins": begins, "ends": ends, "granted_after": after}
            for begins, ends in spans
        ]
        return {"ind.holds": items}

    one, two = (date(2025, 1, 1), date(2025, 4, 1)), (date(2025, 6, 1), date(2025, 8, 1))
    assert len(override(baseline, holds(two, one), "a test").ind.holds) == 2
    with pytest.raises(ScenarioError, match="two holds on syria overlap from 1 Mar 2025"):
        override(baseline, holds(one, (date(2025, 3, 1), date(2025, 5, 1))), "a test")


@pytest.mark.slow
def test_the_later_of_two_holds_sets_the_grant_rate_whatever_their_order(
    baseline: Scenario,
) -> None:
    from sim.model.engine import ACTORS, simulate

    spans = [(date(2025, 1, 1), date(2025, 2, 1), 0.9), (date(2025, 3, 1), date(2025, 4, 1), 0.1)]
    granted = []
    for order in (spans, spans[::-1]):
        items = [
            {
                "group": "syria",
                "begins": begins,
                "ends": ends,
                "granted_after": {"value": share, "unit": "share", "assumption": "a test"},
            }
            for begins, ends, share in order
        ]
        scenario = override(baseline, {"ind.holds": items}, "a test")
        ledger = simulate(scenario, 2, 1, until=date(2025, 7, 31), actors=ACTORS)
        granted.append(ledger.tallies["granted"])
    assert (granted[0] == granted[1]).all()

"""Designs: what a file says, which runs it makes, and how a mistake in it is told."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.scenario import load, shipped, shipped_folder
from sim.studies.design import Design, parse_design, read_design
from sim.studies.design_points import SweepPlan, expand_design, patch_of

HERE = Path(__file__).parent
TEXT = """
scenario: baseline
design: sobol
points: 16
keys:
  inflow.first@2026: {low: 15000, high: 45000}
  housing.homes@2026: {values: [20000, 30000, 40000]}
patches:
  crossed:
    price: [none, regular-27100]
    hold: [none, no-moratorium]
record: [gap.total.2026, "occupancy.total.2026:p90"]
replications: 2
"""
GRID = """
scenario: baseline
design: grid
keys:
  inflow.first@2026: {low: 10000, high: 40000, steps: 4}
  housing.homes@2026: {values: [20000, 30000, 40000]}
record: [gap.total.2026]
"""


def plan_of(text: str) -> SweepPlan:
    return expand_design(parse_design(text, "design.yaml"), HERE)


def refused(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        plan_of(text)
    return str(caught.value)


def test_a_grid_holds_each_combination_of_values_once() -> None:
    plan = plan_of(GRID)
    rows = {tuple(run.row.values()) for run in plan}
    expected = {(a, b) for a in (1e4, 2e4, 3e4, 4e4) for b in (2e4, 3e4, 4e4)}
    assert rows == expected
    assert [run.number for run in plan] == list(range(1, 13))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["latin", "sobol"])
def test_points_lie_one_in_each_stratum_of_every_key(kind: str) -> None:
    values = plan_of(TEXT.replace("sobol", kind)).values
    strata = np.floor((values[:, 0] - 15_000) / 30_000 * 16).astype(int)
    assert sorted(strata) == list(range(16))
    counts = [int((values[:, 1] == value).sum()) for value in (2e4, 3e4, 4e4)]
    assert sum(counts) == 16
    assert min(counts) >= 4


@pytest.mark.long
def test_more_sobol_points_keep_those_there_were() -> None:
    few, many = plan_of(TEXT), plan_of(TEXT.replace("points: 16", "points: 32"))
    assert np.array_equal(few.values, many.values[:16])
    assert [run.number for run in few] == [run.number for run in many][: len(few)]


@pytest.mark.slow
def test_crossed_patches_meet_each_other_and_zipped_ones_go_side_by_side() -> None:
    crossed = plan_of(TEXT)
    assert len(crossed) == 16 * 4
    assert {run.choice for run in crossed} == {
        (a, b) for a in ("none", "regular-27100") for b in ("none", "no-moratorium")
    }
    zipped = plan_of(TEXT.replace("crossed", "zipped"))
    assert len(zipped) == 16 * 2
    assert {run.choice for run in zipped} == {("none", "none"), ("regular-27100", "no-moratorium")}


@pytest.mark.long
def test_a_rule_leaves_out_just_the_runs_it_says_and_no_number_moves() -> None:
    rule = "price == regular-27100 and inflow.first@2026 > 30000 or housing.homes@2026 == 20000"
    every, kept = plan_of(TEXT), plan_of(f'{TEXT}exclude: ["{rule}"]\n')

    def out(row: dict[str, object]) -> bool:
        dear = row["price"] == "regular-27100" and float(str(row["inflow.first@2026"])) > 30_000
        return dear or row["housing.homes@2026"] == 20_000

    expected = {run.number: dict(run.row) for run in every if not out(dict(run.row))}
    assert {run.number: dict(run.row) for run in kept} == expected
    assert 0 < len(kept) < len(every)
    assert kept.excluded == len(every) - len(kept)


@pytest.mark.slow
def test_a_run_is_the_scenario_with_its_keys_set_and_its_patches_on() -> None:
    plan = plan_of(TEXT)
    run = next(run for run in plan if run.choice == ("regular-27100", "no-moratorium"))
    scenario = plan.scenario(run)
    assert scenario.inflow.first.on(plan.settings.until or scenario.until) == pytest.approx(
        float(run.row["inflow.first@2026"])
    )
    assert scenario.ind.holds == ()
    assert scenario.inflow.first.on(scenario.start) == load("baseline").inflow.first.single


@pytest.mark.slow
def test_runs_end_with_the_last_year_that_is_recorded() -> None:
    until = plan_of(TEXT).settings.until
    assert until is not None
    assert until.isoformat() == "2026-12-31"


@pytest.mark.long
def test_a_run_as_a_file_is_the_same_scenario(tmp_path: Path) -> None:
    plan = plan_of(TEXT)
    for index in (0, 3, 62):
        run = plan[index]
        file = tmp_path / f"{index}.yaml"
        file.write_text(patch_of(plan, run, "a test"), "utf-8")
        ours, theirs = plan.scenario(run), load(file)
        same = {"title", "description", "sources"}
        assert _numbers(ours.model_dump(exclude=same)) == _numbers(theirs.model_dump(exclude=same))


def _numbers(data: object) -> object:
    """Without the words on why a number is what it is."""
    if isinstance(data, dict):
        return {k: _numbers(v) for k, v in data.items() if k not in ("assumption", "source")}
    return data


@pytest.mark.slow
@pytest.mark.parametrize("name", [file.stem for file in (shipped_folder() / "designs").iterdir()])
def test_shipped_designs_can_be_planned_and_are_no_scenarios(name: str) -> None:
    file = shipped_folder() / "designs" / f"{name}.yaml"
    assert len(expand_design(read_design(file), file.parent)) > 10
    assert name not in shipped()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("points: 16", "points: 100", "write 64 or 128"),
        ("points: 16", "poinst: 16", "did you mean 'points'?"),
        ("points: 16", "", "how many points"),
        ("design: sobol", "design: random", "one of: grid, latin, sobol"),
        ("design: sobol", "design: grid", "as many points as its values make"),
        ("low: 15000, high: 45000", "low: 45000, high: 15000", "low must lie below high"),
        ("low: 15000, high: 45000", "low: many, high: 15000", "a number belongs here"),
        ("low: 15000, high: 45000", "low: 1, high: 2, steps: 3", "only a grid has steps"),
        ("low: 15000, high: 45000", "lo: 1, high: 2", "unknown key 'lo'"),
        ("inflow.first@2026", "inflow.frist@2026", "did you mean 'first'"),
        ("inflow.first@2026", "inflow.first@soon", "'soon' is not a date"),
        ("inflow.first@2026", "housing.homes@2027", "this key is set twice"),
        ("regular-27100", "regular-1", "no such scenario"),
        ("price:", "inflow.first@2026:", "this name is not allowed"),
        ("price:", "hash:", "this name is not allowed"),
        ("[none, no-moratorium]", "[none, none]", "a patch is given twice"),
        ("gap.total.2026", "gap.total", "this is no address of a cell"),
        ("replications: 2", "replications: 0", "a whole number, 1 to"),
        ("replications: 2", "exclude: [price > 3]", "'price' is a patch"),
        ("replications: 2", "exclude: [inflow.second > 3]", "'inflow.second' is not set by"),
        ("replications: 2", "exclude: [inflow.first@2026 > 1]", "leave out every run"),
        ("replications: 2", "exclude: [inflow.first@2026 >]", "a name or a number belongs here"),
        ("replications: 2", "until: soon", "a date belongs here"),
        ("replications: 2", "vary: [weather]", "sources of uncertainty belong here"),
    ],
)
def test_a_mistake_is_told_with_what_to_write(old: str, new: str, told: str) -> None:
    assert old in TEXT
    assert told in refused(TEXT.replace(old, new, 1))


def test_zipped_lists_of_unlike_length_are_refused() -> None:
    text = TEXT.replace("crossed", "zipped").replace("[none, no-moratorium]", "[none]")
    assert "of the same length" in refused(text)


def test_a_mistake_is_told_with_its_line_and_all_of_them_at_once() -> None:
    text = TEXT.replace("high: 45000", "high: lots").replace("points: 16", "points: 7")
    told = refused(text)
    assert re.search(r"design.yaml:6:\d+: keys.inflow.first@2026.high", told)
    assert re.search(r"design.yaml:4:\d+: points", told)


KEYS = st.sampled_from(["scenario", "design", "points", "seed", "keys", "patches", "exclude",
                        "record", "replications", "step", "until", "vary", "x"])  # fmt: skip
LEAVES = st.one_of(
    st.sampled_from(["baseline", "sobol", "grid", "none", "gap.total.2027", "inflow.first@2026",
                     "2026-01-01", "a > 1", "parameters", "~", "[]", "{}", "1e400", "low"]),
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(str),
    st.text(max_size=8),
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
        st.dictionaries(st.sampled_from(["low", "high", "values", "steps", "crossed", "zipped",
                                         "en", "nl", "inflow.first", "p"]), inner, max_size=3)
        .map(lambda d: "{" + ", ".join(f"{k}: {v}" for k, v in d.items()) + "}"),
    ),
    max_leaves=8,
)  # fmt: skip


@pytest.mark.long
@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(KEYS, TREES), max_size=6))
def test_any_text_is_a_design_or_refused(parts: list[tuple[str, str]]) -> None:
    text = "\n".join(f"{key}: {value}" for key, value in parts)
    with suppress(ScenarioError):
        assert isinstance(parse_design(text, "any.yaml"), Design)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.sampled_from(TEXT.split("\n")[1:-1]), TREES)
def test_a_design_with_any_value_in_one_place_is_read_or_refused(line: str, tree: str) -> None:
    key = line.split(":")[0]
    with suppress(ScenarioError):
        assert isinstance(parse_design(TEXT.replace(line, f"{key}: {tree}"), "any.yaml"), Design)

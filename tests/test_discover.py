"""Scenario discovery: a planted box is found, and what is said of it is true."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from sim.errors import ScenarioError
from sim.report.i18n import Language, translate
from sim.studies import discover as study
from sim.studies import discover_text as report
from sim.studies.prim import (
    Discovery,
    Limit,
    cases_of_interest,
    discover,
    evaluated,
    in_box,
    parse_condition,
)

LEVERS = ["inflow.first@2026", "housing.homes", "ind.capacity.realised", "price"]
UNITS = {"inflow.first@2026": "persons/year", "housing.homes": "persons/year",
         "ind.capacity.realised": "factor"}  # fmt: skip
CELL = "gap.total.2027:mean"
WHERE = parse_condition("gap.total.2027 > 2e9")


def made(seed: int = 1, runs: int = 1000, noise: float = 0.0) -> pd.DataFrame:
    """A sweep in which the gap is large in one box, but for a part of its runs and of others."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "run": np.arange(1, runs + 1),
            "inflow.first@2026": rng.uniform(10_000, 40_000, runs),
            "housing.homes": rng.uniform(20_000, 40_000, runs),
            "ind.capacity.realised": rng.uniform(0.5, 1.5, runs),
            "price": rng.choice(["none", "regular-27100", "coa-prices"], runs),
        }
    )
    table[CELL] = np.where(planted(table) ^ (rng.random(runs) < noise), 3e9, 1e9)
    return table


PLANTED = (
    Limit("inflow.first@2026", low=22_000.0),
    Limit("housing.homes", high=32_000.0),
    Limit("price", choices=("coa-prices", "none")),
)


def planted(table: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    within = (table["inflow.first@2026"] >= 22_000) & (table["housing.homes"] <= 32_000)
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
        within & (table["price"] != "regular-27100")
    ).to_numpy()
    return found


@pytest.fixture(scope="module")
def found() -> Discovery:
    return discover(WHERE, made(), LEVERS, ["price"])


@pytest.mark.slow
def test_a_planted_box_of_numbers_and_patches_is_found(found: Discovery) -> None:
    box = found.boxes[0]
    limits = {one.lever: one for one in box.limits}
    assert set(limits) == {"inflow.first@2026", "housing.homes", "price"}
    assert limits["inflow.first@2026"].low == pytest.approx(22_000, rel=0.03)
    assert limits["inflow.first@2026"].high is None
    assert limits["housing.homes"].high == pytest.approx(32_000, rel=0.03)
    assert set(limits["price"].choices) == {"none", "coa-prices"}
    assert box.coverage >= 0.9
    assert box.density >= 0.9


@pytest.mark.long
def test_a_planted_box_is_found_under_noise() -> None:
    noisy = discover(WHERE, made(noise=0.05), LEVERS, ["price"])
    truth, box = planted(noisy.table), in_box(noisy.boxes[0].limits, noisy.table)
    assert (truth & box).sum() / truth.sum() >= 0.9
    assert (truth & box).sum() / box.sum() >= 0.9
    assert "ind.capacity.realised" not in {one.lever for one in noisy.boxes[0].limits}


@pytest.mark.slow
def test_what_is_said_of_a_box_is_what_a_count_gives(found: Discovery) -> None:
    box = found.boxes[0]
    within = in_box(box.limits, found.table)
    assert box.runs == within.sum()
    assert box.density == (within & found.interest).sum() / within.sum()
    assert box.coverage == (within & found.interest).sum() / found.interest.sum()


@pytest.mark.slow
def test_the_bands_hold_the_truth_about_as_often_as_they_say() -> None:
    sizes = 0.6 * 0.6 * 2 / 3
    coverage = sizes * 0.9 / (sizes * 0.9 + (1 - sizes) * 0.1)
    held = {"density": 0, "coverage": 0}
    for seed in range(200):
        table = made(seed, 400, noise=0.1)
        box = evaluated(PLANTED, table, cases_of_interest(WHERE, table, ["price"]))
        held["density"] += box.density_band[0] <= 0.9 <= box.density_band[1]
        held["coverage"] += box.coverage_band[0] <= coverage <= box.coverage_band[1]
    assert all(140 <= count <= 180 for count in held.values()), held


@pytest.mark.slow
def test_two_planted_boxes_are_both_found() -> None:
    table = made()
    many = table["inflow.first@2026"] > 30_000
    few_homes = (table["inflow.first@2026"] > 15_000) & (table["housing.homes"] < 24_000)
    table[CELL] = np.where(many | few_homes, 3e9, 1e9)
    first, second, *_ = discover(WHERE, table, LEVERS, ["price"]).boxes
    assert first.coverage + second.coverage >= 0.9
    assert min(first.density, second.density) >= 0.9


@pytest.mark.slow
def test_without_a_pattern_no_box_is_made_up() -> None:
    table = made()
    table[CELL] = np.where(np.random.default_rng(5).random(len(table)) < 0.3, 3e9, 1e9)
    blind = discover(WHERE, table, LEVERS, ["price"])
    assert all(box.density < 0.5 for box in blind.boxes)


@pytest.mark.long
def test_a_lever_of_few_values_and_one_of_one_value_do_no_harm() -> None:
    table = made()
    table["housing.homes"] = np.where(table["housing.homes"] < 30_000, 20_000.0, 40_000.0)
    table["ind.capacity.realised"] = 1.0
    table[CELL] = np.where(table["housing.homes"] < 30_000, 3e9, 1e9)
    (box,) = discover(WHERE, table, LEVERS, ["price"]).boxes
    assert [one.lever for one in box.limits] == ["housing.homes"]
    assert (box.coverage, box.density) == (1.0, 1.0)


@pytest.mark.slow
def test_the_order_of_the_rows_and_of_the_choices_moves_no_limit(found: Discovery) -> None:
    turned = found.table.iloc[::-1].reset_index(drop=True)
    other = discover(WHERE, turned, LEVERS, ["price"])
    assert other.boxes[0].limits == found.boxes[0].limits


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("gap.total.2027 > 9e9", "holds in no run of this sweep"),
        ("gap.total.2027 > 0", "holds in every run of this sweep"),
        ("gap.total.2028 > 0", "'gap.total.2028' is not in this sweep"),
        ("price > 2", "'price' is a patch"),
        ("gap.total.2027 >", "a name or a number belongs here"),
    ],
)
def test_a_condition_that_tells_nothing_apart_is_refused(where: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(told)):
        discover(parse_condition(where), made(), LEVERS, ["price"])


def test_patches_and_levers_may_stand_in_a_condition() -> None:
    table = made()
    where = parse_condition(
        "gap.total.2027:mean > 2e9 and price == none and inflow.first@2026-01-01 > 3e4"
    )
    expected = (table[CELL] > 2e9) & (table["price"] == "none") & (table[LEVERS[0]] > 3e4)
    assert np.array_equal(cases_of_interest(where, table, ["price"]), expected.to_numpy())


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_the_sentence_holds_the_numbers_of_the_box(found: Discovery, lang: Language) -> None:
    box = found.boxes[0]
    sentence = study.sentences(found, UNITS, lang)[0]
    for part in (
        report.percent(box.density, lang),
        report.percent(box.coverage, lang),
        "EUR 2.0 bn" if lang == "en" else "€ 2,0 mld",
        "persons/year" if lang == "en" else "personen/jaar",
        "COA's prices per resident or none" if lang == "en" else "COA-prijzen per bewoner of geen",
        report.plainly(next(one.low for one in box.limits if one.low), lang),
    ):
        assert part in sentence


@pytest.mark.slow
def test_where_no_lever_says_anything_the_sentence_says_so(found: Discovery) -> None:
    blind = dataclasses.replace(found, boxes=())
    (sentence,) = study.sentences(blind, UNITS, "en")
    assert "no input of this sweep clearly separates them" in sentence
    assert study.box_rows(blind).empty
    assert translate("discover_none", "nl") == "geen"

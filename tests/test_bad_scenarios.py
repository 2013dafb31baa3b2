"""A folder of bad scenarios: one fault each, named after it, with what is said of it beside it."""

from __future__ import annotations

import contextlib
import json
import random
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.odd_input import mutated

from sim.errors import ScenarioError
from sim.scenario import load, shipped
from sim.scenario.json_schema import json_schema
from sim.scenario.yaml_reader import read_file

FOLDER = Path(__file__).parent / "bad_scenarios"
BAD = sorted(FOLDER.glob("*.yaml"))
KNOWN_TO_SCHEMA = {
    "unknown-key",
    "unknown-key-in-dutch",
    "unknown-key-set-to-null",
    "leave-rate-by-group",
    "wrong-unit",
    "euro-per-resident",
    "euro-per-day",
    "percent-for-share",
    "cases-for-persons",
    "negative",
    "above-one",
    "words-for-number",
    "truth-for-number",
    "no-such-choice",
    "spread-of-no-kind",
    "key-one-level-up",
    "key-one-level-down",
    "path-leads-nowhere",
    "year-as-words",
    "source-without-title",
    "title-without-dutch",
    "nothing-but-a-title",
    "hold-without-dates",
    "number-as-date",
    "relative-at-a-date",
    "factor-as-a-key",
}


def test_there_are_at_least_forty_of_them_each_with_its_message() -> None:
    assert len(BAD) >= 40
    assert {file.stem for file in FOLDER.glob("*.txt")} == {file.stem for file in BAD}


@pytest.mark.slow
@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_a_bad_scenario_is_told_what_is_wrong_and_what_to_write(file: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(file)
    message = str(caught.value).replace(f"{FOLDER}/", "").replace(str(FOLDER), ".") + "\n"
    assert message == file.with_suffix(".txt").read_text("utf-8")
    assert all(problem.advice for problem in caught.value.problems)


def plain(item: Any) -> Any:
    """Scenario data as JSON has it: keys and dates as text."""
    if isinstance(item, dict):
        return {str(key): plain(value) for key, value in item.items()}
    if isinstance(item, list):
        return [plain(value) for value in item]
    return item.isoformat() if isinstance(item, date) else item


VALIDATOR = jsonschema.Draft7Validator(json_schema())


def test_the_schema_is_a_schema_and_explains_every_number() -> None:
    jsonschema.Draft7Validator.check_schema(json_schema())
    text = json.dumps(json_schema())
    assert "people housed in a year, at the supply of day 0 [persons/year]" in text
    assert text.count("[EUR/place/year]") >= 2


@pytest.mark.parametrize("name", list(shipped()))
def test_a_shipped_scenario_passes_the_schema(name: str) -> None:
    errors = [error.message[:300] for error in VALIDATOR.iter_errors(plain(read(name)))]
    assert errors == []


@pytest.mark.parametrize("text", ["+10%", "-2.5%", "x0.9", "{value: +10%, certain: true}"])
def test_the_schema_knows_relative_values_in_a_patch_alone(text: str) -> None:
    """Both forms of a number are valid in a patch; a complete scenario has nothing to inherit."""
    head = {"extends": "baseline", "title": {"en": "A", "nl": "A"}}
    homes = yaml.safe_load(text)
    assert VALIDATOR.is_valid(head | {"housing.homes": homes, "housing": {"homes": homes}})
    whole = plain(read("baseline"))
    whole["housing"]["homes"]["value"] = "+10%"
    assert not VALIDATOR.is_valid(whole)


def read(name: str) -> Any:
    return read_file(shipped()[name]).data


@pytest.mark.parametrize("name", sorted(KNOWN_TO_SCHEMA))
def test_the_schema_fails_what_it_can_know(name: str) -> None:
    data = plain(read_file(FOLDER / f"{name}.yaml").data)
    assert not VALIDATOR.is_valid(data)


BASELINE_TEXT = shipped()["baseline"].read_text("utf-8")
PATCHES = [shipped()[name].read_text("utf-8") for name in shipped() if name != "baseline"]


@pytest.mark.long
@given(seed=st.integers(0, 2**32), patch=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_mutated_scenario_loads_or_is_refused_and_nothing_else(seed: int, patch: bool) -> None:
    text = mutated(PATCHES[seed % len(PATCHES)] if patch else BASELINE_TEXT, random.Random(seed))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mutant.yaml"
        file.write_text(text, "utf-8")
        begun = time.monotonic()
        with contextlib.suppress(ScenarioError):
            load(file)
        assert time.monotonic() - begun < 5


@given(text=st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_is_refused_as_a_scenario(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "any.yaml"
        file.write_text(text, "utf-8", newline="")
        with pytest.raises(ScenarioError):
            load(file)


BOMBS = {
    "aliases": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"b{i}: &b{i} [*a, *a, *a, *a, *a, *a, *a]\n" for i in range(20)),
    "deep": "a: " + "[" * 200_000,
    "deep mappings": "".join(" " * i + "a:\n" for i in range(1_000)),
    "ten megabytes": "a: 1\n" * 2_000_000,
    "one long line": "a: " + "x" * 10_000_000,
    "many keys": "".join(f"k{i}: 1\n" for i in range(150_000)),
    "long number": "extends: baseline\nhousing.homes: " + "9" * 100_000 + "\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(BOMBS))
def test_a_bomb_is_refused_within_a_second(name: str, tmp_path: Path) -> None:
    file = tmp_path / "bomb.yaml"
    file.write_text(BOMBS[name], "utf-8")
    begun = time.process_time()
    with pytest.raises(ScenarioError):
        load(file)
    assert time.process_time() - begun < 1


def test_a_refusal_of_ten_megabytes_takes_little_memory(tmp_path: Path) -> None:
    import tracemalloc

    file = tmp_path / "large.yaml"
    file.write_bytes(b"a: 1\n" * 2_000_000)
    tracemalloc.start()
    with pytest.raises(ScenarioError, match="too large for a scenario file"):
        load(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_no_file_is_opened_but_those_that_are_named(tmp_path: Path) -> None:
    """A scenario is data: a tag or a path in a value opens and runs nothing."""
    marker = tmp_path / "ran"
    file = tmp_path / "evil.yaml"
    file.write_text(
        f"extends: baseline\ntitle: {{en: '{marker}', nl: x}}\n"
        f'description: {{en: "!!python/object/apply:os.system [touch {marker}]", nl: x}}\n',
        "utf-8",
    )
    assert load(file).title.en == str(marker)
    assert not marker.exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["baseline", "year-2024", "budget-frame-full"])
def test_loading_and_checking_takes_less_than_150_ms(name: str) -> None:
    load(name)
    times = []
    for _ in range(5):
        begun = time.process_time()
        load(name)
        times.append(time.process_time() - begun)
    assert min(times) < 0.150


def test_the_bad_scenarios_are_yaml_to_others_as_well() -> None:
    """But for those that are bad as YAML, so that the fault is the one they are named after."""
    broken = []
    for file in BAD:
        try:
            yaml.safe_load(file.read_text("utf-8"))
        except (yaml.YAMLError, ValueError):
            broken.append(file.stem)
    bad_as_yaml = {"not-yaml", "tab", "tag", "no-colon", "quote-without-end", "factor-with-a-star"}
    assert set(broken) <= bad_as_yaml | {"not-a-date", "month-thirteen"}

"""What the trial of mutants makes of what a suite printed."""

from __future__ import annotations

import pytest
import yaml
from mutants import ROOT, told
from twenty_mutants import MUTANTS


@pytest.mark.parametrize(
    ("said", "by"),
    [
        ("..F\nFAILED tests/test_laws.py::test_x - assert 0\n1 failed\n", "test_laws::test_x"),
        ("ERROR tests/test_laws.py - ImportError\n", "test_laws.py"),
        ("ERROR: names tests that are gone\n\n", "ERROR: names tests that are gone"),
        ("\n", "stopped"),
        ("", "stopped"),
    ],
)
def test_a_suite_that_failed_is_never_taken_for_one_that_holds(said: str, by: str) -> None:
    assert told(said) == by


def test_each_mutant_of_the_list_changes_a_line_that_is_there_once() -> None:
    texts = [file.read_text("utf-8") for file in (ROOT / "sim").rglob("*.py")]
    for mutant in yaml.safe_load(MUTANTS.read_text("utf-8")):
        assert sum(text.count(mutant["before"]) for text in texts) == 1, mutant

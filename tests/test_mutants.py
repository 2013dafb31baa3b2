"""What the trial of mutants makes of what a suite printed."""

from __future__ import annotations

import pytest
from mutants import told


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

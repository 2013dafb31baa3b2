"""What ``make fuzz`` has found stays mended, and it would see a fault."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="fuzzing limits time and memory by calls of POSIX")

import fuzz
from fuzz import FOUND, TARGETS, Target, keep, kept, kind_of, smaller, verdict

from sim.errors import ScenarioError


def test_what_was_found_is_read_or_refused_as_it_should_be() -> None:
    faults = {}
    for file in sorted(FOUND.glob("*.json")):
        name, data = kept(file)
        faults[file.name] = verdict(TARGETS[name], data)
    assert not any(faults.values()), faults


def _breaks(data: bytes) -> None:
    if b"x" in data:
        raise KeyError("x")


def test_a_fault_is_seen_made_smaller_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "FOUND", tmp_path / "found")
    target = Target(lambda _chance: b"", _breaks)
    assert verdict(target, b"fine") == ""
    long = b"a" * 500 + b"x" + b"b" * 500
    fault = verdict(target, long)
    assert "KeyError" in fault
    small = smaller(target, long, fault)
    assert small == b"x"
    for data in (small, b"\xff\x00", "\u202e\x1b".encode()):
        assert kept(keep("yaml", data, fault)) == ("yaml", data)
    assert len(list((tmp_path / "found").iterdir())) == 3


def test_faults_are_told_apart_by_place_and_kind() -> None:
    def refuses(_data: bytes) -> None:
        raise ScenarioError([])

    assert verdict(Target(lambda _: b"", refuses), b"") == "refused without a word"
    one = 'File "/a/sim/x.py", line 3, in f\n  y\nKeyError: 1'
    assert kind_of(one) == kind_of(one.replace(": 1", ": 2"))
    assert kind_of(one) != kind_of(one.replace("x.py", "z.py"))
    assert kind_of(one) != kind_of(one.replace("KeyError", "TypeError"))


def test_an_input_that_takes_too_long_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "SECONDS", 0.2)

    def waits(_data: bytes) -> None:
        while True:
            pass

    assert "TooLongError" in verdict(Target(lambda _: b"", waits), b"")


@pytest.mark.parametrize("name", sorted(set(TARGETS) - {"workbook", "whence", "folder"}))
def test_a_target_makes_the_same_input_of_the_same_seed_and_not_only_nonsense(name: str) -> None:
    made = [[TARGETS[name].make(random.Random(f"{seed}")) for seed in range(30)] for _ in "ab"]
    assert made[0] == made[1]
    assert len(set(made[0])) > 10

"""Commands of version 0.1 end with 2 and print what to type now."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from support.cli import Command

from sim.cli.commands import Group, entries
from sim.runs.former import VERBS, complaint, replacement

MOST_ENTRIES = 27
NOW = {
    "stock baseline --points 4": "optimal-places baseline --points 4",
    "ind-coa --from 2027": "ind-cut --from 2027",
    "score --replications 20": "hindcast --replications 20",
    "chart outputs/baseline need": "plot outputs/baseline need",
    "explorer r -o e.html": "dashboard r -o e.html",
    "list --lang nl": "scenario list --lang nl",
    "import x.xlsx -o p.yaml": "scenario import x.xlsx -o p.yaml",
    "runs outputs --json": "runs list outputs --json",
    "reproduce outputs/baseline": "runs reproduce outputs/baseline",
    "verify-record r": "runs verify r",
    "moved a b": "runs compare a b",
    "whence x.png": "runs provenance x.png",
    "verify": "model check",
    "trace baseline --person 3": "model trace baseline --person 3",
    "calibrate": "model calibrate",
    "run baseline --vary luck,inflow": "run baseline --uncertainty process,inflow",
    "run baseline --uncertainty=luck": "run baseline --uncertainty=process",
    "solve b --vary k --chance=luck": "solve b --lever k --uncertainty=process",
    "enough b --certainty=0.8": "enough b --chance=0.8",
    "compare a 'b c' --vary parameters": "compare a 'b c' --uncertainty parameters",
}


@pytest.mark.parametrize("typed", NOW)
def test_what_was_typed_is_printed_as_it_is_typed_now(typed: str) -> None:
    now = complaint(shlex.split(typed))
    assert now == f"'opvangsim {typed}' is now: opvangsim {NOW[typed]}"
    assert replacement(shlex.split(NOW[typed])) == shlex.split(NOW[typed])


def test_an_unknown_command_of_runs_is_not_taken_for_a_folder() -> None:
    assert not complaint(["runs", "show", "outputs/baseline"])


def test_a_former_command_ends_with_2_and_does_nothing(tmp_path: Path, command: Command) -> None:
    done = command("stock", "baseline", "--points", "4")
    assert done.returncode == 2
    assert done.stderr == (
        "error: 'opvangsim stock baseline --points 4' is now: "
        "opvangsim optimal-places baseline --points 4\n"
    )
    assert not list(tmp_path.iterdir())


def test_every_replacement_is_a_command_that_there_is() -> None:
    table = entries()
    for now in VERBS.values():
        entry = table[now[0]]
        assert len(now) == 1 or (isinstance(entry, Group) and now[1] in entry.commands)
    assert not set(VERBS) & set(table)


def test_present_commands_are_left_alone() -> None:
    for words in ("", "--help", "--version", "runs --help", "runs list outputs", "walk", "run x"):
        assert complaint(words.split()) == ""


def test_the_top_help_screen_has_few_entries(command: Command) -> None:
    shown = command("--help").stdout.partition("--help")[2]
    listed = re.findall(r"^  ([a-z-]+)\s", shown, flags=re.MULTILINE)
    assert listed == list(entries())
    assert len(listed) <= MOST_ENTRIES

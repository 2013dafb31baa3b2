"""A mistake in what was typed is told at once: before the model and its libraries are loaded."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support.figures import FIGURES

from sim.cli.commands import commands

HEAVY = ("numba", "pandas", "matplotlib", "openpyxl")
MOST_CPU = 0.6
"""Twice what a mistake takes on a machine that does nothing else [s]."""
MOST_READING = 1.5
"""The same where a scenario has to be read to see the mistake [s]."""
READING = ("--until", "--set")
MISTAKES = (
    "run baselin",
    "run my-inflow.yaml",
    "run baseline --replications 1.000",
    "run baseline --step hour",
    "run baseline --precision 99",
    "run baseline --as-of 2025-01-31",
    "run baseline --until 1999-01-01",
    "run baseline --set housing.hoems=3",
    "run baseline --log none/log.txt",
    "nowcast baseline --observed none.csv --as-of 2025-01-31",
    "answer 99",
    "compare baseline basline",
    "compare baseline",
    "explain baseline basline",
    "explain baseline nominal --line nothing",
    "enough --line nothing",
    "solve --target gap.total.x<3 --lever housing.homes",
    "solve --target 'gap.total.2027 <= 0' --lever housing.homes@never",
    "optimal-places --low 50000",
    "plan compare baseline basline",
    "plan value --budget 2026 --chance 120%",
    "plan search --levers reception.desk.slack=0.1:0",
    "plan search --levers reception.desk.slack=0:0.1 --objective profit",
    "ind-cut baselin",
    "sensitivity --line nothing",
    "sweep nothing",
    "discover none --where x>1",
    "plot none",
    "plot none --format gif",
    "memo none -o memo.docx",
    "memo none -o memo.pdf",
    "dashboard none -o page.html",
    "export none --csv -o table.csv",
    "export baselin --xlsx -o book.xlsx",
    "find",
    "scenario list --lang de",
    "scenario overview -o chart.gif",
    "scenario check basline",
    "scenario new ' '",
    "scenario start basline --date 2025-02-03 --observed figures.csv -o new.yaml",
    "scenario show baseline 27100",
    "scenario show baseline housing.hoems",
    "scenario diff baseline basline",
    "scenario sources basline",
    "scenario vintages basline",
    "scenario schema --nothing",
    "scenario import none.xlsx -o patch.yaml",
    "data check none.csv",
    "data list none.csv",
    "data diff figures.csv none.csv",
    "runs list none",
    "runs reproduce none",
    "runs verify none",
    "runs compare none nothing",
    "runs provenance none.png",
    "forecast freeze none -o kept",
    "forecast verify none",
    "forecast monitor none --observed figures.csv -o report.md",
    "forecast explain-miss none --observed figures.csv --series people --date 2025-06-30",
    "hindcast --replications 3",
    "hindcast --given births",
    "model check --lang de",
    "model trace basline --person 3",
    "model calibrate --replications x",
    "json-schema scenario walk",
    "mcp --time-limit x",
    "serve basline --no-open",
)


def test_every_command_is_tried_with_a_mistake() -> None:
    tried = {tuple(shlex.split(line)) for line in MISTAKES}
    assert all(any(line[: len(one)] == one for line in tried) for one in commands())


@pytest.mark.slow
@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_costs_little_and_loads_no_heavy_library(line: str, tmp_path: Path) -> None:
    """The least of two, since other work on the machine slows some of them."""
    (tmp_path / "figures.csv").write_text(FIGURES, "utf-8")
    code = (
        f"import sys; sys.argv = ['opvangsim', *{shlex.split(line)}]\n"
        "from sim.cli import main\n"
        "try: main()\n"
        f"finally: print([name for name in {HEAVY} if name in sys.modules])"
    )
    most = MOST_READING if any(option in line for option in READING) else MOST_CPU
    seconds = []
    for _ in range(2):
        before = os.times()
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        after = os.times()
        user = after.children_user - before.children_user
        seconds.append(user + after.children_system - before.children_system)
        assert done.returncode == 2, done
        assert "error: " in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == "[]\n"
        if seconds[-1] <= most:
            break
    assert min(seconds) <= most

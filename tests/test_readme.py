"""The numbers in the README are those of the code."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from sim.report import run_tables as text
from sim.runs.batches import Options
from sim.runs.run import execute
from sim.scenario import Scenario

README = Path(__file__).parent.parent / "README.md"
_TABLE = re.compile(r"(<!-- gap table.*?-->\n```\n)(.*?)(```\n<!-- end of gap table -->)", re.S)


def printed(scenario: Scenario, folder: Path) -> str:
    """The gap table of a run at the default settings, as the command prints it."""
    done = execute(scenario, "baseline", Options(charts=False), folder)
    page = io.StringIO()
    Console(file=page, width=100, highlight=False, markup=False).print(
        text.gap_table(done.budget, scenario, "en")
    )
    return "".join(line.rstrip() + "\n" for line in page.getvalue().splitlines())


@pytest.mark.long
def test_the_gap_table_of_the_readme_is_that_of_the_baseline(
    baseline: Scenario, tmp_path: Path
) -> None:
    found = _TABLE.search(README.read_text("utf-8"))
    assert found is not None
    assert "2027" in found[2]
    assert found[2] == printed(baseline, tmp_path / "run")

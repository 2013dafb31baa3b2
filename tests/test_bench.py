"""Laws of the benchmark: what it calls met, and that the page on performance has all its rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import ROOT, ROWS, Row, Target, report, spent

PAGE = ROOT / "docs" / "explanation" / "performance.md"


def test_a_target_is_met_when_the_new_median_and_the_ratio_reach_it() -> None:
    target = Target("wall s", at_most=6, times_less=2.3)
    assert target.is_met(6.0, 2.3)
    assert not target.is_met(6.1, 9.0)
    assert not target.is_met(1.0, 2.2)
    assert target.is_met(1.0, None), "without an old side only the bound counts"
    assert not Target("persons / engine", at_least=800).is_met(799, None)


def test_the_ratio_is_the_median_of_the_rounds(capsys: pytest.CaptureFixture[str]) -> None:
    """Not the ratio of the medians, here 4 / 2: both sides of a round saw the same load."""
    new, old = (
        [{"wall s": value} for value in values] for values in ((1.0, 2.0, 4.0), (3.0, 4.0, 20.0))
    )
    row = Row("what", lambda *_: {}, ())
    assert not report(row, Target("wall s", times_less=3.5), (new, old))
    assert capsys.readouterr().out == ("| what | wall s | 2 | 4 | 3 | 3.5 times less | MISSED |\n")


def test_a_command_that_fails_ends_the_benchmark(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no such thing"):
        spent(["-c", "raise SystemExit('no such thing')"], tmp_path)
    assert spent(["-c", "print('done')"], tmp_path).output == "done\n"


def test_the_page_has_a_line_for_each_figure() -> None:
    page = PAGE.read_text(encoding="utf-8")
    table = page.split("<!-- bench:")[1].split("<!-- end of bench -->")[0]
    lines = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")][2:]
    assert [(line[0].removeprefix("| "), line[1]) for line in lines] == [
        (row.title, target.figure) for row in ROWS.values() for target in row.targets
    ]

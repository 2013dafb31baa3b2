"""How far work is: a bar with the time left on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys

import pytest
from rich.console import Console
from support.cli import FEW, Command

from sim.notebook import progress as module
from sim.notebook.progress import progress, said_of, watched


class Clock:
    """A clock that is set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr("sim.notebook.progress.time.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_the_time_left_is_that_of_the_rest_at_the_same_pace() -> None:
    assert said_of(250, 1000, 60.0, "en") == "250 of 1,000 replications, about 3 min left"
    assert said_of(250, 1000, 4.0, "nl") == "250 van 1.000 replicaties, nog ongeveer 12 s"
    assert said_of(1000, 1000, 60.0, "nl") == "1.000 van 1.000 replicaties"
    assert said_of(0, 1000, 60.0, "en") == "0 of 1,000 replications"


def test_elsewhere_a_line_is_printed_at_most_every_ten_seconds(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress("a", 1000, last_line=True) as tell:
        assert tell is not None
        for second in range(1, 26):
            clock.now = float(second)
            tell(second * 10, 1000)
        tell(1000, 1000)
    assert capsys.readouterr() == (
        "",
        "a: 100 of 1,000 replications, about 2 min left\n"
        "a: 200 of 1,000 replications, about 80 s left\n"
        "a: 1,000 of 1,000 replications\n",
    )


def test_short_work_from_python_prints_nothing(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress("a", 1000) as tell:
        assert tell is not None
        clock.now = 9.0
        tell(1000, 1000)
    assert capsys.readouterr() == ("", "")


def test_nothing_is_told_when_quiet_or_turned_off_or_of_no_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with progress("a", 10, quiet=True) as tell, watched()("a", 0) as none:
        assert (tell, none) == (None, None)
    monkeypatch.setenv("OPVANGSIM_PROGRESS", "off")
    with progress("a", 10, last_line=True) as tell:
        assert tell is None


def test_on_a_terminal_one_bar_shows_the_time_left_and_goes_away(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        module, "Console", lambda **_: Console(file=sys.stderr, force_terminal=True, width=100)
    )
    with progress("baseline [x]", 100, "nl", last_line=True) as tell:
        assert tell is not None
        clock.now = 5.0
        tell(50, 100)
    shown = capsys.readouterr().err
    assert "baseline [x]" in shown
    assert "50 van 100 replicaties, nog ongeveer 5 s" in shown
    assert shown.endswith("\x1b[2K")


@pytest.mark.long
def test_a_command_prints_one_line_at_the_end_in_its_language(command: Command) -> None:
    small = (*FEW, "--until", "2025-02-28", "--no-charts")
    assert command("run", "baseline", *small, "--lang", "nl").stderr.splitlines() == [
        "baseline: 2 van 2 replicaties"
    ]

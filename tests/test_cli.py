"""The command line, as a user meets it."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.cli import INTERRUPTIBLE, SHORT, Command
from support.processes import needs

from sim.cli.commands import Group, entries, imported
from sim.cli.output import as_typed
from sim.studies import STUDIES

SMALL = ["--replications", "4", "--step", "week", "--until", "2026-12-31", "--workers", "1"]


def opvangsim(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.long
def test_a_run_prints_the_gap_and_says_where_everything_lies(tmp_path: Path) -> None:
    done = opvangsim("run", "baseline", *SMALL, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2026" in done.stdout
    assert "outputs/baseline/" in done.stdout
    assert "\N{HORIZONTAL ELLIPSIS}" not in done.stdout
    assert "baseline: 4 of 4 replications" in done.stderr
    assert "replications" not in done.stdout.splitlines()[-1]
    assert (tmp_path / "outputs" / "baseline" / "charts" / "gap.png").is_file()


@pytest.mark.long
def test_in_dutch_words_and_numbers_are_dutch(tmp_path: Path) -> None:
    done = opvangsim("run", "baseline", *SMALL, "--lang", "nl", "--no-charts", cwd=tmp_path)
    assert "begroting" in done.stdout
    assert "69,9" in done.stdout
    assert "5.369" in done.stdout
    assert "Basispad" in done.stdout
    assert not (tmp_path / "outputs" / "baseline" / "charts").exists()


@pytest.mark.long
def test_json_goes_to_stdout_alone(tmp_path: Path) -> None:
    done = opvangsim("run", "baseline", *SMALL, "--json", "--no-charts", cwd=tmp_path)
    record = json.loads(done.stdout)
    assert record["scenario"] == "baseline"
    gap = record["years"][1]["gap"]
    assert gap["address"] == "gap.total.2026@owb2025:p50"
    assert gap["interval"]["low"] < gap["value"] < gap["interval"]["high"]


@pytest.mark.long
def test_quiet_prints_the_folder_and_nothing_else(tmp_path: Path) -> None:
    out = str(tmp_path / "here")
    done = opvangsim(
        "run", "baseline", *SMALL, "--quiet", "--no-charts", "--out", out, cwd=tmp_path
    )
    assert (done.stdout.strip(), done.stderr) == (out, "")


@pytest.mark.long
def test_list_and_version(command: Command, tmp_path: Path) -> None:
    listed = command("scenario", "list", "--lang", "nl").stdout
    assert "baseline" in listed
    assert "Basispad" in listed
    assert opvangsim("--version", cwd=tmp_path).stdout.startswith("opvangsim 0.")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run", "nowhere"], "no such scenario"),
        (["run", "baseline", "--uncertainty", "weather"], "unknown source of uncertainty: weather"),
        (["run", "baseline", "--until", "2020-01-01"], "lies before the start"),
        (["run", "baseline", "--until", "2090-01-01"], "lies over 30 years ahead"),
        (["run", "baseline", "--until", "1-1-2020"], "lies before the start"),
        (["run", "baseline", "--until", "31/12/2028"], "day-month-year with dashes"),
        (["runs", "list", "--since", "1/2/2025"], "'1/2/2025' is not a date"),
        (["run", "baseline", "--replications", "1.000"], "1.000"),
        (["run", "baseline", "--replications", "0"], "--replications"),
        (["run", "baseline", "--step", "hour"], "--step"),
        (["run", "baseline", "baseline", "--out", "x"], "one folder can't hold several runs"),
        (["run"], "Missing argument"),
        (["walk"], "No such command"),
    ],
)
def test_the_users_mistakes_end_with_2_and_one_clear_message(
    command: Command, words: list[str], expected: str
) -> None:
    done = command(*words)
    assert done.returncode == 2
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.long
def test_a_bad_file_is_told_with_line_and_column(
    tmp_path: Path, scenario_file: Callable[[str], Path]
) -> None:
    file = scenario_file("housing.homes: -3\n")
    done = opvangsim("run", str(file), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"error: {file}:4:16: housing.homes: -3 persons/year lies below 0",
        "    4 | housing.homes: -3",
        "                       ^",
        "    write a number from 0 to 5,000,000 [persons/year]",
    ]


@pytest.mark.long
@pytest.mark.parametrize(
    ("number", "code", "told"),
    [(signal.SIGINT, 130, "interrupted: nothing was written"), (signal.SIGTERM, 143, "")],
)
def test_an_interrupt_half_way_ends_at_once_and_leaves_no_folder(
    tmp_path: Path, number: signal.Signals, code: int, told: str
) -> None:
    needs("os.killpg")
    words = ["run", "baseline", "--replications", "4000", "--workers", "2"]
    process = subprocess.Popen(
        [*INTERRUPTIBLE, sys.executable, "-m", "sim", *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    assert " of 4,000 replications" in process.stderr.readline()
    time.sleep(1.0)
    os.killpg(process.pid, number)
    # All of it would take minutes.
    _, errors = process.communicate(timeout=20)
    assert process.returncode == code, errors
    assert told in errors
    assert "Traceback" not in errors
    assert not list((tmp_path / "outputs").iterdir())


HEAVY = ("numpy", "numba", "pandas", "matplotlib", "pydantic", "scipy")


def test_help_comes_without_loading_the_model(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['opvangsim', '--help']\n"
        "from sim.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("[]")


@pytest.mark.slow
@pytest.mark.parametrize("words", [["-c", "import sim"], ["-m", "sim", "--help"]])
def test_the_package_and_the_help_start_within_a_sixth_of_a_second_of_cpu(
    words: list[str], tmp_path: Path
) -> None:
    """The least of five, since other work on the machine slows some of them."""
    seconds = []
    for _ in range(5):
        before = os.times()
        subprocess.run([sys.executable, *words], cwd=tmp_path, capture_output=True, check=True)
        after = os.times()
        user = after.children_user - before.children_user
        seconds.append(user + after.children_system - before.children_system)
    assert min(seconds) <= 0.15


@pytest.mark.long
@pytest.mark.parametrize(
    ("charts", "unused"),
    [
        ("--charts", ("scipy.stats", "scipy.optimize", "openpyxl", "xlsxwriter", "docx")),
        ("--no-charts", ("scipy.stats", "scipy.optimize", "matplotlib")),
    ],
)
def test_a_run_loads_no_library_that_it_does_not_use(
    tmp_path: Path, charts: str, unused: tuple[str, ...]
) -> None:
    words = ["opvangsim", *SHORT, "--quiet", charts]
    code = (
        f"import sys; sys.argv = {words}\n"
        "from sim.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([module for module in {unused} if module in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["outputs/baseline", "[]"]


@pytest.mark.long
def test_what_draws_charts_is_imported_while_a_run_is_simulated(tmp_path: Path) -> None:
    words = ["opvangsim", *SHORT, "--charts", "--quiet"]
    code = (
        f"import sys, time; sys.argv = {words}\n"
        "from sim.cli import main\n"
        "from sim.results import experiment\n"
        "simulate, end = experiment.simulate, time.monotonic() + 30\n"
        "def when_imported(*given, **options):\n"
        "    while not hasattr(sys.modules.get('sim.report.charts'), 'write'):\n"
        "        assert time.monotonic() < end\n"
        "        time.sleep(0.01)\n"
        "    return simulate(*given, **options)\n"
        "experiment.simulate = when_imported\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "outputs/baseline\n"), done.stderr


SIMULATING = {
    *("run", "answer", "hindcast", "nowcast", "model calibrate", "runs reproduce"),
    *("forecast freeze", "forecast explain-miss"),
    *STUDIES,
}


def test_every_command_that_simulates_takes_workers_and_an_executor() -> None:
    """A command with one of both options has the other, and those that simulate have them."""
    found: dict[str, set[str]] = {}
    for name, entry in entries().items():
        inner = entry.commands if isinstance(entry, Group) else {"": entry}
        for each, command in inner.items():
            options = {one.name for one in imported(each or name, command).params}
            found[f"{name} {each}".strip()] = options & {"workers", "executor"}
    assert {name for name, options in found.items() if options} == SIMULATING
    assert all(found[name] == {"workers", "executor"} for name in SIMULATING)


def test_what_has_no_effect_on_results_is_no_part_of_a_recorded_command() -> None:
    words = ["run", "baseline", "--executor", "dask://here:1", "--workers=3", "--seed", "2"]
    words += ["--log", "log.txt", "--json", "--quiet"]
    assert as_typed(words) == "opvangsim run baseline --seed 2"


@pytest.mark.long
def test_a_log_tells_steps_and_errors_and_does_not_change_results(
    command: Command,
) -> None:
    assert command(*SHORT, "-o", "plain").returncode == 0
    assert command(*SHORT, "-o", "logged", "--log", "log.txt").returncode == 0
    for name in ("budget.csv", "monthly.csv", "yearly.csv", "scenario.resolved.yaml"):
        assert Path("plain", name).read_bytes() == Path("logged", name).read_bytes()
    assert "--log" not in Path("logged/run.json").read_text("utf-8")
    assert command("run", "nowhere", "--log", "log.txt").returncode == 2
    lines = Path("log.txt").read_text("utf-8").splitlines()
    for told in (
        "opvangsim run baseline",
        "Python 3.",
        "load baseline: done in",
        "simulate baseline, 2 replications: done in",
        "write tables of baseline: done in",
        "exit code 0",
        "ERROR opvangsim.cli: error: nowhere: no such scenario",
        "exit code 2",
    ):
        assert any(told in line for line in lines), told
    assert not logging.getLogger("opvangsim").handlers


def test_a_log_has_the_traceback_of_an_error_that_nobody_foresaw(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("not foreseen")

    monkeypatch.setattr("sim.cli.scenario.one_chain", fail)
    with pytest.raises(RuntimeError):
        command("scenario", "sources", "--log", "log.txt")
    text = Path("log.txt").read_text("utf-8")
    assert "Traceback" in text
    assert "RuntimeError: not foreseen" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("sens", {"sensitivity"}),
        ("scenario sh", {"show"}),
        ("run base", {"baseline"}),
        ("run baseline+hous", {"baseline+housing-14-weeks"}),
        ("compare mi", {"mine.yaml"}),
        ("run --step ", {"day", "week"}),
        ("run --repl", {"--replications"}),
        ("run baseline --set housing.ho", {"housing.homes"}),
        ("solve --lever housing.ho", {"housing.homes"}),
        ("scenario show baseline housing.ho", {"housing.homes"}),
        ("plot --lo", {"--log"}),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_completes_commands_options_choices_scenarios_and_keys(
    shell: str, typed: str, offered: set[str], tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text("extends: baseline\n")
    line = f"opvangsim {typed}"
    told = {
        "_OPVANGSIM_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": line,
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }
    code = "import sys; sys.argv = ['opvangsim']; from sim.cli import main; main()"
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, **told},
    )  # fmt: skip
    after = os.times()
    user = after.children_user - before.children_user
    assert user + after.children_system - before.children_system <= 0.6
    found = done.stdout.splitlines()
    if shell == "zsh":
        assert all(f'"{word}"' in done.stdout for word in offered), done
    else:
        assert offered <= set(found), done
    assert len(found) < 5


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_the_script_of_each_shell_asks_the_program(shell: str) -> None:
    """The shell is given here; a user's is recognised, so that none has to be typed."""
    words = ["opvangsim", "--show-completion", shell]
    code = f"import sys; sys.argv = {words}; from sim.cli import main; main()"
    given = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=given
    )
    assert f"complete_{shell}" in done.stdout
    assert "_OPVANGSIM_COMPLETE" in done.stdout

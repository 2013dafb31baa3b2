"""The README: its commands run as they are pasted, and its table is what they print."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import duckdb
import pytest
from support.processes import needs

import sim
from sim.cli.commands import Group, entries
from sim.hindcast.observations import parse_observations, read_observations
from sim.scenario import source_keys
from sim.server import arguments
from sim.server.call import MOST_KEPT
from sim.server.tools import MOST_YEARS, TOOLS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TABLE = re.compile(r"(<!-- gap table.*?-->\n```\n)(.*?)(```\n<!-- end of gap table -->)", re.S)
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(file: Path, language: str) -> list[str]:
    """Fenced blocks of a language, as a reader would paste them."""
    return re.findall(rf"^```{language}\n(.*?)^```$", file.read_text("utf-8"), re.S | re.M)


def help_text(words: tuple[str, ...]) -> str:
    """Help screen of a command; empty if there is no such command."""
    done = subprocess.run(
        [sys.executable, "-m", "sim", *words, "--help"], capture_output=True, text=True, check=False
    )
    return done.stdout if done.returncode == 0 else ""


def written_commands(file: Path) -> set[tuple[str, ...]]:
    """Words of each `opvangsim ...` in blocks and in inline code, without the program's name."""
    text = file.read_text("utf-8").replace("\\\n", " ")
    pasted = re.findall(
        r"^opvangsim (.*)$", "".join(re.findall(r"```sh\n(.*?)```", text, re.S)), re.M
    )
    inline = re.findall(r"`opvangsim ([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    return {tuple(shlex.split(line, comments=True)) for line in (*pasted, *inline)}


def gap_table(printed: str) -> str:
    """The gap table and that of price levels as `opvangsim run baseline` printed them.

    Below the second is the note on which level the closed years support. Trailing spaces go.
    """
    lines = [line.rstrip() + "\n" for line in printed.splitlines()]

    def at(start: str, least: int = 0) -> int:
        return next(n for n, line in enumerate(lines) if n >= least and line.startswith(start))

    gap, levels = at("COA, Nidos and IND together"), at("Median gap at four")
    return "".join([*lines[gap : at("└", gap) + 1], "\n", *lines[levels : at("Mean cost", levels)]])


def clone(folder: Path) -> Path:
    """A fresh clone of the project whose environment is the one that runs the tests.

    It holds what is committed, with the changes that are not yet; what git ignores is not in it.
    `make` takes the environment for installed, so nothing is fetched from the network.
    """
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("this is no git checkout, so it can't be cloned")
    git = ["git", "-c", "core.hooksPath=/dev/null"]
    subprocess.run([*git, "clone", "--quiet", str(ROOT), str(folder)], check=True)
    listed = subprocess.run(
        [*git, "ls-files", "-z", "--modified", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, folder / name)
        else:
            (folder / name).unlink()
    needs("symlinks")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    for stamp in ("run", "test", "dev"):
        (folder / ".venv" / f"{stamp}.stamp").touch()
    return folder


def paste(script: str, folder: Path) -> str:
    """What a script prints in a shell in this folder; it must end without an error."""
    if os.name == "nt":
        pytest.skip("the commands are those of a POSIX shell")
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=folder,
        env=os.environ | {"COLUMNS": "100", "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.long
def test_the_commands_of_the_readme_run_as_pasted_and_print_its_table(tmp_path: Path) -> None:
    printed = paste("".join(blocks(README, "sh")), clone(tmp_path / "opvangsim"))
    table = TABLE.search(README.read_text("utf-8"))
    assert table is not None
    assert gap_table(printed) == table[2], "run tests/update.py readme"


@pytest.mark.slow
def test_the_python_of_the_readme_runs_as_pasted(tmp_path: Path) -> None:
    (script,) = blocks(README, "python")
    paste(f"{sys.executable} - <<'END'\n{script}END\n", tmp_path)


@pytest.mark.long
def test_the_tutorial_leads_to_a_memo(tmp_path: Path) -> None:
    tutorial = ROOT / "docs" / "tutorial.md"
    folder = clone(tmp_path / "opvangsim")
    install, new, *others = blocks(tutorial, "sh")
    (scenario,) = blocks(tutorial, "yaml")
    activate = "".join(line for line in install.splitlines(True) if not line.startswith("make"))
    paste(activate + new, folder)
    (folder / "more-homes.yaml").write_text(scenario, "utf-8")
    paste(activate + "".join(others), folder)
    assert (folder / "memo.docx").stat().st_size > 10_000
    (script,) = blocks(tutorial, "python")
    paste(f"{activate}python - <<'END'\n{script}END\n", folder)


@pytest.mark.long
def test_the_first_working_day_goes_from_figures_to_a_memo(tmp_path: Path) -> None:
    page = ROOT / "docs" / "how-to" / "first-working-day.md"
    for text in blocks(page, "csv"):
        (tmp_path / text.split()[1].rstrip(":")).write_text(text, "utf-8")
    program = f'opvangsim() {{ {shlex.quote(sys.executable)} -m sim "$@"; }}\n'
    # Half of the replications, the least that a nowcast takes, are as good a test in half the time.
    commands = "".join(blocks(page, "sh")).replace("--replications 200", "--replications 100")
    printed = paste(program + commands, tmp_path)
    assert "no errors" in printed
    assert "1 revised, 12 new, 0 removed" in printed
    assert "family.travel_days" in printed
    for name in ("follow-up.docx", "miss.docx", "memo.docx"):
        assert (tmp_path / name).stat().st_size > 10_000


def test_the_notebook_of_the_first_working_day_has_the_figures_of_the_page() -> None:
    book = json.loads((ROOT / "notebooks" / "7_first_working_day.ipynb").read_text("utf-8"))
    code = "".join("".join(one["source"]) for one in book["cells"] if one["cell_type"] == "code")
    texts = blocks(ROOT / "docs" / "how-to" / "first-working-day.md", "csv")
    assert len(texts) == 2
    assert all(text in code for text in texts)


def test_the_first_working_day_has_the_shipped_figures_and_none_after_2024() -> None:
    """A figure whose series is shipped is there as it is shipped, with its source."""
    lines = "".join(blocks(ROOT / "docs" / "how-to" / "first-working-day.md", "csv"))
    head = next(line for line in lines.splitlines() if line.startswith("series,"))
    rows = [line for line in lines.splitlines() if line[0] != "#" and line != head]
    found = parse_observations("\n".join([head, *rows]), "page")
    shipped = {
        (one.name, one.period, one.statistic, one.published): (one.value, one.source)
        for name in ("observed", "family")
        for one in read_observations(ROOT / "sim" / "data" / f"{name}.csv")
    }
    same = 0
    for one in found:
        assert one.period.last <= date(2024, 12, 31)
        assert one.source in source_keys()
        key = one.name, one.period, one.statistic, one.published
        if key in shipped:
            assert shipped[key] == (one.value, one.source)
            same += 1
    assert same >= 15


PROGRAMS = ROOT / "docs" / "how-to" / "other-programs.md"


@pytest.mark.long
def test_the_page_on_other_programs_runs_as_pasted(tmp_path: Path) -> None:
    """Commands, SQL and Python give the numbers of the package; pyam has a test of its own."""
    here = f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH\n"
    paste(here + "".join(blocks(PROGRAMS, "sh")), tmp_path)
    runs = {
        name: sim.open_run(tmp_path / "outputs" / name) for name in ("baseline", "faster-housing")
    }
    from_json, with_pyam, from_mcp = blocks(PROGRAMS, "python")
    printed = paste(f"{here}python - <<'END'\n{from_json}END\n", tmp_path)
    gap = runs["baseline"].gap.loc[2027] / 1e6
    assert f"2027: {gap['gap']:.0f} ({gap['gap_p10']:.0f} to {gap['gap_p90']:.0f})" in printed
    assert runs["baseline"].id in printed
    assert "import pyam" in with_pyam
    exported = (tmp_path / "baseline-iamc.csv").read_text("utf-8")
    assert all(f",{name}," in exported for name in re.findall(r"Gap[^\"]*Total", with_pyam))
    told = paste(f"{here}python - <<'END'\n{from_mcp}END\n", tmp_path)
    more_homes = sim.load("baseline").override({"housing.homes": 40_000})
    value = more_homes.run(100, step="week").value("gap.total.2027:p90")
    assert f"gap.total.2027@owb2025:p90 {value} EUR run" in told


@pytest.mark.long
def test_the_sql_of_the_page_gives_the_numbers_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    runs = [
        sim.load(name).run(100, step="week", out=Path("outputs") / name)
        for name in ("baseline", "faster-housing")
    ]
    with duckdb.connect() as base:
        people, difference, gap = (base.execute(q).fetchall() for q in blocks(PROGRAMS, "sql"))
    cell = "occupancy.total.2027"
    assert people == [
        (run.scenario.name, *(round(run.value(f"{cell}:{q}")) for q in ("p50", "p10", "p90")))
        for run in runs
    ]
    assert [row[0] for row in difference] == list(range(2025, 2031))
    assert all(low <= middle <= high <= 0 for _, middle, low, high in difference)
    assert difference[2][1] < -100
    columns = ("gap", "gap_p10", "gap_p90")
    kept = runs[0].gap.dropna()
    assert gap == [
        (year, *(round(kept[name][year] / 1e6) for name in columns)) for year in kept.index
    ]


def test_the_configuration_of_the_page_starts_a_server_that_there_is() -> None:
    (text,) = blocks(PROGRAMS, "json")
    (server,) = json.loads(text)["mcpServers"].values()
    assert (server["command"], server["args"][:2]) == ("opvangsim", ["mcp", "--out"])
    tools = set(re.findall(r"^\| `(\w+)` \| ", PROGRAMS.read_text("utf-8"), re.M)) & set(TOOLS)
    assert tools == set(TOOLS)


def test_the_limits_of_the_page_are_those_of_the_server() -> None:
    text = PROGRAMS.read_text("utf-8").partition("### Limits")[2]
    limits = (
        arguments.MOST_WEEKLY, arguments.MOST_DAILY, arguments.LONGEST_PATCH, MOST_YEARS,
        arguments.MOST_ADDRESSES, MOST_KEPT,
    )  # fmt: skip
    assert all(f"{limit:,}" in text for limit in limits)
    assert "four scenarios" in text
    assert arguments.MOST_OTHERS == 4


@pytest.mark.slow
def test_documents_name_commands_and_options_that_exist() -> None:
    """Except for the changelog, which tells of earlier names as well."""
    commands = {words for file in DOCUMENTS for words in written_commands(file)}
    groups = [name for name, entry in entries().items() if isinstance(entry, Group)]
    names = {words[: 2 if words[0] in groups else 1] for words in commands} - {("--help",)}
    with ThreadPoolExecutor(2) as pool:
        screens = dict(zip(names, pool.map(help_text, names), strict=True))
    assert [words for words, screen in screens.items() if not screen] == []
    for words in commands - {("--help",)}:
        screen = screens[words[: 2 if words[0] in groups else 1]]
        for option in (word.partition("=")[0] for word in words if word.startswith("-")):
            assert re.search(rf"(^|[\s,/]){re.escape(option)}\b", screen, re.M), words


def test_documents_use_public_python_names() -> None:
    """Except for the page on actors, which is about the inside; `test_actor_page.py` runs it."""
    for file in DOCUMENTS:
        for script in blocks(file, "python"):
            ast.parse(script)
            for name in re.findall(r"\bsim\.(\w+)", script):
                inside = file.name == "actor.md" and name in ("model", "scenario")
                assert inside or name in sim.__all__, f"{file.name}: sim.{name}"


def test_files_named_in_documents_exist() -> None:
    for file in DOCUMENTS:
        for path in re.findall(
            r"[`(]((?:sim|tests|docs|scenarios|locks)/[\w./-]+)[`)]", file.read_text("utf-8")
        ):
            assert (ROOT / path).exists(), f"{file.name}: {path}"


def test_the_readme_is_short() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 130

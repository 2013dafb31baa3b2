"""The command line: reads what the user asks, calls the library, prints. Nothing else prints."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.exceptions import TyperException

if TYPE_CHECKING:
    from .run import Run
    from .run.chunks import Options
    from .scenario import Loaded, Scenario

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Simulate Dutch asylum reception and hold its cost against the budget.",
)


INTERRUPTED = 130
TERMINATED = 143


class StepChoice(StrEnum):
    """Length of a step."""

    day = "day"
    week = "week"


class LangChoice(StrEnum):
    """Language of what is printed and drawn."""

    en = "en"
    nl = "nl"


def _version(asked: bool) -> None:
    if asked:
        from importlib import metadata

        typer.echo(f"opvangsim {metadata.version('opvangsim')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


@app.command()
def run(
    scenario: Annotated[
        list[str], typer.Argument(help="Paths of scenario files, or shipped names; A + B chains.")
    ],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Override: key=value; may be repeated.")
    ] = None,
    replications: Annotated[int, typer.Option(min=1, help="Runs side by side.")] = 500,
    seed: Annotated[
        int, typer.Option(min=0, max=2**63 - 1, help="The same seed gives the same bytes.")
    ] = 1,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last simulated day.")
    ] = None,
    step: Annotated[StepChoice, typer.Option(help="Length of a step.")] = StepChoice.day,
    vary: Annotated[
        str, typer.Option(help="Kinds of chance, with commas.")
    ] = "parameters,inflow,luck",
    workers: Annotated[int, typer.Option(min=0, help="Processes (0: one a core).")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the results (default outputs/<name>).")
    ] = None,
    lang: Annotated[LangChoice, typer.Option(help="Language.")] = LangChoice.en,
    charts: Annotated[bool, typer.Option("--charts/--no-charts", help="Draw charts.")] = True,
    json_: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the results' folder.")] = False,
) -> None:
    """Run scenarios: write their tables and charts, print the gap."""
    from .draws import KINDS
    from .errors import Problem, ScenarioError
    from .run.chunks import Options

    kinds = tuple(kind for kind in KINDS if kind in {part.strip() for part in vary.split(",")})
    unknown = {part.strip() for part in vary.split(",")} - set(KINDS)
    if unknown:
        what = f"unknown kind of chance: {', '.join(sorted(unknown))}"
        raise ScenarioError([Problem("--vary", what, f"choose from {', '.join(KINDS)}")])
    options = Options(
        replications=replications,
        seed=seed,
        step="day" if step is StepChoice.day else "week",
        until=until.date() if until else None,
        vary=kinds,
        workers=workers,
        charts=charts,
        lang=lang.value,
    )
    _run_all(scenario, list(set_ or []), out, options, json_, quiet)


def _run_all(
    words: list[str],
    sets: list[str],
    out: Path | None,
    options: Options,
    as_json: bool,
    quiet: bool,
) -> None:
    from .run import execute
    from .scenario import load_chain

    loaded = [load_chain(names, sets) for names in chains(words)]
    if out is not None and len(loaded) > 1:
        what = "one folder can't hold several runs"
        _refuse("--out", what, "leave it out, or run one scenario")
    records: list[dict[str, Any]] = []
    for one in loaded:
        _tell_contested(one)
        folder = out or Path("outputs") / one.name
        with _progress(one.name, options.replications, quiet or as_json) as tell:
            finished = execute(one.scenario, one.name, options, folder, tell, one.files)
        if as_json:
            records.append(_as_json(finished, one.name))
        elif quiet:
            typer.echo(str(folder))
        else:
            _print_run(finished, options)
    if as_json:
        import json

        typer.echo(json.dumps(records if len(records) > 1 else records[0], indent=1))


def chains(words: list[str]) -> list[list[str]]:
    """Scenario names as they were typed, '+' binding what stands on both sides of it."""
    found: list[list[str]] = []
    bound = False
    for word in words:
        parts = [word] if Path(word).is_file() else word.split("+")
        for index, part in enumerate(parts):
            if index:
                bound = True
            if not part:
                continue
            if bound and found:
                found[-1].append(part)
            else:
                found.append([part])
            bound = False
        bound = bound or word.endswith("+")
    return found


def _tell_contested(loaded: Loaded) -> None:
    for key, (earlier, later) in loaded.tree.contested.items():
        typer.echo(f"note: {key} is set by {earlier} and by {later}; {later} wins", err=True)


def _refuse(where: str, what: str, advice: str) -> NoReturn:
    from .errors import Problem, ScenarioError

    raise ScenarioError([Problem(where, what, advice)])


def _progress(name: str, total: int, quiet: bool) -> Any:
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import Progress

    @contextmanager
    def silent() -> Any:
        yield None

    @contextmanager
    def plain() -> Any:
        yield lambda done, whole: typer.echo(f"{name}: {done} of {whole} replications", err=True)

    @contextmanager
    def bar() -> Any:
        with Progress(console=console, transient=True, auto_refresh=False) as progress:
            task = progress.add_task(name, total=total)

            def tell(done: int, _whole: int) -> None:
                progress.update(task, completed=done, refresh=True)

            yield tell

    console = Console(stderr=True)
    if quiet:
        return silent()
    return bar() if console.is_terminal else plain()


def _print_run(finished: Run, options: Options) -> None:
    from rich.console import Console

    from .budget import check_2024
    from .report import text
    from .report.labels import Language, label

    lang: Language = "nl" if options.lang == "nl" else "en"
    scenario: Scenario = finished.scenario
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
    check = check_2024(scenario)
    console.print(
        label(
            "run_line",
            lang,
            title=getattr(scenario.title, lang),
            n=options.replications,
            seed=options.seed,
            id=finished.id,
        )
    )
    if not finished.budget.empty:
        console.print(text.gap_table(finished.budget, scenario, lang))
        console.print(text.before_start_note(finished.budget, scenario, lang))
        console.print(text.levels_table(finished.budget, scenario, check, lang))
        console.print(text.check_note(check, lang))
    if scenario.closing == "constrained":
        console.print(text.short_table(finished.yearly, lang))
        console.print(label("short_note", lang))
    console.print(text.reception_table(finished.monthly, lang))
    console.print(label("mean_line", lang))
    console.print(label("written", lang, folder=f"{finished.folder}/"), soft_wrap=True)


def _as_json(finished: Run, name: str) -> dict[str, Any]:
    from .report.text import headline_rows

    rows = headline_rows(finished.budget, finished.scenario)
    gaps = {
        f"gap.total.{row['year']}@{row['vintage']}": {
            key.removeprefix("gap_"): (None if value != value else value)
            for key, value in row.items()
            if isinstance(key, str) and (key.startswith("gap_") or key == "p_gap_positive")
        }
        for row in rows.to_dict("records")
    }
    record = {"scenario": name, "id": finished.id, "folder": str(finished.folder), "gaps": gaps}
    if finished.scenario.closing == "constrained":
        short = finished.yearly[finished.yearly["series"].isin(("shortage", "places_short"))]
        means = short[short["measure"] == "mean"].to_dict("records")
        record["short"] = {
            f"{row['series']}.{row['year']}": {q: row[q] for q in ("mean", "p10", "p50", "p90")}
            for row in means
        }
    return record


@app.command("list")
def list_(
    lang: Annotated[LangChoice, typer.Option(help="Language.")] = LangChoice.en,
) -> None:
    """List the shipped scenarios with their headline gap of 2027."""
    from rich.console import Console
    from rich.table import Table

    from .report.labels import Language, label, number
    from .report.overview import headlines
    from .scenario import load, shipped

    language: Language = "nl" if lang is LangChoice.nl else "en"
    known = headlines()
    table = Table(box=None)
    table.add_column(label("list_name", language), no_wrap=True)
    table.add_column(label("list_gap", language), justify="right", no_wrap=True)
    table.add_column(label("list_about", language))
    for name in shipped():
        gap = ""
        if name in known:
            low, middle, high = (number(eur / 1e9, language, 1) for eur in known[name].gap)
            gap = f"{middle} {label('from_to', language, low=low, high=high)}"
        table.add_row(name, gap, getattr(load(name).title, language))
    Console(highlight=False, width=None if sys.stdout.isatty() else 110).print(table)


@app.command()
def overview(
    file: Annotated[Path, typer.Option("-o", help="PNG or SVG file.")],
    lang: Annotated[LangChoice, typer.Option(help="Language.")] = LangChoice.en,
) -> None:
    """Draw need and gap of 2027 of all shipped scenarios, sorted, with bands."""
    from .errors import Problem, ScenarioError
    from .report.labels import Language
    from .report.overview import with_headline, write

    if file.suffix not in (".png", ".svg"):
        raise ScenarioError([Problem(str(file), "this is neither .png nor .svg", "name a file")])
    language: Language = "nl" if lang is LangChoice.nl else "en"
    titles = {name: getattr(s.title, language) for name, s in with_headline().items()}
    try:
        write(file, titles, language)
    except OSError as error:
        raise ScenarioError([Problem(str(file), f"can't be written: {error.strerror}")]) from None
    typer.echo(str(file))


def _stop(_number: int, _frame: object) -> NoReturn:
    """A request to stop ends like an interrupt: nothing half-written stays."""
    sys.exit(TERMINATED)


def main() -> NoReturn:
    """Entry point: the user's mistakes end with 2, an interrupt with 130, ours with 1."""
    from .errors import ModelError, ScenarioError

    signal.signal(signal.SIGTERM, _stop)
    try:
        code = app(standalone_mode=False)
    except ScenarioError as error:
        for problem in error.problems:
            typer.echo(f"error: {problem}", err=True)
        sys.exit(2)
    except TyperException as error:
        typer.echo(f"error: {error.format_message()}", err=True)
        sys.exit(2)
    except OSError as error:
        # What was computed is written by then; only the printing failed.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        typer.echo(f"error: the output can't be written: {error.strerror or error}", err=True)
        sys.exit(2)
    except ModelError as error:
        typer.echo(f"internal error, please report it: {error}", err=True)
        sys.exit(1)
    if code == INTERRUPTED:
        typer.echo("interrupted: nothing was written", err=True)
    sys.exit(code if isinstance(code, int) else 0)

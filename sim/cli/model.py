"""Commands on the model: check its laws, trace a person, calibrate it, score hindcasts."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Message, reason_of, usage_error
from ..studies.options import parse_count
from .options import (
    Chain,
    ChartWidth,
    Executor,
    Formats,
    Json,
    Lang,
    Language,
    Seed,
    Width,
    Workers,
    formats_of,
)
from .output import as_typed, console

if TYPE_CHECKING:
    from ..hindcast import HindcastOptions, Hindcasts

FAILED = 1


def check() -> None:
    """Try the laws of the model on this machine: law, what was tried, result."""
    from ..results.model_checks import run_checks
    from ..scenario import load

    begun, failed, count = time.monotonic(), 0, 0
    for outcome in run_checks(load("baseline")):
        mark = "ok    " if outcome.holds else "FAILED"
        typer.echo(f"{mark} {outcome.law}\n       {outcome.tried}: {outcome.result}")
        failed += not outcome.holds
        count += 1
    seconds = time.monotonic() - begun
    typer.echo(f"{count - failed} of {count} laws hold ({seconds:.0f} s)")
    if failed:
        raise typer.Exit(FAILED)


def trace(
    scenario: Chain,
    person: Annotated[int, typer.Option(min=1, help="Number of the person.")],
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed.")] = 1,
    scale: Annotated[
        int, typer.Option(min=1, max=1000, help="The country is one SCALEth of the size.")
    ] = 20,
    lang: Lang = "en",
) -> None:
    """Follow one person through the chain: what happens to them, when, and where they sleep."""
    from ..scenario import load_chain, parse_chains
    from ..studies.trace import trace as followed

    scenario_ = load_chain(parse_chains([scenario])[0]).scenario
    typer.echo("\n".join(followed(scenario_, person, seed, scale, lang)))


LEAST, DEFAULT = 20, 200
KIND = "scorecard"
"""Kind of the folder that is written."""


def hindcast(
    replications: Annotated[str, typer.Option(help="Replications on each origin date.")] = str(
        DEFAULT
    ),
    seed: Seed = 1,
    process: Annotated[
        bool, typer.Option("--process", help="Only the table that chose the process of inflow.")
    ] = False,
    given: Annotated[
        str | None,
        typer.Option(
            metavar="FLOWS",
            help="Diagnostic: bias with these published flows given, of "
            "first,repeat,decisions,homes,family,other,exits.",
        ),
    ] = None,
    workers: Workers = 0,
    executor: Executor = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for tables and chart.")
    ] = None,
    json_: Json = False,
    format_: Formats = "png",
    width: ChartWidth = "page",
    lang: Lang = "en",
) -> None:
    """Score hindcasts of the program against observations.

    Into a folder: its tables, and its chart with what it says in words (.txt).
    """
    from ..hindcast import (
        ALL_KNOWN,
        HindcastOptions,
        as_csv,
        given_cells,
        goals,
        history_known,
        make,
        money_apart,
        posterior,
        process_table,
        scores,
        start_table,
        summary,
    )
    from ..hindcast.given import chosen_flows
    from ..hindcast.record import as_json
    from ..report import inflow_tables, scorecard_tables, spending_tables
    from ..report.given_tables import given_table
    from ..results.executor import open_workers
    from ..runs.chart_folder import refuse_other_kind
    from ..runs.folder import refuse_foreign

    formats = formats_of(format_)
    count = parse_count(replications)
    if count < LEAST:
        usage_error(
            "--replications",
            Message("{count} give no band", count=count),
            Message("give at least {least}", least=LEAST),
        )
    if process and (out is not None or json_ or count != DEFAULT):
        usage_error(
            "--process", "the table of processes needs no run", "leave the other options out"
        )
    if process and given is None:
        console().print(inflow_tables.process_table(process_table(), lang))
        console().print(inflow_tables.start_table(start_table(), lang))
        fitted = posterior(history_known(ALL_KNOWN)).quantiles()
        console().print(inflow_tables.posterior_table(fitted, lang))
        return
    options = HindcastOptions(count, seed)
    if given is not None:
        if process or out is not None or json_:
            usage_error("--given", "it prints one table", "leave --process, --json and --out out")
        names = chosen_flows(given)
        with open_workers(executor, workers) as pool:
            cells = given_cells(names, options, pool)
        console().print(given_table(cells, names, lang))
        return
    if out is not None:
        refuse_other_kind(out, KIND)
        refuse_foreign(out)
        _make(out)
    with open_workers(executor, workers) as pool:
        found = make(options, workers=pool)
    scored = scores(found)
    if json_:
        typer.echo(as_json(found, options))
    else:
        console().print(scorecard_tables.score_table(scored, lang))
        console().print(scorecard_tables.skill_table(scored, lang))
        console().print(scorecard_tables.goal_table(goals(scored), lang))
        console().print(scorecard_tables.official_table(found.official, lang))
        console().print(spending_tables.money_table(money_apart(found.march, options), lang))
        for line in scorecard_tables.verdict(found, lang):
            typer.echo(line)
    if out is not None:
        tables = {
            "scorecard.csv": summary(found.scored).to_csv(
                index=False, float_format="%.6g", lineterminator="\n"
            ),
            "scorecard.json": as_json(found, options) + "\n",
            "hindcasts.csv": as_csv(found),
        }
        _write(out, tables, found, options, lang, width, formats)
        typer.echo(str(out), err=json_)


def _write(
    out: Path,
    tables: Mapping[str, str],
    found: Hindcasts,
    options: HindcastOptions,
    lang: Language,
    width: Width,
    formats: list[str],
) -> None:
    """Write the folder of a scorecard: tables, chart and manifest."""
    from ..report.chart_files import write_scorecard
    from ..report.charts.scorecard import id_of
    from ..results.versions import versions
    from ..runs.chart_folder import write_charts
    from ..runs.provenance import Provenance

    stem = f"scorecard-{lang}-{width}"
    stamp = Provenance(
        "scorecard",
        "hindcasts",
        str(options.seed),
        versions()["opvangsim"],
        id_of(found),
        as_typed(sys.argv[1:]),
    )

    def draw(into: Path) -> None:
        for name, text in tables.items():
            (into / name).write_text(text, "utf-8", newline="\n")
        write_scorecard(found, options.replications, into / stem, lang, width, formats)

    write_charts(out, draw, stamp, stamp.command, kind=KIND)


def _make(folder: Path) -> None:
    """Make a folder before the work begins; the user's mistake if that can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        usage_error(
            str(folder),
            Message("can't be made: {reason}", reason=reason_of(error)),
            "choose another folder",
        )


def calibrate(
    replications: Annotated[str, typer.Option(help="Replications of each run of a year.")] = "40",
    workers: Workers = 0,
    executor: Executor = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Patch file (.yaml) for what was fitted.")
    ] = None,
    lang: Lang = "en",
) -> None:
    """Fit what no source gives to the years to 2024: values, spreads, what can't be told apart."""
    from ..export.safe_write import write_file
    from ..hindcast import fit, patch
    from ..report.hindcast_tables import ends_table, fit_lines, fit_table
    from ..results.executor import open_workers
    from ..scenario import load
    from ..scenario.template import patch_text

    if out is not None and out.suffix != ".yaml":
        usage_error(str(out), "this is no .yaml", "name a scenario file")
    if out is not None and out.is_dir():
        usage_error(str(out), "this is a folder", "name a file in it")
    if out is not None:
        _make(out.parent)
    with open_workers(executor, workers) as pool:
        found = fit(parse_count(replications), pool)
    console().print(fit_table(found, lang))
    console().print(ends_table(found, lang))
    for line in fit_lines(found, load("baseline"), lang):
        typer.echo(line)
    if out is not None:
        write_file(out, patch_text(patch(found)).encode())
        typer.echo(str(out))

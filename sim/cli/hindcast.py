"""The command ``hindcast``: score forecasts from past origin dates against observations."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Message, usage_error
from ..hindcast.flows import chosen_flows
from .options import (
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
from .output import as_typed, console, make_folder, print_record

if TYPE_CHECKING:
    from pandas import DataFrame

    from ..hindcast import HindcastOptions, Hindcasts
    from ..results.executor import Workers as PoolOfWorkers

LEAST, DEFAULT = 20, 200
KIND = "scorecard"
"""Kind of the folder that is written."""


def hindcast(
    replications: Annotated[str, typer.Option(help="Replications per forecast origin.")] = str(
        DEFAULT
    ),
    seed: Seed = 1,
    process: Annotated[
        bool, typer.Option("--process", help="Only the comparison of inflow processes.")
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
    """Compare hindcasts with observations (backtest).

    Into a folder: its tables, and its chart with what it says in words (.txt).
    """
    from ..studies.options import parse_count

    formats, count = formats_of(format_), parse_count(replications)
    if count < LEAST:
        usage_error(
            "--replications",
            Message("{count} give no band", count=count),
            Message("give at least {least}", least=LEAST),
        )
    if process and (out is not None or count != DEFAULT):
        usage_error("--process", "the table of processes needs no run", "omit the other options")
    if given is not None and (process or out is not None):
        usage_error("--given", "this prints one table only", "leave --process and --out out")
    names = None if given is None else chosen_flows(given)
    if out is not None:
        _check_folder(out)
    if process:
        _print_processes(json_, lang)
        return
    from ..hindcast import HindcastOptions, make
    from ..results.executor import open_workers

    options = HindcastOptions(count, seed)
    with open_workers(executor, workers) as pool:
        if names is not None:
            _print_given(names, options, pool, json_, lang)
            return
        found = make(options, workers=pool)
    if out is not None:
        _write(out, found, options, lang, width, formats)
    if json_:
        _print_json(found, options)
    else:
        _print_scores(found, options, lang)
    if out is not None:
        typer.echo(str(out), err=json_)


def _check_folder(out: Path) -> None:
    """Refuse a folder that may not be written before hours are spent on its contents."""
    from ..runs.folder import refuse_foreign
    from ..runs.manifest import refuse_other_kind

    refuse_other_kind(out, KIND)
    refuse_foreign(out)
    make_folder(out)


def _print_processes(json_: bool, lang: Language) -> None:
    """Print the tables that chose the process of inflow; nothing is simulated."""
    from ..hindcast import ALL_KNOWN, history_known, posterior, process_table, start_table
    from ..report import inflow_tables

    processes, starts = process_table(), start_table()
    fitted = posterior(history_known(ALL_KNOWN)).quantiles()
    if json_:
        import pandas as pd

        points = pd.DataFrame.from_dict(fitted, orient="index", columns=["p05", "p50", "p95"])
        points = points.rename_axis("parameter").reset_index()
        _print_tables({"processes": processes, "starts": starts, "posterior": points})
        return
    console().print(inflow_tables.process_table(processes, lang))
    console().print(inflow_tables.start_table(starts, lang))
    console().print(inflow_tables.posterior_table(fitted, lang))


def _print_given(
    names: tuple[str, ...],
    options: HindcastOptions,
    pool: PoolOfWorkers,
    json_: bool,
    lang: Language,
) -> None:
    """Print the bias of hindcasts with published flows given."""
    from ..hindcast import given_cells
    from ..report.given_tables import given_table

    cells = given_cells(names, options, pool)
    if json_:
        _print_tables({"cells": cells})
    else:
        console().print(given_table(cells, names, lang))


def _print_tables(tables: Mapping[str, DataFrame]) -> None:
    from ..export.figure_records import HindcastResult
    from ..export.read_records import table_record

    found = [table_record("hindcast", name, table) for name, table in tables.items()]
    print_record(HindcastResult(found))


def _print_json(found: Hindcasts, options: HindcastOptions) -> None:
    import json

    from ..export.figure_records import HindcastResult
    from ..hindcast.record import as_json

    print_record(HindcastResult.model_validate(json.loads(as_json(found, options))))


def _print_scores(found: Hindcasts, options: HindcastOptions, lang: Language) -> None:
    from ..hindcast import goals, money_apart, scores
    from ..report import scorecard_tables, spending_tables

    scored = scores(found)
    console().print(scorecard_tables.score_table(scored, lang))
    console().print(scorecard_tables.skill_table(scored, lang))
    console().print(scorecard_tables.goal_table(goals(scored), lang))
    console().print(scorecard_tables.official_table(found.official, lang))
    console().print(spending_tables.money_table(money_apart(found.march, options), lang))
    for line in scorecard_tables.verdict(found, lang):
        typer.echo(line)


def _write(
    out: Path,
    found: Hindcasts,
    options: HindcastOptions,
    lang: Language,
    width: Width,
    formats: list[str],
) -> None:
    """Write the folder of a scorecard: tables, chart and manifest."""
    from ..hindcast import as_csv, summary
    from ..hindcast.record import as_json
    from ..report.chart_files import write_scorecard
    from ..report.charts.scorecard import id_of
    from ..results.versions import versions
    from ..runs.chart_folder import write_charts
    from ..runs.provenance import Provenance

    tables = {
        "scorecard.csv": summary(found.scored).to_csv(
            index=False, float_format="%.6g", lineterminator="\n"
        ),
        "scorecard.json": as_json(found, options) + "\n",
        "hindcasts.csv": as_csv(found),
    }
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

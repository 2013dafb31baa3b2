"""Commands that simulate and print: run, and answer a question of the Senate."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Message, usage_error
from ..studies.options import SimulationOptions
from .completion import complete_scenario
from .options import (
    ALL_SOURCES,
    Executor,
    Json,
    KnownBy,
    Lang,
    Language,
    Out,
    Overrides,
    Precision,
    Quiet,
    Replications,
    Seed,
    Sets,
    ShownFigures,
    Step,
    Uncertainty,
    Until,
    Workers,
    figures_of,
)
from .output import as_typed, console, progress, tell_notes, tell_warnings, warn, words_of

if TYPE_CHECKING:
    from ..questions.run_studies import Answers
    from ..questions.text import Page
    from ..runs.given_figures import GivenFigures
    from ..runs.run import Run
    from ..scenario import Scenario

ALL = "all"


def run(
    scenario: Annotated[
        list[str],
        typer.Argument(
            help="Paths of scenario files, or shipped names; A + B chains.",
            autocompletion=complete_scenario,
        ),
    ],
    set_: Sets = None,
    replications: Replications = "500",
    precision: Precision = None,
    seed: Seed = 1,
    until: Until = None,
    step: Step = "day",
    uncertainty: Uncertainty = ALL_SOURCES,
    override: Overrides = False,
    workers: Workers = 0,
    executor: Executor = None,
    out: Out = None,
    lang: Lang = "en",
    charts: Annotated[bool, typer.Option("--charts/--no-charts", help="Draw charts.")] = True,
    observed: ShownFigures = None,
    as_of: KnownBy = None,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run scenarios: write tables and charts, print the gap.

    The same scenario, seed and step give the same bytes. The folder is outputs/NAME by default.
    With --precision replications are doubled, from 500 up to 20,000, until the 95 % interval of the
    gap's median and 90th percentile is narrow enough. With --observed it is told how many of the
    published figures lie inside the 80 % interval, and what was spent takes the place of the
    projection in the cost by month (budget_monthly.csv).
    """
    from ..scenario import load_chain, parse_chains

    given = {"replications": replications, "seed": seed, "until": until, "step": step}
    asked = SimulationOptions.parse({**given, "uncertainty": uncertainty})
    chains, sets = parse_chains(scenario), list(set_ or [])
    if out is not None and len(chains) > 1:
        what = "one folder can't hold several runs"
        usage_error("--out", what, "leave it out, or run one scenario")
    from ..results.executor import open_workers
    from ..runs.batches import Options
    from ..runs.precise import parse_precision
    from ..runs.run import execute

    wanted = parse_precision(precision)
    if wanted is not None and asked.replications != Options.replications:
        what = "the precision decides the number of replications"
        usage_error("--precision", what, "leave out --replications")
    options = Options(
        replications=asked.replications,
        seed=asked.seed,
        step=asked.step,
        until=asked.until,
        vary=asked.uncertainty,
        charts=charts,
        lang=lang,
        precision=wanted,
        observed=figures_of(observed, as_of),
    )
    loaded = [load_chain(names, sets, overrides=override) for names in chains]
    names = [one.name for one in loaded]
    if len(set(names)) < len(names):
        what = Message("two runs are called {name}", name=max(names, key=names.count))
        usage_error("run", what, "run one at a time, each with its own --out")
    records: list[dict[str, Any]] = []
    with open_workers(executor, workers) as pool:
        options = replace(options, workers=pool)
        for one, chain in zip(loaded, chains, strict=True):
            tell_notes(one)
            tell_warnings(one)
            folder = out or Path("outputs") / one.name
            with progress(one.name, options.replications, quiet or json_) as tell:
                words = words_of(chain, sets)
                finished = execute(one.scenario, one.name, options, folder, tell, one.inputs, words)
            if json_:
                records.append(_as_json(finished, one.name, options.observed))
            elif quiet:
                typer.echo(str(folder))
            else:
                print_run(finished, options.seed, options.step, lang, options.observed)
    if json_:
        typer.echo(json.dumps(records if len(records) > 1 else records[0], indent=1))


def print_run(
    finished: Run,
    seed: int,
    step: str,
    lang: Language,
    figures: GivenFigures | None = None,
    *,
    counted: bool = True,
) -> None:
    """Print the tables of a run, and where it is.

    ``counted``: say how many figures lie inside the 80 % interval. Of a run that is conditioned on
    them this is no test.
    """
    from ..report import error_tables as error
    from ..report import run_tables as text
    from ..report.i18n import translate
    from ..results.budget import check_2024

    scenario: Scenario = finished.scenario
    out = console()
    check = check_2024(scenario)
    out.print(
        translate(
            "run_line",
            lang,
            title=getattr(scenario.title, lang),
            n=finished.replications,
            seed=seed,
            step=translate(f"step_{step}", lang),
            id=finished.id,
        )
    )
    if finished.precision is not None:
        out.print(error.precision_note(finished.precision, finished.replications, lang))
    if not finished.budget.empty:
        out.print(text.gap_table(finished.budget, scenario, lang))
        out.print(error.error_table(finished.budget, scenario, lang))
        for note in text.before_start_notes(finished.budget, scenario, lang):
            out.print(note)
        out.print(text.levels_table(finished.budget, scenario, check, lang))
        out.print(text.check_note(check, scenario, lang))
        out.print(text.lines_table(finished.budget, scenario, lang))
    if scenario.closing == "constrained":
        out.print(text.short_table(finished.yearly, lang))
        out.print(translate("short_note", lang))
    out.print(text.reception_table(finished.monthly, lang))
    others = error.other_errors_note(finished.budget, finished.monthly, scenario, lang)
    if others:
        out.print(others)
    out.print(translate("mean_line", lang))
    if figures is not None:
        from ..report.in_year import spent_lines
        from ..report.observed_figures import compare, sentences

        for line in sentences(compare(finished, figures.known), lang) if counted else ():
            out.print(line)
        for line in spent_lines(finished.budget_monthly, scenario, lang):
            out.print(line)
    out.print(translate("written", lang, folder=f"{finished.folder}/"), soft_wrap=True)


def _as_json(finished: Run, name: str, figures: GivenFigures | None) -> dict[str, Any]:
    from ..report.observed_figures import as_record, compare
    from ..report.run_tables import headline_rows

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
    if finished.precision is not None:
        record["precision"] = {"replications": finished.replications} | finished.precision.record()
    if finished.scenario.closing == "constrained":
        short = finished.yearly[finished.yearly["series"].isin(("shortage", "places_short"))]
        means = short[short["measure"] == "mean"].to_dict("records")
        record["short"] = {
            f"{row['series']}.{row['year']}": {q: row[q] for q in ("mean", "p10", "p50", "p90")}
            for row in means
        }
    if figures is not None:
        record["observed"] = as_record(compare(finished, figures.known))
    return record


def answer(
    question: Annotated[
        str | None, typer.Argument(help="Number of a question, or all; none: list them.")
    ] = None,
    replications: Replications = "500",
    seed: Seed = 1,
    step: Step = "day",
    workers: Workers = 0,
    executor: Executor = None,
    out: Out = None,
    lang: Lang = "en",
) -> None:
    """Answer a question of the Senate with a number, its band, and where it comes from.

    Runs that an answer needs are made once and kept in outputs/answers/kept. With 'all' the answers
    are written as pages: outputs/answers/en, or nl.
    """
    from ..questions import text as report
    from ..questions.questions import questions
    from ..questions.run_studies import answers, question_of
    from ..results.executor import open_workers
    from ..studies.base import settings_of

    terminal, every = console(), questions()
    if question is None:
        terminal.print(report.overview(every, lang))
        return
    asked = list(every) if question == ALL else [question_of(question)]
    if out is not None and question != ALL:
        usage_error(
            "--out", "one answer is printed and not written", "leave it out, or ask for all"
        )
    given = {"replications": replications, "seed": seed, "step": step}
    settings = settings_of(SimulationOptions.parse(given))
    with open_workers(executor, workers) as pool:
        found = answers(asked, settings, pool, _watch, _notice)
    pages = [found.page(one, lang) for one in asked]
    if question == ALL:
        _write(pages, found, out, lang)
        return
    for line in report.lines(pages[0]):
        terminal.print(line)
    if pages[0].rows:
        terminal.print()
        terminal.print(report.figures_table(pages[0]))
    for line in report.behind(pages[0]):
        terminal.print(line)


def _watch(name: str, total: int) -> Any:
    """Of what is kept there is nothing to tell."""
    return progress(name, total, quiet=not total)


def _notice(file: Path) -> None:
    warn("note", Message("{file} is not as it was written; it is made anew", file=file))


def _write(pages: Sequence[Page], found: Answers, out: Path | None, lang: Language) -> None:
    from ..questions.run_studies import WRITTEN, write
    from ..report.i18n import translate

    folder = out or WRITTEN / lang
    write(pages, found, folder, lang, as_typed(sys.argv[1:]))
    terminal = console()
    for page in pages:
        terminal.print(f"{page.question.number:2d}  {page.short}")
    terminal.print(translate("written", lang, folder=f"{folder}/"), soft_wrap=True)

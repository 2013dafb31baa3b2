"""The command ``run``: simulate scenarios, write their folders and print their tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Message, ScenarioError, usage_error
from ..studies.options import SimulationOptions
from .checks import chains_of, check_figures
from .completion import complete_scenario
from .options import (
    ALL_SOURCES,
    Charts,
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
from .output import console, print_record, progress, tell_notes, tell_warnings, words_of

if TYPE_CHECKING:
    from ..export.command_records import RunResult
    from ..runs.given_figures import GivenFigures
    from ..runs.run import Run
    from ..scenario import Scenario


REPLICATIONS = SimulationOptions.model_fields["replications"].default
"""Number of replications where none is given."""


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
    charts: Charts = True,
    observed: ShownFigures = None,
    as_of: KnownBy = None,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run scenarios: write tables and charts, print the budget gap.

    The same scenario, seed and step give the same bytes. The folder is outputs/NAME by default.
    With --precision replications are doubled, from 500 up to 20,000, until the 95% interval of the
    gap's median and 90th percentile is narrow enough. With --observed it is told how many of the
    published figures lie inside the 80% interval, and what was spent takes the place of the
    projection in the cost by month (budget_monthly.csv).
    """
    given = {"replications": replications, "seed": seed, "until": until, "step": step}
    asked = SimulationOptions.parse({**given, "uncertainty": uncertainty})
    chains, sets = chains_of(scenario), list(set_ or [])
    if out is not None and len(chains) > 1:
        what = "one folder can't hold several runs"
        usage_error("--out", what, "leave it out, or run one scenario")
    from ..runs.precise import parse_precision

    wanted = parse_precision(precision)
    if wanted is not None and asked.replications != REPLICATIONS:
        what = "the precision decides the number of replications"
        usage_error("--precision", what, "leave out --replications")
    check_figures(observed, as_of)
    from ..scenario import checked_until, load_chain

    loaded = [load_chain(names, sets, overrides=override) for names in chains]
    names = [one.name for one in loaded]
    if len(set(names)) < len(names):
        what = Message("two runs are called {name}", name=max(names, key=names.count))
        usage_error("run", what, "run one at a time, each with its own --out")
    for one in loaded:
        tell_notes(one)
        tell_warnings(one)
        checked_until(one.scenario, asked.until)
    from ..results.executor import open_workers
    from ..runs.batches import Options
    from ..runs.run import execute

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
    records: list[RunResult] = []
    with open_workers(executor, workers) as pool:
        options = replace(options, workers=pool)
        for one, chain in zip(loaded, chains, strict=True):
            folder = out or Path("outputs") / one.name
            with progress(one.name, options.replications, quiet or json_) as tell:
                words = words_of(chain, sets)
                before = _run_in(folder)
                finished = execute(one.scenario, one.name, options, folder, tell, one.inputs, words)
            if json_:
                from ..export.read_command_records import run_result

                records.append(run_result(finished, options.observed, lang))
            elif quiet:
                typer.echo(str(folder))
            else:
                print_run(finished, options.seed, options.step, lang, options.observed)
                if before is not None and before["id"] != finished.id:
                    typer.echo(_replaced(before, lang))
    if json_:
        from ..export.command_records import RunResults

        print_record(RunResults(records if len(records) > 1 else records[0]))


def _run_in(folder: Path) -> dict[str, Any] | None:
    """Return the record of the run that a folder holds now, if it holds one."""
    from ..runs.manifest import kind_of, read_manifest

    if kind_of(folder) != "run":
        return None
    try:
        return read_manifest(folder)
    except ScenarioError:  # The run itself says what is wrong with the folder.
        return None


def _replaced(before: dict[str, Any], lang: Language) -> str:
    from ..report.i18n import number, translate

    made = before["options"]
    step, n = translate(f"step_{made['step']}", lang), number(made["replications"], lang)
    return translate("run_replaced", lang, id=before["id"], n=n, step=step, seed=made["seed"])


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

    ``counted``: say how many figures lie inside the 80% interval. Of a run that is conditioned on
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

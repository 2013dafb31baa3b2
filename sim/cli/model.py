"""Commands on the model: check its laws, trace a person, calibrate it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import usage_error
from .checks import one_chain
from .options import Chain, Executor, Json, Lang, Seed, Workers
from .output import console, make_folder, print_record

if TYPE_CHECKING:
    from ..hindcast import Fit
    from .options import Language

FAILED = 1


def check(json_: Json = False, lang: Lang = "en") -> None:
    """Run the model's self-checks: law, test, result."""
    from ..report.i18n import translate
    from ..results.model_checks import run_checks
    from ..scenario import load

    begun, found = time.monotonic(), []
    for outcome in run_checks(load("baseline")):
        found.append(outcome)
        if not json_:
            mark = "ok" if outcome.holds else translate("law_failed", lang)
            typer.echo(f"{mark:<6} {outcome.law}\n       {outcome.tried}: {outcome.result}")
    held = sum(outcome.holds for outcome in found)
    if json_:
        from dataclasses import asdict

        from ..export.figure_records import LawOutcome, LawOutcomes

        print_record(LawOutcomes([LawOutcome(**asdict(outcome)) for outcome in found]))
    else:
        seconds = f"{time.monotonic() - begun:.0f}"
        typer.echo(translate("laws_hold", lang, held=held, count=len(found), seconds=seconds))
    if held < len(found):
        raise typer.Exit(FAILED)


def trace(
    scenario: Chain,
    person: Annotated[int, typer.Option(min=1, help="Number of the person.")],
    seed: Seed = 1,
    scale: Annotated[
        int, typer.Option(min=1, max=1000, help="Scale the population down by this factor.")
    ] = 20,
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Trace one person through the asylum procedure: events, dates and places."""
    chain = one_chain(scenario)
    from ..scenario import load_chain
    from ..studies.trace import followed

    who, events = followed(load_chain(chain).scenario, person, seed, scale, lang)
    if json_:
        from ..export.figure_records import Life, LifeEvent

        print_record(
            Life(who=who, events=[LifeEvent(day=day, event=event) for day, event in events])
        )
        return
    typer.echo("\n".join([who, *(f"{day}  {event}" for day, event in events)]))


def calibrate(
    replications: Annotated[str, typer.Option(help="Replications of each run of a year.")] = "40",
    workers: Workers = 0,
    executor: Executor = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Patch file (.yaml) for the estimates.")
    ] = None,
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Estimate numbers without a source from the years to 2024: values and spreads."""
    from ..studies.options import parse_count

    count = parse_count(replications)
    if out is not None and out.suffix != ".yaml":
        usage_error(str(out), "this is no .yaml", "name a scenario file")
    if out is not None and out.is_dir():
        usage_error(str(out), "this is a folder", "name a file in it")
    if out is not None:
        make_folder(out.parent)
    from ..export.safe_write import write_file
    from ..hindcast import fit, patch
    from ..results.executor import open_workers
    from ..scenario.template import patch_text

    with open_workers(executor, workers) as pool:
        found = fit(count, pool)
    if out is not None:
        write_file(out, patch_text(patch(found)).encode())
    if json_:
        from ..export.read_command_records import calibrated

        print_record(calibrated(found, out))
        return
    _print_fit(found, lang)
    if out is not None:
        typer.echo(str(out))


def _print_fit(found: Fit, lang: Language) -> None:
    from ..report.hindcast_tables import ends_table, fit_lines, fit_table
    from ..scenario import load

    console().print(fit_table(found, lang))
    console().print(ends_table(found, lang))
    for line in fit_lines(found, load("baseline"), lang):
        typer.echo(line)

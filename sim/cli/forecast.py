"""Commands on forecasts: freeze that of a run, verify frozen ones, follow them up."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..export.memo.form import Form, form_of
from .checks import check_forecasts, check_readable, check_results
from .options import Executor, Json, KnownBy, Lang, Observed, Quiet, Workers
from .output import as_typed, console, print_files, print_record, progress
from .runs import UNLIKE

if TYPE_CHECKING:
    from ..runs.verify import Verification
    from .options import Language

Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="Folder of frozen forecasts, or one of them.")
]


def freeze(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    to: Annotated[Path, typer.Option("--to", "-o", "--out", help="Folder of frozen forecasts.")],
    workers: Workers = 0,
    executor: Executor = None,
    json_: Json = False,
    lang: Lang = "en",
    quiet: Quiet = False,
) -> None:
    """Save the forecast of a run in a small dated file that is never overwritten.

    It holds quantiles, mean and standard deviation of the run's published series by month, quarter
    and year. The run is simulated again for it, and must give the numbers that its folder has.
    """
    check_results(run)
    from ..report.i18n import translate
    from ..results.executor import open_workers
    from ..runs.freezing import freeze as frozen
    from ..runs.frozen import read_forecast
    from ..runs.manifest import read_manifest

    total = read_manifest(run).get("options", {}).get("replications", 0)
    with open_workers(executor, workers) as pool, progress(str(run), total, quiet or json_) as tell:
        file = frozen(run, to, pool, tell)
    if quiet and not json_:
        typer.echo(str(file))
        return
    cite = read_forecast(file).record.cite
    if json_:
        from ..export.figure_records import FrozenFile

        print_record(FrozenFile(file=str(file), cite=cite))
        return
    typer.echo(translate("frozen_written", lang, file=str(file), cite=cite))


def verify(path: Folder, json_: Json = False, lang: Lang = "en") -> None:
    """Check frozen forecasts for changed, missing and foreign files.

    Exit code 0: all as it was written; 3: not. It is no signature: whoever wants to deceive can
    compute the checksums anew.
    """
    check_forecasts(path)
    from ..runs.frozen import verify_forecasts

    found = verify_forecasts(path)
    if json_:
        from ..export.read_command_records import verified_record

        print_record(verified_record(path, found))
    else:
        _print_verification(found, path, lang)
    if not found.intact:
        raise typer.Exit(UNLIKE)


def _print_verification(found: Verification, path: Path, lang: Language) -> None:
    from ..report.i18n import translate
    from ..report.run_tables import finding_text

    for one in found.findings:
        told = finding_text(one.file, one.what, one.why, lang)
        extra = f"{one.file}: {translate('frozen_extra', lang)}"
        typer.echo(extra if one.what == "extra" else told)
    key = "frozen_intact" if found.intact else "frozen_broken"
    count = found.files if found.intact else len(found.findings)
    typer.echo(translate(key, lang, path=str(path), n=count))


def monitor(
    path: Folder,
    observed: Observed,
    out: Annotated[Path, typer.Option("-o", "--out", help="File: .docx, .pdf or .md.")],
    as_of: KnownBy = None,
    form: Annotated[
        Form | None,
        typer.Option("--format", help="Format, if not given by the file name."),
    ] = None,
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Report on frozen forecasts: revisions, outcomes and alarms.

    Nothing is simulated. --json prints the outcomes as well.
    """
    from ..studies.options import day_of

    chosen = form_of(out, form)
    check_forecasts(path)
    day = day_of(as_of, "--as-of") if as_of else None
    check_readable(observed)
    from ..export.memo.memo import files_of
    from ..export.monitor_report import monitor_memo
    from ..export.safe_write import write_files
    from ..hindcast.observations import read_observations
    from ..runs.frozen import read_forecasts
    from ..runs.outcomes import follow_up, outcomes_table

    found = follow_up(read_forecasts(path), read_observations(observed), day)
    files = files_of(monitor_memo(found, as_typed(sys.argv[1:]), lang), chosen, out)
    write_files(files)
    if json_:
        from ..export.figure_records import MonitorResult
        from ..export.read_records import table_record

        outcomes = table_record("forecast", "outcomes", outcomes_table(found))
        names = [str(file) for file in files]
        print_record(MonitorResult(files=names, as_of=found.as_of, outcomes=outcomes))
        return
    print_files(files, json_)


def explain_miss(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A frozen forecast, or a folder of one.")
    ],
    observed: Observed,
    series: Annotated[
        str,
        typer.Option(
            help="people, status_holders, pending, inflow, a series with its breakdown "
            "(decisions|total), or cost:LINE for a year."
        ),
    ],
    date: Annotated[
        str, typer.Option(metavar="PERIOD", help="2025-12-31, 2025-12, 2025-Q4 or 2025.")
    ],
    draws: Annotated[
        Path | None, typer.Option(help="Joint draws of a nowcast, from the folder of the run.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Report to write: .docx, .pdf or .md.")
    ] = None,
    json_: Json = False,
    workers: Workers = 0,
    executor: Executor = None,
    lang: Lang = "en",
    quiet: Quiet = False,
) -> None:
    """Attribute the error of a frozen forecast to causes, with a remainder.

    The forecast is run again with what came of inflow, composition, decisions, exits, homes, family
    and other intake, in every combination on common random numbers. Causes whose figures are not
    in the file are named.
    """
    form = form_of(out) if out else None
    check_forecasts(file)
    check_readable(observed, draws)
    from ..export.memo.memo import files_of
    from ..export.miss_report import miss_memo
    from ..export.safe_write import write_files
    from ..results.executor import open_workers
    from ..studies.miss_text import as_record, tell
    from ..studies.missed_forecast import explain

    with open_workers(executor, workers) as pool, progress(str(file), 1, quiet or json_) as told:
        found, forecast = explain(file, observed, series, date, draws, pool, told)
    if out and form:
        memo = miss_memo(found, forecast, as_typed(sys.argv[1:]), lang)
        write_files(files_of(memo, form, out))
    if json_:
        from ..export.figure_records import MissResult

        print_record(MissResult(**as_record(found)))
        return
    if not quiet:
        for one in tell(found, lang):
            console().print(one)
    if out:
        typer.echo(str(out))

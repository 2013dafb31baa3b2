"""Commands on folders of results: list, reproduce, verify, compare, provenance."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .checks import check_results
from .options import Executor, Json, Lang, Quiet, Workers
from .output import console, print_record, watched

if TYPE_CHECKING:
    from ..reproduce.rerun import Reproduction
    from ..runs.provenance import ProvenanceCheck
    from ..runs.verify import Verification
    from .options import Language

Sort = Literal["when", "scenario", "gap", "kind", "id", "folder"]
UNLIKE = 3
"""Exit code of a second run that differs, or a folder that was changed."""
CHANGED = 2
"""Exit code of a file that was changed."""


def reproduce(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run, study or sweep.")],
    sweep: Annotated[
        Path | None, typer.Option(help="For a discovery: the folder of the sweep, if elsewhere.")
    ] = None,
    workers: Workers = 0,
    executor: Executor = None,
    json_: Json = False,
    lang: Lang = "en",
    quiet: Quiet = False,
) -> None:
    """Re-run from the record of a folder and compare all files byte for byte.

    The scenario is the resolved one in the folder. Exit code 0: every file is equal; 3: not. Told
    as well is what is not as it was: versions, packages, platform, commit, inputs.
    """
    check_results(run)
    from ..reproduce.rerun import reproduce as made_again
    from ..results.executor import open_workers

    with open_workers(executor, workers) as pool:
        found = made_again(run, pool, watched(quiet or json_), sweep)
    if json_:
        from ..export.read_command_records import reproduced_record

        print_record(reproduced_record(found))
    else:
        _print_reproduction(found, lang, quiet)
    if not found.equal:
        raise typer.Exit(UNLIKE)


def _print_reproduction(found: Reproduction, lang: Language, quiet: bool) -> None:
    from ..report.i18n import day_text, translate
    from ..report.run_tables import alike_text, other_texts

    record = found.record
    equal = sum(one.state == "equal" for one in found.files)
    if not quiet:
        made = datetime.fromisoformat(record["created"])
        when = f"{day_text(made, lang)} {made:%H:%M}"
        named = record.get("scenario") or record["name"]
        typer.echo(
            translate("again_head", lang, kind=record["kind"], id=record["id"], scenario=named,
                  when=when, version=record["versions"]["opvangsim"], again=found.id)
        )  # fmt: skip
        for one in found.files:
            typer.echo(f"  {alike_text(one, lang)}")
        for line in other_texts(found.others, lang):
            typer.echo(line)
        for file in found.changed:
            typer.echo(translate("again_changed", lang, file=file))
    verdict = "again_all" if found.equal else "again_some"
    typer.echo(translate(verdict, lang, n=equal, of=len(found.files)))


def verify(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A folder that opvangsim wrote.")],
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Check that no file of a folder was changed, its record included.

    Exit code 0: all as it was written; 3: not. It is no signature: whoever wants to deceive can
    seal anew. Beside a sweep files of your own may lie; they are told of.
    """
    from ..runs.verify import verify_record

    found = verify_record(run)
    if json_:
        from ..export.read_command_records import verified_record

        print_record(verified_record(run, found))
    else:
        _print_verification(found, run, lang)
    if not found.intact:
        raise typer.Exit(UNLIKE)


def _print_verification(found: Verification, run: Path, lang: Language) -> None:
    from ..report.i18n import translate
    from ..report.run_tables import finding_text

    for one in found.findings:
        typer.echo(finding_text(one.file, one.what, one.why, lang))
    faults = sum(one.fault for one in found.findings)
    verdict = "verified_intact" if found.intact else "verified_broken"
    count = found.files if found.intact else faults
    typer.echo(translate(verdict, lang, folder=str(run), n=count, of=found.files))


def list_(
    folder: Annotated[Path, typer.Argument(help="Folder of results.")] = Path("outputs"),
    scenario: Annotated[str, typer.Option(help="Only scenarios with this in their name.")] = "",
    kind: Annotated[str, typer.Option(help="Only this kind: run, comparison, sweep...")] = "",
    since: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Only from this date on (UTC).")
    ] = None,
    sort: Annotated[Sort, typer.Option(help="Sort by; newest or largest first.")] = "when",
    reverse: Annotated[bool, typer.Option("--reverse", help="Reverse the order.")] = False,
    limit: Annotated[int, typer.Option(min=0, help="Maximum number of rows (0: all).")] = 50,
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """List the runs and studies in a folder: id, kind, scenario, when, headline gap.

    The gap is that of 2027, or of the last year before it, median and 80% band, of runs. Only
    records are read. What is damaged or not ours is listed as such.
    """
    from ..runs.index import as_rows, list_results
    from ..studies.options import day_of

    day = day_of(since, "--since") if since else None
    of, found = list_results(folder, scenario, kind, day, sort, reverse=reverse)
    rows = as_rows(found)
    if json_:
        from ..export.command_records import FolderEntry, FolderList

        print_record(FolderList([FolderEntry(**row) for row in rows]))
        return
    from ..report.i18n import translate
    from ..report.run_tables import runs_table

    if not rows:
        typer.echo(translate("runs_none", lang, folder=str(folder)))
        return
    shown = rows[: limit or len(rows)]
    console().print(runs_table(shown, lang))
    left = "runs_left" if len(shown) < len(rows) else "runs_count"
    typer.echo(translate(left, lang, n=len(shown), wanted=len(rows), of=of))


def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Folder of the earlier run.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Folder of the later run.")],
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Print the entry for 'Results that moved' in CHANGELOG.md, from two runs of one scenario."""
    check_results(old, new)
    from ..reproduce.compare import compare_runs as between

    found = between(old, new)
    if json_:
        from ..export.read_command_records import runs_compared

        print_record(runs_compared(found, lang))
        return
    from ..report.run_tables import moved_lines

    typer.echo("\n".join(moved_lines(found, lang)))


def provenance(
    file: Annotated[
        Path, typer.Argument(help="A workbook, memo, page or chart (XLSX, DOCX, HTML, PNG...).")
    ],
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Show the origin of a file (scenario, seed, version, run, command) and whether it changed."""
    from ..export.provenance import find

    found = find(file)
    if json_:
        from dataclasses import asdict

        from ..export.command_records import FileOrigin

        print_record(FileOrigin(file=str(file), intact=found.intact, **asdict(found.stamp)))
    else:
        _print_origin(found, lang)
    if not found.intact:
        raise typer.Exit(CHANGED)


def _print_origin(found: ProvenanceCheck, lang: Language) -> None:
    from ..errors import printable
    from ..report.i18n import translate

    stamp = found.stamp
    told = {
        "whence_kind": stamp.kind,
        "whence_scenario": stamp.scenario,
        "whence_seed": stamp.seed,
        "whence_version": stamp.version,
        "whence_run": stamp.run,
        "whence_command": stamp.command,
    }
    for key, text in told.items():
        if text:
            typer.echo(f"{translate(key, lang)}: {printable(text)}")
    typer.echo(translate("whence_intact" if found.intact else "whence_changed", lang))

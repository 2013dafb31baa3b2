"""Commands on finished folders: plot, memo, dashboard, export. Nothing is simulated."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Message, all_of, as_message, usage_error
from ..export.memo.form import Form, form_of
from .checks import check_results, check_workbook, one_chain
from .completion import complete_scenario
from .options import (
    ChartWidth,
    Formats,
    Json,
    KnownBy,
    Lang,
    Language,
    ShownFigures,
    Width,
    figures_of,
    formats_of,
)
from .output import as_typed, print_files, tell_notes, warn

if TYPE_CHECKING:
    from ..report.charts import RunData

TABLES = ("--csv", "--parquet", "--iamc")


def plot(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN [NAME]... | RUN RUN...",
            help="Folder of a run and names of charts (default: all); or several runs to compare.",
        ),
    ],
    format_: Formats = "png",
    width: ChartWidth = "page",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder; by default RUN-charts beside RUN.")
    ] = None,
    observed: ShownFigures = None,
    as_of: KnownBy = None,
    json_: Json = False,
    lang: Lang = "en",
    year: Annotated[
        int | None, typer.Option(help="Year of the chart budget_year (default: with a budget).")
    ] = None,
) -> None:
    """Draw the charts of a run: NAME-LANG-WIDTH.png, with a description in words (.txt).

    Of a study or a sweep its one chart.
    """
    from ..runs.manifest import is_run, read_manifest

    formats = formats_of(format_)
    folders = [Path(what[0]), *(Path(word) for word in what[1:] if is_run(Path(word)))]
    if not is_run(folders[0]):
        usage_error(what[0], "not the folder of a run", "give one that opvangsim run wrote")
    for folder in folders:
        read_manifest(folder)
    figures = figures_of(observed, as_of)
    one_run = len(folders) == 1 and read_manifest(folders[0])["kind"] == "run"
    if figures is not None and not one_run:
        usage_error("--observed", "figures are drawn over the charts of one run", "name one run")
    if read_manifest(folders[0])["kind"] != "run":
        print_files(_study(what, formats, width, out, lang), json_)
        return
    from ..report.charts import write, write_together
    from ..report.observed_figures import compare
    from ..runs.chart_folder import beside, write_charts
    from ..runs.load import combined_provenance, read_run_folder, run_data

    wanted = _names([word for word in what[1:] if not is_run(Path(word))])
    if len(folders) > 1:
        _refuse_alike(folders, named=len(what) > len(folders))
    found = {folder.resolve().name: read_run_folder(folder) for folder in folders}
    runs = {
        name: replace(run_data(folder, run), year=year)
        for folder, (name, run) in zip(folders, found.items(), strict=True)
    }
    suffix = f"-{lang}-{width}"
    if len(folders) == 1:
        (run,), (subject,) = found.values(), runs.values()
        if figures is not None:
            subject = replace(subject, observed=compare(subject, figures.known))
        stamp, drawn = run.stamp, _shown(subject, wanted, named=len(what) > 1)
        draw = partial(write, subject, drawn, text_file=True)
    else:
        _refuse_apart(runs)
        stamp = combined_provenance(list(found.values()), as_typed(sys.argv[1:]))
        drawn = ["together"]
        draw = partial(write_together, runs)
    folder = out or beside(*folders)
    draw = partial(draw, lang=lang, width=width, formats=formats, suffix=suffix)
    write_charts(folder, lambda into: draw(folder=into), stamp, as_typed(sys.argv[1:]), *folders)
    files = [folder / f"{name}{suffix}.{ending}" for name in drawn for ending in formats]
    print_files(files, json_)


def _study(
    what: list[str], formats: list[str], width: Width, out: Path | None, lang: Language
) -> list[Path]:
    """Draw the chart of a study again, from what its folder holds."""
    from ..runs.chart_folder import beside, write_charts
    from ..runs.load import provenance_of, read_study
    from ..studies.base import chart_name, has_chart, write_chart

    folder = Path(what[0])
    told = read_study(folder)
    name = chart_name(told)
    if any(word != name for word in what[1:]):
        usage_error(
            " ".join(what[1:]),
            "there is no such chart of this study",
            Message("it has {name}", name=name),
        )
    if not has_chart(told):
        usage_error(
            what[0],
            Message("there is nothing to show in a chart {name}", name=name),
            "its tables say why",
        )
    suffix, into = f"-{lang}-{width}", out or beside(folder)

    def draw(staging: Path) -> None:
        write_chart(told, staging, lang, width, formats, suffix)

    write_charts(into, draw, provenance_of(dict(told.record)), as_typed(sys.argv[1:]), folder)
    return [into / f"{name}{suffix}.{ending}" for ending in formats]


def _refuse_alike(folders: list[Path], named: bool) -> None:
    """Refuses what runs side by side can't be: too many, two of one name, or another chart."""
    from ..report.charts.multi_run import MOST

    names = [folder.resolve().name for folder in folders]
    if named:
        usage_error(
            "plot", "runs side by side give one chart, which needs no name", "name runs only"
        )
    if len(folders) > MOST:
        usage_error(
            "plot",
            Message("{count} runs are too many to distinguish", count=len(folders)),
            Message("name at most {most}", most=MOST),
        )
    if len(set(names)) < len(names):
        usage_error(
            "plot",
            Message("two runs are called {name}", name=max(names, key=names.count)),
            "rename a folder",
        )


def _refuse_apart(runs: dict[str, RunData]) -> None:
    """Refuses runs that have no days, or no gap, to be put side by side."""
    from ..report.charts import multi_run

    if len(runs) > 1 and not multi_run.is_drawable(runs):
        what = "these runs have no days in common, or one has no gap"
        usage_error(", ".join(runs), what, "run the scenarios to a later day")


def _names(asked: list[str]) -> list[str]:
    """Names of charts, each once and in their order; refuses one that is none."""
    from ..report.charts import CHARTS

    for name in asked:
        if name not in CHARTS:
            usage_error(
                name,
                "there is no such chart",
                Message("choose from {names}", names=", ".join(CHARTS)),
            )
    return [name for name in CHARTS if name in asked or not asked]


def _shown(subject: RunData, wanted: list[str], named: bool) -> list[str]:
    """The charts that the run holds the numbers of; the others are told of, or refused if named."""
    from ..report.charts import CHARTS, reason_against

    lacking = [name for name in wanted if not CHARTS[name].is_drawable(subject)]
    if lacking and (named or len(lacking) == len(wanted)):
        usage_error(", ".join(lacking), *reason_against(lacking[0], subject))
    for name in lacking:
        reason = as_message(reason_against(name, subject)[0])
        warn("note", Message("no chart {name}: {reason}", name=name, reason=reason))
    return [name for name in wanted if name not in lacking]


def memo(
    run: Annotated[
        Path,
        typer.Argument(metavar="RUN", help="Folder of a run, a study or answers."),
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="File: .docx, .pdf or .md (default: beside RUN)."),
    ] = None,
    form: Annotated[
        Form | None,
        typer.Option("--format", help="Format, if not given by the file name."),
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="The same as --format pdf.")] = False,
    question: Annotated[
        int | None, typer.Option(help="For answers: one question (default: the deferred ones).")
    ] = None,
    to: Annotated[str | None, typer.Option(help="Whom it is for.")] = None,
    sender: Annotated[str | None, typer.Option("--from", help="Whom it is from.")] = None,
    day: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Date at its top.")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(help="Word document (.docx) whose styles are used.")
    ] = None,
    observed: ShownFigures = None,
    as_of: KnownBy = None,
    json_: Json = False,
    lang: Annotated[
        Language | None, typer.Option(help="Language (default: that of the folder).")
    ] = None,
) -> None:
    """Write a memo of two pages with an annex from finished results; nothing is simulated.

    By default a Word document, RUN-memo.docx. A PDF is accessible (PDF/UA-1) and needs
    opvangsim[pdf]. A memo in Markdown has its picture in a file beside it, with the same name in
    .png. What is not given of addressee, sender and date is left to be completed.
    """
    from ..runs.chart_folder import beside
    from ..studies.options import day_of

    asked: Form | None = "pdf" if pdf else form
    out = out or beside(run).with_name(f"{run.resolve().name}-memo.{asked or 'docx'}")
    chosen = form_of(out, asked)
    dated = None if day is None else day_of(day, "--date")
    check_results(run)
    from ..export.memo.memo import files_of, memo_of
    from ..export.memo.outline import addressed
    from ..export.safe_write import write_files
    from ..runs.load import read_folder

    folder = read_folder(run)
    given = figures_of(observed, as_of)
    figures = None if given is None else given.known
    made = memo_of(folder, lang or folder.lang, question, figures)
    files = files_of(addressed(made, to, sender, dated), chosen, out, template)
    write_files(files)
    print_files(files, json_)


def dashboard(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders of runs, one to ten.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="File: .html.")],
    observed: ShownFigures = None,
    as_of: KnownBy = None,
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Write an offline page (HTML) that compares runs; nothing is simulated.

    Series, years, band, budget and prices are chosen in the page, as is its language.
    """
    if out.suffix.lower() != ".html":
        usage_error(str(out), "not the name of a page", "give a name that ends in .html")
    check_results(*runs)
    from ..export.dashboard.page import explore
    from ..export.safe_write import write_file
    from ..runs.load import read_run_folder

    found = [read_run_folder(folder) for folder in runs]
    names = [str(folder) for folder in runs]
    given = figures_of(observed, as_of)
    figures = None if given is None else given.known
    write_file(out, explore(found, runs, names, as_typed(sys.argv[1:]), lang, figures))
    print_files([out], json_)


def export(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN|SCENARIO",
            help="A run's folder; with --xlsx also a scenario.",
            autocompletion=complete_scenario,
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="File; for tables also a folder.")],
    xlsx: Annotated[
        bool,
        typer.Option(
            "--xlsx", help="Workbook; of a scenario, one that can be edited and imported."
        ),
    ] = False,
    csv: Annotated[
        bool, typer.Option("--csv", help="One long table (NAME.csv), or a folder of tables.")
    ] = False,
    parquet: Annotated[
        bool, typer.Option("--parquet", help="As --csv, as Parquet (NAME.parquet).")
    ] = False,
    iamc: Annotated[
        bool, typer.Option("--iamc", help="The years as scenario data (IAMC, as pyam reads it).")
    ] = False,
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Export a run, or a scenario to be edited, for other programs."""
    asked = dict(zip(("--xlsx", *TABLES), (xlsx, csv, parquet, iamc), strict=True))
    forms = [name for name, wanted in asked.items() if wanted]
    if len(forms) != 1:
        said = (
            "no output format given"
            if not forms
            else Message("{forms} are two forms", forms=all_of(forms))
        )
        usage_error("export", said, Message("choose one of {names}", names=", ".join(asked)))
    from ..runs.manifest import is_run

    folder = Path(what[0])
    if len(what) == 1 and is_run(folder):
        check_results(folder)
        from ..export.files import export_run
        from ..runs.load import read_run_folder

        export_run(read_run_folder(folder), forms[0], out, lang)
    elif forms[0] != "--xlsx":
        usage_error(
            " ".join(what),
            Message("{form} needs the folder of a run", form=forms[0]),
            "as outputs/baseline",
        )
    else:
        chain = one_chain(what)
        check_workbook(out)
        from ..export.files import export_scenario
        from ..scenario import load_chain

        loaded = load_chain(chain)
        tell_notes(loaded)
        export_scenario(loaded, chain, out, lang)
    print_files([out], json_)

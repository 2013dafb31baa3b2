"""Commands on scenarios: list, overview, check, new, show, diff, sources, schema, import."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Message, as_message, usage_error
from .completion import complete_scenario, complete_scenario_or_key
from .language import spoken, tell, typed_language
from .options import Chain, ChartWidth, First, Formats, Json, Lang, Other, Sets, formats_of
from .output import as_typed, console, tell_notes, warn

if TYPE_CHECKING:
    from ..scenario import Loaded

FAILED = 2


def check(
    file: Annotated[
        list[str] | None,
        typer.Argument(
            help="Scenario files or names; A + B chains.", autocompletion=complete_scenario
        ),
    ] = None,
    set_: Sets = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Warnings fail; also look at sources and ranges.")
    ] = False,
    codes: Annotated[bool, typer.Option("--codes", help="Explain each named check.")] = False,
) -> None:
    """Check scenario files: all errors, with place and advice; then what is not plausible."""
    from ..errors import ScenarioError
    from ..scenario import load_chain, parse_chains, quantities
    from ..scenario.messages import of_findings
    from ..scenario.plausibility import warnings_of

    if codes:
        _print_codes()
        return
    if not file:
        usage_error("check", "no scenario is named", "give one or more files or shipped names")
    failed = False
    for names in parse_chains(file):
        try:
            loaded = load_chain(names, list(set_ or []))
        except ScenarioError as error:
            failed = True
            for problem in error.problems:
                tell("error", problem)
            continue
        tell_notes(loaded)
        warned = warnings_of(loaded.scenario, strict=strict)
        for one in warned:
            said = Message("error ({code})" if strict else "warning ({code})", code=one.code)
            warn(said, of_findings([one.finding], loaded.tree)[0])
        failed = failed or (strict and bool(warned))
        numbers = sum(1 for _ in quantities(loaded.scenario))
        said = Message(
            "{name}: fails, {numbers} numbers, {count} to look at"
            if strict and warned
            else "{name}: fine, {numbers} numbers, {count} to look at",
            name=loaded.name,
            numbers=numbers,
            count=len(warned),
        )
        typer.echo(spoken(said, typed_language()))
    if failed:
        raise typer.Exit(FAILED)


def _print_codes() -> None:
    from inspect import getdoc

    from ..scenario.plausibility import CHECKS, STRICT

    for code, test in (CHECKS | STRICT).items():
        only = " (only with --strict)" if code in STRICT else ""
        typer.echo(f"{code}{only}")
        typer.echo("".join(f"    {line}\n" for line in (getdoc(test) or "").splitlines()))


def new(
    name: Annotated[
        str, typer.Argument(help="Name of the new scenario: NAME.yaml (default: --vintage).")
    ] = "",
    from_: Annotated[
        str, typer.Option("--from", help="Scenario it stands on.", autocompletion=complete_scenario)
    ] = "baseline",
    vintage: Annotated[
        str | None, typer.Option(help="Add a newer budget of this name, to be filled in.")
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="For --vintage: first year of its amounts.")
    ] = None,
) -> None:
    """Write a commented patch, ready to edit, and the schema for the editor beside it."""
    from ..export.safe_write import write_file
    from ..scenario import check_file_name, find, load, shipped
    from ..scenario.template import SCHEMA_FILE, text
    from ..scenario.vintage_template import vintage_text

    if (vintage is None) != (year is None):
        usage_error("--vintage", "a newer budget needs --vintage and --year", "give both")
    name = name or vintage or ""
    if not name.strip():
        usage_error("NAME", "the name is empty", "as in: opvangsim scenario new my_patch")
    file = Path(name if name.endswith(".yaml") else f"{name}.yaml")
    check_file_name(file)
    if os.path.lexists(file):
        usage_error(str(file), "this file is there already", "choose another name, or remove it")
    if not file.parent.is_dir():
        usage_error(
            str(file), Message("there is no folder {folder}", folder=file.parent), "make it first"
        )
    base = find(from_)
    extends = from_ if from_ in shipped() else base.resolve().as_posix()
    if vintage is None or year is None:
        written = text(file.stem, base.stem, extends, load(from_))
    else:
        written = vintage_text(file.stem, base.stem, extends, load(from_), vintage, year)
    schema = file.parent / SCHEMA_FILE
    _write_schema(schema)
    write_file(file, written.encode())
    said = Message(
        "{file} and {schema}: edit the first, then opvangsim scenario check {file}",
        file=file,
        schema=schema,
    )
    typer.echo(spoken(said, typed_language()))


def _write_schema(file: Path) -> None:
    """Write the schema for the editor, unless something is there that is not an unchanged one."""
    from ..errors import ScenarioError
    from ..runs.atomic import disk_problem, write_atomic
    from ..runs.manifest import has_valid_checksum, read_text, with_checksum
    from ..scenario.json_schema import json_schema

    try:
        is_ours = not os.path.lexists(file) or (
            not file.is_symlink() and has_valid_checksum(read_text(file))
        )
    except ScenarioError:
        is_ours = False
    if not is_ours:
        kept = Message("{file} is kept as it is; remove it for the schema of now", file=file)
        warn("note", kept)
        return
    try:
        write_atomic(file, with_checksum(json_schema()).encode())
    except OSError as error:
        raise ScenarioError([disk_problem(file, error)]) from None


def show(
    file: Annotated[
        list[str],
        typer.Argument(
            help="A scenario (A + B chains), then a KEY.", autocompletion=complete_scenario_or_key
        ),
    ],
    set_: Sets = None,
    brief: Annotated[bool, typer.Option("--brief", help="One line a key.")] = False,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only what differs from the baseline.")
    ] = False,
    start: Annotated[
        bool, typer.Option("--start", help="Only what belongs to the start date.")
    ] = False,
    lang: Lang = "en",
) -> None:
    """Show numbers: unit, value over time, source, who set it and where, what differs."""
    from ..report.scenario_listing import show as lines
    from ..report.scenario_listing import value_text
    from ..scenario import Scenario, load
    from ..scenario.introspect import at, hint_for
    from ..scenario.listing import rows, source_cards
    from ..scenario.start import belongs_to_start

    loaded, keys = _scenario_and_keys(file, list(set_ or []))
    tell_notes(loaded)
    unset = [key for key in keys if at(Scenario, tuple(key.split("."))) is not None]
    baseline, described = load("baseline"), loaded.scenario.description
    # Of a whole scenario the documents would be told some hundred times.
    cards = source_cards(loaded.scenario) if keys else None
    for key in keys or [""]:
        found = rows(loaded, baseline, key)
        if not found and key in unset:
            typer.echo(f"{key} = {value_text(None, lang)}")
            continue
        if not found:
            *parent, last = key.split(".")
            hint = as_message(hint_for(last, tuple(parent)))
            advice = Message("{hint}; or search: opvangsim find {key}", hint=hint, key=quote(key))
            if not key[:1].isalpha():
                advice = Message("search for it: opvangsim find {key}", key=quote(key))
            usage_error(key, "there is no such key", advice)
        wanted = [
            row
            for row in found
            if (row.differs or not changed) and (belongs_to_start(row.key) or not start)
        ]
        typer.echo("\n".join(lines(wanted, lang, described, brief=brief, cards=cards)))


def _scenario_and_keys(words: list[str], sets: list[str]) -> tuple[Loaded, list[str]]:
    """The first chain is the scenario; what follows are keys."""
    from ..scenario import load_chain, parse_chains

    first, *rest = parse_chains(words)
    return load_chain(first, sets), [key for names in rest for key in names]


def diff(
    a: First,
    b: Other,
    lang: Lang = "en",
) -> None:
    """Show in which keys two scenarios differ, and which layer set each."""
    from ..report.scenario_listing import differences as lines
    from ..scenario import load_chain, parse_chains
    from ..scenario.listing import differences

    left, right = (load_chain(parse_chains([name])[0]) for name in (a, b))
    typer.echo("\n".join(lines(differences(left, right), left.name, right.name, lang)))


def sources(
    file: Chain = "baseline",
    lang: Lang = "en",
    json_: Json = False,
) -> None:
    """Show each source, those known from the press alone first, and each assumption by effect."""
    from ..report.scenario_listing import sources as lines
    from ..scenario import load, load_chain, parse_chains
    from ..scenario.listing import by_assumption, by_source, kept_effects

    scenario = load_chain(parse_chains([file])[0]).scenario
    if json_:
        found = {
            "sources": [
                {"name": rest.name, "mark": rest.mark, **rest.card, "keys": rest.keys}
                for rest in by_source(scenario)
            ],
            "assumptions": [
                {"text": rest.name, "keys": rest.keys} for rest in by_assumption(scenario)
            ],
        }
        typer.echo(json.dumps(found, indent=1, ensure_ascii=False, default=str))
        return
    listed = lines(
        by_source(scenario),
        by_assumption(scenario),
        kept_effects(),
        lang,
        scenario.description,
        of_another=scenario != load("baseline"),
    )
    typer.echo("\n".join(listed))


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from ..scenario.json_schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=1, ensure_ascii=False))


def list_(
    lang: Lang = "en",
) -> None:
    """List the shipped scenarios with their headline gap of 2027."""
    from rich.table import Table

    from ..report.i18n import number, translate
    from ..report.overview import SETTINGS, headlines
    from ..scenario import load, shipped

    known = headlines()
    table = Table(box=None)
    table.add_column(translate("list_name", lang), no_wrap=True)
    table.add_column(translate("list_gap", lang), justify="right", no_wrap=True)
    table.add_column(translate("list_about", lang))
    for name in shipped():
        gap = ""
        if name in known:
            low, middle, high = (number(eur / 1e9, lang, 1) for eur in known[name].gap)
            gap = f"{middle} {translate('from_to', lang, low=low, high=high)}"
        scenario = load(name)
        if scenario.closing == "constrained":
            gap = translate("list_closed", lang)
        table.add_row(name, gap, getattr(scenario.title, lang))
    console().print(table)
    note = translate(
        "list_note",
        lang,
        n=SETTINGS.replications,
        step=translate(f"step_{SETTINGS.step}", lang),
        seed=SETTINGS.seed,
    )
    console().print(note)


def overview(
    out: Annotated[
        Path, typer.Option("-o", "--out", help="PNG, SVG or PDF file, or a folder for --format.")
    ],
    format_: Formats = "png",
    width: ChartWidth = "page",
    lang: Lang = "en",
) -> None:
    """Draw need and gap of 2027 of all shipped scenarios, sorted, with bands.

    Beside each file stands what it says in words (.txt).
    """
    from ..report.chart_files import write_overview
    from ..report.charts import FORMATS
    from ..report.charts.overview import id_of
    from ..report.overview import SETTINGS, headlines, with_headline
    from ..results.versions import versions
    from ..runs.chart_folder import write_chart_files, write_charts
    from ..runs.provenance import Provenance

    formats, folder = formats_of(format_), out
    stem = f"overview-{lang}-{width}"
    if out.suffix:
        if out.suffix.removeprefix(".") not in FORMATS:
            usage_error(str(out), "this is no .png, .svg or .pdf", "name such a file, or a folder")
        formats, folder, stem = [out.suffix.removeprefix(".")], out.parent, out.stem
    titles = {name: getattr(one.title, lang) for name, one in with_headline().items()}
    stamp = Provenance(
        "overview",
        ", ".join(titles),
        str(SETTINGS.seed),
        versions()["opvangsim"],
        id_of(list(headlines().values())),
        as_typed(sys.argv[1:]),
    )

    def draw(into: Path) -> None:
        write_overview(titles, into / stem, lang, width, formats)

    if out.suffix:
        write_chart_files(folder, draw, stamp)
    else:
        write_charts(folder, draw, stamp, stamp.command)
    for ending in formats:
        typer.echo(str(folder / f"{stem}.{ending}"))


def import_(
    file: Annotated[Path, typer.Argument(help="A workbook that export wrote, filled in.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The patch: NAME.yaml.")],
    base: Annotated[
        list[Path] | None,
        typer.Option(help="File it was made of, if that moved; repeat for a chain."),
    ] = None,
) -> None:
    """Read an edited workbook back: a patch with just what was changed, checked like a file."""
    from ..export.files import import_patch

    name, changed = import_patch(file, out, base or ())
    if not changed:
        said = Message(
            "{file}: the same as {name}; nothing is changed, so no patch is written",
            file=file,
            name=name,
        )
        typer.echo(spoken(said, typed_language()))
        return
    said = Message(
        "{file}: {count} changed; then: opvangsim scenario check {file}", file=out, count=changed
    )
    typer.echo(spoken(said, typed_language()))

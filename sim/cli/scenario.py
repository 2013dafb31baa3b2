"""Commands on scenarios: list, overview, show, diff, sources, schema."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .checks import one_chain, scenario_and_keys
from .completion import complete_scenario_or_key
from .options import (
    Chain,
    ChartWidth,
    First,
    Formats,
    Json,
    Lang,
    Other,
    Sets,
    chart_format,
    formats_of,
)
from .output import as_typed, console, print_files, print_record, tell_notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..scenario import Loaded
    from .options import Language


def show(
    file: Annotated[
        list[str],
        typer.Argument(
            help="A scenario (A + B chains), then a KEY.", autocompletion=complete_scenario_or_key
        ),
    ],
    set_: Sets = None,
    brief: Annotated[bool, typer.Option("--brief", help="One line per key.")] = False,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only what differs from the baseline.")
    ] = False,
    start: Annotated[
        bool, typer.Option("--start", help="Only what belongs to the start date.")
    ] = False,
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Show numbers with unit, value over time, source, origin and difference from the baseline."""
    chain, keys = scenario_and_keys(file)
    from ..scenario import load, load_chain
    from ..scenario.listing import rows, source_cards
    from ..scenario.start import belongs_to_start

    loaded = load_chain(chain, list(set_ or []))
    tell_notes(loaded)
    baseline = load("baseline")
    found = {
        key: [
            row
            for row in rows(loaded, baseline, key)
            if (row.differs or not changed) and (belongs_to_start(row.key) or not start)
        ]
        for key in keys or [""]
    }
    if json_:
        from ..export.command_records import Parameters
        from ..export.read_records import parameter_records

        wanted = {row.key for part in found.values() for row in part}
        every = parameter_records(loaded, "", lang)
        print_record(Parameters([one for one in every if one.key in wanted]))
        return
    from ..report.scenario_listing import show as lines
    from ..report.scenario_listing import value_text

    # Of a whole scenario the documents would be told some hundred times.
    cards = source_cards(loaded.scenario) if keys else None
    about = loaded.scenario.description
    for key, part in found.items():
        if key and not part and not rows(loaded, baseline, key):
            typer.echo(f"{key} = {value_text(None, lang)}")
        else:
            typer.echo("\n".join(lines(part, lang, about, brief=brief, cards=cards)))


def diff(a: First, b: Other, json_: Json = False, lang: Lang = "en") -> None:
    """Show the keys in which two scenarios differ, and the file that sets each."""
    left, right = (_load(name) for name in [one_chain(a), one_chain(b)])
    from ..scenario.listing import differences

    found = differences(left, right)
    if json_:
        from ..export.command_records import KeyDifferences
        from ..export.read_command_records import key_differences

        print_record(KeyDifferences(key_differences(found, lang)))
        return
    from ..report.scenario_listing import differences as lines

    typer.echo("\n".join(lines(found, left.name, right.name, lang)))


def _load(chain: Sequence[str]) -> Loaded:
    from ..scenario import load_chain

    return load_chain(chain)


def sources(file: Chain = "baseline", json_: Json = False, lang: Lang = "en") -> None:
    """List sources, press-only ones first, and assumptions by effect."""
    scenario = _load(one_chain(file)).scenario
    from ..scenario import load
    from ..scenario.listing import by_assumption, by_source, kept_effects

    cited, assumed = by_source(scenario), by_assumption(scenario)
    if json_:
        from ..export.command_records import AssumptionUse, SourceList, SourceUse

        print_record(
            SourceList(
                sources=[
                    SourceUse(name=one.name, mark=one.mark, keys=list(one.keys), **one.card)
                    for one in cited
                ],
                assumptions=[AssumptionUse(text=one.name, keys=list(one.keys)) for one in assumed],
            )
        )
        return
    from ..report.scenario_listing import sources as lines

    other = scenario != load("baseline")
    effects, about = kept_effects(), scenario.description
    typer.echo("\n".join(lines(cited, assumed, effects, lang, about, of_another=other)))


def schema(json_: Json = False) -> None:  # noqa: ARG001
    """Print the JSON Schema of scenario files, for editors: JSON, with --json or without."""
    from ..export.command_records import SchemaRecord
    from ..scenario.json_schema import json_schema

    print_record(SchemaRecord(json_schema()))


def list_(json_: Json = False, lang: Lang = "en") -> None:
    """List the shipped scenarios with their headline gap of 2027."""
    if json_:
        from ..export.command_records import ScenarioList
        from ..export.read_records import shipped_records

        print_record(ScenarioList(shipped_records(lang)))
    else:
        _print_list(lang)


def _print_list(lang: Language) -> None:
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
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Draw need and gap of 2027 of all shipped scenarios, sorted, with 80% intervals.

    Beside each file stands what it says in words (.txt).
    """
    formats, folder = formats_of(format_), out
    stem = f"overview-{lang}-{width}"
    if out.suffix:
        formats, folder, stem = [chart_format(out)], out.parent, out.stem
    from ..report.chart_files import write_overview
    from ..report.charts.overview import id_of
    from ..report.overview import SETTINGS, headlines, with_headline
    from ..results.versions import versions
    from ..runs.chart_folder import write_chart_files, write_charts
    from ..runs.provenance import Provenance

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
    print_files([folder / f"{stem}.{ending}" for ending in formats], json_)

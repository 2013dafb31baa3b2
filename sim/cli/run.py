"""``opvangsim run``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import usage_error
from ..studies.arguments import parse_chains, parse_uncertainties
from .common import (
    LangChoice,
    StepChoice,
    console,
    language,
    progress,
    step_of,
    tell_contested,
    tell_warnings,
    whole,
)

if TYPE_CHECKING:
    from ..runs.batches import Options
    from ..runs.run import Run
    from ..scenario import Scenario


def run(
    scenario: Annotated[
        list[str], typer.Argument(help="Paths of scenario files, or shipped names; A + B chains.")
    ],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Override: key=value; may be repeated.")
    ] = None,
    replications: Annotated[
        int, typer.Option(parser=whole, metavar="N", help="Runs side by side.")
    ] = 500,
    seed: Annotated[
        int, typer.Option(min=0, max=2**63 - 1, help="The same seed gives the same bytes.")
    ] = 1,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last simulated day.")
    ] = None,
    step: Annotated[StepChoice, typer.Option(help="Length of a step.")] = StepChoice.day,
    vary: Annotated[
        str, typer.Option(help="Kinds of chance, with commas.")
    ] = "parameters,inflow,process",
    workers: Annotated[int, typer.Option(min=0, help="Processes (0: one a core).")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the results (default outputs/<name>).")
    ] = None,
    lang: Annotated[LangChoice, typer.Option(help="Language.")] = LangChoice.en,
    charts: Annotated[bool, typer.Option("--charts/--no-charts", help="Draw charts.")] = True,
    json_: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the results' folder.")] = False,
) -> None:
    """Run scenarios: write their tables and charts, print the gap."""
    from ..runs.batches import Options

    options = Options(
        replications=replications,
        seed=seed,
        step=step_of(step),
        until=until.date() if until else None,
        vary=parse_uncertainties(vary),
        workers=workers,
        charts=charts,
        lang=lang.value,
    )
    _run_all(scenario, list(set_ or []), out, options, json_, quiet)


def _run_all(
    words: list[str],
    sets: list[str],
    out: Path | None,
    options: Options,
    as_json: bool,
    quiet: bool,
) -> None:
    from ..runs.run import execute
    from ..scenario import load_chain

    asked = parse_chains(words)
    loaded = [load_chain(names, sets) for names in asked]
    if out is not None and len(loaded) > 1:
        what = "one folder can't hold several runs"
        usage_error("--out", what, "leave it out, or run one scenario")
    names = [one.name for one in loaded]
    if len(set(names)) < len(names):
        what = f"two runs are called {max(names, key=names.count)}"
        usage_error("run", what, "run one at a time, each with its own --out")
    records: list[dict[str, Any]] = []
    for one, chain in zip(loaded, asked, strict=True):
        tell_contested(one)
        tell_warnings(one)
        folder = out or Path("outputs") / one.name
        with progress(one.name, options.replications, quiet or as_json) as tell:
            told = _asked(chain, sets)
            finished = execute(one.scenario, one.name, options, folder, tell, one.inputs, told)
        if as_json:
            records.append(_as_json(finished, one.name))
        elif quiet:
            typer.echo(str(folder))
        else:
            _print_run(finished, options)
    if as_json:
        import json

        typer.echo(json.dumps(records if len(records) > 1 else records[0], indent=1))


def _asked(chain: list[str], sets: list[str]) -> list[str]:
    """The words that name one scenario of a command: A + B, then each override."""
    words = [word for name in chain for word in ("+", name)][1:]
    return words + [word for one in sets for word in ("--set", one)]


def _print_run(finished: Run, options: Options) -> None:
    from ..report import run_tables as text
    from ..report.i18n import translate
    from ..results.budget import check_2024

    lang = language(LangChoice(options.lang))
    scenario: Scenario = finished.scenario
    out = console()
    check = check_2024(scenario)
    out.print(
        translate(
            "run_line",
            lang,
            title=getattr(scenario.title, lang),
            n=options.replications,
            seed=options.seed,
            id=finished.id,
        )
    )
    if not finished.budget.empty:
        out.print(text.gap_table(finished.budget, scenario, lang))
        out.print(text.before_start_note(finished.budget, scenario, lang))
        out.print(text.levels_table(finished.budget, scenario, check, lang))
        out.print(text.check_note(check, lang))
        out.print(text.lines_table(finished.budget, scenario, lang))
    if scenario.closing == "constrained":
        out.print(text.short_table(finished.yearly, lang))
        out.print(translate("short_note", lang))
    out.print(text.reception_table(finished.monthly, lang))
    out.print(translate("mean_line", lang))
    out.print(translate("written", lang, folder=f"{finished.folder}/"), soft_wrap=True)


def _as_json(finished: Run, name: str) -> dict[str, Any]:
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
    if finished.scenario.closing == "constrained":
        short = finished.yearly[finished.yearly["series"].isin(("shortage", "places_short"))]
        means = short[short["measure"] == "mean"].to_dict("records")
        record["short"] = {
            f"{row['series']}.{row['year']}": {q: row[q] for q in ("mean", "p10", "p50", "p90")}
            for row in means
        }
    return record

"""The commands of the program: a light table; a command is imported when it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer import Context
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from ..studies import GROUPS, STUDIES
from .language import typed_language
from .log import log_parameters
from .options import Language
from .style import DRAWING, style_parameters

LOOK: dict[str, Any] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
}


@dataclass(frozen=True)
class Command:
    """One line of help, where the function is, and the record that ``--json`` prints.

    The function is ``module:function`` in this package, the record ``module:class`` in ``export``;
    a server, which answers other programs, has none. ``study`` names the study that it runs.
    """

    summary: str
    where: str
    record: str = ""
    study: str = ""


@dataclass(frozen=True)
class Group:
    """One line of help, and the commands of a group by name."""

    summary: str
    commands: dict[str, Command]


Entry = Command | Group
STUDIES_SECTION = "Studies"
"""Heading of the commands that are made from ``STUDIES``."""
SECTIONS: dict[str, dict[str, Entry]] = {
    "Simulate": {
        "run": Command(
            "Run scenarios: write tables and charts, print the budget gap.",
            "run:run",
            "command_records:RunResults",
        ),
        "nowcast": Command(
            "Condition a scenario on published figures and project from there.",
            "nowcast:nowcast",
            "command_records:NowcastResult",
        ),
        "answer": Command(
            "Answer a question of the Senate, or list them.",
            "answer:answer",
            "command_records:Answers",
        ),
        "serve": Command("Show the what-if with sliders in a browser.", "serve:serve"),
    },
    STUDIES_SECTION: {},
    "Show and export": {
        "plot": Command(
            "Draw the charts of a finished run or study.", "results:plot", "command_records:Files"
        ),
        "memo": Command(
            "Write a memo from finished results.", "results:memo", "command_records:Files"
        ),
        "dashboard": Command(
            "Write an offline page that compares runs.",
            "results:dashboard",
            "command_records:Files",
        ),
        "export": Command(
            "Export a run or a scenario for other programs.",
            "results:export",
            "command_records:Files",
        ),
    },
    "Scenarios, figures and results": {
        "find": Command(
            "Find keys, values, sources, questions and scenarios.",
            "find:find",
            "records:SearchRecord",
        ),
        "scenario": Group(
            "List, show, check and edit scenarios.",
            {
                "list": Command(
                    "List the shipped scenarios with their gap of 2027.",
                    "scenario:list_",
                    "command_records:ScenarioList",
                ),
                "overview": Command(
                    "Draw need and gap of 2027 of all shipped scenarios.",
                    "scenario:overview",
                    "command_records:Files",
                ),
                "check": Command(
                    "Check scenario files: errors, then implausible values.",
                    "scenario_files:check",
                    "command_records:CheckResults",
                ),
                "new": Command(
                    "Create a commented patch, or one for a newer budget.",
                    "scenario_files:new",
                    "command_records:Files",
                ),
                "start": Command(
                    "Create a scenario with a later start date from published figures.",
                    "start:start",
                    "command_records:StartResult",
                ),
                "show": Command(
                    "Show numbers with unit, source and origin.",
                    "scenario:show",
                    "command_records:Parameters",
                ),
                "diff": Command(
                    "Show the keys in which two scenarios differ.",
                    "scenario:diff",
                    "command_records:KeyDifferences",
                ),
                "sources": Command(
                    "List sources and assumptions with the numbers based on them.",
                    "scenario:sources",
                    "command_records:SourceList",
                ),
                "vintages": Command(
                    "Compare the budget vintages at one price level.",
                    "vintages:vintages",
                    "command_records:VintagesResult",
                ),
                "schema": Command(
                    "Print the JSON Schema of scenario files.",
                    "scenario:schema",
                    "command_records:SchemaRecord",
                ),
                "import": Command(
                    "Import an edited workbook as a patch.",
                    "scenario_files:import_",
                    "command_records:Imported",
                ),
            },
        ),
        "data": Group(
            "Check, list and compare files of observed figures.",
            {
                "check": Command(
                    "Check a file of observed figures.", "data:check", "figure_records:ObservedFile"
                ),
                "list": Command(
                    "List figures by series, as known on a date.",
                    "data:list_",
                    "figure_records:ObservedList",
                ),
                "diff": Command(
                    "Show which figures differ between two files.",
                    "data:diff",
                    "figure_records:ObservedDifferences",
                ),
            },
        ),
        "runs": Group(
            "List, reproduce, verify and compare folders of results.",
            {
                "list": Command(
                    "List the runs and studies in a folder.",
                    "runs:list_",
                    "command_records:FolderList",
                ),
                "reproduce": Command(
                    "Re-run from run.json and compare byte for byte.",
                    "runs:reproduce",
                    "command_records:Reproduced",
                ),
                "verify": Command(
                    "Check that no file of a folder was changed.",
                    "runs:verify",
                    "command_records:Verified",
                ),
                "compare": Command(
                    "Show which results differ between two runs of one scenario.",
                    "runs:compare",
                    "command_records:RunsCompared",
                ),
                "provenance": Command(
                    "Show the origin of a file and whether it changed.",
                    "runs:provenance",
                    "command_records:FileOrigin",
                ),
            },
        ),
        "forecast": Group(
            "Freeze, verify and follow up forecasts.",
            {
                "freeze": Command(
                    "Save the forecast of a run in a dated file.",
                    "forecast:freeze",
                    "figure_records:FrozenFile",
                ),
                "verify": Command(
                    "Check frozen forecasts for changed or missing files.",
                    "forecast:verify",
                    "command_records:Verified",
                ),
                "monitor": Command(
                    "Compare frozen forecasts with outcomes, with alarms.",
                    "forecast:monitor",
                    "figure_records:MonitorResult",
                ),
                "explain-miss": Command(
                    "Attribute the error of a frozen forecast to causes.",
                    "forecast:explain_miss",
                    "figure_records:MissResult",
                ),
            },
        ),
    },
    "Validation": {
        "hindcast": Command(
            "Backtest: compare hindcasts with observations.",
            "hindcast:hindcast",
            "figure_records:HindcastResult",
        ),
        "model": Group(
            "Check, trace and calibrate the model.",
            {
                "check": Command(
                    "Run the model's self-checks on this computer.",
                    "model:check",
                    "figure_records:LawOutcomes",
                ),
                "trace": Command(
                    "Trace one person through the asylum procedure.",
                    "model:trace",
                    "figure_records:Life",
                ),
                "calibrate": Command(
                    "Estimate numbers without a source from the years to 2024.",
                    "model:calibrate",
                    "figure_records:Calibrated",
                ),
            },
        ),
    },
    "For other programs": {
        "mcp": Command("Serve the model to a language model (MCP).", "mcp:mcp"),
        "json-schema": Command(
            "Print the JSON Schema of what a command prints with --json.",
            "json_schema:json_schema",
            "command_records:SchemaRecord",
        ),
    },
}


def sections() -> dict[str, dict[str, Entry]]:
    """Return the entries of the top help screen by heading, the studies among them."""
    studies: dict[str, Entry] = {}
    for name, study in STUDIES.items():
        # A design is run under a command of its own, which can be continued.
        where, record = "study_command:", "records:StudyRecord"
        if study.takes == "design":
            where, record = "sweep:sweep", "command_records:SweepResult"
        command = Command(study.summary, where, record, name)
        group, *inner = study.words
        if inner:
            whole = studies.setdefault(group, Group(GROUPS[group], {}))
            assert isinstance(whole, Group), "a study and a group have the same name"
            whole.commands[inner[0]] = command
        else:
            studies[name] = command
    return SECTIONS | {STUDIES_SECTION: studies}


def entries() -> dict[str, Entry]:
    """Return all entries of the top help screen by name."""
    return {name: entry for part in sections().values() for name, entry in part.items()}


def commands() -> dict[tuple[str, ...], Command]:
    """Return every command by the words that are typed for it, those of groups among them."""
    found: dict[tuple[str, ...], Command] = {}
    for name, entry in entries().items():
        if isinstance(entry, Group):
            found |= {(name, inner): command for inner, command in entry.commands.items()}
        else:
            found[name,] = entry
    return found


def imported(name: str, entry: Entry) -> Any:
    """Import a command, or make one of a study, and return it as typer runs it."""
    if isinstance(entry, Group):
        table = {"Commands": dict(entry.commands)}
        return get_command(application(lambda: table, entry.summary))
    module, _, function = entry.where.partition(":")
    code = import_module(f".{module}", __package__)
    found: Callable[..., None] = (
        getattr(code, function) if function else code.study_command(STUDIES[entry.study])
    )
    single = typer.Typer(**LOOK)
    single.command(name)(found)
    command = get_command(single)
    command.params += log_parameters() + (style_parameters() if name in DRAWING else [])
    command.context_class = _context_class()
    return command


def _context_class() -> type[Context]:
    """Return the context that writes help in the language that was typed."""
    if typed_language() == "en":
        return Context
    from .dutch_help import DutchContext

    return DutchContext


def application(
    table: Callable[[], Mapping[str, Mapping[str, Entry]]],
    summary: str,
    callback: Any = None,
    **look: Any,
) -> typer.Typer:
    """Return a group of commands, by heading, that imports each when it is called."""

    def named() -> dict[str, Entry]:
        return {name: entry for part in table().values() for name, entry in part.items()}

    class LazyGroup(TyperGroup):
        """Group that reads names and help from the table."""

        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            return super().parse_args(ctx, args or ["--help"])

        @property
        def context_class(self) -> type[Context]:  # type: ignore[override]
            return _context_class()

        def list_commands(self, _ctx: Any) -> list[str]:
            return list(named())

        def get_command(self, _ctx: Any, cmd_name: str) -> Any:
            entry = named().get(cmd_name)
            return imported(cmd_name, entry) if entry else None

        def format_commands(self, _ctx: Any, formatter: Any) -> None:
            for heading, part in table().items():
                with formatter.section(heading):
                    formatter.write_dl([(name, entry.summary) for name, entry in part.items()])

        def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
            from .completion import items

            found = [(name, entry.summary) for name, entry in named().items()]
            fitting = [one for one in found if one[0].startswith(incomplete)]
            options = TyperCommand.shell_complete(self, ctx, incomplete)
            return [*items(fitting), *options]

    found = typer.Typer(cls=LazyGroup, help=summary, **LOOK | look)
    found.callback()(callback or _nothing)
    return found


def _pass_on(ctx: Context, value: str) -> str:
    """Make the language of a group that of its commands, where they are given no other."""
    if value != "en":
        command: Any = ctx.command
        ctx.default_map = {name: {"lang": value} for name in command.list_commands(ctx)}
    return value


GroupLang = Annotated[
    Language, typer.Option("--lang", callback=_pass_on, help="Language of its commands and help.")
]


def _nothing(lang: GroupLang = "en") -> None:
    """A group itself does nothing."""


def _version(asked: bool) -> None:
    if asked:
        from importlib import metadata

        typer.echo(f"opvangsim {metadata.version('opvangsim')}")
        raise typer.Exit


def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
    lang: GroupLang = "en",
) -> None:
    """Options of the program itself."""


app = application(
    sections,
    "Simulate Dutch asylum reception and compare its cost with the budget.",
    options,
    add_completion=True,
)

"""Commands on files of scenarios: check, new, import."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer

from ..errors import Message, usage_error
from .checks import check_readable
from .completion import complete_scenario
from .language import spoken
from .options import Json, Lang, Sets
from .output import print_files, print_record, tell_notes, warn

if TYPE_CHECKING:
    from ..errors import Problem
    from ..export.command_records import CheckedScenario
    from ..scenario import Loaded
    from .options import Language

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
        bool,
        typer.Option("--strict", help="Treat warnings as errors; also check sources and ranges."),
    ] = False,
    codes: Annotated[bool, typer.Option("--codes", help="Explain each named check.")] = False,
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Check scenario files: errors with location and advice, then implausible values."""
    if codes:
        _print_codes(json_, lang)
        return
    if not file:
        usage_error("check", "no scenario is named", "give one or more files or shipped names")
    from ..scenario import parse_chains

    chains, sets = parse_chains(file), list(set_ or [])
    found = [_Checked.of(names, sets, strict=strict) for names in chains]
    if json_:
        from ..export.command_records import CheckResults

        print_record(CheckResults([one.record() for one in found]))
    else:
        for one in found:
            one.print(lang)
    if not all(one.passed for one in found):
        raise typer.Exit(FAILED)


@dataclass(frozen=True)
class _Checked:
    """A scenario that was read, with its errors; and its warnings by the check that found them."""

    name: str
    errors: Sequence[Problem]
    warnings: Sequence[tuple[str, Problem]] = ()
    loaded: Loaded | None = None
    strict: bool = False

    @classmethod
    def of(cls, names: list[str], sets: list[str], *, strict: bool) -> Self:
        """Read and check a scenario."""
        from ..errors import ScenarioError
        from ..scenario import load_chain
        from ..scenario.messages import of_findings
        from ..scenario.plausibility import warnings_of

        try:
            loaded = load_chain(names, sets)
        except ScenarioError as error:
            return cls("+".join(names), error.problems)
        warned = warnings_of(loaded.scenario, strict=strict)
        told = [(one.code, of_findings([one.finding], loaded.tree)[0]) for one in warned]
        return cls(loaded.name, (), told, loaded, strict)

    @property
    def passed(self) -> bool:
        """Whether there is no error, and with ``strict`` no warning either."""
        return not self.errors and not (self.strict and self.warnings)

    @property
    def numbers(self) -> int | None:
        """How many numbers it has; None if it can't be read."""
        from ..scenario import quantities

        return None if self.loaded is None else sum(1 for _ in quantities(self.loaded.scenario))

    def record(self) -> CheckedScenario:
        """Return it as JSON says it."""
        from ..export.command_records import CheckedScenario
        from ..export.read_records import problem_records

        return CheckedScenario(
            scenario=self.name,
            passed=self.passed,
            numbers=self.numbers,
            errors=problem_records(self.errors),
            warnings=[
                one for code, problem in self.warnings for one in problem_records([problem], code)
            ],
        )

    def print(self, lang: Language) -> None:
        """Print what was found, and the verdict."""
        for problem in self.errors:
            warn("error", problem)
        if self.loaded is None:
            return
        tell_notes(self.loaded)
        for code, problem in self.warnings:
            label = "error ({code})" if self.strict else "warning ({code})"
            warn(Message(label, code=code), problem)
        said = Message(
            "{name}: OK: {numbers} values, {warnings}"
            if self.passed
            else "{name}: failed: {numbers} values, {warnings}",
            name=self.name,
            numbers=self.numbers,
            warnings=_warnings(len(self.warnings)),
        )
        typer.echo(spoken(said, lang))


def _warnings(count: int) -> str:
    if count == 1:
        return Message("1 warning")
    return Message("{count} warnings", count=count) if count else Message("no warnings")


def _print_codes(json_: bool, lang: Language) -> None:
    from inspect import cleandoc

    from ..export.command_records import CheckRecord, CheckResults
    from ..report.i18n import translate
    from ..scenario.plausibility import CHECKS, STRICT

    found = [
        CheckRecord(code=code, strict=code in STRICT, about=cleandoc(test.__doc__ or ""))
        for code, test in (CHECKS | STRICT).items()
    ]
    if json_:
        print_record(CheckResults(found))
        return
    for one in found:
        only = f" ({translate('check_only_strict', lang)})" if one.strict else ""
        typer.echo(f"{one.code}{only}")
        typer.echo("".join(f"    {line}\n" for line in one.about.splitlines()))


def new(
    name: Annotated[
        str, typer.Argument(help="Name of the new scenario: NAME.yaml (default: --vintage).")
    ] = "",
    from_: Annotated[
        str,
        typer.Option("--from", help="Scenario it is based on.", autocompletion=complete_scenario),
    ] = "baseline",
    vintage: Annotated[
        str | None, typer.Option(help="Add a newer budget of this name, to be filled in.")
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="For --vintage: first year of its amounts.")
    ] = None,
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Create a commented patch to edit, with the schema for the editor."""
    if (vintage is None) != (year is None):
        usage_error("--vintage", "a newer budget needs --vintage and --year", "give both")
    name = name or vintage or ""
    if not name.strip():
        usage_error("NAME", "the name is empty", "as in: opvangsim scenario new my_patch")
    from ..scenario import check_file_name, find, load, shipped

    file = Path(name if name.endswith(".yaml") else f"{name}.yaml")
    check_file_name(file)
    if os.path.lexists(file):
        usage_error(str(file), "this file already exists", "choose another name, or remove it")
    if not file.parent.is_dir():
        usage_error(
            str(file), Message("there is no folder {folder}", folder=file.parent), "make it first"
        )
    base = find(from_)
    from ..export.safe_write import write_file
    from ..scenario.template import SCHEMA_FILE, text
    from ..scenario.vintage_template import vintage_text

    extends = from_ if from_ in shipped() else base.resolve().as_posix()
    if vintage is None or year is None:
        written = text(file.stem, base.stem, extends, load(from_), _say(lang))
    else:
        written = vintage_text(file.stem, base.stem, extends, load(from_), vintage, year)
    schema = file.parent / SCHEMA_FILE
    _write_schema(schema)
    write_file(file, written.encode())
    if json_:
        print_files([file, schema], json_)
        return
    said = Message(
        "{file} and {schema}: edit the first, then opvangsim scenario check {file}",
        file=file,
        schema=schema,
    )
    typer.echo(spoken(said, lang))


def _say(lang: Language) -> Callable[[str], str]:
    """Return what gives a comment of a template, or the meaning of a key, in a language."""
    if lang == "en":
        return str
    from ..report.i18n import dutch, help_texts

    texts = dutch() | help_texts()
    return lambda text: texts.get(text, text)


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


def import_(
    file: Annotated[Path, typer.Argument(help="A workbook that export wrote, filled in.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The patch: NAME.yaml.")],
    base: Annotated[
        list[Path] | None,
        typer.Option(help="File it was made from, if moved; repeat for a chain."),
    ] = None,
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Import an edited workbook as a patch that contains only the changes."""
    if out.suffix != ".yaml":
        what = Message("this is not a name of a {suffix} file", suffix=".yaml")
        usage_error(str(out), what, Message("give a name that ends in {suffix}", suffix=".yaml"))
    check_readable(file)
    from ..export.files import import_patch

    name, changed = import_patch(file, out, base or ())
    if json_:
        from ..export.command_records import Imported

        written = str(out) if changed else None
        print_record(Imported(workbook=str(file), scenario=name, changed=changed, file=written))
        return
    said = Message(
        "{file}: the same as {name}; nothing is changed, so no patch is written",
        file=file,
        name=name,
    )
    if changed:
        said = Message(
            "{file}: {count} changed; then: opvangsim scenario check {file}",
            file=out,
            count=changed,
        )
    typer.echo(spoken(said, lang))

"""The command ``json-schema``: the published schema of what ``--json`` of a command prints."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Message, usage_error
from .options import Json
from .output import print_record

if TYPE_CHECKING:
    from pydantic import BaseModel

ERRORS = ("errors",)
"""What is typed for the schema of what is printed instead of a result, on the error stream."""


def json_schema(
    command: Annotated[
        list[str], typer.Argument(metavar="COMMAND...", help="As in scenario list; or errors.")
    ],
    json_: Json = False,  # noqa: ARG001
) -> None:
    """Print the JSON Schema of what a command prints with --json, or with 'errors' of an error.

    An error is one line of JSON, the last one on the error stream; the exit code is not 0 then.
    """
    from ..export.command_records import SchemaRecord

    print_record(SchemaRecord(schema_of(tuple(command))))


def schema_of(command: tuple[str, ...]) -> dict[str, Any]:
    """Return the JSON Schema of a command; raises ``ScenarioError`` if there is none."""
    from .commands import commands

    known = {words: one.record for words, one in commands().items() if one.record}
    known[ERRORS] = "command_records:Errors"
    if command not in known:
        what = Message("there is no command '{command}'", command=" ".join(command))
        names = ", ".join(" ".join(words) for words in known)
        usage_error("json-schema", what, Message("choose from {names}", names=names))
    return record_of(known[command]).model_json_schema(mode="serialization")


def record_of(where: str) -> type[BaseModel]:
    """Import the record of a command: ``module:class`` in ``export``."""
    module, _, name = where.partition(":")
    found: type[BaseModel] = getattr(import_module(f"..export.{module}", __package__), name)
    return found

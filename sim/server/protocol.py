"""Serve the tools over standard input and output, by the Model Context Protocol.

Standard output belongs to the protocol: what else is printed goes to standard error.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import anyio
from anyio.to_thread import run_sync
from mcp import types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from pydantic import ValidationError

from ..errors import ScenarioError, printable
from ..export.records import Record
from ..log import NAME
from .call import Call, StoppedError
from .scenarios import without_path
from .tools import CITE, TOOLS, Tool

LONGEST_ANSWER = 120_000
"""Longest answer [characters]."""
LONGEST_PROBLEM = 1_000
MOST_PROBLEMS = 20
MOST_CALLS = 8
"""Most calls at a time: one simulates, the others wait or read."""
PROGRESS_SECONDS = 1.0
INSTRUCTIONS = (
    "opvangsim projects Dutch asylum reception and its cost day by day, with uncertainty, and"
    f" compares it with the budget. {CITE} A probability and an interval hold under the assumptions"
    " of the scenario; name the scenario, and the assumptions that matter (show_parameter)."
)
log = logging.getLogger(NAME)


class Refused(Exception):  # noqa: N818 - it is an answer, not an error of the program
    """A call that has no answer; the text is for the caller."""


def serve(folder: Path, seconds: float) -> None:
    """Serve until standard input ends; each call has so many seconds, waiting included."""
    anyio.run(partial(_serve, folder, seconds))


async def _serve(folder: Path, seconds: float) -> None:
    found = server(folder, seconds)
    async with stdio_server() as (incoming, outgoing):
        await found.run(incoming, outgoing, found.create_initialization_options())


def server(folder: Path, seconds: float) -> Server[Any]:
    """Return the server of a folder."""
    running: set[Call] = set()

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[listed(name, tool) for name, tool in TOOLS.items()])

    async def call_tool(
        context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        call = Call(folder)
        try:
            with _counted(running, call):
                tool, asked = parsed(params.name, params.arguments or {})
                answer = await _answered(context, call, seconds, tool, asked)
                return result(answer)
        except Refused as refused:
            return _error(str(refused))
        finally:
            call.stop.set()

    return Server(
        "opvangsim",
        version=metadata.version("opvangsim"),
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def listed(name: str, tool: Tool) -> types.Tool:
    """Return a tool as it is listed, with the schemas of what it takes and gives."""
    return types.Tool(
        name=name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.takes.model_json_schema(),
        output_schema=tool.gives.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            read_only_hint=not tool.simulates,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


@contextlib.contextmanager
def _counted(running: set[Call], call: Call) -> Iterator[None]:
    """Count the calls that are worked on, and refuse one too many."""
    if len(running) >= MOST_CALLS:
        raise Refused(f"{len(running)} calls are waiting already: ask again later")
    running.add(call)
    try:
        yield
    finally:
        running.discard(call)


def parsed(name: str, given: dict[str, Any]) -> tuple[Tool, Any]:
    """Return a tool with its arguments; raises ``Refused`` with every mistake in them."""
    tool = TOOLS.get(name)
    if tool is None:
        raise Refused(f"there is no tool '{printable(name)[:100]}': {', '.join(TOOLS)}")
    try:
        return tool, tool.takes.model_validate_json(json.dumps(given))
    except ValidationError as error:
        mistakes = error.errors(include_url=False, include_input=False, include_context=False)
        told = [
            f"{printable('.'.join(map(str, one['loc'])))[:200] or name}: {one['msg']}"
            for one in mistakes[:MOST_PROBLEMS]
        ]
        raise Refused("\n".join(told)) from None
    except (ValueError, RecursionError):
        raise Refused(f"{name}: the arguments can't be read") from None


async def _answered(
    context: ServerRequestContext[Any, Any], call: Call, seconds: float, tool: Tool, asked: Any
) -> Record:
    """Answer in a thread, within the time; progress is told meanwhile."""
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_progress, context, call)
            with anyio.fail_after(seconds):
                answer = await run_sync(_answer, call, tool, asked, abandon_on_cancel=True)
            tasks.cancel_scope.cancel()
        return answer
    except* TimeoutError:
        told = f"this took longer than {seconds:g} seconds and was stopped"
        raise Refused(f"{told}: ask for fewer replications, years or factors") from None
    except* Refused as group:
        raise group.exceptions[0] from None


def _answer(call: Call, tool: Tool, asked: Any) -> Record:
    """Answer a call; raises ``Refused`` for every mistake of the caller and of the program."""
    try:
        return tool.answer(call, asked)
    except StoppedError:
        raise Refused("the call was cancelled") from None
    except ScenarioError as error:
        problems = [str(without_path(one))[:LONGEST_PROBLEM] for one in error.problems]
        more = len(problems) - MOST_PROBLEMS
        told = problems[:MOST_PROBLEMS] + ([f"and {more} more"] if more > 0 else [])
        raise Refused("\n".join(told)) from None
    except Exception as error:
        if call.stop.is_set():
            raise Refused("the call was cancelled") from None
        log.exception("a tool failed")
        raise Refused(f"internal error, please report it: {type(error).__name__}") from None


async def _progress(context: ServerRequestContext[Any, Any], call: Call) -> None:
    """Tell how many replications are done, to a client that asked for it."""
    while True:
        await anyio.sleep(PROGRESS_SECONDS)
        if call.total:
            await context.session.report_progress(call.done, call.total, "replications")


def result(answer: Record) -> types.CallToolResult:
    """Return an answer as structured content, and as text for clients that read only that."""
    text = answer.model_dump_json()
    if len(text) > LONGEST_ANSWER:
        raise Refused(f"the answer has {len(text):,} characters: ask for less at a time")
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)], structured_content=json.loads(text)
    )


def _error(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)

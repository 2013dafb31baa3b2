"""The server for other programs: seven tools over stdio, numbers with their origin, and no path."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import jsonschema
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters
from support.cli import Command, refused
from support.once import once

import sim
from sim.runs.verify import verify_record
from sim.server.tools import TOOLS

NAMES = (
    "list_scenarios", "show_parameter", "check_patch", "run", "compare", "explain", "read_cell",
)  # fmt: skip
SETTINGS = {"replications": 100, "step": "week", "seed": 1}
PATCH = """extends: baseline
title: {en: More homes, nl: Meer woningen}
description: {en: A target that is met., nl: Een doel dat wordt gehaald.}
housing.homes: {value: 40000, assumption: the target is met}
"""
OF_A_RESULT = ("NumberRecord", "Interval", "SimulationError")
OF_AN_ASSUMPTION = ("ValueRecord",)


@dataclass(frozen=True)
class Session:
    """A client of a server, from ordinary code."""

    portal: BlockingPortal
    client: Client

    def ask(self, tool: str, **arguments: Any) -> Any:
        """The structured answer of a tool, which fits its published schema."""
        found = self.portal.call(lambda: self.client.call_tool(tool, arguments))
        assert not found.is_error, found.content
        schema = TOOLS[tool].gives.model_json_schema(mode="serialization")
        jsonschema.validate(found.structured_content, schema)
        assert json.loads(found.content[0].text) == found.structured_content  # type: ignore
        return found.structured_content

    def error(self, tool: str, **arguments: Any) -> str:
        """What a tool says instead of an answer; never a traceback."""
        found = self.portal.call(lambda: self.client.call_tool(tool, arguments))
        text = str(found.content[0].text)  # type: ignore[union-attr]
        assert found.is_error, text
        assert "Traceback" not in text
        assert len(text) < 30_000
        return text


@contextmanager
def connected(folder: Path, *words: str) -> Iterator[Session]:
    """A client of a server with its folder, started as a client starts it."""
    command = ["-m", "sim", "mcp", "--out", str(folder), *words]
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_VERSION"}
    started = StdioServerParameters(command=sys.executable, args=command, env=environment)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(started)) as client,
    ):
        yield Session(portal, client)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the servers of all test processes, so that each run is made once."""
    return once(tmp_path_factory, "mcp", lambda path: path.mkdir())


@pytest.fixture(scope="module")
def session(folder: Path) -> Iterator[Session]:
    with connected(folder) as made:
        yield made


def in_tree(item: Any) -> Iterator[Any]:
    """Every mapping in an answer."""
    if isinstance(item, dict):
        yield item
    for below in (
        item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    ):
        yield from in_tree(below)


def numbers(answer: Any) -> list[dict[str, Any]]:
    return [item for item in in_tree(answer) if "simulation_error" in item]


# -- What is published -----------------------------------------------------------------------------


@pytest.mark.long
def test_there_are_seven_tools_each_with_its_schemas(session: Session) -> None:
    listed = session.portal.call(session.client.list_tools).tools
    assert tuple(tool.name for tool in listed) == NAMES == tuple(TOOLS)
    for tool in listed:
        assert tool.description
        assert tool.output_schema is not None
        for schema in (tool.input_schema, tool.output_schema):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        assert tool.annotations is not None
        assert tool.annotations.destructive_hint is False
    served = session.client.session.instructions
    assert served is not None
    assert "cite address and run" in served


@pytest.mark.parametrize("name", NAMES)
def test_every_argument_is_bounded_and_no_other_is_taken(name: str) -> None:
    schema = TOOLS[name].takes.model_json_schema()
    for part in in_tree(schema):
        if "properties" in part:
            assert part["additionalProperties"] is False
            assert all("description" in one or "$ref" in one or "items" in one or "default" in one
                       for one in part["properties"].values())  # fmt: skip
        kind = part.get("type")
        if kind == "string" and "enum" not in part and part.get("format") != "date":
            assert "maxLength" in part or part.get("pattern", "").endswith("{12}$"), part
        if kind == "integer":
            assert {"minimum", "maximum"} <= set(part), part
        if kind == "array":
            assert "maxItems" in part, part


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_has_a_number_of_a_result_without_its_origin(name: str) -> None:
    """A field of an answer that holds a fraction is in a record that has the rest with it."""
    schema = TOOLS[name].gives.model_json_schema(mode="serialization")
    parts = {"": schema} | schema.get("$defs", {})
    for title, part in parts.items():
        for field, told in part.get("properties", {}).items():
            kinds = {told.get("type"), *(one.get("type") for one in told.get("anyOf", ()))}
            if "number" in kinds:
                assert title in (*OF_A_RESULT, *OF_AN_ASSUMPTION), (title, field)
    number = parts.get("NumberRecord")
    if number is not None:
        needed = {"address", "unit", "interval", "simulation_error", "run", "scenario", "statistic"}
        assert needed <= set(number["required"])


# -- What is answered ------------------------------------------------------------------------------


@pytest.mark.long
def test_a_run_gives_the_numbers_of_python_and_is_made_once(session: Session) -> None:
    answer = session.ask("run", **SETTINGS)
    run = sim.load("baseline").run(100, 1, step="week")
    assert answer["run"]["id"] == run.id
    for year in answer["run"]["years"]:
        for name in ("gap", "cost", "budget"):
            kept = run.gap[name][year["year"]]
            assert (year[name]["value"] if year[name] else None) == (kept if kept == kept else None)
    for number in numbers(answer):
        low, high = run.error(number["address"]) if "budget" not in number["address"] else (0, 0)
        assert number["value"] == run.value(number["address"])
        assert number["run"] == run.id
        error = number["simulation_error"]
        assert error["reason"] or (error["low"], error["high"]) == (low, high)
    again = session.ask("run", **SETTINGS)
    assert again["reused"]
    assert again["run"] == answer["run"]
    assert not verify_record(Path(again["run"]["folder"])).findings


@pytest.mark.long
def test_a_cell_of_a_kept_run_is_read_later(session: Session) -> None:
    identity = session.ask("run", **SETTINGS)["run"]["id"]
    asked = ["gap.total.2027", "gap.total.2027:p90", "occupancy.place:regular.2026:mean"]
    found = session.ask("read_cell", run=identity, addresses=asked)["numbers"]
    assert [one["address"] for one in found] == [
        "gap.total.2027@owb2025:p50",
        "gap.total.2027@owb2025:p90",
        "occupancy.place:regular.2026:mean",
    ]
    said = session.error("read_cell", run=identity, addresses=["gap.total.1990", "gap"])
    assert "there is no such cell" in said
    assert "this is no address" in said
    assert "run it first" in session.error("read_cell", run="0" * 12, addresses=asked)


@pytest.mark.long
def test_overrides_and_a_patch_are_those_of_python(session: Session, tmp_path: Path) -> None:
    override = session.ask("run", scenario={"overrides": {"housing.homes": 40_000}}, **SETTINGS)
    scenario = sim.load("baseline").override({"housing.homes": 40_000})
    assert override["run"]["id"] == scenario.run(100, 1, step="week").id
    checked = session.ask("check_patch", scenario={"patch": PATCH})
    assert (checked["valid"], checked["errors"]) == (True, [])
    assert [one["key"] for one in checked["changes"]] == ["housing.homes"]
    answer = session.ask("run", scenario={"patch": PATCH}, **SETTINGS)
    kept = tmp_path / f"{answer['run']['scenario'].partition('+')[2]}.yaml"
    kept.write_text(PATCH, "utf-8")
    assert answer["run"]["id"] == sim.load("baseline", kept).run(100, 1, step="week").id
    dated = {"inflow.first": {"2026": 20_000, "2027-07-01": 25_000}}
    shown = session.ask("show_parameter", key="inflow.first", scenario={"overrides": dated})
    since = [value["since"] for value in shown["parameters"][0]["values"]]
    assert since[-2:] == ["2026-01-01", "2027-07-01"]


@pytest.mark.long
def test_a_comparison_gives_the_paired_differences(session: Session) -> None:
    answer = session.ask("compare", others=[{"name": "faster-housing"}], **SETTINGS)
    report = sim.load("baseline").compare("faster-housing", replications=100, seed=1, step="week")
    assert answer["id"] == report.id
    table = report.tables["differences"].set_index(["series", "breakdown", "year"])
    for one in answer["differences"]:
        row = table.loc[(one["series"], "total", one["year"]), :]
        assert one["difference"]["value"] == row["difference_p50"]
        assert one["difference"]["interval"]["low"] == row["difference_p10"]
        assert one["difference"]["simulation_error"]["high"] == row["difference_p50_high"]
        assert one["base"]["value"] == row["base_p50"]
        assert (one["base"]["scenario"], one["other"]["scenario"]) == ("baseline", "faster-housing")
    assert {one["series"] for one in answer["differences"]} == {
        "gap", "cost", "occupancy", "places"
    }  # fmt: skip
    for number in numbers(answer):
        (read,) = session.ask("read_cell", run=answer["id"], addresses=[number["address"]])[
            "numbers"
        ]
        assert read == number
    assert session.ask("compare", others=[{"name": "faster-housing"}], **SETTINGS)["reused"]


@pytest.mark.long
def test_an_explanation_adds_up(session: Session) -> None:
    second = {"patches": ["faster-housing"], "overrides": {"prices.level": "document"}}
    answer = session.ask("explain", second=second, **SETTINGS)
    effects = [one["effect"]["value"] for one in answer["effects"]]
    assert len(effects) == 2
    whole = answer["first"]["value"] + sum(effects) + answer["residual"]["value"]
    assert whole == pytest.approx(answer["second"]["value"], abs=2_000)
    for number in numbers(answer):
        assert number["unit"] == "EUR"
        assert number["run"] == answer["id"]
    assert "2050" in session.error("explain", second=second, year=2050, **SETTINGS)


@pytest.mark.long
def test_every_number_of_an_answer_can_be_cited(session: Session) -> None:
    """Walk through the answers: a fraction outside a record of a number is nowhere."""
    answers = [
        session.ask("list_scenarios", search="housing", described=True),
        session.ask("show_parameter", key="prices"),
        session.ask("run", **SETTINGS),
        session.ask("compare", others=[{"name": "faster-housing"}], **SETTINGS),
    ]
    for answer in answers:
        for part in in_tree(answer):
            if any(isinstance(value, float) for value in part.values()):
                assert {"low", "high"} <= set(part) or "simulation_error" in part, part
        for number in numbers(answer):
            assert number["address"]
            assert number["unit"]
            assert number["run"]
            for name in ("interval", "simulation_error"):
                held = number[name]
                assert (held["low"] is None) == (held["high"] is None) == bool(held["reason"])


@pytest.mark.long
def test_a_mistake_in_a_patch_has_its_line_and_advice(session: Session) -> None:
    wrong = PATCH.replace("housing.homes", "housing.hoomes")
    checked = session.ask("check_patch", scenario={"patch": wrong})
    assert not checked["valid"]
    (error,) = checked["errors"]
    assert (error["line"], error["advice"]) == (4, "did you mean 'homes'?")
    assert "/" not in error["file"]
    said = session.error("run", scenario={"patch": wrong}, **SETTINGS)
    assert "did you mean 'homes'?" in said
    assert "did you mean 'homes'?" in session.error("show_parameter", key="housing.homs")


# -- What is refused -------------------------------------------------------------------------------

HOSTILE: dict[str, tuple[str, dict[str, Any]]] = {
    "path up": ("run", {"scenario": {"name": "../scenarios/baseline"}}),
    "absolute path": ("run", {"scenario": {"name": "/etc/passwd"}}),
    "path as a patch": ("run", {"scenario": {"patches": ["./baseline.yaml"]}}),
    "unknown scenario": ("run", {"scenario": {"name": "nothing"}}),
    "file as text": ("run", {"scenario": {"patch": "/etc/passwd"}}),
    "extends outside": ("run", {"scenario": {"patch": PATCH.replace("baseline", "/etc/passwd")}}),
    "extends up": ("run", {"scenario": {"patch": PATCH.replace("baseline", "../../x.yaml")}}),
    "extends in a list": (
        "run",
        {"scenario": {"patch": PATCH.replace("baseline", "[baseline, /etc/hosts]")}},
    ),
    "extends a mapping": ("run", {"scenario": {"patch": PATCH.replace("baseline", "{a: b}")}}),
    "extends set": ("run", {"scenario": {"overrides": {"extends": "/etc/passwd"}}}),
    "draws": ("run", {"scenario": {"patch": f"{PATCH}posterior: {{file: /etc/passwd}}\n"}}),
    "dotted draws": ("run", {"scenario": {"patch": f"{PATCH}posterior.file: /etc/passwd\n"}}),
    "draws set": ("run", {"scenario": {"overrides": {"posterior.file": "/etc/passwd"}}}),
    "draws in a value": (
        "run",
        {"scenario": {"overrides": {"housing.homes": "1\rposterior: {file: /etc/passwd}"}}},
    ),
    "draws in a key": ("run", {"scenario": {"overrides": {"a: 1\nposterior": {"file": "x"}}}}),
    "huge text": ("run", {"scenario": {"patch": PATCH + "#" * 1_000_000}}),
    "huge value": ("run", {"scenario": {"overrides": {"housing.homes": "9" * 100_000}}}),
    "many overrides": ("run", {"scenario": {"overrides": {f"a{n}": n for n in range(500)}}}),
    "deep patch": ("run", {"scenario": {"patch": f"{PATCH}a: {'[' * 2_000}{']' * 2_000}\n"}}),
    "aliases": (
        "run",
        {"scenario": {"patch": PATCH + "a: &a [1, 2]\nb: &b [*a, *a]\nc: [*b, *b]\n"}},
    ),
    "tag": ("run", {"scenario": {"patch": f"{PATCH}a: !!python/object/apply:os.system [ls]\n"}}),
    "control character": ("run", {"scenario": {"patch": f"{PATCH}a: \"\x1b[2J\"\n"}}),
    "control in a name": ("run", {"scenario": {"name": "base\x1b[2Jline"}}),
    "not a number": ("run", {"replications": float("nan")}),
    "infinite": ("run", {"scenario": {"overrides": {"housing.homes": float("inf")}}}),
    "negative": ("run", {"replications": -5}),
    "boolean": ("run", {"replications": True}),
    "a text for a number": ("run", {"replications": "100"}),
    "a fraction": ("run", {"replications": 100.5}),
    "too many weekly": ("run", {"replications": 1_001}),
    "too many daily": ("run", {"replications": 501, "step": "day"}),
    "another step": ("run", {"step": "hour"}),
    "large seed": ("run", {"seed": 2**63}),
    "too long": ("run", {"until": "2060-01-01"}),
    "before the start": ("run", {"until": "2001-01-01"}),
    "no date": ("run", {"until": "soon"}),
    "unknown field": ("run", {"out": "/tmp/elsewhere"}),
    "unknown field below": ("run", {"scenario": {"file": "/etc/passwd"}}),
    "run id up": ("read_cell", {"run": "../x", "addresses": ["gap.total.2027"]}),
    "run id too long": ("read_cell", {"run": "0" * 13, "addresses": ["gap.total.2027"]}),
    "run id of a folder": ("read_cell", {"run": "patches", "addresses": ["gap.total.2027"]}),
    "many addresses": ("read_cell", {"run": "0" * 12, "addresses": ["a"] * 1_000}),
    "no others": ("compare", {"others": []}),
    "many others": ("compare", {"others": [{"name": "baseline"}] * 5}),
    "the same twice": ("compare", {"others": [{"name": "baseline"}]}),
    "a key up": ("show_parameter", {"key": "../etc"}),
    "nothing to check": ("check_patch", {}),
    "no such tool": ("shell", {"command": "ls"}),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_arguments_are_refused_and_the_server_goes_on(
    case: str, session: Session, folder: Path
) -> None:
    tool, arguments = HOSTILE[case]
    said = session.error(tool, **arguments)
    assert "root:" not in said
    assert "internal error" not in said
    assert not any(ord(letter) < 32 and letter != "\n" for letter in said)
    assert session.ask("list_scenarios", search="faster-housing")["scenarios"]
    kept = [path.name for path in (folder / "patches").glob("*")]
    assert len(kept) <= 1, kept


@pytest.mark.long
def test_a_scenario_that_lies_on_the_disk_is_not_read(session: Session, tmp_path: Path) -> None:
    """Not by any of the ways in which a file on the command line may name it."""
    (tmp_path / "secret.yaml").write_text(PATCH.replace("More homes", "Secret"), "utf-8")
    assert sim.load(tmp_path / "secret.yaml").title == "Secret"
    served = Path(session.ask("run", **SETTINGS)["run"]["folder"]).parent
    up = os.path.relpath(tmp_path / "secret.yaml", served / "patches")
    for name in (str(tmp_path / "secret.yaml"), up, f"[{up}, baseline]", f'"{up}"'):
        said = session.error("run", scenario={"patch": PATCH.replace("baseline", name)})
        assert "shipped scenarios alone" in said or "not valid YAML" in said
        assert "Secret" not in said
        for scenario in ({"name": name}, {"patches": [name]}, {"overrides": {"extends": name}}):
            assert "Secret" not in session.error("run", scenario=scenario)


@pytest.mark.long
def test_a_link_in_the_folder_leads_nowhere(tmp_path: Path) -> None:
    run = sim.load("baseline").run(2, step="week", workers=1, until=None)
    outside = run.write(tmp_path / "outside")
    served = tmp_path / "served"
    served.mkdir()
    (served / run.id).symlink_to(outside)
    (served / "run-link").symlink_to(outside)
    with connected(served) as here:
        said = here.error("read_cell", run=run.id, addresses=["gap.total.2027"])
        assert "no run or study of this id" in said
        (served / "patches").symlink_to(tmp_path)
        assert "link" in here.error("run", scenario={"patch": PATCH}, **SETTINGS)
    assert not list(tmp_path.glob("patch-*"))


@pytest.mark.long
def test_a_run_that_was_changed_is_made_again_and_not_read(tmp_path: Path) -> None:
    few = {"replications": 2, "step": "week"}
    with connected(tmp_path / "served") as here:
        answer = here.ask("run", **few)
        table = Path(answer["run"]["folder"]) / "budget.csv"
        table.write_text(table.read_text("utf-8").replace("1", "2"), "utf-8")
        cell = {"run": answer["run"]["id"], "addresses": ["gap.total.2027"]}
        assert "not the one that the run wrote" in here.error("read_cell", **cell)
        again = here.ask("run", **few)
        assert (again["reused"], again["run"]) == (False, answer["run"])


# -- Time, and several at once ---------------------------------------------------------------------


def partial_files(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if "partial" in path.name and path.is_dir()]


@pytest.mark.long
def test_a_call_ends_in_time_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    long = {"replications": 500, "step": "day"}
    with connected(tmp_path / "served", "--time-limit", "2") as here:
        began = time.monotonic()
        assert "longer than 2 seconds" in here.error("run", **long)
        assert time.monotonic() - began < 10
        assert here.ask("check_patch", scenario={"patch": PATCH})["valid"]
    settled(lambda: not partial_files(tmp_path))
    assert not list((tmp_path / "served").glob("*/run.json"))


@pytest.mark.long
def test_a_call_that_the_client_gives_up_is_stopped(tmp_path: Path) -> None:
    async def give_up(session: Session) -> bool:
        with anyio.move_on_after(1.5) as scope:
            await session.client.call_tool("run", {"replications": 500, "step": "day"})
        return scope.cancelled_caught

    with connected(tmp_path / "served") as here:
        assert here.portal.call(give_up, here)
        answer = here.ask("run", replications=2, step="week")
        assert answer["run"]["years"]
    assert [path.parent.name for path in (tmp_path / "served").glob("*/run.json")] == [
        answer["run"]["id"]
    ]


@pytest.mark.long
def test_two_clients_of_one_folder_share_a_run(tmp_path: Path) -> None:
    few = {"replications": 20, "step": "week"}

    async def both(sessions: list[Session]) -> list[Any]:
        found: list[Any] = []

        async def one(client: Client) -> None:
            found.append((await client.call_tool("run", few)).structured_content)

        async with anyio.create_task_group() as tasks:
            for session in sessions:
                tasks.start_soon(one, session.client)
        return found

    with start_blocking_portal() as portal:
        command = ["-m", "sim", "mcp", "--out", str(tmp_path / "served")]
        started = StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))
        with (
            portal.wrap_async_context_manager(Client(started)) as first,
            portal.wrap_async_context_manager(Client(started)) as second,
        ):
            sessions = [Session(portal, client) for client in (first, second)]
            answers = portal.call(both, [*sessions, sessions[0]])
    assert sorted(answer["reused"] for answer in answers) == [False, True, True]
    assert answers[0]["run"] == answers[1]["run"] == answers[2]["run"]


def settled(holds: Callable[[], bool]) -> None:
    """Wait until something holds, at most some seconds."""
    for _ in range(100):
        if holds():
            return
        time.sleep(0.1)
    assert holds()


# -- The stream ------------------------------------------------------------------------------------


@pytest.mark.long
def test_what_is_no_message_is_survived_and_stdout_holds_messages_alone(tmp_path: Path) -> None:
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {},
                   "clientInfo": {"name": "test", "version": "1"}},
    }  # fmt: skip
    call = {
        "jsonrpc": "2.0", "id": 2, "method": "tools/call",
        "params": {"name": "run", "arguments": {"replications": 2}},
    }  # fmt: skip
    lines = [
        "no JSON at all", "[" * 20_000, '{"jsonrpc": "2.0"}', "\x00\x1b", json.dumps(hello),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        '{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": 5}}',
        '{"jsonrpc": "2.0", "id": 8, "method": "no/such", "params": {}}', json.dumps(call),
    ]  # fmt: skip
    served = subprocess.Popen(
        [sys.executable, "-m", "sim", "mcp", "--out", str(tmp_path / "served")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        encoding="utf-8",
    )  # fmt: skip
    assert served.stdin is not None
    assert served.stdout is not None
    with served:
        served.stdin.write("".join(f"{line}\n" for line in lines))
        served.stdin.flush()
        answers: dict[int, Any] = {}
        while 2 not in answers:
            message = json.loads(served.stdout.readline())
            answers[message.get("id")] = message
        served.stdin.close()
        assert served.wait(30) == 0
    assert answers[1]["result"]["serverInfo"]["name"] == "opvangsim"
    assert answers[2]["result"]["structuredContent"]["run"]["id"]
    assert "error" in answers[7]
    assert "error" in answers[8]


@pytest.mark.slow
def test_without_the_library_the_command_says_what_to_install(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sim.server.protocol", None)
    monkeypatch.delitem(sys.modules, "sim.server.protocol")
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert refused(command("mcp"), "opvangsim[mcp]")
    assert refused(command("mcp", "--time-limit", "0"), "is not a valid time limit for a call")

"""The what-if as a page: who is let in, what is refused, and its numbers against those of a run."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree

import pytest
from docx import Document
from PIL import Image
from starlette.testclient import TestClient
from support.cli import Command, refused

import sim
import sim.web
from sim.report.i18n import million
from sim.results.experiment import Settings
from sim.runs.provenance import find_in_chart
from sim.scenario import Scenario, load
from sim.web.files import Base
from sim.web.guard import guarded, is_known, names_of
from sim.web.position import Position, asked_in
from sim.web.routes import Site, application
from sim.web.work import MOST_WAITING, BusyError, SupersededError, Work
from sim.what_if.sliders import patch_changes, sliders, write_patch

TOKEN = "a-token"
SHORT = Settings(4, 1, "week", date(2027, 12, 31))
MOVED = {"inflow": 40_000, "price": 110}
"""On steps of the sliders, which are whole numbers."""


@pytest.fixture(scope="module")
def site(baseline: Scenario) -> Site:
    return Site(Base(("baseline",), (), {}, "baseline", baseline), SHORT, "en")


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[TestClient]:
    app = guarded(application(site), TOKEN, names_of("127.0.0.1"))
    with TestClient(app, f"http://127.0.0.1:8765/{TOKEN}/") as found:
        yield found


def at(values: Mapping[str, float], **others: str) -> str:
    return urlencode({**values, **others})


def result(client: TestClient, values: Mapping[str, float], **others: str) -> Any:
    answer = client.get(f"result.json?{at(values, **others)}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def problems(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 400
    return "\n".join(answer.json()["problems"])


# -- who is let in ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/start.json", "/wrong/", "/a-toke/", "/a-token2/", "/é/"])
def test_nothing_is_told_without_the_token(client: TestClient, path: str) -> None:
    answer = client.get(f"http://127.0.0.1:8765{path}")
    assert answer.status_code == 403
    assert "opvangsim serve" in answer.text
    assert TOKEN not in answer.text


@pytest.mark.parametrize(
    ("host", "known"),
    [("127.0.0.1:8765", True), ("localhost:8765", True), ("[::1]:8765", True), ("localhost", True),
     ("192.168.1.4:80", True), ("evil.example:8765", False), ("localhost.evil.example", False),
     ("127.0.0.1.evil.example", False), ("", False), ("localhost:x", False), ("[::1", False),
     ("localhost:8765@evil.example", False)],
)  # fmt: skip
def test_a_name_that_could_be_made_to_point_here_is_refused(
    client: TestClient, host: str, known: bool
) -> None:
    assert is_known(host, names_of("127.0.0.1")) is known
    answer = client.get("start.json", headers={"Host": host})
    assert answer.status_code == (200 if known else 403)


def test_only_small_requests_that_read_are_answered(client: TestClient) -> None:
    assert client.post("result.json", content=b"x" * 10).status_code == 405
    assert client.put("result.json").status_code == 405
    assert client.request("GET", "result.json", content=b"x").status_code == 413
    assert client.get("result.json?inflow=" + "1" * 2_000).status_code == 414


def test_the_page_loads_nothing_from_elsewhere_and_no_other_page_may_read_it(
    client: TestClient,
) -> None:
    for name in ("", "page.css", "page.js", "start.json", "result.json?x=1", "none"):
        answer = client.get(name, headers={"Origin": "https://evil.example"})
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "http" not in policy
        assert not [key for key in answer.headers if key.startswith("access-control")]
        assert answer.headers["referrer-policy"] == "no-referrer"
    text = "".join(client.get(name).text for name in ("", "page.css", "page.js"))
    assert not re.findall(r"(?:https?:)?//[a-z]+\.[a-z]+", text)


# -- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    ["inflow=abc", "inflow=-1", "inflow=1e5", "inflow=nan", "inflow=inf", "inflow=99999999",
     "inflow=", "inflow=30000&inflow=40000", "inflow=%00", "inflow=٣٠٠٠٠", "homes=1;2",
     "nothing=1", "posterior=/etc/passwd", "lang=de", "size=huge", "visitor=<script>"],
)  # fmt: skip
def test_hostile_values_are_refused_with_a_message(client: TestClient, query: str) -> None:
    for name in ("result.json", "chart/gap.svg", "patch.yaml", "memo.docx"):
        assert problems(client, f"{name}?{query}")
    assert "schuif" in problems(client, "result.json?inflow=x&lang=nl")


def test_unknown_charts_forms_and_paths_are_refused(client: TestClient) -> None:
    assert "no such chart" in problems(client, "chart/housing.svg")
    assert ".docx" in problems(client, "memo.odt")
    assert client.get("chart/gap.pdf").status_code == 404
    assert client.get("../page.html").status_code in (403, 404)


def test_a_patch_of_nothing_is_refused(client: TestClient) -> None:
    assert "no slider was moved" in problems(client, "patch.yaml?certainty=90")


# -- numbers ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_numbers_are_those_of_a_run_with_the_same_settings(
    client: TestClient, baseline: Scenario
) -> None:
    changes = patch_changes(baseline, MOVED)
    run = sim.load("baseline").override(changes).run(
        SHORT.replications, step="week", until=SHORT.until, workers=1
    )  # fmt: skip
    told = result(client, MOVED)["table"]
    assert told["heads"][1:3] == ["without changes", "with these sliders"]
    for year, _, with_sliders, _ in told["rows"]:
        row = dict(run.gap.loc[int(year)])
        assert with_sliders.split(" ")[0] == million(float(row["gap"]), "en")
        assert million(float(row["gap_p90"]), "en") in with_sliders
    alone = result(client, {})["table"]
    assert [row[1] for row in alone["rows"]] == [row[1] for row in told["rows"]]


@pytest.mark.slow
def test_a_link_gives_the_same_sliders_and_numbers(client: TestClient, baseline: Scenario) -> None:
    link = at(MOVED, lang="nl")
    asked = asked_in(parse_qsl(link), baseline, "en")
    assert asked.position.values == MOVED
    assert asked.lang == "nl"
    first, second = (client.get(f"result.json?{link}").json() for _ in range(2))
    assert first == second
    assert "40.000" in first["moves"]
    assert "Tekort in 2027" in first["headline"]


def test_a_value_between_two_steps_is_put_on_the_nearest(baseline: Scenario) -> None:
    asked = asked_in([("inflow", "40120"), ("homes", "2501")], baseline, "en")
    assert asked.position.values == {"inflow": 40_000.0}
    for slider in sliders(baseline):
        ends = asked_in([(slider.name, f"{slider.high:.0f}")], baseline, "en").position.values
        assert ends == {slider.name: slider.high}


@pytest.mark.slow
def test_prices_change_the_gap_only_so_other_charts_keep_their_address(client: TestClient) -> None:
    charts = [
        {one["name"]: one["address"] for one in result(client, values)["charts"]}
        for values in ({"inflow": 40_000.0}, MOVED)
    ]
    assert charts[0]["gap"] != charts[1]["gap"]
    assert charts[0]["need"] == charts[1]["need"]


@pytest.mark.slow
def test_two_visitors_at_the_same_time_get_their_own_numbers(client: TestClient) -> None:
    positions = [{"homes": 2_000.0}, {"homes": 4_000.0}, {"homes": 2_000.0}]
    with ThreadPoolExecutor(3) as pool:
        found = list(
            pool.map(lambda at: result(client, at[1], visitor=f"v{at[0]}"), enumerate(positions))
        )
    assert found[0] == found[2]
    assert found[0]["table"] != found[1]["table"]
    assert found[1] == result(client, positions[1])


def test_a_newer_position_of_a_visitor_ends_the_former_and_cancels_it(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless another visitor waits for it as well; one position is simulated once."""
    begun: list[tuple[float, Event]] = []
    done = asyncio.Event()

    async def simulate(scenario: Scenario, _settings: Any, _pool: Any, cancelled: Event) -> Any:
        begun.append((scenario.inflow.first.on(date(2026, 1, 1)), cancelled))
        await done.wait()
        return begun[-1][0]

    async def go() -> list[Any]:
        work = Work(baseline, SHORT)
        work._baseline = cast(Any, object())
        asked = [
            asyncio.create_task(work.answer(position(baseline, value), visitor))
            for value, visitor in ((20_000, "a"), (30_000, "b"), (30_000, "a"), (40_000, "b"))
        ]
        await asyncio.sleep(0.05)
        done.set()
        found = await asyncio.gather(*asked, return_exceptions=True)
        work.close()
        return found

    monkeypatch.setattr("sim.web.work.simulate", simulate)
    monkeypatch.setattr("sim.web.work.answer_of", lambda tables, *_: tables)
    first, second, third, fourth = asyncio.run(go())
    assert isinstance(first, SupersededError)
    assert isinstance(second, SupersededError)
    assert (third, fourth) == (30_000, 40_000)
    assert [value for value, _ in begun if value != 20_000] == [30_000, 40_000]
    assert {value: event.is_set() for value, event in begun}.get(20_000, True)


def test_too_much_at_a_time_is_refused(baseline: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: Any) -> Any:
        await asyncio.Event().wait()

    async def go() -> list[Any]:
        work = Work(baseline, SHORT)
        work._baseline = cast(Any, object())
        values = range(10_000, 10_000 + 500 * (MOST_WAITING + 1), 500)
        asked = [asyncio.create_task(work.answer(position(baseline, one))) for one in values]
        await asyncio.sleep(0.05)
        done = [one.exception() for one in asked if one.done()]
        work.close()
        await asyncio.gather(*asked, return_exceptions=True)
        return done

    monkeypatch.setattr("sim.web.work.simulate", never)
    (refusal,) = asyncio.run(go())
    assert isinstance(refusal, BusyError)


def position(baseline: Scenario, inflow: int) -> Position:
    return asked_in([("inflow", str(inflow))], baseline, "en").position


# -- files ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_patch_is_that_of_jupyter_to_the_byte(
    client: TestClient, baseline: Scenario, tmp_path: Path
) -> None:
    file = tmp_path / "what-if.yaml"
    write_patch(file, baseline, ["baseline"], {}, MOVED)
    data = client.get(f"patch.yaml?{at(MOVED)}").content
    assert data == file.read_bytes()
    assert load(file).inflow.first.on(date(2026, 1, 1)) == 40_000


@pytest.mark.slow
@pytest.mark.parametrize("width", ["page", "column"])
def test_charts_can_be_read_and_say_where_they_come_from(client: TestClient, width: str) -> None:
    told = {one["name"]: one for one in result(client, MOVED)["charts"]}
    assert list(told) == ["gap", "need", "occupancy"]
    for name, one in told.items():
        svg = client.get(f"{one['address']}&size={width}")
        assert svg.headers["content-type"] == "image/svg+xml"
        assert "script-src" not in svg.headers["content-security-policy"]
        root = ElementTree.fromstring(svg.content)
        desc = root.find("{http://www.w3.org/2000/svg}desc")
        assert desc is not None
        assert desc.text == one["alt"]
        png = client.get(f"chart/{name}.png?{at(MOVED)}&size={width}").content
        assert Image.open(io.BytesIO(png)).width > 500
        found = find_in_chart(png)
        assert found is not None
        assert found.intact
        assert found.stamp.command.startswith("opvangsim run what-if.yaml --replications 4 --seed")


@pytest.mark.long
@pytest.mark.parametrize(("values", "words"), [(MOVED, "what-if.yaml"), ({}, "baseline")])
def test_a_memo_has_the_numbers_of_the_page_and_no_path_of_this_machine(
    client: TestClient, values: Mapping[str, float], words: str
) -> None:
    data = client.get(f"memo.docx?{at(values, job='j1')}").content
    memo = Document(io.BytesIO(data))
    text = "\n".join(
        [one.text for one in memo.paragraphs]
        + [cell.text for one in memo.tables for row in one.rows for cell in row.cells]
    )
    told = result(client, values)["table"]["rows"]
    median = next(row for row in told if row[0] == "2027")[-2].split(" ")[0]
    assert median in text
    assert f"opvangsim run {words}" in text
    assert "opvangsim-serve-" not in text
    assert client.get("progress.json?job=j1").json() == {"done": 4, "total": 4}


# -- the command ------------------------------------------------------------------------------


def test_a_port_in_use_is_a_mistake_of_the_user(command: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        words = ("serve", "--no-open", "--port", str(taken.getsockname()[1]))
        assert refused(command(*words), "--port", "--port 0")


def test_a_missing_library_is_refused_with_how_to_install_it(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "sim.web.serving", raising=False)
    monkeypatch.delattr(sim.web, "serving", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert refused(command("serve", "--no-open"), "pip install 'opvangsim[serve]'")


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole group of processes")
def test_an_interrupt_ends_the_server_at_once_and_cleanly(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "sim", "serve", "--no-open", "--port", "0", "--lang", "nl"]
    running = subprocess.Popen(
        words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(Path(sim.__file__).parent.parent)},
    )  # fmt: skip
    assert running.stdout is not None
    address = running.stdout.readline().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{20,}/", address)
    with urllib.request.urlopen(f"{address}start.json", timeout=30) as answer:
        assert answer.status == 200
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 0
    assert "Traceback" not in errors
    assert "de server is gestopt" in errors
    assert not list(tmp_path.iterdir())

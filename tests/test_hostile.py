"""Hostile input: what comes in a file is data, shown as the text it is, and leads nowhere."""

from __future__ import annotations

import csv
import json
import os
import re
import socket
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from support.cli import Command, Done, run_cli
from support.processes import in_child_process, needs
from support.workbooks import repacked

import sim
from sim.errors import UNSHOWN, Location, Problem, ScenarioError, printable
from sim.export.safe_workbook import open_workbook
from sim.model.compiled import cache_folder
from sim.results.conditions import parse
from sim.scenario import load
from sim.scenario.yaml_reader import read_text

FEW = ("--replications", "2", "--step", "week", "--workers", "1", "--until", "2025-12-31")
EVIL = (
    "=1+1 [bold red]x[/bold red] [/y] :fire: <script>alert(1)</script> <img src=x onerror=a()> "
    "![a](http://evil.example) [b](javascript:a) `c` $\\frac{$ --> ]]> &amp; {0} %s"
)
SECRET = "s3cret-t0ken"


def patch(extends: str = "baseline", title: str = "A", more: str = "") -> str:
    said_ = title.replace("\\", "\\\\").replace('"', '\\"')
    return (
        f"extends: {extends}\n"
        f'title: {{en: "{said_}", nl: "{said_}"}}\ndescription: {{en: "{said_}", nl: "{said_}"}}\n'
        f"{more}"
    )


# Texts stay texts


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that is made of a scenario whose texts try to be more than that."""
    folder = tmp_path_factory.mktemp("evil")
    text = EVIL.replace("\\", "\\\\")
    more = f'housing.homes: {{value: 25000, assumption: "{text}"}}\n'
    (folder / "evil.yaml").write_text(patch(title=EVIL, more=more), "utf-8")
    words = [
        ("run", "evil.yaml", *FEW, "--out", "r", "--no-charts"),
        ("scenario", "show", "evil.yaml", "housing.homes"),
        ("plot", "r", "gap", "--format", "png,svg,pdf"),
        *(("memo", "r", "-o", f"m.{form}") for form in ("md", "docx")),
        ("dashboard", "r", "-o", "e.html"),
        ("export", "r", "--xlsx", "-o", "r.xlsx"),
        ("export", "evil.yaml", "--xlsx", "-o", "s.xlsx"),
        ("export", "r", "--csv", "-o", "r.csv"),
    ]

    def make() -> list[Done]:
        os.chdir(folder)
        return [run_cli(*one) for one in words]

    done = in_child_process(make).given
    assert [one.returncode for one in done] == [0] * len(words), done
    (folder / "said.txt").write_text(done[0].stdout + done[1].stdout, "utf-8")
    return folder


@pytest.mark.slow
def test_a_title_is_printed_as_it_is_written(evil: Path) -> None:
    told = " ".join((evil / "said.txt").read_text("utf-8").split())
    assert EVIL in told
    assert told.count("[bold red]x[/bold red] [/y] :fire:") >= 2


class Tags(HTMLParser):
    """Elements of a page with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def tags_of(page: str) -> Tags:
    found = Tags()
    found.feed(page)
    return found


@pytest.mark.slow
def test_a_title_makes_no_element_of_a_page(evil: Path) -> None:
    found = tags_of((evil / "e.html").read_text("utf-8"))
    assert [tag for tag, _ in found.tags].count("script") == 3
    for _, attributes in found.tags:
        assert not any(key.startswith("on") for key in attributes)
        for key in ("src", "href"):
            assert (attributes.get(key) or "data:").startswith(("data:", "#"))


@pytest.mark.slow
def test_a_title_makes_nothing_of_markdown(evil: Path) -> None:
    from markdown_it import MarkdownIt

    page = MarkdownIt("commonmark").enable("table").render((evil / "m.md").read_text("utf-8"))
    found = tags_of(page)
    assert {"script", "a", "code"} & {tag for tag, _ in found.tags} <= {"code"}
    assert [one["src"] for tag, one in found.tags if tag == "img"] == ["m.png"]
    assert "<script>alert(1)</script>" in found.text


@pytest.mark.slow
def test_a_title_makes_nothing_of_a_drawing(evil: Path) -> None:
    drawing = ElementTree.fromstring((evil / "r-charts" / "gap-en-page.svg").read_bytes())
    tags = {one.tag.rpartition("}")[2] for one in drawing.iter()}
    assert not tags & {"script", "a", "image", "foreignObject", "iframe"}
    assert not [key for one in drawing.iter() for key in one.attrib if key.startswith("on")]
    paper = (evil / "r-charts" / "gap-en-page.pdf").read_bytes()
    assert not re.search(rb"/(JavaScript|JS|Launch|URI|OpenAction|AA)\b", paper)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["r.xlsx", "s.xlsx", "m.docx"])
def test_a_title_is_no_formula_and_no_link(evil: Path, name: str) -> None:
    with zipfile.ZipFile(evil / name) as packed:
        parts = {one: packed.read(one) for one in packed.namelist()}
    assert not [one for one in parts if "externalLink" in one or "vba" in one.lower()]
    assert not [one for one in parts.values() if b'TargetMode="External"' in one]
    if name == "m.docx":
        return
    book = load_workbook(evil / name)
    formulas = [
        str(cell.value)
        for sheet in book.worksheets for row in sheet.iter_rows() for cell in row
        if cell.data_type == "f"
    ]  # fmt: skip
    assert not [one for one in formulas if "1+1" in one or "script" in one]
    texts = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert EVIL in texts


@pytest.mark.slow
def test_no_cell_of_a_csv_begins_like_a_formula(evil: Path) -> None:
    for file in (evil / "r.csv", *(evil / "r").glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            cells = {cell for row in csv.reader(stream) for cell in row}
        for cell in cells:
            assert not re.match(r"[=+@\t\r]|-(?![\d.])", cell), (file, cell)


# Characters and names


@given(st.text())
def test_a_message_holds_nothing_that_steers_a_terminal(text: str) -> None:
    told = str(Problem(Location(text, 1, 1, text), text, text))
    assert not UNSHOWN.search(told)
    assert told == printable(told)
    told.encode("utf-8")


@pytest.mark.parametrize("code", [r"\e[31m", r"\a", r"\x9b", r"\u202e", r"\u2066", r"\uFFFF"])
@pytest.mark.parametrize("where", ["title.en", "housing.homes.assumption", "key"])
def test_a_character_that_is_no_text_is_refused_where_it_stands(code: str, where: str) -> None:
    line = f'"x{code}": 1' if where == "key" else f'{where}: "x{code}"'
    source = read_text(f"title: {{en: a, nl: b}}\n{line}\n", "x.yaml")
    (problem,) = source.problems
    assert "which is not text" in problem.what
    assert isinstance(problem.where, Location)
    assert problem.where.line == 2


@pytest.mark.parametrize(
    "name",
    ["..yaml", "...yaml", "a\x1b[31m.yaml", "a\nb.yaml", "=1+1.yaml", "@x.yaml", "\u202ea.yaml"],
)
def test_a_file_whose_name_is_none_for_its_results_is_refused(
    tmp_path: Path, command: Command, name: str
) -> None:
    (tmp_path / name).write_text(patch(), "utf-8")
    new = ("scenario", "new", name.removesuffix(".yaml"))
    for words in (("scenario", "check", name), ("run", name), new):
        done = command(*words)
        assert done.returncode == 2
        assert "not a valid name for a scenario" in done.stderr
        assert not UNSHOWN.search(done.stderr)
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("key", ["=cmd|calc", "@SUM(1)", "+x"])
def test_a_name_in_a_scenario_does_not_begin_like_a_formula(key: str) -> None:
    source = read_text(f'groups: {{"{key}": {{title: {{en: a, nl: b}}}}}}\n', "x.yaml")
    assert ["begins like a formula" in one.what for one in source.problems] == [True]


# What a file may lead to


NO_SCENARIOS = {
    "a text": ("notes.txt", f"title: {SECRET}\n"),
    "a list": ("list.yaml", f"- {SECRET}\n"),
    "settings": ("settings.yaml", f"password: {SECRET}\n  broken: [\n"),
    "a tag": ("tag.yaml", f"!!python/object:os.system {SECRET}\n"),
    "bytes": ("bytes.yaml", f"\xff\xfe{SECRET}"),
    "nothing": ("nothing.yaml", ""),
    "a long line": ("long.yaml", SECRET * 500),
}


def lead_nowhere(command: Command, name: str) -> None:
    """Neither a scenario nor a design reads what is no scenario, or tells what is in it."""
    design = (
        f"scenario: {name!r}\ndesign: grid\nkeys: {{housing.homes: {{values: [1, 2]}}}}\n"
        'record: ["occupancy.total.2025:mean"]\nreplications: 1\n'
    )
    folder = Path("sub")
    folder.mkdir(exist_ok=True)
    (folder / "x.yaml").write_text(patch(repr(name)), "utf-8")
    (folder / "d.yaml").write_text(design, "utf-8")
    of_scenario = [("scenario", verb, "sub/x.yaml") for verb in ("check", "show")]
    for words in (*of_scenario, ("sweep", "sub/d.yaml")):
        done = command(*words)
        assert done.returncode == 2, done
        assert SECRET not in done.stdout + done.stderr
        assert done.stderr.count("error: ") == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", NO_SCENARIOS)
def test_a_file_that_is_no_scenario_is_not_told_of_by_one_that_names_it(
    tmp_path: Path, command: Command, kind: str
) -> None:
    name, text = NO_SCENARIOS[kind]
    (tmp_path / name).write_text(text, "latin-1")
    lead_nowhere(command, f"../{name}")
    lead_nowhere(command, str(tmp_path / name))
    needs("symlinks")
    (tmp_path / "sub" / "link.yaml").symlink_to(tmp_path / name)
    if not name.endswith(".yaml"):
        lead_nowhere(command, "link.yaml")


@pytest.mark.parametrize(
    "name",
    ["/dev/zero", "/dev/stdin", "/proc/self/environ", "..", "/", "http://127.0.0.1:9/x.yaml",
     "file:///etc/passwd", "../../../../../etc/passwd", "~/.ssh/id_rsa", "a\\x00b", "x" * 300,
     "pipe.yaml"],
)  # fmt: skip
def test_a_scenario_leads_to_no_device_pipe_folder_or_address(
    tmp_path: Path, command: Command, name: str
) -> None:
    needs("os.mkfifo", "/dev and /proc")
    (tmp_path / "sub").mkdir()
    os.mkfifo(tmp_path / "sub" / "pipe.yaml")
    lead_nowhere(command, name)


@pytest.mark.slow
def test_a_scenario_stands_on_scenarios_beside_and_above_it(
    tmp_path: Path, command: Command
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "above.yaml").write_text(patch(more="housing.homes: 20000\n"), "utf-8")
    (tmp_path / "sub" / "x.yaml").write_text(patch("[../above.yaml, faster-housing]"), "utf-8")
    assert command("scenario", "check", "sub/x.yaml").returncode == 0


@pytest.mark.slow
def test_a_pipe_or_a_device_is_never_read(tmp_path: Path, command: Command) -> None:
    needs("os.mkfifo", "/dev and /proc")
    os.mkfifo(tmp_path / "pipe.html")
    for words in (
        *(("runs", "provenance", name) for name in ("pipe.html", "/dev/zero", ".")),
        *(("scenario", "import", name, "-o", "p.yaml") for name in ("pipe.html", "/dev/zero")),
        *(("scenario", "check", name) for name in ("pipe.html", "/dev/zero")),
        *(("data", "check", name) for name in ("pipe.html", "/dev/zero")),
        *(("run", "baseline", "--observed", name) for name in ("pipe.html", "/dev/zero")),
        ("sweep", "/dev/zero"),
    ):
        done = command(*words)
        assert (done.returncode, done.stderr.count("error: ")) == (2, 1), words


# Workbooks and conditions


def slipped(name: str, data: bytes = b"x") -> Callable[[bytes], bytes]:
    """A workbook with one more part."""

    def make(book: bytes) -> bytes:
        stream = BytesIO(book)
        with zipfile.ZipFile(stream, "a") as packed:
            packed.writestr(name, data)
        return stream.getvalue()

    return make


def formula(text: str) -> Callable[[bytes], bytes]:
    """A workbook in which a number is a formula."""

    def make(data: bytes) -> bytes:
        stream, made = BytesIO(data), BytesIO()
        book = load_workbook(stream)
        sheet = book["Scenario"]
        row = next(cell.row for cell in sheet["A"] if cell.value == "family.staff")
        sheet.cell(row, 3).value = text
        book.save(made)
        return made.getvalue()

    return make


XXE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
BOOKS: dict[str, Callable[[bytes], bytes]] = {
    "a part outside": slipped("../../evil.txt"),
    "a part from the root": slipped("/tmp/evil.txt"),
    "a link to another book": slipped("xl/externalLinks/externalLink1.xml", b"<externalLink/>"),
    "an entity": lambda data: repacked(
        data, lambda name, part: XXE + part if name == "xl/workbook.xml" else part
    ),
    "dde": formula('=cmd|"/c calc"!A1'),
    "a link": formula('=HYPERLINK("http://127.0.0.1:9/")'),
    "a service": formula('=WEBSERVICE("http://127.0.0.1:9/")'),
    "another book": formula("='[http://127.0.0.1:9/x.xlsx]S'!A1"),
}


@pytest.fixture(scope="module")
def book() -> bytes:
    from sim.export.scenario_workbook import scenario_workbook

    return scenario_workbook(load("baseline"), "baseline", ["baseline"], "0.1.0", "en")


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOOKS)
def test_a_workbook_runs_nothing_and_asks_nobody(
    book: bytes, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def nobody(*_: object, **__: object) -> None:
        pytest.fail("someone was asked")

    monkeypatch.setattr(socket, "socket", nobody)
    monkeypatch.setattr(subprocess, "Popen", nobody)
    (tmp_path / "x.xlsx").write_bytes(BOOKS[kind](book))
    done = command("scenario", "import", "x.xlsx", "-o", "p.yaml")
    assert done.returncode in (0, 2)
    assert "Traceback" not in done.stderr
    if done.returncode == 0:
        assert "nothing is changed" in done.stdout
    assert "root:" not in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["x.xlsx"]


@pytest.mark.slow
def test_a_formula_that_would_ask_someone_has_no_value(book: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(BOOKS["a service"](book))
    cells = open_workbook(tmp_path / "x.xlsx").sheets["Scenario"].values()
    assert [cell.value for cell in cells if "WEBSERVICE" in cell.formula] == [None]


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true') > 1",
        "a.__class__.__mro__ > 1; import os",
        "(lambda: 1)() > 0",
        "9**9**9 > 1",
        "1e999999 > 1",
        "gap.total.2027 > " + "9" * 990,
        "\uff11 > 0",
        "gap \uff1e 1",
        "\u0430 > 1",
        "a > 1\x00",
        "f'{a}' > 1",
        "open('x') > 1",
        "a[0] > 1",
        "[1] > 1",
        "a := 1",
        "not " * 200 + "a",
    ],
)
def test_a_condition_says_nothing_but_a_condition(text: str) -> None:
    with pytest.raises(ScenarioError):
        parse(text, "--where")


def test_digits_are_those_of_the_file_s_language() -> None:
    source = read_text('a: \u0663\u0660\nb: "\uff11"\nc: \uff12\n', "x.yaml")
    assert source.data == {"a": "\u0663\u0660", "b": "\uff11", "c": "\uff12"}


# Nobody is asked, nothing is started, nothing is read or written elsewhere


@pytest.mark.long
def test_verbs_ask_nobody_start_nothing_and_stay_where_they_were_sent(tmp_path: Path) -> None:
    more = "housing.homes: {value: 25000, assumption: \"__import__('os').system('touch x')\"}\n"
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "temp").mkdir()
    evil = tmp_path / "in" / "evil.yaml"
    evil.write_text(patch(title="{{7*7}} ${HOME} `id` $(id) %(x)s", more=more), "utf-8")
    out = tmp_path / "out"
    words = [
        ("scenario", "check", str(evil)),
        ("run", str(evil), *FEW, "--out", str(out / "r")),
        ("plot", str(out / "r"), "gap", "-o", str(out / "c")),
        ("memo", str(out / "r"), "-o", str(out / "m.md")),
        ("memo", str(out / "r"), "-o", str(out / "m.docx")),
        ("dashboard", str(out / "r"), "-o", str(out / "e.html")),
        ("export", str(out / "r"), "--xlsx", "-o", str(out / "r.xlsx")),
        ("export", str(evil), "--xlsx", "-o", str(out / "s.xlsx")),
        ("scenario", "import", str(out / "s.xlsx"), "-o", str(out / "p.yaml"), "--base", str(evil)),
        ("runs", "provenance", str(out / "r.xlsx")),
    ]
    report = tmp_path / "report.json"
    code = WATCHED.format(words=words, report=str(report))
    surroundings = os.environ | {"TMPDIR": str(tmp_path / "temp")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "in", env=surroundings, text=True,
        capture_output=True, check=False, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(report.read_text())
    assert seen["codes"] == [0] * len(words), (seen["codes"], done.stderr)
    # The record of a run asks git once, in the program's own folder, what the program's state is.
    home = str(Path(sim.__file__).parents[1])
    git = [one for one in seen["asked"] if f"'{home}', 'status', " in one[1]]
    assert [one for one in seen["asked"] if one not in git] == []
    assert len(git) <= 1
    # Python itself looks into /etc/mime.types for the kinds of files.
    ours = (str(Path(sim.__file__).parents[1]), sys.base_prefix, sys.prefix, mpl.get_cachedir(),
            mpl.get_configdir(), sysconfig.get_path("stdlib"), "/usr/share/", "/usr/lib/",
            "/etc/mime.types", "/proc/", "/sys/", "/dev/")  # fmt: skip
    assert {"/etc/passwd"}.isdisjoint(seen["read"])
    assert not [one for one in seen["read"] if not one.startswith((*ours, str(tmp_path)))]
    # Where nothing is left to compile, numba only tries whether it could keep something.
    named = (
        str(out),
        str(tmp_path / "temp"),
        str(cache_folder()),
        mpl.get_cachedir(),
        "/dev/null",
    )
    assert not [one for one in seen["written"] if not one.startswith(named)]
    assert [one.name for one in (tmp_path / "in").iterdir()] == ["evil.yaml"]
    assert not list((tmp_path / "temp").iterdir())


WATCHED = """
import json, os, sys
import babel, numba
sys.dont_write_bytecode = True
from sim.cli import main
asked, read, written, codes = [], [], [], []
ASKS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind",
        "socket.sendto", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn",
        "pickle.find_class", "urllib.Request", "ftplib.connect", "smtplib.connect", "pty.spawn")
LIBRARIES = (os.path.join(os.path.dirname(numba.__file__), "core"),
             os.path.join(os.path.dirname(babel.__file__), "localedata.py"))
on = True
def hook(event, arguments):
    if not on:
        return
    if event == "pickle.find_class" and sys._getframe(1).f_code.co_filename.startswith(LIBRARIES):
        return  # The engine that was compiled before, and the rules of languages.
    if event in ASKS:
        asked.append([event, str(arguments[:2])])
    elif event in ("exec", "compile") and "/sim/" in sys._getframe(1).f_code.co_filename:
        asked.append([event, sys._getframe(1).f_code.co_filename])
    elif event == "open" and isinstance(arguments[0], (str, bytes)):
        path, mode, flags = arguments
        place = os.path.abspath(os.fsdecode(path))
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        (written if writes else read).append(place)
sys.addaudithook(hook)
for words in {words!r}:
    sys.argv = ["opvangsim", *words]
    try:
        main()
    except SystemExit as ended:
        codes.append(int(ended.code or 0))
on = False
with open({report!r}, "w") as stream:
    json.dump({{"asked": asked, "read": sorted(set(read)), "written": sorted(set(written)),
               "codes": codes}}, stream)
"""

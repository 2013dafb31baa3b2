"""Laws of the notebooks that need no kernel: what is in git is whole, small, and tells a story."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from support.notebooks import FOLDER, METADATA, MISTAKE, NAMES, file_of

import sim

MOST_BYTES = 400_000
"""Figures made with pyplot are in full colour, about 40 kB each."""
IMPORTED = {
    *("sim", "pandas", "numpy", "matplotlib.pyplot", "datetime", "pathlib"),
    "IPython.display",
}
OWN_FIGURE = "<Figure size "
"""How Jupyter names a figure in text that has no words of its own."""
INNER = {"model", "loaded", "finding", "finished"}
"""What leads from the objects of the face into the program."""
NAMED = re.compile(
    r"\b(?:19|20)\d\d(?:[-/]\d\d)?\b|\b\d{1,2} (?:January|February|March|December)\b|80%|"
    r"(?:[Dd]ecisions?|[Nn]otebooks?|[Qq]uestions?) \d+(?:(?:, | and | to )\d+)*|36 600 XX|`[^`]*`|"
    r"^# \d\.|\]\([^)]*\)",
    re.M,
)
"""Numbers in prose that are names: of years, days, the band, decisions, notebooks, questions."""


def cells(name: str, kind: str) -> list[dict[str, Any]]:
    book = json.loads(file_of(name).read_text("utf-8"))
    return [cell for cell in book["cells"] if cell["cell_type"] == kind]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def outputs(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for cell in cells(name, "code"):
        yield from ((cell, output) for output in cell["outputs"])


def texts(output: dict[str, Any]) -> str:
    """All that an output says in words."""
    said = [output.get("text", ""), *output.get("traceback", ())]
    said += [text for kind, text in output.get("data", {}).items() if kind.startswith("text/")]
    return "\n".join("".join(text) for text in said)


def test_every_notebook_is_named_here() -> None:
    assert sorted(file.stem for file in FOLDER.glob("*.ipynb")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_opens_with_its_question_and_ends_with_what_may_be_wrong(name: str) -> None:
    told = [source(cell) for cell in cells(name, "markdown")]
    title, question = told[0].split("\n\n")[:2]
    assert title.startswith(f"# {name[0]}. ")
    assert question.startswith("**")
    assert question.endswith("?**")
    assert "## What could make it wrong" in told[-1]
    assert re.search(r"[Dd]ecisions? \d", told[-1])
    assert "Read on:" in told[-1]
    answer = [texts(output) for _, output in outputs(name)][-1]
    assert "## The answer" in answer


@pytest.mark.parametrize("name", NAMES)
def test_all_was_executed_in_order_and_nothing_failed(name: str) -> None:
    code = cells(name, "code")
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert sum(bool(cell["outputs"]) for cell in code) > len(code) / 2
    for cell, output in outputs(name):
        failed = output["output_type"] == "error"
        assert failed == (MISTAKE in cell["metadata"].get("tags", ()))
        assert not failed or output["ename"] == "ScenarioError"
        assert output.get("name") != "stderr"
    assert all(cell["outputs"] for cell in code if MISTAKE in cell["metadata"].get("tags", ()))


@pytest.mark.parametrize("name", NAMES)
def test_it_asks_the_face_alone(name: str) -> None:
    for cell in cells(name, "code"):
        for node in ast.walk(ast.parse(source(cell))):
            if isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= IMPORTED
            if isinstance(node, ast.ImportFrom):
                assert node.module in IMPORTED - {"sim"}
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_")
                assert node.attr not in INNER
                if isinstance(node.value, ast.Name) and node.value.id == "sim":
                    assert node.attr in sim.__all__
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef)


@pytest.mark.parametrize("name", NAMES)
def test_prose_has_no_number_of_a_run_typed_by_hand(name: str) -> None:
    set_in_code = set(re.findall(r"\d+", " ".join(source(cell) for cell in cells(name, "code"))))
    for cell in cells(name, "markdown"):
        for paragraph in source(cell).split("\n\n"):
            if "36 600 XX" in paragraph:
                continue
            rest = set(re.findall(r"\d[\d,.]*", NAMED.sub("", paragraph)))
            assert {one.strip(",.").replace(",", "") for one in rest} <= set_in_code, paragraph


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_small_and_tells_nothing_of_the_machine(name: str) -> None:
    text = file_of(name).read_text("utf-8")
    assert len(text.encode()) < MOST_BYTES
    assert json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n" == text
    book = json.loads(text)
    assert book["metadata"] == METADATA
    ids = [cell["id"] for cell in book["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9-]{1,64}", one) for one in ids)
    assert all(not set(cell["metadata"]) - {"jupyter", "tags"} for cell in book["cells"])
    for _, output in outputs(name):
        assert not re.search(r" at 0x|/(home|root|tmp|work|usr)/|site-packages", texts(output))


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_says_what_it_shows(name: str) -> None:
    """Charts of the product say it in words, own figures by a title and labels of the axes."""
    found = {"own": 0, "words": 0}
    for cell, output in outputs(name):
        if "image/png" not in output.get("data", {}):
            continue
        plain = "".join(output["data"]["text/plain"])
        if plain.startswith(OWN_FIGURE):
            assert re.search(r"\btitle=|\.plot\.\w+\(ax=|\.set_title\(", source(cell)), source(cell)
            assert re.search(r"label=|\.plot\.\w+\(ax=|\.set_[xy]label\(", source(cell)), source(
                cell
            )
            found["own"] += 1
        else:
            assert plain
            assert output["metadata"]["image/png"]["alt"] == plain
            found["words"] += 1
    assert found["words"]

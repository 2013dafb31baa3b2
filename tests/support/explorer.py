"""Small runs for the tests of the explorer page, and what such a page holds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sim.cli import app

TINY = ("--replications", "5", "--seed", "3", "--step", "week", "--workers", "1", "--quiet")
UNTIL = ("--until", "2027-12-31", "--no-charts")
RUNS: dict[str, tuple[str, ...]] = {
    "baseline": ("baseline", *UNTIL),
    "closed": ("constrained", *UNTIL),
    "nominal": ("nominal", *UNTIL),
    "short": ("baseline", "--until", "2025-06-30", "--no-charts", "--vary", "process"),
}
"""Runs by the name of their folder: with spending that follows the budget, in the prices of each
year, and without a whole year and all chance."""
HOSTILE = """</script><script>document.title='taken'</script><img src=x onerror="alert(1)">"""
HOSTILE_FORMULA = '=HYPERLINK("x") \' & {{code}} {name} <!-- opvangsim {} -->'
NAMES = {"en": HOSTILE, "nl": HOSTILE_FORMULA}


def hostile(folder: Path) -> Path:
    """A scenario whose titles try to become markup, code, a formula, a blank or a stamp."""
    file = folder / "hostile.yaml"
    title = json.dumps(NAMES)
    text = f"extends: baseline\ntitle: {title}\ndescription: {{en: A test., nl: Een test.}}\n"
    file.write_text(f"{text}reception.places.regular.title: {title}\n", "utf-8")
    return file


def make(folder: Path, name: str, words: tuple[str, ...]) -> Path:
    """A small run in a folder."""
    app(["run", *words, *TINY, "--out", str(folder / name)], standalone_mode=False)
    return folder / name


def make_runs(folder: Path) -> dict[str, Path]:
    """Folders of small runs by name, one of them of a hostile scenario."""
    wanted = RUNS | {"hostile": (str(hostile(folder)), *UNTIL)}
    return {name: make(folder, name, words) for name, words in wanted.items()}


def script_of(page: str) -> str:
    """The text of the script tag with the content."""
    found = re.findall(r'<script type="application/json" id="content">(.*?)</script>', page, re.S)
    assert len(found) == 1
    text: str = found[0]
    return text


def content_in(page: str) -> dict[str, Any]:
    """What a page holds."""
    found: dict[str, Any] = json.loads(script_of(page))
    return found

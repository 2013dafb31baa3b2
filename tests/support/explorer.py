"""Small runs for the tests of the explorer page, and what such a page holds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from .once import SMALL, once, run_app

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


def make_runs(factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of small runs by name, one of them of a hostile scenario."""
    names = ("baseline", "closed", "nominal", "short")
    return {name: once(factory, name) for name in names} | {
        "hostile": once(factory, "hostile", _run_hostile)
    }


def _run_hostile(folder: Path) -> None:
    words = ("--until", "2027-12-31", "--no-charts", *SMALL, "--out", str(folder))
    run_app("run", str(hostile(folder.parent)), *words)


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

"""The notebooks, executed against the installed package, and looked at in JupyterLab."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.browser import NARROW, WIDE, Open, opening, started
from support.jupyterlab import jupyterlab
from support.notebooks import NAMES, executed, file_of

TALL = 2_600
"""Height of a window in which most of a notebook is shown [pixels]."""
OUTSIDE = """() => {
  const outside = []
  for (const one of document.querySelectorAll(".jp-OutputArea-output")) {
    const image = one.querySelector("img")
    if (image && image.getBoundingClientRect().width > one.clientWidth + 1) {
      outside.push("picture: " + image.alt)
    }
    if (!image && one.scrollWidth > one.clientWidth + 1) {
      outside.push("text: " + one.innerText.slice(0, 80))
    }
  }
  return outside
}"""


def shown(text: str) -> list[tuple[str, Any]]:
    """Each cell's name with all that is shown in it."""
    return [(cell["id"], cell.get("outputs")) for cell in json.loads(text)["cells"]]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_executed_anew_is_what_git_has(name: str) -> None:
    ours, anew = file_of(name).read_text("utf-8"), executed(name)
    for (cell, kept), (again, found) in zip(shown(ours), shown(anew), strict=True):
        assert cell == again
        assert found == kept, f"{name}, cell {cell}: run tests/update.py notebooks/{name}"
    assert anew == ours, f"run tests/update.py notebooks/{name}"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab with copies of the notebooks."""
    root: Path = tmp_path_factory.mktemp("lab")
    for name in NAMES:
        shutil.copyfile(file_of(name), root / f"{name}.ipynb")
    with jupyterlab(root) as address:
        yield address


@pytest.fixture(scope="module")
def open_() -> Iterator[Open]:
    with started() as browser, opening(browser) as opened:
        yield opened


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_pictures_fit_the_window_and_on_a_desk_tables_do(
    lab: str, open_: Open, name: str, size: tuple[int, int]
) -> None:
    width, _ = size
    page = open_(f"{lab}/doc/tree/{name}.ipynb?reset", (width, TALL)).page
    page.wait_for_selector(".jp-OutputArea-output img", timeout=60_000)
    panel = page.locator(".jp-WindowedPanel-outer")
    outside: list[str] = []
    while True:
        outside += page.evaluate(OUTSIDE)
        before = panel.evaluate("one => one.scrollTop")
        after = panel.evaluate("one => (one.scrollTop += one.clientHeight / 2, one.scrollTop)")
        if after <= before:
            break
        page.wait_for_timeout(500)
    assert not [one for one in outside if size == WIDE or one.startswith("picture")]

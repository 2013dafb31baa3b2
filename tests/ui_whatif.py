"""The live what-if in a real JupyterLab, in a browser without a screen."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator
from support.browser import NARROW, WIDE, Open, Seen, opening, started
from support.jupyterlab import jupyterlab

from sim.scenario import load
from sim.what_if.sliders import sliders

CELLS = 'import sim\nwhat_if = sim.load("baseline").what_if("{lang}")\nwhat_if'
RUN_SECONDS = 90
SETTLED = re.compile(r"100 repli")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A JupyterLab of its own, with a notebook for each language; its address and its folder."""
    root = tmp_path_factory.mktemp("lab")
    for lang in ("en", "nl"):
        source = CELLS.format(lang=lang)
        cell: dict[str, object] = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [],
                "execution_count": None, "source": source}  # fmt: skip
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        book = {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": [cell]}
        (root / f"{lang}.ipynb").write_text(json.dumps(book), "utf-8")
    with jupyterlab(root) as address:
        yield address, root


@pytest.fixture(scope="module")
def open_() -> Iterator[Open]:
    with started() as browser, opening(browser) as opened:
        yield opened


def shown(lab: tuple[str, Path], open_: Open, lang: str, size: tuple[int, int] = WIDE) -> Seen:
    """Open a notebook, run its what-if and wait for the result."""
    seen = open_(f"{lab[0]}/doc/tree/{lang}.ipynb?reset", size)
    page = seen.page
    page.wait_for_selector(".jp-Notebook .jp-CodeCell .cm-content", timeout=60_000)
    # In a narrow window the indicator exists but is hidden.
    idle = ".jp-Notebook-ExecutionIndicator[data-status=idle]"
    page.wait_for_selector(idle, state="attached", timeout=60_000)
    # A cell that is run before the kernel is ready is silently dropped.
    handle = page.locator(".noUi-handle").first
    end = time.monotonic() + RUN_SECONDS
    while not handle.count() and time.monotonic() < end:
        if page.locator(".jp-InputPrompt").first.inner_text().strip() == "[ ]:":
            page.locator(".jp-CodeCell .cm-content").first.click()
            page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(1_000)
    handle.wait_for(timeout=1_000)
    page.get_by_text(SETTLED).wait_for(timeout=60_000)
    return seen


def alts(seen: Seen) -> list[str]:
    """Return the alt texts of the charts."""
    images = seen.page.locator(".jp-OutputArea img")
    return [str(images.nth(number).get_attribute("alt")) for number in range(images.count())]


def drag(seen: Seen, number: int, pixels: int) -> None:
    """Drag the handle of a slider in steps, as a hand does.

    Charts that are still being laid out push the sliders about, so a drag that missed the handle is
    tried again.
    """
    handle = seen.page.locator(".noUi-handle").nth(number)
    value = handle.get_attribute("aria-valuenow")
    for _ in range(5):
        x, y = still(seen, handle)
        mouse = seen.page.mouse
        mouse.move(x, y)
        mouse.down()
        for step in range(1, 6):
            mouse.move(x + pixels * step / 5, y)
        mouse.up()
        if handle.get_attribute("aria-valuenow") != value:
            return
    raise AssertionError(f"slider {number} can't be dragged")


def still(seen: Seen, element: Locator) -> tuple[float, float]:
    """Return the middle of an element in view once it no longer moves."""
    box, end = None, time.monotonic() + 20
    while time.monotonic() < end:
        element.scroll_into_view_if_needed()
        before, box = box, element.bounding_box()
        if box is not None and box == before:
            return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        seen.page.wait_for_timeout(300)
    raise AssertionError("the page never comes to rest")


def settled_anew(seen: Seen, before: list[str]) -> list[str]:
    """Return the alt texts of the charts once they changed and are final."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        now = alts(seen)
        seen.page.wait_for_timeout(1_500)
        if now != before and now == alts(seen) and seen.page.get_by_text(SETTLED).count():
            return now
    raise AssertionError("nothing moved")


def slider_number(name: str) -> int:
    """Return the number of a slider on the page."""
    return [one.name for one in sliders(load("baseline"))].index(name)


def test_a_slider_is_dragged_and_the_charts_move(lab: tuple[str, Path], open_: Open) -> None:
    seen = shown(lab, open_, "en")
    before = alts(seen)
    assert len(before) == 3
    drag(seen, slider_number("inflow"), 60)
    after = settled_anew(seen, before)
    assert all(one != two for one, two in zip(before, after, strict=True))
    errors = [text for kind, text in seen.said if kind == "error"] + seen.thrown
    assert not errors


def test_prices_change_only_the_gap_and_texts_are_in_the_language(
    lab: tuple[str, Path], open_: Open
) -> None:
    seen = shown(lab, open_, "nl")
    before = alts(seen)
    drag(seen, slider_number("price"), 40)
    after = settled_anew(seen, before)
    assert after[0] != before[0]
    assert after[1:] == before[1:]
    text = seen.page.locator(".jp-OutputArea").first.inner_text()
    assert "Prijzen van plekken" in text
    assert "omhoog: in " in text
    assert "What if" not in text


def test_the_keyboard_moves_a_slider(lab: tuple[str, Path], open_: Open) -> None:
    seen = shown(lab, open_, "en")
    before = alts(seen)
    handle = seen.page.locator(".noUi-handle").nth(slider_number("homes"))
    handle.focus()
    for _ in range(4):
        seen.page.keyboard.press("ArrowRight")
    assert settled_anew(seen, before) != before


def test_a_button_writes_the_values_of_the_sliders(lab: tuple[str, Path], open_: Open) -> None:
    seen = shown(lab, open_, "en")
    before = alts(seen)
    drag(seen, slider_number("budget"), 50)
    settled_anew(seen, before)
    seen.page.get_by_role("button", name="Write as a scenario patch").click()
    seen.page.get_by_text("opvangsim run what-if.yaml").wait_for(timeout=20_000)
    made = load(lab[1] / "what-if.yaml")
    key = made.budget.headline
    assert made.budget.vintages[key].amount("coa_nidos", 2027) != load("baseline").budget.vintages[
        key
    ].amount("coa_nidos", 2027)
    seen.page.get_by_role("button", name="Write as a scenario patch").click()
    seen.page.get_by_text("this file already exists").wait_for(timeout=20_000)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_lies_outside_the_window(
    lab: tuple[str, Path], open_: Open, size: tuple[int, int]
) -> None:
    seen = shown(lab, open_, "nl", size)
    area = seen.page.locator(".jp-OutputArea-output").last
    wide = area.evaluate("one => one.scrollWidth - one.clientWidth")
    assert wide <= 1

"""The what-if as a page in a browser: sliders, links, files, keyboard, sizes; make test-ui."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from PIL import Image
from playwright.sync_api import Page, expect
from support.browser import NARROW, WIDE, Open, Seen, opening, started, violations

import sim
from sim.scenario import load

SIZES = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
WORDS = [sys.executable, "-m", "sim", "serve", "--no-open", "--port", "0", "--lang", "nl"]
PATIENCE = 60_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own, with few replications; its address."""
    env = os.environ | {"PYTHONPATH": str(Path(sim.__file__).parent.parent)}
    with subprocess.Popen(
        [*WORDS, "--replications", "10"], cwd=tmp_path_factory.mktemp("serve"), env=env, text=True,
        stdout=subprocess.PIPE,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        yield running.stdout.readline().strip()
        running.terminate()


@pytest.fixture(scope="module")
def open_() -> Iterator[Open]:
    with started() as browser, opening(browser) as opened:
        yield opened


@pytest.fixture
def opened(open_: Open, address: str) -> Iterator[Any]:
    """Opens the page at some sliders; at the end none may have complained or asked elsewhere."""
    all_seen: list[Seen] = []

    def open_at(sliders: str, size: tuple[int, int] = WIDE, **options: Any) -> Page:
        seen = open_(f"{address}#{sliders}", size, **options)
        all_seen.append(seen)
        settled(seen.page)
        return seen.page

    yield open_at
    for seen in all_seen:
        assert seen.complaints == []
        assert all(url.startswith((address, "blob:", "data:")) for url in seen.asked)


def settled(page: Page) -> None:
    """Wait until charts and figures are those of the sliders."""
    expect(page.locator("#settled")).not_to_be_empty(timeout=PATIENCE)
    expect(page.locator("#status")).to_be_empty(timeout=PATIENCE)


def told(page: Page) -> list[str]:
    """What a page says: its figures, and what its charts show."""
    alts = page.locator("figure img").evaluate_all("all => all.map(one => one.alt)")
    return [page.locator("#headline").inner_text(), page.locator("#table").inner_text(), *alts]


def moved(page: Page) -> str:
    """The sliders in the address, without the language."""
    hash_: str = page.evaluate("location.hash")
    return hash_.removeprefix("#").partition("lang=")[0].rstrip("&")


@SIZES
def test_a_link_gives_the_same_sliders_and_figures(opened: Any, size: tuple[int, int]) -> None:
    page = opened("lang=nl", size)
    before = told(page)
    page.locator("#field-inflow").fill("40000")
    page.locator("#field-inflow").press("Tab")
    settled(page)
    after = told(page)
    assert all(one != two for one, two in zip(before, after, strict=True))
    assert moved(page) == "inflow=40000"
    other = opened(page.url.partition("#")[2], size)
    assert told(other) == after
    assert other.locator("#inflow").input_value() == "40000"
    page.reload()
    settled(page)
    assert told(page) == after


@SIZES
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_page_is_accessible_and_fits_its_window(
    opened: Any, size: tuple[int, int], lang: str
) -> None:
    page = opened(f"inflow=60000&price=150&lang={lang}", size)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate("document.documentElement.lang") == lang
    images = page.locator("figure img")
    widths = images.evaluate_all("all => all.map(one => [one.clientWidth, one.naturalWidth])")
    assert len(widths) == 3
    assert all(0 < shown <= size[0] and natural > 0 for shown, natural in widths)


def test_the_keyboard_moves_a_slider_and_a_screen_reader_is_told_its_value(opened: Any) -> None:
    page = opened("lang=en")
    page.locator("#homes").focus()
    page.keyboard.press("ArrowRight")
    settled(page)
    assert page.locator("#homes").get_attribute("aria-valuetext") == "2,550"
    assert moved(page) == "homes=2550"
    page.get_by_role("button", name="Back to the scenario").click()
    settled(page)
    assert moved(page) == ""
    assert page.locator("#box-homes.moved").count() == 0


def test_a_wrong_number_is_refused_beside_its_field_and_in_a_link(opened: Any) -> None:
    page = opened("inflow=1000000&lang=en")
    assert "5,000 to 80,000" in page.locator("#problem").inner_text()
    page.locator("#field-grant").fill("900")
    page.locator("#field-grant").press("Tab")
    assert page.locator("#wrong-grant").inner_text() == "a number from 50 to 120"
    assert page.locator("#field-grant").get_attribute("aria-invalid") == "true"
    assert violations(page) == []
    assert page.locator(".moved").count() == 0


def test_prices_leave_the_charts_of_people_alone(opened: Any) -> None:
    page = opened("inflow=40000&lang=en")
    sources = "all => all.map(one => one.src)"
    before = page.locator("figure img").evaluate_all(sources)
    page.locator("#field-price").fill("130")
    page.locator("#field-price").press("Tab")
    settled(page)
    after = page.locator("figure img").evaluate_all(sources)
    assert after[0] != before[0]
    assert after[1:] == before[1:]


def test_the_language_is_switched_without_losing_the_sliders(opened: Any) -> None:
    page = opened("inflow=40000&lang=nl")
    assert "Tekort" in page.locator("#headline").inner_text()
    page.get_by_role("button", name="English").click()
    settled(page)
    assert "Shortfall" in page.locator("#headline").inner_text()
    assert moved(page) == "inflow=40000"
    assert "lang=en" in page.url


@SIZES
def test_files_of_the_sliders_can_be_saved(
    opened: Any, size: tuple[int, int], tmp_path: Path
) -> None:
    page = opened("inflow=40000&lang=en", size)
    files = {}
    for button in (
        "Scenario patch (YAML)",
        "Memo (Word)",
        "PNG: cost and budget",
        "SVG: occupancy",
    ):
        with page.expect_download(timeout=PATIENCE) as download:
            page.get_by_role("button", name=button).click()
        name = download.value.suggested_filename
        files[name] = tmp_path / name
        download.value.save_as(files[name])
        assert name in page.locator("#made").inner_text()
    assert list(files) == [
        "what-if.yaml", "what-if-memo.docx", "what-if-gap.png", "what-if-occupancy.svg",
    ]  # fmt: skip
    assert load(files["what-if.yaml"]).inflow.first.single == 26_500
    assert len(Document(str(files["what-if-memo.docx"])).tables) > 1
    assert Image.open(io.BytesIO(files["what-if-gap.png"].read_bytes())).width > 1_000
    assert b"<svg" in files["what-if-occupancy.svg"].read_bytes()


def test_an_error_of_a_file_is_told_on_the_page(open_: Open, address: str) -> None:
    seen = open_(f"{address}#lang=en")
    settled(seen.page)
    seen.page.get_by_role("button", name="Scenario patch (YAML)").click()
    expect(seen.page.locator("#problem")).to_contain_text("no slider was moved")
    assert re.search("400", " ".join(seen.complaints))


def test_a_page_without_the_token_is_refused(open_: Open, address: str) -> None:
    seen = open_(address.rsplit("/", 2)[0] + "/")
    assert "opvangsim serve" in seen.page.inner_text("body")

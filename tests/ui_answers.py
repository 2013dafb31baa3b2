"""The list of the Senate's questions and a page of it, as a browser shows them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from support.browser import NARROW, WIDE, Open, opening, started, violations
from test_book import ALL, invented

from sim.questions.pages import files

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("answers")
    found = invented()
    pages = [found.illustrated(one, "nl") if one.number == 33 else found.page(one, "nl")
             for one in ALL]  # fmt: skip
    for name, text in files(pages, "nl").items():
        (made / name).write_text(text, "utf-8")
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as found:
        yield found


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    with opening(browser) as open_:
        yield open_


@pytest.mark.parametrize("size", [WIDE, (1000, 800), NARROW])
def test_numbers_stand_on_one_line_and_nothing_scrolls_sideways(
    opened: Open, folder: Path, size: tuple[int, int]
) -> None:
    seen = opened((folder / "index.html").as_uri(), size=size)
    assert seen.complaints == []
    broken = seen.page.evaluate(
        "[...document.querySelectorAll('td:first-child a, th:first-child')]"
        ".filter(e => e.getClientRects().length > 1 || e.scrollWidth > e.clientWidth + 1"
        " && e.tagName === 'TH').map(e => e.textContent)"
    )
    assert broken == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") == size[0]
    page = opened((folder / "33.html").as_uri(), size=size).page
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    assert page.evaluate("document.fonts.check('16px \"Open Sans\"')")


def test_search_finds_by_number_party_question_and_answer(opened: Open, folder: Path) -> None:
    page = opened((folder / "index.html").as_uri()).page

    def found(text: str) -> list[str]:
        page.locator("#q").fill(text)
        shown: list[str] = page.evaluate(
            "[...document.querySelectorAll('tbody tr')].filter(e => e.checkVisibility())"
            ".map(e => e.cells[0].textContent)"
        )
        return shown

    assert len(found("")) == 82
    assert found("33") == ["33"]
    assert len(found("cda")) >= 7
    assert found("OPVANGPLEKKEN vanaf 2027 nodig") == ["33"]
    assert "13" in found("tekort miljard")
    assert found("bestaat niet xyz") == []
    assert page.locator("h2:visible").count() == 0
    assert page.locator("[role=status]").inner_text() == "0 van 82 vragen"


def test_without_scripts_the_list_is_whole(opened: Open, folder: Path) -> None:
    page = opened((folder / "index.html").as_uri(), java_script_enabled=False).page
    assert page.locator("tbody tr:visible").count() == 82
    assert not page.locator("#q").is_visible()


@pytest.mark.parametrize("name", ["index", "33"])
def test_axe_finds_nothing(opened: Open, folder: Path, name: str) -> None:
    assert violations(opened((folder / f"{name}.html").as_uri()).page) == []

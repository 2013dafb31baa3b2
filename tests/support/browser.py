"""A browser without a screen for tests, and what a page in it says and asks for.

The browser is that of the distribution; where there is none the tests fail, they are never left
out.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

COMPLAINTS = ("error", "warning")
WIDE, NARROW = (1280, 900), (390, 844)
"""Size of a window on a desk, and of a telephone [pixels]."""


@dataclass(frozen=True)
class Seen:
    """A page with all that its console said, the errors it threw and the addresses it asked for."""

    page: Page
    said: list[tuple[str, str]] = field(default_factory=list)
    thrown: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        """Errors and warnings, of the console and thrown."""
        return [text for kind, text in self.said if kind in COMPLAINTS] + self.thrown


Open = Callable[..., Seen]
"""Opens a page: an address, then ``size`` and whatever else a context of playwright takes."""


def watch(page: Page) -> Seen:
    """Keeps what a page says, throws and asks for from now on."""
    seen = Seen(page)
    page.on("console", lambda message: seen.said.append((message.type, message.text)))
    page.on("pageerror", lambda error: seen.thrown.append(str(error)))
    page.on("request", lambda request: seen.asked.append(request.url))
    return seen


@contextmanager
def started() -> Iterator[Browser]:
    """The browser of the distribution, without a screen; for a fixture of a test module."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium on this machine: make browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opening(browser: Browser) -> Iterator[Open]:
    """What opens pages, each in a context of its own; all are closed at the end."""
    contexts = []

    def open_(address: str, size: tuple[int, int] = WIDE, **options: Any) -> Seen:
        width, height = size
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        seen = watch(context.new_page())
        seen.page.goto(address)
        return seen

    yield open_
    for context in contexts:
        context.close()


def violations(page: Page) -> list[str]:
    """What axe finds against accessibility: the rule, and what breaks it."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['html'][:200] for node in one['nodes']]}" for one in found]

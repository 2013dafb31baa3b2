"""What tests share, timed: a plugin, since hooks of a conftest do not see what a session shares."""

from __future__ import annotations

from collections.abc import Generator
from time import perf_counter
from typing import Any

import pytest

SPENT = pytest.StashKey[dict[pytest.FixtureDef[Any], float]]()
"""Seconds that it took to make what several tests share."""


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Time what several tests share; what it rests on itself was made before and is not in it."""
    before = perf_counter()
    try:
        return (yield)
    finally:
        if fixturedef.scope != "function":
            spent = request.config.stash.setdefault(SPENT, {})
            spent[fixturedef] = perf_counter() - before


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Note for each test what its shared things took, whichever test had them made."""
    yield
    if isinstance(item, pytest.Function):
        spent = item.config.stash.get(SPENT, {})
        used = item._fixtureinfo.name2fixturedefs.values()
        shared = sum(spent.get(one, 0.0) for several in used for one in several)
        item.user_properties.append(("shared", f"{shared:.3f}"))

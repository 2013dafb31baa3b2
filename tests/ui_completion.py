"""An editor completes the Python interface from its types, without running anything.

Jedi is what Jupyter and many editors ask.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import jedi
import pytest

import sim

BEGUN = "import sim\nbase = sim.load('baseline')\nrun = base.run(replications=2)\n"
TABLES = {"budget", "monthly", "yearly", "replications"}


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("sim.", {name for name in sim.__all__ if not name.startswith("_")}),
        ("base.", {"run", "override", "patch", "show", "diff", "what_if"}),
        ("run.", TABLES | {"plot", "compare", "explain", "memo", "write"}),
        ("run.plot.", {"need", "gap", "occupancy", "inflow", "ind", "housing"}),
        ("run.budget.", {"groupby", "query", "to_csv"}),
        ("run.compare(run).", {"sentences", "tables", "plot"}),
        ("run.chart('gap').", {"save", "axes", "figure"}),
        ("run.plot.gap().", {"set_title", "axhline"}),
        ("sim.run('baseline').", {"gap", "to_xarray"}),
    ],
)
def test_an_editor_offers_what_there_is(written: str, offered: set[str]) -> None:
    names = {one.name for one in jedi.Script(BEGUN + written).complete()}
    assert offered <= names, offered - names


def test_an_editor_shows_options_with_their_types_and_what_a_verb_does() -> None:
    (found,) = jedi.Script(BEGUN + "base.run(").get_signatures()
    told = found.to_string()
    assert "replications: int=500" in told
    assert told.endswith("-> Result")
    assert "replications" in found.docstring(raw=True)


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("base.hous", {"housing"}),
        ("base.housing.", {"homes", "response"}),
        ("base.reception.places.", {"regular", "tgo"}),
        ("run.plot.", {"need", "vintages"}),
    ],
)
def test_a_running_session_offers_parts_and_charts(written: str, offered: set[str]) -> None:
    base = sim.load("baseline")
    run = base.run(replications=2, step="week", until="2025-03-31")
    names = {one.name for one in jedi.Interpreter(written, [{"base": base, "run": run}]).complete()}
    assert offered <= names, offered - names


def test_jupyter_offers_keys_of_a_scenario() -> None:
    shell: Any = import_module("IPython.core.interactiveshell").InteractiveShell.instance()
    shell.user_ns["base"] = sim.load("baseline")
    written = "base['housing."
    with import_module("IPython.core.completer").provisionalcompleter():
        keys = {one.text for one in shell.Completer.completions(written, len(written))}
    assert {"housing.homes", "housing.response"} <= keys

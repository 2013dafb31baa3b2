"""An editor completes the Python interface from its types, without running anything.

Jedi is what Jupyter and many editors ask.
"""

from __future__ import annotations

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
        ("run.chart('gap').", {"save"}),
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

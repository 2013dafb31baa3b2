"""opvangsim: Dutch asylum reception, from inflow to the gap in the budget.

A scenario, a run, and what it says::

    import sim

    baseline = sim.load("baseline")
    result = baseline.run(replications=100)
    result.gap                                  # the headline by year, with its band
    result.plot.need()                          # the charts of the command line
    baseline.compare("faster-housing")          # differences on common luck
    baseline.with_(housing__homes=40_000)       # another scenario

The command line has a twin of each: ``opvangsim --help``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .errors import ScenarioError
    from .face.picture import Picture
    from .face.record import moved, reproduce, runs, verify_record
    from .face.result import Result
    from .face.result import explore as explore
    from .face.result import open_run as open_run
    from .face.scenario import Scenario
    from .face.scenario import load_scenario as load
    from .face.scorecard import Scorecard, score
    from .face.shelf import (
        Answer,
        Sweep,
        answer,
        calibrate,
        import_patch,
        laws,
        new,
        open_sweep,
        overview,
        questions,
        scenarios,
        schema,
        sweep,
        swings,
        whence,
    )
    from .face.study import Study

__all__ = [
    "Answer",
    "Picture",
    "Result",
    "Scenario",
    "ScenarioError",
    "Scorecard",
    "Study",
    "Sweep",
    "answer",
    "calibrate",
    "explore",
    "import_patch",
    "laws",
    "load",
    "moved",
    "new",
    "open_run",
    "open_sweep",
    "overview",
    "questions",
    "reproduce",
    "runs",
    "scenarios",
    "schema",
    "score",
    "sweep",
    "swings",
    "verify_record",
    "whence",
]

_WHERE = {
    "Picture": ("face.picture", "Picture"),
    "Result": ("face.result", "Result"),
    "Scenario": ("face.scenario", "Scenario"),
    "ScenarioError": ("errors", "ScenarioError"),
    "Scorecard": ("face.scorecard", "Scorecard"),
    "Study": ("face.study", "Study"),
    "explore": ("face.result", "explore"),
    "load": ("face.scenario", "load_scenario"),
    "moved": ("face.record", "moved"),
    "open_run": ("face.result", "open_run"),
    "reproduce": ("face.record", "reproduce"),
    "runs": ("face.record", "runs"),
    "score": ("face.scorecard", "score"),
    "verify_record": ("face.record", "verify_record"),
}


def __getattr__(name: str) -> object:
    """Import a part when it is first asked for: the command line must start quickly."""
    if name not in __all__:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    from importlib import import_module

    part, title = _WHERE.get(name, ("face.shelf", name))
    return getattr(import_module(f".{part}", "sim"), title)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
